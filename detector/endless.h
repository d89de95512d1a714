// What is wrong where a program goes on for ever, said of a state of which an exploration knows
// that from it no end can be reached, or that it is part of a loop.
//
// Tested by tests/explorer/endless_test.cpp and tests/explorer/starved_threads_test.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "detector/finding.h"
#include "engine/program/future_accesses.h"
#include "engine/step/step.h"

namespace lockstep {

// Threads that never go on again beside others that do, of which some could let them go and never
// do. Who waits for the end of one of them is told of behind them, and `others` are all that
// neither are. Requires: `stuck`, ascending and not empty, are blocked.
Finding never_woken(const Machine& machine, const State& state, const FutureAccesses& future,
                    std::span<const ThreadId> stuck, std::span<const ThreadId> movers);
std::string never_woken_fingerprint(const Machine& machine, const State& state,
                                    const FutureAccesses& future, std::span<const ThreadId> stuck);

// Threads that go on, and never come to an end. `only_tests`: as EndlessPart says. Requires:
// `movers`, ascending, are not empty.
Finding livelock(const Machine& machine, const State& state, std::span<const ThreadId> movers,
                 bool only_tests);
// `functions`: whose code they are. Threads that are alike, and what they are just doing, make no
// difference.
std::string livelock_fingerprint(const Program& program, std::span<const FunctionId> functions);

// A thread that is starved in a loop of states that a fair scheduler may take for ever.
struct Starved {
  enum class Kind : std::uint8_t {
    blocked,  // at one operation
    waiting,  // it goes round, and only waits and tests
    staying,  // it goes round, and stays inside of one statement
  };
  ThreadId thread;
  Kind kind;
  std::vector<ThreadId> movers = {};  // others that take steps in the loop, ascending
  std::vector<ThreadId> alike = {};   // of these, who are starved in the very same loop
  std::optional<SiteId> stays_in = {};
  bool in_operation = false;  // staying: in an operation that it has begun, not in a loop
  // That only goes on for ever as long as these come out as they do in the loop.
  bool by_choices = false, by_timeouts = false;
};
// Requires: the state is one of the loop; if blocked, one in which it is.
Finding starvation(const Machine& machine, const State& state, const FutureAccesses& future,
                   const Starved& starved);
// `places`: the statements at which it rests in the loop.
std::string starvation_fingerprint(const Machine& machine, const State& state,
                                   const FutureAccesses& future, const Starved& starved,
                                   std::vector<std::string> places);

}  // namespace lockstep
