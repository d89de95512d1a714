// lockstep export: a scenario for somebody else to run.
#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/report_targets.h"
#include "cli/schedules.h"
#include "detector/blocked.h"
#include "engine/program/future_accesses.h"
#include "explorer/explore.h"
#include "exporter/python_program.h"

namespace lockstep {
namespace {

constexpr std::uint64_t export_steps_max = 1'000'000;

// The interleaving to repeat; null: there is none, which has been said, and why in `exit`.
std::unique_ptr<Policy> interleaving(Console& console, const Command& command, const Input& input,
                                     const std::optional<std::string>& schedule,
                                     const LimitOptions& limits, Exit& exit) {
  if (schedule) {
    std::optional<Schedule> read = read_schedule_argument(console, command, input, *schedule);
    exit = Exit::bad_input;
    return read ? scripted_policy(input.program, std::move(*read), 0) : nullptr;
  }
  const Exploration exploration = explore(input.program, explore_options(limits, console));
  console.progress({});
  if (!exploration.findings.empty()) return exact_policy(exploration.findings.front().choices);
  console.err(fmt::format("lockstep {}: nothing was found that could be repeated{}\n", command.name,
                          exploration.complete ? "" : ", but something may have been missed"));
  exit = exploration.complete ? Exit::nothing_selected : Exit::incomplete;
  return nullptr;
}

// What a module cannot call so.
std::optional<std::string> names_builtins(const Scenario& scenario) {
  constexpr std::string_view name = "__builtins__";
  const auto is_there = [&](const auto& declared) {
    return std::ranges::any_of(declared, [&](const auto& one) { return one.name == name; });
  };
  if (is_there(scenario.objects)) return "an object";
  if (is_there(scenario.variables)) return "a variable";
  if (is_there(scenario.functions)) return "a function";
  const bool is_parameter = std::ranges::any_of(
      scenario.parameters, [&](const auto& parameter) { return parameter.first == name; });
  if (is_parameter) return "a parameter of the scenario";
  return std::nullopt;
}

Exit act(const Command& command, const std::vector<std::string>& arguments, Console& console) {
  ScenarioOptions scenario;
  LimitOptions limits;
  bool python = false;
  bool counterexample = false;
  std::optional<std::string> schedule, output;
  Options options(command, console);
  add_scenario(options, scenario);
  options.flag("--python", python, "a Python 3 program that does the same (the only kind so far)");
  options.text("--schedule", "FILE-OR-TEXT", schedule,
               "the program repeats this interleaving on the real interpreter");
  options.flag("--counterexample", counterexample,
               "the program repeats the first finding that exploring has");
  options.text("--output", "FILE", output, "write it there");
  add_limits(options, limits);
  if (const auto exit = options.parse(arguments)) return *exit;
  if (!python) {
    console.err(fmt::format("lockstep {}: say what to export to: --python\n", command.name));
    return Exit::bad_input;
  }
  if (schedule && counterexample) {
    console.err(fmt::format("lockstep {}: --schedule and --counterexample exclude each other\n",
                            command.name));
    return Exit::bad_input;
  }

  const auto settings = settings_of(command, scenario, console);
  if (!settings) return Exit::bad_input;
  if (output) {
    if (const auto why = cannot_write(*output)) {
      console.err(fmt::format("lockstep {}: cannot write {}: {}\n", command.name, *output, *why));
      return Exit::bad_input;
    }
  }
  const std::optional<Input> input = read_input(console, Subject{scenario.path, *settings});
  if (!input) return Exit::bad_input;

  if (const std::optional<std::string> what = names_builtins(input->scenario)) {
    console.err(
        fmt::format("lockstep {}: {} has the name __builtins__, under which Python keeps its "
                    "own functions; give it another\n",
                    command.name, *what));
    return Exit::bad_input;
  }
  TurnRecorder recorder;
  Turns turns;
  const bool repeats = schedule || counterexample;
  if (repeats && (input->program.has_processes || input->program.feeder_body)) {
    console.err(
        fmt::format("lockstep {}: the scenario has processes, or a queue between them, and only "
                    "the threads of one "
                    "can be made to take turns; without an interleaving it is written\n",
                    command.name));
    return Exit::bad_input;
  }
  if (repeats && input->program.exits_at_once) {
    console.err(
        fmt::format("lockstep {}: the scenario calls os._exit(), which ends the program before it "
                    "could say how "
                    "it ended; without an interleaving it is written\n",
                    command.name));
    return Exit::bad_input;
  }
  if (repeats) {
    Exit exit = Exit::bad_input;
    const std::unique_ptr<Policy> policy =
        interleaving(console, command, *input, schedule, limits, exit);
    if (policy == nullptr) return exit;
    const Machine machine(input->program);
    RunOptions run_options;
    run_options.limits.steps_max = export_steps_max;
    run_options.keep_choices = false;
    const RunResult result = run(machine, *policy, &recorder, run_options);
    if (result.end == RunResult::End::limit) {
      console.err(
          fmt::format("lockstep {}: nothing is written: {}\n", command.name, result.reason));
      return Exit::incomplete;
    }
    if (result.end == RunResult::End::refused) {
      console.err(
          fmt::format("lockstep {}: the schedule does not fit: {}\n", command.name, result.reason));
      return Exit::does_not_fit;
    }
    turns = recorder.turns();
    const FutureAccesses future(input->program);
    if (result.end == RunResult::End::stopped) {
      for (const BlockedThread& each :
           stuck_threads(machine, result.state, blocked_threads(machine, result.state, future))) {
        // MainThread at its end is in no operation of its own.
        const Pending& at = pending(machine, result.state, each.thread);
        const bool is_written = at.has_site && input->program.sites[at.site.index].line > 0;
        if (is_written) turns.stuck.push_back(each.thread);
      }
    }
  }
  const std::string text =
      python_program(input->scenario, input->program, repeats ? &turns : nullptr);
  return write_report(console, command, {"python", output.value_or("-")}, text) ? Exit::ok
                                                                                : Exit::bad_input;
}

}  // namespace

const Command export_command{
    "export", "SCENARIO --python [options]",
    "Writes the scenario as a program for a real interpreter. With an interleaving, the program "
    "repeats it there, and a deadlock found here deadlocks there.",
    "lockstep export scenarios/tutorial/09-deadlock/two-mutexes.lockstep.json --python "
    "--counterexample > two_mutexes.py",
    act};

}  // namespace lockstep
