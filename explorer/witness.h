// From a suspicion and a way to it to a Finding: the way is run again, and watched.
#pragma once
#include <optional>
#include <string>

#include "detector/finding.h"
#include "engine/program/future_accesses.h"
#include "explorer/shortest.h"

namespace lockstep {

// What one finding is about.
struct Suspicion {
  FindingKind kind;
  std::string fingerprint;
  std::size_t condition = 0;  // invariant, final_check: index in the Program
};

// The finding with everything that its kind tells, in the state to which the way leads; nothing
// if that state does not show it.
std::optional<Finding> confirm(const Machine& machine, const FutureAccesses& future,
                               const Suspicion& suspicion, const Way& way);

// The fingerprint of the exception with which the thread has ended at the end of the way.
std::string exception_fingerprint(const Machine& machine, const Way& way, ThreadId thread);
std::string condition_fingerprint(const Program& program, FindingKind kind, std::size_t condition);

}  // namespace lockstep
