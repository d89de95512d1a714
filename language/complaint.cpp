#include "language/complaint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "engine/value/unicode.h"
#include "language/line_map.h"

namespace lockstep {
namespace {

constexpr std::size_t complaints_shown_max = 100;
constexpr std::size_t line_shown_max = 100;     // code points of a source line
constexpr std::size_t name_compared_max = 100;  // bytes: longer ones are no slips of the fingers

bool is_control(std::uint32_t c) {
  // Line and paragraph separators and the marks that turn the direction of writing too: they
  // would make a terminal show something else than the file says.
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

// Columns of a terminal: East Asian wide letters and most pictographs take two.
std::size_t width(std::uint32_t c) {
  const bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                    (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                    (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                    (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
                    (c >= 0x20000 && c <= 0x3fffd);
  return wide ? 2 : 1;
}

// Calls f(code point) for each of `bytes`; a byte that is no UTF-8 is U+FFFD.
template <class F>
void for_each_lenient(std::string_view bytes, F f) {
  while (!bytes.empty()) {
    const std::optional<Utf8Error> error = utf8_error(bytes);
    for_each_code_point(bytes.substr(0, error ? error->start : bytes.size()),
                        [&](std::uint32_t c, std::string_view) { f(c); });
    if (!error) return;
    f(std::uint32_t{0xfffd});
    bytes.remove_prefix(std::max(error->end, error->start + 1));
  }
}

// The byte at which the i-th code point begins, or the end.
std::size_t byte_of(std::string_view bytes, std::size_t i) {
  std::size_t at = 0;
  while (at < bytes.size() && i > 0) {
    do {
      ++at;
    } while (at < bytes.size() && (static_cast<unsigned char>(bytes[at]) & 0xc0U) == 0x80U);
    --i;
  }
  return at;
}

// Safe to print: control characters are written as JSON would.
std::string printable(std::string_view text) {
  std::string out;
  for_each_lenient(text, [&](std::uint32_t c) {
    if (is_control(c)) {
      out += fmt::format("\\u{:04x}", c);
    } else {
      append_code_point(out, c);
    }
  });
  return out;
}

// The source line and a caret under the column; of a long line the part around the column.
std::string excerpt(std::string_view line, const Place& place) {
  const std::size_t column = place.column - 1;
  const std::size_t begin = column > line_shown_max * 3 / 4 ? column - line_shown_max / 2 : 0;
  const std::size_t begin_byte = byte_of(line, begin);
  line = line.substr(begin_byte);
  const std::string_view part = line.substr(0, byte_of(line, line_shown_max));

  std::string shown = begin_byte > 0 ? "..." : "";
  std::string caret(shown.size(), ' ');
  std::size_t i = begin;
  for_each_lenient(part, [&](std::uint32_t c) {
    append_code_point(shown, is_control(c) ? ' ' : c);
    if (i++ < column) caret.append(width(c), ' ');
  });
  if (part.size() < line.size()) shown += "...";
  const std::string number = std::to_string(place.line);
  const std::string gutter(number.size(), ' ');
  return fmt::format("  {} | {}\n  {} | {}^\n", number, shown, gutter, caret);
}

// Optimal string alignment: a swap of neighbours is one slip. Above `most` it says only that.
// Requires: neither is longer than name_compared_max.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most) {
  std::array<std::array<std::size_t, name_compared_max + 1>, 3> rows;
  auto* before = &rows[0];
  auto* last = &rows[1];
  auto* row = &rows[2];
  for (std::size_t j = 0; j <= b.size(); ++j) (*last)[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    (*row)[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = (*last)[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0);
      (*row)[j] = std::min({(*last)[j] + 1, (*row)[j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        (*row)[j] = std::min((*row)[j], (*before)[j - 2] + 1);
      }
      least = std::min(least, (*row)[j]);
    }
    if (least > most) return least;
    std::swap(before, last);
    std::swap(last, row);
  }
  return (*last)[b.size()];
}

// Whether the texts differ in upper and lower case, _, - and blanks alone, which are mixed up
// more often than letters.
bool is_same_but_for_style(std::string_view a, std::string_view b) {
  const auto skip = [](std::string_view& text) {
    while (!text.empty() && (text[0] == '_' || text[0] == '-' || text[0] == ' ')) {
      text.remove_prefix(1);
    }
  };
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  for (;;) {
    skip(a);
    skip(b);
    if (a.empty() || b.empty()) return a.empty() && b.empty();
    if (lower(a[0]) != lower(b[0])) return false;
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
}

}  // namespace

namespace {

// A pointer into something nested deeply says no more than its beginning.
std::string shown_pointer(const std::string& pointer) {
  constexpr std::size_t bytes_max = 100, bytes_kept = 60;
  const std::size_t cut = pointer.rfind('/', bytes_kept);
  if (pointer.size() <= bytes_max || cut == std::string::npos || cut == 0) return pointer;
  return pointer.substr(0, cut) + "/...";
}

}  // namespace

std::string render(std::string_view file, std::string_view source,
                   const std::vector<Complaint>& complaints) {
  std::vector<const Complaint*> sorted;
  for (const Complaint& complaint : complaints) sorted.push_back(&complaint);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Complaint* a, const Complaint* b) {
    return std::pair(a->place.line, a->place.column) < std::pair(b->place.line, b->place.column);
  });

  const LineMap lines(source);
  std::string out;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i == complaints_shown_max) {
      out += fmt::format("and {} more\n", sorted.size() - i);
      break;
    }
    const auto& [place, message] = *sorted[i];
    out += fmt::format("{}:{}:{}: ", printable(file), place.line, place.column);
    if (!place.pointer.empty()) out += printable(shown_pointer(place.pointer)) + ": ";
    out += printable(message) + "\n" + excerpt(lines.line(place.line), place);
  }
  return out;
}

std::string nearest(std::string_view found, const std::vector<std::string>& candidates) {
  if (found.empty() || found.size() > name_compared_max) return "";
  const std::span<const std::string> looked_at(candidates.data(),
                                               std::min(candidates.size(), candidates_max));
  for (const std::string& candidate : looked_at) {
    if (candidate != found && is_same_but_for_style(candidate, found)) return candidate;
  }
  // A slip in three letters, but never so many that nothing of a short name is left.
  const std::size_t distance_max =
      found.size() <= 2 ? 1 : std::max<std::size_t>(found.size() / 3, 1);
  std::size_t best = distance_max + 1;
  std::string found_nearest;
  for (const std::string& candidate : looked_at) {
    const std::size_t longer = std::max(candidate.size(), found.size());
    const std::size_t shorter = std::min(candidate.size(), found.size());
    if (candidate == found || longer - shorter >= best || longer > name_compared_max) continue;
    const std::size_t distance = edit_distance(found, candidate, best - 1);
    if (distance < best && distance < longer) {
      best = distance;
      found_nearest = candidate;
    }
  }
  return found_nearest;
}

std::string did_you_mean(std::string_view found, const std::vector<std::string>& candidates) {
  const std::string name = nearest(found, candidates);
  return name.empty() ? "" : fmt::format("; did you mean \"{}\"?", name);
}

}  // namespace lockstep
