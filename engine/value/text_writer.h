// str() and repr() into a buffer, within the limits of arithmetic.h. Internal to
// engine/value: what raises must know that a text was cut off, a report only shows it.
#pragma once
#include <cstdint>
#include <string>

#include "engine/value/result.h"
#include "engine/value/text.h"

namespace lockstep {

enum class TextEnd : std::uint8_t { complete, too_long, too_deep };

TextEnd write_str(std::string& out, const ValueTable& values, Value value, const Names& names);
TextEnd write_repr(std::string& out, const ValueTable& values, Value value, const Names& names);

// MemoryError or RecursionError. Requires: not complete.
Result cut_off(ValueTable& values, TextEnd end);

// str(value) and repr(value) as Python values.
Result str_of(ValueTable& values, Value value, const Names& names);
Result repr_of(ValueTable& values, Value value, const Names& names);

// 'text', with Python's choice of quotes and its escapes.
std::string string_repr(std::string_view text);
// ascii() of a repr: what is not ASCII is escaped too.
std::string ascii_escaped(std::string_view text);

// "<object 3>": for whoever was given no names.
const Names& numbers_as_names();

}  // namespace lockstep
