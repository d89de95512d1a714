// Scenarios of a few threads that go round until a flag says otherwise: most have interleavings
// that never end.
#pragma once
#include <cstdint>
#include <string>

namespace lockstep {

// The JSON text of a scenario. The same seed gives the same text everywhere.
std::string random_loops(std::uint64_t seed);

}  // namespace lockstep
