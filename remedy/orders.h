// Orders of a few things that go against as little as possible.
// Tested by tests/remedy/orders_test.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lockstep {

inline constexpr std::uint64_t not_possible = 1u << 30;  // a cost that no order may have
inline constexpr std::size_t ordered_max = 16;

// cost[a][b]: of having b before a. Those of the least total cost, at most `orders_max` of them, in
// lexicographic order; none if that costs not_possible. Requires: at most ordered_max things.
//
// By the subsets that come first, as Held and Karp do for the travelling salesman, 1962:
// O(2^n n^2).
std::vector<std::vector<std::size_t>> best_orders(
    const std::vector<std::vector<std::uint64_t>>& cost, std::size_t orders_max);

// The strong components of a graph: for each vertex the number of its component. An edge leads
// from a lower to a higher number or stays inside; among those that could be exchanged the one
// with the lowest vertex has the lower number. edge[a][b].
std::vector<std::size_t> components_in_order(const std::vector<std::vector<bool>>& edge);

}  // namespace lockstep
