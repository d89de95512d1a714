// Scenarios in which threads keep to a protocol, or almost: something that people forget is
// forgotten at random. What the remedies are for.
#pragma once
#include <cstdint>
#include <string>

namespace lockstep {

// The JSON text of a scenario. The same seed gives the same text everywhere.
std::string random_protocol(std::uint64_t seed);

}  // namespace lockstep
