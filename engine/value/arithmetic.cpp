// Which operator applies to which kinds. Numbers are computed in numbers.cpp; sequences and
// dicts in containers.cpp, with subscripts and what stands for mutation.
#include "engine/value/arithmetic.h"

#include <algorithm>
#include <array>
#include <compare>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/value/containers.h"
#include "engine/value/numbers.h"
#include "engine/value/percent_format.h"

namespace lockstep {
namespace {

// As CPython's messages write it.
std::string_view symbol(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::add:
      return "+";
    case BinaryOperator::subtract:
      return "-";
    case BinaryOperator::multiply:
      return "*";
    case BinaryOperator::true_divide:
      return "/";
    case BinaryOperator::floor_divide:
      return "//";
    case BinaryOperator::modulo:
      return "%";
    case BinaryOperator::power:
      return "** or pow()";
    case BinaryOperator::bit_and:
      return "&";
    case BinaryOperator::bit_or:
      return "|";
    case BinaryOperator::bit_xor:
      return "^";
    case BinaryOperator::shift_left:
      return "<<";
    case BinaryOperator::shift_right:
      return ">>";
  }
  return "";
}

std::string_view symbol(Comparison op) {
  switch (op) {
    case Comparison::equal:
      return "==";
    case Comparison::not_equal:
      return "!=";
    case Comparison::less:
      return "<";
    case Comparison::less_equal:
      return "<=";
    case Comparison::greater:
      return ">";
    case Comparison::greater_equal:
      return ">=";
    case Comparison::in:
      return "in";
    case Comparison::not_in:
      return "not in";
    case Comparison::is:
      return "is";
    case Comparison::is_not:
      return "is not";
  }
  return "";
}

bool is_bit_operator(BinaryOperator op) {
  return op == BinaryOperator::bit_and || op == BinaryOperator::bit_or ||
         op == BinaryOperator::bit_xor;
}

bool takes_reals(BinaryOperator op) {
  return !is_bit_operator(op) && op != BinaryOperator::shift_left &&
         op != BinaryOperator::shift_right;
}

Result unsupported(ValueTable& values, BinaryOperator op, Value left, Value right) {
  return raise(values, ExceptionKind::type_error,
               "unsupported operand type(s) for " + std::string(symbol(op)) + ": '" +
                   std::string(type_name(values, left)) + "' and '" +
                   std::string(type_name(values, right)) + "'");
}

Result unsupported(ValueTable& values, Comparison op, Value left, Value right) {
  return raise(values, ExceptionKind::type_error,
               "'" + std::string(symbol(op)) + "' not supported between instances of '" +
                   std::string(type_name(values, left)) + "' and '" +
                   std::string(type_name(values, right)) + "'");
}

bool has_concatenation(ValueKind kind) {
  return kind == ValueKind::string || kind == ValueKind::bytes || kind == ValueKind::list ||
         kind == ValueKind::tuple;
}

// sequence * times, where `times` may be anything: PyNumber_Multiply of Objects/abstract.c.
Result multiplied(ValueTable& values, Value sequence, Value times) {
  if (const auto n = as_index(values, times)) return repeated(values, sequence, *n);
  return raise(
      values, ExceptionKind::type_error,
      "can't multiply sequence by non-int of type '" + std::string(type_name(values, times)) + "'");
}

// At least one operand is no number.
Result container_binary(ValueTable& values, BinaryOperator op, Value left, Value right,
                        const Names* names) {
  const ValueKind kind = values.kind(left);
  if (op == BinaryOperator::add && has_concatenation(kind)) {
    return concatenated(values, left, right);
  }
  if (op == BinaryOperator::multiply) {
    if (is_repeatable(values, left)) return multiplied(values, left, right);
    if (is_repeatable(values, right)) return multiplied(values, right, left);
  }
  if (op == BinaryOperator::modulo && (kind == ValueKind::string || kind == ValueKind::bytes)) {
    return percent_format(values, left, right, names);
  }
  if (op == BinaryOperator::bit_or && kind == ValueKind::dict &&
      values.kind(right) == ValueKind::dict) {
    return merged(values, left, right);
  }
  return unsupported(values, op, left, right);
}

// Not the fast path of binary(), which shall not pay for the registers of this one.
Result any_binary(ValueTable& values, BinaryOperator op, Value left, Value right,
                  const Names* names) {
  const auto a = number_of(values, left);
  const auto b = a ? number_of(values, right) : std::nullopt;
  if (!a || !b) return container_binary(values, op, left, right, names);
  if (!a->is_real && !b->is_real) {
    if (is_bit_operator(op) && values.kind(left) == ValueKind::boolean &&
        values.kind(right) == ValueKind::boolean) {
      return {boolean_value(integer_binary(values, op, a->integer, b->integer).value ==
                            small_integer_value(1))};
    }
    return integer_binary(values, op, a->integer, b->integer);
  }
  if (!takes_reals(op)) return unsupported(values, op, left, right);
  return real_binary(values, op, a->as_real(), b->as_real());
}

bool holds(Comparison op, std::partial_ordering order) {
  switch (op) {
    case Comparison::less:
      return std::is_lt(order);
    case Comparison::less_equal:
      return std::is_lteq(order);
    case Comparison::greater:
      return std::is_gt(order);
    case Comparison::greater_equal:
      return std::is_gteq(order);
    case Comparison::equal:
    case Comparison::not_equal:
    case Comparison::in:
    case Comparison::not_in:
    case Comparison::is:
    case Comparison::is_not:
      break;
  }
  LOCKSTEP_ASSERT(false, "the other comparisons ask for no order");
  return false;
}

// <, <=, >, >=. Lists and tuples are in the order of their first items that differ, which
// may be lists again, or of their lengths.
Result ordered(ValueTable& values, Comparison op, Value left, Value right) {
  for (;;) {
    if (const auto a = number_of(values, left)) {
      const auto b = number_of(values, right);
      if (!b) return unsupported(values, op, left, right);
      return {boolean_value(holds(op, compare_numbers(*a, *b)))};
    }
    const ValueKind kind = values.kind(left);
    if (kind != values.kind(right) || !has_concatenation(kind)) {
      return unsupported(values, op, left, right);
    }
    if (kind == ValueKind::string || kind == ValueKind::bytes) {
      // The order of code points is that of their UTF-8 bytes, taken as unsigned.
      return {boolean_value(holds(op, values.as_text(left) <=> values.as_text(right)))};
    }
    const auto a = values.items(left);
    const auto b = values.items(right);
    const auto [first, second] =
        std::mismatch(a.begin(), a.end(), b.begin(), b.end(),
                      [&](Value x, Value y) { return same_or_equal(values, x, y); });
    if (first == a.end() || second == b.end()) {
      return {boolean_value(holds(op, a.size() <=> b.size()))};
    }
    left = *first;
    right = *second;
  }
}

using Pairs = std::vector<std::pair<Value, Value>>;

// Whether two values that are not the same word are equal if all pairs that are added to
// `pairs` are.
bool equal_but_for(const ValueTable& values, Value left, Value right, Pairs& pairs) {
  if (const auto a = number_of(values, left)) {
    const auto b = number_of(values, right);
    return b && std::is_eq(compare_numbers(*a, *b));
  }
  const ValueKind kind = values.kind(left);
  if (kind != values.kind(right)) return false;
  switch (kind) {
    case ValueKind::range:
      return ranges_equal(values.as_range(left), values.as_range(right));
    case ValueKind::list:
    case ValueKind::tuple: {
      const auto a = values.items(left);
      const auto b = values.items(right);
      if (a.size() != b.size()) return false;
      for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != b[i]) pairs.emplace_back(a[i], b[i]);
      }
      return true;
    }
    case ValueKind::dict: {
      const auto a = values.items(left);
      const auto b = values.items(right);
      if (a.size() != b.size()) return false;
      for (std::size_t i = 0; i < a.size(); i += 2) {
        const auto at = find_key(values, b, a[i]);
        if (!at) return false;
        if (a[i + 1] != b[*at + 1]) pairs.emplace_back(a[i + 1], b[*at + 1]);
      }
      return true;
    }
    case ValueKind::none:
    case ValueKind::boolean:
    case ValueKind::integer:
    case ValueKind::real:
    case ValueKind::string:
    case ValueKind::bytes:
    case ValueKind::object:
    case ValueKind::thread:
    case ValueKind::process:
    case ValueKind::connection:
    case ValueKind::function:
    case ValueKind::future:
    case ValueKind::exception_class:
    case ValueKind::exception:
    case ValueKind::unset:
      break;  // equal content is the same word
  }
  return false;
}

// Lists that hold the same list twice, and so on, have exponentially many pairs but few
// different ones.
bool all_equal(const ValueTable& values, Pairs& pairs) {
  constexpr std::size_t pairs_before_seen_counts = 1000;
  std::set<std::pair<Value, Value>> seen;
  for (std::size_t compared = 0; !pairs.empty(); ++compared) {
    const auto [left, right] = pairs.back();
    pairs.pop_back();
    if (compared > pairs_before_seen_counts && !seen.emplace(left, right).second) continue;
    if (!equal_but_for(values, left, right, pairs)) return false;
  }
  return true;
}

}  // namespace

bool truth(const ValueTable& values, Value value) {
  if (value == true_value) return true;
  if (value == false_value || value == none_value) return false;
  if (is_small_integer(value)) return small_integer(value) != 0;
  switch (values.kind(value)) {
    case ValueKind::integer:
      return true;  // 0 is small
    case ValueKind::real:
      return values.as_real(value) != 0;
    case ValueKind::string:
    case ValueKind::bytes:
      return !values.as_text(value).empty();
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict:
      return !values.items(value).empty();
    case ValueKind::range:
      return range_length(values.as_range(value)) != 0;
    case ValueKind::none:
    case ValueKind::boolean:
    case ValueKind::object:
    case ValueKind::thread:
    case ValueKind::process:
    case ValueKind::connection:
    case ValueKind::function:
    case ValueKind::future:
    case ValueKind::exception_class:
    case ValueKind::exception:
    case ValueKind::unset:
      break;
  }
  return true;
}

bool equal(const ValueTable& values, Value left, Value right) {
  if (is_small_integer(left) && is_small_integer(right)) return left == right;
  if (left == right) {
    return values.kind(left) != ValueKind::real || values.as_real(left) == values.as_real(left);
  }
  // A list of pairs still to compare instead of recursion: no nesting is too deep.
  Pairs pairs;
  return equal_but_for(values, left, right, pairs) && (pairs.empty() || all_equal(values, pairs));
}

std::string_view type_name(const ValueTable& values, Value value) {
  switch (values.kind(value)) {
    case ValueKind::none:
      return "NoneType";
    case ValueKind::boolean:
      return "bool";
    case ValueKind::integer:
      return "int";
    case ValueKind::real:
      return "float";
    case ValueKind::string:
      return "str";
    case ValueKind::bytes:
      return "bytes";
    case ValueKind::list:
      return "list";
    case ValueKind::tuple:
      return "tuple";
    case ValueKind::dict:
      return "dict";
    case ValueKind::range:
      return "range";
    case ValueKind::object:
      return values.object_class(value);
    case ValueKind::process:
      return "Process";
    case ValueKind::thread:
      return values.as_thread(value) == main_thread_id ? "_MainThread" : "Thread";
    case ValueKind::connection:
      return "socket";
    case ValueKind::future: {
      constexpr std::array<std::string_view, 5> names{"Future", "ApplyResult", "MapResult",
                                                      "IMapIterator", "IMapUnorderedIterator"};
      return names[static_cast<std::size_t>(values.as_future(value).its_class)];
    }
    case ValueKind::function:
      return "function";
    case ValueKind::exception_class:
      return "type";
    case ValueKind::exception: {
      // Without its module.
      const std::string_view name = exception_name(values.exception_kind(value));
      return name.substr(name.rfind('.') + 1);
    }
    case ValueKind::unset:
      break;
  }
  return "unset";
}

Result unary(ValueTable& values, UnaryOperator op, Value operand) {
  if (op == UnaryOperator::logical_not) return {boolean_value(!truth(values, operand))};
  const auto number = number_of(values, operand);
  switch (op) {
    case UnaryOperator::negative:
      if (!number) break;
      if (number->is_real) return {values.real(-number->real)};
      return integer_binary(values, BinaryOperator::subtract, 0, number->integer);
    case UnaryOperator::positive:
      if (!number) break;
      if (number->is_real) return {operand};
      return {values.integer(number->integer)};
    case UnaryOperator::invert:
      if (!number || number->is_real) break;
      return {values.integer(~number->integer)};
    case UnaryOperator::logical_not:
      break;
  }
  const std::string_view sign = op == UnaryOperator::negative   ? "-"
                                : op == UnaryOperator::positive ? "+"
                                                                : "~";
  return raise(values, ExceptionKind::type_error,
               "bad operand type for unary " + std::string(sign) + ": '" +
                   std::string(type_name(values, operand)) + "'");
}

Result binary(ValueTable& values, BinaryOperator op, Value left, Value right, const Names* names) {
  if (is_small_integer(left) && is_small_integer(right)) {
    const std::int64_t a = small_integer(left);
    const std::int64_t b = small_integer(right);
    if (op == BinaryOperator::add) return {values.integer(a + b)};
    if (op == BinaryOperator::subtract) return {values.integer(a - b)};
    return integer_binary(values, op, a, b);
  }
  return any_binary(values, op, left, right, names);
}

Result compare(ValueTable& values, Comparison op, Value left, Value right) {
  if (is_small_integer(left) && is_small_integer(right)) {
    const std::int64_t a = small_integer(left);
    const std::int64_t b = small_integer(right);
    switch (op) {
      case Comparison::equal:
      case Comparison::is:
        return {boolean_value(a == b)};
      case Comparison::not_equal:
      case Comparison::is_not:
        return {boolean_value(a != b)};
      case Comparison::less:
        return {boolean_value(a < b)};
      case Comparison::less_equal:
        return {boolean_value(a <= b)};
      case Comparison::greater:
        return {boolean_value(a > b)};
      case Comparison::greater_equal:
        return {boolean_value(a >= b)};
      case Comparison::in:
      case Comparison::not_in:
        break;
    }
  }
  switch (op) {
    case Comparison::equal:
      return {boolean_value(equal(values, left, right))};
    case Comparison::not_equal:
      return {boolean_value(!equal(values, left, right))};
    case Comparison::is:
      return {boolean_value(left == right)};
    case Comparison::is_not:
      return {boolean_value(left != right)};
    case Comparison::in:
      return contains(values, right, left);
    case Comparison::not_in: {
      const Result found = contains(values, right, left);
      return found.raised ? found : Result{boolean_value(found.value == false_value)};
    }
    case Comparison::less:
    case Comparison::less_equal:
    case Comparison::greater:
    case Comparison::greater_equal:
      break;
  }
  return ordered(values, op, left, right);
}

}  // namespace lockstep
