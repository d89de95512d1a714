// stuck() is Holt's reduction: let go whoever can be let go, until nobody is left to let go.
// Each wait counts the releasers it still lacks (all of them, or one), so that every edge is
// looked at once.
//
// The strong components of what remains say who is to blame. They are not the decision: with
// `any` waits a cycle may be harmless, and only a component that no edge leaves is a cause.
#include "detector/wait_for_graph.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

#include "engine/assert.h"

namespace lockstep {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

}  // namespace

WaitForGraph::WaitForGraph(std::size_t threads, std::span<const Wait> waits)
    : waits_(waits.begin(), waits.end()), threads_(threads) {
  std::sort(waits_.begin(), waits_.end(),
            [](const Wait& a, const Wait& b) { return a.waiter < b.waiter; });
  for (std::size_t i = 0; i < waits_.size(); ++i) {
    LOCKSTEP_ASSERT(waits_[i].waiter.index < threads_, "a waiter is one of the graph's threads");
    LOCKSTEP_ASSERT(i == 0 || waits_[i - 1].waiter < waits_[i].waiter,
                    "a thread waits for one thing at a time");
    for (const ThreadId releaser : waits_[i].releasers) {
      LOCKSTEP_ASSERT(releaser.index < threads_, "a releaser is one of the graph's threads");
    }
  }
}

std::vector<ThreadId> WaitForGraph::stuck() const {
  std::vector<std::vector<std::size_t>> waits_for(threads_);  // thread -> waits it may end
  std::vector<std::size_t> lacks(waits_.size());              // releasers yet to act
  std::vector<bool> moves(threads_, true);
  for (std::size_t i = 0; i < waits_.size(); ++i) {
    moves[waits_[i].waiter.index] = false;
    lacks[i] = waits_[i].need == Need::all ? waits_[i].releasers.size() : 1;
    for (const ThreadId releaser : waits_[i].releasers) waits_for[releaser.index].push_back(i);
  }
  std::vector<std::size_t> todo;
  for (std::size_t thread = 0; thread < threads_; ++thread) {
    if (moves[thread]) todo.push_back(thread);
  }
  while (!todo.empty()) {
    const std::size_t thread = todo.back();
    todo.pop_back();
    for (const std::size_t i : waits_for[thread]) {
      const std::size_t waiter = waits_[i].waiter.index;
      if (moves[waiter] || --lacks[i] > 0) continue;
      moves[waiter] = true;
      todo.push_back(waiter);
    }
  }
  std::vector<ThreadId> result;
  for (const Wait& wait : waits_) {
    if (!moves[wait.waiter.index]) result.push_back(wait.waiter);
  }
  return result;
}

std::vector<std::vector<ThreadId>> WaitForGraph::cores() const {
  const std::vector<ThreadId> stuck = this->stuck();
  constexpr std::size_t absent = static_cast<std::size_t>(-1);
  std::vector<std::size_t> vertex(threads_, absent);
  for (std::size_t i = 0; i < stuck.size(); ++i) vertex[stuck[i].index] = i;

  Graph graph(stuck.size());
  for (const Wait& wait : waits_) {
    const std::size_t from = vertex[wait.waiter.index];
    if (from == absent) continue;
    for (const ThreadId releaser : wait.releasers) {
      const std::size_t to = vertex[releaser.index];
      if (to != absent) boost::add_edge(from, to, graph);
    }
  }
  std::vector<std::size_t> component(stuck.size());
  const std::size_t components = boost::strong_components(
      graph,
      boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, graph)));

  std::vector<std::vector<ThreadId>> members(components);
  std::vector<bool> left(components, false);  // some edge leaves it
  for (std::size_t v = 0; v < stuck.size(); ++v) members[component[v]].push_back(stuck[v]);
  for (auto [edge, end] = boost::edges(graph); edge != end; ++edge) {
    const std::size_t from = component[boost::source(*edge, graph)];
    if (from != component[boost::target(*edge, graph)]) left[from] = true;
  }
  std::vector<std::vector<ThreadId>> result;
  for (std::size_t c = 0; c < components; ++c) {
    if (!left[c]) result.push_back(std::move(members[c]));
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<ThreadId> WaitForGraph::cycle(std::span<const ThreadId> component) const {
  LOCKSTEP_ASSERT(!component.empty(), "a component has at least one thread");
  const ThreadId start = *std::min_element(component.begin(), component.end());
  // Breadth first from `start`, over the waits inside the component, back to `start`.
  constexpr std::uint32_t unseen = static_cast<std::uint32_t>(-1);
  std::vector<std::uint32_t> reached_from(threads_, unseen);
  std::vector<bool> is_inside(threads_, false);
  for (const ThreadId thread : component) is_inside[thread.index] = true;
  std::vector<ThreadId> queue{start};
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const ThreadId thread = queue[next];
    const auto wait =
        std::lower_bound(waits_.begin(), waits_.end(), thread,
                         [](const Wait& candidate, ThreadId id) { return candidate.waiter < id; });
    if (wait == waits_.end() || wait->waiter != thread) continue;
    for (const ThreadId releaser : wait->releasers) {
      if (releaser == start) {
        std::vector<ThreadId> result;
        for (ThreadId at = thread; at != start; at = ThreadId{reached_from[at.index]}) {
          result.push_back(at);
        }
        result.push_back(start);
        std::reverse(result.begin(), result.end());
        return result;
      }
      if (reached_from[releaser.index] != unseen) continue;
      if (!is_inside[releaser.index]) continue;
      reached_from[releaser.index] = thread.index;
      queue.push_back(releaser);
    }
  }
  return {start};
}

std::string WaitForGraph::dump() const {
  std::string result;
  for (const Wait& wait : waits_) {
    result += std::to_string(wait.waiter.index);
    result += wait.need == Need::all ? " needs all of" : " needs any of";
    if (wait.releasers.empty()) result += " nobody";
    for (const ThreadId releaser : wait.releasers) {
      result += ' ';
      result += std::to_string(releaser.index);
    }
    result += '\n';
  }
  return result;
}

}  // namespace lockstep
