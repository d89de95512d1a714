// Python's operators on values: results, errors and their texts are CPython 3.11's.
//
// An integer result that leaves 64 bits raises OverflowError with a text that says that
// the limit is lockstep's; a wrong value is never returned. What else differs:
// - There are no complex numbers: a negative number to a fractional power is a ValueError.
// - `is` compares words, so that equal ints, floats, strings, tuples, lists and exceptions
//   are one object; there is one NaN, which a container finds (as CPython finds the same
//   NaN object) though it does not equal itself.
// - Two exceptions are equal when class and arguments are; CPython compares identity.
// - bytes do not support %, and classes do not support | (typing's unions).
// - What would hold more than the limits below is a MemoryError with a text that says so,
//   and a % width or precision beyond them a ValueError.
//
// Tested by tests/engine/value/arithmetic_test.cpp, and against Python by cases_test.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/value/result.h"

namespace lockstep {

class Names;  // text.h

// What one value may hold; a scenario that asks for more is wrong, and CPython's answer
// would depend on the machine.
inline constexpr std::size_t text_bytes_max = std::size_t{1} << 20;  // str, bytes
inline constexpr std::size_t items_max = 1'000'000;                  // list, tuple, dict
// Nesting that repr() follows; beyond it, it raises RecursionError.
inline constexpr int nesting_max = 1000;

enum class UnaryOperator : std::uint8_t { negative, positive, invert, logical_not };
enum class BinaryOperator : std::uint8_t {
  add,
  subtract,
  multiply,
  true_divide,
  floor_divide,
  modulo,
  power,
  bit_and,
  bit_or,
  bit_xor,
  shift_left,
  shift_right,
};
enum class Comparison : std::uint8_t {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  not_in,
  is,
  is_not,
};

bool truth(const ValueTable& values, Value value);
// Python's ==, which never raises here. 1 == 1.0 == True; dicts ignore insertion order.
bool equal(const ValueTable& values, Value left, Value right);
// The name of the value's type as CPython's messages have it: "int", "NoneType", ...
// A table does not know what an object is: its name here is "object", whatever its kind.
std::string_view type_name(const ValueTable& values, Value value);

Result unary(ValueTable& values, UnaryOperator op, Value operand);
// `names` is for % of a str with a handle among its arguments (%s, %r); without it a
// handle is written by its number.
Result binary(ValueTable& values, BinaryOperator op, Value left, Value right,
              const Names* names = nullptr);
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
// Requires: is_iterable(values, value). O(1), O(i) for a str that is not ASCII.
bool is_iterable(const ValueTable& values, Value value);
std::optional<Value> item_at(ValueTable& values, Value iterable, std::uint64_t i);

}  // namespace lockstep
