// One interleaving, from the start to where it ends, and all that can be said of that end.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/input.h"
#include "detector/deadlock.h"
#include "engine/run/run.h"
#include "engine/run/times.h"
#include "engine/run/trace.h"

namespace lockstep {

struct Simulation {
  RunResult result;
  std::vector<Finding> findings;  // deadlocks first; with the schedule that leads to each
  std::vector<std::pair<std::string, std::string>> variables;   // name, value as JSON
  std::vector<std::pair<std::string, std::string>> exceptions;  // thread, "Type: text"
  std::optional<std::int64_t> exit_status;  // of the main process; nothing: it has not ended
  std::vector<std::string> output;          // lines printed
  std::vector<std::string> runnable;        // who could go on
  GraphPicture picture;                     // who waits for whom at the end
  RunTimes times;                           // empty unless asked for
};

struct SimulationLimits {
  std::uint64_t steps_max;
  double seconds_max = 0;       // real time; 0: none
  std::function<bool()> cut{};  // asked now and then; true ends the run. Absent: nobody is asked
};

// `sink` is handed each step; null: nobody looks. SIGINT and SIGTERM end it as well. `times`:
// whether Simulation::times is wanted, and with its spans.
Simulation simulate(const Program& program, Policy& policy, TraceSink* sink,
                    const SimulationLimits& limits, std::optional<TimeKeeper::Spans> times = {});

// The interleaving that leads to a finding, in columns, from a replay of its choices. SIGINT,
// SIGTERM and `seconds_max` of real time (0: no limit) end that: then one line says so instead.
std::string interleaving_text(const Program& program, const Finding& finding, std::size_t width,
                              const Paint& paint, double seconds_max = 0);
// The same of any finding, for a report so wide, which indents it. `program` and `paint` must
// outlive the function.
std::function<std::string(const Finding&)> interleavings(const Program& program, std::size_t width,
                                                         const Paint& paint);

// Whether an exception's line is one that ends a thread in silence, as Python's hook has it.
bool is_silent(const std::string& exception_line);

}  // namespace lockstep
