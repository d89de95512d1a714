// multiprocessing.Lock. One word: 0 while free, else its taker's index + 1: anybody may release
// it, and the wait-for graph has to say who could let a waiter go.
#include "engine/operations/mp_lock.h"

#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

Word& taker(State& state, const Call& call) {
  return object_words(call.machine.program, state, call.object())[0];
}
bool is_free(const State& state, const Call& call) {
  return object_words(call.machine.program, state, call.object())[0] == 0;
}

Outcome release(State& state, const Call& call) {
  if (is_free(state, call)) return released_too_often(call);
  taker(state, call) = 0;
  return Outcome::returned(none_value);
}

}  // namespace

Readiness readiness_if_empty(const Call& call) {
  const bool blocks = truth(call.machine.values(), call.arguments[0]);
  return blocks ? waiting(call, call.arguments[1]) : Readiness::ready;
}
Readiness readiness_if_taken(const Call& call) {
  return acquire_error(call) ? Readiness::ready : readiness_if_empty(call);
}
std::optional<Outcome> acquire_error(const Call& call) {
  if (auto error =
          c_int_error(call, call.arguments[0], "Python int too large to convert to C int")) {
    return error;
  }
  return timeout_error(call, call.arguments[1]);
}
std::optional<Outcome> timeout_error(const Call& call, Value timeout) {
  if (timeout == none_value) return std::nullopt;
  const ValueTable& values = call.machine.values();
  const ValueKind kind = values.kind(timeout);
  if (kind != ValueKind::boolean && kind != ValueKind::integer && kind != ValueKind::real) {
    return raise(call, ExceptionKind::type_error,
                 "must be real number, not " + std::string(type_name(values, timeout)));
  }
  return seconds(call, timeout).error;
}
Outcome released_too_often(const Call& call) {
  return raise(call, ExceptionKind::value_error, "semaphore or lock released too many times");
}

void initialise_mp_lock(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_mp_lock(const Machine& machine, const State& state, ObjectId lock) {
  return owner_lock(machine, state, lock);
}
std::string describe_mp_lock(const Machine& machine, const State& state, ObjectId lock) {
  return describe_lock(machine, state, lock);
}

Readiness ready_mp_lock_acquire(const State& state, const Call& call) {
  return is_free(state, call) ? Readiness::ready : readiness_if_taken(call);
}
Outcome apply_mp_lock_acquire(State& state, const Call& call) {
  if (const auto error = acquire_error(call)) return *error;
  if (!is_free(state, call)) return Outcome::returned(false_value);
  taker(state, call) = call.self.index + 1;
  return Outcome::returned(true_value);
}
Outcome expire_mp_lock_acquire(State&, const Call&) { return Outcome::returned(false_value); }

Readiness ready_mp_lock_enter(const State& state, const Call& call) {
  return is_free(state, call) ? Readiness::ready : Readiness::blocked;
}
Outcome apply_mp_lock_enter(State& state, const Call& call) {
  taker(state, call) = call.self.index + 1;
  return Outcome::returned(true_value);
}
Outcome expire_mp_lock_enter(State&, const Call&) { return Outcome::returned(false_value); }

Outcome apply_mp_lock_release(State& state, const Call& call) {
  if (call.arguments[0] != none_value) {
    return raise(call, ExceptionKind::type_error, "SemLock.release() takes no arguments (1 given)");
  }
  return release(state, call);
}
Outcome apply_mp_lock_exit(State& state, const Call& call) { return release(state, call); }

Readiness ready_mp_lock_restore(const State& state, const Call& call) {
  return ready_mp_lock_enter(state, call);
}
Outcome apply_mp_lock_restore(State& state, const Call& call) {
  taker(state, call) = call.self.index + 1;
  return finish_mp_wait(call);
}
Outcome expire_mp_lock_restore(State& state, const Call& call) {
  return apply_mp_lock_restore(state, call);
}

}  // namespace lockstep
