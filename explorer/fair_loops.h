// Loops of a graph of states that a fair scheduler may take for ever.
//
// Fair to a thread is a loop in which it takes a step, or in no state of which it can take one:
// who can go on again and again does go on (strong fairness). Only who polls, which
// stands for a loop of tests, may find each time that it is not yet so, if that is so again and
// again. The
// largest sets of states in which such a loop goes through all are found by taking strong
// components, leaving out of each the states in which somebody could go on who never does in it,
// and beginning again with what is left.
//
// Where choices are to be fair as well, whoever takes one in a state of the loop stays in it
// whatever comes out: the loop is an end component. Where timeouts are, one that may fire again and
// again does.
//
// After Emerson, Lei, "Modalities for model checking: branching time logic strikes back", Science
// of Computer Programming 8, 1987, section 5; de Alfaro, "Formal verification of probabilistic
// systems", 1997, section 3.3. Tested by tests/explorer/starved_threads_test.cpp.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "explorer/components.h"

namespace lockstep {

// All steps of all states, none left out by a reduction.
struct LabelledEdges {
  struct Label {
    static constexpr std::uint32_t thread_mask = 0x0fffffffU;
    std::uint32_t thread : 28;  // whose step it is
    bool only_waits : 1;        // all that it does is to wait and to test
    bool polls : 1;             // it ends a wait in which the thread looks again and again
    bool chooses : 1;           // it takes an item of a `choose`
    bool fires : 1;             // its timeout fires
  };
  Edges edges;
  LargeVector<Label> labels;  // as edges.to

  std::span<const Label> labels_of(std::uint32_t state) const {
    const std::size_t begin = state == 0 ? 0 : edges.end[state - 1];
    return std::span(labels).subspan(begin, edges.end[state] - begin);
  }
  std::size_t memory_bytes() const {
    return edges.memory_bytes() + labels.capacity() * sizeof(labels[0]);
  }
};

// What leads round.
struct LoopRules {
  std::function<bool(LabelledEdges::Label)> allowed;
  bool fair_choices = false;
  enum class Timeouts : std::uint8_t { any, fair, none } timeouts = Timeouts::any;
};

// Among the states (ascending), by the steps that are allowed; a thread that can take a step which
// is not is one that can go on. Each result ascending; ordered by their first state. Nothing else
// is of use if `go_on`, asked for each component, says no. At worst O(states * (states + edges)).
std::vector<std::vector<std::uint32_t>> fair_components(const LabelledEdges& edges,
                                                        std::vector<std::uint32_t> states,
                                                        const LoopRules& rules,
                                                        const std::function<bool()>& go_on);

// The steps of a state that lead round in a component. Index = step of the state.
std::vector<bool> steps_round(const LabelledEdges& edges,
                              const std::vector<std::uint32_t>& component, std::uint32_t state,
                              const LoopRules& rules);

// A way from a state of such a component round and back to it, on which everybody takes a step who
// does in it. Each step: the state that it leaves, and the number of the step
// among those of the state. O(threads * (states + edges)).
struct LoopStep {
  std::uint32_t from;
  std::size_t step;
};
std::vector<LoopStep> round_trip(const LabelledEdges& edges,
                                 const std::vector<std::uint32_t>& component, std::uint32_t from,
                                 const LoopRules& rules);

}  // namespace lockstep
