// lockstep schema: the JSON Schema of scenario files, for editors and other programs.
#include "cli/command.h"
#include "cli/options.h"
#include "language/load.h"

namespace lockstep {
namespace {

Exit act(const Command& command, const std::vector<std::string>& arguments, Console& console) {
  Options options(command, console);
  if (const auto exit = options.parse(arguments)) return *exit;
  console.out(scenario_schema());
  return Exit::ok;
}

}  // namespace

const Command schema_command{"schema", "[options]",
                             "Prints the JSON Schema of scenario files, for editors.",
                             "lockstep schema > lockstep.schema.json", act};

}  // namespace lockstep
