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
    objects();
    variables(false);
    functions_of_scenario();
    classes();
    pools();
    threads();
    variables(true);
    main();
    const std::string own = helpers();
    const std::string shim = this->shim();
    std::string first = names_.imports();
    if (const std::string others = names_.renamed_builtins(); !others.empty()) {
      first += "\n" + others;
    }
    return heading() + first + own + "\n" + shim + code_.text();
  }

 private:
  void name_everything() {
    std::set<std::string, std::less<>>& taken = names_.taken;
    for (const auto& [name, value] : scenario_.parameters) names_.module.insert(name);
    for (const ScenarioObject& object : scenario_.objects) names_.module.insert(object.name);
    for (const ScenarioFunction& function : scenario_.functions) {
      if (function.owner.empty()) names_.module.insert(function.name);
    }
    for (const ScenarioClass& its : scenario_.classes) {
      names_.module.insert(its.name);
      names_.classes.insert(its.name);
      names_.attributes.insert(its.attributes.begin(), its.attributes.end());
    }
    for (const Global& global : program_.globals) {
      if (!global.attribute.empty()) continue;
      taken.insert(global.name);
      names_.shared.insert(global.name);
      if (!forced()) names_.module.insert(global.name);
    }
    taken.insert(names_.module.begin(), names_.module.end());
    for (const Function& function : program_.functions) {
      taken.insert(function.locals.begin(), function.locals.end());
    }
    if (forced()) {
      names_.shim = defined_names(whole_shim());
    } else {
      for (const PythonHelper& helper : python_helpers()) {
        std::string source(helper.source);
        std::erase(source, '$');
        names_.defined.merge(defined_names(source));
      }
      if (!scenario_.input.empty()) names_.defined.emplace("input");
    }
    std::size_t number = 0;
    for (const ScenarioThread& thread : scenario_.threads) {
      ++number;
      // Whatever else has the name has it first.
      const bool is_module = names_.module.contains(thread.name) || shared_has(thread.name);
      const bool is_name = identifier_fault(thread.name).empty();
      std::string name = is_name && !taken.contains(thread.name)
                             ? thread.name
                             : names_.fresh(fmt::format("thread_{}", number));
      taken.insert(name);
      variable_of_.push_back(name);
      if (!is_module) names_.threads.emplace(thread.name, std::move(name));
    }
    names_.module.insert(variable_of_.begin(), variable_of_.end());
    for (const ScenarioObject& object : scenario_.objects) {
      const ScenarioObject* const pool = pool_named(object.name);
      if (pool == nullptr) continue;
      std::string& name = names_.pools[pool->name];
      if (name.empty()) taken.insert(name = names_.fresh("make_" + pool->name));
      names_.pools[object.name] = name;
    }
  }
  bool shared_has(std::string_view name) const { return names_.shared.contains(name); }

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

  std::string helpers() {
    std::string helpers;
    if (!forced() && shuts_queues_down(program_)) {
      helpers += names_.filled(
          "\nif not $hasattr($queue.Queue, \"shutdown\"):\n"
          "    raise $SystemExit(\"this program needs Python 3.13, in which queues have "
          "shutdown()\")"
          "\n");
    }
    // What a scenario means; from Python 3.14 on it has to be asked for.
    if (names_.uses("multiprocessing")) {
      helpers += names_.filled("\n$multiprocessing.set_start_method(\"fork\")\n");
    }
    for (const PythonHelper& helper : python_helpers()) {
      if (!forced() && names_.uses(helper.name)) helpers += names_.filled(helper.source);
    }
    if (!forced()) helpers += input();
    if (const std::string others = names_.renamed_definitions(); !others.empty()) {
      helpers += "\n" + others;
    }
    return helpers;
  }

  std::string whole_shim() const {
    std::string out = shim_source();
    const bool has_sockets = std::ranges::any_of(program_.objects, [](const ObjectInfo& object) {
      return object.kind == ObjectKind::listener;
    });
    if (has_sockets) out += "\n\n" + shim_sockets_source();
    if (has_executors(program_)) out += "\n\n" + shim_pools_source();
    return out;
  }

  // A module of its own where the scenario's names would get into its way.
  std::string shim() {
    if (!forced()) return {};
    std::string repeat = names_.own("repeat") + "([\n";
    for (const std::string& line : turn_lines(turns_->turns, line_width)) {
      repeat += fmt::format("    \"{}\",\n", line);
    }
    repeat += turns_->end_process ? "], end_process=True" : "]";
    if (!turns_->stuck.empty()) {
      std::string numbers;
      for (const ThreadId thread : turns_->stuck) numbers += fmt::format("{}, ", thread.index);
      numbers.resize(numbers.size() - 2);
      repeat += fmt::format(", stuck=[{}]", numbers);
    }
    repeat += ")\n\n";
    const std::string typed = input();
    if (!names_.hides_in_shim()) {
      const std::string others = names_.from_shim("");
      return whole_shim() + "\n\n" + others + repeat + typed;
    }
    const std::string name = names_.fresh("shim");
    return fmt::format(
        "# In a module of its own, as some names are taken here.\n{0} = "
        "{1}(\"{0}\")\nexec(r'''\n{2}''', vars({0}))\n\n{3}\n{4}",
        name, names_.own("types.ModuleType"), whole_shim(), names_.from_shim(name), repeat + typed);
  }

  // What input() returns, instead of what somebody types.
  std::string input() {
    if (scenario_.input.empty()) return {};
    std::string lines;
    for (const std::string& line : scenario_.input) {
      lines += (lines.empty() ? "" : ", ") + python_string(line);
    }
    if (forced()) return fmt::format("{}.extend([{}])\n", names_.own("_lines"), lines);
    const std::string name = names_.fresh("lines");
    return fmt::format("\n{} = [{}]\n", name, lines) +
           names_.filled("\n\ndef $input(prompt=\"\"):\n    $print(prompt, end=\"\")\n") +
           // A child has /dev/null there, and no part of what is typed.
           fmt::format("    if not {}{}:\n", name,
                       names_.uses("multiprocessing")
                           ? names_.filled(" or $multiprocessing.parent_process() is not None")
                           : "") +
           names_.filled("        raise $EOFError(\"EOF when reading a line\")\n") +
           fmt::format("    return {}.pop(0)\n\n", name);
  }

  void objects() {
    for (const auto& [name, value] : scenario_.parameters) {
      code_.add(0, fmt::format("{} = {}", name, written(value)));
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
      known.insert(object.name);
      open.erase(ready);
      if (pool_named(object.name) == nullptr) {
        code_.add(0, fmt::format("{} = {}", object.name, made(object)));
      }
    }
  }

  // The object of this name or second name, if it is a Pool.
  const ScenarioObject* pool_named(std::string_view name) const {
    for (const ScenarioObject* object = nullptr;; name = object->same_as) {
      const auto found = std::ranges::find(scenario_.objects, name, &ScenarioObject::name);
      if (found == scenario_.objects.end()) return nullptr;
      object = &*found;
      if (object->kind) return object->kind == ObjectKind::mp_pool ? object : nullptr;
    }
  }
  // A Pool is made where the scenario says so: it forks.
  void pools() {
    for (const ScenarioObject& object : scenario_.objects) {
      if (object.kind != ObjectKind::mp_pool) continue;
      std::string names = object.name;
      std::string targets = object.name;
      for (const ScenarioObject& other : scenario_.objects) {
        if (other.kind || pool_named(other.name) != &object) continue;
        names += ", " + other.name;
        targets += " = " + other.name;
      }
      code_.gap(2);
      code_.add(0, fmt::format("def {}():", names_.pools.at(object.name)));
      code_.add(1, "global " + names);
      code_.add(1, fmt::format("{} = {}", targets, made(object)));
    }
  }
  std::string made(const ScenarioObject& object) {
    if (!object.kind) return object.same_as;
    std::vector<std::string> given;
    for (const ObjectParameter& parameter : object_parameters) {
      if (parameter.kind != *object.kind) continue;
      const std::optional<std::string> value = written(object, parameter);
      if (value) given.push_back(fmt::format("{}={}", parameter.row.key, *value));
    }
    // multiprocessing.Value(typecode, *args) knows no keyword.
    if (object.kind == ObjectKind::mp_value) given = {"\"i\"", std::to_string(object.value)};
    std::string one =
        fmt::format("{}({})", names_.own(row(*object.kind).python), fmt::join(given, ", "));
    if (!object.count) return one;
    return fmt::format("{}({} for _ in {}({}))", names_.own("tuple"), one, names_.own("range"),
                       *object.count);
  }

  // What was given for a parameter; nothing: it is left out.
  std::optional<std::string> written(const ScenarioObject& object,
                                     const ObjectParameter& parameter) {
    switch (parameter.shape) {
      case ObjectParameter::Shape::count:
        if (!parameter.row.required && object.value == parameter.without) return std::nullopt;
        return std::to_string(object.value);
      case ObjectParameter::Shape::tasks:
        if (object.tasks_max == 0) return std::nullopt;
        return std::to_string(object.tasks_max);
      case ObjectParameter::Shape::buffer:
        return std::nullopt;  // it is the kernel's
      case ObjectParameter::Shape::lock:
        if (object.lock.empty()) return std::nullopt;
        return object.lock;
      case ObjectParameter::Shape::function:
        if (object.action.empty()) return std::nullopt;
        if (object.kind == ObjectKind::mp_pool) return object.action;
        // The function stands further down.
        if (object.arguments.empty()) return fmt::format("lambda: {}()", object.action);
        return fmt::format("lambda *{0}: {1}(*{0})", names_.fresh("given"), object.action);
      case ObjectParameter::Shape::arguments: {
        if (object.arguments.empty()) return std::nullopt;
        const std::string first = object.count ? object.name + "[0]" : object.name;
        const ObjectInfo& its = program_.objects[program_.object_named(first)->index];
        return written(tuple_constant(its.arguments));
      }
      case ObjectParameter::Shape::text:
        if (object.prefix.empty()) return std::nullopt;
        return python_string(object.prefix);
      case ObjectParameter::Shape::seconds:
        if (!object.timeout) return std::nullopt;
        return written(real_constant(*object.timeout));
    }
    return std::nullopt;
  }

  std::string written(const Constant& constant) {
    const auto joined = [&](std::size_t every, std::string_view between) {
      std::string out;
      for (std::size_t i = 0; i < constant.items.size(); ++i) {
        if (i > 0) out += i % every == 0 ? ", " : between;
        out += written(constant.items[i]);
      }
      return out;
    };
    switch (constant.kind) {
      case ValueKind::real:
        if (constant.real - constant.real == 0) break;
        return names_.own(literal(constant));  // float('inf'), float('nan')
      case ValueKind::list:
        return "[" + joined(1, "") + "]";
      case ValueKind::tuple:
        return "(" + joined(1, "") + (constant.items.size() == 1 ? ",)" : ")");
      case ValueKind::dict:
        return "{" + joined(2, ": ") + "}";
      case ValueKind::thread: {
        const std::size_t index = thread_of_handle(constant.inline_value)->index;
        return index == 0 ? names_.own("threading.main_thread()") : variable_of_[index - 1];
      }
      default:
        break;
    }
    return literal(constant, &program_);
  }

  // Whether it names something that stands further down.
  static bool names_code(const Constant& constant) {
    return constant.kind == ValueKind::thread || constant.kind == ValueKind::function ||
           std::ranges::any_of(constant.items, names_code);
  }
  void variables(bool of_code) {
    for (const Global& global : program_.globals) {
      if (names_code(global.initial) != of_code || !global.attribute.empty()) continue;
      code_.add(0, fmt::format("{}{} = {}", forced() ? names_.own("shared") + "." : "", global.name,
                               written(global.initial)));
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
      if (!declared.owner.empty()) continue;
      function(declared.name, declared.parameters, declared.body, program_.functions[i], false);
    }
  }

  void classes() {
    for (const ScenarioClass& its : scenario_.classes) {
      code_.gap(2);
      code_.add(0, fmt::format("class {}({}):", its.name, names_.own("threading.Thread")));
      bool is_empty = true;
      if (forced()) {
        for (const std::string& attribute : its.attributes) {
          code_.add(1, fmt::format("{} = {}()", attribute, names_.own("attribute")));
          is_empty = false;
        }
      }
      for (std::size_t i = 0; i < scenario_.functions.size(); ++i) {
        const ScenarioFunction& method = scenario_.functions[i];
        if (method.owner != its.name) continue;
        const std::string name = method.name.substr(its.name.size() + 1);
        const Function& compiled = program_.functions[i];
        if (!is_empty) code_.gap(1);
        is_empty = false;
        code_.add(1, fmt::format("def {}({}):", name, fmt::join(method.parameters, ", ")));
        if (name == "__init__") code_.add(2, names_.own("super") + "().__init__()");
        if (name == "__init__" && method.body.empty()) continue;
        write_python_body(code_, names_, {compiled.locals, false, forced()}, method.body, 2);
      }
      if (is_empty) code_.add(1, "pass");
    }
  }

  void threads() {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < scenario_.threads.size(); ++i) {
      const ScenarioThread& declared = scenario_.threads[i];
      const ThreadInfo& info = program_.threads[i + 1];
      const std::string& name = variable_of_[i];
      std::string target = declared.target;
      if (!declared.has_target) {
        target = names_.fresh("run_" + name);
        function(target, {}, declared.body, program_.functions[info.body.index], true);
      }
      std::string line =
          fmt::format("{} = {}(target={}", name, names_.own("threading.Thread"), target);
      if (!info.arguments.empty()) {
        std::string arguments;
        for (const Constant& argument : info.arguments) {
          arguments += (arguments.empty() ? "" : ", ") + written(argument);
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
    for (const std::string& variable : variable_of_) all += variable + ", ";
    if (forced() && starts_all && has_executors(program_)) {
      // Their workers are joined after the threads, and that can be noticed.
      code_.gap(2);
      code_.add(0, fmt::format("def {}():", name));
      const std::string one = names_.fresh("thread");
      code_.add(1, fmt::format("for {} in ({}):", one, all));
      code_.add(2, fmt::format("{}.join()", one));
      return execute(fmt::format("{}({}, threads=({}))", names_.own("begin"), name, all));
    }
    if (forced() && starts_all) {
      return execute(fmt::format("{}(threads=({}))", names_.own("begin"), all));
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
    execute(forced() ? fmt::format("{}({})", names_.own("begin"), name) : name + "()");
  }
  void execute(std::string_view call) {
    code_.gap(2);
    if (names_.module.contains("__name__")) return code_.add(0, call);
    code_.add(0, "if __name__ == \"__main__\":");
    code_.add(1, call);
  }

  const Scenario& scenario_;
  const Program& program_;
  const Turns* turns_;
  PythonNames names_;
  std::vector<std::string> variable_of_;  // index = scenario_.threads
  PythonLines code_;
};

}  // namespace

std::string python_program(const Scenario& scenario, const Program& program, const Turns* turns) {
  return ProgramWriter(scenario, program, turns).text();
}

}  // namespace lockstep
