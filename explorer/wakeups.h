// What a counterexample shows of wake-ups: why one did not come, and who went on after one
// without looking again.
//
// Tested by tests/explorer/explain_test.cpp.
#pragma once
#include <optional>

#include "detector/finding.h"
#include "explorer/way_log.h"

namespace lockstep {

// Of a lost_wakeup, for a Condition or an Event:
//   notify-without-effect  the last notify came when nobody waited, before the waiter did
//   woke-another           the last notify woke somebody else
//   never-notified, never-set
//   set-and-cleared        the event was set, and cleared before the wait
// The first and the last not if the wait can come first and the program does not end well then.
// Takes at most some 100,000 steps.
std::optional<Explanation> lost_wakeup(const Machine& machine, const Finding& finding,
                                       const WayLog& log);

// Of a fault that is none of waiting: if-instead-of-while. A thread waits on a Condition because of
// a test, wakes up when all variables of the test are what they were then, and comes to the fault
// without testing again. Of an exception: the thread that it ends. Of a condition of the scenario:
// one that changes a variable of it next.
std::optional<Explanation> unchecked_wakeup(const Machine& machine, const Finding& finding,
                                            const WayLog& log);

}  // namespace lockstep
