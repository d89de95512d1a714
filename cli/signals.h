// Being asked to stop: Ctrl-C (SIGINT), and SIGTERM as a CI system sends it.
#pragma once
#include <optional>

#include "cli/exit.h"

namespace lockstep {

// From here on both only set a flag, so that what was found is still printed; a second one ends
// the process at once. A closed pipe, or a file larger than the system lets it be, is an error of
// write() and no signal.
void catch_signals();

bool is_interrupted();
// The status to end with if one has come.
std::optional<Exit> interruption();

}  // namespace lockstep
