// Whether queues count tasks where anybody could notice, and do not where that would make states
// without end.
#include "language/task_counts.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "explorer/explore.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

TEST_CASE("task counts: as much as anybody could notice", "[language][task_counts]") {
  const auto [main, wanted] = GENERATE(values<std::pair<std::string, TaskCount>>({
      {R"s({'put': 'q', 'item': '1'}, {'get': 'q'})s", TaskCount::none},
      {R"s({'put': 'q', 'item': '1'}, {'join': 'q'})s", TaskCount::whether_some},
      {R"s({'put': 'q', 'item': '1'}, {'join': 'other'}, {'task_done': 'other'})s",
       TaskCount::none},
      {R"s({'set': 'any', 'to': 'q'}, {'join': 'any'})s", TaskCount::whether_some},
      {R"s({'set': 'any', 'to': 'q'}, {'task_done': 'any'})s", TaskCount::exact},
      {R"s({'put': 'q', 'item': '1'}, {'task_done': 'q'})s", TaskCount::exact},
      {R"s({'shutdown': 'q', 'immediate': true})s", TaskCount::exact},
  }));
  for (const std::string kind : {"Queue", "LifoQueue", "PriorityQueue", "mp.JoinableQueue"}) {
    if (kind.starts_with("mp") && main.find("shutdown") != std::string::npos) continue;
    CAPTURE(kind, main);
    const auto program =
        program_of("{'objects': {'q': '" + kind + "', 'other': 'Queue'}, 'main': [" + main + "]}");
    CHECK(program->objects[program->object_named("q")->index].tasks == wanted);
  }
}

TEST_CASE("task counts: who puts and gets for ever comes back to the same states",
          "[language][task_counts]") {
  for (const std::string kind : {"Queue", "LifoQueue", "PriorityQueue", "mp.JoinableQueue"}) {
    for (const std::string main : {"{'join': 'P'}", "{'join': 'q'}"}) {
      CAPTURE(kind, main);
      const auto program = program_of("{'objects': {'q': {'type': '" + kind + R"s(', 'maxsize': 1}},
        'threads': {'P': [{'while': 'True', 'do': [{'put': 'q', 'item': '1'}]}],
                    'C': [{'while': 'True', 'do': [{'get': 'q'}]}]},
        'main': [{'start': 'P'}, {'start': 'C'}, )s" +
                                      main + "]}");
      ExploreOptions options;
      options.limits.states_max = 10000;
      const Exploration exploration = explore(*program, options);
      CHECK(exploration.complete);
      CHECK(exploration.stats.states < 200);
    }
  }
}

TEST_CASE("task counts: who joins waits for tasks that nobody says are done",
          "[language][task_counts]") {
  const auto program = program_of(R"s({'objects': {'q': 'Queue'}, 'main': [
      {'put': 'q', 'item': '1'}, {'put': 'q', 'item': '2'}, {'get': 'q'}, {'get': 'q'},
      {'join': 'q'}]})s");
  const Exploration exploration = explore(*program);
  REQUIRE(exploration.findings.size() == 1);
  CHECK(exploration.findings[0].kind == FindingKind::queue_never_done);

  const auto empty = program_of(R"s({'objects': {'q': 'Queue'}, 'main': [{'join': 'q'}]})s");
  CHECK(explore(*empty).verdict == Verdict::ok);
}

}  // namespace
}  // namespace lockstep
