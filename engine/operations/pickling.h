// What pickle makes of a value that is sent to another process (Lib/pickle.py, protocol 4; Lib/
// multiprocessing/reduction.py; 3.11).
#pragma once
#include <cstdint>
#include <optional>

#include "engine/state/machine.h"
#include "engine/value/value.h"

namespace lockstep {

// The exception that it raises for a value with a lock, a thread or the like in it.
std::optional<Value> pickling_error(const Machine& machine, Value value);

// How many bytes it writes. A text that stands in a value twice counts twice. Requires: it can be
// pickled.
std::int64_t pickled_size(const Machine& machine, Value value);

}  // namespace lockstep
