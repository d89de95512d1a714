// From a State to findings: which threads are stuck for ever, why, and what kind it is.
//
// Tested by tests/detector/deadlock_test.cpp; that nobody is called stuck who can ever move
// again, by tests/explorer/oracle_test.cpp.
#pragma once
#include <string>
#include <vector>

#include "detector/finding.h"
#include "detector/wait_for_graph.h"
#include "engine/program/future_accesses.h"
#include "engine/run/trace.h"
#include "engine/step/step.h"

namespace lockstep {

// The waits of all blocked threads in this state. Who may let a waiter go is an
// over-approximation (future accesses), so that stuck() is sound: a thread that is called
// stuck is stuck in every continuation. At a terminal state it is also complete.
std::vector<Wait> waits(const Machine& machine, const State& state, const FutureAccesses& future);

// One reason why threads are stuck: a core of the wait-for graph, or several that have the
// same fingerprint.
struct Cause {
  FindingKind kind;
  std::vector<ThreadId> core;    // ascending
  std::vector<ThreadId> behind;  // stuck because of these, ascending
  // A shortest cycle in the core, in waiting order, if it can be of threads that would let each
  // other go for sure; else core.
  std::vector<ThreadId> chain;
  std::string fingerprint;
  // Of pool_starvation, where workers wait for something else than a result: the pool, and the
  // futures of queued tasks that could bring it.
  ObjectId pool = {};
  std::vector<Value> queued = {};
  bool daemons_only = false;  // nobody else waits, so that the process can end all the same
};
// Ordered by least thread. Daemon threads that merely wait for something to do (a set, a
// notify, a permit, a change of a variable) are no cause unless somebody else waits behind
// them: a program ends by leaving them there.
std::vector<Cause> causes(const Machine& machine, const State& state, const FutureAccesses& future);

// One finding per cause; empty if nobody is stuck. `holdings`: who took what where, from a
// TraceRecorder that watched the way to this state; may be empty (then only owners that the
// state knows are named, without sites).
std::vector<Finding> deadlocks(const Machine& machine, const State& state,
                               const FutureAccesses& future,
                               const std::vector<TraceRecorder::Holding>& holdings);

// The graph of one state for people: vertices (threads, and what they hold and wait for) and edges.
struct GraphPicture {
  struct Vertex {
    std::string name;
    bool is_thread;
    bool stuck;
    std::string detail;  // type of the object; where the thread stands
  };
  struct Edge {
    enum class Kind : std::uint8_t {
      waits_for,  // from a thread to what it waits for
      held_by,    // from an object to its owner
      let_go_by,  // from what has no owner to a stuck thread that could end the wait
    };
    std::size_t from, to;  // indexes of vertices
    Kind kind;
    std::string detail;  // "at 14", "since step 3"
  };
  std::vector<Vertex> vertices;
  std::vector<Edge> edges;
};
GraphPicture picture(const Machine& machine, const State& state, const FutureAccesses& future,
                     const std::vector<TraceRecorder::Holding>& holdings);

}  // namespace lockstep
