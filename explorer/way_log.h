// What happens on a way, operation by operation, kept as data.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "detector/finding.h"
#include "engine/run/run.h"

namespace lockstep {

// What operations can be about: a shared variable or an object. In a program with processes only
// what all of them share is one.
struct Location {
  bool is_object;
  std::uint32_t index;  // of the GlobalId or the ObjectId
  friend auto operator<=>(const Location&, const Location&) = default;
};

struct LoggedEvent {
  std::uint64_t step;  // from 1
  bool timed_out;      // Event::Kind::timeout
  bool is_private;     // Event::Kind::raised: no operation
  ThreadId thread;
  Operation operation;
  std::optional<SiteId> site;
  Value receiver;
  std::vector<Value> arguments;
  std::uint32_t operand, update;
  Outcome outcome;
  std::optional<Location> of;     // what it is about
  std::vector<Location> changed;  // what is not as it was before, or is stored to
  Value stored;                   // into a variable: what it is afterwards
  std::string text;               // as a trace has it
};

struct WayLog {
  std::vector<LoggedEvent> events;  // operations, timeouts and what the program raises
  std::vector<std::string> names;   // of the threads at the end
  RunResult result;                 // with all choices

  Explanation::Moment moment(const LoggedEvent& event) const {
    return {event.step, names[event.thread.index], event.site, event.text};
  }
};

// Runs under the policy and writes down what happens, without texts. `watch` is told as well.
WayLog log_run(const Machine& machine, Policy& policy, std::uint64_t steps_max, RunObserver& watch);
// With texts.
WayLog log_way(const Machine& machine, const std::vector<Choice>& choices);

}  // namespace lockstep
