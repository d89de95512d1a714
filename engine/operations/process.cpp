// multiprocessing.Process with the start method fork (Lib/multiprocessing/process.py, 3.11), and
// how a process ends. A process is named by its main thread, which is created with it and begins
// to run when it is started, with a copy of the memory of whoever starts it.
#include "engine/operations/process.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "engine/interpreter/private_run.h"
#include "engine/operations/arguments.h"
#include "engine/operations/atexit.h"
#include "engine/operations/executor.h"
#include "engine/operations/mp_queue.h"
#include "engine/operations/sockets.h"
#include "engine/state/process_memory.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

constexpr std::int64_t sigkill = 9;
constexpr std::int64_t sigterm = 15;

ThreadId main_of(const Call& call) { return call.machine.values().as_process(call.receiver); }
ProcessId process_of_self(const State& state, const Call& call) {
  return process_of(call.machine.program, state, call.self);
}
ProcessId process_of_target(const State& state, const Call& call) {
  return process_of(call.machine.program, state, main_of(call));
}
bool is_own(const State& state, const Call& call) {
  return process_of_self(state, call) == process_of_target(state, call);
}
bool is_child(const State& state, const Call& call) {
  return main_of(call) != main_thread_id &&
         parent_of(call.machine, state, process_of_target(state, call)) ==
             process_of_self(state, call);
}
bool is_started(const State& state, const Call& call) {
  return life(call.machine.program, state, main_of(call)) != Life::created;
}
bool is_over(const State& state, const Call& call) {
  return is_process_over(call.machine.program, state, main_of(call));
}

// The Process objects that others have of it stay as they are.
std::optional<Outcome> closed(const State& state, const Call& call) {
  if (!is_child(state, call) || !is_process_closed(call.machine.program, state, main_of(call))) {
    return std::nullopt;
  }
  return raise(call, ExceptionKind::value_error, "process object is closed");
}

Outcome assertion(const Call& call, std::string_view message) {
  return raise(call, ExceptionKind::assertion_error, message);
}

Outcome still_running(const Call& call) {
  return raise(call, ExceptionKind::value_error,
               "Cannot close a process while it is still running. You should first call join() or "
               "terminate().");
}

// Idents and process ids are small numbers here, in the order in which processes were created.
Value pid(const Call& call, ProcessId process) {
  return call.machine.values().integer(std::int64_t{process.index} + 1);
}

// "2:1": the first child of the second child.
std::string identity(const Machine& machine, const State& state, ProcessId process) {
  const ProcessId parent = parent_of(machine, state, process);
  const std::vector<ThreadId> children = children_of(machine, state, parent);
  const auto self = std::ranges::find(children, main_thread_of(machine, state, process));
  const std::string count = std::to_string(self - children.begin() + 1);
  return parent == main_process_id ? count : identity(machine, state, parent) + ":" + count;
}

// The kernel ends its calls on sockets, for which a close in another thread waits.
void leave_sockets(State& state, const Call& call, ThreadId thread) {
  const Pending& next = call.machine.locals().pending(local(call.machine.program, state, thread));
  const Call its{call.machine, thread, next.receiver, next.arguments, next.saved};
  switch (next.operation) {
    case Operation::listener_accept_park:
      return leave_accept(state, its);
    case Operation::connection_recv_park:
    case Operation::connection_send_park:
      return leave_connection(state, its);
    default:
      return;
  }
}

// Nothing of the process runs any more: its locks stay as they are.
void kill_threads(State& state, const Call& call, ProcessId process) {
  const Program& program = call.machine.program;
  for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
    if (process_of(program, state, {i}) != process) continue;
    if (life(program, state, {i}) != Life::alive) continue;
    leave_sockets(state, call, {i});
    set_life(program, state, {i}, Life::killed);
    set_cancelled(program, state, {i}, false);
    set_local(program, state, {i}, LocalId{0});
  }
}

// The process ends where it stands, and what it started goes on.
void end_by_signal(State& state, const Call& call, ProcessId process) {
  const Program& program = call.machine.program;
  const ThreadId main = main_thread_of(call.machine, state, process);
  kill_threads(state, call, process);
  set_life(program, state, main, Life::killed);
  set_local(program, state, main, LocalId{0});
  set_process_over(program, state, main);
  forget_memory(call.machine, state, process);
  forget_feeders(call.machine, state, process);
}

// An int of C, as os._exit takes it; the kernel keeps its last byte.
std::optional<Outcome> status_error(const Call& call, Value status) {
  const ValueTable& values = call.machine.values();
  const ValueKind kind = values.kind(status);
  if (kind != ValueKind::integer && kind != ValueKind::boolean) {
    return raise(call, ExceptionKind::type_error,
                 "'" + std::string(type_name(values, status)) +
                     "' object cannot be interpreted as an integer");
  }
  const std::int64_t n = values.as_integer(status);
  if (n > std::numeric_limits<std::int32_t>::max() ||
      n < std::numeric_limits<std::int32_t>::min()) {
    return raise(call, ExceptionKind::overflow_error, "Python int too large to convert to C int");
  }
  return std::nullopt;
}

// Until a signal arrives, which may be any time after it was sent, it is a thread of the process
// that nobody there sees. A signal that is on its way already is not sent again.
Outcome send_signal(State& state, const Call& call, std::int64_t signal) {
  if (const auto error = closed(state, call)) return *error;
  const Program& program = call.machine.program;
  ValueTable& values = call.machine.values();
  const ThreadId main = main_of(call);
  const ProcessId process = process_of_target(state, call);
  if (!has_started(call.machine, state, process_of_self(state, call), process)) {
    const std::string_view verb = signal == sigkill ? "kill" : "terminate";
    return raise(call, ExceptionKind::attribute_error,
                 "'NoneType' object has no attribute '" + std::string(verb) + "'");
  }
  if (is_over(state, call)) return Outcome::returned(none_value);
  for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
    if (process_of(program, state, {i}) != process) continue;
    if (life(program, state, {i}) != Life::alive) continue;
    const Pending& next = call.machine.locals().pending(local(program, state, {i}));
    if (next.operation == Operation::signal_comes && next.arguments[0] == values.integer(signal)) {
      return Outcome::returned(none_value);
    }
  }
  const std::string name = (signal == sigkill ? "SIGKILL to " : "SIGTERM to ") +
                           std::string(values.as_text(thread_name_value(program, state, main)));
  const Value argument = values.integer(signal);
  const ThreadId sent =
      add_thread(state, call, *program.signal_body, {&argument, 1}, values.string(name), true);
  set_process(program, state, sent, process);
  set_life(program, state, sent, Life::alive);
  return Outcome::returned(none_value);
}

// The fork.
void begin_process(State& state, const Call& call, ThreadId main) {
  const Program& program = call.machine.program;
  const Machine& machine = call.machine;
  const ProcessId process = process_of(program, state, main);
  copy_memory(machine, state, process, call.self);
  inherit_pipes(machine, state, process_of_self(state, call), process);
  // What the forking thread keeps in a threading.local goes with it.
  LocalState begin = machine.locals().get(local(program, state, main));
  begin.attributes = machine.locals().get(local(program, state, call.self)).attributes;
  if (!begin.frames.empty()) set_local(program, state, main, machine.intern(std::move(begin)));
  set_life(program, state, main, Life::alive);
}

// For threads that are no daemons, up to the first call of what is registered with atexit; a child
// waits for the workers of its executors whatever they are.
bool waits_for_threads(const State& state, const Call& call) {
  const Program& program = call.machine.program;
  if (call.self == main_thread_id && is_exiting(program, state)) return false;
  for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
    if (process_of(program, state, {i}) == process_of_self(state, call) &&
        life(program, state, {i}) == Life::alive && is_awaited_at_exit(call.machine, state, {i})) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::int64_t exit_code(const ValueTable& values, Value uncaught) {
  if (uncaught == none_value) return 0;
  if (!is_subclass(values.exception_kind(uncaught), ExceptionKind::system_exit)) return 1;
  const std::span<const Value> arguments = values.items(uncaught);
  if (arguments.empty()) return 0;
  if (arguments.size() > 1) return 1;
  switch (values.kind(arguments[0])) {
    case ValueKind::none:
      return 0;
    case ValueKind::boolean:
    case ValueKind::integer:
      return values.as_integer(arguments[0]) & 0xff;
    default:
      return 1;
  }
}

std::optional<std::int64_t> exit_code_of(const Machine& machine, const State& state,
                                         ThreadId main) {
  const Program& program = machine.program;
  // What the end of the main process cuts short has none.
  if (!is_process_over(program, state, main) || life(program, state, main) == Life::alive) {
    return std::nullopt;
  }
  if (life(program, state, main) == Life::killed) {
    return is_by_sigkill(program, state, main) ? -sigkill : -sigterm;
  }
  const LocalState ended = machine.locals().get(local(program, state, main));
  return exit_code(machine.values(), ended.uncaught);
}

Outcome apply_process_create(State& state, const Call& call) {
  const Program& program = call.machine.program;
  ValueTable& values = call.machine.values();
  const Value function = call.arguments[0];
  const Value name = call.arguments[2];
  const Value daemon = call.arguments[3];
  if (values.kind(function) != ValueKind::function) {
    return raise(call, ExceptionKind::type_error,
                 "the target of a process is a function of the scenario");
  }
  const ProcessId creator = process_of_self(state, call);
  const bool as_creator = creator != main_process_id &&
                          is_daemon(program, state, main_thread_of(call.machine, state, creator));
  const bool is_its = daemon == none_value ? as_creator : truth(values, daemon);
  const ThreadId main = add_thread(state, call, values.as_function(function),
                                   values.items(call.arguments[1]), none_value, is_its);
  const ProcessId process = add_process(call.machine, state, creator, main);
  const bool unnamed = !truth(values, name);
  set_thread_name(program, state, main,
                  values.string(unnamed ? "Process-" + identity(call.machine, state, process)
                                        : name_text(call, name)));
  return Outcome::returned(process_value(main));
}

Outcome apply_process_start(State& state, const Call& call) {
  if (const auto error = closed(state, call)) return *error;
  const Program& program = call.machine.program;
  const Machine& machine = call.machine;
  if (is_started(state, call)) return assertion(call, "cannot start a process twice");
  if (!is_child(state, call)) {
    return assertion(call, "can only start a process object created by current process");
  }
  const ProcessId self = process_of_self(state, call);
  if (self != main_process_id && is_daemon(program, state, main_thread_of(machine, state, self))) {
    return assertion(call, "daemonic processes are not allowed to have children");
  }
  const ThreadId main = main_of(call);
  begin_process(state, call, main);
  return Outcome::returned(none_value);
}

void end_worker(State& state, const Call& call, ThreadId main) {
  end_by_signal(state, call, process_of(call.machine.program, state, main));
}

ThreadId fork_worker(State& state, const Call& call, FunctionId body, std::string_view prefix) {
  const ThreadId main = add_thread(state, call, body, {&call.receiver, 1}, none_value, false);
  const ProcessId process = add_process(call.machine, state, process_of_self(state, call), main);
  const std::string name = std::string(prefix) + identity(call.machine, state, process);
  set_thread_name(call.machine.program, state, main, call.machine.values().string(name));
  begin_process(state, call, main);
  return main;
}

Readiness ready_process_join(const State& state, const Call& call) {
  if (!is_child(state, call) || !is_started(state, call) || is_over(state, call)) {
    return Readiness::ready;  // a closed one is over, or was not started
  }
  return waiting(call, call.arguments[0]);
}
Outcome apply_process_join(State& state, const Call& call) {
  if (const auto error = closed(state, call)) return *error;
  if (!is_child(state, call)) return assertion(call, "can only join a child process");
  if (!is_started(state, call)) return assertion(call, "can only join a started process");
  if (call.arguments[0] != none_value && !is_over(state, call)) {
    const Seconds timeout = seconds(call, call.arguments[0]);
    if (timeout.error) return *timeout.error;
  }
  return Outcome::returned(none_value);
}
Outcome expire_process_join(State&, const Call&) { return Outcome::returned(none_value); }

Outcome apply_process_terminate(State& state, const Call& call) {
  return send_signal(state, call, sigterm);
}
Outcome apply_process_kill(State& state, const Call& call) {
  return send_signal(state, call, sigkill);
}
Outcome apply_process_close(State& state, const Call& call) {
  const ProcessId self = process_of_self(state, call);
  if (is_child(state, call)) {
    if (is_started(state, call) && !is_over(state, call)) return still_running(call);
    set_process_closed(call.machine.program, state, main_of(call));
  } else if (!is_own(state, call) &&
             has_started(call.machine, state, self, process_of_target(state, call))) {
    return still_running(call);  // whoever is not the parent cannot tell that it has ended
  }
  return Outcome::returned(none_value);
}
// Always of the process in which it arrives.
Outcome apply_signal_comes(State& state, const Call& call) {
  const ProcessId process = process_of_self(state, call);
  end_by_signal(state, call, process);
  if (small_integer(call.arguments[0]) == sigkill) {
    set_by_sigkill(call.machine.program, state, main_thread_of(call.machine, state, process));
  }
  return Outcome::returned(none_value);
}

// os._exit. Of all that a process does at its end nothing is done; its main thread counts as one
// that has ended by a SystemExit with the status.
Outcome apply_os_exit(State& state, const Call& call) {
  const Program& program = call.machine.program;
  if (const std::optional<Outcome> error = status_error(call, call.arguments[0])) return *error;
  const ProcessId process = process_of_self(state, call);
  const ThreadId main = main_thread_of(call.machine, state, process);
  LocalState ended;
  ended.uncaught = call.machine.values().exception(ExceptionKind::system_exit, call.arguments);
  kill_threads(state, call, process);
  set_life(program, state, main, Life::ended);
  set_local(program, state, main, call.machine.intern(std::move(ended)));
  set_process_over(program, state, main);
  if (process != main_process_id) forget_memory(call.machine, state, process);
  forget_feeders(call.machine, state, process);
  return Outcome::returned(none_value);
}

Outcome apply_process_is_alive(State& state, const Call& call) {
  if (const auto error = closed(state, call)) return *error;
  if (is_own(state, call)) return Outcome::returned(true_value);
  if (!is_child(state, call)) return assertion(call, "can only test a child process");
  return Outcome::returned(boolean_value(is_started(state, call) && !is_over(state, call)));
}
Outcome apply_process_name(State& state, const Call& call) {
  const ThreadId main = main_of(call);
  if (main == main_thread_id) {
    return Outcome::returned(call.machine.values().string("MainProcess"));
  }
  return Outcome::returned(thread_name_value(call.machine.program, state, main));
}
Outcome apply_process_pid(State& state, const Call& call) {
  if (const auto error = closed(state, call)) return *error;
  if (!is_started(state, call)) return Outcome::returned(none_value);
  return Outcome::returned(pid(call, process_of_target(state, call)));
}
Outcome apply_process_ident(State& state, const Call& call) {
  return apply_process_pid(state, call);
}
Outcome apply_process_exitcode(State& state, const Call& call) {
  if (const auto error = closed(state, call)) return *error;
  const auto code = is_child(state, call) && is_started(state, call)
                        ? exit_code_of(call.machine, state, main_of(call))
                        : std::nullopt;
  return Outcome::returned(code ? call.machine.values().integer(*code) : none_value);
}
Outcome apply_process_daemon(State& state, const Call& call) {
  return Outcome::returned(boolean_value(is_daemon(call.machine.program, state, main_of(call))));
}
Outcome apply_process_set_name(State& state, const Call& call) {
  if (call.machine.values().kind(call.arguments[0]) != ValueKind::string) {
    return assertion(call, "name must be a string");
  }
  if (main_of(call) == main_thread_id) {
    return raise(call, ExceptionKind::runtime_error, "the main process keeps its name");
  }
  set_thread_name(call.machine.program, state, main_of(call), call.arguments[0]);
  return Outcome::returned(none_value);
}
Outcome apply_process_set_daemon(State& state, const Call& call) {
  if (is_started(state, call) && !closed(state, call)) {
    return assertion(call, "process has already started");
  }
  set_daemon(call.machine.program, state, main_of(call),
             truth(call.machine.values(), call.arguments[0]));
  return Outcome::returned(none_value);
}

Outcome apply_current_process(State& state, const Call& call) {
  return Outcome::returned(
      process_value(main_thread_of(call.machine, state, process_of_self(state, call))));
}
Outcome apply_getpid(State& state, const Call& call) {
  return Outcome::returned(pid(call, process_of_self(state, call)));
}
// The parent of the main process is none of the program's, nor is that of a process which has
// outlived its own.
Outcome apply_getppid(State& state, const Call& call) {
  const ProcessId self = process_of_self(state, call);
  if (self == main_process_id) return Outcome::returned(call.machine.values().integer(0));
  const ProcessId parent = parent_of(call.machine, state, self);
  if (is_process_over(call.machine.program, state, main_thread_of(call.machine, state, parent))) {
    return Outcome::returned(call.machine.values().integer(0));
  }
  return Outcome::returned(pid(call, parent));
}

// The main process runs its exit handlers once its non-daemon threads have ended, those of the
// program before that of multiprocessing, which was registered first; a child runs that one alone,
// at once, and waits for its threads afterwards.
//
// A child that is terminated ends on the spot: whoever terminates it here does nothing more that
// it could notice, so that what it may do before the signal comes it may as well do before this.
Readiness ready_stop_children(const State& state, const Call& call) {
  return call.self == main_thread_id && waits_for_threads(state, call) ? Readiness::blocked
                                                                       : Readiness::ready;
}
Outcome apply_stop_children(State& state, const Call& call) {
  const Program& program = call.machine.program;
  for (const ThreadId child : live_children_of(call.machine, state, process_of_self(state, call))) {
    if (is_daemon(program, state, child)) {
      end_by_signal(state, call, process_of(program, state, child));
    }
  }
  return Outcome::returned(none_value);
}
Outcome expire_stop_children(State&, const Call&) { return Outcome::returned(none_value); }

// util._run_finalizers(0), and the beginning of the second one, after the children were joined:
// there are the feeders that were started meanwhile, and not those that come later.
Readiness ready_tell_feeders(const State& state, const Call& call) {
  if (exit_stage(call.machine.program, state, call.self) == 0) {
    return ready_stop_children(state, call);
  }
  return live_children_of(call.machine, state, process_of_self(state, call)).empty()
             ? Readiness::ready
             : Readiness::blocked;
}
Outcome apply_tell_feeders(State& state, const Call& call) {
  const bool awaits = exit_stage(call.machine.program, state, call.self) > 0;
  tell_feeders(call.machine, state, process_of_self(state, call), awaits);
  begin_next_exit_stage(call.machine.program, state, call.self);
  return Outcome::returned(none_value);
}
Outcome expire_tell_feeders(State&, const Call&) { return Outcome::returned(none_value); }

Readiness ready_join_feeders(const State& state, const Call& call) {
  return joined_feeders(call.machine, state, process_of_self(state, call)).empty()
             ? Readiness::ready
             : Readiness::blocked;
}
Outcome apply_join_feeders(State& state, const Call& call) {
  begin_next_exit_stage(call.machine.program, state, call.self);
  return Outcome::returned(none_value);
}
Outcome expire_join_feeders(State&, const Call&) { return Outcome::returned(none_value); }

Readiness ready_process_exit(const State& state, const Call& call) {
  const bool is_child = call.self != main_thread_id;
  if (is_child && !live_children_of(call.machine, state, process_of_self(state, call)).empty()) {
    return Readiness::blocked;
  }
  if (is_child && has_open_executors(call.machine, state)) return Readiness::ready;
  if (waits_for_threads(state, call)) return Readiness::blocked;
  const bool calls = call.self == main_thread_id && state.words[layout::exit_callbacks] != 0;
  if (calls || !call.machine.program.has_processes) return Readiness::ready;
  return live_children_of(call.machine, state, process_of_self(state, call)).empty()
             ? Readiness::ready
             : Readiness::blocked;
}
// Returns the function registered with atexit that MainThread has begun; True: a child has told its
// executors, which MainThread did before; None: the process has ended. Daemon threads then end on
// the spot; their locks stay locked.
Outcome apply_process_exit(State& state, const Call& call) {
  if (call.self == main_thread_id) {
    if (const std::optional<Value> begun = begin_exit_callback(call.machine, state)) {
      return Outcome::returned(*begun);
    }
  }
  if (call.self != main_thread_id && has_open_executors(call.machine, state)) {
    close_executors(call.machine, state);
    return Outcome::returned(true_value);
  }
  kill_threads(state, call, process_of_self(state, call));
  set_process_over(call.machine.program, state, call.self);
  return Outcome::returned(none_value);
}
Outcome expire_process_exit(State&, const Call&) { return Outcome::returned(none_value); }

}  // namespace lockstep
