// From the record of a search to its findings: what is one fault becomes one finding, with the
// interleaving that is easiest to read.
//
// Tested by tests/explorer/explore_test.cpp and tests/explorer/oracle_test.cpp.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "detector/finding.h"
#include "explorer/budget.h"
#include "explorer/endless.h"
#include "explorer/search.h"

namespace lockstep {

struct Seen {
  const Machine& machine;
  const FutureAccesses& future;
  const ExploreOptions& options;
  Examiner& examiner;
  SearchRecord& record;
  Search* everything;           // the same, if it has seen all states; else null
  bool reduced;                 // but for those that need not be seen
  const EndlessParts* endless;  // null: nothing is known of them
  bool some_end;                // some interleaving finishes
  Budget& budget;
  // Asked at every step of work; false ends the search for shorter interleavings.
  std::function<bool(const char* phase, std::uint64_t extra_bytes)> lasts;
};
struct Collected {
  std::vector<Finding> findings;  // ordered: deadlocks first, then by kind, fingerprint
  bool in_time;                   // false: exceptions raised at two places may count as one
};
Collected collect_findings(const Seen& seen);

}  // namespace lockstep
