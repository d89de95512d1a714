#include "cli/report_targets.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "language/complaint.h"
#include "report/words.h"

namespace lockstep {

std::optional<std::string> cannot_write(const std::string& path) {
  if (path == "-") return std::nullopt;
  std::error_code error;
  const std::filesystem::path file(path);
  int failed = 0;
  if (std::filesystem::is_directory(file, error)) {
    failed = EISDIR;
  } else if (std::filesystem::exists(file, error)) {
    if (::access(path.c_str(), W_OK) != 0) failed = errno;
  } else {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    if (path.empty()) {
      failed = ENOENT;
    } else if (::access((folder / ".").c_str(), W_OK) != 0) {  // so that a file is none
      failed = errno;
    }
  }
  if (failed == 0) return std::nullopt;
  return std::strerror(failed);  // NOLINT(concurrency-mt-unsafe)
}

std::optional<std::vector<ReportTarget>> report_targets(Console& console, const Command& command,
                                                        const std::vector<std::string>& given,
                                                        const std::vector<std::string>& formats) {
  std::vector<ReportTarget> targets;
  std::string fault;
  for (const std::string& argument : given) {
    const std::size_t equals = argument.find('=');
    ReportTarget target{argument.substr(0, equals),
                        equals == std::string::npos ? "-" : argument.substr(equals + 1)};
    if (std::find(formats.begin(), formats.end(), target.format) == formats.end()) {
      fault = fmt::format("--report: expected {}, found \"{}\"{}", listed(formats, "or"),
                          printable(target.format), did_you_mean(target.format, formats));
    } else if (target.path.empty()) {
      fault =
          fmt::format("--report: {0}= names no file; write {0}=FILE, or {0} for standard output",
                      target.format);
    } else if (const auto why = cannot_write(target.path)) {
      fault = fmt::format("cannot write {}: {}", printable(target.path), *why);
    }
    targets.push_back(std::move(target));
  }
  const auto on_output = std::count_if(targets.begin(), targets.end(),
                                       [](const ReportTarget& to) { return to.path == "-"; });
  if (on_output > 1 && fault.empty()) {
    fault = "--report: only one report can go to standard output; write --report FORMAT=FILE";
  }
  if (!fault.empty()) {
    console.err(fmt::format("lockstep {}: {}\n", command.name, fault));
    return std::nullopt;
  }
  const bool has_text = std::any_of(targets.begin(), targets.end(),
                                    [](const ReportTarget& to) { return to.format == "text"; });
  if (on_output == 0 && !has_text) targets.insert(targets.begin(), {"text", "-"});
  return targets;
}

bool write_report(Console& console, const Command& command, const ReportTarget& target,
                  std::string_view text) {
  const auto why = write_file(console, target.path, text);
  if (!why) return true;
  console.err(fmt::format("lockstep {}: cannot write {}: {}\n", command.name,
                          printable(target.path), *why));
  return false;
}

bool write_reports(Console& console, const Command& command, std::span<const ReportTarget> targets,
                   const std::function<std::string()>& json,
                   const std::function<std::string(std::size_t width, const Paint& paint)>& text) {
  constexpr std::size_t width_in_files = 100;
  bool written = true;
  for (const ReportTarget& target : targets) {
    const bool on_output = target.path == "-";
    written &=
        write_report(console, command, target,
                     target.format == "json" ? json()
                                             : text(on_output ? console.width() : width_in_files,
                                                    on_output ? console.paint() : Paint(false)));
  }
  return written;
}

}  // namespace lockstep
