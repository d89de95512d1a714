// str(), repr() and format() of values, character for character as CPython 3.11 writes
// them; handles, which have addresses there, are written by their scenario name.
//
// What differs: which characters beyond ASCII are escaped, and casing, are approximations
// (unicode.h); a str has no surrogates, so chr(0xd800) and '%c' of one raise; the locale of
// type n is C's; str.format's {0.attribute} is an AttributeError whatever the attribute;
// OSError with an errno stays OSError; one with more than two arguments is written as a tuple.
//
// Tested by tests/engine/value/text_test.cpp, and against Python by cases_test.cpp.
#pragma once
#include <string>
#include <string_view>

#include "engine/value/result.h"

namespace lockstep {

// How handles are called. Threads have names only in a State, objects only in a Program.
class Names {
 public:
  virtual ~Names() = default;
  virtual std::string object_name(ObjectId id) const = 0;  // as <Lock mutexA>
  virtual std::string thread_name(ThreadId id) const = 0;  // as <Thread T1>
  virtual std::string process_name(ThreadId main) const {
    return "<Process #" + std::to_string(main.index) + ">";  // as <Process Process-1>
  }
  virtual std::string function_name(FunctionId id) const = 0;
};

// Beyond text_bytes_max or nesting_max (arithmetic.h) the text is cut off and ends in "...";
// the functions str() and repr() of a scenario (builtins.h) raise there.
std::string str(const ValueTable& values, Value value, const Names& names);
std::string repr(const ValueTable& values, Value value, const Names& names);

// format(value, spec): the format specification mini-language for str, int, float, bool;
// other kinds take an empty spec only (TypeError otherwise, as in CPython).
Result format(ValueTable& values, Value value, std::string_view spec, const Names& names);

// "Type: text", the last line of a traceback; the bare type when the text is empty.
// Requires: an exception value.
std::string exception_line(const ValueTable& values, Value exception, const Names& names);

// JSON text of a value for reports: lists and tuples are arrays, dicts objects (a key that
// is no string is written as its repr), handles and exceptions their str. NaN and the
// infinities are strings.
std::string to_json(const ValueTable& values, Value value, const Names& names);

}  // namespace lockstep
