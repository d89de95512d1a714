// Which operations ask for a lock, and how they wait if it is somebody else's.
#pragma once
#include <optional>
#include <span>

#include "engine/step/step.h"

namespace lockstep {

struct LockRequest {
  ObjectId lock;
  Readiness if_taken;  // ready: it gives up at once
  bool is_reentrant;   // its owner may ask again
};
// Of an operation that a thread is about to do, or has done; nothing: it asks for none. A wait on a
// Condition asks for its lock in a step of its own.
std::optional<LockRequest> lock_request(const Machine& machine, ThreadId thread,
                                        Operation operation, Value receiver,
                                        std::span<const Value> arguments);

}  // namespace lockstep
