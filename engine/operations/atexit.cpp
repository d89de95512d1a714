// atexit.register (Modules/atexitmodule.c, 3.11). The functions are in a word of the State: a tuple
// of (function, arguments), the oldest first.
//
// Each is a run of MainThread of its own, from its first frame to an end: process_exit begins it,
// as start() begins a thread, so an exception ends that one and the next goes on; CPython prints
// it, and the exit status stays that of the code (ends_with_later). Nobody can tell
// from outside that MainThread is there again (operations/thread.cpp). What is registered while
// they run is forgotten, as in CPython.
#include "engine/operations/atexit.h"

#include <array>

#include "engine/interpreter/private_run.h"
#include "engine/operations/arguments.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

LocalState begin(const Machine& machine, Value callback) {
  const ValueTable& values = machine.values();
  const std::span<const Value> parts = values.items(callback);
  return enter(machine, values.as_function(parts[0]), values.items(parts[1])).state;
}

}  // namespace

std::vector<LocalId> exit_callbacks(const Machine& machine, const State& state) {
  std::vector<LocalId> result;
  for (const Value callback : machine.values().items({state.words[layout::exit_callbacks]})) {
    result.push_back(machine.intern(begin(machine, callback)));
  }
  return result;
}

std::optional<Value> begin_exit_callback(const Machine& machine, State& state) {
  ValueTable& values = machine.values();
  Word& word = state.words[layout::exit_callbacks];
  const std::span<const Value> callbacks = values.items({word});
  if (callbacks.empty()) return std::nullopt;
  const Value last = callbacks.back();
  LocalState start = begin(machine, last);
  const LocalState before = machine.locals().get(local(machine.program, state, main_thread_id));
  if (!ends_with_later(values, before.uncaught, start.uncaught)) {
    start.uncaught = before.uncaught;
    start.uncaught_pc = before.uncaught_pc;
  }
  word = values.tuple(callbacks.first(callbacks.size() - 1)).bits;
  set_exiting(machine.program, state);
  set_local(machine.program, state, main_thread_id, machine.intern(std::move(start)));
  set_life(machine.program, state, main_thread_id, Life::alive);
  return values.items(last)[0];
}

Outcome apply_atexit_register(State& state, const Call& call) {
  ValueTable& values = call.machine.values();
  if (values.kind(call.arguments[0]) != ValueKind::function) {
    return raise(call, ExceptionKind::type_error, "the first argument must be callable");
  }
  // A child that was forked calls nothing of the kind.
  const ProcessId process = process_of(call.machine.program, state, call.self);
  if (is_exiting(call.machine.program, state) || process != main_process_id) {
    return Outcome::returned(none_value);
  }
  Word& word = state.words[layout::exit_callbacks];
  const std::span<const Value> before = values.items({word});
  if (before.size() >= items_max) {
    return raise(call, ExceptionKind::memory_error, "more exit callbacks than lockstep holds");
  }
  std::vector<Value> after(before.begin(), before.end());
  const std::array callback{call.arguments[0], call.arguments[1]};
  after.push_back(values.tuple(callback));
  word = values.tuple(after).bits;
  return Outcome::returned(none_value);
}

}  // namespace lockstep
