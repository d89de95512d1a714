// Threads that a fair scheduler may let wait for ever, although they could be let go.
//
// Said of a loop of the full graph that is fair to every thread (explorer/fair_loops.h), and of a
// thread that in all of it either is blocked at one operation, or goes round and only waits and
// tests (is_waiting_step() says what counts as that), while a step that is something else, or of
// the first any step, can be reached from the loop. So this is neither a thread that never goes on
// again (LS018) nor a loop from which nothing leads out (LS017).
//
// What is not promised to be fair: what `choose` gives, and whether a timeout fires before what
// its thread waits for. Left out are daemons, the threads of pools, who is blocked waiting for the
// end of a thread, and programs with processes.
//
// Tested by tests/explorer/starved_threads_test.cpp against a search that tries every set of
// threads that never go on in a loop.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

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
  ThreadId thread;
  bool is_blocked;                    // at one operation, in every state of the loop
  std::vector<ThreadId> movers;       // others that take steps in it, ascending
  std::vector<std::uint32_t> states;  // ascending: one way round goes through all
  std::string fingerprint;            // of the finding
};
struct StarvedThreads {
  std::vector<StarvedThread> threads;  // ordered by thread, is_blocked first, then states
  LabelledEdges edges;
};

// Requires: `graph` is a complete search without reduction and symmetry of a program without
// processes. `go_on` is told of the memory that it takes; nothing is of use if it says no.
// O(threads * states * (states + edges)) at worst; as a rule O(threads * edges).
StarvedThreads starved_threads(const Machine& machine, const FutureAccesses& future,
                               StateGraph& graph, const std::function<bool(std::uint64_t)>& go_on);

// The steps that are taken once round, beginning and ending in that state of the loop.
std::vector<Choice> choices_round(const Machine& machine, const StateGraph& graph,
                                  const LabelledEdges& edges, const StarvedThread& starved,
                                  std::uint32_t from);

}  // namespace lockstep
