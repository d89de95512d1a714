// From a file's text to a Program, with every complaint there is.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/program/program.h"
#include "language/complaint.h"
#include "language/scenario.h"

namespace lockstep {

struct ReadScenario {
  std::optional<Scenario> scenario;  // absent if there are complaints
  std::vector<Complaint> complaints;
  // With complaints: the scenario without the parts that they are about, so that the compiler can
  // add its own. Of these names it may not know that the file has them.
  std::optional<Scenario> remains;
  std::set<std::string, std::less<>> suspects;
};
// `settings`: values for params (--set N=5), as JSON or Python literals.
ReadScenario read_scenario(std::string file, std::string text,
                           const std::map<std::string, std::string>& settings = {});

struct Compiled {
  std::optional<Program> program;  // absent if there are complaints
  std::vector<Complaint> complaints;
};
// Names, kinds and shapes that the syntax alone does not settle are checked here.
Compiled compile(const Scenario& scenario);

// Both. The scenario is there whenever it could be read.
struct Loaded {
  std::optional<Scenario> scenario;
  std::optional<Program> program;
  std::vector<Complaint> complaints;
};
Loaded load(std::string file, std::string text,
            const std::map<std::string, std::string>& settings = {});

// The JSON Schema (draft-07) of scenario files, made from the tables. Ends with a newline.
std::string scenario_schema();

}  // namespace lockstep
