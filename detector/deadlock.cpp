#include "detector/deadlock.h"

#include <algorithm>
#include <map>
#include <set>

#include "detector/blocked.h"
#include "detector/starvation.h"
#include "detector/words.h"
#include "engine/assert.h"
#include "engine/operations/barrier.h"
#include "engine/operations/executor.h"
#include "engine/state/process_memory.h"

namespace lockstep {
namespace {

using Stuck = std::vector<BlockedThread>;

const BlockedThread& find(const Stuck& stuck, ThreadId thread) {
  const BlockedThread* const found = find_blocked(stuck, thread);
  LOCKSTEP_ASSERT(found != nullptr, "a core is made of stuck threads");
  return *found;
}

WaitForGraph graph_of(std::size_t threads, const Stuck& stuck) {
  std::vector<Wait> waits;
  waits.reserve(stuck.size());
  for (const BlockedThread& waiter : stuck) waits.push_back(waiter.wait);
  return WaitForGraph(threads, waits);
}

bool serves_pool(const Machine& machine, const BlockedThread& waiter) {
  return waiter.by == LetGoBy::put && waiter.object &&
         machine.program.objects[waiter.object->index].kind == ObjectKind::mp_pool;
}

// A shortest circle in the core in which each thread would let the one before it go; empty: there
// is none of which that is sure.
std::vector<ThreadId> sure_circle(const Machine& machine, std::size_t threads, const Stuck& stuck,
                                  const std::vector<ThreadId>& core) {
  if (core.size() == 1) return {};
  std::vector<Wait> waits;
  for (const ThreadId thread : core) {
    Wait wait{thread, Need::any, find(stuck, thread).surely};
    std::erase_if(wait.releasers,
                  [&](ThreadId other) { return !std::ranges::binary_search(core, other); });
    // Those who serve a Pool wait for work, and whoever brings it waits for what they did last.
    if (serves_pool(machine, find(stuck, thread))) wait.releasers.clear();
    waits.push_back(std::move(wait));
  }
  const WaitForGraph graph(threads, waits);
  for (const std::vector<ThreadId>& component : graph.cores()) {
    if (component.size() > 1) return graph.cycle(component);
  }
  return {};
}

// One thread that waits for a sign of others; what is missing is what it waits for. If others
// wait for the same sign, and would give it in turn, it may have gone to the wrong one.
FindingKind kind_of_missing(const Machine& machine, const State& state, const Stuck& stuck,
                            const BlockedThread& waiter) {
  const bool is_in_action =
      waiter.by == LetGoBy::arrive && in_action(machine, state, *waiter.object) == waiter.thread;
  if (is_in_action) return FindingKind::self_wait;
  const auto is_alone = [&] {
    return std::ranges::none_of(stuck, [&](const BlockedThread& other) {
      return other.thread != waiter.thread && other.by_itself && other.by == waiter.by &&
             other.object == waiter.object;
    });
  };
  if (waiter.by_itself && is_alone()) return FindingKind::self_wait;
  if (waiter.by == LetGoBy::task_done) return FindingKind::queue_never_done;
  if (waiter.pending->operation == Operation::barrier_park) return FindingKind::missing_party;
  return FindingKind::lost_wakeup;
}

// What kind of wait decides the name of a core, most telling first.
FindingKind kind_of(const Machine& machine, const State& state, const Stuck& stuck,
                    const std::vector<ThreadId>& core, bool is_circle) {
  const Program& program = machine.program;
  std::size_t joins = 0;
  std::size_t signals = 0;  // Event, Condition, Barrier, queues, sockets
  std::size_t sockets = 0;
  std::size_t polls = 0;
  std::size_t permits = 0;
  std::size_t results = 0;
  bool queued = false;  // some task of which a result is wanted
  for (const ThreadId thread : core) {
    switch (find(stuck, thread).by) {
      case LetGoBy::end:
        ++joins;
        break;
      case LetGoBy::set:
      case LetGoBy::notify:
      case LetGoBy::wake:
      case LetGoBy::fill:
      case LetGoBy::put:
      case LetGoBy::get:
      case LetGoBy::task_done:
      case LetGoBy::arrive:
      case LetGoBy::answer:
        ++signals;
        break;
      case LetGoBy::connect:
      case LetGoBy::accept:
      case LetGoBy::send:
      case LetGoBy::recv:
        ++signals;
        ++sockets;
        break;
      case LetGoBy::store:
        ++polls;
        break;
      case LetGoBy::release:
        if (!row(program.objects[find(stuck, thread).object->index].kind).owned) ++permits;
        break;
      case LetGoBy::finish:
        ++results;
        for (const Value future : find(stuck, thread).futures) {
          std::optional<State> view;
          queued = queued || is_queued(machine, seen_by(machine, state, thread, view), future);
        }
        break;
      case LetGoBy::turn:
      case LetGoBy::close:
      case LetGoBy::cancel:
      case LetGoBy::nothing:
        break;
    }
  }
  if (joins == core.size()) return FindingKind::join_cycle;
  if (polls == core.size()) return FindingKind::busy_wait;
  if (results == core.size()) {
    return queued ? FindingKind::pool_starvation : FindingKind::future_cycle;
  }
  // What was sent on a socket is not lost: two who wait there wait for each other.
  if (core.size() > 1 && sockets == core.size()) return FindingKind::socket_cycle;
  if (core.size() > 1 && sockets == 0 && !is_circle) {
    if (permits == core.size()) return FindingKind::semaphore_leak;
    if (polls + signals + permits == core.size()) return FindingKind::lost_wakeup;
  }
  if (core.size() > 1) return FindingKind::circular_wait;
  if (signals == 1) return kind_of_missing(machine, state, stuck, find(stuck, core.front()));
  if (permits == 1) return FindingKind::semaphore_leak;
  const BlockedThread& waiter = find(stuck, core.front());
  if (waiter.by == LetGoBy::close) return FindingKind::self_deadlock;
  return waiter.owner == waiter.thread ? FindingKind::self_deadlock : FindingKind::orphaned_lock;
}

// The objects, of those that the core waits on, that a thread owns.
std::string owned_in_core(const Program& program, const Stuck& stuck,
                          const std::vector<ThreadId>& core, ThreadId thread) {
  std::set<std::string> names;
  for (const ThreadId other : core) {
    const BlockedThread& waiter = find(stuck, other);
    if (waiter.owner == thread) names.insert(program.objects[waiter.object->index].name);
  }
  std::string result;
  for (const std::string& name : names) result += name + ' ';
  return result;
}

// What stays the same when threads swap their roles, or when others of the same kind meet in
// the same way. Where the cause is the thing waited for and not who waits, that is all of it.
std::string fingerprint_of(const Program& program, const Stuck& stuck, FindingKind kind,
                           const std::vector<ThreadId>& core, bool daemons_only) {
  const bool by_object = kind == FindingKind::lost_wakeup || kind == FindingKind::orphaned_lock ||
                         kind == FindingKind::semaphore_leak || kind == FindingKind::self_wait ||
                         kind == FindingKind::missing_party ||
                         kind == FindingKind::queue_never_done;
  std::vector<std::string> parts;
  for (const ThreadId thread : core) {
    const BlockedThread& waiter = find(stuck, thread);
    std::string part = waiter.object ? program.objects[waiter.object->index].name : "";
    // Who waits for an item of a queue and who waits for its tasks wait for different things.
    if (waiter.object && waits_of(program.objects[waiter.object->index].kind).size() > 1) {
      part += '\n';
      part += row(waiter.pending->operation).name;
    }
    if (!by_object || !waiter.object) {
      const Pending& pending = *waiter.pending;
      part += '\n';
      part += row(pending.operation).name;
      if (pending.has_site) {
        part += '\n' + program.function_of(pending.pc).name;
        part += '\n' + program.sites[pending.site.index].text;
      }
      part += '\n' + owned_in_core(program, stuck, core, thread);
    }
    parts.push_back(std::move(part));
  }
  if (daemons_only) parts.emplace_back("daemons");
  return fingerprint(kind, std::move(parts));
}

// The stuck threads from which the waits lead into a core.
class Behind {
 public:
  explicit Behind(const Stuck& stuck) {
    for (const BlockedThread& waiter : stuck) {
      // A feeder that has nothing to send is none of it.
      if (waiter.by == LetGoBy::fill) continue;
      for (const ThreadId releaser : waiter.wait.releasers) {
        waiters_[releaser].push_back(waiter.thread);
      }
    }
  }
  // Ascending.
  std::vector<ThreadId> of(const std::vector<ThreadId>& core) const {
    std::set<ThreadId> known(core.begin(), core.end());
    std::vector<ThreadId> to_visit = core;
    std::vector<ThreadId> reached;
    while (!to_visit.empty()) {
      const auto found = waiters_.find(to_visit.back());
      to_visit.pop_back();
      if (found == waiters_.end()) continue;
      for (const ThreadId waiter : found->second) {
        if (!known.insert(waiter).second) continue;
        reached.push_back(waiter);
        to_visit.push_back(waiter);
      }
    }
    std::ranges::sort(reached);
    return reached;
  }

 private:
  std::map<ThreadId, std::vector<ThreadId>> waiters_;  // of whoever could let them go
};

// Whether it waits for something to do, which others would bring it.
bool waits_for_work(const Machine& machine, const BlockedThread& waiter) {
  switch (waiter.by) {
    case LetGoBy::release:
      return !row(machine.program.objects[waiter.object->index].kind).owned;
    case LetGoBy::connect:
    case LetGoBy::accept:
    case LetGoBy::send:
    case LetGoBy::recv:
      return waiter.wait.releasers.empty();
    case LetGoBy::set:
    case LetGoBy::notify:
    case LetGoBy::wake:
    case LetGoBy::fill:
    case LetGoBy::put:
    case LetGoBy::get:
    case LetGoBy::task_done:
    case LetGoBy::arrive:
    case LetGoBy::answer:
    case LetGoBy::store:
      return true;
    case LetGoBy::end:
    case LetGoBy::finish:
    case LetGoBy::turn:
    case LetGoBy::close:
    case LetGoBy::cancel:
    case LetGoBy::nothing:
      break;
  }
  return false;
}

// Daemon threads that have nothing to do, and nobody who minds.
bool is_idle(const Machine& machine, const State& state, const Stuck& stuck, const Cause& cause) {
  const auto daemon = [&](ThreadId thread) { return is_daemon(machine.program, state, thread); };
  const auto idle = [&](ThreadId thread) { return waits_for_work(machine, find(stuck, thread)); };
  return std::ranges::all_of(cause.core, idle) && std::ranges::all_of(cause.core, daemon) &&
         std::ranges::all_of(cause.behind, daemon);
}

std::vector<Cause> causes_of(const Machine& machine, const State& state,
                             const FutureAccesses& future, const Stuck& stuck) {
  const WaitForGraph graph = graph_of(thread_count(machine.program, state), stuck);
  const Behind behind(stuck);
  std::vector<Cause> result;
  for (std::vector<ThreadId>& core : graph.cores()) {
    Cause cause;
    cause.chain = sure_circle(machine, thread_count(machine.program, state), stuck, core);
    if (cause.chain.empty()) {
      if (auto starved = starvation(machine, state, future, stuck, core)) {
        core = std::move(starved->workers);
        cause.pool = starved->pool;
        cause.queued = std::move(starved->queued);
      }
    }
    cause.kind = cause.queued.empty() ? kind_of(machine, state, stuck, core, !cause.chain.empty())
                                      : FindingKind::pool_starvation;
    const auto daemon = [&](ThreadId thread) { return is_daemon(machine.program, state, thread); };
    cause.daemons_only =
        std::ranges::all_of(core, daemon) && std::ranges::all_of(behind.of(core), daemon);
    cause.fingerprint =
        fingerprint_of(machine.program, stuck, cause.kind, core, cause.daemons_only);
    const auto same = std::ranges::find(result, cause.fingerprint, &Cause::fingerprint);
    if (same != result.end()) {
      same->core.insert(same->core.end(), core.begin(), core.end());
      continue;
    }
    if (!cause.queued.empty()) cause.chain = core;
    if (cause.chain.empty()) cause.chain = graph.cycle(core);
    cause.core = std::move(core);
    result.push_back(std::move(cause));
  }
  for (Cause& cause : result) {
    std::ranges::sort(cause.core);
    cause.core.erase(std::unique(cause.core.begin(), cause.core.end()), cause.core.end());
    if (cause.chain.size() == 1) cause.chain = cause.core;
    cause.behind = behind.of(cause.core);
  }
  std::erase_if(result, [&](const Cause& cause) { return is_idle(machine, state, stuck, cause); });
  return result;
}

class FindingWriter {
 public:
  FindingWriter(const Machine& machine, const State& state, const Stuck& stuck,
                const std::vector<TraceRecorder::Holding>& holdings)
      : machine_(machine), state_(state), stuck_(stuck), words_(machine, state) {
    for (const TraceRecorder::Holding& holding : holdings) {
      holdings_.emplace(holding.thread, &holding);
    }
  }

  Finding write(const Cause& cause) const {
    Finding finding;
    finding.kind = cause.kind;
    finding.fingerprint = cause.fingerprint;
    finding.message = words_.message(cause, stuck_);
    for (const ThreadId thread : cause.core) {
      finding.threads.push_back(stuck_thread(thread, true));
      if (!cause.queued.empty()) add_queued(cause, finding.threads.back());
    }
    if (!cause.queued.empty()) finding.subject = machine_.program.objects[cause.pool.index].name;
    for (const ThreadId thread : cause.behind) {
      finding.threads.push_back(stuck_thread(thread, false));
    }
    const std::size_t threads = thread_count(machine_.program, state_);
    for (std::uint32_t i = 0; i < threads; ++i) {
      const ThreadId thread{i};
      const Life its = life(machine_.program, state_, thread);
      const bool waits = find_blocked(stuck_, thread) != nullptr;
      if (its == Life::alive && !waits) finding.others.push_back(words_.thread(thread));
      if (its == Life::ended && !waits) finding.ended.push_back(words_.thread(thread));
    }
    finding.partial = !finding.others.empty();
    return finding;
  }

 private:
  // Who could let a worker go: not its own pool's, but what waits there to be executed.
  void add_queued(const Cause& cause, StuckThread& stuck) const {
    const BlockedThread& waiter = find(stuck_, stuck.id);
    if (waiter.by == LetGoBy::finish) return;
    std::vector<std::string> by = words_.queued(waiter, cause.queued);
    for (const ThreadId other : waiter.wait.releasers) {
      if (std::ranges::find(cause.core, other) == cause.core.end())
        by.push_back(words_.thread(other));
    }
    stuck.let_go_by = std::move(by);
    stuck.why = stuck.thread + ' ' + words_.waits_for_queued(waiter, cause.queued);
  }

  StuckThread stuck_thread(ThreadId thread, bool core) const {
    const BlockedThread& waiter = find(stuck_, thread);
    StuckThread result;
    result.id = thread;
    result.thread = words_.thread(thread);
    result.core = core;
    result.daemon = is_daemon(machine_.program, state_, thread);
    result.operation = words_.operation(waiter);
    result.waits_for = words_.waits_for(waiter);
    result.waits_for_type = words_.waits_for_type(waiter);
    if (waiter.pending->has_site) result.at = waiter.pending->site;
    result.let_go_by = words_.let_go_by(waiter);
    result.holds = holds(thread);
    std::vector<std::string> held;
    for (const StuckThread::Hold& hold : result.holds) held.push_back(hold.object);
    result.why = words_.why(waiter, held);
    return result;
  }

  std::vector<StuckThread::Hold> holds(ThreadId thread) const {
    std::vector<StuckThread::Hold> result;
    const Program& program = machine_.program;
    const auto [begin, end] = holdings_.equal_range(thread);
    for (auto its = begin; its != end; ++its) {
      const TraceRecorder::Holding& holding = *its->second;
      result.push_back({program.objects[holding.object.index].name, holding.site, holding.step});
    }
    for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
      const std::string& name = program.objects[i].name;
      if (!row(program.objects[i].kind).owned ||
          owner_seen_by(machine_, state_, thread, {i}) != thread)
        continue;
      if (std::ranges::count(result, name, &StuckThread::Hold::object) > 0) continue;
      result.push_back({name, {}, 0});
    }
    return result;
  }

  const Machine& machine_;
  const State& state_;
  const Stuck& stuck_;
  std::multimap<ThreadId, const TraceRecorder::Holding*> holdings_;  // of one by time
  DeadlockWords words_;
};

}  // namespace

std::vector<Wait> waits(const Machine& machine, const State& state, const FutureAccesses& future) {
  std::vector<Wait> result;
  for (BlockedThread& waiter : blocked_threads(machine, state, future)) {
    result.push_back(std::move(waiter.wait));
  }
  return result;
}

std::vector<Cause> causes(const Machine& machine, const State& state,
                          const FutureAccesses& future) {
  return causes_of(machine, state, future,
                   stuck_threads(machine, state, blocked_threads(machine, state, future)));
}

std::vector<Finding> deadlocks(const Machine& machine, const State& state,
                               const FutureAccesses& future,
                               const std::vector<TraceRecorder::Holding>& holdings) {
  const Stuck stuck = stuck_threads(machine, state, blocked_threads(machine, state, future));
  const FindingWriter writer(machine, state, stuck, holdings);
  std::vector<Finding> findings;
  for (const Cause& cause : causes_of(machine, state, future, stuck)) {
    findings.push_back(writer.write(cause));
  }
  return findings;
}

}  // namespace lockstep
