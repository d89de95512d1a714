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

// The same long before they fall off, from how many levels there will be (sampled_levels): the
// logarithm of the width goes on as it has grown lately, and bends down as far as it takes for the
// last level to be a state. How late it bends was fitted to programs that count; with chains that
// are independent of each other it bends earlier. Nothing: the levels are too few, do not grow, or
// say something else than those of the first half and quarter of the states did.
//
// An order of magnitude: after 10,000 states of 106 explorations of 15,000 to 1,400,000 states,
// with reductions and without, most of them of other programs than it was fitted to, it said
// something in 96: in 88 % of them within a factor of 3 of the truth, in 94 % of 5, in 97 % of 10.
// Only for programs of which no state comes again. O(levels).
std::optional<double> foreseen_states(std::span<const std::uint32_t> widths, std::uint32_t levels);
inline constexpr double foreseen_factor = 5;

}  // namespace lockstep
