#include "language/line_map.h"

#include <algorithm>

namespace lockstep {
namespace {

// A sequence's first byte: what is no continuation byte counts, also in invalid UTF-8.
bool begins_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }

}  // namespace

LineMap::LineMap(std::string_view text) : text_(text), line_begins_{0} {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % stride == 0) counts_.push_back(count);
    if (begins_code_point(text[i])) ++count;
    if (text[i] == '\n') line_begins_.push_back(i + 1);
  }
  if (text.size() % stride == 0) counts_.push_back(count);
}

std::size_t LineMap::code_points_before(std::size_t offset) const {
  const std::size_t mark = offset / stride;
  const std::string_view rest = text_.substr(mark * stride, offset % stride);
  return counts_[mark] +
         static_cast<std::size_t>(std::count_if(rest.begin(), rest.end(), begins_code_point));
}

LineColumn LineMap::at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto next = std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
  const auto line = static_cast<std::size_t>(next - line_begins_.begin());  // 1-based
  const std::size_t column = code_points_before(offset) - code_points_before(*(next - 1)) + 1;
  return {static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(column)};
}

std::string_view LineMap::line(std::uint32_t number) const {
  if (number == 0 || number > line_begins_.size()) return {};
  std::string_view line = text_.substr(line_begins_[number - 1]);
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

LineColumn line_column(std::string_view text, std::size_t offset) {
  return LineMap(text.substr(0, offset)).at(offset);
}

}  // namespace lockstep
