// What two explorations of one program must agree on, however they go about it.
#pragma once
#include <cstdint>

#include "explorer/explore.h"

namespace lockstep {

// Checks verdict, numbers of terminal states, outcomes, and of each finding whether it is partial,
// whether its way is proved to be the shortest, and how long that is. Both have to be complete.
// Returns how many ways are proved.
std::uint64_t check_same_findings(const Exploration& one, const Exploration& plain);

}  // namespace lockstep
