#include "tests/support/expression_text.h"

#include <array>
#include <string_view>

#include "language/constant.h"

namespace lockstep {
namespace {

using Kind = Expression::Kind;

std::string joined(const Expression& expression, std::string_view separator, std::size_t from = 0) {
  std::string out;
  for (std::size_t i = from; i < expression.operands.size(); ++i) {
    if (i > from) out += separator;
    out += to_text(*expression.operands[i]);
  }
  return out;
}

std::string_view text_of(UnaryOperator op) {
  constexpr std::array<std::string_view, 4> texts{"-", "+", "~", "not "};
  return texts[static_cast<std::size_t>(op)];
}
std::string_view text_of(BinaryOperator op) {
  constexpr std::array<std::string_view, 12> texts{" + ",  " - ", " * ", " / ", " // ", " % ",
                                                   " ** ", " & ", " | ", " ^ ", " << ", " >> "};
  return texts[static_cast<std::size_t>(op)];
}
std::string_view text_of(Comparison op) {
  constexpr std::array<std::string_view, 10> texts{" == ", " != ", " < ",      " <= ", " > ",
                                                   " >= ", " in ", " not in ", " is ", " is not "};
  return texts[static_cast<std::size_t>(op)];
}

std::string optional_text(const ExpressionPtr& expression) {
  return expression ? to_text(*expression) : "";
}

}  // namespace

std::string to_text(const Expression& expression) {
  const auto operand = [&](std::size_t i) { return to_text(*expression.operands[i]); };
  switch (expression.kind) {
    case Kind::constant:
      return literal(expression.constant);
    case Kind::name:
      return expression.text;
    case Kind::unary:
      return "(" + std::string(text_of(expression.unary_operator)) + operand(0) + ")";
    case Kind::binary:
      return "(" + joined(expression, text_of(expression.binary_operator)) + ")";
    case Kind::comparison: {
      std::string out = "(" + operand(0);
      for (std::size_t i = 0; i < expression.comparisons.size(); ++i) {
        out += std::string(text_of(expression.comparisons[i])) + operand(i + 1);
      }
      return out + ")";
    }
    case Kind::logical_and:
      return "(" + joined(expression, " and ") + ")";
    case Kind::logical_or:
      return "(" + joined(expression, " or ") + ")";
    case Kind::conditional:
      return "(" + operand(0) + " if " + operand(1) + " else " + operand(2) + ")";
    case Kind::call:
      return expression.text + "(" + joined(expression, ", ") + ")";
    case Kind::method:
      return operand(0) + "." + expression.text + "(" + joined(expression, ", ", 1) + ")";
    case Kind::attribute:
      return operand(0) + "." + expression.text;
    case Kind::subscript:
      return operand(0) + "[" + operand(1) + "]";
    case Kind::slice:
      return operand(0) + "[" + optional_text(expression.operands[1]) + ":" +
             optional_text(expression.operands[2]) + ":" + optional_text(expression.operands[3]) +
             "]";
    case Kind::list:
      return "[" + joined(expression, ", ") + "]";
    case Kind::tuple:
      return "(" + joined(expression, ", ") + (expression.operands.size() == 1 ? ",)" : ")");
    case Kind::dict: {
      std::string out = "{";
      for (std::size_t i = 0; i + 1 < expression.operands.size(); i += 2) {
        out += (i > 0 ? ", " : "") + operand(i) + ": " + operand(i + 1);
      }
      return out + "}";
    }
    case Kind::formatted:
      return "f(" + joined(expression, ", ") + ")";
    case Kind::replacement: {
      std::string out = "{" + operand(0);
      if (expression.conversion != 0) out += std::string("!") + expression.conversion;
      if (expression.operands[1]) out += ":" + operand(1);
      return out + "}";
    }
  }
  return "?";
}

}  // namespace lockstep
