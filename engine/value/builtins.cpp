// After bltinmodule.c and the types' constructors in CPython 3.11. What a function says of
// a wrong number of arguments depends on how CPython parses its arguments; see Arity.
#include "engine/value/builtins.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <string>

#include "engine/value/arithmetic.h"
#include "engine/value/containers.h"
#include "engine/value/number_text.h"
#include "engine/value/numbers.h"
#include "engine/value/os_error.h"
#include "engine/value/sorting.h"
#include "engine/value/text_writer.h"
#include "engine/value/unicode.h"

namespace lockstep {
namespace {

using Arguments = std::span<const Value>;

#define BUILTIN(name, least, most, help) \
  Result builtin_##name(ValueTable& values, Arguments arguments, const Names& names);
#include "engine/value/builtins.def"
#undef BUILTIN

using Function = Result (*)(ValueTable&, Arguments, const Names&);

constexpr std::array functions{
#define BUILTIN(name, least, most, help) Function{builtin_##name},
#include "engine/value/builtins.def"
#undef BUILTIN
};

constexpr std::array rows{
#define BUILTIN(name, least, most, help) BuiltinRow{#name, least, most, help},
#include "engine/value/builtins.def"
#undef BUILTIN
};

Result type_error(ValueTable& values, std::string_view message) {
  return raise(values, ExceptionKind::type_error, message);
}
Result value_error(ValueTable& values, std::string_view message) {
  return raise(values, ExceptionKind::value_error, message);
}

std::string quoted_type(const ValueTable& values, Value value) {
  return "'" + std::string(type_name(values, value)) + "'";
}

// The ways in which CPython complains about the number of arguments.
Result wrong_count(ValueTable& values, Builtin builtin, std::size_t given) {
  const BuiltinRow& row = rows[static_cast<std::size_t>(builtin)];
  const std::string name(row.name);
  const std::string got = std::to_string(given);
  const bool too_few = static_cast<int>(given) < row.arguments_min;
  const int bound = too_few ? row.arguments_min : row.arguments_max;
  const std::string arguments = std::to_string(bound) + (bound == 1 ? " argument" : " arguments");
  switch (builtin) {
    case Builtin::len_:
    case Builtin::abs_:
    case Builtin::repr_:
    case Builtin::any_:
    case Builtin::all_:
    case Builtin::ord_:
    case Builtin::chr_:
      return type_error(values, name + "() takes exactly one argument (" + got + " given)");
    case Builtin::enumerate_:
    case Builtin::round_:
    case Builtin::sum_:
    case Builtin::int_:
    case Builtin::str_:
      if (builtin == Builtin::enumerate_ && too_few) {
        return type_error(values, "enumerate() missing required argument 'iterable'");
      }
      if (builtin == Builtin::round_ && too_few) {
        return type_error(values, "round() missing required argument 'number' (pos 1)");
      }
      if (builtin == Builtin::sum_ && too_few) {
        return type_error(values, "sum() takes at least 1 positional argument (0 given)");
      }
      return type_error(values, name + "() takes at most " + arguments + " (" + got + " given)");
    case Builtin::range_:
    case Builtin::min_:
    case Builtin::max_:
    case Builtin::sorted_:
    case Builtin::reversed_:
    case Builtin::float_:
    case Builtin::bool_:
    case Builtin::list_:
    case Builtin::tuple_:
    case Builtin::dict_:
    case Builtin::zip_:
      break;
  }
  const std::string_view relation = row.arguments_min == row.arguments_max ? ""
                                    : too_few                              ? "at least "
                                                                           : "at most ";
  return type_error(values,
                    name + " expected " + std::string(relation) + arguments + ", got " + got);
}

Result builtin_len(ValueTable& values, Arguments arguments, const Names&) {
  const auto count = length(values, arguments[0]);
  if (!count) {
    return type_error(values,
                      "object of type " + quoted_type(values, arguments[0]) + " has no len()");
  }
  if (*count > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return raise(values, ExceptionKind::overflow_error,
                 "Python int too large to convert to C ssize_t");
  }
  return {values.integer(static_cast<std::int64_t>(*count))};
}

Result builtin_range(ValueTable& values, Arguments arguments, const Names&) {
  std::int64_t bounds[3] = {0, 0, 1};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto n = as_index(values, arguments[i]);
    if (!n) return not_an_index(values, arguments[i]);
    bounds[arguments.size() == 1 ? 1 : i] = *n;
  }
  if (bounds[2] == 0) return value_error(values, "range() arg 3 must not be zero");
  return {values.range(bounds[0], bounds[1], bounds[2])};
}

// The item before which no other comes, the first of several.
Result extreme(ValueTable& values, Arguments arguments, std::string_view name, Comparison before) {
  std::vector<Value> items(arguments.begin(), arguments.end());
  if (arguments.size() == 1) {
    Collected collected = collect(values, arguments[0]);
    if (collected.raised) return *collected.raised;
    items = std::move(collected.items);
  }
  if (items.empty()) return value_error(values, std::string(name) + "() arg is an empty sequence");
  Value best = items[0];
  for (std::size_t i = 1; i < items.size(); ++i) {
    const Result better = compare(values, before, items[i], best);
    if (better.raised) return better;
    if (better.value == true_value) best = items[i];
  }
  return {best};
}

Result builtin_min(ValueTable& values, Arguments arguments, const Names&) {
  return extreme(values, arguments, "min", Comparison::less);
}
Result builtin_max(ValueTable& values, Arguments arguments, const Names&) {
  return extreme(values, arguments, "max", Comparison::greater);
}

Result builtin_sum(ValueTable& values, Arguments arguments, const Names& names) {
  Collected collected = collect(values, arguments[0]);
  if (collected.raised) return *collected.raised;
  Value sum = arguments.size() > 1 ? arguments[1] : small_integer_value(0);
  if (values.kind(sum) == ValueKind::string) {
    return type_error(values, "sum() can't sum strings [use ''.join(seq) instead]");
  }
  if (values.kind(sum) == ValueKind::bytes) {
    return type_error(values, "sum() can't sum bytes [use b''.join(seq) instead]");
  }
  for (const Value item : collected.items) {
    const Result next = binary(values, BinaryOperator::add, sum, item, &names);
    if (next.raised) return next;
    sum = next.value;
  }
  return {sum};
}

Result builtin_abs(ValueTable& values, Arguments arguments, const Names&) {
  const auto number = number_of(values, arguments[0]);
  if (!number) {
    return type_error(values, "bad operand type for abs(): " + quoted_type(values, arguments[0]));
  }
  if (number->is_real) return {values.real(std::fabs(number->real))};
  if (number->integer >= 0) return {values.integer(number->integer)};
  return integer_binary(values, BinaryOperator::subtract, 0, number->integer);
}

Result builtin_sorted(ValueTable& values, Arguments arguments, const Names&) {
  Collected collected = collect(values, arguments[0]);
  if (collected.raised) return *collected.raised;
  if (const auto raised = sort_items(values, collected.items)) return *raised;
  return list_of(values, collected.items);
}

Result builtin_reversed(ValueTable& values, Arguments arguments, const Names&) {
  if (!is_iterable(values, arguments[0])) {
    return type_error(values, quoted_type(values, arguments[0]) + " object is not reversible");
  }
  Collected collected = collect(values, arguments[0]);
  if (collected.raised) return *collected.raised;
  std::ranges::reverse(collected.items);
  return list_of(values, collected.items);
}

Result integer_of_text(ValueTable& values, Value text, int base, const Names& names) {
  // Bytes that are no UTF-8 are no number either.
  ParsedInteger parsed{ParsedInteger::Status::invalid};
  if (values.kind(text) == ValueKind::string || values.is_ascii(text)) {
    parsed = parse_integer(values.as_text(text), base);
  }
  switch (parsed.status) {
    case ParsedInteger::Status::valid:
      return {values.integer(parsed.n)};
    case ParsedInteger::Status::out_of_range:
      return integer_overflow(values);
    case ParsedInteger::Status::invalid:
      break;
  }
  return value_error(values, "invalid literal for int() with base " + std::to_string(base) + ": " +
                                 repr(values, text, names));
}

Result builtin_int(ValueTable& values, Arguments arguments, const Names& names) {
  if (arguments.empty()) return {small_integer_value(0)};
  const Value value = arguments[0];
  const ValueKind kind = values.kind(value);
  const bool is_text = kind == ValueKind::string || kind == ValueKind::bytes;
  if (arguments.size() == 2) {
    const auto base = as_index(values, arguments[1]);
    if (!base) return not_an_index(values, arguments[1]);
    if (*base != 0 && (*base < 2 || *base > 36)) {
      return value_error(values, "int() base must be >= 2 and <= 36, or 0");
    }
    if (!is_text) return type_error(values, "int() can't convert non-string with explicit base");
    return integer_of_text(values, value, static_cast<int>(*base), names);
  }
  if (is_text) return integer_of_text(values, value, 10, names);
  const auto number = number_of(values, value);
  if (!number) {
    return type_error(values,
                      "int() argument must be a string, a bytes-like object or a real number, "
                      "not " +
                          quoted_type(values, value));
  }
  if (number->is_real) return truncated(values, number->real);
  return {values.integer(number->integer)};
}

Result builtin_float(ValueTable& values, Arguments arguments, const Names& names) {
  if (arguments.empty()) return {values.real(0)};
  const Value value = arguments[0];
  if (const auto number = number_of(values, value)) return {values.real(number->as_real())};
  const ValueKind kind = values.kind(value);
  if (kind != ValueKind::string && kind != ValueKind::bytes) {
    return type_error(values, "float() argument must be a string or a real number, not " +
                                  quoted_type(values, value));
  }
  std::optional<double> parsed;
  if (kind == ValueKind::string || values.is_ascii(value)) {
    parsed = parse_real(values.as_text(value));
  }
  if (parsed) return {values.real(*parsed)};
  return value_error(values, "could not convert string to float: " + repr(values, value, names));
}

Result builtin_str(ValueTable& values, Arguments arguments, const Names& names) {
  return arguments.empty() ? Result{values.string("")} : str_of(values, arguments[0], names);
}

Result builtin_repr(ValueTable& values, Arguments arguments, const Names& names) {
  return repr_of(values, arguments[0], names);
}

Result builtin_bool(ValueTable& values, Arguments arguments, const Names&) {
  return {boolean_value(!arguments.empty() && truth(values, arguments[0]))};
}

Result builtin_list(ValueTable& values, Arguments arguments, const Names&) {
  if (arguments.empty()) return {values.list({})};
  const Collected collected = collect(values, arguments[0]);
  return collected.raised ? *collected.raised : list_of(values, collected.items);
}

Result builtin_tuple(ValueTable& values, Arguments arguments, const Names&) {
  if (arguments.empty()) return {values.tuple({})};
  const Collected collected = collect(values, arguments[0]);
  return collected.raised ? *collected.raised : tuple_of(values, collected.items);
}

Result builtin_dict(ValueTable& values, Arguments arguments, const Names&) {
  if (arguments.empty()) return {values.dict({})};
  if (values.kind(arguments[0]) == ValueKind::dict) return {arguments[0]};
  const Collected elements = collect(values, arguments[0]);
  if (elements.raised) return *elements.raised;
  std::vector<Value> items;
  for (std::size_t i = 0; i < elements.items.size(); ++i) {
    const Value element = elements.items[i];
    if (!is_iterable(values, element)) {
      return type_error(values, "cannot convert dictionary update sequence element #" +
                                    std::to_string(i) + " to a sequence");
    }
    const Collected pair = collect(values, element);
    if (pair.raised) return *pair.raised;
    if (pair.items.size() != 2) {
      return value_error(values, "dictionary update sequence element #" + std::to_string(i) +
                                     " has length " + std::to_string(pair.items.size()) +
                                     "; 2 is required");
    }
    if (!values.is_hashable(pair.items[0])) return unhashable(values, pair.items[0]);
    set_key(values, items, pair.items[0], pair.items[1]);
  }
  return {values.dict(items)};
}

Result builtin_enumerate(ValueTable& values, Arguments arguments, const Names&) {
  std::int64_t next = 0;
  if (arguments.size() > 1) {
    const auto start = as_index(values, arguments[1]);
    if (!start) return not_an_index(values, arguments[1]);
    next = *start;
  }
  Collected collected = collect(values, arguments[0]);
  if (collected.raised) return *collected.raised;
  if (!collected.items.empty() && next > std::numeric_limits<std::int64_t>::max() -
                                             static_cast<std::int64_t>(collected.items.size())) {
    return integer_overflow(values);
  }
  for (Value& item : collected.items) {
    const std::array pair{values.integer(next++), item};
    item = values.tuple(pair);
  }
  return list_of(values, collected.items);
}

Result builtin_zip(ValueTable& values, Arguments arguments, const Names&) {
  std::vector<std::vector<Value>> columns;
  std::size_t shortest = arguments.empty() ? 0 : std::numeric_limits<std::size_t>::max();
  for (const Value argument : arguments) {
    Collected collected = collect(values, argument);
    if (collected.raised) return *collected.raised;
    shortest = std::min(shortest, collected.items.size());
    columns.push_back(std::move(collected.items));
  }
  std::vector<Value> result;
  for (std::size_t i = 0; i < shortest; ++i) {
    std::vector<Value> row;
    row.reserve(columns.size());
    for (const auto& column : columns) row.push_back(column[i]);
    result.push_back(values.tuple(row));
  }
  return list_of(values, result);
}

Result builtin_any(ValueTable& values, Arguments arguments, const Names&) {
  const Collected collected = collect(values, arguments[0]);
  if (collected.raised) return *collected.raised;
  return {boolean_value(
      std::ranges::any_of(collected.items, [&](Value item) { return truth(values, item); }))};
}

Result builtin_all(ValueTable& values, Arguments arguments, const Names&) {
  const Collected collected = collect(values, arguments[0]);
  if (collected.raised) return *collected.raised;
  return {boolean_value(
      std::ranges::all_of(collected.items, [&](Value item) { return truth(values, item); }))};
}

Result builtin_round(ValueTable& values, Arguments arguments, const Names&) {
  const auto number = number_of(values, arguments[0]);
  if (!number) {
    return type_error(values, "type " + std::string(type_name(values, arguments[0])) +
                                  " doesn't define __round__ method");
  }
  const bool to_places = arguments.size() > 1 && arguments[1] != none_value;
  if (!to_places) {
    // The rounding mode is to nearest, ties to even.
    if (number->is_real) return truncated(values, std::nearbyint(number->real));
    return {values.integer(number->integer)};
  }
  const auto places = as_index(values, arguments[1]);
  if (!places) return not_an_index(values, arguments[1]);
  if (!number->is_real) {
    if (*places >= 0) return {values.integer(number->integer)};
    return integer_rounded(values, number->integer, magnitude(*places));
  }
  if (!std::isfinite(number->real)) return {values.real(number->real)};
  const auto rounded = real_rounded(number->real, *places);
  if (!rounded) {
    return raise(values, ExceptionKind::overflow_error, "rounded value too large to represent");
  }
  return {values.real(*rounded)};
}

Result builtin_ord(ValueTable& values, Arguments arguments, const Names&) {
  const Value value = arguments[0];
  const ValueKind kind = values.kind(value);
  if (kind != ValueKind::string && kind != ValueKind::bytes) {
    return type_error(values, "ord() expected string of length 1, but " +
                                  std::string(type_name(values, value)) + " found");
  }
  const std::uint64_t count = *length(values, value);
  if (count != 1) {
    return type_error(values, "ord() expected a character, but string of length " +
                                  std::to_string(count) + " found");
  }
  const std::string_view text = values.as_text(value);
  if (kind == ValueKind::bytes) return {values.integer(static_cast<unsigned char>(text[0]))};
  return {values.integer(code_point_at(text, 0))};
}

Result builtin_chr(ValueTable& values, Arguments arguments, const Names&) {
  const auto n = as_index(values, arguments[0]);
  if (!n) return not_an_index(values, arguments[0]);
  if (*n < 0 || *n >= code_point_end) {
    return value_error(values, "chr() arg not in range(0x110000)");
  }
  if (is_surrogate(static_cast<std::uint32_t>(*n))) {
    return value_error(values, "chr() arg is a surrogate, which lockstep has no str for");
  }
  return {values.string(utf8(static_cast<std::uint32_t>(*n)))};
}

}  // namespace

std::span<const BuiltinRow> builtin_rows() { return rows; }

std::optional<Builtin> builtin_named(std::string_view name) {
  const auto found = std::ranges::find(rows, name, &BuiltinRow::name);
  if (found == rows.end()) return std::nullopt;
  return static_cast<Builtin>(found - rows.begin());
}

std::string_view builtin_name(Builtin builtin) {
  return rows[static_cast<std::size_t>(builtin)].name;
}

Result call_builtin(ValueTable& values, Builtin builtin, std::span<const Value> arguments,
                    const Names& names) {
  const auto i = static_cast<std::size_t>(builtin);
  const int given = static_cast<int>(arguments.size());
  if (given < rows[i].arguments_min ||
      (rows[i].arguments_max >= 0 && given > rows[i].arguments_max)) {
    return wrong_count(values, builtin, arguments.size());
  }
  return functions[i](values, arguments, names);
}

bool is_data_attribute(std::string_view name) {
  return name == "args" || name == "errno" || name == "strerror" || name == "filename" ||
         name == "filename2";
}

Result data_attribute(ValueTable& values, Value value, std::string_view name) {
  if (values.kind(value) != ValueKind::exception) return no_attribute(values, value, name);
  const std::optional<OsErrorParts> parts = os_error_parts(values, value);
  if (name == "args") {
    const std::span<const Value> arguments = parts ? parts->arguments : values.items(value);
    return {values.tuple(std::vector<Value>(arguments.begin(), arguments.end()))};
  }
  if (!is_subclass(values.exception_kind(value), ExceptionKind::os_error)) {
    return no_attribute(values, value, name);
  }
  if (!parts) return {none_value};
  if (name == "errno") return {parts->number};
  if (name == "strerror") return {parts->text};
  return {name == "filename" ? parts->file : parts->other_file};
}

}  // namespace lockstep
