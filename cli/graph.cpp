// lockstep graph: who waits for whom, as a picture.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/report_targets.h"
#include "cli/run_choice.h"
#include "cli/schedules.h"
#include "cli/signals.h"
#include "cli/simulate.h"
#include "prediction/predict.h"
#include "report/dot.h"
#include "report/finding_text.h"
#include "report/lock_order.h"

namespace lockstep {
namespace {

constexpr std::uint64_t graph_steps_max = 1'000'000;

struct Picture {
  std::string dot, json, text;
};

Exit write(Console& console, const Command& command, const Picture& picture,
           const std::optional<std::string>& as, const std::optional<std::string>& output) {
  const std::string format = as.value_or("dot");
  const std::string& text = format == "json"  ? picture.json
                            : format == "dot" ? picture.dot
                                              : picture.text;
  return write_report(console, command, {format, output.value_or("-")}, text) ? Exit::ok
                                                                              : Exit::bad_input;
}

// Of the run that the schedule makes, or the scenario's own, or the clock.
std::optional<Picture> lock_order_picture(Console& console, const Command& command,
                                          const Input& input, const RunChoice& choice, Exit& exit) {
  const std::unique_ptr<Policy> policy = policy_of(console, command, input, choice);
  exit = Exit::bad_input;
  if (policy == nullptr) return std::nullopt;
  PredictionLimits limits;
  limits.interrupted = is_interrupted;
  RunResult result;
  const LockOrder order = lock_order_of(input.program, *policy, limits, result);
  exit = Exit::does_not_fit;
  if (result.end == RunResult::End::refused) {
    console.err(
        fmt::format("lockstep {}: the schedule does not fit: {}\n", command.name, result.reason));
    return std::nullopt;
  }
  exit = Exit::nothing_selected;
  if (order.edges.empty()) {
    console.err(
        fmt::format("lockstep {}: no lock was asked for while another was held\n", command.name));
    return std::nullopt;
  }
  const std::string title = "which lock was asked for while which was held";
  return Picture{lock_order_dot(input.program, order, title),
                 lock_order_json(input.program, order, title),
                 lock_order_text(input.program, order)};
}

Exit act(const Command& command, const std::vector<std::string>& arguments, Console& console) {
  ScenarioOptions scenario;
  LimitOptions limits;
  std::optional<std::string> as, schedule, output;
  bool lock_order = false;
  Options options(command, console);
  add_scenario(options, scenario);
  options.text("--schedule", "FILE-OR-TEXT", schedule,
               "the moment at the end of this interleaving; default: the first deadlock that "
               "exploring finds");
  options.flag("--lock-order", lock_order,
               "the lock-order graph of a whole run instead, by --schedule or else by the "
               "scenario's own or the clock: which lock was asked for while which was held");
  options.word("--as", {"dot", "json", "text"}, as, "default: dot");
  options.text("--output", "FILE", output, "write it there");
  add_limits(options, limits);
  if (const auto exit = options.parse(arguments)) return *exit;

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

  if (lock_order) {
    Exit exit = Exit::ok;
    const auto picture = lock_order_picture(console, command, *input, {{}, schedule}, exit);
    return picture ? write(console, command, *picture, as, output) : exit;
  }
  std::unique_ptr<Policy> policy;
  std::string title;
  if (schedule) {
    std::optional<Schedule> read = read_schedule_argument(console, command, *input, *schedule);
    if (!read) return Exit::bad_input;
    policy = scripted_policy(input->program, std::move(*read), 0);
    title = "at the end of the schedule";
  } else {
    const Exploration exploration = explore(input->program, explore_options(limits, console));
    console.progress({});
    for (const Finding& finding : exploration.findings) {
      if (!is_deadlock(finding.kind)) continue;
      policy = exact_policy(finding.choices);
      title = finding.message;
      break;
    }
    if (policy == nullptr) {
      console.err(fmt::format(
          "lockstep {}: no deadlock was found{}; --schedule shows another moment\n", command.name,
          exploration.complete ? "" : ", but something may have been missed"));
      return exploration.complete ? Exit::nothing_selected : Exit::incomplete;
    }
  }

  const Simulation simulation = simulate(input->program, *policy, nullptr, {graph_steps_max});
  if (simulation.result.end == RunResult::End::refused) {
    console.err(fmt::format("lockstep {}: the schedule does not fit: {}\n", command.name,
                            simulation.result.reason));
    return Exit::does_not_fit;
  }
  return write(console, command,
               {graph_dot(simulation.picture, title), graph_json(simulation.picture, title),
                graph_text(simulation.picture)},
               as, output);
}

}  // namespace

const Command graph_command{
    "graph", "SCENARIO [options]",
    "Draws the wait-for graph of the first deadlock, or of the end of a schedule: who holds "
    "what, who waits for it. With --lock-order: which lock a run asked for while which was held.",
    "lockstep graph scenarios/tutorial/09-deadlock/two-mutexes.lockstep.json | dot -Tsvg > "
    "graph.svg",
    act};

}  // namespace lockstep
