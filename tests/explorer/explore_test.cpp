// Tests of explorer/explore: numbers that can be worked out, and what is found.
#include "explorer/explore.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "language/load.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

std::string repeated(const std::string& statement, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += (i > 0 ? ", " : "") + statement;
  return text;
}

// "n=2 m=0; n=3 m=0", without the threads that are stuck or raised something.
std::string outcomes_of(const Exploration& exploration) {
  std::string text;
  for (const ExploredOutcome& outcome : exploration.outcomes) {
    if (!text.empty()) text += "; ";
    std::string values;
    for (const auto& [name, value] : outcome.variables) {
      values += (values.empty() ? "" : " ") + name + "=" + value;
    }
    text += values;
    if (outcome.status == ExploredOutcome::Status::deadlock) text += " deadlock";
  }
  return text;
}

TEST_CASE("explore: threads that do not know each other make a grid of states",
          "[explorer][explore]") {
  // k steps make k + 1 places to stand, so n threads have (k + 1)^n states, and each thread can
  // move in k of the k + 1: n k (k + 1)^(n - 1) transitions. MainThread joins all: one more
  // step, from the last of these states to the end of the process.
  struct Row {
    std::size_t threads, steps;
    std::uint64_t states, transitions;
  };
  const Row row = GENERATE(values<Row>({{1, 5, 6 + 1, 5 + 1},
                                        {2, 3, 4 * 4 + 1, 2 * 3 * 4 + 1},
                                        {2, 9, 10 * 10 + 1, 2 * 9 * 10 + 1},
                                        {3, 4, 5 * 5 * 5 + 1, 3 * 4 * 25 + 1},
                                        {4, 3, 256 + 1, 4 * 3 * 64 + 1}}));
  CAPTURE(row.threads, row.steps);
  std::string threads;
  for (std::size_t i = 0; i < row.threads; ++i) {
    threads += (i > 0 ? ", " : "") + std::string("'T") + std::to_string(i) + "': [" +
               repeated("{'yield': true}", row.steps) + "]";
  }
  const auto program = program_of("{'machine': {'gil': 'none'}, 'threads': {" + threads + "}}");
  ExploreOptions all;
  all.reduce = all.symmetry = false;
  const Exploration exploration = explore(*program, all);
  CHECK(exploration.verdict == Verdict::ok);
  CHECK(exploration.complete);
  CHECK(exploration.stats.states == row.states);
  CHECK(exploration.stats.transitions == row.transitions);
  CHECK(exploration.stats.terminal_states == 1);
  CHECK(exploration.stats.deadlock_states == 0);
  CHECK(exploration.stats.depth == row.threads * row.steps + 1);
  CHECK(exploration.outcomes.size() == 1);
  CHECK(exploration.finished_possible());

  // One order stands for all. Once there is one thread left nothing but the end is worth keeping.
  const Exploration reduced = explore(*program);
  const std::uint64_t before_the_last = (row.threads - 1) * row.steps;
  CHECK(reduced.stats.states == (before_the_last == 0 ? 1 : before_the_last) + 1);
  CHECK(reduced.stats.transitions == row.threads * row.steps + 1);
  CHECK(reduced.outcomes == exploration.outcomes);
}

TEST_CASE("explore: what n = n + 1 can lose, under each GIL model", "[explorer][explore]") {
  struct Row {
    const char* gil;
    std::size_t threads, times;
    const char* outcomes;
  };
  // Each store is one more than some value that was there before, and no thread's own updates
  // are lost to itself. So two threads that do it twice end with 2 at least: the last store
  // follows a load that came after the same thread's first store.
  const Row row = GENERATE(values<Row>({{"none", 2, 1, "n=1; n=2"},
                                        {"none", 3, 1, "n=1; n=2; n=3"},
                                        {"none", 2, 2, "n=2; n=3; n=4"},
                                        {"free-threaded", 2, 1, "n=1; n=2"},
                                        {"3.9", 2, 1, "n=1; n=2"},
                                        {"3.12", 3, 1, "n=3"}}));
  CAPTURE(row.gil, row.threads, row.times);
  const std::string body = "[" + repeated("{'set': 'n', 'to': 'n + 1'}", row.times) + "]";
  std::string threads;
  for (std::size_t i = 0; i < row.threads; ++i) {
    threads += (i > 0 ? ", 'T" : "'T") + std::to_string(i) + "': " + body;
  }
  const auto program = program_of("{'machine': {'gil': '" + std::string(row.gil) +
                                  "'}, 'variables': {'n': 0}, 'threads': {" + threads + "}}");
  const Exploration exploration = explore(*program);
  CHECK(outcomes_of(exploration) == row.outcomes);
  CHECK(exploration.verdict == Verdict::ok);
}

TEST_CASE("explore: which with statements let others in once they have the lock, under 3.12",
          "[explorer][explore]") {
  struct Row {
    const char* type;
    Verdict verdict;
  };
  // __enter__ of Lock and RLock is written in C and called without a look at the GIL (BEFORE_WITH);
  // that of the others is a Python function.
  const Row row = GENERATE(values<Row>({{"Lock", Verdict::ok},
                                        {"RLock", Verdict::ok},
                                        {"Condition", Verdict::deadlock},
                                        {"Semaphore", Verdict::deadlock}}));
  CAPTURE(row.type);
  const std::string type = "'" + std::string(row.type) + "'";
  const auto program =
      program_of("{'objects': {'a': " + type + ", 'b': " + type + R"s(}, 'threads': {
      'T1': [{'with': ['a', 'b'], 'do': [{'pass': true}]}],
      'T2': [{'with': ['b', 'a'], 'do': [{'pass': true}]}]}})s");
  CHECK(explore(*program).verdict == row.verdict);
}

TEST_CASE("explore: a lock makes the updates one after the other", "[explorer][explore]") {
  const std::string body = "[{'with': 'm', 'do': [{'set': 'n', 'to': 'n + 1'}]}]";
  const auto program = program_of(
      "{'machine': {'gil': 'none'}, 'objects': {'m': 'Lock'}, 'variables': {'n': 0},"
      " 'threads': {'T1': " +
      body + ", 'T2': " + body + ", 'T3': " + body + "}}");
  CHECK(outcomes_of(explore(*program)) == "n=3");
}

TEST_CASE("explore: others come in before an atomic section and not inside it",
          "[explorer][explore]") {
  const auto program = program_of(R"s({'machine': {'gil': 'none'},
      'variables': {'x': 0, 'y': 0, 'z': 0}, 'threads': {
        'T1': [{'set': 'x', 'to': 1}, {'atomic': [{'set': 'y', 'to': 1}, {'set': 'x', 'to': 2}]}],
        'T2': [{'atomic': [{'set': 'z', 'to': '10 * x + y'}]}]}})s");
  // T2 sees x and y before all, between the two, or after all: never x = 1 beside y = 1.
  CHECK(outcomes_of(explore(*program)) == "x=2 y=1 z=0; x=2 y=1 z=10; x=2 y=1 z=21");
}

TEST_CASE("explore: every choice is taken", "[explorer][explore]") {
  const auto program = program_of(R"s({'variables': {'x': 0, 'y': 0}, 'main': [
      {'choose': 'x', 'from': [1, 2, 3]}, {'choose': 'y', 'from': '[4, 5][:x]'}]})s");
  // x = 1 leaves one y, 2 and 3 leave both: five outcomes.
  CHECK(outcomes_of(explore(*program)) == "x=1 y=4; x=2 y=4; x=2 y=5; x=3 y=4; x=3 y=5");
}

TEST_CASE("explore: a queue keeps the order of each putter and no other", "[explorer][explore]") {
  struct Row {
    const char* queue;
    std::size_t outcomes;
  };
  // Two threads that put two items each interleave in C(4, 2) = 6 ways. All come out smallest
  // first of a PriorityQueue, in one way.
  const Row row = GENERATE(values<Row>({{"{'type': 'Queue'}", 6},
                                        {"{'type': 'SimpleQueue'}", 6},
                                        {"{'type': 'LifoQueue'}", 6},
                                        {"{'type': 'PriorityQueue'}", 1},
                                        {"{'type': 'Queue', 'maxsize': 4}", 6}}));
  CAPTURE(row.queue);
  const auto program = program_of(
      R"s({'machine': {'gil': 'none'}, 'variables': {'got': []}, 'functions': {
            'put': {'params': ['i'],
                    'body': [{'put': 'q', 'item': 'i'}, {'put': 'q', 'item': 'i + 1'}]}},
          'threads': {'T1': {'target': 'put', 'args': [10]}, 'T2': {'target': 'put', 'args': [20]}},
          'main': [{'start': 'T1'}, {'start': 'T2'}, {'join': 'T1'}, {'join': 'T2'},
                   {'for': 'i', 'in': 'range(4)', 'do': [{'get': 'q', 'into': 'x'},
                                                         {'append': 'got', 'item': 'x'}]}],
          'objects': {'q': )s" +
      std::string(row.queue) + "}}");
  const Exploration exploration = explore(*program);
  CHECK(exploration.verdict == Verdict::ok);
  CHECK(exploration.outcomes.size() == row.outcomes);
}

TEST_CASE("explore: a timeout may fire or not", "[explorer][explore]") {
  const auto program = program_of(R"s({'objects': {'e': 'Event'}, 'variables': {'got': null},
      'threads': {'T1': [{'wait': 'e', 'timeout': 1, 'into': 'got'}],
                  'T2': [{'event_set': 'e'}]}})s");
  CHECK(outcomes_of(explore(*program)) == "got=false; got=true");
}

TEST_CASE("explore: each kind of finding, and how few preemptions and steps lead to it",
          "[explorer][explore]") {
  struct Row {
    const char* what;
    const char* body;
    const char* verdict;
    const char* kind;
    const char* message;
    std::uint64_t preemptions, steps;
  };
  // Under "none" every operation is a step. Leaving a thread before an operation that it could
  // do is a preemption; it ends with its last operation.
  const Row row = GENERATE(values<Row>({
      {"two locks in opposite order", R"s('objects': {'A': 'Lock', 'B': 'Lock'}, 'threads': {
          'T1': [{'acquire': 'A'}, {'acquire': 'B'}, {'release': 'B'}, {'release': 'A'}],
          'T2': [{'acquire': 'B'}, {'acquire': 'A'}, {'release': 'A'}, {'release': 'B'}]})s",
       "deadlock", "circular-wait", "T1 waits for B, held by T2, which waits for A, held by T1", 1,
       2},
      {"the same, while a third runs for ever",
       R"s('objects': {'A': 'Lock', 'B': 'Lock'}, 'threads': {
          'T1': [{'with': ['A', 'B'], 'do': [{'pass': true}]}],
          'T2': [{'with': ['B', 'A'], 'do': [{'pass': true}]}],
          'T3': [{'while': 'True', 'do': [{'yield': true}]}]})s",
       "partial-deadlock", "circular-wait",
       "T1 waits for B, held by T2, which waits for A, held by T1", 1, 2},
      {"two daemons, beside which the process ends",
       R"s('objects': {'A': 'Lock', 'B': 'Lock'}, 'functions': {
            'f': [{'with': ['A', 'B'], 'do': [{'pass': true}]}],
            'g': [{'with': ['B', 'A'], 'do': [{'pass': true}]}]},
          'threads': {'D1': {'target': 'f', 'daemon': true}, 'D2': {'target': 'g', 'daemon': true}},
          'main': [{'start': 'D1'}, {'start': 'D2'}])s",
       "partial-deadlock", "circular-wait",
       // MainThread starts both and has ended; it exits or lets D1 go first.
       "D1 waits for B, held by D2, which waits for A, held by D1", 1, 4},
      {"three locks in a ring",
       R"s('objects': {'A': 'Lock', 'B': 'Lock', 'C': 'Lock'}, 'threads': {
          'T1': [{'with': ['A', 'B'], 'do': [{'pass': true}]}],
          'T2': [{'with': ['B', 'C'], 'do': [{'pass': true}]}],
          'T3': [{'with': ['C', 'A'], 'do': [{'pass': true}]}]})s",
       "deadlock", "circular-wait",
       // The second goes on until it waits: T1 takes A, T3 takes C and waits, T2 takes B.
       "T1 waits for B, held by T2, which waits for C, held by T3, which waits for A, held by T1",
       1, 3},
      {"semaphores used as locks",
       R"s('objects': {'s': 'Semaphore', 't': 'Semaphore'}, 'threads': {
          'T1': [{'with': ['s', 't'], 'do': [{'pass': true}]}],
          'T2': [{'with': ['t', 's'], 'do': [{'pass': true}]}]})s",
       "deadlock", "circular-wait",
       // An acquire that finds no permit is a step, the one in which it parks.
       "T1 waits for a permit of t, to be released by T2, which waits for a permit of s, to be "
       "released by T1",
       1, 4},
      {"a Lock taken twice", R"s('objects': {'A': 'Lock'}, 'threads': {
          'T1': [{'acquire': 'A'}, {'acquire': 'A'}, {'release': 'A'}]})s",
       "deadlock", "self-deadlock", "T1 waits for A, which it holds itself", 0, 1},
      {"an event that nobody sets", R"s('objects': {'e': 'Event'}, 'threads': {
          'T1': [{'wait': 'e'}], 'T2': [{'wait': 'e'}], 'T3': [{'yield': true}]})s",
       "deadlock", "lost-wakeup", "T1 waits for e, and no thread is left that could set it", 0, 1},
      {"notify before wait", R"s('objects': {'c': 'Condition'}, 'threads': {
          'T1': [{'with': 'c', 'do': [{'wait': 'c'}]}],
          'T2': [{'with': 'c', 'do': [{'notify': 'c'}]}]})s",
       "deadlock", "lost-wakeup",
       // T2 enters, notifies, leaves; T1 enters and waits.
       "T1 waits on c, and no thread is left that could notify", 0, 5},
      {"each would set the other's event",
       R"s('objects': {'e': 'Event', 'f': 'Event'}, 'threads': {
          'T1': [{'wait': 'e'}, {'event_set': 'f'}], 'T2': [{'wait': 'f'}, {'event_set': 'e'}]})s",
       "deadlock", "circular-wait",
       "T1 waits for e, to be set by T2, which waits for f, to be set by T1", 0, 2},
      {"a queue into which nobody puts", R"s('objects': {'q': 'Queue'}, 'threads': {
          'T1': [{'get': 'q'}], 'T2': [{'yield': true}]})s",
       "deadlock", "lost-wakeup",
       "T1 waits for an item of q, and no thread is left that could put one", 0, 1},
      {"a SimpleQueue into which nobody puts", R"s('objects': {'q': 'SimpleQueue'}, 'threads': {
          'T1': [{'get': 'q'}], 'T2': [{'yield': true}]})s",
       "deadlock", "lost-wakeup",
       // It is blocked where it stands, without a step in which it parks.
       "T1 waits for an item of q, and no thread is left that could put one", 0, 0},
      {"a full queue from which nobody gets",
       R"s('objects': {'q': {'type': 'LifoQueue', 'maxsize': 1}}, 'threads': {
          'T1': [{'put': 'q', 'item': 1}, {'put': 'q', 'item': 2}], 'T2': [{'yield': true}]})s",
       "deadlock", "lost-wakeup",
       "T1 waits for room in q, and no thread is left that could get an item", 0, 2},
      {"a join without a task_done", R"s('objects': {'q': 'PriorityQueue'}, 'threads': {
          'T1': [{'put': 'q', 'item': 1}, {'join': 'q'}], 'T2': [{'get': 'q'}]})s",
       "deadlock", "queue-never-done",
       "T1 waits for the tasks of q to be done, and no thread is left that could call task_done", 0,
       2},
      {"a join, and a worker that forgot a task_done",
       R"s('objects': {'q': 'Queue'}, 'functions': {'f': [{'get': 'q'}, {'get': 'q'}, {'task_done': 'q'}]},
          'main': [{'spawn': 'f', 'daemon': true}, {'put': 'q', 'item': 1}, {'join': 'q'}])s",
       "deadlock", "queue-never-done",
       "MainThread waits for the tasks of q to be done, and no thread is left that could call "
       "task_done",
       // MainThread creates, starts, puts and waits, the worker gets and waits.
       0, 6},
      {"a shutdown that only the one who waits would call",
       R"s('objects': {'q': 'Queue'}, 'threads': {
          'T1': [{'get': 'q'}, {'shutdown': 'q'}], 'T2': [{'yield': true}]})s",
       "deadlock", "self-wait",
       "T1 waits for an item of q, and no thread is left that could put one but itself", 0, 1},
      {"each would put what the other gets",
       R"s('objects': {'p': 'Queue', 'q': 'Queue'}, 'threads': {
          'T1': [{'get': 'p'}, {'put': 'q', 'item': 1}],
          'T2': [{'get': 'q'}, {'put': 'p', 'item': 1}]})s",
       "deadlock", "circular-wait",
       "T1 waits for an item of p, to be put by T2, which waits for an item of q, to be put by T1",
       0, 2},
      {"an event that only an exit callback sets, and a thread that the end waits for",
       R"s('objects': {'e': 'Event'}, 'functions': {'f': [{'event_set': 'e'}], 'g': [{'wait': 'e'}]},
          'threads': {'T1': {'target': 'g'}}, 'main': [{'atexit': 'f'}, {'start': 'T1'}])s",
       "deadlock", "circular-wait",
       "MainThread waits for the end of T1, which waits for e, to be set by MainThread", 0, 3},
      {"nobody connects", R"s('objects': {'s': 'Listener'}, 'threads': {
          'T1': [{'listen': 's'}, {'accept': 's'}], 'T2': [{'yield': true}]})s",
       "deadlock", "lost-wakeup",
       "T1 waits for a connection to s, and no thread is left that could connect", 0, 2},
      {"nobody accepts", R"s('objects': {'s': 'Listener'}, 'threads': {
          'T1': [{'listen': 's', 'backlog': 0}, {'connect': 's'}, {'connect': 's'}],
          'T2': [{'yield': true}]})s",
       "deadlock", "lost-wakeup",
       "T1 waits for s to accept, and no thread is left that could do it", 0, 2},
      {"each waits to hear from the other", R"s('objects': {'s': 'Listener'}, 'threads': {
          'T1': [{'accept': 's', 'into': 'c'}, {'recv': 'c', 'size': 1},
                 {'send': 'c', 'data': 'str(1).encode()'}],
          'T2': [{'connect': 's', 'into': 'c'}, {'recv': 'c', 'size': 1},
                 {'send': 'c', 'data': 'str(1).encode()'}]},
          'main': [{'listen': 's'}, {'start': 'T1'}, {'start': 'T2'}])s",
       "deadlock", "socket-cycle",
       "T1 waits for data on s#1 (server end), to be sent by T2, which waits for data on s#1 "
       "(client end), to be sent by T1",
       // MainThread's three; T2 connects and waits; T1 accepts and waits.
       0, 7},
      {"a barrier that one does not come to",
       R"s('objects': {'b': {'type': 'Barrier', 'parties': 3}},
          'threads': {'T1': [{'barrier_wait': 'b'}], 'T2': [{'barrier_wait': 'b'}]})s",
       "deadlock", "missing-party",
       "T1 and T2 wait at b for 1 more of 3, and no thread is left that could come", 0, 2},
      {"each expects the other at another barrier",
       R"s('objects': {'b': {'type': 'Barrier', 'parties': 2, 'count': 2}}, 'threads': {
          'T1': [{'barrier_wait': 'b[0]'}, {'barrier_wait': 'b[1]'}],
          'T2': [{'barrier_wait': 'b[1]'}, {'barrier_wait': 'b[0]'}]})s",
       "deadlock", "circular-wait",
       "T1 waits at b[0] for 1 more of 2, expected from T2, which waits at b[1] for 1 more of 2, "
       "expected from T1",
       0, 2},
      {"a lock held at a barrier that the other would come to with it",
       R"s('objects': {'b': {'type': 'Barrier', 'parties': 2}, 'A': 'Lock'}, 'functions': {
            'f': [{'with': 'A', 'do': [{'barrier_wait': 'b'}]}]},
          'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}})s",
       "deadlock", "circular-wait",
       // Whoever has taken A parks.
       "T1 waits at b for 1 more of 2, expected from T2, which waits for A, held by T1", 0, 2},
      {"a barrier whose action comes to it",
       R"s('objects': {'b': {'type': 'Barrier', 'parties': 1, 'action': 'f'}},
          'functions': {'f': [{'barrier_wait': 'b'}]}, 'threads': {'T1': [{'barrier_wait': 'b'}]})s",
       "deadlock", "self-wait", "T1 waits at b for the end of the action, which it executes itself",
       0, 1},
      {"an action that waits for one who waits for its end",
       R"s('objects': {'b': {'type': 'Barrier', 'parties': 1, 'action': 'f'}, 'e': 'Event'},
          'functions': {'f': [{'wait': 'e'}]},
          'threads': {'T1': [{'barrier_wait': 'b'}], 'T2': [{'reset': 'b'}, {'event_set': 'e'}]})s",
       "deadlock", "circular-wait",
       // T1 comes and runs the action, which parks.
       "T1 waits for e, to be set by T2, which waits at b for the end of the action, which is up "
       "to "
       "T1",
       0, 2},
      {"a lock whose owner has ended", R"s('objects': {'A': 'Lock'}, 'threads': {
          'T1': [{'acquire': 'A'}], 'T2': [{'acquire': 'A'}, {'release': 'A'}]})s",
       "deadlock", "orphaned-lock", "T2 waits for A, which T1 held when it ended", 0, 1},
      {"an RLock whose owner has ended", R"s('objects': {'A': 'RLock'}, 'threads': {
          'T1': [{'acquire': 'A'}], 'T2': [{'acquire': 'A'}, {'release': 'A'}]})s",
       "deadlock", "orphaned-lock", "T2 waits for A, which T1 held when it ended", 0, 1},
      {"a permit that nobody gives back", R"s('objects': {'s': 'Semaphore'}, 'threads': {
          'T1': [{'acquire': 's'}], 'T2': [{'acquire': 's'}, {'release': 's'}]})s",
       "deadlock", "semaphore-leak",
       "T2 waits for a permit of s, and no thread is left that could release one", 0, 2},
      {"threads that join each other",
       R"s('threads': {'T1': [{'join': 'T2'}], 'T2': [{'join': 'T1'}]})s", "deadlock", "join-cycle",
       "T1 waits for the end of T2, which waits for the end of T1", 0, 0},
      {"an action that waits at its own barrier",
       R"s('objects': {'b': {'type': 'Barrier', 'parties': 2, 'action': 'f'}}, 'functions': {
          'f': [{'barrier_wait': 'b'}]}, 'threads': {
          'T1': [{'barrier_wait': 'b'}], 'T2': [{'barrier_wait': 'b'}]})s",
       "deadlock", "self-wait", "T2 waits at b for the end of the action, which it executes itself",
       0, 2},
      {"a busy wait", R"s('variables': {'n': 0}, 'threads': {'T1': [{'await': 'n > 0'}]})s",
       "deadlock", "busy-wait",
       "T1 waits until n > 0 is true, and no thread is left that could make it so", 0, 0},
      {"an exception", R"s('objects': {'A': 'Lock'}, 'threads': {
          'T1': [{'yield': true}, {'release': 'A'}], 'T2': [{'yield': true}]})s",
       "error", "unowned-release", "T1 ends with RuntimeError: release unlocked lock", 0, 2},
      {"an exception that its handler raises again", R"s('objects': {'A': 'Lock'}, 'threads': {
          'T1': [{'yield': true}, {'try': [{'release': 'A'}],
                                   'except': {'do': [{'raise': null}]}}]})s",
       "error", "unowned-release", "T1 ends with RuntimeError: release unlocked lock", 0, 2},
      {"an exception that its handler raises again by name", R"s('objects': {'A': 'Lock'},
          'threads': {'T1': [{'yield': true}, {'try': [{'release': 'A'}],
                      'except': {'as': 'e', 'do': [{'raise': 'e'}]}}]})s",
       "error", "unowned-release", "T1 ends with RuntimeError: release unlocked lock", 0, 2},
      {"another exception that looks the same", R"s('objects': {'A': 'Lock'}, 'threads': {
          'T1': [{'yield': true}, {'try': [{'release': 'A'}],
                  'except': {'do': [{'raise': 'RuntimeError(\'release unlocked lock\')'}]}}]})s",
       "error", "uncaught-exception", "T1 ends with RuntimeError: release unlocked lock", 0, 2},
      {"an exception at once", R"s('threads': {'T1': [{'raise': 'ValueError(3)'}]})s", "error",
       "uncaught-exception", "T1 ends with ValueError: 3", 0, 1},
      {"an invariant", R"s('variables': {'n': 0, 'm': 0}, 'invariants': ['n == m'], 'threads': {
          'T1': [{'set': 'n', 'to': 1}, {'set': 'm', 'to': 1}]})s",
       "error", "invariant", "n == m does not hold: n = 1 and m = 0", 0, 1},
      {"an invariant that raises",
       R"s('variables': {'n': 1}, 'invariants': ['1 // n == 1'], 'threads': {
          'T1': [{'set': 'n', 'to': 0}]})s",
       "error", "invariant",
       "1 // n == 1 raises ZeroDivisionError: integer division or modulo by zero: n = 0", 0, 1},
      {"a final check", R"s('variables': {'n': 0}, 'finally': ['n == 2'], 'threads': {
          'T1': [{'set': 'n', 'to': 'n + 1'}], 'T2': [{'set': 'n', 'to': 'n + 1'}]})s",
       "error", "final-check",
       // T1 loads, T2 loads and stores, T1 stores, MainThread joins.
       "n == 2 does not hold at the end: n = 1", 1, 5},
  }));
  INFO(row.what);
  const auto program = program_of("{'machine': {'gil': 'none'}, " + std::string(row.body) + "}");
  const Exploration exploration = explore(*program);
  CHECK(verdict_name(exploration.verdict) == row.verdict);
  CHECK(exploration.complete);
  REQUIRE(exploration.findings.size() == 1);
  const Finding& finding = exploration.findings[0];
  CHECK(lockstep::row(finding.kind).name == row.kind);
  CHECK(finding.message == row.message);
  CHECK(finding.partial == (std::string(row.verdict) == "partial-deadlock"));
  CHECK(finding.preemptions == row.preemptions);
  CHECK(finding.steps == row.steps);
  CHECK(finding.choices.size() == row.steps);
  CHECK(finding.shortest);
  CHECK(finding.fingerprint.size() == 16);
}

TEST_CASE("explore: a schedule for each outcome that finishes", "[explorer][explore]") {
  std::size_t shown = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const Loaded loaded = load("random", random_scenario(seed));
    REQUIRE(loaded.program.has_value());
    if (loaded.program->has_processes) continue;
    ExploreOptions options;
    options.symmetry = options.counterexamples = false;
    options.limits.states_max = 5000;
    const std::vector<ExploredOutcome> outcomes = explore(*loaded.program, options).outcomes;
    for (std::size_t i = 0; i < std::min<std::size_t>(outcomes.size(), 3); ++i) {
      if (outcomes[i].status != ExploredOutcome::Status::finished) continue;
      options.outcome_to_show = outcomes[i];
      const Schedule schedule = explore(*loaded.program, options).outcome_schedule;
      const Machine machine(*loaded.program);
      State state = initial_state(machine);
      const std::unique_ptr<Policy> policy = scripted_policy(*loaded.program, schedule, 0);
      const RunResult result = run(machine, *policy, nullptr, {});
      CHECK(result.end == RunResult::End::finished);
      const StateNames names(machine, result.state);
      for (std::uint32_t v = 0; v < loaded.program->globals.size(); ++v) {
        CHECK(to_json(machine.values(), global(result.state, {v}), names) ==
              outcomes[i].variables[v].second);
      }
      ++shown;
    }
  }
  CHECK(shown > 30);
}

TEST_CASE("explore: no finding where there is nothing wrong", "[explorer][explore]") {
  struct Row {
    const char* what;
    const char* body;
  };
  const Row row = GENERATE(values<Row>({
      {"locks in one order", R"s('objects': {'A': 'Lock', 'B': 'Lock'}, 'threads': {
          'T1': [{'with': ['A', 'B'], 'do': [{'pass': true}]}],
          'T2': [{'with': ['A', 'B'], 'do': [{'pass': true}]}]})s"},
      {"opposite order behind a gate",
       R"s('objects': {'A': 'Lock', 'B': 'Lock', 'G': 'Lock'}, 'threads': {
          'T1': [{'with': ['G', 'A', 'B'], 'do': [{'pass': true}]}],
          'T2': [{'with': ['G', 'B', 'A'], 'do': [{'pass': true}]}]})s"},
      {"an RLock taken twice", R"s('objects': {'A': 'RLock'}, 'threads': {
          'T1': [{'with': ['A', 'A'], 'do': [{'pass': true}]}]})s"},
      {"opposite order with a timeout",
       R"s('objects': {'A': 'Lock', 'B': 'Lock'}, 'variables': {'got': null}, 'threads': {
          'T1': [{'acquire': 'A'}, {'acquire': 'B', 'timeout': 1, 'into': 'got'},
                 {'if': 'got', 'then': [{'release': 'B'}]}, {'release': 'A'}],
          'T2': [{'with': ['B', 'A'], 'do': [{'pass': true}]}]})s"},
      {"a lock that another thread releases", R"s('objects': {'A': 'Lock'}, 'threads': {
          'T1': [{'acquire': 'A'}, {'acquire': 'A'}],
          'T2': [{'while': 'not A.locked()', 'do': [{'yield': true}]}, {'release': 'A'}]})s"},
      {"a daemon that waits for work when the process ends",
       R"s('objects': {'e': 'Event'},
          'functions': {'worker': [{'while': 'True', 'do': [{'wait': 'e'}]}]},
          'threads': {'D': {'target': 'worker', 'daemon': true}}, 'main': [{'start': 'D'}])s"},
      {"a wait that may be over before it begins", R"s('objects': {'e': 'Event'}, 'threads': {
          'T1': [{'wait': 'e'}], 'T2': [{'event_set': 'e'}]})s"},
      {"getters that are let go by a putter who waits for room",
       R"s('objects': {'q': {'type': 'Queue', 'maxsize': 1}}, 'threads': {
          'C1': [{'get': 'q'}], 'C2': [{'get': 'q'}],
          'P': [{'put': 'q', 'item': 1}, {'put': 'q', 'item': 2}]})s"},
      {"a lock that is released at exit",
       R"s('objects': {'A': 'Lock'},
          'functions': {'give': [{'release': 'A'}], 'want': [{'acquire': 'A'}]},
          'threads': {'D': {'target': 'want', 'daemon': true}},
          'main': [{'start': 'D'}, {'acquire': 'A', 'blocking': false, 'into': 'got'},
                   {'if': 'got', 'then': [{'atexit': 'give'}]}])s"},
      {"a queue that is shut down for those who wait",
       R"s('objects': {'q': {'type': 'Queue', 'maxsize': 1}}, 'functions': {
            'f': [{'try': [{'get': 'q'}, {'get': 'q'}],
                   'except': {'type': 'ShutDown', 'do': [{'pass': true}]}}]},
          'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}, 'T3': [{'shutdown': 'q'}]})s"},
      {"a shutdown that lets who joins go",
       R"s('objects': {'q': 'Queue'}, 'threads': {
          'T1': [{'join': 'q'}], 'T2': [{'put': 'q', 'item': 1},
                                        {'shutdown': 'q', 'immediate': true}]})s"},
      {"a join beside a worker who is never done",
       R"s('objects': {'q': 'Queue'},
          'functions': {'worker': [{'while': 'True', 'do': [{'get': 'q'}, {'task_done': 'q'}]}]},
          'threads': {'W': {'target': 'worker', 'daemon': true}},
          'main': [{'start': 'W'}, {'put': 'q', 'item': 1}, {'put': 'q', 'item': 2},
                   {'join': 'q'}])s"},
      {"a barrier that all come to, twice",
       R"s('objects': {'b': {'type': 'Barrier', 'parties': 2, 'action': 'f'}},
          'variables': {'n': 0}, 'finally': ['n == 2'],
          'functions': {'f': [{'global': 'n'}, {'set': 'n', 'to': 'n + 1'}],
            'g': [{'for': 'i', 'in': 'range(2)', 'do': [{'barrier_wait': 'b'}]}]},
          'threads': {'T1': {'target': 'g'}, 'T2': {'target': 'g'}})s"},
      {"a barrier that gives up in time",
       R"s('objects': {'b': {'type': 'Barrier', 'parties': 3, 'timeout': 1}}, 'functions': {
            'f': [{'try': [{'barrier_wait': 'b'}],
                   'except': {'type': 'BrokenBarrierError', 'do': [{'pass': true}]}}]},
          'threads': {'T1': {'target': 'f'}, 'T2': {'target': 'f'}})s"},
      {"a barrier that one breaks",
       R"s('objects': {'b': {'type': 'Barrier', 'parties': 2}}, 'threads': {
          'T1': [{'try': [{'barrier_wait': 'b'}], 'except': {'do': [{'pass': true}]}}],
          'T2': [{'abort': 'b'}]})s"},
      {"a timer", R"s('functions': {'f': [{'pass': true}]}, 'main': [
          {'timer': 't', 'interval': 1, 'function': 'f'}, {'start': 't'}, {'join': 't'}])s"},
      {"an endless loop", R"s('threads': {'T1': [{'while': 'True', 'do': [{'yield': true}]}]})s"},
      {"SystemExit", R"s('threads': {'T1': [{'raise': 'SystemExit()'}]})s"},
      {"a thread that was made and not started",
       R"s('functions': {'f': [{'raise': 'ValueError()'}]},
          'main': [{'thread': 't', 'target': 'f'}])s"},
  }));
  INFO(row.what);
  const auto program = program_of("{'machine': {'gil': 'none'}, " + std::string(row.body) + "}");
  const Exploration exploration = explore(*program);
  for (const Finding& finding : exploration.findings) CHECK(finding.message == "");
  CHECK(exploration.verdict == Verdict::ok);
}

TEST_CASE("explore: the same deadlock with roles swapped, or between twins, is one finding",
          "[explorer][explore]") {
  const auto program = program_of(R"s({'machine': {'gil': 'none'},
      'objects': {'A': 'Lock', 'B': 'Lock'},
      'functions': {'f': [{'with': ['A', 'B'], 'do': [{'pass': true}]}],
                    'g': [{'with': ['B', 'A'], 'do': [{'pass': true}]}]},
      'threads': {'T1': [{'call': 'f'}, {'call': 'g'}], 'T2': [{'call': 'f'}, {'call': 'g'}],
                  'T3': [{'call': 'g'}]}})s");
  const Exploration exploration = explore(*program);
  REQUIRE(exploration.findings.size() == 1);
  // T1 takes A in f and T3 takes B in g: two steps, one preemption.
  CHECK(exploration.findings[0].steps == 2);
  CHECK(exploration.findings[0].preemptions == 1);
  CHECK(exploration.findings[0].states > 1);
}

TEST_CASE("explore: two ways to deadlock are two findings", "[explorer][explore]") {
  const auto program = program_of(R"s({'machine': {'gil': 'none'},
      'objects': {'A': 'Lock', 'B': 'Lock', 'e': 'Event'},
      'threads': {'T1': [{'with': ['A', 'B'], 'do': [{'pass': true}]}, {'wait': 'e'}],
                  'T2': [{'with': ['B', 'A'], 'do': [{'pass': true}]}]}})s");
  const Exploration exploration = explore(*program);
  REQUIRE(exploration.findings.size() == 2);
  CHECK(exploration.findings[0].kind == FindingKind::circular_wait);
  CHECK(exploration.findings[1].kind == FindingKind::lost_wakeup);
  CHECK_FALSE(exploration.finished_possible());
}

TEST_CASE("explore: who waits on one queue for different things is in different findings",
          "[explorer][explore]") {
  const auto program = program_of(R"s({'machine': {'gil': 'none'}, 'objects': {'q': 'Queue'},
      'threads': {'T1': [{'get': 'q'}, {'get': 'q'}], 'T2': [{'put': 'q', 'item': 1}, {'join': 'q'}],
                  'T3': [{'join': 'q'}]}})s");
  const Exploration exploration = explore(*program);
  REQUIRE(exploration.findings.size() == 2);
  // T1 gets what T2 puts and waits for a second item. T3 joins before the put or waits as T2 does.
  std::vector<std::string> messages;
  for (const Finding& finding : exploration.findings) messages.push_back(finding.message);
  std::ranges::sort(messages);
  CHECK(messages[0] == "T1 waits for an item of q, and no thread is left that could put one");
  CHECK(messages[1] ==
        "T2 waits for the tasks of q to be done, and no thread is left that could call task_done");
}

TEST_CASE("explore: an exception of one text at two places is two findings",
          "[explorer][explore]") {
  const auto program = program_of(R"s({'machine': {'gil': 'none'}, 'variables': {'n': 0},
      'threads': {'T1': [{'if': 'n == 0', 'then': [{'assert': 'False'}],
                          'else': [{'assert': '0'}]}],
                  'T2': [{'set': 'n', 'to': 1}]}})s");
  const Exploration exploration = explore(*program);
  REQUIRE(exploration.findings.size() == 2);
  std::vector<std::string> places;
  for (const Finding& finding : exploration.findings) {
    CHECK(finding.message == "T1 ends with AssertionError");
    REQUIRE(finding.site.has_value());
    places.push_back(program->sites[finding.site->index].text);
  }
  std::sort(places.begin(), places.end());
  CHECK(places == std::vector<std::string>{"assert 0", "assert False"});
}

TEST_CASE("explore: equal exceptions of two places are two findings, whatever they come through",
          "[explorer][explore]") {
  struct Row {
    const char* what;
    const char* around;  // RAISE, of the two, and others come in behind it
    std::size_t findings = 2;
  };
  const Row row = GENERATE(values<Row>({
      {"a with statement", "{'with': 'm', 'do': [RAISE]}"},
      {"two of them", "{'with': ['m', 'l'], 'do': [RAISE]}"},
      {"a finally", "{'try': [RAISE], 'finally': [{'yield': true}]}"},
      {"handlers that do not fit",
       "{'try': [RAISE], 'except': [{'type': 'KeyError', 'do': [{'pass': true}]}]}"},
      {"a function", "{'with': 'm', 'do': [{'call': 'either', 'args': ['i']}]}"},
      {"a handler that raises an equal one",
       R"({'with': 'm', 'do': [{'try': [RAISE], 'except': [
            {'do': [{'yield': true}, {'raise': 'ValueError("bad")'}]}]}]})",
       1},
      {"a handler that raises it again",
       R"({'with': 'm', 'do': [{'try': [RAISE], 'except': [
            {'do': [{'yield': true}, {'raise': null}]}]}]})"},
      {"a handler that raises it again by name",
       R"({'with': 'm', 'do': [{'try': [RAISE], 'except': [
            {'as': 'e', 'do': [{'yield': true}, {'raise': 'e'}]}]}]})"},
      {"a function that its handler calls, and that raises it again",
       R"({'with': 'm', 'do': [{'try': [RAISE], 'except': [
            {'do': [{'yield': true}, {'call': 'again'}]}]}]})"},
  }));
  INFO(row.what);
  const std::string raise = R"({'if': 'i == 1', 'then': [{'raise': 'ValueError("b" + "ad")'}],
                                'else': [{'raise': 'ValueError("bad")'}]})";
  std::string text = R"({'objects': {'m': 'Lock', 'l': 'Lock'}, 'functions': {
      'either': {'params': ['i'], 'body': [RAISE]}, 'again': [{'yield': true}, {'raise': null}]},
      'threads': {'T1': [{'choose': 'i', 'from': '[1, 2]'}, )" +
                     std::string(row.around) + "]}}";
  for (std::size_t at = text.find("RAISE"); at != std::string::npos; at = text.find("RAISE", at)) {
    text.replace(at, 5, raise);
  }
  // program_of writes all quotes as double ones.
  for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\\');
  }
  const auto program = program_of(text);
  ExploreOptions options;
  options.forget_dead_locals = GENERATE(true, false);
  options.memoise = GENERATE(true, false);
  CHECK(explore(*program, options).findings.size() == row.findings);
}

TEST_CASE("explore: what a finding says of each thread", "[explorer][explore]") {
  const auto program = program_of(R"s({'machine': {'gil': 'none'},
      'objects': {'A': 'Lock', 'B': 'Lock', 's': 'Semaphore'},
      'threads': {
        'T1': [{'acquire': 's'}, {'acquire': 'A'}, {'acquire': 'B'}, {'release': 'B'},
               {'release': 'A'}],
        'T2': [{'acquire': 'B'}, {'acquire': 'A'}, {'release': 'A'}, {'release': 'B'}],
        'T3': [{'yield': true}]}})s");
  const Exploration exploration = explore(*program);
  REQUIRE(exploration.findings.size() == 1);
  const Finding& finding = exploration.findings[0];
  REQUIRE(finding.threads.size() == 3);
  const StuckThread& first = finding.threads[0];
  CHECK(first.thread == "T1");
  CHECK(first.core);
  CHECK(first.operation == "acquire");
  CHECK(first.waits_for == "B");
  CHECK(first.waits_for_type == "Lock");
  CHECK(first.let_go_by == std::vector<std::string>{"T2"});
  CHECK(program->sites[first.at.index].text == "acquire B");
  REQUIRE(first.holds.size() == 2);
  CHECK(first.holds[0].object == "s");
  CHECK(first.holds[1].object == "A");
  CHECK(program->sites[first.holds[1].at.index].text == "acquire A");
  CHECK(first.holds[1].step > 0);
  CHECK(first.why == "T1 holds s and A and waits for B, held by T2");
  CHECK(finding.threads[1].why == "T2 holds B and waits for A, held by T1");
  const StuckThread& behind = finding.threads[2];
  CHECK(behind.thread == "MainThread");
  CHECK_FALSE(behind.core);
  CHECK(behind.operation == "join");
  CHECK(behind.waits_for == "T1, T2, T3");
  CHECK(behind.waits_for_type == "Thread");
  CHECK(finding.others == std::vector<std::string>{"T3"});
  CHECK(finding.ended.empty());
  CHECK_FALSE(finding.partial);  // T3 comes to its end
}

TEST_CASE("explore: a limit that is reached is said, and what was found is kept",
          "[explorer][explore]") {
  const auto program = program_of(R"s({'machine': {'gil': 'none'},
      'objects': {'A': 'Lock', 'B': 'Lock'}, 'variables': {'n': 0}, 'threads': {
        'T1': [{'with': ['A', 'B'], 'do': [{'pass': true}]}],
        'T2': [{'with': ['B', 'A'], 'do': [{'pass': true}]}],
        'T3': [{'while': 'True', 'do': [{'set': 'n', 'to': 'n + 1'}]}]}})s");
  ExploreOptions options;
  SECTION("states") {
    options.limits.states_max = 2000;
    const Exploration exploration = explore(*program, options);
    CHECK_FALSE(exploration.complete);
    CHECK(exploration.incomplete_reason == "states: the limit of 2000 was reached");
    CHECK(exploration.stats.states == 2000);
    REQUIRE(exploration.findings.size() == 1);
    CHECK(exploration.findings[0].steps == 2);
    CHECK(exploration.verdict == Verdict::partial_deadlock);
  }
  SECTION("steps") {
    options.limits.steps_max = 1;
    const Exploration exploration = explore(*program, options);
    CHECK(exploration.incomplete_reason == "steps: the limit of 1 was reached");
    CHECK(exploration.verdict == Verdict::incomplete);
    CHECK(exploration.findings.empty());
  }
  SECTION("memory") {
    options.limits.memory_bytes_max = 1 << 20;
    const Exploration exploration = explore(*program, options);
    CHECK(exploration.incomplete_reason == "memory: the limit of 1048576 bytes was reached");
    CHECK(exploration.stats.memory_bytes < 4 << 20);
    REQUIRE(exploration.findings.size() == 1);
    CHECK_FALSE(exploration.findings[0].shortest);
    CHECK(exploration.findings[0].steps == 2);
  }
  SECTION("time") {
    options.limits.seconds_max = 0.05;
    const Exploration exploration = explore(*program, options);
    CHECK(exploration.incomplete_reason == "time: the limit of 0.05 s was reached");
  }
  SECTION("an interruption, which is asked for now and then") {
    int asked = 0;
    options.limits.interrupted = [&] { return ++asked == 3; };
    const Exploration exploration = explore(*program, options);
    CHECK(exploration.incomplete_reason == "interrupted");
    CHECK(asked == 3);
  }
}

TEST_CASE("explore: a limit that is just not reached leaves the exploration complete",
          "[explorer][explore]") {
  const auto program = program_of(R"s({'machine': {'gil': 'none'}, 'threads': {
      'T1': [{'yield': true}, {'yield': true}], 'T2': [{'yield': true}, {'yield': true}]}})s");
  // 3 * 3 states and the end, after 2 + 2 + 1 steps.
  ExploreOptions options;
  options.reduce = options.symmetry = false;
  options.limits.states_max = 10;
  options.limits.steps_max = 5;
  CHECK(explore(*program, options).complete);
  options.limits.states_max = 9;
  CHECK(explore(*program, options).incomplete_reason == "states: the limit of 9 was reached");
  options.limits.states_max = 0;
  options.limits.steps_max = 4;
  CHECK(explore(*program, options).incomplete_reason == "steps: the limit of 4 was reached");
}

TEST_CASE("explore: a program that reads the clock is never explored completely",
          "[explorer][explore]") {
  const auto program =
      program_of("{'variables': {'t': 0}, 'main': [{'set': 't', 'to': 'time()'}]}");
  const std::string why = "the program reads the clock; an exploration knows no durations";
  const Exploration exploration = explore(*program);
  CHECK_FALSE(exploration.complete);
  CHECK(exploration.incomplete_reason == why);
  ExploreOptions options;
  options.hash_compaction = true;
  CHECK(explore(*program, options).incomplete_reason.ends_with("; " + why));
  CHECK(exploration.verdict == Verdict::incomplete);
}

TEST_CASE("explore: says the same without remembered private runs, and without shortening",
          "[explorer][explore]") {
  const auto program = program_of(R"s({'machine': {'gil': '3.9'},
      'objects': {'forks': {'type': 'Lock', 'count': 3}}, 'variables': {'meals': 0},
      'functions': {'eat': {'params': ['i'], 'body': [{'global': 'meals'},
        {'with': ['forks[i]', 'forks[(i + 1) % 3]'],
         'do': [{'set': 'meals', 'to': 'meals + 1'}]}]}},
      'threads': {'P0': {'target': 'eat', 'args': [0]}, 'P1': {'target': 'eat', 'args': [1]},
                  'P2': {'target': 'eat', 'args': [2]}}})s");
  const Exploration first = explore(*program);
  ExploreOptions plain;
  plain.memoise = false;
  const Exploration second = explore(*program, plain);
  ExploreOptions hasty;
  hasty.counterexamples = false;
  const Exploration third = explore(*program, hasty);
  for (const Exploration* other : {&second, &third}) {
    CHECK(other->outcomes == first.outcomes);
    CHECK(other->stats.states == first.stats.states);
    CHECK(other->stats.transitions == first.stats.transitions);
    REQUIRE(other->findings.size() == 1);
    CHECK(other->findings[0].fingerprint == first.findings[0].fingerprint);
  }
  CHECK(second.findings[0].choices == first.findings[0].choices);
  CHECK(third.findings[0].preemptions >= first.findings[0].preemptions);
}

}  // namespace
}  // namespace lockstep
