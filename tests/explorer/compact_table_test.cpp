// Tests of explorer/compact_table.
#include "explorer/compact_table.h"

#include <catch2/catch.hpp>
#include <unordered_map>
#include <vector>

#include "tests/support/dice.h"

namespace lockstep {
namespace {

using Found = CompactTable::Found;

TEST_CASE("CompactTable: agrees with a map, marks included", "[explorer][compact_table][oracle]") {
  const bool has_marks = GENERATE(false, true);
  // All 64 bits; few enough to come again; all in one segment.
  const std::uint64_t mask =
      GENERATE(~std::uint64_t{0}, std::uint64_t{0xfffff} << 44, std::uint64_t{0x3ffff} << 40);
  CAPTURE(has_marks, mask);
  Dice dice(mask);
  CompactTable table(has_marks);
  std::unordered_map<std::uint64_t, bool> map;
  std::vector<std::uint64_t> added;
  const auto found = [&](std::uint64_t hash) {
    const auto known = map.find(hash);
    return known == map.end() ? Found::nothing : known->second ? Found::marked : Found::unmarked;
  };
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t hash =
        dice.percent(20) && !added.empty() ? dice.one_of(added) : dice.next() & mask;
    REQUIRE(table.find(hash) == found(hash));
    const bool is_new = map.try_emplace(hash, has_marks).second;
    REQUIRE(table.add(hash) == is_new);
    if (is_new) added.push_back(hash);
    if (has_marks && dice.percent(30)) {
      const std::uint64_t other = dice.one_of(added);
      table.unmark(other);
      map[other] = false;
    }
  }
  CHECK(table.size() == map.size());
  for (const std::uint64_t hash : added) REQUIRE(table.find(hash) == found(hash));
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t hash = dice.next() & mask;
    REQUIRE(table.find(hash) == found(hash));
  }
}

TEST_CASE("CompactTable: takes no more than nine bytes for each of a million hashes",
          "[explorer][compact_table]") {
  // In a line of 512 bits there are ten slots of 51: 6.4 bytes. A segment grows by an eighth when
  // eleven in twelve are used, or before, where the slots have few bits for hashes of other lines.
  CompactTable table(true);
  Dice dice(1);
  for (int i = 0; i < 1'000'000; ++i) table.add(dice.next());
  REQUIRE(table.size() == 1'000'000);
  CHECK(table.memory_bytes() < 9'000'000);
  CHECK(table.memory_bytes() > 6'400'000);
}

}  // namespace
}  // namespace lockstep
