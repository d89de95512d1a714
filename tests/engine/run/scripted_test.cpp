// Schedules carried out: engine/run/scripted.cpp, exact.cpp and threads.cpp.
#include <catch2/catch.hpp>

#include "engine/run/run.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

// T1 and T2 take two locks each, in opposite order; every operation is a step.
constexpr std::string_view opposite = R"({
    'machine': {'gil': 'none'}, 'objects': {'A': 'Lock', 'B': 'Lock'},
    'threads': {'T1': [{'acquire': 'A'}, {'acquire': 'B'}, {'release': 'B'}, {'release': 'A'}],
                'T2': [{'acquire': 'B'}, {'acquire': 'A'}, {'release': 'A'}, {'release': 'B'}]}})";

TEST_CASE("schedule: steps are taken as they are written", "[engine][run][schedule]") {
  const auto program = program_of(opposite);
  const Ran ran = run_schedule(*program, "T1*2,T1,T1,T2*4,MainThread");
  CHECK(ran.order() == "T1 T1 T1 T1 T2 T2 T2 T2 MainThread");
  CHECK(ran.result.end == RunResult::End::finished);
}

TEST_CASE("schedule: it stops at its end and is stuck only where nobody can go on",
          "[engine][run][schedule]") {
  const auto program = program_of(opposite);
  CHECK(run_schedule(*program, "T1").result.end == RunResult::End::stopped);
  CHECK(run_schedule(*program, "T1,T2").result.end == RunResult::End::stuck);
}

TEST_CASE("schedule: what holds already takes no step, also in a deadlock",
          "[engine][run][schedule]") {
  const auto program = program_of(opposite);
  const Ran ran = run_schedule(*program, R"([
    'T1', {'run': 'T2', 'until': 'blocked'}, {'run': 'T1', 'until': 'blocked'},
    {'run': 'T2', 'until': {'waits': 'A'}}, {'run': 'T1', 'until': {'holds': 'A'}}])");
  CHECK(ran.order() == "T1 T2");
  CHECK(ran.result.end == RunResult::End::stuck);
}

TEST_CASE("schedule: finish hands over to a policy", "[engine][run][schedule]") {
  const auto program = program_of(opposite);
  const Ran ran = run_schedule(*program, "T1*2,finish:round-robin");
  CHECK(ran.order() == "T1 T1 T1 T2 T1 T2 T2 T2 MainThread");
}

TEST_CASE("schedule: until", "[engine][run][schedule]") {
  // A statement a step, and as many steps of T1 as there are statements up to where it holds.
  const auto program = program_of(R"({
    'machine': {'gil': 'none'},
    'objects': {'m': 'Lock', 's': 'Semaphore', 'e': 'Event', 'r': 'RLock', 'c': 'Condition'},
    'variables': {'n': 0, 'xs': [], 'other': 0},
    'functions': {
      'f': [{'event_set': 'e'}, {'event_clear': 'e'}],
      'work': [
        {'global': ['n', 'xs', 'other']},
        {'acquire': 'm'},
        {'acquire': 's'},
        {'set': 'n', 'to': 'other'},
        {'event_clear': 'e', 'label': 'here'},
        {'append': 'xs', 'item': 1},
        {'release': 's'},
        {'call': 'f'},
        {'with': 'r', 'do': [{'with': 'r', 'do': [{'event_clear': 'e'}]}]},
        {'if': 'True', 'label': 'private', 'then': [{'event_clear': 'e'}]},
        {'wait': 'e'},
        {'release': 'm'}]},
    'threads': {'T1': {'target': 'work'}}})");
  struct Row {
    const char* until;
    std::size_t steps;
    const char* end;  // the last event of the last step
  };
  const Row row = GENERATE(values<Row>({
      {"{'holds': 'm'}", 1, "acquire m"},
      {"{'holds': 's'}", 2, "acquire s"},
      {"{'read': 'other'}", 3, "read other: 0"},
      {"{'wrote': 'n'}", 4, "label here"},     // with which the step after it begins
      {"{'label': 'here'}", 4, "label here"},  // about to execute it
      {"{'wrote': 'xs'}", 6, "xs.append(1)"},
      {"{'read': 'xs'}", 6, "xs.append(1)"},
      {"{'in': 'f'}", 7, "call f"},
      {"{'holds': 'r'}", 10, "acquire r"},
      {"{'label': 'private'}", 14, "label private"},  // come past
      {"'blocked'", 16, "wait e: blocked, until it is set"},
      {"{'waits': 'e'}", 16, "wait e: blocked, until it is set"},
      {"{'waits': 'e', 'holds': 'm'}", 16, "wait e: blocked, until it is set"},
      {"{'in': 'f', 'holds': 'm'}", 7, "call f"},
  }));
  CAPTURE(row.until);
  const Ran ran =
      run_schedule(*program, std::string("[{'run': 'T1', 'until': ") + row.until + "}]");
  INFO(ran.text << ran.result.reason);
  CHECK(ran.result.end != RunResult::End::refused);
  CHECK(ran.steps.size() == row.steps);
  CHECK(ran.steps.back().events.back().text == row.end);
}

TEST_CASE("schedule: until finished", "[engine][run][schedule]") {
  const auto program = program_of(opposite);
  const Ran ran = run_schedule(*program, "[{'run': 'T2', 'until': 'finished'}]");
  CHECK(ran.order() == "T2 T2 T2 T2");
}

TEST_CASE("schedule: a condition that must hold at once", "[engine][run][schedule]") {
  // T1 holds A alone, then both, then A alone again.
  const auto program = program_of(opposite);
  const Ran ran = run_schedule(*program, R"([
    {'run': 'T1', 'until': {'holds': 'A'}}, {'run': 'T1', 'until': {'holds': 'B'}}, 'T1*2',
    {'run': 'T2', 'until': 'finished'}])");
  CHECK(ran.order() == "T1 T1 T1 T1 T2 T2 T2 T2");
}

TEST_CASE("schedule: a choose takes the item that is named, a timeout fires when told",
          "[engine][run][schedule]") {
  const auto program = program_of(R"({
    'objects': {'e': 'Event'},
    'threads': {'T1': [{'choose': 'x', 'from': '[1, \"two\", (3, None)]'}, {'print': 'x'}],
                'T2': [{'wait': 'e', 'timeout': 5, 'into': 'x'}, {'print': 'x'}]}})");
  using Lines = std::vector<std::string>;
  CHECK(run_schedule(*program, "T1=1,T1*1,T2,T2!,T2,MainThread").output == Lines{"1", "False"});
  CHECK(run_schedule(*program, "T1='two',finish:timed").output.at(0) == "two");
  CHECK(run_schedule(*program, R"([{'choose': 'T1', 'value': '(3, None)'}, 'T1'])").output ==
        Lines{"(3, None)"});
}

TEST_CASE("schedule: what does not fit is refused, with the step and the reason",
          "[engine][run][schedule]") {
  const char* const scenario = R"({
    'machine': {'gil': 'none'},
    'objects': {'A': 'Lock', 'B': 'RLock', 's': {'type': 'Semaphore', 'value': 0}, 'e': 'Event',
                'c': 'Condition'},
    'variables': {'n': 0},
    'functions': {'never': []},
    'threads': {
      'T1': [{'acquire': 'A'}, {'acquire': 'B'}, {'release': 'B'}, {'release': 'A'}],
      'T2': [{'acquire': 'B'}, {'acquire': 'A'}],
      'T3': [{'choose': 'x', 'from': '[1, 2]'}, {'acquire': 's'}],
      'T4': [{'wait': 'e', 'timeout': 2}],
      'T5': [{'while': 'n == 0', 'do': [{'yield': true}]}],
      'T6': [{'with': 'c', 'do': [{'wait': 'c'}]}],
      'T7': [{'acquire': 'A'}, {'acquire': 'A'}]}})";
  struct Row {
    const char* schedule;
    const char* reason;
  };
  const Row row = GENERATE(values<Row>({
      {"T1,T2,T3=1,T2*2",
       "step 4 (directive 4, \"T2*2\"): T2 cannot take a step: it waits for A, held by T1; "
       "runnable here: T3, T4, T5, T6"},
      {"T1*4,T1",
       "step 5 (directive 2, \"T1\"): T1 cannot take a step: it has ended; "
       "runnable here: T2, T3, T4, T5, T6, T7"},
      {"T3",
       "step 1 (directive 1, \"T3\"): T3 cannot take a step: it is at a choose; say which "
       "value; runnable here: T1, T2, T3, T4, T5, T6, T7"},
      {"T3=7", "step 1 (directive 1, \"T3=7\"): 7 is not among [1, 2], from which T3 chooses"},
      {"T1=7",
       "step 1 (directive 1, \"T1=7\"): T1 has nothing to choose: it is not at a choose; "
       "runnable here: T1, T2, T3, T4, T5, T6, T7"},
      {"T1!",
       "step 1 (directive 1, \"T1!\"): T1 has no timeout pending: it is not blocked; "
       "runnable here: T1, T2, T3, T4, T5, T6, T7"},
      {"T3=1,T3,T3!",
       "step 3 (directive 3, \"T3!\"): T3 has no timeout pending: it waits for a permit of s, "
       "without a timeout; runnable here: T1, T2, T4, T5, T6, T7"},
      {"T4,T4",
       "step 2 (directive 2, \"T4\"): T4 cannot take a step: it waits for e to be set; its "
       "timeout can fire; runnable here: T1, T2, T3, the timeout of T4, T5, T6, T7"},
      {"T6*2,T6",
       "step 3 (directive 2, \"T6\"): T6 cannot take a step: it waits for a notify of "
       "c; runnable here: T1, T2, T3, T4, T5, T7"},
      {"T7,T7",
       "step 2 (directive 2, \"T7\"): T7 cannot take a step: it waits for A, which it "
       "holds itself; runnable here: T2, T3, T4, T5, T6"},
      {"MainThread",
       "step 1 (directive 1, \"MainThread\"): MainThread cannot take a step: it waits for T1, "
       "T2, T3, T4, T5, T6 and T7 to end; runnable here: T1, T2, T3, T4, T5, T6, T7"},
      {"[{'run': 'T2', 'until': {'holds': 'A', 'in': 'never'}}]",
       "step 3 (directive 1, {\"run\": \"T2\", \"until\": {\"holds\": \"A\", \"in\": \"never\"}}): "
       "T2 cannot go on until that is so: it has ended; runnable here: T3, T4, T5, T6"},
      {"['T1', {'run': 'T2', 'until': 'finished'}]",
       "step 3 (directive 2, {\"run\": \"T2\", \"until\": \"finished\"}): T2 cannot go on until "
       "that is so: it waits for A, held by T1; runnable here: T3, T4, T5, T6"},
      {"[{'run': 'T3', 'until': 'blocked'}]",
       "step 1 (directive 1, {\"run\": \"T3\", \"until\": \"blocked\"}): T3 cannot go on until "
       "that is so: it is at a choose; say which value; "
       "runnable here: T1, T2, T3, T4, T5, T6, T7"},
      {"[{'run': 'T5', 'until': {'wrote': 'n'}}]",
       "step 5 (directive 1, {\"run\": \"T5\", \"until\": {\"wrote\": \"n\"}}): T5 runs in a "
       "circle in which \"until\" never comes true"},
  }));
  CAPTURE(row.schedule);
  const Ran ran = run_schedule(*program_of(scenario), row.schedule);
  CHECK(ran.result.end == RunResult::End::refused);
  CHECK(ran.result.reason == row.reason);
}

TEST_CASE("schedule: what is left when the process has ended is refused",
          "[engine][run][schedule]") {
  const auto program = program_of(opposite);
  const Ran ran = run_schedule(*program, "T1*4,T2*4,MainThread,T1");
  CHECK(ran.result.end == RunResult::End::refused);
  CHECK(ran.result.reason ==
        "step 10 (directive 4, \"T1\"): T1 cannot take a step: it has ended; "
        "nobody is runnable here");
}

TEST_CASE("schedule: threads by name and number", "[engine][run][schedule]") {
  // Two threads of one name, and one that is created but not started.
  const auto program = program_of(R"({
    'functions': {'f': [{'print': '\"f\"'}]},
    'main': [{'thread': 'a', 'target': 'f', 'name': '\"w\"'},
             {'thread': 'b', 'target': 'f', 'name': '\"w\"'},
             {'thread': 'c', 'target': 'f', 'name': '\"late\"'},
             {'start': 'a'}, {'start': 'b'}, {'sleep': 1}]})");
  struct Row {
    const char* schedule;
    const char* reason;  // empty: it fits
  };
  const Row row = GENERATE(values<Row>({
      {"MainThread*5,w#2,w#1", ""},
      {"MainThread*5,w#2*1,w", ""},  // one living thread of the name is left
      {"MainThread#0*5,w#1", ""},
      {"MainThread*5,w",
       "step 6 (directive 2, \"w\"): 2 living threads are named \"w\": write w#1 or w#2"},
      {"MainThread*5,w#0", "step 6 (directive 2, \"w#0\"): no thread is named \"w#0\" here"},
      {"MainThread*2,late", "step 3 (directive 2, \"late\"): no thread is named \"late\" here"},
      {"MainThread*3,late",
       "step 4 (directive 2, \"late\"): late cannot take a step: it has not been started; "
       "runnable here: MainThread"},
  }));
  CAPTURE(row.schedule);
  const Ran ran = run_schedule(*program, row.schedule);
  INFO(ran.text);
  CHECK(ran.result.reason == row.reason);
  CHECK((ran.result.end == RunResult::End::refused) == (*row.reason != '\0'));
}

TEST_CASE("exact: the choices fit or are refused at the first that does not",
          "[engine][run][schedule]") {
  const auto program = program_of(opposite);
  const Machine machine(*program);
  const auto with = [&](std::vector<Choice> choices) {
    return run(machine, *exact_policy(std::move(choices)), nullptr);
  };
  const ThreadId t1{1}, t2{2};
  CHECK(with({{t1}, {t1}}).end == RunResult::End::stopped);
  CHECK(with({{t1}, {t2}}).end == RunResult::End::stuck);
  CHECK(with({{t1}, {t2}, {t2}}).reason ==
        "step 3: T2 waits for A, held by T1; "
        "nobody is runnable here");
  CHECK(with({{t1}, {ThreadId{9}}}).reason == "step 2: there is no thread 9 here");
  CHECK(with({{t1, Choice::Kind::timeout}}).reason ==
        "step 1: T1 is not blocked; runnable here: T1, T2");
}

}  // namespace
}  // namespace lockstep
