// The circles of a lock-order graph, each with its verdict.
#pragma once
#include <string>
#include <vector>

#include "prediction/recorded_run.h"

namespace lockstep {

LockOrder lock_order(const RecordedRun& run);

struct JudgedCycles {
  std::vector<LockCycle> cycles;
  std::vector<Finding> findings;
  std::string left_out;
};
JudgedCycles judge_cycles(const Program& program, const FutureAccesses& future,
                          const RecordedRun& run);

}  // namespace lockstep
