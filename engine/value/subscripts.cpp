// Subscripts, slices, iteration, and what stands for the mutation of a list or dict.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "engine/value/arithmetic.h"
#include "engine/value/containers.h"
#include "engine/value/numbers.h"
#include "engine/value/unicode.h"

namespace lockstep {
namespace {

// Python's slice over `length` items: `count` of them, from `start` by `step`.
struct SliceIndices {
  std::int64_t start = 0, stop = 0, step = 1;
  std::uint64_t count = 0;
};

Result type_error(ValueTable& values, std::string_view message) {
  return raise(values, ExceptionKind::type_error, message);
}

Result index_error(ValueTable& values, std::string_view message) {
  return raise(values, ExceptionKind::index_error, message);
}

// The i-th number of a range that has one.
std::int64_t range_item(const ValueTable::Range& range, std::uint64_t i) {
  // Between the ends, so that it fits although i * step may not.
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(range.start) +
                                   i * static_cast<std::uint64_t>(range.step));
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

bool is_sequence(ValueKind kind) {
  return kind == ValueKind::string || kind == ValueKind::bytes || kind == ValueKind::list ||
         kind == ValueKind::tuple || kind == ValueKind::range;
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
