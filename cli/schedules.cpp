#include "cli/schedules.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "cli/command.h"
#include "cli/report_targets.h"
#include "language/json_tree.h"
#include "report/words.h"

namespace lockstep {
namespace {

bool is_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  return !error && std::filesystem::exists(status) && !std::filesystem::is_directory(status);
}

// A folder that there is, or that would be made.
bool means_folder(const std::string& path) {
  std::error_code error;
  return path.ends_with('/') || std::filesystem::is_directory(path, error);
}

// Whether there could be files in it. Nothing: yes; else why not.
std::optional<std::string> cannot_fill(const std::string& path) {
  // What would be made begins in the nearest folder that there is.
  std::filesystem::path folder(path);
  std::error_code error;
  while (folder.has_relative_path() && !std::filesystem::exists(folder, error)) {
    folder = folder.parent_path();
  }
  if (folder.empty()) folder = ".";
  return cannot_write((folder / "1.schedule.json").string());
}

std::optional<Schedule> accept(Console& console, ReadSchedule read, const std::string& name,
                               std::string_view text) {
  if (!read.schedule) console.err(render(name, text, read.complaints));
  return std::move(read.schedule);
}

}  // namespace

std::optional<Schedule> read_schedule_argument(Console& console, const Command& command,
                                               const Input& input, const std::string& argument) {
  if (!is_file(argument)) {
    std::error_code error;
    if (std::filesystem::is_directory(argument, error)) {
      console.err(fmt::format("lockstep {}: --schedule: {} is a folder; name one of its files\n",
                              command.name, printable(argument)));
      return std::nullopt;
    }
    if (argument.starts_with('[')) {  // no name of a thread begins so but in quotes
      const JsonTree tree = read_json(argument);
      if (!tree.root) {
        console.err(render("--schedule", argument, tree.complaints));
        return std::nullopt;
      }
      return accept(console, read_schedule(input.program, *tree.root, argument, ""), "--schedule",
                    argument);
    }
    if (argument.ends_with(".json")) {
      console.err(fmt::format("lockstep {}: --schedule: there is no file {}\n", command.name,
                              printable(argument)));
      return std::nullopt;
    }
    return accept(console, read_schedule_text(input.program, argument), "--schedule", argument);
  }
  std::string why;
  const std::optional<std::string> text = read_file(argument, why);
  if (!text) {
    console.err(
        fmt::format("lockstep {}: cannot read {}: {}\n", command.name, printable(argument), why));
    return std::nullopt;
  }
  const JsonTree tree = read_json(*text);
  if (!tree.root) {
    console.err(render(printable(argument), *text, tree.complaints));
    return std::nullopt;
  }
  if (tree.root->kind != JsonNode::Kind::object) {
    return accept(console, read_schedule(input.program, *tree.root, *text, ""), printable(argument),
                  *text);
  }
  const ReadSaved read = read_saved_schedule(*text);
  if (!read.saved) {
    console.err(render(printable(argument), *text, read.complaints));
    return std::nullopt;
  }
  if (read.saved->digest != digest(input.scenario.text)) {
    console.err(fmt::format("lockstep {}: note: {} was saved for another state of the scenario\n",
                            command.name, printable(argument)));
  }
  return accept(console, read_schedule(input.program, read.saved->schedule, *text, "/schedule"),
                printable(argument), *text);
}

bool save_schedule(Console& console, const Command& command, const Input& input,
                   const Schedule& schedule, const std::string& path) {
  SavedSchedule saved;
  saved.scenario = input.subject.file;
  if (saved.scenario != "-" && path != "-") {
    // As the scenario is seen from the schedule's folder: both may move together.
    std::error_code error;
    const auto folder =
        std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error)
            .parent_path();
    const auto scenario = std::filesystem::weakly_canonical(saved.scenario, error);
    if (!error) saved.scenario = scenario.lexically_proximate(folder).string();
  }
  saved.digest = digest(input.scenario.text);
  saved.settings.assign(input.subject.settings.begin(), input.subject.settings.end());
  const auto why = write_file(console, path, write_saved_schedule(saved, schedule, input.program));
  if (!why) return true;
  console.err(
      fmt::format("lockstep {}: cannot write {}: {}\n", command.name, printable(path), *why));
  return false;
}

bool can_save_schedules(Console& console, const Command& command, const std::string& path) {
  const std::optional<std::string> why =
      means_folder(path) ? cannot_fill(path) : cannot_write(path);
  if (!why) return true;
  console.err(
      fmt::format("lockstep {}: cannot write {}: {}\n", command.name, printable(path), *why));
  return false;
}

bool save_schedules(Console& console, const Command& command, const Input& input,
                    std::span<const Finding> findings, const std::string& path) {
  std::error_code error;
  if (findings.empty()) {
    const bool is_old = std::filesystem::exists(path, error);
    console.err(fmt::format("lockstep {}: nothing was found, so no schedule is saved in {}{}\n",
                            command.name, shown_path(path),
                            is_old ? "; what is there is left as it is" : ""));
    return true;
  }
  if (!means_folder(path)) {
    return save_schedule(console, command, input, findings.front().schedule, path);
  }
  std::filesystem::create_directories(path, error);  // if not, writing says why
  std::size_t number = 0;
  for (const Finding& finding : findings) {
    const std::string name = fmt::format("{}-{}.schedule.json", ++number, row(finding.kind).name);
    const std::string file = (std::filesystem::path(path) / name).string();
    if (!save_schedule(console, command, input, finding.schedule, file)) return false;
  }
  return true;
}

}  // namespace lockstep
