// Remedy while: a woken thread tests again what it waited for. Somebody else may have been there
// first, and a wait may end with a timeout.
//
//   if not ready: c.wait()  ->  while not ready: c.wait()
//                           ->  c.wait_for(lambda: ready)
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"

namespace lockstep {
namespace {

struct Spot {
  const Statement* statement;  // if
  std::string body;
};

bool waits_on_condition(const Scenario& scenario, const Body& body, const Statement& statement) {
  if (statement.kind != StatementKind::wait) return false;
  const Operand& operand = get_operand(statement, "wait");
  const ScenarioObject* object = object_named(scenario, body, operand);
  if (object != nullptr) return is_condition(*object->kind);
  return operand.expression->kind == Expression::Kind::name &&
         body.locals.contains(operand.expression->text);
}

// not (a), without brackets where none are needed
std::string negated(const Expression& condition, const std::string& source) {
  if (condition.kind == Expression::Kind::unary &&
      condition.unary_operator == UnaryOperator::logical_not) {
    const Expression& operand = *condition.operands[0];
    return source.substr(operand.begin, operand.end - operand.begin);
  }
  const bool is_simple =
      condition.kind == Expression::Kind::name || condition.kind == Expression::Kind::call ||
      condition.kind == Expression::Kind::method || condition.kind == Expression::Kind::subscript;
  return is_simple ? "not " + source : "not (" + source + ")";
}

}  // namespace

std::vector<Proposal> propose_while(const Scenario& scenario, const Program&, const Exploration&) {
  std::vector<Spot> places;
  bool all_single = true;  // nothing but the wait is in the branch
  for (const Body& body : bodies_of(scenario)) {
    for_each_statement(*body.block, [&](const Statement& statement) {
      if (statement.kind != StatementKind::if_ || find_block(statement, "else") != nullptr) return;
      const Block& then = get_block(statement, "then");
      const bool waits = std::ranges::any_of(
          then, [&](const Statement& inner) { return waits_on_condition(scenario, body, inner); });
      if (!waits || std::ranges::any_of(then, [](const Statement& s) { return jumps(s); })) return;
      const Statement& wait = then.front();
      all_single = all_single && then.size() == 1 && statement.label.empty() &&
                   wait.label.empty() && find_operand(wait, "timeout") == nullptr &&
                   find_operand(wait, "into") == nullptr;
      places.push_back({&statement, body.name});
    });
  }
  if (places.empty()) return {};
  std::vector<std::string> where;
  for (const Spot& place : places) {
    if (std::ranges::find(where, place.body) == where.end()) where.push_back(place.body);
  }

  std::vector<Proposal> proposals;
  Edit edit(scenario.text);
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    if (!rename_keys(edit, place->statement->place.pointer, {{"if", "while"}, {"then", "do"}})) {
      return {};
    }
  }
  proposals.push_back(
      proposal_of("while", "test again after each wait in " + in_words(where), edit));
  if (!all_single) return proposals;

  Edit other(scenario.text);
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    const Statement& statement = *place->statement;
    const std::string& pointer = statement.place.pointer;
    const Operand& condition = get_operand(statement, "if");
    const std::string cond = text_at(other, pointer + "/then/0/wait");
    const std::string value = "{\"wait_for\": " + cond + ", \"until\": " +
                              json_string(negated(*condition.expression, condition.source)) + "}";
    if (!other.replace(pointer, value)) return proposals;
  }
  proposals.push_back(
      proposal_of("while", "wait_for instead of `if` and wait in " + in_words(where), other));
  return proposals;
}

}  // namespace lockstep
