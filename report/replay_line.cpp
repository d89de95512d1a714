#include "report/replay_line.h"

#include <fmt/format.h>

#include "language/schedule.h"
#include "report/words.h"

namespace lockstep {
namespace {
constexpr std::size_t schedule_bytes_max = 2000;  // what a person still copies
}

std::string subject_arguments(const Subject& subject) {
  // A file that begins with a dash would be read as an option.
  const bool dashed = subject.file.size() > 1 && subject.file.starts_with('-');
  std::string text = shell_quoted(dashed ? "./" + subject.file : subject.file);
  for (const auto& [name, value] : subject.settings) {
    text += " --set " + shell_quoted(fmt::format("{}={}", name, value));
  }
  return text;
}

std::string replay_line(const Subject& subject, const Schedule& schedule) {
  const std::string arguments = subject_arguments(subject);
  if (schedule.empty()) return fmt::format("lockstep explore {}", arguments);  // it is so at once
  const auto text = schedule_text(schedule);
  if (text && text->size() <= schedule_bytes_max) {
    return fmt::format("lockstep run {} --schedule {}", arguments, shell_quoted(*text));
  }
  return fmt::format(
      "lockstep explore {} --save-schedule found.schedule.json; lockstep replay "
      "found.schedule.json",
      arguments);
}

}  // namespace lockstep
