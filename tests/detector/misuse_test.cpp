// detector/misuse: which exceptions are kinds of findings of their own.
#include "detector/misuse.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "explorer/explore.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

struct Row {
  const char* what;
  const char* body;
  const char* kind;
};

// The kinds of all findings, once each.
std::set<std::string> kinds_of(const char* body) {
  const auto program = program_of("{'machine': {'gil': 'none'}, " + std::string(body) + "}");
  const Exploration exploration = explore(*program);
  CHECK(exploration.complete);
  std::set<std::string> kinds;
  for (const Finding& finding : exploration.findings) {
    CHECK(is_exception(finding.kind));
    CHECK(finding.message.find(" ends with ") != std::string::npos);
    kinds.emplace(row(finding.kind).name);
  }
  return kinds;
}

}  // namespace

TEST_CASE("misuse: a primitive that is used wrongly is a kind of its own", "[detector][misuse]") {
  const Row row = GENERATE(values<Row>({
      {"a Lock that nobody holds", "'objects': {'A': 'Lock'}, 'threads': {'T': [{'release': 'A'}]}",
       "unowned-release"},
      {"a Lock that another has released meanwhile: `with` finds it free",
       "'objects': {'A': 'Lock'}, 'threads': {'T': [{'with': 'A', 'do': [{'release': 'A'}]}]}",
       "unowned-release"},
      {"an RLock that is another's",
       "'objects': {'A': 'RLock'}, 'threads': {'T': [{'with': 'A', 'do': [{'pass': true}]}],"
       "'U': [{'release': 'A'}]}",
       "unowned-release"},
      {"an RLock released once too often by `with`",
       "'objects': {'A': 'RLock'}, 'threads': {'T': [{'with': 'A', 'do': [{'release': 'A'}]}]}",
       "unowned-release"},
      {"a Lock of multiprocessing",
       "'objects': {'A': 'mp.Lock'}, 'threads': {'T': [{'release': 'A'}]}", "unowned-release"},
      {"an RLock of multiprocessing",
       "'objects': {'A': 'mp.RLock'}, 'threads': {'T': [{'release': 'A'}]}", "unowned-release"},
      {"it is raised again",
       "'objects': {'A': 'Lock'}, 'threads': {'T': [{'try': [{'release': 'A'}], 'finally': "
       "[{'pass': true}]}]}",
       "unowned-release"},
      {"a permit that nobody took",
       "'objects': {'s': {'type': 'BoundedSemaphore', 'value': 1}}, 'threads': {'T': [{'release': "
       "'s'}]}",
       "over-release"},
      {"two permits where one was taken",
       "'objects': {'s': {'type': 'BoundedSemaphore', 'value': 1}}, 'threads': {'T': [{'acquire': "
       "'s'}, {'release': 's', 'n': 2}]}",
       "over-release"},
      {"a permit of multiprocessing",
       "'objects': {'s': {'type': 'mp.BoundedSemaphore', 'value': 1}}, 'threads': {'T': "
       "[{'release': 's'}]}",
       "over-release"},
      {"a barrier that was aborted",
       "'objects': {'b': {'type': 'Barrier', 'parties': 2}}, 'threads': {'T': [{'abort': 'b'}, "
       "{'barrier_wait': 'b'}]}",
       "broken-barrier"},
      {"a barrier at which nobody else comes in time",
       "'objects': {'b': {'type': 'Barrier', 'parties': 2}}, 'threads': {'T': [{'barrier_wait': "
       "'b', 'timeout': 1}]}",
       "broken-barrier"},
      {"a wait without the lock",
       "'objects': {'c': 'Condition'}, 'threads': {'T': [{'wait': 'c'}]}", "condition-unlocked"},
      {"a notify without the lock",
       "'objects': {'c': 'Condition'}, 'threads': {'T': [{'notify': 'c'}]}", "condition-unlocked"},
      {"a notify of all without the lock",
       "'objects': {'c': 'Condition'}, 'threads': {'T': [{'notify_all': 'c'}]}",
       "condition-unlocked"},
      {"a wait of multiprocessing without the lock",
       "'objects': {'c': 'mp.Condition'}, 'threads': {'T': [{'wait': 'c'}]}", "condition-unlocked"},
      {"a task done that nobody put",
       "'objects': {'q': 'Queue'}, 'threads': {'T': [{'task_done': 'q'}]}", "task-done-too-often"},
      {"one of multiprocessing",
       "'objects': {'q': 'mp.JoinableQueue'}, 'threads': {'T': [{'task_done': 'q'}]}",
       "task-done-too-often"},
  }));
  INFO(row.what);
  CHECK(kinds_of(row.body) == std::set<std::string>{row.kind});
}

TEST_CASE("misuse: what only looks like it stays an exception like any other",
          "[detector][misuse]") {
  const Row row = GENERATE(values<Row>({
      {"the program raises the same itself",
       R"s('threads': {'T': [{'raise': 'RuntimeError(\"release unlocked lock\")'}]})s",
       "uncaught-exception"},
      {"it catches it, and raises one that is equal",
       R"s('objects': {'A': 'Lock'}, 'threads': {'T': [{'try': [{'release': 'A'}], 'except': {'do':
         [{'raise': 'RuntimeError(\"release unlocked lock\")'}]}}]})s",
       "uncaught-exception"},
      {"no permit at all is given back",
       "'objects': {'s': {'type': 'BoundedSemaphore', 'value': 1}}, 'threads': {'T': [{'release': "
       "'s', 'n': 0}]}",
       "uncaught-exception"},
      {"a wait with its lock, and a timeout that is no number",
       "'objects': {'c': 'Condition'}, 'threads': {'T': [{'with': 'c', 'do': [{'wait': 'c', "
       "'timeout': '[1]'}]}]}",
       "uncaught-exception"},
      {"an item that does not come",
       "'objects': {'q': 'Queue'}, 'threads': {'T': [{'get': 'q', 'block': false}]}",
       "uncaught-exception"},
      {"a barrier with a timeout that is no number",
       "'objects': {'b': {'type': 'Barrier', 'parties': 2}}, 'threads': {'T': [{'barrier_wait': "
       "'b', 'timeout': '[1]'}]}",
       "uncaught-exception"},
  }));
  INFO(row.what);
  CHECK(kinds_of(row.body) == std::set<std::string>{row.kind});
}

}  // namespace lockstep
