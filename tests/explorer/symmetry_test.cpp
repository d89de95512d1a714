// Explorations in which threads that are alike change places against explorations without that.
#include "explorer/symmetry.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "explorer/explore.h"
#include "language/load.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

#ifndef ORACLE_SEEDS
#define ORACLE_SEEDS 3000
#endif
const auto [first_seed, seeds] = seeds_or(ORACLE_SEEDS);

// What is found, how often, and how short the ways to it are.
void check_same(const Exploration& one, const Exploration& plain) {
  CHECK(one.complete);
  CHECK(one.verdict == plain.verdict);
  CHECK(one.stats.states <= plain.stats.states);
  CHECK(one.stats.terminal_states == plain.stats.terminal_states);
  CHECK(one.stats.deadlock_states == plain.stats.deadlock_states);
  CHECK(one.outcomes == plain.outcomes);
  REQUIRE(one.findings.size() == plain.findings.size());
  for (std::size_t i = 0; i < plain.findings.size(); ++i) {
    const Finding& some = one.findings[i];
    const Finding& other = plain.findings[i];
    CAPTURE(some.message, other.message);
    CHECK(some.fingerprint == other.fingerprint);
    CHECK(some.partial == other.partial);
    if (!some.shortest || !other.shortest) continue;
    CHECK(some.preemptions == other.preemptions);
    CHECK(some.steps == other.steps);
  }
}

TEST_CASE("symmetry: nothing that is found is lost, with stubborn sets and without",
          "[explorer][symmetry][slow]") {
  std::uint64_t compared = 0, symmetric = 0, states = 0, states_merged = 0;
  std::map<Verdict, std::uint64_t> verdicts;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = random_scenario_with_twins(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    INFO(render("random", scenario, loaded.complaints));
    REQUIRE(loaded.program.has_value());
    ExploreOptions options;
    options.limits.states_max = 4000;
    options.reduce = options.symmetry = false;
    const Exploration plain = explore(*loaded.program, options);
    if (!plain.complete) continue;
    ++compared;
    ++verdicts[plain.verdict];
    options.symmetry = true;
    const Exploration merged = explore(*loaded.program, options);
    check_same(merged, plain);
    if (merged.stats.reduction != "none") {
      ++symmetric;
      states += plain.stats.states;
      states_merged += merged.stats.states;
    }
    options.reduce = true;
    check_same(explore(*loaded.program, options), plain);
  }
  CAPTURE(compared, symmetric, states, states_merged);
  CHECK(compared > seeds / 2);
  CHECK(symmetric > seeds / 8);
  CHECK(states_merged < states * 3 / 4);
  for (const Verdict verdict :
       {Verdict::ok, Verdict::deadlock, Verdict::partial_deadlock, Verdict::error}) {
    CAPTURE(verdict_name(verdict));
    CHECK(verdicts[verdict] >= seeds / 300);
  }
}

}  // namespace
}  // namespace lockstep
