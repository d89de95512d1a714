// What executors and futures can come to, by engine/operations/executor.cpp and future.cpp and the
// bytecode of language/compile_futures.cpp and pool_bodies.cpp.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "explorer/explore.h"
#include "language/load.h"

namespace lockstep {
namespace {

Program program_of(std::string body) {
  std::ranges::replace(body, '\'', '"');
  std::ranges::replace(body, '`', '\'');
  const std::string text = "{\"lockstep\": 1, " + body + "}";
  const Loaded loaded = load("test", text);
  INFO(render("test", text, loaded.complaints));
  REQUIRE(loaded.program.has_value());
  return *loaded.program;
}

constexpr const char* functions = R"s('functions': {
    'f': {'params': ['n'], 'body': [{'return': 'n'}]},
    'fails': [{'raise': 'ValueError(`bad`)'}],
    'note': {'params': ['u'], 'body': [{'global': 'xs'},
      {'append': 'xs', 'item': 'current_thread().name'}]},
    'exits': {'params': ['u'], 'body': [{'raise': 'SystemExit()'}]},
    'waits': {'params': ['u'], 'body': [{'result': 'u', 'into': 'x'}, {'return': 'x'}]}})s";

// The values of xs at the end of every interleaving, in order.
std::set<std::string> ends(int workers, const std::string& main) {
  const Program program = program_of(
      "'objects': {'p': {'type': 'ThreadPoolExecutor', 'max_workers': " + std::to_string(workers) +
      ", 'thread_name_prefix': 'w'}}, 'variables': {'xs': []}, " + functions + ", 'main': [" +
      main + "]");
  const Exploration exploration = explore(program);
  CHECK(exploration.complete);
  std::set<std::string> result;
  for (const ExploredOutcome& outcome : exploration.outcomes) {
    std::string text = outcome.status == ExploredOutcome::Status::finished ? "" : "stuck ";
    text += outcome.variables[0].second;
    for (const auto& exception : outcome.exceptions) {
      text += " " + exception.first + ": " + exception.second;
    }
    result.insert(text);
  }
  return result;
}

using Ends = std::set<std::string>;

const char* const submit = "{'submit': 'p', 'function': 'f', 'args': [1], 'into': 'u'}";

TEST_CASE("A future has the result of its task, or its exception", "[futures]") {
  CHECK(ends(1, std::string(submit) + R"s(, {'result': 'u', 'into': 'x'},
      {'append': 'xs', 'item': 'x'}, {'exception': 'u', 'into': 'x'},
      {'append': 'xs', 'item': 'x'})s") == Ends{"[1, null]"});
  CHECK(ends(1, R"s({'submit': 'p', 'function': 'fails', 'into': 'u'},
      {'exception': 'u', 'into': 'x'}, {'append': 'xs', 'item': 'str(x)'},
      {'result': 'u'})s") == Ends{"[\"bad\"] MainThread: ValueError: bad"});
}

TEST_CASE("A task that no worker has begun can be cancelled; one that is begun cannot",
          "[futures]") {
  CHECK(ends(1, std::string(submit) + R"s(, {'cancel': 'u', 'into': 'x'},
      {'append': 'xs', 'item': 'x'},
      {'try': [{'result': 'u', 'into': 'x'}, {'append': 'xs', 'item': 'x'}],
       'except': {'type': 'CancelledError', 'do': [{'append': 'xs', 'item': '`cancelled`'}]}})s") ==
        Ends{"[true, \"cancelled\"]", "[false, 1]"});
}

TEST_CASE("A timeout gives up the wait and not the task", "[futures]") {
  CHECK(ends(1, std::string(submit) + R"s(,
      {'try': [{'result': 'u', 'timeout': 1}, {'append': 'xs', 'item': '`in time`'}],
       'except': {'type': 'TimeoutError', 'do': [{'append': 'xs', 'item': '`too late`'}]}},
      {'result': 'u', 'into': 'x'}, {'append': 'xs', 'item': 'x'})s") ==
        Ends{"[\"in time\", 1]", "[\"too late\", 1]"});
}

TEST_CASE("The worker calls the callbacks, or whoever adds one too late", "[futures]") {
  CHECK(ends(1, std::string(submit) + R"s(,
      {'add_done_callback': 'u', 'function': 'note'}, {'shutdown': 'p'})s") ==
        Ends{"[\"w_0\"]", "[\"MainThread\"]"});
  // result() may return before they have been called; shutdown() may not.
  CHECK(ends(1, std::string(submit) + R"s(,
      {'add_done_callback': 'u', 'function': 'note'}, {'result': 'u'},
      {'append': 'xs', 'item': '`result`'})s") ==
        Ends{"[\"w_0\", \"result\"]", "[\"result\", \"w_0\"]", "[\"MainThread\", \"result\"]"});
  CHECK(ends(1, std::string(submit) + R"s(, {'cancel': 'u', 'into': 'x'},
      {'add_done_callback': 'u', 'function': 'note'}, {'result': 'u'})s")
            .contains("[\"MainThread\"] MainThread: concurrent.futures._base.CancelledError"));
}

TEST_CASE("An Exception in a callback is forgotten, a SystemExit ends the worker", "[futures]") {
  CHECK(ends(1,
             "{'submit': 'p', 'function': 'fails', 'into': 'u'}, "
             "{'add_done_callback': 'u', 'function': 'waits'}, "
             "{'add_done_callback': 'u', 'function': 'note'}, {'shutdown': 'p'}") ==
        Ends{"[\"w_0\"]", "[\"MainThread\"]"});
  // With it what is queued: main waits for ever.
  CHECK(ends(1, std::string(submit) + R"s(, {'try': [{'add_done_callback': 'u',
      'function': 'exits'}], 'except': {'type': 'SystemExit', 'do': []}},
      {'submit': 'p', 'function': 'f', 'args': [2], 'into': 'u'}, {'result': 'u', 'into': 'x'},
      {'append': 'xs', 'item': 'x'})s") == Ends{"[2]", "stuck []"});
}

TEST_CASE("A pool that was shut down takes no more tasks and executes those it has", "[futures]") {
  CHECK(
      ends(1, std::string(submit) + R"s(, {'add_done_callback': 'u', 'function': 'note'},
      {'shutdown': 'p', 'block': false}, {'submit': 'p', 'function': 'f', 'args': [1]})s") ==
      Ends{
          "[\"w_0\"] MainThread: RuntimeError: cannot schedule new futures after shutdown",
          "[\"MainThread\"] MainThread: RuntimeError: cannot schedule new futures after shutdown"});
}

TEST_CASE("shutdown(cancel_futures) cancels what is queued", "[futures]") {
  CHECK(ends(1, std::string(submit) + R"s(, {'shutdown': 'p', 'cancel_futures': true},
      {'append': 'xs', 'item': 'u.cancelled()'})s") == Ends{"[true]", "[false]"});
}

TEST_CASE("A worker that shuts its own pool down cannot wait for itself", "[futures]") {
  const Program program = program_of(R"s('objects': {'p': {'type': 'ThreadPoolExecutor',
      'max_workers': 1}}, 'variables': {'e': null}, 'functions': {'f': [{'shutdown': 'p'}]},
      'main': [{'submit': 'p', 'function': 'f', 'into': 'u'}, {'exception': 'u', 'into': 'x'},
               {'set': 'e', 'to': 'str(x)'}])s");
  const Exploration exploration = explore(program);
  REQUIRE(exploration.outcomes.size() == 1);
  CHECK(exploration.outcomes[0].variables[0].second == "\"cannot join current thread\"");
}

TEST_CASE("A worker is made unless one is idle", "[futures]") {
  // The second task finds the first worker idle, or has a second one made; which of two takes it
  // is open.
  const std::string twice =
      "{'submit': 'p', 'function': 'name', 'into': 'u'}, {'result': 'u', 'into': 'x'}, "
      "{'append': 'xs', 'item': 'x'}";
  const Program program = program_of(
      R"s('objects': {'p': {'type': 'ThreadPoolExecutor', 'max_workers': 2,
          'thread_name_prefix': 'w'}}, 'variables': {'xs': []},
          'functions': {'name': [{'return': 'current_thread().name'}]}, 'main': [)s" +
      twice + ", " + twice + "]");
  std::set<std::string> names;
  for (const ExploredOutcome& outcome : explore(program).outcomes) {
    names.insert(outcome.variables[0].second);
  }
  CHECK(names == Ends{"[\"w_0\", \"w_0\"]", "[\"w_0\", \"w_1\"]"});
}

TEST_CASE("After main's code no task is taken, and all are executed", "[futures]") {
  const Program program = program_of(R"s('objects': {'p': {'type': 'ThreadPoolExecutor',
      'max_workers': 1}}, 'variables': {'e': null, 'alive': null}, 'functions': {
      'g': [{'global': ['alive']}, {'set': 'alive', 'to': 'main_thread().is_alive()'}],
      'f': [{'global': ['e']}, {'try': [{'submit': 'p', 'function': 'g'}],
             'except': {'type': 'RuntimeError', 'as': 'x', 'do': [{'set': 'e', 'to': 'str(x)'}]}}]},
      'main': [{'submit': 'p', 'function': 'f'}])s");
  std::set<std::string> found;
  for (const ExploredOutcome& outcome : explore(program).outcomes) {
    found.insert(outcome.variables[0].second + " " + outcome.variables[1].second);
  }
  CHECK(found ==
        Ends{"null true", "\"cannot schedule new futures after interpreter shutdown\" null"});
}

TEST_CASE("Who is to blame when no result comes", "[futures][detector]") {
  struct Row {
    const char* what;
    const char* main;
    FindingKind kind;
    const char* message;
  };
  const Row row = GENERATE(values<Row>({
      {"the task of its own pool", R"s({'submit': 'p', 'function': 'outer'})s",
       FindingKind::pool_starvation,
       "w_0 waits for future 1 of p (f), which is queued, and no worker is free to execute it"},
      {"its own result",
       R"s({'submit': 'p', 'function': 'own', 'into': 'u'}, {'set': 'fs', 'to': '[u]'})s",
       FindingKind::future_cycle, "w_0 waits for future 0 of p (own), which it executes itself"},
      {"a callback that submits while the pool is being shut down",
       R"s({'submit': 'p', 'function': 'f'}, {'submit': 'p', 'function': 'f', 'into': 'u'},
           {'add_done_callback': 'u', 'function': 'again'},
           {'shutdown': 'p', 'cancel_futures': true})s",
       FindingKind::self_deadlock, "MainThread waits for p to be shut down, which it does itself"},
  }));
  CAPTURE(row.what);
  const Program program = program_of(
      R"s('objects': {'p': {'type': 'ThreadPoolExecutor', 'max_workers': 1,
          'thread_name_prefix': 'w'}}, 'variables': {'fs': []}, 'functions': {
          'f': [{'return': 1}],
          'outer': [{'submit': 'p', 'function': 'f', 'into': 'u'}, {'result': 'u'}],
          'own': [{'await': 'len(fs) > 0'}, {'result': 'fs[0]'}],
          'again': {'params': ['u'], 'body': [{'submit': 'p', 'function': 'f'}]}},
          'main': [)s" +
      std::string(row.main) + "]");
  const Exploration exploration = explore(program);
  REQUIRE(exploration.findings.size() == 1);
  CHECK(exploration.findings[0].kind == row.kind);
  CHECK(exploration.findings[0].message == row.message);
}

// `before`, then a wait for the futures a and b; xs: how many are done, and how many are not.
std::string waits(const std::string& before, const std::string& more) {
  return before + ", {'wait_futures': ['a', 'b'], 'done': 'd', 'not_done': 'n'" + more +
         "}, {'set': 'xs', 'to': '[len(d), len(n)]'}";
}

TEST_CASE("wait_futures returns when enough of them are done", "[futures]") {
  const std::string two = R"s({'submit': 'p', 'function': 'f', 'args': [1], 'into': 'a'},
                              {'submit': 'p', 'function': 'f', 'args': [2], 'into': 'b'})s";
  const std::string one_fails = R"s({'submit': 'p', 'function': 'fails', 'into': 'a'},
                                    {'submit': 'p', 'function': 'f', 'args': [2], 'into': 'b'})s";
  const std::string first = ", 'return_when': '`FIRST_COMPLETED`'";
  const std::string exception = ", 'return_when': '`FIRST_EXCEPTION`'";
  const int workers = GENERATE(1, 2);
  CHECK(ends(workers, waits(two, "")) == Ends{"[2, 0]"});
  CHECK(ends(workers, waits(two, first)) == Ends{"[1, 1]", "[2, 0]"});
  CHECK(ends(workers, waits(two, exception)) == Ends{"[2, 0]"});
  CHECK(ends(workers, waits(one_fails, exception)) == Ends{"[1, 1]", "[2, 0]"});
  CHECK(ends(workers, waits(one_fails, "")) == Ends{"[2, 0]"});
  // What has not come in time is not done, and nothing is raised.
  CHECK(ends(workers, waits(two, ", 'timeout': 1")).contains("[0, 2]"));
  CHECK(ends(workers, waits(two, ", 'timeout': 0")).contains("[0, 2]"));
}

TEST_CASE("wait_futures takes a future that was cancelled for done once a worker has met it",
          "[futures]") {
  const std::string cancelled = std::string("{'submit': 'p', 'function': 'f', 'args': [1],") +
                                "'into': 'a'}, {'set': 'b', 'to': 'a'}, {'cancel': 'a'}";
  CHECK(ends(1, waits(cancelled, "")) == Ends{"[1, 0]"});
  // A worker that has begun it before it could be cancelled finishes it; else nobody meets it.
  const std::string drained =
      "{'submit': 'p', 'function': 'f', 'args': [1], 'into': 'a'}, {'set': 'b', 'to': 'a'}, "
      "{'shutdown': 'p', 'cancel_futures': true}";
  CHECK(ends(1, waits(drained, "")) == Ends{"[1, 0]", "stuck []"});
}

TEST_CASE("as_completed gives futures in the order in which they are done", "[futures]") {
  const std::string two = R"s({'submit': 'p', 'function': 'f', 'args': [1], 'into': 'a'},
                              {'submit': 'p', 'function': 'f', 'args': [2], 'into': 'b'}, )s";
  const auto each = [&](const std::string& of, const std::string& body) {
    return two + "{'for': 'u', 'in': 'as_completed(" + of +
           ")', 'do': [{'result': 'u', "
           "'into': 'x'}, {'append': 'xs', 'item': 'x'}" +
           body + "]}";
  };
  // One worker executes them in their order; two may change places, but where both are done
  // before anybody looks they come in the order of the list.
  CHECK(ends(1, each("[a, b, a]", "")) == Ends{"[1, 2]"});
  CHECK(ends(1, each("[b, a]", "")) == Ends{"[1, 2]", "[2, 1]"});
  CHECK(ends(2, each("[a, b]", "")) == Ends{"[1, 2]", "[2, 1]"});
  CHECK(ends(2, each("[a, b]", ", {'break': true}")) == Ends{"[1]", "[2]"});
  CHECK(ends(2, each("[]", "")) == Ends{"[]"});
  const Ends in_time = ends(1, each("[a, b], 1", ""));
  CHECK(in_time == Ends{"[1, 2]", "[] MainThread: TimeoutError: 2 (of 2) futures unfinished",
                        "[1] MainThread: TimeoutError: 1 (of 2) futures unfinished"});
  // A finding is run again with a clock, which does not say whether the timeout fires.
  const Ends late = ends(1, each("[a, b], 0.5", ", {'sleep': 1}") + ", {'raise': 'ValueError(1)'}");
  CHECK(late.contains("[1, 2] MainThread: ValueError: 1"));
  // One loop inside of another has futures of its own.
  CHECK(ends(1, each("[a, b]",
                     ", {'for': 'v', 'in': 'as_completed([u])', 'do': ["
                     "{'append': 'xs', 'item': 0}]}")) == Ends{"[1, 0, 2, 0]"});
  CHECK(ends(1, "{'for': 'u', 'in': 'as_completed([3])', 'do': []}") ==
        Ends{"[] MainThread: AttributeError: 'int' object has no attribute '_condition'"});
}

// The same of a pool whose workers begin with `init`.
Ends ends_with(const std::string& pool, const std::string& init, const std::string& main) {
  const Program program =
      program_of("'objects': {'p': {'type': 'ThreadPoolExecutor', 'initializer': 'init', " + pool +
                 "}}, 'variables': {'xs': []}, 'functions': {'init': " + init +
                 ", 'f': {'params': ['n'], 'body': [{'return': 'n'}]}}, 'main': [" + main + "]");
  const Exploration exploration = explore(program);
  CHECK(exploration.complete);
  Ends result;
  for (const ExploredOutcome& outcome : exploration.outcomes) {
    std::string text = outcome.status == ExploredOutcome::Status::finished ? "" : "stuck ";
    text += outcome.variables[0].second;
    for (const auto& exception : outcome.exceptions) text += " " + exception.second;
    result.insert(text);
  }
  return result;
}

TEST_CASE("An initializer runs in each worker before its first task", "[futures]") {
  const std::string init = R"s({'params': ['k'], 'body': [{'global': 'xs'},
                                {'append': 'xs', 'item': 'k'}]})s";
  CHECK(ends_with("'max_workers': 1, 'initargs': [7]", init,
                  "{'map': 'p', 'function': 'f', 'over': '[1, 2]', 'into': 'x'}, "
                  "{'append': 'xs', 'item': 'x'}") == Ends{"[7, [1, 2]]"});
}

TEST_CASE("A pool whose initializer fails is broken", "[futures]") {
  const std::string init = "[{'raise': 'ValueError(`bad`)'}]";
  const std::string queued = R"s({'submit': 'p', 'function': 'f', 'args': [1], 'into': 'u'},
      {'exception': 'u', 'into': 'e'}, {'append': 'xs', 'item': 'str(e)'}, )s";
  const std::string text = "A thread initializer failed, the thread pool is not usable anymore";
  CHECK(ends_with("'max_workers': 1", init, queued + R"s(
      {'try': [{'submit': 'p', 'function': 'f', 'args': [1]}], 'except':
        {'type': 'BrokenExecutor', 'as': 'e', 'do': [{'append': 'xs', 'item': 'str(e)'}]}})s") ==
        Ends{"[\"" + text + "\", \"" + text + "\"]"});
  // What was cancelled before is an error that ends the worker with what is still queued.
  const Ends cancelled = ends_with("'max_workers': 1", init, R"s(
      {'submit': 'p', 'function': 'f', 'args': [1], 'into': 'u'}, {'cancel': 'u', 'into': 'x'},
      {'append': 'xs', 'item': 'x'})s");
  CHECK(cancelled == Ends{"[false]",
                          "[true] concurrent.futures._base.InvalidStateError: "
                          "CANCELLED: <Future state=cancelled>"});
}

TEST_CASE("A worker that breaks its pool takes out the sign of a shutdown too", "[futures]") {
  // The first worker is initialized and waits for a task; the second fails after the shutdown.
  const std::string init = R"s([{'global': 'xs'}, {'append': 'xs', 'item': 1},
      {'if': 'len(xs) > 1', 'then': [{'raise': 'ValueError()'}]}])s";
  const Ends both = ends_with("'max_workers': 2", init, R"s(
      {'submit': 'p', 'function': 'f', 'args': [1]}, {'submit': 'p', 'function': 'f', 'args': [2]},
      {'shutdown': 'p'})s");
  CHECK(both.contains("stuck [1, 1]"));
  CHECK(both.contains("[1, 1]"));
}

TEST_CASE("map with a timeout gives up a result that does not come, and cancels it", "[futures]") {
  const std::string map = R"s({'map': 'p', 'function': 'f', 'over': '[1, 2]', 'into': 'xs',
                               'timeout': )s";
  CHECK(ends(1, map + "1}") == Ends{"[1, 2]", "[] MainThread: TimeoutError"});
  CHECK(ends(1, map + "null}") == Ends{"[1, 2]"});
  CHECK(ends(1, map + "0}") == Ends{"[1, 2]", "[] MainThread: TimeoutError"});
  // The worker is busy until then; what is cancelled is not executed any more.
  CHECK(ends(1, R"s({'try': [{'map': 'p', 'function': 'note', 'over': '[1, 2]', 'timeout': -1,
                    'into': 'x'}], 'except': [{'do': [{'pass': true}]}]}, {'shutdown': 'p'})s") ==
        Ends{"[]", R"(["w_0"])", R"(["w_0", "w_0"])"});
}

TEST_CASE("wait_futures: who waits for tasks of its own pool is told for which", "[futures]") {
  const auto finding_of = [](const std::string& when) {
    const Program program = program_of(
        "'objects': {'p': {'type': 'ThreadPoolExecutor', 'max_workers': 1}}, 'functions': {"
        "'f': [{'pass': true}], 'waits': [{'submit': 'p', 'function': 'f', 'into': 'a'},"
        "{'submit': 'p', 'function': 'f', 'into': 'b'}, {'wait_futures': ['a', 'b'], "
        "'return_when': '`" +
        when + "`'}]}, 'main': [{'submit': 'p', 'function': 'waits'}]");
    const Exploration exploration = explore(program);
    REQUIRE(exploration.findings.size() == 1);
    return exploration.findings[0].message;
  };
  const std::string worker = "ThreadPoolExecutor-0_0 waits for ";
  const std::string end =
      "future 1 of p (f) and future 2 of p (f), which is queued, and no worker "
      "is free to execute it";
  CHECK(finding_of("ALL_COMPLETED") == worker + end);
  CHECK(finding_of("FIRST_COMPLETED") == worker + "one of " + end);
}

// The kinds of all findings of a pool p with the functions and the code of MainThread given.
std::set<std::string> kinds_of(int workers, const std::string& objects, const std::string& code) {
  const Exploration exploration =
      explore(program_of("'machine': {'gil': 'none'}, 'objects': {'p': {'type': "
                         "'ThreadPoolExecutor', 'max_workers': " +
                         std::to_string(workers) + "}, " + objects + "}, " + code));
  CHECK(exploration.complete);
  std::set<std::string> kinds;
  for (const Finding& finding : exploration.findings) kinds.emplace(row(finding.kind).name);
  return kinds;
}

TEST_CASE("A pool starves whose workers all wait for what only a queued task would do",
          "[futures][detector]") {
  struct Row {
    const char* what;
    int workers;
    const char* objects;
    const char* code;
    const char* kind;  // empty: nothing is found
  };
  const Row row = GENERATE(values<Row>({
      {"an Event that the task behind would set", 1, "'e': 'Event'",
       R"s('functions': {'a': [{'wait': 'e'}], 'b': [{'event_set': 'e'}]},
         'main': [{'submit': 'p', 'function': 'a'}, {'submit': 'p', 'function': 'b'}])s",
       "pool-starvation"},
      {"a notify", 1, "'c': 'Condition'",
       R"s('variables': {'n': 0}, 'functions': {
           'a': [{'with': 'c', 'do': [{'while': 'n == 0', 'do': [{'wait': 'c'}]}]}],
           'b': [{'global': 'n'}, {'with': 'c', 'do': [{'set': 'n', 'to': 1}, {'notify': 'c'}]}]},
         'main': [{'submit': 'p', 'function': 'a'}, {'submit': 'p', 'function': 'b'}])s",
       "pool-starvation"},
      {"a barrier for more than there are workers", 2, "'b': {'type': 'Barrier', 'parties': 3}",
       R"s('functions': {'a': [{'barrier_wait': 'b'}]}, 'main': [{'submit': 'p', 'function': 'a'},
           {'submit': 'p', 'function': 'a'}, {'submit': 'p', 'function': 'a'}])s",
       "pool-starvation"},
      {"an item", 1, "'q': 'Queue'",
       R"s('functions': {'a': [{'get': 'q'}], 'b': [{'put': 'q', 'item': 1}]},
         'main': [{'submit': 'p', 'function': 'a'}, {'submit': 'p', 'function': 'b'}])s",
       "pool-starvation"},
      {"a permit", 1, "'s': {'type': 'Semaphore', 'value': 0}",
       R"s('functions': {'a': [{'acquire': 's'}], 'b': [{'release': 's'}]},
         'main': [{'submit': 'p', 'function': 'a'}, {'submit': 'p', 'function': 'b'}])s",
       "pool-starvation"},
      {"what is queued does not set it", 1, "'e': 'Event', 'other': 'Event'",
       R"s('functions': {'a': [{'wait': 'e'}], 'b': [{'event_set': 'other'}]},
         'main': [{'submit': 'p', 'function': 'a'}, {'submit': 'p', 'function': 'b'}])s",
       "lost-wakeup"},
      {"nothing is queued", 1, "'e': 'Event'",
       R"s('functions': {'a': [{'wait': 'e'}]}, 'main': [{'submit': 'p', 'function': 'a'}])s",
       "lost-wakeup"},
      {"another worker is free", 2, "'e': 'Event'",
       R"s('functions': {'a': [{'wait': 'e'}], 'b': [{'event_set': 'e'}]},
         'main': [{'submit': 'p', 'function': 'a'}, {'submit': 'p', 'function': 'b'}])s",
       ""},
      {"one worker waits for something else, which would help too", 2, "'e': 'Event', 'f': 'Event'",
       R"s('functions': {'a': [{'wait': 'e'}], 'x': [{'wait': 'f'}], 'b': [{'event_set': 'e'}]},
         'main': [{'submit': 'p', 'function': 'a'}, {'submit': 'p', 'function': 'x'},
           {'submit': 'p', 'function': 'b'}])s",
       "lost-wakeup"},
      {"MainThread would set it, after the result", 1, "'e': 'Event'",
       R"s('functions': {'a': [{'wait': 'e'}], 'b': [{'event_set': 'e'}]},
         'main': [{'submit': 'p', 'function': 'a', 'into': 'u'}, {'submit': 'p', 'function': 'b'},
           {'result': 'u'}, {'event_set': 'e'}])s",
       "circular-wait"},
  }));
  INFO(row.what);
  const std::set<std::string> kinds = kinds_of(row.workers, row.objects, row.code);
  CHECK(kinds == (*row.kind == 0 ? std::set<std::string>() : std::set<std::string>{row.kind}));
}

}  // namespace
}  // namespace lockstep
