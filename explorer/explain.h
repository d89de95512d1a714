// How a finding came about: what its counterexample shows beside the fault itself.
//
// A kind of finding says what is wrong; what made it so is said only where the steps of the
// finding's own interleaving show it. So an explanation is true or missing, and changes neither the
// kind nor the fingerprint.
//
// Tested by tests/explorer/explain_test.cpp.
#pragma once
#include <optional>

#include "detector/finding.h"
#include "engine/step/step.h"

namespace lockstep {

// Requires: finding.choices lead to what it says.
std::optional<Explanation> explain(const Machine& machine, const Finding& finding);

}  // namespace lockstep
