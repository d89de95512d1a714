// engine/run/choices.cpp: what was added is what comes out.
#include "engine/run/choices.h"

#include <catch2/catch.hpp>

#include "engine/run/splitmix64.h"

namespace lockstep {
namespace {

TEST_CASE("Choices: all that was added, in order, and any number of the first",
          "[engine][run][choices]") {
  SplitMix64 numbers(1);
  Choices choices;
  std::vector<Choice> expected;
  CHECK(choices.empty());
  for (int i = 0; i < 300; ++i) {
    Choice choice{{static_cast<std::uint32_t>(numbers.below(i % 2 == 0 ? 3 : 100'000))}};
    choice.kind = static_cast<Choice::Kind>(numbers.below(3));
    if (choice.kind == Choice::Kind::choose) {
      choice.value = static_cast<std::uint32_t>(numbers.below(1000));
    }
    const std::uint64_t times = numbers.below(i % 3 == 0 ? 300 : 2);
    choices.add(choice, times);
    expected.insert(expected.end(), times, choice);
    if (i % 50 != 0) continue;
    CHECK(choices.size() == expected.size());
    CHECK(choices.all() == expected);
    const std::size_t half = expected.size() / 2;
    CHECK(choices.first(half) ==
          std::vector<Choice>(expected.begin(), expected.begin() + static_cast<long>(half)));
  }
  CHECK(choices.first(1'000'000) == expected);
}

TEST_CASE("Choices: equal however they were added", "[engine][run][choices]") {
  Choices one, other;
  one.add({{1}}, 3);
  one.add({{2}});
  for (int i = 0; i < 3; ++i) other.add({{1}});
  CHECK(one != other);
  other.add({{2}});
  CHECK(one == other);
}

}  // namespace
}  // namespace lockstep
