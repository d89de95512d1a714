// Random numbers that are the same on any machine: neither the standard's engines' seeding nor
// its distributions promise that.
//
// Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
#pragma once
#include <cstdint>

#include "engine/assert.h"

namespace lockstep {

class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  // Uniform in [0, bound): numbers that would favour the small ones are drawn again.
  std::uint64_t below(std::uint64_t bound) {
    LOCKSTEP_ASSERT(bound > 0, "there is something to draw from");
    const std::uint64_t unfair = (0 - bound) % bound;  // 2^64 mod bound
    for (;;) {
      const std::uint64_t drawn = next();
      if (drawn >= unfair) return drawn % bound;
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace lockstep
