// Many steps of one thread in one go, for runs that nobody watches step by step.
//
// A CPU burst is what a thread does between two operations for which it would have to wait or
// could be noticed otherwise than through the shared variables: it reads and writes those, and
// executes private bytecode. Where BurstObjects are given it also does operations on locks, queues
// and events for which it need not wait, up to one that is of concern to others. The steps are the
// very ones that step() would take one by one; they are counted, and not told of. Between them the
// private state is interned nowhere, so that a long loop leaves nothing behind.
#pragma once
#include <cstdint>
#include <span>

#include "engine/objects/object.h"
#include "engine/state/machine.h"
#include "engine/state/state.h"

namespace lockstep {

// Visible operations of one step before it rests all the same: a loop inside `atomic`, or one that
// the GIL model lets nobody into.
inline constexpr std::uint32_t step_operations_max = 100'000;
// And private runs of so many bytecodes that they were interrupted, each a millisecond or more.
inline constexpr std::uint32_t step_run_ons_max = 20;

struct CpuBurst {
  struct Work {
    std::uint64_t operations = 0;  // visible ones
    std::uint64_t run_ons = 0;     // of these, Operation::run_on
  };
  std::uint64_t steps = 0;  // that are complete
  Work done;                // in them
  // What was done of a step that goes on with an operation that is for step() to do, or ends
  // before it: finish_step() says. Nothing: the thread rests at the end of a step.
  Work begun;
};

// Who knows what other threads look at, and wants to know what is done to objects.
class BurstObjects {
 public:
  virtual ~BurstObjects() = default;
  // Whether others may now be able to do more or less than before, an object's words having
  // changed.
  virtual bool concerns_others(ObjectId object, std::span<const Word> before,
                               const State& after) const = 0;
  // An operation was done, in the step that comes after `steps` complete ones of the burst. In
  // `state` the private state of the thread is that of the beginning of the burst.
  virtual void on_operation(const State& state, std::uint64_t steps, Operation operation,
                            SiteId site, const Call& call, const Outcome& outcome) = 0;
};

struct BurstLimits {
  std::uint64_t steps_max = 0;  // at least 1
  // Nanoseconds: no step begins when the burst has lasted so long.
  std::int64_t time_ns = 0;
  std::int64_t operation_ns = 0;  // what a visible operation costs
  std::int64_t run_on_ns = 0;     // and Operation::run_on beside that
  BurstObjects* objects = nullptr;
};

// Requires: the thread can take a step, and the program has no processes; nobody stands at an
// await, which reads variables. Does nothing if the thread rests before something that is no part
// of bursts.
CpuBurst cpu_burst(const Machine& machine, State& state, ThreadId thread,
                   const BurstLimits& limits);

}  // namespace lockstep
