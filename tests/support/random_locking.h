// Scenarios made at random in which threads share rows of locks and variables by index: what a
// reduction has to tell apart, with more threads and states than random_scenario() makes.
#pragma once
#include <cstdint>
#include <string>

namespace lockstep {

// The JSON text of a scenario. The same seed gives the same text everywhere.
std::string random_locking(std::uint64_t seed);

}  // namespace lockstep
