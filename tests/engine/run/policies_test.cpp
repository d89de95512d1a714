// The policies: engine/run/{round_robin,random,pct,timed}.cpp.
#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "engine/run/run.h"
#include "engine/run/splitmix64.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view three_times_two = R"({
    'machine': {'gil': 'none'}, 'objects': {'e': 'Event'},
    'threads': {'T1': [{'event_set': 'e'}, {'event_set': 'e'}],
                'T2': [{'event_set': 'e'}, {'event_set': 'e'}],
                'T3': [{'event_set': 'e'}, {'event_set': 'e'}]}})";

TEST_CASE("splitmix64: the numbers of the published generator", "[engine][run][random]") {
  // The first outputs for seed 1234567, as in the reference implementation's tests.
  SplitMix64 numbers(1234567);
  CHECK(numbers.next() == 6457827717110365317U);
  CHECK(numbers.next() == 3203168211198807973U);
  CHECK(numbers.next() == 9817491932198370423U);
}

TEST_CASE("splitmix64: below() is uniform", "[engine][run][random]") {
  SplitMix64 numbers(1);
  std::map<std::uint64_t, int> count;
  for (int i = 0; i < 60'000; ++i) ++count[numbers.below(6)];
  REQUIRE(count.size() == 6);
  // Of 60 000 throws, 10 000 each; the standard deviation is sqrt(60000 * 1/6 * 5/6) = 91.3.
  for (const auto& [face, times] : count) CHECK(std::abs(times - 10'000) < 5 * 92);
}

TEST_CASE("policies: each has a name and a line of help", "[engine][run]") {
  std::set<std::string_view> names;
  for (const PolicyRow& row : policy_rows()) {
    names.insert(row.name);
    CHECK(!row.help.empty());
    CHECK(policy_named(row.name) == &row);
  }
  CHECK(names == std::set<std::string_view>{"timed", "round-robin", "random", "pct"});
  CHECK(policy_named("fifo") == nullptr);
}

TEST_CASE("round-robin: one step each, in turn", "[engine][run][round-robin]") {
  const auto program = program_of(three_times_two);
  CHECK(run_named(*program, "round-robin").order() == "T1 T2 T3 T1 T2 T3 MainThread");
}

TEST_CASE("round-robin: who is blocked is passed over", "[engine][run][round-robin]") {
  const auto program = program_of(R"({
    'machine': {'gil': 'none'}, 'objects': {'m': 'Lock', 'e': 'Event'},
    'threads': {'T1': [{'acquire': 'm'}, {'event_set': 'e'}, {'release': 'm'}],
                'T2': [{'acquire': 'm'}],
                'T3': [{'event_set': 'e'}, {'event_set': 'e'}]}})");
  CHECK(run_named(*program, "round-robin").order() == "T1 T3 T1 T3 T1 T2 MainThread");
}

TEST_CASE("round-robin: no timeout fires while a step is possible, then the earliest does",
          "[engine][run][round-robin]") {
  const auto program = program_of(R"({
    'objects': {'e': 'Event', 'f': 'Event'},
    'threads': {'T1': [{'wait': 'e', 'timeout': 3}, {'print': 1}],
                'T2': [{'wait': 'e', 'timeout': 2}, {'print': 2}],
                'T3': [{'wait': 'e', 'timeout': 2}, {'print': 3}],
                'T4': [{'sleep': 9}, {'print': 4}]}})");
  const Ran ran = run_named(*program, "round-robin");
  // T4 sleeps on past all deadlines, since its step comes first.
  CHECK(ran.output == Lines{"4", "2", "3", "1"});
}

TEST_CASE("round-robin: a choose takes its first item", "[engine][run][round-robin]") {
  const auto program =
      program_of(R"({'main': [{'choose': 'x', 'from': '[7, 8]'}, {'print': 'x'}]})");
  CHECK(run_named(*program, "round-robin").output == Lines{"7"});
  CHECK(run_named(*program, "timed").output == Lines{"7"});
}

TEST_CASE("random: the same seed gives the same run, another one another",
          "[engine][run][random]") {
  const auto program = program_of(three_times_two);
  const std::string policy = GENERATE("random", "pct");
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Ran ran = run_named(*program, policy, seed);
    CHECK(ran.jsonl == run_named(*program, policy, seed).jsonl);
    orders.insert(ran.order());
  }
  CHECK(orders.size() > 5);
}

TEST_CASE("random: every interleaving comes up", "[engine][run][random]") {
  const auto program = program_of(R"({
    'machine': {'gil': 'none'}, 'objects': {'e': 'Event'},
    'threads': {'T1': [{'event_set': 'e'}, {'event_set': 'e'}],
                'T2': [{'event_set': 'e'}, {'event_set': 'e'}]}})");
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    orders.insert(run_named(*program, "random", seed).order());
  }
  CHECK(orders.size() == 6);  // C(4, 2)
}

TEST_CASE("random: a choose and a timeout are drawn too", "[engine][run][random]") {
  const auto program = program_of(R"({
    'objects': {'e': 'Event'},
    'threads': {'T1': [{'wait': 'e', 'timeout': 5, 'into': 'x'}, {'print': 'x'}],
                'T2': [{'choose': 'y', 'from': '[3, 4]'}, {'print': 'y'}, {'event_set': 'e'}]}})");
  const std::string policy = GENERATE("random", "pct");
  std::set<std::string> printed;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    for (const std::string& line : run_named(*program, policy, seed).output) printed.insert(line);
  }
  CHECK(printed == std::set<std::string>{"True", "False", "3", "4"});
}

TEST_CASE("pct: without a change point the threads run one after the other", "[engine][run][pct]") {
  // Two change points in about 13 steps: some runs have none that matters.
  const auto program = program_of(three_times_two);
  std::size_t switches_most = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Ran ran = run_named(*program, "pct", seed);
    std::size_t switches = 0;
    for (std::size_t i = 1; i < ran.steps.size(); ++i) {
      switches += ran.steps[i].thread != ran.steps[i - 1].thread;
    }
    switches_most = std::max(switches_most, switches);
    // Three threads in turn and MainThread are three switches; each change point adds at most
    // a leaving and a coming back.
    CHECK(switches <= 3 + 2 * 2);
  }
  CHECK(switches_most > 3);
}

TEST_CASE("pct: finds the lost update at the rate that the paper promises", "[engine][run][pct]") {
  // Depth 2: T1's read before T2's write, and T2's read before T1's write. With n = 3 threads
  // (MainThread counts) and k = 5 steps the bound for d = 3 is 1 / (n k^2) = 1/75.
  const auto program = program_of(R"({
    'machine': {'gil': 'none'}, 'variables': {'n': 0},
    'functions': {'add': [{'global': ['n']}, {'set': 'n', 'to': 'n + 1'}]},
    'threads': {'T1': {'target': 'add'}, 'T2': {'target': 'add'}}})");
  int lost = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Ran ran = run_named(*program, "pct", seed);
    lost += ran.dump.find("n = 1\n") != std::string::npos;
  }
  CHECK(lost >= 300 / 75);
}

TEST_CASE("pct: a busy wait does not keep the rest from running", "[engine][run][pct]") {
  const auto program = program_of(R"({
    'variables': {'done': false},
    'functions': {'spin': [{'global': ['done']}, {'while': 'not done', 'do': [{'pass': true}]}],
                  'end': [{'global': ['done']}, {'set': 'done', 'to': true}]},
    'threads': {'T1': {'target': 'spin'}, 'T2': {'target': 'end'}}})");
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CHECK(run_named(*program, "pct", seed).result.end == RunResult::End::finished);
  }
}

TEST_CASE("timed: the holder of the GIL goes on until it blocks or sleeps",
          "[engine][run][timed]") {
  const auto program = program_of(R"({
    'machine': {'gil': '3.9'}, 'objects': {'e': 'Event'},
    'threads': {'T1': [{'event_set': 'e'}, {'event_set': 'e'}, {'sleep': 1}, {'event_set': 'e'}],
                'T2': [{'event_set': 'e'}, {'event_set': 'e'}]}})");
  const std::string order = run_named(*program, "timed").order();
  CHECK(order == "T1 T1 T2 T2 T1 T1 MainThread");
}

TEST_CASE("timed: without a GIL the thread that is ready longest takes the next step",
          "[engine][run][timed]") {
  auto program = program_of(three_times_two);
  program->gil = GENERATE(GilModel::none, GilModel::free_threaded);
  CHECK(run_named(*program, "timed").order() == "T1 T2 T3 T1 T2 T3 MainThread");
}

TEST_CASE("timed: after the switch interval the thread that waits longest gets the GIL",
          "[engine][run][timed]") {
  // T1 is done with 2 ms at 2 and 4, and in the middle of its third when T2 has waited for 5 ms.
  // T2 has it to 10; T1 is done at 11, 13 and 15, where T2 asks; T2 is done with its 9 ms at 19,
  // and with its last one at 20.
  const auto program = program_of(R"({
    'machine': {'gil': '3.12', 'switch_interval': 0.005, 'costs': {'bytecode': 0}},
    'threads': {'T1': [{'for': 'i', 'in': 'range(8)', 'do': [{'compute': 0.002}]}],
                'T2': [{'compute': 0.009}, {'compute': 0.001}]}})");
  CHECK(run_named(*program, "timed").order() == "T1 T1 T1 T1 T1 T2 T2 T1 T1 T1 MainThread");
}

TEST_CASE("timed: a thread that comes back from sleep waits for the interval too",
          "[engine][run][timed]") {
  // T2 is ready at 3 ms and asks for the GIL at 8 ms.
  const auto program = program_of(R"({
    'machine': {'switch_interval': 0.005, 'costs': {'bytecode': 0}},
    'threads': {'T2': [{'sleep': 0.003}, {'print': 'time()'}],
                'T1': [{'for': 'i', 'in': 'range(8)', 'do': [{'compute': 0.002}]}]}})");
  CHECK(run_named(*program, "timed").output == Lines{"0.008"});
}

TEST_CASE("timed: a started thread goes first, up to where it waits", "[engine][run][timed]") {
  const auto program = program_of(R"({
    'functions': {'f': [{'print': '\"child\"'}, {'sleep': 1}, {'print': '\"child again\"'}]},
    'main': [{'spawn': 'f'}, {'print': '\"main\"'}]})");
  CHECK(run_named(*program, "timed").output == Lines{"child", "main", "child again"});
}

TEST_CASE("timed: equal deadlines come in the order of the threads", "[engine][run][timed]") {
  const auto program = program_of(R"({
    'threads': {'T1': [{'sleep': 1}, {'print': 1}], 'T2': [{'sleep': 0.5}, {'sleep': 0.5}, {'print': 2}],
                'T3': [{'sleep': 1}, {'print': 3}]},
    'machine': {'costs': {'bytecode': 0}}})");
  CHECK(run_named(*program, "timed").output == Lines{"1", "2", "3"});
}

TEST_CASE("timed: sleep(0) lets the others go first", "[engine][run][timed]") {
  const auto program = program_of(R"({
    'machine': {'costs': {'bytecode': 0}},
    'threads': {'T1': [{'for': 'i', 'in': 'range(2)', 'do': [{'print': '\"a\"'}, {'sleep': 0}]}],
                'T2': [{'for': 'i', 'in': 'range(2)', 'do': [{'print': '\"b\"'}, {'yield': true}]}]}})");
  CHECK(run_named(*program, "timed").output == Lines{"a", "b", "a", "b"});
}

TEST_CASE("timed: a daemon's output comes if another thread keeps the process alive",
          "[engine][run][timed]") {
  // python-threading.md 5: foo is the daemon.
  const std::string scenario = R"({
    'functions': {'foo': [{'print': '\"foo\"'}, {'sleep': FOO}, {'print': '\"end foo\"'}],
                  'bar': [{'print': '\"bar\"'}, {'sleep': BAR}, {'print': '\"end bar\"'}]},
    'main': [{'spawn': 'foo', 'as': 'a', 'daemon': true}, {'spawn': 'bar', 'as': 'b'},
             {'print': '\"main\"'}]})";
  const auto with = [&](std::string foo, std::string bar) {
    std::string text = scenario;
    text.replace(text.find("FOO"), 3, foo);
    text.replace(text.find("BAR"), 3, bar);
    return run_named(*program_of(text), "timed").output;
  };
  CHECK(with("1", "3") == Lines{"foo", "bar", "main", "end foo", "end bar"});
  CHECK(with("3", "1") == Lines{"foo", "bar", "main", "end bar"});
}

TEST_CASE("run: limits end it cleanly", "[engine][run]") {
  const auto program = program_of(R"({'main': [{'while': 'True', 'do': [{'yield': true}]}]})");
  RunOptions options;
  options.limits.steps_max = 1000;
  const Ran ran = run_with(*program, *policy_named("timed")->make(*program, 0), options);
  CHECK(ran.result.end == RunResult::End::limit);
  CHECK(ran.result.reason == "steps: the limit of 1000 was reached");
  CHECK(ran.result.steps == 1000);
  CHECK(ran.result.choices.size() == 1000);

  int asked = 0;
  options.limits.cut = [&asked] { return ++asked == 3; };
  const Ran cut = run_with(*program, *policy_named("timed")->make(*program, 0), options);
  CHECK(cut.result.end == RunResult::End::limit);
  CHECK(cut.result.reason == "the run was cut short");
  CHECK(cut.result.steps < 1000);
}

TEST_CASE("run: a preemption is leaving a thread that could go on and did not yield",
          "[engine][run]") {
  const auto program = program_of(R"({
    'machine': {'gil': 'none'}, 'objects': {'m': 'Lock', 'e': 'Event'},
    'threads': {'T1': [{'acquire': 'm'}, {'event_set': 'e'}, {'sleep': 1}, {'release': 'm'}],
                'T2': [{'event_set': 'e'}, {'acquire': 'm'}, {'release': 'm'}]}})");
  struct Row {
    const char* schedule;
    std::uint64_t preemptions;
  };
  const Row row = GENERATE(values<Row>({
      {"T1*4,T2*3,MainThread", 0},          // one after the other
      {"T1*2,T2,T1*2,T2*2,MainThread", 0},  // T1 sleeps; T2 is blocked
      {"T1,T2,T1*3,T2*2,MainThread", 1},    // T1 stood before event_set; T2 is blocked
      {"T2,T1*4,T2*2,MainThread", 1},       // T2 stood before a free lock
  }));
  CAPTURE(row.schedule);
  const Ran ran = run_schedule(*program, row.schedule);
  CHECK(ran.result.end == RunResult::End::finished);
  CHECK(ran.result.preemptions == row.preemptions);
}

TEST_CASE("run: the same with and without memoised private runs", "[engine][run]") {
  const auto program = program_of(three_times_two);
  const auto run_once = [&](bool memoise) {
    Machine machine(*program);
    machine.memoise = memoise;
    const auto policy = policy_named("random")->make(*program, 3);
    return run(machine, *policy, nullptr);
  };
  const RunResult with = run_once(true);
  const RunResult without = run_once(false);
  CHECK(with.choices == without.choices);
  CHECK(with.now == without.now);
}

}  // namespace
}  // namespace lockstep
