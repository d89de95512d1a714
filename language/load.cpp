#include "language/load.h"

#include <utility>

#include "language/schedule.h"

namespace lockstep {
namespace {

// Whether the message is about one of the names, quoted in it.
bool is_about(std::string_view message, const std::set<std::string, std::less<>>& names) {
  message = message.substr(0, message.find("; did you mean"));
  for (std::size_t open = message.find('"'); open != std::string_view::npos;) {
    const std::size_t close = message.find('"', open + 1);
    if (close == std::string_view::npos) return false;
    const std::string_view name = message.substr(open + 1, close - open - 1);
    if (names.contains(name.substr(0, name.find('[')))) return true;
    open = message.find('"', close + 1);
  }
  return false;
}

// What the compiler finds wrong in the parts of a scenario that could be read.
void add_complaints_of(const Scenario& remains, const std::set<std::string, std::less<>>& suspects,
                       std::vector<Complaint>& complaints) {
  for (Complaint& complaint : compile(remains).complaints) {
    if (!is_about(complaint.message, suspects)) complaints.push_back(std::move(complaint));
  }
}

}  // namespace

Loaded load(std::string file, std::string text,
            const std::map<std::string, std::string>& settings) {
  Loaded loaded;
  ReadScenario read = read_scenario(std::move(file), std::move(text), settings);
  loaded.scenario = std::move(read.scenario);
  loaded.complaints = std::move(read.complaints);
  if (read.remains) add_complaints_of(*read.remains, read.suspects, loaded.complaints);
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
