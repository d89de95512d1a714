// What a Pool of multiprocessing returns (Lib/multiprocessing/pool.py, 3.11): an AsyncResult, that
// of map_async included, or the iterator of imap and imap_unordered. A value that says which Pool
// made it and how many it had made before; what can change is a PoolJob.
//
// An AsyncResult has an Event, an iterator a Condition. Neither is held while anything else is
// done, so each method is one step up to its wait. next() looks only once more after its wait: who
// was woken for an item that another took meanwhile gets a TimeoutError.
#include <string>
#include <vector>

#include "engine/operations/arguments.h"
#include "engine/operations/mp_pool.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

PoolJob job_of(const State& state, const Call& call) {
  return pool_job(call.machine, state, call.receiver);
}
bool is_iterator(const Call& call) { return call.machine.values().is_iterator(call.receiver); }
std::string class_of(const Call& call) {
  return std::string(type_name(call.machine.values(), call.receiver));
}
Outcome no_such_method(const Call& call, std::string_view name) {
  return raise(call, ExceptionKind::attribute_error,
               "'" + class_of(call) + "' object has no attribute '" + std::string(name) + "'");
}
Outcome timed_out(const Call& call) {
  return Outcome::raise(call.machine.values().exception(ExceptionKind::mp_timeout_error));
}

Readiness until_ready(const State& state, const Call& call, Value timeout) {
  return is_iterator(call) || job_of(state, call).ready ? Readiness::ready : waiting(call, timeout);
}

// What next() returns where it need not wait.
std::optional<Outcome> next_item(State& state, const Call& call, PoolJob job) {
  const std::span<const Value> items = call.machine.values().items(job.value);
  if (items.empty()) {
    if (job.place != job.left) return std::nullopt;
    return Outcome::raise(call.machine.values().exception(ExceptionKind::stop_iteration));
  }
  const std::span<const Value> item = call.machine.values().items(items.front());
  job.value = call.machine.values().tuple(items.subspan(1));
  set_pool_job(call.machine, state, call.receiver, job);
  return item[1] == true_value ? Outcome::raise(item[0]) : Outcome::returned(item[0]);
}

}  // namespace

Readiness ready_pool_result_get(const State& state, const Call& call) {
  return until_ready(state, call, call.arguments[1]);
}
Outcome apply_pool_result_get(State& state, const Call& call) {
  const PoolJob job = job_of(state, call);
  if (is_iterator(call)) return no_such_method(call, "get");
  if (call.arguments[0] != none_value && call.arguments[0] != true_value) {
    return raise(call, ExceptionKind::type_error,
                 "ApplyResult.get() got an unexpected keyword argument 'block'");
  }
  if (!job.ready) {
    if (std::optional<Outcome> error = compared_timeout_error(call, call.arguments[1]))
      return *error;
    return timed_out(call);
  }
  return job.failed ? Outcome::raise(job.value) : Outcome::returned(job.value);
}
Outcome expire_pool_result_get(State&, const Call& call) { return timed_out(call); }

Readiness ready_pool_result_wait(const State& state, const Call& call) {
  return until_ready(state, call, call.arguments[0]);
}
Outcome apply_pool_result_wait(State& state, const Call& call) {
  const PoolJob job = job_of(state, call);
  if (is_iterator(call)) return no_such_method(call, "wait");
  if (!job.ready) {
    if (std::optional<Outcome> error = compared_timeout_error(call, call.arguments[0]))
      return *error;
  }
  return Outcome::returned(none_value);
}
Outcome expire_pool_result_wait(State&, const Call&) { return Outcome::returned(none_value); }

Outcome apply_pool_result_ready(State& state, const Call& call) {
  const PoolJob job = job_of(state, call);
  if (is_iterator(call)) return no_such_method(call, "ready");
  return Outcome::returned(boolean_value(job.ready));
}
// The address is left out of what Python says.
Outcome apply_pool_result_successful(State& state, const Call& call) {
  const PoolJob job = job_of(state, call);
  if (is_iterator(call)) return no_such_method(call, "successful");
  if (!job.ready) {
    return raise(call, ExceptionKind::value_error,
                 "<multiprocessing.pool." + class_of(call) + " object> not ready");
  }
  return Outcome::returned(boolean_value(!job.failed));
}

Outcome apply_pool_result_next(State& state, const Call& call) {
  if (!is_iterator(call)) return no_such_method(call, "next");
  PoolJob job = job_of(state, call);
  if (const std::optional<Outcome> item = next_item(state, call, job)) return *item;
  if (std::optional<Outcome> error = compared_timeout_error(call, call.arguments[0])) return *error;
  add_waiter(call.machine, job.waiters, call.self);
  set_pool_job(call.machine, state, call.receiver, job);
  return Outcome::next(Operation::pool_result_next_park, call.receiver, none_value);
}
Readiness ready_pool_result_next_park(const State& state, const Call& call) {
  if (!is_waiting(call.machine, job_of(state, call).waiters, call.self)) return Readiness::ready;
  return waiting(call, call.arguments[0]);
}
Outcome apply_pool_result_next_park(State& state, const Call& call) {
  PoolJob job = job_of(state, call);
  remove_waiter(call.machine, job.waiters, call.self);
  set_pool_job(call.machine, state, call.receiver, job);
  return Outcome::next(Operation::pool_result_next_again, call.receiver, none_value);
}
Outcome expire_pool_result_next_park(State& state, const Call& call) {
  return apply_pool_result_next_park(state, call);
}
Outcome apply_pool_result_next_again(State& state, const Call& call) {
  if (const std::optional<Outcome> item = next_item(state, call, job_of(state, call))) return *item;
  return timed_out(call);
}

}  // namespace lockstep
