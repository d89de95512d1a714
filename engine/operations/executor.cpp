// concurrent.futures.ThreadPoolExecutor (Lib/concurrent/futures/thread.py, 3.11).
//
// A worker is a thread that executes Program::worker_body: take an item, begin it, call the task,
// finish the future, call the callbacks, say that it is idle. Each of these is an operation of its
// own, as in CPython others can come in between. What is one step here and several there:
//
// - submit: the pool's lock, the put, the look for an idle worker and the start of a new one. The
//   lock keeps other submits out. A worker may come in between; but while there are fewer workers
//   than max_workers the tokens are the idle workers less the tasks queued, so that a task which
//   an idle worker takes early has found a token before it too, and one that a busy worker takes
//   can wait until the submit is over. So the same threads are made, whoever comes in between.
// - shutdown without cancel_futures: the lock, the flag and the sentinel. Only a submit can tell
//   the flag from the sentinel, and it wants the lock.
// - a worker that finds the sentinel takes it, looks at the flags and puts it back.
//
// The sentinel, None in CPython's queue, is a flag: it stands behind all tasks, since nobody
// submits after it, and each worker that finds it leaves it for the next.
//
// With cancel_futures the lock is held while the futures' callbacks are called. That is code of
// the scenario, which no operation calls: BodyCompiler::shutdown_statement writes the loop.
//
// The threads are joined one after the other by executor_join, whose receiver is the thread.
#include "engine/operations/executor.h"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/operations/arguments.h"
#include "engine/state/process_memory.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

constexpr Word shutdown_flag = 1;  // shutdown() was called, or a worker has met the end
constexpr Word sentinel_flag = 2;  // workers that find no task end
constexpr Word exit_flag = 4;      // the main thread's code is over
constexpr Word broken_flag = 8;    // an initializer has failed

ExecutorWords words(State& state, const Call& call) {
  return executor_words(call.machine, state, call.object());
}

const ObjectInfo& info(const Call& call) {
  return call.machine.program.objects[call.object().index];
}

std::span<const Value> tuple(const Machine& machine, Word word) {
  return machine.values().items(Value{word});
}

// The oldest of the queue. Requires: there is one.
Value pop_oldest(State& state, const Call& call) {
  const ExecutorWords executor = words(state, call);
  const std::span<const Value> queued = tuple(call.machine, executor.queue);
  const auto number = static_cast<std::uint32_t>(small_integer(queued.front()));
  executor.queue = call.machine.values().tuple(queued.subspan(1)).bits;
  return call.machine.values().future(call.object(), number);
}

bool is_over(const State& state, const Call& call, Value thread) {
  const ThreadId id = call.machine.values().as_thread(thread);
  const Life its = life(call.machine.program, state, id);
  return its == Life::ended || its == Life::killed;
}

Readiness unless_drained(const State& state, const Call& call) {
  return drainer(call.machine, state, call.object()) ? Readiness::blocked : Readiness::ready;
}

// Tokens are of no use any more where nobody will make a thread.
void close_to_submits(const ExecutorWords& executor, Word flag) {
  executor.flags |= flag;
  executor.idle = 0;
}

void start_worker(State& state, const Call& call) {
  const Program& program = call.machine.program;
  const Value self = object_value(call.object());
  const std::size_t number = tuple(call.machine, words(state, call).workers).size();
  const Value name = call.machine.values().string(info(call).prefix + '_' + std::to_string(number));
  const ThreadId worker = add_thread(state, call, *program.worker_body, {&self, 1}, name,
                                     is_daemon_thread(call.machine, state, call.self));
  set_life(program, state, worker, Life::alive);
  append(call.machine, words(state, call).workers, thread_value(worker));
}

}  // namespace

ExecutorWords executor_words(const Machine& machine, State& state, ObjectId executor) {
  Word* first = object_words(machine.program, state, executor);
  return {first[0], first[1], first[2], first[3], first[4], first[5]};
}

bool is_worker(const Machine& machine, const State& state, ObjectId executor, ThreadId thread) {
  const Word workers = object_words(machine.program, state, executor)[4];
  const std::span<const Value> threads = tuple(machine, workers);
  return std::ranges::find(threads, thread_value(thread)) != threads.end();
}

std::vector<Value> queued_futures(const Machine& machine, const State& state, ObjectId executor) {
  std::vector<Value> futures;
  for (const Value number : tuple(machine, object_words(machine.program, state, executor)[1])) {
    const auto index = static_cast<std::uint32_t>(small_integer(number));
    const Value future = machine.values().future(executor, index);
    if (is_queued(machine, state, future)) futures.push_back(future);
  }
  return futures;
}

std::optional<ThreadId> drainer(const Machine& machine, const State& state, ObjectId executor) {
  const Word drainer = object_words(machine.program, state, executor)[5];
  if (drainer == 0) return std::nullopt;
  return ThreadId{drainer - 1};
}

// Of the process whose memory is in place: a child that was forked has none of its parent's
// threads.
bool is_here(const Machine& machine, const State& state, ThreadId thread) {
  return life(machine.program, state, thread) == Life::alive &&
         process_of(machine.program, state, thread) == process_in_place(state);
}

bool has_open_executors(const Machine& machine, const State& state) {
  const Program& program = machine.program;
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    if (program.objects[i].kind != ObjectKind::executor) continue;
    const Word* words = object_words(program, state, {i});
    if ((words[0] & exit_flag) != 0) continue;
    const auto is_its = [&](Value worker) {
      return is_here(machine, state, machine.values().as_thread(worker));
    };
    if (std::ranges::any_of(tuple(machine, words[4]), is_its)) return true;
  }
  return false;
}

void close_executors(const Machine& machine, State& state) {
  const Program& program = machine.program;
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    if (program.objects[i].kind != ObjectKind::executor) continue;
    close_to_submits(executor_words(machine, state, {i}), exit_flag | sentinel_flag);
  }
}

bool is_any_worker(const Machine& machine, const State& state, ThreadId thread) {
  const Program& program = machine.program;
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    if (program.objects[i].kind == ObjectKind::executor && is_worker(machine, state, {i}, thread)) {
      return true;
    }
  }
  return false;
}

bool is_awaited_at_exit(const Machine& machine, const State& state, ThreadId thread) {
  if (!is_daemon(machine.program, state, thread)) return true;
  return process_of(machine.program, state, thread) != main_process_id &&
         is_any_worker(machine, state, thread);
}

Outcome join_workers(const Machine& machine, const State& state, std::span<const Value> workers) {
  std::vector<Value> living;
  for (const Value worker : workers) {
    if (is_here(machine, state, machine.values().as_thread(worker))) living.push_back(worker);
  }
  if (living.empty()) return Outcome::returned(none_value);
  return Outcome::next(Operation::executor_join, living.front(),
                       machine.values().tuple(std::span(living).subspan(1)));
}

void initialise_executor(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_executor(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}

std::string describe_executor(const Machine& machine, const State& state, ObjectId id) {
  const Word* first = object_words(machine.program, state, id);
  const std::size_t workers = tuple(machine, first[4]).size();
  const std::size_t queued = tuple(machine, first[1]).size();
  std::string text = std::to_string(workers) + (workers == 1 ? " worker" : " workers");
  if (queued > 0) text += ", " + std::to_string(queued) + " queued";
  if ((first[0] & shutdown_flag) != 0) text += ", shut down";
  if ((first[0] & broken_flag) != 0) text += ", broken";
  return text;
}

Readiness ready_executor_submit(const State& state, const Call& call) {
  return unless_drained(state, call);
}
Outcome apply_executor_submit(State& state, const Call& call) {
  ValueTable& values = call.machine.values();
  const ExecutorWords executor = words(state, call);
  if ((executor.flags & broken_flag) != 0) {
    return raise(call, ExceptionKind::broken_thread_pool, broken_pool_message);
  }
  if ((executor.flags & shutdown_flag) != 0) {
    return raise(call, ExceptionKind::runtime_error, "cannot schedule new futures after shutdown");
  }
  if ((executor.flags & exit_flag) != 0) {
    return raise(call, ExceptionKind::runtime_error,
                 "cannot schedule new futures after interpreter shutdown");
  }
  const std::size_t number = tuple(call.machine, executor.futures).size();
  if (number >= items_max) return too_many_items(call);
  const Value future = values.future(call.object(), static_cast<std::uint32_t>(number));
  append(call.machine, executor.futures, none_value);
  FutureRecord record;
  record.function = call.arguments[0];
  record.content = call.arguments[1];
  record.callbacks = values.tuple({});
  set_future_record(call.machine, state, future, record);
  append(call.machine, executor.queue, values.integer(static_cast<std::int64_t>(number)));
  const auto workers_max = static_cast<std::size_t>(info(call).value);
  if (executor.idle > 0) {
    --executor.idle;
  } else if (tuple(call.machine, executor.workers).size() < workers_max) {
    start_worker(state, call);
  }
  return Outcome::returned(future);
}
// It never waits for a timeout.
Outcome expire_executor_submit(State& state, const Call& call) {
  return apply_executor_submit(state, call);
}

Outcome apply_executor_enter(State&, const Call&) { return Outcome::returned(none_value); }

Readiness ready_executor_exit(const State& state, const Call& call) {
  return unless_drained(state, call);
}
Outcome apply_executor_exit(State& state, const Call& call) {
  const ExecutorWords executor = words(state, call);
  close_to_submits(executor, shutdown_flag | sentinel_flag);
  return join_workers(call.machine, state, tuple(call.machine, executor.workers));
}
Outcome expire_executor_exit(State& state, const Call& call) {
  return apply_executor_exit(state, call);
}

Readiness ready_executor_shutdown(const State& state, const Call& call) {
  return unless_drained(state, call);
}
// Returns whether the queue is to be drained, and who does it.
Outcome apply_executor_shutdown(State& state, const Call& call) {
  if (call.arguments[0] != none_value) {
    return raise(call, ExceptionKind::type_error,
                 "ThreadPoolExecutor.shutdown() got an unexpected keyword argument 'immediate'");
  }
  const ExecutorWords executor = words(state, call);
  close_to_submits(executor, shutdown_flag);
  if (truth(call.machine.values(), call.arguments[2])) {
    executor.drainer = call.self.index + 1;
    return Outcome::returned(true_value);
  }
  executor.flags |= sentinel_flag;
  if (!truth(call.machine.values(), call.arguments[1])) return Outcome::returned(none_value);
  return join_workers(call.machine, state, tuple(call.machine, executor.workers));
}
Outcome expire_executor_shutdown(State& state, const Call& call) {
  return apply_executor_shutdown(state, call);
}

Outcome apply_executor_drain(State& state, const Call& call) {
  const ExecutorWords executor = words(state, call);
  if (executor.queue != 0) return Outcome::returned(pop_oldest(state, call));
  executor.flags &= ~sentinel_flag;
  return Outcome::returned(none_value);
}
Outcome apply_executor_close(State& state, const Call& call) {
  const ExecutorWords executor = words(state, call);
  executor.flags |= sentinel_flag;
  executor.drainer = 0;
  if (!truth(call.machine.values(), call.arguments[0])) return Outcome::returned(none_value);
  return join_workers(call.machine, state, tuple(call.machine, executor.workers));
}
// A callback raised what is no Exception.
Outcome apply_executor_abandon(State& state, const Call& call) {
  words(state, call).drainer = 0;
  return Outcome::returned(none_value);
}

Readiness ready_executor_take(const State& state, const Call& call) {
  const Word* first = object_words(call.machine.program, state, call.object());
  return first[1] != 0 || (first[0] & sentinel_flag) != 0 ? Readiness::ready : Readiness::blocked;
}
Outcome apply_executor_take(State& state, const Call& call) {
  const ExecutorWords executor = words(state, call);
  if (executor.queue != 0) return Outcome::returned(pop_oldest(state, call));
  close_to_submits(executor, shutdown_flag);
  return Outcome::returned(none_value);
}
Outcome expire_executor_take(State& state, const Call& call) {
  return apply_executor_take(state, call);
}

Outcome apply_executor_idle(State& state, const Call& call) {
  const ExecutorWords executor = words(state, call);
  const auto workers_max = static_cast<std::size_t>(info(call).value);
  const bool is_open = (executor.flags & (shutdown_flag | exit_flag | broken_flag)) == 0;
  if (is_open && tuple(call.machine, executor.workers).size() < workers_max) ++executor.idle;
  return Outcome::returned(none_value);
}

Outcome initializer_of(const Call& call) {
  const ObjectInfo& its = info(call);
  if (!its.action) return Outcome::returned(none_value);
  ValueTable& values = call.machine.values();
  std::vector<Value> arguments;
  for (const Constant& argument : its.arguments) {
    arguments.push_back(call.machine.intern(argument));
  }
  const std::vector<Value> both{values.tuple(arguments), function_value(*its.action)};
  return Outcome::returned(values.tuple(both));
}
Outcome apply_executor_initializer(State&, const Call& call) { return initializer_of(call); }
// _initializer_failed: the worker then takes out what is queued, with the lock held, and with it
// the sentinel, which nobody puts back.
Readiness ready_executor_fail(const State& state, const Call& call) {
  return unless_drained(state, call);
}
Outcome apply_executor_fail(State& state, const Call& call) {
  const ExecutorWords executor = words(state, call);
  close_to_submits(executor, broken_flag);
  executor.drainer = call.self.index + 1;
  return Outcome::returned(none_value);
}
Outcome expire_executor_fail(State& state, const Call& call) {
  return apply_executor_fail(state, call);
}

Readiness ready_executor_join(const State& state, const Call& call) {
  const bool is_self = call.receiver == thread_value(call.self);
  return is_self || is_over(state, call, call.receiver) ? Readiness::ready : Readiness::blocked;
}
Outcome apply_executor_join(State& state, const Call& call) {
  if (call.receiver == thread_value(call.self)) {
    return raise(call, ExceptionKind::runtime_error, "cannot join current thread");
  }
  return join_workers(call.machine, state, call.machine.values().items(call.saved));
}
Outcome expire_executor_join(State& state, const Call& call) {
  return apply_executor_join(state, call);
}

// _python_exit, which the main thread calls before it joins the threads that are left.
Outcome apply_executors_exit(State& state, const Call& call) {
  const Program& program = call.machine.program;
  std::vector<Value> workers;
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    const ObjectKind kind = program.objects[i].kind;
    if (!has_futures(kind)) continue;
    const ExecutorWords executor = executor_words(call.machine, state, {i});
    if (kind == ObjectKind::process_pool) {
      tell_exit(call.machine, state, {i});
    } else {
      close_to_submits(executor, exit_flag | sentinel_flag);
    }
    const std::span<const Value> its = tuple(call.machine, executor.workers);
    workers.insert(workers.end(), its.begin(), its.end());
  }
  std::ranges::sort(workers);  // by creation
  return join_workers(call.machine, state, workers);
}

}  // namespace lockstep
