// Who holds what since when and where: followed through the events of a run.
//
// A State knows the owner of a lock, but neither where it was taken nor who took the permits
// of a semaphore. A permit is given back by whoever took it; if a thread releases one that it
// did not take, the permit that was taken first counts as given back.
#pragma once
#include <cstdint>
#include <vector>

#include "engine/step/step.h"

namespace lockstep {

struct Holding {
  ThreadId thread;
  ObjectId object;
  SiteId site;  // where it was acquired (outermost)
  std::uint64_t step;
  std::uint32_t count;  // acquisitions not yet released
};

class Holdings {
 public:
  // `step`: the number of the step in which the event happens.
  void on_event(const Machine& machine, const State& state, const Event& event, std::uint64_t step);
  const std::vector<Holding>& all() const { return holdings_; }  // by time of acquisition
  bool holds(ThreadId thread, ObjectId object) const;

 private:
  void acquired(ThreadId thread, ObjectId object, SiteId site, std::uint64_t step);
  void released(ThreadId thread, ObjectId object, std::uint32_t count);

  std::vector<Holding> holdings_;
  std::vector<Holding> waiting_;  // given up by a Condition.wait, to be taken again as deep
};

}  // namespace lockstep
