// multiprocessing.Event (Lib/multiprocessing/synchronize.py, 3.11). Three words: the flag; the
// waiting threads, which have no order and are kept ascending; who holds the inner lock for ever,
// as index + 1.
//
// Other than threading's, whoever was woken looks at the flag again: a clear() that follows the
// set() at once makes wait() return False. Its inner lock is only ever held for moments, so each
// call is one step; but for this: set() waits until all who wait have woken, and one who was killed
// while it waited never does. Then nobody comes into or out of any method any more.
#include <algorithm>

#include "engine/operations/mp_lock.h"

namespace lockstep {
namespace {

struct Words {
  Word& flag;
  Word& waiters;
  Word& holder;
};
Words words(State& state, const Call& call) {
  Word* first = object_words(call.machine.program, state, call.object());
  return {first[0], first[1], first[2]};
}
Readiness unless_held(const State& state, const Call& call) {
  const Word holder = object_words(call.machine.program, state, call.object())[2];
  return holder == 0 ? Readiness::ready : Readiness::blocked;
}
bool was_killed(const State& state, const Call& call, Value thread) {
  const ThreadId id = call.machine.values().as_thread(thread);
  return life(call.machine.program, state, id) == Life::killed;
}

Outcome flag(State& state, const Call& call) {
  return Outcome::returned(boolean_value(words(state, call).flag != 0));
}

}  // namespace

void initialise_mp_event(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_mp_event(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}
std::string describe_mp_event(const Machine& machine, const State& state, ObjectId event) {
  return describe_event(machine, state, event);
}

Readiness ready_mp_event_wait(const State& state, const Call& call) {
  return unless_held(state, call);
}
Outcome apply_mp_event_wait(State& state, const Call& call) {
  const Words event = words(state, call);
  if (event.flag != 0) return Outcome::returned(true_value);
  if (call.arguments[0] != none_value) {
    if (const auto error = timeout_error(call, call.arguments[0])) return *error;
    if (seconds(call, call.arguments[0]).value <= 0) return Outcome::returned(false_value);
  }
  add_to_all(call.machine, event.waiters, call.self);
  return Outcome::next(Operation::mp_event_park, call.receiver, none_value);
}

Outcome expire_mp_event_wait(State& state, const Call& call) {
  return apply_mp_event_wait(state, call);
}

Readiness ready_mp_event_park(const State& state, const Call& call) {
  const Word waiters = object_words(call.machine.program, state, call.object())[1];
  if (!is_waiting(call.machine, waiters, call.self)) return Readiness::ready;
  return waiting(call, call.arguments[0]);
}
Outcome apply_mp_event_park(State& state, const Call& call) {
  if (unless_held(state, call) == Readiness::ready) return flag(state, call);
  return Outcome::next(Operation::mp_event_return, call.receiver, none_value);
}
Outcome expire_mp_event_park(State& state, const Call& call) {
  remove_waiter(call.machine, words(state, call).waiters, call.self);
  return apply_mp_event_park(state, call);
}

Readiness ready_mp_event_return(const State& state, const Call& call) {
  return unless_held(state, call);
}
Outcome apply_mp_event_return(State& state, const Call& call) { return flag(state, call); }
Outcome expire_mp_event_return(State& state, const Call& call) { return flag(state, call); }

Readiness ready_mp_event_set(const State& state, const Call& call) {
  return unless_held(state, call);
}
Outcome apply_mp_event_set(State& state, const Call& call) {
  const Words event = words(state, call);
  const std::span<const Value> waiters = call.machine.values().items({event.waiters});
  event.flag = 1;
  event.waiters = 0;
  if (std::ranges::none_of(waiters, [&](Value its) { return was_killed(state, call, its); })) {
    return Outcome::returned(none_value);
  }
  event.holder = call.self.index + 1;
  return Outcome::next(Operation::mp_event_return, call.receiver, none_value);
}
Outcome expire_mp_event_set(State& state, const Call& call) {
  return apply_mp_event_set(state, call);
}

Readiness ready_mp_event_clear(const State& state, const Call& call) {
  return unless_held(state, call);
}
Outcome apply_mp_event_clear(State& state, const Call& call) {
  words(state, call).flag = 0;
  return Outcome::returned(none_value);
}
Outcome expire_mp_event_clear(State& state, const Call& call) {
  return apply_mp_event_clear(state, call);
}

Readiness ready_mp_event_is_set(const State& state, const Call& call) {
  return unless_held(state, call);
}
Outcome apply_mp_event_is_set(State& state, const Call& call) { return flag(state, call); }
Outcome expire_mp_event_is_set(State& state, const Call& call) { return flag(state, call); }

}  // namespace lockstep
