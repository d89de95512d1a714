// report/finding_text: the five answers, word for word, of findings that are made by hand.
#include "report/finding_text.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "report/advice.h"

namespace lockstep {
namespace {

// Four statements at lines 10 to 13, and one that was not written.
Program program_with_sites() {
  Program program;
  for (std::uint32_t i = 0; i < 4; ++i) {
    Site site;
    site.line = 10 + i;
    site.column = 5;
    site.text = i % 2 == 0 ? "acquire mutexA" : "acquire mutexB";
    program.sites.push_back(site);
  }
  program.sites[1].at = "app.py:12";
  program.sites[1].label = "second";
  program.sites.emplace_back();
  return program;
}

StuckThread stuck(std::string name, std::string type, std::string object, std::uint32_t at,
                  std::vector<std::string> let_go_by) {
  StuckThread thread;
  thread.thread = std::move(name);
  thread.waits_for_type = std::move(type);
  thread.waits_for = std::move(object);
  thread.at = SiteId{at};
  thread.let_go_by = std::move(let_go_by);
  return thread;
}

Finding circular_wait() {
  Finding finding{};
  finding.kind = FindingKind::circular_wait;
  finding.message = "T1 and T2 wait for each other";
  StuckThread t1 = stuck("T1", "Lock", "mutexB", 1, {"T2"});
  t1.holds.push_back({"mutexA", SiteId{0}, 1});
  StuckThread t2 = stuck("T2", "Lock", "mutexA", 3, {"T1"});
  t2.holds.push_back({"mutexB", SiteId{2}, 0});
  finding.threads = {t1, t2};
  finding.steps = 4;
  finding.preemptions = 1;
  return finding;
}

TEST_CASE("A deadlock's report answers the five questions in their order",
          "[report][finding_text]") {
  const Program program = program_with_sites();
  Finding finding = circular_wait();
  StuckThread main = stuck("MainThread", "Thread", "T1", 4, {"T1"});
  main.core = false;
  finding.threads.push_back(main);
  const FindingContext context{program, "step  T1  T2\n   1  x\n",
                               "lockstep run a.json --schedule T1,T2", "lockstep fix a.json",
                               Paint(false)};
  CHECK(finding_text(finding, context) ==
        R"(DEADLOCK  LS001 circular-wait
  T1 and T2 wait for each other
  Nobody can ever go on: the program hangs.

  who waits for whom
    T1 waits for the Lock mutexB, held by T2
      at    11:5 (app.py:12)  acquire mutexB  [second]
      holds mutexA, taken in step 1 at 10:5  acquire mutexA
    T2 waits for the Lock mutexA, held by T1
      at    13:5  acquire mutexB
      holds mutexB, taken at 12:5  acquire mutexA
    T1 --waits for--> mutexB --held by--> T2 --waits for--> mutexA --held by--> T1

  who waits behind them
    MainThread waits for the end of T1
      at    not written in the scenario

  how it comes to that: 4 steps, 1 preemption; no interleaving gets there with less
    step  T1  T2
       1  x

  see it again
    lockstep run a.json --schedule T1,T2

  mend it
    lockstep fix a.json
    lockstep explain LS001
)");
}

TEST_CASE("Sentences keep to the width, with what goes on indented", "[report][finding_text]") {
  const Program program = program_with_sites();
  Finding finding = circular_wait();
  finding.message = "T1 waits for a lock, held by T2, which waits for another lock, held by T1";
  const std::string text = finding_text(finding, {program, "", "", "", Paint(false), 50});
  CHECK_THAT(text,
             Catch::Contains("  T1 waits for a lock, held by T2, which waits\n"
                             "    for another lock, held by T1\n") &&
                 Catch::Contains("    T1 --waits for--> mutexB --held by--> T2\n      --waits"));
  for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    CHECK(end - begin <= 50);
  }
}

TEST_CASE("Whether it is bad says who hangs and who can still go on", "[report][finding_text]") {
  const Program program = program_with_sites();
  const FindingContext context{program, "", "", "", Paint(false)};
  Finding finding = circular_wait();
  finding.partial = true;
  finding.others = {"T3", "T4"};
  CHECK_THAT(finding_text(finding, context),
             Catch::StartsWith("PARTIAL DEADLOCK  LS001 circular-wait\n") &&
                 Catch::Contains("T1 and T2 hang for ever; T3 and T4 can still go on."));
  finding.others.clear();
  CHECK_THAT(finding_text(finding, context),
             Catch::Contains("T1 and T2 hang for ever, though the process ends."));
}

TEST_CASE("An uncaught exception's report says who raised what, and where",
          "[report][finding_text]") {
  const Program program = program_with_sites();
  Finding finding{};
  finding.kind = FindingKind::uncaught_exception;
  finding.thread = "T1";
  finding.subject = "RuntimeError: release unlocked lock";
  finding.message = "T1 ends with RuntimeError: release unlocked lock";
  finding.site = SiteId{2};
  CHECK_THAT(finding_text(finding, {program, "", "", "", Paint(false)}),
             Catch::StartsWith("UNCAUGHT EXCEPTION  LS013 uncaught-exception\n") &&
                 Catch::Contains("  at 12:5  acquire mutexA\n"));
}

TEST_CASE("What a thread waits for is said in the words of the thing", "[report][finding_text]") {
  struct Row {
    std::string type, object;
    std::vector<std::string> by;
    std::string said;
  };
  const Row row = GENERATE(values<Row>({
      {"Lock", "m", {"T2"}, "waits for the Lock m, held by T2"},
      {"Lock", "m", {"T1"}, "waits for the Lock m, which it holds itself"},
      {"RLock", "m", {}, "waits for the RLock m, and nobody is left who could release it"},
      {"Semaphore",
       "s",
       {"T2", "T3"},
       "waits for a permit of the Semaphore s, which only T2 and T3 could release"},
      {"BoundedSemaphore",
       "s",
       {},
       "waits for a permit of the BoundedSemaphore s, and nobody is left who could release one"},
      {"Event", "e", {"T2"}, "waits for the Event e to be set, which only T2 could do"},
      {"Event", "e", {}, "waits for the Event e to be set, and nobody is left who could do that"},
      {"Condition",
       "c",
       {},
       "waits for a notify of the Condition c, and nobody is left who could "
       "send one"},
      {"Thread", "T2", {"T2"}, "waits for the end of T2"},
      {"", "n == 0", {}, "waits until n == 0, which nobody is left to bring about"},
  }));
  CHECK(wait_sentence(stuck("T1", row.type, row.object, 0, row.by)) == row.said);
}

TEST_CASE("What a thread waits for on a queue follows from what it called",
          "[report][finding_text]") {
  struct Row {
    std::string type, operation;
    std::vector<std::string> by;
    std::string said, chain;
  };
  const Row row = GENERATE(values<Row>({
      {"Queue",
       "get",
       {"T2"},
       "waits for an item of the Queue q, which only T2 could put",
       "T1 --waits for--> q --only put by--> T2"},
      {"SimpleQueue",
       "get",
       {},
       "waits for an item of the SimpleQueue q, and nobody is left who could put one",
       "T1 --waits for--> q --only put by--> nobody"},
      {"LifoQueue",
       "put",
       {},
       "waits for room in the LifoQueue q, and nobody is left who could get an item",
       "T1 --waits for--> q --only emptied by--> nobody"},
      {"PriorityQueue",
       "join",
       {"T2", "T3"},
       "waits for the tasks of the PriorityQueue q to be done, which only T2 and T3 could say",
       "T1 --waits for--> q --only done by--> T2"},
  }));
  StuckThread thread = stuck("T1", row.type, "q", 0, row.by);
  thread.operation = row.operation;
  CHECK(wait_sentence(thread) == row.said);
  Finding finding{};
  finding.threads = {thread};
  CHECK(wait_chain(finding) == row.chain);
}

TEST_CASE("The chain ends where it closes, or with nobody", "[report][finding_text]") {
  Finding finding{};
  finding.threads = {stuck("T1", "Lock", "m", 0, {"T1"})};
  CHECK(wait_chain(finding) == "T1 --waits for--> m --held by--> T1");
  finding.threads = {stuck("T1", "Event", "e", 0, {})};
  CHECK(wait_chain(finding) == "T1 --waits for--> e --only set by--> nobody");
  finding.threads = {stuck("A", "Thread", "B", 0, {"B"}), stuck("B", "Thread", "A", 0, {"A"})};
  CHECK(wait_chain(finding) == "A --joins--> B --joins--> A");
  // B is not part of the core: the chain names it and stops.
  finding.threads[1].core = false;
  CHECK(wait_chain(finding) == "A --joins--> B");
}

TEST_CASE("Names reach a report without their escape sequences", "[report][finding_text]") {
  const Program program = program_with_sites();
  Finding finding = circular_wait();
  finding.threads[0].thread = "T\x1b[2J";
  finding.threads[0].waits_for = "m\n::error::x";
  finding.message = "\x1b]0;title\x07";
  const std::string text = finding_text(finding, {program, "", "", "", Paint(false)});
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\n::error") == std::string::npos);
  CHECK_THAT(text, Catch::Contains("T\\x1b[2J waits for the Lock m\\n::error::x"));
}

TEST_CASE("A starvation says which steps are the loop", "[report][finding_text]") {
  const Program program = program_with_sites();
  Finding finding;
  finding.kind = FindingKind::starvation;
  finding.message = "W waits";
  finding.thread = "W";
  finding.steps = 3;
  finding.loop_steps = 4;
  const FindingContext context{program, "the steps", "", "", Paint(false), 200};
  const std::string text = finding_text(finding, context);
  CHECK_THAT(text, Catch::StartsWith("STARVATION  LS029 starvation\n  W waits\n"));
  CHECK_THAT(text, Catch::Contains("From there on steps 4 to 7 can be taken again and again."));
  CHECK_THAT(text, Catch::Contains("how it comes to that: 3 steps, 0 preemptions; no interleaving "
                                   "gets there with less; then, again and again, steps 4 to 7\n"));
  finding.loop_steps = 1;
  CHECK_THAT(finding_text(finding, context), Catch::Contains("From there on step 4 can be taken"));
}

TEST_CASE("Every kind of finding has advice", "[report][advice]") {
  for (const FindingRow& kind : finding_rows()) {
    INFO(kind.name);
    CHECK(advice(kind.kind).kind == kind.kind);
    CHECK_FALSE(advice(kind.kind).meaning.empty());
    CHECK_FALSE(advice(kind.kind).mend.empty());
  }
}

}  // namespace
}  // namespace lockstep
