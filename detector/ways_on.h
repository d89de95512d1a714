// What a blocked thread would do if its wait ended, as far as its private state tells: for saying
// who waits for whom, not for deciding who is stuck.
//
// The thread's code is followed from where it stands, with the values that it has. A value that
// others give it (an item of a queue, a shared variable that somebody stores) is unknown, and a
// branch on one is followed both ways. So the answer is a function of the private state and the
// program alone: states in which the same threads are stuck alike have one explanation.
//
// A release or a put that gives back what the thread took after its wait lets nobody go: whoever
// took its place has less than before. Nor does a task_done() for an item that the thread got after
// its wait: that counts for this item, and not for one of those that are still to be done. Tested
// by tests/detector/deadlock_test.cpp.
#pragma once
#include <map>
#include <set>

#include "engine/objects/object.h"
#include "engine/program/wait_numbers.h"
#include "engine/state/local_table.h"
#include "engine/state/machine.h"

namespace lockstep {

// What lies ahead of one thread, in numbers of WaysOn.
struct WayOn {
  // On some way; and on every way on which nothing raises an exception by surprise.
  std::set<std::uint32_t> perhaps, surely;
  // Whether `perhaps` has everything: it starts nobody, and no way was too long to follow.
  bool complete = true;
};

class WaysOn {
 public:
  explicit WaysOn(const Machine& machine);

  // Valid as long as this. Requires: it is the private state of a thread that is alive.
  const WayOn& of(LocalId local);

  // Nothing: nobody can wait on the object so.
  std::optional<std::uint32_t> number(ObjectId object, LetGoBy by) const;
  std::uint32_t number(GlobalId stored) const { return wait_numbers_.size() + stored.index; }

 private:
  class Walk;

  const Machine& machine_;
  WaitNumbers wait_numbers_;
  std::vector<bool> stored_;  // index = global: some instruction stores it
  std::map<LocalId, WayOn> known_;
};

}  // namespace lockstep
