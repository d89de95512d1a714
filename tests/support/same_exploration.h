// What two explorations must agree on of which one does what the other does, only otherwise.
#pragma once
#include "explorer/explore.h"

namespace lockstep {

// Checks all that there is but seconds and memory.
void check_same_exploration(const Exploration& one, const Exploration& other);

}  // namespace lockstep
