// From a suspicion and a way to it to a Finding: the way is run again, and watched.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "detector/endless.h"
#include "detector/finding.h"
#include "engine/program/future_accesses.h"
#include "explorer/shortest.h"

namespace lockstep {

// What one finding is about.
struct Suspicion {
  FindingKind kind;  // of an exception: uncaught_exception, whatever kind the finding says it is
  std::string fingerprint;
  std::size_t condition = 0;                // invariant, final_check: index in the Program
  std::vector<ThreadId> stuck{}, movers{};  // never_woken, livelock: as EndlessPart says
  bool only_tests = false;                  // livelock: likewise
  std::optional<Starved> starved{};         // starvation
};

// The finding with everything that its kind tells, in the state to which the way leads; nothing
// if that state does not show it.
std::optional<Finding> confirm(const Machine& machine, const FutureAccesses& future,
                               const Suspicion& suspicion, const Way& way);

// The fingerprints of the exceptions with which the threads have ended at the end of the way, in
// their order.
std::vector<std::string> exception_fingerprints(const Machine& machine, const Way& way,
                                                std::span<const ThreadId> threads);
std::string condition_fingerprint(const Program& program, FindingKind kind, std::size_t condition);

}  // namespace lockstep
