// Functions of the scenario that a statement calls, or hands on to be called, with arguments.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "language/body_compiler.h"
#include "language/constant.h"
#include "language/pointer.h"
#include "language/statement_text.h"

namespace lockstep {

std::optional<Meaning> BodyCompiler::callee(const Statement& statement, std::string_view key,
                                            std::size_t arguments) {
  const std::string& name = get_function(statement, key);
  const std::optional<Meaning> method =
      key == "call" && name.starts_with("self.") ? method_of_self(name.substr(5)) : std::nullopt;
  if (method) ++arguments;
  const Meaning meaning = method ? *method : scope_.find(name);
  const auto complain_here = [&](std::string message) {
    module_.complaints.at(statement.place, "/" + std::string(key), std::move(message));
  };
  switch (meaning.kind) {
    case Meaning::Kind::local:
    case Meaning::Kind::variable:
      return meaning;
    case Meaning::Kind::function:
      if (auto wrong = wrong_arguments(module_.scenario.functions[meaning.index], arguments)) {
        complain_here(std::move(*wrong));
        return std::nullopt;
      }
      return meaning;
    case Meaning::Kind::unknown:
      complain_here(fmt::format("there is no function {}{}", in_quotes(name),
                                instead_of_function(name, key)));
      return std::nullopt;
    default:
      complain_here(fmt::format("expected a function of the scenario, found {}",
                                described(meaning, name, module_.program)));
      return std::nullopt;
  }
}

std::string BodyCompiler::instead_of_function(const std::string& name, std::string_view key) const {
  if (module_.class_named(name) != nullptr) {
    return fmt::format("; of the class an object is made by {{\"thread\": \"t\", \"class\": {}}}",
                       in_quotes(name));
  }
  if (name.starts_with("self.") && key != "call") {
    return "; a method is called by {\"call\": \"self. ...\"}, and by nothing else";
  }
  return did_you_mean(name, module_.names.of_kind(Meaning::Kind::function));
}

std::optional<Meaning> BodyCompiler::method_of_self(std::string_view name) const {
  if (module_.current_class == nullptr) return std::nullopt;
  const Meaning found = module_.names.find(fmt::format("{}.{}", module_.current_class->name, name));
  if (found.kind != Meaning::Kind::function) return std::nullopt;
  return found;
}

// self = Class.__new__(...); super().__init__(); and what else its __init__ does.
void BodyCompiler::create_object(const Statement& statement, const ScenarioClass* its) {
  const bool is_class = its != nullptr;
  const std::vector<Operand>* arguments = find_operands(statement, "args");
  const std::size_t given = arguments == nullptr ? 0 : arguments->size();
  const auto complain_here = [&](std::string_view key, std::string message) {
    module_.complaints.at(statement.place, "/" + std::string(key), std::move(message));
  };
  for (const std::string_view key : {"kwargs", "name", "daemon"}) {
    if (find_operand(statement, key) == nullptr || (!is_class && key != "kwargs")) continue;
    complain_here(key, is_class
                           ? "a class takes \"args\" only: what else there is its __init__ sets"
                           : "a thread without \"target\" has no \"kwargs\"");
  }
  const Meaning init = is_class ? module_.names.find(its->name + ".__init__") : Meaning{};
  const bool has_init = init.kind == Meaning::Kind::function;
  if (has_init) {
    const ScenarioFunction& function = module_.scenario.functions[init.index];
    if (auto wrong = wrong_arguments(function, given + 1)) {
      const bool is_spawn = statement.kind == StatementKind::spawn;
      complain_here(given > 0 ? "args" : is_spawn ? "spawn" : "class", std::move(*wrong));
    }
  } else if (given > 0) {
    complain_here("args",
                  is_class ? fmt::format("{} has no __init__ that takes them", in_quotes(its->name))
                           : "a thread without \"target\" has no \"args\"");
  }
  std::vector<std::uint32_t> slots;
  for (std::size_t i = 0; i < given; ++i) {
    operand((*arguments)[i]);
    slots.push_back(scope_.hidden(fmt::format(".argument {}", i)));
    code_.emit(Opcode::store_local, slots.back());
  }
  code_.constant(function_constant(module_.run_of(its)));
  code_.constant(tuple_constant({}));
  operand_or_none(is_class ? nullptr : find_operand(statement, "name"));
  operand_or_none(is_class ? nullptr : find_operand(statement, "daemon"));
  code_.perform(Operation::thread_create, 4);
  if (!has_init) return;
  code_.emit(Opcode::duplicate);
  for (const std::uint32_t slot : slots) code_.emit(Opcode::load_local, slot);
  code_.emit(Opcode::call, init.index, static_cast<std::uint32_t>(given + 1));
  code_.emit(Opcode::pop);
}

// The arguments are evaluated as they are written, then put into the order of the parameters.
std::optional<std::vector<std::uint32_t>> BodyCompiler::named_arguments(
    const Statement& statement, std::string_view function_key) {
  const Operand& named = get_operand(statement, "kwargs");
  const auto complain_here = [&](std::string message) {
    module_.complaints.at(statement.place, "/kwargs", std::move(message));
    return std::nullopt;
  };
  const Meaning function = scope_.find(get_function(statement, function_key));
  if (function.kind != Meaning::Kind::function) {
    if (!callee(statement, function_key, 0)) return std::nullopt;  // it has complained
    return complain_here("only a function of the scenario, by its name, takes arguments by name");
  }
  const std::vector<std::string>& parameters =
      module_.scenario.functions[function.index].parameters;
  if (named.expression->kind != Expression::Kind::dict) {
    return complain_here("expected an object: the parameters' names and the arguments");
  }
  const std::vector<Operand>* arguments = find_operands(statement, "args");
  std::vector<std::uint32_t> slots;  // of the arguments, in the order in which they are written
  const auto keep = [&] {
    slots.push_back(scope_.hidden(fmt::format(".argument{}", slots.size())));
    code_.emit(Opcode::store_local, slots.back());
  };
  for (std::size_t i = 0; arguments != nullptr && i < arguments->size(); ++i) {
    operand((*arguments)[i]);
    keep();
  }
  std::vector<std::optional<std::uint32_t>> of_parameter(slots.begin(), slots.end());
  of_parameter.resize(std::max(of_parameter.size(), parameters.size()));
  const std::vector<ExpressionPtr>& items = named.expression->operands;  // keys and values
  const Operand* const outer = std::exchange(operand_, &named);
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    const std::optional<Constant> key = folded(*items[i]);
    const std::string name = key && key->kind == ValueKind::string ? key->text : "";
    const auto parameter = std::ranges::find(parameters, name);
    if (parameter == parameters.end()) {
      operand_ = outer;
      return complain_here(fmt::format("{} has no parameter {}{}",
                                       in_quotes(get_function(statement, function_key)),
                                       in_quotes(name), did_you_mean(name, parameters)));
    }
    std::optional<std::uint32_t>& slot =
        of_parameter[static_cast<std::size_t>(parameter - parameters.begin())];
    if (slot) {
      operand_ = outer;
      return complain_here(
          fmt::format("there is a value for the parameter {} already", in_quotes(name)));
    }
    expression(*items[i + 1]);
    keep();
    slot = slots.back();
  }
  operand_ = outer;
  std::vector<std::uint32_t> in_order;
  for (const std::optional<std::uint32_t>& slot : of_parameter) {
    if (slot) in_order.push_back(*slot);
  }
  return in_order;
}

void BodyCompiler::call_statement(const Statement& statement) {
  if (find_operand(statement, "kwargs") != nullptr) {
    const auto slots = named_arguments(statement, "call");
    const auto function = slots ? callee(statement, "call", slots->size()) : std::nullopt;
    if (function) {
      for (const std::uint32_t slot : *slots) code_.emit(Opcode::load_local, slot);
      code_.emit(Opcode::call, function->index, static_cast<std::uint32_t>(slots->size()));
    } else {
      code_.constant(none_constant());
    }
    return store_or_pop(find_operand(statement, "into"));
  }
  const std::vector<Operand>* arguments = find_operands(statement, "args");
  const std::size_t given = arguments == nullptr ? 0 : arguments->size();
  const std::optional<Meaning> function = callee(statement, "call", given);
  const bool is_value = function && function->kind != Meaning::Kind::function;
  const bool is_method = function && get_function(statement, "call").starts_with("self.");
  if (is_method) code_.emit(Opcode::load_local, 0);
  if (is_value) {
    code_.emit(function->kind == Meaning::Kind::local ? Opcode::load_local : Opcode::load_global,
               function->index);
  }
  for (std::size_t i = 0; i < given; ++i) operand((*arguments)[i]);
  if (is_value) {
    code_.emit(Opcode::call_value, 0, static_cast<std::uint32_t>(given));
  } else if (function) {
    code_.emit(Opcode::call, function->index,
               static_cast<std::uint32_t>(given + (is_method ? 1 : 0)));
  } else {
    code_.emit(Opcode::build_tuple, static_cast<std::uint32_t>(given));  // after a complaint
  }
  store_or_pop(find_operand(statement, "into"));
}

void BodyCompiler::function_value_of(const Statement& statement, std::string_view key,
                                     std::size_t arguments) {
  const std::optional<Meaning> function = callee(statement, key, arguments);
  if (function && function->kind == Meaning::Kind::local) {
    code_.emit(Opcode::load_local, function->index);
  } else if (function && function->kind == Meaning::Kind::variable) {
    code_.emit(Opcode::load_global, function->index);
  } else {
    code_.constant(function_constant({function ? function->index : 0}));
  }
}

void BodyCompiler::function_and_arguments(const Statement& statement,
                                          std::string_view function_key) {
  if (find_operand(statement, "kwargs") != nullptr) {
    const auto slots = named_arguments(statement, function_key);
    if (!slots) {
      code_.constant(none_constant());
      return code_.constant(none_constant());
    }
    function_value_of(statement, function_key, slots->size());
    for (const std::uint32_t slot : *slots) code_.emit(Opcode::load_local, slot);
    return code_.emit(Opcode::build_tuple, static_cast<std::uint32_t>(slots->size()));
  }
  const std::vector<Operand>* arguments = find_operands(statement, "args");
  const std::size_t given = arguments == nullptr ? 0 : arguments->size();
  function_value_of(statement, function_key, given);
  std::vector<Constant> constants;
  for (std::size_t i = 0; i < given; ++i) {
    operand_ = &(*arguments)[i];
    const std::optional<Constant> constant = folded(*operand_->expression);
    if (!constant) break;
    constants.push_back(*constant);
  }
  if (constants.size() == given) {
    code_.constant(tuple_constant(std::move(constants)));
  } else {
    for (const Operand& argument : *arguments) operand(argument);
    code_.emit(Opcode::build_tuple, static_cast<std::uint32_t>(given));
  }
}

}  // namespace lockstep
