// The table of verbs, and what is said when none of them is asked for.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "language/complaint.h"
#include "report/words.h"

namespace lockstep {
namespace {

constexpr std::array table{&run_command,      &replay_command, &explore_command, &predict_command,
                           &fix_command,      &check_command,  &graph_command,   &export_command,
                           &validate_command, &schema_command, &explain_command};

const Command* find_command(std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Command* command) { return command->name == name; });
  return found == table.end() ? nullptr : *found;
}

// Up to the first full stop.
std::string_view first_sentence(std::string_view text) {
  return text.substr(0, text.find_first_of(".;:"));
}

std::string short_help() {
  std::string text =
      "Is there an interleaving that breaks this code, which one, and what change removes it?\n\n"
      "usage: lockstep VERB ...; lockstep VERB --help says more, with an example\n\n";
  for (const Command* command : table) {
    text += fmt::format("  {:<10} {}\n", command->name, first_sentence(command->summary));
  }
  text +=
      "\nBegin with: lockstep explore scenarios/tutorial/09-deadlock/two-mutexes.lockstep.json\n"
      "\nexit status: 0 nothing found, 1 a finding, 2 wrong usage or input, 3 cut short by a "
      "limit,\n             4 nothing selected (no scenario, no deadlock to draw), 5 a schedule "
      "does not fit, 70 a fault of "
      "lockstep's own\n";
  return text;
}

Exit dispatch(const std::vector<std::string>& arguments, Console& console) {
  if (arguments.empty()) {
    console.err(short_help());  // nothing was asked for: in a script, that is a mistake
    return Exit::bad_input;
  }
  const std::string& verb = arguments.front();
  if (verb == "--help" || verb == "-h" || verb == "help") {
    const Command* command = arguments.size() > 1 ? find_command(arguments[1]) : nullptr;
    if (command != nullptr) return command->act(*command, {"--help"}, console);
    console.out(short_help());
    return Exit::ok;
  }
  if (verb == "--version") {
    console.out("lockstep " LOCKSTEP_VERSION "\n");
    return Exit::ok;
  }
  if (const Command* command = find_command(verb)) {
    return command->act(*command, {arguments.begin() + 1, arguments.end()}, console);
  }
  std::vector<std::string> names;
  for (const Command* command : table) names.emplace_back(command->name);
  console.err(fmt::format("lockstep: unknown {} \"{}\"{}\n  verbs: {}\n",
                          verb.starts_with('-') ? "option" : "verb", printable(verb),
                          did_you_mean(verb, names), fmt::join(names, " ")));
  return Exit::bad_input;
}

}  // namespace

std::span<const Command* const> commands() { return table; }

Exit run_command_line(const std::vector<std::string>& arguments, Console& console) {
  Exit exit = dispatch(arguments, console);
  std::string why;
  if (!console.flush(&why)) {
    console.err(fmt::format("lockstep: cannot write to standard output: {}\n", why));
    exit = Exit::bad_input;
  }
  return interruption().value_or(exit);
}

}  // namespace lockstep
