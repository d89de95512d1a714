// Threads that a fair scheduler may let wait for ever, against the definition: every set of threads
// is tried as those who never go on in a loop, in which all others then have to take a step. In
// which loops of its code a thread is says the place of a statement in the scenario.
#include "explorer/starved_threads.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/run/run.h"
#include "engine/state/process_memory.h"
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

using Kind = Starved::Kind;
// Thread, how it is starved, and the states of a loop.
using Loop = std::tuple<std::uint32_t, Kind, std::set<std::uint32_t>>;

bool is_poll(const Machine& machine, const State& state, ThreadId thread) {
  static const std::set<std::string_view> polls = {"await", "barrier_wait", "simple_queue_get"};
  return polls.contains(row(pending(machine, state, thread).operation).name);
}

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
      answer = answer && (owner_seen_by(machine, before, event.thread, lock) == event.thread ||
                          is_same(machine, before, state));
      return;
    }
    // Who only comes to wait has changed nothing but the queue of those who do.
    const bool has_queue = name.starts_with("queue_") || name == "mp_event_wait";
    if (event.outcome.kind == Outcome::Kind::next && has_queue) return;
    answer = answer && is_same(machine, before, state);
  }

 private:
  // Whatever process' memory is in place.
  bool is_same(const Machine& machine, State before, State after) const {
    put_in_place(machine, before, main_process_id);
    put_in_place(machine, after, main_process_id);
    const auto end = static_cast<std::ptrdiff_t>(threads_offset(program_));
    return std::equal(before.words.begin(), before.words.begin() + end, after.words.begin());
  }
  const Program& program_;
  State before_;
};

class Slow {
 public:
  Slow(const Machine& machine, const std::string& scenario)
      : machine_(machine), program_(machine.program) {
    add_loops_of(nlohmann::json::parse(scenario), "");
    std::ranges::sort(loops_, {}, [](const std::string& loop) { return loop.size(); });
  }

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
        const bool polls = is_poll(machine_, from, choice.thread);
        const bool fires = choice.kind == Choice::Kind::timeout;
        some_fire_ = some_fire_ || fires;
        steps_[i].push_back({number_of(next), choice.thread.index, waits, polls, fires});
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
      const auto is_new = [&](const std::set<std::uint32_t>& loop) {
        return std::ranges::none_of(loop, [&](std::uint32_t id) { return told.contains(id); });
      };
      for (const std::set<std::uint32_t>& loop : fair_loops(thread, Kind::blocked, alive(thread))) {
        const Pending& at = pending(machine_, states[*loop.begin()], {thread});
        if (row(at.operation).let_go_by == LetGoBy::end) continue;
        if (!reaches(*loop.begin(), [&](const Step& each) { return each.thread == thread; })) {
          continue;
        }
        told.insert(loop.begin(), loop.end());
        result.insert({thread, Kind::blocked, loop});
      }
      for (const std::set<std::uint32_t>& loop : fair_loops(thread, Kind::waiting, alive(thread))) {
        const bool moves =
            std::ranges::any_of(loop, [&](std::uint32_t id) { return can(id, thread); });
        const auto is_deed = [&](const Step& each) { return each.thread == thread && !each.waits; };
        if (!moves || !is_new(loop) || !reaches(*loop.begin(), is_deed)) continue;
        told.insert(loop.begin(), loop.end());
        result.insert({thread, Kind::waiting, loop});
      }
      // What has more calls and loops around it is further inside.
      std::map<std::pair<std::size_t, std::string>, std::set<std::uint32_t>> inside;
      for (const std::uint32_t id : alive(thread)) {
        const std::vector<std::string> around = places(id, thread);
        for (std::size_t i = 0; i < around.size(); ++i) inside[{i, around[i]}].insert(id);
      }
      for (auto each = inside.rbegin(); each != inside.rend(); ++each) {
        for (const std::set<std::uint32_t>& loop :
             fair_loops(thread, Kind::staying, each->second)) {
          const auto leaves = [&](const Step& step) {
            const State& there = states[step.to];
            const Life its = life(program_, there, {thread});
            if (its == Life::ended) return true;
            const std::vector<std::string> still = places(step.to, thread);
            return its == Life::alive && std::ranges::count(still, each->first.second) == 0;
          };
          if (!is_new(loop) || !moves_in(loop, thread) || !reaches(*loop.begin(), leaves)) continue;
          told.insert(loop.begin(), loop.end());
          result.insert({thread, Kind::staying, loop});
        }
      }
    }
    return result;
  }

  std::vector<State> states;

 private:
  struct Step {
    std::uint32_t to, thread;
    bool waits, polls, fires;
  };
  using States = std::set<std::uint32_t>;

  // The places of all loop statements.
  void add_loops_of(const nlohmann::json& at, const std::string& place) {
    if (at.is_object() && (at.contains("while") || at.contains("for") || at.contains("wait_for"))) {
      loops_.push_back(place);
    }
    for (const auto& [key, value] : at.items()) {
      if (value.is_structured()) add_loops_of(value, place + '/' + key);
    }
  }

  std::uint32_t number_of(const State& state) {
    const auto [found, added] =
        numbers_.try_emplace(state.words, static_cast<std::uint32_t>(states.size()));
    if (added) states.push_back(state);
    return found->second;
  }
  bool can(std::uint32_t id, std::uint32_t thread) const {
    return std::ranges::any_of(steps_[id], [&](const Step& each) { return each.thread == thread; });
  }
  template <class Is>
  bool reaches(std::uint32_t from, const Is& is) const {
    std::set<std::uint32_t> seen{from};
    std::vector<std::uint32_t> open{from};
    while (!open.empty()) {
      const std::uint32_t at = open.back();
      open.pop_back();
      for (const Step& each : steps_[at]) {
        if (is(each)) return true;
        if (seen.insert(each.to).second) open.push_back(each.to);
      }
    }
    return false;
  }

  States alive(std::uint32_t thread) const {
    States result;
    for (std::uint32_t id = 0; id < states.size(); ++id) {
      const State& state = states[id];
      const bool is_in = thread < thread_count(program_, state) &&
                         life(program_, state, {thread}) == Life::alive &&
                         !is_daemon(program_, state, {thread}) &&
                         pending(machine_, state, {thread}).has_site;
      if (is_in) result.insert(id);
    }
    return result;
  }

  // The loops that the thread is in, and the operation that it has begun, outermost first.
  std::vector<std::string> places(std::uint32_t id, std::uint32_t thread) const {
    std::vector<std::string> result;
    const LocalState its = machine_.locals().get(local(program_, states[id], {thread}));
    std::string calls;
    for (const Frame& frame : its.frames) {
      const std::string at = program_.site_of(frame.pc).pointer + '/';
      for (const std::string& loop : loops_) {  // a shorter one comes first
        if (at.starts_with(loop + '/')) result.push_back(calls + loop);
      }
      calls += std::to_string(frame.pc) + ' ';
    }
    if (its.continues) result.push_back(calls + "begun");
    return result;
  }

  bool can_fire(std::uint32_t id, std::uint32_t thread) const {
    return std::ranges::any_of(
        steps_[id], [&](const Step& each) { return each.thread == thread && each.fires; });
  }
  // Whether all that a thread can do in the state is to look whether an `await` is over.
  bool only_polls(std::uint32_t id, std::uint32_t thread) const {
    return std::ranges::all_of(
        steps_[id], [&](const Step& each) { return each.thread != thread || each.polls; });
  }

  bool leads_round(const States& among, std::uint32_t id, const Step& step, std::uint32_t starved,
                   Kind kind) const {
    if (!among.contains(step.to)) return false;
    if (kind == Kind::blocked) return step.thread != starved;
    if (kind == Kind::waiting) return step.thread != starved || step.waits;
    return std::ranges::all_of(steps_[id], [&](const Step& other) {
      return other.thread != step.thread || among.contains(other.to);
    });
  }
  bool moves_in(const States& loop, std::uint32_t thread) const {
    return std::ranges::any_of(loop, [&](std::uint32_t id) {
      return std::ranges::any_of(steps_[id], [&](const Step& each) {
        return each.thread == thread && leads_round(loop, id, each, thread, Kind::staying);
      });
    });
  }

  // Sets of states that lead to each other by steps that lead round in the set.
  void add_loops(const States& among, std::uint32_t starved, Kind kind,
                 std::vector<States>& found) const {
    const auto allowed = [&](std::uint32_t id, const Step& each) {
      return among.contains(id) && leads_round(among, id, each, starved, kind);
    };
    States done;
    for (const std::uint32_t id : among) {
      if (done.contains(id)) continue;
      const States there = closure(id, allowed, false), back = closure(id, allowed, true);
      States both;
      std::ranges::set_intersection(there, back, std::inserter(both, both.end()));
      done.insert(both.begin(), both.end());
      if (both != among) {
        add_loops(both, starved, kind, found);
      } else if (std::ranges::any_of(both, [&](std::uint32_t each) {
                   return std::ranges::any_of(
                       steps_[each], [&](const Step& step) { return allowed(each, step); });
                 })) {
        found.push_back(both);
      }
    }
  }

  // The largest such sets in which each thread takes a step or can take none.
  std::vector<States> fair_loops(std::uint32_t starved, Kind kind, const States& where) const {
    std::vector<States> found;
    // Who never goes on, and, where that matters, whose timeout never fires.
    const bool fair_timeouts = kind == Kind::staying && some_fire_;
    for (std::uint32_t set = 0; set < (1U << (fair_timeouts ? 2 * threads_ : threads_)); ++set) {
      const auto is_still = [&](std::uint32_t thread) { return (set >> thread & 1U) != 0; };
      const auto never_fires = [&](std::uint32_t thread) {
        return (set >> (threads_ + thread) & 1U) != 0;
      };
      if (kind == Kind::blocked && !is_still(starved)) continue;
      States among;
      for (const std::uint32_t id : where) {
        bool is_in = true;
        for (std::uint32_t thread = 0; thread < threads_; ++thread) {
          is_in = is_in && (!is_still(thread) || only_polls(id, thread)) &&
                  !(fair_timeouts && never_fires(thread) && can_fire(id, thread));
        }
        if (is_in) among.insert(id);
      }
      std::vector<States> loops;
      add_loops(among, starved, kind, loops);
      for (const States& loop : loops) {
        std::set<std::uint32_t> movers, fire;
        for (const std::uint32_t id : loop) {
          for (const Step& step : steps_[id]) {
            if (!leads_round(loop, id, step, starved, kind)) continue;
            movers.insert(step.thread);
            if (step.fires) fire.insert(step.thread);
          }
        }
        bool fair = true;
        for (std::uint32_t thread = 0; thread < threads_; ++thread) {
          // Who stands still can do nothing at least once.
          const auto cannot = [&](std::uint32_t id) { return !can(id, thread); };
          fair = fair &&
                 (is_still(thread) ? std::ranges::any_of(loop, cannot) : movers.contains(thread));
          fair = fair && (!fair_timeouts || never_fires(thread) || fire.contains(thread));
        }
        if (fair) found.push_back(loop);
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
          if (allowed(at, each) && seen.insert(each.to).second) open.push_back(each.to);
        }
        continue;
      }
      for (const auto& [before, step] : steps_to_[at]) {
        if (allowed(before, step) && seen.insert(before).second) open.push_back(before);
      }
    }
    return seen;
  }

  const Machine& machine_;
  const Program& program_;
  std::vector<std::string> loops_;
  std::map<std::vector<Word>, std::uint32_t> numbers_;
  std::vector<std::vector<Step>> steps_;
  std::vector<std::vector<std::pair<std::uint32_t, Step>>> steps_to_;  // index = state
  std::size_t threads_ = 0;
  bool some_fire_ = false;
};

TEST_CASE("starvation: the loops are exactly those of the definition",
          "[explorer][starvation][slow]") {
  std::uint64_t compared = 0, with_some = 0;
  std::array<std::uint64_t, 3> of_kind{};
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = seed % 8 == 0   ? random_loops(seed)
                                 : seed % 8 == 1 ? random_waits_of_processes(seed)
                                                 : random_waits(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    const Program& program = *loaded.program;
    Machine machine(program);
    Slow slow(machine, scenario);
    if (!slow.explore(200)) continue;
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
      found.insert({each.starved.thread.index, each.starved.kind, states});
      ++of_kind[static_cast<std::size_t>(each.starved.kind)];
    }
    CHECK(found == expected);
    with_some += found.empty() ? 0 : 1;
  }
  if (seeds < 1000) return;
  CAPTURE(compared, with_some);
  CHECK(compared > seeds / 2);
  CHECK(with_some > seeds / 20);
  CHECK(of_kind[static_cast<std::size_t>(Kind::blocked)] > seeds / 200);
  CHECK(of_kind[static_cast<std::size_t>(Kind::waiting)] > seeds / 50);
  CHECK(of_kind[static_cast<std::size_t>(Kind::staying)] > seeds / 50);
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
  std::set<ThreadId> acts, moved;
  std::map<ThreadId, std::size_t> able;  // in how many states
  bool only_waits = true;
  std::vector<Choice> choices;
  for (const Choice& choice : way.subspan(finding.steps)) {
    enabled(machine, state, choices);
    std::set<ThreadId> here;
    for (const Choice& each : choices) {
      here.insert(each.thread);
      if (!is_poll(machine, state, each.thread)) acts.insert(each.thread);
    }
    for (const ThreadId each : here) ++able[each];
    if (!is_enabled(machine, state, choice)) return "a step cannot be taken";
    OnlyWaits watch(program, state);
    step(machine, state, choice, &watch);
    moved.insert(choice.thread);
    if (choice.thread == *starved) only_waits = only_waits && watch.answer;
  }
  if (state != begin) return "it leads elsewhere";
  if (moved.empty()) return "it is no loop";
  for (const auto& [thread, states] : able) {
    const bool looks_in_vain = !acts.contains(thread) && states < finding.loop_steps;
    if (!moved.contains(thread) && !looks_in_vain) return "somebody is put off";
  }
  const bool stays = finding.message.find(" stays in its loop ") != std::string::npos ||
                     finding.message.find(" goes on inside of ") != std::string::npos;
  return only_waits || stays ? "" : "it does not only wait";
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
       "P0 waits and tests again and again; P1 goes round with it, and a fair scheduler may let "
       "that last for ever"},
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
      {"who awaits looks in a loop, and may look at the wrong moments",
       R"s({'variables': {'f': false}, 'threads': {
        'A': [{'global': 'f'}, {'while': 'True', 'do': [{'set': 'f', 'to': 'not f'}]}],
        'B': [{'await': 'f'}, {'print': '1'}]}})s",
       "B waits until f is true, a wait that A could end; A goes on, and a fair scheduler may let "
       "that last for ever"},
      {"what stays true is seen",
       R"s({'variables': {'f': false, 'n': 0}, 'threads': {
        'A': [{'global': ['f', 'n']}, {'while': 'True', 'do': [{'set': 'f', 'to': 'True'},
              {'set': 'n', 'to': '1 - n'}]}],
        'B': [{'await': 'f'}, {'print': '1'}]}})s",
       ""},
      {"Dekker's fourth attempt: both give way to each other, and write while they do",
       R"s({'machine': {'gil': 'none'}, 'variables': {'w': [false, false]},
        'functions': {'p': {'params': ['i'], 'body': [{'set': 'w[i]', 'to': 'True'},
          {'while': 'w[1 - i]', 'do': [{'set': 'w[i]', 'to': 'False'},
                                       {'set': 'w[i]', 'to': 'True'}]},
          {'set': 'w[i]', 'to': 'False'}]}},
        'threads': {'A': {'target': 'p', 'args': [0]}, 'B': {'target': 'p', 'args': [1]}}})s",
       "A stays in its loop `while w[1 - i]`, which it could leave; B goes round with it, and a "
       "fair scheduler may let that last for ever"},
      {"who clears what wakes it",
       R"s({'machine': {'gil': 'none'}, 'objects': {'e': 'Event'}, 'variables': {'ok': false},
        'threads': {'A': [{'global': 'ok'}, {'while': 'True', 'do': [{'set': 'ok', 'to': 'True'},
            {'event_set': 'e'}, {'set': 'ok', 'to': 'False'}]}],
          'B': [{'while': 'not ok', 'do': [{'wait': 'e'}, {'event_clear': 'e'}]}]}})s",
       "B stays in its loop `while not ok`, which it could leave; A goes on, and a fair scheduler "
       "may let that last for ever"},
      {"two who spin for a lock, again and again",
       R"s({'objects': {'l': 'Lock'}, 'functions': {'spin': [{'while': 'True', 'do': [
            {'set': 'got', 'to': 'False'},
            {'while': 'not got', 'do': [{'acquire': 'l', 'blocking': false, 'into': 'got'}]},
            {'yield': true}, {'release': 'l'}]}]},
        'threads': {'A': {'target': 'spin'}, 'B': {'target': 'spin'}}})s",
       "A stays in its loop `while not got`, which it could leave; B goes on, and a fair scheduler "
       "may let that last for ever"},
      {"a poll that prints",
       R"s({'variables': {'f': false}, 'threads': {
        'A': [{'global': 'f'}, {'while': 'True', 'do': [{'set': 'f', 'to': 'not f'}]}],
        'B': [{'while': 'not f', 'do': [{'print': '1'}]}]}})s",
       "B stays in its loop `while not f`, which it could leave; A goes on, and a fair scheduler "
       "may let that last for ever"},
      {"three who meet by twos",
       R"s({'objects': {'b': {'type': 'Barrier', 'parties': 2}}, 'functions': {
          'meet': [{'while': 'True', 'do': [{'barrier_wait': 'b'}]}]},
        'threads': {'A': {'target': 'meet'}, 'B': {'target': 'meet'},
                    'C': [{'while': 'True', 'do': [{'barrier_wait': 'b'}, {'yield': true}]}]}})s",
       "B waits at b for the round before to leave, a wait that A could end; A and C go on, and a "
       "fair scheduler may let that last for everC waits at b for the round before to leave, a "
       "wait that A could end; A and B go on, and a fair scheduler may let that last for ever"},
      {"who is waited for may be a daemon",
       R"s({'variables': {'f': false}, 'functions': {
          'toggle': [{'global': 'f'}, {'while': 'True', 'do': [{'set': 'f', 'to': 'not f'}]}],
          'look': [{'while': 'not f', 'do': [{'yield': true}]}]},
        'main': [{'spawn': 'toggle', 'daemon': true}, {'spawn': 'look', 'daemon': true, 'as': 't'},
                 {'join': 't'}]})s",
       "MainThread waits for the end of Thread-2 (look); Thread-1 (toggle) and Thread-2 (look) go "
       "on, and a fair scheduler may let that last for ever"},
      {"who serves is not starved where nobody tells it to end, if somebody may do so each time",
       R"s({'objects': {'q': {'type': 'Queue', 'maxsize': 1}}, 'threads': {
        'P': [{'set': 'x', 'to': '0'}, {'while': 'x == 0', 'do': [{'choose': 'x', 'from': '[0, 1]'},
              {'put': 'q', 'item': 'x'}]}],
        'C': [{'set': 'y', 'to': '0'}, {'while': 'y == 0', 'do': [{'get': 'q', 'into': 'y'},
              {'task_done': 'q'}]}]}})s",
       ""},
      {"only if the one who chooses never does it",
       R"s({'objects': {'e': 'Event'}, 'threads': {
        'A': [{'while': 'True', 'do': [{'choose': 'x', 'from': '[0, 1]'},
              {'if': 'x', 'then': [{'event_set': 'e'}]}]}], 'B': [{'wait': 'e'}]}})s",
       "B waits for e, a wait that A could end; A goes on, and a fair scheduler may let "
       "that last for ever, as long as `choose` goes on to give what it gives there"},
      {"only if its timeout is always over before",
       R"s({'objects': {'e': 'Event'}, 'threads': {
        'A': [{'while': 'True', 'do': [{'event_set': 'e'}, {'event_clear': 'e'}]}],
        'B': [{'set': 'got', 'to': 'False'}, {'while': 'not got', 'do': [
          {'wait': 'e', 'timeout': 1, 'into': 'got'}]}]}})s",
       "B waits and tests again and again; A goes on, and a fair scheduler may let that last for "
       "ever, as long as timeouts go on to be over as they are there"},
      {"who would end if nothing came for a while: it is served, and yet stays in its loop",
       R"s({'objects': {'q': {'type': 'Queue', 'maxsize': 1}}, 'threads': {
        'P': [{'while': 'True', 'do': [{'put': 'q', 'item': '1'}]}],
        'C': [{'while': 'True', 'do': [{'try': [{'get': 'q', 'timeout': 1}, {'task_done': 'q'}],
          'except': [{'type': 'Empty', 'do': [{'break': true}]}]}]}]}})s",
       "C stays in its loop `while True`, which it could leave; P goes on, and a fair scheduler "
       "may "
       "let that last for ever"},
      {"a process that polls what another toggles",
       R"s({'objects': {'v': 'mp.Value'}, 'functions': {
          'toggle': [{'while': 'True', 'do': [{'set': 'v.value', 'to': '1 - v.value'}]}]},
        'main': [{'process': 'p', 'target': 'toggle', 'daemon': true}, {'start': 'p'},
                 {'while': 'v.value == 0', 'do': [{'yield': true}]}]})s",
       "MainThread waits and tests again and again; Process-1 goes on, and a fair scheduler may "
       "let that last for ever"},
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
}

}  // namespace
}  // namespace lockstep
