// Random interleavings, by turns under the policies `random` and `pct`: what is left where even
// few preemptions are too many states.
//
// Each under another seed, which finds more than one long search that is cut short (Holzmann,
// Joshi, Groce, "Swarm verification techniques", IEEE TSE 2011). What `pct` promises stands in
// engine/run/pct.cpp.
//
// Tested by tests/explorer/bounded_search_test.cpp.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "explorer/search_record.h"

namespace lockstep {

class Swarm : public SearchRecord {
 public:
  using SearchRecord::SearchRecord;

  // Seeds 1 to `schedules`. Ends before if a limit of states is reached or `go_on` says no, which
  // is asked at each step.
  void run(std::uint64_t schedules, const std::function<bool()>& go_on);

  // "100 random interleavings were followed; ...": what is certain then; empty: nothing.
  std::string guarantee() const;
  std::size_t memory_bytes() const { return graph.memory_bytes(); }

 private:
  class Walk;

  std::uint64_t followed_ = 0, by_pct_ = 0;
  std::uint64_t steps_ = 0;  // that an interleaving is supposed to have
};

}  // namespace lockstep
