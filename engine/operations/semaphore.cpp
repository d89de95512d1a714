// threading.Semaphore and BoundedSemaphore (Lib/threading.py, 3.11): a Condition over a Lock of
// its own, and a counter. Two words: the counter; the waiting threads, oldest first.
//
// The inner lock is only ever held for moments, so each call is one step. A release wakes the
// oldest waiters, one a permit; a woken waiter tests the counter again, and when a newcomer
// has taken the permit meanwhile it queues up at the end.
#include <limits>

#include "engine/operations/arguments.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

struct Words {
  Word& permits;
  Word& waiters;
};
Words words(State& state, const Call& call) {
  Word* first = object_words(call.machine.program, state, call.object());
  return {first[0], first[1]};
}

Outcome acquire(State& state, const Call& call, Operation park) {
  const Value timeout = call.arguments.empty() ? none_value : call.arguments[1];
  const bool blocks = call.arguments.empty() || truth(call.machine.values(), call.arguments[0]);
  if (!blocks && timeout != none_value) {
    return raise(call, ExceptionKind::value_error,
                 "can't specify timeout for non-blocking acquire");
  }
  const Words semaphore = words(state, call);
  if (semaphore.permits > 0) {
    --semaphore.permits;
    return Outcome::returned(true_value);
  }
  if (!blocks) return Outcome::returned(false_value);
  if (const auto error =
          timeout_error(call, timeout, "unsupported operand type(s) for +: 'float' and '", "'")) {
    return *error;
  }
  if (waiting(call, timeout) == Readiness::ready) return Outcome::returned(false_value);
  add_waiter(call.machine, semaphore.waiters, call.self);
  return Outcome::next(park, call.receiver, none_value);
}

Readiness ready(const State& state, const Call& call) {
  const Word queue = object_words(call.machine.program, state, call.object())[1];
  if (!is_waiting(call.machine, queue, call.self)) return Readiness::ready;
  return waiting(call, call.arguments.empty() ? none_value : call.arguments[1]);
}

// Woken: the loop in Semaphore.acquire tests the counter again.
Outcome woken(State& state, const Call& call, Operation park) {
  const Words semaphore = words(state, call);
  if (semaphore.permits > 0) {
    --semaphore.permits;
    return Outcome::returned(true_value);
  }
  add_waiter(call.machine, semaphore.waiters, call.self);
  return Outcome::next(park, call.receiver, none_value);
}

Outcome expire(State& state, const Call& call) {
  const Words semaphore = words(state, call);
  remove_waiter(call.machine, semaphore.waiters, call.self);
  if (semaphore.permits == 0) return Outcome::returned(false_value);
  --semaphore.permits;
  return Outcome::returned(true_value);
}

Outcome release(State& state, const Call& call, Value n, std::optional<std::int64_t> bound) {
  const Count count = count_argument(call, n, "<");
  if (count.error) return *count.error;
  if (count.real ? *count.real < 1 : count.value < 1) {
    return raise(call, ExceptionKind::value_error, "n must be one or more");
  }
  const Words semaphore = words(state, call);
  if (bound && semaphore.permits + count.value > *bound) {
    return raise(call, ExceptionKind::value_error, "Semaphore released too many times");
  }
  constexpr std::int64_t permits_max = std::numeric_limits<Word>::max();
  if (count.value > permits_max - semaphore.permits) {
    return raise(call, ExceptionKind::overflow_error,
                 "a semaphore has more permits than lockstep counts (32 bits)");
  }
  semaphore.permits += static_cast<Word>(count.value);
  if (count.real) {  // added before range() refuses it
    return raise(call, ExceptionKind::type_error,
                 "'float' object cannot be interpreted as an integer");
  }
  remove_oldest(call.machine, semaphore.waiters, count.value);
  return Outcome::returned(none_value);
}

std::int64_t initial_value(const Machine& machine, ObjectId object) {
  return machine.program.objects[object.index].value;
}

}  // namespace

void initialise_semaphore(const Machine& machine, State& state, ObjectId object) {
  object_words(machine.program, state, object)[0] =
      static_cast<Word>(initial_value(machine, object));
}
std::optional<ThreadId> owner_semaphore(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}

std::string describe_semaphore(const Machine& machine, const State& state, ObjectId object) {
  return std::to_string(object_words(machine.program, state, object)[0]) + " free";
}

Outcome apply_semaphore_acquire(State& state, const Call& call) {
  return acquire(state, call, Operation::semaphore_park);
}
Outcome apply_semaphore_enter(State& state, const Call& call) {
  return acquire(state, call, Operation::semaphore_park);
}
Readiness ready_semaphore_park(const State& state, const Call& call) { return ready(state, call); }
Outcome apply_semaphore_park(State& state, const Call& call) {
  return woken(state, call, Operation::semaphore_park);
}
Outcome expire_semaphore_park(State& state, const Call& call) { return expire(state, call); }
Outcome apply_semaphore_release(State& state, const Call& call) {
  return release(state, call, call.arguments[0], std::nullopt);
}
Outcome apply_semaphore_exit(State& state, const Call& call) {
  return release(state, call, none_value, std::nullopt);
}

void initialise_bounded_semaphore(const Machine& machine, State& state, ObjectId object) {
  initialise_semaphore(machine, state, object);
}
std::optional<ThreadId> owner_bounded_semaphore(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}

std::string describe_bounded_semaphore(const Machine& machine, const State& state,
                                       ObjectId object) {
  return describe_semaphore(machine, state, object);
}

Outcome apply_bounded_semaphore_acquire(State& state, const Call& call) {
  return acquire(state, call, Operation::bounded_semaphore_park);
}
Outcome apply_bounded_semaphore_enter(State& state, const Call& call) {
  return acquire(state, call, Operation::bounded_semaphore_park);
}
Readiness ready_bounded_semaphore_park(const State& state, const Call& call) {
  return ready(state, call);
}
Outcome apply_bounded_semaphore_park(State& state, const Call& call) {
  return woken(state, call, Operation::bounded_semaphore_park);
}
Outcome expire_bounded_semaphore_park(State& state, const Call& call) {
  return expire(state, call);
}
Outcome apply_bounded_semaphore_release(State& state, const Call& call) {
  return release(state, call, call.arguments[0], initial_value(call.machine, call.object()));
}
Outcome apply_bounded_semaphore_exit(State& state, const Call& call) {
  return release(state, call, none_value, initial_value(call.machine, call.object()));
}

}  // namespace lockstep
