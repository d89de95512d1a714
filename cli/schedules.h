// Schedules on the command line and in files.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "cli/input.h"
#include "detector/finding.h"
#include "engine/run/run.h"
#include "language/schedule.h"

namespace lockstep {

struct Command;  // command.h

// What --schedule names: a saved schedule, a file with an array of directives, or the
// directives themselves, as such an array or in short, "T1*3,T2". Nothing: what is wrong has been
// said.
std::optional<Schedule> read_schedule_argument(Console& console, const Command& command,
                                               const Input& input, const std::string& argument);

// Saves a schedule so that `lockstep replay` finds the scenario again, whatever folder either
// is called from. False: it could not be written, and that has been said.
bool save_schedule(Console& console, const Command& command, const Input& input,
                   const Schedule& schedule, const std::string& path);
// Whether save_schedules() could write there, before hours of work. False: not, and that has been
// said.
bool can_save_schedules(Console& console, const Command& command, const std::string& path);
// One file for the first finding; into a folder (one that there is, or `path` ends with a slash),
// one for each.
bool save_schedules(Console& console, const Command& command, const Input& input,
                    std::span<const Finding> findings, const std::string& path);

}  // namespace lockstep
