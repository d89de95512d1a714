// Schedules in the words of people: as JSON (a scenario's "schedule", a saved file) and, in
// short, as text for the command line: "T1*3,T2,T1". What is written reads back the same.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/program/program.h"
#include "engine/run/directive.h"
#include "language/complaint.h"
#include "language/json_tree.h"

namespace lockstep {

struct ReadSchedule {
  std::optional<Schedule> schedule;  // absent if there are complaints
  std::vector<Complaint> complaints;
};
// `node` is the array; `text` the file it stands in; `pointer` where ("/schedule").
// Objects, variables, functions, labels and declared threads are looked up in `program`; a
// thread name that is not declared is accepted only if the program creates threads.
ReadSchedule read_schedule(const Program& program, const JsonNode& node, std::string_view text,
                           std::string pointer);
// "T1*3,T2,T1!,T2=2,finish:round-robin": NAME[*STEPS] steps, NAME! the timeout fires,
// NAME=VALUE answers a choose, finish:POLICY runs the rest. VALUE is an expression. A name with
// , * ! = : quotes or blanks at its ends, or [ at the first, is written in double quotes with
// JSON's escapes.
ReadSchedule read_schedule_text(const Program& program, std::string_view text);

// The JSON array, a directive on each line, indented by `indent` blanks, and the closing bracket
// by two fewer; and the short text. Only what read_schedule_text can express has a short text:
// nothing otherwise. Both read back the same, but for a choose among threads that are created
// while the program runs: a schedule has no name for those.
std::string schedule_json(const Schedule& schedule, const Program& program, int indent);
std::optional<std::string> schedule_text(const Schedule& schedule);

// A saved schedule: {"lockstep_schedule": 1, "scenario": FILE, "digest": HEX, "policy": ...,
// "seed": ..., "settings": {...}, "schedule": [...]}. The policy and the seed only say where it
// comes from.
struct SavedSchedule {
  std::string scenario;  // path, relative to the schedule file's folder
  std::string digest;    // digest(scenario text)
  std::string policy;    // empty: unknown
  std::optional<std::uint64_t> seed;
  std::vector<std::pair<std::string, std::string>> settings;  // --set
  JsonNode schedule;                                          // the array, for read_schedule
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
