// What `check` holds a scenario to: its "expect".
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/program/program.h"

namespace lockstep {

// Of all interleavings. A cut-short exploration can confirm `possible` only.
enum class Possibility : std::uint8_t { impossible, possible, certain };

// Whether locks are taken in the scenario's lock_order; of all interleavings, or some. Also whether
// its conditions hold.
enum class OrderExpectation : std::uint8_t { kept, broken };

using NamedValues = std::vector<std::pair<std::string, Constant>>;

struct RunExpectation {
  std::string policy;  // empty: the schedule, or timed without one
  std::uint64_t seed = 0;
  std::optional<std::string> outcome;              // "finished", "deadlock", "cut-short"
  std::optional<std::vector<std::string>> output;  // lines
  NamedValues final;                               // some variables
  std::optional<std::vector<std::pair<std::string, std::string>>> exceptions;  // thread, type
  std::optional<std::int64_t> exit_status;
  std::optional<OrderExpectation> lock_order;
  std::optional<OrderExpectation> conditions;  // invariants and final checks
};
inline constexpr std::int64_t exit_status_max = 255;
struct ExpectedFinding {
  std::string kind;                          // its code or name
  std::optional<std::uint64_t> preemptions;  // the fewest that lead to one; nothing: any number
};
struct ExploreExpectation {
  std::optional<Possibility> deadlock, partial_deadlock, livelock, starvation, exceptions;
  std::optional<OrderExpectation> lock_order;
  std::optional<std::vector<NamedValues>> outcomes;      // of those that finish: projected on the
                                                         // names used, exactly these and no other
  std::optional<std::vector<ExpectedFinding>> findings;  // these kinds and no other
  std::optional<std::vector<std::string>> causes;        // codes or names: these and no other
};
struct FixExpectation {
  std::optional<std::string> remedy;  // this one is verified
};
struct Expectation {
  std::optional<RunExpectation> run;
  std::optional<ExploreExpectation> explore;
  std::optional<FixExpectation> fix;
};

}  // namespace lockstep
