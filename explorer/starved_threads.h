// Threads that a fair scheduler may let wait for ever, although they could be let go.
//
// Said of a loop of the full graph that is fair to every thread (explorer/fair_loops.h), and of a
// thread that in all of it
//   - is blocked at one operation, or tests in vain in one `await`; or
//   - goes round, and only waits and tests (is_waiting_step() says what counts as that); or
//   - goes round, whatever else it does, inside of one loop of its code or of one operation;
// while from the loop can be reached: any step of the first; of the second a step that is something
// else; of the third its leaving that loop or operation. So this is neither a thread that never
// goes on again (LS018) nor a loop from which nothing leads out (LS017), and a thread that comes
// round in its outermost loop again and again is not starved, whatever it leaves out there.
//
// The first two are not promised that a choice is fair: what `choose` gives, and whether a timeout
// fires before what its thread waits for; it is said of which of them they need. In the third both
// may come out either way.
//
// Left out are daemons but for who waits for their ends, the threads of pools between two tasks,
// and who is blocked waiting for the end of a thread that is no daemon.
//
// Tested by tests/explorer/starved_threads_test.cpp against a search that tries every set of
// threads that never go on in a loop.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "detector/endless.h"
#include "engine/program/future_accesses.h"
#include "engine/step/step.h"
#include "explorer/fair_loops.h"
#include "explorer/state_graph.h"

namespace lockstep {

// Of a step of the thread: it did nothing but look at variables and objects, sleep or give way,
// wait on a Condition or an Event, wait for something else in vain or only begin to, and take and
// give back locks of its own; no choice was made for it, and it has not ended.
bool is_waiting_step(const Machine& machine, const State& before, const State& after,
                     const Choice& choice, std::span<const Performed> performed);

struct StarvedThread {
  Starved starved;
  std::vector<std::uint32_t> states;   // ascending: one way round goes through all
  std::vector<std::uint32_t> entries;  // those of them in which it shows: it is blocked
  std::string fingerprint;             // of the finding
};
struct StarvedThreads {
  std::vector<StarvedThread> threads;  // ordered by thread, kind, depth
  LabelledEdges edges;
};

// Requires: `graph` is a complete search without reduction and symmetry. `go_on` is told of the
// memory that it takes; nothing is of use if it says no. O(threads * states * (states + edges)) at
// worst; as a rule O(threads * edges).
StarvedThreads starved_threads(const Machine& machine, const FutureAccesses& future,
                               StateGraph& graph, const std::function<bool(std::uint64_t)>& go_on);

// The steps that are taken once round, beginning and ending in that state of the loop.
std::vector<Choice> choices_round(const Machine& machine, const StateGraph& graph,
                                  const LabelledEdges& edges, const StarvedThread& starved,
                                  std::uint32_t from);

}  // namespace lockstep
