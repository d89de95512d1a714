#include "language/names.h"

#include <fmt/format.h>

#include <array>

#include "engine/value/exceptions.h"
#include "engine/value/unicode.h"
#include "language/keys.h"
#include "language/pointer.h"
#include "language/tokens.h"

namespace lockstep {
namespace {

// Python 3.11; the soft ones (match, case, _) may be names.
constexpr std::array<std::string_view, 35> python_keywords{
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

}  // namespace

std::span<const std::string_view> keywords() { return python_keywords; }

std::vector<std::string> exception_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < exception_kinds; ++i) {
    names.push_back(exception_key(static_cast<ExceptionKind>(i)));
  }
  return names;
}

std::string identifier_fault(std::string_view text) {
  const Token token = token_at(text, 0);
  const bool is_whole = token.begin == 0 && token.end == text.size();
  if (is_whole && token.kind == Token::Kind::keyword) {
    return fmt::format("expected a name, found the keyword {}", in_quotes(text));
  }
  if (!is_whole || token.kind != Token::Kind::name) {
    return fmt::format("expected a name (letters, digits and _), found {}", in_quotes(text));
  }
  const std::size_t letters = count_code_points(text);
  if (letters > name_letters_max) {
    return fmt::format("a name has at most {} letters; {} has {}", name_letters_max,
                       in_quotes(text), letters);
  }
  return "";
}

std::string thread_name_fault(std::string_view text) {
  if (text.empty()) return "a thread needs a name";
  const std::size_t letters = count_code_points(text);
  if (letters > name_letters_max) {
    return fmt::format("a thread's name has at most {} letters; {} has {}", name_letters_max,
                       in_quotes(text), letters);
  }
  bool control = false;
  for_each_code_point(text, [&](std::uint32_t c, std::string_view) {
    control = control || c < 0x20 || (c >= 0x7f && c < 0xa0);
  });
  if (control) return "a thread's name has no control characters";
  return "";
}

}  // namespace lockstep
