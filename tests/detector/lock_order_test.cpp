// detector/lock_order: what an exploration and a run report of a declared order, against looking at
// every step of the slow explorer; and what counts as a request.
#include "detector/lock_order.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "cli/simulate.h"
#include "explorer/explore.h"
#include "language/load.h"
#include "tests/support/random_locking.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"
#include "tests/support/slow_explorer.h"

namespace lockstep {
namespace {

#ifndef ORACLE_SEEDS
#define ORACLE_SEEDS 400
#endif
const auto [first_seed, seeds] = seeds_or(ORACLE_SEEDS);

// Told of every step, it knows what the thread holds before each operation.
class EveryStep : public Observer {
 public:
  EveryStep(const Machine& machine, const State& before, std::set<std::string>& breaches)
      : state_(before), breaches_(breaches), program_(machine.program) {}

  void on_event(const Machine& machine, const State& state, const Event& event) override {
    const bool asks = event.kind == Event::Kind::operation || event.kind == Event::Kind::blocked;
    if (asks && machine.values().kind(event.receiver) == ValueKind::object) look(machine, event);
    state_ = state;
  }

 private:
  void look(const Machine& machine, const Event& event) {
    const std::string_view name = row(event.operation).name;
    const auto ends = [&](std::string_view end) { return name.ends_with(end); };
    if (!ends("lock_acquire") && !ends("lock_enter") && !ends("lock_restore")) return;
    if (ends("acquire") && event.arguments[0] == false_value) return;
    const ObjectId asked = machine.values().as_object(event.receiver);
    if (name.starts_with("rlock") && owner(machine, state_, asked) == event.thread) return;
    const auto& order = program_.lock_order;
    const auto place = std::ranges::find(order, asked);
    if (place == order.end()) return;
    for (auto held = order.end() - 1; held > place; --held) {
      if (owner(machine, state_, *held) != event.thread) continue;
      breaches_.insert(program_.objects[asked.index].name + " before " +
                       program_.objects[held->index].name + " at " +
                       program_.sites[event.site.index].text);
      return;
    }
  }
  State state_;
  std::set<std::string>& breaches_;
  const Program& program_;
};

TEST_CASE("lock_order: an exploration finds what any step of any interleaving asks against it",
          "[detector][oracle]") {
  std::uint64_t compared = 0, broken = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    std::string scenario = random_locking(seed);
    scenario.insert(1, "\"lock_order\": [\"a\"], ");
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    const SlowExploration slow = explore_slowly(*loaded.program, 400);
    if (!slow.complete) continue;
    std::set<std::string> expected, found;
    for (std::size_t i = 0; i < slow.states.size(); ++i) {
      for (const SlowExploration::Transition& transition : slow.transitions[i]) {
        State state = slow.states[i];
        EveryStep watch(*slow.machine, state, expected);
        step(*slow.machine, state, transition.choice, &watch);
      }
    }
    ExploreOptions options;
    options.counterexamples = seed % 8 == 0;
    const Exploration exploration = explore(*loaded.program, options);
    REQUIRE(exploration.complete);
    for (const Finding& finding : exploration.findings) {
      if (finding.kind != FindingKind::lock_order) continue;
      found.insert(finding.subject + " at " + loaded.program->sites[finding.site->index].text);
    }
    REQUIRE(found == expected);
    ++compared;
    broken += expected.empty() ? 0 : 1;
  }
  CAPTURE(compared, broken);
  CHECK(compared > seeds / 4);
  CHECK(broken > compared / 10);
}

struct Row {
  std::string_view what, threads;
  bool is_broken;
};

TEST_CASE("lock_order: what counts", "[detector]") {
  const Row row = GENERATE(values<Row>({
      {"the order", "'T': [{'acquire': 'a'}, {'acquire': 'b'}, {'acquire': 'r'}]", false},
      {"against it", "'T': [{'acquire': 'b'}, {'acquire': 'a'}]", true},
      {"with statements", "'T': [{'with': ['b', 'a'], 'do': [{'pass': true}]}]", true},
      {"not waiting", "'T': [{'acquire': 'b'}, {'acquire': 'a', 'blocking': false}]", false},
      {"waiting for a while", "'T': [{'acquire': 'b'}, {'acquire': 'a', 'timeout': 1}]", true},
      {"one that is let go", "'T': [{'acquire': 'b'}, {'release': 'b'}, {'acquire': 'a'}]", false},
      {"again", "'T': [{'acquire': 'r'}, {'acquire': 'c'}, {'acquire': 'r'}]", false},
      {"another thread's", "'T': [{'acquire': 'b'}], 'U': [{'acquire': 'a'}]", false},
      {"one that never comes",
       "'T': [{'acquire': 'a'}, {'sleep': 1}, {'acquire': 'b'}], "
       "'U': [{'acquire': 'b'}, {'sleep': 1}, {'acquire': 'a'}]",
       true},
      {"wait takes its lock again",
       "'T': [{'acquire': 'r'}, {'acquire': 'c'}, {'wait': 'c', 'timeout': 1}]", false},
      {"wait takes its lock again before what it holds",
       "'T': [{'acquire': 'c'}, {'acquire': 'd'}, {'wait': 'c', 'timeout': 1}]", true},
      {"a lock that the order does not name", "'T': [{'acquire': 'free'}, {'acquire': 'a'}]",
       false},
  }));
  INFO(row.what);
  const auto program = program_of(
      "{'objects': {'a': 'Lock', 'b': 'Lock', 'r': 'RLock', 'c': 'Condition', 'd': 'Lock', "
      "'free': 'Lock'}, 'lock_order': ['a', 'b', 'r', 'c', 'd'], 'threads': {" +
      std::string(row.threads) + "}}");
  const auto is_of_order = [](const Finding& finding) {
    return finding.kind == FindingKind::lock_order;
  };
  const std::unique_ptr<Policy> policy = policy_named("timed")->make(*program, 0);
  const Simulation simulation = simulate(*program, *policy, nullptr, {1000});
  CHECK(std::ranges::any_of(simulation.findings, is_of_order) == row.is_broken);
  const Exploration exploration = explore(*program);
  CHECK(std::ranges::any_of(exploration.findings, is_of_order) == row.is_broken);
}

TEST_CASE("lock_order: an array stands for its objects in their order", "[detector]") {
  const auto program = program_of(
      "{'objects': {'log': 'Lock', 'forks': {'type': 'Lock', 'count': 3}, 'c': 'Condition'}, "
      "'lock_order': ['c', 'forks', 'log'], 'threads': {'T': [{'acquire': 'forks[2]'}, "
      "{'acquire': 'forks[0]'}]}}");
  std::vector<std::string> names;
  for (const ObjectId lock : program->lock_order)
    names.push_back(program->objects[lock.index].name);
  CHECK(names == std::vector<std::string>{"c.lock", "forks[0]", "forks[1]", "forks[2]", "log"});
  const Exploration exploration = explore(*program);
  REQUIRE(exploration.findings.size() == 1);
  CHECK(exploration.findings[0].message ==
        "T asks for forks[0] and holds forks[2], which comes behind it in the lock_order");
  CHECK(exploration.verdict == Verdict::error);
}

}  // namespace
}  // namespace lockstep
