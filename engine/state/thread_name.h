// The name that a thread has in a State, for people.
#pragma once
#include <string>

#include "engine/state/machine.h"
#include "engine/state/state.h"

namespace lockstep {

std::string thread_name(const Machine& machine, const State& state, ThreadId thread);

}  // namespace lockstep
