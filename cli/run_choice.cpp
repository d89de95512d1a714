#include "cli/run_choice.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/schedules.h"

namespace lockstep {

void add_run_choice(Options& options, RunChoice& choice) {
  std::vector<std::string> policies;
  std::string help = "who goes on when several can:";
  for (const PolicyRow& row : policy_rows()) {
    policies.emplace_back(row.name);
    help += fmt::format(" {} ({}),", row.name, row.help);
  }
  help.pop_back();
  options.word("--policy", policies, choice.policy, help);
  options.number("--seed", choice.seed,
                 "what random choices of a policy are drawn from; default: 0");
  options.text("--schedule", "FILE-OR-TEXT", choice.schedule,
               "exactly this interleaving: 'T1*3,T2', a JSON array of directives, or the file of "
               "one or of a saved schedule");
}

std::unique_ptr<Policy> policy_of(Console& console, const Command& command, const Input& input,
                                  const RunChoice& choice) {
  if (choice.policy && choice.schedule) {
    console.err(
        fmt::format("lockstep {}: --policy and --schedule exclude each other\n", command.name));
    return nullptr;
  }
  if (choice.policy) return policy_named(*choice.policy)->make(input.program, choice.seed);
  if (choice.schedule) {
    std::optional<Schedule> read =
        read_schedule_argument(console, command, input, *choice.schedule);
    return read ? scripted_policy(input.program, std::move(*read), choice.seed) : nullptr;
  }
  if (input.schedule) return scripted_policy(input.program, *input.schedule, choice.seed);
  return policy_named("timed")->make(input.program, choice.seed);
}

std::string_view policy_name(const RunChoice& choice, const Input& input) {
  if (choice.policy) return *choice.policy;
  return choice.schedule || input.schedule ? "schedule" : "timed";
}

}  // namespace lockstep
