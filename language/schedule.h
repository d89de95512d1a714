// Schedules in the words of people: as JSON (a scenario's "schedule", a saved file) and, in
// short, as text for the command line: "T1*3,T2,T1". What is written reads back the same.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/program/program.h"
#include "engine/run/directive.h"
#include "language/complaint.h"
#include "language/json_tree.h"

namespace lockstep {

struct ReadSchedule {
  std::optional<Schedule> schedule;    // absent if there are complaints
  std::vector<Complaint> complaints;
};
// `node` is the array; `text` the file it stands in; `pointer` where ("/schedule").
// Objects, variables, functions, labels and declared threads are looked up in `program`; a thread name that
// is not declared is accepted only if the program creates threads.
ReadSchedule read_schedule(const Program& program, const JsonNode& node, std::string_view text,
                           std::string pointer);
// "T1*3,T2,T1!,T2=2,finish:round-robin": NAME[*STEPS] steps, NAME! the timeout fires,
// NAME=VALUE answers a choose, finish:POLICY runs the rest. A name with , * ! = : or quotes
// is written in double quotes with JSON's escapes.
ReadSchedule read_schedule_text(const Program& program, std::string_view text);

// The JSON array, one directive a line, indented by `indent` spaces; and the short text.
// Only what read_schedule_text can express has a short text: nothing otherwise.
std::string schedule_json(const Schedule& schedule, const Program& program, int indent);
std::optional<std::string> schedule_text(const Schedule& schedule);

// A saved schedule: {"lockstep_schedule": 1, "scenario": FILE, "digest": HEX, "policy": ...,
// "seed": ..., "settings": {...}, "schedule": [...]}.
struct SavedSchedule {
  std::string scenario;                      // path, relative to the schedule file's folder
  std::string digest;                        // digest(scenario text)
  std::vector<std::pair<std::string, std::string>> settings;  // --set
  JsonNode schedule;                         // the array, for read_schedule
};
struct ReadSaved {
  std::optional<SavedSchedule> saved;
  std::vector<Complaint> complaints;
};
ReadSaved read_saved_schedule(std::string_view text);
std::string write_saved_schedule(const SavedSchedule& saved, const Schedule& schedule,
                                 const Program& program);  // `saved.schedule` is ignored

// Of a scenario's bytes: 32 hexadecimal digits (XXH3-128).
std::string digest(std::string_view text);

}  // namespace lockstep
