// engine/run/clock.cpp: when things happen, proved by arithmetic.
#include "engine/run/clock.h"

#include <catch2/catch.hpp>

#include <limits>

#include "tests/support/running.h"

namespace lockstep {
namespace {

using Lines = std::vector<std::string>;

// Every scenario here costs nothing but what it asks for, so that the sums are exact.
constexpr std::string_view free_of_charge =
    "'machine': {'costs': {'bytecode': 0, 'thread_start': 0}}, ";

std::unique_ptr<Program> free_program(std::string text) {
  text.insert(text.find('{') + 1, free_of_charge);
  return program_of(text);
}

TEST_CASE("clock: each thread sleeps for itself", "[engine][run][clock]") {
  const auto program = free_program(R"({
    'threads': {'T2': [{'sleep': 2}, {'print': 2}], 'T1': [{'sleep': 1}, {'print': 1}],
                'T3': [{'sleep': 1}, {'sleep': 0.5}, {'print': 3}]}})");
  // 2; 1; 1 + 0.5
  const Ran ran = run_named(*program, "timed");
  CHECK(ran.timed_output() == Lines{"1.000 1", "1.500 3", "2.000 2"});
  CHECK(ran.result.now == 2);
}

TEST_CASE("clock: a schedule that lets a sleeper wait longer is on time for nobody",
          "[engine][run][clock]") {
  const auto program = free_program(R"({
    'threads': {'T1': [{'sleep': 1}, {'print': 1}], 'T2': [{'sleep': 2}, {'print': 2}]}})");
  // T2 wakes at 2, and T1, whose deadline was 1, only after it.
  const Ran ran = run_schedule(*program, "T2*2,T1*2,MainThread");
  CHECK(ran.timed_output() == Lines{"2.000 2", "2.000 1"});
}

TEST_CASE("clock: a sleep in a loop is another sleep each time", "[engine][run][clock]") {
  const auto program = free_program(
      R"({'main': [{'for': 'i', 'in': 'range(3)', 'do': [{'sleep': 1}]}, {'print': 'time()'}]})");
  CHECK(run_named(*program, "timed").output == Lines{"3.0"});
}

TEST_CASE("clock: sums of durations are exact", "[engine][run][clock]") {
  // As doubles 0.1 + 0.1 + 0.1 is 0.30000000000000004.
  const auto program = free_program(
      R"({'main': [{'sleep': 0.1}, {'sleep': 0.1}, {'sleep': 0.1}, {'print': 'time()'}]})");
  CHECK(run_named(*program, "timed").output == Lines{"0.3"});
}

TEST_CASE("clock: what takes years takes as many as it says, up to the end of the clock",
          "[engine][run][clock]") {
  const auto program = free_program(R"({
    'threads': {'T1': [{'sleep': 2e9}, {'print': 'time()'}],
                'T2': [{'sleep': 1.5e9}, {'print': 'time()'}],
                'T3': [{'sleep': 9e9}, {'compute': 9e9}, {'io': 9e9}, {'print': 'time()'}],
                'T4': [{'sleep': 9e9}, {'compute': 9e9}]}})");
  CHECK(run_named(*program, "timed").output ==
        Lines{"1500000000.0", "2000000000.0", "9200000000.0"});
}

TEST_CASE("clock: what raises takes no time", "[engine][run][clock]") {
  // CPython counts 2**63 ns at most: time.sleep(1e10) is an OverflowError.
  const std::string operation = GENERATE("sleep", "io", "compute");
  const std::string seconds = GENERATE("1e10", "-1", "'1e999 - 1e999'", "'chr(49)'");
  CAPTURE(operation, seconds);
  const auto program = free_program("{'main': [{'try': [{'" + operation + "': " + seconds +
                                    R"(}, {'print': '1'}], 'except': {'do': []}},
                                       {'print': 'time()'}]})");
  const std::string policy = GENERATE("timed", "random");
  CHECK(run_named(*program, policy).output == Lines{"0.0"});
}

TEST_CASE("clock: compute and io take their time under every policy", "[engine][run][clock]") {
  const auto program =
      free_program(R"({'main': [{'compute': 0.25}, {'io': 0.5}, {'print': 'time()'}]})");
  const std::string policy = GENERATE("timed", "round-robin", "random", "pct");
  CHECK(run_named(*program, policy).output == Lines{"0.75"});
}

TEST_CASE("clock: who computes shares the GIL, or the cores", "[engine][run][clock]") {
  struct Row {
    const char* machine;
    std::vector<std::string> threads;
    std::vector<double> ends;  // in the order of the steps
  };
  const std::string second = "{'compute': 1}";
  const std::string half = "{'sleep': 0.5}";
  const std::string bit = "{'compute': 0.12}";
  const Row row = GENERATE_COPY(values<Row>({
      // Slices of 5 ms: everybody's last one comes in the last round.
      {"'gil': '3.12'", {second, second, second, second}, {3.985, 3.99, 3.995, 4}},
      {"'gil': '3.9', 'cores': 1", {second, "{'compute': 0.0125}"}, {0.0275, 1.0125}},
      {"'gil': 'free-threaded', 'cores': 4", {second, second, second, second}, {1, 1, 1, 1}},
      {"'gil': 'none', 'cores': 2", {second, second, second, second}, {1.995, 1.995, 2, 2}},
      {"'gil': 'free-threaded', 'cores': 1", {second, second}, {1.995, 2}},
      // Of 30 ms everybody computes 20, as whoever has had its core for longest makes room; of 25
      // ms everybody computes 15, and nobody is a slice behind at the end.
      {"'gil': 'free-threaded', 'cores': 2", {bit, bit, bit}, {0.175, 0.18, 0.18}},
      {"'gil': 'none', 'cores': 3", {bit, bit, bit, bit, bit}, {0.195, 0.195, 0.2, 0.2, 0.2}},
      // A sleeper that wakes at 0.5 asks for the GIL, and gets it at 0.505.
      {"'gil': '3.12'", {second, half}, {0.505, 1}},
      {"'gil': 'none'", {second, half}, {0.5, 1}},
      {"'gil': '3.12', 'switch_interval': 0.25", {second, second}, {1.75, 2}},
  }));
  CAPTURE(row.machine, row.threads);
  std::string text =
      std::string("{'machine': {'costs': {'bytecode': 0}, ") + row.machine + "}, 'threads': {";
  for (std::size_t i = 0; i < row.threads.size(); ++i) {
    text += (i > 0 ? ", 'T" : "'T") + std::to_string(i + 1) + "': [" + row.threads[i] + "]";
  }
  const auto program = program_of(text + "}}");
  const Ran ran = run_named(*program, "timed");
  REQUIRE(ran.steps.size() == row.ends.size() + 1);  // and MainThread's
  for (std::size_t i = 0; i < row.ends.size(); ++i) CHECK(ran.steps[i].time == Approx(row.ends[i]));
  CHECK(ran.result.now == Approx(row.ends.back()));
  // And so it is when its choices are taken again.
  CHECK(run_with(*program, *exact_policy(ran.result.choices.all())).jsonl == ran.jsonl);
}

TEST_CASE("clock: who computes for very long ends all the same", "[engine][run][clock]") {
  const auto program = free_program(R"({
    'threads': {'T1': [{'compute': 1e9}], 'T2': [{'compute': 1e9}]}})");
  CHECK(run_named(*program, "timed").result.now == 2e9);
}

TEST_CASE("clock: an operation costs ten bytecodes, a start what the scenario says",
          "[engine][run][clock]") {
  const auto program = program_of(R"({
    'machine': {'costs': {'bytecode': 0.001, 'thread_start': 0.5}},
    'functions': {'f': []},
    'main': [{'thread': 't', 'target': 'f'}, {'start': 't'}, {'print': 'time()'}]})");
  // create 0.01, start 0.01 + 0.5, then the child's end 0.01, since it runs first. The time is
  // asked for at 0.53.
  CHECK(run_named(*program, "timed").output == Lines{"0.53"});
}

TEST_CASE("clock: whoever makes a pool pays for its workers, one after the other",
          "[engine][run][clock]") {
  struct Row {
    const char* pool;
    const char* use;
    Lines output;  // each worker says when it begins, and the maker after a sleep of a sixteenth
  };
  const Row row = GENERATE(values<Row>({
      // Three forks of half a second; then three threads of an eighth.
      {"'mp.Pool', 'processes': 3",
       "{'pool': 'pool'}",
       {"0.625 worker", "1.125 worker", "1.625 worker", "1.9375"}},
      // Three forks and the manager.
      {"'ProcessPoolExecutor', 'max_workers': 3",
       "{'submit': 'pool', 'function': 'f'}",
       {"0.625 worker", "1.125 worker", "1.625 worker", "1.6875"}},
      // A submit starts one, which runs first.
      {"'ThreadPoolExecutor', 'max_workers': 2",
       "{'submit': 'pool', 'function': 'f'}",
       {"0.125 worker", "0.1875"}},
  }));
  CAPTURE(row.pool);
  const auto program =
      program_of(std::string("{'machine': {'costs': {'bytecode': 0, 'thread_start': 0.125, "
                             "'process_start': 0.5}}, 'objects': {'pool': {'type': ") +
                 row.pool + R"(, 'initializer': 'says'}},
        'functions': {'f': [], 'says': [{'print': ['time()', '\"worker\"']}]},
        'main': [)" +
                 row.use + R"(, {'sleep': 0.0625}, {'print': 'time()'}]})");
  CHECK(run_named(*program, "timed").output == row.output);
}

TEST_CASE("clock: private code that goes on for long costs its bytecodes", "[engine][run][clock]") {
  const auto program = program_of(R"({
    'machine': {'costs': {'bytecode': 0.001, 'thread_start': 0}},
    'main': [{'set': 'i', 'to': 0}, {'while': 'i < 100000', 'do': [{'set': 'i', 'to': 'i + 1'}]},
             {'print': 'time()'}]})");
  // One turn is at least four bytecodes, and a run is cut after 20 000 of them.
  const Ran ran = run_named(*program, "timed");
  std::size_t cuts = 0;
  for (const TraceStep& step : ran.steps) {
    for (const TraceEvent& event : step.events) {
      cuts += event.kind == Event::Kind::operation && event.operation == Operation::run_on;
    }
  }
  CHECK(cuts >= 100000 * 4 / 20000);
  // Each cut costs 20 000 + 10 bytecodes of 0.001 s; nothing comes before the time is asked for.
  const double asked = std::stod(ran.output.at(0));
  CHECK(asked == Approx(static_cast<double>(cuts) * 20.01));
}

TEST_CASE("clock: a timeout fires at its deadline, if nothing came before",
          "[engine][run][clock]") {
  struct Row {
    const char* what;
    const char* objects;
    const char* waiting;
    const char* other;
    const char* answer;
  };
  const Row row = GENERATE(values<Row>({
      {"acquire", "'m': 'Lock'", "{'acquire': 'm', 'timeout': 1.5, 'into': 'got'}",
       "{'acquire': 'm'}, {'sleep': 5}, {'release': 'm'}", "1.500 False"},
      {"acquire in time", "'m': 'RLock'", "{'acquire': 'm', 'timeout': 1.5, 'into': 'got'}",
       "{'acquire': 'm'}, {'sleep': 1}, {'release': 'm'}", "1.000 True"},
      {"Semaphore", "'m': {'type': 'Semaphore', 'value': 0}",
       "{'acquire': 'm', 'timeout': 1.5, 'into': 'got'}", "{'sleep': 2}, {'release': 'm'}",
       "1.500 False"},
      {"Event", "'m': 'Event'", "{'wait': 'm', 'timeout': 0.5, 'into': 'got'}",
       "{'sleep': 2}, {'event_set': 'm'}", "0.500 False"},
      {"Event in time", "'m': 'Event'", "{'wait': 'm', 'timeout': 0.5, 'into': 'got'}",
       "{'sleep': 0.25}, {'event_set': 'm'}", "0.250 True"},
  }));
  CAPTURE(row.what);
  const auto program =
      free_program(std::string("{'objects': {") + row.objects + "}, 'threads': {'other': [" +
                   row.other + "], 'waiting': [" + row.waiting + ", {'print': 'got'}]}}");
  CHECK(run_named(*program, "timed").timed_output() == Lines{row.answer});
}

TEST_CASE("clock: join gives up at its timeout", "[engine][run][clock]") {
  const auto program = free_program(R"({
    'functions': {'f': [{'sleep': 2}]},
    'main': [{'spawn': 'f', 'as': 't'}, {'join': 't', 'timeout': 0.5}, {'print': 't.is_alive()'},
             {'join': 't', 'timeout': 9}, {'print': 't.is_alive()'}]})");
  CHECK(run_named(*program, "timed").timed_output() == Lines{"0.500 True", "2.000 False"});
}

TEST_CASE("clock: a Semaphore's waiter that was woken in vain keeps its deadline",
          "[engine][run][clock]") {
  // At 1, T1 gives a permit and takes it again before the woken T2 runs. T2 tests again and
  // waits on until 2, not until 1 + 2.
  const auto program = free_program(R"({
    'objects': {'s': {'type': 'Semaphore', 'value': 0}},
    'threads': {'T2': [{'acquire': 's', 'timeout': 2, 'into': 'got'}, {'print': 'got'}],
                'T1': [{'sleep': 1}, {'release': 's'}, {'acquire': 's'}]}})");
  CHECK(run_named(*program, "timed").timed_output() == Lines{"2.000 False"});
}

TEST_CASE("clock: a getter that was woken in vain keeps its deadline", "[engine][run][clock]") {
  // As above: T1 gets at 1 what it has put, before the woken T2 looks.
  const auto program = free_program(R"({
    'objects': {'q': 'Queue'},
    'threads': {'T2': [{'try': [{'get': 'q', 'timeout': 2}],
                        'except': {'type': 'Empty', 'do': [{'print': 1}]}}],
                'T1': [{'sleep': 1}, {'put': 'q', 'item': 1}, {'get': 'q'}]}})");
  CHECK(run_named(*program, "timed").timed_output() == Lines{"2.000 1"});
}

TEST_CASE("clock: wait_for has one deadline for all its waits", "[engine][run][clock]") {
  // It is notified at 0.4 and 0.8 in vain, and gives up at 1, not at 0.8 + 1.
  const auto program = free_program(R"({
    'objects': {'c': 'Condition'}, 'variables': {'n': 0},
    'threads': {
      'T1': [{'with': 'c', 'do': [{'wait_for': 'c', 'until': 'n == 3', 'timeout': 1, 'into': 'got'}]},
             {'print': 'got'}],
      'T2': [{'for': 'i', 'in': 'range(2)', 'do': [
               {'sleep': 0.4}, {'with': 'c', 'do': [{'notify': 'c'}]}]}]}})");
  CHECK(run_named(*program, "timed").timed_output() == Lines{"1.000 False"});
}

TEST_CASE("clock: a wait after another has a deadline of its own", "[engine][run][clock]") {
  const auto program = free_program(R"({
    'objects': {'c': 'Condition'},
    'main': [{'with': 'c', 'do': [
      {'for': 'i', 'in': 'range(3)', 'do': [{'wait': 'c', 'timeout': 0.5}, {'print': 'i'}]}]}]})");
  CHECK(run_named(*program, "timed").timed_output() == Lines{"0.500 0", "1.000 1", "1.500 2"});
}

TEST_CASE("clock: time passes for a sleep inside atomic, where nobody else can run",
          "[engine][run][clock]") {
  const auto program = free_program(R"({
    'threads': {'T1': [{'atomic': [{'sleep': 1}, {'sleep': 1}]}, {'print': 1}],
                'T2': [{'sleep': 0.5}, {'print': 2}]}})");
  CHECK(run_named(*program, "timed").result.now == 2);
}

TEST_CASE("clock: what takes time by itself", "[engine][run][clock]") {
  const auto program = program_of(R"({'main': [{'print': 1}]})");
  const Machine machine(*program);
  struct Row {
    Operation operation;
    std::vector<Value> arguments;
    std::optional<double> expected;
  };
  const Value half = machine.values().real(0.5);
  const Value minus_one = machine.values().integer(-1);
  const Value two = machine.values().integer(2);
  const std::vector<Row> rows{
      {Operation::sleep, {half}, 0.5},
      {Operation::sleep, {minus_one}, std::nullopt},  // ValueError
      {Operation::io, {two}, 2.0},
      {Operation::compute, {two}, std::nullopt},  // works, does not wait
      {Operation::sleep, {machine.values().string("x")}, std::nullopt},
      {Operation::sleep, {machine.values().real(9e9)}, 9e9},
      {Operation::sleep, {machine.values().real(1e300)}, std::nullopt},  // OverflowError
      {Operation::thread_join, {machine.values().real(1e300)}, duration_max},
      {Operation::sleep,
       {machine.values().real(std::numeric_limits<double>::quiet_NaN())},
       std::nullopt},
      {Operation::lock_acquire, {none_value, none_value}, std::nullopt},
      {Operation::lock_acquire, {true_value, half}, 0.5},
      {Operation::lock_acquire, {true_value, minus_one}, std::nullopt},  // for ever
      {Operation::lock_acquire, {false_value, none_value}, std::nullopt},
      {Operation::lock_enter, {}, std::nullopt},
      {Operation::lock_restore, {half, false_value}, std::nullopt},
      {Operation::semaphore_park, {none_value, two}, 2.0},
      {Operation::semaphore_park, {}, std::nullopt},  // of a with statement
      {Operation::event_park, {half, false_value}, 0.5},
      {Operation::event_park, {minus_one, false_value}, 0.0},
      {Operation::condition_park, {true_value, false_value}, 1.0},
      {Operation::queue_put_park, {none_value, true_value, two}, 2.0},
      {Operation::queue_get_park, {true_value, half}, 0.5},
      {Operation::queue_join_park, {none_value}, std::nullopt},
      {Operation::simple_queue_get, {true_value, half}, 0.5},
      {Operation::simple_queue_get, {false_value, half}, std::nullopt},
      {Operation::simple_queue_get, {true_value, minus_one}, std::nullopt},  // ValueError
      {Operation::thread_join, {minus_one}, 0.0},
      {Operation::thread_join, {none_value}, std::nullopt},
  };
  for (const Row& expected : rows) {
    CAPTURE(row(expected.operation).name);
    Pending pending;
    pending.operation = expected.operation;
    pending.arguments = expected.arguments;
    CHECK(duration(machine, pending) == expected.expected);
  }
}

}  // namespace
}  // namespace lockstep
