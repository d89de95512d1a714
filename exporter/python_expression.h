// Expressions as Python source, with names replaced.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "language/expression.h"
#include "language/scenario.h"

namespace lockstep {

// How a name is called in the program that is written: "n" -> "shared.n".
using Renaming = std::function<std::string(std::string_view name)>;

// With the parentheses that its precedence needs, on one line. Python's parser makes the same tree
// of it as ours made of the original, names aside.
std::string python_expression(const Expression& expression, const Renaming& rename);

// Python's literal for a text: 'it''s' -> "it's".
std::string python_string(std::string_view text);

}  // namespace lockstep
