// Statements of a Pool of multiprocessing. What it calls is called by the bodies of its threads
// and workers (pool_bodies.h).
#include <fmt/format.h>

#include "engine/assert.h"
#include "language/body_compiler.h"
#include "language/constant.h"
#include "language/statement_text.h"

namespace lockstep {

void BodyCompiler::callback_or_none(const Statement& statement, std::string_view key) {
  const Field& callback = statement.fields[field_index(statement.kind, key)];
  if (std::holds_alternative<std::monostate>(callback)) return code_.constant(none_constant());
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

// for x in pool.imap(function, iterable):
//
//   while True:
//       try: x = next(iterator), but for StopIteration: leave
//       the body
void BodyCompiler::for_imap(const Statement& statement, Verb verb) {
  const Operand& in = get_operand(statement, "in");
  const std::vector<ExpressionPtr>& parts = in.expression->operands;  // the Pool, its arguments
  const std::uint32_t iterator = scope_.hidden(fmt::format(".results{}", enclosing_.size()));
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
  code_.emit(Opcode::store_local, iterator);

  const Label begin = code_.here();
  const Label failed = code_.label();
  const Label other = code_.label();
  const Label end = code_.label();
  Assembler::Range range = code_.open_range();
  code_.emit(Opcode::load_local, iterator);
  code_.constant(none_constant());
  code_.operate(Verb::next, {});
  code_.close_range(range, failed);
  store_names(statement);
  enter({.kind = Enclosing::Kind::while_loop, .next = begin, .end = end});
  block(get_block(statement, "do"));
  leave();
  code_.jump(Opcode::loop_back, begin);

  // What a call has raised is raised here, a StopIteration too: it ends the loop as in Python.
  code_.place_handler(failed, range);
  Constant stop;
  stop.kind = ValueKind::exception_class;
  stop.inline_value = exception_class_value(ExceptionKind::stop_iteration);
  code_.constant(stop);
  code_.emit(Opcode::match_exception);
  code_.jump(Opcode::jump_if_false, other);
  code_.emit(Opcode::pop);
  code_.jump(Opcode::jump, end);
  code_.place(other);
  code_.emit(Opcode::reraise);
  code_.place(end);
}

}  // namespace lockstep
