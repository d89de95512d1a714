// Methods of str and bytes that take texts apart and make others of them.
// After Objects/unicodeobject.c and bytesobject.c of CPython 3.11. str and
// bytes share their code where a byte does for a code point.
#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "engine/value/codec.h"
#include "engine/value/containers.h"
#include "engine/value/method_functions.h"
#include "engine/value/str_format.h"
#include "engine/value/text_writer.h"

namespace lockstep {
namespace {

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

}  // namespace

Result method_strip(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return strip(values, receiver, arguments, {true, true}, "strip");
}

Result method_lstrip(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return strip(values, receiver, arguments, {true, false}, "lstrip");
}

Result method_rstrip(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return strip(values, receiver, arguments, {false, true}, "rstrip");
}

namespace {

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

}  // namespace

Result method_split(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return split(values, receiver, arguments, From::left);
}

Result method_rsplit(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return split(values, receiver, arguments, From::right);
}

namespace {

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

}  // namespace

Result method_partition(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return partition(values, receiver, arguments[0], From::left);
}

Result method_rpartition(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return partition(values, receiver, arguments[0], From::right);
}

namespace {

bool ends_line(std::uint32_t c, bool of_bytes) {
  if (c == '\n' || c == '\r') return true;
  return !of_bytes && (c == 0x0b || c == 0x0c || (c >= 0x1c && c <= 0x1e) || c == 0x85 ||
                       c == 0x2028 || c == 0x2029);
}

}  // namespace

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

namespace {

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

}  // namespace

Result method_removeprefix(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return without_affix(values, receiver, arguments[0], End::start, "removeprefix");
}

Result method_removesuffix(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return without_affix(values, receiver, arguments[0], End::end, "removesuffix");
}

namespace {

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

}  // namespace

Result method_encode(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return with_codec(values, receiver, arguments, "encode", encoded);
}

Result method_decode(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return with_codec(values, receiver, arguments, "decode", decoded);
}

}  // namespace lockstep
