// After CPython 3.11's Objects/longobject.c and Objects/floatobject.c; the functions that
// are named in comments are theirs.
#include "engine/value/numbers.h"

#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <limits>

#include "engine/value/number_text.h"

namespace lockstep {
namespace {

__extension__ using Wide = unsigned __int128;
__extension__ using SignedWide = __int128;

constexpr double two_to_63 = 9223372036854775808.0;

Result zero_division(ValueTable& values, std::string_view message) {
  return raise(values, ExceptionKind::zero_division_error, message);
}

// The double nearest to left / right, ties to even (long_true_divide). The quotient is
// computed to at least 55 bits, the lowest of which stands for all bits below; converting
// it to a double then rounds once. Requires: right is not 0.
double nearest_quotient(std::int64_t left, std::int64_t right) {
  constexpr std::int64_t exact = std::int64_t{1} << std::numeric_limits<double>::digits;
  if (-exact <= left && left <= exact && -exact <= right && right <= exact) {
    return static_cast<double>(left) / static_cast<double>(right);
  }
  const std::uint64_t dividend = magnitude(left);
  const std::uint64_t divisor = magnitude(right);
  if (dividend == 0) return right < 0 ? -0.0 : 0.0;
  const int missing_bits =
      56 - (static_cast<int>(std::bit_width(dividend)) - static_cast<int>(std::bit_width(divisor)));
  const int shift = missing_bits > 0 ? missing_bits : 0;
  const Wide shifted = Wide{dividend} << shift;
  auto quotient = static_cast<std::uint64_t>(shifted / divisor);
  if (shifted % divisor != 0) quotient |= 1;
  const double result = std::ldexp(static_cast<double>(quotient), -shift);
  return (left < 0) != (right < 0) ? -result : result;
}

// Requires: right is not 0 and the quotient fits.
std::int64_t floor_quotient(std::int64_t left, std::int64_t right) {
  const std::int64_t quotient = left / right;
  return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient;
}

Result integer_power(ValueTable& values, std::int64_t base, std::int64_t exponent) {
  if (exponent < 0) {
    return real_binary(values, BinaryOperator::power, static_cast<double>(base),
                       static_cast<double>(exponent));
  }
  std::int64_t result = 1;
  for (;;) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) {
      return integer_overflow(values);
    }
    exponent >>= 1;
    if (exponent == 0) return {values.integer(result)};
    // With 0, 1 and -1 the square always fits, so a huge exponent ends here or is right.
    if (__builtin_mul_overflow(base, base, &base)) return integer_overflow(values);
  }
}

Result shift_left(ValueTable& values, std::int64_t n, std::int64_t count) {
  if (count < 0) return raise(values, ExceptionKind::value_error, "negative shift count");
  if (n == 0) return {values.integer(0)};
  std::int64_t result = 0;
  if (count > 62) {
    // Only -1 << 63 still fits.
    if (n != -1 || count != 63) return integer_overflow(values);
    return {values.integer(std::numeric_limits<std::int64_t>::min())};
  }
  if (__builtin_mul_overflow(n, std::int64_t{1} << count, &result)) return integer_overflow(values);
  return {values.integer(result)};
}

Result shift_right(ValueTable& values, std::int64_t n, std::int64_t count) {
  if (count < 0) return raise(values, ExceptionKind::value_error, "negative shift count");
  return {values.integer(n >> (count > 63 ? 63 : count))};
}

struct DivMod {
  double quotient, remainder;
};

// float_divmod's _float_div_mod: the remainder has the divisor's sign.
DivMod divmod(double left, double right) {
  double remainder = std::fmod(left, right);
  double quotient = (left - remainder) / right;
  if (remainder != 0) {
    if ((right < 0) != (remainder < 0)) {
      remainder += right;
      quotient -= 1.0;
    }
  } else {
    remainder = std::copysign(0.0, right);
  }
  if (quotient == 0) return {std::copysign(0.0, left / right), remainder};
  double floored = std::floor(quotient);
  if (quotient - floored > 0.5) floored += 1.0;
  return {floored, remainder};
}

bool is_odd_integer(double x) { return std::fmod(std::fabs(x), 2.0) == 1.0; }

// float_pow. C's pow() follows IEC 60559 in the special cases, as CPython does, but for the
// errors. A result that overflows is an OverflowError with errno and its text.
Result real_power(ValueTable& values, double base, double exponent) {
  const bool finite = std::isfinite(base) && std::isfinite(exponent);
  if (finite && base == 0 && exponent < 0) {
    return zero_division(values, "0.0 cannot be raised to a negative power");
  }
  if (finite && base < 0 && exponent != std::floor(exponent)) {
    return raise(values, ExceptionKind::value_error,
                 "negative number cannot be raised to a fractional power: "
                 "lockstep has no complex numbers");
  }
  // Some libraries lose the sign of pow(-1, huge); CPython special-cases it.
  if (base == -1.0 && finite) return {values.real(is_odd_integer(exponent) ? -1.0 : 1.0)};
  const double result = std::pow(base, exponent);
  if (finite && std::isinf(result)) {
    const std::array arguments{values.integer(ERANGE),
                               values.string("Numerical result out of range")};
    return {values.exception(ExceptionKind::overflow_error, arguments), true};
  }
  return {values.real(result)};
}

}  // namespace

std::optional<Number> number_of(const ValueTable& values, Value value) {
  if (is_small_integer(value)) return Number{.integer = small_integer(value)};
  switch (values.kind(value)) {
    case ValueKind::boolean:
    case ValueKind::integer:
      return Number{.integer = values.as_integer(value)};
    case ValueKind::real:
      return Number{.is_real = true, .real = values.as_real(value)};
    case ValueKind::none:
    case ValueKind::string:
    case ValueKind::bytes:
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict:
    case ValueKind::range:
    case ValueKind::object:
    case ValueKind::thread:
    case ValueKind::process:
    case ValueKind::connection:
    case ValueKind::function:
    case ValueKind::exception_class:
    case ValueKind::exception:
    case ValueKind::future:
    case ValueKind::unset:
      break;
  }
  return std::nullopt;
}

Result integer_overflow(ValueTable& values) {
  return raise(values, ExceptionKind::overflow_error,
               "integer leaves the 64 bits that lockstep computes with");
}

std::optional<std::int64_t> multiplied_and_added(std::int64_t n, std::int64_t factor,
                                                 std::int64_t summand) {
  const auto sum = SignedWide{n} * factor + summand;
  const auto result = static_cast<std::int64_t>(sum);
  if (result != sum) return std::nullopt;
  return result;
}

Result integer_binary(ValueTable& values, BinaryOperator op, std::int64_t left,
                      std::int64_t right) {
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t result = 0;
  switch (op) {
    case BinaryOperator::add:
      if (__builtin_add_overflow(left, right, &result)) return integer_overflow(values);
      return {values.integer(result)};
    case BinaryOperator::subtract:
      if (__builtin_sub_overflow(left, right, &result)) return integer_overflow(values);
      return {values.integer(result)};
    case BinaryOperator::multiply:
      if (__builtin_mul_overflow(left, right, &result)) return integer_overflow(values);
      return {values.integer(result)};
    case BinaryOperator::true_divide:
      if (right == 0) return zero_division(values, "division by zero");
      return {values.real(nearest_quotient(left, right))};
    case BinaryOperator::floor_divide:
      if (right == 0) return zero_division(values, "integer division or modulo by zero");
      if (left == least && right == -1) return integer_overflow(values);
      return {values.integer(floor_quotient(left, right))};
    case BinaryOperator::modulo:
      if (right == 0) return zero_division(values, "integer modulo by zero");
      if (right == -1) return {values.integer(0)};  // least % -1 traps
      result = left % right;
      if (result != 0 && (result < 0) != (right < 0)) result += right;
      return {values.integer(result)};
    case BinaryOperator::power:
      return integer_power(values, left, right);
    case BinaryOperator::bit_and:
      return {values.integer(left & right)};
    case BinaryOperator::bit_or:
      return {values.integer(left | right)};
    case BinaryOperator::bit_xor:
      return {values.integer(left ^ right)};
    case BinaryOperator::shift_left:
      return shift_left(values, left, right);
    case BinaryOperator::shift_right:
      return shift_right(values, left, right);
  }
  LOCKSTEP_ASSERT(false, "every operator has its case");
  return {};
}

Result real_binary(ValueTable& values, BinaryOperator op, double left, double right) {
  switch (op) {
    case BinaryOperator::add:
      return {values.real(left + right)};
    case BinaryOperator::subtract:
      return {values.real(left - right)};
    case BinaryOperator::multiply:
      return {values.real(left * right)};
    case BinaryOperator::true_divide:
      if (right == 0) return zero_division(values, "float division by zero");
      return {values.real(left / right)};
    case BinaryOperator::floor_divide:
      if (right == 0) return zero_division(values, "float floor division by zero");
      return {values.real(divmod(left, right).quotient)};
    case BinaryOperator::modulo:
      if (right == 0) return zero_division(values, "float modulo");
      return {values.real(divmod(left, right).remainder)};
    case BinaryOperator::power:
      return real_power(values, left, right);
    case BinaryOperator::bit_and:
    case BinaryOperator::bit_or:
    case BinaryOperator::bit_xor:
    case BinaryOperator::shift_left:
    case BinaryOperator::shift_right:
      break;
  }
  LOCKSTEP_ASSERT(false, "floats have no bit operators");
  return {};
}

std::partial_ordering compare_numbers(const Number& left, const Number& right) {
  if (left.is_real && right.is_real) return left.real <=> right.real;
  if (!left.is_real && !right.is_real) return left.integer <=> right.integer;
  if (left.is_real) {
    const auto order = compare_numbers(right, left);
    return std::is_lt(order)   ? std::partial_ordering::greater
           : std::is_gt(order) ? std::partial_ordering::less
                               : order;
  }
  const double x = right.real;
  if (std::isnan(x)) return std::partial_ordering::unordered;
  if (x >= two_to_63) return std::partial_ordering::less;
  if (x < -two_to_63) return std::partial_ordering::greater;
  const double whole = std::trunc(x);
  const auto order = left.integer <=> static_cast<std::int64_t>(whole);
  return order == std::strong_ordering::equal ? whole <=> x : std::partial_ordering(order);
}

Result truncated(ValueTable& values, double x) {
  if (std::isnan(x)) {
    return raise(values, ExceptionKind::value_error, "cannot convert float NaN to integer");
  }
  if (std::isinf(x)) {
    return raise(values, ExceptionKind::overflow_error, "cannot convert float infinity to integer");
  }
  const double whole = std::trunc(x);
  if (whole >= two_to_63 || whole < -two_to_63) return integer_overflow(values);
  return {values.integer(static_cast<std::int64_t>(whole))};
}

Result integer_rounded(ValueTable& values, std::int64_t n, std::uint64_t places) {
  // 10 ** 19 is more than twice any |n|.
  if (places > 19) return {values.integer(0)};
  std::uint64_t unit = 1;
  for (std::uint64_t i = 0; i < places; ++i) unit *= 10;
  const std::uint64_t rest = magnitude(n) % unit;
  std::uint64_t rounded = magnitude(n) - rest;
  const bool odd = rounded / unit % 2 == 1;
  if (rest > unit - rest || (rest == unit - rest && odd)) rounded += unit;
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  if (rounded > most + (n < 0 ? 1 : 0)) return integer_overflow(values);
  return {values.integer(static_cast<std::int64_t>(n < 0 ? -rounded : rounded))};
}

}  // namespace lockstep
