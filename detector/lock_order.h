// Locks that are asked for against the order that the scenario declares.
//
// Who holds a lock may ask for those behind it in the order alone. A request counts before it is
// granted, since one that waits for ever breaks the order too; one that gives up at once does not
// count, nor does that of an owner who may ask again. Locks that the order does not name are free.
#pragma once
#include <string>
#include <vector>

#include "detector/finding.h"
#include "engine/step/step.h"

namespace lockstep {

struct OrderBreach {
  ThreadId thread;
  ObjectId asked, held;  // held: of those that come behind `asked`, the last in the order
  SiteId site;           // of the request
  friend auto operator<=>(const OrderBreach&, const OrderBreach&) = default;
};

class LockOrderWatch {
 public:
  explicit LockOrderWatch(const Machine& machine);
  bool is_idle() const { return machine_.program.lock_order.empty(); }  // there is no order

  // Requests that a thread waits with, or makes in a step that it can take now; by thread. O(steps
  // that can be taken): a step may ask for several locks.
  std::vector<OrderBreach> breaches(const State& state) const;

  std::string fingerprint(const OrderBreach& breach) const;
  Finding finding(const State& state, const OrderBreach& breach) const;

 private:
  class Probe;
  // What is held of the order by the thread, as positions in it, ascending, but for one.
  std::vector<std::uint32_t> held(const State& state, ThreadId thread) const;
  void add_breach(const std::vector<std::uint32_t>& held, ThreadId thread, ObjectId asked,
                  SiteId site, std::vector<OrderBreach>& breaches) const;

  const Machine& machine_;
  std::vector<std::uint32_t> places_;  // index = object; places_.size(): none
};

}  // namespace lockstep
