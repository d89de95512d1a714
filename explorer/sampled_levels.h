// How many levels the graph of a breadth-first search will have: about as many as the states on an
// interleaving that is chosen at random, since in a program that ends each has about as many steps.
//
// Tested by tests/explorer/estimate_test.cpp.
#pragma once
#include <cstdint>
#include <optional>

#include "engine/program/future_accesses.h"
#include "engine/program/program.h"
#include "explorer/explore.h"

namespace lockstep {

// As a search with these options follows it, but for symmetry, which makes no way shorter. With a
// machine of its own: a search is the same whether this was asked for or not. Three quarters of the
// ways that are taken have so many levels at most. Nothing: too few of them finish within some
// hundred states, which take up to 20 ms. (A deadlock ends a way before its time.)
std::optional<std::uint32_t> sampled_levels(const Program& program, const FutureAccesses& future,
                                            const ExploreOptions& options);

}  // namespace lockstep
