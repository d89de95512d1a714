// Explorations in which threads that are alike change places against explorations without that.
#include "explorer/symmetry.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "explorer/explore.h"
#include "language/load.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/same_findings.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

#ifndef ORACLE_SEEDS
#define ORACLE_SEEDS 2000
#endif
const auto [first_seed, seeds] = seeds_or(ORACLE_SEEDS);

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
    check_same_findings(merged, plain);
    if (merged.stats.reduction != "none") {
      ++symmetric;
      states += plain.stats.states;
      states_merged += merged.stats.states;
    }
    options.reduce = true;
    check_same_findings(explore(*loaded.program, options), plain);
  }
  if (seeds < 1000) return;  // too few to say how often something comes
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

// "4 finished x = 1; 2 deadlock T1": how many states end how.
std::string summary(const Exploration& exploration) {
  std::string text;
  for (const ExploredOutcome& outcome : exploration.outcomes) {
    if (!text.empty()) text += "; ";
    text += std::to_string(outcome.states);
    text += outcome.status == ExploredOutcome::Status::finished ? " finished" : " deadlock";
    for (const std::string& thread : outcome.stuck) text += " " + thread;
    for (const auto& [name, value] : outcome.variables) text += " " + name + " = " + value;
  }
  return text;
}

struct Both {
  Exploration with, without;
};
Both explore_both(const std::string& scenario) {
  const auto program = program_of(scenario);
  ExploreOptions options;
  options.reduce = false;
  Exploration with = explore(*program, options);
  options.symmetry = false;
  return {std::move(with), explore(*program, options)};
}

TEST_CASE("symmetry: of n threads that are alike it counts how many stand where",
          "[explorer][symmetry]") {
  // k steps are k + 1 places; n threads on them are (n + k choose k) multisets. MainThread's end
  // is one more state.
  const auto [with, without] = explore_both(
      "{'machine': {'gil': 'none'}, 'functions': {'f': [{'yield': true}, {'yield': true}]}, "
      "'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}, 'T3': {'target': 'f'}, "
      "'T4': {'target': 'f'}}}");
  CHECK(with.stats.states == 6 * 5 / 2 + 1);
  CHECK(without.stats.states == 3 * 3 * 3 * 3 + 1);
}

TEST_CASE("symmetry: outcomes are told of every thread by its name", "[explorer][symmetry]") {
  // Two of four take a permit each and keep it; whoever comes later waits for ever.
  const auto [with, without] = explore_both(
      "{'machine': {'gil': 'none'}, 'objects': {'s': {'type': 'Semaphore', 'value': 2}}, "
      "'functions': {'f': [{'acquire': 's'}]}, "
      "'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}, 'T3': {'target': 'f'}, "
      "'T4': {'target': 'f'}}}");
  CHECK(with.stats.reduction == "symmetry");
  CHECK(with.stats.states < without.stats.states);
  CHECK(with.outcomes == without.outcomes);
  // 4 * 3 / 2 pairs, and the two others queue up in either order.
  CHECK(with.stats.deadlock_states == 6 * 2);
  CHECK(summary(with) ==
        "2 deadlock MainThread T1 T2; 2 deadlock MainThread T1 T3; 2 deadlock MainThread T1 T4; "
        "2 deadlock MainThread T2 T3; 2 deadlock MainThread T2 T4; 2 deadlock MainThread T3 T4");
}

TEST_CASE("symmetry: who is asked for is not alike", "[explorer][symmetry]") {
  const auto body = GENERATE(values<const char*>({
      "{'set': 'x', 'to': 'x * 10 + int(current_thread().name[1])'}",
      "{'set': 'x', 'to': 'x * 10 + get_ident()'}",
      "{'set': 'x', 'to': 'x * 10 + len(enumerate_threads())'}",
      "{'set': 'x', 'to': 'x * 10 + (1 if T1.is_alive() else 0)'}",
  }));
  CAPTURE(body);
  const auto [with, without] = explore_both(
      "{'machine': {'gil': '3.9'}, 'variables': {'x': 0}, 'functions': {'f': [{'global': ['x']}, " +
      std::string(body) + "]}, 'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}}}");
  CHECK(with.stats.reduction == "none");
  CHECK(with.outcomes == without.outcomes);
}

TEST_CASE("symmetry: whom a value names is not alike", "[explorer][symmetry]") {
  const auto [with, without] = explore_both(
      "{'machine': {'gil': 'none'}, 'variables': {'x': 0}, "
      "'functions': {'f': [{'global': ['x']}, {'set': 'x', 'to': 'x + 1'}]}, "
      "'main': [{'set': 'ts', 'to': '[]'}, {'for': 'i', 'in': 'range(3)', 'do': ["
      "{'spawn': 'f', 'as': 't'}, {'append': 'ts', 'item': 't'}]}, "
      "{'for': 't', 'in': 'ts', 'do': [{'join': 't'}]}]}");
  CHECK(with.stats.reduction == "none");
  CHECK(with.outcomes == without.outcomes);
}

TEST_CASE("symmetry: an exception of each of those who are alike is one finding",
          "[explorer][symmetry]") {
  const auto [with, without] = explore_both(
      "{'machine': {'gil': 'none'}, 'objects': {'m': 'Lock'}, "
      "'functions': {'f': [{'acquire': 'm'}, {'release': 'm'}, {'release': 'm'}]}, "
      "'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}, 'T3': {'target': 'f'}}}");
  CHECK(with.stats.reduction == "symmetry");
  check_same_findings(with, without);
  CHECK(with.findings.size() == without.findings.size());
}

TEST_CASE("symmetry: threads that end in too many ways are told apart from the start",
          "[explorer][symmetry]") {
  // Each ends with a number of its own: 8! ways to deal them out, in as many terminal states.
  std::string threads;
  for (int i = 1; i <= 8; ++i) {
    threads += (i > 1 ? ", 'T" : "'T") + std::to_string(i) + "': {'target': 'f'}";
  }
  const auto program = program_of(
      "{'machine': {'gil': 'none'}, 'variables': {'x': []}, 'functions': {'f': [{'global': ['x']}, "
      "{'append': 'x', 'item': 0}, {'set': 'n', 'to': 'len(x)'}, {'raise': 'ValueError(n)'}]}, "
      "'threads': {" +
      threads + "}}");
  ExploreOptions options;
  options.counterexamples = false;
  options.limits.states_max = 20'000;
  const Exploration exploration = explore(*program, options);
  CHECK(exploration.stats.reduction == "stubborn sets, sleep sets");
  CHECK(exploration.incomplete_reason == "states: the limit of 20000 was reached");
}

}  // namespace
}  // namespace lockstep
