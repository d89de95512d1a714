// What is wrong where a JSON text stops being JSON, in words for people.
//
// The parser's own messages name its token types; a person wants to know which comma is one
// too many. Tested by tests/language/json_tree_test.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep {

// What was read last before the fault.
enum class JsonBefore : std::uint8_t {
  nothing,  // the text begins
  array_begin,
  object_begin,
  key,
  item,      // a value in an array
  member,    // a value in an object
  document,  // the outermost value is complete
};

struct JsonFault {
  std::size_t offset;
  std::string message;
};

// The first offset at or behind `from` at which something other than blanks and comments stands.
std::size_t skip_blanks(std::string_view text, std::size_t from);

// `from`: where what was read last ends. Requires: `text` is valid UTF-8 and does not go on as
// JSON there.
JsonFault json_fault(std::string_view text, std::size_t from, JsonBefore before);

}  // namespace lockstep
