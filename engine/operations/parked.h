// What of its object an operation looks at to tell whether its thread can go on.
//
// Who is parked in a queue (Event.wait, Condition.wait, ...) can go on once it is in the queue no
// more, whatever else becomes of the object: where many wait, a step that lets one of them go is of
// no concern to the others.
//
// Held by tests/engine/step/enabled_choices_test.cpp to asking all threads.
#pragma once
#include <algorithm>
#include <cstdint>

#include "engine/objects/object.h"

namespace lockstep {

struct LooksAt {
  std::uint32_t words = 0;  // a bit each; 0: any
  bool is_queue = false;    // one word, a queue of threads, and only at whether it is in there
  friend bool operator==(const LooksAt&, const LooksAt&) = default;
};

inline constexpr std::uint32_t word_bit(std::uint32_t word) {
  return std::uint32_t{1} << std::min(word, 31U);
}

LooksAt looks_at(Operation operation);

}  // namespace lockstep
