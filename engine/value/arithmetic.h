// Python's operators on values: results, errors and their texts are CPython 3.11's.
//
// An integer result that leaves 64 bits raises OverflowError with a text that says that
// the limit is lockstep's; a wrong value is never returned.
#pragma once
#include <cstdint>
#include <optional>

#include "engine/value/result.h"

namespace lockstep {

enum class UnaryOperator : std::uint8_t { negative, positive, invert, logical_not };
enum class BinaryOperator : std::uint8_t {
  add, subtract, multiply, true_divide, floor_divide, modulo, power,
  bit_and, bit_or, bit_xor, shift_left, shift_right,
};
enum class Comparison : std::uint8_t {
  equal, not_equal, less, less_equal, greater, greater_equal, in, not_in, is, is_not,
};

bool truth(const ValueTable& values, Value value);
// Python's ==, which never raises here. 1 == 1.0 == True; dicts ignore insertion order.
bool equal(const ValueTable& values, Value left, Value right);
// The name of the value's type as CPython's messages have it: "int", "NoneType", ...
std::string_view type_name(const ValueTable& values, Value value);

Result unary(ValueTable& values, UnaryOperator op, Value operand);
Result binary(ValueTable& values, BinaryOperator op, Value left, Value right);
Result compare(ValueTable& values, Comparison op, Value left, Value right);

// container[index]; the slice form takes None for an absent bound.
Result subscript(ValueTable& values, Value container, Value index);
Result slice(ValueTable& values, Value container, Value start, Value stop, Value step);

// The container that stands there after the mutation of a list or dict.
Result with_item(ValueTable& values, Value container, Value index, Value item);
Result appended(ValueTable& values, Value list, Value item);
struct Popped {
  Result container;  // raised: nothing was popped
  Value item;
};
// list.pop(index), index absent: the last; dict.pop(key).
Popped popped(ValueTable& values, Value container, std::optional<Value> index);

// Iteration: the i-th item in Python's order (dict: its keys). Nothing when exhausted.
// Requires: is_iterable(values, value). O(1), O(i) for str.
bool is_iterable(const ValueTable& values, Value value);
std::optional<Value> item_at(ValueTable& values, Value iterable, std::uint64_t i);

}  // namespace lockstep
