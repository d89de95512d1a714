// What lists, tuples, dicts, ranges, strings and bytes have in common. Internal to
// engine/value; what others need of it is in arithmetic.h.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value/arithmetic.h"
#include "engine/value/result.h"

namespace lockstep {

// How containers compare their items: the same object, or equal.
bool same_or_equal(const ValueTable& values, Value left, Value right);

std::uint64_t range_length(const ValueTable::Range& range);
bool ranges_equal(const ValueTable::Range& left, const ValueTable::Range& right);
// What len() gives; nothing for a value that has no length.
std::optional<std::uint64_t> length(const ValueTable& values, Value value);

// What has __index__: an int or a bool.
std::optional<std::int64_t> as_index(const ValueTable& values, Value value);

// Where `key` stands in a dict's items; its value stands behind it.
std::optional<std::size_t> find_key(const ValueTable& values, std::span<const Value> items,
                                    Value key);
// Sets the item of a key that is hashable.
void set_key(const ValueTable& values, std::vector<Value>& items, Value key, Value item);

std::string quoted(std::string_view name);  // 'name'

// The errors that several operations share.
Result too_large(ValueTable& values);
Result unhashable(ValueTable& values, Value key);  // requires: not hashable
Result key_error(ValueTable& values, Value key);
Result not_iterable(ValueTable& values, Value value);
Result no_attribute(ValueTable& values, Value value, std::string_view name);
Result not_an_index(ValueTable& values, Value value);  // where an __index__ is asked for

Result not_bytes_like(ValueTable& values, Value value);  // where bytes are asked for

// The items of an iterable, or the exception.
struct Collected {
  std::vector<Value> items;
  std::optional<Result> raised;
};
Collected collect(ValueTable& values, Value iterable);

// A list or tuple of computed items, a str or bytes of computed text: MemoryError beyond the
// limits of arithmetic.h.
Result list_of(ValueTable& values, std::span<const Value> items);
Result tuple_of(ValueTable& values, std::span<const Value> items);
Result string_of(ValueTable& values, std::string_view text);
Result bytes_of(ValueTable& values, std::string_view text);

// left + right for a str, bytes, list or tuple on the left.
Result concatenated(ValueTable& values, Value left, Value right);
bool is_repeatable(const ValueTable& values, Value value);
Result repeated(ValueTable& values, Value sequence, std::int64_t times);
// left | right of two dicts.
Result merged(ValueTable& values, Value left, Value right);
// item in container
Result contains(ValueTable& values, Value container, Value item);

}  // namespace lockstep
