// From steps that are predicted to lead into a deadlock to the deadlock: the machine takes them.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "detector/finding.h"
#include "engine/program/future_accesses.h"
#include "engine/run/choices.h"
#include "prediction/sync_preserving.h"

namespace lockstep {

// The choices of a run that an instance has, in their order, and then the last steps. Threads are
// numbered as they are created, so they may have other numbers there; `threads` gets the new ones.
std::vector<Choice> choices_of(const Choices& run, const LockTrace& trace,
                               const SyncPreserving::Instance& instance,
                               std::vector<ThreadId>& threads);

// The deadlock into which the choices bring all of the threads. Where somebody else might yet come
// to their help, the others go on, at most so many steps, until it is certain that nobody does.
struct Replayed {
  std::optional<Finding> deadlock;  // nothing: the choices cannot be taken, or the threads are not
                                    // stuck, or not all for one reason
  std::uint64_t steps;              // that were taken
};
Replayed replay(const Program& program, const FutureAccesses& future, std::vector<Choice> choices,
                std::span<const ThreadId> threads, std::uint64_t further_steps_max);

// Whether the others come to where nobody can go on, by the way that they take in turn, within so
// many steps behind the choices.
bool can_end_stuck(const Program& program, const std::vector<Choice>& choices,
                   std::uint64_t further_steps_max);

}  // namespace lockstep
