// lockstep run: one interleaving.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "cli/command.h"
#include "cli/conduct.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/run_choice.h"

namespace lockstep {
namespace {

Exit act(const Command& command, const std::vector<std::string>& arguments, Console& console) {
  ScenarioOptions scenario;
  RunChoice choice;
  std::optional<std::string> save, trace;
  std::uint64_t steps_max = 1'000'000;
  double seconds_max = 0;
  bool timeline = false;
  Options options(command, console);
  add_scenario(options, scenario);
  add_run_choice(options, choice);
  options.text("--save-schedule", "FILE", save, "write the interleaving for `lockstep replay`");
  add_trace(options, trace);
  options.flag("--timeline", timeline,
               "draw at the end what each thread did when; not with --trace json");
  options.number("--max-steps", steps_max,
                 "stop after so many steps; default: 1000000, 0 is no limit");
  options.seconds("--max-seconds", seconds_max, "stop after so much time; default: 0, no limit");
  if (const auto exit = options.parse(arguments)) return *exit;

  if (timeline && trace == "json") {
    console.err(
        fmt::format("lockstep {}: --timeline and --trace json exclude each other\n", command.name));
    return Exit::bad_input;
  }
  const auto settings = settings_of(command, scenario, console);
  if (!settings) return Exit::bad_input;
  std::optional<Input> input = read_input(console, Subject{scenario.path, *settings});
  if (!input) return Exit::bad_input;
  const std::unique_ptr<Policy> chosen = policy_of(console, command, *input, choice);
  if (chosen == nullptr) return Exit::bad_input;
  if (steps_max == 0) steps_max = replay_steps_max;
  // Elsewhere who ran when was decided without regard to time. Who wants no trace has to ask for
  // the policy to be told where the time went.
  const bool is_timed = policy_name(choice, *input) == "timed";
  const bool is_shown = trace.value_or("text") == "text" || (choice.policy && trace == "none");
  return conduct(
      console, command, *input, *chosen,
      {trace.value_or("text"), steps_max, save, seconds_max, is_timed && is_shown, timeline});
}

}  // namespace

const Command run_command{
    "run", "SCENARIO [options]",
    "Runs one interleaving and prints it step by step. Without --policy or --schedule it is the "
    "scenario's own schedule, else the one that the virtual clock gives.",
    "lockstep run scenarios/tutorial/09-deadlock/two-mutexes.lockstep.json --policy random --seed "
    "7",
    act};

}  // namespace lockstep
