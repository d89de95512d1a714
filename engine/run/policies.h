// The makers that the table of policies in run.cpp names; everybody else goes through
// policy_named() in run.h, or wants many runs under pct. One file a policy.
#pragma once
#include <cstdint>
#include <memory>

#include "engine/run/run.h"

namespace lockstep {

// What CPython would do: see timed.cpp.
std::unique_ptr<Policy> make_timed(const Program& program, std::uint64_t seed);
// The next thread in circular order of thread id.
std::unique_ptr<Policy> make_round_robin(const Program& program, std::uint64_t seed);
// Uniformly among the threads, then among that thread's choices.
std::unique_ptr<Policy> make_random(const Program& program, std::uint64_t seed);
// Random priorities with a few change points: see pct.cpp.
std::unique_ptr<Policy> make_pct(const Program& program, std::uint64_t seed);
// The same for many runs: how many steps a run is supposed to have, of which `cut` may end the
// counting, is found out once. At least 1.
std::uint64_t pct_steps(const Machine& machine, std::function<bool()> cut);
std::unique_ptr<Policy> make_pct_of(std::uint64_t steps, std::uint64_t seed);

}  // namespace lockstep
