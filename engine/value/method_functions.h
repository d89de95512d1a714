// The functions behind methods.def, and what they have in common. For their files only.
// Tested by tests/engine/value/cases_test.cpp.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/value/arithmetic.h"
#include "engine/value/builtins.h"
#include "engine/value/unicode.h"

namespace lockstep {

using Arguments = std::span<const Value>;

#define METHOD(name, kinds, least, most) \
  Result method_##name(ValueTable& values, Value receiver, Arguments arguments, const Names& names);
#include "engine/value/methods.def"
#undef METHOD

inline Result type_error(ValueTable& values, std::string_view message) {
  return raise(values, ExceptionKind::type_error, message);
}
inline Result value_error(ValueTable& values, std::string_view message) {
  return raise(values, ExceptionKind::value_error, message);
}

inline bool is_string(const ValueTable& values, Value value) {
  return values.kind(value) == ValueKind::string;
}

inline bool is_bytes(const ValueTable& values, Value value) {
  return values.kind(value) == ValueKind::bytes;
}

// A text of the receiver's kind.
inline Value like(ValueTable& values, Value receiver, std::string_view text) {
  return is_bytes(values, receiver) ? values.bytes(text) : values.string(text);
}
inline Result text_like(ValueTable& values, Value receiver, std::string_view text) {
  return is_bytes(values, receiver) ? bytes_of(values, text) : string_of(values, text);
}

// How many units (code points of a str, bytes of bytes) a text of the receiver's kind has.
inline std::int64_t units(const ValueTable& values, Value receiver, std::string_view text) {
  return static_cast<std::int64_t>(is_bytes(values, receiver) ? text.size()
                                                              : count_code_points(text));
}

// As the argument parser of such methods calls it.
inline std::string found_type(const ValueTable& values, Value value) {
  return value == none_value ? "None" : std::string(type_name(values, value));
}

enum class From : std::uint8_t { left, right };

enum class End : std::uint8_t { start, end };

}  // namespace lockstep
