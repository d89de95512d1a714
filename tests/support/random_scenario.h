// Scenarios made at random, over everything that the language has: small enough to be explored
// without any cleverness, and wrong in every way that a program can be.
#pragma once
#include <cstdint>
#include <string>

namespace lockstep {

// The JSON text of a scenario. The same seed gives the same text everywhere.
std::string random_scenario(std::uint64_t seed);
// One with child processes, and objects of multiprocessing beside those of threading.
std::string random_scenario_with_processes(std::uint64_t seed);
// One in which most threads do what others do.
std::string random_scenario_with_twins(std::uint64_t seed);

}  // namespace lockstep
