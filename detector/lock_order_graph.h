// Which lock was taken while which was held, as a graph, and its circuits: orders that cannot all
// be kept.
//
// A vertex is a lock, an edge a -> b says that somebody has asked for b and held a. Boost.Graph
// stays in the .cpp. After Havelund, "Using Runtime Analysis to Guide Model Checking of Java
// Programs", SPIN 2000 (Goodlock); circuits after Hawick and James, 2008.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lockstep {

struct LockOrderEdge {
  std::uint32_t from, to;  // differ
  friend auto operator<=>(const LockOrderEdge&, const LockOrderEdge&) = default;
};

struct Circuits {
  // Each begins with its least vertex; by length, then by vertices. None has a vertex twice.
  std::vector<std::vector<std::uint32_t>> circuits;
  // False: there are more than circuits_max, and only those of two and three locks are listed, of
  // these no more than so many.
  bool complete = true;
};
inline constexpr std::size_t circuits_max = 2000;

// Vertices are below `vertices`; an edge may come several times.
Circuits circuits(std::size_t vertices, std::span<const LockOrderEdge> edges);

}  // namespace lockstep
