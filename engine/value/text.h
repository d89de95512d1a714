// str(), repr() and format() of values, character for character as CPython 3.11 writes
// them; handles, which have addresses there, are written by their scenario name.
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
  virtual std::string function_name(FunctionId id) const = 0;
};

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
