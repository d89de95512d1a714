// Holt's reduction over the threads of one state, with the rule of detector/blocked.cpp; what
// that file says about waiting on the same thing is why nobody is left out here.
//
// A situation is all that causes() depends on: who is stuck with which private state, who owns
// what they wait for, who is a daemon, what is queued for the workers among them, and what
// MainThread calls at the end. Many states share one.
#include "explorer/stuck_watch.h"

#include <algorithm>

#include "detector/blocked.h"
#include "engine/assert.h"
#include "engine/operations/atexit.h"
#include "engine/operations/executor.h"
#include "engine/operations/mp_pool.h"
#include "engine/operations/mp_queue.h"
#include "engine/state/process_memory.h"

namespace lockstep {
namespace {

constexpr Word waits_for_exit = 0xffffffffU;

bool is_alive(const Program& program, const State& state, std::uint32_t thread) {
  return life(program, state, {thread}) == Life::alive;
}

}  // namespace

std::span<const std::uint32_t> StuckWatch::look(const State& state,
                                                std::span<const Choice> enabled) {
  stuck_.clear();
  if (has_exited(state)) return {};
  find_stuck(state, enabled);
  if (stuck_.empty()) return {};

  describe_stuck(state);
  std::optional<std::uint32_t> situation = situations_.find(situation_);
  if (!situation) {
    std::vector<std::uint32_t> indexes;
    // The machine may be frozen: nothing is kept before all is known.
    for (const Cause& cause : causes(machine_, state, future_)) {
      const auto known = std::ranges::find(seen_, cause.fingerprint, &Seen::fingerprint);
      indexes.push_back(static_cast<std::uint32_t>(known - seen_.begin()));
      if (known == seen_.end()) {
        seen_.push_back({cause.kind, cause.fingerprint, cause.daemons_only});
      }
    }
    std::ranges::sort(indexes);
    cause_bytes_ += indexes.capacity() * sizeof(std::uint32_t);
    causes_.push_back(std::move(indexes));
    situation = situations_.intern(situation_).id;
  }
  return causes_[*situation];
}

void StuckWatch::find_stuck(const State& state, std::span<const Choice> enabled) {
  const Program& program = machine_.program;
  threads_ = thread_count(program, state);
  moves_.assign(threads_, false);
  for (const Choice& choice : enabled) moves_[choice.thread.index] = true;
  // Beside a thread in an atomic section nobody is enabled, ready or not.
  const bool atomic = !enabled.empty() && is_alive(program, state, enabled[0].thread.index) &&
                      facts_.of(local(program, state, enabled[0].thread)).atomic;
  for (std::uint32_t i = 0; i < threads_; ++i) {
    if (moves_[i]) continue;
    if (!takes_part(program, state, {i})) continue;
    if (atomic && readiness(machine_, state, {i}) != Readiness::blocked) {
      moves_[i] = true;
      continue;
    }
    stuck_.push_back(i);
  }
  if (stuck_.empty()) return;
  callbacks_.clear();
  if (program.registers_exit_callbacks) callbacks_ = exit_callbacks(machine_, state);
  was_blocked_.assign(threads_, false);
  for (const std::uint32_t thread : stuck_) was_blocked_[thread] = true;
  ends_.assign(threads_, false);
  do {
    while (let_go(state)) {
    }
  } while ((program.signal_body || program.pool_worker_body || program.exits_at_once) &&
           std::erase_if(stuck_, [&](std::uint32_t thread) {
             ends_[thread] = may_be_ended(state, {thread});
             return ends_[thread] != 0;
           }) > 0);
}

// Takes out whom others can let go; false: nobody. From the last thread to the first, which waits
// for all others at the end and would be in vain asked about before them.
bool StuckWatch::let_go(const State& state) {
  bool any = false;
  for (std::size_t i = stuck_.size(); i-- > 0;) {
    if (!can_be_let_go(state, stuck_[i])) continue;
    moves_[stuck_[i]] = 1;
    stuck_.erase(stuck_.begin() + static_cast<std::ptrdiff_t>(i));
    any = true;
  }
  return any && !stuck_.empty();
}

bool StuckWatch::can_be_let_go(const State& state, std::uint32_t thread) {
  const Program& program = machine_.program;
  const auto all_move = [&] {
    const bool counts_children =
        thread != main_thread_id.index || is_alive(program, state, thread) ||
        !may_be_given_callbacks(machine_, state, [&](ThreadId i) { return moves_[i.index]; });
    for (std::uint32_t i = 0; i < threads_; ++i) {
      if (moves_[i] || ends_[i] || !waits_for_end_of(machine_, state, {thread}, {i})) continue;
      if (counts_children || process_of(program, state, {i}) == main_process_id) return false;
    }
    return true;
  };
  if (!is_alive(program, state, thread)) return all_move();
  const LocalFacts waiter = facts_.of(local(program, state, {thread}));
  switch (waiter.by) {
    case LetGoBy::end:
      if (waiter.operation == Operation::join_all ||
          waiter.operation == Operation::process_pool_join ||
          waiter.operation == Operation::mp_pool_join_next ||
          waiter.operation == Operation::mp_pool_finalize) {
        return all_move();
      }
      return moves_[waiter.joined.index] || ends_[waiter.joined.index];
    case LetGoBy::store:
      for (std::uint32_t i = 0; i < threads_; ++i) {
        if (moves_[i] && is_alive(program, state, i) &&
            process_of(program, state, {i}) == process_of(program, state, {thread}) &&
            facts_.may_make_true(local(program, state, {i}), waiter.pc)) {
          return true;
        }
      }
      return moves_[main_thread_id.index] &&
             process_of(program, state, {thread}) == main_process_id &&
             std::ranges::any_of(callbacks_, [&](LocalId callback) {
               return facts_.may_make_true(callback, waiter.pc);
             });
    case LetGoBy::release:
    case LetGoBy::set:
    case LetGoBy::notify:
    case LetGoBy::wake:
    case LetGoBy::put:
    case LetGoBy::get:
    case LetGoBy::task_done:
    case LetGoBy::arrive:
    case LetGoBy::connect:
    case LetGoBy::accept:
    case LetGoBy::send:
    case LetGoBy::recv:
    case LetGoBy::answer:
      return someone_may_let_go(state, {thread}, waiter);
    case LetGoBy::finish:
      return someone_may_finish(state, {thread}, *waiter.pending);
    case LetGoBy::fill:
      if (moves_[main_of(state, {thread}).index]) return true;
      return someone_may_let_go(state, {thread}, waiter);
    case LetGoBy::turn: {
      const std::optional<ThreadId> its = turn_holder(machine_, state, *waiter.pending);
      return its && moves_[its->index];
    }
    case LetGoBy::close: {
      std::optional<State> view;
      const State& seen = seen_by(machine_, state, {thread}, view);
      const std::optional<ThreadId> closes = drainer(machine_, seen, waiter.object);
      return closes && moves_[closes->index] &&
             process_of(program, state, *closes) == process_of(program, state, {thread});
    }
    case LetGoBy::cancel:  // its time comes
    case LetGoBy::nothing:
      break;
  }
  LOCKSTEP_ASSERT(false, "a blocked operation says what lets it go");
  return true;
}

ThreadId StuckWatch::main_of(const State& state, ThreadId thread) const {
  return main_thread_of(machine_, state, process_of(machine_.program, state, thread));
}

// By a signal that is on its way, or that somebody may send; also by terminating a Pool, by one of
// its own process or the main one that calls os._exit(), or with its ProcessPoolExecutor, which is
// broken when another worker calls that.
bool StuckWatch::may_be_ended(const State& state, ThreadId thread) {
  const Program& program = machine_.program;
  const ProcessId process = process_of(program, state, thread);
  if (const std::optional<ObjectId> pool = pool_of_worker(machine_, state, thread)) {
    const std::uint32_t wait = *facts_.wait_number(*pool, LetGoBy::put);
    for (std::uint32_t i = 0; i < threads_; ++i) {
      if (!moves_[i] || process_of(program, state, {i}) != main_process_id) continue;
      if (is_alive(program, state, i) && facts_.may_let_go(local(program, state, {i}), wait)) {
        return true;
      }
    }
    if (moves_[main_thread_id.index]) return true;  // at the latest at its end
  }
  const std::optional<ObjectId> executor =
      program.exits_at_once ? executor_of_worker(machine_, state, thread) : std::nullopt;
  if (moves_[main_thread_id.index] &&
      std::ranges::any_of(callbacks_, [&](LocalId its) { return facts_.of(its).exits; })) {
    return true;
  }
  const bool calls =
      moves_[main_thread_id.index] &&
      std::ranges::any_of(callbacks_, [&](LocalId its) { return facts_.of(its).signals; });
  for (std::uint32_t i = 0; i < threads_; ++i) {
    if (!moves_[i] || !is_alive(program, state, i)) continue;
    const LocalFacts& facts = facts_.of(local(program, state, {i}));
    const ProcessId its = process_of(program, state, {i});
    if (facts.operation == Operation::signal_comes && its == process) return true;
    if (facts.exits && (its == process || its == main_process_id)) return true;
    if (executor &&
        (its == main_process_id || executor_of_worker(machine_, state, {i}) == executor)) {
      return true;
    }
    if (facts.signals && has_started(machine_, state, its, process)) return true;
  }
  return calls && has_started(machine_, state, main_process_id, process);
}

bool StuckWatch::someone_may_let_go(const State& state, ThreadId thread, const LocalFacts& waiter) {
  const Program& program = machine_.program;
  // At its end MainThread terminates the pools.
  if (waiter.by == LetGoBy::put && row(waiter.operation).kind == ObjectKind::mp_pool &&
      moves_[main_thread_id.index]) {
    return true;
  }
  const auto sees_it = [&](std::uint32_t other) {
    return (waiter.on_shared && waiter.by != LetGoBy::fill) ||
           process_of(program, state, {other}) == process_of(program, state, thread);
  };
  // A child tells its executors of its end.
  const ThreadId main = main_of(state, thread);
  if (waiter.operation == Operation::executor_take && main != main_thread_id &&
      moves_[main.index]) {
    return true;
  }
  if (waiter.on_lock) {
    const std::optional<ThreadId> its = owner_seen_by(machine_, state, thread, waiter.object);
    if (its && moves_[its->index] && sees_it(its->index) && is_alive(program, state, its->index)) {
      if (was_blocked_[its->index]) return true;
      if (facts_.may_let_go(local(program, state, *its), waiter.wait)) return true;
    }
    if (waiter.on_rlock) return false;
  }
  for (std::uint32_t i = 0; i < threads_; ++i) {
    if (waiter.operation == Operation::mp_pool_maintain && (moves_[i] || ends_[i]) &&
        pool_of_worker(machine_, state, {i}) == waiter.object) {
      return true;
    }
    if (waiter.operation == Operation::process_pool_watch && (moves_[i] || ends_[i]) &&
        executor_of_worker(machine_, state, {i}) == waiter.object) {
      return true;
    }
    if (!moves_[i] || !sees_it(i) || !is_alive(program, state, i)) continue;
    if (facts_.may_let_go(local(program, state, {i}), waiter.wait)) return true;
    if (waiter.by == LetGoBy::get && will_drop(machine_, state, waiter.object, {i})) return true;
  }
  return moves_[main_thread_id.index] && sees_it(main_thread_id.index) &&
         std::ranges::any_of(callbacks_, [&](LocalId callback) {
           return facts_.may_let_go(callback, waiter.wait);
         });
}

bool StuckWatch::someone_may_finish(const State& state, ThreadId waiter, const Pending& pending) {
  const Program& program = machine_.program;
  std::optional<State> view;
  const State& seen = seen_by(machine_, state, waiter, view);
  for (const Value future : unfinished_futures(machine_, seen, pending)) {
    for (std::uint32_t i = 0; i < threads_; ++i) {
      if (!moves_[i]) continue;
      const auto may_cancel = [&](ObjectId executor) {
        if (is_alive(program, state, i) &&
            facts_.may_cancel(local(program, state, {i}), executor)) {
          return true;
        }
        return i == main_thread_id.index && std::ranges::any_of(callbacks_, [&](LocalId callback) {
                 return facts_.may_cancel(callback, executor);
               });
      };
      if (could_finish(machine_, seen, future, waiter, {i}, may_cancel)) return true;
    }
  }
  return false;
}

void StuckWatch::describe_stuck(const State& state) {
  const Program& program = machine_.program;
  situation_.clear();
  situation_.push_back(state.words[layout::exit_callbacks]);
  for (const std::uint32_t thread : stuck_) {
    situation_.push_back(thread << 1 | (is_daemon(program, state, {thread}) ? 1U : 0U));
    if (!is_alive(program, state, thread)) {
      situation_.push_back(waits_for_exit);
      continue;
    }
    const LocalId at = local(program, state, {thread});
    situation_.push_back(at.index);
    const LocalFacts& facts = facts_.of(at);
    std::optional<State> view;
    if (facts.by == LetGoBy::finish) {
      const State& seen = seen_by(machine_, state, {thread}, view);
      for (const Value future : unfinished_futures(machine_, seen, *facts.pending)) {
        const FutureRecord record = future_record(machine_, seen, future);
        situation_.push_back(static_cast<std::uint32_t>(record.stage));
        situation_.push_back(record.content.bits);
      }
    }
    if (facts.by == LetGoBy::turn) {
      const std::optional<ThreadId> its = turn_holder(machine_, state, *facts.pending);
      situation_.push_back(its ? its->index + 1 : 0);
    }
    if (facts.by == LetGoBy::close) {
      const State& seen = seen_by(machine_, state, {thread}, view);
      situation_.push_back(drainer(machine_, seen, facts.object)->index);
    }
    describe_queues(state, {thread});
    if (!facts.on_lock) continue;
    const std::optional<ThreadId> its = owner_seen_by(machine_, state, {thread}, facts.object);
    situation_.push_back(its ? its->index + 1 : 0);
  }
}

// What is queued for the workers of a pool may be what the thread, one of them, waits for.
void StuckWatch::describe_queues(const State& state, ThreadId thread) {
  for (const ObjectId executor : executors_) {
    std::optional<State> view;
    const State& seen = seen_by(machine_, state, thread, view);
    if (!is_worker(machine_, seen, executor, thread)) continue;
    std::vector<Word> functions;
    for (const Value future : queued_futures(machine_, seen, executor)) {
      functions.push_back(future_record(machine_, seen, future).function.bits);
    }
    std::ranges::sort(functions);
    functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
    situation_.insert(situation_.end(), functions.begin(), functions.end());
    situation_.push_back(none_value.bits);
  }
}

std::size_t StuckWatch::memory_bytes() const {
  return situations_.memory_bytes() + causes_.capacity() * sizeof(std::vector<std::uint32_t>) +
         cause_bytes_;
}

}  // namespace lockstep
