// explore() against the definition of an exploration, on scenarios made at random.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "detector/deadlock.h"
#include "detector/wait_for_graph.h"
#include "engine/run/run.h"
#include "engine/value/arithmetic.h"
#include "explorer/explore.h"
#include "language/load.h"
#include "tests/support/random_pools.h"
#include "tests/support/random_scenario.h"
#include "tests/support/seeds.h"
#include "tests/support/slow_explorer.h"

namespace lockstep {
namespace {

#ifndef ORACLE_SEEDS
#define ORACLE_SEEDS 3500
#endif
const auto [first_seed, seeds] = seeds_or(ORACLE_SEEDS);
constexpr std::size_t states_max = 1000;  // larger ones are left out
constexpr std::size_t states_for_brute_force = 80;

std::string text(const ExploredOutcome& outcome) {
  SlowOutcome same{outcome.status == ExploredOutcome::Status::finished, outcome.variables,
                   outcome.exceptions, outcome.stuck};
  return text(same);
}

std::set<std::string> texts(const std::vector<ExploredOutcome>& outcomes) {
  std::set<std::string> result;
  for (const ExploredOutcome& outcome : outcomes) result.insert(text(outcome));
  return result;
}
std::set<std::string> texts(const std::set<SlowOutcome>& outcomes) {
  std::set<std::string> result;
  for (const SlowOutcome& outcome : outcomes) result.insert(text(outcome));
  return result;
}

// What each state shows, by the detector alone: fingerprint of a cause -> states.
struct Shown {
  std::map<std::string, std::set<std::size_t>> by_cause;
  std::set<std::string> in_deadlock;
  std::set<std::string> in_settled;
};
Shown find_causes(const SlowExploration& slow, const FutureAccesses& future) {
  Shown shown;
  const std::vector<bool> settled = slow.settled();
  for (std::size_t i = 0; i < slow.states.size(); ++i) {
    for (const Cause& cause : causes(*slow.machine, slow.states[i], future)) {
      shown.by_cause[cause.fingerprint].insert(i);
      if (slow.is_terminal(i) && !cause.daemons_only) shown.in_deadlock.insert(cause.fingerprint);
      if (settled[i]) shown.in_settled.insert(cause.fingerprint);
    }
  }
  return shown;
}

void check_counts(const Exploration& fast, const SlowExploration& slow) {
  CHECK(fast.stats.states == slow.states.size());
  CHECK(fast.stats.transitions == slow.transition_count);
  CHECK(fast.stats.terminal_states == slow.terminal_count);
  CHECK(fast.stats.deadlock_states == slow.deadlock_count);
  CHECK(texts(fast.outcomes) == texts(slow.outcomes));
  std::uint64_t terminal = 0;
  for (const ExploredOutcome& outcome : fast.outcomes) terminal += outcome.states;
  CHECK(terminal == slow.terminal_count);
}

// What all states together show, and none alone: tests/explorer/endless_test.cpp.
bool is_of_all_states(FindingKind kind) {
  return kind == FindingKind::livelock || kind == FindingKind::never_woken ||
         kind == FindingKind::starvation;
}

// What makes the search faster leaves what it finds as it was.
void check_same(const Exploration& fast, const Exploration& plain) {
  CHECK(fast.stats.states <= plain.stats.states);
  CHECK(fast.verdict == plain.verdict);
  CHECK(texts(fast.outcomes) == texts(plain.outcomes));
  REQUIRE(fast.findings.size() == plain.findings.size());
  for (std::size_t i = 0; i < fast.findings.size(); ++i) {
    CHECK(fast.findings[i].fingerprint == plain.findings[i].fingerprint);
    if (!is_of_all_states(fast.findings[i].kind)) {
      CHECK(fast.findings[i].choices == plain.findings[i].choices);
    }
    CHECK(fast.findings[i].partial == plain.findings[i].partial);
  }
}

// A reduction leaves out states, and no terminal one; the counterexamples may be others, as short.
void check_reduced(const Exploration& fast, const Exploration& plain) {
  CHECK(fast.stats.states <= plain.stats.states);
  CHECK(fast.stats.terminal_states == plain.stats.terminal_states);
  CHECK(fast.stats.deadlock_states == plain.stats.deadlock_states);
  CHECK(fast.verdict == plain.verdict);
  CHECK(texts(fast.outcomes) == texts(plain.outcomes));
  REQUIRE(fast.findings.size() == plain.findings.size());
  for (std::size_t i = 0; i < fast.findings.size(); ++i) {
    CAPTURE(plain.findings[i].message, fast.findings[i].message);
    CHECK(fast.findings[i].fingerprint == plain.findings[i].fingerprint);
    CHECK(fast.findings[i].partial == plain.findings[i].partial);
    if (is_of_all_states(fast.findings[i].kind)) continue;
    CHECK(fast.findings[i].preemptions == plain.findings[i].preemptions);
    CHECK(fast.findings[i].steps == plain.findings[i].steps);
  }
}

// The invariants hold; nobody who is called stuck ever moves again, and in a deadlock everybody is
// called so.
void check_stuck(const SlowExploration& slow, const FutureAccesses& future) {
  const std::vector<std::vector<bool>> moves = slow.ever_moves();
  for (std::size_t i = 0; i < slow.states.size(); ++i) {
    const State& state = slow.states[i];
    const std::size_t threads = thread_count(slow.machine->program, state);
    const std::vector<Wait> waiting = waits(*slow.machine, state, future);
    const std::vector<ThreadId> stuck = WaitForGraph(threads, waiting).stuck();
    INFO(dump(*slow.machine, state));
    REQUIRE(audit(*slow.machine, state) == std::vector<std::string>{});
    for (const ThreadId thread : stuck) REQUIRE_FALSE(moves[thread.index][i]);
    if (slow.is_terminal(i) && !has_exited(state)) {
      REQUIRE(stuck.size() == outcome_of(*slow.machine, state).stuck.size());
      REQUIRE_FALSE(causes(*slow.machine, state, future).empty());
    }
  }
}

void check_deadlocks(const Exploration& fast, const SlowExploration& slow, const Shown& shown) {
  std::set<std::string> found;
  for (const Finding& finding : fast.findings) {
    if (!is_deadlock(finding.kind) || is_of_all_states(finding.kind)) continue;
    CAPTURE(finding.message);
    found.insert(finding.fingerprint);
    REQUIRE(shown.by_cause.count(finding.fingerprint) == 1);
    CHECK(finding.states == shown.by_cause.at(finding.fingerprint).size());
    CHECK(finding.partial == (shown.in_deadlock.count(finding.fingerprint) == 0));
  }
  CHECK(found == shown.in_settled);
  const bool deadlock = slow.deadlock_count > 0;
  CHECK(deadlock == (fast.verdict == Verdict::deadlock));
}

bool shows(const Machine& machine, const State& state, const FutureAccesses& future,
           const Finding& finding) {
  const auto fails = [&](const std::vector<Condition>& conditions) {
    return std::ranges::any_of(conditions, [&](const Condition& condition) {
      if (condition.text != finding.subject) return false;
      const Result result = evaluate(machine, state, condition.function);
      return result.raised || !truth(machine.values(), result.value);
    });
  };
  if (is_exception(finding.kind)) {
    for (std::uint32_t i = 0; i < thread_count(machine.program, state); ++i) {
      const Value exception = uncaught(machine, state, {i});
      if (exception == none_value || life(machine.program, state, {i}) != Life::ended) continue;
      if (exception_line(machine.values(), exception, StateNames(machine, state)) ==
          finding.subject) {
        return true;
      }
    }
    return false;
  }
  switch (finding.kind) {
    case FindingKind::invariant:
      return fails(machine.program.invariants);
    case FindingKind::final_check:
      return has_exited(state) && fails(machine.program.final_checks);
    default:
      return std::ranges::any_of(causes(machine, state, future), [&](const Cause& cause) {
        return cause.fingerprint == finding.fingerprint;
      });
  }
}

// The choices and the schedule of a finding lead to a state that shows it, and no interleaving
// leads to one with fewer preemptions, or as few and fewer steps.
void check_counterexamples(const Exploration& fast, const SlowExploration& slow,
                           const FutureAccesses& future) {
  const Program& program = slow.machine->program;
  for (const Finding& finding : fast.findings) {
    CAPTURE(finding.message, finding.preemptions, finding.steps);
    const Machine machine(program);
    const std::unique_ptr<Policy> exact = exact_policy(finding.choices);
    const RunResult result = run(machine, *exact, nullptr);
    CHECK(result.end != RunResult::End::refused);
    CHECK(result.steps == finding.steps);
    CHECK(result.preemptions == finding.preemptions);
    CHECK((is_of_all_states(finding.kind) || shows(machine, result.state, future, finding)));

    const Machine other(program);
    const std::unique_ptr<Policy> scripted = scripted_policy(program, finding.schedule, 0);
    const RunResult replayed = run(other, *scripted, nullptr);
    CAPTURE(replayed.reason);
    CHECK(replayed.choices.all() == finding.choices);

    if (is_of_all_states(finding.kind)) continue;
    // A state does not say where an exception was raised; the finding does.
    const bool exception = is_exception(finding.kind);
    CHECK((finding.shortest || exception));
    if (slow.states.size() > states_for_brute_force) continue;
    std::set<std::size_t> showing;
    for (std::size_t i = 0; i < slow.states.size(); ++i) {
      if (shows(*slow.machine, slow.states[i], future, finding)) showing.insert(i);
    }
    const auto [preemptions, steps] = slow.least_cost(showing);
    if (exception) {
      CHECK(std::pair(finding.preemptions, finding.steps) >= std::pair(preemptions, steps));
    } else {
      CHECK(std::pair(finding.preemptions, finding.steps) == std::pair(preemptions, steps));
    }
  }
}

void check_runs(const Program& program, const Exploration& fast) {
  const std::set<std::string> outcomes = texts(fast.outcomes);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    CAPTURE(seed);
    const Machine machine(program);
    const std::unique_ptr<Policy> policy = policy_named("random")->make(program, seed);
    RunOptions options;
    options.limits.steps_max = 2000;
    const RunResult result = run(machine, *policy, nullptr, options);
    if (result.end == RunResult::End::limit) continue;  // it may run for ever
    CHECK(outcomes.count(text(outcome_of(machine, result.state))) == 1);
  }
}

struct Compared {
  std::uint64_t programs = 0;
  std::uint64_t states = 0, states_reduced = 0;
  std::map<Verdict, std::uint64_t> verdicts;
  std::map<FindingKind, std::uint64_t> kinds;
};

template <class Generator>
Compared compare(Generator generator, std::uint64_t count) {
  Compared compared;
  for (std::uint64_t seed = first_seed; seed < first_seed + count; ++seed) {
    CAPTURE(seed);
    const std::string scenario = generator(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    INFO(render("random", scenario, loaded.complaints));
    REQUIRE(loaded.program.has_value());
    const Program& program = *loaded.program;
    const SlowExploration slow = explore_slowly(program, states_max);
    if (!slow.complete) continue;
    ++compared.programs;
    ExploreOptions plainly;
    plainly.reduce = plainly.symmetry = plainly.memoise = plainly.forget_dead_locals = false;
    const Exploration plain = explore(program, plainly);
    REQUIRE(plain.complete);
    ExploreOptions unreduced;
    unreduced.reduce = unreduced.symmetry = false;
    const Exploration all = explore(program, unreduced);
    check_same(all, plain);
    const Exploration fast = explore(program);
    REQUIRE(fast.complete);
    const FutureAccesses future(program);
    const Shown shown = find_causes(slow, future);
    check_counts(plain, slow);
    check_reduced(fast, all);
    check_stuck(slow, future);
    check_deadlocks(plain, slow, shown);
    check_counterexamples(fast, slow, future);
    check_runs(program, fast);
    compared.states += all.stats.states;
    compared.states_reduced += fast.stats.states;
    ++compared.verdicts[fast.verdict];
    for (const Finding& finding : fast.findings) ++compared.kinds[finding.kind];
  }
  return compared;
}

bool is_of_pools(FindingKind kind) {
  return kind == FindingKind::pool_starvation || kind == FindingKind::future_cycle;
}

TEST_CASE("explore: agrees with a plain exploration on random scenarios",
          "[explorer][oracle][slow]") {
  Compared compared = compare(random_scenario, seeds);
  if (seeds < 1000) return;  // too few to say how often something comes
  // The generator makes what it was made for, and the reduction reduces.
  CAPTURE(compared.states, compared.states_reduced);
  CHECK(compared.states_reduced < compared.states * 3 / 4);
  CHECK(compared.programs > seeds * 7 / 10);
  CHECK(compared.verdicts[Verdict::ok] > seeds / 10);
  CHECK(compared.verdicts[Verdict::deadlock] > seeds / 10);
  CHECK(compared.verdicts[Verdict::partial_deadlock] > seeds / 300);
  CHECK(compared.verdicts[Verdict::error] > seeds / 20);
  for (const FindingRow& kind : finding_rows()) {
    if (is_of_pools(kind.kind)) continue;
    if (is_of_all_states(kind.kind)) continue;
    if (kind.kind == FindingKind::lock_order) continue;  // tests/detector/lock_order_test.cpp
    if (kind.kind == FindingKind::task_done_too_often) continue;  // tests/detector/misuse_test.cpp
    CAPTURE(kind.name);
    // Two have to meet on one connection, and only some programs have any.
    const bool is_rare = kind.kind == FindingKind::socket_cycle;
    CHECK(compared.kinds[kind.kind] > (is_rare ? 0 : seeds / 1000));
  }
}

TEST_CASE("explore: agrees with a plain exploration on random scenarios with pools",
          "[explorer][oracle][slow][futures]") {
  const std::uint64_t count = seeds / 4;
  Compared compared = compare(random_pools, count);
  if (seeds < 1000) return;
  CHECK(compared.programs > count / 2);
  CHECK(compared.verdicts[Verdict::ok] > count / 20);
  CHECK(compared.verdicts[Verdict::deadlock] > count / 20);
  CHECK(compared.kinds[FindingKind::pool_starvation] > count / 100);
  CHECK(compared.kinds[FindingKind::future_cycle] > count / 100);
}

TEST_CASE("explore: agrees with a plain exploration on random scenarios with pools of processes",
          "[explorer][oracle][process][slow][futures]") {
  const std::uint64_t count = seeds / 4;
  Compared compared = compare(random_process_pools, count);
  if (seeds < 1000) return;
  CHECK(compared.programs > count / 10);
  CHECK(compared.verdicts[Verdict::ok] > count / 50);
  CHECK(compared.verdicts[Verdict::deadlock] > count / 50);
}

TEST_CASE("explore: agrees with a plain exploration on random scenarios with pools that are forked",
          "[explorer][oracle][process][slow][futures]") {
  const std::uint64_t count = seeds / 80;
  Compared compared = compare(random_forked_pools, count);
  if (seeds < 1000) return;
  CHECK(compared.programs > count / 10);
  CHECK(compared.verdicts[Verdict::ok] > 0);
  CHECK(compared.verdicts[Verdict::deadlock] > 0);
}

TEST_CASE("explore: agrees with a plain exploration on random scenarios with a Pool",
          "[explorer][oracle][process][slow][pool]") {
  const std::uint64_t count = seeds / 80;
  Compared compared = compare(random_mp_pools, count);
  if (seeds < 1000) return;
  CHECK(compared.programs > count / 3);
  CHECK(compared.verdicts[Verdict::ok] > 0);
  CHECK(compared.verdicts[Verdict::deadlock] > 0);
}

TEST_CASE("explore: agrees with a plain exploration on random scenarios with processes",
          "[explorer][oracle][process][slow]") {
  const std::uint64_t count = seeds / 5;
  Compared compared = compare(random_scenario_with_processes, count);
  if (seeds < 1000) return;
  CHECK(compared.programs > count / 2);
  CHECK(compared.verdicts[Verdict::ok] > count / 20);
  CHECK(compared.verdicts[Verdict::deadlock] > count / 10);
}

}  // namespace
}  // namespace lockstep
