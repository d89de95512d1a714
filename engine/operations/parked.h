// What of its object an operation looks at to tell whether its thread can go on.
//
// Who is parked in a queue (Event.wait, Condition.wait, ...) can go on once it is in the queue no
// more, whatever else becomes of the object: where many wait, a step that lets one of them go is of
// no concern to the others. Who stands before a Lock can go on whenever it is free, as everybody
// can who stands there.
//
// Held by tests/engine/step/enabled_choices_test.cpp to asking all threads.
#pragma once
#include <algorithm>
#include <cstdint>

#include "engine/objects/object.h"

namespace lockstep {

struct LooksAt {
  enum class How : std::uint8_t {
    content,
    queue,     // one word, a queue of threads, and only at whether it is in there
    zero,      // one word, and whoever waits without a timeout can go on once that is 0
    not_zero,  // or once it is not
  };
  std::uint32_t words = 0;  // a bit each; 0: any
  How how = How::content;
  friend bool operator==(const LooksAt&, const LooksAt&) = default;
};

inline constexpr std::uint32_t word_bit(std::uint32_t word) {
  return std::uint32_t{1} << std::min(word, 31U);
}

LooksAt looks_at(Operation operation);

}  // namespace lockstep
