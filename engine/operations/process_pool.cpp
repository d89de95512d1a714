// concurrent.futures.ProcessPoolExecutor with the start method fork (Lib/concurrent/futures/
// process.py, 3.11). Its first words are those of an ExecutorWords, so that futures work alike; the
// workers there are the one thread that finishes futures, the manager. Nine words:
//
//   flags, queue, futures   as there; the queue holds what the manager has yet to look at
//   calls                   a tuple: numbers of the futures whose calls the workers can take
//   manager                 a tuple: its thread, once something was submitted
//   -                       0
//   results                 a tuple of (number, value, whether it was raised), oldest first
//   processes               a tuple: main threads of the workers
//   joinable                whether shutdown() would still wait for the manager
//
// The first submit forks all the workers and starts the manager, a thread with the body
// Program::manager_body: it moves what it can from the queue to the calls, of which there is one
// more than there are workers, waits for a result or to be woken, finishes the future, calls the
// callbacks, and looks whether all is over. A worker is a process whose main thread executes
// Program::process_worker_body.
//
// What is left out: the feeder of the calls and the locks of both pipes. A call that is on its way
// is one that no worker has taken yet, a result that is on its way one that the manager has not
// seen yet. Arguments that cannot be pickled fail as soon as they are moved; the manager finishes
// that future too.
#include <algorithm>
#include <string>
#include <vector>

#include "engine/operations/arguments.h"
#include "engine/operations/executor.h"
#include "engine/operations/pickling.h"
#include "engine/state/process_memory.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

using Stage = FutureRecord::Stage;

constexpr Word shutdown_flag = 1;
constexpr Word exit_flag = 2;     // the main thread's code is over
constexpr Word cancel_flag = 4;   // shutdown(cancel_futures=True) was called
constexpr Word woken_flag = 8;    // the manager is to look at the queue and the flags
constexpr Word end_flag = 16;     // workers that find no call end
constexpr Word broken_flag = 32;  // a worker has ended of itself

struct Words {
  Word& flags;
  Word& queue;
  Word& futures;
  Word& calls;
  Word& manager;
  Word& results;
  Word& processes;
  Word& joinable;
};
Words words(const Machine& machine, State& state, ObjectId pool) {
  Word* first = object_words(machine.program, state, pool);
  return {first[0], first[1], first[2], first[3], first[4], first[6], first[7], first[8]};
}
Words words(State& state, const Call& call) { return words(call.machine, state, call.object()); }

const ObjectInfo& info(const Call& call) {
  return call.machine.program.objects[call.object().index];
}
std::span<const Value> tuple(const Call& call, Word word) {
  return call.machine.values().items(Value{word});
}
Value pop_oldest(const Call& call, Word& word) {
  const std::span<const Value> before = tuple(call, word);
  word = call.machine.values().tuple(before.subspan(1)).bits;
  return before.front();
}
Value future(const Call& call, Value number) {
  return call.machine.values().future(call.object(),
                                      static_cast<std::uint32_t>(small_integer(number)));
}
void append_result(const Call& call, Word& results, Value number, Value value, Value raised) {
  const Value fields[] = {number, value, raised};
  append(call.machine, results, call.machine.values().tuple(fields));
}

void start(State& state, const Call& call) {
  const Program& program = call.machine.program;
  for (std::int64_t i = 0; i < info(call).value; ++i) {
    const ThreadId worker = fork_worker(state, call, *program.process_worker_body, "ForkProcess-");
    append(call.machine, words(state, call).processes, thread_value(worker));
  }
  const Value name = next_thread_name(state, call, "");
  const ThreadId manager = add_thread(state, call, *program.manager_body, {&call.receiver, 1}, name,
                                      is_daemon(program, state, call.self));
  set_life(program, state, manager, Life::alive);
  append(call.machine, words(state, call).manager, thread_value(manager));
  words(state, call).joinable = 1;
}

Outcome shut_down(State& state, const Call& call, bool waits, bool cancels) {
  const Words pool = words(state, call);
  pool.flags |= shutdown_flag | woken_flag;
  pool.flags = cancels ? pool.flags | cancel_flag : pool.flags & ~cancel_flag;
  const bool joins = waits && pool.joinable != 0;
  // A callback that would wait for the manager, which calls it, gets a RuntimeError instead.
  const bool is_manager = joins && tuple(call, pool.manager).front() == thread_value(call.self);
  if (!is_manager) pool.joinable = 0;
  return join_workers(call.machine, state, joins ? tuple(call, pool.manager) : tuple(call, 0));
}

bool has_begun(const Call& call, Word futures) {
  return std::ranges::any_of(tuple(call, futures), [&](Value record) {
    return small_integer(call.machine.values().items(record)[0]) ==
           static_cast<std::int64_t>(Stage::running);
  });
}

}  // namespace

void tell_exit(const Machine& machine, State& state, ObjectId pool) {
  words(machine, state, pool).flags |= exit_flag | woken_flag;
}
bool is_process_of(const Machine& machine, const State& state, ObjectId pool, ThreadId main) {
  const Word processes = object_words(machine.program, state, pool)[7];
  const std::span<const Value> all = machine.values().items(Value{processes});
  return std::ranges::find(all, thread_value(main)) != all.end();
}

std::optional<ObjectId> executor_of_worker(const Machine& machine, const State& state,
                                           ThreadId thread) {
  const ProcessId process = process_of(machine.program, state, thread);
  if (!machine.program.process_worker_body || process == main_process_id) return std::nullopt;
  const ThreadId main = main_thread_of(machine, state, process);
  for (std::uint32_t i = 0; i < machine.program.objects.size(); ++i) {
    if (machine.program.objects[i].kind == ObjectKind::process_pool &&
        is_process_of(machine, state, {i}, main)) {
      return ObjectId{i};
    }
  }
  return std::nullopt;
}

void initialise_process_pool(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_process_pool(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}
std::string describe_process_pool(const Machine& machine, const State& state, ObjectId id) {
  const Word* first = object_words(machine.program, state, id);
  const auto count = [&](std::size_t word) { return machine.values().items({first[word]}).size(); };
  std::string text = std::to_string(count(7)) + (count(7) == 1 ? " worker" : " workers");
  if (count(1) > 0) text += ", " + std::to_string(count(1)) + " queued";
  if (count(3) > 0) text += ", " + std::to_string(count(3)) + " to be taken";
  if (count(6) > 0) text += ", " + std::to_string(count(6)) + " to be finished";
  if ((first[0] & shutdown_flag) != 0) text += ", shut down";
  return text;
}

Outcome apply_process_pool_submit(State& state, const Call& call) {
  ValueTable& values = call.machine.values();
  const Words pool = words(state, call);
  if ((pool.flags & broken_flag) != 0) {
    return raise(call, ExceptionKind::broken_process_pool,
                 "A child process terminated abruptly, the process pool is not usable anymore");
  }
  if ((pool.flags & shutdown_flag) != 0) {
    return raise(call, ExceptionKind::runtime_error, "cannot schedule new futures after shutdown");
  }
  if ((pool.flags & exit_flag) != 0) {
    return raise(call, ExceptionKind::runtime_error,
                 "cannot schedule new futures after interpreter shutdown");
  }
  const std::size_t count = tuple(call, pool.futures).size();
  if (count >= items_max) return too_many_items(call);
  const Value number = values.integer(static_cast<std::int64_t>(count));
  append(call.machine, pool.futures, none_value);
  FutureRecord record;
  record.function = call.arguments[0];
  record.content = call.arguments[1];
  record.callbacks = values.tuple({});
  set_future_record(call.machine, state, future(call, number), record);
  append(call.machine, pool.queue, number);
  pool.flags |= woken_flag;
  if (pool.manager == 0) start(state, call);
  return Outcome::returned(future(call, number));
}

Outcome apply_process_pool_enter(State&, const Call&) { return Outcome::returned(none_value); }
Outcome apply_process_pool_exit(State& state, const Call& call) {
  return shut_down(state, call, true, false);
}
Outcome apply_process_pool_shutdown(State& state, const Call& call) {
  if (call.arguments[0] != none_value) {
    return raise(call, ExceptionKind::type_error,
                 "ProcessPoolExecutor.shutdown() got an unexpected keyword argument 'immediate'");
  }
  return shut_down(state, call, truth(call.machine.values(), call.arguments[1]),
                   truth(call.machine.values(), call.arguments[2]));
}

// add_call_item_to_queue
Outcome apply_process_pool_fill(State& state, const Call& call) {
  const Words pool = words(state, call);
  const auto most = static_cast<std::size_t>(info(call).value) + 1;
  while (pool.queue != 0 && tuple(call, pool.calls).size() < most) {
    const Value number = pop_oldest(call, pool.queue);
    FutureRecord record = future_record(call.machine, state, future(call, number));
    if (record.stage == Stage::cancelled) {
      record.stage = Stage::notified;
      set_future_record(call.machine, state, future(call, number), record);
      continue;
    }
    const std::optional<Value> error = pickling_error(call.machine, record.content);
    const Value fields[] = {record.content, record.function, number};
    record.stage = Stage::running;
    record.content = thread_value(call.self);
    set_future_record(call.machine, state, future(call, number), record);
    if (error) {
      append_result(call, pool.results, number, *error, true_value);
    } else {
      append(call.machine, pool.calls, call.machine.values().tuple(fields));
    }
  }
  return Outcome::returned(none_value);
}

Readiness ready_process_pool_watch(const State& state, const Call& call) {
  const Word* first = object_words(call.machine.program, state, call.object());
  const bool has_ended = std::ranges::any_of(tuple(call, first[7]), [&](Value main) {
    return is_process_over(call.machine.program, state, call.machine.values().as_thread(main));
  });
  return first[6] != 0 || (first[0] & woken_flag) != 0 || has_ended ? Readiness::ready
                                                                    : Readiness::blocked;
}
// Returns whether it was raised, the value and the future of a result; None: it was woken; False: a
// worker has ended.
Outcome apply_process_pool_watch(State& state, const Call& call) {
  const Words pool = words(state, call);
  const bool was_woken = (pool.flags & woken_flag) != 0;
  pool.flags &= ~woken_flag;
  if (pool.results == 0) return Outcome::returned(was_woken ? none_value : false_value);
  const std::span<const Value> result = call.machine.values().items(pop_oldest(call, pool.results));
  const Value fields[] = {result[2], result[1], future(call, result[0])};
  return Outcome::returned(call.machine.values().tuple(fields));
}
Outcome expire_process_pool_watch(State& state, const Call& call) {
  return apply_process_pool_watch(state, call);
}

// is_shutting_down and flag_executor_shutting_down. Returns callbacks that are to be called and
// their future, whereupon it comes again; True: all is over; None: it goes on.
Outcome apply_process_pool_check(State& state, const Call& call) {
  const Words pool = words(state, call);
  if ((pool.flags & (shutdown_flag | exit_flag)) == 0) return Outcome::returned(none_value);
  pool.flags |= shutdown_flag;
  while ((pool.flags & cancel_flag) != 0 && pool.queue != 0) {
    const Value its = future(call, pop_oldest(call, pool.queue));
    FutureRecord record = future_record(call.machine, state, its);
    if (record.stage != Stage::pending) continue;
    const Value fields[] = {record.callbacks, its};
    record.stage = Stage::cancelled;
    record.content = none_value;
    record.callbacks = call.machine.values().tuple({});
    set_future_record(call.machine, state, its, record);
    return Outcome::returned(call.machine.values().tuple(fields));
  }
  pool.flags &= ~cancel_flag;
  const bool is_over = pool.queue == 0 && !has_begun(call, pool.futures);
  return Outcome::returned(is_over ? true_value : none_value);
}

// terminate_broken: the futures that are to fail. A worker that ends takes its call with it.
Outcome apply_process_pool_break_pool(State& state, const Call& call) {
  const Words pool = words(state, call);
  pool.flags |= broken_flag | shutdown_flag;
  std::vector<Value> numbers(tuple(call, pool.queue).begin(), tuple(call, pool.queue).end());
  const std::size_t count = tuple(call, pool.futures).size();
  for (std::size_t i = 0; i < count; ++i) {
    const Value number = call.machine.values().integer(static_cast<std::int64_t>(i));
    if (future_record(call.machine, state, future(call, number)).stage == Stage::running) {
      numbers.push_back(number);
    }
  }
  std::ranges::sort(numbers, {}, [](Value number) { return small_integer(number); });
  std::vector<Value> futures;
  for (const Value number : numbers) futures.push_back(future(call, number));
  return Outcome::returned(call.machine.values().list(futures));
}
// The workers are sent a signal.
Outcome apply_process_pool_stop_workers(State& state, const Call& call) {
  const Word processes = words(state, call).processes;
  for (const Value main : tuple(call, processes)) {
    const ThreadId its = call.machine.values().as_thread(main);
    if (!is_process_over(call.machine.program, state, its)) end_worker(state, call, its);
  }
  return Outcome::returned(none_value);
}

Outcome apply_process_pool_end(State& state, const Call& call) {
  words(state, call).flags |= end_flag;
  return Outcome::next(Operation::process_pool_join, call.receiver, none_value);
}
Readiness ready_process_pool_join(const State& state, const Call& call) {
  const Program& program = call.machine.program;
  const Word processes = object_words(program, state, call.object())[7];
  const bool all_over = std::ranges::all_of(tuple(call, processes), [&](Value main) {
    return is_process_over(program, state, call.machine.values().as_thread(main));
  });
  return all_over ? Readiness::ready : Readiness::blocked;
}
Outcome apply_process_pool_join(State&, const Call&) { return Outcome::returned(none_value); }
Outcome expire_process_pool_join(State&, const Call&) { return Outcome::returned(none_value); }

Outcome apply_process_pool_initializer(State&, const Call& call) { return initializer_of(call); }

Readiness ready_process_pool_take(const State& state, const Call& call) {
  const Word* first = object_words(call.machine.program, state, call.object());
  return first[3] != 0 || (first[0] & end_flag) != 0 ? Readiness::ready : Readiness::blocked;
}
// Returns the arguments, the function and the future's number; None: the worker ends.
Outcome apply_process_pool_take(State& state, const Call& call) {
  const Words pool = words(state, call);
  if (pool.calls == 0) return Outcome::returned(none_value);
  return Outcome::returned(pop_oldest(call, pool.calls));
}
Outcome expire_process_pool_take(State& state, const Call& call) {
  return apply_process_pool_take(state, call);
}

Outcome apply_process_pool_give(State& state, const Call& call) {
  const std::optional<Value> error = pickling_error(call.machine, call.arguments[1]);
  append_result(call, words(state, call).results, call.arguments[0],
                error ? *error : call.arguments[1], error ? true_value : call.arguments[2]);
  return Outcome::returned(none_value);
}

}  // namespace lockstep
