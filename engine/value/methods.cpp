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
       method == Method::rfind_ || method == Method::rindex_ || method == Method::rsplit_ ||
       method == Method::splitlines_ || method == Method::encode_ || method == Method::decode_);
  if (by_format) {
    return type_error(values, name + "() takes " + relation + arguments + " (" + got + " given)");
  }
  return type_error(values, name + " expected " + relation + arguments + ", got " + got);
}

bool is_bytes(const ValueTable& values, Value value) {
  return values.kind(value) == ValueKind::bytes;
}

// A text of the receiver's kind.
Value like(ValueTable& values, Value receiver, std::string_view text) {
  return is_bytes(values, receiver) ? values.bytes(text) : values.string(text);
}
Result text_like(ValueTable& values, Value receiver, std::string_view text) {
  return is_bytes(values, receiver) ? bytes_of(values, text) : string_of(values, text);
}

// How many units (code points of a str, bytes of bytes) a text of the receiver's kind has.
std::int64_t units(const ValueTable& values, Value receiver, std::string_view text) {
  return static_cast<std::int64_t>(is_bytes(values, receiver) ? text.size()
                                                              : count_code_points(text));
}

// As the argument parser of such methods calls it.
std::string found_type(const ValueTable& values, Value value) {
  return value == none_value ? "None" : std::string(type_name(values, value));
}

// A str of transformed code points, or bytes of transformed ASCII letters. `append` is told where a
// code point begins.
template <class F>
Result mapped(ValueTable& values, Value receiver, F append) {
  std::string text;
  if (!is_bytes(values, receiver)) {
    const std::string_view whole = values.as_text(receiver);
    for_each_code_point(whole, [&](std::uint32_t c, std::string_view bytes) {
      append(text, c, static_cast<std::size_t>(bytes.data() - whole.data()));
    });
    return string_of(values, text);
  }
  for (const char c : values.as_text(receiver)) {
    if (static_cast<unsigned char>(c) < 0x80) {
      append(text, static_cast<std::uint32_t>(c), 0);
    } else {  // no letter: it ends a word, as any other byte that is none
      std::string unused;
      append(unused, 0, 0);
      text += c;
    }
  }
  return bytes_of(values, text);
}

// Of the code point that begins there; a capital sigma at the end of a word has another small one.
void append_lower_in(std::string& text, std::string_view whole, std::uint32_t c,
                     std::size_t offset) {
  constexpr std::uint32_t capital_sigma = 0x3a3, final_sigma = 0x3c2;
  if (c == capital_sigma && is_final_sigma(whole, offset)) {
    append_code_point(text, final_sigma);
  } else {
    append_lower(text, c);
  }
}

Result method_upper(ValueTable& values, Value receiver, Arguments, const Names&) {
  return mapped(values, receiver,
                [](std::string& text, std::uint32_t c, std::size_t) { append_upper(text, c); });
}

Result method_lower(ValueTable& values, Value receiver, Arguments, const Names&) {
  const std::string_view whole = values.as_text(receiver);
  return mapped(values, receiver, [whole](std::string& text, std::uint32_t c, std::size_t offset) {
    append_lower_in(text, whole, c, offset);
  });
}

Result method_title(ValueTable& values, Value receiver, Arguments, const Names&) {
  const std::string_view whole = values.as_text(receiver);
  bool in_word = false;
  return mapped(values, receiver, [&](std::string& text, std::uint32_t c, std::size_t offset) {
    in_word ? append_lower_in(text, whole, c, offset) : append_title(text, c);
    in_word = is_cased(c);
  });
}

Result method_capitalize(ValueTable& values, Value receiver, Arguments, const Names&) {
  const std::string_view whole = values.as_text(receiver);
  bool first = true;
  return mapped(values, receiver, [&](std::string& text, std::uint32_t c, std::size_t offset) {
    first ? append_title(text, c) : append_lower_in(text, whole, c, offset);
    first = false;
  });
}

// Whether there is a letter, and each is one of these. Of bytes, those of ASCII are asked.
Result all_are(const ValueTable& values, Value receiver, bool (*is_one)(std::uint32_t)) {
  const std::string_view text = values.as_text(receiver);
  bool all = !text.empty();
  if (is_bytes(values, receiver)) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      all = all && byte < 0x80 && is_one(byte);
    }
  } else {
    for_each_code_point(text, [&](std::uint32_t c, std::string_view) { all = all && is_one(c); });
  }
  return {boolean_value(all)};
}

Result method_isdigit(ValueTable& values, Value receiver, Arguments, const Names&) {
  return all_are(values, receiver, is_digit);
}
Result method_isalpha(ValueTable& values, Value receiver, Arguments, const Names&) {
  return all_are(values, receiver, is_alpha);
}
Result method_isalnum(ValueTable& values, Value receiver, Arguments, const Names&) {
  return all_are(values, receiver, is_alphanumeric);
}
Result method_isspace(ValueTable& values, Value receiver, Arguments, const Names&) {
  // 0x1c to 0x1f are white space of str alone.
  if (!is_bytes(values, receiver)) return all_are(values, receiver, is_space);
  return all_are(values, receiver,
                 [](std::uint32_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

// Whether there is one of the wanted case, and none of the other.
Result has_case(const ValueTable& values, Value receiver, bool (*is_wanted)(std::uint32_t),
                bool (*is_other)(std::uint32_t)) {
  bool any = false, other = false;
  const auto look_at = [&](std::uint32_t c) {
    any = any || is_wanted(c);
    other = other || is_other(c) || is_title(c);
  };
  const std::string_view text = values.as_text(receiver);
  if (is_bytes(values, receiver)) {
    for (const char c : text) {
      if (static_cast<unsigned char>(c) < 0x80) look_at(static_cast<unsigned char>(c));
    }
  } else {
    for_each_code_point(text, [&](std::uint32_t c, std::string_view) { look_at(c); });
  }
  return {boolean_value(any && !other)};
}

Result method_isupper(ValueTable& values, Value receiver, Arguments, const Names&) {
  return has_case(values, receiver, is_upper, is_lower);
}
Result method_islower(ValueTable& values, Value receiver, Arguments, const Names&) {
  return has_case(values, receiver, is_lower, is_upper);
}

struct Ends {
  bool left, right;
};

// The first and the last unit of a text that is not empty.
std::string_view first_unit(std::string_view text, bool units_are_bytes) {
  return text.substr(0, units_are_bytes ? 1 : sequence_bytes(text[0]));
}
std::string_view last_unit(std::string_view text, bool units_are_bytes) {
  std::size_t last = text.size() - 1;
  while (!units_are_bytes && (static_cast<unsigned char>(text[last]) & 0xc0U) == 0x80U) --last;
  return text.substr(last);
}

bool is_space_unit(std::string_view unit, bool units_are_bytes) {
  return units_are_bytes ? std::string_view(" \t\n\r\v\f").find(unit) != std::string_view::npos
                         : is_space(code_point_at(unit, 0));
}

// Drops the units for which `drop` holds.
template <class F>
std::string_view stripped(std::string_view text, bool units_are_bytes, Ends ends, F drop) {
  while (ends.left && !text.empty()) {
    const std::string_view unit = first_unit(text, units_are_bytes);
    if (!drop(unit)) break;
    text.remove_prefix(unit.size());
  }
  while (ends.right && !text.empty()) {
    const std::string_view unit = last_unit(text, units_are_bytes);
    if (!drop(unit)) break;
    text.remove_suffix(unit.size());
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
    result = stripped(text, bytes, ends,
                      [bytes](std::string_view unit) { return is_space_unit(unit, bytes); });
  } else if (values.kind(arguments[0]) == kind) {
    // No unit begins within another, so that finding its bytes is finding it.
    const std::string_view dropped = values.as_text(arguments[0]);
    result = stripped(text, bytes, ends, [dropped](std::string_view unit) {
      return dropped.find(unit) != std::string_view::npos;
    });
  } else if (bytes) {
    return not_bytes_like(values, arguments[0]);
  } else {
    return type_error(values, std::string(name) + " arg must be None or str");
  }
  return {like(values, receiver, result)};
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

enum class From : std::uint8_t { left, right };

// A separator within a text; at npos: none is left.
struct Cut {
  std::size_t at = std::string_view::npos;
  std::size_t size = 0;
};

Cut next_space(std::string_view text, bool units_are_bytes, From from) {
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view unit =
        from == From::left ? first_unit(rest, units_are_bytes) : last_unit(rest, units_are_bytes);
    const std::size_t at = static_cast<std::size_t>(unit.data() - text.data());
    if (is_space_unit(unit, units_are_bytes)) return {at, unit.size()};
    from == From::left ? rest.remove_prefix(unit.size()) : rest.remove_suffix(unit.size());
  }
  return {};
}

Cut next_separator(std::string_view text, std::string_view separator, From from) {
  return {from == From::left ? text.find(separator) : text.rfind(separator), separator.size()};
}

// What stands between separators, or between white space, as split and rsplit find it.
std::vector<Value> parts_of(ValueTable& values, Value receiver,
                            std::optional<std::string_view> separator, std::int64_t splits_left,
                            From from) {
  const bool bytes = is_bytes(values, receiver);
  const Ends near{from == From::left, from == From::right};
  std::string_view rest = values.as_text(receiver);
  std::vector<Value> parts;
  for (;; --splits_left) {
    if (!separator) {
      rest = stripped(rest, bytes, near,
                      [bytes](std::string_view unit) { return is_space_unit(unit, bytes); });
      if (rest.empty()) break;
    }
    Cut cut;
    if (splits_left != 0) {
      cut = separator ? next_separator(rest, *separator, from) : next_space(rest, bytes, from);
    }
    if (cut.at == std::string_view::npos) {
      parts.push_back(like(values, receiver, rest));
      break;
    }
    const std::string_view before = rest.substr(0, cut.at);
    const std::string_view behind = rest.substr(cut.at + cut.size);
    parts.push_back(like(values, receiver, from == From::left ? before : behind));
    rest = from == From::left ? behind : before;
  }
  if (from == From::right) std::ranges::reverse(parts);
  return parts;
}

Result split(ValueTable& values, Value receiver, Arguments arguments, From from) {
  std::int64_t splits_left = -1;  // below 0: no bound
  if (arguments.size() > 1) {
    const auto most = as_index(values, arguments[1]);
    if (!most) return not_an_index(values, arguments[1]);
    splits_left = *most;
  }
  std::optional<std::string_view> separator;
  if (!arguments.empty() && arguments[0] != none_value) {
    if (values.kind(arguments[0]) != values.kind(receiver)) {
      if (is_bytes(values, receiver)) return not_bytes_like(values, arguments[0]);
      return type_error(values,
                        "must be str or None, not " + std::string(type_name(values, arguments[0])));
    }
    separator = values.as_text(arguments[0]);
    if (separator->empty()) return value_error(values, "empty separator");
  }
  return list_of(values, parts_of(values, receiver, separator, splits_left, from));
}

Result method_split(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return split(values, receiver, arguments, From::left);
}
Result method_rsplit(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return split(values, receiver, arguments, From::right);
}

Result partition(ValueTable& values, Value receiver, Value separator, From from) {
  if (values.kind(separator) != values.kind(receiver)) {
    if (is_bytes(values, receiver)) return not_bytes_like(values, separator);
    return type_error(values, "must be str, not " + std::string(type_name(values, separator)));
  }
  const std::string_view text = values.as_text(receiver);
  const Cut cut = next_separator(text, values.as_text(separator), from);
  if (cut.size == 0) return value_error(values, "empty separator");
  const Value nothing = like(values, receiver, "");
  std::array parts{receiver, nothing, nothing};
  if (cut.at != std::string_view::npos) {
    parts = {like(values, receiver, text.substr(0, cut.at)), separator,
             like(values, receiver, text.substr(cut.at + cut.size))};
  } else if (from == From::right) {
    parts = {nothing, nothing, receiver};
  }
  return {values.tuple(parts)};
}

Result method_partition(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return partition(values, receiver, arguments[0], From::left);
}
Result method_rpartition(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return partition(values, receiver, arguments[0], From::right);
}

bool ends_line(std::uint32_t c, bool of_bytes) {
  if (c == '\n' || c == '\r') return true;
  return !of_bytes && (c == 0x0b || c == 0x0c || (c >= 0x1c && c <= 0x1e) || c == 0x85 ||
                       c == 0x2028 || c == 0x2029);
}

Result method_splitlines(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  bool keep_ends = false;
  if (!arguments.empty()) {
    const auto kept = as_index(values, arguments[0]);
    if (!kept) return not_an_index(values, arguments[0]);
    if (*kept != static_cast<int>(*kept)) {
      return raise(values, ExceptionKind::overflow_error,
                   "Python int too large to convert to C int");
    }
    keep_ends = *kept != 0;
  }
  const bool bytes = is_bytes(values, receiver);
  const std::string_view text = values.as_text(receiver);
  std::vector<Value> lines;
  for (std::size_t begin = 0, at = 0; begin < text.size();) {
    std::size_t end = text.size();
    for (at = begin; at < text.size(); at += bytes ? 1 : sequence_bytes(text[at])) {
      const std::uint32_t c =
          bytes ? static_cast<unsigned char>(text[at]) : code_point_at(text, at);
      if (!ends_line(c, bytes)) continue;
      end = at;
      at += text.substr(at).starts_with("\r\n") ? 2 : bytes ? 1 : sequence_bytes(text[at]);
      break;
    }
    lines.push_back(like(values, receiver, text.substr(begin, (keep_ends ? at : end) - begin)));
    begin = at;
  }
  return list_of(values, lines);
}

Result method_join(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  if (!is_iterable(values, arguments[0])) return type_error(values, "can only join an iterable");
  const Collected collected = collect(values, arguments[0]);
  if (collected.raised) return *collected.raised;
  std::string text;
  for (std::size_t i = 0; i < collected.items.size(); ++i) {
    const Value item = collected.items[i];
    if (values.kind(item) != values.kind(receiver)) {
      return type_error(
          values, "sequence item " + std::to_string(i) + ": expected " +
                      (is_bytes(values, receiver) ? "a bytes-like object, " : "str instance, ") +
                      std::string(type_name(values, item)) + " found");
    }
    if (i > 0) text += values.as_text(receiver);
    text += values.as_text(item);
    if (text.size() > text_bytes_max) return too_large(values);
  }
  return text_like(values, receiver, text);
}

Result method_format(ValueTable& values, Value receiver, Arguments arguments, const Names& names) {
  return str_format(values, values.as_text(receiver), arguments, names);
}

Result method_replace(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  for (std::size_t i = 0; i < 2; ++i) {
    if (values.kind(arguments[i]) == values.kind(receiver)) continue;
    if (is_bytes(values, receiver)) return not_bytes_like(values, arguments[i]);
    return type_error(values, "replace() argument " + std::to_string(i + 1) + " must be str, not " +
                                  found_type(values, arguments[i]));
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
    // The empty text stands before each unit, and once at the end.
    if (at == text.size()) break;
    const std::string_view unit = first_unit(text.substr(at), is_bytes(values, receiver));
    result += unit;
    at += unit.size();
  }
  result += text.substr(at);
  return text_like(values, receiver, result);
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
    return values.is_ascii(receiver) || is_bytes(values, receiver) ? i : byte_offset(text, i);
  };
  const std::size_t begin = offset(bounds->start);
  result.text = text.substr(begin, offset(bounds->end) - begin);
  return result;
}

Result not_a_string(ValueTable& values, Value value) {
  return type_error(values, "must be str, not " + std::string(type_name(values, value)));
}

// What find, index and count look for: in bytes, a byte may be given as its number.
struct Wanted {
  std::optional<Result> raised;
  std::string text;
};

Wanted wanted_in(ValueTable& values, Value receiver, Value value) {
  if (values.kind(value) == values.kind(receiver)) return {{}, std::string(values.as_text(value))};
  if (!is_bytes(values, receiver)) return {not_a_string(values, value), ""};
  const auto byte = as_index(values, value);
  if (!byte) {
    return {type_error(values, "argument should be integer or bytes-like object, not '" +
                                   std::string(type_name(values, value)) + "'"),
            ""};
  }
  if (*byte < 0 || *byte > 255) return {value_error(values, "byte must be in range(0, 256)"), ""};
  return {{}, std::string(1, static_cast<char>(*byte))};
}

// The index of arguments[0] in a text, -1 if it is not there.
Result find_in_text(ValueTable& values, Value receiver, Arguments arguments, From from) {
  const Wanted wanted = wanted_in(values, receiver, arguments[0]);
  const Searched area = searched(values, receiver, arguments);
  if (area.raised) return *area.raised;
  if (wanted.raised) return *wanted.raised;
  const std::size_t at =
      area.nowhere ? std::string_view::npos : next_separator(area.text, wanted.text, from).at;
  if (at == std::string_view::npos) return {small_integer_value(-1)};
  return {values.integer(area.start + units(values, receiver, area.text.substr(0, at)))};
}

Result method_find(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return find_in_text(values, receiver, arguments, From::left);
}
Result method_rfind(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return find_in_text(values, receiver, arguments, From::right);
}

Result index_in_text(ValueTable& values, Value receiver, Arguments arguments, From from) {
  const Result found = find_in_text(values, receiver, arguments, from);
  if (found.raised || found.value != small_integer_value(-1)) return found;
  return value_error(values,
                     is_bytes(values, receiver) ? "subsection not found" : "substring not found");
}

Result method_index(ValueTable& values, Value receiver, Arguments arguments, const Names& names) {
  const ValueKind kind = values.kind(receiver);
  if (kind == ValueKind::string || kind == ValueKind::bytes) {
    return index_in_text(values, receiver, arguments, From::left);
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
Result method_rindex(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return index_in_text(values, receiver, arguments, From::right);
}

Result method_count(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  std::int64_t count = 0;
  if (!is_string(values, receiver) && !is_bytes(values, receiver)) {
    for (const Value item : values.items(receiver)) {
      count += same_or_equal(values, item, arguments[0]) ? 1 : 0;
    }
    return {values.integer(count)};
  }
  const Wanted wanted = wanted_in(values, receiver, arguments[0]);
  const Searched area = searched(values, receiver, arguments);
  if (area.raised) return *area.raised;
  if (wanted.raised) return *wanted.raised;
  if (area.nowhere) return {small_integer_value(0)};
  if (wanted.text.empty()) return {values.integer(units(values, receiver, area.text) + 1)};
  for (std::size_t at = area.text.find(wanted.text); at != std::string_view::npos;
       at = area.text.find(wanted.text, at + wanted.text.size())) {
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
  if (is_bytes(values, receiver)) return not_bytes_like(values, affix);
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
  const std::int64_t count = units(values, receiver, text);
  if (*width <= count) return {receiver};
  if (*width > static_cast<std::int64_t>(text_bytes_max)) return too_large(values);
  std::string result(text);
  const bool has_sign = !text.empty() && (text[0] == '+' || text[0] == '-');
  result.insert(has_sign ? 1 : 0, static_cast<std::size_t>(*width - count), '0');
  return text_like(values, receiver, result);
}

Result without_affix(ValueTable& values, Value receiver, Value affix, End end,
                     std::string_view name) {
  if (values.kind(affix) != values.kind(receiver)) {
    if (is_bytes(values, receiver)) return not_bytes_like(values, affix);
    return type_error(
        values, std::string(name) + "() argument must be str, not " + found_type(values, affix));
  }
  std::string_view text = values.as_text(receiver);
  const std::string_view dropped = values.as_text(affix);
  if (end == End::start && text.starts_with(dropped)) text.remove_prefix(dropped.size());
  if (end == End::end && text.ends_with(dropped)) text.remove_suffix(dropped.size());
  return {like(values, receiver, text)};
}

Result method_removeprefix(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return without_affix(values, receiver, arguments[0], End::start, "removeprefix");
}
Result method_removesuffix(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return without_affix(values, receiver, arguments[0], End::end, "removesuffix");
}

using Coded = Result (*)(ValueTable&, Value, std::string_view encoding, std::string_view errors);
Result with_codec(ValueTable& values, Value receiver, Arguments arguments, std::string_view name,
                  Coded coded) {
  constexpr std::array<std::string_view, 2> parameters{"encoding", "errors"};
  std::array<std::string_view, 2> given{"utf-8", "strict"};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!is_string(values, arguments[i])) {
      return type_error(values, std::string(name) + "() argument '" + std::string(parameters[i]) +
                                    "' must be str, not " + found_type(values, arguments[i]));
    }
    given[i] = values.as_text(arguments[i]);
    if (given[i].find('\0') != std::string_view::npos) {
      return value_error(values, "embedded null character");
    }
  }
  return coded(values, receiver, given[0], given[1]);
}

Result method_encode(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return with_codec(values, receiver, arguments, "encode", encoded);
}
Result method_decode(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return with_codec(values, receiver, arguments, "decode", decoded);
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
