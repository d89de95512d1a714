// What is called before the process ends. Its operation, atexit.register, is in atexit.cpp.
#pragma once
#include <optional>
#include <vector>

#include "engine/state/machine.h"
#include "engine/state/state.h"

namespace lockstep {

// Where MainThread will begin each function that is registered, the oldest first.
std::vector<LocalId> exit_callbacks(const Machine& machine, const State& state);

// Lets MainThread, whose code is over, begin with the function that was registered last. Returns
// the function; nothing: none is left.
std::optional<Value> begin_exit_callback(const Machine& machine, State& state);

}  // namespace lockstep
