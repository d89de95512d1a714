#include "cli/input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/signals.h"
#include "language/json_tree.h"
#include "language/schedule.h"
#include "report/words.h"

namespace lockstep {
namespace {

std::string error_text(int error) {
  return std::strerror(error);  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace

std::string shown_path(const std::string& path) {
  return path == "-" ? "standard input" : printable(path);
}

std::optional<std::string> read_file(const std::string& path, std::string& why) {
  const bool is_input = path == "-";
  const int descriptor = is_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    why = error_text(errno);
    return std::nullopt;
  }
  std::string text;
  std::array<char, 1 << 16> piece{};
  for (;;) {
    const ssize_t count = ::read(descriptor, piece.data(), piece.size());
    if (count < 0 && errno == EINTR && !is_interrupted()) continue;
    if (count < 0) why = error_text(errno);
    if (count <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (text.size() <= json_bytes_max) continue;
    why = fmt::format("it is larger than {} MiB", json_bytes_max >> 20);
    break;
  }
  if (!is_input) ::close(descriptor);
  if (!why.empty()) return std::nullopt;
  return text;
}

std::optional<Input> read_input(const Subject& subject, std::string& said) {
  std::string why;
  std::optional<std::string> text = read_file(subject.file, why);
  if (!text) {
    said = fmt::format("lockstep: cannot read {}: {}\n", shown_path(subject.file), why);
    return std::nullopt;
  }
  return accept_input(subject, *text, said);
}

std::optional<Input> accept_input(const Subject& subject, const std::string& text,
                                  std::string& said) {
  Loaded loaded = load(subject.file, text, subject.settings);
  std::optional<Schedule> schedule;
  if (loaded.program && loaded.complaints.empty()) {
    if (const JsonNode* node = loaded.scenario->tree.find("schedule")) {
      ReadSchedule read = read_schedule(*loaded.program, *node, text, "/schedule");
      schedule = std::move(read.schedule);
      loaded.complaints = std::move(read.complaints);
    }
  }
  if (!loaded.program || !loaded.complaints.empty()) {
    said = render(shown_path(subject.file), text, loaded.complaints);
    return std::nullopt;
  }
  return Input{subject, std::move(*loaded.scenario), std::move(*loaded.program),
               std::move(schedule)};
}

std::optional<Input> read_input(Console& console, const Subject& subject) {
  std::string said;
  std::optional<Input> input = read_input(subject, said);
  if (!input) console.err(said);
  return input;
}

}  // namespace lockstep
