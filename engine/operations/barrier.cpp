// threading.Barrier (Lib/threading.py, 3.11). Three words: the stage; how many threads are inside
// of wait(); who executes the action, as index + 1.
//
// wait() is: come in, park until the barrier opens or breaks, go. The last to come does not park.
// If there is an action, it goes back to its bytecode, which calls the action and then opens or
// breaks the barrier (BodyCompiler::barrier_wait_statement). CPython does all of that with the
// barrier's inner lock held: so nobody comes or goes meanwhile, and a timeout changes nothing.
//
// Who waits is not written down. Nobody can come before the last of a round has gone, so the
// stage says all that a thread inside has to know, and the queue of CPython's Condition has no
// effect: every wake-up is a notify_all.
#include "engine/operations/barrier.h"

#include <string>

#include "engine/operations/arguments.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

enum Stage : Word { filling, draining, resetting, broken };

template <class WordType>
struct Words {
  WordType& stage;
  WordType& inside;
  WordType& runner;
};
Words<Word> words(State& state, const Call& call) {
  Word* first = object_words(call.machine.program, state, call.object());
  return {first[0], first[1], first[2]};
}
Words<const Word> words(const Machine& machine, const State& state, ObjectId barrier) {
  const Word* first = object_words(machine.program, state, barrier);
  return {first[0], first[1], first[2]};
}
Words<const Word> words(const State& state, const Call& call) {
  return words(call.machine, state, call.object());
}

const ObjectInfo& info(const Call& call) {
  return call.machine.program.objects[call.object().index];
}

Outcome raise_broken(const Call& call) {
  return Outcome::raise(call.machine.values().exception(ExceptionKind::broken_barrier_error));
}

void leave(const Words<Word>& barrier) {
  --barrier.inside;
  if (barrier.inside == 0 && barrier.stage != broken) barrier.stage = filling;
}

Readiness unless_in_action(const State& state, const Call& call) {
  return words(state, call).runner == 0 ? Readiness::ready : Readiness::blocked;
}

}  // namespace

std::string awaited_at_barrier(const Machine& machine, const State& state, ObjectId id) {
  const auto barrier = words(machine, state, id);
  if (barrier.runner != 0) return "the end of the action";
  if (barrier.stage != filling) return "the round before to leave";
  const std::int64_t parties = machine.program.objects[id.index].value;
  if (barrier.inside >= parties) return "more than " + std::to_string(parties);
  return std::to_string(parties - barrier.inside) + " more of " + std::to_string(parties);
}

std::optional<ThreadId> in_action(const Machine& machine, const State& state, ObjectId id) {
  const auto barrier = words(machine, state, id);
  if (barrier.runner == 0) return std::nullopt;
  return ThreadId{barrier.runner - 1};
}

Value barrier_timeout(const Machine& machine, ObjectId barrier, Value given) {
  const std::optional<double> own = machine.program.objects[barrier.index].timeout;
  return given == none_value && own ? machine.values().real(*own) : given;
}

void initialise_barrier(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_barrier(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}

std::string describe_barrier(const Machine& machine, const State& state, ObjectId id) {
  const auto barrier = words(machine, state, id);
  const std::string inside = std::to_string(barrier.inside);
  const std::string parties = std::to_string(machine.program.objects[id.index].value);
  switch (barrier.stage) {
    case draining:
      return "open, " + inside + " to leave";
    case resetting:
      return "being reset, " + inside + " to leave";
    case broken:
      return barrier.inside == 0 ? "broken" : "broken, " + inside + " to leave";
    default:
      break;
  }
  return inside + " of " + parties + (barrier.runner == 0 ? "" : ", in its action");
}

Readiness ready_barrier_wait(const State& state, const Call& call) {
  const auto barrier = words(state, call);
  if (barrier.stage == draining || barrier.stage == resetting) return Readiness::blocked;
  return unless_in_action(state, call);
}
// Returns the thread's number in its round; or the action, if that is to be executed first.
Outcome apply_barrier_wait(State& state, const Call& call) {
  const Words<Word> barrier = words(state, call);
  if (barrier.stage == broken) return raise_broken(call);
  const Value number = call.machine.values().integer(barrier.inside);
  if (std::int64_t{barrier.inside} + 1 == info(call).value) {
    ++barrier.inside;
    if (info(call).action) {
      barrier.runner = call.self.index + 1;
      return Outcome::returned(function_value(*info(call).action));
    }
    barrier.stage = draining;
    leave(barrier);
    return Outcome::returned(number);
  }
  const Value timeout = barrier_timeout(call.machine, call.object(), call.arguments[0]);
  // It is added to a float.
  if (const auto error =
          timeout_error(call, timeout, "unsupported operand type(s) for +: 'float' and '", "'")) {
    return *error;
  }
  ++barrier.inside;
  return Outcome::next(Operation::barrier_park, call.receiver, number);
}
// It never waits for a timeout: that begins when the thread is inside.
Outcome expire_barrier_wait(State& state, const Call& call) {
  return apply_barrier_wait(state, call);
}

Readiness ready_barrier_park(const State& state, const Call& call) {
  const auto barrier = words(state, call);
  if (barrier.runner != 0) return Readiness::blocked;
  if (barrier.stage != filling) return Readiness::ready;
  return waiting(call, barrier_timeout(call.machine, call.object(), call.arguments[0]));
}
Outcome apply_barrier_park(State& state, const Call& call) {
  const Words<Word> barrier = words(state, call);
  if (barrier.stage == filling) barrier.stage = broken;  // no time to wait
  const bool opened = barrier.stage == draining;
  leave(barrier);
  return opened ? Outcome::returned(call.saved) : raise_broken(call);
}
Outcome expire_barrier_park(State& state, const Call& call) {
  return apply_barrier_park(state, call);
}

Outcome apply_barrier_release(State& state, const Call& call) {
  const Words<Word> barrier = words(state, call);
  barrier.runner = 0;
  barrier.stage = draining;
  leave(barrier);
  return Outcome::returned(call.machine.values().integer(info(call).value - 1));
}
Outcome apply_barrier_break(State& state, const Call& call) {
  const Words<Word> barrier = words(state, call);
  barrier.runner = 0;
  barrier.stage = broken;
  leave(barrier);
  return Outcome::returned(none_value);
}

Readiness ready_barrier_reset(const State& state, const Call& call) {
  return unless_in_action(state, call);
}
Outcome apply_barrier_reset(State& state, const Call& call) {
  const Words<Word> barrier = words(state, call);
  if (barrier.inside == 0) {
    barrier.stage = filling;
  } else if (barrier.stage != draining) {
    barrier.stage = resetting;
  }
  return Outcome::returned(none_value);
}
Outcome expire_barrier_reset(State& state, const Call& call) {
  return apply_barrier_reset(state, call);
}

Readiness ready_barrier_abort(const State& state, const Call& call) {
  return unless_in_action(state, call);
}
Outcome apply_barrier_abort(State& state, const Call& call) {
  words(state, call).stage = broken;
  return Outcome::returned(none_value);
}
Outcome expire_barrier_abort(State& state, const Call& call) {
  return apply_barrier_abort(state, call);
}

Outcome apply_barrier_n_waiting(State& state, const Call& call) {
  const auto barrier = words(state, call);
  return Outcome::returned(
      call.machine.values().integer(barrier.stage == filling ? barrier.inside : 0));
}
Outcome apply_barrier_parties(State&, const Call& call) {
  return Outcome::returned(call.machine.values().integer(info(call).value));
}
Outcome apply_barrier_broken(State& state, const Call& call) {
  return Outcome::returned(boolean_value(words(state, call).stage == broken));
}

}  // namespace lockstep
