// Which random scenarios a test makes: LOCKSTEP_FIRST_SEED and LOCKSTEP_SEEDS, for `./dev soak`
// and `./dev conformance`, which take others and more than each run of the tests.
#pragma once
#include <cstdint>
#include <cstdlib>

namespace lockstep {

struct Seeds {
  std::uint64_t first, count;
};

inline Seeds seeds_or(std::uint64_t count) {
  const auto from_environment = [](const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
  };
  return {from_environment("LOCKSTEP_FIRST_SEED", 1), from_environment("LOCKSTEP_SEEDS", count)};
}

// Of so many under the sanitizers, which are ten times slower, an eighth, or one at least.
constexpr std::uint64_t fewer_if_slow(std::uint64_t count) {
#ifdef LOCKSTEP_FEW_SEEDS
  return count < 8 ? 1 : count / 8;
#else
  return count;
#endif
}
constexpr bool has_all_seeds = fewer_if_slow(8) == 8;

}  // namespace lockstep
