// How the queues of multiprocessing stand, for those who explain a wait and who end a process.
// Their operations are in mp_queue.cpp.
#pragma once
#include <optional>
#include <vector>

#include "engine/state/machine.h"
#include "engine/state/state.h"

namespace lockstep {

// Whose turn it is to read or to write, for who waits for that; also one that was killed.
std::optional<ThreadId> turn_holder(const Machine& machine, const State& state,
                                    const Pending& pending);

// Whether the thread, which is alive, will make room by dropping an item that cannot be sent: as a
// feeder that finds it, or because it is about to leave one for the feeder.
bool will_drop(const Machine& machine, const State& state, ObjectId queue, ThreadId thread);

// The feeders of the process for whose end it waits when it ends.
std::vector<ThreadId> joined_feeders(const Machine& machine, const State& state, ProcessId process);
// Tells all feeders that the process has that no item comes any more. `awaits`: from here on it
// waits for those of them that it was not told not to wait for.
void tell_feeders(const Machine& machine, State& state, ProcessId process, bool awaits);

// What a fork copies of the queues: which ends of pipes are closed.
void inherit_pipes(const Machine& machine, State& state, ProcessId parent, ProcessId child);

// Of a process that is over nobody can tell what it had left to send.
void forget_feeders(const Machine& machine, State& state, ProcessId process);

}  // namespace lockstep
