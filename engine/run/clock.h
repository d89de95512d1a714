// The virtual clock: when things happen, given which choices are taken.
//
// The clock follows the choices and never leads them: it is defined for every schedule. A
// thread that reaches sleep(d), or a wait with a timeout, gets a deadline d after that moment;
// taking the step after a sleep, or letting the timeout fire, moves the clock to the deadline
// if it lies ahead. Deadlines are lower bounds, as in CPython ("not earlier than asked").
// States know nothing of time.
//
// What a step costs, on top of what it waited for:
// - ten bytecodes (10 * Costs::bytecode) for each visible operation in it. Those between two
//   operations are not counted, so that the time does not depend on whether the Machine
//   memoises private runs; but a run so long that it is interrupted (run_on) costs all of its
//   Limits::private_steps_max;
// - compute(d): d, as a whole: a switch interval that passes meanwhile is seen after it;
// - starting a thread or process: Costs::thread_start, Costs::process_start;
// - a sleep inside `atomic`, where no thread can rest before it: its duration.
//
// The clock counts whole nanoseconds, so that sums of durations are exact: three sleeps of
// 0.1 s end at 0.3 s. A duration is rounded up to the next one.
//
// Tested by tests/engine/run/clock_test.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/interpreter/cpu_burst.h"
#include "engine/step/step.h"

namespace lockstep {

// How long the pending operation makes its thread wait by itself: sleep and io, and whatever
// blocks with a timeout. Nothing: it has no timeout, or none that Python would accept.
// Seconds, not negative, at most duration_max.
std::optional<double> duration(const Machine& machine, const Pending& pending);
inline constexpr double duration_max = 1e9;  // 32 years: as good as never

using Nanoseconds = std::int64_t;

class VirtualClock {
 public:
  explicit VirtualClock(const Program& program);
  // Before the first step.
  void begin(const Machine& machine, const State& initial);

  double now() const;  // virtual seconds since the start
  Nanoseconds now_ns() const { return now_; }
  Nanoseconds switch_interval_ns() const { return switch_interval_; }
  double slept() const;  // how much of the last step was sleep inside `atomic`; virtual seconds

  // When this choice could be taken at the earliest: its deadline, which may have passed
  // already, or now.
  double earliest(const Machine& machine, const State& state, Choice choice) const;
  Nanoseconds earliest_ns(const Machine& machine, const State& state, Choice choice) const;
  // Before, during and after every step, in this order. `concerned`: all threads whose private
  // state or life the step may have changed.
  void begin_step(const Machine& machine, const State& before, Choice choice);
  void on_event(const Machine& machine, const Event& event);
  void end_step(const Machine& machine, const State& after, Choice choice, const StepInfo& info,
                std::span<const ThreadId> concerned);

  // For steps that are taken in one go, between begin_step() and end_step(): what a burst may
  // last and its operations cost; and what those of its steps cost that are complete. The step
  // that end_step() ends is the last one; the run_ons in it are told here too.
  BurstLimits burst_limits(std::uint64_t steps_max, Nanoseconds until) const;
  void on_burst(const CpuBurst& burst);

 private:
  struct Deadline {
    bool known = false;  // the thread is alive and what it rests before was looked at
    bool set = false;    // that has a deadline, `at`
    Nanoseconds at = 0;
    LocalId local;             // of the resting thread that it was computed for
    Nanoseconds wait_for = 0;  // deadline of the last wait that was no continued wait_for
  };

  void note_deadline(const Machine& machine, const State& state, ThreadId thread, bool stepped);
  std::optional<Nanoseconds> deadline(const Machine& machine, const State& state,
                                      Choice choice) const;

  Nanoseconds now_ = 0;
  std::vector<Deadline> deadlines_;  // index = thread
  Nanoseconds operation_cost_;       // of one visible operation
  Nanoseconds run_on_cost_;
  Nanoseconds thread_start_cost_;
  Nanoseconds process_start_cost_;
  Nanoseconds switch_interval_;
  // Of the step that is under way, or the last one:
  const Pending* before_ = nullptr;  // what its thread rested before
  bool begun_ = false;               // that has happened
  Nanoseconds extra_ = 0;            // what it costs beside its bytecodes
  Nanoseconds slept_ = 0;            // of that, sleep
};

}  // namespace lockstep
