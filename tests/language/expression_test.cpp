// parse_expression: how expressions are understood, and what is said of those that are none.
#include "language/expression.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/support/expression_text.h"

namespace lockstep {
namespace {

std::string shape(std::string_view text) {
  const ParsedExpression parsed = parse_expression(text);
  if (parsed.root) return to_text(*parsed.root);
  REQUIRE(parsed.faults.size() == 1);
  return "! " + std::to_string(parsed.faults[0].offset) + ": " + parsed.faults[0].message;
}

std::string nested(std::string_view open, std::string_view core, std::string_view close,
                   std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += open;
  text += core;
  for (std::size_t i = 0; i < times; ++i) text += close;
  return text;
}

TEST_CASE("expression: Python understands each of thousands the same way",
          "[language][expression][oracle]") {
  const char* other = std::getenv("LOCKSTEP_EXPRESSIONS");
  std::ifstream file(other != nullptr ? other
                                      : LOCKSTEP_SOURCE_DIR "/tests/language/expressions.txt");
  REQUIRE(file.is_open());
  std::size_t expressions = 0;
  for (std::string line; std::getline(file, line); ++expressions) {
    const std::size_t tab = line.find('\t');
    REQUIRE(tab != std::string::npos);
    INFO("line " << expressions + 1 << ": " << line.substr(0, tab));
    CHECK(shape(line.substr(0, tab)) == line.substr(tab + 1));
  }
  CHECK(expressions >= 1000);
}

TEST_CASE("expression: what CPython 3.11 does not take, or lockstep has for itself",
          "[language][expression]") {
  struct Row {
    std::string_view what, text, shape;
  };
  const Row row = GENERATE(values<Row>({
      {"the same quotes inside an f-string (PEP 701)", "f'{d['k']}'", "f({d['k']})"},
      {"a backslash inside an f-string's expression", "f'{\"\\n\".join(xs)}'",
       "f({'\\n'.join(xs)})"},
      {"a format spec inside a format spec", "f'{x:{y:{z}}}'", "f({x:f({y:f({z})})})"},
      {"a line break between quotes", "'a\nb'", "'a\\nb'"},
      {"line breaks between words", "a\n  + b", "(a + b)"},
      {"white space around it", "  a  ", "a"},
  }));
  INFO(row.what);
  CHECK(shape(row.text) == row.shape);
}

TEST_CASE("expression: faults say what was expected and what was found, and where",
          "[language][expression]") {
  struct Row {
    std::string_view text, fault;
  };
  const Row row = GENERATE(values<Row>({
      {"", "! 0: expected an expression, found the end"},
      {"   ", "! 3: expected an expression, found the end"},
      {"1 +", "! 3: expected an expression, found the end"},
      {"1 + * 2", "! 4: a starred expression is not part of lockstep's expressions"},
      {"1 2", "! 2: expected an operator or the end, found \"2\""},
      {"n n", "! 2: expected an operator or the end, found \"n\""},
      {"n 'a'", "! 2: expected an operator or the end, found a string"},
      {"(1, 2", "! 5: expected \",\" or \")\", found the end"},
      {"(1 2)", "! 3: expected \",\" or \")\", found \"2\""},
      {"f(1 2)", "! 4: expected \",\" or \")\", found \"2\""},
      {"f(,)", "! 2: expected an expression, found \",\""},
      {"[1, 2", "! 5: expected \",\" or \"]\", found the end"},
      {"[1; 2]", "! 2: expected \",\" or \"]\", found \";\""},
      {"{1: 2", "! 5: expected \",\" or \"}\", found the end"},
      {"{1: 2, 3}", "! 8: expected \":\", found \"}\""},
      {"xs[]", "! 3: expected an expression, found \"]\""},
      {"xs[1", "! 4: expected \"]\", found the end"},
      {"xs[1:2:3:4]", "! 8: expected \"]\", found \":\""},
      {"xs[1:2, 3]", "! 6: a slice in a tuple is not part of lockstep's expressions"},
      {"xs[1, 2:3]", "! 7: a slice in a tuple is not part of lockstep's expressions"},
      {")", "! 0: expected an expression, found \")\""},
      {"x.", "! 2: expected a name after \".\", found the end"},
      {"x.1", "! 1: expected an operator or the end, found \".1\""},
      {"x.if", "! 2: expected a name after \".\", found \"if\""},
      {"if", "! 0: expected an expression, found \"if\""},
      {"a if b", "! 6: expected \"else\", found the end"},
      {"not", "! 3: expected an expression, found the end"},
      {"a not b", "! 6: expected \"in\" after \"not\", found \"b\""},
      {"a <> b", "! 3: expected an expression, found \">\""},
      {"5(3)", "! 1: only a name or a method can be called"},
      {"f(1)(2)", "! 4: only a name or a method can be called"},
      {"x = 1", "! 2: expected an operator or the end, found \"=\"; did you mean \"==\"?"},
      {"a && b", "! 2: expected an operator or the end, found \"&&\"; did you mean \"and\"?"},
      {"a || b", "! 2: expected an operator or the end, found \"||\"; did you mean \"or\"?"},
      {"!a", "! 0: expected an expression, found \"!\"; did you mean \"not\"?"},
      {"a ? b : c", "! 2: expected an operator or the end, found \"?\""},
      {"$a", "! 0: expected an expression, found \"$\""},
      {"n # 1", "! 2: expected an operator or the end, found \"#\""},
      {"\u201cabc\u201d",
       "! 0: expected an expression, found \"\u201c\"; strings stand between ' or \""},
      {"lambda: 1", "! 0: lambda is not part of lockstep's expressions"},
      {"await x", "! 0: await is not part of lockstep's expressions"},
      {"(yield)", "! 1: yield is not part of lockstep's expressions"},
      {"[x for x in xs]", "! 3: a comprehension is not part of lockstep's expressions"},
      {"sum(x for x in xs)", "! 6: a comprehension is not part of lockstep's expressions"},
      {"{x: 1 for x in xs}", "! 6: a comprehension is not part of lockstep's expressions"},
      {"(n := 1)", "! 3: an assignment expression (:=) is not part of lockstep's expressions"},
      {"f(*xs)", "! 2: a starred expression is not part of lockstep's expressions"},
      {"f(**d)", "! 2: a starred expression is not part of lockstep's expressions"},
      {"sorted(xs, key=f)", "! 11: a keyword argument is not part of lockstep's expressions"},
      {"{1, 2}", "! 0: a set is not part of lockstep's expressions"},
      {"{1}", "! 0: a set is not part of lockstep's expressions"},
      {"a @ b", "! 2: \"@\" is not part of lockstep's expressions"},
      {"...", "! 0: \"...\" is not part of lockstep's expressions"},
      {"9223372036854775808", "! 0: the integer has more than 64 bits, which is lockstep's limit"},
      {"-9223372036854775809", "! 1: the integer has more than 64 bits, which is lockstep's limit"},
      {"-9223372036854775808 ** 2",
       "! 1: the integer has more than 64 bits, which is lockstep's limit"},
      {"0x1ffffffffffffffff", "! 0: the integer has more than 64 bits, which is lockstep's limit"},
      {"012", "! 0: an integer does not begin with 0; in base 8 it begins with 0o"},
      {"0x", "! 0: expected the digits of a number in base 16"},
      {"0b2", "! 0: expected the digits of a number in base 2"},
      {"0o18", "! 0: expected a number, found \"0o18\""},
      {"1__0", "! 0: expected a number or a name, found \"1__0\""},
      {"1_", "! 0: expected a number or a name, found \"1_\""},
      {"2n", "! 0: expected a number or a name, found \"2n\""},
      {"3j", "! 0: complex numbers are not part of lockstep's expressions"},
      {"'abc", "! 0: the string has no closing '"},
      {"'''abc''", "! 0: the string has no closing '''"},
      {"'abc\\'", "! 0: the string has no closing '"},
      {"'\\", "! 0: the string has no closing '"},
      {"'\\xg1'", "! 1: expected 2 hexadecimal digits after \"\\x\""},
      {"'\\u12'", "! 1: expected 4 hexadecimal digits after \"\\u\""},
      {"'\\U00110000'", "! 1: expected a Unicode character, found a code point that is none"},
      {"'\\ud800'", "! 1: expected a Unicode character, found a code point that is none"},
      {"'\\N{DASH}'",
       "! 1: characters by name (\\N) are not part of lockstep's expressions; write \\u...."},
      {"b'\u00e9'", "! 2: bytes are written with ASCII characters only; others as \\x.."},
      {"'a' b'b'", "! 4: expected only strings or only bytes, found both"},
      {"f'{x'", "! 4: expected \"}\", found a string"},
      {"f'{'", "! 3: the string has no closing '"},
      {"f'{}'", "! 3: expected an expression, found \"}\""},
      {"f'}'", "! 2: expected \"}}\" in the f-string, found a single \"}\""},
      {"f'{x!a}'", "! 5: !a is not part of lockstep's expressions"},
      {"f'{x!z}'", "! 5: expected \"r\" or \"s\" after \"!\", found \"z\""},
      {"f'{x y}'", "! 5: expected \"}\", found \"y\""},
      {"f'a' f'{x +}'", "! 11: expected an expression, found \"}\""},
      {"f'{x:{y}'", "! 8: expected \"}\", found a string"},
  }));
  INFO(row.text);
  CHECK(shape(row.text) == row.fault);
}

TEST_CASE("expression: nodes know where they stand", "[language][expression]") {
  const std::string text = " f(a, b[1]) + (-c if d else 'e' 'f') ";
  const ParsedExpression parsed = parse_expression(text);
  REQUIRE(parsed.root);
  const auto source = [&](const Expression& node) {
    return text.substr(node.begin, node.end - node.begin);
  };
  const Expression& sum = *parsed.root;
  CHECK(source(sum) == "f(a, b[1]) + (-c if d else 'e' 'f')");
  CHECK(source(*sum.operands[0]) == "f(a, b[1])");
  CHECK(source(*sum.operands[0]->operands[1]) == "b[1]");
  CHECK(source(*sum.operands[1]) == "-c if d else 'e' 'f'");
  CHECK(source(*sum.operands[1]->operands[0]) == "-c");
  CHECK(source(*sum.operands[1]->operands[2]) == "'e' 'f'");

  const std::string formatted = "f'a{x + 1!r:>{w}}'";
  const ParsedExpression pieces = parse_expression(formatted);
  REQUIRE(pieces.root);
  const Expression& field = *pieces.root->operands[1];
  CHECK(formatted.substr(field.begin, field.end - field.begin) == "{x + 1!r:>{w}}");
  CHECK(field.operands[0]->begin == 4);
}

TEST_CASE("expression: nesting is bounded, in every way of nesting", "[language][expression]") {
  const std::string too_deep = "the expression is nested deeper than 100 levels";
  struct Row {
    std::string_view open, close;
  };
  const Row row = GENERATE(values<Row>({
      {"(", ")"},
      {"[", "]"},
      {"{1: ", "}"},
      {"f(", ")"},
      {"x[", "]"},
      {"x.f(", ")"},
      {"-", ""},
      {"not ", ""},
      {"2 ** ", ""},
      {"1 + (", ")"},
      {"", " + 1"},
      {"", "[1]"},
      {"", ".f()"},
      {"x if y else ", ""},
      {"f'{", "}'"},
      {"f'{x:{", "}}'"},
  }));
  INFO(row.open << "..." << row.close);
  CHECK(parse_expression(nested(row.open, "x", row.close, 20)).root);
  const ParsedExpression deep = parse_expression(nested(row.open, "x", row.close, 20000));
  REQUIRE(deep.faults.size() == 1);
  CHECK(deep.faults[0].message == too_deep);
}

TEST_CASE("expression: what is flat may be long", "[language][expression]") {
  std::string items = "0";
  std::string operands = "a";
  for (int i = 1; i < 2000; ++i) {
    items += ", " + std::to_string(i);
    operands += i % 2 == 0 ? " or a" : " or b";
  }
  CHECK(parse_expression("[" + items + "]").root->operands.size() == 2000);
  CHECK(parse_expression(operands).root->operands.size() == 2000);
}

}  // namespace
}  // namespace lockstep
