// The end of a Pool of multiprocessing: close(), join() and the termination, which is that of
// util.Finalize, once for each Pool: asked for by terminate() or the end of a with, else MainThread
// does it at the end of the process (terminate_pools).
//
// A worker that waits for a task holds the lock of the tasks, for which terminate() waits, and
// gives it up when it has taken something; terminate() never gives it back. Who waits for the lock
// behind the one that has it, nobody can tell: once one has taken a task, terminate() may get it or
// the next worker may. A signal ends a worker at any moment; nobody can tell whether it came before
// what another did meanwhile, so that terminate() ends them on the spot.
#include <algorithm>

#include "engine/operations/arguments.h"
#include "engine/operations/executor.h"
#include "engine/operations/mp_pool_words.h"
#include "engine/state/process_memory.h"
#include "engine/value/arithmetic.h"

namespace lockstep {

using namespace mp_pool_words;

namespace {

// A worker that waits holds the lock of the tasks until it gets one.
bool holds_task_lock(const Machine& machine, const State& state, ThreadId worker) {
  return life(machine.program, state, worker) == Life::alive &&
         machine.locals().pending(local(machine.program, state, worker)).operation ==
             Operation::mp_pool_take;
}

bool can_go_on(const Machine& machine, const State& state, ObjectId pool, ThreadId self) {
  const auto is_done = [&](Handler which) {
    return is_over(machine, state, pool, which) || handler(machine, state, pool, which) == self;
  };
  const Word flags = word(machine, state, pool, flags_word);
  switch (stage_of(flags)) {
    case Stage::told:
      return (flags & taken_flag) != 0 ||
             std::ranges::none_of(
                 tuple(machine, word(machine, state, pool, workers_word)), [&](Value entry) {
                   return holds_task_lock(machine, state, worker_of(machine, entry));
                 });
    case Stage::shut:
      return is_done(maintainer);
    case Stage::stopped:
      return is_done(dispatcher);
    case Stage::handed:
      return is_done(collector);
    case Stage::taken:
      return have_all_ended(machine, state, pool);
    case Stage::none:
    case Stage::over:
    case Stage::failed:
      return true;
  }
  return true;
}

// Whether anything is left to do. One step of Pool._terminate_pool.
struct Step {
  bool goes_on = false;
  std::optional<Outcome> error = std::nullopt;
};
Step terminate_further(State& state, const Call& call) {
  const Machine& machine = call.machine;
  Word& flags = word(state, call, flags_word);
  switch (stage_of(flags)) {
    case Stage::none:
      set_stage(flags, Stage::told);
      return {true};
    case Stage::told:
      if (!is_over(machine, state, call.object(), dispatcher)) word(state, call, tasks_word) = 0;
      if (is_over(machine, state, call.object(), collector) &&
          !is_cache_empty(machine, state, call.object())) {
        set_stage(flags, Stage::failed);
        return {false, raise(call, ExceptionKind::assertion_error,
                             "Cannot have cache with result_hander not alive")};
      }
      append(machine, word(state, call, results_word), none_value);
      set_stage(flags, Stage::shut);
      return {true};
    case Stage::shut: {
      const Word workers = word(state, call, workers_word);
      set_stage(flags, Stage::stopped);
      for (const Value entry : tuple(machine, workers)) {
        if (!has_ended(machine, state, entry)) {
          end_worker(state, call, worker_of(machine, entry));
        }
      }
      return {true};
    }
    case Stage::stopped:
      set_stage(flags, Stage::handed);
      return {true};
    case Stage::handed:
      set_stage(flags, Stage::taken);
      return {true};
    case Stage::taken:
      set_stage(flags, Stage::over);
      return {false};
    case Stage::over:
    case Stage::failed:
      return {false};
  }
  return {false};
}

Outcome terminate(State& state, const Call& call) {
  Word& flags = word(state, call, flags_word);
  flags |= terminated_flag;
  if (stage_of(flags) != Stage::none) return Outcome::returned(none_value);
  set_stage(flags, Stage::told);
  return Outcome::next(Operation::mp_pool_finalize, call.receiver, none_value);
}

}  // namespace

std::optional<ObjectId> pool_of_worker(const Machine& machine, const State& state,
                                       ThreadId thread) {
  const Program& program = machine.program;
  const ProcessId process = process_of(program, state, thread);
  if (!program.pool_worker_body || process == main_process_id) return std::nullopt;
  const ThreadId main = main_thread_of(machine, state, process);
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    if (program.objects[i].kind != ObjectKind::mp_pool) continue;
    const std::span<const Value> workers = tuple(machine, word(machine, state, {i}, workers_word));
    const bool is_its = std::ranges::any_of(
        workers, [&](Value entry) { return worker_of(machine, entry) == main; });
    if (is_its) return ObjectId{i};
  }
  return std::nullopt;
}

bool pool_waits_for(const Machine& machine, const State& state, const Pending& pending,
                    ThreadId waiter, ThreadId other) {
  ObjectId pool{};
  if (pending.operation == Operation::terminate_pools) {
    const std::optional<ObjectId> its = pool_to_terminate(machine, state);
    if (!its) return false;
    pool = *its;
  } else {
    pool = machine.values().as_object(pending.receiver);
  }
  const auto is_worker = [&] { return pool_of_worker(machine, state, other) == pool; };
  const auto is_handler = [&](Handler which) {
    return other == handler(machine, state, pool, which) && other != waiter;
  };
  if (pending.operation == Operation::mp_pool_join_next) {
    const auto which = static_cast<std::size_t>(small_integer(pending.saved));
    return which > collector ? is_worker() : is_handler(static_cast<Handler>(which));
  }
  switch (stage_of(word(machine, state, pool, flags_word))) {
    case Stage::told:
      return is_worker() && holds_task_lock(machine, state, other);
    case Stage::shut:
      return is_handler(maintainer);
    case Stage::stopped:
      return is_handler(dispatcher);
    case Stage::handed:
      return is_handler(collector);
    case Stage::taken:
      return is_worker();
    case Stage::none:
    case Stage::over:
    case Stage::failed:
      return false;
  }
  return false;
}

// The last to be made comes first. One that another thread terminates is none of its business.
std::optional<ObjectId> pool_to_terminate(const Machine& machine, const State& state) {
  const Program& program = machine.program;
  std::optional<ObjectId> result;
  std::optional<ThreadId> latest;
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    if (program.objects[i].kind != ObjectKind::mp_pool) continue;
    const Word flags = word(machine, state, {i}, flags_word);
    if (!is_made(machine, state, {i}) || (flags & terminated_flag) != 0) continue;
    const Stage stage = stage_of(flags);
    if (stage == Stage::over || stage == Stage::failed) continue;
    const bool is_idle = stage == Stage::none && is_over(machine, state, {i}, maintainer) &&
                         is_over(machine, state, {i}, dispatcher) &&
                         is_over(machine, state, {i}, collector) &&
                         have_all_ended(machine, state, {i});
    const ThreadId first = handler(machine, state, {i}, maintainer);
    if (is_idle || (latest && first < *latest)) continue;
    result = ObjectId{i};
    latest = first;
  }
  return result;
}

Outcome apply_mp_pool_close(State& state, const Call& call) {
  if (std::optional<Outcome> error = not_created(state, call)) return *error;
  Word& flags = word(state, call, flags_word);
  if (is_running(flags)) flags |= closed_flag;
  return Outcome::returned(none_value);
}
Outcome apply_mp_pool_exit(State& state, const Call& call) { return terminate(state, call); }
Outcome apply_mp_pool_terminate(State& state, const Call& call) {
  if (std::optional<Outcome> error = not_created(state, call)) return *error;
  return terminate(state, call);
}
Readiness ready_mp_pool_finalize(const State& state, const Call& call) {
  return can_go_on(call.machine, state, call.object(), call.self) ? Readiness::ready
                                                                  : Readiness::blocked;
}
Outcome apply_mp_pool_finalize(State& state, const Call& call) {
  const Step step = terminate_further(state, call);
  if (step.error) return *step.error;
  if (!step.goes_on) return Outcome::returned(none_value);
  return Outcome::next(Operation::mp_pool_finalize, call.receiver, none_value);
}
Outcome expire_mp_pool_finalize(State& state, const Call& call) {
  return apply_mp_pool_finalize(state, call);
}

Outcome apply_mp_pool_join(State& state, const Call& call) {
  if (std::optional<Outcome> error = not_created(state, call)) return *error;
  if (call.arguments[0] != none_value) {
    return raise(call, ExceptionKind::type_error,
                 "Pool.join() got an unexpected keyword argument 'timeout'");
  }
  if (is_running(word(state, call, flags_word))) {
    return raise(call, ExceptionKind::value_error, "Pool is still running");
  }
  return Outcome::next(Operation::mp_pool_join_next, call.receiver, small_integer_value(0));
}
// `call.saved`: which handler it joins, and behind them the workers.
Readiness ready_mp_pool_join_next(const State& state, const Call& call) {
  const auto which = static_cast<std::size_t>(small_integer(call.saved));
  const Machine& machine = call.machine;
  const bool is_ready =
      which > collector
          ? have_all_ended(machine, state, call.object())
          : is_over(machine, state, call.object(), static_cast<Handler>(which)) ||
                handler(machine, state, call.object(), static_cast<Handler>(which)) == call.self;
  return is_ready ? Readiness::ready : Readiness::blocked;
}
Outcome apply_mp_pool_join_next(State& state, const Call& call) {
  const auto which = static_cast<std::size_t>(small_integer(call.saved));
  if (which > collector) return Outcome::returned(none_value);
  if (handler(call.machine, state, call.object(), static_cast<Handler>(which)) == call.self) {
    return raise(call, ExceptionKind::runtime_error, "cannot join current thread");
  }
  return Outcome::next(Operation::mp_pool_join_next, call.receiver,
                       small_integer_value(static_cast<std::int64_t>(which) + 1));
}
Outcome expire_mp_pool_join_next(State& state, const Call& call) {
  return apply_mp_pool_join_next(state, call);
}

// ---- at the end of the process

Readiness ready_terminate_pools(const State& state, const Call& call) {
  const std::optional<ObjectId> pool = pool_to_terminate(call.machine, state);
  if (!pool) return Readiness::ready;
  if (stage_of(word(call.machine, state, *pool, flags_word)) == Stage::none) {
    return ready_stop_children(state, call);
  }
  return can_go_on(call.machine, state, *pool, call.self) ? Readiness::ready : Readiness::blocked;
}
// What it raises is printed, and the process ends all the same.
Outcome apply_terminate_pools(State& state, const Call& call) {
  const std::optional<ObjectId> pool = pool_to_terminate(call.machine, state);
  if (!pool) return Outcome::returned(none_value);
  Call its = call;
  its.receiver = object_value(*pool);
  terminate_further(state, its);
  return Outcome::returned(none_value);
}
Outcome expire_terminate_pools(State&, const Call&) { return Outcome::returned(none_value); }

}  // namespace lockstep
