// The declarations of a scenario, in the order in which they need each other: names and objects,
// then variables, functions, threads and conditions.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/assert.h"
#include "language/body_compiler.h"
#include "language/constant.h"
#include "language/keys.h"
#include "language/load.h"
#include "language/pointer.h"
#include "language/pool_bodies.h"
#include "language/statement_text.h"
#include "language/task_counts.h"

namespace lockstep {
namespace {

constexpr std::string_view main_thread_name = "MainThread";

Constant handle(ValueKind kind, Value word) {
  Constant constant;
  constant.kind = kind;
  constant.inline_value = word;
  return constant;
}

std::string element(std::string_view array, std::uint32_t i) {
  return fmt::format("{}[{}]", array, i);
}

class Compiler {
 public:
  explicit Compiler(const Scenario& scenario)
      : scenario_(scenario), module_(scenario), program_(module_.program) {}

  Compiled compile() {
    settings();
    objects();
    names();
    lock_order();
    actions();
    variables();
    functions();
    if (has_executors(program_)) add_pool_bodies(module_);
    if (has_pools(program_)) add_mp_pool_bodies(module_);
    threads();
    conditions(scenario_.invariants, "invariant", program_.invariants);
    conditions(scenario_.final_checks, "finally", program_.final_checks);
    if (module_.has_timers) program_.timer_body = timer_body();
    const auto feeds = [](const ObjectInfo& object) { return has_feeder(object.kind); };
    if (std::ranges::any_of(program_.objects, feeds)) program_.feeder_body = feeder_body();
    if (module_.has_signals) program_.signal_body = signal_body();
    unclear_attributes();
    decide_task_counts(program_);

    Compiled compiled;
    compiled.complaints = module_.complaints.take();
    if (!compiled.complaints.empty()) return compiled;
    LOCKSTEP_ASSERT(verify(program_).empty(), "what is compiled without complaint is well formed");
    compiled.program = std::move(program_);
    return compiled;
  }

 private:
  void settings() {
    // Site 0 stands for what nobody wrote: MainThread waiting when its code has ended.
    program_.sites.emplace_back().text = "wait for the other threads";
    program_.name = scenario_.name;
    program_.file = scenario_.file;
    program_.gil = scenario_.gil;
    program_.cores = scenario_.cores;
    program_.switch_interval = scenario_.switch_interval;
    program_.costs = scenario_.costs;
    program_.input = scenario_.input;
  }

  // ---- objects

  ObjectId add_object(std::string name, ObjectKind kind, const ScenarioObject& declared) {
    ObjectInfo object;
    object.name = std::move(name);
    object.kind = kind;
    object.value = declared.value;
    object.timeout = declared.timeout;
    object.buffer = declared.buffer;
    if (kind == ObjectKind::executor) {
      object.prefix = declared.prefix.empty()
                          ? fmt::format("ThreadPoolExecutor-{}", unnamed_executors_++)
                          : declared.prefix;
    }
    object.tasks_max = declared.tasks_max;
    if (kind == ObjectKind::process_pool || kind == ObjectKind::mp_pool) {
      program_.has_processes = true;
    }
    object.offset = program_.objects_end;
    object.line = declared.place.line;
    program_.objects_end += row(kind).words;
    program_.objects.push_back(std::move(object));
    return {static_cast<std::uint32_t>(program_.objects.size() - 1)};
  }

  void objects() {
    for (const ScenarioClass& its : scenario_.classes) {
      for (const std::string& attribute : its.attributes) attributes_.emplace(attribute, its.name);
    }
    program_.objects_end = first_global_word + static_cast<std::uint32_t>(
                                                   scenario_.variables.size() + attributes_.size());
    // What all processes share comes last, behind the locks of conditions: a process has a copy of
    // all that stands before it.
    declare_objects(false);
    own_locks(ObjectKind::condition, ObjectKind::rlock);
    declare_objects(true);
    own_locks(ObjectKind::mp_condition, ObjectKind::mp_rlock);
    second_names();
    for (const ScenarioObject& object : scenario_.objects) {
      if (!object.lock.empty()) named_lock(object);
    }
  }

  void declare_objects(bool shared) {
    for (const ScenarioObject& object : scenario_.objects) {
      if (!object.kind || row(*object.kind).shared != shared) continue;
      Meaning meaning{Meaning::Kind::object, static_cast<std::uint32_t>(program_.objects.size()),
                      0};
      if (object.count && object.kind == ObjectKind::mp_pool) {
        module_.complaints.at(object.place, "/count", "there are no arrays of pools");
      }
      const std::size_t end = program_.objects.size() + object.count.value_or(1);
      if (object.kind == ObjectKind::listener && end > listeners_end) {
        module_.complaints.at(
            object.place, "",
            fmt::format("a Listener has to be among the first {} objects", listeners_end));
      }
      if (object.count) {
        meaning.kind = Meaning::Kind::array;
        meaning.count = static_cast<std::uint32_t>(*object.count);
        for (std::uint32_t i = 0; i < meaning.count; ++i) {
          add_object(element(object.name, i), *object.kind, object);
        }
      } else {
        add_object(object.name, *object.kind, object);
      }
      declare(object.name, object.place, meaning);
    }
  }

  // A second name may stand for another one, in any order.
  void second_names() {
    std::map<std::string_view, const ScenarioObject*> open;
    for (const ScenarioObject& object : scenario_.objects) {
      if (!object.same_as.empty()) open[object.name] = &object;
    }
    while (!open.empty()) {
      std::vector<const ScenarioObject*> path;  // each stands for the next
      for (auto next = open.begin(); next != open.end(); next = open.find(path.back()->same_as)) {
        path.push_back(next->second);
        open.erase(next);
      }
      const Meaning meaning = object_named(path.back()->same_as);
      if (meaning.kind == Meaning::Kind::unknown) {
        const std::string& unknown = path.back()->same_as;
        module_.complaints.at(
            path.back()->place, "/same_as",
            fmt::format("expected the name of an object, found {}{}", in_quotes(unknown),
                        did_you_mean(unknown, object_names())));
        continue;
      }
      for (const ScenarioObject* second : path) declare(second->name, second->place, meaning);
    }
    for (const ScenarioObject& object : scenario_.objects) {
      if (!object.same_as.empty()) add_alias(object.name);
    }
  }

  void add_alias(const std::string& second) {
    const Meaning meaning = object_named(second);
    if (meaning.kind == Meaning::Kind::unknown) return;  // after a complaint
    for (std::uint32_t i = 0; i < std::max(meaning.count, 1U); ++i) {
      program_.objects[meaning.index + i].aliases.push_back(
          meaning.kind == Meaning::Kind::array ? element(second, i) : second);
    }
  }

  // "forks", or "forks[2]".
  Meaning object_named(std::string_view name) const {
    const Meaning meaning = module_.names.find(name);
    if (meaning.kind == Meaning::Kind::object || meaning.kind == Meaning::Kind::array) {
      return meaning;
    }
    if (name.ends_with(']')) {
      if (const std::optional<ObjectId> object = program_.object_named(name)) {
        return {Meaning::Kind::object, object->index, 0};
      }
    }
    return {};
  }

  std::vector<std::string> object_names() const {
    return module_.names.of_kind(Meaning::Kind::object);
  }

  // The RLock that a Condition brings along.
  void own_locks(ObjectKind conditions, ObjectKind lock) {
    for (const ScenarioObject& condition : scenario_.objects) {
      if (condition.kind != conditions || !condition.lock.empty()) continue;
      for_each_element(condition, [&](std::uint32_t index) {
        const ObjectId own = add_object(program_.objects[index].name + ".lock", lock, condition);
        program_.objects[own.index].hidden = true;
        program_.objects[index].lock = own;
      });
    }
  }

  void named_lock(const ScenarioObject& condition) {
    const Meaning found = object_named(condition.lock);
    const bool fits = found.kind == Meaning::Kind::object &&
                      can_be_lock_of(*condition.kind, program_.objects[found.index].kind);
    if (!fits) {
      module_.complaints.at(condition.place, "/lock",
                            fmt::format("expected {}, found {}{}", locks_of(*condition.kind),
                                        described(found, condition.lock, program_),
                                        did_you_mean(condition.lock, object_names())));
      return;
    }
    for_each_element(condition, [&](std::uint32_t index) {
      program_.objects[index].lock = ObjectId{found.index};
    });
  }

  template <class Visit>
  void for_each_element(const ScenarioObject& object, Visit visit) const {
    const Meaning meaning = module_.names.find(object.name);
    for (std::uint32_t i = 0; i < std::max(meaning.count, 1U); ++i) visit(meaning.index + i);
  }

  void lock_order() {
    std::vector<ObjectId>& order = program_.lock_order;
    std::map<ObjectId, const ScenarioLock*> place_of;
    for (const ScenarioLock& entry : scenario_.lock_order) {
      const Meaning found = object_named(entry.name);
      if (found.kind == Meaning::Kind::unknown) {
        module_.complaints.at(entry.place, "",
                              fmt::format("there is no object {}{}", in_quotes(entry.name),
                                          did_you_mean(entry.name, object_names())));
        continue;
      }
      for (std::uint32_t i = 0; i < std::max(found.count, 1U); ++i) {
        const ObjectInfo& object = program_.objects[found.index + i];
        const ObjectId lock = object.lock.value_or(ObjectId{found.index + i});
        if (!row(program_.objects[lock.index].kind).owned) {
          module_.complaints.at(
              entry.place, "",
              fmt::format("expected a Lock, an RLock, one of multiprocessing or a Condition, found "
                          "{}",
                          described(found, entry.name, program_)));
          break;
        }
        const auto [known, is_new] = place_of.try_emplace(lock, &entry);
        if (is_new) {
          order.push_back(lock);
        } else if (known->second != &entry) {  // conditions of one array may have one lock
          const ScenarioLock& first = *known->second;
          module_.complaints.at(entry.place, "",
                                fmt::format("{} has its place in the order already, as {} in {}:{}",
                                            lock_in_words(lock, entry.name), in_quotes(first.name),
                                            first.place.line, first.place.column));
          break;
        }
      }
    }
  }
  // A second name, or one of an array, is not what the lock is called elsewhere.
  std::string lock_in_words(ObjectId lock, const std::string& name) const {
    const std::string& its = program_.objects[lock.index].name;
    return its == name ? in_quotes(name) : in_quotes(name) + ", the lock " + its + ",";
  }

  // ---- names

  void declare(const std::string& name, const Place& place, Meaning meaning) {
    if (const std::optional<Meaning> other = module_.names.add(name, meaning)) {
      module_.complaints.at(place,
                            fmt::format("there is {} already", described(*other, name, program_)));
    }
  }

  void names() {
    for (std::uint32_t i = 0; i < scenario_.parameters.size(); ++i) {
      const auto& [name, value] = scenario_.parameters[i];
      const Place place{1, 1, ""};
      if (const std::optional<Meaning> other =
              module_.names.add(name, {Meaning::Kind::parameter, i, 0})) {
        module_.complaints.at(
            place, child("/params", name),
            fmt::format("there is {} already", described(*other, name, program_)));
      }
      module_.parameters[name] = value;
    }
    for (std::uint32_t i = 0; i < scenario_.variables.size(); ++i) {
      const ScenarioVariable& variable = scenario_.variables[i];
      declare(variable.name, variable.place, {Meaning::Kind::variable, i, 0});
    }
    for (std::uint32_t i = 0; i < scenario_.functions.size(); ++i) {
      const ScenarioFunction& function = scenario_.functions[i];
      declare(function.name, function.place, {Meaning::Kind::function, i, 0});
    }
    program_.threads.resize(scenario_.threads.size() + 1);
    for (std::uint32_t i = 0; i < scenario_.threads.size(); ++i) {
      const ScenarioThread& thread = scenario_.threads[i];
      program_.threads[i + 1].name = thread.name;
      declare(thread.name, thread.place, {Meaning::Kind::thread, i + 1, 0});
    }
    for (const ScenarioClass& its : scenario_.classes) {
      const Meaning other = module_.names.find(its.name);
      if (other.kind == Meaning::Kind::unknown) continue;
      module_.complaints.at(
          its.place, fmt::format("there is {} already", described(other, its.name, program_)));
    }
    for (const ScenarioFunction& function : scenario_.functions) parameters_of(function);

    constants_ = module_.parameters;
    const auto add = [&](const std::string& name) {
      if (std::optional<Constant> constant = constant_named(name)) {
        constants_.try_emplace(name, std::move(*constant));
      }
    };
    for (const ScenarioObject& object : scenario_.objects) add(object.name);
    for (const ScenarioFunction& function : scenario_.functions) add(function.name);
    for (const ScenarioThread& thread : scenario_.threads) add(thread.name);
  }

  void parameters_of(const ScenarioFunction& function) {
    for (std::size_t i = 0; i < function.parameters.size(); ++i) {
      const auto begin = function.parameters.begin();
      const auto here = begin + static_cast<std::ptrdiff_t>(i);
      if (std::find(begin, here, *here) == here) continue;
      module_.complaints.at(function.place, "/params/" + std::to_string(i),
                            fmt::format("there is a parameter {} already", in_quotes(*here)));
    }
  }

  std::optional<Constant> constant_named(const std::string& name) const {
    const Meaning meaning = module_.names.find(name);
    switch (meaning.kind) {
      case Meaning::Kind::object:
        return handle(ValueKind::object, object_value({meaning.index}));
      case Meaning::Kind::function:
        return handle(ValueKind::function, function_value({meaning.index}));
      case Meaning::Kind::thread:
        return handle(ValueKind::thread, thread_value({meaning.index}));
      case Meaning::Kind::array: {
        std::vector<Constant> items;
        for (std::uint32_t i = 0; i < meaning.count; ++i) {
          items.push_back(handle(ValueKind::object, object_value({meaning.index + i})));
        }
        return tuple_constant(std::move(items));
      }
      default:
        return std::nullopt;
    }
  }

  // Of barriers, and the initializers of pools.
  void actions() {
    for (const ScenarioObject& object : scenario_.objects) {
      const bool is_barrier = object.kind == ObjectKind::barrier;
      const std::size_t given = object.arguments.size();
      if (object.action.empty()) {
        if (given == 0) continue;
        module_.complaints.at(object.place, "/initargs",
                              "there is no \"initializer\" that takes these arguments");
        continue;
      }
      const std::string_view key = is_barrier ? "/action" : "/initializer";
      const Meaning action = module_.names.find(object.action);
      if (action.kind != Meaning::Kind::function) {
        module_.complaints.at(
            object.place, key,
            fmt::format(
                "there is no function {}{}", in_quotes(object.action),
                did_you_mean(object.action, module_.names.of_kind(Meaning::Kind::function))));
        continue;
      }
      if (auto wrong = wrong_arguments(scenario_.functions[action.index], given)) {
        module_.complaints.at(object.place, given == 0 ? key : "/initargs", std::move(*wrong));
        continue;
      }
      std::vector<Constant> arguments;
      for (const Operand& argument : object.arguments) arguments.push_back(constant(argument));
      const Meaning meaning = module_.names.find(object.name);
      for (std::uint32_t i = 0; i < std::max(meaning.count, 1U); ++i) {
        program_.objects[meaning.index + i].action = FunctionId{action.index};
        program_.objects[meaning.index + i].arguments = arguments;
      }
    }
  }

  // ---- values known before a run

  Constant constant(const Operand& operand) {
    Folded folded = fold(*operand.expression, constants_);
    if (folded.constant) return std::move(*folded.constant);
    if (operand.expression->kind == Expression::Kind::name) {
      folded.message += fmt::format("; as a text it is written \"'{}'\"", operand.expression->text);
    }
    module_.complaints.inside(operand, folded.offset, std::move(folded.message));
    return none_constant();
  }

  void variables() {
    for (const ScenarioVariable& variable : scenario_.variables) {
      program_.globals.push_back({variable.name, constant(variable.initial)});
    }
    for (const auto& [attribute, owner] : attributes_) {
      Constant nobody;
      nobody.kind = ValueKind::dict;
      program_.globals.push_back({"self." + attribute, std::move(nobody), attribute, owner});
    }
  }

  // ---- code

  FunctionId add_function(Function function) {
    program_.functions.push_back(std::move(function));
    return {static_cast<std::uint32_t>(program_.functions.size() - 1)};
  }

  // Thread.run without a target.
  Function empty_run() {
    Assembler code(program_, module_.pool);
    code.set_site(module_.add_site({0, 0, ""}, "run"));
    code.constant(none_constant());
    code.emit(Opcode::return_value);
    Function run = code.finish("<Thread.run>", 1, {"self"});
    run.is_run = true;
    return run;
  }
  bool needs_empty_run() const {
    for (const ScenarioClass& its : scenario_.classes) {
      if (module_.names.find(its.name + ".run").kind == Meaning::Kind::unknown) return true;
    }
    const auto is_bare = [](const ScenarioFunction& function) {
      return creates_bare_thread(function.body);
    };
    return std::ranges::any_of(scenario_.functions, is_bare) ||
           (scenario_.main && creates_bare_thread(*scenario_.main)) ||
           std::ranges::any_of(scenario_.threads, [](const ScenarioThread& thread) {
             return creates_bare_thread(thread.body);
           });
  }
  static bool creates_bare_thread(const Block& block) {
    for (const Statement& statement : block) {
      if (statement.kind == StatementKind::thread && get_function(statement, "target").empty()) {
        return true;
      }
      for (const Field& field : statement.fields) {
        const auto* inner = std::get_if<Block>(&field);
        if (inner != nullptr && creates_bare_thread(*inner)) return true;
        const auto* handlers = std::get_if<std::vector<ExceptHandler>>(&field);
        if (handlers == nullptr) continue;
        for (const ExceptHandler& handler : *handlers) {
          if (creates_bare_thread(handler.body)) return true;
        }
      }
    }
    return false;
  }

  void functions() {
    module_.raises_for_callers = std::ranges::any_of(
        scenario_.functions, [](const ScenarioFunction& f) { return raises_again(f.body); });
    // It comes behind those that are written.
    module_.empty_run = {static_cast<std::uint32_t>(scenario_.functions.size())};
    for (const ScenarioFunction& function : scenario_.functions) {
      module_.current_class = module_.class_named(function.owner);
      BodyCompiler compiler(module_, BodyKind::function, function.parameters);
      Function compiled = compiler.body(function.name, function.place, function.body);
      compiled.is_run = function.name == function.owner + ".run";
      add_function(std::move(compiled));
    }
    module_.current_class = nullptr;
    if (needs_empty_run()) add_function(empty_run());
  }

  // What may be a Local is not taken for a thread.
  void unclear_attributes() {
    LocalsAsValues& locals = module_.locals_as_values;
    for (const Global& global : program_.globals) note_locals(global.initial);
    for (const ThreadInfo& thread : program_.threads) {
      for (const Constant& argument : thread.arguments) note_locals(argument);
    }
    for (const ObjectInfo& object : program_.objects) {
      for (const Constant& argument : object.arguments) note_locals(argument);
    }
    if (locals.passed_on.empty()) return;
    const auto complain = [&](const LocalsAsValues::Use& use) {
      const std::string& its = use.expression->text;
      module_.complaints.inside(
          *use.operand, use.expression->begin,
          fmt::format("whether this is {} of the Local {}, which is used as a value, or of "
                      "something else is not known here; use the Local by its name only",
                      in_quotes(its), in_quotes(locals.passed_on)));
    };
    for (const LocalsAsValues::Use& use : locals.unclear) {
      locals.assigned.insert(use.expression->text);
      complain(use);
    }
    for (const LocalsAsValues::Use& use : locals.unclear_if_given) {
      if (locals.assigned.contains(use.expression->text)) complain(use);
    }
  }
  void note_locals(const Constant& constant) {
    for (std::uint32_t i = 0; i < program_.objects.size(); ++i) {
      if (program_.objects[i].kind == ObjectKind::local && constant.kind == ValueKind::object &&
          constant.inline_value == object_value({i})) {
        module_.locals_as_values.passed_on = program_.objects[i].name;
      }
    }
    for (const Constant& item : constant.items) note_locals(item);
  }

  // Without a main, MainThread has started all threads and joins them.
  FunctionId join_all() {
    Assembler code(program_, module_.pool);
    code.set_site(module_.add_site({0, 0, ""}, "join all threads"));
    if (has_executors(program_)) {
      join_declared(code);
    } else {
      code.perform(Operation::join_all, 0);
      code.emit(Opcode::pop);
    }
    code.constant(none_constant());
    code.emit(Opcode::return_value);
    return add_function(code.finish("<main>", 0, {}));
  }

  // The workers of pools end only after it.
  void join_declared(Assembler& code) const {
    for (std::uint32_t i = 1; i < program_.threads.size(); ++i) {
      code.constant(handle(ValueKind::thread, thread_value({i})));
      code.constant(none_constant());
      code.operate(Verb::join, {Target::Kind::thread, {}, 0, {i}});
      code.emit(Opcode::pop);
    }
  }

  // Timer.run of Lib/threading.py.
  FunctionId timer_body() {
    Assembler code(program_, module_.pool);
    code.set_site(module_.add_site({0, 0, ""}, "timer"));
    const Assembler::Label end = code.label();
    code.emit(Opcode::load_local, 0);
    code.perform(Operation::timer_wait, 1);
    code.jump(Opcode::jump_if_false, end);
    code.emit(Opcode::load_local, 1);
    code.emit(Opcode::load_local, 2);
    code.emit(Opcode::call_with);
    code.emit(Opcode::pop);
    code.place(end);
    code.constant(none_constant());
    code.emit(Opcode::return_value);
    return add_function(code.finish("<timer>", 3, {".interval", ".function", ".arguments"}));
  }

  // Queue._feed of Lib/multiprocessing/queues.py.
  FunctionId feeder_body() {
    Assembler code(program_, module_.pool);
    code.set_site(module_.add_site({0, 0, ""}, "feeder"));
    const Assembler::Label end = code.label();
    const Assembler::Label begin = code.here();
    code.emit(Opcode::load_local, 0);
    code.operate(Verb::feed, {});
    code.jump(Opcode::jump_if_false, end);
    code.jump(Opcode::loop_back, begin);
    code.place(end);
    code.constant(none_constant());
    code.emit(Opcode::return_value);
    return add_function(code.finish("<feeder>", 1, {".queue"}));
  }

  FunctionId signal_body() {
    Assembler code(program_, module_.pool);
    code.set_site(module_.add_site({0, 0, ""}, "signal"));
    code.emit(Opcode::load_local, 0);
    code.perform(Operation::signal_comes, 1);
    code.emit(Opcode::return_value);
    return add_function(code.finish("<signal>", 1, {".signal"}));
  }

  void threads() {
    ThreadInfo& main = program_.threads.front();
    main.name = main_thread_name;
    main.started = true;
    if (scenario_.main) {
      BodyCompiler compiler(module_, BodyKind::module, {});
      main.body = add_function(compiler.body("<main>", main_place(), *scenario_.main));
      main.line = main_place().line;
    } else {
      main.body = join_all();
    }
    for (std::size_t i = 0; i < scenario_.threads.size(); ++i) {
      thread(scenario_.threads[i], program_.threads[i + 1]);
    }
  }

  Place main_place() const {
    return scenario_.main && !scenario_.main->empty() ? scenario_.main->front().place : Place{};
  }

  void thread(const ScenarioThread& declared, ThreadInfo& thread) {
    thread.daemon = declared.daemon;
    thread.started = !scenario_.main;
    thread.line = declared.place.line;
    if (!declared.has_target) {
      BodyCompiler compiler(module_, BodyKind::module, {});
      thread.body =
          add_function(compiler.body("<" + declared.name + ">", declared.place, declared.body));
      return;
    }
    for (const Operand& argument : declared.arguments) {
      thread.arguments.push_back(constant(argument));
    }
    const Meaning meaning = module_.names.find(declared.target);
    if (meaning.kind != Meaning::Kind::function) {
      module_.complaints.at(
          declared.place, "/target",
          fmt::format(
              "there is no function {}{}", in_quotes(declared.target),
              did_you_mean(declared.target, module_.names.of_kind(Meaning::Kind::function))));
      return;
    }
    thread.body = {meaning.index};
    const std::size_t given = declared.arguments.size();
    if (auto wrong = wrong_arguments(scenario_.functions[meaning.index], given)) {
      module_.complaints.at(declared.place, given == 0 ? "/target" : "/args", std::move(*wrong));
    }
  }

  void conditions(const std::vector<ScenarioCondition>& declared, std::string_view what,
                  std::vector<Condition>& conditions) {
    for (const ScenarioCondition& condition : declared) {
      BodyCompiler compiler(module_, BodyKind::condition, {});
      const std::string name = fmt::format("<{} {}>", what, conditions.size() + 1);
      conditions.push_back({add_function(compiler.condition(name, condition)),
                            condition.expression.source, condition.place.line});
    }
  }

  const Scenario& scenario_;
  Module module_;
  Program& program_;          // the module's
  NamedConstants constants_;  // params and handles
  std::uint32_t unnamed_executors_ = 0;
  std::map<std::string, std::string> attributes_;  // of classes, and the first that has each
};

}  // namespace

Compiled compile(const Scenario& scenario) { return Compiler(scenario).compile(); }

}  // namespace lockstep
