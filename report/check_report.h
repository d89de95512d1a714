// What `check` found about each scenario, as plain data, and its reports.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "report/paint.h"

namespace lockstep {

// One thing that a scenario's "expect" asks for and that is not so.
struct UnmetExpectation {
  std::string what;      // "explore/deadlock", "run/final/n"
  std::string expected;  // "impossible"
  std::string found;     // "possible: T1 and T2 wait for each other"
  std::string replay;    // a line to copy that shows it
};

struct CheckedScenario {
  enum class Status : std::uint8_t {
    ok,
    failed,      // at least one unmet expectation
    incomplete,  // none, but a limit left some open
    broken,      // no scenario; `complaints` says why
  };
  std::string file;
  std::string name;
  Status status = Status::ok;
  std::vector<std::string> checks;  // "run", "explore", "fix": what was done
  std::vector<UnmetExpectation> unmet;
  std::vector<std::string> undecided;  // "explore/deadlock: impossible"
  std::string complaints;
  struct Explored {
    std::string verdict;
    bool complete = true;
    std::string incomplete_reason;
    std::uint64_t states = 0;
  };
  std::optional<Explored> explored;
};

struct CheckTotals {
  std::size_t ok = 0, failed = 0, incomplete = 0, broken = 0;
};
CheckTotals totals(std::span<const CheckedScenario> scenarios);
std::string_view status_name(CheckedScenario::Status status);

// A line a scenario, below it what is wrong with it, and the totals. `seconds`: negative leaves
// the time out.
std::string check_text(std::span<const CheckedScenario> scenarios, double seconds,
                       const Paint& paint, std::size_t width = 100);
// One object, "lockstep_check": see docs/report-format.md.
std::string check_json(std::span<const CheckedScenario> scenarios);

}  // namespace lockstep
