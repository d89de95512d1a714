// The makers that the table of policies in run.cpp names; everybody else goes through
// policy_named() in run.h. One file a policy.
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

}  // namespace lockstep
