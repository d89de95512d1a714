// Rows of 32-bit words, each stored once and named by a number: the table of states seen.
//
// Rows are numbered in the order in which they came. Most words of a State are small (a
// counter, an owner, the number of a private state), so that a row is kept as a string of
// bytes, seven bits of a word in each: 25 words take some 30 bytes.
//
// Tested by tests/explorer/row_table_test.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/ids.h"

namespace lockstep {

class RowTable {
 public:
  RowTable();

  struct Place {
    std::uint32_t id;
    bool added;  // the row was not there before
  };
  // At most 2^32 - 2 rows fit.
  Place intern(std::span<const Word> row);
  std::optional<std::uint32_t> find(std::span<const Word> row) { return find(row, packed_); }
  // `scratch`: of whoever asks; so several threads can, while nothing is interned.
  using Scratch = std::vector<std::uint8_t>;
  std::optional<std::uint32_t> find(std::span<const Word> row, Scratch& scratch) const;
  // Replaces `row`. Requires: id < size().
  void read(std::uint32_t id, std::vector<Word>& row) const;

  std::uint32_t size() const { return static_cast<std::uint32_t>(positions_.size()); }
  // All that the table has asked for, used or not.
  std::size_t memory_bytes() const;

 private:
  using Bytes = std::span<const std::uint8_t>;
  static Bytes pack(std::span<const Word> row, Scratch& scratch);
  Bytes packed(std::uint32_t id) const;
  // The slot that has the packed row, or the free one where it belongs.
  std::size_t slot_of(std::uint64_t hash, Bytes row) const;
  void append(Bytes row);
  void grow();

  struct Chunk {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::size_t size;
    std::size_t used;
  };
  std::vector<Chunk> chunks_;
  std::size_t chunk_bytes_ = 0;
  std::vector<std::uint64_t> positions_;  // index = id; chunk << 32 | offset
  std::vector<std::uint64_t> slots_;      // high half of the hash << 32 | id + 1; 0: free
  Scratch packed_;                        // the row at hand, and room
};

}  // namespace lockstep
