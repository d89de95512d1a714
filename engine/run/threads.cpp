#include "engine/run/threads.h"

#include <algorithm>
#include <charconv>

#include "engine/operations/barrier.h"
#include "engine/operations/executor.h"
#include "engine/state/process_memory.h"

namespace lockstep {
namespace {

// "w#3" is {"w", 3}.
struct Indexed {
  std::string_view name;
  std::uint32_t index;
};
std::optional<Indexed> indexed(std::string_view written) {
  const std::size_t hash = written.rfind('#');
  if (hash == std::string_view::npos) return std::nullopt;
  Indexed found{written.substr(0, hash), 0};
  const char* const end = written.data() + written.size();
  const auto [last, error] = std::from_chars(written.data() + hash + 1, end, found.index);
  if (error != std::errc{} || last != end) return std::nullopt;
  return found;
}

bool is_living(const Machine& machine, const State& state, ThreadId thread) {
  return life(machine.program, state, thread) == Life::alive;
}

std::string quoted(std::string_view name) { return '"' + std::string(name) + '"'; }

// Of more than sixteen the first, "and 44 more".
std::string joined(const std::vector<std::string>& parts, std::string_view last) {
  constexpr std::size_t shown_max = 16;
  std::string text;
  const std::size_t shown = std::min(parts.size(), shown_max);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == parts.size() ? std::string(last) : ", ";
    text += parts[i];
  }
  if (shown < parts.size()) {
    text += std::string(last) + std::to_string(parts.size() - shown) + " more";
  }
  return text;
}

// The threads other than `self` that are alive; without the daemons if `counted` says so.
std::string awaited_ends(const Machine& machine, const State& state, ThreadId waiter) {
  std::vector<std::string> names;
  for (ThreadId t{0}; t.index < thread_count(machine.program, state); ++t.index) {
    if (waits_for_end_of(machine, state, waiter, t))
      names.push_back(thread_name(machine, state, t));
  }
  return joined(names, " and ");
}

}  // namespace

const std::string& object_label(const Program& program, ObjectId object) {
  if (program.objects[object.index].hidden) {
    const auto owner = std::ranges::find(program.objects, object, &ObjectInfo::lock);
    if (owner != program.objects.end()) return owner->name;
  }
  return program.objects[object.index].name;
}

std::string future_label(const Machine& machine, Value future) {
  const ValueTable::Future its = machine.values().as_future(future);
  const ObjectInfo& pool = machine.program.objects[its.executor.index];
  return (pool.kind == ObjectKind::mp_pool ? "result " : "future ") + std::to_string(its.number) +
         " of " + pool.name;
}

bool is_resting(const Machine& machine, const State& state, ThreadId thread) {
  return takes_part(machine.program, state, thread);
}

bool looks_indexed(std::string_view name) { return indexed(name).has_value(); }

FoundThread find_thread(const Machine& machine, const State& state, std::string_view written) {
  const std::size_t threads = thread_count(machine.program, state);
  if (const auto form = indexed(written); form && form->index < threads) {
    const ThreadId thread{form->index};
    if (thread_name(machine, state, thread) == form->name) return {thread, {}};
  }
  std::vector<ThreadId> living, others;
  for (ThreadId t{0}; t.index < threads; ++t.index) {
    if (thread_name(machine, state, t) != written) continue;
    (is_living(machine, state, t) ? living : others).push_back(t);
  }
  const std::vector<ThreadId>& found = living.empty() ? others : living;
  if (found.empty()) return {std::nullopt, "no thread is named " + quoted(written) + " here"};
  if (found.size() == 1) return {found.front(), {}};
  std::vector<std::string> forms;
  for (const ThreadId t : found)
    forms.push_back(std::string(written) + '#' + std::to_string(t.index));
  return {std::nullopt, std::to_string(found.size()) + (living.empty() ? "" : " living") +
                            " threads are named " + quoted(written) + ": write " +
                            joined(forms, " or ")};
}

std::string connection_label(const Program& program, Connection connection) {
  return object_label(program, connection.listener) + '#' + std::to_string(connection.number + 1) +
         (connection.is_server ? " (server end)" : " (client end)");
}

std::string waits_for(const Machine& machine, const State& state, ThreadId thread) {
  const Pending& what = pending(machine, state, thread);
  const auto object = [&]() -> const std::string& {
    return object_label(machine.program, machine.values().as_object(what.receiver));
  };
  switch (row(what.operation).let_go_by) {
    case LetGoBy::release: {
      const ObjectId id = machine.values().as_object(what.receiver);
      if (!row(machine.program.objects[id.index].kind).owned) return "a permit of " + object();
      const std::optional<ThreadId> holder = owner_seen_by(machine, state, thread, id);
      if (!holder) return object();
      if (*holder == thread) return object() + ", which it holds itself";
      return object() + ", held by " + thread_name(machine, state, *holder);
    }
    case LetGoBy::set:
      return object() + " to be set";
    case LetGoBy::notify:
      return "a notify of " + object();
    case LetGoBy::put:
      if (what.operation == Operation::executor_take) return "a task of " + object();
      if (what.operation == Operation::mp_pool_take ||
          what.operation == Operation::mp_pool_dispatch) {
        return "a task of " + object();
      }
      if (what.operation == Operation::mp_pool_collect) return "a result of " + object();
      if (what.operation == Operation::mp_pool_maintain) return "something to do for " + object();
      return "an item of " + object();
    case LetGoBy::get:
      return "room in " + object();
    case LetGoBy::task_done:
      return "the tasks of " + object() + " to be done";
    case LetGoBy::end:
      return awaited_ends(machine, state, thread) + " to end";
    case LetGoBy::store:
      return "the condition of its await";
    case LetGoBy::arrive:
      return awaited_at_barrier(machine, state, machine.values().as_object(what.receiver)) +
             " at " + object();
    case LetGoBy::cancel:
      return "its time";
    case LetGoBy::connect:
      return "a connection to " + object();
    case LetGoBy::accept:
      return object() + " to accept";
    case LetGoBy::send:
      return "data on " +
             connection_label(machine.program, machine.values().as_connection(what.receiver));
    case LetGoBy::recv:
      return "room to send on " +
             connection_label(machine.program, machine.values().as_connection(what.receiver));
    case LetGoBy::finish: {
      std::vector<std::string> futures;
      std::optional<State> view;
      const State& seen = seen_by(machine, state, thread, view);
      for (const Value future : unfinished_futures(machine, seen, what)) {
        futures.push_back(future_label(machine, future));
      }
      return joined(futures, waits_for_one(machine, what) ? " or " : " and ");
    }
    case LetGoBy::fill:
      return "something to send from " + object();
    case LetGoBy::turn:
      return "its turn at " + object();
    case LetGoBy::wake:
      return "those notified on " + object() + " to wake up";
    case LetGoBy::close:
      return object() + " to be shut down";
    case LetGoBy::answer:
      return future_label(machine, what.receiver);
    case LetGoBy::nothing:
      break;
  }
  return "nothing";
}

std::string why_not(const Machine& machine, const State& state, ThreadId thread,
                    Choice::Kind kind) {
  if (!is_resting(machine, state, thread)) {
    switch (life(machine.program, state, thread)) {
      case Life::created:
        return "has not been started";
      case Life::killed:
        return "was killed";
      case Life::ended:
      case Life::alive:
        return "has ended";
    }
  }
  const Pending& what = pending(machine, state, thread);
  const Readiness ready = readiness(machine, state, thread);
  const bool at_choose = what.operation == Operation::choose;
  if (kind == Choice::Kind::timeout) {
    return ready == Readiness::ready
               ? "is not blocked"
               : "waits for " + waits_for(machine, state, thread) + ", without a timeout";
  }
  if (ready != Readiness::ready) {
    return "waits for " + waits_for(machine, state, thread) +
           (ready == Readiness::until_timeout ? "; its timeout can fire" : "");
  }
  if (kind == Choice::Kind::choose) return "is not at a choose";
  if (at_choose) return "is at a choose; say which value";
  return "is not let in: another thread is at a place where threads do not switch";
}

std::string runnable_here(const Machine& machine, const State& state) {
  std::vector<Choice> choices;
  enabled(machine, state, choices);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const std::string name = thread_name(machine, state, choices[i].thread);
    if (choices[i].kind == Choice::Kind::timeout) {
      names.push_back("the timeout of " + name);
    } else if (i == 0 || choices[i - 1].thread != choices[i].thread) {
      names.push_back(name);
    }
  }
  if (names.empty()) return "nobody is runnable here";
  return "runnable here: " + joined(names, ", ");
}

}  // namespace lockstep
