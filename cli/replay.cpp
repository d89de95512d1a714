// lockstep replay: a saved schedule, exactly, or not at all.
#include <fmt/format.h>

#include <filesystem>

#include "cli/command.h"
#include "cli/conduct.h"
#include "cli/input.h"
#include "cli/options.h"
#include "language/schedule.h"
#include "report/words.h"

namespace lockstep {
namespace {

// The scenario's path is as seen from the schedule's folder.
std::string scenario_path(const std::string& schedule_path, const std::string& scenario) {
  if (scenario == "-" || schedule_path == "-") return scenario;
  const std::filesystem::path folder = std::filesystem::path(schedule_path).parent_path();
  std::filesystem::path path = (folder / scenario).lexically_normal();
  // As short as a person would name it, so that a replay says what the run said.
  std::error_code error;
  const std::filesystem::path here = std::filesystem::current_path(error);
  if (error) return path.string();
  const std::filesystem::path near =
      std::filesystem::absolute(path, error).lexically_normal().lexically_proximate(here);
  return !error && *near.begin() != ".." ? near.string() : path.string();
}

Exit act(const Command& command, const std::vector<std::string>& arguments, Console& console) {
  std::string path;
  std::optional<std::string> trace;
  Options options(command, console);
  options.positional("FILE", path, "a schedule that --save-schedule has written");
  add_trace(options, trace);
  if (const auto exit = options.parse(arguments)) return *exit;

  std::string why;
  const std::optional<std::string> text = read_file(path, why);
  if (!text) {
    console.err(
        fmt::format("lockstep {}: cannot read {}: {}\n", command.name, shown_path(path), why));
    return Exit::bad_input;
  }
  const ReadSaved read = read_saved_schedule(*text);
  if (!read.saved) {
    console.err(render(shown_path(path), *text, read.complaints));
    return Exit::bad_input;
  }
  const SavedSchedule& saved = *read.saved;
  const Subject subject{scenario_path(path, saved.scenario),
                        {saved.settings.begin(), saved.settings.end()}};

  // The digest first: of a scenario that has changed, its mistakes are not the point.
  const std::optional<std::string> scenario = read_file(subject.file, why);
  if (!scenario) {
    console.err(fmt::format("lockstep {}: cannot read {}, which {} names: {}\n", command.name,
                            shown_path(subject.file), shown_path(path), why));
    return Exit::bad_input;
  }
  if (const std::string now = digest(*scenario); now != saved.digest) {
    if (subject.file == "-") {
      console.err(
          fmt::format("lockstep {0}: the schedule is of a scenario that came from standard input, "
                      "and this is not it\n  lockstep {0} {1} <SCENARIO hands it in again\n",
                      command.name, shell_quoted(path)));
      return Exit::does_not_fit;
    }
    console.err(
        fmt::format("lockstep {}: {} has changed since the schedule was saved\n"
                    "  it was  {}\n  it is   {}\n"
                    "  lockstep run {} --schedule {} carries it out as far as it fits\n",
                    command.name, shown_path(subject.file), saved.digest, now,
                    subject_arguments(subject), shell_quoted(path)));
    return Exit::does_not_fit;
  }
  std::string said;
  const std::optional<Input> input = accept_input(subject, *scenario, said);
  if (!input) {
    console.err(said);
    return Exit::bad_input;
  }
  const ReadSchedule schedule = read_schedule(input->program, saved.schedule, *text, "/schedule");
  if (!schedule.schedule) {
    console.err(render(shown_path(path), *text, schedule.complaints));
    return Exit::bad_input;
  }
  const auto policy = scripted_policy(input->program, *schedule.schedule, 0);
  return conduct(console, command, *input, *policy,
                 {trace.value_or("text"), replay_steps_max, std::nullopt, 0, false, false});
}

}  // namespace

const Command replay_command{
    "replay", "FILE [options]",
    "Carries out a saved schedule, step for step. If the scenario has changed since, it is "
    "refused.",
    "lockstep replay found.schedule.json", act};

}  // namespace lockstep
