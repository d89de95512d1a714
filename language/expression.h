// Expressions in Python's syntax, as written in the strings of a scenario.
//
// The grammar is Python's for: or, and, not, comparisons (chained), | ^ & << >> + - * / // %
// unary - + ~, **, conditional expressions, calls, methods, attributes, subscripts, slices,
// list, tuple and dict displays, numbers, strings with all prefixes, and f-strings. No lambda, no
// comprehension, no set, no assignment expression, no starred and no keyword argument.
//
// More than Python takes: a line break inside any quotes, so that a scenario's 'a\n' (where JSON
// has made a line break of \n) means what it says.
// Tested by tests/language/expression_test.cpp and, against Python, by oracles_test.py.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/program/program.h"
#include "engine/value/arithmetic.h"

namespace lockstep {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct Expression {
  enum class Kind : std::uint8_t {
    constant,     // `constant`
    name,         // `text`
    unary,        // unary_operator, operands[0]
    binary,       // binary_operator, operands[0..1]
    comparison,   // comparisons[i] between operands[i] and operands[i + 1]
    logical_and,  // operands, at least two
    logical_or,
    conditional,  // operands: value if true, condition, value if false
    call,         // function name `text`, operands are the arguments
    method,       // `text` of operands[0], the other operands are the arguments
    attribute,    // `text` of operands[0]
    subscript,    // operands[0][operands[1]]
    slice,        // operands[0][operands[1] : operands[2] : operands[3]], null where absent
    list,
    tuple,
    dict,         // operands: key, value, key, value, ...
    formatted,    // f-string: operands are the pieces: constants and `replacement`s
    replacement,  // operands[0] with operands[1] as the format spec (null: empty)
  };
  Kind kind = Kind::constant;
  std::size_t begin = 0;  // byte offsets in the expression's text
  std::size_t end = 0;
  std::size_t height = 1;  // of the tree; at most expression_depth_max
  Constant constant;
  std::string text;
  UnaryOperator unary_operator{};
  BinaryOperator binary_operator{};
  std::vector<Comparison> comparisons;
  char conversion = 0;  // replacement: 0, 's' or 'r'
  std::vector<ExpressionPtr> operands;
};

struct ExpressionFault {
  std::size_t offset = 0;  // byte offset in the text
  std::string message;     // "expected an expression, found the end"
};
struct ParsedExpression {
  ExpressionPtr root;                   // null if there are faults
  std::vector<ExpressionFault> faults;  // at least one if root is null
};

inline constexpr std::size_t expression_depth_max = 100;

// All of `text` must be one expression. Requires: valid UTF-8.
ParsedExpression parse_expression(std::string_view text);

}  // namespace lockstep
