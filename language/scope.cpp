#include "language/scope.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "engine/value/builtins.h"
#include "language/names.h"
#include "language/pointer.h"

namespace lockstep {
namespace {

// Operations that expressions call like functions.
constexpr Operation called_operations[] = {
    Operation::current_thread, Operation::main_thread,       Operation::active_count,
    Operation::get_ident,      Operation::enumerate_threads, Operation::getpid,
    Operation::getppid,        Operation::current_process,   Operation::time,
};

bool binds(StatementKind kind, const FieldRow& field) {
  // What append and pop change must be there already.
  const bool changes = (kind == StatementKind::append && field.key == "append") ||
                       (kind == StatementKind::pop && field.key == "pop");
  return field.kind == FieldKind::target && !changes;
}

// Walks a body in the order of its text.
class Declarations {
 public:
  Declarations(const std::vector<std::string>& parameters, const ModuleNames& module,
               Complaints& complaints)
      : parameters_(parameters), module_(module), complaints_(complaints) {}

  void block(const Block& block) {
    for (const Statement& statement : block) this->statement(statement);
  }

  struct Assigned {
    std::string name;
    Place place;
    const Operand* operand;  // which the name is; null if it is no operand
  };
  std::vector<Assigned> assigned;  // each name once, by first assignment
  std::set<std::string> global;    // declared so

 private:
  void statement(const Statement& statement) {
    const std::span<const FieldRow> rows = row(statement.kind).fields;
    if (statement.kind == StatementKind::global) {
      for (const std::string& name : std::get<std::vector<std::string>>(statement.fields[0])) {
        declare_global(statement, name);
      }
      return;
    }
    for (std::size_t i = 0; i < statement.fields.size(); ++i) {
      field(statement, rows[i], statement.fields[i]);
    }
  }

  void field(const Statement& statement, const FieldRow& row, const Field& field) {
    if (const auto* operand = std::get_if<Operand>(&field)) {
      if (binds(statement.kind, row) && operand->expression->kind == Expression::Kind::name) {
        assign(operand->expression->text, operand->place, operand);
      } else {
        use(*operand->expression);
      }
    } else if (const auto* operands = std::get_if<std::vector<Operand>>(&field)) {
      for (const Operand& one : *operands) use(*one.expression);
    } else if (const auto* body = std::get_if<Block>(&field)) {
      block(*body);
    } else if (const auto* names = std::get_if<std::vector<std::string>>(&field)) {
      const Place& place = statement.place;
      const Place below{place.line, place.column, place.pointer + "/" + std::string(row.key)};
      for (const std::string& name : *names) assign(name, below);
    } else if (const auto* function = std::get_if<std::string>(&field)) {
      used_.insert(*function);
    } else if (const auto* handlers = std::get_if<std::vector<ExceptHandler>>(&field)) {
      for (const ExceptHandler& handler : *handlers) {
        const Place& place = handler.place;
        if (!handler.name.empty()) {
          assign(handler.name, {place.line, place.column, place.pointer + "/as"});
        }
        block(handler.body);
      }
    }
  }

  void assign(const std::string& name, const Place& place, const Operand* operand = nullptr) {
    used_.insert(name);
    if (known_.insert(name).second) assigned.push_back({name, place, operand});
  }
  void use(const Expression& expression) {
    if (expression.kind == Expression::Kind::name || expression.kind == Expression::Kind::call) {
      used_.insert(expression.text);
    }
    for (const ExpressionPtr& operand : expression.operands) {
      if (operand) use(*operand);
    }
  }

  void declare_global(const Statement& statement, const std::string& name) {
    const auto complain = [&](std::string message) {
      complaints_.at(statement.place, "/global", std::move(message));
    };
    if (module_.find(name).kind != Meaning::Kind::variable) {
      complain(fmt::format("unknown variable {}{}", in_quotes(name),
                           did_you_mean(name, module_.of_kind(Meaning::Kind::variable))));
    } else if (std::ranges::find(parameters_, name) != parameters_.end()) {
      complain(fmt::format("{} is a parameter and cannot be global", in_quotes(name)));
    } else if (used_.contains(name)) {
      complain(fmt::format("{} is used before it is declared global", in_quotes(name)));
    }
    global.insert(name);
  }

  const std::vector<std::string>& parameters_;
  const ModuleNames& module_;
  Complaints& complaints_;
  std::set<std::string> used_;
  std::set<std::string> known_;  // the names in `assigned`
};

}  // namespace

std::optional<Meaning> ModuleNames::add(const std::string& name, Meaning meaning) {
  const auto [found, is_new] = meanings_.try_emplace(name, meaning);
  if (is_new) return std::nullopt;
  if (meaning.kind == Meaning::Kind::thread) return std::nullopt;
  if (found->second.kind == Meaning::Kind::thread) {
    found->second = meaning;
    return std::nullopt;
  }
  return found->second;
}

Meaning ModuleNames::find(std::string_view name) const {
  using enum Meaning::Kind;
  if (const auto found = meanings_.find(name); found != meanings_.end()) return found->second;
  if (const std::optional<Builtin> pure = builtin_named(name)) {
    return {builtin, static_cast<std::uint32_t>(*pure), 0};
  }
  for (const Operation called : called_operations) {
    if (row(called).name == name) return {operation, static_cast<std::uint32_t>(called), 0};
  }
  if (const std::optional<ExceptionKind> kind = exception_named(name)) {
    return {exception, static_cast<std::uint32_t>(*kind), 0};
  }
  return {};
}

std::vector<std::string> ModuleNames::candidates() const {
  std::vector<std::string> names;
  for (const auto& [name, meaning] : meanings_) {
    if (names.size() == candidates_max) break;
    names.push_back(name);
  }
  for (const BuiltinRow& builtin : builtin_rows()) names.emplace_back(builtin.name);
  for (const Operation called : called_operations) names.emplace_back(row(called).name);
  for (std::string& name : exception_names()) names.push_back(std::move(name));
  for (const char* name : {"True", "False", "None"}) names.emplace_back(name);
  return names;
}

std::vector<std::string> ModuleNames::of_kind(Meaning::Kind kind) const {
  std::vector<std::string> names;
  for (const auto& [name, meaning] : meanings_) {
    if (meaning.kind == kind) names.push_back(name);
  }
  return names;
}

Scope::Scope(const ModuleNames& module, BodyKind kind, const std::vector<std::string>& parameters)
    : module_(module), kind_(kind) {
  for (const std::string& name : parameters) add(name);
}

std::uint32_t Scope::add(const std::string& name) {
  const auto [slot, is_new] = slots_.try_emplace(name, static_cast<std::uint32_t>(locals_.size()));
  if (is_new) locals_.push_back(name);
  return slot->second;
}

void Scope::declare(const Block& body, Complaints& complaints, const Program& program,
                    bool is_method) {
  Declarations declarations(locals_, module_, complaints);
  declarations.block(body);
  for (const auto& [name, place, operand] : declarations.assigned) {
    if (declarations.global.contains(name)) continue;
    if (is_method && name == "self") complaints.at(place, "self cannot be assigned to");
    const Meaning outside = module_.find(name);
    if (kind_ == BodyKind::module && outside.kind == Meaning::Kind::variable) continue;
    // In a function it would be a local that hides the other, as in Python. Here it would be the
    // other itself that changes, which no other body of the scenario could take into account.
    const bool is_fixed =
        outside.kind == Meaning::Kind::object || outside.kind == Meaning::Kind::array ||
        outside.kind == Meaning::Kind::thread || outside.kind == Meaning::Kind::function ||
        outside.kind == Meaning::Kind::parameter;
    if (kind_ == BodyKind::module && is_fixed) {
      std::string message = described(outside, name, program) + " cannot be assigned to";
      if (operand != nullptr) {
        complaints.inside(*operand, operand->expression->begin, std::move(message));
      } else {
        complaints.at(place, "", std::move(message));
      }
    }
    add(name);
  }
}

Meaning Scope::find(std::string_view name) const {
  const auto local = slots_.find(name);
  if (local == slots_.end()) return module_.find(name);
  return {Meaning::Kind::local, local->second, 0};
}

std::vector<std::string> Scope::candidates() const {
  std::vector<std::string> names;
  for (const std::string& name : locals_) {
    if (!name.starts_with('.')) names.push_back(name);
  }
  for (std::string& name : module_.candidates()) names.push_back(std::move(name));
  return names;
}

std::string described(const Meaning& meaning, std::string_view name, const Program& program) {
  std::string quoted = in_quotes(name);
  switch (meaning.kind) {
    case Meaning::Kind::unknown:
      return quoted;
    case Meaning::Kind::local:
    case Meaning::Kind::variable:
      return "the variable " + quoted;
    case Meaning::Kind::object:
      return fmt::format("the {} {}", row(program.objects[meaning.index].kind).type, quoted);
    case Meaning::Kind::array:
      return "the array " + quoted;
    case Meaning::Kind::thread:
      return "the thread " + quoted;
    case Meaning::Kind::function:
      return "the function " + quoted;
    case Meaning::Kind::parameter:
      return "the parameter " + quoted;
    case Meaning::Kind::builtin:
    case Meaning::Kind::operation:
      return "the function " + quoted + " of Python";
    case Meaning::Kind::exception:
      return "the exception class " + quoted;
  }
  return quoted;
}

}  // namespace lockstep
