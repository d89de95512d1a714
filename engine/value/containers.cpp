// A dict is a short array that is searched from the front: scenarios have small ones, and
// for keys other than numbers and tuples equality is identity of words.
#include "engine/value/containers.h"

#include <algorithm>
#include <limits>

#include "engine/value/unicode.h"

namespace lockstep {
namespace {

Result type_error(ValueTable& values, std::string_view message) {
  return raise(values, ExceptionKind::type_error, message);
}

// Equal keys are the same word, unless they are numbers or hold some.
bool equality_is_identity(ValueKind kind) {
  return kind != ValueKind::boolean && kind != ValueKind::integer && kind != ValueKind::real &&
         kind != ValueKind::tuple && kind != ValueKind::range;
}

bool range_contains(const ValueTable::Range& range, std::int64_t n) {
  if (range.step > 0 ? n < range.start || n >= range.stop : n > range.start || n <= range.stop) {
    return false;
  }
  const auto distance = static_cast<std::uint64_t>(n) - static_cast<std::uint64_t>(range.start);
  return range.step > 0 ? distance % static_cast<std::uint64_t>(range.step) == 0
                        : (-distance) % (-static_cast<std::uint64_t>(range.step)) == 0;
}

Result list_contains(ValueTable& values, std::span<const Value> items, Value item) {
  return {boolean_value(
      std::ranges::any_of(items, [&](Value there) { return same_or_equal(values, there, item); }))};
}

Result bytes_contain(ValueTable& values, std::string_view text, Value item) {
  if (const auto n = as_index(values, item)) {
    if (*n < 0 || *n > 255) {
      return raise(values, ExceptionKind::value_error, "byte must be in range(0, 256)");
    }
    return {boolean_value(text.find(static_cast<char>(*n)) != std::string_view::npos)};
  }
  if (values.kind(item) != ValueKind::bytes) {
    return not_bytes_like(values, item);
  }
  return {boolean_value(text.find(values.as_text(item)) != std::string_view::npos)};
}

template <class T>
std::vector<T> repeat(std::span<const T> items, std::uint64_t times) {
  std::vector<T> result;
  result.reserve(items.size() * times);
  for (std::uint64_t i = 0; i < times; ++i) result.insert(result.end(), items.begin(), items.end());
  return result;
}

bool fits(std::size_t size, std::uint64_t times, std::size_t limit) {
  return size == 0 || times <= limit / size;
}

}  // namespace

std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

bool same_or_equal(const ValueTable& values, Value left, Value right) {
  return left == right || equal(values, left, right);
}

std::uint64_t range_length(const ValueTable::Range& range) {
  const auto start = static_cast<std::uint64_t>(range.start);
  const auto stop = static_cast<std::uint64_t>(range.stop);
  const auto step = static_cast<std::uint64_t>(range.step);
  if (range.step > 0) return range.start < range.stop ? (stop - start - 1) / step + 1 : 0;
  return range.start > range.stop ? (start - stop - 1) / -step + 1 : 0;
}

bool ranges_equal(const ValueTable::Range& left, const ValueTable::Range& right) {
  const std::uint64_t count = range_length(left);
  if (count != range_length(right)) return false;
  if (count == 0) return true;
  return left.start == right.start && (count == 1 || left.step == right.step);
}

std::optional<std::uint64_t> length(const ValueTable& values, Value value) {
  switch (values.kind(value)) {
    case ValueKind::string:
      return values.is_ascii(value) ? values.as_text(value).size()
                                    : count_code_points(values.as_text(value));
    case ValueKind::bytes:
      return values.as_text(value).size();
    case ValueKind::list:
    case ValueKind::tuple:
      return values.items(value).size();
    case ValueKind::dict:
      return values.items(value).size() / 2;
    case ValueKind::range:
      return range_length(values.as_range(value));
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> as_index(const ValueTable& values, Value value) {
  const ValueKind kind = values.kind(value);
  if (kind != ValueKind::integer && kind != ValueKind::boolean) return std::nullopt;
  return values.as_integer(value);
}

std::optional<std::size_t> find_key(const ValueTable& values, std::span<const Value> items,
                                    Value key) {
  for (std::size_t i = 0; i < items.size(); i += 2) {
    if (items[i] == key) return i;
  }
  if (equality_is_identity(values.kind(key))) return std::nullopt;
  for (std::size_t i = 0; i < items.size(); i += 2) {
    if (equal(values, items[i], key)) return i;
  }
  return std::nullopt;
}

void set_key(const ValueTable& values, std::vector<Value>& items, Value key, Value item) {
  if (const auto at = find_key(values, items, key)) {
    items[*at + 1] = item;
  } else {
    items.push_back(key);
    items.push_back(item);
  }
}

Result too_large(ValueTable& values) {
  static_assert(text_bytes_max == std::size_t{1} << 20 && items_max == 1'000'000,
                "the text below says the limits");
  return raise(values, ExceptionKind::memory_error,
               "lockstep holds no text beyond 1 MiB and no container beyond 1000000 items");
}

Result unhashable(ValueTable& values, Value key) {
  // A tuple is as unhashable as the first item that is.
  while (values.kind(key) == ValueKind::tuple) {
    const auto items = values.items(key);
    key = *std::ranges::find_if_not(items, [&](Value item) { return values.is_hashable(item); });
  }
  return type_error(values, "unhashable type: " + quoted(type_name(values, key)));
}

Result key_error(ValueTable& values, Value key) {
  return {values.exception(ExceptionKind::key_error, std::span(&key, 1)), true};
}

Result not_iterable(ValueTable& values, Value value) {
  return type_error(values, quoted(type_name(values, value)) + " object is not iterable");
}

Result no_attribute(ValueTable& values, Value value, std::string_view name) {
  const std::string owner =
      values.kind(value) == ValueKind::exception_class
          ? "type object " + quoted(exception_name(values.exception_kind(value)))
          : quoted(type_name(values, value)) + " object";
  return raise(values, ExceptionKind::attribute_error, owner + " has no attribute " + quoted(name));
}

Result not_an_index(ValueTable& values, Value value) {
  return type_error(
      values, quoted(type_name(values, value)) + " object cannot be interpreted as an integer");
}

Result not_bytes_like(ValueTable& values, Value value) {
  return type_error(values,
                    "a bytes-like object is required, not " + quoted(type_name(values, value)));
}

Collected collect(ValueTable& values, Value iterable) {
  switch (values.kind(iterable)) {
    case ValueKind::list:
    case ValueKind::tuple: {
      const auto items = values.items(iterable);
      return {{items.begin(), items.end()}, {}};
    }
    case ValueKind::dict: {
      const auto items = values.items(iterable);
      Collected result;
      for (std::size_t i = 0; i < items.size(); i += 2) result.items.push_back(items[i]);
      return result;
    }
    case ValueKind::string: {
      Collected result;
      for_each_code_point(values.as_text(iterable), [&](std::uint32_t, std::string_view bytes) {
        result.items.push_back(values.string(bytes));
      });
      if (result.items.size() > items_max) return {{}, too_large(values)};
      return result;
    }
    case ValueKind::bytes:
    case ValueKind::range: {
      const std::uint64_t count = *length(values, iterable);
      if (count > items_max) return {{}, too_large(values)};
      Collected result;
      result.items.reserve(count);
      for (std::uint64_t i = 0; i < count; ++i) {
        result.items.push_back(*item_at(values, iterable, i));
      }
      return result;
    }
    default:
      return {{}, not_iterable(values, iterable)};
  }
}

Result list_of(ValueTable& values, std::span<const Value> items) {
  if (items.size() > items_max) return too_large(values);
  return {values.list(items)};
}
Result tuple_of(ValueTable& values, std::span<const Value> items) {
  if (items.size() > items_max) return too_large(values);
  return {values.tuple(items)};
}
Result string_of(ValueTable& values, std::string_view text) {
  if (text.size() > text_bytes_max) return too_large(values);
  return {values.string(text)};
}
Result bytes_of(ValueTable& values, std::string_view text) {
  if (text.size() > text_bytes_max) return too_large(values);
  return {values.bytes(text)};
}

Result concatenated(ValueTable& values, Value left, Value right) {
  const ValueKind kind = values.kind(left);
  if (values.kind(right) != kind) {
    const std::string found(type_name(values, right));
    if (kind == ValueKind::bytes) return type_error(values, "can't concat " + found + " to bytes");
    const std::string own(type_name(values, left));
    return type_error(values, "can only concatenate " + own + " (not \"" + found + "\") to " + own);
  }
  if (kind == ValueKind::string || kind == ValueKind::bytes) {
    std::string text(values.as_text(left));
    text += values.as_text(right);
    return kind == ValueKind::string ? string_of(values, text) : bytes_of(values, text);
  }
  const auto first = values.items(left);
  const auto second = values.items(right);
  std::vector<Value> items(first.begin(), first.end());
  items.insert(items.end(), second.begin(), second.end());
  return kind == ValueKind::list ? list_of(values, items) : tuple_of(values, items);
}

bool is_repeatable(const ValueTable& values, Value value) {
  const ValueKind kind = values.kind(value);
  return kind == ValueKind::string || kind == ValueKind::bytes || kind == ValueKind::list ||
         kind == ValueKind::tuple;
}

Result repeated(ValueTable& values, Value sequence, std::int64_t times) {
  const std::uint64_t count = times < 0 ? 0 : static_cast<std::uint64_t>(times);
  const ValueKind kind = values.kind(sequence);
  if (kind == ValueKind::string || kind == ValueKind::bytes) {
    const std::string_view text = values.as_text(sequence);
    if (!fits(text.size(), count, std::numeric_limits<std::int64_t>::max())) {
      return raise(values, ExceptionKind::overflow_error,
                   kind == ValueKind::string ? "repeated string is too long"
                                             : "repeated bytes are too long");
    }
    if (!fits(text.size(), count, text_bytes_max)) return too_large(values);
    const std::vector<char> chars =
        text.empty() ? std::vector<char>() : repeat(std::span<const char>(text), count);
    const std::string_view result(chars.data(), chars.size());
    return {kind == ValueKind::string ? values.string(result) : values.bytes(result)};
  }
  const auto items = values.items(sequence);
  if (!fits(items.size(), count, items_max)) return too_large(values);
  const std::vector<Value> result = items.empty() ? std::vector<Value>() : repeat(items, count);
  return {kind == ValueKind::list ? values.list(result) : values.tuple(result)};
}

Result merged(ValueTable& values, Value left, Value right) {
  const auto first = values.items(left);
  const auto second = values.items(right);
  std::vector<Value> items(first.begin(), first.end());
  for (std::size_t i = 0; i < second.size(); i += 2) {
    set_key(values, items, second[i], second[i + 1]);
  }
  if (items.size() > 2 * items_max) return too_large(values);
  return {values.dict(items)};
}

Result contains(ValueTable& values, Value container, Value item) {
  switch (values.kind(container)) {
    case ValueKind::string:
      if (values.kind(item) != ValueKind::string) {
        return type_error(values, "'in <string>' requires string as left operand, not " +
                                      std::string(type_name(values, item)));
      }
      return {boolean_value(values.as_text(container).find(values.as_text(item)) !=
                            std::string_view::npos)};
    case ValueKind::bytes:
      return bytes_contain(values, values.as_text(container), item);
    case ValueKind::list:
    case ValueKind::tuple:
      return list_contains(values, values.items(container), item);
    case ValueKind::dict:
      if (!values.is_hashable(item)) return unhashable(values, item);
      return {boolean_value(find_key(values, values.items(container), item).has_value())};
    case ValueKind::range: {
      const ValueTable::Range range = values.as_range(container);
      if (const auto n = as_index(values, item)) return {boolean_value(range_contains(range, *n))};
      if (values.kind(item) != ValueKind::real) return {false_value};
      // A float is in it when it equals an int that is.
      const double x = values.as_real(item);
      if (!(x >= -9223372036854775808.0 && x < 9223372036854775808.0)) return {false_value};
      const auto n = static_cast<std::int64_t>(x);
      return {boolean_value(static_cast<double>(n) == x && range_contains(range, n))};
    }
    default:
      return type_error(
          values, "argument of type " + quoted(type_name(values, container)) + " is not iterable");
  }
}

}  // namespace lockstep
