// A counterexample made easier to read without a search: for what no search can prove the
// shortest in time.
#pragma once
#include <functional>
#include <vector>

#include "explorer/shortest.h"

namespace lockstep {

// The way without steps that it does not need, and with steps of one thread brought together
// where that saves preemptions. `still_shows`: whether a way that can be taken shows what the
// given one does. The result shows it too and costs no more. At most some 200,000 steps are taken,
// those of `still_shows` not counted.
Way simplify(const Machine& machine, Way way,
             const std::function<bool(const std::vector<Choice>&)>& still_shows);

}  // namespace lockstep
