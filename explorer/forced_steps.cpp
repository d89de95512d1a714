#include "explorer/forced_steps.h"

#include <utility>

#include "explorer/shortest.h"
#include "explorer/state_graph.h"

namespace lockstep {

std::uint32_t ForcedSteps::take(State& state) {
  std::uint32_t steps = 0;
  for (; steps < StateGraph::passed_max; ++steps) {
    if (!only_one_can_move(state)) break;
    enabled(machine_, state, choices_);
    if (choices_.size() != 1 || examiner_.examine(state, choices_) != 0) break;
    const Choice choice = choices_.front();
    after_ = state;
    step(machine_, after_, choice);
    if (ending_of(machine_, examiner_.facts(), state, after_, choice.thread)) break;
    std::swap(state, after_);
  }
  return steps;
}

// A quick answer, wrong only if it says no: beside a thread in an atomic section nobody can.
bool ForcedSteps::only_one_can_move(const State& state) const {
  const Program& program = machine_.program;
  std::uint32_t able = 0;
  // From the last thread on: MainThread most often waits for all others.
  for (auto i = static_cast<std::uint32_t>(thread_count(program, state)); i-- > 0 && able < 2;) {
    const bool moves = life(program, state, {i}) == Life::alive &&
                       readiness(machine_, state, {i}) != Readiness::blocked;
    able += moves ? 1 : 0;
  }
  return able < 2;
}

}  // namespace lockstep
