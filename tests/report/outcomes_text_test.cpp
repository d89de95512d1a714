// report/outcomes_text: the table of outcomes, word for word.
#include "report/outcomes_text.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace lockstep {
namespace {

ExploredOutcome finished(std::string n, std::uint64_t states) {
  ExploredOutcome outcome{};
  outcome.status = ExploredOutcome::Status::finished;
  outcome.variables = {{"n", std::move(n)}, {"done", "true"}};
  outcome.states = states;
  return outcome;
}

TEST_CASE("Outcomes: a row each, variables in columns, what hangs and what was raised",
          "[report][outcomes_text]") {
  std::vector<ExploredOutcome> outcomes{finished("98", 12000), finished("99", 1)};
  ExploredOutcome deadlock = finished("100", 3);
  deadlock.status = ExploredOutcome::Status::deadlock;
  deadlock.stuck = {"T1", "T2"};
  deadlock.exceptions = {{"T3", "KeyError: 'x'"}};
  outcomes.push_back(deadlock);
  CHECK(outcomes_text(outcomes, 100, Paint(false)) ==
        R"(3 distinct outcomes
  states  ends        n  done  stuck      exceptions
  12,000  finished   98  true
       1  finished   99  true
       3  deadlock  100  true  T1 and T2  T3: KeyError: 'x'
)");
}

TEST_CASE("Outcomes: too many variables for the width share a column", "[report][outcomes_text]") {
  const std::vector<ExploredOutcome> outcomes{finished("98", 1)};
  const std::string text = outcomes_text(outcomes, 30, Paint(false));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    CHECK(end - at <= 30);
    at = end + 1;
  }
}

TEST_CASE("Outcomes: a long table is cut, and says so", "[report][outcomes_text]") {
  std::vector<ExploredOutcome> outcomes;
  for (int i = 0; i < 25; ++i) outcomes.push_back(finished(std::to_string(i), 1));
  CHECK_THAT(outcomes_text(outcomes, 100, Paint(false)),
             Catch::StartsWith("25 distinct outcomes\n") &&
                 Catch::EndsWith("  and 5 more; --report json has all\n"));
  CHECK(outcomes_text({}, 100, Paint(false)) == "");
}

}  // namespace
}  // namespace lockstep
