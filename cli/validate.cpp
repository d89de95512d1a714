// lockstep validate: whether files are scenarios, without running them.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/files.h"
#include "cli/input.h"
#include "cli/options.h"
#include "report/words.h"

namespace lockstep {
namespace {

Exit act(const Command& command, const std::vector<std::string>& arguments, Console& console) {
  std::vector<std::string> paths;
  Options options(command, console);
  options.positionals("PATH", paths,
                      "scenario files, and folders with *.lockstep.json and *.lockstep.jsonc in "
                      "them; - is standard input");
  if (const auto exit = options.parse(arguments)) return *exit;

  const FoundFiles found = find_scenarios(paths);
  for (const std::string& fault : found.faults) {
    console.err(fmt::format("lockstep {}: {}\n", command.name, fault));
  }
  std::size_t broken = found.faults.size();
  for (const std::string& file : found.files) {
    if (read_input(console, Subject{file, {}})) {
      console.out(fmt::format("ok   {}\n", shown_path(file)));
    } else {
      ++broken;
    }
  }
  if (broken > 0) return Exit::bad_input;
  if (!found.files.empty()) return Exit::ok;
  console.err(fmt::format("lockstep {}: no scenario under these paths\n", command.name));
  return Exit::nothing_selected;
}

}  // namespace

const Command validate_command{"validate", "PATH...",
                               "Says everything that is wrong with scenario files; runs nothing.",
                               "lockstep validate scenarios", act};

}  // namespace lockstep
