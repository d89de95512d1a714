#include "cli/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace lockstep {
namespace {

constexpr std::size_t held_bytes_max = std::size_t{64} << 10;

// errno of the write that failed; 0: all of it is written.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  if (value == nullptr) return std::nullopt;
  return value;
}

std::optional<std::string> reason(int error) {
  if (error == 0) return std::nullopt;
  return std::strerror(error);  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace

bool environment_wants_colour(bool is_terminal) {
  if (const auto value = environment("NO_COLOR"); value && !value->empty()) return false;
  if (const auto value = environment("CLICOLOR_FORCE"); value && !value->empty() && *value != "0") {
    return true;
  }
  if (environment("CLICOLOR") == "0") return false;
  return is_terminal && environment("TERM") != "dumb";
}

Console::Console()
    : out_is_terminal_(isatty(STDOUT_FILENO) == 1), err_is_terminal_(isatty(STDERR_FILENO) == 1) {}

Console::~Console() { flush(); }

Paint Console::paint() const {
  return Paint(wish_ == ColourWish::always ||
               (wish_ == ColourWish::automatic && environment_wants_colour(out_is_terminal_)));
}

std::size_t Console::width() const {
  constexpr std::size_t usual = 100;
  winsize size{};
  if (!out_is_terminal_ || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
    return usual;
  }
  return std::clamp<std::size_t>(size.ws_col, 60, 200);
}

void Console::write(int descriptor, std::string_view text) {
  if (descriptor == STDERR_FILENO) {
    write_all(descriptor, text);  // nobody is left to tell if that fails
    return;
  }
  if (gone_ || fault_ != 0) return;
  const int error = write_all(descriptor, text);
  if (error == EPIPE) {
    gone_ = true;
  } else {
    fault_ = error;
  }
}

void Console::out(std::string_view text) {
  progress({});
  held_ += text;
  if (held_.size() >= held_bytes_max || out_is_terminal_) flush();
}

void Console::err(std::string_view text) {
  progress({});
  flush();
  write(STDERR_FILENO, text);
}

bool Console::flush(std::string* why) {
  write(STDOUT_FILENO, held_);
  held_.clear();
  if (fault_ != 0 && why != nullptr) *why = *reason(fault_);
  return fault_ == 0;
}

void Console::progress(std::string_view line) {
  if (!err_is_terminal_ || (line.empty() && !progress_shown_)) return;
  progress_shown_ = !line.empty();
  write(STDERR_FILENO, fmt::format("\r\x1b[K{}", line));
}

std::optional<std::string> write_file(Console& console, const std::string& path,
                                      std::string_view text) {
  if (path == "-") {
    console.out(text);
    return std::nullopt;
  }
  std::error_code error;
  // A link stays a link: what it points to is replaced.
  std::string target = path;
  if (std::filesystem::is_symlink(path, error)) {
    const auto resolved = std::filesystem::weakly_canonical(path, error);
    if (!error) target = resolved.string();
  }

  struct stat old {};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  if (exists && !S_ISREG(old.st_mode)) {
    if (S_ISDIR(old.st_mode)) return reason(EISDIR);
    const int descriptor = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return reason(errno);
    const int failed = write_all(descriptor, text);
    ::close(descriptor);
    return failed == EPIPE ? std::nullopt : reason(failed);
  }
  // A file that may not be written stays as it is, though its folder would let it be replaced.
  if (exists && ::access(target.c_str(), W_OK) != 0) return reason(errno);

  const std::string half = fmt::format("{}.{}.tmp", target, ::getpid());
  const int descriptor = ::open(half.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return reason(errno);
  int failed = exists && ::fchmod(descriptor, old.st_mode & 07777) != 0 ? errno : 0;
  if (failed == 0) failed = write_all(descriptor, text);
  if (::close(descriptor) != 0 && failed == 0) failed = errno;
  if (failed == 0 && ::rename(half.c_str(), target.c_str()) != 0) failed = errno;
  if (failed != 0) ::unlink(half.c_str());
  return reason(failed);
}

}  // namespace lockstep
