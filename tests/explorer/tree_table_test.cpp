// Tests of explorer/tree_table.
#include "explorer/tree_table.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "tests/support/dice.h"

namespace lockstep {
namespace {

using Row = std::vector<Word>;

TEST_CASE("TreeTable: rows are numbered in the order in which they came",
          "[explorer][tree_table]") {
  TreeTable table(GENERATE(std::size_t{0}, std::size_t{2}, std::size_t{9}));
  const std::vector<Row> rows{{1, 2, 3}, {1, 2}, {}, {0}, {1, 2, 3, 0}, {0, 0}, {0xffffffffU, 127}};
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    CHECK_FALSE(table.find(rows[i]).has_value());
    const TreeTable::Place place = table.intern(rows[i]);
    CHECK(place.added);
    CHECK(place.id == i);
  }
  CHECK(table.size() == rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    CHECK_FALSE(table.intern(rows[i]).added);
    CHECK(table.find(rows[i]) == i);
    Row read{9, 9};
    table.read(i, read);
    CHECK(read == rows[i]);
  }
}

// As a search does: a row is read, and rows that differ from it little are looked up, several
// before the first of them is stored.
TEST_CASE("TreeTable: agrees with a map on rows that come of each other",
          "[explorer][tree_table][oracle]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(range(0, 24)));
  CAPTURE(seed);
  Dice dice(seed);
  const std::size_t first_words = dice.below(30);
  const auto any_word = [&] {
    return static_cast<Word>(dice.percent(95) ? dice.below(4) : dice.next() | 0xffff0000U);
  };
  TreeTable table(first_words);
  std::map<Row, std::uint32_t> map;
  std::map<std::vector<std::uint64_t>, std::uint32_t> numbers;  // of changes
  std::vector<Row> rows{Row(first_words + dice.below(40))};
  map[rows[0]] = 0;
  REQUIRE(table.intern(rows[0]).added);
  for (int round = 0; round < 400; ++round) {
    const auto from = static_cast<std::uint32_t>(dice.below(rows.size()));
    Row row;
    table.read(from, row);
    REQUIRE(row == rows[from]);
    std::vector<Row> next(dice.below(6));
    std::vector<TreeTable::Asked> asked;
    for (Row& each : next) {
      each = row;
      if (dice.percent(10)) each.resize(first_words + dice.below(120), 7);
      for (std::size_t changes = dice.below(4); changes-- > 0 && !each.empty();) {
        each[dice.below(each.size())] = any_word();
      }
      std::vector<WordChange> changes;
      for (std::uint32_t word = 0; word < std::min(row.size(), each.size()); ++word) {
        if (row[word] != each[word]) changes.push_back({word, each[word]});
      }
      if (each.size() != row.size() || dice.percent(30)) {
        asked.push_back(table.ask(each));
        continue;
      }
      std::vector<std::uint64_t> name;
      for (const WordChange& change : changes) {
        name.push_back(std::uint64_t{change.word} << 32 | change.value);
      }
      const auto number = static_cast<std::uint32_t>(numbers.size());
      const auto place = numbers.try_emplace(name, number).first;
      asked.push_back(table.ask(from, {place->second, changes}));
    }
    if (dice.percent(20)) CHECK(table.find(rows[from]) == from);
    for (TreeTable::Asked& each : asked) table.look(each);
    for (std::size_t i = 0; i < next.size(); ++i) {
      const auto known = map.find(next[i]);
      REQUIRE(table.find(asked[i]) ==
              (known == map.end() ? std::nullopt : std::optional(known->second)));
      const auto [found, added] = map.try_emplace(next[i], static_cast<std::uint32_t>(map.size()));
      const TreeTable::Place place =
          dice.percent(80) ? table.answer(asked[i]) : table.intern(next[i]);
      REQUIRE(place.added == added);
      REQUIRE(place.id == found->second);
      if (added) rows.push_back(next[i]);
    }
  }
  REQUIRE(table.size() == rows.size());
  Row read;
  for (const auto& [row, id] : map) {
    table.read(id, read);
    REQUIRE(read == row);
    REQUIRE(table.find(row) == id);
  }
}

// Eight counters of ten, one in each pair of shared words and threads: a hundred million rows are
// possible, and each half has ten thousand values.
TEST_CASE("TreeTable: a row that shares its halves with others takes 14 bytes",
          "[explorer][tree_table]") {
  constexpr std::uint32_t count = 200000;
  TreeTable table(20);
  Dice dice(1);
  Row row(44, 3);
  std::uint32_t added = 0;
  while (added < count) {
    for (std::size_t counter = 0; counter < 8; ++counter) {
      row[20 + counter * 3] = static_cast<Word>(dice.below(10));
    }
    if (table.intern(row).added) ++added;
  }
  // 8 for the root and 4 for a slot, of which at least 0.45 are used so early; the pairs below are
  // four halves, each at most 2 * 10^4 pairs of 8 + 9 bytes, and less than 512 KiB besides.
  CHECK(static_cast<double>(table.memory_bytes()) <
        count * (8 + 4 / 0.45) + 4 * 10000 * 17 + (512 << 10));
}

TEST_CASE("TreeTable: a row may be long", "[explorer][tree_table]") {
  TreeTable table(5);
  for (Word i = 0; i < 3; ++i) CHECK(table.intern(Row(100000, 0xfffffff0U + i)).id == i);
  Row read;
  table.read(1, read);
  CHECK(read == Row(100000, 0xfffffff1U));
}

TEST_CASE("TreeTable: who only looks finds what is there, adds nothing, and says what is missing",
          "[explorer][tree_table]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(range(0, 8)));
  CAPTURE(seed);
  Dice dice(seed);
  TreeTable table(3);
  const auto random_row = [&] {
    Row row(3 + dice.below(60));
    for (Word& word : row) word = static_cast<Word>(dice.below(3));
    return row;
  };
  std::map<Row, std::uint32_t> rows;
  for (int i = 0; i < 300; ++i) {
    const Row row = random_row();
    rows.try_emplace(row, table.intern(row).id);
  }
  TreeTable looking(table, TreeTable::Looking{});
  const std::uint32_t size = table.size();
  std::uint32_t unknown = 0;
  for (int i = 0; i < 300; ++i) {
    const auto id = static_cast<std::uint32_t>(dice.below(size));
    Row row;
    looking.read(id, row);
    CHECK(rows.at(row) == id);
    Row wanted = row;
    if (dice.below(4) == 0) {
      wanted = random_row();
    } else if (dice.below(2) == 0) {
      wanted[dice.below(wanted.size())] ^= 1U;
    }
    const auto asked = looking.ask_known(wanted);
    const auto known = rows.find(wanted);
    if (known != rows.end()) {
      REQUIRE(asked.has_value());
      CHECK(looking.find(*asked) == known->second);
    } else if (asked) {
      CHECK_FALSE(looking.find(*asked).has_value());
      CHECK(table.ask(wanted).pair == asked->pair);
    } else {
      ++unknown;
    }
  }
  CHECK(table.size() == size);
  CHECK(unknown > 0);
}

}  // namespace
}  // namespace lockstep
