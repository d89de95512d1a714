// threading.Thread (Lib/threading.py, 3.11), and what a program asks of all threads.
//
// start() waits in CPython until the child has begun, which the child does without needing
// anything: here it begins with its start. A policy that mimics CPython runs the child first.
#include <string>
#include <vector>

#include "engine/interpreter/private_run.h"
#include "engine/operations/arguments.h"
#include "engine/state/process_memory.h"
#include "engine/value/arithmetic.h"
#include "engine/value/text.h"

namespace lockstep {
namespace {

ThreadId target(const Call& call) { return call.machine.values().as_thread(call.receiver); }

// A forked child has only the thread that forked: it takes the others for ended.
bool is_foreign(const State& state, const Call& call) {
  const Program& program = call.machine.program;
  return process_of(program, state, target(call)) != process_of(program, state, call.self);
}
// While MainThread calls what is registered with atexit it is as ended as it was before.
Life life_of_target(const State& state, const Call& call) {
  if (target(call) == main_thread_id && is_exiting(call.machine.program, state)) return Life::ended;
  const Life its = life(call.machine.program, state, target(call));
  return is_foreign(state, call) && its != Life::created ? Life::ended : its;
}
bool is_main_of_child(const State& state, const Call& call) {
  return target(call) != main_thread_id &&
         is_process_main(call.machine.program, state, target(call));
}
bool is_over(Life life) { return life == Life::ended || life == Life::killed; }

// MainThread is there until the process ends; a signal on its way is no thread.
template <class Visit>
void for_each_alive(const State& state, const Call& call, Visit visit) {
  const Program& program = call.machine.program;
  for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
    if (process_of(program, state, {i}) != process_of(program, state, call.self)) continue;
    if (life(program, state, {i}) == Life::alive &&
        call.machine.locals().pending(local(program, state, {i})).operation ==
            Operation::signal_comes) {
      continue;
    }
    if (is_process_main(program, state, {i}) || life(program, state, {i}) == Life::alive) {
      visit(ThreadId{i});
    }
  }
}

bool is_true(const Call& call, Value value) { return truth(call.machine.values(), value); }

// CPython's idents are addresses; ours are the thread's number, MainThread being 1.
Value ident(const Call& call, ThreadId thread) {
  return call.machine.values().integer(std::int64_t{thread.index} + 1);
}

}  // namespace

std::string name_text(const Call& call, Value name) {
  // Only data makes sense as a name.
  class NoHandles : public Names {
    std::string object_name(ObjectId) const override { return "<object>"; }
    std::string thread_name(ThreadId) const override { return "<Thread>"; }
    std::string function_name(FunctionId) const override { return "<function>"; }
  };
  return str(call.machine.values(), name, NoHandles{});
}

Value next_thread_name(State& state, const Call& call, std::string_view suffix) {
  const std::string number = std::to_string(++state.words[layout::names_given]);
  return call.machine.values().string("Thread-" + number + std::string(suffix));
}

ThreadId add_thread(State& state, const Call& call, FunctionId body,
                    std::span<const Value> arguments, Value name, bool daemon) {
  const Program& program = call.machine.program;
  const ThreadId id{static_cast<std::uint32_t>(thread_count(program, state))};
  std::vector<Value> given(arguments.begin(), arguments.end());
  if (program.functions[body.index].is_run) given.insert(given.begin(), thread_value(id));
  LocalState start = enter(call.machine, body, given).state;
  state.words.resize(state.words.size() + layout::words_per_thread);
  set_local(program, state, id, call.machine.intern(std::move(start)));
  set_life(program, state, id, Life::created);
  set_daemon(program, state, id, daemon);
  set_thread_name(program, state, id, name);
  set_process(program, state, id, process_of(program, state, call.self));
  return id;
}

Outcome apply_thread_create(State& state, const Call& call) {
  const Program& program = call.machine.program;
  ValueTable& values = call.machine.values();
  const Value function = call.arguments[0];
  const Value name = call.arguments[2];
  const Value daemon = call.arguments[3];
  if (values.kind(function) != ValueKind::function) {
    return raise(call, ExceptionKind::type_error,
                 "the target of a thread is a function of the scenario");
  }
  const FunctionId body = values.as_function(function);
  const std::span<const Value> arguments = values.items(call.arguments[1]);

  const bool unnamed = name == none_value ||
                       (values.kind(name) == ValueKind::string && values.as_text(name).empty());
  Value text = name;
  if (unnamed) {
    // The suffix came with 3.10.
    const bool has_suffix = program.gil != GilModel::every_bytecode &&
                            !program.functions[body.index].is_run;  // which is no target
    const std::string suffix = " (" + program.functions[body.index].name + ")";
    text = next_thread_name(state, call, has_suffix ? suffix : "");
  } else if (values.kind(name) != ValueKind::string) {
    text = values.string(name_text(call, name));
  }
  const bool is_its = daemon == none_value ? is_daemon_thread(call.machine, state, call.self)
                                           : is_true(call, daemon);
  return Outcome::returned(thread_value(add_thread(state, call, body, arguments, text, is_its)));
}

Outcome apply_thread_start(State& state, const Call& call) {
  if (life_of_target(state, call) != Life::created) {
    return raise(call, ExceptionKind::runtime_error, "threads can only be started once");
  }
  if (is_foreign(state, call)) {
    return raise(call, ExceptionKind::runtime_error,
                 "a thread that another process has created cannot be started");
  }
  set_life(call.machine.program, state, target(call), Life::alive);
  return Outcome::returned(none_value);
}

Readiness ready_thread_join(const State& state, const Call& call) {
  const Life life = life_of_target(state, call);
  if (life != Life::alive || target(call) == call.self) return Readiness::ready;
  return waiting(call, call.arguments[0]);
}
Outcome apply_thread_join(State& state, const Call& call) {
  if (life_of_target(state, call) == Life::created) {
    return raise(call, ExceptionKind::runtime_error, "cannot join thread before it is started");
  }
  if (target(call) == call.self) {
    return raise(call, ExceptionKind::runtime_error, "cannot join current thread");
  }
  // max(timeout, 0) comes first, whether or not there is anything to wait for.
  const auto error = timeout_error(call, call.arguments[0],
                                   "'>' not supported between instances of 'int' and '", "'");
  const bool is_looked_at =
      !is_number(call, call.arguments[0]) || !is_over(life_of_target(state, call));
  if (error && is_looked_at) return *error;
  return Outcome::returned(none_value);
}
Outcome expire_thread_join(State&, const Call&) { return Outcome::returned(none_value); }

Readiness ready_join_all(const State& state, const Call& call) {
  bool all_over = true;
  for_each_alive(state, call, [&](ThreadId id) { all_over = all_over && id == call.self; });
  return all_over ? Readiness::ready : Readiness::blocked;
}
Outcome apply_join_all(State&, const Call&) { return Outcome::returned(none_value); }
Outcome expire_join_all(State&, const Call&) { return Outcome::returned(none_value); }

Outcome apply_thread_is_alive(State& state, const Call& call) {
  return Outcome::returned(boolean_value(life_of_target(state, call) == Life::alive));
}
// The main thread of a child has the name of its process for people.
Outcome apply_thread_name(State& state, const Call& call) {
  if (is_main_of_child(state, call)) {
    const ProcessId process = process_of(call.machine.program, state, target(call));
    return Outcome::returned(forked_thread(call.machine, state, process).name);
  }
  return Outcome::returned(thread_name_value(call.machine.program, state, target(call)));
}
Outcome apply_thread_ident(State& state, const Call& call) {
  if (life_of_target(state, call) == Life::created) return Outcome::returned(none_value);
  return Outcome::returned(ident(call, target(call)));
}
Outcome apply_thread_daemon(State& state, const Call& call) {
  return Outcome::returned(boolean_value(is_daemon_thread(call.machine, state, target(call))));
}
Outcome apply_thread_set_name(State& state, const Call& call) {
  if (is_main_of_child(state, call)) {
    return raise(call, ExceptionKind::runtime_error,
                 "the main thread of a child process keeps its name");
  }
  set_thread_name(call.machine.program, state, target(call),
                  call.machine.values().string(name_text(call, call.arguments[0])));
  return Outcome::returned(none_value);
}
Outcome apply_thread_set_daemon(State& state, const Call& call) {
  if (life_of_target(state, call) != Life::created) {
    return raise(call, ExceptionKind::runtime_error, "cannot set daemon status of active thread");
  }
  set_daemon(call.machine.program, state, target(call), is_true(call, call.arguments[0]));
  return Outcome::returned(none_value);
}

Outcome apply_current_thread(State&, const Call& call) {
  return Outcome::returned(thread_value(call.self));
}
Outcome apply_get_ident(State&, const Call& call) {
  return Outcome::returned(ident(call, call.self));
}
Outcome apply_main_thread(State& state, const Call& call) {
  const ProcessId process = process_of(call.machine.program, state, call.self);
  return Outcome::returned(thread_value(main_thread_of(call.machine, state, process)));
}
Outcome apply_active_count(State& state, const Call& call) {
  std::int64_t count = 0;
  for_each_alive(state, call, [&](ThreadId) { ++count; });
  return Outcome::returned(call.machine.values().integer(count));
}
Outcome apply_enumerate_threads(State& state, const Call& call) {
  std::vector<Value> threads;
  for_each_alive(state, call, [&](ThreadId id) { threads.push_back(thread_value(id)); });
  return Outcome::returned(call.machine.values().list(threads));
}

}  // namespace lockstep
