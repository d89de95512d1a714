// Explorations in which threads sleep against explorations in which everything is followed.
#include "explorer/sleep_sets.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "explorer/explore.h"
#include "language/load.h"
#include "tests/support/dice.h"
#include "tests/support/random_locking.h"
#include "tests/support/random_pools.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/same_findings.h"
#include "tests/support/seeds.h"
#include "tests/support/slow_explorer.h"

namespace lockstep {
namespace {

#ifndef ORACLE_SEEDS
#define ORACLE_SEEDS 1000
#endif
const auto [first_seed, seeds] = seeds_or(ORACLE_SEEDS);

// Threads of a few steps on variables of few values: many orders come to the same state that are
// not the same but for steps that commute, and some of them are longer than others.
std::string short_threads(std::uint64_t seed) {
  Dice dice(seed);
  const auto variable = [&] { return std::string(1, "abc"[dice.below(3)]); };
  const auto statement = [&](auto&& self, int depth) -> std::string {
    const std::string one = variable(), other = variable();
    switch (dice.below(depth > 0 ? 6 : 4)) {
      case 0:
        return R"({"set": ")" + one + R"(", "to": )" + std::to_string(dice.below(2)) + "}";
      case 1:
        return R"({"set": ")" + one + R"(", "to": ")" + other + R"("})";
      case 2:
        return R"({"set": ")" + one + R"(", "to": "1 - )" + other + R"("})";
      case 3:
        return R"({"yield": true})";
      case 4:
        return R"({"with": "m", "do": [)" + self(self, depth - 1) + "]}";
      default:
        return R"({"if": ")" + one + R"( == 1", "then": [)" + self(self, depth - 1) + "]}";
    }
  };
  std::string functions, main;
  const std::uint64_t kinds = 1 + dice.below(3);
  for (std::uint64_t i = 0; i < kinds; ++i) {
    const std::string name = "f" + std::to_string(i);
    functions += (i == 0 ? "\"" : ", \"") + name + R"(": [{"global": ["a", "b", "c"]})";
    for (std::uint64_t k = 1 + dice.below(3); k-- > 0;) functions += ", " + statement(statement, 1);
    functions += "]";
    for (std::uint64_t k = 1 + dice.below(i == 0 ? 3 : 2); k-- > 0;) {
      main += (main.empty() ? "" : ", ") + (R"({"spawn": ")" + name + R"("})");
    }
  }
  return R"({"lockstep": 1, "name": "short", "machine": {"gil": "free-threaded"},
 "objects": {"m": "Lock"}, "variables": {"a": 0, "b": 0, "c": 0},
 "functions": {)" +
         functions + R"(}, "main": [)" + main + "]}";
}

std::string scenario_of(std::uint64_t seed) {
  return seed % 2 == 0   ? short_threads(seed)
         : seed % 8 == 1 ? random_locking(seed)
         : seed % 4 == 1 ? random_scenario_with_twins(seed)
                         : random_scenario(seed);
}

TEST_CASE("sleep sets: nothing that is found is lost", "[explorer][sleep_sets][slow]") {
  std::uint64_t sleepy = 0, transitions = 0, transitions_asleep = 0, shortest = 0;
  std::map<Verdict, std::uint64_t> verdicts;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = scenario_of(seed);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    if (!never_comes_again(*loaded.program)) continue;
    INFO(scenario);
    ExploreOptions options;
    options.limits.states_max = 4000;
    options.reduce = options.symmetry = options.sleep_sets = false;
    const Exploration plain = explore(*loaded.program, options);
    if (!plain.complete) continue;
    ++sleepy;
    ++verdicts[plain.verdict];
    options.reduce = true;
    options.symmetry = seed % 8 < 4;
    const Exploration awake = explore(*loaded.program, options);
    options.sleep_sets = true;
    const Exploration asleep = explore(*loaded.program, options);
    shortest += check_same_findings(asleep, plain);
    transitions += awake.stats.transitions;
    transitions_asleep += asleep.stats.transitions;
  }
  if (seeds < 1000) return;  // too few to say how often something comes
  CAPTURE(sleepy, transitions, transitions_asleep);
  CHECK(sleepy > seeds / 4);
  CHECK(shortest > seeds / 20);
  CHECK(transitions_asleep < transitions * 19 / 20);
  for (const Verdict verdict : {Verdict::ok, Verdict::deadlock, Verdict::error}) {
    CAPTURE(verdict_name(verdict));
    CHECK(verdicts[verdict] >= seeds / 300);
  }
}

// By taking away again and again what nothing leads to.
bool has_cycle(const SlowExploration& graph) {
  std::vector<std::size_t> ways(graph.states.size(), 0), ready;
  for (const auto& transitions : graph.transitions) {
    for (const SlowExploration::Transition& transition : transitions) ++ways[transition.to];
  }
  for (std::size_t i = 0; i < ways.size(); ++i) {
    if (ways[i] == 0) ready.push_back(i);
  }
  std::size_t taken = 0;
  for (; !ready.empty(); ++taken) {
    const std::size_t state = ready.back();
    ready.pop_back();
    for (const SlowExploration::Transition& transition : graph.transitions[state]) {
      if (--ways[transition.to] == 0) ready.push_back(transition.to);
    }
  }
  return taken < graph.states.size();
}

TEST_CASE("never_comes_again: no state does, in any interleaving", "[explorer][sleep_sets][slow]") {
  std::uint64_t never = 0, cyclic = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = seed % 8 == 7 ? random_pools(seed) : scenario_of(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    const SlowExploration graph = explore_slowly(*loaded.program, 1000);
    if (!graph.complete) continue;
    const bool cycle = has_cycle(graph);
    cyclic += cycle ? 1 : 0;
    if (!never_comes_again(*loaded.program)) continue;
    ++never;
    CHECK_FALSE(cycle);
  }
  if (seeds < 1000) return;
  CHECK(never > seeds / 10);
  CHECK(cyclic > seeds / 300);
}

TEST_CASE("never_comes_again: loops over items count, loops over a condition do not",
          "[explorer][sleep_sets]") {
  const auto never = [](const std::string& body) {
    const Loaded loaded = load("one", R"({"lockstep": 1, "name": "x", "variables": {"x": 0},
        "functions": {"f": [{"global": ["x"]}, )" +
                                          body + R"(]},
        "main": [{"spawn": "f"}]})");
    REQUIRE(loaded.program.has_value());
    return never_comes_again(*loaded.program);
  };
  CHECK(never(R"-({"set": "x", "to": "x + 1"})-"));
  CHECK(never(R"-({"for": "k", "in": "range(3)", "do": [{"set": "x", "to": "k"}]})-"));
  CHECK(never(R"-({"for": "k", "in": "range(3)", "do": [{"if": "k == 1",
      "then": [{"continue": true}]}]})-"));
  CHECK_FALSE(never(R"-({"while": "x < 3", "do": [{"set": "x", "to": "x + 1"}]})-"));
  CHECK_FALSE(never(R"-({"for": "k", "in": "range(3)", "do": [{"while": "x < k", "do": [
      {"set": "x", "to": "x + 1"}]}]})-"));
}

TEST_CASE("SleepSets: who is asleep is what was noted, less whom somebody woke",
          "[explorer][sleep_sets]") {
  SleepSets sets;
  for (std::uint32_t i = 0; i < 1000; ++i)
    sets.note(i * 7, i % 3 == 0 ? 0 : ThreadMask{i} << 33 | i);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    CHECK(sets.of(i * 7) == (i % 3 == 0 ? 0 : ThreadMask{i} << 33 | i));
    CHECK(sets.of(i * 7 + 1) == 0);
  }
  sets.keep(7, ThreadMask{1} << 33);
  CHECK(sets.of(7) == ThreadMask{1} << 33);
  sets.keep(7, 1);
  CHECK(sets.of(7) == 0);
  sets.keep(8, 1);
  CHECK(sets.of(8) == 0);
}

}  // namespace
}  // namespace lockstep
