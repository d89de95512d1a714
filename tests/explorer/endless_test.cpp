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
  std::set<std::uint32_t> stay;  // the same, who waits for the end of a thread included
  // The fewest preemptions, then steps, to a state that all that can follow leads back to, and from
  // which no terminal state is reached.
  std::pair<std::uint64_t, std::uint64_t> least{};
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
      if (ends[i] || moves[i] || thread >= thread_count(program, states[i])) continue;
      truth.stay.insert(thread);
      if (life(program, states[i], {thread}) != Life::alive ||
          is_daemon(program, states[i], {thread})) {
        continue;
      }
      const Pending& pending = machine.locals().pending(local(program, states[i], {thread}));
      if (pending.has_site && row(pending.operation).let_go_by != LetGoBy::end) {
        truth.never_again.insert(thread);
      }
    }
  }
  // Of a state in such a part, all that can follow can be followed by it.
  const auto behind = [&](std::size_t from) {
    std::set<std::size_t> seen{from};
    std::vector<std::size_t> open{from};
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      for (const auto& [to, thread] : steps[at]) {
        if (seen.insert(to).second) open.push_back(to);
      }
    }
    return seen;
  };
  std::vector<bool> is_final(states.size(), false);
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (ends[i] || is_final[i]) continue;
    const std::set<std::size_t> its = behind(i);
    // One that leads to nothing smaller: try all, the smallest first found is final.
    const bool leads_back = std::ranges::all_of(
        its, [&](std::size_t to) { return is_final[to] ? false : behind(to).contains(i); });
    if (leads_back) {
      for (const std::size_t to : its) is_final[to] = true;
    }
  }
  using Cost = std::pair<std::uint64_t, std::uint64_t>;
  constexpr std::uint32_t nobody = 0xffffffffU;
  std::map<std::pair<std::size_t, std::uint32_t>, Cost> known;
  std::set<std::pair<Cost, std::pair<std::size_t, std::uint32_t>>> open{{{0, 0}, {0, nobody}}};
  while (!open.empty()) {
    const auto [cost, at] = *open.begin();
    open.erase(open.begin());
    if (!known.emplace(at, cost).second) continue;
    if (is_final[at.first]) {
      truth.least = cost;
      break;
    }
    const State& from = states[at.first];
    for (const auto& [to, thread] : steps[at.first]) {
      const bool preempts =
          at.second != nobody && thread != at.second && !yields(machine, from, {at.second});
      open.insert({{cost.first + (preempts ? 1 : 0), cost.second + 1}, {to, thread}});
    }
  }
  return truth;
}

// Whether nothing but the private states of threads differs in all that can follow.
bool nothing_changes_behind(const Program& program, const std::vector<Choice>& way) {
  const Machine machine(program);
  State state = initial_state(machine);
  for (const Choice& choice : way) step(machine, state, choice);
  const auto shared = [&](const State& of) {
    return std::vector<Word>(
        of.words.begin(), of.words.begin() + static_cast<std::ptrdiff_t>(threads_offset(program)));
  };
  std::set<std::vector<Word>> seen{state.words};
  std::vector<State> open{state};
  std::vector<Choice> choices;
  while (!open.empty()) {
    const State from = open.back();
    open.pop_back();
    if (shared(from) != shared(state)) return false;
    enabled(machine, from, choices);
    if (choices.empty()) return false;
    for (const Choice& choice : choices) {
      State next = from;
      step(machine, next, choice);
      if (seen.insert(next.words).second) open.push_back(std::move(next));
    }
  }
  return true;
}

TEST_CASE(
    "endless: livelocks and threads that never go on again are exactly those of the full graph",
    "[explorer][endless][slow]") {
  std::uint64_t compared = 0, endless = 0, livelocks = 0, never_woken = 0, idle = 0, shortest = 0;
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
      bool hangs = false, knows_more = false;
      std::set<std::string> kinds;
      std::pair<std::uint64_t, std::uint64_t> least{~std::uint64_t{0}, 0};
      for (const Finding& finding : exploration.findings) {
        const bool is_livelock = finding.kind == FindingKind::livelock;
        hangs = hangs || is_livelock || is_deadlock(finding.kind);
        if (!is_livelock && finding.kind != FindingKind::never_woken) {
          knows_more = knows_more || is_deadlock(finding.kind);
          continue;
        }
        CAPTURE(finding.message);
        CHECK(truth->some_do_not);
        CHECK(finding.shortest);
        least = std::min(least, {finding.preemptions, finding.steps});
        if (is_livelock && !truth->some_finish) {
          CHECK(nothing_changes_behind(*loaded.program, finding.choices));
          ++idle;
        }
        for (const StuckThread& stuck : finding.threads) {
          const bool joins = !stuck.core && stuck.waits_for_type == "Thread";
          CHECK((joins ? truth->stay : truth->never_again).count(stuck.id.index) == 1);
        }
        kinds.insert(finding.fingerprint);
      }
      if (!truth->never_again.empty()) CHECK(hangs);
      if (truth->some_do_not && truth->some_finish) CHECK(hangs);
      if (truth->some_do_not && truth->some_finish && !knows_more) {
        CHECK(least == truth->least);
        ++shortest;
      }
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
  CAPTURE(compared, endless, livelocks, never_woken, idle, shortest);
  CHECK(compared > seeds / 2);
  CHECK(endless > 0);
  CHECK(livelocks > 5);
  CHECK(never_woken > 5);
  CHECK(idle > 5);
  CHECK(shortest > 10);
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

TEST_CASE(
    "endless: who tests for ever what nobody is left to change is a livelock, though no end is "
    "possible",
    "[explorer][endless]") {
  // Herlihy, Shavit, The Art of Multiprocessor Programming, 2008, LockTwo.
  const char* lock_two = R"s({'variables': {'victim': -1}, 'machine': {'gil': 'none'},
    'functions': {'f': {'params': ['i'], 'body': [{'global': 'victim'}, {'set': 'victim', 'to': 'i'},
                        {'while': 'victim == i', 'do': [{'yield': true}]}]}},
    'threads': {'A': {'target': 'f', 'args': [0]}, 'B': {'target': 'f', 'args': [1]}}})s";
  const auto [scenario, findings] = GENERATE_COPY(values<std::pair<std::string, std::size_t>>({
      {lock_two, 1},
      // Somebody works on: that is what the program may be for.
      {R"s({'variables': {'stop': false}, 'threads': {
        'A': [{'while': 'not stop', 'do': [{'compute': 0.1}]}],
        'B': [{'while': 'not stop', 'do': [{'yield': true}]}]}})s",
       0},
      {R"s({'variables': {'stop': false}, 'threads': {
        'A': [{'while': 'not stop', 'do': [{'print': '1'}]}]}})s",
       0},
      {R"s({'variables': {'stop': false, 'n': 0}, 'threads': {
        'A': [{'while': 'not stop', 'do': [{'set': 'n', 'to': '1 - n'}]}]}})s",
       0},
      // It is made to go on.
      {R"s({'variables': {'xs': [], 'n': 0}, 'threads': {
        'A': [{'while': 'True', 'do': [{'if': 'xs', 'then': [{'set': 'n', 'to': '1'}]}]}]}})s",
       0},
      // It asks an Event.
      {R"s({'objects': {'e': 'Event'}, 'threads': {
        'A': [{'while': 'not e.is_set()', 'do': [{'sleep': 1}]}]}})s",
       1},
      // Nobody waits for daemons.
      {R"s({'variables': {'stop': false}, 'functions': {'f': [{'while': 'not stop', 'do': [{'sleep': 1}]}]},
        'main': [{'spawn': 'f', 'daemon': true}, {'while': 'True', 'do': [{'sleep': 1}]}]})s",
       0},
  }));
  INFO(scenario);
  const auto program = program_of(scenario);
  for (const bool reduce : {true, false}) {
    ExploreOptions options;
    options.reduce = options.symmetry = reduce;
    const Exploration exploration = explore(*program, options);
    CHECK(exploration.findings.size() == findings);
    if (findings == 0) continue;
    CHECK(exploration.verdict == Verdict::livelock);
    CHECK_THAT(exploration.findings.front().message,
               Catch::EndsWith("tests for ever what nobody is left to change"));
  }
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
    REQUIRE(finding.threads.size() == 2);
    CHECK(finding.threads.front().let_go_by == std::vector<std::string>{"D"});
    CHECK(finding.threads.back().thread == "MainThread");
    CHECK_FALSE(finding.threads.back().core);
  }
}

TEST_CASE("endless: who joins a thread that is never woken waits behind it",
          "[explorer][endless]") {
  const auto program = program_of(R"s({'objects': {'e': 'Event'}, 'variables': {'n': 0},
    'functions': {'a': [{'wait': 'e'}],
                  'd': [{'while': 'True', 'do': [{'if': 'n > 5', 'then': [{'event_set': 'e'}]},
                                                 {'yield': true}]}],
                  'j': {'params': ['x'], 'body': [{'join': 'x'}]}},
    'main': [{'spawn': 'a', 'as': 'x', 'name': '\"A\"'}, {'spawn': 'd', 'as': 'y', 'name': '\"D\"'},
             {'spawn': 'j', 'args': ['x'], 'name': '\"J\"'}, {'spawn': 'j', 'args': ['y'], 'name': '\"K\"'}]})s");
  const Exploration exploration = explore(*program);
  REQUIRE(exploration.findings.size() == 1);
  const Finding& finding = exploration.findings.front();
  CHECK(finding.kind == FindingKind::never_woken);
  std::string told;
  for (const StuckThread& stuck : finding.threads) {
    told += stuck.thread + (stuck.core ? " waits, " : " waits behind, ");
  }
  CHECK(told == "A waits, MainThread waits behind, J waits behind, ");
  CHECK(finding.others == std::vector<std::string>{"D", "K"});
}

TEST_CASE("endless: a child that a loop without end would kill and never does",
          "[explorer][endless]") {
  const auto program = program_of(R"s({'machine': {'gil': 'none'}, 'objects': {'e': 'mp.Event'},
      'variables': {'n': 0}, 'functions': {'waits': [{'wait': 'e'}]},
      'main': [{'process': 'p', 'target': 'waits'}, {'start': 'p'},
        {'while': 'n == 0', 'do': [{'set': 'n', 'to': 'n'}]}, {'kill': 'p'}, {'join': 'p'}]})s");
  const Exploration exploration = explore(*program);
  REQUIRE(exploration.findings.size() == 1);
  CHECK(exploration.findings[0].kind == FindingKind::never_woken);
  REQUIRE(exploration.findings[0].threads.size() == 1);
  CHECK(exploration.findings[0].threads[0].thread == "Process-1");
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
