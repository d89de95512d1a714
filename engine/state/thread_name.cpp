#include "engine/state/thread_name.h"

namespace lockstep {

std::string thread_name(const Machine& machine, const State& state, ThreadId thread) {
  return std::string(machine.values().as_text(thread_name_value(machine.program, state, thread)));
}

}  // namespace lockstep
