// engine/interpreter/cpu_burst.cpp: steps in one go are the steps one by one.
#include "engine/interpreter/cpu_burst.h"

#include <catch2/catch.hpp>

#include "engine/run/run.h"
#include "language/load.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

std::unique_ptr<Program> random_program(std::uint64_t seed) {
  Loaded loaded = load("random.json", random_scenario(seed));
  REQUIRE(loaded.program);
  return std::make_unique<Program>(std::move(*loaded.program));
}

struct Whole {
  RunResult result;
  std::string dump;
};

class Watching : public RunObserver {
 public:
  explicit Watching(bool each_step) : each_step_(each_step) {}
  void on_event(const Machine&, const State&, const Event&) override {}
  void on_step(const Machine&, const State&, std::uint64_t, Choice, double) override { ++told; }
  void on_step_end(const Machine&, const State&, double) override {}
  bool watches_each_step() const override { return each_step_; }
  std::uint64_t told = 0;

 private:
  bool each_step_;
};

using Forgets = RunOptions::Forgets;

Whole run_once(const Program& program, Policy& policy, bool each_step, RunOptions::Forgets forgets,
               std::uint64_t steps_max = 20'000) {
  const Machine machine(program);
  Watching observer(each_step);
  RunOptions options;
  options.forgets = forgets;
  options.limits.steps_max = steps_max;
  Whole whole{run(machine, policy, &observer, options), {}};
  whole.dump = dump(machine, whole.result.state);
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
}

// The run under the timed policy, and its replay by schedule, watched and not.
void check_bursts(const Program& program, std::uint64_t steps_max = 20'000) {
  const auto timed = [&] { return policy_named("timed")->make(program, 0); };
  const Whole plain = run_once(program, *timed(), true, Forgets::nothing, steps_max);
  check_same(plain, run_once(program, *timed(), false, Forgets::nothing, steps_max));
  check_same(plain, run_once(program, *timed(), false, Forgets::when_doubled, steps_max));
  const Machine machine(program);
  const Schedule schedule = to_schedule(machine, plain.result.choices.all());
  const Whole again = run_once(program, *scripted_policy(program, schedule, 0), false,
                               Forgets::when_doubled, steps_max);
  CHECK(again.result.choices == plain.result.choices);
  CHECK(again.result.now == plain.result.now);
  CHECK(again.dump == plain.dump);
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
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const auto program = random_program(seed);
    check_bursts(*program, 2000);
  }
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
