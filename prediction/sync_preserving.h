// Sync-preserving deadlocks (Tunç, Mathur, Pavlogiannis, Viswanathan, "Sound Dynamic Deadlock
// Prediction in Linear Time", PLDI 2023): requests that can be made all at once in a reordering of
// the trace that keeps the order of each thread, in which everybody sees what it saw, and in which
// sections of one lock keep their order.
//
// The sets of steps that such a reordering can consist of are those closed under what clocks are
// closed under (lock_trace.h) and: of two sections of one lock in it the earlier one is over in it.
// The closure in the order of the trace is such a reordering. So requests can be made at once if
// the closure of what comes before each of them has none of them in it.
//
// A step of the trace is taken whole or not at all, but for the last one of a thread that makes its
// request in the middle of a step: it ends there, because the lock is another's by then. What such
// a step does to others before it asks, as to let a lock go, is not counted on.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "prediction/lock_trace.h"

namespace lockstep {

class SyncPreserving {
 public:
  // The trace outlives it.
  explicit SyncPreserving(const LockTrace& trace);

  // One request of each dependency, none before the first ones of `from`, and the steps that come
  // before them all. Requires: threads and locks of the dependencies differ, and each dependency's
  // lock is held in the next. Nothing: there are none. Linear in the trace, whatever the number of
  // requests.
  struct Instance {
    std::vector<std::size_t> requests;  // for each dependency an index in LockTrace::requests
    Clock steps;                        // taken whole, in the order of the trace
    // Then these threads take what they can of their next step, in this order.
    std::vector<ThreadId> then;
  };
  std::optional<Instance> instance(std::span<const std::uint32_t> dependencies,
                                   std::vector<std::size_t> from);

 private:
  struct OfLock {  // sections of one thread
    LockId lock;
    std::vector<std::uint32_t> sections;
    std::size_t seen = 0;
  };
  void begin();
  void add(ThreadId thread, std::uint32_t steps, std::span<const std::uint32_t> clock);
  bool close();
  bool see(std::uint32_t section);
  bool require_release(std::uint32_t section);
  std::uint32_t has(ThreadId thread) const;
  bool end_sections_of(std::span<const Request* const> requests,
                       std::span<const std::uint32_t> dependencies);
  std::optional<std::vector<ThreadId>> last_steps(
      std::span<const std::uint32_t> dependencies) const;

  const LockTrace& trace_;
  std::vector<std::vector<OfLock>> by_lock_;          // index = thread
  Clock steps_;                                       // the set
  std::vector<std::uint32_t> seen_;                   // index = thread: so many of its sections
  std::vector<std::optional<std::uint32_t>> latest_;  // index = lock: of the sections in the set
};

}  // namespace lockstep
