// Pairs of 32-bit numbers, each stored once and named by a number: what TreeTable is made of.
//
// A pair takes 8 bytes where it stands, in the order in which it came, and an index of 4 bytes a
// slot finds it again: some 13 bytes in all. Tested by tests/explorer/pair_table_test.cpp.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "explorer/large_memory.h"

namespace lockstep {

struct Pair {
  std::uint32_t first = 0, second = 0;
  friend bool operator==(const Pair&, const Pair&) = default;
};

class PairTable {
 public:
  // `spill`: where it lies when it is large; null: in memory. Must outlive the table.
  explicit PairTable(SpillFolder* spill = nullptr);

  struct Place {
    std::uint32_t id;
    bool added;  // the pair was not there before
  };
  // At most 2^32 - 2 pairs fit.
  Place intern(Pair pair);
  std::optional<std::uint32_t> find(Pair pair) const;
  // Requires: id < size().
  Pair operator[](std::uint32_t id) const { return chunks_[id / chunk_size][id % chunk_size]; }

  // intern() in three steps, each of which sends for the memory that the next one looks at. Worth
  // it if something else is done in between: the first steps for other pairs.
  struct Asked {
    Pair pair;
    std::uint64_t hash;
    std::uint32_t candidate = 0;  // the number of a pair that may be this one, + 1; 0: none
  };
  Asked ask(Pair pair) const;
  void look(Asked& asked) const;
  Place answer(const Asked& asked);
  std::optional<std::uint32_t> find_asked(const Asked& asked) const;

  std::uint32_t size() const { return size_; }
  // All that the table has asked for, used or not.
  std::size_t memory_bytes() const;

 private:
  static constexpr std::uint32_t chunk_size = 1U << 18;
  static constexpr std::size_t slots_per_bucket = 16;
  struct alignas(64) Bucket {
    std::array<std::uint32_t, slots_per_bucket> slots;
  };

  std::size_t bucket_of(std::uint64_t hash) const { return (hash >> 32) * bucket_count_ >> 32; }
  std::optional<std::uint32_t> find(Pair pair, std::uint64_t hash) const;
  Place add(Pair pair, std::uint64_t hash);
  void add_slot(std::uint64_t hash, std::uint32_t id);
  void append(Pair pair);
  bool make_buckets(std::size_t count);
  bool grow();

  SpillFolder* spill_;
  std::uint32_t size_ = 0;
  std::uint32_t room_ = 0;                // in the chunks
  std::vector<LargeArray<Pair>> chunks_;  // all of chunk_size, but that the first grows
  LargeArray<Bucket> buckets_;
  std::size_t bucket_count_ = 0;
  std::size_t size_max_ = 0;   // with these buckets
  std::uint32_t id_mask_ = 0;  // of a slot: id + 1, 0 if it is free; the rest is of the hash
};

}  // namespace lockstep
