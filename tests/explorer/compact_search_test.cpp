// A search that keeps hashes only against one that keeps states.
#include "explorer/compact_search.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "explorer/explore.h"
#include "language/load.h"
#include "tests/support/random_locking.h"
#include "tests/support/random_pools.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

#ifndef COMPACT_SEEDS
#define COMPACT_SEEDS 400
#endif
const auto [first_seed, seeds] = seeds_or(COMPACT_SEEDS);

const Finding* one_with(const Exploration& exploration, const std::string& fingerprint) {
  const auto found = std::ranges::find(exploration.findings, fingerprint, &Finding::fingerprint);
  return found == exploration.findings.end() ? nullptr : &*found;
}

std::set<std::string> whole_deadlocks(const Exploration& exploration) {
  std::set<std::string> fingerprints;
  for (const Finding& finding : exploration.findings) {
    if (is_deadlock(finding.kind) && !finding.partial) fingerprints.insert(finding.fingerprint);
  }
  return fingerprints;
}

// `all`: a lossless exploration of everything. A deadlock that stays partial is only one of those
// that `compact` has seen.
void check_same(const Exploration& compact, const Exploration& all, bool is_plain) {
  CHECK_FALSE(compact.complete);
  CHECK(
      compact.incomplete_reason.starts_with("hash compaction: states are known by 64 bits of a "));
  CHECK(compact.verdict == (all.verdict == Verdict::ok ? Verdict::incomplete : all.verdict));
  CHECK(compact.stats.terminal_states == all.stats.terminal_states);
  CHECK(compact.stats.deadlock_states == all.stats.deadlock_states);
  CHECK(compact.outcomes == all.outcomes);
  CHECK(whole_deadlocks(compact) == whole_deadlocks(all));
  for (const Finding& finding : all.findings) {
    if (!is_deadlock(finding.kind)) continue;
    CAPTURE(finding.message);
    const Finding* const same = one_with(compact, finding.fingerprint);
    REQUIRE(same != nullptr);
    CHECK(same->partial == finding.partial);
    if (is_plain) CHECK(same->states == finding.states);
    if (!same->shortest || !finding.shortest) continue;
    CHECK(same->preemptions == finding.preemptions);
    CHECK(same->steps == finding.steps);
  }
  if (!is_plain) return;
  CHECK(compact.stats.states == all.stats.states);
  CHECK(compact.stats.transitions == all.stats.transitions);
}

TEST_CASE("hash compaction: finds what the search over all states finds",
          "[explorer][compact_search][slow]") {
  std::map<Verdict, std::uint64_t> verdicts;
  std::uint64_t states = 0, reduced_states = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = seed % 4 == 0   ? random_locking(seed)
                                 : seed % 4 == 1 ? random_pools(seed)
                                 : seed % 4 == 2 ? random_scenario_with_twins(seed)
                                                 : random_scenario(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    ExploreOptions options;
    options.limits.states_max = 1500;
    options.reduce = options.symmetry = false;
    const Exploration all = explore(*loaded.program, options);
    if (!all.complete) continue;
    ++verdicts[all.verdict];
    options.hash_compaction = true;
    options.memoise = seed % 8 != 7;
    const Exploration plain = explore(*loaded.program, options);
    check_same(plain, all, true);
    options.reduce = options.symmetry = true;
    const Exploration reduced = explore(*loaded.program, options);
    check_same(reduced, all, false);
    CHECK(reduced.stats.states <= plain.stats.states);
    states += plain.stats.states;
    reduced_states += reduced.stats.states;
  }
  if (seeds < 400) return;  // too few to say how often something comes
  CAPTURE(verdicts, states, reduced_states);
  CHECK(reduced_states < states / 2);
  for (const Verdict verdict :
       {Verdict::ok, Verdict::deadlock, Verdict::partial_deadlock, Verdict::error}) {
    CAPTURE(verdict_name(verdict));
    CHECK(verdicts[verdict] >= seeds / 100);
  }
}

TEST_CASE("hash compaction: a thread that goes round in a circle puts nobody off",
          "[explorer][compact_search]") {
  // Its steps have nothing to do with the other's, so that following it alone would do, for ever.
  const auto program = program_of(R"s({'machine': {'gil': 'none'}, 'objects': {'a': 'Lock'},
      'threads': {'T1': [{'assert': 'False'}],
                  'T2': [{'while': 'True', 'do': [{'acquire': 'a'}, {'release': 'a'}]}]}})s");
  ExploreOptions options;
  options.hash_compaction = true;
  const Exploration exploration = explore(*program, options);
  CHECK(exploration.verdict == Verdict::error);
  CHECK(exploration.stats.reduction == "stubborn sets");
}

// One search of its own, with a hash of few bits.
struct Searched {
  std::uint64_t states;
  double miss_probability;
  std::vector<ExploredOutcome> outcomes;
};
Searched search(const Program& program, CompactSearch::Hashing hashing) {
  const Machine machine(program);
  const FutureAccesses future(program);
  Examiner examiner(machine, future);
  Outcomes outcomes(machine, examiner.facts());
  const ExploreLimits limits;
  CompactSearch search(machine, examiner, outcomes, limits, nullptr, nullptr, hashing);
  search.run([] { return true; });
  return {search.states(), search.miss_probability(), outcomes.list()};
}

TEST_CASE("hash compaction: a state is missed about as often as is said, and no oftener",
          "[explorer][compact_search]") {
  const auto program = program_of(R"s({'machine': {'gil': 'none'}, 'variables': {'x': 0},
      'functions': {'f': [{'global': ['x']}, {'for': 'i', 'in': 'range(2)', 'do': [
        {'set': 'x', 'to': 'x + 1'}]}]},
      'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}, 'T3': {'target': 'f'}}})s");
  const Searched exact = search(*program, {64, 0});
  ExploreOptions options;
  options.reduce = options.symmetry = false;
  const std::uint64_t states = explore(*program, options).stats.states;
  REQUIRE(exact.states == states);
  CHECK(exact.miss_probability < 1e-12);

  // A bound of about a half: n (n + 1) / 2^(bits + 1).
  unsigned bits = 1;
  const auto n = static_cast<double>(states);
  while (n * (n + 1) / static_cast<double>(std::uint64_t{2} << bits) > 0.5) ++bits;
  const double bound = n * (n + 1) / static_cast<double>(std::uint64_t{2} << bits);
  CAPTURE(states, bits, bound);
  constexpr std::uint64_t runs = 400;
  std::vector<double> said;  // by those that have missed something
  double missed_states = 0;
  for (std::uint64_t seed = 1; seed <= runs; ++seed) {
    const Searched its = search(*program, {bits, seed});
    REQUIRE(its.states <= states);
    for (const ExploredOutcome& outcome : its.outcomes) {
      CHECK(std::ranges::count(exact.outcomes, outcome.variables, &ExploredOutcome::variables) ==
            1);
    }
    missed_states += n - static_cast<double>(its.states);
    if (its.states == states) {
      CHECK(its.miss_probability == Approx(bound));
    } else {
      said.push_back(its.miss_probability);
    }
  }
  const double missed = static_cast<double>(said.size()) / runs;
  CAPTURE(missed, missed_states / runs);
  CHECK(missed <= bound);
  CHECK(missed >= bound / 2);
  CHECK(missed_states >= static_cast<double>(said.size()));
  // What is said after something was missed is no less honest.
  std::ranges::sort(said);
  for (std::size_t i = 0; i < said.size(); ++i) {
    CHECK(static_cast<double>(i + 1) / runs <= said[i]);
  }
}

constexpr const char* wrong_at_last = R"s({'machine': {'gil': 'none'}, 'variables': {'x': 0},
    'functions': {'f': [{'global': ['x']}, {'for': 'i', 'in': 'range(3000)', 'do': [
      {'set': 'x', 'to': 'x + 1'}]}, {'assert': 'x != 3000'}]},
    'objects': {'a': 'Lock'},
    'threads': {'T1': {'target': 'f'}, 'T2': [{'acquire': 'a'}, {'release': 'a'}]}})s";

TEST_CASE("hash compaction: a way may be long, and is one all the same",
          "[explorer][compact_search]") {
  const auto program = program_of(wrong_at_last);
  ExploreOptions options;
  options.reduce = options.symmetry = false;
  options.hash_compaction = true;
  const Exploration exploration = explore(*program, options);
  CHECK(exploration.verdict == Verdict::error);
  CHECK(exploration.stats.depth > 3000);
  REQUIRE(exploration.findings.size() == 1);
  CHECK(exploration.findings.front().shortest);
}

TEST_CASE("hash compaction: limits end it", "[explorer][compact_search]") {
  const auto program = program_of(wrong_at_last);
  ExploreOptions options;
  options.reduce = options.symmetry = false;
  options.hash_compaction = true;
  SECTION("of states") {
    options.limits.states_max = 500;
    const Exploration exploration = explore(*program, options);
    CHECK(exploration.incomplete_reason == "states: the limit of 500 was reached");
    CHECK(exploration.stats.states == 500);
    CHECK(exploration.verdict == Verdict::incomplete);
  }
  SECTION("of memory, which is then there for the counterexample") {
    options.limits.memory_bytes_max = 1'000'000;
    bool was_full = false;
    const auto larger = program_of(R"s({'machine': {'gil': 'none'}, 'variables': {'x': 0, 'y': 0},
        'functions': {'f': [{'global': ['x']}, {'while': 'True', 'do': [
          {'set': 'x', 'to': 'x + 1'}]}], 'g': [{'assert': 'x != 1'}]},
        'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'g'}}})s");
    const Exploration exploration = explore(*larger, options);
    was_full = exploration.incomplete_reason == "memory: the limit of 1000000 bytes was reached";
    CHECK(was_full);
    CHECK(exploration.verdict == Verdict::error);
    REQUIRE(exploration.findings.size() == 1);
    CHECK(exploration.findings.front().steps < 20);
    CHECK(exploration.stats.memory_bytes < 1'200'000);
  }
  SECTION("of patience") {
    std::uint64_t reported = 0, frontier = 0;
    options.limits.seconds_max = 0.3;
    options.progress = [&](const ExploreProgress& progress) {
      reported = progress.states;
      frontier = std::max(frontier, progress.frontier);
    };
    const auto endless = program_of(R"s({'machine': {'gil': 'none'}, 'variables': {'x': 0, 'y': 0},
        'functions': {'f': [{'global': ['x']}, {'while': 'True', 'do': [
          {'set': 'x', 'to': 'x + 1'}]}]},
        'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}}})s");
    const Exploration exploration = explore(*endless, options);
    CHECK(exploration.incomplete_reason == "time: the limit of 0.3 s was reached");
    CHECK(reported > 0);
    CHECK(frontier > 0);
  }
}

}  // namespace
}  // namespace lockstep
