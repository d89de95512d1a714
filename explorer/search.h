// The search over all states. It judges nothing: what is wrong in a state is what an Examiner
// says, and is noted.
#pragma once
#include <functional>
#include <string>

#include "explorer/budget.h"
#include "explorer/examine.h"
#include "explorer/explore.h"
#include "explorer/outcomes.h"
#include "explorer/state_graph.h"

namespace lockstep {

class Search {
 public:
  Search(const Machine& machine, Examiner& examiner, Outcomes& outcomes,
         const ExploreLimits& limits)
      : machine_(machine), examiner_(examiner), outcomes_(outcomes), limits_(limits) {}

  // Until everything is seen, a limit of states or steps is reached, or `go_on` says no; it is
  // asked before each state.
  void run(const std::function<bool()>& go_on);

  StateGraph graph;
  Exploration::Stats stats;  // states, seconds and memory_bytes are left to the caller
  std::string cut_short;     // "states: the limit of 1000 was reached"; empty: it was not

 private:
  bool add(const State& state, std::uint32_t parent);
  void examine(const State& state, const std::vector<Choice>& choices);
  void note_ending(const State& before, const State& after, const Choice& choice);

  const Machine& machine_;
  Examiner& examiner_;
  Outcomes& outcomes_;
  const ExploreLimits& limits_;
};

}  // namespace lockstep
