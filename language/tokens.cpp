#include "language/tokens.h"

#include <algorithm>
#include <array>

#include "engine/value/unicode.h"
#include "language/names.h"

namespace lockstep {
namespace {

// Longest first. The last two are no Python, but what people write for "and" and "or".
constexpr std::array<std::string_view, 37> symbols{
    "...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "->", "&&", "||", "+",
    "-",   "*",  "/",  "%",  "&",  "|",  "^",  "~",  "<",  ">",  "(",  ")",  "[",
    "]",   "{",  "}",  ",",  ":",  ".",  "=",  "!",  ";",  "@",  "\\"};

bool is_keyword(std::string_view word) {
  return std::ranges::find(keywords(), word) != keywords().end();
}

bool is_digit_char(char c) { return c >= '0' && c <= '9'; }
bool is_letter_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_hex_char(char c) {
  return is_digit_char(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Letters beyond ASCII, roughly: all but spaces, controls and the blocks of punctuation.
bool is_foreign_letter(std::uint32_t c) {
  if (c < 0x80 || is_space(c) || !is_printable(c)) return false;
  if (c < 0xc0) return c == 0xaa || c == 0xb5 || c == 0xba;
  return c != 0xd7 && c != 0xf7 && !(c >= 0x2000 && c < 0x2c00) && !(c >= 0x3000 && c < 0x3005) &&
         !(c >= 0x3008 && c < 0x3021) && !(c >= 0xff00 && c < 0xff10) && c < 0x1f000;
}

// Bytes of the identifier that begins at `offset`; 0 if none does.
std::size_t identifier_bytes(std::string_view text, std::size_t offset) {
  std::size_t at = offset;
  while (at < text.size()) {
    const char c = text[at];
    if (is_letter_char(c) || (at > offset && is_digit_char(c))) {
      ++at;
    } else if ((static_cast<unsigned char>(c) & 0x80U) != 0) {
      const std::size_t bytes = sequence_bytes(c);
      if (at + bytes > text.size() || !is_valid_utf8(text.substr(at, bytes)) ||
          !is_foreign_letter(code_point_at(text, at))) {
        break;
      }
      at += bytes;
    } else {
      break;
    }
  }
  return at - offset;
}

// Skips digits with single underscores between them, and in front too after a prefix.
template <class IsDigit>
std::size_t skip_digits(std::string_view text, std::size_t at, IsDigit is_digit_of_base) {
  while (at < text.size()) {
    if (is_digit_of_base(text[at])) {
      ++at;
    } else if (text[at] == '_' && at + 1 < text.size() && is_digit_of_base(text[at + 1])) {
      at += 2;
    } else {
      break;
    }
  }
  return at;
}

Token number_at(std::string_view text, std::size_t begin) {
  const auto char_at = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
  Token token;
  token.kind = Token::Kind::integer;
  token.begin = begin;
  std::size_t at = begin;
  const char prefix = static_cast<char>(char_at(begin + 1) | 0x20);
  if (char_at(begin) == '0' && (prefix == 'x' || prefix == 'o' || prefix == 'b')) {
    const auto is_digit_of_base = [prefix](char c) {
      return prefix == 'x' ? is_hex_char(c) : c >= '0' && c <= (prefix == 'o' ? '7' : '1');
    };
    at = skip_digits(text, begin + 2, is_digit_of_base);
    if (at == begin + 2) {
      token.fault =
          std::string("expected the digits of a number in base ") + (prefix == 'x'   ? "16"
                                                                     : prefix == 'o' ? "8"
                                                                                     : "2");
    }
  } else {
    at = skip_digits(text, at, is_digit_char);
    if (char_at(at) == '.') {
      token.kind = Token::Kind::real;
      ++at;
      if (is_digit_char(char_at(at))) at = skip_digits(text, at, is_digit_char);
    }
    if ((char_at(at) | 0x20) == 'e') {
      const std::size_t sign = at + (char_at(at + 1) == '+' || char_at(at + 1) == '-' ? 2 : 1);
      if (is_digit_char(char_at(sign))) {
        token.kind = Token::Kind::real;
        at = skip_digits(text, sign, is_digit_char);
      }
    }
    const bool zeros =
        text.substr(begin, at - begin).find_first_not_of("0_") == std::string_view::npos;
    if (token.kind == Token::Kind::integer && char_at(begin) == '0' && !zeros) {
      token.fault = "an integer does not begin with 0; in base 8 it begins with 0o";
    }
  }
  token.end = at;
  const std::size_t tail = identifier_bytes(text, at);
  if (!token.fault.empty()) {
    // It is known what is wrong.
  } else if (tail > 0) {
    const std::string_view word = text.substr(at, tail);
    if (word == "j" || word == "J") {
      token.fault = "complex numbers are not part of lockstep's expressions";
    } else if (!is_keyword(word)) {
      token.end = at + tail;
      token.fault = "expected a number or a name, found \"" +
                    std::string(text.substr(begin, token.end - begin)) + "\"";
    }
  } else if (char_at(at) >= '0' && char_at(at) <= '9') {
    ++token.end;
    token.fault =
        "expected a number, found \"" + std::string(text.substr(begin, token.end - begin)) + "\"";
  }
  if (!token.fault.empty()) token.kind = Token::Kind::stranger;
  token.text = text.substr(begin, token.end - begin);
  return token;
}

bool is_string_prefix(std::string_view word) {
  if (word.size() > 2) return false;
  std::string lower(word);
  for (char& c : lower) c = static_cast<char>(c | 0x20);
  constexpr std::array<std::string_view, 9> prefixes{"",   "r",  "b",  "f", "u",
                                                     "rb", "br", "rf", "fr"};
  return std::ranges::find(prefixes, lower) != prefixes.end();
}

}  // namespace

Token token_at(std::string_view text, std::size_t offset) {
  std::size_t begin = offset;
  while (begin < text.size() && (text[begin] == ' ' || text[begin] == '\t' || text[begin] == '\n' ||
                                 text[begin] == '\r' || text[begin] == '\f')) {
    ++begin;
  }
  Token token;
  token.begin = token.end = begin;
  if (begin == text.size()) return token;

  const char c = text[begin];
  if (is_digit_char(c) || (c == '.' && begin + 1 < text.size() && is_digit_char(text[begin + 1]))) {
    return number_at(text, begin);
  }
  const std::size_t word_bytes = identifier_bytes(text, begin);
  const std::size_t behind = begin + word_bytes;
  const std::string_view word = text.substr(begin, word_bytes);
  if (behind < text.size() && (text[behind] == '\'' || text[behind] == '"') &&
      is_string_prefix(word)) {
    const char quote = text[behind];
    const bool triple = text.substr(behind, 3) == std::string(3, quote);
    token.kind = Token::Kind::string;
    token.end = behind + (triple ? 3 : 1);
  } else if (word_bytes > 0) {
    token.kind = is_keyword(word) ? Token::Kind::keyword : Token::Kind::name;
    token.end = behind;
  } else {
    const std::string_view rest = text.substr(begin);
    const auto symbol = std::ranges::find_if(
        symbols, [rest](std::string_view candidate) { return rest.starts_with(candidate); });
    if (symbol != symbols.end()) {
      token.kind = Token::Kind::symbol;
      token.end = begin + symbol->size();
    } else {
      token.kind = Token::Kind::stranger;
      const std::size_t bytes = sequence_bytes(c);
      token.end = begin + (is_valid_utf8(rest.substr(0, bytes)) ? std::min(bytes, rest.size()) : 1);
    }
  }
  token.text = text.substr(begin, token.end - begin);
  return token;
}

}  // namespace lockstep
