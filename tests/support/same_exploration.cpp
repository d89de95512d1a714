#include "tests/support/same_exploration.h"

#include <catch2/catch.hpp>

namespace lockstep {

void check_same_exploration(const Exploration& one, const Exploration& other) {
  CHECK(one.verdict == other.verdict);
  CHECK(one.complete == other.complete);
  CHECK(one.incomplete_reason == other.incomplete_reason);
  CHECK(one.guarantee == other.guarantee);
  CHECK(one.outcomes == other.outcomes);
  CHECK(one.stats.states == other.stats.states);
  CHECK(one.stats.transitions == other.stats.transitions);
  CHECK(one.stats.terminal_states == other.stats.terminal_states);
  CHECK(one.stats.deadlock_states == other.stats.deadlock_states);
  CHECK(one.stats.depth == other.stats.depth);
  CHECK(one.stats.reduction == other.stats.reduction);
  REQUIRE(one.findings.size() == other.findings.size());
  for (std::size_t i = 0; i < one.findings.size(); ++i) {
    CHECK(one.findings[i].fingerprint == other.findings[i].fingerprint);
    CHECK(one.findings[i].message == other.findings[i].message);
    CHECK(one.findings[i].choices == other.findings[i].choices);
    CHECK(one.findings[i].partial == other.findings[i].partial);
    CHECK(one.findings[i].states == other.findings[i].states);
  }
}

}  // namespace lockstep
