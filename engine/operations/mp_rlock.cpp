// multiprocessing.RLock. Two words: its owner's index + 1 (0: free), and how often it is taken.
#include "engine/operations/mp_lock.h"

namespace lockstep {
namespace {

struct Words {
  Word& owner;
  Word& count;
};
Words words(State& state, const Call& call) {
  Word* first = object_words(call.machine.program, state, call.object());
  return {first[0], first[1]};
}

}  // namespace

bool can_take_recursive(const State& state, const Call& call) {
  const Word owner = object_words(call.machine.program, state, call.object())[0];
  return owner == 0 || owner == call.self.index + 1;
}
void take_recursive(State& state, const Call& call) {
  const Words lock = words(state, call);
  lock.owner = call.self.index + 1;
  ++lock.count;
}
Outcome release_recursive(State& state, const Call& call) {
  const Words lock = words(state, call);
  if (lock.owner != call.self.index + 1) {
    return raise(call, ExceptionKind::assertion_error,
                 "attempt to release recursive lock not owned by thread");
  }
  if (--lock.count == 0) lock.owner = 0;
  return Outcome::returned(none_value);
}

void initialise_mp_rlock(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_mp_rlock(const Machine& machine, const State& state, ObjectId lock) {
  return owner_rlock(machine, state, lock);
}
std::string describe_mp_rlock(const Machine& machine, const State& state, ObjectId lock) {
  return describe_rlock(machine, state, lock);
}

Readiness ready_mp_rlock_acquire(const State& state, const Call& call) {
  return can_take_recursive(state, call) ? Readiness::ready : readiness_if_taken(call);
}
Outcome apply_mp_rlock_acquire(State& state, const Call& call) {
  if (const auto error = acquire_error(call)) return *error;
  if (!can_take_recursive(state, call)) return Outcome::returned(false_value);
  take_recursive(state, call);
  return Outcome::returned(true_value);
}
Outcome expire_mp_rlock_acquire(State&, const Call&) { return Outcome::returned(false_value); }

Readiness ready_mp_rlock_enter(const State& state, const Call& call) {
  return can_take_recursive(state, call) ? Readiness::ready : Readiness::blocked;
}
Outcome apply_mp_rlock_enter(State& state, const Call& call) {
  take_recursive(state, call);
  return Outcome::returned(true_value);
}
Outcome expire_mp_rlock_enter(State&, const Call&) { return Outcome::returned(false_value); }

Outcome apply_mp_rlock_release(State& state, const Call& call) {
  if (call.arguments[0] != none_value) {
    return raise(call, ExceptionKind::type_error, "SemLock.release() takes no arguments (1 given)");
  }
  return release_recursive(state, call);
}
Outcome apply_mp_rlock_exit(State& state, const Call& call) {
  return release_recursive(state, call);
}

Readiness ready_mp_rlock_restore(const State& state, const Call& call) {
  return ready_mp_rlock_enter(state, call);
}
Outcome apply_mp_rlock_restore(State& state, const Call& call) {
  const Value depth = call.machine.values().items(call.saved)[0];
  const Words lock = words(state, call);
  lock.owner = call.self.index + 1;
  lock.count = static_cast<Word>(small_integer(depth));
  return finish_mp_wait(call);
}
Outcome expire_mp_rlock_restore(State& state, const Call& call) {
  return apply_mp_rlock_restore(state, call);
}

}  // namespace lockstep
