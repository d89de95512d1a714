// Which two accesses a wrong result comes of: found in its counterexample, and held to another
// order of the same steps.
//
// A thread looks at a variable or an object; another one changes that; the first goes on by what it
// has seen. Whether it does is not guessed from the code: the interleaving is replayed with the
// change before the look. What a thread does next depends on nothing but what its operations have
// given it. So where only the look gave something else, and the thread then does something else, it
// does so because of the look. And only if the fault does not come about in that order is anything
// said.
//
// That an order in which it does not come about tells a cause: Zeller, "Isolating Cause-Effect
// Chains from Computer Programs", FSE 2002; of schedules, Choi, Zeller, "Isolating
// Failure-Inducing Thread Schedules", ISSTA 2002. The kinds of accesses: Lu, Tucek, Qin, Zhou,
// "AVIO: Detecting Atomicity Violations via Access Interleaving Invariants", ASPLOS 2006.
//
// Tested by tests/explorer/explain_test.cpp.
#pragma once
#include <optional>

#include "detector/finding.h"
#include "explorer/way_log.h"

namespace lockstep {

// Of the causes
//   lost-update     the thread writes to the same variable a value made of what it has seen, over
//                   the change
//   stale-read      it passes on a value made of what it has seen
//   check-then-act  it does something that it does not do if it sees the change
//   changed-in-between  it passes on a value made of the change, or does something because of it,
//                   and had to do with the variable before the change
// the one that is nearest to the fault. `log`: of the finding's interleaving. Requires: the finding
// is an exception, an invariant or a final check. Takes at most some 100,000 steps.
std::optional<Explanation> other_order(const Machine& machine, const Finding& finding,
                                       const WayLog& log);

}  // namespace lockstep
