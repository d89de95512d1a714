// An exploration with stubborn sets against one that follows everything. What oracle_test.cpp
// compares on small scenarios of all kinds is compared here on larger ones with many locks.
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "explorer/explore.h"
#include "language/load.h"
#include "tests/support/random_locking.h"
#include "tests/support/same_findings.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

#ifndef ORACLE_SEEDS
#define ORACLE_SEEDS 2000
#endif
const auto [first_seed, seeds] = seeds_or(ORACLE_SEEDS);

TEST_CASE("reduction: nothing that is found is lost, in scenarios with many locks",
          "[explorer][reduction][slow]") {
  std::uint64_t compared = 0, states = 0, states_reduced = 0, shortest = 0;
  std::map<Verdict, std::uint64_t> verdicts;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = random_locking(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    INFO(render("random", scenario, loaded.complaints));
    REQUIRE(loaded.program.has_value());
    ExploreOptions options;
    options.limits.states_max = 5000;
    options.reduce = options.symmetry = false;
    const Exploration all = explore(*loaded.program, options);
    if (!all.complete) continue;
    options.reduce = options.symmetry = true;
    const Exploration reduced = explore(*loaded.program, options);
    ++compared;
    ++verdicts[all.verdict];
    states += all.stats.states;
    states_reduced += reduced.stats.states;
    shortest += check_same_findings(reduced, all);
  }
  if (seeds < 1000) return;  // too few to say how often something comes
  CAPTURE(compared, states, states_reduced);
  CHECK(compared > seeds / 2);
  CHECK(states_reduced < states / 2);
  CHECK(shortest > seeds / 10);
  for (const Verdict verdict : {Verdict::ok, Verdict::deadlock, Verdict::partial_deadlock}) {
    CAPTURE(verdict_name(verdict));
    CHECK(verdicts[verdict] >= seeds / 300);
  }
}

}  // namespace
}  // namespace lockstep
