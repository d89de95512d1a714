#include "engine/state/machine.h"

#include "engine/assert.h"
#include "engine/state/process_memory.h"

namespace lockstep {

Machine::Machine(const Program& the_program)
    : program(the_program),
      live_(the_program),
      values_(std::make_unique<ValueTable>()),
      locals_(std::make_unique<LocalTable>()) {
  // The word 0 of an object that keeps waiting threads is the empty tuple; see objects.def.
  LOCKSTEP_ASSERT(values_->tuple({}).bits == 0, "the empty tuple is the first value of a table");
  std::vector<std::string_view> classes;
  classes.reserve(program.objects.size());
  for (const ObjectInfo& object : program.objects) {
    classes.push_back(row(object.kind).python_class);
  }
  values_->set_object_classes(std::move(classes));
  constants.reserve(program.constants.size());
  for (const Constant& constant : program.constants) constants.push_back(intern(constant));
}

LocalId Machine::intern(LocalState&& state) const {
  for (Frame& frame : state.frames) {
    if (forget_dead_locals) {
      for (const std::uint32_t dead : live_.dead(frame.pc)) frame.locals[dead] = unset_value;
    }
    forget_handled(frame);
  }
  return locals().intern(program, values(), state);
}

LocalId Machine::leave(LocalState&& state) const {
  const LocalId id = intern(std::move(state));
  left_[id.index % left_.size()] = {true, id, std::move(state)};
  return id;
}

LocalState Machine::fetch(LocalId id) const {
  Left& left = left_[id.index % left_.size()];
  if (!left.is_there || left.id != id) return locals().get(id);
  left.is_there = false;
  return std::move(left.state);
}

void Machine::freeze(bool frozen) const {
  values().freeze(frozen);
  locals().freeze(frozen);
}

void Machine::forget_all_but(std::span<const State* const> states) const {
  std::vector<LocalId> kept_locals;
  std::vector<std::uint32_t> words{values().tuple({}).bits};
  for (const Value constant : constants) words.push_back(constant.bits);
  for (const State* const state : states) {
    // Which of an object's words are Values is its own business: any may be.
    words.insert(words.end(), state->words.begin(), state->words.end());
    add_memory_words(*this, *state, words);
    for (ThreadId t{0}; t.index < thread_count(program, *state); ++t.index) {
      const LocalId id = local(program, *state, t);
      if (id.index == 0) continue;
      kept_locals.push_back(id);
      const std::span<const std::uint32_t> its = locals().words(id);
      words.insert(words.end(), its.begin(), its.end());
    }
  }
  for (Left& left : left_) left.is_there = false;  // numbers are given again
  locals().forget_all_but(kept_locals);
  values().forget_all_but(words);
}

Value Machine::intern(const Constant& constant) const {
  switch (constant.kind) {
    case ValueKind::integer:
      return values().integer(constant.integer);
    case ValueKind::real:
      return values().real(constant.real);
    case ValueKind::string:
      return values().string(constant.text);
    case ValueKind::bytes:
      return values().bytes(constant.text);
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict: {
      std::vector<Value> items;
      items.reserve(constant.items.size());
      for (const Constant& item : constant.items) items.push_back(intern(item));
      if (constant.kind == ValueKind::list) return values().list(items);
      if (constant.kind == ValueKind::tuple) return values().tuple(items);
      return values().dict(items);
    }
    case ValueKind::none:
    case ValueKind::boolean:
    case ValueKind::object:
    case ValueKind::thread:
    case ValueKind::process:
    case ValueKind::connection:
    case ValueKind::function:
    case ValueKind::exception_class:
    case ValueKind::unset:
      return constant.inline_value;
    case ValueKind::range:
    case ValueKind::exception:
    case ValueKind::future:
      break;
  }
  LOCKSTEP_ASSERT(false, "a constant is of a kind that can be written down");
  return none_value;
}

}  // namespace lockstep
