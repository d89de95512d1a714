// Who waits for whom, in one state, and who of them can never go on.
//
// A vertex is a thread; an edge a -> b says that b may let a go. Built from a State's waits
// and keeps nothing of it. Boost.Graph stays in the .cpp.
//
// After Holt, "Some Deadlock Properties of Computer Systems", Computing Surveys 4(3), 1972.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "engine/ids.h"
#include "engine/objects/object.h"  // Need

namespace lockstep {

struct Wait {
  ThreadId waiter;
  Need need;                        // all or any of the releasers must act
  std::vector<ThreadId> releasers;  // ascending; empty: nobody is left who could
};

class WaitForGraph {
 public:
  // Requires: at most one wait per thread; every id is below `threads`.
  WaitForGraph(std::size_t threads, std::span<const Wait> waits);

  // The largest set of threads of which none can ever be let go, ascending.
  // A waiter without releasers is stuck under either need. O(V + E).
  std::vector<ThreadId> stuck() const;
  // The causes among the stuck: bottom strong components of the graph restricted to them, each
  // ascending, ordered by their least thread. The other stuck threads wait behind these.
  std::vector<std::vector<ThreadId>> cores() const;
  // A shortest cycle through the least thread of the component, in waiting order; just the
  // thread itself when it waits for itself or for nobody.
  std::vector<ThreadId> cycle(std::span<const ThreadId> component) const;

  std::span<const Wait> waits() const { return waits_; }
  // One line per wait, in waiter order: "0 needs all of 1 2". For test output.
  std::string dump() const;

 private:
  std::vector<Wait> waits_;  // ascending by waiter
  std::size_t threads_;
};

}  // namespace lockstep
