// An exploration with stubborn sets against one that follows everything. What oracle_test.cpp
// compares on small scenarios of all kinds is compared here on larger ones with many locks.
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "explorer/explore.h"
#include "language/load.h"
#include "tests/support/random_locking.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

#ifndef ORACLE_SEEDS
#define ORACLE_SEEDS 3000
#endif
const auto [first_seed, seeds] = seeds_or(ORACLE_SEEDS);

// An exception that is raised again at the end of a `with` may have been raised first at several
// places; which of them a finding names depends on the way.
std::set<std::string> raised(const Exploration& exploration) {
  std::set<std::string> messages;
  for (const Finding& finding : exploration.findings) {
    if (finding.kind == FindingKind::uncaught_exception) messages.insert(finding.message);
  }
  return messages;
}
std::vector<Finding> without_raised(const Exploration& exploration) {
  std::vector<Finding> findings = exploration.findings;
  std::erase_if(findings, [](const Finding& finding) {
    return finding.kind == FindingKind::uncaught_exception;
  });
  return findings;
}

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
    options.reduce = false;
    const Exploration all = explore(*loaded.program, options);
    if (!all.complete) continue;
    options.reduce = true;
    const Exploration reduced = explore(*loaded.program, options);
    ++compared;
    ++verdicts[all.verdict];
    states += all.stats.states;
    states_reduced += reduced.stats.states;
    CHECK(reduced.complete);
    CHECK(reduced.verdict == all.verdict);
    CHECK(reduced.stats.states <= all.stats.states);
    CHECK(reduced.stats.terminal_states == all.stats.terminal_states);
    CHECK(reduced.stats.deadlock_states == all.stats.deadlock_states);
    CHECK(reduced.outcomes == all.outcomes);
    CHECK(raised(reduced) == raised(all));
    const std::vector<Finding> some = without_raised(reduced), others = without_raised(all);
    REQUIRE(some.size() == others.size());
    for (std::size_t i = 0; i < some.size(); ++i) {
      CAPTURE(some[i].message, others[i].message);
      CHECK(some[i].fingerprint == others[i].fingerprint);
      CHECK(some[i].partial == others[i].partial);
      if (!some[i].shortest || !others[i].shortest) continue;
      ++shortest;
      CHECK(some[i].preemptions == others[i].preemptions);
      CHECK(some[i].steps == others[i].steps);
    }
  }
  CAPTURE(compared, states, states_reduced);
  CHECK(compared > seeds / 2);
  CHECK(states_reduced < states / 2);
  CHECK(shortest > seeds / 10);
  for (const Verdict verdict : {Verdict::ok, Verdict::deadlock, Verdict::partial_deadlock}) {
    CAPTURE(verdict_name(verdict));
    CHECK(verdicts[verdict] > seeds / 200);
  }
}

}  // namespace
}  // namespace lockstep
