// The findings of threads that a fair scheduler may let wait for ever, each with a way to the loop
// and the loop.
//
// Tested by tests/explorer/starved_threads_test.cpp.
#pragma once
#include <optional>
#include <vector>

#include "explorer/collect_findings.h"

namespace lockstep {

// Requires: as starved_threads() says; the search has seen all. Ordered by fingerprint. Nothing:
// there was not time enough.
std::optional<std::vector<Finding>> collect_starvation(const Seen& seen);

}  // namespace lockstep
