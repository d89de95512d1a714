// The pure functions and methods of expressions, as tables (builtins.def, methods.def, which
// say what differs from CPython).
//
// Tested by tests/engine/value/builtins_test.cpp, and against Python by cases_test.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/value/result.h"
#include "engine/value/text.h"

namespace lockstep {

enum class Builtin : std::uint8_t {
#define BUILTIN(name, least, most, help) name##_,
#include "engine/value/builtins.def"
#undef BUILTIN
};
enum class Method : std::uint8_t {
#define METHOD(name, kinds, least, most) name##_,
#include "engine/value/methods.def"
#undef METHOD
};

struct BuiltinRow {
  std::string_view name;
  int arguments_min;
  int arguments_max;  // -1: no bound
  std::string_view help;
};
std::span<const BuiltinRow> builtin_rows();  // indexed by Builtin
std::optional<Builtin> builtin_named(std::string_view name);
std::string_view builtin_name(Builtin builtin);

std::optional<Method> method_named(std::string_view name);
std::string_view method_name(Method method);
std::vector<std::string_view> method_names();

// The attributes that data has: of exceptions "args", of an OSError also "errno", "strerror",
// "filename" and "filename2".
bool is_data_attribute(std::string_view name);
// Requires: it is one. AttributeError for a value that has none.
Result data_attribute(ValueTable& values, Value value, std::string_view name);

// Wrong argument counts and types raise what CPython raises.
Result call_builtin(ValueTable& values, Builtin builtin, std::span<const Value> arguments,
                    const Names& names);
Result call_method(ValueTable& values, Method method, Value receiver,
                   std::span<const Value> arguments, const Names& names);

}  // namespace lockstep
