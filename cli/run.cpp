// lockstep run: one interleaving.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "cli/command.h"
#include "cli/conduct.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/schedules.h"
#include "language/complaint.h"
#include "report/words.h"

namespace lockstep {
namespace {

// The policy that was asked for: a named one, else a schedule, else the scenario's own
// schedule, else the timed one. Null: something is wrong with it, which has been said.
std::unique_ptr<Policy> choose_policy(Console& console, const Command& command, Input& input,
                                      const std::optional<std::string>& name,
                                      const std::optional<std::string>& schedule,
                                      std::uint64_t seed) {
  if (name && schedule) {
    console.err(
        fmt::format("lockstep {}: --policy and --schedule exclude each other\n", command.name));
    return nullptr;
  }
  if (name) return policy_named(*name)->make(input.program, seed);
  if (schedule) {
    std::optional<Schedule> read = read_schedule_argument(console, command, input, *schedule);
    return read ? scripted_policy(input.program, std::move(*read), seed) : nullptr;
  }
  if (input.schedule) return scripted_policy(input.program, *input.schedule, seed);
  return policy_named("timed")->make(input.program, seed);
}

Exit act(const Command& command, const std::vector<std::string>& arguments, Console& console) {
  std::vector<std::string> policies;
  std::string policy_help = "who goes on when several can:";
  for (const PolicyRow& row : policy_rows()) {
    policies.emplace_back(row.name);
    policy_help += fmt::format(" {} ({}),", row.name, row.help);
  }
  policy_help.pop_back();

  ScenarioOptions scenario;
  std::optional<std::string> policy, schedule, save, trace;
  std::uint64_t seed = 0;
  std::uint64_t steps_max = 1'000'000;
  double seconds_max = 0;
  bool timeline = false;
  Options options(command, console);
  add_scenario(options, scenario);
  options.word("--policy", policies, policy, policy_help);
  options.number("--seed", seed, "what random choices of a policy are drawn from; default: 0");
  options.text("--schedule", "FILE-OR-TEXT", schedule,
               "exactly this interleaving: 'T1*3,T2', a JSON array of directives, or the file of "
               "one or of a saved schedule");
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
  const std::unique_ptr<Policy> chosen =
      choose_policy(console, command, *input, policy, schedule, seed);
  if (chosen == nullptr) return Exit::bad_input;
  if (steps_max == 0) steps_max = replay_steps_max;
  // Elsewhere who ran when was decided without regard to time. Who wants no trace has to ask for
  // the policy to be told where the time went.
  const bool is_timed = policy ? *policy == "timed" : !schedule && !input->schedule;
  const bool is_shown = trace.value_or("text") == "text" || (policy && trace == "none");
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
