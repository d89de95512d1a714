#include "language/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/value/exceptions.h"
#include "engine/value/unicode.h"
#include "language/keys.h"
#include "language/pointer.h"

namespace lockstep {
namespace {

// Python 3.11; the soft ones (match, case, _) may be names.
constexpr std::array<std::string_view, 35> python_keywords{
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::span<const std::string_view> keywords() { return python_keywords; }

std::vector<std::string> exception_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < exception_kinds; ++i) {
    names.emplace_back(exception_name(static_cast<ExceptionKind>(i)));
  }
  return names;
}

std::string identifier_fault(std::string_view text) {
  const bool well_formed =
      !text.empty() && is_letter(text[0]) &&
      std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
  if (!well_formed) {
    return fmt::format("expected a name (letters, digits and _), found {}", in_quotes(text));
  }
  if (std::find(python_keywords.begin(), python_keywords.end(), text) != python_keywords.end()) {
    return fmt::format("expected a name, found the keyword {}", in_quotes(text));
  }
  if (text.size() > name_letters_max) {
    return fmt::format("a name has at most {} letters, {} has {}", name_letters_max,
                       in_quotes(text), text.size());
  }
  return "";
}

std::string thread_name_fault(std::string_view text) {
  if (text.empty()) return "a thread needs a name";
  const std::size_t letters = count_code_points(text);
  if (letters > name_letters_max) {
    return fmt::format("a thread's name has at most {} letters, {} has {}", name_letters_max,
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
