// concurrent.futures.Future (Lib/concurrent/futures/_base.py, 3.11): a value that says which
// executor has it and how many were submitted there before; what can change is a FutureRecord in
// the executor's words. Each method holds the future's condition from its first line to its last
// and blocks nowhere but in wait(), so it is one step; result() does not test again after its
// wait, and needs not: what is done stays done.
//
// Callbacks are code of the scenario and called by bytecode: by the worker after future_finish,
// by whoever cancels after future_cancel, or by whoever adds one too late. So an operation hands
// out those that are due.
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/assert.h"
#include "engine/interpreter/interpreter.h"  // PrivateNames
#include "engine/operations/arguments.h"
#include "engine/operations/executor.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

using Stage = FutureRecord::Stage;

FutureRecord record(const State& state, const Call& call) {
  return future_record(call.machine, state, call.receiver);
}
void set_record(State& state, const Call& call, const FutureRecord& record) {
  set_future_record(call.machine, state, call.receiver, record);
}

// The callbacks that are to be called now.
Value take_callbacks(const Call& call, FutureRecord& record) {
  return std::exchange(record.callbacks, call.machine.values().tuple({}));
}

Outcome timed_out(const Call& call) {
  return Outcome::raise(call.machine.values().exception(ExceptionKind::timeout_error));
}

// What result() and exception() have in common: nothing where the future has an outcome.
std::optional<Outcome> without_outcome(const FutureRecord& record, const Call& call) {
  switch (record.stage) {
    case Stage::cancelled:
    case Stage::notified:
      return Outcome::raise(call.machine.values().exception(ExceptionKind::cancelled_error));
    case Stage::finished:
    case Stage::failed:
      return std::nullopt;
    case Stage::pending:
    case Stage::running:
      break;
  }
  if (std::optional<Outcome> error = compared_timeout_error(call, call.arguments[0])) return error;
  return timed_out(call);
}

// What wait() waits for, and how Python calls it.
enum class ReturnWhen : std::uint8_t { first_completed, first_exception, all_completed };
constexpr std::array<std::string_view, 3> return_when_names{"FIRST_COMPLETED", "FIRST_EXCEPTION",
                                                            "ALL_COMPLETED"};

// What wait() is given, each future once and in its order.
struct Futures {
  std::vector<Value> done, not_done;
  bool has_failed = false;             // one of them with an exception
  std::optional<Value> stranger = {};  // no future
};
// A future that was cancelled is done for wait() when a worker has met it.
bool is_over(Stage stage) { return stage > Stage::running && stage != Stage::cancelled; }

// Of as_completed(), which gives them in the order in which they came to be over.
std::int64_t next_place(const Machine& machine, const State& state) {
  if (!machine.program.orders_futures) return 0;
  std::int64_t place = 1;
  for (std::uint32_t i = 0; i < machine.program.objects.size(); ++i) {
    if (machine.program.objects[i].kind != ObjectKind::executor) continue;
    const Word futures = object_words(machine.program, state, {i})[2];
    const std::size_t count = machine.values().items(Value{futures}).size();
    for (std::uint32_t number = 0; number < count; ++number) {
      const Value future = machine.values().future({i}, number);
      if (is_over(future_record(machine, state, future).stage)) ++place;
    }
  }
  return place;
}

Futures futures_of(const Machine& machine, const State& state, Value iterable) {
  ValueTable& values = machine.values();
  Futures futures;
  std::set<Value> seen;
  for (std::uint32_t i = 0; const std::optional<Value> item = item_at(values, iterable, i); ++i) {
    if (values.kind(*item) != ValueKind::future) {
      futures.stranger = *item;
      continue;
    }
    if (!seen.insert(*item).second) continue;
    const Stage stage = future_record(machine, state, *item).stage;
    (is_over(stage) ? futures.done : futures.not_done).push_back(*item);
    futures.has_failed = futures.has_failed || stage == Stage::failed;
  }
  return futures;
}

std::optional<ReturnWhen> return_when(const ValueTable& values, Value given) {
  if (values.kind(given) != ValueKind::string) return std::nullopt;
  const auto found = std::ranges::find(return_when_names, values.as_text(given));
  if (found == return_when_names.end()) return std::nullopt;
  return static_cast<ReturnWhen>(found - return_when_names.begin());
}

bool is_enough(const Futures& futures, std::optional<ReturnWhen> when) {
  if (futures.not_done.empty()) return true;
  if (when == ReturnWhen::first_completed) return !futures.done.empty();
  return when == ReturnWhen::first_exception && futures.has_failed;
}

// The first item of which that is so.
template <class Test>
std::optional<Value> first_of(const Machine& machine, Value iterable, const Test& test) {
  const ValueKind kind = machine.values().kind(iterable);
  if (kind == ValueKind::list || kind == ValueKind::tuple) {
    const std::span<const Value> items = machine.values().items(iterable);
    const auto found = std::ranges::find_if(items, test);
    return found == items.end() ? std::nullopt : std::optional(*found);
  }
  for (std::uint32_t i = 0;
       const std::optional<Value> item = item_at(machine.values(), iterable, i); ++i) {
    if (test(*item)) return item;
  }
  return std::nullopt;
}
template <class Test>
bool is_any(const Call& call, const Test& test) {
  return first_of(call.machine, call.arguments[0], test).has_value();
}
bool is_one_over(const State& state, const Call& call) {
  return is_any(call, [&](Value item) {
    return call.machine.values().kind(item) == ValueKind::future &&
           is_over(future_record(call.machine, state, item).stage);
  });
}

// As is_enough(), or there is something else among them; without making lists, since it is asked
// after every step.
bool is_enough_now(const State& state, const Call& call, ReturnWhen when) {
  const auto stage = [&](Value item) { return future_record(call.machine, state, item).stage; };
  const auto is_stranger = [&](Value item) {
    return call.machine.values().kind(item) != ValueKind::future;
  };
  if (is_any(call, is_stranger)) return true;
  if (!is_any(call, [&](Value item) { return !is_over(stage(item)); })) return true;
  if (when == ReturnWhen::first_completed) return is_one_over(state, call);
  return when == ReturnWhen::first_exception &&
         is_any(call, [&](Value item) { return stage(item) == Stage::failed; });
}

Outcome done_and_not_done(const Call& call, const Futures& futures) {
  ValueTable& values = call.machine.values();
  const std::vector<Value> both{values.list(futures.done), values.list(futures.not_done)};
  return Outcome::returned(values.tuple(both));
}

Readiness until_done(const State& state, const Call& call) {
  return record(state, call).is_done() ? Readiness::ready : waiting(call, call.arguments[0]);
}

}  // namespace

FutureRecord future_record(const Machine& machine, const State& state, Value future) {
  const ValueTable& values = machine.values();
  const ValueTable::Future its = values.as_future(future);
  const Word futures = object_words(machine.program, state, its.executor)[2];
  const std::span<const Value> fields = values.items(values.items(Value{futures})[its.number]);
  FutureRecord record;
  record.stage = static_cast<Stage>(small_integer(fields[0]));
  record.function = fields[1];
  record.content = fields[2];
  record.callbacks = fields[3];
  record.place = small_integer(fields[4]);
  return record;
}

void set_future_record(const Machine& machine, State& state, Value future,
                       const FutureRecord& record) {
  ValueTable& values = machine.values();
  const ValueTable::Future its = values.as_future(future);
  Word& futures = executor_words(machine, state, its.executor).futures;
  const std::span<const Value> before = values.items(Value{futures});
  std::vector<Value> after(before.begin(), before.end());
  const std::vector<Value> fields{small_integer_value(static_cast<std::int64_t>(record.stage)),
                                  record.function, record.content, record.callbacks,
                                  small_integer_value(record.place)};
  after[its.number] = values.tuple(fields);
  futures = values.tuple(after).bits;
}

std::vector<Value> unfinished_futures(const Machine& machine, const State& state,
                                      const Pending& pending) {
  if (pending.operation != Operation::futures_wait &&
      pending.operation != Operation::futures_next) {
    return {pending.receiver};
  }
  return futures_of(machine, state, pending.arguments[0]).not_done;
}

std::optional<Value> first_unfinished_future(const Machine& machine, const State& state,
                                             const Pending& pending) {
  if (pending.operation != Operation::futures_wait &&
      pending.operation != Operation::futures_next) {
    return pending.receiver;
  }
  return first_of(machine, pending.arguments[0], [&](Value item) {
    return machine.values().kind(item) == ValueKind::future &&
           !is_over(future_record(machine, state, item).stage);
  });
}

bool waits_for_one(const Machine& machine, const Pending& pending) {
  if (pending.operation != Operation::futures_wait) return true;
  return return_when(machine.values(), pending.arguments[2]) == ReturnWhen::first_completed;
}

bool is_queued(const Machine& machine, const State& state, Value future) {
  return future_record(machine, state, future).stage == Stage::pending;
}

Readiness ready_future_result(const State& state, const Call& call) {
  return until_done(state, call);
}
Outcome apply_future_result(State& state, const Call& call) {
  const FutureRecord its = record(state, call);
  if (const std::optional<Outcome> none = without_outcome(its, call)) return *none;
  return its.stage == Stage::failed ? Outcome::raise(its.content) : Outcome::returned(its.content);
}
Outcome expire_future_result(State&, const Call& call) { return timed_out(call); }

Readiness ready_future_exception(const State& state, const Call& call) {
  return until_done(state, call);
}
Outcome apply_future_exception(State& state, const Call& call) {
  const FutureRecord its = record(state, call);
  if (const std::optional<Outcome> none = without_outcome(its, call)) return *none;
  return Outcome::returned(its.stage == Stage::failed ? its.content : none_value);
}
Outcome expire_future_exception(State&, const Call& call) { return timed_out(call); }

// concurrent.futures.wait: futures, timeout, return_when. It looks at all of them with their
// conditions held, so at one moment; when its event is set it looks again.
Readiness ready_futures_wait(const State& state, const Call& call) {
  const ValueTable& values = call.machine.values();
  if (!is_iterable(values, call.arguments[0])) return Readiness::ready;
  const std::optional<ReturnWhen> when = return_when(values, call.arguments[2]);
  if (!when || is_enough_now(state, call, *when)) return Readiness::ready;
  return waiting(call, call.arguments[1]);
}
Outcome apply_futures_wait(State& state, const Call& call) {
  const ValueTable& values = call.machine.values();
  if (!is_iterable(values, call.arguments[0])) {
    return raise(
        call, ExceptionKind::type_error,
        "'" + std::string(type_name(values, call.arguments[0])) + "' object is not iterable");
  }
  const Futures futures = futures_of(call.machine, state, call.arguments[0]);
  if (futures.stranger) {
    return raise(call, ExceptionKind::attribute_error,
                 "'" + std::string(type_name(values, *futures.stranger)) +
                     "' object has no attribute '_condition'");
  }
  const std::optional<ReturnWhen> when = return_when(values, call.arguments[2]);
  if (!is_enough(futures, when)) {
    if (!when) {
      return raise(call, ExceptionKind::value_error,
                   "Invalid return condition: " +
                       repr(values, call.arguments[2], PrivateNames(call.machine.program)));
    }
    if (std::optional<Outcome> error = compared_timeout_error(call, call.arguments[1]))
      return *error;
  }
  return done_and_not_done(call, futures);
}
Outcome expire_futures_wait(State& state, const Call& call) {
  return done_and_not_done(call, futures_of(call.machine, state, call.arguments[0]));
}

// as_completed, where it waits: those that it has not given yet, how long it may take, how many
// there are. Returns those that are over, in their order, and the others. A timeout that was over
// from the beginning comes first, even if there are some.
Readiness ready_futures_next(const State& state, const Call& call) {
  return is_one_over(state, call) ? Readiness::ready : waiting(call, call.arguments[1]);
}
Outcome apply_futures_next(State& state, const Call& call) {
  const ValueTable& values = call.machine.values();
  Futures futures = futures_of(call.machine, state, call.arguments[0]);
  const bool is_late = call.arguments[1] != none_value && values.as_real(call.arguments[1]) <= 0;
  if (is_late || futures.done.empty()) return expire_futures_next(state, call);
  std::ranges::sort(futures.done, {},
                    [&](Value future) { return future_record(call.machine, state, future).place; });
  return done_and_not_done(call, futures);
}
Outcome expire_futures_next(State&, const Call& call) {
  const std::size_t left = call.machine.values().items(call.arguments[0]).size();
  return raise(call, ExceptionKind::timeout_error,
               std::to_string(left) + " (of " + std::to_string(small_integer(call.arguments[2])) +
                   ") futures unfinished");
}

// Returns the answer and the callbacks to be called before it is given.
Outcome apply_future_cancel(State& state, const Call& call) {
  ValueTable& values = call.machine.values();
  FutureRecord its = record(state, call);
  const bool is_cancelled = its.stage == Stage::cancelled || its.stage == Stage::notified;
  std::vector<Value> answer{boolean_value(is_cancelled), values.tuple({})};
  if (its.stage == Stage::pending) {
    its.stage = Stage::cancelled;
    its.content = none_value;
    answer = {true_value, take_callbacks(call, its)};
    set_record(state, call, its);
  }
  return Outcome::returned(values.tuple(answer));
}

// Returns whether the callback is to be called at once.
Outcome apply_future_add_done_callback(State& state, const Call& call) {
  FutureRecord its = record(state, call);
  if (its.is_done()) return Outcome::returned(true_value);
  const std::span<const Value> before = call.machine.values().items(its.callbacks);
  std::vector<Value> after(before.begin(), before.end());
  after.push_back(call.arguments[0]);
  its.callbacks = call.machine.values().tuple(after);
  set_record(state, call, its);
  return Outcome::returned(false_value);
}

// set_running_or_notify_cancel: returns the arguments and the function, or None.
Outcome apply_future_begin(State& state, const Call& call) {
  FutureRecord its = record(state, call);
  if (its.stage == Stage::cancelled) {
    its.place = next_place(call.machine, state);
    its.stage = Stage::notified;
    set_record(state, call, its);
    return Outcome::returned(none_value);
  }
  LOCKSTEP_ASSERT(its.stage == Stage::pending, "a task is begun once");
  const std::vector<Value> task{its.content, its.function};
  its.stage = Stage::running;
  its.content = thread_value(call.self);
  set_record(state, call, its);
  return Outcome::returned(call.machine.values().tuple(task));
}

// set_result, set_exception: returns the callbacks to be called.
Outcome apply_future_finish(State& state, const Call& call) {
  FutureRecord its = record(state, call);
  // Only what a broken pool takes out of its queue can have been cancelled.
  if (its.stage == Stage::cancelled) {
    return raise(call, ExceptionKind::invalid_state_error, "CANCELLED: <Future state=cancelled>");
  }
  its.place = next_place(call.machine, state);
  its.stage = call.arguments[1] == true_value ? Stage::failed : Stage::finished;
  its.content = call.arguments[0];
  const Value callbacks = take_callbacks(call, its);
  set_record(state, call, its);
  return Outcome::returned(callbacks);
}

Outcome apply_future_done(State& state, const Call& call) {
  return Outcome::returned(boolean_value(record(state, call).is_done()));
}
Outcome apply_future_running(State& state, const Call& call) {
  return Outcome::returned(boolean_value(record(state, call).stage == Stage::running));
}
Outcome apply_future_cancelled(State& state, const Call& call) {
  const Stage stage = record(state, call).stage;
  return Outcome::returned(boolean_value(stage == Stage::cancelled || stage == Stage::notified));
}

}  // namespace lockstep
