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

std::optional<std::string> run_line(const Subject& subject, const Schedule& schedule) {
  const auto text = schedule_text(schedule);
  if (!text || text->size() > schedule_bytes_max) return std::nullopt;
  return fmt::format("lockstep run {} --schedule {}", subject_arguments(subject),
                     shell_quoted(*text));
}

std::string replay_line(const Subject& subject, const Schedule& schedule) {
  const std::string arguments = subject_arguments(subject);
  if (schedule.empty()) return fmt::format("lockstep explore {}", arguments);  // it is so at once
  if (auto line = run_line(subject, schedule)) return *std::move(line);
  return fmt::format(
      "lockstep explore {} --save-schedule found.schedule.json; lockstep replay "
      "found.schedule.json",
      arguments);
}

std::string other_order_line(const Subject& subject, const Finding& finding) {
  if (!finding.explanation || finding.explanation->other_order.empty()) return {};
  return run_line(subject, finding.explanation->other_order).value_or("");
}

}  // namespace lockstep
