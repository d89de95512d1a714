// Statements that do one thing after the other, and assignments.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/assert.h"
#include "language/body_compiler.h"
#include "language/constant.h"
#include "language/pointer.h"
#include "language/statement_text.h"

namespace lockstep {
void BodyCompiler::statement(const Statement& statement) {
  if (code_.address() >= code_max) {
    if (!std::exchange(module_.is_full, true)) {
      module_.complaints.at(
          statement.place,
          fmt::format("the code is longer than {} instructions; a finally body is written once for "
                      "each way out",
                      code_max));
    }
    return;
  }
  code_.set_site(module_.site_of(statement));
  if (!statement.label.empty() || !statement.note.empty()) code_.emit(Opcode::mark);
  switch (statement.kind) {
    case StatementKind::set:
      return set_statement(statement);
    case StatementKind::append:
      return append_statement(statement);
    case StatementKind::pop:
      return pop_statement(statement);
    case StatementKind::print:
      return print_statement(statement);
    case StatementKind::assert_:
      return assert_statement(statement);
    case StatementKind::choose:
      return choose_statement(statement);
    case StatementKind::atomic:
      return atomic_statement(statement);
    case StatementKind::await:
      return await_statement(statement);
    case StatementKind::if_:
      return if_statement(statement);
    case StatementKind::while_:
      return while_statement(statement);
    case StatementKind::for_:
      return for_statement(statement);
    case StatementKind::break_:
      return break_statement(statement);
    case StatementKind::continue_:
      return continue_statement(statement);
    case StatementKind::call:
      return call_statement(statement);
    case StatementKind::return_:
      return return_statement(statement);
    case StatementKind::try_:
      return try_statement(statement);
    case StatementKind::raise:
      return raise_statement(statement);
    case StatementKind::pass:
    case StatementKind::global:  // Scope has read it
      return;
    case StatementKind::sleep:
      return time_statement(statement, Operation::sleep, "sleep");
    case StatementKind::io:
      return time_statement(statement, Operation::io, "io");
    case StatementKind::compute:
      return time_statement(statement, Operation::compute, "compute");
    case StatementKind::yield:
      code_.perform(Operation::yield, 0);
      code_.emit(Opcode::pop);
      return;
    case StatementKind::thread:
      create_thread(statement, "target", Operation::thread_create);
      return store(get_operand(statement, "thread"));
    case StatementKind::start:
      return verb_statement(statement, Verb::start, "");
    case StatementKind::join:
      return verb_statement(statement, Verb::join, "timeout");
    case StatementKind::spawn:
      return spawn_statement(statement);
    case StatementKind::acquire:
      return acquire_statement(statement);
    case StatementKind::release:
      return verb_statement(statement, Verb::release, "n");
    case StatementKind::with:
      return with_statement(statement);
    case StatementKind::wait:
      return wait_statement(statement);
    case StatementKind::wait_for:
      return wait_for_statement(statement);
    case StatementKind::notify:
      return verb_statement(statement, Verb::notify, "n");
    case StatementKind::notify_all:
      return verb_statement(statement, Verb::notify_all, "");
    case StatementKind::event_set:
      return verb_statement(statement, Verb::set, "");
    case StatementKind::event_clear:
      return verb_statement(statement, Verb::clear, "");
    case StatementKind::put:
      return put_statement(statement);
    case StatementKind::get:
      return get_statement(statement);
    case StatementKind::task_done:
      return verb_statement(statement, Verb::task_done, "");
    case StatementKind::shutdown:
      return shutdown_statement(statement);
    case StatementKind::barrier_wait:
      return barrier_wait_statement(statement);
    case StatementKind::reset:
      return verb_statement(statement, Verb::reset, "");
    case StatementKind::abort:
      return verb_statement(statement, Verb::abort, "");
    case StatementKind::timer:
      return timer_statement(statement);
    case StatementKind::process:
      module_.program.has_processes = true;
      create_thread(statement, "target", Operation::process_create);
      return store(get_operand(statement, "process"));
    case StatementKind::join_thread:
      return verb_statement(statement, Verb::join_thread, "");
    case StatementKind::cancel_join_thread:
      return verb_statement(statement, Verb::cancel_join_thread, "");
    case StatementKind::terminate:
      module_.has_signals = true;
      return verb_statement(statement, Verb::terminate, "");
    case StatementKind::kill:
      module_.has_signals = true;
      return verb_statement(statement, Verb::kill, "");
    case StatementKind::cancel:
      return cancel_statement(statement);
    case StatementKind::submit:
      return submit_statement(statement);
    case StatementKind::map:
      return map_statement(statement);
    case StatementKind::os_exit:
      module_.program.exits_at_once = true;
      return time_statement(statement, Operation::os_exit, "_exit");
    case StatementKind::pool:
      return pool_statement(statement);
    case StatementKind::apply:
      return apply_statement(statement, false);
    case StatementKind::apply_async:
      return apply_statement(statement, true);
    case StatementKind::map_async:
      return map_by_pool(statement, Verb::map_async, true);
    case StatementKind::starmap:
      return map_by_pool(statement, Verb::starmap_async, false);
    case StatementKind::starmap_async:
      return map_by_pool(statement, Verb::starmap_async, true);
    case StatementKind::imap:
      return imap_statement(statement, Verb::imap);
    case StatementKind::imap_unordered:
      return imap_statement(statement, Verb::imap_unordered);
    case StatementKind::next:
      return result_statement(statement, Verb::next);
    case StatementKind::wait_futures:
      return wait_futures_statement(statement);
    case StatementKind::result:
      return result_statement(statement, Verb::result);
    case StatementKind::exception:
      return result_statement(statement, Verb::exception);
    case StatementKind::add_done_callback:
      return add_done_callback_statement(statement);
    case StatementKind::input:
      return input_statement(statement);
    case StatementKind::atexit:
      function_and_arguments(statement, "atexit");
      code_.perform(Operation::atexit_register, 2);
      module_.program.registers_exit_callbacks = true;
      return code_.emit(Opcode::pop);
    case StatementKind::write:
      return call_of_verb(statement, Verb::write);
    case StatementKind::listen:
      return call_of_verb(statement, Verb::listen);
    case StatementKind::accept:
      return call_of_verb(statement, Verb::accept);
    case StatementKind::connect:
      return call_of_verb(statement, Verb::connect);
    case StatementKind::send:
      return call_of_verb(statement, Verb::send);
    case StatementKind::recv:
      return call_of_verb(statement, Verb::recv);
    case StatementKind::close:
      return call_of_verb(statement, Verb::close);
  }
}

// Verbs whose fields are its arguments in their order, behind the receiver and before `into`.
void BodyCompiler::call_of_verb(const Statement& statement, Verb verb) {
  const std::span<const FieldRow> fields = row(statement.kind).fields;
  const Target target = receiver_operand(get_operand(statement, fields[0].key), verb);
  const Operand* into = nullptr;
  for (const FieldRow& field : fields.subspan(1)) {
    if (field.kind == FieldKind::target) {
      into = find_operand(statement, field.key);
    } else {
      operand_or_none(find_operand(statement, field.key));
    }
  }
  code_.operate(verb, target);
  store_or_pop(into);
}

// ---- assignments

void BodyCompiler::store_or_pop(const Operand* target) {
  if (target != nullptr) {
    store(*target);
  } else {
    code_.emit(Opcode::pop);
  }
}

void BodyCompiler::store(const Operand& target) {
  const Operand* const outer = std::exchange(operand_, &target);
  store_expression(*target.expression);
  operand_ = outer;
}

void BodyCompiler::store_expression(const Expression& target) {
  if (target.kind == Expression::Kind::name) return store_name(target.text);
  if (target.kind == Expression::Kind::subscript) {
    const std::optional<Container> container = this->container(target);
    if (!container) return code_.emit(Opcode::pop);
    const auto subscripts = static_cast<std::uint32_t>(container->subscripts.size());
    for (const Expression* subscript : container->subscripts) expression(*subscript);
    if (subscripts == 1) {
      code_.emit(Opcode::swap);
    } else {
      code_.emit(Opcode::lift, subscripts);
    }
    return update(*container, {Update::Kind::set_item, subscripts - 1});
  }
  LOCKSTEP_ASSERT(target.kind == Expression::Kind::attribute,
                  "the reader takes variables, items and attributes as targets");
  if (is_thread_local(*target.operands[0])) {
    thread_local_itself(*target.operands[0]);
    module_.locals_as_values.assigned.insert(target.text);
    return code_.emit(Opcode::store_attribute, module_.pool.index(string_constant(target.text)));
  }
  note_unclear(target, true);
  if (const std::optional<GlobalId> attribute = module_.attribute_named(target.text)) {
    expression(*target.operands[0]);
    code_.emit(Opcode::has_attributes, module_.pool.index(string_constant(target.text)));
    code_.emit(Opcode::swap);
    const Container all{{Meaning::Kind::variable, attribute->index, 0}, {}};
    return update(all, {Update::Kind::set_item, 0});
  }
  const Verb verb = target.text == "name"    ? Verb::set_name
                    : target.text == "value" ? Verb::set_value
                                             : Verb::set_daemon;
  if (verb == Verb::set_daemon && target.text != "daemon" && is_self(*target.operands[0])) {
    complain(target, fmt::format("unknown attribute {}: \"attributes\" of the class {} does not "
                                 "list it",
                                 in_quotes(target.text), in_quotes(module_.current_class->name)));
    return code_.emit(Opcode::pop);
  }
  if (verb == Verb::set_daemon && target.text != "daemon") {
    complain(target, fmt::format("the attribute {} cannot be assigned to; \"name\" and \"daemon\" "
                                 "of a thread or process can, \"value\" of an mp.Value, and any "
                                 "of a Local",
                                 in_quotes(target.text)));
    return code_.emit(Opcode::pop);
  }
  const Target of = receiver(*target.operands[0], verb);
  code_.emit(Opcode::swap);
  code_.operate(verb, of);
  code_.emit(Opcode::pop);
}

void BodyCompiler::store_name(const Meaning& meaning) {
  switch (meaning.kind) {
    case Meaning::Kind::local:
      return code_.emit(Opcode::store_local, meaning.index);
    case Meaning::Kind::variable:
      return code_.emit(Opcode::store_global, meaning.index);
    default:
      // Declared global without being a variable: Scope has complained.
      return code_.emit(Opcode::pop);
  }
}

std::optional<BodyCompiler::Container> BodyCompiler::container(const Expression& target) {
  Container container;
  const Expression* at = &target;
  for (; at->kind == Expression::Kind::subscript; at = at->operands[0].get()) {
    container.subscripts.insert(container.subscripts.begin(), at->operands[1].get());
  }
  const bool is_attribute =
      at->kind == Expression::Kind::attribute && !is_thread_local(*at->operands[0]);
  const std::optional<GlobalId> attribute =
      is_attribute ? module_.attribute_named(at->text) : std::nullopt;
  if (attribute) {
    note_unclear(*at, false);
    container.subscripts.insert(container.subscripts.begin(), at->operands[0].get());
    container.variable = {Meaning::Kind::variable, attribute->index, 0};
    return container;
  }
  if (at->kind != Expression::Kind::name) {
    complain(*at, fmt::format("expected a variable that holds a list or dict, found {}",
                              in_quotes(source(*at))));
    return std::nullopt;
  }
  container.variable = scope_.find(at->text);
  if (container.variable.kind == Meaning::Kind::unknown) {
    complain_unknown(*at);
    return std::nullopt;
  }
  if (container.variable.kind != Meaning::Kind::local &&
      container.variable.kind != Meaning::Kind::variable) {
    complain(*at, fmt::format("expected a variable that holds a list or dict, found {}",
                              described(container.variable, at->text, module_.program)));
    return std::nullopt;
  }
  return container;
}

void BodyCompiler::update(const Container& container, Update update) {
  const bool is_local = container.variable.kind == Meaning::Kind::local;
  code_.emit(is_local ? Opcode::update_local : Opcode::update_global, container.variable.index,
             update.encode());
}

void BodyCompiler::set_statement(const Statement& statement) {
  const Operand& target = get_operand(statement, "set");
  const Operand& value = get_operand(statement, "to");
  const std::optional<Constant> constant = folded(*value.expression);
  if (!constant || target.expression->kind != Expression::Kind::subscript) {
    operand(value);
    return store(target);
  }
  // A constant may as well be evaluated last.
  operand_ = &target;
  const std::optional<Container> container = this->container(*target.expression);
  if (!container) return;
  for (const Expression* subscript : container->subscripts) expression(*subscript);
  code_.constant(*constant);
  update(*container,
         {Update::Kind::set_item, static_cast<std::uint32_t>(container->subscripts.size() - 1)});
}

void BodyCompiler::append_statement(const Statement& statement) {
  const Operand& target = get_operand(statement, "append");
  operand_ = &target;
  const std::optional<Container> container = this->container(*target.expression);
  if (container) {
    for (const Expression* subscript : container->subscripts) expression(*subscript);
  }
  operand(get_operand(statement, "item"));
  if (!container) return code_.emit(Opcode::pop);
  update(*container,
         {Update::Kind::append, static_cast<std::uint32_t>(container->subscripts.size())});
}

void BodyCompiler::pop_statement(const Statement& statement) {
  const Operand& target = get_operand(statement, "pop");
  const Operand* index = find_operand(statement, "index");
  operand_ = &target;
  const std::optional<Container> container = this->container(*target.expression);
  if (container) {
    for (const Expression* subscript : container->subscripts) expression(*subscript);
  }
  if (index != nullptr) operand(*index);
  if (!container) {
    if (index == nullptr) code_.constant(none_constant());
  } else {
    update(*container, {index == nullptr ? Update::Kind::pop_last : Update::Kind::pop_at,
                        static_cast<std::uint32_t>(container->subscripts.size())});
  }
  store_or_pop(find_operand(statement, "into"));
}

// ---- data

void BodyCompiler::print_statement(const Statement& statement) {
  const std::vector<Operand>& values = *find_operands(statement, "print");
  for (const Operand& value : values) operand(value);
  code_.perform(Operation::print, static_cast<std::uint32_t>(values.size()));
  code_.emit(Opcode::pop);
}

void BodyCompiler::assert_statement(const Statement& statement) {
  const Operand& condition = get_operand(statement, "assert");
  const Operand* message = find_operand(statement, "message");
  const Label end = code_.label();
  operand_ = &condition;
  jump_if(true, *condition.expression, end);
  if (message != nullptr) operand(*message);
  code_.emit(Opcode::build_exception, static_cast<std::uint32_t>(ExceptionKind::assertion_error),
             message == nullptr ? 0 : 1);
  code_.emit(Opcode::raise);
  code_.place(end);
}

void BodyCompiler::choose_statement(const Statement& statement) {
  operand(get_operand(statement, "from"));
  code_.perform(Operation::choose, 1);
  store(get_operand(statement, "choose"));
}

void BodyCompiler::raise_statement(const Statement& statement) {
  if (const Operand* raised = find_operand(statement, "raise")) {
    operand(*raised);
  } else if (!exceptions_.empty()) {
    code_.emit(Opcode::load_local, exceptions_.back());
  } else {
    code_.emit(Opcode::load_handled);
  }
  code_.emit(Opcode::raise);
}

void BodyCompiler::time_statement(const Statement& statement, Operation operation,
                                  std::string_view key) {
  operand(get_operand(statement, key));
  code_.perform(operation, 1);
  code_.emit(Opcode::pop);
}

// ---- threads

// Thread(target, args, name, daemon), in the order of Python's parameters; Process likewise.
void BodyCompiler::create_thread(const Statement& statement, std::string_view function_key,
                                 Operation create) {
  if (create == Operation::thread_create) {
    const auto text_of = [&](std::string_view key) {
      const std::size_t i = field_index(statement.kind, key);
      const auto* text = std::get_if<std::string>(&statement.fields[i]);
      return text == nullptr ? std::string() : *text;
    };
    const bool is_spawn = statement.kind == StatementKind::spawn;
    const std::string target = text_of(function_key);
    const std::string named = is_spawn ? target : text_of("class");
    const ScenarioClass* its = module_.class_named(named);
    if (!is_spawn && !named.empty() && !target.empty()) {
      module_.complaints.at(statement.place, "/class", "a thread has either a target or a class");
    }
    if (!is_spawn && !named.empty() && its == nullptr) {
      std::vector<std::string> classes;
      for (const ScenarioClass& one : module_.scenario.classes) classes.push_back(one.name);
      module_.complaints.at(
          statement.place, "/class",
          fmt::format("there is no class {}{}", in_quotes(named), did_you_mean(named, classes)));
    }
    if (its != nullptr || target.empty()) return create_object(statement, its);
  }
  function_and_arguments(statement, function_key);
  operand_or_none(find_operand(statement, "name"));
  operand_or_none(find_operand(statement, "daemon"));
  code_.perform(create, 4);
}

// As t = Thread(...); t.start(): the name is there before the thread runs.
void BodyCompiler::spawn_statement(const Statement& statement) {
  create_thread(statement, "spawn", Operation::thread_create);
  if (const Operand* target = find_operand(statement, "as")) {
    code_.emit(Opcode::duplicate);
    store(*target);
  }
  code_.operate(Verb::start, {});
  code_.emit(Opcode::pop);
}

void BodyCompiler::timer_statement(const Statement& statement) {
  module_.has_timers = true;
  operand(get_operand(statement, "interval"));
  function_and_arguments(statement, "function");
  code_.perform(Operation::timer_create, 3);
  store(get_operand(statement, "timer"));
}

void BodyCompiler::input_statement(const Statement& statement) {
  if (const Operand* prompt = find_operand(statement, "prompt")) {
    operand(*prompt);
    code_.perform(Operation::prompt, 1);
    code_.emit(Opcode::pop);
  }
  code_.perform(Operation::input, 0);
  store(get_operand(statement, "input"));
}

// ---- objects

Target BodyCompiler::receiver_operand(const Operand& operand, Verb verb) {
  operand_ = &operand;
  return receiver(*operand.expression, verb);
}

void BodyCompiler::verb_statement(const Statement& statement, Verb verb,
                                  std::string_view argument_key) {
  const Target target = receiver_operand(get_operand(statement, row(statement.kind).key), verb);
  if (!argument_key.empty()) operand_or_none(find_operand(statement, argument_key));
  code_.operate(verb, target);
  code_.emit(Opcode::pop);
}

void BodyCompiler::acquire_statement(const Statement& statement) {
  const Target target = receiver_operand(get_operand(statement, "acquire"), Verb::acquire);
  operand_or(find_operand(statement, "blocking"), boolean_constant(true));
  operand_or_none(find_operand(statement, "timeout"));
  code_.operate(Verb::acquire, target);
  store_or_pop(find_operand(statement, "into"));
}

void BodyCompiler::wait_statement(const Statement& statement) {
  const Target target = receiver_operand(get_operand(statement, "wait"), Verb::wait);
  operand_or_none(find_operand(statement, "timeout"));
  code_.constant(boolean_constant(false));
  code_.operate(Verb::wait, target);
  store_or_pop(find_operand(statement, "into"));
}

// block=True, timeout=None of a queue's put and get.
void BodyCompiler::block_and_timeout(const Statement& statement) {
  operand_or(find_operand(statement, "block"), boolean_constant(true));
  operand_or_none(find_operand(statement, "timeout"));
}

void BodyCompiler::put_statement(const Statement& statement) {
  const Target target = receiver_operand(get_operand(statement, "put"), Verb::put);
  operand(get_operand(statement, "item"));
  block_and_timeout(statement);
  code_.operate(Verb::put, target);
  code_.emit(Opcode::pop);
}

void BodyCompiler::get_statement(const Statement& statement) {
  const Target target = receiver_operand(get_operand(statement, "get"), Verb::get);
  block_and_timeout(statement);
  code_.operate(Verb::get, target);
  store_or_pop(find_operand(statement, "into"));
}

// Condition.wait_for of Lib/threading.py:
//
//   result = predicate()
//   while not result: wait until notified or until the deadline of the first wait;
//                     result = predicate(); leave if the deadline is over
//
// The receiver and the timeout stay on the stack.
void BodyCompiler::wait_for_statement(const Statement& statement) {
  const Operand& predicate = get_operand(statement, "until");
  const Operand* timeout = find_operand(statement, "timeout");
  const Label done = code_.label();
  const Label last = code_.label();
  // Events wait too, but only conditions wait_for: those that notify.
  const Target target = receiver_operand(get_operand(statement, "wait_for"), Verb::notify);
  operand_or_none(timeout);
  const auto wait = [&](bool resumed) {
    operand(predicate);
    code_.jump(Opcode::jump_if_true_keep, done);
    code_.emit(Opcode::duplicate_two);
    code_.constant(boolean_constant(resumed));
    code_.operate(Verb::wait, target);
  };
  if (timeout == nullptr) {
    const Label again = code_.here();
    wait(false);
    code_.emit(Opcode::pop);
    code_.jump(Opcode::loop_back, again);
  } else {
    wait(false);
    code_.jump(Opcode::jump_if_false, last);
    const Label again = code_.here();
    wait(true);
    code_.jump(Opcode::jump_if_false, last);
    code_.jump(Opcode::loop_back, again);
    code_.place(last);
    operand(predicate);
  }
  code_.place(done);
  for (int below = 0; below < 2; ++below) {
    code_.emit(Opcode::swap);
    code_.emit(Opcode::pop);
  }
  store_or_pop(find_operand(statement, "into"));
}

std::vector<FunctionId> BodyCompiler::actions_of(const Target& target) const {
  const std::vector<ObjectInfo>& objects = module_.program.objects;
  std::size_t begin = 0;
  std::size_t end = objects.size();
  if (target.kind == Target::Kind::objects) {
    begin = target.first.index;
    end = begin + target.count;
  }
  std::vector<FunctionId> actions;
  for (std::size_t i = begin; i < end; ++i) {
    const std::optional<FunctionId> action = objects[i].action;
    if (action && std::ranges::find(actions, *action) == actions.end()) actions.push_back(*action);
  }
  return actions;
}

// Barrier.wait of Lib/threading.py. Its operation gives the thread's number in the round; or the
// action, which the thread then calls before it opens the barrier, or breaks it if that raises.
// The barrier stays on the stack.
void BodyCompiler::barrier_wait_statement(const Statement& statement) {
  const Label end = code_.label();
  const Target target =
      receiver_operand(get_operand(statement, "barrier_wait"), Verb::barrier_wait);
  code_.emit(Opcode::duplicate);
  operand_or_none(find_operand(statement, "timeout"));
  code_.operate(Verb::barrier_wait, target);
  for (const FunctionId action : actions_of(target)) {
    const Label next = code_.label();
    const Label failed = code_.label();
    const std::uint32_t depth = code_.depth();
    code_.emit(Opcode::duplicate);
    code_.constant(function_constant(action));
    compare(Comparison::is);
    code_.jump(Opcode::jump_if_false, next);
    code_.emit(Opcode::pop);

    Assembler::Range range = code_.open_range();
    code_.emit(Opcode::call, action.index, 0);
    code_.close_range(range, failed);
    code_.emit(Opcode::pop);
    code_.emit(Opcode::duplicate);
    code_.operate(Verb::barrier_release, target);
    code_.jump(Opcode::jump, end);

    code_.place_handler(failed, range);
    code_.emit(Opcode::swap);
    code_.operate(Verb::barrier_break, target);
    code_.emit(Opcode::pop);
    code_.emit(Opcode::reraise);
    code_.set_depth(depth);
    code_.place(next);
  }
  code_.place(end);
  code_.emit(Opcode::swap);
  code_.emit(Opcode::pop);
  store_or_pop(find_operand(statement, "into"));
}

}  // namespace lockstep
