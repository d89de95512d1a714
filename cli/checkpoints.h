// --checkpoint, --spill: for a search that is too large for one run, or for the memory there is.
#pragma once
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/output.h"

namespace lockstep {

void add_spill(Options& options, std::optional<std::string>& folder);
// False: there can be no files in it, and that has been said.
bool can_spill(Console& console, const Command& command, const std::string& folder);

struct CheckpointChoice {
  std::optional<std::string> file;
  double seconds_between = CheckpointOptions{}.seconds_between;
};
void add_checkpoints(Options& options, CheckpointChoice& choice);

// Nothing: none was asked for. `is_wrong`: no such file could be written, and that has been said.
std::optional<CheckpointOptions> checkpoint_options(Console& console, const Command& command,
                                                    const CheckpointChoice& choice,
                                                    const Input& input, bool& is_wrong);

// Whether the file that was given could be gone on from; if not, that has been said, and nothing
// has been explored.
bool is_gone_on(Console& console, const Command& command, const CheckpointChoice& choice,
                const Exploration& exploration);

// After the reports: says where the search can be gone on with. A file whose search is over is
// removed. False: it could not be written, and that has been said.
bool end_checkpoint(Console& console, const Command& command, const CheckpointChoice& choice,
                    const Exploration& exploration);

}  // namespace lockstep
