// Scenarios with pools, made at random: tasks that submit, wait for each other, fail and are
// cancelled, with callbacks that do so too.
#pragma once
#include <cstdint>
#include <string>

namespace lockstep {

// The JSON text of a scenario. The same seed gives the same text everywhere.
std::string random_pools(std::uint64_t seed);
// The same with pools of processes.
std::string random_process_pools(std::uint64_t seed);
// Threads, and processes that are forked beside them.
std::string random_forked_pools(std::uint64_t seed);
// With a Pool of multiprocessing.
std::string random_mp_pools(std::uint64_t seed);

}  // namespace lockstep
