// multiprocessing.Condition (Lib/multiprocessing/synchronize.py, 3.11). Three words, the counts of
// its semaphores: who has gone to sleep, who has woken, and the wake-ups that nobody has taken.
//
// wait() goes to sleep and lets go of the lock; takes a wake-up, whoever comes first, or times out;
// says that it has woken; takes the lock again. Others may come in between each of these: a notify
// cannot tell who has timed out from who sleeps before that says so, and wakes it in another's
// place.
//
// notify() first subtracts those who woke since the last time. It returns when as many have woken
// as it gave wake-ups for, and takes back what is left of these. So it waits for ever for one who
// was killed asleep.
#include <limits>

#include "engine/operations/mp_lock.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

struct Words {
  Word& sleeping;
  Word& woken;
  Word& wake_ups;
};
Words words(State& state, const Call& call) {
  Word* first = object_words(call.machine.program, state, call.object());
  return {first[0], first[1], first[2]};
}
ObjectId lock_of(const Call& call) {
  return *call.machine.program.objects[call.object().index].lock;
}
// The first word of either kind of lock.
bool is_mine(const State& state, const Call& call) {
  return object_words(call.machine.program, state, lock_of(call))[0] == call.self.index + 1;
}
bool is_reentrant(const Call& call) {
  return call.machine.program.objects[lock_of(call).index].kind == ObjectKind::mp_rlock;
}

Outcome assertion(const Call& call, std::string_view message) {
  return raise(call, ExceptionKind::assertion_error, message);
}

// On to saying that it has woken, with how wait() will end.
Outcome wake(const Call& call, Value depth, Value result, bool is_raised) {
  const Value saved[] = {depth, result, boolean_value(is_raised)};
  return Outcome::next(Operation::mp_condition_woken, call.receiver,
                       call.machine.values().tuple(saved));
}
Outcome take_wake_up(State& state, const Call& call) {
  const Words condition = words(state, call);
  const bool is_woken = condition.wake_ups > 0;
  if (is_woken) --condition.wake_ups;
  return wake(call, call.saved, boolean_value(is_woken), false);
}

Outcome notify(State& state, const Call& call, Value most) {
  if (!is_mine(state, call)) return assertion(call, "lock is not owned");
  const Words condition = words(state, call);
  if (condition.wake_ups > 0) {
    --condition.wake_ups;
    return assertion(call, "notify: Should not have been able to acquire _wait_semaphore");
  }
  if (condition.woken > condition.sleeping) {
    condition.woken -= condition.sleeping + 1;
    condition.sleeping = 0;
    return assertion(call, "notify: Bug in sleeping_count.acquire- res should not be False");
  }
  condition.sleeping -= condition.woken;
  condition.woken = 0;
  ValueTable& values = call.machine.values();
  std::int64_t given = 0;
  for (;; ++given) {
    const Result less = compare(values, Comparison::less, values.integer(given), most);
    if (less.raised) return Outcome::raise(less.value);
    if (less.value != true_value || condition.sleeping == 0) break;
    --condition.sleeping;
    ++condition.wake_ups;
  }
  if (given == 0) return Outcome::returned(none_value);
  return Outcome::next(Operation::mp_condition_collect, call.receiver, values.integer(given));
}

}  // namespace

void initialise_mp_condition(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_mp_condition(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}
std::string describe_mp_condition(const Machine& machine, const State& state, ObjectId condition) {
  const Word* words = object_words(machine.program, state, condition);
  std::string text = words[0] == 0 ? "nobody" : std::to_string(words[0]);
  text += " waiting";
  if (words[1] > 0) text += ", " + std::to_string(words[1]) + " woken";
  if (words[2] > 0) text += ", " + std::to_string(words[2]) + " to wake";
  return text;
}

Outcome apply_mp_condition_wait(State& state, const Call& call) {
  if (!is_mine(state, call)) {
    return assertion(call, "must acquire() condition before using wait()");
  }
  ++words(state, call).sleeping;
  Word* const lock = object_words(call.machine.program, state, lock_of(call));
  const Value depth = call.machine.values().integer(is_reentrant(call) ? lock[1] : 1);
  lock[0] = 0;
  if (is_reentrant(call)) lock[1] = 0;
  if (const auto error = timeout_error(call, call.arguments[0])) {
    return wake(call, depth, error->value, true);
  }
  return Outcome::next(Operation::mp_condition_park, call.receiver, depth);
}

Readiness ready_mp_condition_park(const State& state, const Call& call) {
  const bool can_wake = object_words(call.machine.program, state, call.object())[2] > 0;
  return can_wake ? Readiness::ready : waiting(call, call.arguments[0]);
}
Outcome apply_mp_condition_park(State& state, const Call& call) {
  return take_wake_up(state, call);
}
Outcome expire_mp_condition_park(State&, const Call& call) {
  return wake(call, call.saved, false_value, false);
}

Outcome apply_mp_condition_woken(State& state, const Call& call) {
  ++words(state, call).woken;
  return Outcome::next(
      is_reentrant(call) ? Operation::mp_rlock_restore : Operation::mp_lock_restore,
      object_value(lock_of(call)), call.saved);
}

Outcome finish_mp_wait(const Call& call) {
  const std::span<const Value> saved = call.machine.values().items(call.saved);
  return saved[2] == true_value ? Outcome::raise(saved[1]) : Outcome::returned(saved[1]);
}

Outcome apply_mp_condition_notify(State& state, const Call& call) {
  const Value most = call.arguments[0] == none_value ? small_integer_value(1) : call.arguments[0];
  return notify(state, call, most);
}
Outcome apply_mp_condition_notify_all(State& state, const Call& call) {
  const std::int64_t all = std::numeric_limits<std::int64_t>::max();
  return notify(state, call, call.machine.values().integer(all));
}

Readiness ready_mp_condition_collect(const State& state, const Call& call) {
  const Word woken = object_words(call.machine.program, state, call.object())[1];
  return woken > 0 ? Readiness::ready : Readiness::blocked;
}
// Of those who have woken, one at a time: another notify may take some too, if somebody else has
// released the Lock.
Outcome apply_mp_condition_collect(State& state, const Call& call) {
  const Words condition = words(state, call);
  --condition.woken;
  const std::int64_t missing = small_integer(call.saved) - 1;
  if (missing > 0) {
    return Outcome::next(Operation::mp_condition_collect, call.receiver,
                         call.machine.values().integer(missing));
  }
  condition.wake_ups = 0;
  return Outcome::returned(none_value);
}
Outcome expire_mp_condition_collect(State& state, const Call& call) {
  return apply_mp_condition_collect(state, call);
}

}  // namespace lockstep
