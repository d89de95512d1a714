// engine/interpreter/cpu_burst.cpp: steps in one go are the steps one by one.
#include "engine/interpreter/cpu_burst.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "engine/run/run.h"
#include "language/load.h"
#include "tests/support/contended_scenario.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

std::unique_ptr<Program> random_program(const std::string& scenario) {
  Loaded loaded = load("random.json", scenario);
  REQUIRE(loaded.program);
  return std::make_unique<Program>(std::move(*loaded.program));
}

struct Whole {
  RunResult result;
  std::string dump;
  std::string log;
  std::size_t bytes_max = 0;  // that the values took
  std::uint64_t ends = 0;  // the times at which it was told of one, or of several steps as of one
};

class Watching : public RunObserver {
 public:
  explicit Watching(bool each_step) : each_step_(each_step) {}
  // What is done to objects, and in which step.
  void on_event(const Machine& machine, const State&, const Event& event) override {
    if (event.kind != Event::Kind::operation && event.kind != Event::Kind::timeout) return;
    if (machine.values().kind(event.receiver) != ValueKind::object) return;
    log += std::to_string(number_) + ':' + std::to_string(event.thread.index) + ' ' +
           std::string(row(event.operation).name) + ' ' + std::to_string(event.site.index) + ' ' +
           std::to_string(event.receiver.bits) + ' ' + std::to_string(event.arguments.size()) +
           ' ' + std::to_string(static_cast<int>(event.outcome.kind)) + '\n';
  }
  void on_step(const Machine&, const State&, std::uint64_t number, Choice, double) override {
    number_ = number;
    ++told;
  }
  void on_step_end(const Machine& machine, const State&, double) override {
    ++ends;
    bytes_max = std::max(bytes_max, machine.values().memory_bytes());
  }
  bool watches_each_step() const override { return each_step_; }
  std::uint64_t told = 0, ends = 0;
  std::size_t bytes_max = 0;
  std::string log;

 private:
  bool each_step_;
  std::uint64_t number_ = 0;
};

using Forgets = RunOptions::Forgets;

Whole run_once(const Program& program, Policy& policy, bool each_step, RunOptions::Forgets forgets,
               std::uint64_t steps_max = 20'000) {
  const Machine machine(program);
  Watching observer(each_step);
  RunOptions options;
  options.forgets = forgets;
  options.limits.steps_max = steps_max;
  Whole whole{run(machine, policy, &observer, options), {}, {}, 0};
  whole.log = observer.log;
  whole.ends = observer.ends;
  whole.bytes_max = observer.bytes_max;
#ifndef LOCKSTEP_AUDIT  // which takes steps again, so that other words name the same values
  whole.dump = dump(machine, whole.result.state);
#endif
  if (each_step) CHECK(observer.told == whole.result.steps);
  return whole;
}

void check_same(const Whole& a, const Whole& b) {
  CHECK(a.result.end == b.result.end);
  CHECK(a.result.steps == b.result.steps);
  CHECK(a.result.choices == b.result.choices);
  CHECK(a.result.now == b.result.now);
  CHECK(a.result.preemptions == b.result.preemptions);
  CHECK(a.dump == b.dump);
  CHECK(a.log == b.log);
}

// The run under the timed policy, and its replay by schedule, watched and not.
void check_bursts(const Program& program, std::uint64_t steps_max = 20'000) {
  const auto timed = [&] { return policy_named("timed")->make(program, 0); };
  const Whole plain = run_once(program, *timed(), true, Forgets::nothing, steps_max);
  check_same(plain, run_once(program, *timed(), false, Forgets::nothing, steps_max));
  check_same(plain, run_once(program, *timed(), false, Forgets::when_doubled, steps_max));
  const Machine machine(program);
  const Schedule schedule = to_schedule(machine, plain.result.choices.all());
  const auto scripted = [&] { return scripted_policy(program, schedule, 0); };
  const Whole again = run_once(program, *scripted(), true, Forgets::nothing, steps_max);
  check_same(again, run_once(program, *scripted(), false, Forgets::when_doubled, steps_max));
  CHECK(again.result.choices == plain.result.choices);
  CHECK(again.dump == plain.dump);
  CHECK(again.result.now == plain.result.now);
}

TEST_CASE("cpu_burst: a run that nobody watches is the run step by step", "[engine][burst]") {
  struct Row {
    const char* what;
    const char* scenario;
  };
  const Row row = GENERATE(values<Row>({
      {"a global",
       "'variables': {'n': 300}, 'functions': {'f': [{'global': ['n']}, "
       "{'while': 'n > 0', 'do': [{'set': 'n', 'to': 'n - 1'}]}]}, "
       "'threads': {'T1': [{'call': 'f'}], 'T2': [{'call': 'f'}]}"},
      {"a local, for longer than a private run",
       "'main': [{'set': 'i', 'to': 0}, {'while': 'i < "
       "7001', 'do': [{'set': 'i', 'to': 'i + 1'}]}, "
       "{'print': 'i'}]"},
      {"calls, and one too deep",
       "'variables': {'n': 0}, 'functions': {'f': {'params': ['d'], "
       "'body': [{'global': ['n']}, {'set': 'n', 'to': 'n + d'}, "
       "{'return': 'f(d + 1)'}]}}, 'main': [{'call': 'f', 'args': "
       "['1']}]"},
      {"calls within calls, of which some leave to the interpreter, return or raise",
       "'variables': {'n': 0, 'log': []}, 'functions': {"
       "'f': {'params': ['d', 'x'], 'body': [{'if': 'd == 0', 'then': [{'return': 'x * 100000'}]}, "
       "{'set': 'y', 'to': 'f(d - 1, x + d)'}, {'if': 'd % 3 == 0', 'then': [{'return': 'y + "
       "x'}]}, "
       "{'try': [{'if': 'd % 5 == 4', 'then': [{'set': 'y', 'to': 'str(y) + d'}]}, "
       "{'set': 'y', 'to': 'g(y, d)'}], 'except': {'type': 'TypeError', 'do': [{'return': 'd'}]}}, "
       "{'return': 'y'}]}, 'g': {'params': ['a', 'b'], 'body': [{'global': ['n']}, {'set': 'c', "
       "'to': 'a + b'}, {'set': 'n', 'to': 'n + b'}, {'return': 'h(c) - b'}]}, 'h': {'params': "
       "['a'], 'body': [{'return': 'len(str(a)) + a'}]}}, 'threads': {'T1': [{'for': 'i', 'in': "
       "'range(40)', 'do': [{'append': 'log', 'item': 'f(i, i * i)'}]}], 'T2': [{'set': 'r', 'to': "
       "'f(900, 1)'}, {'append': 'log', 'item': 'r'}]}"},
      {"exceptions in a loop",
       "'variables': {'n': 50, 'xs': []}, 'main': [{'while': 'n > 0', "
       "'do': [{'try': [{'set': 'n', 'to': 'n - 1'}, {'set': 'xs[n]', "
       "'to': 1}], 'except': {'type': 'IndexError', 'do': [{'append': "
       "'xs', 'item': 'n'}]}}]}]"},
      {"a lock in the middle",
       "'variables': {'n': 100}, 'objects': {'m': 'Lock'}, 'functions': "
       "{'f': [{'global': ['n']}, {'while': 'n > 0', 'do': [{'set': 'n', "
       "'to': 'n - 1'}, {'with': 'm', 'do': [{'set': 'n', 'to': 'n - "
       "1'}]}]}]}, 'threads': {'T1': [{'call': 'f'}], 'T2': [{'call': "
       "'f'}]}"},
      {"atomic",
       "'variables': {'n': 20}, 'functions': {'f': [{'global': ['n']}, {'while': 'n > "
       "0', 'do': [{'atomic': [{'set': 'n', 'to': 'n - 1'}, {'set': 'n', 'to': 'n - "
       "1'}]}]}]}, 'threads': {'T1': [{'call': 'f'}], 'T2': [{'call': 'f'}]}"},
      {"a sleeper wakes",
       "'variables': {'n': 40000}, 'functions': {'f': [{'global': ['n']}, "
       "{'while': 'n > 0', 'do': [{'set': 'n', 'to': 'n - 1'}]}]}, 'threads': "
       "{'T1': [{'call': 'f'}], 'T2': [{'sleep': 0.003}, {'call': 'f'}]}"},
      {"no such method",
       "'variables': {'n': 5}, 'main': [{'while': 'n > 0', 'do': [{'set': 'n', "
       "'to': 'n - 1'}]}, {'release': 'n'}]"},
      {"integers that are not small",
       "'variables': {'n': 268435400}, 'main': [{'while': 'n < "
       "268435500', 'do': [{'set': 'n', 'to': 'n + 1'}]}]"},
  }));
  const std::string gil = GENERATE("3.9", "3.12", "free-threaded");
  CAPTURE(row.what, gil);
  const auto program =
      program_of("{'machine': {'gil': '" + gil + "'}, " + std::string(row.scenario) + "}");
  check_bursts(*program);
  check_bursts(*program, 7);
}

TEST_CASE("cpu_burst: so it is for random scenarios", "[engine][burst]") {
  const bool contended = GENERATE(false, true);
  for (std::uint64_t seed = 0; seed < fewer_if_slow(300); ++seed) {
    CAPTURE(seed, contended);
    const auto program =
        random_program(contended ? contended_scenario(seed) : random_scenario(seed));
    check_bursts(*program, 2000);
  }
}

TEST_CASE("cpu_burst: locks and queues that nobody else waits for are part of it",
          "[engine][burst]") {
  const std::string body = GENERATE(
      "{'with': 'm', 'do': [{'set': 'x', 'to': 'n'}]}",
      "{'acquire': 'm', 'timeout': 1}, {'if': 'm.locked()', 'then': [{'release': 'm'}]}",
      "{'with': 'r', 'do': [{'with': 'r', 'do': [{'pass': true}]}]}",
      "{'acquire': 's'}, {'release': 's'}",
      "{'event_set': 'e'}, {'wait': 'e'}, {'event_clear': 'e'}",
      "{'put': 'q', 'item': 'n'}, {'get': 'q', 'into': 'x'}, {'task_done': 'q'}",
      "{'try': [{'release': 'm'}], 'except': {'type': 'RuntimeError', 'do': [{'pass': true}]}}");
  CAPTURE(body);
  const auto program = program_of(
      "{'objects': {'m': 'Lock', 'r': 'RLock', 's': 'Semaphore', 'e': 'Event', 'q': 'Queue'}, "
      "'main': [{'for': 'n', 'in': 'range(100)', 'do': [" +
      body + "]}]}");
  check_bursts(*program);
  const Whole whole =
      run_once(*program, *policy_named("timed")->make(*program, 0), false, Forgets::nothing);
  CHECK(whole.result.end == RunResult::End::finished);
  CHECK(whole.ends < 10);
}

// Each change of a container is another value: together 18 MB of them.
TEST_CASE("cpu_burst: ends when the values have doubled", "[engine][burst]") {
  const std::string body = GENERATE("{'append': 'xs', 'item': 'i'}", "{'put': 'q', 'item': 'i'}");
  const auto program = program_of(
      "{'variables': {'xs': []}, 'objects': {'q': 'Queue'}, "
      "'main': [{'for': 'i', 'in': 'range(3000)', 'do': [" +
      body + "]}]}");
  const Whole whole =
      run_once(*program, *policy_named("timed")->make(*program, 0), false, Forgets::when_doubled);
  CHECK(whole.result.end == RunResult::End::finished);
  CHECK(whole.bytes_max < 4'000'000);
}

TEST_CASE("run: what a run forgets it does not miss", "[engine][burst]") {
  // Values and private states that are never seen again, more than are kept.
  const auto program = program_of(R"({
    'variables': {'log': [], 'last': '\"\"'}, 'objects': {'q': 'Queue'},
    'functions': {
      'produce': [{'for': 'i', 'in': 'range(4000)', 'do': [
        {'put': 'q', 'item': '(i, f\"item {i} of many, long enough to be of weight: {i * i}\")'}]}],
      'consume': [{'global': ['last']}, {'for': 'i', 'in': 'range(4000)', 'do': [
        {'get': 'q', 'into': 'x'}, {'set': 'last', 'to': 'x[1]'},
        {'if': 'i % 1000 == 0', 'then': [{'append': 'log', 'item': 'x'}]}]}]},
    'threads': {'P': [{'call': 'produce'}], 'C': [{'call': 'consume'}]}})");
  const auto timed = [&] { return policy_named("timed")->make(*program, 0); };
  check_same(run_once(*program, *timed(), true, Forgets::nothing),
             run_once(*program, *timed(), false, Forgets::when_doubled));
}

}  // namespace
}  // namespace lockstep
