#include <fmt/format.h>

#include <algorithm>

#include "engine/assert.h"
#include "engine/value/builtins.h"
#include "language/body_compiler.h"
#include "language/constant.h"
#include "language/names.h"
#include "language/pointer.h"

namespace lockstep {
namespace {

using Kind = Expression::Kind;

bool is_number(const Constant& constant) {
  return constant.kind == ValueKind::boolean || constant.kind == ValueKind::integer ||
         constant.kind == ValueKind::real;
}

bool truth(const Constant& constant) {
  switch (constant.kind) {
    case ValueKind::none:
      return false;
    case ValueKind::boolean:
      return constant.inline_value == true_value;
    case ValueKind::integer:
      return constant.integer != 0;
    case ValueKind::real:
      return constant.real != 0;
    case ValueKind::string:
    case ValueKind::bytes:
      return !constant.text.empty();
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict:
      return !constant.items.empty();
    default:
      return true;
  }
}

Constant handle(ValueKind kind, Value word) {
  Constant constant;
  constant.kind = kind;
  constant.inline_value = word;
  return constant;
}

Constant array_constant(const Meaning& array) {
  std::vector<Constant> items;
  for (std::uint32_t i = 0; i < array.count; ++i) {
    items.push_back(handle(ValueKind::object, object_value({array.index + i})));
  }
  return tuple_constant(std::move(items));
}

// The statement that does what a method of objects does.
std::string_view statement_of(Verb verb) {
  switch (verb) {
    case Verb::enter:
    case Verb::exit:
      return row(StatementKind::with).example;
    case Verb::set:
      return row(StatementKind::event_set).example;
    case Verb::clear:
      return row(StatementKind::event_clear).example;
    case Verb::set_name:
    case Verb::set_daemon:
    case Verb::set_value:
      return row(StatementKind::set).example;
    case Verb::create_pool:
      return row(StatementKind::pool).example;
    default:
      return row(*statement_named(row(verb).name)).example;
  }
}

std::string plural(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

// "a Lock, RLock or Condition": what has the verb.
std::string owners_of(Verb verb) {
  std::vector<std::string_view> types;
  for (const ObjectRow& object : object_rows()) {
    const bool through_lock = has_lock(object.kind) && operation_of(verb, ObjectKind::lock) &&
                              operation_of(verb, ObjectKind::rlock);
    if (operation_of(verb, object.kind) || through_lock) types.push_back(object.type);
  }
  if (operation_of(verb, ObjectKind::thread)) types.emplace_back("thread");
  if (operation_of(verb, ObjectKind::process)) types.emplace_back("process");
  if (operation_of(verb, ObjectKind::connection)) types.emplace_back("connection");
  if (operation_of(verb, ObjectKind::future)) types.emplace_back("future");
  if (operation_of(verb, ObjectKind::pool_result)) types.emplace_back("result of a Pool");
  std::string out;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (i == 0) {
      out = with_article(types[i]);
      continue;
    }
    out += i + 1 == types.size() ? " or " : ", ";
    out += types[i];
  }
  return out;
}

}  // namespace

void BodyCompiler::complain(const Expression& at, std::string message) {
  module_.complaints.inside(*operand_, at.begin, std::move(message));
}

void BodyCompiler::complain_unknown(const Expression& at) {
  if (module_.complaints.is_full()) return;  // to look for the nearest name takes time
  if (at.kind == Kind::call && at.text == "set") {
    return complain(at, "there are no sets; a list or a dict may do");
  }
  if (std::ranges::find(names_of_exit, at.text) != std::end(names_of_exit)) {
    return complain(at, fmt::format("unknown name {}; {}", in_quotes(at.text), as_exit));
  }
  if (const std::optional<StatementKind> statement = statement_named(at.text);
      statement && at.kind == Kind::call) {
    complain(at, fmt::format("{} is a statement, such as {}", in_quotes(at.text),
                             row(*statement).example));
    return;
  }
  if (at.text == "as_completed" && at.kind == Kind::call) {
    complain(at,
             "as_completed() is what a for goes over, such as "
             R"s({"for": "f", "in": "as_completed(fs)", "do": [{"print": "f.done()"}]})s");
    return;
  }
  complain(at, fmt::format("unknown name {}{}", in_quotes(at.text),
                           did_you_mean(at.text, scope_.candidates())));
}

void BodyCompiler::operand(const Operand& operand) {
  const Operand* const outer = std::exchange(operand_, &operand);
  expression(*operand.expression);
  operand_ = outer;
}

void BodyCompiler::operand_or(const Operand* operand, const Constant& otherwise) {
  if (operand != nullptr) {
    this->operand(*operand);
  } else {
    code_.constant(otherwise);
  }
}
void BodyCompiler::operand_or_none(const Operand* operand) { operand_or(operand, none_constant()); }

void BodyCompiler::expressions(const std::vector<ExpressionPtr>& operands, std::size_t from) {
  for (std::size_t i = from; i < operands.size(); ++i) expression(*operands[i]);
}

void BodyCompiler::expression(const Expression& expression) {
  if (const std::optional<Constant> constant = folded(expression)) {
    code_.constant(*constant);
    return;
  }
  const auto count = static_cast<std::uint32_t>(expression.operands.size());
  switch (expression.kind) {
    case Kind::constant:
      break;  // folded
    case Kind::name:
      return name(expression);
    case Kind::unary:
      this->expression(*expression.operands[0]);
      code_.emit(Opcode::unary, static_cast<std::uint32_t>(expression.unary_operator));
      return;
    case Kind::binary:
      expressions(expression.operands);
      code_.emit(Opcode::binary, static_cast<std::uint32_t>(expression.binary_operator));
      return;
    case Kind::comparison:
      return comparison(expression);
    case Kind::logical_and:
    case Kind::logical_or:
      return logical(expression);
    case Kind::conditional:
      return conditional(expression);
    case Kind::call:
      return call(expression);
    case Kind::method:
      return method(expression);
    case Kind::attribute:
      return attribute(expression);
    case Kind::subscript:
      return subscript(expression);
    case Kind::slice:
      for (const ExpressionPtr& operand : expression.operands) {
        if (operand) {
          this->expression(*operand);
        } else {
          code_.constant(none_constant());
        }
      }
      code_.emit(Opcode::slice);
      return;
    case Kind::list:
      expressions(expression.operands);
      code_.emit(Opcode::build_list, count);
      return;
    case Kind::tuple:
      expressions(expression.operands);
      code_.emit(Opcode::build_tuple, count);
      return;
    case Kind::dict:
      expressions(expression.operands);
      code_.emit(Opcode::build_dict, count / 2);
      return;
    case Kind::formatted:
      return formatted(expression);
    case Kind::replacement:
      return replacement(expression);
  }
  LOCKSTEP_ASSERT(false, "an expression that is not folded has a kind of its own");
}

// ---- names

void BodyCompiler::name(const Expression& expression) {
  const Meaning meaning = scope_.find(expression.text);
  switch (meaning.kind) {
    case Meaning::Kind::local:
      code_.emit(Opcode::load_local, meaning.index);
      return;
    case Meaning::Kind::variable:
      code_.emit(Opcode::load_global, meaning.index);
      return;
    case Meaning::Kind::object:
      if (names_thread_local(expression)) module_.locals_as_values.passed_on = expression.text;
      code_.constant(handle(ValueKind::object, object_value({meaning.index})));
      if (module_.program.objects[meaning.index].kind == ObjectKind::mp_pool) {
        code_.operate(Verb::look_up, target_of(expression));
      }
      return;
    case Meaning::Kind::array:
      if (names_thread_local(expression)) module_.locals_as_values.passed_on = expression.text;
      code_.constant(array_constant(meaning));
      return;
    case Meaning::Kind::thread:
      code_.constant(handle(ValueKind::thread, thread_value({meaning.index})));
      return;
    case Meaning::Kind::function:
      code_.constant(handle(ValueKind::function, function_value({meaning.index})));
      return;
    case Meaning::Kind::parameter:
      break;  // folded
    case Meaning::Kind::exception:
      code_.constant(handle(ValueKind::exception_class,
                            exception_class_value(static_cast<ExceptionKind>(meaning.index))));
      return;
    case Meaning::Kind::builtin:
    case Meaning::Kind::operation:
      complain(expression, fmt::format("{} is a function of Python and can only be called: {}()",
                                       in_quotes(expression.text), expression.text));
      break;
    case Meaning::Kind::unknown:
      complain_unknown(expression);
      break;
  }
  code_.constant(none_constant());
}

// ---- folding

std::optional<Constant> BodyCompiler::folded(const Expression& expression) const {
  if (expression.kind == Kind::constant) return expression.constant;
  if (!is_foldable(expression, false)) return std::nullopt;
  if (expression.kind == Kind::name) {
    return module_.scenario.parameters[scope_.find(expression.text).index].second;
  }
  return fold(expression, module_.parameters).constant;
}

// Calls stay calls: after them CPython lets others run.
bool BodyCompiler::is_foldable(const Expression& expression, bool numeric) const {
  const auto all = [&](bool numbers) {
    return std::ranges::all_of(expression.operands, [&](const ExpressionPtr& operand) {
      return is_foldable(*operand, numbers);
    });
  };
  switch (expression.kind) {
    case Kind::constant:
      return !numeric || is_number(expression.constant);
    case Kind::name: {
      const Meaning meaning = scope_.find(expression.text);
      return meaning.kind == Meaning::Kind::parameter &&
             (!numeric || is_number(module_.scenario.parameters[meaning.index].second));
    }
    case Kind::unary:
    case Kind::binary:
      return all(true);
    case Kind::list:
    case Kind::tuple:
    case Kind::dict:
      return !numeric && all(false);
    default:
      return false;
  }
}

// ---- operators

void BodyCompiler::compare(Comparison comparison) {
  code_.emit(Opcode::compare, static_cast<std::uint32_t>(comparison));
}

void BodyCompiler::compare_keeping(Comparison comparison) {
  code_.emit(Opcode::duplicate);
  code_.emit(Opcode::lift, 2);
  code_.emit(Opcode::swap);
  compare(comparison);
}

void BodyCompiler::comparison(const Expression& expression) {
  const std::size_t last = expression.comparisons.size() - 1;
  this->expression(*expression.operands[0]);
  if (last == 0) {
    this->expression(*expression.operands[1]);
    compare(expression.comparisons[0]);
    return;
  }
  const Label failed = code_.label();
  const Label end = code_.label();
  for (std::size_t i = 0; i < last; ++i) {
    this->expression(*expression.operands[i + 1]);
    compare_keeping(expression.comparisons[i]);
    code_.jump(Opcode::jump_if_false_keep, failed);
  }
  this->expression(*expression.operands[last + 1]);
  compare(expression.comparisons[last]);
  code_.jump(Opcode::jump, end);
  code_.place(failed);  // with the operand that would have been compared next
  code_.emit(Opcode::swap);
  code_.emit(Opcode::pop);
  code_.place(end);
}

void BodyCompiler::logical(const Expression& expression) {
  const Opcode leaves =
      expression.kind == Kind::logical_and ? Opcode::jump_if_false_keep : Opcode::jump_if_true_keep;
  const Label end = code_.label();
  for (std::size_t i = 0; i + 1 < expression.operands.size(); ++i) {
    this->expression(*expression.operands[i]);
    code_.jump(leaves, end);
  }
  this->expression(*expression.operands.back());
  code_.place(end);
}

void BodyCompiler::conditional(const Expression& expression) {
  const Label otherwise = code_.label();
  const Label end = code_.label();
  jump_if(false, *expression.operands[1], otherwise);
  this->expression(*expression.operands[0]);
  code_.jump(Opcode::jump, end);
  code_.place(otherwise);
  this->expression(*expression.operands[2]);
  code_.place(end);
}

void BodyCompiler::jump_if(bool wanted, const Expression& expression, Label to) {
  if (const std::optional<Constant> constant = folded(expression)) {
    if (truth(*constant) == wanted) code_.jump(Opcode::jump, to);
    return;
  }
  if (expression.kind == Kind::unary && expression.unary_operator == UnaryOperator::logical_not) {
    return jump_if(!wanted, *expression.operands[0], to);
  }
  if (expression.kind == Kind::logical_and || expression.kind == Kind::logical_or) {
    // One operand decides: a false one of `and`, a true one of `or`.
    const bool decisive = expression.kind == Kind::logical_or;
    const Label behind = code_.label();
    for (std::size_t i = 0; i + 1 < expression.operands.size(); ++i) {
      jump_if(decisive, *expression.operands[i], decisive == wanted ? to : behind);
    }
    jump_if(wanted, *expression.operands.back(), to);
    code_.place(behind);
    return;
  }
  if (expression.kind == Kind::conditional) {
    const Label otherwise = code_.label();
    const Label behind = code_.label();
    jump_if(false, *expression.operands[1], otherwise);
    jump_if(wanted, *expression.operands[0], to);
    code_.jump(Opcode::jump, behind);
    code_.place(otherwise);
    jump_if(wanted, *expression.operands[2], to);
    code_.place(behind);
    return;
  }
  if (expression.kind == Kind::comparison && expression.comparisons.size() > 1) {
    return jump_if_comparison(wanted, expression, to);
  }
  this->expression(expression);
  code_.jump(wanted ? Opcode::jump_if_true : Opcode::jump_if_false, to);
}

void BodyCompiler::jump_if_comparison(bool wanted, const Expression& expression, Label to) {
  const std::size_t last = expression.comparisons.size() - 1;
  const Label failed = code_.label();
  const Label end = code_.label();
  this->expression(*expression.operands[0]);
  for (std::size_t i = 0; i < last; ++i) {
    this->expression(*expression.operands[i + 1]);
    compare_keeping(expression.comparisons[i]);
    code_.jump(Opcode::jump_if_false, failed);
  }
  this->expression(*expression.operands[last + 1]);
  compare(expression.comparisons[last]);
  code_.jump(wanted ? Opcode::jump_if_true : Opcode::jump_if_false, to);
  code_.jump(Opcode::jump, end);
  code_.place(failed);
  code_.emit(Opcode::pop);
  if (!wanted) code_.jump(Opcode::jump, to);
  code_.place(end);
}

// ---- calls

void BodyCompiler::complain_arguments(const Expression& at, std::string_view name,
                                      std::size_t given, std::string_view takes) {
  complain(at, fmt::format("{}() takes {}, found {}", name, takes, given));
}

void BodyCompiler::call(const Expression& expression) {
  const Meaning meaning = scope_.find(expression.text);
  if (meaning.kind == Meaning::Kind::unknown) {
    complain_unknown(expression);
    code_.constant(none_constant());
    return;
  }
  call_of(meaning, expression);
}

void BodyCompiler::call_of(const Meaning& meaning, const Expression& expression) {
  const std::vector<ExpressionPtr>& arguments = expression.operands;
  const auto count = static_cast<std::uint32_t>(arguments.size());
  switch (meaning.kind) {
    case Meaning::Kind::local:
    case Meaning::Kind::variable:
      if (scope_.kind() == BodyKind::condition) break;
      name(expression);
      expressions(arguments);
      code_.emit(Opcode::call_value, 0, count);
      return;
    case Meaning::Kind::function:
      if (scope_.kind() == BodyKind::condition) break;
      if (const auto wrong = wrong_arguments(module_.scenario.functions[meaning.index], count)) {
        complain(expression, *wrong);
        code_.constant(none_constant());
        return;
      }
      expressions(arguments);
      code_.emit(Opcode::call, meaning.index, count);
      return;
    case Meaning::Kind::builtin: {
      const BuiltinRow& builtin = builtin_rows()[meaning.index];
      const bool too_many = builtin.arguments_max >= 0 &&
                            arguments.size() > static_cast<std::size_t>(builtin.arguments_max);
      if (arguments.size() < static_cast<std::size_t>(builtin.arguments_min) || too_many) {
        const std::string takes =
            builtin.arguments_max < 0
                ? "at least " + plural(static_cast<std::size_t>(builtin.arguments_min), "argument")
            : builtin.arguments_min == builtin.arguments_max
                ? plural(static_cast<std::size_t>(builtin.arguments_min), "argument")
                : fmt::format("{} to {} arguments", builtin.arguments_min, builtin.arguments_max);
        complain_arguments(expression, expression.text, arguments.size(), takes);
      }
      expressions(arguments);
      code_.emit(Opcode::call_builtin, meaning.index, count);
      return;
    }
    case Meaning::Kind::operation:
      return call_operation(expression, static_cast<Operation>(meaning.index));
    case Meaning::Kind::exception:
      expressions(arguments);
      code_.emit(Opcode::build_exception, meaning.index, count);
      return;
    case Meaning::Kind::object:
    case Meaning::Kind::array:
    case Meaning::Kind::thread:
    case Meaning::Kind::parameter:
    case Meaning::Kind::unknown:
      complain(expression, fmt::format("expected a function, found {}",
                                       described(meaning, expression.text, module_.program)));
      code_.constant(none_constant());
      return;
  }
  complain(expression, fmt::format("{} cannot be called here: the expression must not change "
                                   "anything",
                                   in_quotes(expression.text)));
  code_.constant(none_constant());
}

void BodyCompiler::call_operation(const Expression& expression, Operation operation) {
  if (!expression.operands.empty()) {
    complain_arguments(expression, expression.text, expression.operands.size(), "no arguments");
  }
  if (scope_.kind() == BodyKind::condition) {
    complain(expression,
             fmt::format("{}() depends on who asks; it has no value here", expression.text));
  }
  if (operation == Operation::active_count || operation == Operation::enumerate_threads) {
    module_.program.observes_liveness = true;
  }
  if (operation == Operation::time) module_.program.reads_clock = true;
  code_.perform(operation, 0);
}

// ---- methods and attributes

Target BodyCompiler::target_of(const Expression& expression) const {
  const Expression& named =
      expression.kind == Kind::subscript ? *expression.operands[0] : expression;
  if (named.kind != Kind::name) return {};
  const Meaning meaning = scope_.find(named.text);
  Target target;
  if (expression.kind == Kind::name && meaning.kind == Meaning::Kind::object) {
    target.kind = Target::Kind::objects;
    target.first = {meaning.index};
    target.count = 1;
  } else if (expression.kind == Kind::name && meaning.kind == Meaning::Kind::thread) {
    target.kind = Target::Kind::thread;
    target.thread = {meaning.index};
  } else if (expression.kind == Kind::subscript && meaning.kind == Meaning::Kind::array) {
    target.kind = Target::Kind::objects;
    target.first = {meaning.index};
    target.count = meaning.count;
    if (const std::optional<Constant> index = folded(*expression.operands[1])) {
      const std::int64_t i =
          index->integer < 0 ? index->integer + std::int64_t{meaning.count} : index->integer;
      if (index->kind == ValueKind::integer && i >= 0 && i < meaning.count) {
        target.first.index += static_cast<std::uint32_t>(i);
        target.count = 1;
      }
    }
  }
  return target;
}

bool BodyCompiler::is_thread_local(const Expression& expression) const {
  const Target target = target_of(expression);
  return target.kind == Target::Kind::objects &&
         module_.program.objects[target.first.index].kind == ObjectKind::local;
}

bool BodyCompiler::is_self(const Expression& expression) const {
  return module_.current_class != nullptr && expression.kind == Kind::name &&
         expression.text == "self";
}

bool BodyCompiler::names_thread_local(const Expression& expression) const {
  if (expression.kind == Kind::name) {
    const Meaning meaning = scope_.find(expression.text);
    return (meaning.kind == Meaning::Kind::object || meaning.kind == Meaning::Kind::array) &&
           module_.program.objects[meaning.index].kind == ObjectKind::local;
  }
  return std::ranges::any_of(expression.operands, [&](const ExpressionPtr& operand) {
    return operand != nullptr && names_thread_local(*operand);
  });
}

void BodyCompiler::thread_local_itself(const Expression& expression) {
  std::string passed_on = module_.locals_as_values.passed_on;
  this->expression(expression);
  const bool is_in_index =
      expression.kind == Kind::subscript && names_thread_local(*expression.operands[1]);
  if (!is_in_index) module_.locals_as_values.passed_on = std::move(passed_on);
}

bool BodyCompiler::is_no_local(const Expression& expression) const {
  if (is_self(expression) || target_of(expression).kind != Target::Kind::unknown) return true;
  return expression.kind == Kind::call &&
         scope_.find(expression.text).kind == Meaning::Kind::operation;
}

void BodyCompiler::note_unclear(const Expression& attribute, bool is_assigned) {
  if (is_no_local(*attribute.operands[0])) return;
  LocalsAsValues& locals = module_.locals_as_values;
  (is_assigned ? locals.unclear : locals.unclear_if_given).push_back({operand_, &attribute});
}

bool BodyCompiler::takes_verb(const Target& target, Verb verb) const {
  if (target.kind == Target::Kind::thread) {
    return operation_of(verb, ObjectKind::thread).has_value();
  }
  if (target.kind != Target::Kind::objects) return true;
  const ObjectInfo& object = module_.program.objects[target.first.index];
  const bool through_lock =
      verb == Verb::acquire || verb == Verb::release || verb == Verb::enter || verb == Verb::exit;
  return operation_of(verb, object.kind) ||
         (object.lock && through_lock &&
          operation_of(verb, module_.program.objects[object.lock->index].kind));
}

std::string_view BodyCompiler::source(const Expression& expression) const {
  return std::string_view(operand_->source)
      .substr(expression.begin, expression.end - expression.begin);
}

std::string BodyCompiler::described_target(const Expression& expression) const {
  const Target target = target_of(expression);
  const Meaning meaning = target.kind == Target::Kind::thread
                              ? Meaning{Meaning::Kind::thread, target.thread.index, 0}
                              : Meaning{Meaning::Kind::object, target.first.index, 0};
  return described(meaning, source(expression), module_.program);
}

bool BodyCompiler::complain_of_receiver(const Expression& expression, Verb verb) {
  const auto complain_found = [&](const std::string& found) {
    complain(expression, fmt::format("expected {}, found {}", owners_of(verb), found));
    return true;
  };
  if (!takes_verb(target_of(expression), verb)) {
    return complain_found(described_target(expression));
  }
  if (expression.kind == Kind::name) {
    const Meaning meaning = scope_.find(expression.text);
    switch (meaning.kind) {
      case Meaning::Kind::local:
      case Meaning::Kind::variable:
      case Meaning::Kind::object:
      case Meaning::Kind::thread:
        return false;
      case Meaning::Kind::array:
        return complain_found(fmt::format("the array {}; one of its objects is {}[0]",
                                          in_quotes(expression.text), expression.text));
      case Meaning::Kind::unknown: {
        // What has the verb is meant rather than any other name.
        std::vector<std::string> candidates;
        for (std::string& name : module_.names.of_kind(Meaning::Kind::object)) {
          const Meaning object = module_.names.find(name);
          if (takes_verb({Target::Kind::objects, {object.index}, 1, {}}, verb)) {
            candidates.push_back(std::move(name));
          }
        }
        for (std::string& name : scope_.candidates()) candidates.push_back(std::move(name));
        const std::string nearest = did_you_mean(expression.text, candidates);
        return complain_found((nearest.empty() ? "the unknown name " : "") +
                              in_quotes(expression.text) + nearest);
      }
      case Meaning::Kind::function:
      case Meaning::Kind::parameter:
      case Meaning::Kind::builtin:
      case Meaning::Kind::operation:
      case Meaning::Kind::exception:
        return complain_found(described(meaning, expression.text, module_.program));
    }
  }
  const std::optional<Constant> constant = folded(expression);
  return constant && complain_found(literal(*constant));
}

Target BodyCompiler::receiver(const Expression& expression, Verb verb) {
  if (complain_of_receiver(expression, verb)) {
    code_.constant(none_constant());
    return {};
  }
  const Target target = target_of(expression);
  if (expression.kind == Kind::name && target.kind == Target::Kind::objects) {
    // Whatever it is asked says too whether there is anything of this name.
    code_.constant(handle(ValueKind::object, object_value(target.first)));
  } else {
    this->expression(expression);
  }
  return target;
}

void BodyCompiler::method(const Expression& expression) {
  const Expression& receiver = *expression.operands[0];
  const std::size_t arguments = expression.operands.size() - 1;
  const std::string& called = expression.text;
  const std::optional<Verb> verb = verb_named(called);
  const std::optional<Method> pure = method_named(called);
  const Target target = target_of(receiver);
  const bool of_data = target.kind == Target::Kind::unknown;
  const auto refuse = [&](std::string message) {
    complain(expression, std::move(message));
    code_.constant(none_constant());
  };

  if (receiver.kind == Kind::name && receiver.text == "sys" && called == "exit" &&
      scope_.find("sys").kind == Meaning::Kind::unknown) {
    return refuse(fmt::format("there are no modules; {}", as_exit));
  }
  if (const auto own = is_self(receiver) ? method_of_self(called) : std::nullopt) {
    if (auto wrong = wrong_arguments(module_.scenario.functions[own->index], arguments + 1)) {
      return refuse(std::move(*wrong));
    }
    expressions(expression.operands);
    return code_.emit(Opcode::call, own->index, static_cast<std::uint32_t>(arguments + 1));
  }
  if (verb && row(*verb).where == VerbRow::Where::query) {
    if (arguments > 0) complain_arguments(expression, called, arguments, "no arguments");
    return query(expression, *verb);
  }
  if (pure && of_data) {
    expressions(expression.operands);
    code_.emit(Opcode::call_method, static_cast<std::uint32_t>(*pure),
               static_cast<std::uint32_t>(arguments));
    return;
  }
  if ((verb && row(*verb).where == VerbRow::Where::attribute) || is_data_attribute(called)) {
    return refuse(fmt::format("\"{0}\" is no method: it is written without \"()\"", called));
  }
  const std::optional<StatementKind> statement = statement_named(called);
  if (verb || statement) {
    return refuse(fmt::format("{}() is a statement of its own, such as {}", called,
                              verb ? statement_of(*verb) : row(*statement).example));
  }
  if (pure) {
    return refuse(
        fmt::format("{} has no method {}", described_target(receiver), in_quotes(called)));
  }
  std::vector<std::string> candidates;
  for (const VerbRow& candidate : verb_rows()) {
    if (candidate.where == VerbRow::Where::query) candidates.emplace_back(candidate.name);
  }
  for (const std::string_view candidate : method_names()) candidates.emplace_back(candidate);
  refuse(fmt::format("unknown method {}{}", in_quotes(called), did_you_mean(called, candidates)));
}

void BodyCompiler::query(const Expression& expression, Verb verb) {
  if (verb == Verb::is_alive || verb == Verb::exitcode) {
    module_.program.observes_liveness = true;
  }
  const Target target = receiver(*expression.operands[0], verb);
  code_.operate(verb, target);
}

void BodyCompiler::attribute(const Expression& expression) {
  const std::string& name = expression.text;
  if (is_thread_local(*expression.operands[0])) {
    if (scope_.kind() == BodyKind::condition) {
      complain(expression, "a Local depends on who asks; it has no value here");
    }
    thread_local_itself(*expression.operands[0]);
    return code_.emit(Opcode::load_attribute, module_.pool.index(string_constant(name)));
  }
  note_unclear(expression, false);
  if (const std::optional<GlobalId> attribute = module_.attribute_named(name)) {
    if (is_data_attribute(name) && !is_self(*expression.operands[0])) {
      complain(expression,
               fmt::format("exceptions have {0} too, and what {1} is is not known here; give the "
                           "attribute of the class another name",
                           in_quotes(name), in_quotes(source(*expression.operands[0]))));
    }
    this->expression(*expression.operands[0]);
    code_.emit(Opcode::load_global, attribute->index);
    return code_.emit(Opcode::attribute_of, module_.pool.index(string_constant(name)));
  }
  const std::optional<Verb> verb = verb_named(name);
  if (verb && row(*verb).where == VerbRow::Where::attribute) return query(expression, *verb);
  if (is_data_attribute(name)) {
    const Expression& owner = *expression.operands[0];
    if (owner.kind == Kind::name && scope_.find(owner.text).kind == Meaning::Kind::exception) {
      complain(expression, fmt::format("{} is an attribute of exceptions, not of their classes",
                                       in_quotes(name)));
    }
    this->expression(*expression.operands[0]);
    return code_.emit(Opcode::data_attribute, module_.pool.index(string_constant(name)));
  }
  if (verb || method_named(name)) {
    complain(expression,
             fmt::format("{} is a method: it is written \"{}()\"", in_quotes(name), name));
  } else {
    std::vector<std::string> candidates;
    for (const VerbRow& candidate : verb_rows()) {
      if (candidate.where == VerbRow::Where::attribute) candidates.emplace_back(candidate.name);
    }
    for (const Global& global : module_.program.globals) {
      if (!global.attribute.empty()) candidates.push_back(global.attribute);
    }
    std::string meant = did_you_mean(name, candidates);
    if (meant.empty() && is_self(*expression.operands[0])) {
      meant = fmt::format(": \"attributes\" of the class {} does not list it",
                          in_quotes(module_.current_class->name));
    }
    complain(expression, fmt::format("unknown attribute {}{}", in_quotes(name), meant));
  }
  code_.constant(none_constant());
}

void BodyCompiler::subscript(const Expression& expression) {
  // One object of an array, known now.
  const Target target = target_of(expression);
  if (target.kind == Target::Kind::objects && target.count == 1 &&
      folded(*expression.operands[1])) {
    const Expression& array = *expression.operands[0];
    if (names_thread_local(array)) module_.locals_as_values.passed_on = array.text;
    code_.constant(handle(ValueKind::object, object_value(target.first)));
    return;
  }
  expressions(expression.operands);
  code_.emit(Opcode::subscript);
}

// ---- f-strings

void BodyCompiler::formatted(const Expression& expression) {
  expressions(expression.operands);
  if (expression.operands.size() == 1) return;
  code_.emit(Opcode::build_text, static_cast<std::uint32_t>(expression.operands.size()));
}

void BodyCompiler::replacement(const Expression& expression) {
  this->expression(*expression.operands[0]);
  if (expression.operands.size() > 1 && expression.operands[1]) {
    this->expression(*expression.operands[1]);
  } else {
    code_.constant(string_constant(""));
  }
  code_.emit(Opcode::format, expression.conversion == 's'   ? 1
                             : expression.conversion == 'r' ? 2
                                                            : 0);
}

}  // namespace lockstep
