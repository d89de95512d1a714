// What doing something to an object is to those who wait on it, and on which objects an
// instruction may work: for whoever asks who could let a thread go.
#pragma once
#include <array>
#include <cstdint>

#include "engine/objects/object.h"
#include "engine/program/program.h"

namespace lockstep {

// What doing this to an object is to those who wait on it; nothing for any other verb.
struct LetsGo {
  Verb verb;
  LetGoBy by;
};
inline constexpr std::array lets_go{
    LetsGo{Verb::release, LetGoBy::release},
    LetsGo{Verb::exit, LetGoBy::release},
    LetsGo{Verb::set, LetGoBy::set},
    LetsGo{Verb::notify, LetGoBy::notify},
    LetsGo{Verb::notify_all, LetGoBy::notify},
    LetsGo{Verb::put, LetGoBy::put},
    LetsGo{Verb::get, LetGoBy::get},
    LetsGo{Verb::put, LetGoBy::fill},
    LetsGo{Verb::feed, LetGoBy::put},
    LetsGo{Verb::task_done, LetGoBy::task_done},
    LetsGo{Verb::shutdown, LetGoBy::put},
    LetsGo{Verb::shutdown, LetGoBy::get},
    LetsGo{Verb::shutdown, LetGoBy::task_done},
    LetsGo{Verb::connect, LetGoBy::connect},
    // Each of them may be what a close in another thread waits for.
    LetsGo{Verb::accept, LetGoBy::accept},
    LetsGo{Verb::accept, LetGoBy::send},
    LetsGo{Verb::accept, LetGoBy::recv},
    LetsGo{Verb::send, LetGoBy::send},
    LetsGo{Verb::send, LetGoBy::recv},
    LetsGo{Verb::recv, LetGoBy::send},
    LetsGo{Verb::recv, LetGoBy::recv},
    LetsGo{Verb::close, LetGoBy::fill},
    LetsGo{Verb::close, LetGoBy::accept},
    LetsGo{Verb::close, LetGoBy::send},
    LetsGo{Verb::close, LetGoBy::recv},
    LetsGo{Verb::barrier_wait, LetGoBy::arrive},
    LetsGo{Verb::barrier_release, LetGoBy::arrive},
    LetsGo{Verb::barrier_break, LetGoBy::arrive},
    LetsGo{Verb::reset, LetGoBy::arrive},
    LetsGo{Verb::abort, LetGoBy::arrive},
    LetsGo{Verb::submit, LetGoBy::put},
    LetsGo{Verb::fill_calls, LetGoBy::put},
    LetsGo{Verb::end_workers, LetGoBy::put},
    LetsGo{Verb::give, LetGoBy::put},
    LetsGo{Verb::exit, LetGoBy::put},
    LetsGo{Verb::apply_async, LetGoBy::put},
    LetsGo{Verb::map_async, LetGoBy::put},
    LetsGo{Verb::starmap_async, LetGoBy::put},
    LetsGo{Verb::imap, LetGoBy::put},
    LetsGo{Verb::imap_unordered, LetGoBy::put},
    LetsGo{Verb::close, LetGoBy::put},
    LetsGo{Verb::terminate, LetGoBy::put},
    LetsGo{Verb::maintain, LetGoBy::put},
    LetsGo{Verb::dispatch, LetGoBy::put},
    LetsGo{Verb::dispatch, LetGoBy::answer},
    LetsGo{Verb::collect, LetGoBy::put},
    LetsGo{Verb::collect, LetGoBy::answer},
    LetsGo{Verb::settle, LetGoBy::put},
    LetsGo{Verb::settle, LetGoBy::answer},
    LetsGo{Verb::give_result, LetGoBy::put},
    LetsGo{Verb::end_shutdown, LetGoBy::put},
};

// Calls `visit` with what `verb` of an object works on, if that has it. A Condition hands the verbs
// that it lacks on to its lock; what is done to a connection is counted with its Listener.
template <class Visit>
void visit_receiver(const Program& program, ObjectId id, Verb verb, Visit visit) {
  const ObjectInfo& object = program.objects[id.index];
  const bool through_connection = counts_with(ObjectKind::connection, object.kind) &&
                                  operation_of(verb, ObjectKind::connection).has_value();
  if (operation_of(verb, object.kind) || through_connection) {
    visit(id);
  } else if (object.lock && operation_of(verb, program.objects[object.lock->index].kind)) {
    visit(*object.lock);
  }
}

// Calls `visit` with every object that the instruction may work on, given its verb.
template <class Visit>
void for_each_receiver(const Program& program, std::uint32_t pc, Verb verb, Visit visit) {
  const Target& target = program.targets[pc];
  std::uint32_t begin = 0;
  auto end = static_cast<std::uint32_t>(program.objects.size());
  if (target.kind == Target::Kind::objects) {
    begin = target.first.index;
    end = begin + target.count;
  } else if (target.kind != Target::Kind::unknown) {
    return;
  }
  for (std::uint32_t i = begin; i < end; ++i) visit_receiver(program, ObjectId{i}, verb, visit);
}

}  // namespace lockstep
