// As Lib/multiprocessing/pool.py of 3.11 has them.
#include <algorithm>

#include "engine/value/builtins.h"
#include "engine/value/value.h"
#include "language/constant.h"
#include "language/pool_bodies.h"
#include "language/unwritten.h"

namespace lockstep {
namespace {

// _handle_workers.
Function maintainer(Module& module) {
  enum : std::uint32_t { pool };
  Assembler code(module.program, module.pool);
  code.set_site(unwritten(module, "look after the workers"));
  const Assembler::Label end = code.label();
  const Assembler::Label begin = code.here();
  code.emit(Opcode::load_local, pool);
  code.operate(Verb::maintain, {});
  code.jump(Opcode::jump_if_true, end);
  code.jump(Opcode::loop_back, begin);
  code.place(end);
  code.constant(none_constant());
  code.emit(Opcode::return_value);
  return code.finish("<maintainer>", 1, {".pool"});
}

// _handle_tasks and _handle_results: `verb` does what there is to do, and says what is to be
// called. A KeyError of a callback is taken for one of the cache.
Function handler(Module& module, Verb verb, std::string name, std::string text) {
  enum : std::uint32_t { pool, job };
  Assembler code(module.program, module.pool);
  code.set_site(unwritten(module, std::move(text)));
  const Assembler::Label next = code.label();
  const Assembler::Label failed = code.label();
  const Assembler::Label end = code.label();
  const Assembler::Label begin = code.here();
  code.emit(Opcode::load_local, pool);
  code.operate(verb, {});
  jump_if_is(code, none_constant(), next);
  jump_if_is(code, boolean_constant(true), end);
  code.emit(Opcode::unpack, 3);  // the value, the callback, the job
  code.emit(Opcode::lift, 2);
  code.emit(Opcode::store_local, job);
  const std::uint32_t depth = code.depth() - 2;
  Assembler::Range range = code.open_range();
  range.depth = depth;
  code.emit(Opcode::call_value, 0, 1);
  code.close_range(range, failed);
  code.emit(Opcode::pop);
  code.emit(Opcode::load_local, pool);
  code.emit(Opcode::load_local, job);
  code.operate(Verb::settle, {});
  code.place(next);
  code.emit(Opcode::pop);
  code.jump(Opcode::loop_back, begin);

  swallow(code, ExceptionKind::key_error, range, failed, begin);

  code.place(end);
  code.emit(Opcode::pop);
  code.constant(none_constant());
  code.emit(Opcode::return_value);
  return code.finish(std::move(name), 1, {".pool", ".job"});
}

// worker, with mapstar and starmapstar: a task is a list of calls.
Function worker(Module& module) {
  enum : std::uint32_t { pool, job, number, function, items, results };
  Assembler code(module.program, module.pool);
  code.set_site(unwritten(module, "worker"));
  const Assembler::Label failed = code.label();
  const Assembler::Label other = code.label();
  const Assembler::Label end = code.label();
  const Assembler::Label ends = code.label();
  Assembler::Range initializer{};
  const bool initializes = has_initializer(module, ObjectKind::mp_pool);
  if (initializes) initializer = initialize(code, ends);
  const Assembler::Label begin = code.here();
  // value -> on with the next task
  const auto go_on = [&](bool raised) {
    give(code, Verb::give_result, {job, number, results}, raised);
    code.jump(Opcode::jump_if_false, begin);
    code.constant(none_constant());
    code.emit(Opcode::return_value);
  };
  code.emit(Opcode::load_local, pool);
  code.operate(Verb::take, {});
  jump_if_is(code, none_constant(), end);
  code.emit(Opcode::unpack, 4);
  for (const std::uint32_t local : {items, function, number, job}) {
    code.emit(Opcode::store_local, local);
  }
  code.emit(Opcode::build_list, 0);
  code.emit(Opcode::store_local, results);
  const Assembler::Label again = code.label();
  const Assembler::Label done = code.label();
  Assembler::Range range = code.open_range();
  code.emit(Opcode::load_local, items);
  code.emit(Opcode::iterate);
  code.place(again);
  code.jump(Opcode::next_item, done);
  code.emit(Opcode::call_builtin, static_cast<std::uint32_t>(Builtin::tuple_), 1);
  code.emit(Opcode::load_local, function);
  code.emit(Opcode::swap);
  code.emit(Opcode::call_with);
  code.emit(Opcode::update_local, results, Update{Update::Kind::append, 0}.encode());
  code.jump(Opcode::loop_back, again);
  code.place(done);
  code.close_range(range, failed);
  code.emit(Opcode::load_local, results);
  go_on(false);

  code.place_handler(failed, range);
  code.constant(exception_class_constant(ExceptionKind::exception));
  code.emit(Opcode::match_exception);
  code.jump(Opcode::jump_if_false, other);
  go_on(true);
  code.place(other);
  code.emit(Opcode::reraise);
  if (initializes) {
    code.place_handler(ends, initializer);
    code.emit(Opcode::reraise);
  }

  code.place(end);
  code.emit(Opcode::pop);
  code.constant(none_constant());
  code.emit(Opcode::return_value);
  return code.finish("<pool worker>", 1,
                     {".pool", ".job", ".number", ".function", ".items", ".results"});
}

}  // namespace

bool has_pools(const Program& program) {
  return std::ranges::any_of(
      program.objects, [](const ObjectInfo& object) { return object.kind == ObjectKind::mp_pool; });
}

void add_mp_pool_bodies(Module& module) {
  const auto add = [&](Function function) {
    module.program.functions.push_back(std::move(function));
    return FunctionId{static_cast<std::uint32_t>(module.program.functions.size() - 1)};
  };
  module.program.maintainer_body = add(maintainer(module));
  module.program.dispatcher_body =
      add(handler(module, Verb::dispatch, "<dispatcher>", "hand out tasks"));
  module.program.collector_body =
      add(handler(module, Verb::collect, "<collector>", "take results"));
  module.program.pool_worker_body = add(worker(module));
}

}  // namespace lockstep
