// Line and column of every byte offset of a text, without counting from its start each time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "language/json_tree.h"  // LineColumn

namespace lockstep {

class LineMap {
 public:
  explicit LineMap(std::string_view text);  // `text` outlives it
  // 1-based, the column in code points. An offset behind the end is the end. Beside the search
  // for the line it counts at most `stride` bytes.
  LineColumn at(std::size_t offset) const;
  // Without the line break; "" behind the last line.
  std::string_view line(std::uint32_t number) const;

 private:
  std::size_t code_points_before(std::size_t offset) const;

  static constexpr std::size_t stride = 256;
  std::string_view text_;
  std::vector<std::size_t> line_begins_;
  std::vector<std::size_t> counts_;  // code points before i * stride
};

}  // namespace lockstep
