#include "engine/run/holdings.h"

#include <algorithm>

namespace lockstep {
namespace {

auto is(ThreadId thread, ObjectId object) {
  return [thread, object](const Holding& h) { return h.thread == thread && h.object == object; };
}

// Whether an operation that went well has taken its object: every acquire, those of with
// statements, and those that were handed on to wait.
bool takes(const OperationRow& operation) {
  // Who enters a pool holds nothing that another could wait for.
  if (operation.verb == Verb::enter) {
    return std::ranges::count(waits_of(operation.kind), LetGoBy::release) > 0;
  }
  return operation.verb == Verb::acquire ||
         (operation.may_block && operation.let_go_by == LetGoBy::release);
}
bool gives_back(const OperationRow& operation) {
  return operation.verb == Verb::release || operation.verb == Verb::exit;
}

}  // namespace

bool Holdings::holds(ThreadId thread, ObjectId object) const {
  return std::ranges::any_of(holdings_, is(thread, object));
}

void Holdings::acquired(ThreadId thread, ObjectId object, SiteId site, std::uint64_t step) {
  const auto held = std::ranges::find_if(holdings_, is(thread, object));
  if (held != holdings_.end()) {
    ++held->count;
    return;
  }
  Holding holding{thread, object, site, step, 1};
  if (const auto before = std::ranges::find_if(waiting_, is(thread, object));
      before != waiting_.end()) {
    holding.count = before->count;
    waiting_.erase(before);
  }
  holdings_.push_back(holding);
}

void Holdings::released(ThreadId thread, ObjectId object, std::uint32_t count) {
  while (count > 0) {
    auto held = std::ranges::find_if(holdings_, is(thread, object));
    if (held == holdings_.end()) held = std::ranges::find(holdings_, object, &Holding::object);
    if (held == holdings_.end()) return;
    const std::uint32_t given_back = std::min(count, held->count);
    count -= given_back;
    held->count -= given_back;
    if (held->count == 0) holdings_.erase(held);
  }
}

void Holdings::on_event(const Machine& machine, const State&, const Event& event,
                        std::uint64_t step) {
  if (event.kind != Event::Kind::operation || event.outcome.kind == Outcome::Kind::raised) return;
  const ValueTable& values = machine.values();
  if (values.kind(event.receiver) != ValueKind::object) return;
  const ObjectId object = values.as_object(event.receiver);
  const OperationRow& operation = row(event.operation);

  if (event.operation == Operation::condition_wait ||
      event.operation == Operation::mp_condition_wait) {
    const ObjectId lock = *machine.program.objects[object.index].lock;
    const auto held = std::ranges::find(holdings_, lock, &Holding::object);
    if (held == holdings_.end()) return;
    // With a plain Lock somebody else's acquisition may be given up: CPython only asks whether
    // the lock is locked. Whoever waits takes it again.
    Holding given_up = *held;
    given_up.thread = event.thread;
    holdings_.erase(held);
    waiting_.push_back(given_up);
  } else if (event.outcome.kind == Outcome::Kind::next) {
    return;
  } else if (takes(operation)) {
    // What took a lock again for Condition.wait returns what wait() does, False in time-outs.
    const bool restored = operation.verb == Verb::none && row(operation.kind).owned;
    if (restored || event.outcome.value != false_value) {
      acquired(event.thread, object, event.site, step);
    }
  } else if (gives_back(operation)) {
    std::uint32_t count = 1;
    if (!event.arguments.empty() && is_small_integer(event.arguments[0])) {
      count =
          static_cast<std::uint32_t>(std::max<std::int64_t>(small_integer(event.arguments[0]), 1));
    }
    released(event.thread, object, count);
  }
}

}  // namespace lockstep
