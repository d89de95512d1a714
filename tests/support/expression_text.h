// An expression with all its parentheses, so that a test can see how it was understood.
#pragma once
#include <string>

#include "language/expression.h"

namespace lockstep {

// "1 + 2 * x[0]" is "(1 + (2 * x[0]))"; f'{n!r:>3}!' is f({n!r:'>3'}, '!').
std::string to_text(const Expression& expression);

}  // namespace lockstep
