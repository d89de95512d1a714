// What is left where a program is too large: few preemptions, random interleavings.
#include "explorer/bounded_search.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "explorer/explore.h"
#include "language/load.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

#ifndef BOUNDED_SEEDS
#define BOUNDED_SEEDS 400
#endif
const auto [first_seed, seeds] = seeds_or(BOUNDED_SEEDS);

// Fingerprint, preemptions, steps.
using Found = std::set<std::tuple<std::string, std::uint64_t, std::uint64_t>>;
Found found(const Exploration& exploration, std::uint64_t preemptions_max, bool with_partial) {
  Found result;
  for (const Finding& finding : exploration.findings) {
    if (finding.partial && !with_partial) continue;
    if (finding.preemptions > preemptions_max) continue;
    result.insert({finding.fingerprint, finding.preemptions, finding.steps});
  }
  return result;
}

// What is a partial deadlock with few preemptions may be a whole one with more; and of those that
// stay partial an exploration of all says only what stays.
bool agree(const Exploration& some, const Exploration& all, std::uint64_t preemptions) {
  return std::ranges::includes(found(some, preemptions, true), found(all, preemptions, false)) &&
         std::ranges::includes(found(all, preemptions, true), found(some, preemptions, false)) &&
         found(some, 1000, true) == found(some, preemptions, true);
}

bool are_among(std::vector<ExploredOutcome> some, std::vector<ExploredOutcome> all) {
  for (ExploredOutcome& outcome : all) outcome.states = 0;
  return std::ranges::all_of(some, [&](ExploredOutcome& outcome) {
    outcome.states = 0;
    return std::ranges::find(all, outcome) != all.end();
  });
}

TEST_CASE("preemptions: with at most k there is exactly what takes no more than k",
          "[explorer][bounded_search][slow]") {
  std::uint64_t compared = 0, cut = 0;
  std::map<std::uint64_t, std::uint64_t> with;  // findings by preemptions
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = random_scenario(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    ExploreOptions options;
    options.limits.states_max = 1500;
    options.reduce = options.symmetry = false;
    const Exploration all = explore(*loaded.program, options);
    if (!all.complete) continue;
    ++compared;
    for (const Finding& finding : all.findings) ++with[finding.preemptions];
    for (std::uint64_t preemptions = 0; preemptions <= 3; ++preemptions) {
      CAPTURE(preemptions);
      options.preemptions_max = preemptions;
      const Exploration some = explore(*loaded.program, options);
      CHECK(agree(some, all, preemptions));
      CHECK(are_among(some.outcomes, all.outcomes));
      CHECK(some.stats.states <= all.stats.states);
      if (!some.complete) {
        ++cut;
        CHECK(some.guarantee.find(preemptions == 0 ? "without preemption"
                                                   : std::to_string(preemptions) + " preemption") !=
              std::string::npos);
        continue;
      }
      CHECK(some.stats.states == all.stats.states);
      CHECK(some.stats.terminal_states == all.stats.terminal_states);
      CHECK(some.outcomes == all.outcomes);
    }
    options.preemptions_max = 1000;
    CHECK(explore(*loaded.program, options).complete);
  }
  if (seeds < 400) return;  // too few to say how often something comes
  CAPTURE(compared, cut, with);
  CHECK(compared > seeds / 2);
  CHECK(cut > seeds / 4);
  CHECK(with[0] > seeds / 4);
  CHECK(with[1] > seeds / 100);
}

constexpr const char* naive = R"s({'machine': {'gil': '3.12'},
    'objects': {'a': 'Lock', 'b': 'Lock', 'c': 'Lock'},
    'threads': {'T1': [{'acquire': 'a'}, {'acquire': 'b'}],
                'T2': [{'acquire': 'b'}, {'acquire': 'c'}],
                'T3': [{'acquire': 'c'}, {'acquire': 'a'}]}})s";

TEST_CASE("preemptions: a circle of three takes one", "[explorer][bounded_search]") {
  // T1 is left with its first lock. T3 takes its own and waits for that, T2 takes its own and waits
  // for T3's.
  const auto program = program_of(naive);
  ExploreOptions options;
  options.preemptions_max = 0;
  const auto circles = [](const Exploration& exploration) {
    return std::ranges::count(exploration.findings, FindingKind::circular_wait, &Finding::kind);
  };
  const Exploration none = explore(*program, options);
  CHECK(circles(none) == 0);
  CHECK(none.guarantee == "all interleavings without preemption were followed");
  CHECK(none.incomplete_reason == "preemptions: the limit of 0 was reached");
  options.preemptions_max = 1;
  const Exploration one = explore(*program, options);
  REQUIRE(circles(one) == 1);
  const auto circle = std::ranges::find(one.findings, FindingKind::circular_wait, &Finding::kind);
  CHECK(circle->preemptions == 1);
  CHECK(circle->shortest);
}

TEST_CASE("swarm: what it finds is there, and the same each time", "[explorer][bounded_search]") {
  const auto program = program_of(naive);
  const Exploration all = explore(*program);
  ExploreOptions options;
  options.schedules = 200;
  const Exploration some = explore(*program, options);
  CHECK_FALSE(some.complete);
  CHECK(some.verdict == Verdict::deadlock);
  CHECK(some.guarantee.starts_with("200 random interleavings were followed; a fault that needs "));
  CHECK(are_among(some.outcomes, all.outcomes));
  for (const Finding& finding : some.findings) {
    CHECK(std::ranges::count(all.findings, finding.fingerprint, &Finding::fingerprint) == 1);
  }
  const Exploration again = explore(*program, options);
  CHECK(again.outcomes == some.outcomes);
  CHECK(again.stats.states == some.stats.states);
  CHECK(again.stats.transitions == some.stats.transitions);
}

TEST_CASE("explore: the first finding is there at once, or the whole search is made",
          "[explorer][bounded_search]") {
  std::string threads, locks;
  for (int i = 0; i < 12; ++i) {
    const std::string n = std::to_string(i), next = std::to_string((i + 1) % 12);
    locks += (i > 0 ? ", 'f" : "'f") + n + "': 'Lock'";
    threads += (i > 0 ? ", 'P" : "'P") + n + "': [{'with': 'f" + n + "', 'do': [{'with': 'f" +
               next + "', 'do': [{'pass': true}]}]}]";
  }
  ExploreOptions options;
  options.first = true;
  const Exploration one = explore(*program_of("{'machine': {'gil': 'none'}, 'objects': {" + locks +
                                              "}, 'threads': {" + threads + "}}"),
                                  options);
  CHECK(one.verdict == Verdict::deadlock);
  CHECK_FALSE(one.complete);
  CHECK(one.incomplete_reason == "only the first finding was asked for");
  CHECK(one.stats.states < 20'000);  // of some millions
  REQUIRE(one.findings.size() == 1);

  const Exploration none =
      explore(*program_of("{'objects': {'a': 'Lock'}, 'threads': {'T1': [{'acquire': 'a'}, "
                          "{'release': 'a'}], 'T2': [{'acquire': 'a'}, {'release': 'a'}]}}"),
              options);
  CHECK(none.verdict == Verdict::ok);
  CHECK(none.complete);
}

TEST_CASE("explore: a limit is no end where few preemptions show a fault",
          "[explorer][bounded_search]") {
  // The two fail with no preemption at all, but only after a hundred turns; with all interleavings
  // of the turns before.
  const auto program = program_of(R"s({'machine': {'gil': '3.12'}, 'variables': {'x': 0},
      'functions': {'f': [{'global': ['x']}, {'for': 'i', 'in': 'range(100)', 'do': [
        {'set': 'x', 'to': 'x + 1'}]}, {'assert': 'x != 200'}]},
      'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}}})s");
  ExploreOptions options;
  options.limits.states_max = 1000;
  const Exploration cut = explore(*program, options);
  CHECK(cut.verdict == Verdict::incomplete);
  CHECK(cut.guarantee.empty());
  options.fall_back = true;
  const Exploration more = explore(*program, options);
  CHECK(more.verdict == Verdict::error);
  CHECK_FALSE(more.complete);
  CHECK(more.incomplete_reason == "states: the limit of 1000 was reached");
  REQUIRE(more.findings.size() == 1);
  CHECK(more.findings.front().preemptions == 0);

  const auto right = program_of(R"s({'machine': {'gil': '3.12'}, 'variables': {'x': 0},
      'functions': {'f': [{'global': ['x']}, {'for': 'i', 'in': 'range(100)', 'do': [
        {'set': 'x', 'to': 'x + 1'}]}]},
      'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}}})s");
  const Exploration none = explore(*right, options);
  CHECK(none.verdict == Verdict::incomplete);
  CHECK(none.guarantee.starts_with("all interleavings with"));
  CHECK(none.stats.states == 1000);
}

}  // namespace
}  // namespace lockstep
