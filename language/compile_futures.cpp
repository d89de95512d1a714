// Statements of executors and futures. No operation calls code of the scenario: where callbacks
// are due, the operation hands them out and Program's <callbacks> calls them.
#include <fmt/format.h>

#include <algorithm>

#include "engine/value/builtins.h"
#include "language/body_compiler.h"
#include "language/constant.h"
#include "language/pointer.h"
#include "language/pool_bodies.h"
#include "language/statement_text.h"

namespace lockstep {

void BodyCompiler::submit_statement(const Statement& statement) {
  const Target target = receiver_operand(get_operand(statement, "submit"), Verb::submit);
  function_and_arguments(statement, "function");
  code_.operate(Verb::submit, target);
  store_or_pop(find_operand(statement, "into"));
}

void BodyCompiler::result_statement(const Statement& statement, Verb verb) {
  const Target target = receiver_operand(get_operand(statement, row(statement.kind).key), verb);
  operand_or_none(find_operand(statement, "timeout"));
  code_.operate(verb, target);
  store_or_pop(find_operand(statement, "into"));
}

void BodyCompiler::wait_futures_statement(const Statement& statement) {
  operand(get_operand(statement, "wait_futures"));
  operand_or_none(find_operand(statement, "timeout"));
  if (const Operand* when = find_operand(statement, "return_when")) {
    operand(*when);
  } else {
    code_.constant(string_constant("ALL_COMPLETED"));
  }
  code_.perform(Operation::futures_wait, 3);
  code_.emit(Opcode::unpack, 2);
  store_or_pop(find_operand(statement, "done"));
  store_or_pop(find_operand(statement, "not_done"));
}

// future, callbacks -> nothing
void BodyCompiler::call_callbacks() {
  code_.emit(Opcode::call, callbacks_body(module_.scenario).index, 2);
  code_.emit(Opcode::pop);
}

// A Timer answers None; a future the answer and the callbacks that come before it.
void BodyCompiler::cancel_statement(const Statement& statement) {
  const Operand* into = find_operand(statement, "into");
  const Target target = receiver_operand(get_operand(statement, "cancel"), Verb::cancel);
  if (!has_executors(module_.program)) {
    code_.operate(Verb::cancel, target);
    return store_or_pop(into);
  }
  const Label timer = code_.label();
  const Label end = code_.label();
  code_.emit(Opcode::duplicate);
  code_.operate(Verb::cancel, target);
  code_.emit(Opcode::duplicate);
  code_.constant(none_constant());
  compare(Comparison::is);
  code_.jump(Opcode::jump_if_true, timer);
  code_.emit(Opcode::unpack, 2);
  code_.emit(Opcode::lift, 2);
  code_.emit(Opcode::lift, 2);
  call_callbacks();
  code_.jump(Opcode::jump, end);
  code_.place(timer);
  code_.emit(Opcode::swap);
  code_.emit(Opcode::pop);
  code_.place(end);
  store_or_pop(into);
}

// Who adds a callback too late calls it himself.
void BodyCompiler::add_done_callback_statement(const Statement& statement) {
  const Label later = code_.label();
  const Label end = code_.label();
  const Target target =
      receiver_operand(get_operand(statement, "add_done_callback"), Verb::add_done_callback);
  function_value_of(statement, "function", 1);
  code_.emit(Opcode::duplicate_two);
  code_.operate(Verb::add_done_callback, target);
  code_.jump(Opcode::jump_if_false, later);
  code_.emit(Opcode::build_tuple, 1);
  call_callbacks();
  code_.jump(Opcode::jump, end);
  code_.place(later);
  code_.emit(Opcode::pop);
  code_.emit(Opcode::pop);
  code_.place(end);
}

void BodyCompiler::refuse(const Statement& statement, bool is_of_kind, std::string_view key,
                          std::string_view kind) {
  if (!is_of_kind || find_operand(statement, key) == nullptr) return;
  module_.complaints.at(
      statement.place, fmt::format("/{}", key),
      fmt::format("{} is shut down without {}; leave it out", kind, in_quotes(key)));
}

// Queue.shutdown is one operation. ThreadPoolExecutor.shutdown:
//
//   with the lock: the flag; if cancel_futures: take out what is queued and cancel it; the sentinel
//   if wait: join the workers
//
// The first operation does all of it unless there is something to cancel. Whether it waits and the
// executor stay on the stack.
void BodyCompiler::shutdown_statement(const Statement& statement) {
  const Label done = code_.label();
  const Label drained = code_.label();
  const Label failed = code_.label();
  const Label end = code_.label();
  const Target target = receiver_operand(get_operand(statement, "shutdown"), Verb::shutdown);
  const bool is_queue = target.kind == Target::Kind::objects &&
                        !has_futures(module_.program.objects[target.first.index].kind);
  const bool is_executor = target.kind == Target::Kind::objects && !is_queue;
  refuse(statement, is_queue, "block", "a queue");
  refuse(statement, is_queue, "cancel_futures", "a queue");
  refuse(statement, is_executor, "immediate", "an executor");
  if (is_queue || !has_executors(module_.program)) {
    operand_or_none(find_operand(statement, "immediate"));
    operand_or(find_operand(statement, "block"), boolean_constant(true));
    operand_or_none(find_operand(statement, "cancel_futures"));
    code_.operate(Verb::shutdown, target);
    return code_.emit(Opcode::pop);
  }
  operand_or(find_operand(statement, "block"), boolean_constant(true));
  code_.emit(Opcode::swap);
  code_.emit(Opcode::duplicate_two);
  code_.emit(Opcode::swap);
  operand_or_none(find_operand(statement, "immediate"));
  code_.emit(Opcode::swap);
  operand_or_none(find_operand(statement, "cancel_futures"));
  code_.operate(Verb::shutdown, target);
  code_.jump(Opcode::jump_if_false, done);

  Assembler::Range range = code_.open_range();
  const Label again = code_.here();
  code_.emit(Opcode::duplicate);
  code_.operate(Verb::drain, target);
  code_.emit(Opcode::duplicate);
  code_.constant(none_constant());
  compare(Comparison::is);
  code_.jump(Opcode::jump_if_true, drained);
  code_.emit(Opcode::duplicate);
  code_.operate(Verb::cancel, {});
  code_.emit(Opcode::unpack, 2);
  code_.emit(Opcode::pop);
  call_callbacks();
  code_.jump(Opcode::loop_back, again);
  code_.place(drained);
  code_.emit(Opcode::pop);
  code_.close_range(range, failed);
  code_.emit(Opcode::swap);
  code_.operate(Verb::end_shutdown, target);
  code_.emit(Opcode::pop);
  code_.jump(Opcode::jump, end);

  code_.place_handler(failed, range);
  code_.emit(Opcode::swap);
  code_.operate(Verb::abandon_shutdown, target);
  code_.emit(Opcode::pop);
  code_.emit(Opcode::reraise);

  code_.place(done);
  code_.emit(Opcode::pop);
  code_.emit(Opcode::pop);
  code_.place(end);
}

// as_completed of Lib/concurrent/futures/_base.py, a generator there:
//
//   ready, pending = those that are done, the others
//   while True:
//       if not ready: leave if not pending; ready, pending = wait for some of pending
//       item = ready.pop(0); the body
void BodyCompiler::for_completed(const Statement& statement) {
  const Operand& in = get_operand(statement, "in");
  const std::vector<ExpressionPtr>& arguments = in.expression->operands;
  const auto slot = [&](std::string_view name) {
    return scope_.hidden(fmt::format(".{}{}", name, enclosing_.size()));
  };
  const std::uint32_t ready = slot("completed");
  const std::uint32_t pending = slot("pending");
  const std::uint32_t deadline = slot("deadline");
  const std::uint32_t total = slot("futures");
  module_.program.orders_futures = true;

  const Operand* const outer = std::exchange(operand_, &in);
  if (arguments.empty() || arguments.size() > 2) {
    complain(*in.expression,
             "as_completed takes an iterable of futures and, if need be, a timeout");
    code_.constant(none_constant());
    code_.constant(none_constant());
  } else {
    expressions(arguments);
    if (arguments.size() == 1) code_.constant(none_constant());
  }
  operand_ = outer;
  code_.perform(Operation::deadline, 1);
  code_.emit(Opcode::store_local, deadline);
  code_.constant(integer_constant(0));
  code_.constant(string_constant("ALL_COMPLETED"));
  code_.perform(Operation::futures_wait, 3);
  const auto keep_both = [&] {
    code_.emit(Opcode::unpack, 2);
    code_.emit(Opcode::store_local, ready);
    code_.emit(Opcode::store_local, pending);
  };
  keep_both();
  code_.emit(Opcode::load_local, ready);
  code_.emit(Opcode::load_local, pending);
  code_.emit(Opcode::binary, static_cast<std::uint32_t>(BinaryOperator::add));
  code_.emit(Opcode::call_builtin, static_cast<std::uint32_t>(Builtin::len_), 1);
  code_.emit(Opcode::store_local, total);

  const Label begin = code_.here();
  const Label some = code_.label();
  const Label end = code_.label();
  code_.emit(Opcode::load_local, ready);
  code_.jump(Opcode::jump_if_true, some);
  code_.emit(Opcode::load_local, pending);
  code_.jump(Opcode::jump_if_false, end);
  code_.emit(Opcode::load_local, pending);
  code_.emit(Opcode::load_local, deadline);
  code_.perform(Operation::remaining, 1);
  code_.emit(Opcode::load_local, total);
  code_.perform(Operation::futures_next, 3);
  keep_both();
  code_.place(some);
  code_.constant(integer_constant(0));
  code_.emit(Opcode::update_local, ready, Update{Update::Kind::pop_at, 0}.encode());
  store_names(statement);
  enter({.kind = Enclosing::Kind::while_loop, .next = begin, .end = end});
  block(get_block(statement, "do"));
  leave();
  code_.jump(Opcode::loop_back, begin);
  code_.place(end);
}

// A Pool has a map of its own. Where only a run can tell which of the two it is, the program must
// not have both.
bool BodyCompiler::is_map_of_pool(const Statement& statement) {
  const auto has = [&](bool pools) {
    return std::ranges::any_of(module_.program.objects, [&](const ObjectInfo& object) {
      return pools ? object.kind == ObjectKind::mp_pool : has_futures(object.kind);
    });
  };
  const Operand& receiver = get_operand(statement, "map");
  operand_ = &receiver;
  const Target target = target_of(*receiver.expression);
  const bool is_pool = target.kind == Target::Kind::objects
                           ? module_.program.objects[target.first.index].kind == ObjectKind::mp_pool
                           : has(true);
  if (!is_pool) return false;
  if (target.kind != Target::Kind::objects && has(false)) {
    module_.complaints.at(statement.place, "/map",
                          "this may be a Pool or an executor, which map in different ways; write "
                          "its name here");
  }
  if (find_operand(statement, "timeout") != nullptr) {
    module_.complaints.at(statement.place, "/timeout",
                          "a Pool maps without \"timeout\"; leave it out, or use \"map_async\" and "
                          "\"get\"");
  }
  return true;
}

// Executor.map: [submit(function, *arguments) for arguments in zip(*over)], and, if the results
// are wanted, the list of them. An exception cancels what comes after it, the last first.
void BodyCompiler::map_statement(const Statement& statement) {
  const std::vector<Operand>& over = *find_operands(statement, "over");
  const Operand* into = find_operand(statement, "into");
  const std::uint32_t pool = scope_.hidden(".map_executor");
  const std::uint32_t function = scope_.hidden(".map_function");
  const std::uint32_t futures = scope_.hidden(".map_futures");
  const auto append_to = [&](std::uint32_t list) {
    code_.emit(Opcode::update_local, list, Update{Update::Kind::append, 0}.encode());
  };
  // Of each item of the list on the stack.
  const auto each = [&](auto body) {
    code_.emit(Opcode::iterate);
    const Label begin = code_.here();
    const Label end = code_.label();
    code_.jump(Opcode::next_item, end);
    body();
    code_.jump(Opcode::loop_back, begin);
    code_.place(end);
  };

  if (is_map_of_pool(statement)) return map_by_pool(statement, Verb::map_async, false);
  const Target target = receiver_operand(get_operand(statement, "map"), Verb::submit);
  if (find_operand(statement, "chunksize") != nullptr) {
    module_.complaints.at(statement.place, "/chunksize",
                          "an executor maps without \"chunksize\"; leave it out");
  }
  code_.emit(Opcode::store_local, pool);
  function_value_of(statement, "function", over.size());
  code_.emit(Opcode::store_local, function);
  code_.emit(Opcode::build_list, 0);
  code_.emit(Opcode::store_local, futures);
  for (const Operand& iterable : over) operand(iterable);
  const Operand* timeout = find_operand(statement, "timeout");
  const std::uint32_t deadline = scope_.hidden(".map_deadline");
  if (timeout != nullptr) {
    operand(*timeout);
    code_.perform(Operation::deadline, 1);
    code_.emit(Opcode::store_local, deadline);
  }
  code_.emit(Opcode::call_builtin, static_cast<std::uint32_t>(Builtin::zip_),
             static_cast<std::uint32_t>(over.size()));
  each([&] {
    code_.emit(Opcode::load_local, pool);
    code_.emit(Opcode::load_local, function);
    code_.emit(Opcode::lift, 2);
    code_.operate(Verb::submit, target);
    append_to(futures);
  });
  if (into == nullptr) return;

  const std::uint32_t results = scope_.hidden(".map_results");
  const Label failed = code_.label();
  const Label end = code_.label();
  code_.emit(Opcode::build_list, 0);
  code_.emit(Opcode::store_local, results);
  code_.emit(Opcode::load_local, futures);
  Assembler::Range range{};
  each([&] {
    range = code_.open_range();
    if (timeout != nullptr) {
      code_.emit(Opcode::load_local, deadline);
      code_.perform(Operation::remaining, 1);
    } else {
      code_.constant(none_constant());
    }
    code_.operate(Verb::result, {});
    code_.close_range(range, failed);
    append_to(results);
  });
  code_.emit(Opcode::load_local, results);
  store(*into);
  code_.jump(Opcode::jump, end);

  // futures, how many were looked at, the one that failed, the exception
  code_.place_handler(failed, range);
  const std::uint32_t exception = scope_.hidden(".map_exception");
  code_.emit(Opcode::store_local, exception);
  if (timeout != nullptr) {  // it need not have failed itself
    const Label is_over = code_.label();
    code_.emit(Opcode::load_local, deadline);
    code_.constant(none_constant());
    compare(Comparison::is);
    code_.jump(Opcode::jump_if_true, is_over);
    code_.operate(Verb::cancel, {});
    code_.place(is_over);
  }
  code_.emit(Opcode::pop);
  code_.constant(none_constant());
  code_.constant(none_constant());
  code_.emit(Opcode::slice);
  code_.constant(none_constant());
  code_.constant(none_constant());
  code_.constant(integer_constant(-1));
  code_.emit(Opcode::slice);
  each([&] {
    code_.operate(Verb::cancel, {});
    code_.emit(Opcode::pop);  // nobody else has it to add a callback
  });
  code_.emit(Opcode::load_local, exception);
  code_.emit(Opcode::reraise);
  code_.place(end);
}

}  // namespace lockstep
