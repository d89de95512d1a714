// What every search over states writes down of them, however it goes through them.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "explorer/examine.h"
#include "explorer/explore.h"
#include "explorer/outcomes.h"
#include "explorer/state_graph.h"
#include "explorer/stubborn_sets.h"

namespace lockstep {

class SearchRecord {
 public:
  SearchRecord(const Machine& machine, Examiner& examiner, Outcomes& outcomes,
               const ExploreLimits& limits, SpillFolder* spill = nullptr)
      : graph(machine.program, spill),
        machine_(machine),
        examiner_(examiner),
        outcomes_(outcomes),
        limits_(limits) {}

  virtual ~SearchRecord() = default;

  virtual std::uint64_t states() const { return graph.states.size(); }  // seen so far
  virtual std::uint64_t frontier() const { return graph.states.size() - graph.examined; }

  StateGraph graph;
  Exploration::Stats stats;      // states, seconds and memory_bytes are left to the caller
  std::string cut_short;         // "states: the limit of 1000 was reached"; empty: it was not
  bool leaves_out_deep = false;  // a way that a limit of steps has ended
  bool loses_outcomes = false;   // because of the symmetry: nothing of the record is of use

 protected:
  // Fills in the symmetry of the graph, if the program has any. `reduction`: null if there is none.
  void find_symmetry(Symmetry& symmetry, StubbornSets* reduction,
                     const std::function<bool()>& go_on);
  // Whether there may be one more state than so many; says in cut_short if not.
  bool has_room_beside(std::uint64_t states);
  // Whether the state is there, or may be; says in cut_short if not.
  bool has_room_for(const TreeTable::Asked& state);
  // Whether a way of so many steps must not go on; says so in cut_short.
  bool is_too_deep(std::uint64_t steps);
  // What is wrong in the state with this number, which is the highest asked so far, and how the
  // program ends if it ends there.
  void examine(std::uint32_t id, const State& state, const std::vector<Choice>& choices);
  // How the program ends in this state, which was the last to be examined and shows this set.
  // `has_orbit`: it stands for all that symmetry makes of it.
  void note_terminal(const State& state, std::uint32_t set, bool has_orbit);
  // Of a step out of the state with this number.
  void note_ending(std::uint32_t from, const State& before, const State& after,
                   const Choice& choice);
  // What the step is an Ending of, if it is the first.
  std::optional<Ending> new_ending(const State& before, const State& after, const Choice& choice);

  const Machine& machine_;
  Examiner& examiner_;
  Outcomes& outcomes_;
  const ExploreLimits& limits_;
};

}  // namespace lockstep
