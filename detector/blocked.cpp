// Who could let a blocked thread go:
//
//   waits on            by        those who could
//   Lock, RLock         release   its owner; for a Lock also whoever may release it without
//                                 having to acquire it first
//   Semaphore           release   whoever may release a permit
//   Event, Condition    set, ...  whoever may do that
//   a queue             put, ...  whoever may put an item, get one, or call task_done
//   Pool                put, answer  whoever may ask it for something, or serves it; MainThread,
//                                 which terminates it at its end; for who looks after its workers
//                                 also these, which may end
//   Barrier             arrive    whoever may come to it, reset or abort it, or is inside
//                       fill      whoever may put an item or close it in the feeder's process, and
//                                 its main thread, which closes it at its end
//                       turn      whose turn it is
//   a Listener          connect, ...  whoever may connect to it, or accept or close
//   a connection        send, ...  whoever may send, receive or close on one of its Listener
//   Future              finish    the worker that executes its task; while that is queued any
//                                 worker of the pool and whoever may cancel it
//   ThreadPoolExecutor  put       whoever may submit to it or shut it down; MainThread at its end
//                       close     who is inside of shutdown(cancel_futures=True)
//   join, process end   end       the threads waited for, all of them
//   await               store     whoever may store a variable that the expression reads
//
// Whoever may end a process by a signal ends the waits of all who are blocked in it.
//
// MainThread, its code over or not, may do what is registered with atexit.
//
// "May" is FutureAccesses. Two who wait on the same thing do not count as each other's rescue,
// although each may well release it once it has it: whoever lets the one go could let the
// other go too, so leaving these edges out changes nothing but the picture.
//
// An owner that is blocked counts even if it would never release: then the two wait for each
// other, and that is what there is to say about them.
//
// The rule and its proof: Holt's reduction, with the closure of what may still be done as
// releasers. Take the first step of any continuation that lets a stuck thread go: whoever takes
// it was not stuck and had that operation in its future, so the reduction would have struck the
// thread out.
#include "detector/blocked.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "detector/ways_on.h"
#include "engine/assert.h"
#include "engine/operations/atexit.h"
#include "engine/operations/barrier.h"
#include "engine/operations/executor.h"
#include "engine/operations/mp_pool.h"
#include "engine/operations/mp_queue.h"
#include "engine/state/process_memory.h"

namespace lockstep {
namespace {

// By number, what two threads have in common that wait alike: for the same, to be done by whoever
// does it. Who could let the one go could let the other go, but for the two themselves; so of many
// who wait alike it is asked once. Nothing: who could depends on who waits.
using Alike = std::pair<Operation, std::uint32_t>;
std::optional<Alike> alike(const Machine& machine, const BlockedThread& waiter) {
  if (machine.program.has_processes) return std::nullopt;
  switch (waiter.by) {
    case LetGoBy::set:
    case LetGoBy::notify:
    case LetGoBy::release:
    case LetGoBy::put:
    case LetGoBy::get:
    case LetGoBy::task_done:
    case LetGoBy::arrive:
      return Alike{waiter.pending->operation, waiter.pending->receiver.bits};
    case LetGoBy::store:
      return Alike{waiter.pending->operation, waiter.pending->pc};
    default:
      return std::nullopt;
  }
}

// Threads that could let `waiter` go by doing something to an object or a variable.
class Releasers {
 public:
  Releasers(const Machine& machine, const State& state, const FutureAccesses& future,
            const std::vector<BlockedThread>& blocked)
      : machine_(machine), state_(state), future_(future), blocked_(blocked) {
    const std::size_t threads = thread_count(machine.program, state);
    locals_.resize(threads);
    for (std::uint32_t i = 0; i < threads; ++i) {
      if (life(machine.program, state, {i}) != Life::alive) continue;
      locals_[i].push_back(machine.locals().get(local(machine.program, state, {i})));
    }
    for (const LocalId callback : exit_callbacks(machine, state)) {
      locals_[main_thread_id.index].push_back(machine.locals().get(callback));
    }
  }

  std::vector<ThreadId> of(const BlockedThread& waiter) const {
    const std::optional<Alike> kind = alike(machine_, waiter);
    if (kind) {
      if (const auto known = of_alike_.find(*kind); known != of_alike_.end()) return known->second;
    }
    std::vector<ThreadId> result;
    for (std::uint32_t i = 0; i < locals_.size(); ++i) {
      if (could_let_go(waiter, {i})) result.push_back({i});
    }
    if (kind) of_alike_.emplace(*kind, result);
    return result;
  }

  // Who could end the process of the thread by a signal, the termination of its Pool included, or
  // by os._exit().
  std::vector<ThreadId> signallers(ThreadId thread) const {
    std::vector<ThreadId> result;
    const Program& program = machine_.program;
    const ProcessId process = process_of(program, state_, thread);
    const std::optional<ObjectId> pool = pool_of_worker(machine_, state_, thread);
    const std::optional<ObjectId> executor =
        program.exits_at_once ? executor_of_worker(machine_, state_, thread) : std::nullopt;
    for (std::uint32_t i = 0; i < locals_.size(); ++i) {
      const ProcessId its = process_of(program, state_, {i});
      const bool has_it = has_started(machine_, state_, its, process);
      const bool is_one = std::ranges::any_of(locals_[i], [&](const LocalState& local) {
        const bool is_signal =
            !local.frames.empty() && local.frames.front().function == program.signal_body;
        if (pool && its == main_process_id &&
            future_.may_first(local, LetGoBy::put, object_value(*pool))) {
          return true;
        }
        if (executor &&
            (its == main_process_id || executor_of_worker(machine_, state_, {i}) == executor)) {
          return true;
        }
        const bool ends_it = its == process || its == main_process_id;
        if (ends_it && program.exits_at_once && future_.may_exit(local)) return true;
        return (is_signal && its == process) || (has_it && future_.may_signal(local));
      });
      const bool ends = pool && ThreadId{i} == main_thread_id && takes_part(program, state_, {i});
      if (is_one || ends) result.push_back({i});
    }
    return result;
  }

 private:
  bool could_let_go(const BlockedThread& waiter, ThreadId other) const {
    const Program& program = machine_.program;
    if (waiter.by == LetGoBy::end) return waits_for_end_of(machine_, state_, waiter.thread, other);
    const bool is_elsewhere =
        process_of(program, state_, other) != process_of(program, state_, waiter.thread);
    if (waiter.by == LetGoBy::fill) {
      if (is_elsewhere || other == waiter.thread) return false;
      if (is_process_main(program, state_, other)) return takes_part(program, state_, other);
    }
    // At its end MainThread terminates the pools.
    if (waiter.by == LetGoBy::put && row(waiter.pending->operation).kind == ObjectKind::mp_pool &&
        other == main_thread_id) {
      return takes_part(program, state_, other);
    }
    // A child tells its executors of its end.
    if (waiter.by == LetGoBy::put && waiter.pending->operation == Operation::executor_take &&
        !is_elsewhere && other != main_thread_id && is_process_main(program, state_, other) &&
        takes_part(program, state_, other)) {
      return true;
    }
    const std::vector<LocalState>& locals = locals_[other.index];
    if (locals.empty()) return false;
    if (waiter.by == LetGoBy::turn) return turn_holder(machine_, state_, *waiter.pending) == other;
    if (waiter.by == LetGoBy::get && will_drop(machine_, state_, *waiter.object, other))
      return true;
    if (is_elsewhere && !(waiter.object && is_shared(program, *waiter.object))) return false;
    if (waiter.pending->operation == Operation::mp_pool_maintain &&
        pool_of_worker(machine_, state_, other) == waiter.object) {
      return true;
    }
    if (waiter.pending->operation == Operation::process_pool_watch &&
        executor_of_worker(machine_, state_, other) == waiter.object) {
      return true;
    }
    if (waiter.by == LetGoBy::store) {
      if (other == waiter.thread || waits_alike(waiter, other)) return false;
      const AwaitedCode code = awaited_code(program, waiter.pending->pc);
      return std::ranges::any_of(locals, [&](const LocalState& local) {
        return future_.may_store_what_is_read(local, code.begin, code.end);
      });
    }
    if (waiter.by == LetGoBy::finish) return could_finish(waiter, other);
    // Whatever it waits for itself.
    if (waiter.by == LetGoBy::arrive && other != waiter.thread &&
        in_action(machine_, seen(waiter), *waiter.object) == other) {
      return true;
    }
    if (waiter.by == LetGoBy::close)
      return drainer(machine_, seen(waiter), *waiter.object) == other;
    const bool owned = row(program.objects[waiter.object->index].kind).owned;
    const bool first = std::ranges::any_of(locals, [&](const LocalState& local) {
      return future_.may_first(local, waiter.by, object_value(*waiter.object));
    });
    if (owned && waiter.owner == other) return first || is_blocked(other);
    if (other == waiter.thread || waits_alike(waiter, other)) return false;
    return first && !only_owner_releases(program.objects[waiter.object->index].kind);
  }

  bool could_finish(const BlockedThread& waiter, ThreadId other) const {
    const auto may_cancel = [&](ObjectId executor) {
      return std::ranges::any_of(locals_[other.index], [&](const LocalState& local) {
        return future_.may_first(local, LetGoBy::finish, object_value(executor));
      });
    };
    return std::ranges::any_of(waiter.futures, [&](Value future) {
      return lockstep::could_finish(machine_, seen(waiter), future, waiter.thread, other,
                                    may_cancel);
    });
  }

  // The state as its process sees it.
  const State& seen(const BlockedThread& waiter) const {
    return seen_by(machine_, state_, waiter.thread, view_);
  }

  bool is_blocked(ThreadId thread) const { return find_blocked(blocked_, thread) != nullptr; }
  bool waits_alike(const BlockedThread& waiter, ThreadId other) const {
    const BlockedThread* its = find_blocked(blocked_, other);
    if (its == nullptr || its->by != waiter.by) return false;
    if (waiter.by == LetGoBy::store) return its->pending->pc == waiter.pending->pc;
    return its->pending->receiver == waiter.pending->receiver;
  }

  const Machine& machine_;
  const State& state_;
  const FutureAccesses& future_;
  const std::vector<BlockedThread>& blocked_;
  mutable std::optional<State> view_;
  mutable std::map<Alike, std::vector<ThreadId>> of_alike_;
  std::vector<std::vector<LocalState>> locals_;  // index = thread; all that it has yet to run
};

// Of the stuck threads those that would let a waiter go in earnest.
class Rescuers {
 public:
  Rescuers(const Machine& machine, const State& state, const std::vector<BlockedThread>& stuck)
      : machine_(machine),
        state_(state),
        stuck_(stuck),
        called_at_exit_(exit_callbacks(machine, state)),
        ways_(machine) {}

  // Requires: the waiter's releasers are stuck.
  void sharpen(BlockedThread& waiter) {
    if (!is_done_by_code(waiter)) {
      waiter.surely = waiter.wait.releasers;
      return;
    }
    const std::vector<std::uint32_t> wanted = numbers(waiter);
    const std::optional<Alike> kind = alike(machine_, waiter);
    if (!kind) {
      give(waiter, rescue(waiter, wanted));
    } else {
      auto known = of_alike_.find(*kind);
      if (known == of_alike_.end()) known = of_alike_.emplace(*kind, rescue(waiter, wanted)).first;
      give(waiter, known->second);
    }
    waiter.by_itself = has_one(way_of(waiter.thread).surely, wanted);
  }

 private:
  // Whoever waits alike: the releasers that may come to it, and who would surely do it, each of
  // the waiters included.
  struct Rescue {
    std::vector<ThreadId> releasers, surely;
  };
  Rescue rescue(const BlockedThread& waiter, const std::vector<std::uint32_t>& wanted) {
    Rescue result{waiter.wait.releasers, {}};
    std::erase_if(result.releasers, [&](ThreadId other) {
      const WayOn& way = way_of(other);
      return way.complete && !has_one(way.perhaps, wanted);
    });
    for (const BlockedThread& other : stuck_) {
      const bool known = std::ranges::binary_search(result.releasers, other.thread);
      if (!known && !gives_back_more(waiter, other)) continue;
      if (has_one(way_of(other.thread).surely, wanted)) result.surely.push_back(other.thread);
    }
    return result;
  }
  static void give(BlockedThread& waiter, const Rescue& rescue) {
    waiter.surely = rescue.surely;
    std::erase(waiter.surely, waiter.thread);
    waiter.wait.releasers.clear();
    std::ranges::set_union(rescue.releasers, waiter.surely,
                           std::back_inserter(waiter.wait.releasers));
  }

  // By an operation of whoever does it, on an object or a variable; not by its being there.
  bool is_done_by_code(const BlockedThread& waiter) const {
    switch (waiter.by) {
      case LetGoBy::set:
      case LetGoBy::notify:
      case LetGoBy::release:
      case LetGoBy::put:
      case LetGoBy::get:
      case LetGoBy::task_done:
      case LetGoBy::arrive:
      case LetGoBy::fill: {
        const ObjectKind kind = machine_.program.objects[waiter.object->index].kind;
        return kind != ObjectKind::mp_pool && !has_futures(kind);
      }
      case LetGoBy::store:
        return true;
      default:
        return false;
    }
  }

  // What ends the wait, in numbers of WaysOn.
  std::vector<std::uint32_t> numbers(const BlockedThread& waiter) const {
    const Program& program = machine_.program;
    std::vector<std::uint32_t> result;
    if (waiter.by != LetGoBy::store) {
      ObjectId object = *waiter.object;
      const bool of_lock = waiter.by == LetGoBy::release && program.objects[object.index].lock;
      if (of_lock) object = *program.objects[object.index].lock;
      if (const auto number = ways_.number(object, waiter.by)) result.push_back(*number);
      return result;
    }
    const AwaitedCode code = awaited_code(program, waiter.pending->pc);
    for (std::uint32_t pc = code.begin; pc < code.end; ++pc) {
      const Instruction& instruction = program.code[pc];
      if (instruction.opcode == Opcode::load_global) {
        result.push_back(ways_.number(GlobalId{instruction.a}));
      }
    }
    return result;
  }

  static bool has_one(const std::set<std::uint32_t>& done, const std::vector<std::uint32_t>& of) {
    return std::ranges::any_of(of, [&](std::uint32_t number) { return done.contains(number); });
  }

  const WayOn& way_of(ThreadId thread) {
    const bool is_alive = life(machine_.program, state_, thread) == Life::alive;
    if (is_alive && (thread != main_thread_id || called_at_exit_.empty())) {
      return ways_.of(local(machine_.program, state_, thread));
    }
    const auto [known, added] = ways_of_others_.try_emplace(thread);
    WayOn& way = known->second;
    if (!added) return way;
    const auto add = [&](const WayOn& more) {
      way.perhaps.insert(more.perhaps.begin(), more.perhaps.end());
      way.surely.insert(more.surely.begin(), more.surely.end());
      way.complete = way.complete && more.complete;
    };
    if (is_alive) {
      add(ways_.of(local(machine_.program, state_, thread)));
    } else {
      way.complete = false;  // the end of a process does what no code says
    }
    if (thread == main_thread_id) {
      for (const LocalId callback : called_at_exit_) add(ways_.of(callback));
    }
    return way;
  }

  // Whether both wait for a permit or an item of the same: what the other would give back after
  // its wait, beyond what that brings it, it holds now.
  bool gives_back_more(const BlockedThread& waiter, const BlockedThread& other) const {
    const bool is_stock = waiter.by == LetGoBy::put || waiter.by == LetGoBy::release;
    if (!is_stock || waiter.owner || other.by != waiter.by || other.object != waiter.object) {
      return false;
    }
    const Program& program = machine_.program;
    return is_shared(program, *waiter.object) ||
           process_of(program, state_, waiter.thread) == process_of(program, state_, other.thread);
  }

  const Machine& machine_;
  const State& state_;
  const std::vector<BlockedThread>& stuck_;
  std::vector<LocalId> called_at_exit_;  // by MainThread
  WaysOn ways_;
  std::map<ThreadId, WayOn> ways_of_others_;
  std::map<Alike, Rescue> of_alike_;
};

std::vector<ThreadId> stuck_of(std::size_t threads, const std::vector<BlockedThread>& blocked) {
  std::vector<Wait> waits;
  waits.reserve(blocked.size());
  for (const BlockedThread& waiter : blocked) waits.push_back(waiter.wait);
  return WaitForGraph(threads, waits).stuck();
}

}  // namespace

const BlockedThread* find_blocked(const std::vector<BlockedThread>& blocked, ThreadId thread) {
  const auto found = std::ranges::lower_bound(blocked, thread, {}, &BlockedThread::thread);
  return found == blocked.end() || found->thread != thread ? nullptr : &*found;
}

bool is_unfinished(const Machine& machine, const State& state, ThreadId thread) {
  return takes_part(machine.program, state, thread);
}

AwaitedCode awaited_code(const Program& program, std::uint32_t await_pc) {
  const Function& function = program.function_of(await_pc);
  for (std::uint32_t pc = await_pc + 1; pc < function.end; ++pc) {
    const Instruction& instruction = program.code[pc];
    if (instruction.opcode == Opcode::await_test && instruction.a == await_pc) {
      return {await_pc + 1, pc};
    }
  }
  LOCKSTEP_ASSERT(false, "an await has its await_test behind it");
  return {await_pc, await_pc};
}

std::vector<BlockedThread> waiting_threads(const Machine& machine, const State& state,
                                           const FutureAccesses& future) {
  std::vector<BlockedThread> blocked;
  const std::size_t threads = thread_count(machine.program, state);
  for (std::uint32_t i = 0; i < threads; ++i) {
    const ThreadId thread{i};
    if (!is_unfinished(machine, state, thread)) continue;
    if (readiness(machine, state, thread) != Readiness::blocked) continue;
    const Pending& next = pending(machine, state, thread);
    BlockedThread waiter{.thread = thread,
                         .pending = &next,
                         .by = row(next.operation).let_go_by,
                         .object = {},
                         .owner = {},
                         .futures = {},
                         .wait = {}};
    if (waiter.by == LetGoBy::finish) {
      std::optional<State> view;
      waiter.futures = unfinished_futures(machine, seen_by(machine, state, thread, view), next);
      waiter.object = machine.values().as_future(waiter.futures.front()).executor;
    }
    if (waiter.by == LetGoBy::answer) {
      waiter.object = machine.values().as_future(next.receiver).executor;
    } else if (machine.values().kind(next.receiver) == ValueKind::connection) {
      waiter.object = machine.values().as_connection(next.receiver).listener;
    } else if (machine.values().kind(next.receiver) == ValueKind::object) {
      waiter.object = machine.values().as_object(next.receiver);
      waiter.owner = owner_seen_by(machine, state, thread, *waiter.object);
      waiter.copied = waiter.owner && !is_shared(machine.program, *waiter.object) &&
                      process_of(machine.program, state, *waiter.owner) !=
                          process_of(machine.program, state, thread);
    }
    blocked.push_back(waiter);
  }
  const Releasers releasers(machine, state, future, blocked);
  for (BlockedThread& waiter : blocked) {
    // Whoever may release a Lock does it alone, its owner or not.
    const bool one_will_do = waiter.by != LetGoBy::end;
    waiter.wait = {waiter.thread, one_will_do ? Need::any : Need::all, releasers.of(waiter)};
  }
  return blocked;
}

std::vector<BlockedThread> blocked_threads(const Machine& machine, const State& state,
                                           const FutureAccesses& future) {
  std::vector<BlockedThread> blocked = waiting_threads(machine, state, future);
  const std::size_t threads = thread_count(machine.program, state);
  const auto main = std::ranges::find(blocked, main_thread_id, &BlockedThread::thread);
  if (main != blocked.end() && life(machine.program, state, main_thread_id) == Life::ended) {
    const std::vector<ThreadId> stuck = stuck_of(threads, blocked);
    const auto moves = [&](ThreadId thread) { return !std::ranges::binary_search(stuck, thread); };
    if (may_be_given_callbacks(machine, state, moves)) {
      std::erase_if(main->wait.releasers, [&](ThreadId other) {
        return process_of(machine.program, state, other) != main_process_id;
      });
      if (main->wait.releasers.empty()) blocked.erase(main);
    }
  }
  if (!machine.program.signal_body && !machine.program.pool_worker_body &&
      !machine.program.exits_at_once) {
    return blocked;
  }
  const Releasers releasers(machine, state, future, blocked);
  // They are gone then, and whoever waits for anything but their end has nothing from it.
  for (std::vector<ThreadId> gone(1); !gone.empty();) {
    const std::vector<ThreadId> stuck = stuck_of(threads, blocked);
    gone.clear();
    for (const ThreadId thread : stuck) {
      if (!std::ranges::includes(stuck, releasers.signallers(thread))) gone.push_back(thread);
    }
    const auto is_gone = [&](ThreadId thread) { return std::ranges::binary_search(gone, thread); };
    std::erase_if(blocked, [&](const BlockedThread& waiter) { return is_gone(waiter.thread); });
    for (BlockedThread& waiter : blocked) {
      if (waiter.by != LetGoBy::end) std::erase_if(waiter.wait.releasers, is_gone);
    }
  }
  return blocked;
}

std::vector<BlockedThread> stuck_threads(const Machine& machine, const State& state,
                                         std::vector<BlockedThread> blocked) {
  const std::size_t threads = thread_count(machine.program, state);
  const std::vector<ThreadId> stuck = stuck_of(threads, blocked);
  const auto is_stuck = [&](ThreadId thread) { return std::ranges::binary_search(stuck, thread); };
  // The main thread of a process whose code is over owns what it owns like any thread that has
  // ended.
  const auto can_release = [&](ThreadId thread) {
    return find_blocked(blocked, thread) != nullptr && is_stuck(thread) &&
           life(machine.program, state, thread) == Life::alive;
  };
  for (BlockedThread& waiter : blocked) {
    std::vector<ThreadId>& releasers = waiter.wait.releasers;
    std::erase_if(releasers, [&](ThreadId thread) { return !is_stuck(thread); });
    if (waiter.owner && !waiter.copied && can_release(*waiter.owner)) {
      waiter.surely = releasers = {*waiter.owner};
    }
  }
  std::erase_if(blocked, [&](const BlockedThread& waiter) { return !is_stuck(waiter.thread); });
  Rescuers rescuers(machine, state, blocked);
  for (BlockedThread& waiter : blocked) {
    if (waiter.surely.empty()) rescuers.sharpen(waiter);
  }
  return blocked;
}

}  // namespace lockstep
