#include "language/body_compiler.h"

#include <fmt/format.h>

#include <span>

#include "language/constant.h"
#include "language/pointer.h"
#include "language/statement_text.h"

namespace lockstep {

SiteId Module::add_site(const Place& place, std::string text) {
  Site site;
  site.line = place.line;
  site.column = place.column;
  site.pointer = place.pointer;
  site.text = std::move(text);
  program.sites.push_back(std::move(site));
  return {static_cast<std::uint32_t>(program.sites.size() - 1)};
}

SiteId Module::site_of(const Statement& statement) {
  const auto [known, is_new] = known_sites_.try_emplace(&statement);
  if (is_new) {
    known->second = add_site(statement.place, statement_text(statement));
    Site& site = program.sites.back();
    site.label = statement.label;
    site.note = statement.note;
    site.at = statement.at;
  }
  return known->second;
}

SiteId Module::site_of(const ExceptHandler& handler) {
  const auto [known, is_new] = known_sites_.try_emplace(&handler);
  if (is_new) {
    std::string text = "except";
    for (const ExceptionKind type : handler.types) {
      text += (text == "except" ? " " : ", ") + exception_key(type);
    }
    if (!handler.name.empty()) text += " as " + handler.name;
    known->second = add_site(handler.place, shortened(std::move(text)));
  }
  return known->second;
}

const ScenarioClass* Module::class_named(std::string_view name) const {
  for (const ScenarioClass& its : scenario.classes) {
    if (its.name == name) return &its;
  }
  return nullptr;
}

std::optional<GlobalId> Module::attribute_named(std::string_view name) const {
  for (std::uint32_t i = 0; i < program.globals.size(); ++i) {
    if (program.globals[i].attribute == name) return GlobalId{i};
  }
  return std::nullopt;
}

FunctionId Module::run_of(const ScenarioClass* its) const {
  if (its != nullptr) {
    const Meaning run = names.find(its->name + ".run");
    if (run.kind == Meaning::Kind::function) return {run.index};
  }
  return empty_run;
}

std::optional<std::string> wrong_arguments(const ScenarioFunction& function, std::size_t given) {
  // Nobody writes the self of a method.
  const std::size_t unwritten = function.owner.empty() ? 0 : 1;
  const std::size_t taken = function.parameters.size() - unwritten;
  given -= unwritten;
  if (taken == given) return std::nullopt;
  if (taken == 0) {
    return fmt::format("{} takes no arguments, found {}", in_quotes(function.name), given);
  }
  return fmt::format("{} takes {} argument{} ({}), found {}", in_quotes(function.name), taken,
                     taken == 1 ? "" : "s",
                     fmt::join(std::span(function.parameters).subspan(unwritten), ", "), given);
}

BodyCompiler::BodyCompiler(Module& module, BodyKind kind,
                           const std::vector<std::string>& parameters)
    : module_(module),
      scope_(module.names, kind, parameters),
      parameters_(static_cast<std::uint32_t>(parameters.size())),
      code_(module.program, module.pool) {}

Function BodyCompiler::body(std::string name, const Place& place, const Block& block) {
  scope_.declare(block, module_.complaints, module_.program, module_.current_class != nullptr);
  const bool is_function = scope_.kind() == BodyKind::function;
  code_.set_site(module_.add_site(place, shortened(is_function ? "def " + name : name)));
  for (const Statement& inner : block) statement(inner);
  // The end of a function belongs to its last statement, as in CPython.
  const bool ends = !block.empty() && (block.back().kind == StatementKind::return_ ||
                                       block.back().kind == StatementKind::raise);
  if (!ends) {
    code_.constant(none_constant());
    code_.emit(Opcode::return_value);
  }
  return code_.finish(std::move(name), parameters_, scope_.locals());
}

Function BodyCompiler::condition(std::string name, const ScenarioCondition& condition) {
  code_.set_site(module_.add_site(condition.place, shortened(condition.expression.source)));
  operand(condition.expression);
  code_.emit(Opcode::return_value);
  return code_.finish(std::move(name), parameters_, scope_.locals());
}

}  // namespace lockstep
