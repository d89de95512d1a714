// From a path on the command line to a scenario that can be run, or to complaints.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "cli/output.h"
#include "engine/run/directive.h"
#include "language/load.h"
#include "report/replay_line.h"

namespace lockstep {

struct Input {
  Subject subject;
  Scenario scenario;
  Program program;
  std::optional<Schedule> schedule;  // the scenario's own
};

// The bytes of a file, "-" is standard input. Nothing: it cannot be read, is a folder, or is
// larger than a scenario may be, and `why` says so.
std::optional<std::string> read_file(const std::string& path, std::string& why);

// Nothing: everything that is wrong with it has been said on standard error.
std::optional<Input> read_input(Console& console, const Subject& subject);

// The same without a console: `said` is what would have been said.
std::optional<Input> read_input(const Subject& subject, std::string& said);

// The same for a text that has been read already.
std::optional<Input> accept_input(const Subject& subject, const std::string& text,
                                  std::string& said);

// As it is named in messages: "standard input" for "-".
std::string shown_path(const std::string& path);

}  // namespace lockstep
