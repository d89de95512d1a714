// The definition of an exploration, word for word and slow: the oracle for explorer/.
//
// Depth first, over a map of whole states, on a Machine that remembers no private run. It has its
// own loop, its own idea of what a thread can do next and of what a deadlock is, and keeps every
// transition, so that "can this thread ever move again" is a question about a finished graph.
#pragma once
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/step/step.h"

namespace lockstep {

// A terminal state as a user sees it.
struct SlowOutcome {
  bool finished;
  std::vector<std::pair<std::string, std::string>> variables, exceptions;
  std::vector<std::string> stuck;
  friend auto operator<=>(const SlowOutcome&, const SlowOutcome&) = default;
};
// Of one state; requires that nobody can move in it.
SlowOutcome outcome_of(const Machine& machine, const State& terminal);
std::string text(const SlowOutcome& outcome);

struct SlowExploration {
  struct Transition {
    Choice choice;
    std::size_t to;
  };
  bool complete = true;  // false: there are more than states_max
  std::unique_ptr<Machine> machine;
  std::vector<State> states;                         // 0 is the initial one
  std::vector<std::vector<Transition>> transitions;  // index = state
  std::uint64_t transition_count = 0;
  std::uint64_t terminal_count = 0;
  std::uint64_t deadlock_count = 0;
  std::set<SlowOutcome> outcomes;

  bool is_terminal(std::size_t state) const { return transitions[state].empty(); }
  // Index = state: whatever can be reached from it leads back to it, or it is terminal, or a step
  // from it ends a thread that does not take it.
  std::vector<bool> settled() const;
  // [thread][state]: the thread moves in some continuation of the state.
  std::vector<std::vector<bool>> ever_moves() const;
  // The least (preemptions, steps) of all ways to one of the states, by relaxing every transition
  // until nothing changes.
  std::pair<std::uint64_t, std::uint64_t> least_cost(const std::set<std::size_t>& states) const;
};

SlowExploration explore_slowly(const Program& program, std::size_t states_max);

}  // namespace lockstep
