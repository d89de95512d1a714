#include "remedy/bodies.h"

#include <algorithm>

namespace lockstep {
namespace {

// What append and pop change, and what an item or attribute is part of, was there before.
bool binds(StatementKind kind, std::string_view key) {
  return !(kind == StatementKind::append && key == "append") &&
         !(kind == StatementKind::pop && key == "pop");
}

Body body_of(std::string name, const Block& block, const std::vector<std::string>& parameters,
             bool is_function) {
  Body body{std::move(name), &block, {parameters.begin(), parameters.end()}, is_function};
  std::set<std::string, std::less<>> global;
  for_each_statement(block, [&](const Statement& statement) {
    if (statement.kind == StatementKind::global) {
      for (const std::string& variable : std::get<std::vector<std::string>>(statement.fields[0])) {
        global.insert(variable);
      }
    }
    for (std::string& assigned : assigned_names(statement)) body.locals.insert(std::move(assigned));
  });
  for (const std::string& variable : global) body.locals.erase(variable);
  return body;
}

}  // namespace

std::vector<Body> bodies_of(const Scenario& scenario) {
  std::vector<Body> bodies;
  for (const ScenarioFunction& function : scenario.functions) {
    bodies.push_back(body_of(function.name, function.body, function.parameters, true));
  }
  if (scenario.main) bodies.push_back(body_of("main", *scenario.main, {}, false));
  for (const ScenarioThread& thread : scenario.threads) {
    if (!thread.has_target) bodies.push_back(body_of(thread.name, thread.body, {}, false));
  }
  for (Body& body : bodies) {
    if (body.is_function) continue;
    // A body of the module assigns to the shared variables themselves.
    for (const ScenarioVariable& variable : scenario.variables) body.locals.erase(variable.name);
  }
  return bodies;
}

void for_each_statement(const Block& block, const std::function<void(const Statement&)>& visit) {
  for (const Statement& statement : block) {
    visit(statement);
    for (const Field& field : statement.fields) {
      if (const auto* inner = std::get_if<Block>(&field)) for_each_statement(*inner, visit);
      if (const auto* handlers = std::get_if<std::vector<ExceptHandler>>(&field)) {
        for (const ExceptHandler& handler : *handlers) for_each_statement(handler.body, visit);
      }
    }
  }
}

void for_each_subexpression(const Expression& expression,
                            const std::function<void(const Expression&)>& visit) {
  for (const ExpressionPtr& operand : expression.operands) {
    if (operand) for_each_subexpression(*operand, visit);
  }
  visit(expression);
}

void for_each_expression(const Statement& statement,
                         const std::function<void(const Expression&)>& visit) {
  const auto operand = [&](const Operand& one) {
    if (one.expression) for_each_subexpression(*one.expression, visit);
  };
  for (const Field& field : statement.fields) {
    if (const auto* one = std::get_if<Operand>(&field)) operand(*one);
    if (const auto* several = std::get_if<std::vector<Operand>>(&field)) {
      std::ranges::for_each(*several, operand);
    }
  }
}

std::vector<std::string> assigned_names(const Statement& statement) {
  std::vector<std::string> names;
  const std::span<const FieldRow> rows = row(statement.kind).fields;
  for (std::size_t i = 0; i < statement.fields.size(); ++i) {
    const Field& field = statement.fields[i];
    if (rows[i].kind == FieldKind::target && binds(statement.kind, rows[i].key)) {
      const auto* operand = std::get_if<Operand>(&field);
      if (operand != nullptr && operand->expression->kind == Expression::Kind::name) {
        names.push_back(operand->expression->text);
      }
    } else if (rows[i].kind == FieldKind::names && statement.kind != StatementKind::global) {
      const auto* several = std::get_if<std::vector<std::string>>(&field);
      if (several != nullptr) names.insert(names.end(), several->begin(), several->end());
    } else if (const auto* handlers = std::get_if<std::vector<ExceptHandler>>(&field)) {
      for (const ExceptHandler& handler : *handlers) {
        if (!handler.name.empty()) names.push_back(handler.name);
      }
    }
  }
  return names;
}

}  // namespace lockstep
