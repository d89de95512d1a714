#include "exporter/python_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "engine/assert.h"
#include "exporter/python_body.h"
#include "exporter/python_expression.h"
#include "exporter/python_helpers.h"
#include "exporter/shim.h"
#include "language/constant.h"
#include "language/keys.h"
#include "language/names.h"
#include "language/pool_bodies.h"

namespace lockstep {
namespace {

constexpr std::size_t line_width = 90;

// Whether it calls a method that queues have only since Python 3.13.
bool shuts_queues_down(const Program& program) {
  const auto is_queue = [](const ObjectInfo& object) {
    return row(object.kind).works_as == ObjectKind::queue;
  };
  for (std::size_t pc = 0; pc < program.code.size(); ++pc) {
    const Instruction& instruction = program.code[pc];
    if (instruction.opcode != Opcode::operate) continue;
    if (static_cast<Verb>(instruction.a) != Verb::shutdown) continue;
    const Target& target = program.targets[pc];
    if (target.kind == Target::Kind::objects) {
      if (is_queue(program.objects[target.first.index])) return true;
    } else if (std::ranges::any_of(program.objects, is_queue)) {
      return true;
    }
  }
  return false;
}

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
    // The shim has these, or takes their place.
    constexpr std::array in_shim{std::string_view("atexit"), std::string_view("concurrent.futures"),
                                 std::string_view("queue"), std::string_view("threading"),
                                 std::string_view("time")};
    std::set<std::string_view> modules;
    for (const std::string_view module : {"atexit", "concurrent.futures", "multiprocessing", "os",
                                          "queue", "random", "threading", "time"}) {
      if (forced() && std::ranges::find(in_shim, module) != in_shim.end()) continue;
      if (code_.mentions(fmt::format("{}.", module))) modules.insert(module);
    }
    std::string helpers;
    if (!forced() && shuts_queues_down(program_)) {
      modules.insert("queue");
      helpers +=
          "\nif not hasattr(queue.Queue, \"shutdown\"):\n"
          "    raise SystemExit(\"this program needs Python 3.13, in which queues have "
          "shutdown()\")"
          "\n";
    }
    // What a scenario means; from Python 3.14 on it has to be asked for.
    if (code_.mentions("multiprocessing.")) {
      helpers += "\nmultiprocessing.set_start_method(\"fork\")\n";
    }
    for (const PythonHelper& helper : python_helpers()) {
      if (forced() || !code_.mentions(helper.mention)) continue;
      modules.insert(helper.imports.begin(), helper.imports.end());
      helpers += helper.source;
    }
    std::string out;
    for (const std::string_view module : modules) out += fmt::format("import {}\n", module);
    return out + helpers + "\n";
  }

  std::string shim() const {
    if (!forced()) return {};
    std::string out = shim_source();
    if (code_.mentions("Listener(")) out += "\n\n" + shim_sockets_source();
    if (has_executors(program_)) out += "\n\n" + shim_pools_source();
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
    // multiprocessing.Value(typecode, *args) knows no keyword.
    if (object.kind == ObjectKind::mp_value) given = {"\"i\"", std::to_string(object.value)};
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
      case ObjectParameter::Shape::buffer:
        return std::nullopt;  // it is the kernel's
      case ObjectParameter::Shape::lock:
        if (object.lock.empty()) return std::nullopt;
        return object.lock;
      case ObjectParameter::Shape::function:
        if (object.action.empty()) return std::nullopt;
        // The function stands further down.
        return fmt::format("lambda: {}()", object.action);
      case ObjectParameter::Shape::text:
        if (object.prefix.empty()) return std::nullopt;
        return python_string(object.prefix);
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
    write_python_body(code_, names_, {compiled.locals, module, forced()}, block, 1);
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
    if (forced() && starts_all && has_executors(program_)) {
      // Their workers are joined after the threads, and that can be noticed.
      code_.gap(2);
      code_.add(0, fmt::format("def {}():", name));
      const std::string one = names_.fresh("thread");
      code_.add(1, fmt::format("for {} in ({}):", one, all));
      code_.add(2, fmt::format("{}.join()", one));
      code_.gap(2);
      code_.add(0, "if __name__ == \"__main__\":");
      return code_.add(1, fmt::format("begin({}, threads=({}))", name, all));
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
  PythonNames names_;
  PythonLines code_;
};

}  // namespace

std::string python_program(const Scenario& scenario, const Program& program, const Turns* turns) {
  return ProgramWriter(scenario, program, turns).text();
}

}  // namespace lockstep
