#include "exporter/python_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "engine/assert.h"
#include "engine/value/exceptions.h"
#include "exporter/python_expression.h"
#include "language/names.h"

namespace lockstep {
namespace {

// Functions of our expressions that Python has under another name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> functions{
    {{"current_thread", "threading.current_thread"},
     {"main_thread", "threading.main_thread"},
     {"active_count", "threading.active_count"},
     {"get_ident", "threading.get_ident"},
     {"enumerate_threads", "threading.enumerate"},
     {"getpid", "os.getpid"},
     {"getppid", "os.getppid"},
     {"current_process", "multiprocessing.current_process"},
     {"time", "time.monotonic"},
     {"as_completed", "concurrent.futures.as_completed"}}};

// "ValueError", "queue.Empty".
std::string python_exception(ExceptionKind kind) {
  std::string name(exception_full_name(kind));
  if (name.starts_with('_')) name.erase(0, 1);
  // Modules with an underscore are not for users.
  if (const std::size_t inner = name.find("._base."); inner != std::string::npos) {
    name.erase(inner, std::string_view("._base").size());
  }
  return name;
}

// One body of statements.
class BodyWriter {
 public:
  BodyWriter(PythonLines& lines, PythonNames& names, const std::vector<std::string>& locals,
             bool forced)
      : lines_(lines),
        names_(names),
        locals_(locals.begin(), locals.end()),
        forced_(forced),
        rename_{[this](std::string_view name) { return renamed(name); },
                [this](std::string_view name) { return own(name); }} {}

  // `module`: a body that assigns to the shared variables without declaring them global.
  void body(const Block& block, std::size_t depth, bool module) {
    if (module && !forced_) {
      std::set<std::string> assigned;
      collect_assigned(block, assigned);
      if (!assigned.empty()) lines_.add(depth, fmt::format("global {}", fmt::join(assigned, ", ")));
    }
    this->block(block, depth);
  }

  std::string expression(const Operand& operand) const {
    return python_expression(*operand.expression, rename_);
  }

 private:
  // Something that is not the scenario's.
  std::string own(std::string_view text) const { return names_.own(text, locals_); }
  std::string renamed(std::string_view name) const {
    if (locals_.contains(name) || name.starts_with("self.")) return std::string(name);
    if (is_shared(name)) return (forced_ ? own("shared") + "." : "") + std::string(name);
    if (const auto thread = names_.threads.find(name); thread != names_.threads.end()) {
      return thread->second;
    }
    if (names_.module.contains(name)) return std::string(name);
    if (const std::optional<ExceptionKind> exception = exception_named(name)) {
      return own(python_exception(*exception));
    }
    const auto function = std::ranges::find(functions, name, [](const auto& f) { return f.first; });
    return own(function == functions.end() ? name : function->second);
  }
  bool is_shared(std::string_view name) const {
    return !locals_.contains(name) && names_.shared.contains(name);
  }

  // ---- the parts of a statement

  static const Field* field(const Statement& statement, std::string_view key) {
    const std::span<const FieldRow> rows = row(statement.kind).fields;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].key != key) continue;
      const Field& found = statement.fields[i];
      return std::holds_alternative<std::monostate>(found) ? nullptr : &found;
    }
    return nullptr;
  }
  template <class T>
  static const T* part(const Statement& statement, std::string_view key) {
    const Field* found = field(statement, key);
    return found == nullptr ? nullptr : std::get_if<T>(found);
  }
  std::string expression(const Statement& statement, std::string_view key) const {
    return expression(*part<Operand>(statement, key));
  }

  // What is written for {key} in StatementRow::python; nothing: it is absent.
  std::optional<std::string> written(const Statement& statement, std::string_view key,
                                     bool by_keyword) const {
    const Field* found = field(statement, key);
    if (found == nullptr) return std::nullopt;
    if (const auto* operand = std::get_if<Operand>(found)) return expression(*operand);
    if (const auto* name = std::get_if<std::string>(found)) return renamed(*name);
    const auto* operands = std::get_if<std::vector<Operand>>(found);
    LOCKSTEP_ASSERT(operands != nullptr, "a call has values and functions in its fields");
    std::string out;
    for (const Operand& operand : *operands) {
      out += (out.empty() ? "" : ", ") + expression(operand);
    }
    if (!by_keyword) return out;
    return "(" + out + (operands->size() == 1 ? ",)" : ")");
  }

  // Of the thread that the statement creates; null: it is none of a class.
  const std::string* class_of(const Statement& statement) const {
    if (statement.kind == StatementKind::thread) return part<std::string>(statement, "class");
    if (statement.kind != StatementKind::spawn) return nullptr;
    const auto* named = part<std::string>(statement, "spawn");
    return names_.classes.contains(*named) ? named : nullptr;
  }

  // The call that the statement is, by its row.
  std::string call(const Statement& statement) const {
    if (const std::string* its = class_of(statement)) {
      const std::string arguments = written(statement, "args", false).value_or("");
      return fmt::format("{}({})", renamed(*its), arguments);
    }
    const std::string_view pattern = row(statement.kind).python;
    const std::size_t open = pattern.find('(');
    std::string arguments;
    std::string_view rest = pattern.substr(open + 1, pattern.size() - open - 2);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(", "), rest.size());
      const std::optional<std::string> argument = filled(statement, rest.substr(0, end));
      if (argument) arguments += (arguments.empty() ? "" : ", ") + *argument;
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    return *filled(statement, pattern.substr(0, open)) + "(" + arguments + ")";
  }
  // "timeout={timeout}" with the field; nothing if that is absent.
  std::optional<std::string> filled(const Statement& statement, std::string_view piece) const {
    const std::size_t open = piece.find('{');
    if (open == std::string_view::npos) return own(piece);
    const std::size_t close = piece.find('}');
    const bool by_keyword = open > 0 && piece[open - 1] == '=';
    const auto value = written(statement, piece.substr(open + 1, close - open - 1), by_keyword);
    if (!value || (value->empty() && !by_keyword)) return std::nullopt;
    return std::string(piece.substr(0, open)) + *value + std::string(piece.substr(close + 1));
  }

  static void collect_assigned(const Expression& target, std::set<std::string>& names) {
    if (target.kind == Expression::Kind::name) names.insert(target.text);
  }
  void collect_assigned(const Block& block, std::set<std::string>& names) const {
    std::set<std::string> found;
    for (const Statement& statement : block) {
      const std::span<const FieldRow> rows = row(statement.kind).fields;
      for (std::size_t i = 0; i < statement.fields.size(); ++i) {
        const Field& field = statement.fields[i];
        if (const auto* operand = std::get_if<Operand>(&field)) {
          if (rows[i].kind == FieldKind::target) collect_assigned(*operand->expression, found);
        } else if (const auto* several = std::get_if<std::vector<std::string>>(&field)) {
          found.insert(several->begin(), several->end());
        } else if (const auto* body = std::get_if<Block>(&field)) {
          collect_assigned(*body, names);
        } else if (const auto* handlers = std::get_if<std::vector<ExceptHandler>>(&field)) {
          for (const ExceptHandler& handler : *handlers) {
            if (!handler.name.empty()) found.insert(handler.name);
            collect_assigned(handler.body, names);
          }
        }
      }
    }
    for (const std::string& name : found) {
      if (is_shared(name)) names.insert(name);
    }
  }

  // ---- assignments

  // In a forced program a container that is changed in place takes one turn, after its operands.
  // Nothing: it is no shared one.
  std::optional<std::string> changed_container(const Expression& target, std::size_t depth) {
    if (!forced_) return std::nullopt;
    const Expression* root = &target;
    std::vector<const Expression*> subscripts;  // innermost first
    while (root->kind == Expression::Kind::subscript) {
      subscripts.push_back(root->operands[1].get());
      root = root->operands[0].get();
    }
    const bool is_attribute =
        root->kind == Expression::Kind::attribute && names_.attributes.contains(root->text);
    if (!is_attribute && (root->kind != Expression::Kind::name || !is_shared(root->text))) {
      return std::nullopt;
    }
    std::string out = fmt::format("{}({})", own("change"), python_string(root->text));
    if (is_attribute) {
      const Expression& owner = *root->operands[0];
      out = fmt::format("{}({}, {})", own("change_attribute"),
                        kept(python_expression(owner, rename_), owner, depth),
                        python_string(root->text));
    }
    for (auto subscript = subscripts.rbegin(); subscript != subscripts.rend(); ++subscript) {
      out += "[" + kept(python_expression(**subscript, rename_), **subscript, depth) + "]";
    }
    return out;
  }
  // The value in a local of its own, so that it is evaluated here.
  std::string kept(const std::string& value, const Expression& expression, std::size_t depth) {
    if (expression.kind == Expression::Kind::constant) return value;
    std::string name = names_.fresh(fmt::format("_{}", ++kept_));
    lines_.add(depth, name + " = " + value);
    return name;
  }

  void assign(const Operand& target, const std::string& value, std::size_t depth) {
    if (target.expression->kind == Expression::Kind::subscript && forced_) {
      const std::string name = names_.fresh("_value");
      lines_.add(depth, name + " = " + value);
      if (const auto container = changed_container(*target.expression, depth)) {
        return lines_.add(depth, *container + " = " + name);
      }
      return lines_.add(depth, expression(target) + " = " + name);
    }
    lines_.add(depth, expression(target) + " = " + value);
  }
  void give(const Statement& statement, std::string_view key, const std::string& value,
            std::size_t depth) {
    if (const Operand* into = part<Operand>(statement, key)) return assign(*into, value, depth);
    lines_.add(depth, value);
  }

  void append(const Statement& statement, std::size_t depth) {
    const Operand& target = *part<Operand>(statement, "append");
    const Operand& item = *part<Operand>(statement, "item");
    if (const auto container = changed_container(*target.expression, depth)) {
      const std::string value = kept(expression(item), *item.expression, depth);
      return lines_.add(depth, fmt::format("{}.append({})", *container, value));
    }
    lines_.add(depth, fmt::format("{}.append({})", expression(target), expression(item)));
  }
  void pop(const Statement& statement, std::size_t depth) {
    const Operand& target = *part<Operand>(statement, "pop");
    const Operand* index = part<Operand>(statement, "index");
    std::string given = index == nullptr ? "" : expression(*index);
    std::string list = expression(target);
    if (const auto container = changed_container(*target.expression, depth)) {
      if (index != nullptr) given = kept(given, *index->expression, depth);
      list = *container;
    }
    give(statement, "into", fmt::format("{}.pop({})", list, given), depth);
  }

  // ---- statements

  void block(const Block& block, std::size_t depth) {
    for (const Statement& statement : block) {
      if (!statement.note.empty()) comment(statement.note, depth);
      if (!statement.at.empty()) comment(statement.at, depth);
      this->statement(statement, depth);
    }
    const bool has_code = std::ranges::any_of(block, [&](const Statement& statement) {
      return statement.kind != StatementKind::global || !forced_;
    });
    if (!has_code) lines_.add(depth, "pass");
  }
  void comment(std::string_view text, std::size_t depth) {
    std::string line = "# ";
    for (const char c : text) line += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    lines_.add(depth, line);
  }
  void headed(std::string_view head, const Block& body, std::size_t depth) {
    lines_.add(depth, std::string(head) + ":");
    block(body, depth + 1);
  }

  void statement(const Statement& statement, std::size_t depth) {
    switch (statement.kind) {
      case StatementKind::set:
        return assign(*part<Operand>(statement, "set"), expression(statement, "to"), depth);
      case StatementKind::append:
        return append(statement, depth);
      case StatementKind::pop:
        return pop(statement, depth);
      case StatementKind::assert_: {
        std::string line = "assert " + expression(statement, "assert");
        if (const Operand* text = part<Operand>(statement, "message")) {
          line += ", " + expression(*text);
        }
        return lines_.add(depth, line);
      }
      case StatementKind::choose:
        return assign(
            *part<Operand>(statement, "choose"),
            (forced_ ? own("choose") + "(" : own("random") + ".choice(" + own("list") + "(") +
                expression(statement, "from") + (forced_ ? ")" : "))"),
            depth);
      case StatementKind::atomic: {
        const Block& body = *part<Block>(statement, "atomic");
        if (!forced_) return headed("with " + own("atomic"), body, depth);
        return headed("if True", body, depth);
      }
      case StatementKind::await:
        if (!forced_) {
          lines_.add(depth, fmt::format("while not ({}):", expression(statement, "await")));
          return lines_.add(depth + 1, own("time") + ".sleep(0)");
        }
        lines_.add(depth, own("take_turn") + "(\"await\")");
        return lines_.add(depth, fmt::format("while not ({}): {}(\"await\")",
                                             expression(statement, "await"), own("take_turn")));
      case StatementKind::if_: {
        headed("if " + expression(statement, "if"), *part<Block>(statement, "then"), depth);
        if (const Block* other = part<Block>(statement, "else")) headed("else", *other, depth);
        return;
      }
      case StatementKind::while_:
        return headed("while " + expression(statement, "while"), *part<Block>(statement, "do"),
                      depth);
      case StatementKind::for_: {
        std::string targets;
        for (const std::string& name : *part<std::vector<std::string>>(statement, "for")) {
          targets += (targets.empty() ? "" : ", ") + renamed(name);
        }
        return headed(fmt::format("for {} in {}", targets, expression(statement, "in")),
                      *part<Block>(statement, "do"), depth);
      }
      case StatementKind::break_:
        return lines_.add(depth, "break");
      case StatementKind::continue_:
        return lines_.add(depth, "continue");
      case StatementKind::pass:
        return lines_.add(depth, "pass");
      case StatementKind::return_:
        return lines_.add(depth, "return " + expression(statement, "return"));
      case StatementKind::raise: {
        const Operand* what = part<Operand>(statement, "raise");
        return lines_.add(depth, what == nullptr ? "raise" : "raise " + expression(*what));
      }
      case StatementKind::global:
        if (forced_) return;
        return lines_.add(
            depth,
            fmt::format("global {}",
                        fmt::join(*part<std::vector<std::string>>(statement, "global"), ", ")));
      case StatementKind::try_:
        return try_statement(statement, depth);
      case StatementKind::with: {
        std::string locks;
        for (const Operand& lock : *part<std::vector<Operand>>(statement, "with")) {
          locks += (locks.empty() ? "" : ", ") + expression(lock);
        }
        return headed("with " + locks, *part<Block>(statement, "do"), depth);
      }
      case StatementKind::spawn: {
        const Operand* as = part<Operand>(statement, "as");
        if (as == nullptr) return lines_.add(depth, call(statement) + ".start()");
        const std::string name = names_.fresh("_thread");
        lines_.add(depth, name + " = " + call(statement));
        assign(*as, name, depth);
        return lines_.add(depth, name + ".start()");
      }
      case StatementKind::map: {
        const Expression& receiver = *part<Operand>(statement, "map")->expression;
        const bool is_of_pool =
            receiver.kind == Expression::Kind::name && names_.pools.contains(receiver.text);
        const bool is_wanted = part<Operand>(statement, "into") != nullptr && !is_of_pool;
        return give(statement, "into",
                    is_wanted ? own("list") + "(" + call(statement) + ")" : call(statement), depth);
      }
      case StatementKind::wait_futures: {
        const std::string done = names_.fresh("_done");
        const std::string not_done = names_.fresh("_not_done");
        lines_.add(depth, done + ", " + not_done + " = " + call(statement));
        if (const Operand* target = part<Operand>(statement, "done")) assign(*target, done, depth);
        const Operand* target = part<Operand>(statement, "not_done");
        return target == nullptr ? void() : assign(*target, not_done, depth);
      }
      case StatementKind::pool:
        return lines_.add(
            depth, names_.pools.at(part<Operand>(statement, "pool")->expression->text) + "()");
      case StatementKind::thread:
      case StatementKind::timer:
      case StatementKind::process:
      case StatementKind::input:
        return give(statement, row(statement.kind).key, call(statement), depth);
      default:
        return give(statement, "into", call(statement), depth);
    }
  }

  void try_statement(const Statement& statement, std::size_t depth) {
    headed("try", *part<Block>(statement, "try"), depth);
    if (const auto* handlers = part<std::vector<ExceptHandler>>(statement, "except")) {
      for (const ExceptHandler& handler : *handlers) {
        std::string types;
        for (const ExceptionKind kind : handler.types) {
          types += types.empty() ? "" : ", ";
          types += own(python_exception(kind));
        }
        if (handler.types.size() > 1) types = fmt::format("({})", types);
        if (types.empty() && !handler.name.empty()) types = own("BaseException");
        std::string head = "except";
        if (!types.empty()) head += " " + types;
        if (!handler.name.empty()) head += " as " + renamed(handler.name);
        headed(head, handler.body, depth);
      }
    }
    if (const Block* block = part<Block>(statement, "else")) headed("else", *block, depth);
    if (const Block* block = part<Block>(statement, "finally")) headed("finally", *block, depth);
  }

  PythonLines& lines_;
  PythonNames& names_;
  PythonNames::Set locals_;
  bool forced_;
  Renamings rename_;
  std::size_t kept_ = 0;
};

}  // namespace

void write_python_body(PythonLines& lines, PythonNames& names, const PythonBody& body,
                       const Block& block, std::size_t depth) {
  BodyWriter(lines, names, body.locals, body.forced).body(block, depth, body.is_module);
}

}  // namespace lockstep
