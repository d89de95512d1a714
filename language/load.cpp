#include "language/load.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "language/directives.h"
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

// Whether a statement in it may create a thread, or give one another name.
bool may_name_threads(const JsonNode& node) {
  if (node.text.find("name") != std::string::npos) return true;  // current_thread().name
  return std::any_of(node.items.begin(), node.items.end(), may_name_threads) ||
         std::any_of(node.members.begin(), node.members.end(), [](const JsonNode::Member& member) {
           return member.key == "spawn" || member.key == "thread" || may_name_threads(member.value);
         });
}

// The names of all threads that there can be; nothing if only the program could tell.
std::optional<std::vector<std::string>> all_threads(const JsonNode& document) {
  std::vector<std::string> names{"MainThread"};
  for (const char* key : {"functions", "main", "threads"}) {
    const JsonNode* part = document.find(key);
    if (part != nullptr && may_name_threads(*part)) return std::nullopt;
  }
  const JsonNode* threads = document.find("threads");
  if (threads == nullptr) return names;
  if (threads->kind != JsonNode::Kind::object) return std::nullopt;
  for (const JsonNode::Member& member : threads->members) names.push_back(member.key);
  return names;
}

// The names in a schedule are looked up in the program. Where there is none, those of threads can
// be told from the file; what is wrong with a directive's shape has been said.
void add_complaints_of_schedule(const Scenario& scenario, std::vector<Complaint>& complaints) {
  const JsonNode* schedule = scenario.tree.find("schedule");
  if (schedule == nullptr) return;
  Reader reader(scenario.text);
  read_directives(reader, {*schedule, "/schedule"}, nullptr, all_threads(scenario.tree));
  for (Complaint& complaint : reader.take()) {
    const bool is_said = std::any_of(
        complaints.begin(), complaints.end(),
        [&](const Complaint& other) { return other.place.pointer == complaint.place.pointer; });
    if (!is_said) complaints.push_back(std::move(complaint));
  }
}

}  // namespace

Loaded load(std::string file, std::string text,
            const std::map<std::string, std::string>& settings) {
  Loaded loaded;
  ReadScenario read = read_scenario(std::move(file), std::move(text), settings);
  loaded.scenario = std::move(read.scenario);
  loaded.complaints = std::move(read.complaints);
  if (read.remains) {
    add_complaints_of(*read.remains, read.suspects, loaded.complaints);
    add_complaints_of_schedule(*read.remains, loaded.complaints);
  }
  if (!loaded.scenario) return loaded;

  Compiled compiled = compile(*loaded.scenario);
  loaded.program = std::move(compiled.program);
  loaded.complaints = std::move(compiled.complaints);
  if (!loaded.program) {
    add_complaints_of_schedule(*loaded.scenario, loaded.complaints);
    return loaded;
  }

  if (const JsonNode* schedule = loaded.scenario->tree.find("schedule")) {
    ReadSchedule directives =
        read_schedule(*loaded.program, *schedule, loaded.scenario->text, "/schedule");
    loaded.complaints = std::move(directives.complaints);
    if (!loaded.complaints.empty()) loaded.program.reset();
  }
  return loaded;
}

}  // namespace lockstep
