// Methods of texts, lists and tuples that look for something in them.
// After Objects/unicodeobject.c, bytesobject.c, listobject.c and tupleobject.c of CPython 3.11.
#include <algorithm>
#include <optional>
#include <string>

#include "engine/value/containers.h"
#include "engine/value/method_functions.h"
#include "engine/value/text_writer.h"

namespace lockstep {
namespace {

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
  const std::size_t at = area.nowhere         ? std::string_view::npos
                         : from == From::left ? area.text.find(wanted.text)
                                              : area.text.rfind(wanted.text);
  if (at == std::string_view::npos) return {small_integer_value(-1)};
  return {values.integer(area.start + units(values, receiver, area.text.substr(0, at)))};
}

}  // namespace

Result method_find(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return find_in_text(values, receiver, arguments, From::left);
}

Result method_rfind(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return find_in_text(values, receiver, arguments, From::right);
}

namespace {

Result index_in_text(ValueTable& values, Value receiver, Arguments arguments, From from) {
  const Result found = find_in_text(values, receiver, arguments, from);
  if (found.raised || found.value != small_integer_value(-1)) return found;
  return value_error(values,
                     is_bytes(values, receiver) ? "subsection not found" : "substring not found");
}

}  // namespace

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

namespace {

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

}  // namespace

Result method_startswith(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return has_affix(values, receiver, arguments, End::start, "startswith");
}

Result method_endswith(ValueTable& values, Value receiver, Arguments arguments, const Names&) {
  return has_affix(values, receiver, arguments, End::end, "endswith");
}

}  // namespace lockstep
