// After Objects/unicodeobject.c, bytesobject.c, listobject.c and dictobject.c of CPython
// 3.11. str and bytes share their code where a byte does for a code point.
#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "engine/value/arithmetic.h"
#include "engine/value/builtins.h"
#include "engine/value/codec.h"
#include "engine/value/containers.h"
#include "engine/value/str_format.h"
#include "engine/value/text_writer.h"
#include "engine/value/unicode.h"

namespace lockstep {
namespace {

using Arguments = std::span<const Value>;

#define METHOD(name, kinds, least, most) \
  Result method_##name(ValueTable& values, Value receiver, Arguments arguments, const Names& names);
#include "engine/value/methods.def"
#undef METHOD

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

Result type_error(ValueTable& values, std::string_view message) {
  return raise(values, ExceptionKind::type_error, message);
}
Result value_error(ValueTable& values, std::string_view message) {
  return raise(values, ExceptionKind::value_error, message);
}

bool is_string(const ValueTable& values, Value value) {
  return values.kind(value) == ValueKind::string;
}

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
       method == Method::encode_ || method == Method::decode_);
  if (by_format) {
    return type_error(values, name + "() takes " + relation + arguments + " (" + got + " given)");
  }
  return type_error(values, name + " expected " + relation + arguments + ", got " + got);
}

// A str of transformed code points.
template <class F>
Result mapped(ValueTable& values, Value string, F append) {
  std::string text;
  for_each_code_point(values.as_text(string),
                      [&](std::uint32_t c, std::string_view) { append(text, c); });
  return string_of(values, text);
}

Result method_upper(ValueTable& values, Value receiver, Arguments, const Names&) {
  if (is_string(values, receiver)) return mapped(values, receiver, append_upper);
  std::string text(values.as_text(receiver));
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return {values.bytes(text)};
}

Result method_lower(ValueTable& values, Value receiver, Arguments, const Names&) {
  if (is_string(values, receiver)) return mapped(values, receiver, append_lower);
  std::string text(values.as_text(receiver));
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return {values.bytes(text)};
}

Result method_title(ValueTable& values, Value receiver, Arguments, const Names&) {
  bool in_word = false;
  return mapped(values, receiver, [&in_word](std::string& text, std::uint32_t c) {
    in_word ? append_lower(text, c) : append_title(text, c);
    in_word = is_cased(c);
  });
}

Result method_capitalize(ValueTable& values, Value receiver, Arguments, const Names&) {
  return mapped(values, receiver, [](std::string& text, std::uint32_t c) {
    text.empty() ? append_title(text, c) : append_lower(text, c);
  });
}

Result method_isdigit(ValueTable& values, Value receiver, Arguments, const Names&) {
  bool digits = !values.as_text(receiver).empty();
  for_each_code_point(values.as_text(receiver), [&digits](std::uint32_t c, std::string_view) {
    digits = digits && is_digit(c);
  });
  return {boolean_value(digits)};
}

struct Ends {
  bool left, right;
};

// Drops the units (code points of a str, bytes of bytes) for which `drop` holds.
template <class F>
std::string_view stripped(std::string_view text, bool units_are_bytes, Ends ends, F drop) {
  const auto unit_at = [&](std::size_t at) {
    return text.substr(at, units_are_bytes ? 1 : sequence_bytes(text[at]));
  };
  while (ends.left && !text.empty() && drop(unit_at(0))) text.remove_prefix(unit_at(0).size());
  while (ends.right && !text.empty()) {
    std::size_t last = text.size() - 1;
    while (!units_are_bytes && (static_cast<unsigned char>(text[last]) & 0xc0U) == 0x80U) --last;
    if (!drop(unit_at(last))) break;
    text = text.substr(0, last);
  }
  return text;
}

Result strip(ValueTable& values, Value receiver, Arguments arguments, Ends ends,
             std::string_view name) {
  const ValueKind kind = values.kind(receiver);
  const bool bytes = kind == ValueKind::bytes;
  const std::string_view text = values.as_text(receiver);
  std::string_view result;
  if (arguments.empty() || arguments[0] == none_value) {
    result = stripped(text, bytes, ends, [bytes](std::string_view unit) {
      return bytes ? std::string_view(" \t\n\r\v\f").find(unit) != std::string_view::npos
                   : is_space(code_point_at(unit, 0));
    });
  } else if (values.kind(arguments[0]) == kind) {
    // No unit begins within another, so that finding its bytes is finding it.
    const std::string_view dropped = values.as_text(arguments[0]);
    result = stripped(text, bytes, ends, [dropped](std::string_view unit) {
      return dropped.find(unit) != std::string_view::npos;
    });
  } else if (bytes) {
    return type_error(values, "a bytes-like object is required, not '" +
                                  std::string(type_name(values, arguments[0])) + "'");
  } else {
    return type_error(values, std::string(name) + " arg must be None or str");
  }
  return {bytes ? values.bytes(result) : values.string(result)};
}

Result method_strip(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return strip(values, receiver, arguments, {true, true}, "strip");
}
Result method_lstrip(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return strip(values, receiver, arguments, {true, false}, "lstrip");
}
Result method_rstrip(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return strip(values, receiver, arguments, {false, true}, "rstrip");
}

// Bytes before the first white space, and bytes of the white space there.
std::pair<std::size_t, std::size_t> find_space(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = sequence_bytes(text[at]);
    if (is_space(code_point_at(text, at))) return {at, bytes};
    at += bytes;
  }
  return {text.size(), 0};
}

std::string_view without_leading_space(std::string_view text) {
  return stripped(text, false, {true, false},
                  [](std::string_view unit) { return is_space(code_point_at(unit, 0)); });
}

Result method_split(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  std::int64_t splits_left = -1;  // below 0: no bound
  if (arguments.size() > 1) {
    const auto most = as_index(values, arguments[1]);
    if (!most) return not_an_index(values, arguments[1]);
    splits_left = *most;
  }
  std::string_view rest = values.as_text(receiver);
  std::vector<Value> parts;
  if (arguments.empty() || arguments[0] == none_value) {
    for (rest = without_leading_space(rest); !rest.empty(); rest = without_leading_space(rest)) {
      const auto [end, space] =
          splits_left == 0 ? std::pair(rest.size(), std::size_t{0}) : find_space(rest);
      parts.push_back(values.string(rest.substr(0, end)));
      rest.remove_prefix(end + space);
      --splits_left;
    }
    return list_of(values, parts);
  }
  if (!is_string(values, arguments[0])) {
    return type_error(values,
                      "must be str or None, not " + std::string(type_name(values, arguments[0])));
  }
  const std::string_view separator = values.as_text(arguments[0]);
  if (separator.empty()) return value_error(values, "empty separator");
  for (;; --splits_left) {
    const std::size_t at = splits_left == 0 ? std::string_view::npos : rest.find(separator);
    parts.push_back(values.string(rest.substr(0, at)));
    if (at == std::string_view::npos) return list_of(values, parts);
    rest.remove_prefix(at + separator.size());
  }
}

Result method_join(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  if (!is_iterable(values, arguments[0])) return type_error(values, "can only join an iterable");
  const Collected collected = collect(values, arguments[0]);
  if (collected.raised) return *collected.raised;
  std::string text;
  for (std::size_t i = 0; i < collected.items.size(); ++i) {
    const Value item = collected.items[i];
    if (!is_string(values, item)) {
      return type_error(values, "sequence item " + std::to_string(i) + ": expected str instance, " +
                                    std::string(type_name(values, item)) + " found");
    }
    if (i > 0) text += values.as_text(receiver);
    text += values.as_text(item);
    if (text.size() > text_bytes_max) return too_large(values);
  }
  return string_of(values, text);
}

Result method_format(ValueTable& values, Value receiver, Arguments arguments, const Names& names) {
  return str_format(values, values.as_text(receiver), arguments, names);
}

Result method_replace(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  for (std::size_t i = 0; i < 2; ++i) {
    if (is_string(values, arguments[i])) continue;
    return type_error(values, "replace() argument " + std::to_string(i + 1) + " must be str, not " +
                                  std::string(type_name(values, arguments[i])));
  }
  std::int64_t left = -1;  // below 0: no bound
  if (arguments.size() > 2) {
    const auto most = as_index(values, arguments[2]);
    if (!most) return not_an_index(values, arguments[2]);
    left = *most;
  }
  const std::string_view text = values.as_text(receiver);
  const std::string_view from = values.as_text(arguments[0]);
  const std::string_view to = values.as_text(arguments[1]);
  std::string result;
  std::size_t at = 0;
  while (left != 0 && result.size() <= text_bytes_max) {
    const std::size_t found = text.find(from, at);
    if (found == std::string_view::npos) break;
    result += text.substr(at, found - at);
    result += to;
    at = found + from.size();
    --left;
    if (!from.empty()) continue;
    // The empty string stands before each code point, and once at the end.
    if (at == text.size()) break;
    const std::size_t bytes = sequence_bytes(text[at]);
    result += text.substr(at, bytes);
    at += bytes;
  }
  result += text.substr(at);
  return string_of(values, result);
}

// [start, end) of a text, as bounds that were given, in units.
struct Window {
  std::int64_t start = 0;
  std::int64_t end = 0;
};

// The bounds behind the first argument. ADJUST_INDICES of CPython leaves a start beyond the
// end as it is, so that not even the empty string is found there.
std::optional<Window> window(const ValueTable& values, Arguments arguments, std::int64_t length,
                             bool none_allowed) {
  Window result{0, length};
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (none_allowed && arguments[i] == none_value) continue;
    const auto n = as_index(values, arguments[i]);
    if (!n) return std::nullopt;
    std::int64_t& bound = i == 1 ? result.start : result.end;
    bound = *n < 0 ? std::max<std::int64_t>(*n + length, 0) : *n;
  }
  result.end = std::min(result.end, length);
  return result;
}

Result wrong_bounds(ValueTable& values, bool none_allowed) {
  return type_error(values, none_allowed
                                ? "slice indices must be integers or None or have an __index__ "
                                  "method"
                                : "slice indices must be integers or have an __index__ method");
}

// What find, index, count, startswith and endswith look through.
struct Searched {
  std::optional<Result> raised;
  bool nowhere = false;    // the bounds cross
  std::int64_t start = 0;  // in units
  std::string_view text;
};

Searched searched(ValueTable& values, Value receiver, Arguments arguments) {
  Searched result;
  const auto count = static_cast<std::int64_t>(*length(values, receiver));
  const auto bounds = window(values, arguments, count, true);
  if (!bounds) {
    result.raised = wrong_bounds(values, true);
    return result;
  }
  result.nowhere = bounds->start > bounds->end;
  if (result.nowhere) return result;
  result.start = bounds->start;
  const std::string_view text = values.as_text(receiver);
  const auto offset = [&](std::int64_t unit) {
    const auto i = static_cast<std::size_t>(unit);
    return values.is_ascii(receiver) || values.kind(receiver) == ValueKind::bytes
               ? i
               : byte_offset(text, i);
  };
  const std::size_t begin = offset(bounds->start);
  result.text = text.substr(begin, offset(bounds->end) - begin);
  return result;
}

Result not_a_string(ValueTable& values, Value value) {
  return type_error(values, "must be str, not " + std::string(type_name(values, value)));
}

// The index of arguments[0] in a str, -1 if it is not there.
Result find_in_string(ValueTable& values, Value receiver, Arguments arguments) {
  if (!is_string(values, arguments[0])) return not_a_string(values, arguments[0]);
  const Searched area = searched(values, receiver, arguments);
  if (area.raised) return *area.raised;
  const std::size_t at =
      area.nowhere ? std::string_view::npos : area.text.find(values.as_text(arguments[0]));
  if (at == std::string_view::npos) return {small_integer_value(-1)};
  const auto before = static_cast<std::int64_t>(count_code_points(area.text.substr(0, at)));
  return {values.integer(area.start + before)};
}

Result method_find(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return find_in_string(values, receiver, arguments);
}

Result method_index(ValueTable& values, Value receiver, Arguments arguments, const Names& names) {
  const ValueKind kind = values.kind(receiver);
  if (kind == ValueKind::string) {
    const Result found = find_in_string(values, receiver, arguments);
    if (!found.raised && found.value == small_integer_value(-1)) {
      return value_error(values, "substring not found");
    }
    return found;
  }
  const auto items = values.items(receiver);
  const auto bounds = window(values, arguments, static_cast<std::int64_t>(items.size()), false);
  if (!bounds) return wrong_bounds(values, false);
  for (std::int64_t i = bounds->start; i < bounds->end; ++i) {
    if (same_or_equal(values, items[static_cast<std::size_t>(i)], arguments[0])) {
      return {values.integer(i)};
    }
  }
  if (kind == ValueKind::tuple) return value_error(values, "tuple.index(x): x not in tuple");
  return value_error(values, repr(values, arguments[0], names) + " is not in list");
}

Result method_count(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  std::int64_t count = 0;
  if (values.kind(receiver) != ValueKind::string) {
    for (const Value item : values.items(receiver)) {
      count += same_or_equal(values, item, arguments[0]) ? 1 : 0;
    }
    return {values.integer(count)};
  }
  if (!is_string(values, arguments[0])) return not_a_string(values, arguments[0]);
  const Searched area = searched(values, receiver, arguments);
  if (area.raised) return *area.raised;
  if (area.nowhere) return {small_integer_value(0)};
  const std::string_view wanted = values.as_text(arguments[0]);
  if (wanted.empty()) {
    return {values.integer(static_cast<std::int64_t>(count_code_points(area.text)) + 1)};
  }
  for (std::size_t at = area.text.find(wanted); at != std::string_view::npos;
       at = area.text.find(wanted, at + wanted.size())) {
    ++count;
  }
  return {values.integer(count)};
}

enum class End : std::uint8_t { start, end };

Result wrong_affix(ValueTable& values, std::string_view name, Value receiver, Value affix,
                   bool in_tuple) {
  const std::string method(name);
  const std::string own(type_name(values, receiver));
  const std::string found(type_name(values, affix));
  if (!in_tuple) {
    return type_error(
        values, method + " first arg must be " + own + " or a tuple of " + own + ", not " + found);
  }
  if (values.kind(receiver) == ValueKind::bytes) {
    return type_error(values, "a bytes-like object is required, not '" + found + "'");
  }
  return type_error(values, "tuple for " + method + " must only contain str, not " + found);
}

Result has_affix(ValueTable& values, Value receiver, Arguments arguments, End end,
                 std::string_view name) {
  const ValueKind kind = values.kind(receiver);
  const Searched area = searched(values, receiver, arguments);
  if (area.raised) return *area.raised;

  const bool several = values.kind(arguments[0]) == ValueKind::tuple;
  const auto candidates = several ? values.items(arguments[0]) : arguments.first(1);
  for (const Value candidate : candidates) {
    if (values.kind(candidate) != kind) {
      return wrong_affix(values, name, receiver, candidate, several);
    }
    const std::string_view affix = values.as_text(candidate);
    if (area.nowhere) continue;
    if (end == End::start ? area.text.starts_with(affix) : area.text.ends_with(affix)) {
      return {true_value};
    }
  }
  return {false_value};
}

Result method_startswith(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return has_affix(values, receiver, arguments, End::start, "startswith");
}
Result method_endswith(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return has_affix(values, receiver, arguments, End::end, "endswith");
}

Result method_zfill(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  const auto width = as_index(values, arguments[0]);
  if (!width) return not_an_index(values, arguments[0]);
  const std::string_view text = values.as_text(receiver);
  const auto count = static_cast<std::int64_t>(count_code_points(text));
  if (*width <= count) return {receiver};
  if (*width > static_cast<std::int64_t>(text_bytes_max)) return too_large(values);
  std::string result(text);
  const bool has_sign = !text.empty() && (text[0] == '+' || text[0] == '-');
  result.insert(has_sign ? 1 : 0, static_cast<std::size_t>(*width - count), '0');
  return string_of(values, result);
}

Result method_encode(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  if (!arguments.empty() && !is_string(values, arguments[0])) {
    return type_error(values, "encode() argument 'encoding' must be str, not " +
                                  std::string(type_name(values, arguments[0])));
  }
  return encoded(values, receiver, arguments.empty() ? "utf-8" : values.as_text(arguments[0]));
}

Result method_decode(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  if (!arguments.empty() && !is_string(values, arguments[0])) {
    return type_error(values, "decode() argument 'encoding' must be str, not " +
                                  std::string(type_name(values, arguments[0])));
  }
  return decoded(values, receiver, arguments.empty() ? "utf-8" : values.as_text(arguments[0]));
}

Result method_get(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  if (!values.is_hashable(arguments[0])) return unhashable(values, arguments[0]);
  const auto items = values.items(receiver);
  if (const auto at = find_key(values, items, arguments[0])) return {items[*at + 1]};
  return {arguments.size() > 1 ? arguments[1] : none_value};
}

// Every other item of a dict: from 0 the keys, from 1 the values.
Result every_other(ValueTable& values, Value dict, std::size_t first) {
  const auto items = values.items(dict);
  std::vector<Value> result;
  for (std::size_t i = first; i < items.size(); i += 2) result.push_back(items[i]);
  return {values.list(result)};
}

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

}  // namespace

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
  const bool one_of_items = method == Method::count_ && kind != ValueKind::string;
  const int most = one_of_items ? 1 : rows[i].arguments_max;
  const int given = static_cast<int>(arguments.size());
  if (given < rows[i].arguments_min || (most >= 0 && given > most)) {
    return wrong_count(values, method, receiver, rows[i].arguments_min, most, given);
  }
  return functions[i](values, receiver, arguments, names);
}

}  // namespace lockstep
