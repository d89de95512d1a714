// Small traces made at random, and what can be reached in them by the definition, word for word and
// slow: the oracle for prediction/sync_preserving.
//
// A reordering takes for each thread some of its first steps, whole, in an order in which locks are
// free when they are taken, everybody who looks at a variable sees the change that it saw in the
// trace, a thread begins after its start, and sections of one lock begin in the order of the trace.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "prediction/lock_trace.h"

namespace lockstep {

struct PlainEvent {
  enum class Kind : std::uint8_t { acquire, release, look, change, start, end, see_end } kind;
  std::uint32_t of;  // the lock, variable or thread
};
struct PlainTrace {
  struct Step {
    std::uint32_t thread;
    std::vector<PlainEvent> events;
  };
  std::vector<Step> steps;  // in their order
  std::uint32_t threads, locks, variables;
};

// `events_max`: of a step. A step asks for a lock at most once, and for none after a release.
PlainTrace random_trace(std::uint64_t seed, std::size_t events_max);
LockTrace lock_trace_of(const PlainTrace& trace);
std::string text(const PlainTrace& trace);

// Whether some reordering brings the threads of the dependencies each to a request of its
// dependency, with the lock another's. Who asks in the middle of a step begins that after all whole
// steps, and what it changes there nobody else has to have seen.
bool can_meet(const PlainTrace& trace, const LockTrace& locks,
              std::span<const std::uint32_t> dependencies);

// All circles of dependencies of different threads and locks with no lock held in common.
std::vector<std::vector<std::uint32_t>> circles(const LockTrace& trace);

}  // namespace lockstep
