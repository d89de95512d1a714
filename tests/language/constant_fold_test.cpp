// language/constant_fold.cpp and language/constant.cpp
#include "language/constant_fold.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace lockstep {
namespace {

const NamedConstants names{{"N", integer_constant(5)},
                           {"half", real_constant(0.5)},
                           {"who", string_constant("egon")},
                           {"xs", list_constant({integer_constant(1), integer_constant(2)})}};

Folded folded(std::string_view text) {
  const ParsedExpression parsed = parse_expression(text);
  REQUIRE(parsed.root);
  return fold(*parsed.root, names);
}

TEST_CASE("Constants: an expression over params is folded as Python computes it",
          "[language][constant]") {
  struct Row {
    const char *text, *value;
  };
  const Row row = GENERATE(values<Row>({
      {"1", "1"},
      {"-7 // 2", "-4"},
      {"-7 % 3", "2"},
      {"2 ** 10", "1024"},
      {"7 / 2", "3.5"},
      {"N * 2 + 1", "11"},
      {"N * half", "2.5"},
      {"'hello ' + who", "'hello egon'"},
      {"f'{who!r:>8}|{N:03}|{half}'", "\"  'egon'|005|0.5\""},
      {"[N, (1, 'x'), {}, None]", "[5, (1, 'x'), {}, None]"},
      {"(N,)", "(5,)"},
      {"()", "()"},
      {"{'a': 1, 'b': [True]}", "{'a': 1, 'b': [True]}"},
      {"{1: 'a', 1.0: 'b', True: 'c'}", "{1: 'c'}"},
      {"xs[-1]", "2"},
      {"'abcdef'[1:4:2]", "'bd'"},
      {"'abc'[::-1]", "'cba'"},
      {"1 < N <= 5 != 6", "True"},
      {"3 in xs or N", "5"},
      {"0 and 1 // 0", "0"},
      {"1 or 1 // 0", "1"},
      {"1 if N > 3 else 1 // 0", "1"},
      {"not xs", "False"},
      {"~N", "-6"},
      {"len(xs) + max(3, N)", "7"},
      {"list(range(3))", "[0, 1, 2]"},
      {"who.upper().replace('G', 'gg')", "'EggON'"},
      {"b'ab'", "b'ab'"},
  }));
  CAPTURE(row.text);
  const Folded result = folded(row.text);
  INFO(result.message);
  REQUIRE(result.constant);
  CHECK(literal(*result.constant) == row.value);
}

TEST_CASE("Constants: what depends on a run, or raises, is not folded, and the place is said",
          "[language][constant]") {
  struct Row {
    const char* text;
    std::size_t offset;
    const char* message;
    bool raised;
  };
  const Row row = GENERATE(values<Row>({
      {"M", 0, "\"M\" is no constant", false},
      {"1 + M", 4, "\"M\" is no constant", false},
      {"[1, f(2)]", 4, "a call of \"f\" is no constant", false},
      {"who.is_set()", 0, "a call of \"is_set\" is no constant", false},
      {"who.name", 0, "an attribute is no constant", false},
      {"1 // 0", 0, "ZeroDivisionError: integer division or modulo by zero", true},
      {"3 + 'a'", 0, "TypeError: unsupported operand type(s) for +: 'int' and 'str'", true},
      {"xs[2]", 0, "IndexError: list index out of range", true},
      {"range(3)", 0, "a range cannot be written as a constant", false},
  }));
  CAPTURE(row.text);
  const Folded result = folded(row.text);
  CHECK_FALSE(result.constant);
  CHECK(result.offset == row.offset);
  CHECK(result.message == row.message);
  CHECK(result.raised == row.raised);
}

TEST_CASE("Constants: what could exhaust the memory raises instead", "[language][constant]") {
  for (const char* text : {"'a' * 10 ** 12", "[0] * 10 ** 12", "list(range(10 ** 15))",
                           "10 ** 10 ** 10", "1 << 10 ** 9", "f'{1:1000000000}'"}) {
    CAPTURE(text);
    const Folded result = folded(text);
    CHECK_FALSE(result.constant);
    CHECK(result.raised);
  }
}

TEST_CASE("Constants: a large JSON object is folded in linear time", "[language][constant]") {
  Expression dict;
  dict.kind = Expression::Kind::dict;
  for (int i = 0; i < 200000; ++i) {
    for (const Constant& constant : {string_constant(std::to_string(i)), integer_constant(i)}) {
      auto operand = std::make_unique<Expression>();
      operand->constant = constant;
      dict.operands.push_back(std::move(operand));
    }
  }
  const Folded result = fold(dict, {});
  REQUIRE(result.constant);
  CHECK(result.constant->items.size() == 400000);
}

TEST_CASE("Constants: a parameter with a fault makes no second complaint", "[language][constant]") {
  NamedConstants faulty = names;
  faulty["N"] = Constant();
  faulty["N"].kind = ValueKind::unset;
  const ParsedExpression parsed = parse_expression("N + 1");
  REQUIRE(parsed.root);
  const Folded result = fold(*parsed.root, faulty);
  CHECK_FALSE(result.constant);
  CHECK(result.message == "");
}

TEST_CASE("Constants: a literal reads back as the same constant", "[language][constant]") {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<Constant> constants{
      none_constant(),
      boolean_constant(true),
      integer_constant(0),
      integer_constant(-5),
      integer_constant(std::numeric_limits<std::int64_t>::max()),
      integer_constant(std::int64_t{1} << 40),
      real_constant(0.1),
      real_constant(-2),
      real_constant(1e300),
      real_constant(5e-324),
      real_constant(infinity),
      real_constant(-infinity),
      string_constant(""),
      string_constant("it's \"both\"\n\\ 锁 \x01"),
      bytes_constant(std::string("\0\xff'", 3)),
      list_constant({}),
      list_constant({integer_constant(1), string_constant("x")}),
      tuple_constant({}),
      tuple_constant({none_constant()}),
      tuple_constant({none_constant(), real_constant(1.5)}),
      dict_constant({}),
      dict_constant(
          {string_constant("k"), list_constant({}), integer_constant(2), none_constant()}),
  };
  for (const Constant& constant : constants) {
    const std::string text = literal(constant);
    CAPTURE(text);
    const ParsedExpression parsed = parse_expression(text);
    REQUIRE(parsed.root);
    const Folded result = fold(*parsed.root, {});
    REQUIRE(result.constant);
    CHECK(*result.constant == constant);
  }
}

TEST_CASE("Constants: to a value and back is the same constant", "[language][constant]") {
  ValueTable values;
  for (const Constant& constant :
       {none_constant(), boolean_constant(false), integer_constant(7),
        integer_constant(std::int64_t{1} << 50), real_constant(2.5), string_constant("a"),
        dict_constant({string_constant("a"), tuple_constant({bytes_constant("b")})})}) {
    CHECK(constant_of(values, value_of(values, constant)) == constant);
  }
  CHECK_FALSE(constant_of(values, values.range(0, 3, 1)));
  CHECK_FALSE(constant_of(values, values.exception(ExceptionKind::value_error, "x")));
}

}  // namespace
}  // namespace lockstep
