// Runs of small scenarios, and all that can be seen of them.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/run/run.h"
#include "engine/run/trace.h"

namespace lockstep {

// A scenario's text with ' for ", so that it can stand in a test: {'lockstep': 1, ...}. Keys
// "lockstep" and "name" are added. Fails the test on any complaint. The names of Python
// strings inside need \" then.
std::unique_ptr<Program> program_of(std::string_view text);

struct Ran {
  RunResult result;
  std::vector<TraceStep> steps;
  std::vector<std::string> output;
  std::string text;   // the trace as text, without colours, 100 columns wide
  std::string jsonl;  // and as JSON Lines, with a digest of "0"
  std::string dump;   // of the last state

  // The threads in the order of their steps, "T1 T1 T2".
  std::string order() const;
  // When each line was printed: "0.5 hello", in virtual seconds, to the millisecond.
  std::vector<std::string> timed_output() const;
};
Ran run_with(const Program& program, Policy& policy, const RunOptions& options = {});
Ran run_named(const Program& program, std::string_view policy, std::uint64_t seed = 0);
// `schedule` as on the command line, or a JSON array of directives (with ' for " if it has no ").
Ran run_schedule(const Program& program, std::string_view schedule);

}  // namespace lockstep
