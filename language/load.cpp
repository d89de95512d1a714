#include "language/load.h"

#include <utility>

#include "language/schedule.h"

namespace lockstep {

Loaded load(std::string file, std::string text,
            const std::map<std::string, std::string>& settings) {
  Loaded loaded;
  ReadScenario read = read_scenario(std::move(file), std::move(text), settings);
  loaded.scenario = std::move(read.scenario);
  loaded.complaints = std::move(read.complaints);
  if (!loaded.scenario) return loaded;

  Compiled compiled = compile(*loaded.scenario);
  loaded.program = std::move(compiled.program);
  loaded.complaints = std::move(compiled.complaints);
  if (!loaded.program) return loaded;

  if (const JsonNode* schedule = loaded.scenario->tree.find("schedule")) {
    ReadSchedule directives =
        read_schedule(*loaded.program, *schedule, loaded.scenario->text, "/schedule");
    loaded.complaints = std::move(directives.complaints);
    if (!loaded.complaints.empty()) loaded.program.reset();
  }
  return loaded;
}

}  // namespace lockstep
