// Where interleavings never end: what an exploration says of it, against a search of the full graph
// by states alone.
#include "explorer/endless.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "explorer/explore.h"
#include "language/load.h"
#include "tests/support/random_locking.h"
#include "tests/support/random_loops.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

#ifndef ENDLESS_SEEDS
#define ENDLESS_SEEDS 600
#endif
const auto [first_seed, seeds] = seeds_or(ENDLESS_SEEDS);

// Of the full graph, by going backwards until nothing changes.
struct Truth {
  bool some_finish = false;  // in some state the program has come to its end
  bool some_do_not = false;  // from some state no terminal state can be reached
  // Threads that are alive and blocked in some state, for more than the end of a thread, and never
  // take a step again in anything that can follow, though from there no terminal state is reached.
  std::set<std::uint32_t> never_again;
};
std::optional<Truth> truth_of(const Program& program, std::size_t states_max) {
  const Machine machine(program);
  std::map<std::vector<Word>, std::size_t> numbers;
  std::vector<State> states;
  std::vector<std::vector<std::pair<std::size_t, std::uint32_t>>> steps;
  const auto number_of = [&](const State& state) {
    const auto [found, added] = numbers.try_emplace(state.words, states.size());
    if (added) states.push_back(state);
    return found->second;
  };
  number_of(initial_state(machine));
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states.size() > states_max) return std::nullopt;
    std::vector<Choice> choices;
    const State from = states[i];
    enabled(machine, from, choices);
    steps.emplace_back();
    for (const Choice& choice : choices) {
      State next = from;
      step(machine, next, choice);
      steps[i].emplace_back(number_of(next), choice.thread.index);
    }
  }
  // What is true of a state if it is true of one to which a step leads.
  const auto backwards = [&](std::vector<bool> is, auto by_step) {
    for (bool changes = true; changes;) {
      changes = false;
      for (std::size_t i = states.size(); i-- > 0;) {
        if (is[i]) continue;
        for (const auto& [to, thread] : steps[i]) {
          if (is[to] || by_step(thread)) is[i] = changes = true;
        }
      }
    }
    return is;
  };
  Truth truth;
  std::vector<bool> terminal(states.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    terminal[i] = steps[i].empty();
    truth.some_finish = truth.some_finish || has_exited(states[i]);
  }
  const std::vector<bool> ends = backwards(terminal, [](std::uint32_t) { return false; });
  truth.some_do_not = std::ranges::find(ends, false) != ends.end();
  if (!truth.some_do_not) return truth;
  std::size_t threads = 0;
  for (const State& state : states) threads = std::max(threads, thread_count(program, state));
  for (std::uint32_t thread = 0; thread < threads; ++thread) {
    const std::vector<bool> moves = backwards(std::vector<bool>(states.size(), false),
                                              [&](std::uint32_t mover) { return mover == thread; });
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (ends[i] || moves[i] || thread >= thread_count(program, states[i]) ||
          life(program, states[i], {thread}) != Life::alive ||
          is_daemon(program, states[i], {thread})) {
        continue;
      }
      const Pending& pending = machine.locals().pending(local(program, states[i], {thread}));
      if (pending.has_site && row(pending.operation).let_go_by != LetGoBy::end) {
        truth.never_again.insert(thread);
      }
    }
  }
  return truth;
}

TEST_CASE(
    "endless: livelocks and threads that never go on again are exactly those of the full graph",
    "[explorer][endless][slow]") {
  std::uint64_t compared = 0, endless = 0, livelocks = 0, never_woken = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = seed % 4 == 0   ? random_locking(seed)
                                 : seed % 4 == 1 ? random_scenario(seed)
                                                 : random_loops(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    if (loaded.program->has_processes) continue;
    const auto truth = truth_of(*loaded.program, 3000);
    if (!truth) continue;
    ++compared;
    endless += truth->some_do_not ? 1 : 0;
    std::set<std::string> said;
    for (const bool reduce : {true, false}) {
      ExploreOptions options;
      options.reduce = options.symmetry = reduce;
      const Exploration exploration = explore(*loaded.program, options);
      CHECK(exploration.complete);
      bool hangs = false;
      std::set<std::string> kinds;
      for (const Finding& finding : exploration.findings) {
        const bool is_livelock = finding.kind == FindingKind::livelock;
        hangs = hangs || is_livelock || is_deadlock(finding.kind);
        if (!is_livelock && finding.kind != FindingKind::never_woken) continue;
        CAPTURE(finding.message);
        CHECK(truth->some_do_not);
        if (is_livelock) CHECK(truth->some_finish);
        for (const StuckThread& stuck : finding.threads) {
          CHECK(truth->never_again.count(stuck.id.index) == 1);
        }
        kinds.insert(finding.fingerprint);
      }
      if (!truth->never_again.empty()) CHECK(hangs);
      if (truth->some_do_not && truth->some_finish) CHECK(hangs);
      if (reduce) {
        said = kinds;
        for (const Finding& finding : exploration.findings) {
          livelocks += finding.kind == FindingKind::livelock ? 1 : 0;
          never_woken += finding.kind == FindingKind::never_woken ? 1 : 0;
        }
      }
    }
  }
  if (seeds < 600) return;
  CAPTURE(compared, endless, livelocks, never_woken);
  CHECK(compared > seeds / 2);
  CHECK(endless > 0);
  CHECK(livelocks > 5);
  CHECK(never_woken > 5);
}

TEST_CASE("endless: who resets the flag that asks it to stop may go on for ever",
          "[explorer][endless]") {
  const auto program = program_of(R"s({'variables': {'stop': false},
    'functions': {'w': [{'global': ['stop']}, {'set': 'stop', 'to': 'False'}, {'while': 'not stop', 'do': [{'yield': true}]}]},
    'main': [{'spawn': 'w'}, {'set': 'stop', 'to': 'True'}]})s");
  const Exploration exploration = explore(*program);
  CHECK(exploration.complete);
  CHECK(exploration.verdict == Verdict::livelock);
  REQUIRE(exploration.findings.size() == 1);
  const Finding& finding = exploration.findings.front();
  CHECK(finding.kind == FindingKind::livelock);
  CHECK(finding.message == "Thread-1 (w) goes on for ever, and no end can be reached any more");
  CHECK(finding.others == std::vector<std::string>{"Thread-1 (w)"});
  CHECK(finding.site.has_value());
  CHECK(std::string(verdict_name(exploration.verdict)) == "livelock");
}

TEST_CASE("endless: a program that never ends is no livelock", "[explorer][endless]") {
  const auto program = program_of(R"s({'main': [{'while': 'True', 'do': [{'yield': true}]}]})s");
  CHECK(explore(*program).verdict == Verdict::ok);
}

TEST_CASE("endless: an event that a loop without end could set and never does",
          "[explorer][endless]") {
  const auto program = program_of(R"s({'objects': {'e': 'Event'}, 'variables': {'n': 0},
    'threads': {'A': [{'wait': 'e'}],
                'D': [{'while': 'True', 'do': [{'if': 'n > 5', 'then': [{'event_set': 'e'}]},
                                               {'yield': true}]}]}})s");
  for (const bool reduce : {true, false}) {
    ExploreOptions options;
    options.reduce = options.symmetry = reduce;
    const Exploration exploration = explore(*program, options);
    CHECK(exploration.verdict == Verdict::partial_deadlock);
    REQUIRE(exploration.findings.size() == 1);
    const Finding& finding = exploration.findings.front();
    CHECK(finding.kind == FindingKind::never_woken);
    CHECK(finding.message ==
          "A waits for e, a wait that D could end, which goes on for ever and never does that");
    REQUIRE(finding.threads.size() == 1);
    CHECK(finding.threads.front().let_go_by == std::vector<std::string>{"D"});
  }
}

TEST_CASE("endless: of threads that are alike it says who never goes on", "[explorer][endless]") {
  // Two consumers, of which one gets the only item and goes on for ever.
  const auto program = program_of(R"s({'objects': {'q': 'Queue'},
    'functions': {'c': [{'get': 'q', 'into': 'x'}, {'while': 'True', 'do': [{'yield': true}]},
                        {'put': 'q', 'item': '1'}]},
    'main': [{'spawn': 'c'}, {'spawn': 'c'}, {'put': 'q', 'item': '0'}]})s");
  const Exploration exploration = explore(*program);
  CHECK(exploration.verdict == Verdict::partial_deadlock);
  REQUIRE(exploration.findings.size() == 1);
}

}  // namespace
}  // namespace lockstep
