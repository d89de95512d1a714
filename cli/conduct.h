// What `run` and `replay` have in common: an interleaving is carried out, shown step by step,
// and its end is told.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "cli/input.h"
#include "cli/options.h"
#include "engine/run/run.h"

namespace lockstep {

// A saved schedule may be longer than any run that is not.
inline constexpr std::uint64_t replay_steps_max = std::numeric_limits<std::uint64_t>::max();

struct ConductOptions {
  std::string trace;  // "text", "json", "none"
  std::uint64_t steps_max;
  std::optional<std::string> save_schedule;  // a file
  double seconds_max = 0;                    // real time; 0: none
  bool times = false;                        // a table of where the time went; not with "json"
  bool timeline = false;                     // a drawing of it; not with "json"
};
Exit conduct(Console& console, const Command& command, const Input& input, Policy& policy,
             const ConductOptions& options);

// Declares --trace.
void add_trace(Options& options, std::optional<std::string>& trace);

}  // namespace lockstep
