#include "exporter/python_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "engine/assert.h"
#include "engine/value/exceptions.h"
#include "exporter/python_expression.h"
#include "exporter/shim.h"
#include "language/constant.h"
#include "language/keys.h"
#include "language/names.h"

namespace lockstep {
namespace {

constexpr std::size_t line_width = 90;

// Functions of our expressions that Python has under another name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> functions{
    {{"current_thread", "threading.current_thread"},
     {"main_thread", "threading.main_thread"},
     {"active_count", "threading.active_count"},
     {"get_ident", "threading.get_ident"},
     {"enumerate_threads", "threading.enumerate"},
     {"getpid", "os.getpid"},
     {"time", "time.monotonic"}}};

// What the scenario shares, for all bodies.
struct Names {
  std::set<std::string, std::less<>> taken;                 // by the scenario
  std::set<std::string, std::less<>> shared;                // variables
  std::map<std::string, std::string, std::less<>> threads;  // as Python names them

  // A name that the scenario has not got.
  std::string fresh(std::string name) const {
    while (taken.contains(name)) name.insert(0, 1, '_');
    return name;
  }
};

// "ValueError", "queue.Empty".
std::string python_exception(ExceptionKind kind) {
  const std::string_view name = exception_full_name(kind);
  return std::string(name.substr(name.starts_with('_') ? 1 : 0));
}

class Lines {
 public:
  void add(std::size_t depth, std::string_view text) {
    text_.append(depth * 4, ' ').append(text).append("\n");
  }
  void gap(std::size_t count = 1) { text_.append(count, '\n'); }
  bool mentions(std::string_view word) const { return text_.find(word) != std::string::npos; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// One body of statements.
class BodyWriter {
 public:
  BodyWriter(Lines& lines, const Names& names, const std::vector<std::string>& locals, bool forced)
      : lines_(lines),
        names_(names),
        locals_(locals.begin(), locals.end()),
        forced_(forced),
        rename_([this](std::string_view name) { return renamed(name); }) {}

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
  std::string renamed(std::string_view name) const {
    if (locals_.contains(name)) return std::string(name);
    if (names_.shared.contains(name)) return (forced_ ? "shared." : "") + std::string(name);
    if (const auto thread = names_.threads.find(name); thread != names_.threads.end()) {
      return thread->second;
    }
    if (names_.taken.contains(name)) return std::string(name);
    if (const std::optional<ExceptionKind> exception = exception_named(name)) {
      return python_exception(*exception);
    }
    const auto function = std::ranges::find(functions, name, [](const auto& f) { return f.first; });
    return std::string(function == functions.end() ? name : function->second);
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

  // The call that the statement is, by its row.
  std::string call(const Statement& statement) const {
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
    if (open == std::string_view::npos) return std::string(piece);
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
    if (root->kind != Expression::Kind::name || !is_shared(root->text)) return std::nullopt;
    std::string out = fmt::format("change({})", python_string(root->text));
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
        return assign(*part<Operand>(statement, "choose"),
                      (forced_ ? "choose(" : "random.choice(list(") +
                          expression(statement, "from") + (forced_ ? ")" : "))"),
                      depth);
      case StatementKind::atomic: {
        const Block& body = *part<Block>(statement, "atomic");
        if (!forced_) return headed("with atomic", body, depth);
        return headed("if True", body, depth);
      }
      case StatementKind::await:
        if (!forced_) {
          lines_.add(depth, fmt::format("while not ({}):", expression(statement, "await")));
          return lines_.add(depth + 1, "time.sleep(0)");
        }
        lines_.add(depth, "take_turn(\"await\")");
        return lines_.add(depth, fmt::format("while not ({}): take_turn(\"await\")",
                                             expression(statement, "await")));
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
      case StatementKind::thread:
      case StatementKind::timer:
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
          types += python_exception(kind);
        }
        if (handler.types.size() > 1) types = "(" + types + ")";
        if (types.empty() && !handler.name.empty()) types = "BaseException";
        std::string head = "except";
        if (!types.empty()) head += " " + types;
        if (!handler.name.empty()) head += " as " + renamed(handler.name);
        headed(head, handler.body, depth);
      }
    }
    if (const Block* block = part<Block>(statement, "else")) headed("else", *block, depth);
    if (const Block* block = part<Block>(statement, "finally")) headed("finally", *block, depth);
  }

  Lines& lines_;
  const Names& names_;
  std::set<std::string, std::less<>> locals_;
  bool forced_;
  Renaming rename_;
  std::size_t kept_ = 0;
};

class ProgramWriter {
 public:
  ProgramWriter(const Scenario& scenario, const Program& program, const Turns* turns)
      : scenario_(scenario), program_(program), turns_(turns) {
    name_everything();
  }

  std::string text() {
    input();
    objects();
    variables();
    functions_of_scenario();
    threads();
    main();
    return heading() + imports() + shim() + code_.text();
  }

 private:
  void name_everything() {
    std::set<std::string, std::less<>>& taken = names_.taken;
    for (const auto& [name, value] : scenario_.parameters) taken.insert(name);
    for (const ScenarioObject& object : scenario_.objects) taken.insert(object.name);
    for (const ScenarioFunction& function : scenario_.functions) taken.insert(function.name);
    for (const Global& global : program_.globals) {
      taken.insert(global.name);
      names_.shared.insert(global.name);
    }
    for (const Function& function : program_.functions) {
      taken.insert(function.locals.begin(), function.locals.end());
    }
    std::size_t number = 0;
    for (const ScenarioThread& thread : scenario_.threads) {
      ++number;
      const bool is_name = identifier_fault(thread.name).empty();
      if (is_name && !taken.contains(thread.name)) {
        names_.threads[thread.name] = thread.name;
      } else {
        names_.threads[thread.name] = names_.fresh(fmt::format("thread_{}", number));
      }
      taken.insert(names_.threads[thread.name]);
    }
  }

  bool forced() const { return turns_ != nullptr; }

  std::string heading() const {
    std::string text = scenario_.name.empty() ? "A scenario" : scenario_.name;
    if (!scenario_.description.empty()) text += "\n\n" + scenario_.description;
    std::string quoted;
    for (const char c : text) {
      if (c == '\\' || c == '"') quoted += '\\';
      quoted += c;
    }
    return fmt::format(
        "\"\"\"{}\n\nExported by lockstep {}.\n\"\"\"\n", quoted,
        forced() ? "with an interleaving that it repeats" : "as a program of its own");
  }

  std::string imports() const {
    std::string out;
    for (const std::string_view module : {"os", "queue", "random", "threading", "time"}) {
      const bool is_in_shim = module == "queue" || module == "threading" || module == "time";
      if ((!forced() || !is_in_shim) && code_.mentions(fmt::format("{}.", module)))
        out += fmt::format("import {}\n", module);
    }
    if (!forced() && code_.mentions("compute(")) {
      out +=
          "\n\ndef compute(seconds):\n"
          "    end = time.thread_time() + seconds\n"
          "    while time.thread_time() < end:\n"
          "        pass\n";
      if (out.find("import time\n") == std::string::npos) out.insert(0, "import time\n");
    }
    if (!forced() && code_.mentions("with atomic:")) {
      out += "\natomic = threading.RLock()  # what is inside it is not interrupted by its like\n";
      if (out.find("import threading\n") == std::string::npos) out.insert(0, "import threading\n");
    }
    return out + "\n";
  }

  std::string shim() const {
    if (!forced()) return {};
    std::string out = shim_source();
    out += "\n\nrepeat([\n";
    for (const std::string& line : turn_lines(turns_->turns, line_width)) {
      out += fmt::format("    \"{}\",\n", line);
    }
    return out + (turns_->end_process ? "], end_process=True)\n\n" : "])\n\n");
  }

  // What input() returns, instead of what somebody types.
  void input() {
    if (scenario_.input.empty()) return;
    std::string lines;
    for (const std::string& line : scenario_.input) {
      lines += (lines.empty() ? "" : ", ") + python_string(line);
    }
    if (forced()) return code_.add(0, fmt::format("_lines.extend([{}])", lines));
    const std::string name = names_.fresh("lines");
    code_.add(0, fmt::format("{} = [{}]", name, lines));
    code_.gap(2);
    code_.add(0, "def input(prompt=\"\"):");
    code_.add(1, "print(prompt, end=\"\")");
    code_.add(1, fmt::format("if not {}:", name));
    code_.add(2, "raise EOFError(\"EOF when reading a line\")");
    code_.add(1, fmt::format("return {}.pop(0)", name));
    code_.gap(2);
  }

  void objects() {
    for (const auto& [name, value] : scenario_.parameters) {
      code_.add(0, fmt::format("{} = {}", name, literal(value)));
    }
    // What an object is made of, or stands for, comes before it.
    std::vector<const ScenarioObject*> open;
    for (const ScenarioObject& object : scenario_.objects) open.push_back(&object);
    std::set<std::string, std::less<>> known;
    while (!open.empty()) {
      const auto ready = std::ranges::find_if(open, [&](const ScenarioObject* object) {
        const std::string& needs = object->kind ? object->lock : object->same_as;
        return needs.empty() || known.contains(needs.substr(0, needs.find('[')));
      });
      LOCKSTEP_ASSERT(ready != open.end(), "no object stands for itself");
      const ScenarioObject& object = **ready;
      code_.add(0, fmt::format("{} = {}", object.name, made(object)));
      known.insert(object.name);
      open.erase(ready);
    }
  }
  std::string made(const ScenarioObject& object) const {
    if (!object.kind) return object.same_as;
    std::vector<std::string> given;
    for (const ObjectParameter& parameter : object_parameters) {
      if (parameter.kind != *object.kind) continue;
      const std::optional<std::string> value = written(object, parameter);
      if (value) given.push_back(fmt::format("{}={}", parameter.row.key, *value));
    }
    std::string one = fmt::format("{}({})", row(*object.kind).python, fmt::join(given, ", "));
    if (!object.count) return one;
    return fmt::format("tuple({} for _ in range({}))", one, *object.count);
  }

  // What was given for a parameter; nothing: it is left out.
  static std::optional<std::string> written(const ScenarioObject& object,
                                            const ObjectParameter& parameter) {
    switch (parameter.shape) {
      case ObjectParameter::Shape::count:
        if (!parameter.row.required && object.value == parameter.without) return std::nullopt;
        return std::to_string(object.value);
      case ObjectParameter::Shape::lock:
        if (object.lock.empty()) return std::nullopt;
        return object.lock;
      case ObjectParameter::Shape::function:
        if (object.action.empty()) return std::nullopt;
        // The function stands further down.
        return fmt::format("lambda: {}()", object.action);
      case ObjectParameter::Shape::seconds:
        if (!object.timeout) return std::nullopt;
        return literal(real_constant(*object.timeout));
    }
    return std::nullopt;
  }

  void variables() {
    for (const Global& global : program_.globals) {
      code_.add(0, fmt::format("{}{} = {}", forced() ? "shared." : "", global.name,
                               literal(global.initial, &program_)));
    }
  }

  void function(std::string_view name, const std::vector<std::string>& parameters,
                const Block& block, const Function& compiled, bool module) {
    code_.gap(2);
    code_.add(0, fmt::format("def {}({}):", name, fmt::join(parameters, ", ")));
    BodyWriter(code_, names_, compiled.locals, forced()).body(block, 1, module);
  }

  void functions_of_scenario() {
    for (std::size_t i = 0; i < scenario_.functions.size(); ++i) {
      const ScenarioFunction& declared = scenario_.functions[i];
      function(declared.name, declared.parameters, declared.body, program_.functions[i], false);
    }
  }

  void threads() {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < scenario_.threads.size(); ++i) {
      const ScenarioThread& declared = scenario_.threads[i];
      const ThreadInfo& info = program_.threads[i + 1];
      const std::string& name = names_.threads[declared.name];
      std::string target = declared.target;
      if (!declared.has_target) {
        target = names_.fresh("run_" + name);
        function(target, {}, declared.body, program_.functions[info.body.index], true);
      }
      std::string line = fmt::format("{} = threading.Thread(target={}", name, target);
      if (!info.arguments.empty()) {
        std::string arguments;
        for (const Constant& argument : info.arguments) {
          arguments += (arguments.empty() ? "" : ", ") + literal(argument, &program_);
        }
        line += fmt::format(", args=({}{})", arguments, info.arguments.size() == 1 ? "," : "");
      }
      line += fmt::format(", name={}", python_string(declared.name));
      if (declared.daemon) line += ", daemon=True";
      made.push_back(line + ")");
    }
    if (made.empty()) return;
    code_.gap(2);
    for (const std::string& line : made) code_.add(0, line);
  }

  void main() {
    const std::string name = names_.fresh("main");
    const bool starts_all = !scenario_.main;
    std::string all;
    for (const ScenarioThread& thread : scenario_.threads) {
      all += names_.threads[thread.name] + ", ";
    }
    if (forced() && starts_all) {
      code_.gap(2);
      code_.add(0, "if __name__ == \"__main__\":");
      return code_.add(1, fmt::format("begin(threads=({}))", all));
    }
    if (!starts_all) {
      const Function& compiled = program_.functions[program_.threads.front().body.index];
      function(name, {}, *scenario_.main, compiled, true);
    } else {
      code_.gap(2);
      code_.add(0, fmt::format("def {}():", name));
      const std::string one = names_.fresh("thread");
      for (const std::string_view verb : {"start", "join"}) {
        code_.add(1, fmt::format("for {} in ({}):", one, all));
        code_.add(2, fmt::format("{}.{}()", one, verb));
      }
    }
    code_.gap(2);
    code_.add(0, "if __name__ == \"__main__\":");
    code_.add(1, forced() ? fmt::format("begin({})", name) : name + "()");
  }

  const Scenario& scenario_;
  const Program& program_;
  const Turns* turns_;
  Names names_;
  Lines code_;
};

}  // namespace

std::string python_program(const Scenario& scenario, const Program& program, const Turns* turns) {
  return ProgramWriter(scenario, program, turns).text();
}

}  // namespace lockstep
