// How many states a breadth-first search will find, from what it has found so far.
//
// The levels of most programs that end grow and shrink as a bell: the logarithm of how much wider
// one is than the one before falls on a line (Pelánek, Šimeček, "Estimating state space
// parameters", 2008, on the shapes of such graphs). The line through the latest levels says how
// wide those to come will be. Where the levels do not behave so, nothing is said.
//
// Tested by tests/explorer/estimate_test.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

namespace lockstep {

// `widths`: of all levels so far, of which the last may be cut off. Nothing: the levels are too
// few, do not fall off, or the last three of them do not agree. Where it says something it is
// rarely wrong by more than a factor of two, but no bound. O(levels).
std::optional<double> estimated_states(std::span<const std::uint32_t> widths);

}  // namespace lockstep
