// prediction/predict: what is predicted is a deadlock that an exploration finds too, on thousands
// of scenarios made at random; and each way to be none, on scenarios made by hand.
#include "prediction/predict.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "detector/deadlock.h"
#include "engine/program/future_accesses.h"
#include "explorer/explore.h"
#include "language/load.h"
#include "tests/support/random_locking.h"
#include "tests/support/random_pools.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

#ifndef ORACLE_SEEDS
#define ORACLE_SEEDS 500
#endif
const auto [first_seed, seeds] = seeds_or(ORACLE_SEEDS);

Prediction predict_named(const Program& program, std::string_view policy, std::uint64_t seed = 0) {
  PredictionLimits limits;
  limits.steps_max = 2000;
  const std::unique_ptr<Policy> its = policy_named(policy)->make(program, seed);
  return predict(program, *its, limits);
}

// That the choices lead into it, and nowhere else.
void check_replay(const Program& program, const Finding& finding) {
  const Machine machine(program);
  const FutureAccesses future(program);
  State state = initial_state(machine);
  for (const Choice& choice : finding.choices) {
    REQUIRE(is_enabled(machine, state, choice));
    step(machine, state, choice);
  }
  std::set<std::string> shown;
  for (const Cause& cause : causes(machine, state, future)) shown.insert(cause.fingerprint);
  CHECK(shown.contains(finding.fingerprint));
}

struct Figures {
  std::uint64_t runs = 0, explored = 0, predicted = 0, possible = 0, excused = 0;
  std::uint64_t cycles_of_explorer = 0, of_these_predicted = 0;
};

// Of circles of two threads or more, the explorer's are counted that one run has predicted.
void compare(const std::string& scenario, std::uint64_t seed, Figures& figures) {
  const Loaded loaded = load("random", scenario);
  REQUIRE(loaded.program.has_value());
  const Program& program = *loaded.program;
  const Prediction prediction = predict_named(program, "random", seed);
  ++figures.runs;
  figures.predicted += prediction.findings.size();
  for (const LockCycle& cycle : prediction.cycles) {
    figures.possible += cycle.verdict == LockCycle::Verdict::possible ? 1 : 0;
    figures.excused += cycle.verdict == LockCycle::Verdict::excused ? 1 : 0;
  }
  for (const Finding& finding : prediction.findings) check_replay(program, finding);
  ExploreOptions options;
  options.limits.states_max = 1000;
  options.counterexamples = false;
  const Exploration exploration = explore(program, options);
  if (!exploration.complete) return;
  ++figures.explored;
  std::set<std::string> predicted;
  for (const Finding& finding : prediction.findings) {
    predicted.insert(finding.fingerprint);
    CAPTURE(finding.message);
    CHECK(std::ranges::count(exploration.findings, finding.fingerprint, &Finding::fingerprint) ==
          1);
  }
  for (const Finding& finding : exploration.findings) {
    if (finding.kind != FindingKind::circular_wait) continue;
    ++figures.cycles_of_explorer;
    figures.of_these_predicted += predicted.contains(finding.fingerprint) ? 1 : 0;
  }
}

void tell(const Figures& figures) {
  WARN(figures.runs << " runs, " << figures.explored << " explored; " << figures.predicted
                    << " deadlocks predicted, " << figures.possible << " circles possible, "
                    << figures.excused << " excused; of " << figures.cycles_of_explorer
                    << " circular waits of the explorer " << figures.of_these_predicted
                    << " predicted from one run");
}

TEST_CASE("predict: every deadlock that is predicted replays, and the explorer finds it",
          "[prediction][oracle]") {
  Figures figures;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = random_locking(seed);
    INFO(scenario);
    compare(scenario, seed, figures);
  }
  tell(figures);
  if (seeds < 400) return;
  CHECK(figures.predicted > seeds / 4);
}

TEST_CASE("predict: the same where semaphores of one permit are the locks",
          "[prediction][oracle]") {
  Figures figures;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds / 2; ++seed) {
    CAPTURE(seed);
    std::string scenario = random_locking(seed);
    const auto replace = [&](std::string_view from, std::string_view to) {
      const std::size_t at = scenario.find(from);
      if (at != std::string::npos) scenario.replace(at, from.size(), to);
      return at != std::string::npos;
    };
    const std::string kind = seed % 2 == 0 ? "Semaphore" : "mp.Semaphore";
    if (!replace(R"("a": {"type": "Lock")", R"("a": {"type": ")" + kind + '"')) continue;
    REQUIRE(replace(R"({"type": "Condition", "lock": "a[0]"})", R"("Condition")"));
    INFO(scenario);
    compare(scenario, seed, figures);
  }
  tell(figures);
  if (seeds < 400) return;
  CHECK(figures.predicted > seeds / 10);
}

TEST_CASE("predict: the same with all that there is, processes and pools", "[prediction][oracle]") {
  Figures figures;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds / 5; ++seed) {
    CAPTURE(seed);
    const auto make = std::vector<std::string (*)(std::uint64_t)>{
        random_scenario, random_scenario_with_processes, random_pools, random_process_pools};
    const std::string scenario = make[seed % make.size()](seed);
    INFO(scenario);
    compare(scenario, seed, figures);
  }
  tell(figures);
}

// Where two threads take A and B in both orders.
struct Row {
  std::string_view what;
  std::string_view scenario;
  std::string_view verdict;  // of the first circle: "deadlock", "possible" or its excuse
};

TEST_CASE("predict: what becomes of a circle of locks", "[prediction]") {
  const Row row = GENERATE(values<Row>({
      {"one after the other by chance",
       "{'objects': {'a': 'Lock', 'b': 'Lock'}, 'threads': {"
       "'T1': [{'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, {'release': 'a'}],"
       "'T2': [{'sleep': 1}, {'acquire': 'b'}, {'acquire': 'a'}, {'release': 'a'}, "
       "{'release': 'b'}]}}",
       "deadlock"},
      {"with statements of which one takes both in one step",
       "{'objects': {'a': 'Lock', 'b': 'Lock'}, 'threads': {"
       "'T1': [{'with': ['a', 'b'], 'do': [{'pass': true}]}],"
       "'T2': [{'sleep': 1}, {'with': 'b', 'do': [{'sleep': 1}, {'with': 'a', 'do': "
       "[{'pass': true}]}]}]}}",
       "deadlock"},
      {"with statements that both take both in one step",
       "{'objects': {'a': 'Lock', 'b': 'Lock'}, 'threads': {"
       "'T1': [{'with': ['a', 'b'], 'do': [{'pass': true}]}],"
       "'T2': [{'sleep': 1}, {'with': ['b', 'a'], 'do': [{'pass': true}]}]}}",
       "possible"},
      {"RLocks that are taken again in between",
       "{'objects': {'a': 'RLock', 'b': 'RLock'}, 'threads': {"
       "'T1': [{'acquire': 'a'}, {'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, "
       "{'release': 'a'}, {'release': 'a'}],"
       "'T2': [{'sleep': 1}, {'acquire': 'b'}, {'acquire': 'a'}, {'release': 'a'}, "
       "{'release': 'b'}]}}",
       "deadlock"},
      {"locks of multiprocessing",
       "{'objects': {'a': 'mp.Lock', 'b': 'mp.RLock'}, 'functions': {"
       "'f': [{'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, {'release': 'a'}],"
       "'g': [{'acquire': 'b'}, {'acquire': 'a'}, {'release': 'a'}, {'release': 'b'}]},"
       "'main': [{'process': 'p', 'target': 'f'}, {'process': 'q', 'target': 'g'}, "
       "{'start': 'p'}, {'start': 'q'}, {'join': 'p'}, {'join': 'q'}]}",
       "deadlock"},
      {"wait takes the lock of its condition again, with another held",
       "{'objects': {'a': 'Lock', 'c': 'Condition'}, 'threads': {"
       "'T1': [{'acquire': 'c'}, {'acquire': 'a'}, {'wait': 'c', 'timeout': 1}, "
       "{'release': 'a'}, {'release': 'c'}],"
       "'T2': [{'sleep': 5}, {'acquire': 'c'}, {'acquire': 'a'}, {'release': 'a'}, "
       "{'release': 'c'}]}}",
       "deadlock"},
      {"semaphores of one permit",
       "{'objects': {'a': 'Semaphore', 'b': 'BoundedSemaphore'}, 'threads': {"
       "'T1': [{'acquire': 'a'}, {'with': 'b', 'do': [{'pass': true}]}, {'release': 'a'}],"
       "'T2': [{'sleep': 1}, {'acquire': 'b'}, {'acquire': 'a'}, {'release': 'a'}, "
       "{'release': 'b'}]}}",
       "deadlock"},
      {"a semaphore for which the run has waited",
       "{'objects': {'a': 'Semaphore', 'b': 'Lock'}, 'threads': {"
       "'T1': [{'acquire': 'a'}, {'sleep': 2}, {'acquire': 'b'}, {'release': 'b'}, "
       "{'release': 'a'}],"
       "'T2': [{'sleep': 1}, {'acquire': 'a'}, {'release': 'a'}, {'acquire': 'b'}, "
       "{'acquire': 'a'}, {'release': 'a'}, {'release': 'b'}]}}",
       "deadlock"},
      {"semaphores of multiprocessing",
       "{'objects': {'a': 'mp.Semaphore', 'b': 'mp.BoundedSemaphore'}, 'threads': {"
       "'T1': [{'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, {'release': 'a'}],"
       "'T2': [{'sleep': 1}, {'acquire': 'b'}, {'acquire': 'a'}, {'release': 'a'}, "
       "{'release': 'b'}]}}",
       "deadlock"},
      {"a semaphore is the gate",
       "{'objects': {'a': 'Lock', 'b': 'Lock', 'gate': 'Semaphore'}, 'threads': {"
       "'T1': [{'acquire': 'gate'}, {'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, "
       "{'release': 'a'}, {'release': 'gate'}],"
       "'T2': [{'acquire': 'gate'}, {'acquire': 'b'}, {'acquire': 'a'}, {'release': 'a'}, "
       "{'release': 'b'}, {'release': 'gate'}]}}",
       "gate"},
      {"who does not wait for a permit is no part of it",
       "{'objects': {'a': 'Semaphore', 'b': 'Lock'}, 'threads': {"
       "'T1': [{'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, {'release': 'a'}],"
       "'T2': [{'sleep': 1}, {'acquire': 'b'}, {'acquire': 'a', 'timeout': 9, 'into': 'x'}, "
       "{'if': 'x', 'then': [{'release': 'a'}]}, {'release': 'b'}]}}",
       "none"},
      {"who does not wait is no part of it",
       "{'objects': {'a': 'Lock', 'b': 'Lock'}, 'threads': {"
       "'T1': [{'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, {'release': 'a'}],"
       "'T2': [{'sleep': 1}, {'acquire': 'b'}, {'acquire': 'a', 'blocking': false, 'into': 'x'}, "
       "{'if': 'x', 'then': [{'release': 'a'}]}, {'release': 'b'}]}}",
       "none"},
      {"one thread takes both orders",
       "{'objects': {'a': 'Lock', 'b': 'Lock'}, 'threads': {"
       "'T1': [{'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, {'release': 'a'}, "
       "{'acquire': 'b'}, {'acquire': 'a'}, {'release': 'a'}, {'release': 'b'}]}}",
       "same-thread"},
      {"a gate",
       "{'objects': {'a': 'Lock', 'b': 'Lock', 'gate': 'Lock'}, 'threads': {"
       "'T1': [{'acquire': 'gate'}, {'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, "
       "{'release': 'a'}, {'release': 'gate'}],"
       "'T2': [{'acquire': 'gate'}, {'acquire': 'b'}, {'acquire': 'a'}, {'release': 'a'}, "
       "{'release': 'b'}, {'release': 'gate'}]}}",
       "gate"},
      {"one has ended before the other begins",
       "{'objects': {'a': 'Lock', 'b': 'Lock'}, 'functions': {"
       "'f': [{'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, {'release': 'a'}],"
       "'g': [{'acquire': 'b'}, {'acquire': 'a'}, {'release': 'a'}, {'release': 'b'}]},"
       "'main': [{'spawn': 'f', 'as': 't'}, {'join': 't'}, {'spawn': 'g', 'as': 'u'}, "
       "{'join': 'u'}]}",
       "order"},
      {"a task whose result is there before the other is submitted",
       "{'objects': {'a': 'Lock', 'b': 'Lock', 'p': {'type': 'ThreadPoolExecutor', "
       "'max_workers': 1}, 'q': {'type': 'ThreadPoolExecutor', 'max_workers': 1}}, 'functions': {"
       "'f': [{'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, {'release': 'a'}],"
       "'g': [{'acquire': 'b'}, {'acquire': 'a'}, {'release': 'a'}, {'release': 'b'}]},"
       "'main': [{'submit': 'p', 'function': 'f', 'into': 'x'}, {'result': 'x'}, "
       "{'submit': 'q', 'function': 'g', 'into': 'y'}, {'result': 'y'}]}",
       "order"},
      {"a flag lets one wait for the other",
       "{'objects': {'a': 'Lock', 'b': 'Lock'}, 'variables': {'done': false}, 'threads': {"
       "'T1': [{'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, {'release': 'a'}, "
       "{'set': 'done', 'to': true}],"
       "'T2': [{'await': 'done'}, {'acquire': 'b'}, {'acquire': 'a'}, {'release': 'a'}, "
       "{'release': 'b'}]}}",
       "possible"},
      {"an event lets one wait for the other",
       "{'objects': {'a': 'Lock', 'b': 'Lock', 'e': 'Event'}, 'threads': {"
       "'T1': [{'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, {'release': 'a'}, "
       "{'event_set': 'e'}],"
       "'T2': [{'wait': 'e'}, {'acquire': 'b'}, {'acquire': 'a'}, {'release': 'a'}, "
       "{'release': 'b'}]}}",
       "possible"},
      {"an event lets one wait for the other, but not for ever",
       "{'objects': {'a': 'Lock', 'b': 'Lock', 'e': 'Event'}, 'threads': {"
       "'T1': [{'acquire': 'a'}, {'acquire': 'b'}, {'release': 'b'}, {'release': 'a'}, "
       "{'event_set': 'e'}],"
       "'T2': [{'wait': 'e', 'timeout': 9}, {'acquire': 'b'}, {'acquire': 'a'}, {'release': 'a'}, "
       "{'release': 'b'}]}}",
       "deadlock"},
      {"sections of a third lock in between, which keep their order",
       "{'objects': {'a': 'Lock', 'b': 'Lock', 'c': 'Lock'}, 'threads': {"
       "'T1': [{'acquire': 'a'}, {'acquire': 'c'}, {'release': 'c'}, {'acquire': 'b'}, "
       "{'release': 'b'}, {'release': 'a'}],"
       "'T2': [{'sleep': 1}, {'acquire': 'c'}, {'release': 'c'}, {'acquire': 'b'}, "
       "{'acquire': 'a'}, {'release': 'a'}, {'release': 'b'}]}}",
       "deadlock"},
  }));
  INFO(row.what);
  const auto program = program_of(row.scenario);
  const Prediction prediction = predict_named(*program, "timed");
  if (row.verdict == "none") {
    CHECK(prediction.cycles.empty());
    CHECK(prediction.findings.empty());
    return;
  }
  REQUIRE_FALSE(prediction.cycles.empty());
  const LockCycle& cycle = prediction.cycles.front();
  CAPTURE(cycle.why);
  CHECK(prediction.findings.empty() == (row.verdict != "deadlock"));
  using Verdict = LockCycle::Verdict;
  using Excuse = LockCycle::Excuse;
  const std::map<std::string_view, std::pair<Verdict, Excuse>> meaning{
      {"deadlock", {Verdict::deadlock, Excuse::none}},
      {"possible", {Verdict::possible, Excuse::none}},
      {"same-thread", {Verdict::excused, Excuse::same_thread}},
      {"gate", {Verdict::excused, Excuse::gate}},
      {"order", {Verdict::excused, Excuse::order}}};
  CHECK(cycle.verdict == meaning.at(row.verdict).first);
  CHECK(cycle.excuse == meaning.at(row.verdict).second);
}

TEST_CASE("predict: says which semaphores it does not follow", "[prediction]") {
  const auto [what, scenario, names] =
      GENERATE(values<std::tuple<std::string, std::string, std::vector<std::string>>>({
          {"two who take both permits",
           "{'objects': {'s': {'type': 'Semaphore', 'value': 2}}, 'functions': {'f': ["
           "{'acquire': 's'}, {'acquire': 's'}, {'release': 's'}, {'release': 's'}]},"
           "'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}}}",
           {"s"}},
          {"a permit and a lock",
           "{'objects': {'s': {'type': 'Semaphore', 'value': 2}, 'm': 'Lock'}, 'threads': {'T': ["
           "{'acquire': 's'}, {'acquire': 'm'}, {'release': 'm'}, {'release': 's'}]}}",
           {"s"}},
          {"a signal that is waited for with a lock held",
           "{'objects': {'s': {'type': 'mp.Semaphore', 'value': 0}, 'm': 'Lock'}, 'threads': {"
           "'T': [{'with': 'm', 'do': [{'acquire': 's'}]}], 'U': [{'release': 's'}]}}",
           {"s"}},
          {"one permit that becomes two",
           "{'objects': {'s': 'Semaphore', 'm': 'Lock'}, 'threads': {'T': [{'release': 's'}, "
           "{'acquire': 's'}, {'acquire': 's'}]}}",
           {"s"}},
          {"a permit alone",
           "{'objects': {'s': {'type': 'Semaphore', 'value': 2}, 'm': 'Lock'}, 'threads': {'T': ["
           "{'acquire': 's'}, {'release': 's'}, {'with': 'm', 'do': [{'release': 's'}]}]}}",
           {}},
          {"one that is not waited for",
           "{'objects': {'s': {'type': 'Semaphore', 'value': 2}, 'm': 'Lock'}, 'threads': {'T': ["
           "{'with': 'm', 'do': [{'acquire': 's', 'timeout': 1}, {'release': 's'}]}]}}",
           {}},
      }));
  INFO(what);
  CHECK(predict_named(*program_of(scenario), "timed").not_followed == names);
}

TEST_CASE("predict: circles of as many locks as there are philosophers", "[prediction]") {
  const std::size_t count = GENERATE(2, 3, 5, 8);
  const std::string n = std::to_string(count);
  const auto program =
      program_of("{'objects': {'forks': {'type': 'Lock', 'count': " + n +
                 "}}, 'functions': {'eat': {'params': ['i'], 'body': [{'sleep': 'i'}, {'acquire': "
                 "'forks[i]'}, "
                 "{'acquire': 'forks[(i + 1) % " +
                 n + "]'}, {'release': 'forks[(i + 1) % " + n +
                 "]'}, {'release': 'forks[i]'}]}}, 'main': [{'for': 'i', 'in': 'range(" + n +
                 ")', 'do': [{'spawn': 'eat', 'args': ['i']}]}]}");
  const Prediction prediction = predict_named(*program, "timed");
  REQUIRE(prediction.findings.size() == 1);
  CHECK(prediction.findings.front().kind == FindingKind::circular_wait);
  CHECK(prediction.findings.front().threads.size() >= count);
  REQUIRE(prediction.cycles.size() == 1);
  CHECK(prediction.cycles.front().edges.size() == count);
  check_replay(*program, prediction.findings.front());
}

TEST_CASE("predict: a run that hangs is told of as well", "[prediction]") {
  const auto program = program_of(
      "{'objects': {'a': 'Lock', 'b': 'Lock', 'e': 'Event'}, 'threads': {"
      "'T1': [{'acquire': 'a'}, {'sleep': 1}, {'acquire': 'b'}],"
      "'T2': [{'acquire': 'b'}, {'sleep': 1}, {'acquire': 'a'}], 'T3': [{'wait': 'e'}]}}");
  const Prediction prediction = predict_named(*program, "timed");
  CHECK(prediction.end == RunResult::End::stuck);
  REQUIRE(prediction.findings.size() == 2);
  CHECK(prediction.findings[0].kind == FindingKind::circular_wait);
  CHECK(prediction.findings[1].kind == FindingKind::lost_wakeup);
}

}  // namespace
}  // namespace lockstep
