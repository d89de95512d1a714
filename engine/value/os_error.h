// What an OSError makes of its arguments (Objects/exceptions.c, 3.11, oserror_parse_args and
// oserror_init): with two to five of them, error number, text, file, a number for Windows, other
// file, it takes them apart.
//
// Tested by tests/engine/value/text_test.cpp and tests/conformance/primitives_test.py.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "engine/value/value_table.h"

namespace lockstep {

// The class that OSError(number, ...) is of, by Linux' numbers.
ExceptionKind os_error_of(std::int64_t number);

struct OsErrorParts {
  Value number, text;
  Value file, other_file;  // none_value: it names none
  // e.args: without the files, if it names one.
  std::span<const Value> arguments;
};
// Nothing: it is no OSError, or has other numbers of arguments.
std::optional<OsErrorParts> os_error_parts(const ValueTable& values, Value exception);

}  // namespace lockstep
