#include "cli/checkpoints.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "cli/report_targets.h"
#include "cli/signals.h"
#include "explorer/spill_folder.h"
#include "language/schedule.h"
#include "report/words.h"

namespace lockstep {
namespace {

// The numbers in a checkpoint mean something only to the code that wrote them, which two builds of
// one version need not share.
std::string this_lockstep() {
  std::ifstream file("/proc/self/exe", std::ios::binary);
  const std::string program((std::istreambuf_iterator<char>(file)), {});
  return LOCKSTEP_VERSION + (program.empty() ? std::string() : ", build " + digest(program));
}

std::string settings_text(const Subject& subject) {
  std::string text;
  for (const auto& [name, value] : subject.settings) {
    if (!text.empty()) text += ' ';
    text += name;
    text += '=';
    text += value;
  }
  return text.empty() ? "not given" : text;
}

}  // namespace

void add_spill(Options& options, std::optional<std::string>& folder) {
  options.text("--spill", "DIR", folder,
               "keep the large tables in files there that have no name, so that the system can "
               "write them out where memory gets scarce. --max-memory is then of all else, and a "
               "full disk ends the search");
  for (const char* other : {"--preemptions", "--swarm", "--hash-compaction"}) {
    options.exclude({"--spill", other});
  }
}

bool can_spill(Console& console, const Command& command, const std::string& folder) {
  const std::optional<std::string> why = SpillFolder(folder).cannot_use();
  if (!why) return true;
  console.err(fmt::format("lockstep {}: --spill: cannot make files in {}: {}\n", command.name,
                          printable(folder), *why));
  return false;
}

void add_checkpoints(Options& options, CheckpointChoice& choice) {
  options.text("--checkpoint", "FILE", choice.file,
               "write down where the search stands, now and then and when a limit or a signal ends "
               "it; if FILE is there, go on from it. Removed once everything has been seen");
  options.seconds("--checkpoint-seconds", choice.seconds_between,
                  "how much time lies between two of them at least; default: 60");
  for (const char* other : {"--first", "--preemptions", "--swarm", "--hash-compaction"}) {
    options.exclude({"--checkpoint", other});
  }
}

std::optional<CheckpointOptions> checkpoint_options(Console& console, const Command& command,
                                                    const CheckpointChoice& choice,
                                                    const Input& input, bool& is_wrong) {
  is_wrong = false;
  if (!choice.file) return std::nullopt;
  std::optional<std::string> why = cannot_write(*choice.file);
  if (*choice.file == "-") why = "a checkpoint is a file";
  if (why) {
    console.err(fmt::format("lockstep {}: cannot write {}: {}\n", command.name,
                            printable(*choice.file), *why));
    is_wrong = true;
    return std::nullopt;
  }
  return CheckpointOptions{*choice.file,
                           choice.seconds_between,
                           {{"lockstep", this_lockstep()},
                            {"the scenario", digest(input.scenario.text)},
                            {"--set", settings_text(input.subject)}}};
}

bool is_gone_on(Console& console, const Command& command, const CheckpointChoice& choice,
                const Exploration& exploration) {
  if (exploration.checkpoint.refused.empty()) return true;
  console.err(fmt::format(
      "lockstep {}: cannot go on from {}: {}\n"
      "another --checkpoint FILE, or none, begins anew\n",
      command.name, printable(*choice.file), printable(exploration.checkpoint.refused)));
  return false;
}

bool end_checkpoint(Console& console, const Command& command, const CheckpointChoice& choice,
                    const Exploration& exploration) {
  if (!choice.file) return true;
  const Exploration::Checkpoint& checkpoint = exploration.checkpoint;
  const std::string file = printable(*choice.file);
  if (!checkpoint.failed.empty()) {
    console.err(
        fmt::format("lockstep {}: cannot write {}: {}\n", command.name, file, checkpoint.failed));
    return false;
  }
  if (checkpoint.is_written) {
    console.err(
        fmt::format("lockstep {}: {} has the search as far as it came; the same command "
                    "goes on from there\n",
                    command.name, file));
  } else if (checkpoint.is_over && !is_interrupted()) {
    std::error_code ignored;
    std::filesystem::remove(*choice.file, ignored);
  }
  return true;
}

}  // namespace lockstep
