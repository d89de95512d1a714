#include "prediction/sync_preserving.h"

#include <algorithm>
#include <utility>

namespace lockstep {
namespace {

// Walking past more new sections than this, for each lock of the thread, takes longer than looking
// for the last one of each lock.
constexpr std::size_t walk_max = 4;

}  // namespace

SyncPreserving::SyncPreserving(const LockTrace& trace) : trace_(trace) {
  by_lock_.resize(trace.of_thread.size());
  std::vector<std::size_t> place(trace.locks);
  for (std::size_t thread = 0; thread < by_lock_.size(); ++thread) {
    std::vector<OfLock>& locks = by_lock_[thread];
    for (const std::uint32_t section : trace.of_thread[thread]) {
      const LockId lock = trace.sections[section].lock;
      std::size_t& at = place[lock.index];
      if (at >= locks.size() || locks[at].lock != lock) {
        at = locks.size();
        locks.push_back({lock, {}});
      }
      locks[at].sections.push_back(section);
    }
  }
}

void SyncPreserving::begin() {
  steps_.clear();
  seen_.assign(trace_.of_thread.size(), 0);
  latest_.assign(trace_.locks, std::nullopt);
}

std::uint32_t SyncPreserving::has(ThreadId thread) const {
  return thread.index < steps_.size() ? steps_[thread.index] : 0;
}

void SyncPreserving::add(ThreadId thread, std::uint32_t steps,
                         std::span<const std::uint32_t> clock) {
  join(steps_, clock);
  join(steps_, thread, steps);
}

bool SyncPreserving::require_release(std::uint32_t section) {
  const Section& its = trace_.sections[section];
  if (its.released == 0) return false;
  if (has(its.released_by) < its.released) {
    add(its.released_by, its.released, trace_.clocks[its.release_clock]);
  }
  return true;
}

bool SyncPreserving::see(std::uint32_t section) {
  const Section& its = trace_.sections[section];
  std::optional<std::uint32_t>& latest = latest_[its.lock.index];
  const std::uint32_t other = latest.value_or(section);
  latest = std::max(other, section);
  // What one thread has taken before, it has released before.
  if (trace_.sections[other].thread == its.thread) return true;
  return require_release(std::min(other, section));
}

// Every section is seen once, or jumped over where its thread has a later one of the lock.
bool SyncPreserving::close() {
  for (bool changed = true; changed;) {
    changed = false;
    for (std::uint32_t thread = 0; thread < seen_.size(); ++thread) {
      const std::vector<std::uint32_t>& sections = trace_.of_thread[thread];
      const auto is_in = [&](std::uint32_t section) {
        return trace_.sections[section].taken <= has({thread});
      };
      const auto first = sections.begin() + seen_[thread];
      if (first == sections.end() || !is_in(*first)) continue;
      changed = true;
      const auto end = std::partition_point(first, sections.end(), is_in);
      seen_[thread] = static_cast<std::uint32_t>(end - sections.begin());
      std::vector<OfLock>& locks = by_lock_[thread];
      if (static_cast<std::size_t>(end - first) <= walk_max * locks.size()) {
        for (auto section = first; section != end; ++section) {
          if (!see(*section)) return false;
        }
        continue;
      }
      for (const OfLock& lock : locks) {
        const auto last = std::upper_bound(lock.sections.begin(), lock.sections.end(), end[-1]);
        if (last != lock.sections.begin() && !see(last[-1])) return false;
      }
    }
  }
  return true;
}

// What a request has taken in the step in whose middle it is made comes after all else: sections
// of others in the set have to be over.
bool SyncPreserving::end_sections_of(std::span<const Request* const> requests,
                                     std::span<const std::uint32_t> dependencies) {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Request& request = *requests[i];
    const std::vector<std::uint32_t>& sections =
        trace_.of_thread[trace_.dependencies[dependencies[i]].thread.index];
    for (std::size_t k = request.sections; k-- > 0;) {
      const Section& inside = trace_.sections[sections[k]];
      if (inside.taken != request.step) break;
      const std::optional<std::uint32_t>& latest = latest_[inside.lock.index];
      if (!latest || trace_.sections[*latest].thread == inside.thread) continue;
      if (!require_release(*latest)) return false;
    }
  }
  return true;
}

// Who asks in the middle of a step has to take that after the lock is taken, which may be in
// another's last step: backwards round the circle from one whose lock is taken before these.
std::optional<std::vector<ThreadId>> SyncPreserving::last_steps(
    std::span<const std::uint32_t> dependencies) const {
  const std::size_t count = dependencies.size();
  const auto dependency = [&](std::size_t i) -> const LockDependency& {
    return trace_.dependencies[dependencies[i % count]];
  };
  const auto waits_for_a_last_step = [&](std::size_t i) {
    const std::vector<HeldLock>& held = dependency(i + 1).held;
    const auto its = std::ranges::find(held, dependency(i).lock, &HeldLock::lock);
    return dependency(i).is_inside && its->is_new;
  };
  std::size_t first = 0;
  while (first < count && waits_for_a_last_step(first)) ++first;
  if (first == count) return std::nullopt;
  std::vector<ThreadId> order;
  for (std::size_t k = 0; k < count; ++k) {
    const LockDependency& its = dependency(first + count - k);
    if (its.is_inside) order.push_back(its.thread);
  }
  return order;
}

std::optional<SyncPreserving::Instance> SyncPreserving::instance(
    std::span<const std::uint32_t> dependencies, std::vector<std::size_t> from) {
  std::optional<std::vector<ThreadId>> then = last_steps(dependencies);
  if (!then) return std::nullopt;  // each would have to be the first
  begin();
  std::vector<std::size_t>& at = from;
  std::vector<const Request*> requests(dependencies.size());
  for (;;) {
    for (std::size_t i = 0; i < dependencies.size(); ++i) {
      const std::vector<Request>& all = trace_.requests[dependencies[i]];
      if (at[i] >= all.size()) return std::nullopt;
      requests[i] = &all[at[i]];
      add(trace_.dependencies[dependencies[i]].thread, requests[i]->step - 1,
          trace_.clocks[requests[i]->before]);
    }
    if (!close()) return std::nullopt;
    const auto is_made = [&](std::size_t i) {
      return requests[i]->step <= has(trace_.dependencies[dependencies[i]].thread);
    };
    bool advanced = false;
    const auto advance = [&] {
      for (std::size_t i = 0; i < dependencies.size(); ++i) {
        if (!is_made(i)) continue;
        ++at[i];
        advanced = true;
      }
    };
    advance();
    if (advanced) continue;
    const Clock before = steps_;
    if (!end_sections_of(requests, dependencies) || !close()) return std::nullopt;
    if (steps_ == before) return Instance{std::move(at), steps_, std::move(*then)};
  }
}

}  // namespace lockstep
