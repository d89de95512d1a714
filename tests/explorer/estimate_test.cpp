// Tests of explorer/estimate.
#include "explorer/estimate.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <vector>

namespace lockstep {
namespace {

// How many states lie so many steps away in the product of `chains` independent chains of `length`
// steps: the coefficients of (1 + x + ... + x^length)^chains, (length + 1)^chains in all.
std::vector<std::uint32_t> widths_of(std::size_t chains, std::size_t length) {
  std::vector<std::uint32_t> widths{1};
  for (std::size_t i = 0; i < chains; ++i) {
    std::vector<std::uint32_t> wider(widths.size() + length, 0);
    for (std::size_t at = 0; at < widths.size(); ++at) {
      for (std::size_t step = 0; step <= length; ++step) wider[at + step] += widths[at];
    }
    widths = std::move(wider);
  }
  return widths;
}

TEST_CASE("estimate: of independent threads it may know the product before half of it is seen",
          "[explorer][estimate]") {
  bool any = false;
  for (const auto& [chains, length] : {std::pair{6, 6}, std::pair{8, 4}, std::pair{5, 9}}) {
    CAPTURE(chains, length);
    const auto widths =
        widths_of(static_cast<std::size_t>(chains), static_cast<std::size_t>(length));
    const double all = std::pow(length + 1, chains);
    REQUIRE(std::accumulate(widths.begin(), widths.end(), 0.0) == all);
    double seen = 0;
    for (std::size_t levels = 1; levels < widths.size(); ++levels) {
      seen += widths[levels - 1];
      const auto estimate = estimated_states(std::span(widths).first(levels));
      if (!estimate) continue;
      any = any || seen < all / 2;
      CHECK(*estimate > all / 2);
      CHECK(*estimate < all * 2);
    }
  }
  CHECK(any);
}

TEST_CASE("estimate: nothing is said of levels that do not fall off", "[explorer][estimate]") {
  std::vector<std::uint32_t> doubling, level(40, 100), jumping;
  for (std::uint32_t i = 0; i < 30; ++i) {
    doubling.push_back(1U << i);
    jumping.push_back(i % 3 == 0 ? 1000 : 10);
  }
  CHECK_FALSE(estimated_states({}));
  CHECK_FALSE(estimated_states(doubling));
  CHECK_FALSE(estimated_states(level));
  CHECK_FALSE(estimated_states(jumping));
  CHECK_FALSE(estimated_states(std::vector<std::uint32_t>(20, 0)));
}

}  // namespace
}  // namespace lockstep
