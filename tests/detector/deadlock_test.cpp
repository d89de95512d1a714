// Tests of detector/deadlock and detector/ways_on: that an explanation names those who would let
// a thread go, and no circle that is none. What is a deadlock is tested by the explorer's tests.
#include "detector/deadlock.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "explorer/explore.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

struct Row {
  const char* what;
  const char* body;
  std::vector<std::string> findings;  // "kind: message", ascending
};

std::vector<std::string> findings_of(const char* body) {
  const auto program = program_of(std::string("{") + body + "}");
  std::vector<std::string> result;
  for (const Finding& finding : explore(*program, {}).findings) {
    result.push_back(std::string(row(finding.kind).name) + ": " + finding.message);
  }
  std::ranges::sort(result);
  return result;
}

TEST_CASE("deadlocks: a circle runs along what each thread would do with its values",
          "[detector][deadlock]") {
  const Row row = GENERATE(values<Row>({
      {"Events of an array: f(i) waits for e[i] and sets e[(i + 1) % 3], so 0 waits for 2",
       R"s('objects': {'e': {'type': 'Event', 'count': 3}},
           'functions': {'f': {'params': ['i'], 'body': [
             {'wait': 'e[i]'}, {'event_set': 'e[(i + 1) % 3]'}]}},
           'threads': {'A': {'target': 'f', 'args': [0]}, 'B': {'target': 'f', 'args': [1]},
                       'C': {'target': 'f', 'args': [2]}})s",
       {"circular-wait: A waits for e[0], to be set by C, which waits for e[2], to be set by B, "
        "which waits for e[1], to be set by A"}},
      {"Semaphores of an array",
       R"s('objects': {'s': {'type': 'Semaphore', 'count': 3, 'value': 0}},
           'functions': {'f': {'params': ['i'], 'body': [
             {'acquire': 's[i]'}, {'release': 's[(i + 1) % 3]'}]}},
           'threads': {'A': {'target': 'f', 'args': [0]}, 'B': {'target': 'f', 'args': [1]},
                       'C': {'target': 'f', 'args': [2]}})s",
       {"circular-wait: A waits for a permit of s[0], to be released by C, which waits for a "
        "permit of s[2], to be released by B, which waits for a permit of s[1], to be released by "
        "A"}},
      {"Queues of an array: what is got is not known, where it is put is",
       R"s('objects': {'q': {'type': 'Queue', 'count': 3}}, 'variables': {'n': 0},
           'functions': {'f': {'params': ['i'], 'body': [
             {'get': 'q[i]', 'into': 'x'}, {'if': 'x > n', 'then': [{'set': 'x', 'to': '0'}]},
             {'put': 'q[(i + 1) % 3]', 'item': 'x'}]}},
           'threads': {'A': {'target': 'f', 'args': [0]}, 'B': {'target': 'f', 'args': [1]},
                       'C': {'target': 'f', 'args': [2]}})s",
       {"circular-wait: A waits for an item of q[0], to be put by C, which waits for an item of "
        "q[2], to be put by B, which waits for an item of q[1], to be put by A"}},
      {"Events as arguments",
       R"s('objects': {'e': 'Event', 'f': 'Event', 'g': 'Event'},
           'functions': {'p': {'params': ['x', 'y'], 'body': [{'wait': 'x'}, {'event_set': 'y'}]}},
           'threads': {'A': {'target': 'p', 'args': ['e', 'f']},
                       'B': {'target': 'p', 'args': ['f', 'g']},
                       'C': {'target': 'p', 'args': ['g', 'e']}})s",
       {"circular-wait: A waits for e, to be set by C, which waits for g, to be set by B, which "
        "waits for f, to be set by A"}},
      {"what comes after a call and in every branch is sure",
       R"s('objects': {'e': 'Event', 'f': 'Event'}, 'variables': {'n': 0},
           'functions': {'g': [{'wait': 'f'}]},
           'threads': {'A': [{'set': 'n', 'to': '1'}, {'wait': 'e'}, {'event_set': 'f'}],
             'B': [{'call': 'g'}, {'if': 'n == 1', 'then': [{'event_set': 'e'}],
                                   'else': [{'yield': true}, {'event_set': 'e'}]}]})s",
       {"circular-wait: A waits for e, to be set by B, which waits for f, to be set by A"}},
      {"full queues",
       R"s('objects': {'q': {'type': 'Queue', 'maxsize': 1}, 'r': {'type': 'Queue', 'maxsize': 1}},
           'main': [{'put': 'q', 'item': 0}, {'put': 'r', 'item': 0}, {'start': 'A'},
                    {'start': 'B'}],
           'threads': {'A': [{'put': 'q', 'item': 1}, {'get': 'r'}],
                       'B': [{'put': 'r', 'item': 1}, {'get': 'q'}]})s",
       {"circular-wait: A waits for room in q, to be made by B, which waits for room in r, to be "
        "made by A"}},
      {"two who hold a permit each and want another, and release both at once",
       R"s('objects': {'s': {'type': 'Semaphore', 'value': 2}},
           'functions': {'f': [{'acquire': 's'}, {'acquire': 's'}, {'release': 's', 'n': 2}]},
           'threads': {'A': {'target': 'f'}, 'B': {'target': 'f'}})s",
       {"circular-wait: A waits for a permit of s, to be released by B, which waits for a permit "
        "of s, to be released by A"}},
      {"two who hold a permit each and want another",
       R"s('objects': {'s': {'type': 'Semaphore', 'value': 2}},
           'functions': {'f': [{'acquire': 's'}, {'acquire': 's'}, {'release': 's'},
                               {'release': 's'}]},
           'threads': {'A': {'target': 'f'}, 'B': {'target': 'f'}})s",
       {"circular-wait: A waits for a permit of s, to be released by B, which waits for a permit "
        "of s, to be released by A"}},
      {"an await and an Event",
       R"s('objects': {'e': 'Event'}, 'variables': {'x': false},
           'threads': {'A': [{'await': 'x'}, {'event_set': 'e'}],
                       'B': [{'wait': 'e'}, {'set': 'x', 'to': 'True'}]})s",
       {"circular-wait: A waits until x is true, which is up to B, which waits for e, to be set "
        "by A"}},
  }));
  INFO(row.what);
  CHECK(findings_of(row.body) == row.findings);
}

TEST_CASE("deadlocks: who would not do it is in no circle", "[detector][deadlock]") {
  const Row row = GENERATE(values<Row>({
      {"a branch that is never taken",
       R"s('objects': {'e': 'Event', 'f': 'Event'}, 'variables': {'never': false},
           'threads': {'A': [{'wait': 'e'}, {'event_set': 'f'}],
                       'B': [{'wait': 'f'}, {'if': 'never', 'then': [{'event_set': 'e'}]}]})s",
       {"lost-wakeup: A waits for e, and no thread is left that could set it"}},
      {"a branch that may be taken",
       R"s('objects': {'e': 'Event', 'f': 'Event'}, 'variables': {'n': 0},
           'threads': {'A': [{'set': 'n', 'to': '1'}, {'wait': 'e'}, {'event_set': 'f'}],
                       'B': [{'wait': 'f'}, {'if': 'n == 2', 'then': [{'event_set': 'e'}]}]})s",
       {"lost-wakeup: A waits for e, a wait that B could end, which waits for f, to be set by A"}},
      {"two who each wait for themselves",
       R"s('objects': {'e': {'type': 'Event', 'count': 2}},
           'functions': {'f': {'params': ['i'], 'body': [{'wait': 'e[i]'}, {'event_set': 'e[i]'}]}},
           'threads': {'A': {'target': 'f', 'args': [0]}, 'B': {'target': 'f', 'args': [1]}})s",
       {"self-wait: A waits for e[0], and no thread is left that could set it but itself",
        "self-wait: B waits for e[1], and no thread is left that could set it but itself"}},
      {"a permit that is given back after it was taken is no rescue",
       R"s('objects': {'s': {'type': 'Semaphore', 'value': 0}, 'e': 'Event'},
           'threads': {'A': [{'acquire': 's'}, {'event_set': 'e'}],
                       'B': [{'wait': 'e'}, {'with': 's', 'do': [{'pass': true}]}]})s",
       {"semaphore-leak: A waits for a permit of s, and no thread is left that could release one"}},
  }));
  INFO(row.what);
  CHECK(findings_of(row.body) == row.findings);
}

TEST_CASE("deadlocks: what is missing has its kind", "[detector][deadlock]") {
  const Row row = GENERATE(values<Row>({
      {"a consumer that puts into its own full queue",
       R"s('objects': {'q': {'type': 'Queue', 'maxsize': 1}},
           'main': [{'put': 'q', 'item': 1}, {'put': 'q', 'item': 2}, {'get': 'q'}])s",
       {"self-wait: MainThread waits for room in q, and no thread is left that could get an item "
        "but itself"}},
      {"the last connection of a pool is this thread's",
       R"s('objects': {'q': 'Queue'},
           'main': [{'put': 'q', 'item': 1}, {'get': 'q'}, {'get': 'q'}, {'put': 'q', 'item': 1},
                    {'put': 'q', 'item': 1}])s",
       {"self-wait: MainThread waits for an item of q, and no thread is left that could put one "
        "but itself"}},
      {"two who wait for one notify, which either would send afterwards",
       R"s('objects': {'c': 'Condition'},
           'functions': {'f': [{'with': 'c', 'do': [{'wait': 'c'}, {'notify': 'c'}]}]},
           'threads': {'A': {'target': 'f'}, 'B': {'target': 'f'}})s",
       {"lost-wakeup: A and B wait on c, and no thread is left that could notify but themselves"}},
      {"an item that is put back after it was got is none",
       R"s('objects': {'q': 'Queue'}, 'main': [{'get': 'q'}, {'put': 'q', 'item': 1}])s",
       {"lost-wakeup: MainThread waits for an item of q, and no thread is left that could put "
        "one"}},
      {"a party that does not come",
       R"s('objects': {'b': {'type': 'Barrier', 'parties': 3}},
           'threads': {'A': [{'barrier_wait': 'b'}], 'B': [{'barrier_wait': 'b'}]})s",
       {"missing-party: A and B wait at b for 1 more of 3, and no thread is left that could come"}},
      {"a task_done that a worker leaves out for one item: the next ones are for others",
       R"s('objects': {'q': 'Queue'},
           'threads': {'A': [{'put': 'q', 'item': 1}, {'put': 'q', 'item': 2}, {'join': 'q'}],
                       'B': [{'while': 'True', 'do': [{'get': 'q', 'into': 'x'},
                              {'if': 'x > 1', 'then': [{'task_done': 'q'}]}]}]})s",
       {"lost-wakeup: B waits for an item of q, and no thread is left that could put one",
        "queue-never-done: A waits for the tasks of q to be done, and no thread is left that could "
        "call task_done"}},
      {"but who waits for something else may yet take those that are there",
       R"s('objects': {'q': 'Queue', 'e': 'Event'},
           'threads': {'A': [{'put': 'q', 'item': 1}, {'join': 'q'}, {'event_set': 'e'}],
                       'B': [{'wait': 'e'}, {'get': 'q'}, {'task_done': 'q'}]})s",
       {"circular-wait: A waits for the tasks of q to be done, which is up to B, which waits for "
        "e, to be set by A"}},
      {"and who has taken two may be done with one more than it waits for",
       R"s('objects': {'q': 'Queue'},
           'threads': {'A': [{'put': 'q', 'item': 1}, {'put': 'q', 'item': 1}, {'join': 'q'},
                             {'put': 'q', 'item': 2}],
                       'B': [{'get': 'q'}, {'get': 'q'}, {'get': 'q'}, {'task_done': 'q'},
                             {'task_done': 'q'}, {'task_done': 'q'}]})s",
       {"circular-wait: A waits for the tasks of q to be done, which is up to B, which waits for "
        "an item of q, to be put by A"}},
      {"a task that nobody calls done",
       R"s('objects': {'q': 'Queue'},
           'threads': {'A': [{'put': 'q', 'item': 1}, {'join': 'q'}], 'B': [{'get': 'q'}]})s",
       {"queue-never-done: A waits for the tasks of q to be done, and no thread is left that could "
        "call task_done"}},
      {"idle daemons that would feed each other are no fault",
       R"s('objects': {'p': 'Queue', 'q': 'Queue'},
           'functions': {'f': {'params': ['x', 'y'], 'body': [
             {'while': 'True', 'do': [{'get': 'x'}, {'put': 'y', 'item': 1}]}]}},
           'threads': {'A': {'target': 'f', 'args': ['p', 'q'], 'daemon': true},
                       'B': {'target': 'f', 'args': ['q', 'p'], 'daemon': true}},
           'main': [{'start': 'A'}, {'start': 'B'}, {'yield': true}])s",
       {}},
  }));
  INFO(row.what);
  CHECK(findings_of(row.body) == row.findings);
}

}  // namespace
}  // namespace lockstep
