// The virtual clock: when things happen, given which choices are taken.
//
// The clock follows the choices and never leads them: it is defined for every schedule. A
// thread that reaches sleep(d), or a wait with a timeout, gets a deadline d after that moment;
// taking the step after a sleep, or letting the timeout fire, moves the clock to the deadline
// if it lies ahead. Deadlines are lower bounds, as in CPython ("not earlier than asked").
// Executing costs Program::costs. States know nothing of time.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/step/step.h"

namespace lockstep {

class VirtualClock {
 public:
  explicit VirtualClock(const Program& program);

  double now() const { return now_; }  // virtual seconds since the start

  // When this choice could be taken at the earliest: its deadline, or now.
  double earliest(const Machine& machine, const State& state, Choice choice) const;
  // Before and after every step, in this order.
  void begin_step(const Machine& machine, const State& before, Choice choice);
  void end_step(const Machine& machine, const State& after, Choice choice, const StepInfo& info);

 private:
  void note_deadlines(const Machine& machine, const State& state);

  double now_ = 0;
  struct Deadline {
    bool set = false;
    double at = 0;
    LocalId local;   // of the resting thread that it was computed for
    double wait_for = 0;  // deadline of the wait_for that this wait is part of
  };
  std::vector<Deadline> deadlines_;  // index = thread
  const Program& program_;
};

}  // namespace lockstep
