#include "remedy/orders.h"

#include <algorithm>
#include <limits>

#include "engine/assert.h"

namespace lockstep {
namespace {

constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();

class Orders {
 public:
  Orders(const std::vector<std::vector<std::uint64_t>>& cost, std::size_t orders_max)
      : cost_(cost), orders_max_(orders_max), best_(std::size_t{1} << cost.size(), unknown) {
    best_.back() = 0;
    for (std::size_t first = best_.size() - 1; first-- > 0;) {
      for (std::size_t next = 0; next < cost.size(); ++next) {
        if (has(first, next)) continue;
        best_[first] = std::min(best_[first], step(first, next) + best_[with(first, next)]);
      }
    }
  }

  std::vector<std::vector<std::size_t>> all() {
    if (best_[0] < not_possible) extend(0);
    return std::move(orders_);
  }

 private:
  static bool has(std::size_t set, std::size_t thing) { return ((set >> thing) & 1U) != 0; }
  static std::size_t with(std::size_t set, std::size_t thing) {
    return set | (std::size_t{1} << thing);
  }
  // Of putting `next` behind all of `first`.
  std::uint64_t step(std::size_t first, std::size_t next) const {
    std::uint64_t sum = 0;
    for (std::size_t before = 0; before < cost_.size(); ++before) {
      if (has(first, before)) sum += cost_[next][before];
    }
    return sum;
  }
  void extend(std::size_t first) {
    if (order_.size() == cost_.size()) orders_.push_back(order_);
    for (std::size_t next = 0; next < cost_.size() && orders_.size() < orders_max_; ++next) {
      if (has(first, next)) continue;
      if (best_[first] != step(first, next) + best_[with(first, next)]) continue;
      order_.push_back(next);
      extend(with(first, next));
      order_.pop_back();
    }
  }

  const std::vector<std::vector<std::uint64_t>>& cost_;
  const std::size_t orders_max_;
  std::vector<std::uint64_t> best_;  // by the set of those that come first: cost of the rest
  std::vector<std::size_t> order_;
  std::vector<std::vector<std::size_t>> orders_;
};

}  // namespace

std::vector<std::vector<std::size_t>> best_orders(
    const std::vector<std::vector<std::uint64_t>>& cost, std::size_t orders_max) {
  LOCKSTEP_ASSERT(cost.size() <= ordered_max, "the subsets are few enough");
  return Orders(cost, orders_max).all();
}

std::vector<std::size_t> components_in_order(const std::vector<std::vector<bool>>& edge) {
  const std::size_t n = edge.size();
  std::vector<std::vector<bool>> reach = edge;
  for (std::size_t via = 0; via < n; ++via) {
    for (std::size_t from = 0; from < n; ++from) {
      if (!reach[from][via]) continue;
      for (std::size_t to = 0; to < n; ++to) {
        if (reach[via][to]) reach[from][to] = true;
      }
    }
  }
  const auto together = [&](std::size_t a, std::size_t b) {
    return a == b || (reach[a][b] && reach[b][a]);
  };
  std::vector<std::size_t> component(n, n);
  for (std::size_t number = 0;; ++number) {
    // The first vertex that nothing outside of its component and not yet numbered leads to.
    std::size_t next = 0;
    const auto is_next = [&](std::size_t vertex) {
      if (component[vertex] != n) return false;
      for (std::size_t other = 0; other < n; ++other) {
        if (component[other] == n && reach[other][vertex] && !together(other, vertex)) return false;
      }
      return true;
    };
    while (next < n && !is_next(next)) ++next;
    if (next == n) return component;
    for (std::size_t vertex = 0; vertex < n; ++vertex) {
      if (together(next, vertex)) component[vertex] = number;
    }
  }
}

}  // namespace lockstep
