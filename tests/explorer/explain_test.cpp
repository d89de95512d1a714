// explorer/explain: what a counterexample shows of how its fault came about. On random scenarios
// the other orders are taken again, and what is said of the steps is looked up in a trace.
#include "explorer/explain.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "engine/value/arithmetic.h"
#include "explorer/explore.h"
#include "language/load.h"
#include "tests/support/dice.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

#ifndef EXPLAIN_SEEDS
#define EXPLAIN_SEEDS 2000
#endif
const auto [first_seed, seeds] = seeds_or(EXPLAIN_SEEDS);

Exploration explored(const std::string& body) {
  const auto program = program_of("{'machine': {'gil': 'none'}, " + body + "}");
  Exploration exploration = explore(*program);
  CHECK(exploration.complete);
  return exploration;
}
std::string cause_of(const Finding& finding) {
  return std::string(finding.explanation ? row(finding.explanation->cause).name : "");
}

struct Row {
  const char* what;
  const char* body;
  const char* cause;  // of the only finding; empty: nothing is said
  const char* text;   // how it begins
};

void check(const Row& row) {
  INFO(row.what);
  const Exploration exploration = explored(row.body);
  REQUIRE(exploration.findings.size() == 1);
  const Finding& finding = exploration.findings[0];
  CAPTURE(finding.message);
  CHECK(cause_of(finding) == row.cause);
  if (!finding.explanation) return;
  CHECK_THAT(finding.explanation->text, Catch::StartsWith(row.text));
}

}  // namespace

TEST_CASE("explain: the two accesses of a wrong result", "[explorer][explain]") {
  check(GENERATE(values<Row>({
      {"n + 1 twice",
       R"s('variables': {'n': 0}, 'finally': ['n == 2'], 'threads': {
         'T1': [{'set': 'n', 'to': 'n + 1'}], 'T2': [{'set': 'n', 'to': 'n + 1'}]})s",
       "lost-update",
       "T1 writes n in step 4, a value made of what it has read in step 1; T2 has changed n in "
       "step 3, in between. With the change first, and the rest as it was where that can be, n == "
       "2 holds."},
      {"by way of a local",
       R"s('variables': {'n': 0}, 'finally': ['n == 2'], 'functions': {'f': [
         {'global': 'n'}, {'set': 't', 'to': 'n'}, {'set': 'n', 'to': 't + 1'}]},
         'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}})s",
       "lost-update", "T1 writes n in step 4, a value made of what it has read in step 1"},
      {"an item of a list",
       R"s('variables': {'d': [0]}, 'finally': ['d[0] == 2'], 'threads': {
         'T1': [{'set': 'd[0]', 'to': 'd[0] + 1'}],
         'T2': [{'set': 'd[0]', 'to': 'd[0] + 1'}]})s",
       "lost-update", "T1 writes d in step 4, a value made of what it has read in step 1"},
      {"a number of multiprocessing",
       R"s('objects': {'v': {'type': 'mp.Value', 'value': 0}}, 'finally': ['v.value == 2'],
         'threads': {'T1': [{'set': 'v.value', 'to': 'v.value + 1'}],
                     'T2': [{'set': 'v.value', 'to': 'v.value + 1'}]})s",
       "lost-update", "T1 writes v in step 4, a value made of what it has read in step 1"},
      {"another variable gets what is out of date",
       R"s('variables': {'n': 0, 'm': 0}, 'finally': ['m == 1'], 'threads': {
         'T1': [{'set': 'm', 'to': 'n'}],
         'T2': [{'set': 'n', 'to': 1}, {'set': 'm', 'to': 1}]})s",
       "stale-read", "T1 passes on in step 4 a value made of what it has read of n in step 1"},
      {"a test, and a withdrawal by it",
       R"s('variables': {'n': 1}, 'finally': ['n >= 0'], 'functions': {'f': [
         {'global': 'n'}, {'if': 'n > 0', 'then': [{'set': 'n', 'to': 'n - 1'}]}]},
         'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}})s",
       "check-then-act", ""},
      {"a queue that is not empty any more",
       R"s('objects': {'q': 'Queue'}, 'functions': {'f': [
         {'if': 'not q.empty()', 'then': [{'get': 'q', 'block': false}]}]},
         'main': [{'put': 'q', 'item': 1}, {'thread': 'a', 'target': 'f'}, {'start': 'a'},
           {'call': 'f'}, {'join': 'a'}])s",
       "check-then-act", ""},
      {"an invariant between two writes is broken whatever others do",
       R"s('variables': {'n': 0, 'm': 0}, 'invariants': ['n == m'], 'threads': {
         'T1': [{'set': 'n', 'to': 1}, {'set': 'm', 'to': 1}], 'T2': [{'set': 'n', 'to': 'n'}]})s",
       "", ""},
      {"it is always wrong: no other order helps",
       R"s('variables': {'n': 0}, 'finally': ['n == 5'], 'threads': {
         'T1': [{'set': 'n', 'to': 'n + 1'}], 'T2': [{'set': 'n', 'to': 'n + 1'}]})s",
       "", ""},
      {"the last to write wins, and nobody has read",
       R"s('variables': {'n': 0}, 'finally': ['n == 2'], 'threads': {
         'T1': [{'set': 'n', 'to': 1}], 'T2': [{'set': 'n', 'to': 2}]})s",
       "", ""},
      {"what was read makes no difference to what is written",
       R"s('variables': {'n': 0}, 'finally': ['n == 2'], 'threads': {
         'T1': [{'set': 'n', 'to': 'n * 0 + 1'}], 'T2': [{'set': 'n', 'to': 2}]})s",
       "", ""},
  })));
}

TEST_CASE("explain: who was in between", "[explorer][explain]") {
  check(GENERATE(values<Row>({
      {"both count down, then look who was the last",
       R"s('variables': {'n': 2, 'freed': 0}, 'invariants': ['freed < 2'], 'objects': {'L': 'Lock'},
         'functions': {'f': [{'global': ['n', 'freed']},
           {'with': 'L', 'do': [{'set': 'n', 'to': 'n - 1'}]},
           {'if': 'n == 0', 'then': [{'with': 'L', 'do': [{'set': 'freed', 'to': 'freed + 1'}]}]}]},
         'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}})s",
       "changed-in-between", "T"},
      {"a test while there was something, and a use when there is nothing",
       R"s('variables': {'x': [1]}, 'functions': {'f': [
         {'if': 'x is not None', 'then': [{'print': 'len(x)'}]}]}, 'threads': {
         'T1': {'target': 'f'}, 'T2': [{'set': 'x', 'to': null}]})s",
       "check-then-act", "T1 goes on in step"},
  })));
}

TEST_CASE("explain: who broke, took or released what", "[explorer][explain]") {
  check(GENERATE(values<Row>({
      {"nobody had it", "'objects': {'A': 'Lock'}, 'threads': {'T': [{'release': 'A'}]}",
       "never-taken", "Nobody has taken A before."},
      {"it has let it go itself",
       "'objects': {'A': 'Lock'}, 'threads': {'T': [{'acquire': 'A'}, {'release': 'A'}, "
       "{'release': 'A'}]}",
       "released-already", "T has released A already, in step 2."},
      {"another has let it go",
       "'objects': {'A': 'Lock'}, 'threads': {'T': [{'acquire': 'A'}, {'release': 'A'}], 'U': "
       "[{'try': [{'release': 'A'}], 'except': {'do': [{'pass': true}]}}]}",
       "released-by-another", "U has released A in step 2, which T had taken in step 1."},
      {"who never had it has nobody to blame",
       "'objects': {'A': 'Lock'}, 'threads': {'T': [{'acquire': 'A'}, {'release': 'A'}], 'U': "
       "[{'join': 'T'}, {'release': 'A'}]}",
       "", ""},
      {"MainThread has ended, and waits",
       "'objects': {'A': 'Lock'}, 'functions': {'w': [{'acquire': 'A'}]}, 'main': "
       "[{'acquire': 'A'}, {'spawn': 'w'}]",
       "", ""},
      {"another has it",
       "'objects': {'A': 'RLock'}, 'threads': {'T': [{'acquire': 'A'}], 'U': [{'join': 'T'}, "
       "{'release': 'A'}]}",
       "held-by-another", "T has taken A in step 1."},
      {"a permit that nobody has taken",
       "'objects': {'s': 'BoundedSemaphore'}, 'threads': {'T': [{'release': 's'}]}", "never-taken",
       "Nobody has taken s before."},
      {"a permit that the thread has given back",
       "'objects': {'s': 'BoundedSemaphore'}, 'threads': {'T': [{'acquire': 's'}, {'release': "
       "'s'}, "
       "{'release': 's'}]}",
       "released-already", "T has released s already, in step 2."},
      {"a permit that another has given back",
       "'objects': {'s': 'BoundedSemaphore'}, 'threads': {'T': [{'acquire': 's'}, {'release': "
       "'s'}], "
       "'U': [{'try': [{'release': 's'}], 'except': {'do': [{'pass': true}]}}]}",
       "released-by-another", "U has released s in step 2, which T had taken in step 1."},
      {"a wait without its lock",
       "'objects': {'c': 'Condition'}, 'threads': {'T': [{'wait': 'c'}]}", "never-taken",
       "Nobody has taken c before."},
      {"a notify behind the with",
       "'objects': {'c': 'Condition'}, 'threads': {'T': [{'with': 'c', 'do': [{'pass': true}]}, "
       "{'notify': 'c'}]}",
       "released-already", "T has released c already, in step 2."},
      {"a notify of a lock that another has",
       "'objects': {'r': 'RLock', 'e': {'type': 'Condition', 'lock': 'r'}}, 'threads': {'T': "
       "[{'acquire': 'r'}], 'U': [{'join': 'T'}, {'notify': 'e'}]}",
       "held-by-another", "T has taken r in step 1."},
      {"it was aborted",
       "'objects': {'b': {'type': 'Barrier', 'parties': 2}}, 'threads': {'T': [{'abort': 'b'}], "
       "'U': [{'join': 'T'}, {'barrier_wait': 'b'}]}",
       "aborted", "T has aborted b, in step 1."},
      {"its own timeout",
       "'objects': {'b': {'type': 'Barrier', 'parties': 2}}, 'threads': {'T': [{'barrier_wait': "
       "'b', 'timeout': 1}]}",
       "timed-out", "The timeout of T at b has run out, in step 2."},
      {"aborted, and whole again: then its own timeout",
       "'objects': {'b': {'type': 'Barrier', 'parties': 2}}, 'threads': {'T': [{'abort': 'b'}, "
       "{'reset': 'b'}, {'barrier_wait': 'b', 'timeout': 1}]}",
       "timed-out", "The timeout of T at b has run out, in step 4."},
      {"the lock's owner was killed",
       "'objects': {'L': 'mp.Lock'}, 'functions': {'c': [{'acquire': 'L'}, {'release': 'L'}]}, "
       "'main': [{'process': 'p', 'target': 'c'}, {'start': 'p'}, {'terminate': 'p'}, {'join': "
       "'p'}, {'acquire': 'L'}]",
       "owner-ended", "Process-1 has taken L in step 4 and ended without releasing it."},
      {"the lock's owner has ended",
       "'objects': {'A': 'Lock'}, 'threads': {'T': [{'acquire': 'A'}], 'U': [{'join': 'T'}, "
       "{'acquire': 'A'}]}",
       "owner-ended", "T has taken A in step 1 and ended without releasing it."},
  })));
}

TEST_CASE("explain: why a wake-up did not come", "[explorer][explain]") {
  check(GENERATE(values<Row>({
      {"the notify came too early",
       R"s('objects': {'c': 'Condition'}, 'threads': {
         'N': [{'with': 'c', 'do': [{'notify': 'c'}]}],
         'W': [{'join': 'N'}, {'with': 'c', 'do': [{'wait': 'c'}]}]})s",
       "notify-without-effect",
       "N (step 2) has notified c when nobody waited, and W began to wait afterwards, in step"},
      {"it came too early, and would not have helped later: nobody makes true what is tested",
       R"s('objects': {'c': 'Condition'}, 'variables': {'n': 0}, 'threads': {
         'N': [{'with': 'c', 'do': [{'notify': 'c'}]}],
         'W': [{'with': 'c', 'do': [{'while': 'n == 0', 'do': [{'wait': 'c'}]}]}]})s",
       "", ""},
      {"it would have helped",
       R"s('objects': {'c': 'Condition'}, 'variables': {'n': 0}, 'threads': {
         'N': [{'global': 'n'}, {'set': 'n', 'to': 1}, {'with': 'c', 'do': [{'notify': 'c'}]}],
         'W': [{'if': 'n == 0', 'then': [{'with': 'c', 'do': [{'wait': 'c'}]}]}]})s",
       "notify-without-effect",
       "N (step 4) has notified c when nobody waited, and W began to wait afterwards, in step 7. "
       "With the wait first, and the rest as it was where that can be, the program ends."},
      {"nobody notifies",
       R"s('objects': {'c': 'Condition'}, 'threads': {
         'W': [{'with': 'c', 'do': [{'wait': 'c'}]}]})s",
       "never-notified", "Nobody has notified c."},
      {"nobody sets", R"s('objects': {'e': 'Event'}, 'threads': {'W': [{'wait': 'e'}]})s",
       "never-set", "Nobody has set e."},
      {"set, and cleared before the wait",
       R"s('objects': {'e': 'Event'}, 'threads': {
         'W': [{'event_set': 'e'}, {'event_clear': 'e'}, {'wait': 'e'}]})s",
       "set-and-cleared",
       "W (step 1) has set e, and W (step 2) has cleared it, before W began to wait, in step 3."},
      {"an if where a while is needed",
       R"s('objects': {'c': 'Condition'}, 'variables': {'n': 0}, 'invariants': ['n >= 0'],
         'functions': {'get': [{'global': 'n'}, {'with': 'c', 'do': [{'if': 'n == 0', 'then': [{'wait': 'c'}]},
           {'set': 'n', 'to': 'n - 1'}]}]},
         'threads': {'G': {'target': 'get'}, 'H': {'target': 'get', 'daemon': true},
           'P': [{'with': 'c', 'do': [{'set': 'n', 'to': 1}, {'notify': 'c'}]},
                 {'with': 'c', 'do': [{'set': 'n', 'to': 'n + 1'}, {'notify_all': 'c'}]}]})s",
       "if-instead-of-while", ""},
  })));
}

TEST_CASE("explain: who tests again after a wake-up needs no explanation", "[explorer][explain]") {
  // G is woken for nothing, tests, and waits again; what is wrong comes later.
  const Exploration exploration = explored(
      R"s('objects': {'c': 'Condition'}, 'variables': {'n': 0, 'm': 0}, 'finally': ['m == 3'],
        'threads': {
          'G': [{'with': 'c', 'do': [{'while': 'n == 0', 'do': [{'wait': 'c'}]},
                {'set': 'm', 'to': 'm + 1'}]}],
          'P': [{'await': 'm == 0'}, {'with': 'c', 'do': [{'notify': 'c'}]},
                {'with': 'c', 'do': [{'set': 'n', 'to': 1}, {'notify': 'c'}]}]})s");
  REQUIRE(exploration.findings.size() == 1);
  CHECK(cause_of(exploration.findings[0]).empty());
  // The same way, on which it is woken twice.
  const auto program = program_of(
      R"s({'machine': {'gil': 'none'}, 'objects': {'c': 'Condition'}, 'variables': {'n': 0},
        'threads': {
          'G': [{'with': 'c', 'do': [{'while': 'n == 0', 'do': [{'wait': 'c'}]}]},
                {'raise': 'ValueError()'}],
          'P': [{'with': 'c', 'do': [{'notify': 'c'}]},
                {'with': 'c', 'do': [{'set': 'n', 'to': 1}, {'notify': 'c'}]}]}})s");
  const Machine machine(*program);
  const Ran ran = run_schedule(*program, "G*3,P*3,G*4,P*4,G*4");
  INFO(ran.text);
  Finding finding{};
  finding.kind = FindingKind::uncaught_exception;
  finding.thread = "G";
  finding.choices = ran.result.choices.all();
  const TraceStep& last = ran.steps.back();
  finding.site =
      last.events.back().has_site ? std::optional(last.events.back().site) : std::nullopt;
  REQUIRE(ran.text.find("ValueError") != std::string::npos);
  CHECK_FALSE(explain(machine, finding).has_value());
}

namespace {

bool holds_throughout(const Program& program, const std::vector<Choice>& choices,
                      const std::string& invariant) {
  const Machine machine(program);
  const auto holds = [&](const State& state) {
    return std::ranges::all_of(program.invariants, [&](const Condition& condition) {
      const Result result = evaluate(machine, state, condition.function);
      return condition.text != invariant ||
             (!result.raised && truth(machine.values(), result.value));
    });
  };
  State state = initial_state(machine);
  for (const Choice& choice : choices) {
    if (!holds(state)) return false;
    step(machine, state, choice);
  }
  return holds(state);
}

// What an explanation says is looked at again, with nothing of what found it.
void check_explained(const Program& program, const Finding& finding) {
  const Explanation& explanation = *finding.explanation;
  CAPTURE(finding.message, row(explanation.cause).name, explanation.text);
  const Machine machine(program);
  const std::unique_ptr<Policy> exact = exact_policy(finding.choices);
  const Ran ran = run_with(program, *exact);
  std::uint64_t last = 0;
  for (const Explanation::Moment& moment : explanation.moments) {
    CAPTURE(moment.step, moment.thread, moment.what);
    REQUIRE(moment.step >= 1);
    REQUIRE(moment.step <= ran.steps.size());
    CHECK(moment.step >= last);
    last = moment.step;
    const TraceStep& step = ran.steps[moment.step - 1];
    CHECK(step.thread == moment.thread);
    CHECK(std::ranges::any_of(step.events, [&](const TraceEvent& event) {
      return event.text == moment.what && (!event.has_site || event.site == moment.at);
    }));
  }
  if (explanation.other_order.empty()) return;
  const std::unique_ptr<Policy> scripted = scripted_policy(program, explanation.other_order, 0);
  const RunResult other = run(machine, *scripted, nullptr);
  CAPTURE(other.reason);
  CHECK(other.end == RunResult::End::finished);
  for (std::uint32_t i = 0; i < thread_count(program, other.state); ++i) {
    const Value exception = uncaught(machine, other.state, {i});
    if (exception == none_value) continue;
    CHECK(machine.values().exception_kind(exception) == ExceptionKind::system_exit);
  }
  if (finding.kind == FindingKind::invariant) {
    CHECK(holds_throughout(program, other.choices.all(), finding.subject));
  }
  if (finding.kind != FindingKind::final_check) return;
  for (const Condition& condition : program.final_checks) {
    if (condition.text != finding.subject) continue;
    const Result result = evaluate(machine, other.state, condition.function);
    CHECK((!result.raised && truth(machine.values(), result.value)));
  }
}

}  // namespace

namespace {

// Two or three threads that read and write three variables, and a check.
std::string random_race(std::uint64_t seed, const std::string& check) {
  Dice dice(seed);
  const std::vector<std::string> names = {"a", "b", "c"};
  const auto name = [&] { return dice.one_of(names); };
  const auto statement = [&]() -> std::string {
    const std::string x = name(), y = name();
    const std::string add = R"({"set": ")" + x + R"(", "to": ")" + x + R"( + 1"})";
    switch (dice.below(10)) {
      case 0:
      case 1:
      case 2:
        return R"({"set": ")" + x + R"(", "to": ")" + y + R"( + 1"})";
      case 3:
        return R"({"if": ")" + y + R"( == 0", "then": [)" + add + "]}";
      case 4:
        return R"({"set": "local", "to": ")" + x + R"("}, {"set": ")" + x +
               R"(", "to": "local * 2 + 1"})";
      case 5:
        return R"({"with": "lock", "do": [)" + add + "]}";
      case 6:
        return R"({"set": ")" + x + R"(", "to": 0})";
      case 7:
        return R"j({"if": "lock.locked()", "then": [)j" + add + "]}";
      default:
        return add;
    }
  };
  std::string functions, threads;
  const std::size_t count = 2 + dice.below(2);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    functions += (i > 0 ? ", " : "") + ("\"f" + number) + R"(": [{"global": ["a", "b", "c"]})";
    for (std::size_t n = 1 + dice.below(2); n > 0; --n) functions += ", " + statement();
    functions += "]";
    threads += (i > 0 ? ", " : "") + ("\"T" + number) + R"(": {"target": "f)" + number + "\"}";
  }
  return R"({"lockstep": 1, "name": "race", "machine": {"gil": ")" +
         std::string(dice.percent(50) ? "none" : "3.9") +
         R"("}, "objects": {"lock": "Lock"}, "variables": {"a": 0, "b": 0, "c": 1}, "functions": {)" +
         functions + R"(}, "threads": {)" + threads + "}, \"" +
         (dice.percent(70) ? "finally" : "invariants") + R"(": [")" + check + "\"]}";
}

// One waits, and the other wakes, perhaps too early or not for good.
std::string random_wake_up(std::uint64_t seed) {
  Dice dice(seed);
  const std::vector<std::string> waits = {
      R"({"with": "c", "do": [{"wait": "c"}]})",
      R"({"with": "c", "do": [{"while": "n == 0", "do": [{"wait": "c"}]}]})",
      R"({"if": "n == 0", "then": [{"with": "c", "do": [{"wait": "c"}]}]})",
      R"({"wait": "e"})",
  };
  const std::vector<std::string> wakes = {
      R"({"with": "c", "do": [{"notify": "c"}]})",
      R"({"with": "c", "do": [{"set": "n", "to": 1}, {"notify_all": "c"}]})",
      R"({"event_set": "e"})",
      R"({"event_set": "e"}, {"event_clear": "e"})",
      R"({"set": "n", "to": 1})",
  };
  const auto some = [&](const std::vector<std::string>& of) {
    std::string text = dice.one_of(of);
    if (dice.percent(40)) text += ", " + dice.one_of(of);
    return text;
  };
  return R"({"lockstep": 1, "machine": {"gil": "none"}, "objects": {"c": "Condition", "e": "Event"},
    "variables": {"n": 0}, "threads": {"W": [{"global": "n"}, )" +
         some(waits) + R"(], "N": [{"global": "n"}, )" + some(wakes) + "]}}";
}

// With the check that a variable is as large as it can be, or is not.
std::string random_race(std::uint64_t seed) {
  const Loaded loaded = load("race", random_race(seed, "True"));
  REQUIRE(loaded.program.has_value());
  const std::vector<ExploredOutcome> outcomes = explore(*loaded.program).outcomes;
  Dice dice(seed);
  const std::size_t variable = dice.below(3);
  std::vector<std::int64_t> values;
  for (const ExploredOutcome& outcome : outcomes) {
    values.push_back(std::stoll(outcome.variables[variable].second));
  }
  const std::int64_t most = *std::ranges::max_element(values);
  return random_race(
      seed, outcomes[0].variables[variable].first +
                (dice.percent(50) ? " == " + std::to_string(most) : " < " + std::to_string(most)));
}

}  // namespace

TEST_CASE("explain: what is said of random scenarios is so", "[explorer][explain][slow]") {
  std::map<std::string, std::uint64_t> causes;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = seed % 4 == 0   ? random_scenario(seed)
                                 : seed % 4 == 1 ? random_scenario_with_processes(seed)
                                 : seed % 8 == 2 ? random_wake_up(seed)
                                                 : random_race(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    ExploreOptions options;
    options.limits.states_max = 3000;
    for (const Finding& finding : explore(*loaded.program, options).findings) {
      if (!finding.explanation) continue;
      ++causes[std::string(row(finding.explanation->cause).name)];
      check_explained(*loaded.program, finding);
    }
  }
  if (seeds < 500) return;
  // The generator makes what this is for.
  for (const auto& [cause, count] : causes) UNSCOPED_INFO(cause << ": " << count);
  for (const char* cause :
       {"changed-in-between", "check-then-act", "lost-update", "never-set", "never-taken",
        "notify-without-effect", "released-already", "set-and-cleared", "stale-read"}) {
    CAPTURE(cause);
    CHECK(causes[cause] > 0);
  }
}

}  // namespace lockstep
