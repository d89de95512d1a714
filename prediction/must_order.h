// Whether starts and ends of threads and tasks keep requests from being made at once.
#pragma once
#include <cstddef>
#include <optional>
#include <span>

#include "prediction/lock_trace.h"

namespace lockstep {

// Of whichever requests of the dependencies, that of dependencies[earlier] is done before the
// thread of dependencies[later] comes to its own.
struct MustOrder {
  std::size_t earlier, later;
};
// Nothing: there are requests, one of each dependency, of which none has to be done before another
// thread is right before its own. (Before that thread has made its own would be too much to ask:
// who waits has not.)
std::optional<MustOrder> must_order(const LockTrace& trace,
                                    std::span<const std::uint32_t> dependencies);

}  // namespace lockstep
