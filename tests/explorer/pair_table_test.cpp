// Tests of explorer/pair_table.
#include "explorer/pair_table.h"

#include <catch2/catch.hpp>
#include <map>

#include "tests/support/dice.h"

namespace lockstep {
namespace {

TEST_CASE("PairTable: agrees with a map on random pairs", "[explorer][pair_table][oracle]") {
  Dice dice(7);
  PairTable table;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> map;
  const auto any_word = [&] {
    return static_cast<std::uint32_t>(dice.percent(50) ? dice.below(100) : dice.next());
  };
  for (int i = 0; i < 30000; ++i) {
    const Pair pair{any_word(), any_word()};
    const auto known = map.find({pair.first, pair.second});
    CHECK(table.find(pair) == (known == map.end() ? std::nullopt : std::optional(known->second)));
    const auto [found, added] =
        map.try_emplace({pair.first, pair.second}, static_cast<std::uint32_t>(map.size()));
    const PairTable::Place place = table.intern(pair);
    CHECK(place.added == added);
    CHECK(place.id == found->second);
    CHECK(table[place.id] == pair);
  }
  CHECK(table.size() == map.size());
}

TEST_CASE("PairTable: finds what was there before it grew, and nothing else",
          "[explorer][pair_table]") {
  // As the roots of a search are: both numbers from a range, in no order. 48271 is a generator
  // modulo the prime 2^31 - 1, so that no two are the same.
  constexpr std::uint32_t count = 400000, prime = 0x7fffffff;
  PairTable table;
  std::vector<PairTable::Asked> waiting;
  std::uint32_t added = 0;
  std::uint64_t x = 1;
  for (std::uint32_t i = 0; i < count; ++i, x = x * 48271 % prime) {
    const auto word = static_cast<std::uint32_t>(x);
    // Before some are added others have been asked for, and the table may have grown since.
    waiting.push_back(table.ask({word >> 12, word & 0xfff}));
    if (waiting.size() < 7 && i + 1 < count) continue;
    for (PairTable::Asked& asked : waiting) table.look(asked);
    for (const PairTable::Asked& asked : waiting) {
      const PairTable::Place place = table.answer(asked);
      REQUIRE((place.added && place.id == added++));
      REQUIRE_FALSE(table.answer(asked).added);
    }
    waiting.clear();
    // 8 bytes each, up to a chunk of 2^18 of them unused; slots of 4 bytes, of which nine in ten
    // are used before their number is doubled, or multiplied by 1.4.
    if (i > 300000) {
      REQUIRE(static_cast<double>(table.memory_bytes()) < (i + 270000) * 8.0 + i / 0.89 * 1.4 * 4);
    }
  }
  x = 1;
  for (std::uint32_t i = 0; i < count; ++i, x = x * 48271 % prime) {
    const auto word = static_cast<std::uint32_t>(x);
    REQUIRE(table.find({word >> 12, word & 0xfff}) == i);
    REQUIRE_FALSE(table.find({word >> 12 | 0x80000000, word & 0xfff}).has_value());
  }
}

}  // namespace
}  // namespace lockstep
