// threading.RLock. Two words: its owner's index + 1 (0: free), and how often it is taken.
// Modules/_threadmodule.c, 3.11 (rlock_acquire, rlock_release).
#include "engine/operations/arguments.h"
#include "engine/state/thread_name.h"

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
bool can_take(const State& state, const Call& call) {
  const Word owner = object_words(call.machine.program, state, call.object())[0];
  return owner == 0 || owner == call.self.index + 1;
}

Outcome take(State& state, const Call& call) {
  const Words lock = words(state, call);
  lock.owner = call.self.index + 1;
  ++lock.count;
  return Outcome::returned(true_value);
}

Outcome release(State& state, const Call& call) {
  const Words lock = words(state, call);
  if (lock.owner != call.self.index + 1) {
    return raise(call, ExceptionKind::runtime_error, "cannot release un-acquired lock");
  }
  if (--lock.count == 0) lock.owner = 0;
  return Outcome::returned(none_value);
}

}  // namespace

void initialise_rlock(const Machine&, State&, ObjectId) {}

std::optional<ThreadId> owner_rlock(const Machine& machine, const State& state, ObjectId lock) {
  return owner_lock(machine, state, lock);  // the first word means the same
}

std::string describe_rlock(const Machine& machine, const State& state, ObjectId lock) {
  const Word count = object_words(machine.program, state, lock)[1];
  return describe_lock(machine, state, lock) + (count > 1 ? " x" + std::to_string(count) : "");
}

Readiness ready_rlock_acquire(const State& state, const Call& call) {
  if (can_take(state, call)) return Readiness::ready;
  const AcquireArguments arguments = acquire_arguments(call);
  return arguments.error ? Readiness::ready : arguments.if_taken;
}
Outcome apply_rlock_acquire(State& state, const Call& call) {
  const AcquireArguments arguments = acquire_arguments(call);
  if (arguments.error) return *arguments.error;
  if (!can_take(state, call)) return Outcome::returned(false_value);
  return take(state, call);
}
Outcome expire_rlock_acquire(State&, const Call&) { return Outcome::returned(false_value); }

Readiness ready_rlock_enter(const State& state, const Call& call) {
  return can_take(state, call) ? Readiness::ready : Readiness::blocked;
}
Outcome apply_rlock_enter(State& state, const Call& call) { return take(state, call); }
Outcome expire_rlock_enter(State&, const Call&) { return Outcome::returned(false_value); }

Outcome apply_rlock_release(State& state, const Call& call) {
  if (call.arguments[0] != none_value) {
    return raise(call, ExceptionKind::type_error, "RLock.release() takes no arguments (1 given)");
  }
  return release(state, call);
}
Outcome apply_rlock_exit(State& state, const Call& call) { return release(state, call); }

// Condition.wait takes its lock again, as deep as before. `saved` as for lock_restore.
Readiness ready_rlock_restore(const State& state, const Call& call) {
  return can_take(state, call) ? Readiness::ready : Readiness::blocked;
}
Outcome apply_rlock_restore(State& state, const Call& call) {
  const ValueTable& values = call.machine.values();
  const Words lock = words(state, call);
  lock.owner = call.self.index + 1;
  lock.count = static_cast<Word>(values.as_integer(values.items(call.saved)[1]));
  return finish_wait(state, call);
}
Outcome expire_rlock_restore(State&, const Call&) { return Outcome::returned(false_value); }

}  // namespace lockstep
