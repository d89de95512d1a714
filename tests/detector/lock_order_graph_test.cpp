// detector/lock_order_graph: the circuits of small graphs, against trying out all paths.
#include "detector/lock_order_graph.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "tests/support/dice.h"

namespace lockstep {
namespace {

using Circuit = std::vector<std::uint32_t>;

std::set<Circuit> all_circuits(std::size_t vertices, const std::set<LockOrderEdge>& edges) {
  std::set<Circuit> found;
  Circuit path;
  const std::function<void(std::uint32_t)> follow = [&](std::uint32_t at) {
    path.push_back(at);
    if (edges.contains({at, path.front()})) found.insert(path);
    for (std::uint32_t next = path.front() + 1; next < vertices; ++next) {
      const bool met = std::ranges::find(path, next) != path.end();
      if (!met && edges.contains({at, next})) follow(next);
    }
    path.pop_back();
  };
  for (std::uint32_t first = 0; first < vertices; ++first) follow(first);
  return found;
}

TEST_CASE("Circuits: all of them, each once, the short ones first", "[detector][oracle]") {
  std::size_t most = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    const std::size_t vertices = 1 + dice.below(6);
    const std::size_t percent = dice.below(80);
    std::vector<LockOrderEdge> edges;
    for (std::uint32_t from = 0; from < vertices; ++from) {
      for (std::uint32_t to = 0; to < vertices; ++to) {
        for (int twice = 0; twice < 2; ++twice) {
          if (from != to && dice.percent(percent)) edges.push_back({from, to});
        }
      }
    }
    const Circuits found = circuits(vertices, edges);
    REQUIRE(found.complete);
    REQUIRE(std::ranges::is_sorted(found.circuits, {}, &Circuit::size));
    const std::set<Circuit> distinct(found.circuits.begin(), found.circuits.end());
    REQUIRE(distinct.size() == found.circuits.size());
    REQUIRE(distinct == all_circuits(vertices, {edges.begin(), edges.end()}));
    most = std::max(most, distinct.size());
  }
  CHECK(most > 50);
}

// Twelve locks in every order have 12!/11 + ... circuits; of two locks 66, of three 2 * 220.
TEST_CASE("Circuits: where there are too many, those of two and three locks", "[detector]") {
  std::vector<LockOrderEdge> edges;
  for (std::uint32_t from = 0; from < 12; ++from) {
    for (std::uint32_t to = 0; to < 12; ++to) {
      if (from != to) edges.push_back({from, to});
    }
  }
  const Circuits found = circuits(12, edges);
  CHECK_FALSE(found.complete);
  CHECK(std::ranges::count(found.circuits, std::size_t{2}, &Circuit::size) == 66);
  CHECK(std::ranges::count(found.circuits, std::size_t{3}, &Circuit::size) == 440);
  CHECK(found.circuits.size() == 506);
}

}  // namespace
}  // namespace lockstep
