// How a Barrier stands, for those who explain a wait. Its operations are in barrier.cpp.
#pragma once
#include <optional>
#include <string>

#include "engine/state/machine.h"
#include "engine/state/state.h"

namespace lockstep {

// What those who are blocked at the barrier wait for: "1 more of 3", "the end of the action".
std::string awaited_at_barrier(const Machine& machine, const State& state, ObjectId barrier);

// Who executes the barrier's action; until that is over nobody can come or go.
std::optional<ThreadId> in_action(const Machine& machine, const State& state, ObjectId barrier);

// The timeout of a wait that was called with `given`; None: for ever.
Value barrier_timeout(const Machine& machine, ObjectId barrier, Value given);

}  // namespace lockstep
