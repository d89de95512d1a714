// Threads that a fair scheduler may let wait for ever, against the definition: every set of threads
// is tried as those who never go on in a loop, in which all others then have to take a step.
#include "explorer/starved_threads.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/run/run.h"
#include "explorer/explore.h"
#include "explorer/outcomes.h"
#include "explorer/search.h"
#include "language/load.h"
#include "tests/support/random_loops.h"
#include "tests/support/random_waits.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

const auto [first_seed, seeds] = seeds_or(fewer_if_slow(1000));

// Thread, whether it is blocked all the time, and the states of a loop.
using Loop = std::tuple<std::uint32_t, bool, std::set<std::uint32_t>>;

// Whether each operation of a step leaves alone what others could notice, or is of a wait.
class OnlyWaits : public Observer {
 public:
  OnlyWaits(const Program& program, const State& before) : program_(program), before_(before) {}
  bool answer = true;

  void on_event(const Machine& machine, const State& state, const Event& event) override {
    const State before = std::exchange(before_, state);
    if (event.kind == Event::Kind::thread_ended) answer = false;
    if (event.kind != Event::Kind::operation) return;
    const std::string name(row(event.operation).name);
    static const std::set<std::string> harmless = {"load_global",    "await",        "sleep",
                                                   "yield",          "run_on",       "event_wait",
                                                   "condition_wait", "lock_restore", "event_park",
                                                   "condition_park", "rlock_restore"};
    if (harmless.contains(name)) return;
    if (event.receiver == none_value) {
      answer = false;
      return;
    }
    // A lock may be taken, and given back by who has it.
    if (name.ends_with("lock_acquire") || name.ends_with("lock_enter")) return;
    if (name.ends_with("lock_release") || name.ends_with("lock_exit")) {
      const ObjectId lock = machine.values().as_object(event.receiver);
      answer = answer &&
               (owner(machine, before, lock) == event.thread || shared(before) == shared(state));
      return;
    }
    // Who only comes to wait has changed nothing but the queue of those who do.
    if (event.outcome.kind == Outcome::Kind::next && name.starts_with("queue_")) return;
    answer = answer && shared(before) == shared(state);
  }

 private:
  std::vector<Word> shared(const State& of) const {
    const auto end = of.words.begin() + static_cast<std::ptrdiff_t>(threads_offset(program_));
    return {of.words.begin(), end};
  }
  const Program& program_;
  State before_;
};

class Slow {
 public:
  explicit Slow(const Machine& machine) : machine_(machine), program_(machine.program) {}

  bool explore(std::size_t states_max) {
    number_of(initial_state(machine_));
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states.size() > states_max) return false;
      std::vector<Choice> choices;
      const State from = states[i];
      enabled(machine_, from, choices);
      steps_.emplace_back();
      threads_ = std::max(threads_, thread_count(program_, from));
      for (const Choice& choice : choices) {
        State next = from;
        OnlyWaits only_waits(program_, from);
        step(machine_, next, choice, &only_waits);
        const bool waits = only_waits.answer && choice.kind != Choice::Kind::choose;
        steps_[i].push_back({number_of(next), choice.thread.index, waits});
      }
    }
    steps_to_.resize(states.size());
    for (std::uint32_t id = 0; id < states.size(); ++id) {
      for (const Step& each : steps_[id]) steps_to_[each.to].emplace_back(id, each);
    }
    return true;
  }

  std::set<Loop> loops() {
    std::set<Loop> result;
    for (std::uint32_t thread = 0; thread < threads_; ++thread) {
      std::set<std::uint32_t> told;
      for (const std::set<std::uint32_t>& loop : fair_loops(thread, true)) {
        const Pending& at = pending(machine_, states[*loop.begin()], {thread});
        if (row(at.operation).let_go_by == LetGoBy::end) continue;
        if (!reaches(*loop.begin(), thread, true)) continue;
        told.insert(loop.begin(), loop.end());
        result.insert({thread, true, loop});
      }
      for (const std::set<std::uint32_t>& loop : fair_loops(thread, false)) {
        const bool moves =
            std::ranges::any_of(loop, [&](std::uint32_t id) { return can(id, thread); });
        if (!moves || !reaches(*loop.begin(), thread, false)) continue;
        if (std::ranges::any_of(loop, [&](std::uint32_t id) { return told.contains(id); }))
          continue;
        result.insert({thread, false, loop});
      }
    }
    return result;
  }

  std::vector<State> states;

 private:
  struct Step {
    std::uint32_t to, thread;
    bool waits;
  };

  std::uint32_t number_of(const State& state) {
    const auto [found, added] =
        numbers_.try_emplace(state.words, static_cast<std::uint32_t>(states.size()));
    if (added) states.push_back(state);
    return found->second;
  }
  bool can(std::uint32_t id, std::uint32_t thread) const {
    return std::ranges::any_of(steps_[id], [&](const Step& each) { return each.thread == thread; });
  }
  // A step of the thread, if that is all that is asked, or one that is not only waiting.
  bool reaches(std::uint32_t from, std::uint32_t thread, bool any) const {
    std::set<std::uint32_t> seen{from};
    std::vector<std::uint32_t> open{from};
    while (!open.empty()) {
      const std::uint32_t at = open.back();
      open.pop_back();
      for (const Step& each : steps_[at]) {
        if (each.thread == thread && (any || !each.waits)) return true;
        if (seen.insert(each.to).second) open.push_back(each.to);
      }
    }
    return false;
  }

  // The largest sets of states that lead to each other by steps that are allowed, in which each
  // thread takes one or can take none.
  std::vector<std::set<std::uint32_t>> fair_loops(std::uint32_t starved, bool blocked) const {
    std::vector<std::set<std::uint32_t>> found;
    for (std::uint32_t still = 0; still < (1U << threads_); ++still) {
      if (blocked && (still >> starved & 1U) == 0) continue;
      std::vector<bool> is_in(states.size());
      for (std::uint32_t id = 0; id < states.size(); ++id) {
        const State& state = states[id];
        is_in[id] = starved < thread_count(program_, state) &&
                    life(program_, state, {starved}) == Life::alive &&
                    !is_daemon(program_, state, {starved}) &&
                    pending(machine_, state, {starved}).has_site;
        for (std::uint32_t thread = 0; thread < threads_; ++thread) {
          if ((still >> thread & 1U) != 0 && can(id, thread)) is_in[id] = false;
        }
      }
      const auto allowed = [&](const Step& each) {
        return is_in[each.to] && (each.thread != starved || (!blocked && each.waits));
      };
      std::vector<bool> done(states.size());
      for (std::uint32_t id = 0; id < states.size(); ++id) {
        if (!is_in[id] || done[id]) continue;
        const std::set<std::uint32_t> there = closure(id, allowed, false);
        const std::set<std::uint32_t> back = closure(id, allowed, true);
        std::set<std::uint32_t> both, movers;
        std::ranges::set_intersection(there, back, std::inserter(both, both.end()));
        for (const std::uint32_t each : both) {
          done[each] = true;
          for (const Step& step : steps_[each]) {
            if (allowed(step) && both.contains(step.to)) movers.insert(step.thread);
          }
        }
        bool fair = !movers.empty();
        for (std::uint32_t thread = 0; thread < threads_; ++thread) {
          fair = fair && ((still >> thread & 1U) != 0 || movers.contains(thread));
        }
        if (fair) found.push_back(both);
      }
    }
    // Two that have a state in common are one.
    for (bool changes = true; changes;) {
      changes = false;
      for (std::size_t i = 0; i < found.size() && !changes; ++i) {
        for (std::size_t j = i + 1; j < found.size() && !changes; ++j) {
          if (std::ranges::none_of(found[i],
                                   [&](std::uint32_t id) { return found[j].contains(id); }))
            continue;
          found[i].insert(found[j].begin(), found[j].end());
          found.erase(found.begin() + static_cast<std::ptrdiff_t>(j));
          changes = true;
        }
      }
    }
    return found;
  }

  // All that steps lead to, or that leads there.
  template <class Allowed>
  std::set<std::uint32_t> closure(std::uint32_t from, const Allowed& allowed, bool back) const {
    std::set<std::uint32_t> seen{from};
    std::vector<std::uint32_t> open{from};
    while (!open.empty()) {
      const std::uint32_t at = open.back();
      open.pop_back();
      if (!back) {
        for (const Step& each : steps_[at]) {
          if (allowed(each) && seen.insert(each.to).second) open.push_back(each.to);
        }
        continue;
      }
      for (const auto& [before, step] : steps_to_[at]) {
        // The state that it leaves has to be among them, too.
        const bool is_in = allowed(Step{before, 0xffffffffU, true});
        if (is_in && allowed(step) && seen.insert(before).second) open.push_back(before);
      }
    }
    return seen;
  }

  const Machine& machine_;
  const Program& program_;
  std::map<std::vector<Word>, std::uint32_t> numbers_;
  std::vector<std::vector<Step>> steps_;
  std::vector<std::vector<std::pair<std::uint32_t, Step>>> steps_to_;  // index = state
  std::size_t threads_ = 0;
};

TEST_CASE("starvation: the loops are exactly those of the definition",
          "[explorer][starvation][slow]") {
  std::uint64_t compared = 0, with_some = 0, blocked = 0, going_round = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = seed % 8 == 0 ? random_loops(seed) : random_waits(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    const Program& program = *loaded.program;
    Machine machine(program);
    Slow slow(machine);
    if (!slow.explore(250)) continue;
    ++compared;
    const std::set<Loop> expected = slow.loops();

    const FutureAccesses future(program);
    Examiner examiner(machine, future);
    Outcomes outcomes(machine, examiner.facts());
    const ExploreLimits limits;
    Search search(machine, future, examiner, outcomes, limits, nullptr, nullptr, false, 1, 2048);
    search.run([] { return true; });
    const StarvedThreads starved =
        starved_threads(machine, future, search.graph, [](std::uint64_t) { return true; });
    std::map<std::vector<Word>, std::uint32_t> numbers;
    for (std::uint32_t i = 0; i < slow.states.size(); ++i) numbers[slow.states[i].words] = i;
    std::set<Loop> found;
    State state;
    for (const StarvedThread& each : starved.threads) {
      std::set<std::uint32_t> states;
      for (const std::uint32_t id : each.states) {
        search.graph.states.read(id, state.words);
        states.insert(numbers.at(state.words));
      }
      found.insert({each.thread.index, each.is_blocked, states});
      ++(each.is_blocked ? blocked : going_round);
    }
    CHECK(found == expected);
    with_some += found.empty() ? 0 : 1;
  }
  if (seeds < 1000) return;
  CAPTURE(compared, with_some, blocked, going_round);
  CHECK(compared > seeds / 2);
  CHECK(with_some > seeds / 20);
  CHECK(blocked > seeds / 200);
  CHECK(going_round > seeds / 50);
}

// Takes the loop of a finding again and again, and says what is wrong with it.
std::string fault_of(const Program& program, const Finding& finding) {
  const Machine machine(program);
  State state = initial_state(machine);
  const auto way = std::span(finding.choices);
  for (const Choice& choice : way.first(finding.steps)) step(machine, state, choice);
  const State begin = state;
  std::optional<ThreadId> starved;
  for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
    if (machine.values().as_text(thread_name_value(program, state, {i})) == finding.thread)
      starved = ThreadId{i};
  }
  if (!starved) return "nobody has that name";
  std::set<ThreadId> able, moved;
  std::vector<Choice> choices;
  for (const Choice& choice : way.subspan(finding.steps)) {
    enabled(machine, state, choices);
    for (const Choice& each : choices) able.insert(each.thread);
    if (!is_enabled(machine, state, choice)) return "a step cannot be taken";
    OnlyWaits only_waits(program, state);
    step(machine, state, choice, &only_waits);
    moved.insert(choice.thread);
    if (choice.thread == *starved && !only_waits.answer) return "it does not only wait";
  }
  if (state != begin) return "it leads elsewhere";
  if (moved != able) return "somebody is put off";
  if (moved.empty()) return "it is no loop";
  return "";
}

TEST_CASE("starvation: the interleaving of a finding ends with the loop, which is fair",
          "[explorer][starvation]") {
  std::uint64_t findings = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds / 5; ++seed) {
    CAPTURE(seed);
    const std::string scenario = random_waits(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    ExploreOptions options;
    options.limits.states_max = 3000;
    const Exploration without = explore(*loaded.program, options);
    options.starvation = true;
    const Exploration with = explore(*loaded.program, options);
    std::vector<std::string> others;
    for (const Finding& finding : with.findings) {
      if (finding.kind != FindingKind::starvation) {
        others.push_back(finding.fingerprint);
        continue;
      }
      ++findings;
      CHECK(fault_of(*loaded.program, finding) == "");
      CHECK(finding.shortest);
      CHECK(finding.choices.size() == finding.steps + finding.loop_steps);
    }
    if (!with.complete) continue;
    std::vector<std::string> expected;
    for (const Finding& finding : without.findings) expected.push_back(finding.fingerprint);
    CHECK(others == expected);
  }
  if (seeds >= 1000) CHECK(findings > 20);
}

struct Row {
  std::string what, scenario, message;  // empty: nothing is found
};

TEST_CASE("starvation: who is starved, and who is not", "[explorer][starvation]") {
  const Row row = GENERATE(values<Row>({
      {"readers overlap for ever while a writer waits",
       R"s({'objects': {'c': 'Condition'}, 'variables': {'readers': 0},
        'functions': {'r': [{'global': 'readers'}, {'while': 'True', 'do': [
            {'with': 'c', 'do': [{'set': 'readers', 'to': 'readers + 1'}]},
            {'with': 'c', 'do': [{'set': 'readers', 'to': 'readers - 1'},
              {'if': 'readers == 0', 'then': [{'notify_all': 'c'}]}]}]}]},
        'threads': {'R1': {'target': 'r', 'daemon': true}, 'R2': {'target': 'r', 'daemon': true},
          'W': [{'with': 'c', 'do': [{'while': 'readers > 0', 'do': [{'wait': 'c'}]}]}]},
        'main': [{'start': 'R1'}, {'start': 'R2'}, {'start': 'W'}, {'join': 'W'}]})s",
       "W waits on c, a wait that R1 and R2 could end; R1 and R2 go on, and a fair scheduler may "
       "let that last for ever"},
      {"a lock is free again and again: who can take it again and again does",
       R"s({'objects': {'m': 'Lock'}, 'threads': {
        'A': [{'while': 'True', 'do': [{'acquire': 'm'}, {'release': 'm'}]}],
        'B': [{'acquire': 'm'}, {'release': 'm'}]}})s",
       ""},
      {"it is free, but never when it is tried",
       R"s({'objects': {'m': 'Lock'}, 'threads': {
        'A': [{'while': 'True', 'do': [{'acquire': 'm'}, {'release': 'm'}]}],
        'B': [{'set': 'got', 'to': 'False'}, {'while': 'not got', 'do': [
          {'acquire': 'm', 'blocking': false, 'into': 'got'}]}, {'release': 'm'}]}})s",
       "B waits and tests again and again; A goes on, and a fair scheduler may let that last for "
       "ever"},
      {"two put their forks down and begin again, in step",
       R"s({'objects': {'f': {'type': 'Lock', 'count': 2}}, 'functions': {'p': {'params': ['i'],
          'body': [{'while': 'True', 'do': [{'acquire': 'f[i]'},
            {'acquire': 'f[1 - i]', 'blocking': false, 'into': 'got'},
            {'if': 'got', 'then': [{'release': 'f[1 - i]'}, {'release': 'f[i]'}, {'return': null}]},
            {'release': 'f[i]'}]}]}},
        'threads': {'P0': {'target': 'p', 'args': [0]}, 'P1': {'target': 'p', 'args': [1]}}})s",
       "P0 waits and tests again and again; P1 goes on, and a fair scheduler may let that last "
       "for ever"},
      {"who is to set the flag does so, if the scheduler is fair",
       R"s({'variables': {'f': false}, 'threads': {'A': [{'while': 'not f', 'do': [{'yield': true}]}],
        'B': [{'global': 'f'}, {'set': 'f', 'to': 'True'}]}})s",
       ""},
      {"nobody can let it go: that is another finding",
       R"s({'objects': {'e': 'Event'}, 'variables': {'n': 0}, 'threads': {'A': [{'wait': 'e'}],
        'D': [{'while': 'True', 'do': [{'if': 'n > 5', 'then': [{'event_set': 'e'}]},
                                       {'yield': true}]}]}})s",
       ""},
      {"Peterson's algorithm starves nobody",
       R"s({'machine': {'gil': 'none'}, 'variables': {'flag': [false, false], 'turn': 0},
        'functions': {'p': {'params': ['i'], 'body': [{'global': 'turn'}, {'while': 'True', 'do': [
          {'set': 'flag[i]', 'to': 'True'}, {'set': 'turn', 'to': '1 - i'},
          {'while': 'flag[1 - i] and turn == 1 - i', 'do': [{'yield': true}]},
          {'set': 'flag[i]', 'to': 'False'}]}]}},
        'threads': {'A': {'target': 'p', 'args': [0]}, 'B': {'target': 'p', 'args': [1]}}})s",
       ""},
      {"without its turn it does",
       R"s({'machine': {'gil': 'none'}, 'variables': {'flag': [false, false]},
        'functions': {'p': {'params': ['i'], 'body': [{'while': 'True', 'do': [
          {'set': 'flag[i]', 'to': 'True'}, {'set': 'flag[i]', 'to': 'False'}]}]}},
        'threads': {'A': {'target': 'p', 'args': [0]},
          'B': [{'while': 'flag[0]', 'do': [{'yield': true}]}]}})s",
       "B waits and tests again and again; A goes on, and a fair scheduler may let that last for "
       "ever"},
      {"a daemon may wait for work as long as it likes",
       R"s({'objects': {'q': 'Queue'}, 'variables': {'f': false}, 'functions': {
          'd': [{'get': 'q'}], 'a': [{'while': 'True', 'do': [{'choose': 'x', 'from': '[0, 1]'},
            {'if': 'x', 'then': [{'put': 'q', 'item': '1'}, {'return': null}]}]}]},
        'main': [{'spawn': 'd', 'daemon': true}, {'spawn': 'a'}]})s",
       ""},
      {"it chooses itself to go round",
       R"s({'threads': {'A': [{'while': 'True', 'do': [{'choose': 'x', 'from': '[0, 1]'},
            {'if': 'x', 'then': [{'break': true}]}]}]}})s",
       ""},
      {"who comes to a barrier does more than wait",
       R"s({'objects': {'b': {'type': 'Barrier', 'parties': 2}}, 'threads': {
        'A': [{'while': 'True', 'do': [{'barrier_wait': 'b'}]}],
        'B': [{'while': 'True', 'do': [{'barrier_wait': 'b'}]}]}})s",
       ""},
  }));
  INFO(row.what);
  const auto program = program_of(row.scenario);
  ExploreOptions options;
  options.starvation = true;
  const Exploration exploration = explore(*program, options);
  CHECK(exploration.complete);
  CHECK(exploration.stats.reduction == "none");
  std::string message;
  for (const Finding& finding : exploration.findings) {
    if (finding.kind != FindingKind::starvation) continue;
    message += finding.message;
    CHECK(fault_of(*program, finding) == "");
    CHECK(finding.loop_steps > 0);
  }
  CHECK(message == row.message);
  const Exploration unasked = explore(*program);
  for (const Finding& finding : unasked.findings) {
    CHECK(finding.kind != FindingKind::starvation);
  }
}

TEST_CASE("starvation: nothing is claimed of what was not seen to its end",
          "[explorer][starvation]") {
  const auto program = program_of(R"s({'objects': {'m': 'Lock'}, 'threads': {
        'A': [{'while': 'True', 'do': [{'acquire': 'm'}, {'release': 'm'}]}],
        'B': [{'set': 'got', 'to': 'False'}, {'while': 'not got', 'do': [
          {'acquire': 'm', 'blocking': false, 'into': 'got'}]}, {'release': 'm'}]}})s");
  ExploreOptions options;
  options.starvation = true;
  CHECK(explore(*program, options).verdict == Verdict::starvation);
  options.limits.states_max = 4;
  const Exploration cut = explore(*program, options);
  CHECK(cut.findings.empty());
  CHECK(cut.verdict == Verdict::incomplete);

  const auto with_processes = program_of(R"s({'functions': {'f': [{'yield': true}]},
      'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'join': 'p'}]})s");
  options.limits.states_max = 0;
  const Exploration processes = explore(*with_processes, options);
  CHECK(processes.verdict == Verdict::incomplete);
  CHECK(processes.incomplete_reason == "starvation is not looked for in a program with processes");
}

}  // namespace
}  // namespace lockstep
