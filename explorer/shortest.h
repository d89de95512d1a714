// The counterexample that is easiest to read: fewest preemptions, then fewest steps.
//
// A preemption is a switch away from a thread that could have gone on and did not let the GIL
// go by itself. That few of them explain most bugs: Musuvathi, Qadeer, "Iterative Context
// Bounding for Systematic Testing of Multithreaded Programs", PLDI 2007.
//
// Tested by tests/explorer/shortest_test.cpp against trying out all interleavings.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "engine/step/step.h"
#include "explorer/examine.h"
#include "explorer/prospects.h"
#include "explorer/state_graph.h"

namespace lockstep {

struct Way {
  bool found = false;
  std::vector<Choice> choices;
  std::uint64_t preemptions = 0;
  bool shortest = false;  // is proved
};

// What the step of `thread` from one state to the other is an Ending of; nothing: it is none.
std::optional<Ending> ending_of(const Machine& machine, LocalFactsTable& facts, const State& before,
                                const State& after, ThreadId thread);

struct ShortestQuestion {
  const Machine& machine;
  StateGraph& graph;  // its table of states gets those that a reduction has left out
  Examiner& examiner;
  bool reduced;                // the graph leaves states out
  const Prospects* prospects;  // null: nothing is known; targets beyond Prospects::targets_max
                               // are not asked of it
  // Of a state of the table, and the set of symptoms that it shows.
  std::function<const std::vector<std::uint32_t>&(std::uint32_t state, std::uint32_t set)> targets;
  const std::map<Ending, std::uint32_t>& endings;  // that a step shows
  std::size_t target_count;
  std::uint64_t nodes_max;                                // the search gives up beyond
  std::function<bool(std::uint64_t memory_bytes)> go_on;  // asked at every node
};
// For each target a way to a state that shows it, or that ends with the step that does.
std::vector<Way> shortest_ways(const ShortestQuestion& question);

// The way on which the breadth-first search came to the state.
Way first_way(const Machine& machine, const StateGraph& graph, std::uint32_t state);
// The same, and then the step; it may be another thread's that was in its place.
Way first_way(const Machine& machine, const StateGraph& graph, const StateGraph::Step& step);

std::uint64_t count_preemptions(const Machine& machine, const std::vector<Choice>& choices);

}  // namespace lockstep
