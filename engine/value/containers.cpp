// A dict is a short array that is searched from the front: scenarios have small ones, and
// for keys other than numbers and tuples equality is identity of words.
#include "engine/value/containers.h"

#include <algorithm>
#include <limits>

#include "engine/value/numbers.h"
#include "engine/value/unicode.h"

namespace lockstep {
namespace {

std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

Result type_error(ValueTable& values, std::string_view message) {
  return raise(values, ExceptionKind::type_error, message);
}
Result index_error(ValueTable& values, std::string_view message) {
  return raise(values, ExceptionKind::index_error, message);
}

// Equal keys are the same word, unless they are numbers or hold some.
bool equality_is_identity(ValueKind kind) {
  return kind != ValueKind::boolean && kind != ValueKind::integer && kind != ValueKind::real &&
         kind != ValueKind::tuple && kind != ValueKind::range;
}

// The i-th number of a range that has one.
std::int64_t range_item(const ValueTable::Range& range, std::uint64_t i) {
  // Between the ends, so that it fits although i * step may not.
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(range.start) +
                                   i * static_cast<std::uint64_t>(range.step));
}

bool range_contains(const ValueTable::Range& range, std::int64_t n) {
  if (range.step > 0 ? n < range.start || n >= range.stop : n > range.start || n <= range.stop) {
    return false;
  }
  const auto distance = static_cast<std::uint64_t>(n) - static_cast<std::uint64_t>(range.start);
  return range.step > 0 ? distance % static_cast<std::uint64_t>(range.step) == 0
                        : (-distance) % (-static_cast<std::uint64_t>(range.step)) == 0;
}

Value byte_value(ValueTable& values, std::string_view text, std::size_t i) {
  return values.integer(static_cast<unsigned char>(text[i]));
}

// The position of a possibly negative index; nothing if it is out of range.
std::optional<std::uint64_t> position(std::int64_t index, std::uint64_t length) {
  if (index >= 0) {
    const auto at = static_cast<std::uint64_t>(index);
    if (at >= length) return std::nullopt;
    return at;
  }
  const std::uint64_t from_end = -static_cast<std::uint64_t>(index);
  if (from_end > length) return std::nullopt;
  return length - from_end;
}

std::string_view code_point_text(const ValueTable& values, Value string, std::size_t i) {
  const std::string_view text = values.as_text(string);
  if (values.is_ascii(string)) return text.substr(i, 1);
  const std::size_t at = byte_offset(text, i);
  return text.substr(at, sequence_bytes(text[at]));
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
    return type_error(values,
                      "a bytes-like object is required, not " + quoted(type_name(values, item)));
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

// What a container's index must be, in the words of its type.
Result wrong_index_type(ValueTable& values, Value container, Value index) {
  const std::string found(type_name(values, index));
  switch (values.kind(container)) {
    case ValueKind::string:
      return type_error(values, "string indices must be integers, not " + quoted(found));
    case ValueKind::bytes:
      return type_error(values, "byte indices must be integers or slices, not " + found);
    default:
      return type_error(values, std::string(type_name(values, container)) +
                                    " indices must be integers or slices, not " + found);
  }
}

Result not_subscriptable(ValueTable& values, Value container) {
  if (values.kind(container) == ValueKind::exception_class) {
    return type_error(values, "type " + quoted(exception_name(values.exception_kind(container))) +
                                  " is not subscriptable");
  }
  return type_error(values, quoted(type_name(values, container)) + " object is not subscriptable");
}

bool is_sequence(ValueKind kind) {
  return kind == ValueKind::string || kind == ValueKind::bytes || kind == ValueKind::list ||
         kind == ValueKind::tuple || kind == ValueKind::range;
}

std::string_view out_of_range_text(ValueKind kind) {
  switch (kind) {
    case ValueKind::string:
      return "string index out of range";
    case ValueKind::bytes:
      return "index out of range";
    case ValueKind::tuple:
      return "tuple index out of range";
    case ValueKind::range:
      return "range object index out of range";
    default:
      return "list index out of range";
  }
}

Result sequence_item(ValueTable& values, Value container, std::uint64_t i) {
  switch (values.kind(container)) {
    case ValueKind::string:
      return {values.string(code_point_text(values, container, i))};
    case ValueKind::bytes:
      return {byte_value(values, values.as_text(container), i)};
    case ValueKind::range:
      return {values.integer(range_item(values.as_range(container), i))};
    default:
      return {values.items(container)[i]};
  }
}

// Calls f(i) for the indices of a slice.
template <class F>
void for_each_index(const SliceIndices& slice, F f) {
  std::int64_t at = slice.start;
  for (std::uint64_t i = 0; i < slice.count; ++i) {
    f(static_cast<std::size_t>(at));
    if (i + 1 < slice.count) at += slice.step;
  }
}

std::string sliced_string(std::string_view text, bool ascii, const SliceIndices& slice) {
  std::string result;
  if (ascii) {
    for_each_index(slice, [&](std::size_t i) { result += text[i]; });
    return result;
  }
  std::vector<std::string_view> code_points;
  for_each_code_point(text,
                      [&](std::uint32_t, std::string_view bytes) { code_points.push_back(bytes); });
  for_each_index(slice, [&](std::size_t i) { result += code_points[i]; });
  return result;
}

Result sliced_range(ValueTable& values, const ValueTable::Range& range, const SliceIndices& slice) {
  // compute_slice of Objects/rangeobject.c: the bounds are items, or one step off the end.
  const auto start = multiplied_and_added(slice.start, range.step, range.start);
  const auto stop = multiplied_and_added(slice.stop, range.step, range.start);
  const auto step = multiplied_and_added(slice.step, range.step, 0);
  if (!start || !stop || !step) return integer_overflow(values);
  return {values.range(*start, *stop, *step)};
}

}  // namespace

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
  static_assert(text_bytes_max == std::size_t{16} << 20 && items_max == 1'000'000,
                "the text below says the limits");
  return raise(values, ExceptionKind::memory_error,
               "lockstep holds no text beyond 16 MiB and no container beyond 1000000 items");
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
        result.items.push_back(sequence_item(values, iterable, i).value);
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
  return is_sequence(kind) && kind != ValueKind::range;
}

Result repeated(ValueTable& values, Value sequence, std::int64_t times) {
  const std::uint64_t count = times < 0 ? 0 : static_cast<std::uint64_t>(times);
  const ValueKind kind = values.kind(sequence);
  if (kind == ValueKind::string || kind == ValueKind::bytes) {
    const std::string_view text = values.as_text(sequence);
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

// PySlice_AdjustIndices of Objects/sliceobject.c.
SliceIndices slice_indices(std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
                           std::int64_t step, std::int64_t length) {
  step = std::max(step, -std::numeric_limits<std::int64_t>::max());
  const bool backwards = step < 0;
  const auto clamp = [&](std::int64_t bound) {
    if (bound < 0) {
      bound += length;
      if (bound < 0) return backwards ? std::int64_t{-1} : std::int64_t{0};
      return bound;
    }
    if (bound >= length) return backwards ? length - 1 : length;
    return bound;
  };
  SliceIndices slice;
  slice.step = step;
  slice.start = start ? clamp(*start) : backwards ? length - 1 : 0;
  slice.stop = stop ? clamp(*stop) : backwards ? -1 : length;
  slice.count = range_length({slice.start, slice.stop, step});
  return slice;
}

Result subscript(ValueTable& values, Value container, Value index) {
  const ValueKind kind = values.kind(container);
  if (kind == ValueKind::dict) {
    if (!values.is_hashable(index)) return unhashable(values, index);
    const auto items = values.items(container);
    const auto at = find_key(values, items, index);
    if (!at) return key_error(values, index);
    return {items[*at + 1]};
  }
  if (!is_sequence(kind)) return not_subscriptable(values, container);
  const auto wanted = as_index(values, index);
  if (!wanted) return wrong_index_type(values, container, index);
  const auto at = position(*wanted, *length(values, container));
  if (!at) return index_error(values, out_of_range_text(kind));
  return sequence_item(values, container, *at);
}

Result slice(ValueTable& values, Value container, Value start, Value stop, Value step) {
  const ValueKind kind = values.kind(container);
  if (kind == ValueKind::dict) return type_error(values, "unhashable type: 'slice'");
  if (!is_sequence(kind)) return not_subscriptable(values, container);

  std::optional<std::int64_t> bounds[3];
  const Value given[3] = {step, start, stop};  // the order in which CPython looks at them
  for (int i = 0; i < 3; ++i) {
    if (given[i] == none_value) continue;
    bounds[i] = as_index(values, given[i]);
    if (!bounds[i]) {
      return type_error(values,
                        "slice indices must be integers or None or have an __index__ method");
    }
    if (i == 0 && *bounds[0] == 0) {
      return raise(values, ExceptionKind::value_error, "slice step cannot be zero");
    }
  }
  const std::uint64_t count = *length(values, container);
  if (count > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return integer_overflow(values);
  }
  const SliceIndices indices =
      slice_indices(bounds[1], bounds[2], bounds[0].value_or(1), static_cast<std::int64_t>(count));

  switch (kind) {
    case ValueKind::string:
      return {values.string(
          sliced_string(values.as_text(container), values.is_ascii(container), indices))};
    case ValueKind::bytes:
      return {values.bytes(sliced_string(values.as_text(container), true, indices))};
    case ValueKind::range:
      return sliced_range(values, values.as_range(container), indices);
    default: {
      const auto items = values.items(container);
      std::vector<Value> result;
      for_each_index(indices, [&](std::size_t i) { result.push_back(items[i]); });
      return {kind == ValueKind::list ? values.list(result) : values.tuple(result)};
    }
  }
}

Result with_item(ValueTable& values, Value container, Value index, Value item) {
  const ValueKind kind = values.kind(container);
  if (kind == ValueKind::dict) {
    if (!values.is_hashable(index)) return unhashable(values, index);
    const auto there = values.items(container);
    std::vector<Value> items(there.begin(), there.end());
    set_key(values, items, index, item);
    if (items.size() > 2 * items_max) return too_large(values);
    return {values.dict(items)};
  }
  if (kind != ValueKind::list) {
    return type_error(
        values, quoted(type_name(values, container)) + " object does not support item assignment");
  }
  const auto wanted = as_index(values, index);
  if (!wanted) return wrong_index_type(values, container, index);
  const auto there = values.items(container);
  const auto at = position(*wanted, there.size());
  if (!at) return index_error(values, "list assignment index out of range");
  std::vector<Value> items(there.begin(), there.end());
  items[*at] = item;
  return {values.list(items)};
}

Result appended(ValueTable& values, Value list, Value item) {
  if (values.kind(list) != ValueKind::list) return no_attribute(values, list, "append");
  const auto there = values.items(list);
  std::vector<Value> items;
  items.reserve(there.size() + 1);
  items.assign(there.begin(), there.end());
  items.push_back(item);
  return list_of(values, items);
}

Popped popped(ValueTable& values, Value container, std::optional<Value> index) {
  const ValueKind kind = values.kind(container);
  if (kind != ValueKind::list && kind != ValueKind::dict) {
    return {no_attribute(values, container, "pop"), none_value};
  }
  const auto there = values.items(container);
  std::vector<Value> items(there.begin(), there.end());
  if (kind == ValueKind::dict) {
    if (!index) return {type_error(values, "pop expected at least 1 argument, got 0"), none_value};
    // CPython does not hash the key for an empty dict.
    if (items.empty()) return {key_error(values, *index), none_value};
    if (!values.is_hashable(*index)) return {unhashable(values, *index), none_value};
    const auto at = find_key(values, items, *index);
    if (!at) return {key_error(values, *index), none_value};
    const Value item = items[*at + 1];
    const auto key = items.begin() + static_cast<std::ptrdiff_t>(*at);
    items.erase(key, key + 2);
    return {{values.dict(items)}, item};
  }
  const auto wanted = index ? as_index(values, *index) : -1;
  if (!wanted) return {not_an_index(values, *index), none_value};
  if (items.empty()) return {index_error(values, "pop from empty list"), none_value};
  const auto at = position(*wanted, items.size());
  if (!at) return {index_error(values, "pop index out of range"), none_value};
  const Value item = items[*at];
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(*at));
  return {{values.list(items)}, item};
}

bool is_iterable(const ValueTable& values, Value value) {
  const ValueKind kind = values.kind(value);
  return is_sequence(kind) || kind == ValueKind::dict;
}

std::optional<Value> item_at(ValueTable& values, Value iterable, std::uint64_t i) {
  LOCKSTEP_ASSERT(is_iterable(values, iterable), "item_at iterates over what is iterable");
  switch (values.kind(iterable)) {
    case ValueKind::dict: {
      const auto items = values.items(iterable);
      if (i >= items.size() / 2) return std::nullopt;
      return items[2 * i];
    }
    case ValueKind::string: {
      const std::string_view text = values.as_text(iterable);
      if (i >= text.size()) return std::nullopt;
      if (values.is_ascii(iterable)) return values.string(text.substr(i, 1));
      const std::size_t at = byte_offset(text, i);
      if (at == text.size()) return std::nullopt;
      return values.string(text.substr(at, sequence_bytes(text[at])));
    }
    default:
      if (i >= *length(values, iterable)) return std::nullopt;
      return sequence_item(values, iterable, i).value;
  }
}

}  // namespace lockstep
