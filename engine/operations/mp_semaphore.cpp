// multiprocessing.Semaphore and BoundedSemaphore. One word: the permits.
#include <limits>

#include "engine/operations/mp_lock.h"

namespace lockstep {
namespace {

Word& permits(State& state, const Call& call) {
  return object_words(call.machine.program, state, call.object())[0];
}
bool is_free(const State& state, const Call& call) {
  return object_words(call.machine.program, state, call.object())[0] > 0;
}

Outcome release(State& state, const Call& call) {
  const ObjectInfo& semaphore = call.machine.program.objects[call.object().index];
  constexpr std::int64_t sem_value_max = std::numeric_limits<std::int32_t>::max();
  const std::int64_t most =
      semaphore.kind == ObjectKind::mp_bounded_semaphore ? semaphore.value : sem_value_max;
  if (permits(state, call) >= most) return released_too_often(call);
  ++permits(state, call);
  return Outcome::returned(none_value);
}

}  // namespace

void initialise_mp_semaphore(const Machine& machine, State& state, ObjectId semaphore) {
  object_words(machine.program, state, semaphore)[0] =
      static_cast<Word>(machine.program.objects[semaphore.index].value);
}
std::optional<ThreadId> owner_mp_semaphore(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}
std::string describe_mp_semaphore(const Machine& machine, const State& state, ObjectId semaphore) {
  return std::to_string(object_words(machine.program, state, semaphore)[0]) + " free";
}

Readiness ready_mp_semaphore_acquire(const State& state, const Call& call) {
  return is_free(state, call) ? Readiness::ready : readiness_if_taken(call);
}
Outcome apply_mp_semaphore_acquire(State& state, const Call& call) {
  if (const auto error = acquire_error(call)) return *error;
  if (!is_free(state, call)) return Outcome::returned(false_value);
  --permits(state, call);
  return Outcome::returned(true_value);
}
Outcome expire_mp_semaphore_acquire(State&, const Call&) { return Outcome::returned(false_value); }

Readiness ready_mp_semaphore_enter(const State& state, const Call& call) {
  return is_free(state, call) ? Readiness::ready : Readiness::blocked;
}
Outcome apply_mp_semaphore_enter(State& state, const Call& call) {
  --permits(state, call);
  return Outcome::returned(true_value);
}
Outcome expire_mp_semaphore_enter(State&, const Call&) { return Outcome::returned(false_value); }

Outcome apply_mp_semaphore_release(State& state, const Call& call) {
  if (call.arguments[0] != none_value) {
    return raise(call, ExceptionKind::type_error, "SemLock.release() takes no arguments (1 given)");
  }
  return release(state, call);
}
Outcome apply_mp_semaphore_exit(State& state, const Call& call) { return release(state, call); }

}  // namespace lockstep
