// What the process says to its caller. The README has the list; scripts rely on the numbers.
#pragma once

namespace lockstep {

enum class Exit : int {
  ok = 0,                // complete, and nothing found
  finding = 1,           // a finding, or an expectation not met
  bad_input = 2,         // wrong usage; a file that cannot be accepted, read or written
  incomplete = 3,        // nothing found, but cut short by a limit
  nothing_selected = 4,  // no scenario under the paths, no deadlock to draw
  does_not_fit = 5,      // a replay or an explicit schedule
  internal_fault = 70,   // lockstep's own; engine/assert.cpp ends with the same number
  interrupted = 130,     // SIGINT; what was found was written
  terminated = 143,      // SIGTERM
};

}  // namespace lockstep
