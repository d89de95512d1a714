// The value of an expression in which nothing depends on a run: constants, params, operators,
// pure functions and methods. Counts, initial values and arguments of threads are such.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "language/constant.h"
#include "language/expression.h"

namespace lockstep {

// One of kind `unset` has been complained of already: folding what uses it fails with an empty
// message.
using NamedConstants = std::map<std::string, Constant, std::less<>>;

struct Folded {
  std::optional<Constant> constant;  // absent: `message` says why
  bool raised = false;               // Python would raise an exception; else it is no constant
  std::size_t offset = 0;            // in the expression's text
  std::string message;
};
Folded fold(const Expression& expression, const NamedConstants& names);

}  // namespace lockstep
