// From a symptom and a way to it to a Finding: the way is run again, and watched.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "detector/finding.h"
#include "engine/program/future_accesses.h"
#include "explorer/examine.h"
#include "explorer/shortest.h"

namespace lockstep {

// What `symptom` is in the state to which the way leads, with everything that its kind tells;
// nothing if that state does not show it. An exception also fits if another thread has ended
// with the same one at the same place.
std::optional<Finding> finding_on(const Machine& machine, const FutureAccesses& future,
                                  const Symptom& symptom, const std::string& fingerprint,
                                  const Way& way);

// The fingerprint that a finding of this symptom gets. `way` leads to a state that shows it.
std::string fingerprint_of(const Machine& machine, const Symptom& symptom, const Way& way);

}  // namespace lockstep
