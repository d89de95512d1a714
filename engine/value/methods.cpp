// The table of methods, and those of dict (Objects/dictobject.c of CPython 3.11).
#include <algorithm>
#include <array>
#include <string>

#include "engine/value/builtins.h"
#include "engine/value/containers.h"
#include "engine/value/method_functions.h"

namespace lockstep {
namespace {

using Function = Result (*)(ValueTable&, Value, Arguments, const Names&);

constexpr std::array functions{
#define METHOD(name, kinds, least, most) Function{method_##name},
#include "engine/value/methods.def"
#undef METHOD
};

constexpr unsigned set_of(ValueKind kind) { return 1U << static_cast<unsigned>(kind); }

struct Row {
  std::string_view name;
  unsigned kinds;  // a set_of() each
  int arguments_min;
  int arguments_max;
};

constexpr auto make_rows() {
  constexpr unsigned STRING = set_of(ValueKind::string);
  constexpr unsigned BYTES = set_of(ValueKind::bytes);
  constexpr unsigned LIST = set_of(ValueKind::list);
  constexpr unsigned TUPLE = set_of(ValueKind::tuple);
  constexpr unsigned DICT = set_of(ValueKind::dict);
  return std::array{
#define METHOD(name, kinds, least, most) Row{#name, kinds, least, most},
#include "engine/value/methods.def"
#undef METHOD
  };
}
constexpr auto rows = make_rows();

// CPython parses arguments in three ways, and each has its own complaint.
Result wrong_count(ValueTable& values, Method method, Value receiver, int least, int most,
                   int given) {
  const std::string name(method_name(method));
  const std::string qualified = std::string(type_name(values, receiver)) + "." + name;
  const std::string got = std::to_string(given);
  if (most == 0) return type_error(values, qualified + "() takes no arguments (" + got + " given)");
  if (least == 1 && most == 1) {
    return type_error(values, qualified + "() takes exactly one argument (" + got + " given)");
  }
  const bool too_few = given < least;
  const int bound = too_few ? least : most;
  const std::string relation = too_few ? "at least " : "at most ";
  const std::string arguments = std::to_string(bound) + (bound == 1 ? " argument" : " arguments");
  const ValueKind kind = values.kind(receiver);
  const bool by_format =
      (kind == ValueKind::string || kind == ValueKind::bytes) &&
      (method == Method::startswith_ || method == Method::endswith_ || method == Method::find_ ||
       method == Method::count_ || method == Method::index_ || method == Method::split_ ||
       method == Method::rfind_ || method == Method::rindex_ || method == Method::rsplit_ ||
       method == Method::splitlines_ || method == Method::encode_ || method == Method::decode_);
  if (by_format) {
    return type_error(values, name + "() takes " + relation + arguments + " (" + got + " given)");
  }
  return type_error(values, name + " expected " + relation + arguments + ", got " + got);
}

}  // namespace

Result method_get(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  if (!values.is_hashable(arguments[0])) return unhashable(values, arguments[0]);
  const auto items = values.items(receiver);
  if (const auto at = find_key(values, items, arguments[0])) return {items[*at + 1]};
  return {arguments.size() > 1 ? arguments[1] : none_value};
}

namespace {

// Every other item of a dict: from 0 the keys, from 1 the values.
Result every_other(ValueTable& values, Value dict, std::size_t first) {
  const auto items = values.items(dict);
  std::vector<Value> result;
  for (std::size_t i = first; i < items.size(); i += 2) result.push_back(items[i]);
  return {values.list(result)};
}

}  // namespace

Result method_keys(ValueTable& values, Value receiver, Arguments, const Names&) {
  return every_other(values, receiver, 0);
}

Result method_values(ValueTable& values, Value receiver, Arguments, const Names&) {
  return every_other(values, receiver, 1);
}

Result method_items(ValueTable& values, Value receiver, Arguments, const Names&) {
  const auto items = values.items(receiver);
  std::vector<Value> result;
  result.reserve(items.size() / 2);
  for (std::size_t i = 0; i < items.size(); i += 2) {
    result.push_back(values.tuple(items.subspan(i, 2)));
  }
  return {values.list(result)};
}

std::optional<Method> method_named(std::string_view name) {
  const auto found = std::ranges::find(rows, name, &Row::name);
  if (found == rows.end()) return std::nullopt;
  return static_cast<Method>(found - rows.begin());
}

std::string_view method_name(Method method) { return rows[static_cast<std::size_t>(method)].name; }

std::vector<std::string_view> method_names() {
  std::vector<std::string_view> names;
  names.reserve(rows.size());
  for (const Row& row : rows) names.push_back(row.name);
  return names;
}

Result call_method(ValueTable& values, Method method, Value receiver,
                   std::span<const Value> arguments, const Names& names) {
  const auto i = static_cast<std::size_t>(method);
  const ValueKind kind = values.kind(receiver);
  if ((rows[i].kinds & set_of(kind)) == 0) return no_attribute(values, receiver, rows[i].name);
  const bool one_of_items =
      method == Method::count_ && kind != ValueKind::string && kind != ValueKind::bytes;
  const int most = one_of_items ? 1 : rows[i].arguments_max;
  const int given = static_cast<int>(arguments.size());
  if (given < rows[i].arguments_min || (most >= 0 && given > most)) {
    return wrong_count(values, method, receiver, rows[i].arguments_min, most, given);
  }
  return functions[i](values, receiver, arguments, names);
}

}  // namespace lockstep
