// Tests of remedy/orders, against all permutations.
#include "remedy/orders.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <random>

namespace lockstep {
namespace {

using Costs = std::vector<std::vector<std::uint64_t>>;
using Order = std::vector<std::size_t>;

std::uint64_t total(const Costs& cost, const Order& order) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i + 1; j < order.size(); ++j) sum += cost[order[j]][order[i]];
  }
  return sum;
}

// By the definition: every permutation, in lexicographic order.
std::vector<Order> by_permutations(const Costs& cost) {
  Order order(cost.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<Order> best;
  std::uint64_t least = not_possible;
  do {
    const std::uint64_t sum = total(cost, order);
    if (sum < least) best.clear();
    least = std::min(least, sum);
    if (sum == least && sum < not_possible) best.push_back(order);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

TEST_CASE("best_orders: the cheapest of all permutations", "[remedy][orders][oracle]") {
  for (std::uint32_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const std::size_t n = random() % 6;
    Costs cost(n, std::vector<std::uint64_t>(n));
    for (auto& row : cost) {
      for (std::uint64_t& entry : row) entry = random() % 5 == 0 ? not_possible : random() % 3;
    }
    REQUIRE(best_orders(cost, 1000) == by_permutations(cost));
    std::vector<Order> two = by_permutations(cost);
    two.resize(std::min<std::size_t>(two.size(), 2));
    REQUIRE(best_orders(cost, 2) == two);
  }
}

TEST_CASE("components_in_order: what lies on a cycle is together, and edges lead onwards",
          "[remedy][orders]") {
  for (std::uint32_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const std::size_t n = random() % 7;
    std::vector<std::vector<bool>> edge(n, std::vector<bool>(n));
    for (auto& row : edge) {
      for (std::size_t i = 0; i < n; ++i) row[i] = random() % 4 == 0;
    }
    const auto reaches = [&](std::size_t from, std::size_t to) {
      std::vector<std::size_t> seen = {from};
      for (std::size_t i = 0; i < seen.size(); ++i) {
        for (std::size_t next = 0; next < n; ++next) {
          if (!edge[seen[i]][next]) continue;
          if (next == to) return true;
          if (std::ranges::find(seen, next) == seen.end()) seen.push_back(next);
        }
      }
      return false;
    };
    const std::vector<std::size_t> component = components_in_order(edge);
    REQUIRE(component.size() == n);
    for (std::size_t a = 0; a < n; ++a) {
      for (std::size_t b = 0; b < n; ++b) {
        const bool together = a == b || (reaches(a, b) && reaches(b, a));
        REQUIRE((component[a] == component[b]) == together);
        if (edge[a][b]) REQUIRE(component[a] <= component[b]);
      }
    }
  }
}

TEST_CASE("components_in_order: what is free keeps its order", "[remedy][orders]") {
  //  3 -> 0, and 1 and 2 are free
  std::vector<std::vector<bool>> edge(4, std::vector<bool>(4));
  edge[3][0] = true;
  CHECK(components_in_order(edge) == std::vector<std::size_t>{3, 0, 1, 2});
}

}  // namespace
}  // namespace lockstep
