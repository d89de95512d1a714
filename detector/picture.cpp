#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "detector/blocked.h"
#include "detector/deadlock.h"
#include "detector/words.h"
#include "engine/operations/executor.h"
#include "engine/state/process_memory.h"

namespace lockstep {
namespace {

std::string place(const Program& program, SiteId site) {
  const Site& at = program.sites[site.index];
  if (!at.at.empty()) return "at " + at.at;
  return at.line == 0 ? "" : "at line " + std::to_string(at.line);
}

// A worker that is not free, be it the waiter itself, which nobody counts on.
bool may_execute(const Machine& machine, const State& state, const BlockedThread& waiter,
                 ThreadId worker) {
  std::optional<State> view;
  const State& seen = seen_by(machine, state, waiter.thread, view);
  if (process_of(machine.program, state, worker) !=
      process_of(machine.program, state, waiter.thread)) {
    return false;
  }
  return std::ranges::any_of(waiter.futures, [&](Value future) {
    return is_queued(machine, seen, future) &&
           is_worker(machine, seen, machine.values().as_future(future).executor, worker);
  });
}

class Painter {
 public:
  Painter(const Machine& machine, const State& state) : machine_(machine), state_(state) {}

  std::size_t thread_vertex(ThreadId thread, bool stuck) {
    const auto [found, added] = threads_.try_emplace(thread, picture.vertices.size());
    if (added) {
      picture.vertices.push_back(
          {DeadlockWords(machine_, state_).thread(thread), true, stuck, thread_detail(thread)});
    }
    return found->second;
  }
  std::size_t object_vertex(ObjectId object) {
    const ObjectInfo& info = machine_.program.objects[object.index];
    return vertex(info.name, row(info.kind).type);
  }
  // An object, a future, an end of a connection, an expression.
  std::size_t awaited_vertex(const BlockedThread& waiter) {
    const DeadlockWords words(machine_, state_);
    return vertex(words.waits_for(waiter), words.waits_for_type(waiter));
  }
  void let_go(std::size_t awaited, std::size_t by) {
    if (!let_go_.emplace(awaited, by).second) return;
    picture.edges.push_back({awaited, by, GraphPicture::Edge::Kind::let_go_by, ""});
  }

  GraphPicture picture;

 private:
  std::string thread_detail(ThreadId thread) const {
    switch (life(machine_.program, state_, thread)) {
      case Life::created:
        return "not started";
      case Life::ended:
      case Life::killed:
        return "ended";
      case Life::alive:
        break;
    }
    const Pending& next = pending(machine_, state_, thread);
    if (!next.has_site) return "";
    const std::string at = place(machine_.program, next.site);
    const std::string& text = machine_.program.sites[next.site.index].text;
    return at.empty() ? text : text + ' ' + at;
  }

  std::size_t vertex(const std::string& name, std::string_view type) {
    const auto [found, added] = awaited_.try_emplace(name, picture.vertices.size());
    if (added) picture.vertices.push_back({name, false, false, std::string(type)});
    return found->second;
  }

  const Machine& machine_;
  const State& state_;
  std::map<ThreadId, std::size_t> threads_;
  std::map<std::string, std::size_t> awaited_;
  std::set<std::pair<std::size_t, std::size_t>> let_go_;  // edges
};

}  // namespace

GraphPicture picture(const Machine& machine, const State& state, const FutureAccesses& future,
                     const std::vector<TraceRecorder::Holding>& holdings) {
  using Kind = GraphPicture::Edge::Kind;
  const Program& program = machine.program;
  const std::size_t threads = thread_count(program, state);
  const std::vector<BlockedThread> blocked = blocked_threads(machine, state, future);
  const std::vector<BlockedThread> stuck = stuck_threads(machine, state, blocked);
  const auto is_stuck = [&](ThreadId thread) { return find_blocked(stuck, thread) != nullptr; };
  Painter painter(machine, state);
  for (std::uint32_t i = 0; i < threads; ++i) {
    if (life(program, state, {i}) == Life::alive || is_stuck({i})) {
      painter.thread_vertex({i}, is_stuck({i}));
    }
  }
  for (const BlockedThread& waiter : blocked) {
    const std::size_t from = painter.thread_vertex(waiter.thread, is_stuck(waiter.thread));
    const std::string detail = waiter.pending->has_site ? place(program, waiter.pending->site) : "";
    if (waiter.by == LetGoBy::end) {
      for (const ThreadId other : waiter.wait.releasers) {
        painter.picture.edges.push_back(
            {from, painter.thread_vertex(other, is_stuck(other)), Kind::waits_for, detail});
      }
      continue;
    }
    const std::size_t awaited = painter.awaited_vertex(waiter);
    painter.picture.edges.push_back({from, awaited, Kind::waits_for, detail});
    const BlockedThread* const in_earnest = find_blocked(stuck, waiter.thread);
    if (waiter.owner || in_earnest == nullptr) continue;
    for (const BlockedThread& other : stuck) {
      if (waiter.futures.empty()) break;
      if (may_execute(machine, state, waiter, other.thread)) {
        painter.let_go(awaited, painter.thread_vertex(other.thread, true));
      }
    }
    for (const ThreadId other : in_earnest->wait.releasers) {
      painter.let_go(awaited, painter.thread_vertex(other, true));
    }
  }
  std::map<std::pair<ObjectId, ThreadId>, const TraceRecorder::Holding*> first_holdings;
  for (const TraceRecorder::Holding& holding : holdings) {
    first_holdings.try_emplace({holding.object, holding.thread}, &holding);
  }
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    for (std::uint32_t t = 0; t < threads; ++t) {
      const std::optional<ThreadId> its = owner_seen_by(machine, state, {t}, {i});
      const auto found = first_holdings.find({ObjectId{i}, ThreadId{t}});
      const bool known = found != first_holdings.end();
      const TraceRecorder::Holding* const held = known ? found->second : nullptr;
      if (!known && its != ThreadId{t}) continue;
      std::string detail;
      if (known) {
        detail = "since step " + std::to_string(held->step);
        if (const std::string at = place(program, held->site); !at.empty()) detail += ' ' + at;
      }
      const std::size_t object = painter.object_vertex({i});
      painter.picture.edges.push_back(
          {object, painter.thread_vertex({t}, is_stuck({t})), Kind::held_by, detail});
    }
  }
  return painter.picture;
}

}  // namespace lockstep
