#include "exporter/python_expression.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "language/constant.h"

namespace lockstep {
namespace {

using Kind = Expression::Kind;

// Python's precedences, from what binds least.
enum Level : std::uint8_t {
  conditional_level,
  or_level,
  and_level,
  not_level,
  comparison_level,
  bit_or_level,
  bit_xor_level,
  bit_and_level,
  shift_level,
  sum_level,
  product_level,
  sign_level,
  power_level,
  primary_level,  // calls, attributes, subscripts, and what is subscripted
  atom_level,
};

Level next(Level level) { return static_cast<Level>(level + 1); }

struct Sign {
  std::string_view text;
  Level level;
};
// Indexed by BinaryOperator.
constexpr std::array<Sign, 12> signs{{{" + ", sum_level},
                                      {" - ", sum_level},
                                      {" * ", product_level},
                                      {" / ", product_level},
                                      {" // ", product_level},
                                      {" % ", product_level},
                                      {" ** ", power_level},
                                      {" & ", bit_and_level},
                                      {" | ", bit_or_level},
                                      {" ^ ", bit_xor_level},
                                      {" << ", shift_level},
                                      {" >> ", shift_level}}};
// Indexed by Comparison.
constexpr std::array<std::string_view, 10> comparison_signs{
    " == ", " != ", " < ", " <= ", " > ", " >= ", " in ", " not in ", " is ", " is not "};

bool is_number_constant(const Expression& expression) {
  return expression.kind == Kind::constant && (expression.constant.kind == ValueKind::integer ||
                                               expression.constant.kind == ValueKind::real);
}

class Writer {
 public:
  explicit Writer(const Renamings& rename) : rename_(rename) {}

  // In parentheses if it binds less than `least`.
  std::string text(const Expression& expression, Level least) const {
    const std::string inner = bare(expression);
    return level(expression) < least ? "(" + inner + ")" : inner;
  }

 private:
  static Level level(const Expression& expression) {
    switch (expression.kind) {
      case Kind::conditional:
        return conditional_level;
      case Kind::logical_or:
        return or_level;
      case Kind::logical_and:
        return and_level;
      case Kind::comparison:
        return comparison_level;
      case Kind::unary:
        return expression.unary_operator == UnaryOperator::logical_not ? not_level : sign_level;
      case Kind::binary:
        return signs[static_cast<std::size_t>(expression.binary_operator)].level;
      case Kind::constant: {
        const bool is_number = is_number_constant(expression);
        return is_number && literal(expression.constant).starts_with('-') ? sign_level : atom_level;
      }
      case Kind::call:
      case Kind::method:
      case Kind::attribute:
      case Kind::subscript:
      case Kind::slice:
        return primary_level;
      case Kind::formatted:
        return is_f_string(expression) ? atom_level : primary_level;
      default:
        return atom_level;
    }
  }

  // A dot right behind a number would be its own.
  std::string before_dot(const Expression& e) const {
    return is_number_constant(e) ? "(" + bare(e) + ")" : text(e, primary_level);
  }

  std::string joined(const std::vector<ExpressionPtr>& operands, std::size_t from,
                     std::string_view between, Level least) const {
    std::string out;
    for (std::size_t i = from; i < operands.size(); ++i) {
      if (i > from) out += between;
      out += text(*operands[i], least);
    }
    return out;
  }

  // Python has no literal for infinity.
  std::string constant(const Constant& its) const {
    const bool is_infinite = its.kind == ValueKind::real && its.real - its.real != 0;
    return is_infinite ? rename_.own("float") + "('inf')" : literal(its);
  }

  std::string bare(const Expression& e) const {
    const std::vector<ExpressionPtr>& operands = e.operands;
    switch (e.kind) {
      case Kind::constant:
        return constant(e.constant);
      case Kind::name:
        return rename_.scenario(e.text);
      case Kind::unary: {
        constexpr std::array<std::string_view, 4> texts{"-", "+", "~", "not "};
        const bool is_not = e.unary_operator == UnaryOperator::logical_not;
        return std::string(texts[static_cast<std::size_t>(e.unary_operator)]) +
               text(*operands[0], is_not ? not_level : sign_level);
      }
      case Kind::binary: {
        const Sign& sign = signs[static_cast<std::size_t>(e.binary_operator)];
        const bool is_power = sign.level == power_level;  // binds to the right, and a sign after it
        return text(*operands[0], is_power ? next(power_level) : sign.level) +
               std::string(sign.text) +
               text(*operands[1], is_power ? sign_level : next(sign.level));
      }
      case Kind::comparison: {
        std::string out = text(*operands[0], bit_or_level);
        for (std::size_t i = 0; i < e.comparisons.size(); ++i) {
          out += comparison_signs[static_cast<std::size_t>(e.comparisons[i])];
          out += text(*operands[i + 1], bit_or_level);
        }
        return out;
      }
      case Kind::logical_and:
        return joined(operands, 0, " and ", not_level);
      case Kind::logical_or:
        return joined(operands, 0, " or ", and_level);
      case Kind::conditional:
        return text(*operands[0], or_level) + " if " + text(*operands[1], or_level) + " else " +
               text(*operands[2], conditional_level);
      case Kind::call:
        return rename_.scenario(e.text) + "(" + joined(operands, 0, ", ", conditional_level) + ")";
      case Kind::method:
        return before_dot(*operands[0]) + "." + e.text + "(" +
               joined(operands, 1, ", ", conditional_level) + ")";
      case Kind::attribute:
        return before_dot(*operands[0]) + "." + e.text;
      case Kind::subscript:
        return text(*operands[0], primary_level) + "[" + text(*operands[1], conditional_level) +
               "]";
      case Kind::slice: {
        std::string out = text(*operands[0], primary_level) + "[";
        for (std::size_t i = 1; i < operands.size(); ++i) {
          if (i > 1 && (i < 3 || operands[i])) out += ":";
          if (operands[i]) out += text(*operands[i], conditional_level);
        }
        return out + "]";
      }
      case Kind::list:
        return "[" + joined(operands, 0, ", ", conditional_level) + "]";
      case Kind::tuple:
        return "(" + joined(operands, 0, ", ", conditional_level) +
               (operands.size() == 1 ? ",)" : ")");
      case Kind::dict: {
        std::string out = "{";
        for (std::size_t i = 0; i + 1 < operands.size(); i += 2) {
          if (i > 0) out += ", ";
          out += text(*operands[i], conditional_level) + ": " +
                 text(*operands[i + 1], conditional_level);
        }
        return out + "}";
      }
      case Kind::formatted:
        return is_f_string(e) ? f_string(e) : format_call(e);
      case Kind::replacement:
        break;
    }
    return rename_.own("format") + "(" + text(*operands[0], conditional_level) + ")";
  }

  // Python 3.11 takes neither a backslash nor the string's own quotes inside the braces.
  bool is_f_string_piece(const Expression& piece) const {
    if (piece.kind == Kind::constant) return true;
    const std::string inner = text(*piece.operands[0], conditional_level);
    if (inner.find_first_of("\"\\\n") != std::string::npos) return false;
    // "{{" would be a brace of the text.
    if (inner.starts_with('{')) return false;
    return !has_spec(piece) || is_spec(*piece.operands[1]);
  }
  static bool is_f_string(const Expression& e) {
    const Renaming same = [](std::string_view name) { return std::string(name); };
    const Renamings as_it_is{same, same};
    const Writer plain(as_it_is);
    for (const ExpressionPtr& piece : e.operands) {
      if (!plain.is_f_string_piece(*piece)) return false;
    }
    return true;
  }
  static bool has_spec(const Expression& replacement) {
    return replacement.operands.size() > 1 && replacement.operands[1];
  }
  // One that can stand behind the colon: text, and replacements without a spec of their own.
  bool is_spec(const Expression& spec) const {
    if (spec.kind == Kind::constant) {
      return spec.constant.text.find_first_of("\"\\\n{}") == std::string::npos;
    }
    if (spec.kind != Kind::formatted) return false;
    for (const ExpressionPtr& piece : spec.operands) {
      const bool fits = piece->kind == Kind::constant
                            ? is_spec(*piece)
                            : !has_spec(*piece) && is_f_string_piece(*piece);
      if (!fits) return false;
    }
    return true;
  }

  std::string f_string(const Expression& e) const {
    std::string out = "f\"";
    for (const ExpressionPtr& piece : e.operands) out += f_string_piece(*piece);
    return out + "\"";
  }
  std::string f_string_piece(const Expression& piece) const {
    if (piece.kind == Kind::constant) return braced(piece.constant.text);
    std::string out = "{" + text(*piece.operands[0], conditional_level);
    if (piece.conversion != 0) (out += "!") += piece.conversion;
    if (has_spec(piece)) {
      out += ":";
      const Expression& spec = *piece.operands[1];
      if (spec.kind == Kind::constant) {
        out += spec.constant.text;
      } else {
        for (const ExpressionPtr& inner : spec.operands) out += f_string_piece(*inner);
      }
    }
    return out + "}";
  }
  // The text of a literal part, between double quotes.
  static std::string braced(std::string_view content) {
    std::string quoted = python_string(content);
    const bool is_single = quoted.front() == '\'';
    std::string out;
    for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
      const char c = quoted[i];
      if (is_single && c == '"') out += '\\';
      if (c == '\\') {
        out += c;
        out += quoted[++i];
        continue;
      }
      if (c == '{' || c == '}') out += c;
      out += c;
    }
    return out;
  }

  // "".join((format(x, spec), ...)): the same value, evaluated in the same order.
  std::string format_call(const Expression& e) const {
    std::string pieces;
    for (const ExpressionPtr& piece : e.operands) {
      if (!pieces.empty()) pieces += ", ";
      if (piece->kind == Kind::constant) {
        pieces += python_string(piece->constant.text);
        continue;
      }
      std::string value = text(*piece->operands[0], conditional_level);
      if (piece->conversion == 's') value = fmt::format("{}({})", rename_.own("str"), value);
      if (piece->conversion == 'r') value = fmt::format("{}({})", rename_.own("repr"), value);
      pieces += rename_.own("format") + "(" + value;
      if (has_spec(*piece)) pieces += ", " + text(*piece->operands[1], conditional_level);
      pieces += ")";
    }
    return "\"\".join((" + pieces + ",))";
  }

  const Renamings& rename_;
};

}  // namespace

std::string python_string(std::string_view text) {
  return literal(string_constant(std::string(text)));
}

std::string python_expression(const Expression& expression, const Renamings& rename) {
  return Writer(rename).text(expression, conditional_level);
}

}  // namespace lockstep
