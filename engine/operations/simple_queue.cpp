// queue.SimpleQueue (Modules/_queuemodule.c, 3.11). One word: the items.
//
// Who waits in get waits for one plain lock, which a put releases and which every getter that
// leaves releases again. So any of them may be the one who gets the item, as with a Lock, and
// there is nothing to remember of the order in which they came.
#include <vector>

#include "engine/operations/arguments.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

Word& items(State& state, const Call& call) {
  return object_words(call.machine.program, state, call.object())[0];
}

// get(block=True, timeout=None); without block the timeout is not even looked at.
Value timeout_of(const Call& call) {
  const bool blocks = truth(call.machine.values(), call.arguments[0]);
  return blocks ? call.arguments[1] : small_integer_value(0);
}

Outcome empty(const Call& call) {
  return Outcome::raise(call.machine.values().exception(ExceptionKind::queue_empty));
}

}  // namespace

void initialise_simple_queue(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_simple_queue(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}

std::string describe_simple_queue(const Machine& machine, const State& state, ObjectId queue) {
  const Word items = object_words(machine.program, state, queue)[0];
  return describe_items(machine.values().items(Value{items}).size());
}

// put(item, block=True, timeout=None): the latter two are there for the sake of Queue's callers.
Outcome apply_simple_queue_put(State& state, const Call& call) {
  Word& queue = items(state, call);
  ValueTable& values = call.machine.values();
  const std::span<const Value> before = values.items(Value{queue});
  if (before.size() >= items_max) return too_many_items(call);
  std::vector<Value> after(before.begin(), before.end());
  after.push_back(call.arguments[0]);
  queue = values.tuple(after).bits;
  return Outcome::returned(none_value);
}

Readiness ready_simple_queue_get(const State& state, const Call& call) {
  const Word queue = object_words(call.machine.program, state, call.object())[0];
  return queue != 0 ? Readiness::ready : waiting(call, timeout_of(call));
}
Outcome apply_simple_queue_get(State& state, const Call& call) {
  if (const Value timeout = timeout_of(call); timeout != none_value) {
    const Seconds given = seconds(call, timeout);
    if (given.error) return *given.error;
    if (given.value < 0) {
      return raise(call, ExceptionKind::value_error, "'timeout' must be a non-negative number");
    }
  }
  Word& queue = items(state, call);
  if (queue == 0) return empty(call);
  ValueTable& values = call.machine.values();
  const std::span<const Value> before = values.items(Value{queue});
  const Value item = before.front();
  queue = values.tuple(before.subspan(1)).bits;
  return Outcome::returned(item);
}
Outcome expire_simple_queue_get(State&, const Call& call) { return empty(call); }

Outcome apply_simple_queue_qsize(State& state, const Call& call) {
  ValueTable& values = call.machine.values();
  const std::size_t count = values.items(Value{items(state, call)}).size();
  return Outcome::returned(values.integer(static_cast<std::int64_t>(count)));
}
Outcome apply_simple_queue_empty(State& state, const Call& call) {
  return Outcome::returned(boolean_value(items(state, call) == 0));
}

}  // namespace lockstep
