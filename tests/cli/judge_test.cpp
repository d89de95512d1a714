// cli/judge: each expectation against explorations that are made by hand.
#include "cli/judge.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

namespace lockstep {
namespace {

Finding finding(FindingKind kind, bool partial = false) {
  Finding made{};
  made.kind = kind;
  made.partial = partial;
  made.message = "m";
  return made;
}
const Finding deadlock = finding(FindingKind::circular_wait);
const Finding partial = finding(FindingKind::lost_wakeup, true);
const Finding exception = finding(FindingKind::uncaught_exception);

ExploredOutcome outcome(ExploredOutcome::Status status, bool raised = false) {
  ExploredOutcome made{};
  made.status = status;
  if (raised) made.exceptions = {{"T1", "KeyError: 1"}};
  return made;
}
const ExploredOutcome finished = outcome(ExploredOutcome::Status::finished);
const ExploredOutcome raised = outcome(ExploredOutcome::Status::finished, true);
const ExploredOutcome hung = outcome(ExploredOutcome::Status::deadlock);

enum class Is { met, unmet, undecided };

Is judged(const ExploreExpectation& expected, const Exploration& exploration) {
  const Judgement judgement =
      judge_exploration(Program{}, expected, exploration, Subject{"s.json", {}});
  if (!judgement.unmet.empty()) return Is::unmet;
  return judgement.undecided.empty() ? Is::met : Is::undecided;
}

TEST_CASE("possible, impossible and certain, of complete and of cut-short explorations",
          "[cli][judge]") {
  struct Row {
    std::string meaning;
    std::vector<Finding> findings;
    std::vector<ExploredOutcome> outcomes;
    Is impossible, possible, certain;              // if the exploration is complete
    Is impossible_cut, possible_cut, certain_cut;  // if it is not
  };
  const Row row = GENERATE(values<Row>({
      {"never",
       {},
       {finished},
       Is::met,
       Is::unmet,
       Is::unmet,
       Is::undecided,
       Is::undecided,
       Is::unmet},
      {"sometimes",
       {deadlock},
       {finished, hung},
       Is::unmet,
       Is::met,
       Is::unmet,
       Is::unmet,
       Is::met,
       Is::unmet},
      {"always",
       {deadlock},
       {hung},
       Is::unmet,
       Is::met,
       Is::met,
       Is::unmet,
       Is::met,
       Is::undecided},
  }));
  INFO(row.meaning);
  Exploration exploration;
  exploration.findings = row.findings;
  exploration.outcomes = row.outcomes;
  ExploreExpectation expected;
  expected.deadlock = Possibility::impossible;
  CHECK(judged(expected, exploration) == row.impossible);
  expected.deadlock = Possibility::possible;
  CHECK(judged(expected, exploration) == row.possible);
  expected.deadlock = Possibility::certain;
  CHECK(judged(expected, exploration) == row.certain);
  exploration.complete = false;
  expected.deadlock = Possibility::impossible;
  CHECK(judged(expected, exploration) == row.impossible_cut);
  expected.deadlock = Possibility::possible;
  CHECK(judged(expected, exploration) == row.possible_cut);
  expected.deadlock = Possibility::certain;
  CHECK(judged(expected, exploration) == row.certain_cut);
}

TEST_CASE("Exceptions are certain if no interleaving ends without one", "[cli][judge]") {
  Exploration exploration;
  exploration.findings = {exception};
  ExploreExpectation expected;
  expected.exceptions = Possibility::certain;
  exploration.outcomes = {raised};
  CHECK(judged(expected, exploration) == Is::met);
  exploration.outcomes = {raised, finished};
  CHECK(judged(expected, exploration) == Is::unmet);
  expected.exceptions = Possibility::possible;
  CHECK(judged(expected, exploration) == Is::met);
}

TEST_CASE("What an expectation does not speak of must not happen", "[cli][judge]") {
  const Finding broken =
      GENERATE(values<Finding>({deadlock, partial, exception, finding(FindingKind::invariant),
                                finding(FindingKind::final_check)}));
  INFO(row(broken.kind).name);
  Exploration exploration;
  exploration.findings = {broken};
  exploration.outcomes = {finished};
  CHECK(judged({}, exploration) == Is::unmet);
  ExploreExpectation outcomes;
  outcomes.outcomes.emplace();
  outcomes.outcomes->emplace_back();  // any
  CHECK(judged(outcomes, exploration) == Is::unmet);
  exploration.findings.clear();
  CHECK(judged(outcomes, exploration) == Is::met);
}

TEST_CASE("The findings expected are all, each after so few preemptions", "[cli][judge]") {
  struct Row {
    std::string meaning;
    std::vector<ExpectedFinding> expected;
    Is complete, cut, cut_unproved;  // unproved: there may be a way with fewer preemptions
  };
  // What is there: a circular wait after 2 preemptions, another after 1, a broken invariant.
  const Row row = GENERATE(values<Row>({
      {"all, by code and by name, the fewest preemptions",
       {{"LS001", 1}, {"invariant", std::nullopt}},
       Is::met,
       Is::undecided,
       Is::undecided},
      {"one too few", {{"LS001", 1}}, Is::unmet, Is::unmet, Is::unmet},
      {"one too many",
       {{"LS001", 1}, {"LS014", std::nullopt}, {"LS002", 0}},
       Is::unmet,
       Is::undecided,
       Is::undecided},
      {"fewer preemptions than it takes",
       {{"LS001", 0}, {"LS014", 0}},
       Is::unmet,
       Is::undecided,
       Is::undecided},
      {"more preemptions than it takes",
       {{"LS001", 2}, {"LS014", 0}},
       Is::unmet,
       Is::unmet,
       Is::unmet},
  }));
  INFO(row.meaning);
  Exploration exploration;
  exploration.findings = {deadlock, deadlock, finding(FindingKind::invariant)};
  exploration.findings[0].preemptions = 2;
  exploration.findings[1].preemptions = 1;
  exploration.outcomes = {finished, hung};
  ExploreExpectation expected;
  expected.findings = row.expected;
  CHECK(judged(expected, exploration) == row.complete);
  exploration.complete = false;
  CHECK(judged(expected, exploration) == row.cut);
  for (Finding& each : exploration.findings) each.shortest = false;
  CHECK(judged(expected, exploration) == row.cut_unproved);
}

TEST_CASE("The causes expected are all that are told", "[cli][judge]") {
  struct Row {
    std::string meaning;
    std::vector<std::string> expected;
    Is complete, cut;
  };
  // What is there: a lost update, and a finding without an explanation.
  const Row row = GENERATE(values<Row>({
      {"by name", {"lost-update"}, Is::met, Is::undecided},
      {"by code", {"LS101"}, Is::met, Is::undecided},
      {"one too few", {}, Is::unmet, Is::unmet},
      {"one too many", {"LS101", "stale-read"}, Is::unmet, Is::undecided},
  }));
  INFO(row.meaning);
  Exploration exploration;
  exploration.findings = {finding(FindingKind::final_check), finding(FindingKind::invariant)};
  exploration.findings[0].explanation = Explanation{CauseKind::lost_update, "", {}, {}};
  exploration.outcomes = {finished};
  ExploreExpectation expected;
  expected.findings = {{"LS014", std::nullopt}, {"LS015", std::nullopt}};
  expected.causes = row.expected;
  CHECK(judged(expected, exploration) == row.complete);
  exploration.complete = false;
  CHECK(judged(expected, exploration) == row.cut);
}

TEST_CASE("Starvation is held to what is expected of it", "[cli][judge]") {
  Exploration exploration;
  exploration.outcomes = {finished};
  ExploreExpectation expected;
  expected.starvation = Possibility::impossible;
  CHECK(judged(expected, exploration) == Is::met);
  exploration.findings = {finding(FindingKind::starvation)};
  CHECK(judged(expected, exploration) == Is::unmet);
  CHECK(judged({}, exploration) == Is::unmet);
  expected.starvation = Possibility::possible;
  CHECK(judged(expected, exploration) == Is::met);
}

TEST_CASE("A deadlock that is possible may also come as a partial one", "[cli][judge]") {
  Exploration exploration;
  exploration.findings = {deadlock, partial};
  exploration.outcomes = {finished, hung};
  ExploreExpectation expected;
  expected.deadlock = Possibility::possible;
  CHECK(judged(expected, exploration) == Is::met);
  expected.partial_deadlock = Possibility::impossible;
  CHECK(judged(expected, exploration) == Is::unmet);
}

TEST_CASE("A partial deadlock alone is not the deadlock that is expected", "[cli][judge]") {
  Exploration exploration;
  exploration.findings = {partial};
  exploration.outcomes = {finished};
  ExploreExpectation expected;
  expected.deadlock = Possibility::possible;
  const Judgement judgement =
      judge_exploration(Program{}, expected, exploration, Subject{"s.json", {}});
  REQUIRE(judgement.unmet.size() == 1);
  CHECK_THAT(
      judgement.unmet.front().found,
      Catch::StartsWith("impossible: no interleaving shows it; what is possible is partial: "));
}

TEST_CASE("A run may be expected to break a condition", "[cli][judge]") {
  Simulation simulation;
  simulation.result.end = RunResult::End::finished;
  RunExpectation expected;
  const auto unmet = [&] {
    std::string all;
    for (const UnmetExpectation& each :
         judge_run(Program{}, expected, simulation, Subject{"s.json", {}}).unmet) {
      all += each.what + ": " + each.expected + "; ";
    }
    return all;
  };
  expected.conditions = OrderExpectation::broken;
  CHECK(unmet() == "run/conditions: broken; ");
  simulation.findings = {finding(FindingKind::final_check)};
  CHECK(unmet() == "");
  expected.conditions = OrderExpectation::kept;
  CHECK(unmet() == "run/final-check: to hold; ");
  expected.conditions.reset();
  CHECK(unmet() == "run/final-check: to hold; ");
}

TEST_CASE("A remedy is expected to come out verified", "[cli][judge]") {
  using enum TriedRemedy::Verdict;
  const auto judged_fix = [](const std::vector<TriedRemedy::Verdict>& verdicts, bool complete) {
    FixResult result;
    result.exploration.complete = complete;
    for (const TriedRemedy::Verdict verdict : verdicts) {
      TriedRemedy tried{};
      tried.verdict = verdict;
      tried.proposal.remedy = "rlock";
      result.tried.push_back(tried);
    }
    const Judgement judgement = judge_fix({"rlock"}, result, Subject{"s.json", {}});
    if (!judgement.unmet.empty()) return Is::unmet;
    return judgement.undecided.empty() ? Is::met : Is::undecided;
  };
  struct Row {
    std::vector<TriedRemedy::Verdict> verdicts;
    Is is, is_cut;  // if the exploration of the original is complete; if it is not
  };
  const Row row = GENERATE(values<Row>({
      {{verified}, Is::met, Is::met},
      {{refuted}, Is::unmet, Is::undecided},
      {{unknown}, Is::undecided, Is::undecided},
      {{}, Is::unmet, Is::undecided},
      {{verified, refuted}, Is::met, Is::met},
      {{refuted, unknown}, Is::undecided, Is::undecided},
  }));
  CHECK(judged_fix(row.verdicts, true) == row.is);
  CHECK(judged_fix(row.verdicts, false) == row.is_cut);
}

}  // namespace
}  // namespace lockstep
