// Where interleavings that never end come to: parts of the graph of states that nothing leaves and
// that have no last state. Only there can it be said exactly what never happens again.
//
// That a reduced graph shows the same: from a state of such a part no end can be reached in the
// full graph either, since stubborn sets keep all ends; and what some thread could still do there
// is done somewhere in the part, since nobody is put off for ever (Valmari, Vogler, "Fair testing
// and stubborn sets", STTT 2018, for the processes of which it is true).
//
// That nothing happens any more is asked of the full graph behind a state.
//
// Tested by tests/explorer/endless_test.cpp against a search of the full graph.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/step/step.h"
#include "explorer/examine.h"
#include "explorer/state_graph.h"

namespace lockstep {

struct EndlessPart {
  std::uint32_t state;  // the one of it that was found first
  // Threads, ascending, that are blocked in all of it and wait for more than the end of a thread.
  // Daemons and the threads of pools are left out: to wait for work is their business, and nobody
  // waits for them.
  std::vector<ThreadId> stuck;
  std::vector<ThreadId> movers;       // that can go on in some of its states, ascending
  std::vector<FunctionId> functions;  // whose code they are, ascending
  bool is_known = false;  // a state of it shows a deadlock, which says why it never ends
  // Nothing happens any more: the movers, one of which is no daemon and has an end in its code, do
  // nothing but look at variables and objects, all of them, and between two looks sleep or give
  // way; and nobody changes anything. What they ask will have the same answers for ever. Not said
  // of programs with processes, nor if it takes more than ten thousand states.
  bool only_tests = false;
};

struct EndlessParts {
  std::vector<EndlessPart> parts;  // by state
  // Threads that are alike have changed places in a way that leaves open who they are: nothing of
  // it is of use, and a search without symmetry is needed.
  bool needs_names = false;
};

// `components`: what final_components() says of the graph. `go_on` is asked at every state; nothing
// is of use if it says no. O(states of the components), but as a rule few are looked at.
EndlessParts endless_parts(const Machine& machine, const StateGraph& graph, Examiner& examiner,
                           std::span<const std::vector<std::uint32_t>> components,
                           const std::function<bool()>& go_on);

}  // namespace lockstep
