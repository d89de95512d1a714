// The code of a scenario, body by body, for whoever reads all of it.
// Tested by tests/remedy/nests_test.cpp.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "language/scenario.h"

namespace lockstep {

struct Body {
  std::string name;  // of the function or thread; "main"
  const Block* block;
  std::set<std::string, std::less<>> locals;  // they hide what the scenario declares
  bool is_function;
};
// Functions, then main, then the threads' own bodies.
std::vector<Body> bodies_of(const Scenario& scenario);

// Every statement at any depth, in the order of the text.
void for_each_statement(const Block& block, const std::function<void(const Statement&)>& visit);
// Every expression of one statement but for those of its blocks, subexpressions first.
void for_each_expression(const Statement& statement,
                         const std::function<void(const Expression&)>& visit);
void for_each_subexpression(const Expression& expression,
                            const std::function<void(const Expression&)>& visit);
// The names that the statement assigns to, those in its blocks left out.
std::vector<std::string> assigned_names(const Statement& statement);

}  // namespace lockstep
