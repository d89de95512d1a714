// Sets of threads in a word.
#pragma once
#include <cstdint>

#include "engine/ids.h"

namespace lockstep {

// Bit = thread. Those behind the 64th are in none.
using ThreadMask = std::uint64_t;
constexpr ThreadMask mask_of(ThreadId thread) {
  return thread.index < 64 ? ThreadMask{1} << thread.index : 0;
}

}  // namespace lockstep
