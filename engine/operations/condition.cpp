// threading.Condition (Lib/threading.py, 3.11). One word: the waiting threads, oldest first.
//
// wait() is three steps: let go of the lock and queue up; park until notified or timed out;
// take the lock again. A waiter that timed out leaves the queue only once it has the lock
// back: a notify in between is spent on it, as in CPython.
#include <limits>
#include "engine/assert.h"

#include "engine/operations/arguments.h"
#include "engine/state/thread_name.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

Word& waiters(State& state, const Call& call) {
  return object_words(call.machine.program, state, call.object())[0];
}
ObjectId lock_of(const Call& call) {
  return *call.machine.program.objects[call.object().index].lock;
}

// On to taking the lock again, with the result that wait() will return.
Outcome restore(const Call& call, bool notified) {
  const Value saved[] = {boolean_value(notified), call.saved, call.receiver};
  const ObjectId lock = lock_of(call);
  const bool plain = call.machine.program.objects[lock.index].kind == ObjectKind::lock;
  return Outcome::next(plain ? Operation::lock_restore : Operation::rlock_restore,
                       object_value(lock), call.machine.values().tuple(saved));
}

Outcome notify(State& state, const Call& call, std::int64_t count) {
  if (!is_owned(call.machine, state, lock_of(call), call.self)) {
    return raise(call, ExceptionKind::runtime_error, "cannot notify on un-acquired lock");
  }
  remove_oldest(call.machine, waiters(state, call), count);
  return Outcome::returned(none_value);
}

}  // namespace

void initialise_condition(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_condition(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}

std::string describe_condition(const Machine& machine, const State& state, ObjectId condition) {
  std::string text;
  for (const Value waiter :
       machine.values().items(Value{object_words(machine.program, state, condition)[0]})) {
    if (!text.empty()) text += ", ";
    text += thread_name(machine, state, machine.values().as_thread(waiter));
  }
  return (text.empty() ? "nobody" : text) + " waiting";
}

Outcome apply_condition_wait(State& state, const Call& call) {
  const ObjectId lock = lock_of(call);
  if (!is_owned(call.machine, state, lock, call.self)) {
    return raise(call, ExceptionKind::runtime_error, "cannot wait on un-acquired lock");
  }
  if (const auto error = compared_timeout_error(call, call.arguments[0])) return *error;
  add_waiter(call.machine, waiters(state, call), call.self);
  const std::uint32_t depth = release_save(call.machine, state, lock);
  return Outcome::next(Operation::condition_park, call.receiver,
                       call.machine.values().integer(depth));
}

Readiness ready_condition_park(const State& state, const Call& call) {
  const Word queue = object_words(call.machine.program, state, call.object())[0];
  if (!is_waiting(call.machine, queue, call.self)) return Readiness::ready;
  return waiting(call, call.arguments[0]);
}
Outcome apply_condition_park(State& state, const Call& call) {
  return restore(call, !is_waiting(call.machine, waiters(state, call), call.self));
}
Outcome expire_condition_park(State&, const Call& call) { return restore(call, false); }

Outcome finish_wait(State& state, const Call& call) {
  const std::span<const Value> saved = call.machine.values().items(call.saved);
  const bool notified = saved[0] == true_value;
  if (!notified) {
    const ObjectId condition = call.machine.values().as_object(saved[2]);
    remove_waiter(call.machine, object_words(call.machine.program, state, condition)[0], call.self);
  }
  return Outcome::returned(boolean_value(notified));
}

Outcome apply_condition_notify(State& state, const Call& call) {
  if (!is_owned(call.machine, state, lock_of(call), call.self)) return notify(state, call, 0);
  // n is looked at only where somebody waits.
  if (waiters(state, call) == 0) return Outcome::returned(none_value);
  const Count count = count_argument(call, call.arguments[0], ">");
  if (count.error) return *count.error;
  return notify(state, call, count.value);
}
Outcome apply_condition_notify_all(State& state, const Call& call) {
  return notify(state, call, std::numeric_limits<std::int64_t>::max());
}

}  // namespace lockstep
