// Statements of a Pool of multiprocessing. What it calls is called by the bodies of its threads
// and workers (pool_bodies.h).
#include <fmt/format.h>

#include "engine/assert.h"
#include "engine/value/builtins.h"
#include "language/body_compiler.h"
#include "language/constant.h"
#include "language/pool_bodies.h"
#include "language/statement_text.h"

namespace lockstep {

void BodyCompiler::callback_or_none(const Statement& statement, std::string_view key) {
  const Field& callback = statement.fields[field_index(statement.kind, key)];
  if (std::holds_alternative<std::monostate>(callback)) return code_.constant(none_constant());
  // One that raises ends the thread that takes results, of which terminate() asks whether it lives.
  module_.program.observes_liveness = true;
  function_value_of(statement, key, 1);
}

void BodyCompiler::get_result() {
  code_.constant(boolean_constant(true));
  code_.constant(none_constant());
  code_.operate(Verb::get, {});
}

// In Python the name stands for nothing before, so it must be written here.
void BodyCompiler::pool_statement(const Statement& statement) {
  const Operand& pool = get_operand(statement, "pool");
  operand_ = &pool;
  const Target target = target_of(*pool.expression);
  if (target.kind != Target::Kind::objects &&
      !complain_of_receiver(*pool.expression, Verb::create_pool)) {
    complain(*pool.expression, "expected the name of an mp.Pool");
    return;
  }
  code_.operate(Verb::create_pool, receiver_operand(pool, Verb::create_pool));
  code_.emit(Opcode::pop);
}

// Pool.apply is apply_async(...).get().
void BodyCompiler::apply_statement(const Statement& statement, bool is_async) {
  const Target target =
      receiver_operand(get_operand(statement, row(statement.kind).key), Verb::apply_async);
  function_and_arguments(statement, "function");
  if (is_async) {
    callback_or_none(statement, "callback");
    callback_or_none(statement, "error_callback");
  } else {
    code_.constant(none_constant());
    code_.constant(none_constant());
  }
  code_.operate(Verb::apply_async, target);
  if (!is_async) get_result();
  store_or_pop(find_operand(statement, "into"));
}

// Pool.map and Pool.starmap too wait for the result.
void BodyCompiler::map_by_pool(const Statement& statement, Verb verb, bool is_async) {
  const Target target = receiver_operand(get_operand(statement, row(statement.kind).key), verb);
  if (verb == Verb::starmap_async) {
    // How many arguments there are, the items say.
    const Meaning function = scope_.find(get_function(statement, "function"));
    const bool is_known = function.kind == Meaning::Kind::function;
    function_value_of(statement, "function",
                      is_known ? module_.scenario.functions[function.index].parameters.size() : 0);
  } else {
    function_value_of(statement, "function", 1);
  }
  if (const std::vector<Operand>* over = find_operands(statement, "over")) {
    if (over->size() != 1) {
      module_.complaints.at(statement.place, "/over",
                            "a Pool maps over one iterable; with several arguments for each call "
                            "use \"starmap\"");
    }
    operand(over->front());
  } else {
    operand(get_operand(statement, "over"));
  }
  operand_or_none(find_operand(statement, "chunksize"));
  if (is_async) {
    callback_or_none(statement, "callback");
    callback_or_none(statement, "error_callback");
  } else {
    code_.constant(none_constant());
    code_.constant(none_constant());
  }
  code_.operate(verb, target);
  if (!is_async) get_result();
  store_or_pop(find_operand(statement, "into"));
}

void BodyCompiler::imap_statement(const Statement& statement, Verb verb) {
  const Target target = receiver_operand(get_operand(statement, row(statement.kind).key), verb);
  function_value_of(statement, "function", 1);
  operand(get_operand(statement, "over"));
  code_.operate(verb, target);
  store_or_pop(find_operand(statement, "into"));
}

bool may_be_iterator(const Expression& expression) {
  switch (expression.kind) {
    case Expression::Kind::name:
    case Expression::Kind::attribute:
    case Expression::Kind::method:  // d.get(k)
    case Expression::Kind::subscript:
    case Expression::Kind::conditional:
    case Expression::Kind::logical_and:
    case Expression::Kind::logical_or:
      return true;
    case Expression::Kind::call:  // a function of the scenario
      return !builtin_named(expression.text);
    default:
      return false;
  }
}

// for x in pool.imap(function, iterable)
void BodyCompiler::for_imap(const Statement& statement, Verb verb) {
  const Operand& in = get_operand(statement, "in");
  const std::vector<ExpressionPtr>& parts = in.expression->operands;  // the Pool, its arguments
  const Operand* const outer = std::exchange(operand_, &in);
  const Target target = receiver(*parts[0], verb);
  if (parts.size() != 3) {
    complain(*in.expression,
             fmt::format("{} takes a function and an iterable, found {} argument{}", row(verb).name,
                         parts.size() - 1, parts.size() == 2 ? "" : "s"));
    code_.constant(none_constant());
    code_.constant(none_constant());
  } else {
    expression(*parts[1]);
    expression(*parts[2]);
  }
  code_.operate(verb, target);
  operand_ = outer;
  for_any(statement);
}

// An iterator of a Pool stays on the stack with a 0 above it, as an iterable with its index does:
//
//   while True:
//       try: x = next(iterator), but for StopIteration: leave
//       the body
void BodyCompiler::for_any(const Statement& statement) {
  const std::uint32_t is_results = scope_.hidden(fmt::format(".is_results{}", enclosing_.size()));
  const Label counted = code_.label();
  const Label plain = code_.label();
  const Label found = code_.label();
  const Label failed = code_.label();
  const Label other = code_.label();
  const Label end = code_.label();
  code_.emit(Opcode::is_iterator);
  code_.emit(Opcode::store_local, is_results);
  code_.emit(Opcode::load_local, is_results);
  code_.jump(Opcode::jump_if_false, plain);
  code_.constant(integer_constant(0));
  code_.jump(Opcode::jump, counted);
  code_.place(plain);
  code_.emit(Opcode::iterate);
  code_.place(counted);

  const Label begin = code_.here();
  const Label next = code_.label();
  code_.emit(Opcode::load_local, is_results);
  code_.jump(Opcode::jump_if_false, next);
  code_.emit(Opcode::duplicate_two);
  code_.emit(Opcode::pop);
  Assembler::Range range = code_.open_range();
  range.depth = code_.depth() - 1;
  code_.constant(none_constant());
  code_.operate(Verb::next, {});
  code_.close_range(range, failed);
  code_.jump(Opcode::jump, found);
  code_.place(next);
  code_.jump(Opcode::next_item, end);
  code_.place(found);
  store_names(statement);
  enter({.kind = Enclosing::Kind::for_loop, .next = begin, .end = end});
  block(get_block(statement, "do"));
  leave();
  code_.jump(Opcode::loop_back, begin);

  // What a call has raised is raised here, a StopIteration too: it ends the loop as in Python.
  code_.place_handler(failed, range);
  code_.constant(exception_class_constant(ExceptionKind::stop_iteration));
  code_.emit(Opcode::match_exception);
  code_.jump(Opcode::jump_if_false, other);
  for (int below = 0; below < 3; ++below) code_.emit(Opcode::pop);
  code_.jump(Opcode::jump, end);
  code_.place(other);
  code_.emit(Opcode::reraise);
  code_.place(end);
}

}  // namespace lockstep
