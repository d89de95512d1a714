// Numbers of states, which may be more than 64 bits hold: then they are the largest number.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>

namespace lockstep {

inline constexpr std::uint64_t uncountable = std::numeric_limits<std::uint64_t>::max();

constexpr std::uint64_t saturated_sum(std::uint64_t x, std::uint64_t y) {
  return x > uncountable - y ? uncountable : x + y;
}
constexpr std::uint64_t saturated_product(std::uint64_t x, std::uint64_t y) {
  return y != 0 && x > uncountable / y ? uncountable : x * y;
}
// In how many ways `some` of `all` can be chosen. Requires: some <= all.
constexpr std::uint64_t ways_to_choose(std::uint64_t some, std::uint64_t all) {
  std::uint64_t ways = 1;
  for (std::uint64_t i = 1; i <= std::min(some, all - some); ++i) {
    const std::uint64_t next = saturated_product(ways, all - i + 1);
    if (next == uncountable) return uncountable;
    ways = next / i;
  }
  return ways;
}

}  // namespace lockstep
