// report/exploration_text and report/exploration_json, of explorations that are made by hand;
// report/replay_line, which both show.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "report/exploration_json.h"
#include "report/exploration_text.h"

namespace lockstep {
namespace {

Schedule steps(const std::string& thread, std::uint32_t count) {
  Directive directive;
  directive.thread = thread;
  directive.steps = count;
  return {directive};
}

Program program() {
  Program made;
  made.name = "A name";
  Site site;
  site.line = 3;
  site.column = 7;
  site.pointer = "/threads/T1/0";
  site.text = "release m";
  made.sites.push_back(site);
  return made;
}

Exploration exploration() {
  Exploration made;
  made.verdict = Verdict::error;
  Finding finding{};
  finding.kind = FindingKind::uncaught_exception;
  finding.message = "T1 ends with RuntimeError: release unlocked lock";
  finding.thread = "T1";
  finding.subject = "RuntimeError: release unlocked lock";
  finding.site = SiteId{0};
  finding.fingerprint = "0123456789abcdef";
  finding.schedule = steps("T1", 1);
  finding.steps = 1;
  made.findings.push_back(finding);
  ExploredOutcome outcome{};
  outcome.status = ExploredOutcome::Status::finished;
  outcome.variables = {{"n", "[1, null]"}};
  outcome.exceptions = {{"T1", "RuntimeError: release unlocked lock"}};
  made.outcomes.push_back(outcome);
  made.stats.states = 3;
  made.stats.transitions = 2;
  made.stats.terminal_states = 1;
  made.stats.seconds = 0.002;
  made.stats.memory_bytes = 2048;
  return made;
}

const Subject subject{"a b.json", {{"N", "5"}}};

TEST_CASE("An exploration in words", "[report][exploration_text]") {
  const Program made = program();
  CHECK(exploration_text(exploration(), {made, subject, 100, Paint(false), {}}) ==
        R"(a b.json  A name
ERROR: some interleaving goes wrong

UNCAUGHT EXCEPTION  LS013 uncaught-exception
  T1 ends with RuntimeError: release unlocked lock
  Some interleaving ends the thread so.
  at 3:7  release m

  see it again
    lockstep run 'a b.json' --set N=5 --schedule T1

  mend it
    lockstep explain LS013

1 distinct outcome
  states  ends              n  exceptions
       1  finished  [1, null]  T1: RuntimeError: release unlocked lock

all interleavings explored under gil "3.12": 3 states, 2 transitions, 2 ms, 2.0 kB
)");
}

TEST_CASE("An exploration without faults says what else is so", "[report][exploration_text]") {
  Program made = program();
  Exploration well;
  const auto line = [&](std::size_t number) {
    std::istringstream lines(exploration_text(well, {made, subject, 100, Paint(false), {}}));
    std::string text;
    for (std::size_t i = 0; i <= number; ++i) std::getline(lines, text);
    return text;
  };
  CHECK(line(1) == "OK: no interleaving shows a fault, but none ever ends");
  CHECK(line(2) == "");
  well.nobody_starves = true;
  CHECK(line(1) == "OK: no interleaving shows a fault nor starves a thread, but none ever ends");
  made.threads.push_back({"D", {0}, {}, true, true});
  CHECK(line(2).starts_with("  Without a `main`, MainThread waits for all threads, daemons too."));
  made.threads.back().started = false;  // there is a `main`
  CHECK(line(2) == "");
}

TEST_CASE("An incomplete exploration never says that all is well", "[report][exploration_text]") {
  const Program made = program();
  Exploration cut;
  cut.verdict = Verdict::incomplete;
  cut.complete = false;
  cut.incomplete_reason = "states: the limit of 1 was reached";
  CHECK_THAT(exploration_text(cut, {made, subject, 100, Paint(false), {}}),
             Catch::Contains("INCOMPLETE: nothing found, but something may have been missed\n") &&
                 Catch::Contains("NOT all interleavings explored (states: the limit of 1 was "
                                 "reached) under gil \"3.12\": 0 states"));
  const auto json = nlohmann::json::parse(exploration_json(made, cut, subject));
  CHECK(json["verdict"] == "incomplete");
  CHECK(json["complete"] == false);
  CHECK(json["incomplete_reason"] == "states: the limit of 1 was reached");
}

TEST_CASE("An exploration as JSON", "[report][exploration_json]") {
  CHECK(nlohmann::json::parse(exploration_json(program(), exploration(), subject)) ==
        nlohmann::json::parse(R"({
    "lockstep_report": 1,
    "scenario": {"file": "a b.json", "name": "A name", "settings": {"N": "5"}},
    "verdict": "error",
    "complete": true,
    "findings": [{
      "code": "LS013", "kind": "uncaught-exception",
      "title": "A thread ended with an exception that nothing caught", "partial": false,
      "message": "T1 ends with RuntimeError: release unlocked lock",
      "threads": [], "others": [], "ended": [], "thread": "T1",
      "subject": "RuntimeError: release unlocked lock",
      "at": {"line": 3, "column": 7, "pointer": "/threads/T1/0", "statement": "release m"},
      "fingerprint": "0123456789abcdef", "schedule": ["T1"],
      "replay": "lockstep run 'a b.json' --set N=5 --schedule T1",
      "preemptions": 0, "steps": 1, "shortest": true, "states": 1
    }],
    "outcomes": [{
      "status": "finished", "variables": {"n": [1, null]},
      "exceptions": {"T1": "RuntimeError: release unlocked lock"}, "states": 1
    }],
    "stats": {"states": 3, "transitions": 2, "terminal_states": 1, "deadlock_states": 0,
              "depth": 0, "seconds": 0.002, "memory_bytes": 2048, "reduction": "none"}
  })"));
}

TEST_CASE("A file's name that is no UTF-8 does not stop a report", "[report][exploration_json]") {
  const std::string json = exploration_json(program(), exploration(), Subject{"a\xff.json", {}});
  CHECK(nlohmann::json::accept(json));
}

TEST_CASE("The line to copy is one that a shell takes", "[report][replay_line]") {
  CHECK(replay_line({"s.json", {}}, steps("T1", 3)) == "lockstep run s.json --schedule 'T1*3'");
  CHECK(replay_line({"-", {}}, steps("T,1", 1)) == R"(lockstep run - --schedule '"T,1"')");
  CHECK(replay_line({"-x.json", {}}, {}) == "lockstep explore ./-x.json");
  Schedule long_one;
  for (int i = 0; i < 2000; ++i) long_one.push_back(steps(i % 2 == 0 ? "T1" : "T2", 1)[0]);
  CHECK(replay_line({"s.json", {}}, long_one) ==
        "lockstep explore s.json --save-schedule found.schedule.json; lockstep replay "
        "found.schedule.json");
}

}  // namespace
}  // namespace lockstep
