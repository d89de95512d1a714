// concurrent.futures.Future (Lib/concurrent/futures/_base.py, 3.11): a value that says which
// executor has it and how many were submitted there before; what can change is a FutureRecord in
// the executor's words. Each method holds the future's condition from its first line to its last
// and blocks nowhere but in wait(), so it is one step; result() does not test again after its
// wait, and needs not: what is done stays done.
//
// Callbacks are code of the scenario and called by bytecode: by the worker after future_finish,
// by whoever cancels after future_cancel, or by whoever adds one too late. So an operation hands
// out those that are due.
#include <string>
#include <utility>
#include <vector>

#include "engine/assert.h"
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

// Condition.wait compares the timeout with 0.
std::optional<Outcome> timeout_error(const Call& call) {
  const ValueTable& values = call.machine.values();
  const Value timeout = call.arguments[0];
  if (timeout == none_value) return std::nullopt;
  const ValueKind kind = values.kind(timeout);
  if (kind != ValueKind::boolean && kind != ValueKind::integer && kind != ValueKind::real) {
    return raise(call, ExceptionKind::type_error,
                 "'>' not supported between instances of '" +
                     std::string(type_name(values, timeout)) + "' and 'int'");
  }
  return seconds(call, timeout).error;
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
  if (std::optional<Outcome> error = timeout_error(call)) return error;
  return timed_out(call);
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
                                  record.function, record.content, record.callbacks};
  after[its.number] = values.tuple(fields);
  futures = values.tuple(after).bits;
}

std::vector<Value> unfinished_futures(const Machine&, const State&, const Pending& pending) {
  return {pending.receiver};
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
