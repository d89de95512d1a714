// From which state each state of a breadth-first search was found, in two bits each.
//
// States are followed in the order in which they are found, so parents only ascend: their
// differences are kept, as so many zeros with a one behind them. What is found otherwise is listed.
//
// After Elias, "Efficient storage and retrieval by content and address of static files", J. ACM
// 1974. Tested by tests/explorer/parents_test.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "explorer/large_memory.h"

namespace lockstep {

class Parents {
 public:
  // `spill`: as that of a PairTable.
  explicit Parents(SpillFolder* spill = nullptr) : bits_(SpillAllocator<std::uint64_t>(spill)) {}

  // Of the next state, which is state size().
  void add(std::uint32_t parent);
  // Requires: state < size().
  std::uint32_t of(std::uint32_t state) const;

  std::uint32_t size() const { return size_; }
  std::size_t memory_bytes() const;

 private:
  static constexpr std::uint32_t states_per_mark = 512;

  std::uint32_t size_ = 0;
  std::uint32_t greatest_ = 0;  // parent so far
  LargeVector<std::uint64_t> bits_;
  std::size_t bit_count_ = 0;
  std::vector<std::uint64_t> marks_;  // where the ones of states 0, 512, 1024 ... are
  // States whose parents are less than those of states before them: state, parent; ascending.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> others_;
};

}  // namespace lockstep
