// report/times_text.cpp: what people read, whole.
#include "report/times_text.h"

#include <catch2/catch.hpp>

#include "report/words.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

constexpr std::int64_t second = 1'000'000'000;

ThreadTimes thread(std::string name, std::int64_t runs_ns, std::int64_t gil_ns,
                   std::int64_t sleeps_ns, std::vector<ThreadTimes::Blocked> blocked) {
  ThreadTimes made;
  made.name = std::move(name);
  made.runs_ns = runs_ns;
  made.gil_ns = gil_ns;
  made.sleeps_ns = sleeps_ns;
  for (const auto& one : blocked) made.blocked_ns += one.time_ns;
  made.blocked = std::move(blocked);
  made.end_ns = runs_ns + gil_ns + sleeps_ns + made.blocked_ns;
  return made;
}

TEST_CASE("times text: a row for each thread", "[report][times]") {
  RunTimes times;
  times.total_ns = 10 * second;
  times.threads = {
      thread("MainThread", 1'200'000, 0, 0, {{"T1 (join)", 10 * second - 1'200'000, true}}),
      thread("T1", 850, 12'400, 9 * second, {{"mutexA", second / 2}, {"cond (wait)", second / 4}}),
      thread("T\n2", 0, 0, 0, {})};
  CHECK("\n" + times_text(times, 100, Paint(false)) == R"(
  thread         cpu  waits for the GIL  sleeps  blocked
  MainThread  1.2 ms                  -       -  10.0 s on T1 (join)
  T1          850 ns              12 µs   9.0 s  500 ms on mutexA, 250 ms on cond (wait)
  T\n2             -                  -       -  -
  total 10.0 s of virtual time
)");
  times.has_gil = false;
  times.shares_cores = true;
  times.threads.resize(1);
  times.threads[0].core_ns = 4000;
  CHECK("\n" + times_text(times, 100, Paint(false)) == R"(
  thread         cpu  waits for a core  sleeps  blocked
  MainThread  1.2 ms            4.0 µs       -  10.0 s on T1 (join)
  total 10.0 s of virtual time
)");
}

TEST_CASE("times text: what a thread was blocked on is broken between causes and cut short",
          "[report][times]") {
  RunTimes times;
  times.total_ns = 36 * second;
  std::vector<ThreadTimes::Blocked> blocked;
  for (int i = 8; i > 0; --i) blocked.push_back({"lock" + std::to_string(i), i * second});
  times.threads = {thread("T1", 0, 0, 0, std::move(blocked))};
  // The first five are 8 + 7 + 6 + 5 + 4 of 36.
  CHECK("\n" + times_text(times, 80, Paint(false)) == R"(
  thread  cpu  waits for the GIL  sleeps  blocked
  T1        -                  -       -  8.0 s on lock8, 7.0 s on lock7,
                                          6.0 s on lock6, 5.0 s on lock5,
                                          4.0 s on lock4, 6.0 s on 3 others
  total 36.0 s of virtual time
)");
}

TEST_CASE("times text: many threads are summed, and many joins", "[report][times]") {
  RunTimes times;
  times.total_ns = 7 * second;
  times.threads = {thread("MainThread", 0, 0, 0,
                          {{"T1 (join)", second, true},
                           {"mutex", 2 * second},
                           {"T2 (join)", second, true},
                           {"T3 (join)", 3 * second, true}}),
                   thread("T1", second, 0, 0, {}),
                   thread("T2", second, second, 0, {{"mutex", second}}),
                   thread("T3", second, second, second, {{"mutex", second}, {"b", 3 * second}})};
  CHECK("\n" + times_text(times, 100, Paint(false), 2) == R"(
  thread        cpu  waits for the GIL  sleeps  blocked
  MainThread      -                  -       -  5.0 s on 3 threads (join), 2.0 s on mutex
  T1          1.0 s                  -       -  -
  and 2 more  2.0 s              2.0 s   1.0 s  3.0 s on b, 2.0 s on mutex
  total 7.0 s of virtual time
)");
}

TEST_CASE("times text: a timeline shows what took most of each slice", "[report][times]") {
  RunTimes times;
  times.total_ns = 20 * second;
  using Spans = std::vector<ThreadTimes::Span>;
  ThreadTimes t1, t2, t3;
  t1.name = "T1";
  t1.spans = Spans{{Activity::runs, 0, 5 * second},
                   {Activity::sleeps, 5 * second, 15 * second + second / 4},
                   {Activity::blocked, 15 * second + second / 4, 16 * second},
                   {Activity::waits_for_gil, 16 * second, 20 * second}};
  t2.name = "T2";  // there from 2.4 to 3.5: 0.6 of the third slice, half of the fourth
  t2.spans = Spans{{Activity::runs, 2'400'000'000, 3'500'000'000}};
  t3.name = "T3";
  times.threads = {t1, t2, t3};
  // Two spaces, six for the name, two: 20 columns are left, one a second.
  CHECK("\n" + timeline_text(times, 30, Paint(false)) == R"(
          0 s           20.0 s
  T1      #####zzzzzzzzzz-....
  T2        ##
  T3
  # runs  . waits for the GIL  - blocked  z sleeps; a column is 1.0 s
)");
}

TEST_CASE("times text: a timeline is as long as the time", "[report][times]") {
  RunTimes times;
  CHECK(timeline_text(times, 100, Paint(false)) == "  no virtual time has passed\n");
  // Three nanoseconds are three columns; a total near the clock's end does not overflow.
  for (const auto& [total, columns] :
       {std::pair<std::int64_t, std::size_t>{3, 3}, {8'000'000'000 * second, 90}}) {
    times.total_ns = total;
    ThreadTimes whole;
    whole.name = "T1";
    whole.spans = {{Activity::sleeps, 0, total}};
    times.threads = {whole};
    const std::string text = timeline_text(times, 100, Paint(false));
    CHECK(text.find("T1      " + std::string(columns, 'z') + "\n") != std::string::npos);
  }
}

TEST_CASE("times text: the table of a real run fits its width", "[report][times]") {
  const auto program = program_of(R"({
    'objects': {'a_lock_with_a_name_that_is_rather_long': 'Lock'},
    'threads': {'a thread with a long name too': [
                  {'with': 'a_lock_with_a_name_that_is_rather_long', 'do': [{'sleep': 1}]}],
                'T2': [{'with': 'a_lock_with_a_name_that_is_rather_long', 'do': [{'sleep': 1}]}]}})");
  const Machine machine(*program);
  TimeKeeper keeper(TimeKeeper::Spans::kept);
  const RunResult result = run(machine, *policy_named("timed")->make(*program, 0), &keeper);
  const RunTimes times = keeper.times(machine, result.state);
  const std::string text =
      times_text(times, 80, Paint(false)) + timeline_text(times, 80, Paint(false));
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    INFO(text);
    CHECK(display_width(text.substr(begin, end - begin)) <= 80);
    begin = end + 1;
  }
}

TEST_CASE("times text: times in three digits", "[report][times]") {
  CHECK(nanoseconds_text(0) == "-");
  CHECK(nanoseconds_text(999) == "999 ns");
  CHECK(nanoseconds_text(1'500) == "1.5 µs");
  CHECK(nanoseconds_text(12'400) == "12 µs");
  CHECK(nanoseconds_text(999'600) == "1.0 ms");
  CHECK(nanoseconds_text(12'400'000) == "12 ms");
  CHECK(nanoseconds_text(999'600'000) == "1.0 s");
  CHECK(nanoseconds_text(245 * second) == "4 min 05 s");
}

}  // namespace
}  // namespace lockstep
