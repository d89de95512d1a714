// How processes end, for those who tell of it. The operations are in process.cpp.
#pragma once
#include <cstdint>
#include <optional>

#include "engine/state/machine.h"
#include "engine/state/state.h"

namespace lockstep {

// The exit status of a process whose main thread has ended with this exception; none_value: with
// none.
std::int64_t exit_code(const ValueTable& values, Value uncaught);

// That of a child as Process.exitcode has it: of one that a signal has ended it is negative.
// Nothing: the process has not ended. Of the main process it is that of what MainThread has ended
// with, which a function that is registered with atexit may have raised.
std::optional<std::int64_t> exit_code_of(const Machine& machine, const State& state, ThreadId main);

}  // namespace lockstep
