// Control flow: branches, loops, exceptions, and what is done on the way out of blocks.
//
// What leaves a block early (break, continue, return) does on its way what the blocks around it
// owe: the exit of a with, the body of a finally. That code is written out at each place, as
// CPython does, and stands outside of the ranges whose handlers would do the same again.
#include <fmt/format.h>

#include <algorithm>

#include "engine/assert.h"
#include "language/body_compiler.h"
#include "language/constant.h"
#include "language/pool_bodies.h"
#include "language/statement_text.h"

namespace lockstep {
namespace {

bool raises_again(const Statement& statement) {
  if (statement.kind == StatementKind::raise) {
    return std::holds_alternative<std::monostate>(statement.fields[0]);
  }
  // Handlers inside handle an exception of their own.
  return std::ranges::any_of(statement.fields, [](const Field& field) {
    const Block* inner = std::get_if<Block>(&field);
    return inner != nullptr && raises_again(*inner);
  });
}

}  // namespace

bool raises_again(const Block& block) {
  return std::ranges::any_of(block, [](const Statement& s) { return raises_again(s); });
}

void BodyCompiler::block(const Block& block) {
  const SiteId outer = code_.site();
  for (const Statement& inner : block) statement(inner);
  code_.set_site(outer);
}

// ---- branches and loops

void BodyCompiler::if_statement(const Statement& statement) {
  const Operand& condition = get_operand(statement, "if");
  const Block* otherwise = find_block(statement, "else");
  const Label else_begins = code_.label();
  operand_ = &condition;
  jump_if(false, *condition.expression, else_begins);
  block(get_block(statement, "then"));
  if (otherwise == nullptr || otherwise->empty()) {
    code_.place(else_begins);
    return;
  }
  const Label end = code_.label();
  code_.jump(Opcode::jump, end);
  code_.place(else_begins);
  block(*otherwise);
  code_.place(end);
}

// The condition stands at the end a second time, as in CPython since 3.10: the place to switch is
// the jump back, which lies between the condition and the body.
void BodyCompiler::while_statement(const Statement& statement) {
  const Operand& condition = get_operand(statement, "while");
  const Label begin = code_.here();
  const Label body = code_.label();
  const Label end = code_.label();
  operand_ = &condition;
  jump_if(false, *condition.expression, end);
  code_.place(body);
  enter({.kind = Enclosing::Kind::while_loop, .next = begin, .end = end});
  block(get_block(statement, "do"));
  leave();
  operand_ = &condition;
  jump_if(false, *condition.expression, end);
  code_.jump(Opcode::loop_back, body);
  code_.place(end);
}

// The variables of a `for`, of the item on the stack.
void BodyCompiler::store_names(const Statement& statement) {
  const auto& names = std::get<std::vector<std::string>>(statement.fields[0]);
  if (names.size() > 1) code_.emit(Opcode::unpack, static_cast<std::uint32_t>(names.size()));
  for (const std::string& name : names) store_name(name);
}

void BodyCompiler::for_statement(const Statement& statement) {
  const Expression& in = *get_operand(statement, "in").expression;
  const bool is_completed = in.kind == Expression::Kind::call && in.text == "as_completed" &&
                            scope_.find(in.text).kind == Meaning::Kind::unknown;
  if (is_completed) return for_completed(statement);
  if (in.kind == Expression::Kind::method && in.text == "imap") {
    return for_imap(statement, Verb::imap);
  }
  if (in.kind == Expression::Kind::method && in.text == "imap_unordered") {
    return for_imap(statement, Verb::imap_unordered);
  }
  operand(get_operand(statement, "in"));
  if (has_pools(module_.program) && may_be_iterator(in)) return for_any(statement);
  code_.emit(Opcode::iterate);
  const Label begin = code_.here();
  const Label end = code_.label();
  code_.jump(Opcode::next_item, end);
  store_names(statement);
  enter({.kind = Enclosing::Kind::for_loop, .next = begin, .end = end});
  block(get_block(statement, "do"));
  leave();
  code_.jump(Opcode::loop_back, begin);
  code_.place(end);
}

std::optional<std::size_t> BodyCompiler::innermost_loop() const {
  for (std::size_t i = enclosing_.size(); i-- > 0;) {
    if (enclosing_[i].kind == Enclosing::Kind::while_loop ||
        enclosing_[i].kind == Enclosing::Kind::for_loop) {
      return i;
    }
  }
  return std::nullopt;
}

void BodyCompiler::break_statement(const Statement& statement) {
  const std::optional<std::size_t> loop = innermost_loop();
  if (!loop) return module_.complaints.at(statement.place, "\"break\" stands outside a loop");
  const std::uint32_t depth = code_.depth();
  const Label end = enclosing_[*loop].end;
  unwind(*loop, Carrying::nothing);
  code_.jump(Opcode::jump, end);
  code_.set_depth(depth);
  resume_ranges();
}

void BodyCompiler::continue_statement(const Statement& statement) {
  const std::optional<std::size_t> loop = innermost_loop();
  if (!loop) return module_.complaints.at(statement.place, "\"continue\" stands outside a loop");
  const std::uint32_t depth = code_.depth();
  const Label next = enclosing_[*loop].next;
  unwind(*loop + 1, Carrying::nothing);
  code_.jump(Opcode::loop_back, next);
  code_.set_depth(depth);
  resume_ranges();
}

void BodyCompiler::return_statement(const Statement& statement) {
  if (scope_.kind() != BodyKind::function) {
    return module_.complaints.at(statement.place, "\"return\" stands outside a function");
  }
  const std::uint32_t depth = code_.depth();
  operand(get_operand(statement, "return"));
  unwind(0, Carrying::value);
  code_.emit(Opcode::return_value);
  code_.set_depth(depth);
  resume_ranges();
}

// ---- the way out

void BodyCompiler::enter(Enclosing enclosing) {
  enclosing.site = code_.site();
  enclosing_.push_back(std::move(enclosing));
}

BodyCompiler::Enclosing BodyCompiler::leave() {
  Enclosing enclosing = std::move(enclosing_.back());
  enclosing_.pop_back();
  return enclosing;
}

void BodyCompiler::unwind(std::size_t keep, Carrying carrying) {
  std::vector<Enclosing> left;  // innermost first
  const std::vector<std::uint32_t> exceptions = exceptions_;
  while (enclosing_.size() > keep) {
    Enclosing enclosing = leave();
    if (enclosing.range) code_.suspend(*enclosing.range);
    unwind_one(enclosing, carrying);
    left.push_back(std::move(enclosing));
  }
  for (auto i = left.rbegin(); i != left.rend(); ++i) enclosing_.push_back(std::move(*i));
  exceptions_ = exceptions;
}

void BodyCompiler::resume_ranges() {
  for (Enclosing& enclosing : enclosing_) {
    if (enclosing.range && !enclosing.range->begin) code_.resume(*enclosing.range);
  }
}

void BodyCompiler::unwind_one(Enclosing& enclosing, Carrying carrying) {
  const auto drop_one = [&] {
    if (carrying == Carrying::value) code_.emit(Opcode::swap);
    code_.emit(Opcode::pop);
  };
  switch (enclosing.kind) {
    case Enclosing::Kind::while_loop:
    case Enclosing::Kind::guarded:
      return;
    case Enclosing::Kind::for_loop:
      drop_one();
      drop_one();
      return;
    case Enclosing::Kind::value:
      return drop_one();
    case Enclosing::Kind::with: {
      const SiteId site = code_.site();
      code_.set_site(enclosing.site);
      if (carrying == Carrying::value) code_.emit(Opcode::swap);
      code_.operate(Verb::exit, enclosing.target);
      code_.emit(Opcode::pop);
      code_.set_site(site);
      return;
    }
    case Enclosing::Kind::finally:
      // A return inside of it drops the value that is being carried.
      if (carrying == Carrying::value) enter({.kind = Enclosing::Kind::value});
      block(*enclosing.block);
      if (carrying == Carrying::value) leave();
      return;
    case Enclosing::Kind::naming:
      if (enclosing.slot) exceptions_.pop_back();  // unwind() brings it back
      return clear_naming(enclosing);
    case Enclosing::Kind::atomic:
      code_.emit(Opcode::atomic_exit);
      return;
  }
}

// ---- with, atomic, await

void BodyCompiler::with_statement(const Statement& statement) {
  with_items(*find_operands(statement, "with"), 0, get_block(statement, "do"));
}

void BodyCompiler::with_items(const std::vector<Operand>& items, std::size_t i, const Block& body) {
  if (i == items.size()) return block(body);
  const Target target = receiver_operand(items[i], Verb::enter);
  code_.emit(Opcode::duplicate);
  code_.operate(Verb::enter, target);
  code_.emit(Opcode::pop);

  const Label handler = code_.label();
  const Label end = code_.label();
  enter({.kind = Enclosing::Kind::with, .range = code_.open_range(), .target = target});
  with_items(items, i + 1, body);
  Enclosing enclosing = leave();
  code_.close_range(*enclosing.range, handler);
  unwind_one(enclosing, Carrying::nothing);
  code_.jump(Opcode::jump, end);

  code_.place_handler(handler, *enclosing.range);
  unwind_one(enclosing, Carrying::value);
  code_.emit(Opcode::reraise);
  code_.place(end);
}

void BodyCompiler::atomic_statement(const Statement& statement) {
  const Label handler = code_.label();
  const Label end = code_.label();
  code_.emit(Opcode::atomic_enter);
  enter({.kind = Enclosing::Kind::atomic, .range = code_.open_range()});
  block(get_block(statement, "atomic"));
  Enclosing enclosing = leave();
  code_.close_range(*enclosing.range, handler);
  code_.emit(Opcode::atomic_exit);
  code_.jump(Opcode::jump, end);

  code_.place_handler(handler, *enclosing.range);
  code_.emit(Opcode::atomic_exit);
  code_.emit(Opcode::reraise);
  code_.place(end);
}

// Opcode::await enters atomic mode, and await_test leaves it; an exception of the expression has
// to leave it too.
void BodyCompiler::await_statement(const Statement& statement) {
  const Label handler = code_.label();
  const Label end = code_.label();
  const Label begin = code_.here();
  code_.emit(Opcode::await);
  Assembler::Range range = code_.open_range();
  operand(get_operand(statement, "await"));
  code_.close_range(range, handler);
  code_.jump(Opcode::await_test, begin);
  code_.jump(Opcode::jump, end);

  code_.place_handler(handler, range);
  code_.emit(Opcode::atomic_exit);
  code_.emit(Opcode::reraise);
  code_.place(end);
}

// ---- try

void BodyCompiler::try_statement(const Statement& statement) {
  const Block* finally = find_block(statement, "finally");
  if (finally == nullptr) return try_except(statement);

  const Label handler = code_.label();
  const Label end = code_.label();
  enter({.kind = Enclosing::Kind::finally, .range = code_.open_range(), .block = finally});
  try_except(statement);
  Enclosing enclosing = leave();
  code_.close_range(*enclosing.range, handler);
  block(*finally);
  code_.jump(Opcode::jump, end);

  code_.place_handler(handler, *enclosing.range);
  enter({.kind = Enclosing::Kind::value});
  finally_of_exception(*finally);
  leave();
  code_.emit(Opcode::reraise);
  code_.place(end);
}

void BodyCompiler::try_except(const Statement& statement) {
  const auto* handlers = std::get_if<std::vector<ExceptHandler>>(
      &statement.fields[field_index(StatementKind::try_, "except")]);
  const Block* otherwise = find_block(statement, "else");
  if (handlers == nullptr) return block(get_block(statement, "try"));

  const Label handler_begins = code_.label();
  const Label end = code_.label();
  enter({.kind = Enclosing::Kind::guarded, .range = code_.open_range()});
  block(get_block(statement, "try"));
  Enclosing enclosing = leave();
  code_.close_range(*enclosing.range, handler_begins);
  if (otherwise != nullptr) block(*otherwise);
  code_.jump(Opcode::jump, end);

  code_.place_handler(handler_begins, *enclosing.range);
  bool takes_all = false;
  for (const ExceptHandler& one : *handlers) {
    handler(one, end);
    takes_all = takes_all || one.types.empty();
  }
  if (!takes_all) code_.emit(Opcode::reraise);
  code_.place(end);
}

// With the exception on the stack; goes on behind the handler with it if it does not fit.
void BodyCompiler::handler(const ExceptHandler& handler, Label end) {
  const SiteId outer = code_.site();
  code_.set_site(module_.site_of(handler));
  const std::uint32_t depth = code_.depth();
  const Label next = code_.label();
  if (!handler.types.empty()) {
    std::vector<Constant> classes;
    for (const ExceptionKind type : handler.types) {
      classes.push_back(exception_class_constant(type));
    }
    code_.constant(classes.size() == 1 ? classes.front() : tuple_constant(std::move(classes)));
    code_.emit(Opcode::match_exception);
    code_.jump(Opcode::jump_if_false, next);
  }
  handler_body(handler, end);
  code_.set_depth(depth);
  code_.place(next);
  code_.set_site(outer);
}

void BodyCompiler::handler_body(const ExceptHandler& handler, Label end) {
  Enclosing naming{.kind = Enclosing::Kind::naming, .name = handler.name};
  if (module_.raises_for_callers || raises_again(handler.body)) naming.slot = keep_exception();
  if (naming.name.empty()) {
    code_.emit(Opcode::pop);
  } else {
    store_name(naming.name);
  }
  if (naming.name.empty() && !naming.slot) {
    block(handler.body);
    return code_.jump(Opcode::jump, end);
  }

  const Label failed = code_.label();
  naming.range = code_.open_range();
  enter(std::move(naming));
  block(handler.body);
  naming = leave();
  code_.close_range(*naming.range, failed);
  if (naming.slot) exceptions_.pop_back();
  clear_naming(naming);
  code_.jump(Opcode::jump, end);

  code_.place_handler(failed, *naming.range);
  clear_naming(naming);
  code_.emit(Opcode::reraise);
}

std::uint32_t BodyCompiler::keep_exception() {
  const std::uint32_t slot = scope_.hidden(exception_slot(exceptions_.size()));
  code_.emit(Opcode::duplicate);
  code_.emit(Opcode::store_local, slot);
  exceptions_.push_back(slot);
  return slot;
}

void BodyCompiler::clear_naming(const Enclosing& enclosing) {
  if (enclosing.slot) {
    if (module_.raises_for_callers) {  // else it would be dead where a callee asks for it
      code_.emit(Opcode::load_local, *enclosing.slot);
      code_.emit(Opcode::pop);
    }
    code_.emit(Opcode::clear_local, *enclosing.slot);
  }
  if (enclosing.name.empty()) return;
  const Meaning meaning = scope_.find(enclosing.name);
  if (meaning.kind == Meaning::Kind::local) {
    code_.emit(Opcode::clear_local, meaning.index);
  } else {  // a shared variable cannot be unset; CPython sets it to None before it deletes it
    code_.constant(none_constant());
    store_name(meaning);
  }
}

void BodyCompiler::finally_of_exception(const Block& finally) {
  if (!module_.raises_for_callers && !raises_again(finally)) return block(finally);
  Enclosing naming{.kind = Enclosing::Kind::naming, .slot = keep_exception()};
  const Label failed = code_.label();
  const Label end = code_.label();
  naming.range = code_.open_range();
  enter(std::move(naming));
  block(finally);
  naming = leave();
  code_.close_range(*naming.range, failed);
  exceptions_.pop_back();
  clear_naming(naming);
  code_.jump(Opcode::jump, end);

  code_.place_handler(failed, *naming.range);
  clear_naming(naming);
  code_.emit(Opcode::reraise);
  code_.place(end);
}

}  // namespace lockstep
