// Tests of explorer/row_table.
#include "explorer/row_table.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

namespace lockstep {
namespace {

TEST_CASE("RowTable: rows are numbered in the order in which they came", "[explorer][row_table]") {
  RowTable table;
  const std::vector<Word> a{1, 2, 3}, b{1, 2}, c{}, d{1, 2, 3, 0}, e{0xffffffffU, 127, 128};
  std::uint32_t next = 0;
  for (const std::vector<Word>& row : {a, b, c, d, e}) {
    CHECK_FALSE(table.find(row).has_value());
    const RowTable::Place place = table.intern(row);
    CHECK(place.added);
    CHECK(place.id == next);
    ++next;
  }
  CHECK(table.size() == 5);
  next = 0;
  for (const std::vector<Word>& row : {a, b, c, d, e}) {
    CHECK_FALSE(table.intern(row).added);
    CHECK(table.find(row) == next);
    std::vector<Word> read{9, 9};
    table.read(next, read);
    CHECK(read == row);
    ++next;
  }
}

TEST_CASE("RowTable: agrees with a map on random rows, and small words take little room",
          "[explorer][row_table][oracle]") {
  RowTable table;
  std::map<std::vector<Word>, std::uint32_t> map;
  std::mt19937 random(7);
  for (int i = 0; i < 200000; ++i) {
    std::vector<Word> row(random() % 6);
    for (Word& word : row) {
      word = random() % 10 == 0 ? static_cast<Word>(random()) : static_cast<Word>(random() % 8);
    }
    const auto [found, added] = map.try_emplace(row, static_cast<std::uint32_t>(map.size()));
    const RowTable::Place place = table.intern(row);
    REQUIRE(place.added == added);
    REQUIRE(place.id == found->second);
  }
  for (const auto& [row, id] : map) {
    std::vector<Word> read;
    table.read(id, read);
    REQUIRE(read == row);
    REQUIRE(table.find(row) == id);
  }

  // A hundred thousand rows of 25 words below 128: 26 bytes each, a position of 8 bytes and at
  // most 1 / 0.35 slots of 8; vectors may have twice the room that they use.
  RowTable small;
  for (Word i = 0; i < 100000; ++i) {
    std::vector<Word> row(25, i % 100);
    row[0] = i / 100 % 100;
    row[1] = i / 10000;
    REQUIRE(small.intern(row).added);
  }
  CHECK(small.memory_bytes() < 100000 * (27 + 2 * 8 + 23));
}

TEST_CASE("RowTable: a row may be larger than a chunk", "[explorer][row_table]") {
  RowTable table;
  for (Word i = 0; i < 3; ++i) {
    std::vector<Word> row(100000, 0xfffffff0U + i);
    CHECK(table.intern(row).id == i);
  }
  std::vector<Word> read;
  table.read(1, read);
  CHECK(read == std::vector<Word>(100000, 0xfffffff1U));
}

}  // namespace
}  // namespace lockstep
