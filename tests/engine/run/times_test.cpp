// engine/run/times.cpp: where the time went, proved by arithmetic, and that nothing is lost.
#include "engine/run/times.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "engine/run/clock.h"
#include "engine/run/threads.h"
#include "language/complaint.h"
#include "language/load.h"
#include "tests/support/contended_scenario.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

// Every scenario here costs nothing but what it asks for, so that the sums are exact.
std::unique_ptr<Program> free_program(std::string text) {
  text.insert(text.find('{') + 1, "'machine': {'costs': {'bytecode': 0, 'thread_start': 0}}, ");
  return program_of(text);
}

RunTimes times_of(const Program& program, std::string_view policy = "timed",
                  TimeKeeper::Spans spans = TimeKeeper::Spans::dropped) {
  const Machine machine(program);
  TimeKeeper keeper(spans);
  const RunResult result = run(machine, *policy_named(policy)->make(program, 0), &keeper);
  return keeper.times(machine, result.state);
}

// "T1: runs 1, ready 0.5, sleeps 2, blocked 3 on mutex", without what is zero.
std::string text(const ThreadTimes& thread) {
  std::string text = thread.name + ":";
  const auto seconds = [](std::int64_t ns) {
    std::string digits = std::to_string(static_cast<double>(ns) / 1e9);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
    return digits;
  };
  if (thread.runs_ns != 0) text += " runs " + seconds(thread.runs_ns);
  if (thread.gil_ns != 0) text += " gil " + seconds(thread.gil_ns);
  if (thread.core_ns != 0) text += " core " + seconds(thread.core_ns);
  if (thread.sleeps_ns != 0) text += " sleeps " + seconds(thread.sleeps_ns);
  for (const auto& blocked : thread.blocked) {
    text += " blocked " + seconds(blocked.time_ns) + " on " + blocked.on;
  }
  return text;
}

std::vector<std::string> texts(const RunTimes& times) {
  std::vector<std::string> all;
  for (const ThreadTimes& thread : times.threads) all.push_back(text(thread));
  return all;
}

struct Row {
  std::string why;
  std::string scenario;
  std::vector<std::string> threads;
};

TEST_CASE("times: each nanosecond of a thread belongs to what it did", "[engine][run][times]") {
  const Row row = GENERATE(values<Row>({
      {"T1 has the lock from 0 to 2, T2 wants it from 1 on",
       R"({'objects': {'mutex': 'Lock'},
           'threads': {'T1': [{'with': 'mutex', 'do': [{'sleep': 2}]}],
                       'T2': [{'sleep': 1}, {'with': 'mutex', 'do': [{'io': 3}]}]}})",
       {"MainThread: blocked 5 on the other threads (join)", "T1: sleeps 2",
        "T2: sleeps 4 blocked 1 on mutex"}},
      {"T1 and T2 change places every 5 ms: T1's first second is over at 1.995, T2's at 2",
       R"({'threads': {'T1': [{'compute': 1}, {'compute': 1}], 'T2': [{'compute': 1}]}})",
       {"MainThread: blocked 3 on the other threads (join)", "T1: runs 2 gil 1",
        "T2: runs 1 gil 1"}},
      {"T1 sleeps to 1, T2 waits to 0.5, and T3, which has the GIL, gives it up 5 ms after that",
       R"({'objects': {'go': 'Event'},
           'threads': {'T1': [{'sleep': 1}], 'T2': [{'wait': 'go', 'timeout': 0.5}],
                       'T3': [{'compute': 3}]}})",
       {"MainThread: blocked 3 on the other threads (join)", "T1: gil 0.005 sleeps 1",
        "T2: gil 0.005 blocked 0.5 on go (wait)", "T3: runs 3"}},
      {"a queue, both ways, and a join: item 1 comes at 2, item 2 finds no room until 5",
       R"({'objects': {'q': {'type': 'Queue', 'maxsize': 1}},
           'functions': {'f': [{'sleep': 2}, {'put': 'q', 'item': 1}, {'put': 'q', 'item': 2},
                               {'put': 'q', 'item': 3}]},
           'main': [{'thread': 't', 'target': 'f', 'name': '\"T1\"'}, {'start': 't'},
                    {'get': 'q'}, {'sleep': 3}, {'get': 'q'}, {'join': 't'}]})",
       {"MainThread: sleeps 3 blocked 2 on q (get)", "T1: sleeps 2 blocked 3 on q (put)"}},
      {"a daemon dies with the process, a thread that is not started is none",
       R"({'functions': {'f': [{'sleep': 9}]},
           'main': [{'thread': 't', 'target': 'f', 'name': '\"T1\"', 'daemon': true},
                    {'thread': 'u', 'target': 'f', 'name': '\"T2\"'}, {'start': 't'},
                    {'join': 't', 'timeout': 1}]})",
       {"MainThread: blocked 1 on T1 (join)", "T1: sleeps 1"}},
      {"inside atomic the clock goes on for the one thread that is there",
       R"({'variables': {'x': 0},
           'threads': {'T1': [{'atomic': [{'set': 'x', 'to': 1}, {'sleep': 2}]}]}})",
       {"MainThread: blocked 2 on the other threads (join)", "T1: sleeps 2"}},
  }));
  INFO(row.why);
  const auto program = free_program(row.scenario);
  CHECK(texts(times_of(*program)) == row.threads);
}

TEST_CASE("times: a step belongs to the thread that took it", "[engine][run][times]") {
  const auto program = program_of(R"({
    'machine': {'costs': {'bytecode': 0.001, 'thread_start': 0.5}},
    'functions': {'f': []},
    'main': [{'thread': 't', 'target': 'f', 'name': '\"T1\"'}, {'start': 't'}, {'print': 1}]})");
  // create 0.01, start 0.01 + 0.5; the child is there from 0.52 to 0.53, at its end. print 0.01,
  // and the end of the process costs as much.
  const RunTimes times = times_of(*program);
  CHECK(texts(times) ==
        std::vector<std::string>{"MainThread: runs 0.54 gil 0.01", "T1: runs 0.01"});
  CHECK(times.threads[1].begin_ns == 520'000'000);
  CHECK(times.threads[1].end_ns == 530'000'000);
  CHECK(times.total_ns == 550'000'000);
}

TEST_CASE("times: who waits at the end of MainThread for what", "[engine][run][times]") {
  const auto [main, awaited] = GENERATE(values<std::pair<std::string, std::string>>({
      {"{'spawn': 'f'}", "the other threads (exit)"},
      {"{'process': 'p', 'target': 'f'}, {'start': 'p'}", "child processes (exit)"},
      {"{'spawn': 'f'}, {'process': 'p', 'target': 'f'}, {'start': 'p'}",
       "the other threads and child processes (exit)"},
  }));
  INFO(main);
  const auto program = program_of("{'functions': {'f': [{'sleep': 1}]}, 'main': [" + main + "]}");
  const RunTimes times = times_of(*program);
  REQUIRE(times.threads[0].blocked.size() == 1);
  CHECK(times.threads[0].blocked[0].on == awaited);
}

TEST_CASE("times: processes wait for cores, threads of one process for its GIL",
          "[engine][run][times]") {
  const auto program = program_of(R"({
    'machine': {'cores': 2, 'costs': {'bytecode': 0, 'thread_start': 0.25, 'process_start': 0.5}},
    'functions': {'f': [{'compute': 1}], 'g': [{'spawn': 'f'}, {'compute': 1}]},
    'main': [{'process': 'p', 'target': 'f', 'name': '\"P\"'}, {'start': 'p'}, {'join': 'p'},
             {'process': 'q', 'target': 'g', 'name': '\"Q\"'}, {'start': 'q'}, {'join': 'q'}]})");
  // P is forked at 0.5, comes to its code at 0.75 and ends at 1.75. Q is forked at 2.25, starts a
  // thread at 2.75, and both of them end at 4.75, since they share one GIL.
  const RunTimes times = times_of(*program);
  CHECK(texts(times) == std::vector<std::string>{
                            "MainThread: runs 1 blocked 2.5 on Q (join) blocked 1.25 on P (join)",
                            "P: runs 1.25", "Q: runs 1.5 gil 1", "Thread-1 (f): runs 1 gil 0.995"});
  REQUIRE(times.processes.size() == 3);
  CHECK(times.processes[0].name == "MainProcess");
  CHECK(times.processes[2].runs_ns == 2'500'000'000);
  CHECK(times.processes[2].begin_ns == 2'250'000'000);
  CHECK(times.processes[2].exit_code == 0);

  // With one core for both they compute by turns of 5 ms from 1 on.
  const auto crowded = program_of(R"({
    'machine': {'cores': 1, 'costs': {'bytecode': 0, 'thread_start': 0, 'process_start': 0.5}},
    'functions': {'f': [{'compute': 1}]},
    'main': [{'process': 'p', 'target': 'f', 'name': '\"P\"'}, {'process': 'q', 'target': 'f',
              'name': '\"Q\"'}, {'start': 'p'}, {'start': 'q'}, {'join': 'p'}, {'join': 'q'}]})");
  for (const ThreadTimes& thread : times_of(*crowded).threads) {
    CAPTURE(text(thread));
    CHECK(thread.gil_ns == 0);
    CHECK((thread.name == "MainThread" || thread.core_ns > 900'000'000));
  }
}

TEST_CASE("times: the two waits of a get are one row", "[engine][run][times]") {
  const auto program = program_of(R"s({'objects': {'q': {'type': 'mp.Queue', 'maxsize': 1}},
    'functions': {'c': [{'for': 'i', 'in': 'range(2)', 'do': [{'get': 'q'}, {'compute': 0.01}]}]},
    'main': [{'process': 'p', 'target': 'c'}, {'process': 'r', 'target': 'c'}, {'start': 'p'},
      {'start': 'r'}, {'for': 'i', 'in': 'range(4)', 'do': [{'sleep': 0.1},
      {'put': 'q', 'item': 'i'}]}, {'join': 'p'}, {'join': 'r'}]})s");
  const RunTimes times = times_of(*program);
  int rows = 0;
  for (const ThreadTimes& thread : times.threads) {
    if (!thread.name.starts_with("Process-")) continue;
    ++rows;
    REQUIRE(thread.blocked.size() == 1);
    CHECK(thread.blocked[0].on == "q (get)");
    CHECK(thread.blocked[0].time_ns == thread.blocked_ns);
  }
  CHECK(rows == 2);
}

TEST_CASE("times: only the models with a GIL have one to wait for", "[engine][run][times]") {
  const auto [gil, has] = GENERATE(table<std::string, bool>(
      {{"3.9", true}, {"3.12", true}, {"free-threaded", false}, {"none", false}}));
  const auto program = program_of("{'machine': {'gil': '" + gil + "'}, 'main': [{'print': 1}]}");
  CHECK(times_of(*program).has_gil == has);
}

TEST_CASE("times: spans are kept where they are wanted", "[engine][run][times]") {
  const auto program = free_program(R"({
    'objects': {'a': 'Lock', 'b': 'Lock'},
    'threads': {'T1': [{'with': 'a', 'do': [{'sleep': 1}]}, {'compute': 1}],
                'T2': [{'with': 'a', 'do': [{'pass': true}]}]}})");
  CHECK(times_of(*program).threads[1].spans.empty());
  const RunTimes times = times_of(*program, "timed", TimeKeeper::Spans::kept);
  REQUIRE(times.threads[1].spans.size() == 2);
  CHECK(times.threads[1].spans[0].activity == Activity::sleeps);
  CHECK(times.threads[1].spans[0].end_ns == 1'000'000'000);
  CHECK(times.threads[1].spans[1].activity == Activity::runs);
  CHECK(times.threads[1].spans[1].end_ns == 2'000'000'000);
}

// What a step took and when a thread was there, without regard to what TimeKeeper makes of it.
class Slowly : public RunObserver {
 public:
  explicit Slowly(TimeKeeper& keeper) : keeper_(keeper) {}
  void on_begin(const Machine& machine, const State& initial, const VirtualClock& clock) override {
    keeper_.on_begin(machine, initial, clock);
    clock_ = &clock;
    look(machine, initial, 0);
  }
  void on_event(const Machine&, const State&, const Event&) override {}
  void on_step(const Machine& machine, const State& before, std::uint64_t number, Choice choice,
               double now) override {
    keeper_.on_step(machine, before, number, choice, now);
    for (const Cores::Span& span : clock_->spans()) {
      if (span.computes) took[span.thread.index] += span.end - span.begin;
    }
    begin_ = now;
    thread_ = choice.thread;
  }
  void on_step_end(const Machine& machine, const State& after, double now) override {
    keeper_.on_step_end(machine, after, now);
    look(machine, after, now);
    took[thread_.index] += ns(now) - ns(begin_);
  }

  bool watches_each_thread() const override { return keeper_.watches_each_thread(); }

  struct Life {
    bool was = false, is = false;
    std::int64_t begin_ns = 0, end_ns = 0;
  };
  std::vector<Life> lives;
  std::vector<std::int64_t> took;  // by steps of the thread

 private:
  static std::int64_t ns(double seconds) { return std::llround(seconds * 1e9); }
  void look(const Machine& machine, const State& state, double now) {
    lives.resize(thread_count(machine.program, state));
    took.resize(lives.size());
    for (std::uint32_t i = 0; i < lives.size(); ++i) {
      Life& one = lives[i];
      const bool is = is_resting(machine, state, {i});
      if (is && !one.was) one.begin_ns = ns(now);
      // Steps that overlap end in another order than they begin: who ends in somebody else's, as
      // MainThread does, was there up to the last of these ends.
      const bool ends_itself = !is && thread_.index == i;
      if (is || one.is) one.end_ns = ends_itself ? ns(now) : std::max(one.end_ns, ns(now));
      one.was = one.was || is;
      one.is = is;
    }
  }
  TimeKeeper& keeper_;
  const VirtualClock* clock_ = nullptr;
  double begin_ = 0;
  ThreadId thread_{0};
};

// What it says, as text.
std::string told(const RunTimes& times) {
  std::string text = std::to_string(times.total_ns);
  for (const ThreadTimes& thread : times.threads) {
    text += '\n' + thread.name;
    for (const std::int64_t ns : {thread.begin_ns, thread.end_ns, thread.runs_ns, thread.gil_ns,
                                  thread.core_ns, thread.sleeps_ns, thread.blocked_ns}) {
      text += ' ' + std::to_string(ns);
    }
    for (const auto& one : thread.blocked) text += ' ' + one.on + ' ' + std::to_string(one.time_ns);
    for (const ThreadTimes::Span& span : thread.spans) {
      text += ' ' + std::to_string(static_cast<int>(span.activity)) + ':' +
              std::to_string(span.begin_ns) + '-' + std::to_string(span.end_ns);
    }
  }
  return text;
}

TEST_CASE("times: the same if each step brings all accounts up to date",
          "[engine][run][times][oracle]") {
  const bool overlaps = GENERATE(false, true);
  // Who keeps no spans may be told of crowds.
  const auto spans = GENERATE(TimeKeeper::Spans::dropped, TimeKeeper::Spans::kept);
  const bool contended = GENERATE(false, true);
  CAPTURE(overlaps, spans == TimeKeeper::Spans::kept, contended);
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const std::string scenario = contended ? contended_scenario(seed) : random_scenario(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    Program program = *loaded.program;
    if (overlaps) program.gil = GilModel::free_threaded;
    for (const std::string policy : {"timed", "random"}) {
      CAPTURE(policy);
      std::array<std::string, 2> both;
      for (const auto accounts : {TimeKeeper::Accounts::concerned, TimeKeeper::Accounts::all}) {
        const Machine machine(program);
        TimeKeeper keeper(spans, accounts);
        RunOptions options;
        options.limits.steps_max = 1000;
        const RunResult result =
            run(machine, *policy_named(policy)->make(program, seed), &keeper, options);
        both[static_cast<std::size_t>(accounts)] = told(keeper.times(machine, result.state));
      }
      REQUIRE(both[0] == both[1]);
    }
  }
}

TEST_CASE("times: the sums are the lives of the threads, on random scenarios",
          "[engine][run][times][oracle]") {
  std::array<std::int64_t, 5> seen{};  // each activity occurs
  std::size_t cut = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    const std::string scenario = random_scenario(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    const Program& program = *loaded.program;
    for (const std::string policy : {"timed", "round-robin", "random", "pct"}) {
      CAPTURE(policy);
      const Machine machine(program);
      TimeKeeper keeper(TimeKeeper::Spans::kept);
      Slowly slowly(keeper);
      RunOptions options;
      options.limits.steps_max = 1000;
      const RunResult result =
          run(machine, *policy_named(policy)->make(program, seed), &slowly, options);
      cut += result.end == RunResult::End::limit;
      const RunTimes times = keeper.times(machine, result.state);
      REQUIRE(times.total_ns == std::llround(result.now * 1e9));
      std::size_t there = 0;
      for (std::size_t i = 0; i < slowly.lives.size(); ++i) {
        Slowly::Life life = slowly.lives[i];
        if (life.is) life.end_ns = times.total_ns;
        if (!life.was) continue;
        REQUIRE(there < times.threads.size());
        const ThreadTimes& thread = times.threads[there++];
        CAPTURE(thread.name);
        REQUIRE(thread.begin_ns == life.begin_ns);
        REQUIRE(thread.end_ns == life.end_ns);
        const std::array sums{thread.runs_ns, thread.gil_ns, thread.core_ns, thread.blocked_ns,
                              thread.sleeps_ns};
        REQUIRE(std::accumulate(sums.begin(), sums.end(), std::int64_t{0}) ==
                life.end_ns - life.begin_ns);
        // The rest of what its steps took it slept inside `atomic`.
        REQUIRE(thread.runs_ns <= slowly.took[i]);
        REQUIRE(slowly.took[i] <= thread.runs_ns + thread.sleeps_ns);
        std::int64_t blocked = 0;
        for (const auto& one : thread.blocked) {
          REQUIRE(one.on != "nothing");
          blocked += one.time_ns;
        }
        REQUIRE(blocked == thread.blocked_ns);
        std::array<std::int64_t, 5> in_spans{};
        std::int64_t at = thread.begin_ns;
        for (const ThreadTimes::Span& span : thread.spans) {
          REQUIRE(span.begin_ns == at);
          at = span.end_ns;
          in_spans[static_cast<std::size_t>(span.activity)] += span.end_ns - span.begin_ns;
        }
        REQUIRE(at == thread.end_ns);
        REQUIRE(in_spans == sums);
        for (std::size_t k = 0; k < seen.size(); ++k) seen[k] += sums[k];
      }
      REQUIRE(there == times.threads.size());
    }
  }
  CHECK(cut < 400);  // of 1600 runs
  for (const std::int64_t sum : seen) CHECK(sum > 0);
}

}  // namespace
}  // namespace lockstep
