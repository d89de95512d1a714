// The virtual clock: when things happen, given which choices are taken.
//
// The clock follows the choices and never leads them: it is defined for every schedule. A
// thread that reaches sleep(d), or a wait with a timeout, gets a deadline d after that moment;
// taking the step after a sleep, or letting the timeout fire, moves the clock to the deadline
// if it lies ahead. Deadlines are lower bounds, as in CPython ("not earlier than asked").
// A thread that reaches compute(d) computes from there on, whenever it has a core and, where there
// is one, the GIL; the step after it is taken when it has computed for d. Who has a core when is
// told by the steps that are taken: see run/cores.h. States know nothing of time.
//
// Under a GIL time passes with every step. Without one, threads run at the same time on several
// cores: a step keeps its own thread busy, others may begin theirs meanwhile, and those whom it
// lets go can go on when it is over.
//
// What a step costs, on top of what it waited for:
// - ten bytecodes (10 * Costs::bytecode) for each visible operation in it. Those between two
//   operations are not counted, so that the time does not depend on whether the Machine
//   memoises private runs; but a run so long that it is interrupted (run_on) costs all of its
//   Limits::private_steps_max;
// - starting a thread or process: Costs::thread_start, Costs::process_start, for each; also where a
//   pool does so, one after the other. A process begins when its fork is over, and computes for
//   Costs::thread_start before it comes to its code, unless it is blocked meanwhile;
// - a sleep or compute inside `atomic`, where no thread can rest before it: its duration.
//
// The clock counts whole nanoseconds, so that sums of durations are exact: three sleeps of
// 0.1 s end at 0.3 s. A duration is rounded up to the next one. It ends at time_end, after 291
// years: what would come later comes then.
//
// Tested by tests/engine/run/clock_test.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/interpreter/cpu_burst.h"
#include "engine/run/cores.h"
#include "engine/step/enabled_choices.h"
#include "engine/step/step.h"

namespace lockstep {

// How long the pending operation makes its thread wait by itself: sleep and io, and whatever
// blocks with a timeout. Nothing: it has no timeout, or none that Python would accept.
// Seconds, not negative, at most duration_max.
std::optional<double> duration(const Machine& machine, const Pending& pending);
inline constexpr double duration_max = 9223372036.854775807;  // what CPython can count

class VirtualClock {
 public:
  explicit VirtualClock(const Program& program);
  // Before the first step. `enabled` is kept until the last one.
  void begin(const Machine& machine, const State& initial, const EnabledChoices& enabled);

  // Virtual seconds since the start: when the step that is under way began, or when the last one
  // has ended.
  double now() const;
  Nanoseconds now_ns() const { return end_; }
  // When all that was done is over.
  double end() const;
  double slept() const;  // how much of the last step was sleep inside `atomic`; virtual seconds

  // When this choice could be taken at the earliest: its deadline, which may have passed
  // already, or now.
  double earliest(const Machine& machine, const State& state, Choice choice) const;
  Nanoseconds earliest_ns(const Machine& machine, const State& state, Choice choice) const;
  // Before, during and after every step, in this order; `enabled` comes after the step before.
  void begin_step(const Machine& machine, const State& before, Choice choice);
  void on_event(const Machine& machine, const State& state, const Event& event);
  void end_step(const Machine& machine, const State& after, Choice choice, const StepInfo& info);

  // The choice that comes first in time; ties are settled as run/cores.h says. The clock goes
  // there: it is to be taken. Requires: some choice is enabled.
  Choice first();
  // In a step: up to when its thread may take more before others must have a turn.
  Nanoseconds stays_until() const { return cores_.stays_until(stepping_); }
  // Whether the steps of all threads come one after the other.
  bool is_serial() const { return cores_.is_serial(); }
  // When the process was forked whose main thread this is; nothing: it is that of no child.
  std::optional<Nanoseconds> forked_at(ThreadId thread) const {
    return deadlines_[thread.index].forked_at;
  }
  // What threads that could go on did between the last step and this one.
  const std::vector<Cores::Span>& spans() const { return spans_; }
  // After a step: whose private state, life or readiness it may have changed, as concerned() and
  // turned() there say.
  const EnabledChoices& enabled() const { return *enabled_; }

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
    Nanoseconds work = 0;      // of the compute that it rests before
    // Of the main thread of a child: the end of its fork; and whether it has not run since.
    std::optional<Nanoseconds> forked_at;
    bool begins = false;
    Choice choice;  // its first
  };

  void note_start(const Machine& machine, const State& state, ThreadId parent, ThreadId child);
  void note_deadline(const Machine& machine, const State& state, ThreadId thread, bool stepped);
  std::optional<Nanoseconds> deadline(const Machine& machine, const State& state,
                                      Choice choice) const;

  void note_choice(const Machine& machine, const State& state, ThreadId thread, bool stepped);
  void note_choices(const Machine& machine, const State& state, std::optional<ThreadId> stepped);

  Nanoseconds now_ = 0;  // no later step begins before it
  Nanoseconds end_ = 0;  // as now() has it
  Nanoseconds last_end_ = 0;
  Cores cores_;
  bool knows_all_ = false;  // the cores know of all choices
  bool has_settled_ = false;
  ThreadId stepping_;
  std::vector<Cores::Span> spans_;
  const EnabledChoices* enabled_ = nullptr;
  std::vector<Deadline> deadlines_;  // index = thread
  Nanoseconds operation_cost_;       // of one visible operation
  Nanoseconds run_on_cost_;
  Nanoseconds thread_start_cost_;
  Nanoseconds process_start_cost_;
  std::size_t threads_ = 0;  // how many there are
  struct Fork {
    ThreadId main;      // of a process that this step has started
    Nanoseconds extra;  // what the step had cost by then, as extra_
  };
  std::vector<Fork> forks_;
  // Of the step that is under way, or the last one:
  const Pending* before_ = nullptr;  // what its thread rested before
  bool begun_ = false;               // that has happened
  Nanoseconds extra_ = 0;            // what it costs beside its bytecodes
  Nanoseconds slept_ = 0;            // of that, sleep
};

}  // namespace lockstep
