// threading.Timer (Lib/threading.py, 3.11): a thread whose body, Program::timer_body, waits for
// its time and then calls the function. What CPython keeps in the Event `finished` is a bit of
// the thread's status, and only while somebody can tell.
#include "engine/operations/arguments.h"
#include "engine/state/process_memory.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

bool still_waits(const State& state, const Call& call, ThreadId timer) {
  const Program& program = call.machine.program;
  const Life its = life(program, state, timer);
  if (its != Life::created && its != Life::alive) return false;
  return call.machine.locals().pending(local(program, state, timer)).operation ==
         Operation::timer_wait;
}

// CPython compares the interval with 0. None, which it takes for ever, is refused here too: a
// Timer without a time is no timer.
std::optional<Outcome> interval_error(const Call& call) {
  const ValueTable& values = call.machine.values();
  const Value interval = call.arguments[0];
  const ValueKind kind = values.kind(interval);
  if (kind != ValueKind::boolean && kind != ValueKind::integer && kind != ValueKind::real) {
    return raise(call, ExceptionKind::type_error,
                 "'>' not supported between instances of '" +
                     std::string(type_name(values, interval)) + "' and 'int'");
  }
  return seconds(call, interval).error;
}

}  // namespace

Outcome apply_timer_create(State& state, const Call& call) {
  const Program& program = call.machine.program;
  const Value name = next_thread_name(state, call, "");
  const ThreadId timer = add_thread(state, call, *program.timer_body, call.arguments, name,
                                    is_daemon_thread(call.machine, state, call.self));
  set_timer(program, state, timer);
  return Outcome::returned(thread_value(timer));
}

Readiness ready_timer_wait(const State& state, const Call& call) {
  if (is_cancelled(call.machine.program, state, call.self) || interval_error(call)) {
    return Readiness::ready;
  }
  return waiting(call, call.arguments[0]);
}
// Returns whether the function is to be called.
Outcome apply_timer_wait(State& state, const Call& call) {
  const Program& program = call.machine.program;
  if (is_cancelled(program, state, call.self)) {
    set_cancelled(program, state, call.self, false);
    return Outcome::returned(false_value);
  }
  if (const std::optional<Outcome> error = interval_error(call)) return *error;
  return Outcome::returned(true_value);
}
Outcome expire_timer_wait(State&, const Call&) { return Outcome::returned(true_value); }

Outcome apply_timer_cancel(State& state, const Call& call) {
  const Program& program = call.machine.program;
  const ThreadId timer = call.machine.values().as_thread(call.receiver);
  if (!is_timer(program, state, timer)) {
    return raise(call, ExceptionKind::attribute_error,
                 std::string("'") + (timer == main_thread_id ? "_MainThread" : "Thread") +
                     "' object has no attribute 'cancel'");
  }
  if (still_waits(state, call, timer)) set_cancelled(program, state, timer, true);
  return Outcome::returned(none_value);
}

}  // namespace lockstep
