// Which interleaving a verb looks at that looks at one: --policy, --seed, --schedule.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/input.h"
#include "cli/options.h"
#include "engine/run/run.h"

namespace lockstep {

struct RunChoice {
  std::optional<std::string> policy, schedule;
  std::uint64_t seed = 0;
};
void add_run_choice(Options& options, RunChoice& choice);

// The policy that was asked for: a named one, else a schedule, else the scenario's own
// schedule, else the timed one. Null: something is wrong with it, which has been said.
std::unique_ptr<Policy> policy_of(Console& console, const Command& command, const Input& input,
                                  const RunChoice& choice);
// Its name; "schedule" if it is one.
std::string_view policy_name(const RunChoice& choice, const Input& input);

}  // namespace lockstep
