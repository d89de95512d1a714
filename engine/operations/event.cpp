// threading.Event (Lib/threading.py, 3.11). Two words: the flag; the waiting threads, which have
// no order and are kept ascending.
//
// wait() is no loop: set() wakes whoever waits at that moment, even if clear() follows at once.
#include "engine/operations/arguments.h"

namespace lockstep {
namespace {

struct Words {
  Word& flag;
  Word& waiters;
};
Words words(State& state, const Call& call) {
  Word* first = object_words(call.machine.program, state, call.object());
  return {first[0], first[1]};
}

}  // namespace

void initialise_event(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_event(const Machine&, const State&, ObjectId) { return std::nullopt; }

std::string describe_event(const Machine& machine, const State& state, ObjectId event) {
  return object_words(machine.program, state, event)[0] != 0 ? "set" : "not set";
}

Outcome apply_event_wait(State& state, const Call& call) {
  const Words event = words(state, call);
  if (event.flag != 0) return Outcome::returned(true_value);
  const Value timeout = call.arguments[0];
  if (const auto error = compared_timeout_error(call, timeout)) return *error;
  if (waiting(call, timeout) == Readiness::ready) return Outcome::returned(false_value);
  add_to_all(call.machine, event.waiters, call.self);
  return Outcome::next(Operation::event_park, call.receiver, none_value);
}

Readiness ready_event_park(const State& state, const Call& call) {
  const Word waiters = object_words(call.machine.program, state, call.object())[1];
  if (!is_waiting(call.machine, waiters, call.self)) return Readiness::ready;
  return waiting(call, call.arguments[0]);
}
Outcome apply_event_park(State&, const Call&) { return Outcome::returned(true_value); }
Outcome expire_event_park(State& state, const Call& call) {
  remove_waiter(call.machine, words(state, call).waiters, call.self);
  return Outcome::returned(false_value);
}

Outcome apply_event_set(State& state, const Call& call) {
  const Words event = words(state, call);
  event.flag = 1;
  event.waiters = 0;
  return Outcome::returned(none_value);
}
Outcome apply_event_clear(State& state, const Call& call) {
  words(state, call).flag = 0;
  return Outcome::returned(none_value);
}
Outcome apply_event_is_set(State& state, const Call& call) {
  return Outcome::returned(boolean_value(words(state, call).flag != 0));
}

}  // namespace lockstep
