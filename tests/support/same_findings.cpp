#include "tests/support/same_findings.h"

#include <catch2/catch.hpp>

namespace lockstep {

std::uint64_t check_same_findings(const Exploration& one, const Exploration& plain) {
  CHECK(one.complete);
  CHECK(one.verdict == plain.verdict);
  CHECK(one.stats.states <= plain.stats.states);
  CHECK(one.stats.terminal_states == plain.stats.terminal_states);
  CHECK(one.stats.deadlock_states == plain.stats.deadlock_states);
  CHECK(one.outcomes == plain.outcomes);
  REQUIRE(one.findings.size() == plain.findings.size());
  std::uint64_t shortest = 0;
  for (std::size_t i = 0; i < plain.findings.size(); ++i) {
    const Finding& some = one.findings[i];
    const Finding& other = plain.findings[i];
    CAPTURE(some.message, other.message);
    CHECK(some.fingerprint == other.fingerprint);
    CHECK(some.partial == other.partial);
    CHECK(some.shortest == other.shortest);
    if (!some.shortest) continue;
    ++shortest;
    CHECK(some.preemptions == other.preemptions);
    CHECK(some.steps == other.steps);
  }
  return shortest;
}

}  // namespace lockstep
