// Steps that nobody has a choice about: a search with a reduction does not keep the states between
// them.
#pragma once
#include <cstdint>
#include <vector>

#include "explorer/examine.h"

namespace lockstep {

class ForcedSteps {
 public:
  ForcedSteps(const Machine& machine, Examiner& examiner)
      : machine_(machine), examiner_(examiner) {}

  // As long as one thing can happen in the state, nothing is wrong in it and the step ends no
  // thread with an exception: takes it. Says how many steps that were, at most
  // StateGraph::passed_max.
  std::uint32_t take(State& state);

 private:
  bool only_one_can_move(const State& state) const;

  const Machine& machine_;
  Examiner& examiner_;
  State after_;
  std::vector<Choice> choices_;
};

}  // namespace lockstep
