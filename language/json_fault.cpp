#include "language/json_fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "engine/value/unicode.h"

namespace lockstep {
namespace {

constexpr std::size_t word_shown_max = 40;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string_view word_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_word(text[end])) ++end;
  return text.substr(at, end - at);
}

// What begins at `at`, for "expected X, found Y".
std::string found_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return "the end of the file";
  if (text[at] == '"') return "a string";
  if (text[at] == '[') return "an array";
  if (text[at] == '{') return "an object";
  const std::string_view word = word_at(text, at);
  if (!word.empty()) {
    const std::size_t letters = std::min(count_code_points(word), word_shown_max);
    return fmt::format("{}{}", word.substr(0, byte_offset(word, letters)),
                       count_code_points(word) > letters ? "..." : "");
  }
  if (text[at] == '\'') return "'";
  return fmt::format("'{}'", text[at]);
}

// Comments, that is: skip_blanks stops before one that has no end.
bool is_open_comment(std::string_view text, std::size_t at) {
  return text.substr(at, 2) == "/*" && text.find("*/", at + 2) == std::string_view::npos;
}

JsonFault string_fault(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin + 1; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') break;
    if (c == '\n' || c == '\r') {
      return {begin, "the string does not end on its line; a line break inside a string is \\n"};
    }
    if (static_cast<unsigned char>(c) < 0x20) {
      return {at, fmt::format("a control character inside a string is written \\u{:04x}",
                              static_cast<unsigned>(c))};
    }
    if (c != '\\') continue;
    const char escaped = at + 1 < text.size() ? text[at + 1] : '\0';
    if (std::string_view("\"\\/bfnrtu").find(escaped) == std::string_view::npos ||
        escaped == '\0') {
      return {at, R"(expected one of \" \\ \/ \b \f \n \r \t \uXXXX after a backslash)"};
    }
    if (escaped != 'u') {
      ++at;
      continue;
    }
    const std::string_view digits = text.substr(at + 2, 4);
    if (digits.size() < 4 || !std::all_of(digits.begin(), digits.end(), is_hex)) {
      return {at, "expected four hexadecimal digits after \\u"};
    }
    const unsigned long unit = std::stoul(std::string(digits), nullptr, 16);
    const auto is_low = [&](std::size_t pair) {
      return text.substr(pair, 2) == "\\u" && text.size() >= pair + 6 &&
             std::string_view("dD").find(text[pair + 2]) != std::string_view::npos &&
             std::string_view("cdefCDEF").find(text[pair + 3]) != std::string_view::npos &&
             is_hex(text[pair + 4]) && is_hex(text[pair + 5]);
    };
    const bool is_high = unit >= 0xd800 && unit < 0xdc00;
    if ((unit >= 0xdc00 && unit < 0xe000) || (is_high && !is_low(at + 6))) {
      return {at, fmt::format("\\u{} is half of a pair of surrogates", digits)};
    }
    at += is_high ? 11 : 5;
  }
  return {begin, "the string does not end"};
}

bool is_number_part(char c) { return is_word(c) || c == '.' || c == '+' || c == '-'; }

JsonFault number_fault(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end < text.size() && is_number_part(text[end])) ++end;
  const std::string number(text.substr(begin, std::min(end - begin, word_shown_max)));
  const char* hint = "";
  const std::string_view digits = std::string_view(number).substr(number[0] == '-' ? 1 : 0);
  if (number[0] == '+') {
    hint = "; JSON has no + before a number";
  } else if (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1])) {
    hint = "; a number does not begin with 0";
  } else if (digits.starts_with('.') || digits.ends_with('.') ||
             digits.find(".e") != std::string_view::npos) {
    hint = "; there are digits on both sides of the point";
  }
  return {begin, fmt::format("{} is no number{}", number, hint)};
}

JsonFault value_fault(std::string_view text, std::size_t at, std::string_view expected) {
  if (at >= text.size()) {
    return {at, fmt::format("expected {}, found the end of the file", expected)};
  }
  const char c = text[at];
  if (c == '"') return string_fault(text, at);
  if (c == '\'') {
    return {at,
            fmt::format("expected {}, found '; JSON writes strings in double quotes", expected)};
  }
  if (is_digit(c) || c == '-' || c == '+' || c == '.') return number_fault(text, at);
  const std::string_view word = word_at(text, at);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> python{{{"True", "true"},
                                                                                 {"False", "false"},
                                                                                 {"None", "null"},
                                                                                 {"TRUE", "true"},
                                                                                 {"FALSE", "false"},
                                                                                 {"nil", "null"}}};
  for (const auto& [theirs, ours] : python) {
    if (word == theirs) {
      return {at, fmt::format("expected {}, found {}; JSON writes {}", expected, word, ours)};
    }
  }
  for (const std::string_view none : {"NaN", "nan", "Infinity", "inf", "undefined"}) {
    if (word == none) return {at, fmt::format("expected {}; JSON has no {}", expected, word)};
  }
  const std::string found = found_at(text, at);
  if (word.empty()) return {at, fmt::format("expected {}, found {}", expected, found)};
  return {at, fmt::format("expected {}, found {}; text stands in double quotes", expected, found)};
}

JsonFault key_fault(std::string_view text, std::size_t at, std::string_view expected) {
  if (at < text.size() && text[at] == '"') return string_fault(text, at);
  const std::string found = found_at(text, at);
  if (at < text.size() && text[at] == '#') {
    return {at,
            fmt::format("expected {}, found {}; a comment begins with // or /*", expected, found)};
  }
  const bool quotable =
      at < text.size() && (text[at] == '\'' || (is_word(text[at]) && !is_digit(text[at])));
  return {at, fmt::format("expected {}, found {}{}", expected, found,
                          quotable ? "; keys stand in double quotes" : "")};
}

}  // namespace

std::size_t skip_blanks(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size();) {
    if (is_blank(text[at])) {
      ++at;
    } else if (text.substr(at, 2) == "//") {
      at = std::min(text.find_first_of("\n\r", at), text.size());
    } else if (text.substr(at, 2) == "/*" && !is_open_comment(text, at)) {
      at = text.find("*/", at + 2) + 2;
    } else {
      return at;
    }
  }
  return text.size();
}

JsonFault json_fault(std::string_view text, std::size_t from, JsonBefore before) {
  const std::size_t at = skip_blanks(text, from);
  const auto comment = [&](std::size_t where) {
    return JsonFault{where, is_open_comment(text, where) ? "the comment does not end; expected */"
                                                         : "a comment begins with // or /*"};
  };
  const auto is = [&](std::size_t where, char c) {
    return where < text.size() && text[where] == c;
  };
  if (is(at, '/')) return comment(at);
  // The parser ended a number before its last letter: 01, 1x.
  if (at == from && at < text.size() && at > 0 && is_number_part(text[at]) &&
      (is_digit(text[at - 1]))) {
    std::size_t begin = at;
    while (begin > 0 && is_number_part(text[begin - 1])) --begin;
    return number_fault(text, begin);
  }

  switch (before) {
    case JsonBefore::nothing:
      return value_fault(text, at, "a JSON value");
    case JsonBefore::array_begin:
      return value_fault(text, at, "a value or \"]\"");
    case JsonBefore::object_begin:
      return key_fault(text, at, "a key or \"}\"");
    case JsonBefore::document:
      return {at, fmt::format("expected the end of the file, found {}", found_at(text, at))};
    case JsonBefore::key: {
      if (!is(at, ':')) {
        return {at, fmt::format("expected \":\" after the key, found {}", found_at(text, at))};
      }
      const std::size_t value = skip_blanks(text, at + 1);
      return is(value, '/') ? comment(value) : value_fault(text, value, "a value");
    }
    case JsonBefore::item:
    case JsonBefore::member: {
      const bool in_array = before == JsonBefore::item;
      const char close = in_array ? ']' : '}';
      if (!is(at, ',')) {
        return {at, fmt::format("expected \",\" or \"{}\", found {}", close, found_at(text, at))};
      }
      const std::size_t next = skip_blanks(text, at + 1);
      if (is(next, close)) {
        return {at, fmt::format("a comma before \"{}\"; JSON has none after the last {}", close,
                                in_array ? "item" : "member")};
      }
      if (is(next, '/')) return comment(next);
      return in_array ? value_fault(text, next, "a value") : key_fault(text, next, "a key");
    }
  }
  return {at, "this is no JSON"};
}

}  // namespace lockstep
