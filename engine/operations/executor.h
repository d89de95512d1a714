// How an executor and its futures stand, for those who explain a wait. Its operations are in
// executor.cpp, those of a future in future.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/objects/operations.h"
#include "engine/state/machine.h"
#include "engine/state/state.h"

namespace lockstep {

// The words of an executor. What futures and the queue hold are numbers of futures, which count
// submissions from 0.
struct ExecutorWords {
  Word& flags;
  Word& queue;    // a tuple: the futures whose tasks wait for a worker, oldest first
  Word& futures;  // a tuple of FutureRecords
  Word& idle;     // tokens of workers that have nothing to do; 0 where no submit asks for one
  Word& workers;  // a tuple: all threads that were ever made, ended ones too
  Word& drainer;  // who is inside of shutdown(cancel_futures=True), as index + 1
};
ExecutorWords executor_words(const Machine& machine, State& state, ObjectId executor);

inline constexpr std::string_view broken_pool_message =
    "A thread initializer failed, the thread pool is not usable anymore";

inline constexpr std::string_view broken_process_pool_message =
    "A process in the process pool was terminated abruptly while the future was running or "
    "pending.";

struct FutureRecord {
  enum class Stage : std::uint8_t { pending, running, cancelled, notified, finished, failed };
  Stage stage = Stage::pending;
  Value function;              // that the task calls
  Value content = none_value;  // pending: the arguments; running: the worker; finished: the
                               // result; failed: the exception
  Value callbacks;             // a tuple, oldest first; empty once they are being called
  std::int64_t place = 0;      // among those that are over for wait(); 0 where nobody asks
  // As done() says.
  bool is_done() const { return stage > Stage::running; }
};
FutureRecord future_record(const Machine& machine, const State& state, Value future);
void set_future_record(const Machine& machine, State& state, Value future,
                       const FutureRecord& record);

// This and what follows is asked of a state that has in place the memory of the process whose
// executor is meant (seen_by).
bool is_worker(const Machine& machine, const State& state, ObjectId executor, ThreadId thread);
// Who cancels what is queued in the executor; until that is over nobody else can submit to it or
// shut it down.
std::optional<ThreadId> drainer(const Machine& machine, const State& state, ObjectId executor);

// The futures that are not done and of which a thread that is blocked waits for one. Requires:
// what it is blocked on is let go by `finish`.
std::vector<Value> unfinished_futures(const Machine& machine, const State& state,
                                      const Pending& pending);
// The first of them, for less.
std::optional<Value> first_unfinished_future(const Machine& machine, const State& state,
                                             const Pending& pending);
// Whether one of them is enough, which is not so of a wait() for all.
bool waits_for_one(const Machine& machine, const Pending& pending);
// Whether `other` could end such a wait for the future: the worker that executes its task; while
// that waits in the queue, any worker but the waiter itself, and whoever cancels it, which
// `may_cancel` says: whether `other` may cancel futures of an executor.
template <class MayCancel>
bool could_finish(const Machine& machine, const State& state, Value future, ThreadId waiter,
                  ThreadId other, MayCancel may_cancel) {
  const ProcessId process = process_of(machine.program, state, waiter);
  if (process_of(machine.program, state, other) != process) return false;
  const FutureRecord record = future_record(machine, state, future);
  if (record.stage == FutureRecord::Stage::running) return record.content == thread_value(other);
  if (other == waiter) return false;
  const ObjectId executor = machine.values().as_future(future).executor;
  if (is_worker(machine, state, executor, other)) return true;
  return record.stage == FutureRecord::Stage::pending && may_cancel(executor);
}
// The futures whose tasks wait in the queue of a ThreadPoolExecutor and are not cancelled, oldest
// first.
std::vector<Value> queued_futures(const Machine& machine, const State& state, ObjectId executor);
// Whether the task waits in the queue for a worker.
bool is_queued(const Machine& machine, const State& state, Value future);

// Of a ProcessPoolExecutor: that the code of MainThread is over. (In process_pool.cpp.)
void tell_exit(const Machine& machine, State& state, ObjectId pool);
// Whether it is the main thread of one of its workers.
bool is_process_of(const Machine& machine, const State& state, ObjectId pool, ThreadId main);
// The ProcessPoolExecutor in a worker of which the thread runs; nothing: its process is none.
std::optional<ObjectId> executor_of_worker(const Machine& machine, const State& state,
                                           ThreadId thread);

// At the end of a child process: whether an executor still has workers of the process and does not
// know of the end; tells them all; and whether it is one of their workers.
bool has_open_executors(const Machine& machine, const State& state);
void close_executors(const Machine& machine, State& state);
bool is_any_worker(const Machine& machine, const State& state, ThreadId thread);
// Whether its process ends only after it.
bool is_awaited_at_exit(const Machine& machine, const State& state, ThreadId thread);

// The threads of these that have not ended, joined one after the other; returns None.
Outcome join_workers(const Machine& machine, const State& state, std::span<const Value> workers);

}  // namespace lockstep
