// engine/value/arithmetic.h where it is lockstep's own: identity, limits, nesting. What it
// shares with Python is compared with Python in cases_test.cpp.
#include <catch2/catch.hpp>

#include <limits>
#include <string>
#include <vector>

#include "engine/value/arithmetic.h"
#include "engine/value/text.h"
#include "tests/engine/value/literal.h"

namespace lockstep {
namespace {

class NoNames : public Names {
 public:
  std::string object_name(ObjectId) const override { return "<Lock mutexA>"; }
  std::string thread_name(ThreadId) const override { return "<Thread T1>"; }
  std::string function_name(FunctionId) const override { return "<function f>"; }
};
const NoNames names;

// The repr of a result, or the line that the exception prints.
std::string shown(const ValueTable& values, const Result& result) {
  return result.raised ? exception_line(values, result.value, names)
                       : repr(values, result.value, names);
}

// [[...[innermost]...]] with `levels` brackets.
Value nested(ValueTable& values, Value innermost, int levels) {
  for (int i = 0; i < levels; ++i) innermost = values.list({&innermost, 1});
  return innermost;
}

constexpr std::string_view overflow =
    "OverflowError: integer leaves the 64 bits that lockstep computes with";
constexpr std::string_view memory =
    "MemoryError: lockstep holds no text beyond 1 MiB and no container beyond 1000000 items";

}  // namespace

TEST_CASE("Integers: a result that leaves 64 bits is an error and never wrong", "[engine][value]") {
  struct Row {
    std::string_view left;
    BinaryOperator op;
    std::string_view right, result;
  };
  const Row row = GENERATE(values<Row>({
      {"9223372036854775807", BinaryOperator::add, "0", "9223372036854775807"},
      {"9223372036854775807", BinaryOperator::add, "1", overflow},
      {"-9223372036854775808", BinaryOperator::subtract, "1", overflow},
      {"4611686018427387904", BinaryOperator::multiply, "2", overflow},
      {"-4611686018427387904", BinaryOperator::multiply, "2", "-9223372036854775808"},
      {"-9223372036854775808", BinaryOperator::floor_divide, "-1", overflow},
      {"-9223372036854775808", BinaryOperator::modulo, "-1", "0"},
      {"2", BinaryOperator::power, "62", "4611686018427387904"},
      {"2", BinaryOperator::power, "63", overflow},
      {"-2", BinaryOperator::power, "63", "-9223372036854775808"},
      {"1", BinaryOperator::power, "9223372036854775807", "1"},
      {"-1", BinaryOperator::power, "9223372036854775807", "-1"},
      {"0", BinaryOperator::power, "9223372036854775807", "0"},
      {"10", BinaryOperator::power, "9223372036854775807", overflow},
      {"1", BinaryOperator::shift_left, "62", "4611686018427387904"},
      {"1", BinaryOperator::shift_left, "63", overflow},
      {"-1", BinaryOperator::shift_left, "63", "-9223372036854775808"},
      {"-1", BinaryOperator::shift_left, "64", overflow},
      {"0", BinaryOperator::shift_left, "9223372036854775807", "0"},
      {"-1", BinaryOperator::shift_right, "9223372036854775807", "-1"},
  }));
  ValueTable table;
  CAPTURE(row.left, row.right);
  CHECK(shown(table, binary(table, row.op, literal(table, row.left), literal(table, row.right))) ==
        row.result);
}

TEST_CASE("Integers: negating the least leaves 64 bits", "[engine][value]") {
  ValueTable values;
  const Value least = values.integer(std::numeric_limits<std::int64_t>::min());
  CHECK(shown(values, unary(values, UnaryOperator::negative, least)) == overflow);
  CHECK(shown(values, unary(values, UnaryOperator::invert, least)) == "9223372036854775807");
}

TEST_CASE("Numbers: a negative one has no fractional power", "[engine][value]") {
  ValueTable values;
  CHECK(
      shown(values, binary(values, BinaryOperator::power, values.integer(-8), values.real(0.5))) ==
      "ValueError: negative number cannot be raised to a fractional power: lockstep has no "
      "complex numbers");
}

TEST_CASE("Comparison: `is` is identity of words, == is Python's", "[engine][value]") {
  struct Row {
    std::string_view left, right;
    bool is, equal;
  };
  const Row row = GENERATE(values<Row>({
      {"1", "1", true, true},
      {"1", "True", false, true},
      {"1", "1.0", false, true},
      {"1234567890123", "1234567890123", true, true},
      {"0.0", "-0.0", false, true},
      {"nan", "nan", true, false},
      {"[nan]", "[nan]", true, true},
      {"'ab'", "'ab'", true, true},
      {"[1, 2]", "[1, 2]", true, true},
      {"[1, 2]", "[1.0, 2]", false, true},
      {"[1, 2]", "(1, 2)", false, false},
      {"{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}", false, true},
      {"{1: 'x'}", "{True: 'x'}", false, true},
      {"ValueError('x')", "ValueError('x')", true, true},
      {"ValueError('x')", "KeyError('x')", false, false},
      {"ValueError", "ValueError", true, true},
      {"None", "None", true, true},
      {"'a'", "b'a'", false, false},
  }));
  ValueTable table;
  CAPTURE(row.left, row.right);
  const Value left = literal(table, row.left);
  const Value right = literal(table, row.right);
  CHECK(compare(table, Comparison::is, left, right).value == boolean_value(row.is));
  CHECK(compare(table, Comparison::is_not, left, right).value == boolean_value(!row.is));
  CHECK(equal(table, left, right) == row.equal);
}

TEST_CASE("Handles: they are true, equal themselves only, and have no order", "[engine][value]") {
  ValueTable values;
  const Value lock = object_value(ObjectId{0});
  const Value thread = thread_value(ThreadId{0});
  CHECK(truth(values, lock));
  CHECK(equal(values, lock, lock));
  CHECK_FALSE(equal(values, lock, thread));
  CHECK_FALSE(equal(values, lock, object_value(ObjectId{1})));
  CHECK(shown(values, compare(values, Comparison::less, lock, thread)) ==
        "TypeError: '<' not supported between instances of 'object' and '_MainThread'");
  CHECK(shown(values, compare(values, Comparison::less, thread_value(ThreadId{1}), lock)) ==
        "TypeError: '<' not supported between instances of 'Thread' and 'object'");
  CHECK(shown(values, binary(values, BinaryOperator::add, function_value(FunctionId{0}), lock)) ==
        "TypeError: unsupported operand type(s) for +: 'function' and 'object'");
  const Value key = values.dict(std::vector<Value>{thread, none_value});
  CHECK(shown(values, compare(values, Comparison::in, thread, key)) == "True");
}

TEST_CASE("Formatting with %: a handle is written by its name, or by its number without names",
          "[engine][value]") {
  ValueTable values;
  const Value format = values.string("%s holds %r");
  const Value arguments =
      values.tuple(std::vector<Value>{thread_value(ThreadId{3}), object_value(ObjectId{5})});
  CHECK(shown(values, binary(values, BinaryOperator::modulo, format, arguments, &names)) ==
        "'<Thread T1> holds <Lock mutexA>'");
  CHECK(shown(values, binary(values, BinaryOperator::modulo, format, arguments)) ==
        "'<Thread 3> holds <object 5>'");
}

TEST_CASE("Limits: what one value would hold beyond them is a MemoryError", "[engine][value]") {
  ValueTable values;
  const Value huge = values.integer(std::numeric_limits<std::int64_t>::max());
  const Value list = values.list(std::vector<Value>{none_value});
  const auto times = [&](Value sequence, Value count) {
    return shown(values, binary(values, BinaryOperator::multiply, sequence, count));
  };
  CHECK(times(values.string("a"), huge) == memory);
  CHECK(times(huge, values.bytes("a")) == memory);
  CHECK(times(list, huge) == memory);
  CHECK(times(list, values.integer(items_max + 1)) == memory);
  CHECK(times(values.string(""), huge) == "''");
  CHECK(times(values.list({}), huge) == "[]");

  const Result longest =
      binary(values, BinaryOperator::multiply, values.string("a"), values.integer(text_bytes_max));
  REQUIRE_FALSE(longest.raised);
  CHECK(values.as_text(longest.value).size() == text_bytes_max);
  CHECK(shown(values, binary(values, BinaryOperator::add, longest.value, values.string("a"))) ==
        memory);
  const Result most = binary(values, BinaryOperator::multiply, list, values.integer(items_max));
  REQUIRE_FALSE(most.raised);
  CHECK(shown(values, appended(values, most.value, none_value)) == memory);
  CHECK(shown(values, binary(values, BinaryOperator::modulo, values.string("%99999999999s"),
                             values.integer(1))) == "ValueError: width too big");
}

TEST_CASE("Nesting: a hundred thousand levels are compared without recursion", "[engine][value]") {
  ValueTable values;
  const Value one = nested(values, values.integer(1), 100'000);
  const Value also_one = nested(values, values.real(1), 100'000);
  const Value two = nested(values, values.integer(2), 100'000);
  CHECK(equal(values, one, also_one));
  CHECK_FALSE(equal(values, one, two));
  CHECK(truth(values, one));
}

TEST_CASE("Nesting: lists are ordered by their innermost difference", "[engine][value]") {
  ValueTable values;
  const Value one = nested(values, values.integer(1), 50);
  const Value two = nested(values, values.real(2), 50);
  CHECK(shown(values, compare(values, Comparison::less, one, two)) == "True");
}

TEST_CASE("Nesting: a list that holds one list twice, and so on, is compared in time",
          "[engine][value]") {
  ValueTable values;
  Value integers = values.integer(1);
  Value reals = values.real(1);
  for (int i = 0; i < 60; ++i) {  // 2**60 leaves
    integers = values.list(std::vector<Value>{integers, integers});
    reals = values.list(std::vector<Value>{reals, reals});
  }
  CHECK(equal(values, integers, reals));
}

TEST_CASE("Iteration: each kind gives its items in Python's order, then nothing",
          "[engine][value]") {
  struct Row {
    std::string_view iterable, items;
  };
  const Row row = GENERATE(values<Row>({
      {"'a\\xe9\\u65e5b'", "['a', '\xc3\xa9', '\xe6\x97\xa5', 'b']"},
      {"'abc'", "['a', 'b', 'c']"},
      {"''", "[]"},
      {"b'ab'", "[97, 98]"},
      {"{'k': 1, 2: 3}", "['k', 2]"},
      {"range(5, 0, -2)", "[5, 3, 1]"},
      {"(1, [2])", "[1, [2]]"},
  }));
  ValueTable table;
  const Value iterable = literal(table, row.iterable);
  REQUIRE(is_iterable(table, iterable));
  std::vector<Value> items;
  while (const auto item = item_at(table, iterable, items.size())) items.push_back(*item);
  CHECK(repr(table, table.list(items), names) == row.items);
  CHECK_FALSE(item_at(table, iterable, items.size() + 1).has_value());
}

TEST_CASE("Iteration: numbers, None and handles are not iterable", "[engine][value]") {
  ValueTable values;
  for (const Value value : {values.integer(1), values.real(1), none_value, true_value,
                            object_value(ObjectId{0}), thread_value(ThreadId{0})}) {
    CHECK_FALSE(is_iterable(values, value));
  }
}

}  // namespace lockstep
