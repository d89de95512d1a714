// threading.Lock. One word: 0 while free, else its taker's index + 1.
// CPython lets any thread release a Lock and records no owner. We keep one all the same: the
// wait-for graph has to say who could let a waiter go.
// Modules/_threadmodule.c, 3.11. A release only makes the lock free; whoever runs first
// takes it (barging).
#include "engine/operations/arguments.h"
#include "engine/state/thread_name.h"

namespace lockstep {
namespace {

Word& taker(State& state, const Call& call) {
  return object_words(call.machine.program, state, call.object())[0];
}
bool is_free(const State& state, const Call& call) {
  return object_words(call.machine.program, state, call.object())[0] == 0;
}

Outcome release(State& state, const Call& call) {
  if (is_free(state, call)) {
    return raise(call, ExceptionKind::runtime_error, "release unlocked lock");
  }
  taker(state, call) = 0;
  return Outcome::returned(none_value);
}

}  // namespace

void initialise_lock(const Machine&, State&, ObjectId) {}

std::optional<ThreadId> owner_lock(const Machine& machine, const State& state, ObjectId lock) {
  const Word word = object_words(machine.program, state, lock)[0];
  if (word == 0) return std::nullopt;
  return ThreadId{word - 1};
}

std::string describe_lock(const Machine& machine, const State& state, ObjectId lock) {
  const std::optional<ThreadId> holder = owner_lock(machine, state, lock);
  return holder ? thread_name(machine, state, *holder) : "free";
}

Readiness ready_lock_acquire(const State& state, const Call& call) {
  if (is_free(state, call)) return Readiness::ready;
  const AcquireArguments arguments = acquire_arguments(call);
  return arguments.error ? Readiness::ready : arguments.if_taken;
}
Outcome apply_lock_acquire(State& state, const Call& call) {
  const AcquireArguments arguments = acquire_arguments(call);
  if (arguments.error) return *arguments.error;
  if (!is_free(state, call)) return Outcome::returned(false_value);
  taker(state, call) = call.self.index + 1;
  return Outcome::returned(true_value);
}
Outcome expire_lock_acquire(State&, const Call&) { return Outcome::returned(false_value); }

Readiness ready_lock_enter(const State& state, const Call& call) {
  return is_free(state, call) ? Readiness::ready : Readiness::blocked;
}
Outcome apply_lock_enter(State& state, const Call& call) {
  taker(state, call) = call.self.index + 1;
  return Outcome::returned(true_value);
}
Outcome expire_lock_enter(State&, const Call&) { return Outcome::returned(false_value); }

Outcome apply_lock_release(State& state, const Call& call) {
  if (call.arguments[0] != none_value) {
    return raise(call, ExceptionKind::type_error, "lock.release() takes no arguments (1 given)");
  }
  return release(state, call);
}
Outcome apply_lock_exit(State& state, const Call& call) { return release(state, call); }

Outcome apply_lock_locked(State& state, const Call& call) {
  return Outcome::returned(boolean_value(!is_free(state, call)));
}

// Condition.wait takes its lock again. `saved` is (whether it was notified, depth, condition).
Readiness ready_lock_restore(const State& state, const Call& call) {
  return is_free(state, call) ? Readiness::ready : Readiness::blocked;
}
Outcome apply_lock_restore(State& state, const Call& call) {
  taker(state, call) = call.self.index + 1;
  return finish_wait(state, call);
}
Outcome expire_lock_restore(State&, const Call&) { return Outcome::returned(false_value); }

}  // namespace lockstep
