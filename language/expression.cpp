// Recursive descent, one function a level of Python's grammar
// (https://docs.python.org/3.11/reference/expressions.html), binary operators by precedence.
//
// f-strings are read as PEP 701 has them: the expression between braces is read in place, with
// the same tokens, so that it may hold any quotes and its faults have true offsets. CPython 3.11
// accepts a part of that.
#include "language/expression.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "engine/value/unicode.h"
#include "language/constant.h"
#include "language/tokens.h"

namespace lockstep {
namespace {

using Kind = Expression::Kind;

// Ends the parse; never leaves parse_expression().
struct Stopped {
  ExpressionFault fault;
};

struct BinaryRow {
  std::string_view symbol;
  int precedence;
  BinaryOperator op;
};
constexpr std::array binary_rows{
    BinaryRow{"|", 1, BinaryOperator::bit_or},
    BinaryRow{"^", 2, BinaryOperator::bit_xor},
    BinaryRow{"&", 3, BinaryOperator::bit_and},
    BinaryRow{"<<", 4, BinaryOperator::shift_left},
    BinaryRow{">>", 4, BinaryOperator::shift_right},
    BinaryRow{"+", 5, BinaryOperator::add},
    BinaryRow{"-", 5, BinaryOperator::subtract},
    BinaryRow{"*", 6, BinaryOperator::multiply},
    BinaryRow{"/", 6, BinaryOperator::true_divide},
    BinaryRow{"//", 6, BinaryOperator::floor_divide},
    BinaryRow{"%", 6, BinaryOperator::modulo},
};

std::string not_part(std::string_view what) {
  return std::string(what) + " is not part of lockstep's expressions";
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { move_to(0); }

  ExpressionPtr parse_all() {
    ExpressionPtr root = expression_list();
    if (token_.kind != Token::Kind::end) stop_unexpected("an operator or the end");
    return root;
  }

 private:
  // Bounds the depth of the recursion; that of the tree is bounded by make().
  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) {
      if (++parser_.nesting_ > expression_depth_max) parser_.stop_too_deep();
    }
    ~Nesting() { --parser_.nesting_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    Parser& parser_;
  };

  // ---- tokens

  void move_to(std::size_t offset) {
    end_ = token_.end;
    token_ = token_at(text_, offset);
  }
  void advance() { move_to(token_.end); }

  bool at_symbol(std::string_view symbol) const {
    return token_.kind == Token::Kind::symbol && token_.text == symbol;
  }
  bool at_keyword(std::string_view word) const {
    return token_.kind == Token::Kind::keyword && token_.text == word;
  }
  bool take_symbol(std::string_view symbol) {
    if (!at_symbol(symbol)) return false;
    advance();
    return true;
  }
  bool take_keyword(std::string_view word) {
    if (!at_keyword(word)) return false;
    advance();
    return true;
  }

  // ---- faults

  [[noreturn]] static void stop(std::size_t offset, std::string message) {
    throw Stopped{{offset, std::move(message)}};
  }
  [[noreturn]] void stop_too_deep() const {
    stop(token_.begin, "the expression is nested deeper than " +
                           std::to_string(expression_depth_max) + " levels");
  }

  std::string found() const {
    if (token_.kind == Token::Kind::end) return "the end";
    if (token_.kind == Token::Kind::string) return "a string";
    return "\"" + std::string(token_.text) + "\"";
  }

  // What the current token is instead of what it should be.
  [[noreturn]] void stop_unexpected(std::string_view expected) const {
    const auto says = [this](std::string_view what) { stop(token_.begin, not_part(what)); };
    if (!token_.fault.empty()) stop(token_.begin, token_.fault);
    if (at_keyword("for") || at_keyword("async")) says("a comprehension");
    if (at_keyword("lambda") || at_keyword("await") || at_keyword("yield")) says(token_.text);
    if (at_symbol("*") || at_symbol("**")) says("a starred expression");
    if (at_symbol("...")) says("\"...\"");
    if (at_symbol("@")) says("\"@\"");
    if (at_symbol(":") && text_.substr(token_.end).starts_with("=")) {
      says("an assignment expression (:=)");
    }
    std::string message = "expected " + std::string(expected) + ", found " + found();
    if (at_symbol("&&")) message += "; did you mean \"and\"?";
    if (at_symbol("||")) message += "; did you mean \"or\"?";
    if (at_symbol("!")) message += "; did you mean \"not\"?";
    if (at_symbol("=")) message += "; did you mean \"==\"?";
    if (is_curly_quote()) message += "; strings stand between ' or \"";
    stop(token_.begin, message);
  }

  bool is_curly_quote() const {
    return token_.text == "\u2018" || token_.text == "\u2019" || token_.text == "\u201c" ||
           token_.text == "\u201d" || token_.text == "`";
  }

  void expect_symbol(std::string_view symbol) {
    if (!take_symbol(symbol)) stop_unexpected("\"" + std::string(symbol) + "\"");
  }

  // ---- nodes

  // The node ends where the last token that was taken ends.
  ExpressionPtr make(Kind kind, std::size_t begin, std::vector<ExpressionPtr> operands = {}) const {
    auto node = std::make_unique<Expression>();
    node->kind = kind;
    node->begin = begin;
    node->end = end_;
    for (const ExpressionPtr& operand : operands) {
      if (operand) node->height = std::max(node->height, operand->height + 1);
    }
    if (node->height > expression_depth_max) stop_too_deep();
    node->operands = std::move(operands);
    return node;
  }
  template <class... Pointers>
  static std::vector<ExpressionPtr> list(Pointers... pointers) {
    std::vector<ExpressionPtr> all;
    (all.push_back(std::move(pointers)), ...);
    return all;
  }
  ExpressionPtr make_constant(std::size_t begin, Constant constant) const {
    ExpressionPtr node = make(Kind::constant, begin);
    node->constant = std::move(constant);
    return node;
  }

  // ---- levels of the grammar, loosest first

  // expression {"," expression} [","]: a tuple if there is a comma.
  ExpressionPtr expression_list() {
    const std::size_t begin = token_.begin;
    ExpressionPtr first = expression();
    if (!at_symbol(",")) return first;
    std::vector<ExpressionPtr> items = list(std::move(first));
    while (take_symbol(",")) {
      if (!begins_expression()) break;
      items.push_back(expression());
    }
    return make(Kind::tuple, begin, std::move(items));
  }

  // Whether there is more behind a comma that may be the last.
  bool begins_expression() const {
    return token_.kind != Token::Kind::end && !at_symbol(")") && !at_symbol("]") &&
           !at_symbol("}") && !at_symbol(":") && !at_symbol("=") && !at_symbol("!");
  }

  ExpressionPtr expression() {
    const Nesting nesting(*this);
    const std::size_t begin = token_.begin;
    ExpressionPtr value = or_test();
    if (!take_keyword("if")) return value;
    ExpressionPtr condition = or_test();
    if (!take_keyword("else")) stop_unexpected("\"else\"");
    ExpressionPtr other = expression();
    return make(Kind::conditional, begin,
                list(std::move(value), std::move(condition), std::move(other)));
  }

  ExpressionPtr or_test() {
    return chain(Kind::logical_or, "or", [this] { return and_test(); });
  }
  ExpressionPtr and_test() {
    return chain(Kind::logical_and, "and", [this] { return not_test(); });
  }
  template <class Operand>
  ExpressionPtr chain(Kind kind, std::string_view word, Operand operand) {
    const std::size_t begin = token_.begin;
    ExpressionPtr first = operand();
    if (!at_keyword(word)) return first;
    std::vector<ExpressionPtr> operands = list(std::move(first));
    while (take_keyword(word)) operands.push_back(operand());
    return make(kind, begin, std::move(operands));
  }

  ExpressionPtr not_test() {
    if (!at_keyword("not")) return comparison();
    const Nesting nesting(*this);
    const std::size_t begin = token_.begin;
    advance();
    return make_unary(UnaryOperator::logical_not, begin, not_test());
  }

  ExpressionPtr make_unary(UnaryOperator op, std::size_t begin, ExpressionPtr operand) const {
    ExpressionPtr node = make(Kind::unary, begin, list(std::move(operand)));
    node->unary_operator = op;
    return node;
  }

  std::optional<Comparison> take_comparison() {
    if (take_symbol("==")) return Comparison::equal;
    if (take_symbol("!=")) return Comparison::not_equal;
    if (take_symbol("<=")) return Comparison::less_equal;
    if (take_symbol("<")) return Comparison::less;
    if (take_symbol(">=")) return Comparison::greater_equal;
    if (take_symbol(">")) return Comparison::greater;
    if (take_keyword("in")) return Comparison::in;
    if (take_keyword("is")) return take_keyword("not") ? Comparison::is_not : Comparison::is;
    if (take_keyword("not")) {
      if (!take_keyword("in")) stop_unexpected("\"in\" after \"not\"");
      return Comparison::not_in;
    }
    return std::nullopt;
  }

  ExpressionPtr comparison() {
    const std::size_t begin = token_.begin;
    std::vector<ExpressionPtr> operands = list(binary(1));
    std::vector<Comparison> comparisons;
    while (const std::optional<Comparison> op = take_comparison()) {
      comparisons.push_back(*op);
      operands.push_back(binary(1));
    }
    if (comparisons.empty()) return std::move(operands.front());
    ExpressionPtr node = make(Kind::comparison, begin, std::move(operands));
    node->comparisons = std::move(comparisons);
    return node;
  }

  // Operators of at least `precedence`; all of them group from the left.
  ExpressionPtr binary(int precedence) {
    const std::size_t begin = token_.begin;
    ExpressionPtr left = unary();
    while (true) {
      const BinaryRow* row = binary_row();
      if (row == nullptr || row->precedence < precedence) return left;
      advance();
      ExpressionPtr right = binary(row->precedence + 1);
      left = make_binary(row->op, begin, std::move(left), std::move(right));
    }
  }
  const BinaryRow* binary_row() const {
    for (const BinaryRow& row : binary_rows) {
      if (at_symbol(row.symbol)) return &row;
    }
    return nullptr;
  }
  ExpressionPtr make_binary(BinaryOperator op, std::size_t begin, ExpressionPtr left,
                            ExpressionPtr right) const {
    ExpressionPtr node = make(Kind::binary, begin, list(std::move(left), std::move(right)));
    node->binary_operator = op;
    return node;
  }

  ExpressionPtr unary() {
    const std::size_t begin = token_.begin;
    if (at_symbol("-") || at_symbol("+") || at_symbol("~")) {
      const Nesting nesting(*this);
      const UnaryOperator op = at_symbol("-")   ? UnaryOperator::negative
                               : at_symbol("+") ? UnaryOperator::positive
                                                : UnaryOperator::invert;
      advance();
      if (op == UnaryOperator::negative && at_least_integer()) {
        advance();
        ExpressionPtr least = make_constant(begin, integer_constant(INT64_MIN));
        if (at_symbol("**")) stop_beyond_64_bits(begin + 1);
        return least;
      }
      return make_unary(op, begin, unary());
    }
    return power();
  }

  // 2 ** 63 has a place only behind a minus.
  bool at_least_integer() const {
    std::string digits;
    for (const char c : token_.text) {
      if (c != '_') digits += c;
    }
    return token_.kind == Token::Kind::integer && digits == "9223372036854775808";
  }

  ExpressionPtr power() {
    const std::size_t begin = token_.begin;
    ExpressionPtr base = postfix();
    if (!at_symbol("**")) return base;
    const Nesting nesting(*this);
    advance();
    ExpressionPtr exponent = unary();
    return make_binary(BinaryOperator::power, begin, std::move(base), std::move(exponent));
  }

  ExpressionPtr postfix() {
    const std::size_t begin = token_.begin;
    ExpressionPtr value = atom();
    while (true) {
      if (take_symbol(".")) {
        if (token_.kind != Token::Kind::name) stop_unexpected("a name after \".\"");
        const std::string name(token_.text);
        advance();
        value = make(Kind::attribute, begin, list(std::move(value)));
        value->text = name;
      } else if (at_symbol("(")) {
        value = call(begin, std::move(value));
      } else if (take_symbol("[")) {
        value = subscript(begin, std::move(value));
      } else {
        return value;
      }
    }
  }

  ExpressionPtr call(std::size_t begin, ExpressionPtr callee) {
    if (callee->kind != Kind::name && callee->kind != Kind::attribute) {
      stop(token_.begin, "only a name or a method can be called");
    }
    advance();
    const bool is_method = callee->kind == Kind::attribute;
    const std::string name = callee->text;
    std::vector<ExpressionPtr> operands;
    if (is_method) operands.push_back(std::move(callee->operands.front()));
    while (!at_symbol(")")) {
      const Token argument = token_;
      operands.push_back(expression());
      if (at_symbol("=") && argument.kind == Token::Kind::name && argument.end == end_) {
        stop(argument.begin, not_part("a keyword argument"));
      }
      if (!take_symbol(",")) break;
    }
    if (!take_symbol(")")) stop_unexpected("\",\" or \")\"");
    ExpressionPtr node = make(is_method ? Kind::method : Kind::call, begin, std::move(operands));
    node->text = name;
    return node;
  }

  // Behind "[".
  ExpressionPtr subscript(std::size_t begin, ExpressionPtr container) {
    const std::size_t index_begin = token_.begin;
    std::array<ExpressionPtr, 3> parts;
    std::size_t colons = 0;
    if (!at_symbol(":")) parts[0] = expression();
    while (colons < 2 && take_symbol(":")) {
      ++colons;
      if (!at_symbol(":") && !at_symbol("]") && !at_symbol(",")) parts[colons] = expression();
    }
    if (colons > 0) {
      if (at_symbol(",")) stop(token_.begin, not_part("a slice in a tuple"));
      if (!take_symbol("]")) stop_unexpected(colons == 2 ? "\"]\"" : "\":\" or \"]\"");
      return make(Kind::slice, begin,
                  list(std::move(container), std::move(parts[0]), std::move(parts[1]),
                       std::move(parts[2])));
    }
    ExpressionPtr index = std::move(parts[0]);
    if (at_symbol(",")) {
      std::vector<ExpressionPtr> items = list(std::move(index));
      while (take_symbol(",")) {
        if (!begins_expression()) break;
        items.push_back(expression());
      }
      index = make(Kind::tuple, index_begin, std::move(items));
    }
    if (at_symbol(":") && index->kind == Kind::tuple) {
      stop(token_.begin, not_part("a slice in a tuple"));
    }
    if (!take_symbol("]")) stop_unexpected("\"]\"");
    return make(Kind::subscript, begin, list(std::move(container), std::move(index)));
  }

  ExpressionPtr atom() {
    const std::size_t begin = token_.begin;
    switch (token_.kind) {
      case Token::Kind::name: {
        std::string name(token_.text);
        advance();
        ExpressionPtr node = make(Kind::name, begin);
        node->text = std::move(name);
        return node;
      }
      case Token::Kind::keyword: {
        const bool is_true = at_keyword("True");
        if (!is_true && !at_keyword("False") && !at_keyword("None")) break;
        const bool is_none = at_keyword("None");
        advance();
        return make_constant(begin, is_none ? none_constant() : boolean_constant(is_true));
      }
      case Token::Kind::integer:
        return integer();
      case Token::Kind::real:
        return real();
      case Token::Kind::string:
        return strings();
      case Token::Kind::symbol:
        if (take_symbol("(")) return parenthesised(begin);
        if (take_symbol("[")) return list_display(begin);
        if (take_symbol("{")) return dict_display(begin);
        break;
      case Token::Kind::stranger:
      case Token::Kind::end:
        break;
    }
    stop_unexpected("an expression");
  }

  // Behind "(".
  ExpressionPtr parenthesised(std::size_t begin) {
    if (take_symbol(")")) return make(Kind::tuple, begin);
    ExpressionPtr inner = expression();
    if (!at_symbol(",")) {
      if (!take_symbol(")")) stop_unexpected("\",\" or \")\"");
      return inner;
    }
    std::vector<ExpressionPtr> items = list(std::move(inner));
    while (take_symbol(",")) {
      if (at_symbol(")")) break;
      items.push_back(expression());
    }
    if (!take_symbol(")")) stop_unexpected("\",\" or \")\"");
    return make(Kind::tuple, begin, std::move(items));
  }

  ExpressionPtr list_display(std::size_t begin) {
    std::vector<ExpressionPtr> items;
    while (!at_symbol("]")) {
      items.push_back(expression());
      if (!take_symbol(",")) break;
    }
    if (!take_symbol("]")) stop_unexpected("\",\" or \"]\"");
    return make(Kind::list, begin, std::move(items));
  }

  ExpressionPtr dict_display(std::size_t begin) {
    std::vector<ExpressionPtr> items;
    while (!at_symbol("}")) {
      items.push_back(expression());
      if (items.size() == 1 && (at_symbol(",") || at_symbol("}"))) {
        stop(begin, not_part("a set"));
      }
      expect_symbol(":");
      items.push_back(expression());
      if (!take_symbol(",")) break;
    }
    if (!take_symbol("}")) stop_unexpected("\",\" or \"}\"");
    return make(Kind::dict, begin, std::move(items));
  }

  // ---- numbers

  [[noreturn]] static void stop_beyond_64_bits(std::size_t offset) {
    stop(offset, "the integer has more than 64 bits, which is lockstep's limit");
  }

  std::string digits() const {
    std::string out;
    for (const char c : token_.text) {
      if (c != '_') out += c;
    }
    return out;
  }

  ExpressionPtr integer() {
    const std::size_t begin = token_.begin;
    const std::string text = digits();
    const char prefix = text.size() > 1 ? static_cast<char>(text[1] | 0x20) : '\0';
    const int base = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 10;
    const char* first = text.data() + (base == 10 ? 0 : 2);
    std::int64_t n = 0;
    const auto [end, error] = std::from_chars(first, text.data() + text.size(), n, base);
    if (error != std::errc()) stop_beyond_64_bits(begin);
    advance();
    return make_constant(begin, integer_constant(n));
  }

  ExpressionPtr real() {
    const std::size_t begin = token_.begin;
    const std::string text = digits();
    double x = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
    // from_chars leaves x alone where strtod gives 0 or infinity, as Python does.
    if (error == std::errc::result_out_of_range) x = std::strtod(text.c_str(), nullptr);
    advance();
    return make_constant(begin, real_constant(x));
  }

  // ---- strings

  struct StringForm {
    bool raw = false;
    bool bytes = false;
    bool formatted = false;
    std::string_view quote;  // ', ", ''' or """
    std::size_t begin = 0;   // of the prefix
  };

  StringForm string_form() const {
    StringForm form;
    form.begin = token_.begin;
    const std::size_t prefix = token_.text.find_first_of("'\"");
    form.quote = token_.text.substr(prefix);
    for (const char c : token_.text.substr(0, prefix)) {
      const char lower = static_cast<char>(c | 0x20);
      if (lower == 'r') form.raw = true;
      if (lower == 'b') form.bytes = true;
      if (lower == 'f') form.formatted = true;
    }
    return form;
  }

  // One or more literals, one behind the other.
  ExpressionPtr strings() {
    const std::size_t begin = token_.begin;
    const bool bytes = string_form().bytes;
    std::vector<ExpressionPtr> pieces;  // constants and replacements
    while (token_.kind == Token::Kind::string) {
      const StringForm form = string_form();
      if (form.bytes != bytes) stop(form.begin, "expected only strings or only bytes, found both");
      read_pieces(form, token_.end, pieces);
    }
    const bool constant = pieces.empty() || (pieces.size() == 1 && is_text(*pieces.front()));
    if (constant) {
      std::string text = pieces.empty() ? "" : std::move(pieces.front()->constant.text);
      return make_constant(
          begin, bytes ? bytes_constant(std::move(text)) : string_constant(std::move(text)));
    }
    return make(Kind::formatted, begin, std::move(pieces));
  }

  static bool is_text(const Expression& piece) { return piece.kind == Kind::constant; }

  // Appends to the last piece if that is text too.
  void add_text(std::vector<ExpressionPtr>& pieces, std::size_t begin, std::string text) const {
    if (text.empty()) return;
    if (!pieces.empty() && is_text(*pieces.back())) {
      pieces.back()->constant.text += text;
    } else {
      pieces.push_back(make_constant(begin, string_constant(std::move(text))));
    }
  }

  // The literal whose content begins at `at`; the token behind it is the next one.
  void read_pieces(const StringForm& form, std::size_t at, std::vector<ExpressionPtr>& pieces) {
    std::string text;
    std::size_t text_begin = at;
    while (true) {
      if (at >= text_.size()) {
        stop(form.begin, "the string has no closing " + std::string(form.quote));
      }
      if (text_.substr(at).starts_with(form.quote)) break;
      const char c = text_[at];
      if (form.formatted && (c == '{' || c == '}')) {
        if (text_.substr(at + 1).starts_with(c)) {
          text += c;
          at += 2;
        } else if (c == '}') {
          stop(at, "expected \"}}\" in the f-string, found a single \"}\"");
        } else {
          add_text(pieces, text_begin, std::move(text));
          at = replacement(form, at, pieces);
          text.clear();
          text_begin = at;
        }
      } else {
        at = character(form, at, text);
      }
    }
    add_text(pieces, text_begin, std::move(text));
    token_.end = at + form.quote.size();
    advance();
  }

  // One character or escape sequence of a literal; returns the offset behind it.
  std::size_t character(const StringForm& form, std::size_t at, std::string& text) const {
    const char c = text_[at];
    if (form.bytes && static_cast<unsigned char>(c) >= 0x80) {
      stop(at, "bytes are written with ASCII characters only; others as \\x..");
    }
    if (c != '\\') {
      text += c;
      return at + 1;
    }
    if (form.raw) {  // the backslash stays, and a quote behind it does not close
      text += c;
      const char next = at + 1 < text_.size() ? text_[at + 1] : '\0';
      if (next != '\'' && next != '"' && next != '\\') return at + 1;
      text += next;
      return at + 2;
    }
    return escape(form, at, text);
  }

  std::size_t escape(const StringForm& form, std::size_t at, std::string& text) const {
    if (at + 1 >= text_.size()) return at + 1;  // then the closing quote is missing
    const char c = text_[at + 1];
    constexpr std::string_view letters = "\\'\"abfnrtv";
    constexpr std::string_view meanings = "\\'\"\a\b\f\n\r\t\v";
    if (const std::size_t i = letters.find(c); i != std::string_view::npos) {
      text += meanings[i];
      return at + 2;
    }
    if (c == '\n') return at + 2;
    if (c >= '0' && c <= '7') {
      std::size_t end = at + 1;
      std::uint32_t code = 0;
      while (end < text_.size() && end < at + 4 && text_[end] >= '0' && text_[end] <= '7') {
        code = code * 8 + static_cast<std::uint32_t>(text_[end++] - '0');
      }
      add_code_point(form, form.bytes ? code & 0xffU : code, at, text);
      return end;
    }
    const std::size_t hex = c == 'x' ? 2 : form.bytes ? 0 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (hex > 0) {
      const std::string_view code_text = text_.substr(at + 2, hex);
      std::uint32_t code = 0;
      const auto [end, error] =
          std::from_chars(code_text.data(), code_text.data() + code_text.size(), code, 16);
      if (code_text.size() < hex || error != std::errc() ||
          end != code_text.data() + code_text.size()) {
        stop(at, "expected " + std::to_string(hex) + " hexadecimal digits after \"\\" +
                     std::string(1, c) + "\"");
      }
      add_code_point(form, code, at, text);
      return at + 2 + hex;
    }
    if (c == 'N' && !form.bytes) {
      stop(at, "characters by name (\\N) are not part of lockstep's expressions; write \\u....");
    }
    text += '\\';  // Python keeps what is no escape sequence
    return at + 1;
  }

  void add_code_point(const StringForm& form, std::uint32_t code, std::size_t at,
                      std::string& text) const {
    if (form.bytes) {
      text += static_cast<char>(code);
    } else if (code >= code_point_end || is_surrogate(code)) {
      stop(at, "expected a Unicode character, found a code point that is none");
    } else {
      append_code_point(text, code);
    }
  }

  // The replacement field whose "{" stands at `open`; returns the offset behind its "}".
  std::size_t replacement(const StringForm& form, std::size_t open,
                          std::vector<ExpressionPtr>& pieces) {
    const Nesting nesting(*this);
    token_.end = open + 1;
    advance();
    ExpressionPtr value = expression_list();
    bool shows_itself = false;
    if (at_symbol("=")) {  // f'{n=}' is 'n=' and the value's repr
      std::size_t end = token_.end;
      while (end < text_.size() && (text_[end] == ' ' || text_[end] == '\t')) ++end;
      add_text(pieces, open, std::string(text_.substr(open + 1, end - open - 1)));
      shows_itself = true;
      advance();
    }
    char conversion = 0;
    if (at_symbol("!")) {
      advance();
      if (token_.kind == Token::Kind::name && token_.text == "a") {
        stop(token_.begin, not_part("!a"));
      }
      if (token_.kind != Token::Kind::name || (token_.text != "r" && token_.text != "s")) {
        stop_unexpected("\"r\" or \"s\" after \"!\"");
      }
      conversion = token_.text.front();
      advance();
    }
    ExpressionPtr spec;
    const bool has_spec = at_symbol(":");
    if (has_spec) spec = format_spec(form, token_.end);
    if (!at_symbol("}")) stop_unexpected("\"}\"");
    if (shows_itself && conversion == 0 && !has_spec) conversion = 'r';
    const std::size_t behind = token_.end;
    end_ = behind;
    ExpressionPtr node = make(Kind::replacement, open, list(std::move(value), std::move(spec)));
    node->conversion = conversion;
    pieces.push_back(std::move(node));
    return behind;
  }

  // Behind ":", up to the "}" that closes the field, which becomes the current token.
  ExpressionPtr format_spec(const StringForm& form, std::size_t at) {
    const std::size_t begin = at;
    std::vector<ExpressionPtr> pieces;
    std::string text;
    while (at < text_.size() && text_[at] != '}' && !text_.substr(at).starts_with(form.quote)) {
      if (text_[at] == '{') {
        add_text(pieces, begin, std::move(text));
        at = replacement(form, at, pieces);
        text.clear();
      } else {
        at = character(form, at, text);
      }
    }
    add_text(pieces, begin, std::move(text));
    token_.end = at;
    advance();
    end_ = at;
    if (pieces.empty()) return nullptr;
    if (pieces.size() == 1 && is_text(*pieces.front())) return std::move(pieces.front());
    return make(Kind::formatted, begin, std::move(pieces));
  }

  std::string_view text_;
  Token token_;          // the next one
  std::size_t end_ = 0;  // of the last token taken
  std::size_t nesting_ = 0;
};

}  // namespace

ParsedExpression parse_expression(std::string_view text) {
  ParsedExpression parsed;
  try {
    parsed.root = Parser(text).parse_all();
  } catch (const Stopped& stopped) {
    parsed.faults.push_back(stopped.fault);
  }
  return parsed;
}

}  // namespace lockstep
