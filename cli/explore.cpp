// lockstep explore: all interleavings.
#include <fmt/format.h>

#include "cli/checkpoints.h"
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
  bool starvation = false;
  options.flag("--starvation", starvation,
               "look also for loops that a scheduler may take for ever though it is fair, and in "
               "which a thread waits that could still be let go (LS029). That is asked of all "
               "interleavings, without any reduction: slow");
  add_limits(options, limits);
  for (const char* const other : {"--preemptions", "--swarm", "--hash-compaction"}) {
    options.exclude({"--starvation", other});
  }
  CheckpointChoice checkpoint;
  add_checkpoints(options, checkpoint);
  std::optional<std::string> spill;
  add_spill(options, spill);
  if (const auto exit = options.parse(arguments)) return *exit;

  const auto settings = settings_of(command, scenario, console);
  const auto targets = report_targets(console, command, reports, {"text", "json"});
  if (!settings || !targets) return Exit::bad_input;
  if (save && !can_save_schedules(console, command, *save)) return Exit::bad_input;
  const std::optional<Input> input = read_input(console, Subject{scenario.path, *settings});
  if (!input) return Exit::bad_input;

  ExploreOptions explore_with = explore_options(limits, console);
  explore_with.starvation = starvation;
  bool is_wrong = false;
  explore_with.checkpoint = checkpoint_options(console, command, checkpoint, *input, is_wrong);
  if (is_wrong) return Exit::bad_input;
  if (spill && !can_spill(console, command, *spill)) return Exit::bad_input;
  explore_with.spill_folder = spill.value_or("");
  const Exploration exploration = explore(input->program, explore_with);
  console.progress({});
  if (!is_gone_on(console, command, checkpoint, exploration)) return Exit::bad_input;

  bool written = write_reports(
      console, command, *targets,
      [&] { return exploration_json(input->program, exploration, input->subject); },
      [&](std::size_t width, const Paint& paint) {
        return exploration_text(exploration, {input->program, input->subject, width, paint,
                                              interleavings(input->program, width, paint)});
      });
  if (save) written &= save_schedules(console, command, *input, exploration.findings, *save);
  if (written) written = end_checkpoint(console, command, checkpoint, exploration);
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
