// The strong components of a graph of states in which interleavings go round; above all those that
// nothing leaves: where an endless interleaving ends up.
//
// Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1972. The Boost Graph
// Library has it too, recursive for graphs that are as deep as they are large.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "explorer/large_memory.h"

namespace lockstep {

// The edges of each state, one after the other.
struct Edges {
  Edges() = default;
  // `spill`: as that of a PairTable.
  explicit Edges(SpillFolder* spill)
      : to(SpillAllocator<std::uint32_t>(spill)), end(SpillAllocator<std::size_t>(spill)) {}

  LargeVector<std::uint32_t> to;
  LargeVector<std::size_t> end;  // index = state

  std::span<const std::uint32_t> of(std::uint32_t state) const {
    const std::size_t begin = state == 0 ? 0 : end[state - 1];
    return std::span(to).subspan(begin, end[state] - begin);
  }
  std::size_t memory_bytes() const {
    return to.capacity() * sizeof(to[0]) + end.capacity() * sizeof(end[0]);
  }
};

// Requires: every state can be reached from state 0. Terminal states, from which no edge leads at
// all, are left out. Ordered by their least state. O(states + edges).
std::vector<std::vector<std::uint32_t>> final_components(const Edges& edges);

// All in which an interleaving can go round, those included that something leaves: more than one
// state, or one with a step to itself. Requires, order and costs as above.
std::vector<std::vector<std::uint32_t>> cyclic_components(const Edges& edges);

}  // namespace lockstep
