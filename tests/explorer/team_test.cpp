// Tests of explorer/team.
#include "explorer/team.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <vector>

namespace lockstep {
namespace {

TEST_CASE("Team: every member works once a round, and all before run() is over",
          "[explorer][team]") {
  const unsigned size = GENERATE(1U, 2U, 5U);
  Team team(size);
  REQUIRE(team.size() == size);
  std::vector<unsigned> rounds(size, 0);  // each member has its own
  std::atomic<unsigned> all{0};
  for (unsigned round = 1; round <= 200; ++round) {
    team.run([&](unsigned member) {
      ++rounds[member];
      ++all;
    });
    REQUIRE(all == round * size);
  }
  for (const unsigned its : rounds) CHECK(its == 200);
}

TEST_CASE("Team: what a member throws is thrown by run(), and the next round is as any other",
          "[explorer][team]") {
  Team team(3);
  const unsigned who = GENERATE(0U, 2U);
  CHECK_THROWS_AS(team.run([&](unsigned member) {
    if (member == who) throw std::runtime_error("as wanted");
  }),
                  std::runtime_error);
  std::atomic<unsigned> all{0};
  team.run([&](unsigned) { ++all; });
  CHECK(all == 3);
}

}  // namespace
}  // namespace lockstep
