// Scenarios made at random in which several threads want the same few locks and queues, with and
// without timeouts: for what a run makes of those who wait.
#pragma once
#include <cstdint>
#include <string>

namespace lockstep {

// The JSON text of a scenario. The same seed gives the same text everywhere.
std::string contended_scenario(std::uint64_t seed);

}  // namespace lockstep
