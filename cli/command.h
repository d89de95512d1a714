// One row for each thing that lockstep can be asked to do; each verb's file defines its row.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit.h"

namespace lockstep {

class Console;  // output.h

struct Command {
  std::string_view name;
  std::string_view usage;    // what follows the name: "SCENARIO [options]"
  std::string_view summary;  // one line, in the list of verbs
  std::string_view example;  // a whole command line; --help begins with it
  Exit (*act)(const Command& command, const std::vector<std::string>& arguments, Console& console);
};

extern const Command run_command, replay_command, explore_command, predict_command, fix_command,
    check_command, graph_command, export_command, validate_command, schema_command, explain_command;

// All of them, in the order of the short help.
std::span<const Command* const> commands();

// The whole of lockstep but for the last catch. `arguments` without the program's name.
Exit run_command_line(const std::vector<std::string>& arguments, Console& console);

}  // namespace lockstep
