// Tests of detector/wait_for_graph.
#include "detector/wait_for_graph.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>

namespace lockstep {
namespace {

struct Row {
  const char* drawing;
  std::size_t threads;
  std::vector<Wait> waits;
  std::vector<ThreadId> stuck;
  std::vector<std::vector<ThreadId>> cores;
};

Wait all(std::uint32_t waiter, std::vector<ThreadId> releasers) {
  return {{waiter}, Need::all, std::move(releasers)};
}
Wait any(std::uint32_t waiter, std::vector<ThreadId> releasers) {
  return {{waiter}, Need::any, std::move(releasers)};
}

std::string text(const std::vector<ThreadId>& threads) {
  std::string result;
  for (const ThreadId thread : threads) result += std::to_string(thread.index) + " ";
  return result;
}
std::string text(const std::vector<std::vector<ThreadId>>& sets) {
  std::string result;
  for (const std::vector<ThreadId>& set : sets) result += "{ " + text(set) + "} ";
  return result;
}

TEST_CASE("WaitForGraph: who is stuck, and who is to blame", "[detector][wait_for_graph]") {
  const Row row = GENERATE(values<Row>({
      {"nobody waits", 2, {}, {}, {}},
      {"0 -> 1, 1 runs", 2, {all(0, {{1}})}, {}, {}},
      {"0 <-> 1, two locks", 2, {all(0, {{1}}), all(1, {{0}})}, {{0}, {1}}, {{{0}, {1}}}},
      {"0 -> nobody: an orphaned lock", 2, {all(0, {})}, {{0}}, {{{0}}}},
      {"0 -> nobody: a lost wakeup", 2, {any(0, {})}, {{0}}, {{{0}}}},
      {"0 -> 0: a lock taken twice", 1, {all(0, {{0}})}, {{0}}, {{{0}}}},
      {"0 <-> 1 or 2, 2 runs", 3, {any(0, {{1}, {2}}), all(1, {{0}})}, {}, {}},
      {"0 <-> 1 and 2, 2 runs", 3, {all(0, {{1}, {2}}), all(1, {{0}})}, {{0}, {1}}, {{{0}, {1}}}},
      {"0 <-> 1 or 2, 2 -> 0: a knot",
       3,
       {any(0, {{1}, {2}}), any(1, {{0}}), any(2, {{0}})},
       {{0}, {1}, {2}},
       {{{0}, {1}, {2}}}},
      {"0 <-> 1, 2 waits behind 1, 3 behind 2",
       4,
       {all(0, {{1}}), all(1, {{0}}), all(2, {{1}}), all(3, {{2}})},
       {{0}, {1}, {2}, {3}},
       {{{0}, {1}}}},
      {"0 <-> 1, 2 <-> 3: two causes",
       4,
       {all(0, {{1}}), all(1, {{0}}), all(2, {{3}}), all(3, {{2}})},
       {{0}, {1}, {2}, {3}},
       {{{0}, {1}}, {{2}, {3}}}},
      {"0 <-> 1, and 0 also waits for 2 -> nobody",
       3,
       {all(0, {{1}, {2}}), all(1, {{0}}), any(2, {})},
       {{0}, {1}, {2}},
       {{{2}}}},
      {"0 -> 1 -> 2 -> 0, and 3 runs",
       4,
       {all(0, {{1}}), all(1, {{2}}), all(2, {{0}})},
       {{0}, {1}, {2}},
       {{{0}, {1}, {2}}}},
  }));
  const WaitForGraph graph(row.threads, row.waits);
  INFO(row.drawing << "\n" << graph.dump());
  CHECK(text(graph.stuck()) == text(row.stuck));
  CHECK(text(graph.cores()) == text(row.cores));
}

TEST_CASE("WaitForGraph: a cycle is shortest and in waiting order", "[detector][wait_for_graph]") {
  struct CycleRow {
    const char* drawing;
    std::vector<Wait> waits;
    std::vector<ThreadId> component, cycle;
  };
  const CycleRow row = GENERATE(values<CycleRow>({
      {"0 -> 0", {all(0, {{0}})}, {{0}}, {{0}}},
      {"0 -> nobody", {any(0, {})}, {{0}}, {{0}}},
      {"0 -> 2 -> 1 -> 0",
       {all(0, {{2}}), all(1, {{0}}), all(2, {{1}})},
       {{0}, {1}, {2}},
       {{0}, {2}, {1}}},
      {"0 -> 1 -> 2 -> 0, with a short way 1 -> 0",
       {any(0, {{1}}), any(1, {{0}, {2}}), any(2, {{0}})},
       {{0}, {1}, {2}},
       {{0}, {1}}},
      {"1 -> 3 -> 1 beside 0", {all(1, {{3}}), all(3, {{1}})}, {{1}, {3}}, {{1}, {3}}},
  }));
  const WaitForGraph graph(4, row.waits);
  INFO(row.drawing << "\n" << graph.dump());
  CHECK(text(graph.cycle(row.component)) == text(row.cycle));
}

TEST_CASE("WaitForGraph: dump has one line per wait, in waiter order",
          "[detector][wait_for_graph]") {
  const std::vector<Wait> waits{any(2, {}), all(0, {{1}, {2}}), any(1, {{0}})};
  CHECK(WaitForGraph(3, waits).dump() ==
        "0 needs all of 1 2\n1 needs any of 0\n2 needs any of nobody\n");
}

// The definition, word for word: strike out whoever can be let go until nobody is left.
std::vector<ThreadId> stuck_by_striking_out(std::size_t threads, const std::vector<Wait>& waits) {
  std::set<ThreadId> waiting;
  for (const Wait& wait : waits) waiting.insert(wait.waiter);
  for (bool struck = true; struck;) {
    struck = false;
    for (const Wait& wait : waits) {
      if (!waiting.count(wait.waiter) || wait.releasers.empty()) continue;
      const auto acts = [&](ThreadId thread) { return !waiting.count(thread); };
      const bool let_go = wait.need == Need::all
                              ? std::all_of(wait.releasers.begin(), wait.releasers.end(), acts)
                              : std::any_of(wait.releasers.begin(), wait.releasers.end(), acts);
      if (let_go) struck = waiting.erase(wait.waiter) > 0 || struck;
    }
  }
  (void)threads;
  return {waiting.begin(), waiting.end()};
}

// reaches[a][b]: there is a way of at least one edge from a to b, stuck threads only.
std::vector<std::vector<bool>> closure(std::size_t threads, const std::vector<Wait>& waits,
                                       const std::vector<ThreadId>& stuck) {
  std::vector<std::vector<bool>> reaches(threads, std::vector<bool>(threads, false));
  const std::set<ThreadId> inside(stuck.begin(), stuck.end());
  for (const Wait& wait : waits) {
    for (const ThreadId releaser : wait.releasers) {
      if (inside.count(wait.waiter) && inside.count(releaser)) {
        reaches[wait.waiter.index][releaser.index] = true;
      }
    }
  }
  for (std::size_t k = 0; k < threads; ++k) {
    for (std::size_t i = 0; i < threads; ++i) {
      for (std::size_t j = 0; j < threads; ++j) {
        if (reaches[i][k] && reaches[k][j]) reaches[i][j] = true;
      }
    }
  }
  return reaches;
}

TEST_CASE("WaitForGraph: agrees with striking out and with reachability on random graphs",
          "[detector][wait_for_graph][oracle]") {
  std::mt19937 random(20240917);
  const auto below = [&](std::size_t n) { return random() % n; };
  for (int round = 0; round < 20000; ++round) {
    CAPTURE(round);
    const std::size_t threads = 1 + below(7);
    const std::size_t edge_percent = below(60);
    const std::size_t blocked_percent = 40 + below(61);
    std::vector<Wait> waits;
    for (std::uint32_t t = 0; t < threads; ++t) {
      if (below(100) >= blocked_percent) continue;
      Wait wait{{t}, below(2) == 0 ? Need::all : Need::any, {}};
      for (std::uint32_t u = 0; u < threads; ++u) {
        if (below(100) < edge_percent) wait.releasers.push_back({u});
      }
      waits.push_back(std::move(wait));
    }
    std::shuffle(waits.begin(), waits.end(), random);
    const WaitForGraph graph(threads, waits);
    INFO(graph.dump());
    const std::vector<ThreadId> stuck = stuck_by_striking_out(threads, waits);
    REQUIRE(text(graph.stuck()) == text(stuck));

    // A core: threads that reach each other and nobody else.
    const auto reaches = closure(threads, waits, stuck);
    std::vector<std::vector<ThreadId>> cores;
    for (const ThreadId t : stuck) {
      std::vector<ThreadId> set;
      bool least = true;
      bool bottom = true;
      for (const ThreadId u : stuck) {
        const bool forth = reaches[t.index][u.index];
        const bool back = reaches[u.index][t.index];
        if (u == t || (forth && back)) set.push_back(u);
        if (forth && back && u < t) least = false;
        if (forth && !back && u != t) bottom = false;
      }
      if (least && bottom) cores.push_back(set);
    }
    REQUIRE(text(graph.cores()) == text(cores));

    for (const std::vector<ThreadId>& core : cores) {
      const std::vector<ThreadId> cycle = graph.cycle(core);
      CAPTURE(text(cycle));
      REQUIRE(cycle.front() == core.front());
      // Its length against the shortest closed walk, by relaxing as often as there are threads.
      const auto edge = [&](ThreadId a, ThreadId b) {
        return std::any_of(waits.begin(), waits.end(), [&](const Wait& wait) {
          return wait.waiter == a &&
                 std::find(wait.releasers.begin(), wait.releasers.end(), b) != wait.releasers.end();
        });
      };
      constexpr std::size_t far = 1000;
      std::vector<std::size_t> distance(threads, far);
      for (const ThreadId u : core) {
        if (edge(core.front(), u)) distance[u.index] = 1;
      }
      for (std::size_t pass = 0; pass < threads; ++pass) {
        for (const ThreadId u : core) {
          for (const ThreadId v : core) {
            if (edge(u, v)) {
              distance[v.index] = std::min(distance[v.index], distance[u.index] + 1);
            }
          }
        }
      }
      const std::size_t shortest = distance[core.front().index];
      REQUIRE(cycle.size() == (shortest == far ? 1 : shortest));
      if (shortest == far) continue;
      for (std::size_t i = 0; i < cycle.size(); ++i) {
        REQUIRE(edge(cycle[i], cycle[(i + 1) % cycle.size()]));
      }
    }
  }
}

}  // namespace
}  // namespace lockstep
