#include "exporter/python_expression.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "language/constant.h"

namespace lockstep {
namespace {

std::string same(std::string_view name) { return std::string(name); }

std::string python(const std::string& text, const Renaming& rename = same) {
  const ParsedExpression parsed = parse_expression(text);
  INFO(text);
  REQUIRE(parsed.root);
  return python_expression(*parsed.root, {rename, same});
}

// Whether two trees are the same, wherever they stood.
bool equal(const Expression* a, const Expression* b) {
  if (a == nullptr || b == nullptr) return a == b;
  if (a->kind != b->kind || a->text != b->text || a->constant != b->constant ||
      a->unary_operator != b->unary_operator || a->binary_operator != b->binary_operator ||
      a->comparisons != b->comparisons || a->conversion != b->conversion ||
      a->operands.size() != b->operands.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a->operands.size(); ++i) {
    if (!equal(a->operands[i].get(), b->operands[i].get())) return false;
  }
  return true;
}

TEST_CASE("Python expressions: parentheses where they are needed and nowhere else", "[exporter]") {
  struct Row {
    const char *text, *python;
  };
  const Row row = GENERATE(values<Row>({
      {"1+2*3", "1 + 2 * 3"},
      {"(1+2)*3", "(1 + 2) * 3"},
      {"1-(2-3)", "1 - (2 - 3)"},
      {"1-2-3", "1 - 2 - 3"},
      {"2**3**4", "2 ** 3 ** 4"},
      {"(2**3)**4", "(2 ** 3) ** 4"},
      {"(-a)**b", "(-a) ** b"},
      {"-a**-b", "-a ** -b"},
      {"(-2)**2", "(-2) ** 2"},
      {"(3).real", "(3).real"},
      {"not (a and b) or c", "not (a and b) or c"},
      {"(a or b) and c", "(a or b) and c"},
      {"a<b<=c", "a < b <= c"},
      {"(a<b)<c", "(a < b) < c"},
      {"x if c else y if d else z", "x if c else y if d else z"},
      {"(x if c else y) if d else z", "(x if c else y) if d else z"},
      {"xs[i][1:n]", "xs[i][1:n]"},
      {"xs[::2]", "xs[::2]"},
      {"(a+b).upper().count('x')", "(a + b).upper().count('x')"},
      {"(1,)", "(1,)"},
      {"()", "()"},
      {"{'k': [1, 2], 3: None}", "{'k': [1, 2], 3: None}"},
      {"f'{n} left'", "f\"{n} left\""},
      {"f'{n!r:>{w}}|{{}}'", "f\"{n!r:>{w}}|{{}}\""},
      {"f'{d[\"k\"]} \"quoted\"'", "f\"{d['k']} \\\"quoted\\\"\""},
  }));
  CHECK(python(row.text) == row.python);
}

TEST_CASE("Python expressions: names are replaced, text is not", "[exporter]") {
  const Renaming shared = [](std::string_view name) { return "shared." + std::string(name); };
  CHECK(python("n + len(xs) if 'n' else f'{n}n'", shared) ==
        "shared.n + shared.len(shared.xs) if 'n' else f\"{shared.n}n\"");
}

// Python's own parser is held to ours by oracles_test.py.
TEST_CASE("Python expressions: what is written has the tree of what was read", "[exporter]") {
  std::ifstream in(std::string(LOCKSTEP_SOURCE_DIR) + "/tests/language/expressions.txt");
  REQUIRE(in);
  std::size_t compared = 0;
  for (std::string line; std::getline(in, line);) {
    const ParsedExpression first = parse_expression(line.substr(0, line.find('\t')));
    if (!first.root) continue;
    const std::string written = python_expression(*first.root, {same, same});
    // What has no literal in Python 3.11: some f-strings, infinity.
    if (written.find("\"\".join((") != std::string::npos) continue;
    if (written.find("float('inf')") != std::string::npos) continue;
    const ParsedExpression second = parse_expression(written);
    CAPTURE(line, written);
    REQUIRE(second.root);
    CHECK(equal(first.root.get(), second.root.get()));
    ++compared;
  }
  CHECK(compared > 250);
}

}  // namespace
}  // namespace lockstep
