// lockstep predict: deadlocks that one run came close to.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/conduct.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/report_targets.h"
#include "cli/run_choice.h"
#include "cli/schedules.h"
#include "cli/signals.h"
#include "cli/simulate.h"
#include "prediction/predict.h"
#include "report/prediction_json.h"
#include "report/prediction_text.h"
#include "report/words.h"

namespace lockstep {
namespace {

std::string run_words(const RunChoice& choice, const Input& input) {
  const std::string_view name = policy_name(choice, input);
  if (name == "schedule") return "by its schedule";
  const bool draws = choice.policy && (name == "random" || name == "pct");
  return fmt::format("policy {}{}", name, draws ? fmt::format(" --seed {}", choice.seed) : "");
}

Exit exit_of(const Prediction& prediction) {
  if (prediction.end == RunResult::End::refused) return Exit::does_not_fit;
  if (!prediction.findings.empty()) return Exit::finding;
  return prediction.end == RunResult::End::limit ? Exit::incomplete : Exit::ok;
}

Exit act(const Command& command, const std::vector<std::string>& arguments, Console& console) {
  ScenarioOptions scenario;
  RunChoice choice;
  std::vector<std::string> reports;
  std::optional<std::string> save;
  PredictionLimits limits;
  limits.interrupted = is_interrupted;
  Options options(command, console);
  add_scenario(options, scenario);
  add_run_choice(options, choice);
  options.texts("--report", "FORMAT[=FILE]", reports, "text or json; may be repeated");
  options.text("--save-schedule", "FILE", save,
               "write the first deadlock's interleaving for `lockstep replay`; into a folder, "
               "each one's");
  options.number("--max-steps", limits.steps_max,
                 "end the run after so many steps; default: 1000000, 0 is no limit");
  options.size("--max-memory", limits.memory_bytes_max,
               "end the run when what is remembered of it takes so much; default: 2G");
  options.seconds("--max-seconds", limits.seconds_max,
                  "end the run after so much time; default: 0, no limit");
  if (const auto exit = options.parse(arguments)) return *exit;

  const auto settings = settings_of(command, scenario, console);
  const auto targets = report_targets(console, command, reports, {"text", "json"});
  if (!settings || !targets) return Exit::bad_input;
  if (save && !can_save_schedules(console, command, *save)) return Exit::bad_input;
  const std::optional<Input> input = read_input(console, Subject{scenario.path, *settings});
  if (!input) return Exit::bad_input;
  const std::unique_ptr<Policy> policy = policy_of(console, command, *input, choice);
  if (policy == nullptr) return Exit::bad_input;
  if (limits.steps_max == 0) limits.steps_max = replay_steps_max;

  const Prediction prediction = predict(input->program, *policy, limits);
  if (prediction.end == RunResult::End::refused) {
    console.err(fmt::format("lockstep {}: the schedule does not fit: {}\n", command.name,
                            printable(prediction.reason)));
    return Exit::does_not_fit;
  }
  bool written = write_reports(
      console, command, *targets,
      [&] {
        return prediction_json(input->program, prediction, input->subject,
                               policy_name(choice, *input), choice.seed);
      },
      [&](std::size_t width, const Paint& paint) {
        return prediction_text(
            prediction, {input->program, input->subject, run_words(choice, *input), width, paint,
                         interleavings(input->program, width, paint)});
      });
  if (save) written &= save_schedules(console, command, *input, prediction.findings, *save);
  if (prediction.end == RunResult::End::limit && !is_interrupted()) {
    console.err(
        fmt::format("lockstep {}: cut short: {}\n", command.name, printable(prediction.reason)));
  }
  return written ? exit_of(prediction) : Exit::bad_input;
}

}  // namespace

const Command predict_command{
    "predict", "SCENARIO [options]",
    "Runs one interleaving and predicts deadlocks from it: circles of locks that another order of "
    "its steps closes. Each is replayed before it is reported; what is not predicted may be there "
    "all the same, which `lockstep explore` says.",
    "lockstep predict scenarios/tutorial/09-deadlock/two-mutexes.lockstep.json", act};

}  // namespace lockstep
