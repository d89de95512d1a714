// A run with its lock trace, and the names that people know its locks and threads by.
#pragma once
#include <string>
#include <vector>

#include "explorer/witness.h"
#include "prediction/lock_trace.h"
#include "prediction/predict.h"

namespace lockstep {

struct RecordedRun {
  RunResult result;
  LockTrace trace;
  std::vector<LockOrder::Lock> locks;                // index = LockId
  std::vector<std::optional<std::uint32_t>> places;  // index = LockId: in Program::lock_order
  std::vector<std::string> not_followed;             // semaphores, as LockRecorder says
  std::vector<std::string> threads;                  // index = thread, as it is called at the end
  std::vector<Suspicion> deadlocks;                  // into which the run itself has come
};
RecordedRun record(const Program& program, const FutureAccesses& future, Policy& policy,
                   const PredictionLimits& limits);

}  // namespace lockstep
