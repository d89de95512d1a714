// report/trace_text.cpp: what people read, whole.
#include "report/trace_text.h"

#include <catch2/catch.hpp>

#include "report/words.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

// Without costs, so that the times are those of the sleeps.
std::unique_ptr<Program> free_program(std::string text) {
  text.insert(text.find('{') + 1, "'machine': {'costs': {'bytecode': 0, 'thread_start': 0}}, ");
  return program_of(text);
}

TEST_CASE("trace text: two threads that lock each other out", "[report][trace]") {
  const auto program = free_program(R"({
    'objects': {'mutexA': 'Lock', 'mutexB': 'Lock'},
    'variables': {'n': 100},
    'functions': {
      'f': [
        {'global': ['n']},
        {'acquire': 'mutexA'},
        {'set': 'n', 'to': 'n - 1'},
        {'acquire': 'mutexB', 'note': 'B under A'},
        {'release': 'mutexB'},
        {'release': 'mutexA'}],
      'g': [
        {'acquire': 'mutexB', 'at': 'app.py:12'},
        {'sleep': 2},
        {'acquire': 'mutexA'}]},
    'threads': {'T1': [{'call': 'f'}], 'T2': [{'call': 'g'}]}})");
  CHECK("\n" + run_schedule(*program, "T1,T2*2").text == R"(
 step   seconds  line  T1                         T2                         then
    1  0.000000     7  acquire mutexA                                        mutexA: free -> T1
    2  0.000000    13                             acquire mutexB             at app.py:12
                                                  sleeps 2 s                 mutexB: free -> T2
    3  2.000000    14                             slept 2 s
                   15                             acquire mutexA:
                                                  BLOCKED, held by T1
)");
  CHECK("\n" + run_schedule(*program, "T1*2").text == R"(
 step   seconds  line  T1                         T2                         then
    1  0.000000     7  acquire mutexA                                        mutexA: free -> T1
    2  0.000000     8  read n: 100                                           n: 100 -> 99
                       n = 99                                                mutexB: free -> T1
                    9  # B under A                                           T2 waits for mutexB
                       acquire mutexB
)");
}

TEST_CASE("trace text: a success is told before the same thing blocks", "[report][trace]") {
  const auto twice = [](const std::string& type, const std::string& block) {
    const auto program =
        free_program("{'objects': {'m': '" + type + "'}, 'threads': {'T1': [" + block + "]}}");
    return "\n" + run_schedule(*program, "T1").text;
  };
  const std::string told = R"(
 step   seconds  line  T1                                        then
    1  0.000000     1  acquire m                                 m: free -> T1
                       acquire m: BLOCKED, held by itself
)";
  CHECK(twice("Lock", "{'acquire': 'm'}, {'acquire': 'm'}") == told);
  CHECK(twice("Lock", "{'acquire': 'm'}, {'with': 'm', 'do': []}") == told);
  // Of what only begins a wait, nothing is told but the wait.
  CHECK(twice("Event", "{'wait': 'm'}") == R"(
 step   seconds  line  T1                                        then
    1  0.000000     1  wait m: BLOCKED, until it is set
)");
}

TEST_CASE("trace text: a text that goes on and on is cut off", "[report][trace]") {
  const auto program = free_program("{'threads': {'T1': [{'print': '\\\"x\\\" * 1000000'}]}}");
  const std::string text = run_named(*program, "timed").text;
  CHECK(text.size() < 3000);
  CHECK(text.find("xxx...\n") != std::string::npos);
}

TEST_CASE("trace text: without a step there is no heading", "[report][trace]") {
  const auto program = free_program("{'threads': {'T1': []}}");
  std::string text;
  const TraceText sink(
      *program, [&](std::string_view line) { text += line; }, Paint(false));
  CHECK(text.empty());
}

TEST_CASE("trace text: with three threads the news stand below", "[report][trace]") {
  const auto program = free_program(R"({
    'objects': {'sm': 'Semaphore', 'ready': 'Event'},
    'functions': {'f': [
      {'with': 'sm', 'do': [
        {'print': 'f\"{current_thread().name} is in\"'}]}]},
    'threads': {'T1': [{'call': 'f'}, {'event_set': 'ready'}],
                'T2': [{'wait': 'ready', 'timeout': 1.5}, {'call': 'f'}],
                'T3': [{'wait': 'ready'}, {'assert': 'False', 'message': '\"no\"'}]}})");
  CHECK("\n" + run_named(*program, "timed").text == R"(
 step   seconds  line  T1                       T2                       T3
    1  0.000000     4  acquire sm
                       > sm: 1 free -> 0 free
    2  0.000000     5  T1.name -> 'T1'
    3  0.000000     5  print T1 is in
    4  0.000000     4  release sm
                       > sm: 0 free -> 1 free
    5  0.000000     6  set ready
                       end
                       > ready: not set -> set
    6  0.000000     7                           wait ready
                                                call f
    7  0.000000     4                           acquire sm
                                                > sm: 1 free -> 0 free
    8  0.000000     5                           T2.name -> 'T2'
    9  0.000000     5                           print T2 is in
   10  0.000000     4                           release sm
                                                end
                                                > sm: 0 free -> 1 free
   11  0.000000     8                                                    wait ready
                                                                         raise AssertionError:
                                                                         no
                                                                         end by AssertionError
                                                                         > MainThread can go on
   12  0.000000        MainThread: join all
                       MainThread: end
                       the process ends
)");
}

TEST_CASE("trace text: threads that are created share a column", "[report][trace]") {
  const auto program = free_program(R"({
    'objects': {'con': 'Condition'}, 'variables': {'go': false},
    'functions': {'f': [
      {'global': ['go']},
      {'with': 'con', 'do': [
        {'while': 'not go', 'do': [
          {'wait': 'con'}]}]}]},
    'main': [
      {'global': ['go']},
      {'spawn': 'f', 'as': 't'},
      {'sleep': 0.5},
      {'with': 'con', 'do': [
        {'set': 'go', 'to': 'True'},
        {'notify': 'con'}]},
      {'join': 't'}]})");
  CHECK("\n" + run_named(*program, "timed").text == R"(
 step   seconds  line  thread                                                 then
    1  0.000000    10  MainThread        create Thread-1 (f)
    2  0.000000    10  MainThread        start Thread-1 (f)
                                         sleeps 0.5 s
    3  0.000000     5  Thread-1 (f)      acquire con                          con.lock: Thread-1 (f)
    4  0.000000     6  Thread-1 (f)      read go: False
    5  0.000000     7  Thread-1 (f)      wait con:                            con: Thread-1 (f)
                                         BLOCKED, until it is notified        waiting
                                                                              con.lock: free
    6  0.500000    11  MainThread        slept 0.5 s
    7  0.500000    12  MainThread        acquire con                          con.lock: MainThread
    8  0.500000    13  MainThread        go = True                            go: False -> True
    9  0.500000    14  MainThread        notify con                           con: nobody waiting
                                                                              Thread-1 (f) can go on
   10  0.500000    12  MainThread        release con                          con.lock: free
                   15                    join Thread-1 (f):
                                         BLOCKED, until it ends
   11  0.500000     7  Thread-1 (f)      wait con: notified
   12  0.500000     7  Thread-1 (f)      acquire con again                    con.lock: Thread-1 (f)
   13  0.500000     6  Thread-1 (f)      read go: True
   14  0.500000     5  Thread-1 (f)      release con                          con.lock: free
                                         end                                  MainThread can go on
   15  0.500000    15  MainThread        join Thread-1 (f)
                                         end
                                         the process ends
)");
}

TEST_CASE("trace text: many threads share a column", "[report][trace]") {
  std::string threads;
  for (int i = 1; i <= 5; ++i) {
    threads += (i > 1 ? ", " : "") + ("'T" + std::to_string(i)) +
               "': [{'sleep': " + std::to_string(i) + "}]";
  }
  const auto program = free_program("{'threads': {" + threads + "}}");
  CHECK("\n" + run_named(*program, "timed").text == R"(
 step   seconds  line  thread                                                then
    1  1.000000     1  T1          slept 1 s
                                   end
    2  2.000000     1  T2          slept 2 s
                                   end
    3  3.000000     1  T3          slept 3 s
                                   end
    4  4.000000     1  T4          slept 4 s
                                   end
    5  5.000000     1  T5          slept 5 s                                 MainThread can go on
                                   end
    6  5.000000        MainThread  join all
                                   end
                                   the process ends
)");
}

TEST_CASE("trace text: whatever a scenario holds, lines stay lines of 100 columns",
          "[report][trace]") {
  const auto program = free_program(R"({
    'variables': {'a_variable_with_a_very_long_name_that_goes_on_and_on_and_on_and_on': '0'},
    'functions': {'f': [
      {'global': 'a_variable_with_a_very_long_name_that_goes_on_and_on_and_on_and_on'},
      {'set': 'a_variable_with_a_very_long_name_that_goes_on_and_on_and_on_and_on',
       'to': 'list(range(100))'}]},
    'threads': {
      'T1': [{'set': 'current_thread().name', 'to': '\"\\x1b[31m evil\\n\"'},
             {'print': '\"two\\nlines \\x1b[0m\"'}, {'print': 2}],
      '\u540d\u524d\u540d\u524d\u540d\u524d\u540d\u524d': [{'print': '\"\u6f22\" * 100'},
        {'call': 'f'}, {'raise': 'ValueError(\"x\" * 300)'}],
      'T3': [{'print': 1, 'note': 'a note\u202e of many words, so many that they do not fit on one line'}]}})");
  const std::size_t width = GENERATE(80, 100, 140);
  std::string text;
  TraceText sink(
      *program, [&](std::string_view line) { text += line; }, Paint(false), width);
  TraceRecorder recorder(&sink);
  const Machine machine(*program);
  run(machine, *policy_named("timed")->make(*program, 0), &recorder);
  INFO(text);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\u202e") == std::string::npos);
  CHECK(text.find("two\\nlines") != std::string::npos);
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    CHECK(display_width(text.substr(begin, end - begin)) <= width);
    begin = end + 1;
  }
}

TEST_CASE("trace text: colour adds nothing but escapes", "[report][trace]") {
  const auto program = free_program(R"({
    'objects': {'m': 'Lock'},
    'threads': {'T1': [{'acquire': 'm'}], 'T2': [{'acquire': 'm'}]}})");
  const auto traced = [&](bool colour) {
    std::string text;
    TraceText sink(
        *program, [&](std::string_view line) { text += line; }, Paint(colour));
    TraceRecorder recorder(&sink);
    const Machine machine(*program);
    run(machine, *policy_named("timed")->make(*program, 0), &recorder);
    return text;
  };
  std::string coloured = traced(true);
  CHECK(coloured.find("\x1b[") != std::string::npos);
  for (std::size_t at; (at = coloured.find('\x1b')) != std::string::npos;) {
    coloured.erase(at, coloured.find('m', at) - at + 1);
  }
  CHECK(coloured == traced(false));
}

}  // namespace
}  // namespace lockstep
