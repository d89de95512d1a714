// Hashes of 64 bits, most of which the place says where they stand: some seven bytes for each.
//
// A hash belongs to a segment, and in it to a line of 64 bytes, in proportion to its value; the
// slot has to say only which of the hashes of that line it is, and how many lines further it stands
// because the line was full. A segment grows by an eighth when it is full, and each at another
// time, so that the table never needs much more than it has, and nothing of a hash is lost.
//
// After Cleary, "Compact hash tables using bidirectional linear probing", IEEE Transactions on
// Computers C-33(9), 1984. Tested by tests/explorer/compact_table_test.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "explorer/large_memory.h"

namespace lockstep {

class CompactTable {
 public:
  // `has_marks`: there is a bit more for each hash.
  explicit CompactTable(bool has_marks);

  enum class Found : std::uint8_t { nothing, unmarked, marked };
  Found find(std::uint64_t hash) const;
  // Marked, if there are marks. False: it was there before, and stays as it is.
  bool add(std::uint64_t hash);
  // Requires: it is there, and there are marks.
  void unmark(std::uint64_t hash);
  // Has the memory fetched at which the others will look.
  void expect(std::uint64_t hash) const;

  std::uint64_t size() const { return size_; }
  // All that the table has asked for, used or not.
  std::size_t memory_bytes() const;

 private:
  static constexpr unsigned segment_bits = 6;
  static constexpr std::size_t segment_count = std::size_t{1} << segment_bits;
  static constexpr unsigned rest_bits = 64 - segment_bits;

  struct alignas(64) Line {
    unsigned char bytes[64];
  };
  struct Segment {
    LargeArray<Line> lines;
    std::uint64_t line_count = 0;
    std::uint64_t size = 0;  // without the strays
    // A slot, from the lowest bit: how far it stands from its line + 1, 0 if it is free; which of
    // the hashes of the line it is; the mark.
    unsigned slots = 0;       // in a line; free ones are the last
    unsigned width = 0;       // of a slot, in bits
    unsigned shift_bits = 0;  // of the first part
    unsigned dropped = 0;     // low bits of a place in the line that tell no two hashes apart
    std::uint64_t quotient = 0, remainder = 0;  // of 2^rest_bits by line_count
    // Those that would stand too far away, and whether they are marked.
    std::unordered_map<std::uint64_t, bool> strays;
  };
  struct Place {
    std::uint64_t line, key;  // key: the slot if it stands in its own line, without the mark
  };
  struct Slot {
    Line* line;  // null: it is, or would be, a stray
    unsigned index;
    std::uint64_t key;  // that it has, or is to have
    bool is_free;
  };

  void shape(Segment& segment, std::uint64_t line_count) const;
  static Place place_of(const Segment& segment, std::uint64_t rest);
  std::uint64_t rest_of(const Segment& segment, std::uint64_t line, std::uint64_t slot) const;
  std::uint64_t mark_of(const Segment& segment) const;
  Slot slot_of(const Segment& segment, std::uint64_t rest) const;
  void grow(Segment& segment);

  bool has_marks_;
  std::uint64_t size_ = 0;
  std::vector<Segment> segments_;
};

}  // namespace lockstep
