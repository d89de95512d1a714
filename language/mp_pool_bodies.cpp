// As Lib/multiprocessing/pool.py of 3.11 has them.
#include <algorithm>

#include "engine/value/builtins.h"
#include "engine/value/value.h"
#include "language/constant.h"
#include "language/pool_bodies.h"

namespace lockstep {
namespace {

constexpr std::uint32_t is = static_cast<std::uint32_t>(Comparison::is);

Constant exception_class(ExceptionKind kind) {
  Constant constant;
  constant.kind = ValueKind::exception_class;
  constant.inline_value = exception_class_value(kind);
  return constant;
}

SiteId unwritten(Module& module, std::string text) {
  return module.add_site({0, 0, ""}, std::move(text));
}

void jump_if(Assembler& code, const Constant& constant, Assembler::Label to) {
  code.emit(Opcode::duplicate);
  code.constant(constant);
  code.emit(Opcode::compare, is);
  code.jump(Opcode::jump_if_true, to);
}

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
  const Assembler::Label other = code.label();
  const Assembler::Label end = code.label();
  const Assembler::Label begin = code.here();
  code.emit(Opcode::load_local, pool);
  code.operate(verb, {});
  jump_if(code, none_constant(), next);
  jump_if(code, boolean_constant(true), end);
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

  code.place_handler(failed, range);
  code.constant(exception_class(ExceptionKind::key_error));
  code.emit(Opcode::match_exception);
  code.jump(Opcode::jump_if_false, other);
  code.emit(Opcode::pop);
  code.jump(Opcode::loop_back, begin);
  code.place(other);
  code.emit(Opcode::reraise);

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
  const bool has_initializer =
      std::ranges::any_of(module.scenario.objects, [](const ScenarioObject& object) {
        return object.kind == ObjectKind::mp_pool && !object.action.empty();
      });
  if (has_initializer) {
    const Assembler::Label initialized = code.label();
    code.emit(Opcode::load_local, pool);
    code.operate(Verb::initializer, {});
    jump_if(code, none_constant(), initialized);
    code.emit(Opcode::unpack, 2);
    code.emit(Opcode::call_with);
    code.place(initialized);
    code.emit(Opcode::pop);
  }
  const Assembler::Label begin = code.here();
  // value -> on with the next task
  const auto give = [&](bool raised) {
    code.emit(Opcode::store_local, results);
    code.emit(Opcode::load_local, pool);
    code.emit(Opcode::load_local, job);
    code.emit(Opcode::load_local, number);
    code.emit(Opcode::load_local, results);
    code.constant(boolean_constant(raised));
    code.operate(Verb::give_result, {});
    code.jump(Opcode::jump_if_false, begin);
    code.constant(none_constant());
    code.emit(Opcode::return_value);
  };
  code.emit(Opcode::load_local, pool);
  code.operate(Verb::take, {});
  jump_if(code, none_constant(), end);
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
  give(false);

  code.place_handler(failed, range);
  code.constant(exception_class(ExceptionKind::exception));
  code.emit(Opcode::match_exception);
  code.jump(Opcode::jump_if_false, other);
  give(true);
  code.place(other);
  code.emit(Opcode::reraise);

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
