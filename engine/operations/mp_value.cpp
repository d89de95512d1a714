// multiprocessing.Value('i', n) (Lib/multiprocessing/sharedctypes.py, 3.11): a C int in shared
// memory, and an RLock. Three words: the lock's owner's index + 1 and its count; the int.
//
// Reading and writing `value` each take the lock and let it go again, so they wait for whoever
// holds it, and `v.value -= 1` is two calls. They hold it for a moment only, and nobody can ask
// for the lock without waiting: each is one step.
#include "engine/operations/mp_lock.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

Word& number(State& state, const Call& call) {
  return object_words(call.machine.program, state, call.object())[2];
}
Readiness ready(const State& state, const Call& call) {
  return can_take_recursive(state, call) ? Readiness::ready : Readiness::blocked;
}

}  // namespace

void initialise_mp_value(const Machine& machine, State& state, ObjectId value) {
  object_words(machine.program, state, value)[2] =
      static_cast<Word>(machine.program.objects[value.index].value);
}
std::optional<ThreadId> owner_mp_value(const Machine& machine, const State& state, ObjectId value) {
  return owner_rlock(machine, state, value);
}
std::string describe_mp_value(const Machine& machine, const State& state, ObjectId value) {
  const auto number = static_cast<std::int32_t>(object_words(machine.program, state, value)[2]);
  const std::string lock = describe_rlock(machine, state, value);
  return std::to_string(number) + (lock == "free" ? "" : ", " + lock);
}

Readiness ready_mp_value_value(const State& state, const Call& call) { return ready(state, call); }
Outcome apply_mp_value_value(State& state, const Call& call) {
  const auto value = static_cast<std::int32_t>(number(state, call));
  return Outcome::returned(call.machine.values().integer(value));
}
Outcome expire_mp_value_value(State&, const Call&) { return Outcome::returned(none_value); }

Readiness ready_mp_value_set(const State& state, const Call& call) { return ready(state, call); }
Outcome apply_mp_value_set(State& state, const Call& call) {
  const ValueTable& values = call.machine.values();
  const Value given = call.arguments[0];
  const ValueKind kind = values.kind(given);
  if (kind != ValueKind::integer && kind != ValueKind::boolean) {
    return raise(call, ExceptionKind::type_error,
                 "'" + std::string(type_name(values, given)) +
                     "' object cannot be interpreted as an integer");
  }
  // A C int keeps the low 32 bits.
  number(state, call) = static_cast<Word>(values.as_integer(given));
  return Outcome::returned(none_value);
}
Outcome expire_mp_value_set(State&, const Call&) { return Outcome::returned(none_value); }

Readiness ready_mp_value_enter(const State& state, const Call& call) { return ready(state, call); }
Outcome apply_mp_value_enter(State& state, const Call& call) {
  take_recursive(state, call);
  return Outcome::returned(true_value);
}
Outcome expire_mp_value_enter(State&, const Call&) { return Outcome::returned(false_value); }
Outcome apply_mp_value_exit(State& state, const Call& call) {
  return release_recursive(state, call);
}

}  // namespace lockstep
