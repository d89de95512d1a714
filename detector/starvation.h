// A pool whose workers all wait for what only a task in its own queue would bring: an event, a
// notify, a party at a barrier, an item, a permit. Waits for a result of such a task need no such
// search, they name it. For the files of the detector.
//
// Tested by tests/explorer/pools_test.cpp.
#pragma once
#include <optional>
#include <vector>

#include "detector/blocked.h"

namespace lockstep {

struct Starvation {
  ObjectId pool;
  std::vector<ThreadId> workers;  // all that live, ascending
  std::vector<Value> queued;      // futures whose tasks could end the wait of some worker
};

// Of a ThreadPoolExecutor one of whose workers is in the core. `stuck`: as stuck_threads() says.
// Each worker waits for something that a queued task could do, as far as its code tells, and
// nobody else would do for sure; or for the result of a queued task.
std::optional<Starvation> starvation(const Machine& machine, const State& state,
                                     const FutureAccesses& future,
                                     const std::vector<BlockedThread>& stuck,
                                     const std::vector<ThreadId>& core);

}  // namespace lockstep
