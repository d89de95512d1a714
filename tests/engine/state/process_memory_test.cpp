// engine/state/process_memory.cpp and engine/operations/process.cpp: whose memory an operation
// works on, and how processes end.
#include "engine/state/process_memory.h"

#include <catch2/catch.hpp>
#include <string>

#include "engine/step/step.h"
#include "explorer/explore.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

// "n=2 deadlock; n=3": the outcomes, ascending.
std::string outcomes_of(std::string_view scenario) {
  const Exploration exploration = explore(*program_of(scenario));
  REQUIRE(exploration.complete);
  std::string text;
  for (const ExploredOutcome& outcome : exploration.outcomes) {
    if (!text.empty()) text += "; ";
    for (const auto& [name, value] : outcome.variables) text += name + "=" + value;
    for (const auto& [thread, exception] : outcome.exceptions) text += " " + exception;
    if (outcome.status == ExploredOutcome::Status::deadlock) text += " deadlock";
  }
  return text;
}

TEST_CASE(
    "processes: each sees its own memory, and between steps the main process has its in place",
    "[engine][state][process]") {
  const auto program = program_of(
      "{'variables': {'n': 100}, 'objects': {'a': 'Lock', 'm': 'mp.Lock'},"
      " 'functions': {'f': [{'global': ['n']}, {'acquire': 'a'}, {'acquire': 'm'}, {'set': 'n', "
      "'to': 1}, {'sleep': 1}]},"
      " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'sleep': 9}]}");
  const Machine machine(*program);
  State state = initial_state(machine);
  CHECK(process_count(machine, state) == 1);
  const auto step_of = [&](ThreadId thread) { step(machine, state, {thread}); };
  while (thread_count(*program, state) == 1) step_of(main_thread_id);
  const ThreadId child{1};
  REQUIRE(process_count(machine, state) == 2);
  CHECK(process_of(*program, state, child) == ProcessId{1});
  CHECK(parent_of(machine, state, {1}) == main_process_id);
  CHECK(main_thread_of(machine, state, {1}) == child);
  while (life(*program, state, child) == Life::created) step_of(main_thread_id);
  CHECK(live_children_of(machine, state, main_process_id) == std::vector<ThreadId>{child});
  while (pending(machine, state, child).operation != Operation::sleep) {
    step_of(child);
    CHECK(process_in_place(state) == main_process_id);
  }
  const ObjectId lock = *program->object_named("a");
  const ObjectId shared = *program->object_named("m");
  std::optional<State> view;
  const State& seen = seen_by(machine, state, child, view);
  CHECK(global(seen, {0}) == machine.values().integer(1));
  CHECK(global(state, {0}) == machine.values().integer(100));
  CHECK(owner(machine, seen, lock) == child);
  CHECK_FALSE(owner(machine, state, lock).has_value());
  CHECK(owner_seen_by(machine, state, child, lock) == child);
  CHECK(owner(machine, state, shared) == child);
  CHECK(is_shared(*program, shared));
  CHECK_FALSE(is_shared(*program, lock));
}

TEST_CASE("processes: a state without processes has no word for them", "[engine][state][process]") {
  const auto without = program_of("{'main': [{'sleep': 1}]}");
  const Machine machine(*without);
  CHECK(initial_state(machine).words.size() == layout::globals + layout::words_per_thread);
  CHECK(process_count(machine, initial_state(machine)) == 1);
}

TEST_CASE("processes: two that end alike leave the same state, whatever they had in memory",
          "[engine][state][process]") {
  // The child counts to n in its own memory; afterwards nobody can tell.
  const auto scenario = [](const std::string& n) {
    return "{'variables': {'n': 0}, 'functions': {'f': [{'global': ['n']}, {'choose': 'n', "
           "'from': " +
           n + "}]}, 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'join': 'p'}]}";
  };
  const Exploration one = explore(*program_of(scenario("[1]")));
  const Exploration three = explore(*program_of(scenario("[1, 2, 3]")));
  REQUIRE(one.outcomes.size() == 1);
  CHECK(three.outcomes.size() == 1);
  CHECK(three.stats.terminal_states == 1);
}

struct Row {
  const char* sentence;
  const char* scenario;
  const char* outcomes;
};

TEST_CASE("processes: what all interleavings come to", "[engine][process][explorer]") {
  const Row row = GENERATE(values<Row>({
      {"shared variables are not shared by processes",
       "{'variables': {'n': 2}, 'functions': {'f': [{'global': ['n']}, {'set': 'n', 'to': 'n - "
       "1'}]}, 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'call': 'f'}, {'join': "
       "'p'}]}",
       "n=1"},
      {"a Value is, and loses updates",
       "{'variables': {'n': 0}, 'objects': {'v': {'type': 'mp.Value', 'value': 2}},"
       " 'functions': {'f': [{'set': 'v.value', 'to': 'v.value - 1'}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'call': 'f'}, {'join': 'p'},"
       " {'set': 'n', 'to': 'v.value'}]}",
       "n=0; n=1"},
      {"with the Value's lock it does not",
       "{'variables': {'n': 0}, 'objects': {'v': {'type': 'mp.Value', 'value': 2}},"
       " 'functions': {'f': [{'with': 'v', 'do': [{'set': 'v.value', 'to': 'v.value - 1'}]}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'call': 'f'}, {'join': 'p'},"
       " {'set': 'n', 'to': 'v.value'}]}",
       "n=0"},
      {"a lock of threading does not exclude processes from each other",
       "{'variables': {'n': 0}, 'objects': {'a': 'Lock', 'v': {'type': 'mp.Value', 'value': 2}},"
       " 'functions': {'f': [{'with': 'a', 'do': [{'set': 'v.value', 'to': 'v.value - 1'}]}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'call': 'f'}, {'join': 'p'},"
       " {'set': 'n', 'to': 'v.value'}]}",
       "n=0; n=1"},
      {"an exit code says how the child ended",
       "{'variables': {'n': 0}, 'functions': {'f': [{'choose': 'x', 'from': [0, 7]}, {'raise': "
       "'SystemExit(x)'}]}, 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'join': "
       "'p'}, {'set': 'n', 'to': 'p.exitcode'}]}",
       "n=0; n=7"},
      {"a join that times out leaves the exit code open",
       "{'variables': {'n': 0}, 'functions': {'f': [{'sleep': 1}]}, 'main': [{'process': 'p', "
       "'target': 'f'}, {'start': 'p'}, {'join': 'p', 'timeout': 1}, {'set': 'n', 'to': "
       "'p.exitcode'}]}",
       "n=0; n=null"},
      {"what the forking thread holds, the child's main thread holds: it deadlocks with itself",
       "{'variables': {'n': 0}, 'objects': {'a': 'Lock'}, 'functions': {'f': [{'acquire': 'a'}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'with': 'a', 'do': [{'start': 'p'}]},"
       " {'join': 'p'}]}",
       "n=0 deadlock"},
      {"a child that nobody joins is waited for at the end",
       "{'variables': {'n': 0}, 'objects': {'a': 'mp.Lock'}, 'functions': {'f': [{'acquire': "
       "'a'}]}, 'main': [{'process': 'p', 'target': 'f'}, {'acquire': 'a'}, {'start': 'p'}]}",
       "n=0 deadlock"},
      {"a daemon is not",
       "{'variables': {'n': 0}, 'objects': {'a': 'mp.Lock'}, 'functions': {'f': [{'acquire': "
       "'a'}]}, 'main': [{'process': 'p', 'target': 'f', 'daemon': true}, {'acquire': 'a'}, "
       "{'start': 'p'}]}",
       "n=0"},
      {"a child waits for its own threads and children",
       "{'variables': {'n': 0}, 'objects': {'v': 'mp.Value'}, 'functions': {"
       "'add': [{'with': 'v', 'do': [{'set': 'v.value', 'to': 'v.value + 1'}]}],"
       "'f': [{'spawn': 'add'}, {'process': 'g', 'target': 'add'}, {'start': 'g'}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'join': 'p'}, {'set': 'n', "
       "'to': 'v.value'}]}",
       "n=2"},
      {"an mp.Event is looked at again by who was woken",
       "{'variables': {'n': 0}, 'objects': {'e': 'mp.Event', 'v': 'mp.Value'}, 'functions': {'f': "
       "[{'wait': 'e', 'into': 'got'}, {'set': 'v.value', 'to': '1 if got else 2'}]}, 'main': "
       "[{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'event_set': 'e'}, {'event_clear': "
       "'e'}, {'join': 'p'}, {'set': 'n', 'to': 'v.value'}]}",
       "n=1; n=2; n=0 deadlock"},
      {"permits cross processes",
       "{'variables': {'n': 0}, 'objects': {'s': {'type': 'mp.Semaphore', 'value': 0}}, "
       "'functions': {'f': [{'release': 's'}]}, 'main': [{'process': 'p', 'target': 'f'}, "
       "{'start': 'p'}, {'acquire': 's'}, {'set': 'n', 'to': 1}]}",
       "n=1"},
      {"those of threading's semaphore do not",
       "{'variables': {'n': 0}, 'objects': {'s': {'type': 'Semaphore', 'value': 0}}, "
       "'functions': {'f': [{'release': 's'}]}, 'main': [{'process': 'p', 'target': 'f'}, "
       "{'start': 'p'}, {'acquire': 's'}, {'set': 'n', 'to': 1}]}",
       "n=0 deadlock"},
      {"a signal comes some time later, and finds a process that has ended",
       "{'variables': {'n': 0}, 'functions': {'f': [{'sleep': 1}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'terminate': 'p'}, {'kill': "
       "'p'}, {'set': 'n', 'to': 'p.is_alive()'}, {'join': 'p'}, {'set': 'n', 'to': '[n, "
       "p.exitcode]'}]}",
       "n=[false, -15]; n=[false, -9]; n=[false, 0]; n=[true, -15]; n=[true, -9]; n=[true, 0]"},
      {"what a process holds that a signal ends stays held",
       "{'variables': {'n': 0}, 'objects': {'m': 'mp.Lock'}, 'functions': {'f': [{'with': 'm', "
       "'do': [{'sleep': 1}]}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'terminate': 'p'}, {'join': "
       "'p'}, {'acquire': 'm'}, {'set': 'n', 'to': 1}]}",
       "n=1; n=0 deadlock"},
      {"who is blocked for ever is let go by a signal, and so is who waits for its end",
       "{'variables': {'n': 0}, 'objects': {'m': 'mp.Lock'}, 'functions': {'f': [{'acquire': 'm'}, "
       "{'acquire': 'm'}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'terminate': 'p'}, {'join': "
       "'p'}, {'set': 'n', 'to': 'p.exitcode'}]}",
       "n=-15"},
      {"who is killed in a call on a socket keeps no close of it waiting",
       "{'variables': {'n': 0}, 'objects': {'s': 'Listener'}, 'functions': {'f': [{'accept': "
       "'s'}]},"
       " 'main': [{'listen': 's'}, {'process': 'p', 'target': 'f'}, {'start': 'p'}, {'sleep': 1},"
       " {'kill': 'p'}, {'join': 'p'}, {'close': 's'}, {'try': [{'connect': 's'}], 'except': "
       "{'type': 'ConnectionRefusedError', 'do': [{'set': 'n', 'to': 1}]}}]}",
       "n=1"},
      {"the children of a process that a signal ends go on without it",
       "{'variables': {'n': 0}, 'objects': {'v': 'mp.Value', 'e': 'mp.Event'}, 'functions': {"
       "'f': [{'process': 'q', 'target': 'g'}, {'start': 'q'}, {'event_set': 'e'}, {'join': 'q'}],"
       "'g': [{'sleep': 1}, {'set': 'v.value', 'to': 1}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'wait': 'e'}, {'kill': 'p'},"
       " {'join': 'p'}, {'set': 'n', 'to': 'v.value'}]}",
       "n=0; n=1"},
      {"an Event on which somebody was killed is never set to its end",
       "{'variables': {'n': 0}, 'objects': {'e': 'mp.Event'}, 'functions': {'f': [{'wait': 'e'}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'terminate': 'p'}, {'join': "
       "'p'}, {'event_set': 'e'}, {'set': 'n', 'to': 1}]}",
       "n=1; n=0 deadlock"},
      {"a Condition keeps no notification for later, and notify waits for those it wakes",
       "{'variables': {'n': 0}, 'objects': {'c': 'mp.Condition'}, 'functions': {'f': [{'with': "
       "'c', 'do': [{'wait': 'c'}]}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'with': 'c', 'do': "
       "[{'notify': 'c'}]}, {'set': 'n', 'to': 1}, {'join': 'p'}]}",
       "n=1; n=1 deadlock"},
      {"a Condition may spend a notification on who has timed out",
       "{'variables': {'n': 0}, 'objects': {'c': 'mp.Condition', 'v': 'mp.Value', 's': {'type': "
       "'mp.Semaphore', 'value': 0}}, 'functions': {"
       "'late': [{'with': 'c', 'do': [{'release': 's'}, {'wait': 'c', 'timeout': 1, 'into': "
       "'got'}, "
       "{'set': 'v.value', 'to': 'int(not got)'}]}],"
       "'f': [{'with': 'c', 'do': [{'release': 's'}, {'wait': 'c'}]}]},"
       " 'main': [{'process': 'p', 'target': 'late'}, {'start': 'p'}, {'process': 'q', 'target': "
       "'f'}, {'start': 'q'}, {'acquire': 's'}, {'acquire': 's'}, {'with': 'c', 'do': [{'notify': "
       "'c'}]}, {'join': 'p'}, {'set': 'n', 'to': 'v.value'}, {'join': 'q'}]}",
       "n=1; n=0 deadlock; n=1 deadlock"},
      {"an item is in a Queue some time after it was put",
       "{'variables': {'n': 0}, 'objects': {'q': 'mp.Queue'}, 'main': [{'put': 'q', 'item': 1},"
       " {'set': 'n', 'to': 'q.empty()'}]}",
       "n=false; n=true"},
      {"a process does not end before all that it has put is in the pipe",
       "{'variables': {'n': 0}, 'objects': {'q': {'type': 'mp.Queue', 'buffer': 1}}, 'functions': "
       "{'f': [{'put': 'q', 'item': 1}, {'put': 'q', 'item': 2}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'get': 'q'}, {'join': 'p'}]}",
       "n=0 deadlock"},
      {"a get makes room for the rest of what is being written",
       "{'variables': {'n': 0}, 'objects': {'q': {'type': 'mp.Queue', 'buffer': 1}}, 'functions': "
       "{'f': [{'put': 'q', 'item': 1}, {'put': 'q', 'item': 2}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'get': 'q'}, {'get': 'q', "
       "'into': 'n'}, {'join': 'p'}]}",
       "n=2"},
      {"... unless it has said that it does not wait for that",
       "{'variables': {'n': 0}, 'objects': {'q': 'mp.Queue'}, 'functions': "
       "{'f': [{'cancel_join_thread': 'q'}, {'put': 'q', 'item': 1}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'join': 'p'}, {'set': 'n', "
       "'to': '[q.qsize(), q.empty()]'}]}",
       "n=[1, false]; n=[1, true]"},
      {"who is killed while it waits for an item has the turn for ever",
       "{'variables': {'n': 0}, 'objects': {'q': 'mp.Queue'}, 'functions': {'f': [{'get': 'q'}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'kill': 'p'}, {'join': 'p'},"
       " {'put': 'q', 'item': 1}, {'get': 'q', 'into': 'n'}]}",
       "n=1; n=0 deadlock"},
      {"a thread of a child may put after the feeders were waited for, and the item may be lost",
       "{'variables': {'n': 0}, 'objects': {'q': 'mp.Queue'}, 'functions': {'f': [{'spawn': 'g'}], "
       "'g': [{'put': 'q', 'item': 1}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'join': 'p'}, {'set': 'n', "
       "'to': 'q.empty()'}]}",
       "n=false; n=true"},
      {"what cannot be pickled is dropped, and who waits for room gets it",
       "{'variables': {'n': 0}, 'objects': {'a': 'Lock', 'q': {'type': 'mp.Queue', 'maxsize': 1}}, "
       "'main': [{'put': 'q', 'item': 'a'}, {'put': 'q', 'item': 1}, {'get': 'q', 'into': 'n'}]}",
       "n=1"},
      {"a get that gets an item gives its room back afterwards",
       "{'variables': {'n': 0}, 'objects': {'q': {'type': 'mp.Queue', 'maxsize': 2}}, 'functions': "
       "{'f': [{'get': 'q'}]},"
       " 'main': [{'put': 'q', 'item': 1}, {'put': 'q', 'item': 2}, {'spawn': 'f', 'as': 't'}, "
       "{'get': 'q'}, {'set': 'n', 'to': 'q.qsize()'}, {'join': 't'}]}",
       "n=0; n=1"},
      {"a pool of processes runs its tasks on copies of the memory of the first submit",
       "{'variables': {'n': 5}, 'objects': {'pool': {'type': 'ProcessPoolExecutor', 'max_workers': "
       "1}}, 'functions': {'f': [{'global': ['n']}, {'set': 'n', 'to': 'n + 1'}, {'return': 'n'}]},"
       " 'main': [{'submit': 'pool', 'function': 'f', 'into': 'u'}, {'set': 'n', 'to': 50},"
       " {'submit': 'pool', 'function': 'f', 'into': 'w'}, {'result': 'u', 'into': 'x'},"
       " {'result': 'w', 'into': 'y'}, {'set': 'n', 'to': '[n, x, y]'}]}",
       "n=[50, 6, 7]"},
      {"a task can be cancelled until the manager has moved it, of which there is one more than "
       "workers",
       "{'variables': {'n': 0}, 'objects': {'pool': {'type': 'ProcessPoolExecutor', 'max_workers': "
       "1}, 'e': 'mp.Event'}, 'functions': {'f': [{'wait': 'e'}]},"
       " 'main': [{'submit': 'pool', 'function': 'f'}, {'submit': 'pool', 'function': 'f'},"
       " {'submit': 'pool', 'function': 'f'}, {'submit': 'pool', 'function': 'f', 'into': 'u'},"
       " {'cancel': 'u', 'into': 'n'}, {'event_set': 'e'}]}",
       "n=true"},
      {"... and not afterwards",
       "{'variables': {'n': 0}, 'objects': {'pool': {'type': 'ProcessPoolExecutor', 'max_workers': "
       "1}}, 'functions': {'f': [{'pass': true}]},"
       " 'main': [{'submit': 'pool', 'function': 'f', 'into': 'u'}, {'cancel': 'u', 'into': 'n'}]}",
       "n=false; n=true"},
      {"callbacks are called by the manager, one after the other, or at once by whoever is late",
       "{'variables': {'n': []}, 'objects': {'pool': {'type': 'ProcessPoolExecutor', "
       "'max_workers': "
       "1}}, 'functions': {'f': [{'pass': true}], 'note': {'params': ['u'], 'body': [{'global': "
       "['n']}, {'append': 'n', 'item': 'current_thread().name'}]}},"
       " 'main': [{'submit': 'pool', 'function': 'f', 'into': 'u'}, {'add_done_callback': 'u', "
       "'function': 'note'}]}",
       "n=[\"MainThread\"]; n=[\"Thread-1\"]"},
      {"a copy of a pool is of no use to a child",
       "{'variables': {'n': 0}, 'objects': {'v': 'mp.Value', 'pool': {'type': "
       "'ProcessPoolExecutor', 'max_workers': 1}}, 'functions': {'f': [{'pass': true}], 'child': "
       "[{'try': [{'submit': 'pool', 'function': 'f'}], 'except': {'type': 'RuntimeError', 'do': "
       "[{'set': 'v.value', 'to': 1}]}}]},"
       " 'main': [{'process': 'p', 'target': 'child'}, {'start': 'p'}, {'join': 'p'}, {'set': 'n', "
       "'to': 'v.value'}]}",
       "n=1"},
      {"whoever joins a JoinableQueue waits for all tasks of all processes",
       "{'variables': {'n': 0}, 'objects': {'q': 'mp.JoinableQueue', 'v': 'mp.Value'}, "
       "'functions': "
       "{'f': [{'get': 'q'}, {'set': 'v.value', 'to': 'v.value + 1'}, {'task_done': 'q'}]},"
       " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'put': 'q', 'item': 1}, "
       "{'join':"
       " 'q'}, {'set': 'n', 'to': 'v.value'}]}",
       "n=1"},
  }));
  INFO(row.sentence);
  CHECK(outcomes_of(row.scenario) == row.outcomes);
}

TEST_CASE("processes: what an object counts is copied whatever it looks like",
          "[engine][state][process]") {
  // A word of eight, or of a very large number, could be taken for the index of a value.
  for (const std::string permits : {"8", "80000", "2147483640"}) {
    CAPTURE(permits);
    const Exploration exploration = explore(*program_of(
        "{'objects': {'s': {'type': 'Semaphore', 'value': " + permits +
        "}}, 'functions': {'f': [{'acquire': 's'}, {'sleep': 1}, {'release': 's'}]}, 'main': "
        "[{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'acquire': 's'}, {'join': 'p'}]}"));
    CHECK(exploration.verdict == Verdict::ok);
  }
}

TEST_CASE("processes: independent ones interleave in as many ways as threads do",
          "[engine][process][explorer]") {
  // A child with k sleeps has k + 1 places to stand; its end is part of its last step. MainThread
  // has three states before it starts the first child, then k + 1 with the first alone, then, its
  // own end being part of the second start, (k + 1)^2 with both.
  const std::string sleeps = "{'sleep': 1}, {'sleep': 1}, {'sleep': 1}";
  const auto program = program_of("{'functions': {'f': [" + sleeps +
                                  "]}, 'main': [{'process': 'p', 'target': 'f'}, {'process': 'q', "
                                  "'target': 'f'}, {'start': 'p'}, {'start': 'q'}]}");
  const Exploration exploration = explore(*program);
  REQUIRE(exploration.complete);
  CHECK(exploration.stats.terminal_states == 1);
  constexpr std::uint64_t places = 3 + 1;
  CHECK(exploration.stats.states == 3 + places + places * places);
  CHECK(exploration.outcomes.size() == 1);
}

TEST_CASE("processes: the trace says which process ends, and keeps their memories apart",
          "[engine][process][report]") {
  const auto program = program_of(
      "{'machine': {'costs': {'bytecode': 0, 'process_start': 0}}, 'variables': {'n': 5},"
      " 'functions': {'f': [{'global': ['n']}, {'sleep': 1}, {'set': 'n', 'to': 6}, {'sleep': 1}]},"
      " 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}, {'set': 'n', 'to': 7}]}");
  const Ran ran = run_named(*program, "timed");
  CHECK(ran.result.end == RunResult::End::finished);
  CHECK(ran.text.find("n: 5 -> 6") != std::string::npos);
  CHECK(ran.text.find("n: 5 -> 7") != std::string::npos);
  CHECK(ran.text.find("n: 6") == std::string::npos);
  CHECK(ran.text.find("Process-1 ends") != std::string::npos);
  CHECK(ran.text.find("the process ends") != std::string::npos);
  CHECK(ran.result.now == Approx(2));
}

TEST_CASE("processes: a started process costs what the machine says", "[engine][process][run]") {
  const auto program = program_of(
      "{'machine': {'costs': {'bytecode': 0, 'process_start': 0.25}}, 'functions': {'f': "
      "[{'sleep': 1}]}, 'main': [{'process': 'p', 'target': 'f'}, {'start': 'p'}]}");
  CHECK(run_named(*program, "timed").result.now == Approx(1.25));
}

}  // namespace
}  // namespace lockstep
