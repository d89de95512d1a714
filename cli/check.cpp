// lockstep check: whether scenarios do what their "expect" says. Made for CI.
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "cli/command.h"
#include "cli/files.h"
#include "cli/input.h"
#include "cli/judge.h"
#include "cli/options.h"
#include "cli/report_targets.h"
#include "cli/signals.h"
#include "cli/simulate.h"
#include "remedy/remedy.h"
#include "report/check_report.h"
#include "report/finding_text.h"
#include "report/words.h"

namespace lockstep {
namespace {

constexpr std::uint64_t run_steps_max = 1'000'000;

void take(CheckedScenario& checked, Judgement judgement) {
  for (UnmetExpectation& unmet : judgement.unmet) checked.unmet.push_back(std::move(unmet));
  for (std::string& open : judgement.undecided) checked.undecided.push_back(std::move(open));
}

void note(CheckedScenario& checked, const Exploration& exploration) {
  checked.explored = {std::string(verdict_name(exploration.verdict)), exploration.complete,
                      exploration.incomplete_reason, exploration.stats.states};
}

void check_run(CheckedScenario& checked, const Input& input) {
  const RunExpectation& expected = *input.scenario.expect.run;
  checked.checks.emplace_back("run");
  std::unique_ptr<Policy> policy;
  if (!expected.policy.empty()) {
    policy = policy_named(expected.policy)->make(input.program, expected.seed);
  } else if (input.schedule) {
    policy = scripted_policy(input.program, *input.schedule, expected.seed);
  } else {
    policy = policy_named("timed")->make(input.program, expected.seed);
  }
  const Simulation simulation = simulate(input.program, *policy, nullptr, {run_steps_max});
  take(checked, judge_run(input.program, expected, simulation, input.subject));
}

// Only a counterexample says how many preemptions a finding takes, and what made it so.
bool asks_for_counterexamples(const ExploreExpectation& expected) {
  return expected.causes ||
         (expected.findings &&
          std::any_of(expected.findings->begin(), expected.findings->end(),
                      [](const ExpectedFinding& each) { return each.preemptions.has_value(); }));
}

// It is looked for only where it is asked for: that takes a search without reduction.
bool expects_starvation(const ExploreExpectation& expected) {
  const auto is_starvation = [](const ExpectedFinding& each) {
    const FindingRow* kind = find_finding(each.kind);
    return kind != nullptr && kind->kind == FindingKind::starvation;
  };
  return expected.starvation ||
         (expected.findings &&
          std::any_of(expected.findings->begin(), expected.findings->end(), is_starvation));
}

// Counterexamples are made only where they are asked for, or once something is unmet: to shorten
// one can cost more than to find it.
void check_exploration(CheckedScenario& checked, const Input& input, ExploreOptions options) {
  checked.checks.emplace_back("explore");
  const Expectation& expect = input.scenario.expect;
  const ExploreExpectation expected = expect.explore.value_or(ExploreExpectation{});
  options.counterexamples = asks_for_counterexamples(expected);
  options.starvation = expects_starvation(expected);
  Exploration exploration = explore(input.program, options);
  Judgement judgement = judge_exploration(input.program, expected, exploration, input.subject);
  if (!options.counterexamples && !judgement.unmet.empty() && !exploration.findings.empty() &&
      !is_interrupted()) {
    options.counterexamples = true;
    exploration = explore(input.program, options);
    judgement = judge_exploration(input.program, expected, exploration, input.subject);
  }
  if (!expect.explore && !exploration.complete && exploration.findings.empty()) {
    judgement.undecided.emplace_back("explore: no finding");
  }
  note(checked, exploration);
  take(checked, std::move(judgement));
}

void check_fix(CheckedScenario& checked, const Input& input, const ExploreOptions& options) {
  checked.checks.emplace_back("fix");
  const FixResult result = fix(input.scenario, input.program, options);
  if (!input.scenario.expect.explore) {
    // A remedy is for a deadlock; nothing else may happen.
    ExploreExpectation expected;
    expected.deadlock = Possibility::possible;
    note(checked, result.exploration);
    take(checked, judge_exploration(input.program, expected, result.exploration, input.subject));
  }
  take(checked, judge_fix(*input.scenario.expect.fix, result, input.subject));
}

CheckedScenario check_one(const std::string& file, const ExploreOptions& options) {
  CheckedScenario checked;
  checked.file = file;
  const std::optional<Input> input = read_input(Subject{file, {}}, checked.complaints);
  if (!input) {
    checked.status = CheckedScenario::Status::broken;
    return checked;
  }
  checked.name = input->scenario.name;
  const Expectation& expect = input->scenario.expect;
  if (expect.run) check_run(checked, *input);
  if (expect.explore || (!expect.run && !expect.fix)) {
    check_exploration(checked, *input, options);
  }
  if (expect.fix) check_fix(checked, *input, options);
  checked.status = !checked.unmet.empty()       ? CheckedScenario::Status::failed
                   : !checked.undecided.empty() ? CheckedScenario::Status::incomplete
                                                : CheckedScenario::Status::ok;
  return checked;
}

Exit act(const Command& command, const std::vector<std::string>& arguments, Console& console) {
  std::vector<std::string> paths, reports;
  LimitOptions limits;
  Options options(command, console);
  options.positionals("PATH", paths,
                      "folders with *.lockstep.json and *.lockstep.jsonc in them, and files of "
                      "any name");
  options.texts("--report", "FORMAT[=FILE]", reports, "text or json; may be repeated");
  add_limits(options, limits);
  if (const auto exit = options.parse(arguments)) return *exit;
  const auto targets = report_targets(console, command, reports, {"text", "json"});
  if (!targets) return Exit::bad_input;

  const FoundFiles found = find_scenarios(paths);
  for (const std::string& fault : found.faults) {
    console.err(fmt::format("lockstep {}: cannot read {}\n", command.name, fault));
  }
  if (!found.faults.empty()) return Exit::bad_input;
  if (found.files.empty()) {
    console.err(
        fmt::format("lockstep {}: no scenario under {}\n", command.name, printable(listed(paths))));
    return Exit::nothing_selected;
  }

  const auto start = std::chrono::steady_clock::now();
  std::vector<CheckedScenario> scenarios;
  std::string at;
  ExploreOptions explore_with = explore_options(limits, console);
  if (explore_with.progress) {
    explore_with.progress = [&, inner = explore_with.progress](const ExploreProgress& progress) {
      console.progress(fmt::format("{}/{} {}  {}", scenarios.size() + 1, found.files.size(), at,
                                   counted(progress.states, "state")));
    };
  }
  for (const std::string& file : found.files) {
    if (is_interrupted()) break;
    at = shown_path(file);
    scenarios.push_back(check_one(file, explore_with));
    // What was cut off by the signal is not told as if a limit had done it.
    if (is_interrupted() && scenarios.back().status == CheckedScenario::Status::incomplete) {
      scenarios.pop_back();
    }
  }
  console.progress({});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;

  bool written = true;
  for (const ReportTarget& target : *targets) {
    if (target.format == "json") {
      written &= write_report(console, command, target, check_json(scenarios));
    } else {
      const bool on_output = target.path == "-";
      written &= write_report(
          console, command, target,
          check_text(scenarios, took.count(), on_output ? console.paint() : Paint(false),
                     on_output ? console.width() : 100));
    }
  }
  if (is_interrupted()) {
    console.err(fmt::format("lockstep {}: interrupted: {} of {} scenarios checked\n", command.name,
                            scenarios.size(), found.files.size()));
  }
  const CheckTotals sum = totals(scenarios);
  if (!written || sum.broken > 0) return Exit::bad_input;
  if (sum.failed > 0) return Exit::finding;
  if (sum.incomplete > 0 && !limits.allow_incomplete) return Exit::incomplete;
  return Exit::ok;
}

}  // namespace

const Command check_command{
    "check", "PATH... [options]",
    "Runs and explores scenarios and holds them to their \"expect\". A scenario without one is "
    "explored, and any finding fails it. What \"expect\" does not speak of must not happen: with "
    "\"explore\" or \"fix\" in no interleaving, with \"run\" alone not in that run.",
    "lockstep check scenarios --report json=report.json", act};

}  // namespace lockstep
