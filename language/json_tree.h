// A JSON text with // and /* */ comments, as a tree that knows where everything stands.
//
// The parser is nlohmann/json's, in the .cpp. Duplicate keys, integers beyond 64 bits, invalid
// UTF-8 and nesting deeper than json_depth_max are complaints; a text with a complaint has
// no tree.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/complaint.h"

namespace lockstep {

inline constexpr std::size_t json_depth_max = 100;
inline constexpr std::size_t json_bytes_max = 16u << 20;
inline constexpr std::size_t json_values_max = 1'000'000;

struct JsonNode {
  enum class Kind : std::uint8_t { null, boolean, integer, real, string, array, object };
  Kind kind = Kind::null;
  std::size_t begin = 0;  // byte offsets of the value's text, [begin, end)
  std::size_t end = 0;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;             // string: without quotes and escapes
  std::vector<JsonNode> items;  // array
  struct Member;
  std::vector<Member> members;                       // object, in file order
  const JsonNode* find(std::string_view key) const;  // null if absent or no object
};
struct JsonNode::Member {
  std::string key;
  std::size_t key_begin = 0;  // of the key with its quotes
  std::size_t key_end = 0;
  JsonNode value;
};

struct JsonTree {
  std::optional<JsonNode> root;  // absent if there are complaints
  std::vector<Complaint> complaints;
};
JsonTree read_json(std::string_view text);

// As JSON writes it, with quotes. Requires: valid UTF-8.
std::string json_string(std::string_view text);

// 1-based line and column (code points) of a byte offset.
struct LineColumn {
  std::uint32_t line, column;
};
LineColumn line_column(std::string_view text, std::size_t offset);

}  // namespace lockstep
