// lockstep explore: all interleavings.
#include <fmt/format.h>

#include <filesystem>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/report_targets.h"
#include "cli/schedules.h"
#include "cli/simulate.h"
#include "report/exploration_json.h"
#include "report/exploration_text.h"

namespace lockstep {
namespace {

// One file for the first finding; into a folder, one for each.
bool save_schedules(Console& console, const Command& command, const Input& input,
                    const Exploration& exploration, const std::string& path) {
  std::error_code error;
  if (exploration.findings.empty()) {
    const bool is_old = std::filesystem::exists(path, error);
    console.err(fmt::format("lockstep {}: nothing was found, so no schedule is saved in {}{}\n",
                            command.name, shown_path(path),
                            is_old ? "; what is there is left as it is" : ""));
    return true;
  }
  if (!path.ends_with('/') && !std::filesystem::is_directory(path, error)) {
    return save_schedule(console, command, input, exploration.findings.front().schedule, path);
  }
  std::filesystem::create_directories(path, error);  // if not, writing says why
  std::size_t number = 0;
  for (const Finding& finding : exploration.findings) {
    const std::string name = fmt::format("{}-{}.schedule.json", ++number, row(finding.kind).name);
    const std::string file = (std::filesystem::path(path) / name).string();
    if (!save_schedule(console, command, input, finding.schedule, file)) return false;
  }
  return true;
}

Exit act(const Command& command, const std::vector<std::string>& arguments, Console& console) {
  ScenarioOptions scenario;
  LimitOptions limits;
  std::vector<std::string> reports;
  std::optional<std::string> save;
  Options options(command, console);
  add_scenario(options, scenario);
  options.texts("--report", "FORMAT[=FILE]", reports, "text or json; may be repeated");
  options.text("--save-schedule", "FILE", save,
               "write the first finding's interleaving for `lockstep replay`; into a folder, "
               "each finding's");
  add_limits(options, limits);
  if (const auto exit = options.parse(arguments)) return *exit;

  const auto settings = settings_of(command, scenario, console);
  const auto targets = report_targets(console, command, reports, {"text", "json"});
  if (!settings || !targets) return Exit::bad_input;
  const std::optional<Input> input = read_input(console, Subject{scenario.path, *settings});
  if (!input) return Exit::bad_input;

  const Exploration exploration = explore(input->program, explore_options(limits, console));
  console.progress({});

  bool written = true;
  for (const ReportTarget& target : *targets) {
    if (target.format == "json") {
      written &= write_report(console, command, target,
                              exploration_json(input->program, exploration, input->subject));
      continue;
    }
    const bool on_output = target.path == "-";
    const Paint paint = on_output ? console.paint() : Paint(false);
    const std::size_t width = on_output ? console.width() : 100;
    const auto interleaving = [&](const Finding& finding) {
      // The report indents it by four.
      return interleaving_text(input->program, finding, width - 4, paint);
    };
    written &= write_report(console, command, target,
                            exploration_text(exploration, {input->program, input->subject, width,
                                                           paint, interleaving}));
  }
  if (save) written &= save_schedules(console, command, *input, exploration, *save);
  if (!written) return Exit::bad_input;
  return exit_of(exploration, limits);
}

}  // namespace

const Command explore_command{
    "explore", "SCENARIO [options]",
    "Explores all interleavings: whether one goes wrong, the shortest that does, and all the "
    "ways in which the program can end.",
    "lockstep explore scenarios/tutorial/09-deadlock/two-mutexes.lockstep.json", act};

}  // namespace lockstep
