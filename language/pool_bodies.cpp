#include "language/pool_bodies.h"

#include <algorithm>

#include "engine/assert.h"
#include "engine/operations/executor.h"
#include "engine/value/arithmetic.h"
#include "language/constant.h"
#include "language/unwritten.h"

namespace lockstep {
namespace {

// Future._invoke_callbacks: an Exception is logged and forgotten.
Function callbacks(Module& module) {
  enum : std::uint32_t { future, callbacks, callback };
  Assembler code(module.program, module.pool);
  code.set_site(unwritten(module, "callbacks"));
  const Assembler::Label begin = code.label();
  const Assembler::Label end = code.label();
  const Assembler::Label failed = code.label();
  code.emit(Opcode::load_local, callbacks);
  code.emit(Opcode::iterate);
  code.place(begin);
  code.jump(Opcode::next_item, end);
  code.emit(Opcode::store_local, callback);
  Assembler::Range range = code.open_range();
  code.emit(Opcode::load_local, callback);
  code.emit(Opcode::load_local, future);
  code.emit(Opcode::call_value, 0, 1);
  code.close_range(range, failed);
  code.emit(Opcode::pop);
  code.jump(Opcode::loop_back, begin);

  swallow(code, ExceptionKind::exception, range, failed, begin);

  code.place(end);
  code.constant(none_constant());
  code.emit(Opcode::return_value);
  return code.finish("<callbacks>", 2, {".future", ".callbacks", ".callback"});
}

// The end of a worker whose initializer has failed, with the exception on the stack: nobody
// executes what is queued.
void fail(Assembler& code, FunctionId callbacks) {
  enum : std::uint32_t { pool, future };
  const Assembler::Label drained = code.label();
  const Assembler::Label failed = code.label();
  const auto give_up = [&] {
    code.emit(Opcode::load_local, pool);
    code.operate(Verb::abandon_shutdown, {});
    code.emit(Opcode::pop);
  };
  code.emit(Opcode::pop);
  code.emit(Opcode::load_local, pool);
  code.operate(Verb::fail, {});
  code.emit(Opcode::pop);
  Assembler::Range range = code.open_range();
  const Assembler::Label again = code.here();
  code.emit(Opcode::load_local, pool);
  code.operate(Verb::drain, {});
  jump_if_is(code, none_constant(), drained);
  code.emit(Opcode::store_local, future);
  code.emit(Opcode::load_local, future);
  code.constant(string_constant(std::string(broken_pool_message)));
  code.emit(Opcode::build_exception, static_cast<std::uint32_t>(ExceptionKind::broken_thread_pool),
            1);
  code.constant(boolean_constant(true));
  code.operate(Verb::finish, {});
  code.emit(Opcode::load_local, future);
  code.emit(Opcode::swap);
  code.emit(Opcode::call, callbacks.index, 2);
  code.emit(Opcode::pop);
  code.jump(Opcode::loop_back, again);
  code.place(drained);
  code.emit(Opcode::pop);
  code.close_range(range, failed);
  give_up();
  code.constant(none_constant());
  code.emit(Opcode::return_value);

  code.place_handler(failed, range);
  give_up();
  code.emit(Opcode::reraise);
}

// _worker and _WorkItem.run of Lib/concurrent/futures/thread.py.
Function worker(Module& module, FunctionId callbacks) {
  enum : std::uint32_t { pool, future };
  Assembler code(module.program, module.pool);
  code.set_site(unwritten(module, "worker"));
  const Assembler::Label skip = code.label();
  const Assembler::Label task_failed = code.label();
  const Assembler::Label finished = code.label();
  const Assembler::Label end = code.label();
  const Assembler::Label callback_failed = code.label();
  const auto finish = [&](bool raised) {
    code.emit(Opcode::load_local, future);
    code.emit(Opcode::swap);
    code.constant(boolean_constant(raised));
    code.operate(Verb::finish, {});
  };

  const Assembler::Label initializer_failed = code.label();
  Assembler::Range initializer{};
  const bool initializes = has_initializer(module, ObjectKind::executor);
  if (initializes) initializer = initialize(code, initializer_failed);

  const Assembler::Label begin = code.here();
  code.emit(Opcode::load_local, pool);
  code.operate(Verb::take, {});
  jump_if_is(code, none_constant(), end);
  code.emit(Opcode::store_local, future);
  code.emit(Opcode::load_local, future);
  code.operate(Verb::begin, {});
  jump_if_is(code, none_constant(), skip);
  code.emit(Opcode::unpack, 2);  // the function below its arguments
  const std::uint32_t depth = code.depth() - 2;
  Assembler::Range task = code.open_range();
  task.depth = depth;
  code.emit(Opcode::call_with);
  code.close_range(task, task_failed);
  finish(false);
  code.jump(Opcode::jump, finished);
  code.place_handler(task_failed, task);
  finish(true);

  code.place(finished);
  Assembler::Range calls = code.open_range();
  calls.depth = depth;
  code.emit(Opcode::load_local, future);
  code.emit(Opcode::swap);
  code.emit(Opcode::call, callbacks.index, 2);
  code.close_range(calls, callback_failed);
  code.place(skip);
  code.emit(Opcode::pop);
  code.emit(Opcode::load_local, pool);
  code.operate(Verb::idle, {});
  code.emit(Opcode::pop);
  code.jump(Opcode::loop_back, begin);

  // SystemExit, say: it is logged, and the worker ends.
  code.place_handler(callback_failed, calls);
  code.place(end);
  code.emit(Opcode::pop);
  code.constant(none_constant());
  code.emit(Opcode::return_value);
  if (initializes) {
    code.place_handler(initializer_failed, initializer);
    fail(code, callbacks);
  }
  return code.finish("<worker>", 1, {".executor", ".future"});
}

// _ExecutorManagerThread.run of Lib/concurrent/futures/process.py.
Function manager(Module& module, FunctionId callbacks) {
  enum : std::uint32_t { pool, future, value, raised };
  Assembler code(module.program, module.pool);
  code.set_site(unwritten(module, "manager"));
  const Assembler::Label woken = code.label();
  const Assembler::Label go_on = code.label();
  const Assembler::Label broken = code.label();
  const Assembler::Label stopped = code.label();
  const Assembler::Label end = code.label();
  const auto ask = [&](Verb verb) {
    code.emit(Opcode::load_local, pool);
    code.operate(verb, {});
  };

  const Assembler::Label begin = code.here();
  ask(Verb::fill_calls);
  code.emit(Opcode::pop);
  ask(Verb::watch);
  jump_if_is(code, none_constant(), woken);
  jump_if_is(code, boolean_constant(false), broken);
  code.emit(Opcode::unpack, 3);
  code.emit(Opcode::store_local, raised);
  code.emit(Opcode::store_local, value);
  code.emit(Opcode::store_local, future);
  code.emit(Opcode::load_local, future);
  code.emit(Opcode::load_local, future);
  code.emit(Opcode::load_local, value);
  code.emit(Opcode::load_local, raised);
  code.operate(Verb::finish, {});
  code.emit(Opcode::call, callbacks.index, 2);
  code.place(woken);
  code.emit(Opcode::pop);
  const Assembler::Label check = code.here();
  ask(Verb::check);
  jump_if_is(code, none_constant(), go_on);
  jump_if_is(code, boolean_constant(true), end);
  code.emit(Opcode::unpack, 2);  // the future below its callbacks
  code.emit(Opcode::call, callbacks.index, 2);
  code.emit(Opcode::pop);
  code.jump(Opcode::loop_back, check);
  code.place(go_on);
  code.emit(Opcode::pop);
  code.jump(Opcode::loop_back, begin);

  // terminate_broken: a future that was cancelled raises, and the manager ends.
  code.place(broken);
  code.emit(Opcode::pop);
  ask(Verb::break_pool);
  code.emit(Opcode::iterate);
  const Assembler::Label next = code.here();
  code.jump(Opcode::next_item, stopped);
  code.emit(Opcode::store_local, future);
  code.emit(Opcode::load_local, future);
  code.emit(Opcode::load_local, future);
  code.constant(string_constant(std::string(broken_process_pool_message)));
  code.emit(Opcode::build_exception, static_cast<std::uint32_t>(ExceptionKind::broken_process_pool),
            1);
  code.constant(boolean_constant(true));
  code.operate(Verb::finish, {});
  code.emit(Opcode::call, callbacks.index, 2);
  code.emit(Opcode::pop);
  code.jump(Opcode::loop_back, next);
  code.place(stopped);
  ask(Verb::stop_workers);

  code.place(end);
  code.emit(Opcode::pop);
  ask(Verb::end_workers);
  code.emit(Opcode::pop);
  code.constant(none_constant());
  code.emit(Opcode::return_value);
  return code.finish("<manager>", 1, {".executor", ".future", ".value", ".raised"});
}

// _process_worker of the same file: whatever a call raises is its result, and what the initializer
// raises is logged and ends the worker.
Function process_worker(Module& module) {
  enum : std::uint32_t { pool, number, value };
  Assembler code(module.program, module.pool);
  code.set_site(unwritten(module, "worker"));
  const Assembler::Label failed = code.label();
  const Assembler::Label end = code.label();
  const Assembler::Label initializer_failed = code.label();
  Assembler::Range initializer{};
  const bool initializes = has_initializer(module, ObjectKind::process_pool);
  if (initializes) initializer = initialize(code, initializer_failed);
  const Assembler::Label begin = code.here();
  const auto go_on = [&](bool raised) {
    code.emit(Opcode::swap);
    code.emit(Opcode::store_local, number);
    give(code, Verb::give, {number, value}, raised);
    code.emit(Opcode::pop);
    code.jump(Opcode::loop_back, begin);
  };
  code.emit(Opcode::load_local, pool);
  code.operate(Verb::take, {});
  jump_if_is(code, none_constant(), end);
  code.emit(Opcode::unpack, 3);  // the number, the function, its arguments
  const std::uint32_t depth = code.depth() - 2;
  Assembler::Range task = code.open_range();
  task.depth = depth;
  code.emit(Opcode::call_with);
  code.close_range(task, failed);
  go_on(false);
  code.place_handler(failed, task);
  go_on(true);
  if (initializes) code.place_handler(initializer_failed, initializer);
  code.place(end);
  code.emit(Opcode::pop);
  code.constant(none_constant());
  code.emit(Opcode::return_value);
  return code.finish("<process worker>", 1, {".executor", ".number", ".value"});
}

// threading._shutdown calls _python_exit of Lib/concurrent/futures/thread.py before anything else.
Function exit(Module& module) {
  Assembler code(module.program, module.pool);
  code.set_site(unwritten(module, "wait for the workers"));
  code.perform(Operation::executors_exit, 0);
  code.emit(Opcode::return_value);
  return code.finish("<exit>", 0, {});
}

}  // namespace

bool has_executors(const Program& program) {
  return std::ranges::any_of(program.objects,
                             [](const ObjectInfo& object) { return has_futures(object.kind); });
}

FunctionId callbacks_body(const Scenario& scenario) {
  return {static_cast<std::uint32_t>(scenario.functions.size())};
}

void add_pool_bodies(Module& module) {
  std::vector<Function>& functions = module.program.functions;
  const FunctionId callbacks_id = callbacks_body(module.scenario);
  LOCKSTEP_ASSERT(callbacks_id.index == functions.size(), "they follow the scenario's functions");
  const auto add = [&](Function function) {
    functions.push_back(std::move(function));
    return FunctionId{static_cast<std::uint32_t>(functions.size() - 1)};
  };
  add(callbacks(module));
  module.program.worker_body = add(worker(module, callbacks_id));
  module.program.exit_body = add(exit(module));
  const bool forks = std::ranges::any_of(module.program.objects, [](const ObjectInfo& object) {
    return object.kind == ObjectKind::process_pool;
  });
  if (!forks) return;
  module.program.manager_body = add(manager(module, callbacks_id));
  module.program.process_worker_body = add(process_worker(module));
}

}  // namespace lockstep
