// Tests of explorer/parents.
#include "explorer/parents.h"

#include <catch2/catch.hpp>

#include "tests/support/dice.h"

namespace lockstep {
namespace {

TEST_CASE("Parents: agrees with a list, whatever lies between two parents",
          "[explorer][parents][oracle]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(range(0, 20)));
  CAPTURE(seed);
  Dice dice(seed);
  const std::size_t gap_max = std::vector<std::size_t>{1, 2, 5, 400}[seed % 4];
  const std::size_t percent_other = seed < 10 ? 0 : 5;
  std::vector<std::uint32_t> list;
  Parents parents;
  std::uint32_t greatest = 0;
  for (int i = 0; i < 3000; ++i) {
    if (dice.percent(50)) greatest += static_cast<std::uint32_t>(dice.below(gap_max));
    const bool is_other = dice.percent(percent_other);
    list.push_back(is_other ? static_cast<std::uint32_t>(dice.below(greatest + 1)) : greatest);
    parents.add(list.back());
    CHECK(parents.of(parents.size() - 1) == list.back());
  }
  REQUIRE(parents.size() == list.size());
  for (std::uint32_t i = 0; i < list.size(); ++i) REQUIRE(parents.of(i) == list[i]);
}

TEST_CASE("Parents: two bits for each state, if each is followed", "[explorer][parents]") {
  Parents parents;
  constexpr std::uint32_t states = 1 << 20;
  for (std::uint32_t i = 0; i < states; ++i) parents.add(i / 4 * 4);
  // A zero for each parent, a one for each child, a mark of 8 bytes for 512 children; vectors may
  // have twice the room that they use.
  CHECK(parents.memory_bytes() <= 2 * (states * 2 / 8 + states / 512 * 8 + 16));
}

}  // namespace
}  // namespace lockstep
