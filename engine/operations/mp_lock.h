// What the locks and semaphores of multiprocessing have in common: Modules/_multiprocessing/
// semaphore.c, 3.11. Who is woken is up to the kernel: whoever comes first takes it.
#pragma once
#include "engine/operations/arguments.h"

namespace lockstep {

// acquire(block=True, timeout=None) where the lock is taken. Negative timeouts poll, and a
// timeout without block is accepted.
Readiness readiness_if_taken(const Call& call);
// What is wrong with these arguments, whether or not it would have to wait.
std::optional<Outcome> acquire_error(const Call& call);
// Whether a get with such arguments waits for an item.
Readiness readiness_if_empty(const Call& call);
// The TypeError of a timeout that is no number, whether or not it would have to wait.
std::optional<Outcome> timeout_error(const Call& call, Value timeout);

Outcome released_too_often(const Call& call);

// The end of Condition.wait, once the lock is taken again; `call.saved` is what mp_condition_woken
// handed on, first how often the lock is to be taken. (In mp_condition.cpp.)
Outcome finish_mp_wait(const Call& call);

// An owner and a count, as an RLock has them.
bool can_take_recursive(const State& state, const Call& call);
void take_recursive(State& state, const Call& call);
Outcome release_recursive(State& state, const Call& call);

}  // namespace lockstep
