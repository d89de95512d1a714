#include "report/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "engine/value/unicode.h"

namespace lockstep {
namespace {

using Range = std::pair<std::uint32_t, std::uint32_t>;

// East Asian Wide and Fullwidth, and emoji, by block: a letter that is unassigned today may be
// counted as wide, which costs a space.
constexpr std::array<Range, 12> wide_ranges{{{0x1100, 0x115f},
                                             {0x2e80, 0x303e},
                                             {0x3041, 0x33ff},
                                             {0x3400, 0x4dbf},
                                             {0x4e00, 0x9fff},
                                             {0xa000, 0xa4cf},
                                             {0xac00, 0xd7a3},
                                             {0xf900, 0xfaff},
                                             {0xfe30, 0xfe6f},
                                             {0xff00, 0xff60},
                                             {0x1f300, 0x1faff},
                                             {0x20000, 0x3fffd}}};
constexpr std::array<Range, 7> combining_ranges{{{0x0300, 0x036f},
                                                 {0x0483, 0x0489},
                                                 {0x0591, 0x05bd},
                                                 {0x1ab0, 0x1aff},
                                                 {0x1dc0, 0x1dff},
                                                 {0x20d0, 0x20ff},
                                                 {0xfe00, 0xfe0f}}};

template <std::size_t N>
bool is_in(std::uint32_t code_point, const std::array<Range, N>& ranges) {
  for (const Range& range : ranges) {
    if (code_point >= range.first && code_point <= range.second) return true;
  }
  return false;
}

std::size_t width_of(std::uint32_t code_point) {
  if (code_point < 0x300) return 1;
  if (is_in(code_point, combining_ranges)) return 0;
  return is_in(code_point, wide_ranges) ? 2 : 1;
}

void append_escaped(std::string& text, std::uint32_t code_point) {
  switch (code_point) {
    case '\n':
      text += "\\n";
      return;
    case '\r':
      text += "\\r";
      return;
    case '\t':
      text += "\\t";
      return;
    default:
      break;
  }
  if (code_point < 0x100) {
    text += fmt::format("\\x{:02x}", code_point);
  } else if (code_point < 0x10000) {
    text += fmt::format("\\u{:04x}", code_point);
  } else {
    text += fmt::format("\\U{:08x}", code_point);
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const auto error = utf8_error(text);
    for_each_code_point(text.substr(0, error ? error->start : text.size()),
                        [&](std::uint32_t code_point, std::string_view bytes) {
                          if (is_printable(code_point)) {
                            safe += bytes;
                          } else {
                            append_escaped(safe, code_point);
                          }
                        });
    if (!error) break;
    for (const char c : text.substr(error->start, error->end - error->start)) {
      append_escaped(safe, static_cast<unsigned char>(c));
    }
    text.remove_prefix(error->end);
  }
  return safe;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for_each_code_point(
      text, [&](std::uint32_t code_point, std::string_view) { width += width_of(code_point); });
  return width;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string filled(text);
  const std::size_t taken = display_width(text);
  if (taken < width) filled.append(width - taken, ' ');
  return filled;
}

std::string shortened(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width <= 3) return std::string(width, '.');
  std::string kept;
  std::size_t taken = 0;
  bool full = false;
  for_each_code_point(text, [&](std::uint32_t code_point, std::string_view bytes) {
    const std::size_t columns = width_of(code_point);
    full = full || taken + columns > width - 3;
    if (full) return;
    taken += columns;
    kept += bytes;
  });
  return kept + "...";
}

std::string shortened_within(std::string_view text, std::size_t width) {
  constexpr std::size_t end_width_max = 6;
  if (display_width(text) <= width || width <= 3 + end_width_max) return shortened(text, width);
  std::string end;
  std::size_t taken = 0;
  std::vector<std::string_view> code_points;
  for_each_code_point(text,
                      [&](std::uint32_t, std::string_view bytes) { code_points.push_back(bytes); });
  for (auto it = code_points.rbegin(); it != code_points.rend(); ++it) {
    const std::size_t columns = display_width(*it);
    if (taken + columns > end_width_max) break;
    taken += columns;
    end.insert(0, *it);
  }
  return shortened(text, width - taken) + end;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  std::size_t taken = 0;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    const std::size_t columns = display_width(word);
    if (taken > 0 && taken + 1 + columns <= width) {
      lines.back() += ' ';
      ++taken;
    } else if (taken > 0) {
      lines.emplace_back();
      taken = 0;
    }
    for_each_code_point(word, [&](std::uint32_t code_point, std::string_view bytes) {
      const std::size_t own = width_of(code_point);
      if (taken > 0 && taken + own > width) {
        lines.emplace_back();
        taken = 0;
      }
      lines.back() += bytes;
      taken += own;
    });
  }
  return lines;
}

std::string hanging(std::string_view text, std::size_t width, std::size_t indent,
                    std::size_t hang) {
  const std::size_t deepest = std::max(indent, hang);
  std::string block;
  for (const std::string& line : wrapped(text, width > deepest ? width - deepest : 1)) {
    block.append(block.empty() ? indent : hang, ' ');
    block += line + '\n';
  }
  return block;
}

std::string grouped(std::uint64_t n) {
  std::string digits = std::to_string(n);
  if (digits.size() <= 4) return digits;
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
  if (n == 1) return fmt::format("1 {}", one);
  if (!many.empty()) return fmt::format("{} {}", grouped(n), many);
  return fmt::format("{} {}s", grouped(n), one);
}

std::string listed(std::span<const std::string> names, std::string_view last) {
  if (names.size() > listed_max) {
    return fmt::format("{} {} {} more", fmt::join(names.first(listed_max), ", "), last,
                       grouped(names.size() - listed_max));
  }
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 < names.size() ? ", " : fmt::format(" {} ", last);
    text += names[i];
  }
  return text;
}

std::string seconds_text(double seconds) {
  if (seconds <= 0) return "0 s";
  if (seconds < 0.0001) return fmt::format("{:.1f} µs", seconds * 1e6);
  if (seconds < 0.001) return fmt::format("{:.1f} ms", seconds * 1e3);
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1e3);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  return fmt::format("{} min {:02} s", whole / 60, whole % 60);
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> units{"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double amount = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (amount >= 999.95 && unit + 1 < units.size()) {
    amount /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", amount, units[unit]);
}

std::string_view end_name(RunResult::End end) {
  switch (end) {
    case RunResult::End::finished:
      return "finished";
    case RunResult::End::stuck:
      return "stuck";
    case RunResult::End::stopped:
      return "stopped";
    case RunResult::End::refused:
      return "refused";
    case RunResult::End::limit:
      return "limit";
  }
  return {};
}

std::string place_text(const Site& site) {
  if (site.line == 0) return "not written in the scenario";
  std::string text = fmt::format("{}:{}", site.line, site.column);
  if (!site.at.empty()) text += fmt::format(" ({})", printable(site.at));
  return text;
}

std::string shell_quoted(std::string_view argument) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!argument.empty() && argument.find_first_not_of(plain) == std::string_view::npos) {
    return std::string(argument);
  }
  // What would not survive on a terminal is written as $'...' has it.
  if (const std::string safe = printable(argument); safe != argument) {
    std::string quoted = "$'";
    for (const char c : argument) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '\'' || c == '\\') {
        quoted += '\\';
        quoted += c;
      } else if (byte < 0x20 || byte >= 0x7f) {
        quoted += fmt::format("\\x{:02x}", byte);
      } else {
        quoted += c;
      }
    }
    return quoted + "'";
  }
  std::string quoted = "'";
  for (const char c : argument) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace lockstep
