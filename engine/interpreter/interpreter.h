// The bytecode that only its own thread notices, instruction by instruction, on a private state.
// For the two that go on from one visible operation to the next: private_run and cpu_burst.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/assert.h"
#include "engine/interpreter/private_run.h"
#include "engine/value/arithmetic.h"
#include "engine/value/builtins.h"
#include "engine/value/text.h"

namespace lockstep {

// Inside a private run handles are called by what the Program knows: the name of a thread is
// shared state. str() of a thread handle is therefore its number, in every model.
class PrivateNames : public Names {
 public:
  explicit PrivateNames(const Program& program) : program_(program) {}
  std::string object_name(ObjectId id) const override {
    const ObjectInfo& object = program_.objects[id.index];
    return "<" + std::string(row(object.kind).type) + " " + object.name + ">";
  }
  std::string thread_name(ThreadId id) const override {
    if (id.index < program_.threads.size()) {
      return "<Thread " + program_.threads[id.index].name + ">";
    }
    return "<Thread #" + std::to_string(id.index) + ">";
  }
  std::string function_name(FunctionId id) const override {
    return "<function " + program_.functions[id.index].name + ">";
  }

 private:
  const Program& program_;
};

// Whether an object has an attribute that Global::attribute names, whose values these are.
inline bool has_attribute(const ValueTable& values, Value attributes, Value owner) {
  if (values.kind(owner) != ValueKind::thread) return false;
  const std::span<const Value> items = values.items(attributes);
  for (std::size_t i = 0; i < items.size(); i += 2) {
    if (items[i] == owner) return true;
  }
  return false;
}
// Which class a thread is of no value says: it is called by the class that has the attribute.
inline Value missing_attribute(ValueTable& values, const Program& program, Value owner,
                               const std::string& attribute) {
  std::string type(type_name(values, owner));
  if (values.kind(owner) == ValueKind::thread) {
    for (const Global& global : program.globals) {
      if (global.attribute == attribute) type = global.owner;
    }
  }
  return values.exception(ExceptionKind::attribute_error,
                          "'" + type + "' object has no attribute '" + attribute + "'");
}

// What an update of a shared variable raises: where that is all that objects have of an attribute,
// and `owner` has none, it is the attribute that is missing.
inline Value raised_by_update(ValueTable& values, const Program& program, GlobalId global,
                              Value content, Value owner, Value raised) {
  const std::string& attribute = program.globals[global.index].attribute;
  if (attribute.empty() || has_attribute(values, content, owner)) return raised;
  return missing_attribute(values, program, owner, attribute);
}

inline std::string plural(std::size_t n, const char* noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

class Interpreter {
 public:
  Interpreter(const Machine& machine, LocalState& state, PrivateObserver* observer)
      : machine_(machine),
        program_(machine.program),
        values_(machine.values()),
        names_(machine.program),
        state_(state),
        observer_(observer) {}

  void push_frame(FunctionId function, std::span<const Value> arguments) {
    const Function& callee = program_.functions[function.index];
    if (arguments.size() != callee.parameters) {
      raise(values_.exception(ExceptionKind::type_error, arity_message(callee, arguments.size())));
      return;
    }
    if (state_.frames.size() >= program_.limits.frames_max) {
      raise(values_.exception(ExceptionKind::recursion_error, "maximum recursion depth exceeded"));
      return;
    }
    if (observer_ != nullptr && !state_.frames.empty() && is_written(callee)) {
      observer_->called(function, site());
    }
    Frame frame;
    frame.function = function;
    frame.pc = callee.begin;
    frame.locals.assign(callee.locals.size(), unset_value);
    std::copy(arguments.begin(), arguments.end(), frame.locals.begin());
    frame.stack.reserve(callee.stack_max);
    state_.frames.push_back(std::move(frame));
    switch_place();
  }

  // Unwinds to the innermost handler, or ends the thread.
  void raise(Value exception) {
    if (observer_ != nullptr && !state_.frames.empty()) observer_->raised(exception, site());
    unwind(exception);
  }

  void unwind(Value exception) {
    unwind({exception, state_.frames.empty() ? 0 : state_.frames.back().pc});
  }

  void unwind(Raised raised) {
    const std::optional<FunctionId> outermost = outermost_function();
    while (!state_.frames.empty()) {
      Frame& frame = state_.frames.back();
      for (const ExceptionRange& range : program_.functions[frame.function.index].handlers) {
        if (frame.pc < range.begin || frame.pc >= range.end) continue;
        frame.stack.resize(range.depth);
        forget_handled(frame);
        frame.stack.push_back(raised.exception);
        frame.raised.push_back(raised);
        frame.pc = range.handler;
        return;
      }
      state_.frames.pop_back();
    }
    state_.attributes.clear();
    if (ends_with_later(values_, state_.uncaught, raised.exception)) {
      state_.uncaught = raised.exception;
      state_.uncaught_pc = raised.pc;
    }
    state_.atomic_depth = 0;
    state_.atomic_begun = false;
    go_to_exit(outermost);
  }

  // The exception on the stack goes on as what it was when its handler began.
  void reraise(Frame& frame) {
    const Value exception = frame.stack.back();
    forget_handled(frame);
    const auto was = std::find_if(frame.raised.rbegin(), frame.raised.rend(),
                                  [&](const Raised& one) { return one.exception == exception; });
    unwind(was == frame.raised.rend() ? Raised{exception, frame.pc} : *was);
  }

  // Whether what the `raise` there raises was read, not made by the statement.
  bool is_made_before(std::uint32_t pc) const {
    const Opcode before = program_.code[pc - 1].opcode;
    return before == Opcode::load_local || before == Opcode::load_global ||
           before == Opcode::load_handled;
  }

  // Its place stays, as the last line of a traceback does, if it is being handled.
  void raise_again(Value exception) {
    if (observer_ != nullptr) observer_->raised(exception, site());
    for (auto frame = state_.frames.rbegin(); frame != state_.frames.rend(); ++frame) {
      for (auto was = frame->raised.rbegin(); was != frame->raised.rend(); ++was) {
        if (was->exception == exception) return unwind(Raised(*was));
      }
    }
    unwind(exception);
  }

  // What the innermost caller that handles an exception handles.
  Value handled_by_callers() {
    for (auto frame = state_.frames.rbegin() + 1; frame != state_.frames.rend(); ++frame) {
      const std::vector<std::string>& locals = program_.functions[frame->function.index].locals;
      for (std::size_t depth = locals.size(); depth-- > 0;) {
        const auto slot = std::ranges::find(locals, exception_slot(depth));
        if (slot == locals.end()) continue;
        const Value its = frame->locals[static_cast<std::size_t>(slot - locals.begin())];
        if (its != unset_value) return its;
      }
    }
    const Value text = values_.string("No active exception to reraise");
    return values_.exception(ExceptionKind::runtime_error, {&text, 1});
  }

  void switch_place() { state_.may_switch = true; }

  // Until the next visible instruction or the end. Returns the number of bytecodes, among which
  // are those that this run has `executed` already.
  std::uint32_t run(std::uint32_t executed = 0) {
    while (!state_.frames.empty()) {
      Frame& frame = state_.frames.back();
      const Instruction& instruction = program_.code[frame.pc];
      if (row(instruction.opcode).visible) {
        if (raised_for_want_of_method(instruction, frame)) continue;
        const Switch switches = switches_at(program_, values_, frame);
        // What Python is written in Python begins with a function entry.
        if (switches == Switch::py_call || switches == Switch::yields) switch_place();
        break;
      }
      if (executed++ >= program_.limits.private_steps_max) {
        switch_place();
        break;
      }
      execute(instruction, frame);
    }
    if (program_.gil != GilModel::calls_and_loops) switch_place();
    return executed;
  }

  // Requires: the instruction is private, and the frame the innermost.
  void execute(const Instruction& instruction, Frame& frame);

  Value returned = none_value;

 private:
  // By the scenario. That lockstep's own functions are called is nobody's business.
  static bool is_written(const Function& function) { return !function.name.starts_with('<'); }

  std::optional<FunctionId> outermost_function() const {
    if (state_.frames.empty()) return std::nullopt;
    return state_.frames.front().function;
  }
  // What comes after the code of MainThread, whether that has raised or not.
  void go_to_exit(std::optional<FunctionId> left) {
    if (program_.exit_body && left == program_.threads.front().body) {
      push_frame(*program_.exit_body, {});
    }
  }

  SiteId site() const { return program_.code[state_.frames.back().pc].site; }

  static std::string arity_message(const Function& callee, std::size_t given) {
    if (given > callee.parameters) {
      return callee.name + "() takes " + plural(callee.parameters, "positional argument") +
             " but " + std::to_string(given) + (given == 1 ? " was given" : " were given");
    }
    const std::size_t missing = callee.parameters - given;
    std::string text = callee.name + "() missing " + std::to_string(missing) +
                       " required positional argument" + (missing == 1 ? "" : "s") + ": ";
    for (std::size_t i = given; i < callee.parameters; ++i) {
      if (i > given) text += i + 1 == callee.parameters ? (missing > 2 ? ", and " : " and ") : ", ";
      text += "'" + callee.locals[i] + "'";
    }
    return text;
  }

  // Asking a receiver for a method that it has not got is a private matter: nobody else can
  // notice it.
  bool raised_for_want_of_method(const Instruction& instruction, const Frame& frame) {
    if (instruction.opcode != Opcode::operate) return false;
    Value receiver = frame.stack[frame.stack.size() - instruction.b - 1];
    const Verb verb = static_cast<Verb>(instruction.a);
    if (resolve(program_, values_, verb, receiver)) return false;
    raise(no_such_method(receiver, verb));
    return true;
  }

  Value no_such_method(Value receiver, Verb verb) {
    const std::string type(type_name(values_, receiver));
    if (verb == Verb::enter || verb == Verb::exit) {
      return values_.exception(
          ExceptionKind::type_error,
          "'" + type + "' object does not support the context manager protocol");
    }
    // In Python a Barrier has the method wait, as others have, and attributes are assigned to.
    std::string_view name = row(verb == Verb::barrier_wait ? Verb::wait : verb).name;
    if (name.starts_with("set_")) name.remove_prefix(4);
    return values_.exception(ExceptionKind::attribute_error,
                             "'" + type + "' object has no attribute '" + std::string(name) + "'");
  }

  Value pop(Frame& frame) {
    const Value top = frame.stack.back();
    frame.stack.pop_back();
    return top;
  }
  std::vector<Value> pop_many(Frame& frame, std::size_t count) {
    std::vector<Value> taken(frame.stack.end() - static_cast<std::ptrdiff_t>(count),
                             frame.stack.end());
    frame.stack.resize(frame.stack.size() - count);
    return taken;
  }
  // Pushes the value and goes on, or raises. `frame` must be the innermost.
  void give(Frame& frame, Result result) {
    if (result.raised) return raise(result.value);
    frame.stack.push_back(result.value);
    ++frame.pc;
  }
  void jump_if(Frame& frame, bool taken, std::uint32_t target) {
    frame.pc = taken ? target : frame.pc + 1;
  }

  void call_value(Value callee, std::span<const Value> arguments) {
    if (values_.kind(callee) != ValueKind::function) {
      raise(values_.exception(
          ExceptionKind::type_error,
          "'" + std::string(type_name(values_, callee)) + "' object is not callable"));
      return;
    }
    push_frame(values_.as_function(callee), arguments);
  }

  std::vector<Attribute>::iterator attribute_place(ObjectId object, Value name) {
    return std::ranges::lower_bound(
        state_.attributes, std::pair(object.index, name.bits), {},
        [](const Attribute& one) { return std::pair(one.object.index, one.name.bits); });
  }
  std::vector<Attribute>::iterator find_attribute(ObjectId object, std::uint32_t name) {
    const auto place = attribute_place(object, machine_.constants[name]);
    const bool found = place != state_.attributes.end() && place->object == object &&
                       place->name == machine_.constants[name];
    return found ? place : state_.attributes.end();
  }
  void set_attribute(ObjectId object, std::uint32_t name, Value value) {
    const auto found = find_attribute(object, name);
    if (found != state_.attributes.end()) {
      found->value = value;
      return;
    }
    const Value text = machine_.constants[name];
    state_.attributes.insert(attribute_place(object, text), {object, text, value});
  }
  Value no_such_attribute(std::uint32_t name) {
    return values_.exception(ExceptionKind::attribute_error,
                             "'" + std::string(row(ObjectKind::local).python_class) +
                                 "' object has no attribute '" +
                                 std::string(values_.as_text(machine_.constants[name])) + "'");
  }

  void leave_atomic() {
    if (state_.atomic_depth > 0) --state_.atomic_depth;
    if (state_.atomic_depth == 0) state_.atomic_begun = false;
  }

  void leave(Frame& frame) {
    const Value value = pop(frame);
    const FunctionId function = frame.function;
    if (observer_ != nullptr && state_.frames.size() > 1 &&
        is_written(program_.functions[function.index])) {
      observer_->returned(function, value, site());
    }
    state_.frames.pop_back();
    if (state_.frames.empty()) {
      state_.attributes.clear();
      returned = value;
      go_to_exit(function);
      return;
    }
    Frame& caller = state_.frames.back();
    caller.stack.push_back(value);
    ++caller.pc;
  }

  void update_local(const Instruction& instruction, Frame& frame) {
    const Update update = Update::decode(instruction.b);
    const std::vector<Value> operands = pop_many(frame, update.depth + update.arguments());
    Value& local = frame.locals[instruction.a];
    if (local == unset_value) {
      raise(values_.exception(ExceptionKind::unbound_local_error,
                              "cannot access local variable '" +
                                  program_.functions[frame.function.index].locals[instruction.a] +
                                  "' where it is not associated with a value"));
      return;
    }
    if (update.kind != Update::Kind::set_item) switch_place();
    const Updated result = updated(values_, local, update, operands);
    if (result.container.raised) return raise(result.container.value);
    local = result.container.value;
    if (update.pushes()) frame.stack.push_back(result.pushed);
    ++frame.pc;
  }

  void build_dict(Frame& frame, std::size_t pairs) {
    const std::vector<Value> given = pop_many(frame, pairs * 2);
    Value dict = values_.dict({});
    for (std::size_t i = 0; i < given.size(); i += 2) {
      const Result with = with_item(values_, dict, given[i], given[i + 1]);
      if (with.raised) return raise(with.value);
      dict = with.value;
    }
    give(frame, {dict});
  }

  void format_value(Frame& frame, std::uint32_t conversion) {
    const Value spec = pop(frame);
    Value value = pop(frame);
    if (conversion != 0) {
      const Builtin function = conversion == 1 ? Builtin::str_ : Builtin::repr_;
      const Result text = call_builtin(values_, function, {&value, 1}, names_);
      if (text.raised) return raise(text.value);
      value = text.value;
    }
    give(frame, format(values_, value, values_.as_text(spec), names_));
  }

  void unpack(Frame& frame, std::size_t count) {
    const Value iterable = pop(frame);
    if (!is_iterable(values_, iterable)) {
      raise(values_.exception(
          ExceptionKind::type_error,
          "cannot unpack non-iterable " + std::string(type_name(values_, iterable)) + " object"));
      return;
    }
    std::vector<Value> items;
    while (const std::optional<Value> item = item_at(values_, iterable, items.size())) {
      if (items.size() == count) {
        raise(values_.exception(ExceptionKind::value_error, "too many values to unpack (expected " +
                                                                std::to_string(count) + ")"));
        return;
      }
      items.push_back(*item);
    }
    if (items.size() < count) {
      raise(values_.exception(ExceptionKind::value_error, "not enough values to unpack (expected " +
                                                              std::to_string(count) + ", got " +
                                                              std::to_string(items.size()) + ")"));
      return;
    }
    frame.stack.insert(frame.stack.end(), items.rbegin(), items.rend());
    ++frame.pc;
  }

  void match_exception(Frame& frame) {
    const Value wanted = pop(frame);
    const ExceptionKind kind = values_.exception_kind(frame.stack.back());
    const auto fits = [&](Value one) {
      return values_.kind(one) == ValueKind::exception_class &&
             is_subclass(kind, values_.exception_kind(one));
    };
    bool matched = false;
    if (values_.kind(wanted) == ValueKind::tuple) {
      for (Value one : values_.items(wanted)) matched = matched || fits(one);
    } else {
      matched = fits(wanted);
    }
    frame.stack.push_back(boolean_value(matched));
    ++frame.pc;
  }

  const Machine& machine_;
  const Program& program_;
  ValueTable& values_;
  PrivateNames names_;
  LocalState& state_;
  PrivateObserver* observer_;
};

inline void Interpreter::execute(const Instruction& instruction, Frame& frame) {
  const std::uint32_t a = instruction.a;
  const std::uint32_t b = instruction.b;
  std::vector<Value>& stack = frame.stack;
  switch (instruction.opcode) {
    case Opcode::constant:
      stack.push_back(machine_.constants[a]);
      ++frame.pc;
      return;
    case Opcode::load_local:
      if (frame.locals[a] == unset_value) {
        raise(values_.exception(ExceptionKind::unbound_local_error,
                                "cannot access local variable '" +
                                    program_.functions[frame.function.index].locals[a] +
                                    "' where it is not associated with a value"));
        return;
      }
      stack.push_back(frame.locals[a]);
      ++frame.pc;
      return;
    case Opcode::store_local:
      frame.locals[a] = pop(frame);
      ++frame.pc;
      return;
    case Opcode::clear_local:
      frame.locals[a] = unset_value;
      ++frame.pc;
      return;
    case Opcode::update_local:
      return update_local(instruction, frame);
    case Opcode::load_attribute: {
      const auto found = find_attribute(values_.as_object(pop(frame)), a);
      if (found == state_.attributes.end()) return raise(no_such_attribute(a));
      stack.push_back(found->value);
      ++frame.pc;
      return;
    }
    case Opcode::store_attribute: {
      const ObjectId object = values_.as_object(pop(frame));
      set_attribute(object, a, pop(frame));
      ++frame.pc;
      return;
    }
    case Opcode::attribute_of: {
      const Value attributes = pop(frame);
      const Value owner = pop(frame);
      if (!has_attribute(values_, attributes, owner)) {
        return raise(missing_attribute(values_, program_, owner, program_.constants[a].text));
      }
      return give(frame, subscript(values_, attributes, owner));
    }
    case Opcode::has_attributes:
      if (values_.kind(stack.back()) != ValueKind::thread) {
        return raise(
            missing_attribute(values_, program_, stack.back(), program_.constants[a].text));
      }
      ++frame.pc;
      return;
    case Opcode::data_attribute:
      return give(frame, data_attribute(values_, pop(frame), program_.constants[a].text));
    case Opcode::unary: {
      const Value operand = pop(frame);
      return give(frame, unary(values_, static_cast<UnaryOperator>(a), operand));
    }
    case Opcode::binary: {
      const Value right = pop(frame);
      const Value left = pop(frame);
      return give(frame, binary(values_, static_cast<BinaryOperator>(a), left, right, &names_));
    }
    case Opcode::compare: {
      const Value right = pop(frame);
      const Value left = pop(frame);
      return give(frame, compare(values_, static_cast<Comparison>(a), left, right));
    }
    case Opcode::build_list:
      return give(frame, {values_.list(pop_many(frame, a))});
    case Opcode::build_tuple:
      return give(frame, {values_.tuple(pop_many(frame, a))});
    case Opcode::build_dict:
      return build_dict(frame, a);
    case Opcode::build_text: {
      std::string text;
      for (Value piece : pop_many(frame, a)) text += values_.as_text(piece);
      return give(frame, {values_.string(text)});
    }
    case Opcode::build_exception:
      switch_place();  // a class is called
      return give(frame, {values_.exception(static_cast<ExceptionKind>(a), pop_many(frame, b))});
    case Opcode::format:
      return format_value(frame, a);
    case Opcode::subscript: {
      const Value index = pop(frame);
      const Value container = pop(frame);
      return give(frame, subscript(values_, container, index));
    }
    case Opcode::slice: {
      const Value step = pop(frame);
      const Value stop = pop(frame);
      const Value start = pop(frame);
      const Value container = pop(frame);
      return give(frame, slice(values_, container, start, stop, step));
    }
    case Opcode::call_builtin:
      switch_place();
      return give(frame,
                  call_builtin(values_, static_cast<Builtin>(a), pop_many(frame, b), names_));
    case Opcode::call_method: {
      switch_place();
      const std::vector<Value> arguments = pop_many(frame, b);
      const Value receiver = pop(frame);
      return give(frame, call_method(values_, static_cast<Method>(a), receiver, arguments, names_));
    }
    case Opcode::pop:
      stack.pop_back();
      ++frame.pc;
      return;
    case Opcode::load_handled:
      stack.push_back(handled_by_callers());
      ++frame.pc;
      return;
    case Opcode::duplicate:
      stack.push_back(stack.back());
      ++frame.pc;
      return;
    case Opcode::duplicate_two: {
      const Value second = stack[stack.size() - 2];
      const Value top = stack.back();
      stack.push_back(second);
      stack.push_back(top);
      ++frame.pc;
      return;
    }
    case Opcode::swap:
      std::swap(stack[stack.size() - 2], stack.back());
      ++frame.pc;
      return;
    case Opcode::lift: {
      const auto at = stack.end() - 1 - static_cast<std::ptrdiff_t>(a);
      const Value lifted = *at;
      stack.erase(at);
      stack.push_back(lifted);
      ++frame.pc;
      return;
    }
    case Opcode::jump:
      frame.pc = a;
      return;
    case Opcode::loop_back:
      switch_place();
      frame.pc = a;
      return;
    case Opcode::jump_if_false:
      return jump_if(frame, !truth(values_, pop(frame)), a);
    case Opcode::jump_if_true:
      return jump_if(frame, truth(values_, pop(frame)), a);
    case Opcode::jump_if_false_keep:
    case Opcode::jump_if_true_keep: {
      const bool wanted = instruction.opcode == Opcode::jump_if_true_keep;
      const bool taken = truth(values_, stack.back()) == wanted;
      if (!taken) stack.pop_back();
      return jump_if(frame, taken, a);
    }
    case Opcode::is_iterator:
      stack.push_back(boolean_value(values_.is_iterator(stack.back())));
      ++frame.pc;
      return;
    case Opcode::iterate:
      if (!is_iterable(values_, stack.back())) {
        raise(values_.exception(
            ExceptionKind::type_error,
            "'" + std::string(type_name(values_, stack.back())) + "' object is not iterable"));
        return;
      }
      stack.push_back(values_.integer(0));
      ++frame.pc;
      return;
    case Opcode::next_item: {
      const std::int64_t i = values_.as_integer(stack.back());
      const std::optional<Value> item =
          item_at(values_, stack[stack.size() - 2], static_cast<std::uint64_t>(i));
      if (!item) {
        stack.resize(stack.size() - 2);
        frame.pc = a;
        return;
      }
      stack.back() = values_.integer(i + 1);
      stack.push_back(*item);
      ++frame.pc;
      return;
    }
    case Opcode::unpack:
      return unpack(frame, a);
    case Opcode::call: {
      const std::vector<Value> arguments = pop_many(frame, b);
      return push_frame({a}, arguments);
    }
    case Opcode::call_value: {
      const std::vector<Value> arguments = pop_many(frame, b);
      const Value callee = pop(frame);
      return call_value(callee, arguments);
    }
    case Opcode::call_with: {
      const Value arguments = pop(frame);
      const Value callee = pop(frame);
      return call_value(callee, values_.items(arguments));
    }
    case Opcode::return_value:
      return leave(frame);
    case Opcode::raise: {
      const Value what = pop(frame);
      if (values_.kind(what) == ValueKind::exception) {
        return is_made_before(frame.pc) ? raise_again(what) : raise(what);
      }
      if (values_.kind(what) == ValueKind::exception_class) {
        return raise(values_.exception(values_.exception_kind(what)));
      }
      return raise(values_.exception(ExceptionKind::type_error,
                                     "exceptions must derive from BaseException"));
    }
    case Opcode::reraise:
      return reraise(frame);
    case Opcode::match_exception:
      return match_exception(frame);
    case Opcode::atomic_enter:
      ++state_.atomic_depth;
      ++frame.pc;
      return;
    case Opcode::atomic_exit:
      leave_atomic();
      ++frame.pc;
      return;
    case Opcode::await_test: {
      const bool done = truth(values_, pop(frame));
      leave_atomic();
      if (!done) switch_place();
      frame.pc = done ? frame.pc + 1 : a;
      return;
    }
    case Opcode::mark:
      if (observer_ != nullptr) observer_->marked(instruction.site);
      ++frame.pc;
      return;
    case Opcode::load_global:
    case Opcode::store_global:
    case Opcode::update_global:
    case Opcode::operate:
    case Opcode::perform:
    case Opcode::await:
      break;
  }
  LOCKSTEP_ASSERT(false, "a private run executes private bytecode only");
}

}  // namespace lockstep
