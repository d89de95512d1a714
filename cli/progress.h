// The line that shows on a terminal how far an exploration has come.
#pragma once
#include <string>

#include "explorer/explore.h"

namespace lockstep {

// "searching: 1,234,567 states, 456,000/s, 12,345 to do, 210.4 MB, 2.7 s"
std::string progress_line(const ExploreProgress& progress);

}  // namespace lockstep
