// Whether what a file says of a machine's tables can be so: for who makes them anew from it.
#pragma once
#include <cstdint>

#include "engine/state/machine.h"
#include "engine/state/state.h"

namespace lockstep {

// Whether the word is a Value of this machine.
bool is_value(const Machine& machine, Value value);
// Whether the words have the layout of a State, with private states and Values that there are. What
// objects say in their words is not looked at.
bool is_state(const Machine& machine, const State& state);

}  // namespace lockstep
