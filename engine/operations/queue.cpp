// queue.Queue, LifoQueue and PriorityQueue (Lib/queue.py, 3.11; shutdown() as in 3.13): one mutex
// with three Conditions, which differ in the order of their items. Six words: the items, as deque,
// list or heap hold them; the unfinished tasks; those who wait in get, in put and in join; whether
// it is shut down.
//
// The mutex is only ever held for moments, so each call is one step. A put wakes the getter who
// has waited longest, a get such a putter; a woken thread tests again, and when a newcomer was
// faster it queues up at the end. The last task_done wakes all who join. A shutdown wakes all who
// get and put, and if it is immediate all who join; nobody parks to get or put after it.
#include <limits>
#include <string>
#include <vector>

#include "engine/operations/arguments.h"
#include "engine/operations/tasks.h"
#include "engine/value/arithmetic.h"
#include "engine/value/heap.h"

namespace lockstep {
namespace {

constexpr std::size_t getters_word = 2;
constexpr std::size_t putters_word = 3;
constexpr std::size_t joiners_word = 4;
constexpr std::size_t shut_down_word = 5;

struct Words {
  Word& items;
  Word& unfinished;
  Word& getters;
  Word& putters;
  Word& joiners;
  Word& shut_down;
};
Words words(State& state, const Call& call) {
  Word* first = object_words(call.machine.program, state, call.object());
  return {first[0],
          first[1],
          first[getters_word],
          first[putters_word],
          first[joiners_word],
          first[shut_down_word]};
}

const ObjectInfo& info(const Call& call) {
  return call.machine.program.objects[call.object().index];
}

std::size_t size(const Machine& machine, Word items) {
  return machine.values().items(Value{items}).size();
}

bool is_full(const Call& call, Word items) {
  const std::int64_t maxsize = info(call).value;
  return maxsize > 0 && static_cast<std::int64_t>(size(call.machine, items)) >= maxsize;
}

Outcome raise_class(const Call& call, ExceptionKind kind) {
  return Outcome::raise(call.machine.values().exception(kind));
}

// What Queue.put and Queue.get do first with block and timeout: refuse a timeout that is no
// number or negative, although they may not have to wait.
std::optional<Outcome> timeout_error(const Call& call, bool blocks, Value timeout) {
  if (!blocks || timeout == none_value) return std::nullopt;
  ValueTable& values = call.machine.values();
  const Result negative = compare(values, Comparison::less, timeout, values.integer(0));
  if (negative.raised) return Outcome::raise(negative.value);
  if (negative.value != true_value) return std::nullopt;
  return raise(call, ExceptionKind::value_error, "'timeout' must be a non-negative number");
}

// To wait in `queue`, or `instead` when the call does not wait.
Outcome park(const Call& call, bool blocks, Value timeout, Word& queue, Operation parked,
             ExceptionKind instead) {
  if (!blocks) return raise_class(call, instead);
  if (timeout != none_value) {
    const Seconds given = seconds(call, timeout);
    if (given.error) return *given.error;
    if (given.value <= 0) return raise_class(call, instead);
  }
  add_waiter(call.machine, queue, call.self);
  return Outcome::next(parked, call.receiver, none_value);
}

Readiness ready(const State& state, const Call& call, std::size_t word, Value timeout) {
  const Word queue = object_words(call.machine.program, state, call.object())[word];
  if (!is_waiting(call.machine, queue, call.self)) return Readiness::ready;
  return waiting(call, timeout);
}

Outcome insert(State& state, const Call& call) {
  const Words queue = words(state, call);
  ValueTable& values = call.machine.values();
  const std::span<const Value> before = values.items(Value{queue.items});
  if (before.size() >= items_max || queue.unfinished == std::numeric_limits<Word>::max()) {
    return too_many_items(call);
  }
  std::vector<Value> items(before.begin(), before.end());
  std::optional<Value> raised;
  if (info(call).kind == ObjectKind::priority_queue) {
    raised = heap_push(values, items, call.arguments[0]);
  } else {
    items.push_back(call.arguments[0]);
  }
  queue.items = values.tuple(items).bits;
  // The item is there, but nobody is told.
  if (raised) return Outcome::raise(*raised);
  count_task(info(call), queue.unfinished);
  remove_oldest(call.machine, queue.getters, 1);
  return Outcome::returned(none_value);
}

// Takes the item whose turn it is. Requires: there is one.
Result take_out(const Call& call, std::vector<Value>& items) {
  Result item;
  switch (info(call).kind) {
    case ObjectKind::priority_queue:
      return heap_pop(call.machine.values(), items);
      break;
    case ObjectKind::lifo_queue:
      item = {items.back()};
      items.pop_back();
      return item;
    default:
      item = {items.front()};
      items.erase(items.begin());
      return item;
  }
}

Outcome take(State& state, const Call& call) {
  const Words queue = words(state, call);
  ValueTable& values = call.machine.values();
  const std::span<const Value> before = values.items(Value{queue.items});
  std::vector<Value> items(before.begin(), before.end());
  const Result item = take_out(call, items);
  queue.items = values.tuple(items).bits;
  if (item.raised) return Outcome::raise(item.value);
  remove_oldest(call.machine, queue.putters, 1);
  return Outcome::returned(item.value);
}

// There is nothing to get any more.
bool is_over(const Words& queue) { return queue.shut_down != 0 && queue.items == 0; }

bool blocks(const Call& call, Value block) { return truth(call.machine.values(), block); }

}  // namespace

void initialise_queue(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_queue(const Machine&, const State&, ObjectId) { return std::nullopt; }

std::string describe_queue(const Machine& machine, const State& state, ObjectId queue) {
  const Word* words = object_words(machine.program, state, queue);
  const std::size_t count = size(machine, words[0]);
  std::string text = describe_items(count);
  text += describe_tasks(machine.program.objects[queue.index], words[1], count);
  if (words[shut_down_word] != 0) text += ", shut down";
  return text;
}

Outcome apply_queue_put(State& state, const Call& call) {
  if (words(state, call).shut_down != 0) return raise_class(call, ExceptionKind::queue_shut_down);
  // An unbounded queue does not even look at block and timeout.
  if (info(call).value > 0) {
    const bool may_wait = blocks(call, call.arguments[1]);
    if (const auto error = timeout_error(call, may_wait, call.arguments[2])) return *error;
    const Words queue = words(state, call);
    if (is_full(call, queue.items)) {
      return park(call, may_wait, call.arguments[2], queue.putters, Operation::queue_put_park,
                  ExceptionKind::queue_full);
    }
  }
  return insert(state, call);
}
Readiness ready_queue_put_park(const State& state, const Call& call) {
  return ready(state, call, putters_word, call.arguments[2]);
}
Outcome apply_queue_put_park(State& state, const Call& call) {
  const Words queue = words(state, call);
  if (queue.shut_down != 0) return raise_class(call, ExceptionKind::queue_shut_down);
  if (!is_full(call, queue.items)) return insert(state, call);
  add_waiter(call.machine, queue.putters, call.self);
  return Outcome::next(Operation::queue_put_park, call.receiver, none_value);
}
Outcome expire_queue_put_park(State& state, const Call& call) {
  const Words queue = words(state, call);
  remove_waiter(call.machine, queue.putters, call.self);
  if (queue.shut_down != 0) return raise_class(call, ExceptionKind::queue_shut_down);
  if (is_full(call, queue.items)) return raise_class(call, ExceptionKind::queue_full);
  return insert(state, call);
}

Outcome apply_queue_get(State& state, const Call& call) {
  const Words queue = words(state, call);
  if (is_over(queue)) return raise_class(call, ExceptionKind::queue_shut_down);
  const bool may_wait = blocks(call, call.arguments[0]);
  if (const auto error = timeout_error(call, may_wait, call.arguments[1])) return *error;
  if (queue.items != 0) return take(state, call);
  return park(call, may_wait, call.arguments[1], queue.getters, Operation::queue_get_park,
              ExceptionKind::queue_empty);
}
Readiness ready_queue_get_park(const State& state, const Call& call) {
  return ready(state, call, getters_word, call.arguments[1]);
}
Outcome apply_queue_get_park(State& state, const Call& call) {
  const Words queue = words(state, call);
  if (is_over(queue)) return raise_class(call, ExceptionKind::queue_shut_down);
  if (queue.items != 0) return take(state, call);
  add_waiter(call.machine, queue.getters, call.self);
  return Outcome::next(Operation::queue_get_park, call.receiver, none_value);
}
Outcome expire_queue_get_park(State& state, const Call& call) {
  const Words queue = words(state, call);
  remove_waiter(call.machine, queue.getters, call.self);
  if (is_over(queue)) return raise_class(call, ExceptionKind::queue_shut_down);
  if (queue.items == 0) return raise_class(call, ExceptionKind::queue_empty);
  return take(state, call);
}

Outcome apply_queue_task_done(State& state, const Call& call) {
  const Words queue = words(state, call);
  if (queue.unfinished == 0) {
    return raise(call, ExceptionKind::value_error, "task_done() called too many times");
  }
  if (--queue.unfinished == 0) queue.joiners = 0;
  return Outcome::returned(none_value);
}

Outcome apply_queue_join(State& state, const Call& call) {
  // All three inherit the method, and with it the name in the message.
  if (call.arguments[0] != none_value) {
    return raise(call, ExceptionKind::type_error,
                 "Queue.join() got an unexpected keyword argument 'timeout'");
  }
  return apply_queue_join_park(state, call);
}
Readiness ready_queue_join_park(const State& state, const Call& call) {
  return ready(state, call, joiners_word, none_value);
}
// Woken, or come to join: somebody may have put an item since the last task_done.
Outcome apply_queue_join_park(State& state, const Call& call) {
  const Words queue = words(state, call);
  if (queue.unfinished == 0) return Outcome::returned(none_value);
  add_to_all(call.machine, queue.joiners, call.self);
  return Outcome::next(Operation::queue_join_park, call.receiver, none_value);
}
Outcome expire_queue_join_park(State&, const Call&) { return Outcome::returned(none_value); }

Outcome apply_queue_shutdown(State& state, const Call& call) {
  const bool has_wait = call.arguments[1] != true_value;  // without which it is true
  if (has_wait || call.arguments[2] != none_value) {
    return raise(call, ExceptionKind::type_error,
                 std::string("Queue.shutdown() got an unexpected keyword argument '") +
                     (has_wait ? "wait'" : "cancel_futures'"));
  }
  const Words queue = words(state, call);
  ValueTable& values = call.machine.values();
  queue.shut_down = 1;
  if (truth(values, call.arguments[0])) {
    const std::span<const Value> before = values.items(Value{queue.items});
    std::vector<Value> items(before.begin(), before.end());
    while (!items.empty()) {
      const Result item = take_out(call, items);
      queue.items = values.tuple(items).bits;
      // A heap whose items cannot be compared: nobody is woken.
      if (item.raised) return Outcome::raise(item.value);
      if (queue.unfinished > 0) --queue.unfinished;
    }
    queue.joiners = 0;
  }
  queue.getters = queue.putters = 0;
  return Outcome::returned(none_value);
}

Outcome apply_queue_qsize(State& state, const Call& call) {
  const auto count = static_cast<std::int64_t>(size(call.machine, words(state, call).items));
  return Outcome::returned(call.machine.values().integer(count));
}
Outcome apply_queue_empty(State& state, const Call& call) {
  return Outcome::returned(boolean_value(words(state, call).items == 0));
}
Outcome apply_queue_full(State& state, const Call& call) {
  return Outcome::returned(boolean_value(is_full(call, words(state, call).items)));
}

}  // namespace lockstep
