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
struct Renamings {
  Renaming scenario;  // a name of the expression
  Renaming own;       // one that Python's way to write it needs: "format"
};

// With the parentheses that its precedence needs, on one line. Python's parser makes the same tree
// of it as ours made of the original, names aside.
std::string python_expression(const Expression& expression, const Renamings& rename);

// Python's literal for a text: 'it''s' -> "it's".
std::string python_string(std::string_view text);

}  // namespace lockstep
