// int and float arithmetic as CPython computes it: exact or an error, correctly rounded.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>

#include "engine/value/arithmetic.h"
#include "engine/value/result.h"

namespace lockstep {

// An int, bool or float.
struct Number {
  bool is_real = false;
  std::int64_t integer = 0;  // unless is_real
  double real = 0;           // if is_real
  double as_real() const { return is_real ? real : static_cast<double>(integer); }
};
std::optional<Number> number_of(const ValueTable& values, Value value);

Result integer_overflow(ValueTable& values);
// factor * n + summand, if the sum fits.
std::optional<std::int64_t> multiplied_and_added(std::int64_t n, std::int64_t factor,
                                                 std::int64_t summand);

// Every operator has a meaning for two ints.
Result integer_binary(ValueTable& values, BinaryOperator op, std::int64_t left, std::int64_t right);
// Requires: no bit operator or shift.
Result real_binary(ValueTable& values, BinaryOperator op, double left, double right);

// Exact, also where the int has no double. NaN is unordered.
std::partial_ordering compare_numbers(const Number& left, const Number& right);

// The int that is x without its fraction, as int(x): OverflowError, ValueError.
Result truncated(ValueTable& values, double x);

// round(n, -places) for places > 0: ties to even.
Result integer_rounded(ValueTable& values, std::int64_t n, std::uint64_t places);

}  // namespace lockstep
