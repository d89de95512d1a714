// Scenarios of a few threads that wait in loops beside others that go on: many have loops in which
// somebody waits all the time who could be let go.
#pragma once
#include <cstdint>
#include <string>

namespace lockstep {

// The JSON text of a scenario. The same seed gives the same text everywhere.
std::string random_waits(std::uint64_t seed);
// The same of a process and its child.
std::string random_waits_of_processes(std::uint64_t seed);

}  // namespace lockstep
