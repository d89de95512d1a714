#include "engine/step/step.h"

#include <algorithm>
#include <optional>

#include "engine/assert.h"
#include "engine/interpreter/cpu_burst.h"
#include "engine/interpreter/private_run.h"
#include "engine/objects/operations.h"
#include "engine/operations/executor.h"
#include "engine/operations/mp_pool.h"
#include "engine/operations/mp_queue.h"
#include "engine/state/process_memory.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

// What the main thread of a process waits for once its code has ended: the others of the process,
// and its children; daemonic ones it terminates first (multiprocessing/util.py, _exit_function).
Pending pending_after_the_end(Operation operation) {
  Pending pending;
  pending.operation = operation;
  pending.switches = row(operation).switches;
  return pending;
}
bool has_other_threads(const Program& program, const State& state, ThreadId main) {
  for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
    if (ThreadId{i} != main && life(program, state, {i}) == Life::alive &&
        process_of(program, state, {i}) == process_of(program, state, main)) {
      return true;
    }
  }
  return false;
}

}  // namespace

const Pending& waiting_for_exit(const Machine& machine, const State& state, ThreadId main) {
  static const Pending exit = pending_after_the_end(Operation::process_exit);
  static const Pending stop = pending_after_the_end(Operation::stop_children);
  static const Pending end_pools = pending_after_the_end(Operation::terminate_pools);
  static const Pending tell = pending_after_the_end(Operation::tell_feeders);
  static const Pending join = pending_after_the_end(Operation::join_feeders);
  const Program& program = machine.program;
  if (!program.has_processes && !program.feeder_body) return exit;
  if (main == main_thread_id && state.words[layout::exit_callbacks] != 0) return exit;
  const ProcessId process = process_of(program, state, main);
  if (main == main_thread_id && pool_to_terminate(machine, state)) return end_pools;
  // Without other threads nobody has anything left to send.
  const bool feeds = program.feeder_body && has_other_threads(program, state, main);
  const unsigned stage = exit_stage(program, state, main);
  if (feeds && stage == 0) return tell;
  const std::vector<ThreadId> children = live_children_of(machine, state, process);
  const bool stops = std::ranges::any_of(
      children, [&](ThreadId child) { return is_daemon(program, state, child); });
  if (stops) return stop;
  if (!feeds || stage > 2) return exit;
  return stage == 1 ? tell : join;
}

namespace {

bool is_of_process_pool(const Machine& machine, const Pending& pending) {
  const Program& program = machine.program;
  const ValueTable& values = machine.values();
  if (values.kind(pending.receiver) == ValueKind::future) {
    const ObjectId executor = values.as_future(pending.receiver).executor;
    return program.objects[executor.index].kind != ObjectKind::executor;
  }
  switch (pending.operation) {
    case Operation::process_pool_initializer:
    case Operation::process_pool_take:
    case Operation::process_pool_give:
    case Operation::mp_pool_create:
    case Operation::mp_pool_look_up:
    case Operation::mp_pool_initializer:
    case Operation::mp_pool_take:
    case Operation::mp_pool_give:
      return false;
    default:
      break;
  }
  const ObjectKind kind = row(pending.operation).kind;
  return kind == ObjectKind::process_pool || kind == ObjectKind::mp_pool;
}
// Asked by a process that has a copy of it: a pool of the main process, or one of its futures.
bool belongs_to_main(const Machine& machine, const State& state, ThreadId thread,
                     const Pending& pending) {
  const Program& program = machine.program;
  return (program.manager_body || program.pool_worker_body) &&
         process_of(program, state, thread) != main_process_id &&
         is_of_process_pool(machine, pending);
}

Call call_of(const Machine& machine, ThreadId thread, const Pending& pending, Choice choice,
             double now) {
  return {machine,           thread,        pending.receiver,
          pending.arguments, pending.saved, pending.operand,
          pending.update,    choice.value,  now};
}

// Forwards what happens inside a private run.
class Forward : public PrivateObserver {
 public:
  Forward(const Machine& machine, const State& state, ThreadId thread, Observer& observer)
      : machine_(machine), state_(state), thread_(thread), observer_(observer) {}
  void called(FunctionId function, SiteId site) override {
    tell(Event::Kind::called, site, function, none_value);
  }
  void returned(FunctionId function, Value value, SiteId site) override {
    tell(Event::Kind::returned, site, function, value);
  }
  void raised(Value exception, SiteId site) override {
    Event event{Event::Kind::raised, thread_, site};
    event.outcome = Outcome::raise(exception);
    observer_.on_event(machine_, state_, event);
  }
  void marked(SiteId site) override { tell(Event::Kind::mark, site, {}, none_value); }

 private:
  void tell(Event::Kind kind, SiteId site, FunctionId function, Value value) {
    Event event{kind, thread_, site};
    event.function = function;
    event.outcome = Outcome::returned(value);
    observer_.on_event(machine_, state_, event);
  }
  const Machine& machine_;
  const State& state_;
  ThreadId thread_;
  Observer& observer_;
};

class Step {
 public:
  enum class Purpose : std::uint8_t { real, probe };  // probe: would an await be true now?
  Step(const Machine& machine, State& state, ThreadId thread, Observer* observer, double now,
       Purpose purpose = Purpose::real)
      : machine_(machine),
        program_(machine.program),
        state_(state),
        thread_(thread),
        observer_(observer),
        now_(now),
        purpose_(purpose) {}

  void record(std::vector<Performed>* performed) { performed_ = performed; }

  StepInfo take(Choice choice) {
    return in_its_memory([&] { perform(choice, true); });
  }

  // On from what the thread rests before, so much of the step being done.
  StepInfo finish(const CpuBurst::Work& begun) {
    info_.operations = static_cast<std::uint32_t>(begun.operations);
    info_.run_ons = static_cast<std::uint32_t>(begun.run_ons);
    return in_its_memory([&] {
      if (continues()) perform({thread_}, false);
    });
  }

 private:
  template <class Body>
  StepInfo in_its_memory(Body body) {
    if (!program_.has_processes) {
      body();
      return info_;
    }
    const ProcessId before = process_in_place(state_);
    put_in_place(machine_, state_, process_of(program_, state_, thread_));
    body();
    put_in_place(machine_, state_, before);
    return info_;
  }

  void perform(Choice choice, bool first) {
    while (true) {
      const Pending& pending = lockstep::pending(machine_, state_, thread_);
      const OperationRow& operation = row(pending.operation);
      const Call call = call_of(machine_, thread_, pending, choice, now_);
      const bool expires = first && choice.kind == Choice::Kind::timeout;
      const bool is_elsewhere = belongs_to_main(machine_, state_, thread_, pending);
      const bool would_wait = pending.in_atomic && !is_elsewhere && operation.ready != nullptr &&
                              operation.ready(state_, call) != Readiness::ready;
      std::optional<Watched> watched;
      if (performed_ != nullptr) watched.emplace(*this, pending);
      std::optional<State> before;
      if (pending.in_atomic && operation.kind != ObjectKind::nothing) before = state_;
      Outcome outcome = is_elsewhere ? not_in_main(pending)
                        : would_wait ? waits_inside_atomic()
                        : expires    ? operation.expire(state_, call)
                                     : operation.apply(state_, call);
      if (before && would_park(call, outcome)) {
        state_ = std::move(*before);  // it has not begun to wait
        outcome = waits_inside_atomic();
      }
      if (watched) performed_->push_back(watched->seen(*this, pending, expires));
      info_.last = pending.operation;
      ++info_.operations;
      info_.run_ons += pending.operation == Operation::run_on ? 1 : 0;
      if (pending.operation == Operation::thread_end) {
        end_thread();
        break;
      }
      tell(expires ? Event::Kind::timeout : Event::Kind::operation, pending, outcome);
      const bool ends_at_once =
          pending.operation == Operation::os_exit && outcome.kind != Outcome::Kind::raised;
      if (is_exit(pending.operation) || pending.operation == Operation::signal_comes ||
          ends_at_once) {
        end_processes();
        break;
      }
      go_on(pending, outcome);
      first = false;
      if (!continues()) break;
    }
  }

  // The words of an operation's object, and of the lock of a Condition, before it is done.
  class Watched {
   public:
    Watched(const Step& step, const Pending& pending) {
      if (value_detail::tag_of(pending.receiver) != value_detail::tag_object) return;
      object_ = ObjectId{value_detail::payload_of(pending.receiver)};
      lock_ = step.program_.objects[object_->index].lock;
      before_ = step.state_;
    }
    Performed seen(const Step& step, const Pending& pending, bool expired) const {
      Performed performed{pending.operation, pending.receiver, pending.operand};
      performed.expired = expired;
      if (object_) performed.object = touch(step, *object_);
      if (lock_) performed.lock = touch(step, *lock_);
      return performed;
    }

   private:
    Touch touch(const Step& step, ObjectId object) const {
      const ObjectRow& its = row(step.program_.objects[object.index].kind);
      const Word* was = object_words(step.program_, before_, object);
      const Word* is = object_words(step.program_, step.state_, object);
      const bool same = std::equal(was, was + its.words, is);
      if (its.owned) {
        const std::optional<ThreadId> owned = owner(step.machine_, before_, object);
        const std::optional<ThreadId> owns = owner(step.machine_, step.state_, object);
        if (!owned && owns == step.thread_) return Touch::taken;
        if (owned && !owns) return Touch::given;
        if (owned == step.thread_ && owns == step.thread_) return Touch::held;
      }
      return same ? Touch::left : Touch::changed;
    }
    std::optional<ObjectId> object_, lock_;
    State before_;
  };

  // The private run after an operation, from the memo if there is one.
  void go_on(const Pending& pending, const Outcome& outcome) {
    const LocalId from = local(program_, state_, thread_);
    LocalTable& locals = machine_.locals();
    const bool memoise = machine_.memoise && observer_ == nullptr;
    if (memoise) {
      if (const std::optional<LocalId> to = locals.find_run(from, outcome)) {
        set_local(program_, state_, thread_, *to);
        return;
      }
    }
    std::optional<Forward> forward;
    if (observer_ != nullptr) forward.emplace(machine_, state_, thread_, *observer_);
    // Only a run is observed, and by one thread.
    const bool is_run = observer_ != nullptr;
    PrivateRun run = resume(machine_, is_run ? machine_.fetch(from) : locals.get(from), pending,
                            outcome, forward ? &*forward : nullptr);
    info_.bytecodes += run.bytecodes;
    const LocalId to =
        is_run ? machine_.leave(std::move(run.state)) : machine_.intern(std::move(run.state));
    if (memoise) locals.remember_run(from, outcome, to);
    set_local(program_, state_, thread_, to);
  }

  // Whether the thread does its next operation in the same step.
  bool continues() {
    const Pending& next = lockstep::pending(machine_, state_, thread_);
    if (purpose_ == Purpose::probe && next.operation == Operation::await) return false;
    const bool may = goes_on(next);
    if (!may && observer_ == nullptr) return false;
    if (readiness(machine_, state_, thread_) == Readiness::ready) return may;
    tell(Event::Kind::blocked, next, {});
    if (performed_ != nullptr && may) {
      performed_->push_back({next.operation, next.receiver, next.operand, true});
    }
    return false;
  }

  // Whether what the operation hands over to would have to wait.
  bool would_park(Call call, const Outcome& outcome) const {
    if (outcome.kind != Outcome::Kind::next) return false;
    const OperationRow& then = row(outcome.then);
    call.receiver = outcome.value;
    call.saved = outcome.saved;
    return then.ready != nullptr && then.ready(state_, call) != Readiness::ready;
  }

  Outcome not_in_main(const Pending& pending) const {
    const ValueTable& values = machine_.values();
    const ObjectId pool = values.kind(pending.receiver) == ValueKind::future
                              ? values.as_future(pending.receiver).executor
                              : values.as_object(pending.receiver);
    const bool is_executor = has_futures(program_.objects[pool.index].kind);
    return Outcome::raise(machine_.values().exception(
        ExceptionKind::runtime_error,
        is_executor ? "a ProcessPoolExecutor and its futures can be used in the main process only"
                    : "a Pool and its results can be used in the main process only"));
  }
  Outcome waits_inside_atomic() const {
    return Outcome::raise(machine_.values().exception(ExceptionKind::runtime_error,
                                                      "a blocking operation inside atomic"));
  }

  bool goes_on(const Pending& next) const {
    if (next.operation == Operation::choose) return false;
    if (info_.operations >= step_operations_max || info_.run_ons >= step_run_ons_max) return false;
    if (next.atomic) return true;
    if (next.switches == Switch::silent) return true;
    if (next.operation == Operation::thread_end) return !program_.observes_liveness;
    return !next.may_switch;
  }

  void end_thread() {
    if (observer_ != nullptr) {
      Event event{Event::Kind::thread_ended, thread_, {}};
      // What an exit callback has raised was told of when it was.
      const bool is_callback = thread_ == main_thread_id && is_exiting(program_, state_);
      event.outcome =
          Outcome::returned(is_callback ? none_value : uncaught(machine_, state_, thread_));
      observer_->on_event(machine_, state_, event);
    }
    end_processes();
  }

  // A process ends with its last non-daemon thread and its last child; only daemons make that
  // moment a choice, since they go on until it comes. With a process its parent may end.
  void end_processes() {
    for (ProcessId process = process_of(program_, state_, thread_);;) {
      const ThreadId main = main_thread_of(machine_, state_, process);
      if (!is_process_over(program_, state_, main)) {
        if (life(program_, state_, main) != Life::ended) return;
        if (process == main_process_id && state_.words[layout::exit_callbacks] != 0) return;
        for (std::uint32_t i = 0; i < thread_count(program_, state_); ++i) {
          if (process_of(program_, state_, {i}) == process &&
              life(program_, state_, {i}) == Life::alive) {
            return;
          }
        }
        if (!live_children_of(machine_, state_, process).empty()) return;
        set_process_over(program_, state_, main);
      }
      forget_feeders(machine_, state_, process);
      tell_process_end(main);
      if (process == main_process_id) return;
      process = parent_of(machine_, state_, process);
      if (is_process_over(program_, state_, main_thread_of(machine_, state_, process))) return;
    }
  }

  // `main`: of the process. Who took the step tells of its own process.
  void tell_process_end(ThreadId main) {
    if (observer_ == nullptr) return;
    const bool is_own = process_of(program_, state_, main) == process_of(program_, state_, thread_);
    const ThreadId of = is_own ? thread_ : main;
    observer_->on_event(machine_, state_, Event{Event::Kind::process_ended, of, {}});
  }

  void tell(Event::Kind kind, const Pending& pending, const Outcome& outcome) {
    if (observer_ == nullptr) return;
    Event event{kind, thread_, pending.site};
    event.operation = pending.operation;
    event.receiver = pending.receiver;
    event.arguments = pending.arguments;
    event.operand = pending.operand;
    event.update = pending.update;
    event.outcome = outcome;
    observer_->on_event(machine_, state_, event);
  }

  const Machine& machine_;
  const Program& program_;
  State& state_;
  ThreadId thread_;
  Observer* observer_;
  double now_;
  Purpose purpose_;
  std::vector<Performed>* performed_ = nullptr;
  StepInfo info_{Operation::run_on, 0, 0, 0};
};

}  // namespace

// A poll that is in vain brings the thread back to where it stands and changes nothing.
Readiness ready_await(const State& state, const Call& call) {
  State after = state;
  Step(call.machine, after, call.self, nullptr, call.now, Step::Purpose::probe).take({call.self});
  return after == state ? Readiness::blocked : Readiness::ready;
}

State initial_state(const Machine& machine) {
  const Program& program = machine.program;
  State state;
  state.words.assign(threads_offset(program), 0);
  for (std::uint32_t i = 0; i < program.globals.size(); ++i) {
    set_global(state, {i}, machine.intern(program.globals[i].initial));
  }
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    row(program.objects[i].kind).initialise(machine, state, {i});
  }
  state.words.resize(state.words.size() + program.threads.size() * layout::words_per_thread);
  for (std::uint32_t i = 0; i < program.threads.size(); ++i) {
    const ThreadInfo& info = program.threads[i];
    std::vector<Value> arguments;
    for (const Constant& argument : info.arguments) arguments.push_back(machine.intern(argument));
    set_local(program, state, {i}, machine.intern(enter(machine, info.body, arguments).state));
    set_life(program, state, {i}, info.started ? Life::alive : Life::created);
    set_daemon(program, state, {i}, info.daemon);
    set_thread_name(program, state, {i}, machine.values().string(info.name));
  }
  return state;
}

namespace {

Readiness readiness_of(const Machine& machine, const State& state, ThreadId thread,
                       const Pending& next) {
  const OperationRow& operation = row(next.operation);
  // Inside an atomic section it does not wait: it raises.
  if (operation.ready == nullptr || next.in_atomic) return Readiness::ready;
  if (belongs_to_main(machine, state, thread, next)) return Readiness::ready;
  const Call call = call_of(machine, thread, next, {thread}, 0);
  if (!machine.program.has_processes) return operation.ready(state, call);
  std::optional<State> view;
  return operation.ready(seen_by(machine, state, thread, view), call);
}

// Those of a thread that takes part and whose pending operation is `next`.
void add_choices(const Machine& machine, const State& state, ThreadId thread, const Pending& next,
                 std::vector<Choice>& choices) {
  if (next.operation == Operation::choose) {
    std::uint32_t item = 0;
    const Value from = next.arguments[0];
    ValueTable& values = machine.values();
    if (is_iterable(values, from)) {
      for (; item_at(values, from, item); ++item) {
        choices.push_back({thread, Choice::Kind::choose, item});
      }
    }
    if (item == 0) choices.push_back({thread, Choice::Kind::step, 0});
    return;
  }
  switch (readiness_of(machine, state, thread, next)) {
    case Readiness::ready:
      choices.push_back({thread, Choice::Kind::step, 0});
      break;
    case Readiness::until_timeout:
      choices.push_back({thread, Choice::Kind::timeout, 0});
      break;
    case Readiness::blocked:
      break;
  }
}

}  // namespace

Readiness readiness(const Machine& machine, const State& state, ThreadId thread) {
  return readiness_of(machine, state, thread, pending(machine, state, thread));
}

void choices_of(const Machine& machine, const State& state, ThreadId thread,
                std::vector<Choice>& choices) {
  if (!takes_part(machine.program, state, thread)) return;
  add_choices(machine, state, thread, pending(machine, state, thread), choices);
}

void enabled(const Machine& machine, const State& state, std::vector<Choice>& choices) {
  choices.clear();
  const std::size_t threads = thread_count(machine.program, state);
  for (ThreadId thread{0}; thread.index < threads; ++thread.index) {
    if (!takes_part(machine.program, state, thread)) continue;
    const std::size_t before = choices.size();
    const Pending& next = pending(machine, state, thread);
    add_choices(machine, state, thread, next, choices);
    if (choices.size() > before && next.atomic) {
      choices.erase(choices.begin(), choices.begin() + static_cast<std::ptrdiff_t>(before));
      return;
    }
  }
}

bool is_enabled(const Machine& machine, const State& state, Choice choice) {
  if (choice.thread.index >= thread_count(machine.program, state)) return false;
  std::vector<Choice> choices;
  enabled(machine, state, choices);
  return std::ranges::find(choices, choice) != choices.end();
}

bool yields(const Machine& machine, const State& state, ThreadId thread) {
  if (!takes_part(machine.program, state, thread)) return true;
  if (pending(machine, state, thread).switches == Switch::yields) return true;
  return readiness(machine, state, thread) != Readiness::ready;
}

bool waits_for_end_of(const Machine& machine, const State& state, ThreadId waiter, ThreadId other) {
  const Program& program = machine.program;
  if (other == waiter || !takes_part(program, state, other)) return false;
  const ProcessId self = process_of(program, state, waiter);
  const ProcessId its = process_of(program, state, other);
  const bool is_child = its != self && is_process_main(program, state, other) &&
                        parent_of(machine, state, its) == self;
  if (its != self && !is_child) return false;
  const Pending& next = pending(machine, state, waiter);
  if (next.operation == Operation::process_join) return next.receiver == process_value(other);
  if (next.operation == Operation::mp_pool_join_next ||
      next.operation == Operation::mp_pool_finalize) {
    return pool_waits_for(machine, state, next, waiter, other);
  }
  if (next.operation == Operation::terminate_pools &&
      pool_waits_for(machine, state, next, waiter, other)) {
    return true;
  }
  if (next.operation == Operation::process_pool_join) {
    return is_child &&
           is_process_of(machine, state, machine.values().as_object(next.receiver), other);
  }
  const bool calls = self == main_process_id && state.words[layout::exit_callbacks] != 0;
  const bool joins =
      next.operation == Operation::process_exit ||
      (next.operation == Operation::tell_feeders && exit_stage(program, state, waiter) > 0);
  if (joins && is_child) {
    return !calls && !is_daemon(program, state, other);
  }
  if (its != self || life(program, state, other) != Life::alive) return false;
  std::optional<State> view;
  switch (next.operation) {
    case Operation::join_all:
      return true;
    case Operation::join_feeders: {
      const std::vector<ThreadId> feeders = joined_feeders(machine, state, self);
      return std::ranges::find(feeders, other) != feeders.end();
    }
    case Operation::terminate_pools:
    case Operation::tell_feeders:
    case Operation::stop_children:
    case Operation::process_exit:
      if (self == main_process_id && is_exiting(program, state)) return false;
      return is_awaited_at_exit(machine, seen_by(machine, state, waiter, view), other);
    default:
      return next.receiver == thread_value(other);
  }
}

namespace {

void audit_after_step([[maybe_unused]] const Machine& machine,
                      [[maybe_unused]] const State& state) {
#ifdef LOCKSTEP_AUDIT
  const std::vector<std::string> faults = audit(machine, state);
  if (!faults.empty()) {
    const CrashContext context([&] { return faults.front() + "\n" + dump(machine, state); });
    LOCKSTEP_ASSERT(faults.empty(), "the global invariants hold after a step");
  }
#endif
}

}  // namespace

StepInfo step(const Machine& machine, State& state, Choice choice, Observer* observer, double now) {
  const StepInfo info = Step(machine, state, choice.thread, observer, now).take(choice);
  audit_after_step(machine, state);
  return info;
}

StepInfo step(const Machine& machine, State& state, Choice choice,
              std::vector<Performed>& performed) {
  Step taken(machine, state, choice.thread, nullptr, 0);
  taken.record(&performed);
  const StepInfo info = taken.take(choice);
  audit_after_step(machine, state);
  return info;
}

StepInfo finish_step(const Machine& machine, State& state, ThreadId thread,
                     const CpuBurst::Work& begun, Observer* observer, double now) {
  const StepInfo info = Step(machine, state, thread, observer, now).finish(begun);
  audit_after_step(machine, state);
  return info;
}

Result evaluate(const Machine& machine, const State& state, FunctionId function) {
  State scratch = state;
  PrivateRun run = enter(machine, function, {});
  std::uint32_t operations = 0, run_ons = 0;
  while (!run.state.frames.empty()) {
    const LocalId at = machine.locals().intern(machine.program, machine.values(), run.state);
    const Pending& next = machine.locals().pending(at);
    const Outcome outcome =
        row(next.operation).apply(scratch, call_of(machine, main_thread_id, next, {}, 0));
    if (outcome.kind == Outcome::Kind::next || ++operations > step_operations_max) {
      return raise(machine.values(), ExceptionKind::runtime_error,
                   "an expression of a check may only read");
    }
    if (next.operation == Operation::run_on && ++run_ons > step_run_ons_max) {
      return raise(machine.values(), ExceptionKind::runtime_error,
                   "an expression of a check takes too long");
    }
    run = resume(machine, std::move(run.state), next, outcome);
  }
  if (run.state.uncaught != none_value) return {run.state.uncaught, true};
  return {run.returned};
}

std::optional<ThreadId> owner_seen_by(const Machine& machine, const State& state, ThreadId thread,
                                      ObjectId object) {
  std::optional<State> view;
  return owner(machine, seen_by(machine, state, thread, view), object);
}
std::optional<ThreadId> owner(const Machine& machine, const State& state, ObjectId object) {
  return row(machine.program.objects[object.index].kind).owner(machine, state, object);
}

Value uncaught(const Machine& machine, const State& state, ThreadId thread) {
  return machine.locals().get(local(machine.program, state, thread)).uncaught;
}

std::string StateNames::object_name(ObjectId id) const {
  const ObjectInfo& object = machine_.program.objects[id.index];
  return "<" + std::string(row(object.kind).type) + " " + object.name + ">";
}
std::string StateNames::thread_name(ThreadId id) const {
  const Value name = thread_name_value(machine_.program, state_, id);
  return "<Thread " + std::string(machine_.values().as_text(name)) + ">";
}
std::string StateNames::process_name(ThreadId main) const {
  const Value name = thread_name_value(machine_.program, state_, main);
  return "<Process " + std::string(machine_.values().as_text(name)) + ">";
}
std::string StateNames::function_name(FunctionId id) const {
  return "<function " + machine_.program.functions[id.index].name + ">";
}

}  // namespace lockstep
