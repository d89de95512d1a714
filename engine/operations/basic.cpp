// What any thread does: output, time, choices, shared variables, and its end.
#include <algorithm>

#include "engine/assert.h"
#include "engine/interpreter/interpreter.h"  // raised_by_update
#include "engine/operations/arguments.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

// A duration that only says where others may run: durations are the virtual clock's business.
Outcome pass_time(const Call& call, std::string_view what) {
  const Seconds given = seconds(call, call.arguments[0]);
  if (given.error) return *given.error;
  if (given.value < 0) {
    return raise(call, ExceptionKind::value_error,
                 std::string(what) + " length must be non-negative");
  }
  return Outcome::returned(none_value);
}

}  // namespace

Outcome apply_time(State&, const Call& call) {
  return Outcome::returned(call.machine.values().real(call.now));
}
// When a timeout that Python counts down itself is over, and how long that is still. What the
// thread does depends on neither: the timeout fires where it is chosen, as any other does. Only
// one that is over from the beginning is, whatever the clock says: -1.
Outcome apply_deadline(State&, const Call& call) {
  if (call.arguments[0] == none_value) return Outcome::returned(none_value);
  ValueTable& values = call.machine.values();
  const Result timeout = binary(values, BinaryOperator::add, call.arguments[0], values.real(0));
  if (timeout.raised) return Outcome::raise(timeout.value);
  const double given = values.as_real(timeout.value);
  return Outcome::returned(values.real(given > 0 ? call.now + given : -1));
}
Outcome apply_remaining(State&, const Call& call) {
  if (call.arguments[0] == none_value) return Outcome::returned(none_value);
  ValueTable& values = call.machine.values();
  constexpr double least = 1e-9;  // it is still to fire
  const double deadline = values.as_real(call.arguments[0]);
  const double left = std::max(deadline - call.now, least);
  return Outcome::returned(values.real(deadline < 0 ? 0 : left));
}
// What is printed is in the Event's arguments; a State does not remember it.
Outcome apply_print(State&, const Call&) { return Outcome::returned(none_value); }
// So is a prompt, which input() writes before it waits for a line.
Outcome apply_prompt(State&, const Call&) { return Outcome::returned(none_value); }
Outcome apply_input(State& state, const Call& call) {
  const std::vector<std::string>& lines = call.machine.program.input;
  // The standard input of a child is the null device (multiprocessing/process.py, _bootstrap).
  if (process_of(call.machine.program, state, call.self) != main_process_id) {
    return raise(call, ExceptionKind::eof_error, "EOF when reading a line");
  }
  Word& read = state.words[layout::lines_read];
  if (read == lines.size()) {
    return raise(call, ExceptionKind::eof_error, "EOF when reading a line");
  }
  return Outcome::returned(call.machine.values().string(lines[read++]));
}
Outcome apply_sleep(State&, const Call& call) { return pass_time(call, "sleep"); }
// Python has no word for it; a program that is exported sleeps.
Outcome apply_io(State&, const Call& call) { return pass_time(call, "sleep"); }
Outcome apply_compute(State&, const Call& call) { return pass_time(call, "compute"); }
Outcome apply_yield(State&, const Call&) { return Outcome::returned(none_value); }

Outcome apply_choose(State&, const Call& call) {
  ValueTable& values = call.machine.values();
  const Value from = call.arguments[0];
  if (!is_iterable(values, from)) {
    return raise(call, ExceptionKind::type_error,
                 "'" + std::string(type_name(values, from)) + "' object is not iterable");
  }
  const std::optional<Value> item = item_at(values, from, call.chosen);
  if (!item) {
    return raise(call, ExceptionKind::index_error, "Cannot choose from an empty sequence");
  }
  return Outcome::returned(*item);
}

Outcome apply_load_global(State& state, const Call& call) {
  return Outcome::returned(global(state, {call.operand}));
}
Outcome apply_store_global(State& state, const Call& call) {
  set_global(state, {call.operand}, call.arguments[0]);
  return Outcome::returned(none_value);
}
Outcome apply_update_global(State& state, const Call& call) {
  const GlobalId id{call.operand};
  const Updated result = updated(call.machine.values(), global(state, id),
                                 Update::decode(call.update), call.arguments);
  if (result.container.raised) {
    const Value owner = call.arguments.empty() ? none_value : call.arguments[0];
    return Outcome::raise(raised_by_update(call.machine.values(), call.machine.program, id,
                                           global(state, id), owner, result.container.value));
  }
  set_global(state, id, result.container.value);
  return Outcome::returned(result.pushed);
}

// step() decides whether the expression of an await is true: it needs more than an operation.
Outcome apply_await(State&, const Call&) { return Outcome::returned(none_value); }
Outcome expire_await(State&, const Call&) { return Outcome::returned(none_value); }

Outcome apply_run_on(State&, const Call&) { return Outcome::returned(none_value); }

Outcome apply_thread_end(State& state, const Call& call) {
  set_life(call.machine.program, state, call.self, Life::ended);
  return Outcome::returned(none_value);
}

}  // namespace lockstep
