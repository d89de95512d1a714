// The semantics: the only code that changes a State.
//
// A step is one
// choice: a visible operation of one thread, and all that follows it up to the next place at
// which the GIL model lets another thread run. Every source of nondeterminism is a Choice.
//
// The same Program and choices give the same events, on any machine.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/interpreter/cpu_burst.h"
#include "engine/program/program.h"
#include "engine/state/local_table.h"
#include "engine/state/machine.h"
#include "engine/state/state.h"
#include "engine/value/text.h"
#include "engine/value/value_table.h"

namespace lockstep {

struct Choice {
  enum class Kind : std::uint8_t {
    step,     // the thread does its pending operation
    timeout,  // the timeout of the operation on which it is blocked fires
    choose,   // the thread's `choose` takes item `value`
  };
  ThreadId thread;
  Kind kind = Kind::step;
  std::uint32_t value = 0;
  friend auto operator<=>(const Choice&, const Choice&) = default;
};

// What an Observer is told, in the order in which it happens.
struct Event {
  enum class Kind : std::uint8_t {
    operation,     // `operation` was applied, with `outcome`
    timeout,       // the timeout of `operation` fired, with `outcome`
    blocked,       // the step ends before `operation`, which has to wait
    called,        // a function was entered; `function`
    returned,      // a function was left with `outcome`
    raised,        // the program raised `outcome.value` at `site`
    mark,          // a statement with a label or note begins at `site`
    thread_ended,  // with outcome.value the uncaught exception, or None
    process_ended,
  };
  Kind kind;
  ThreadId thread;
  SiteId site = {};
  Operation operation = Operation::run_on;
  Value receiver = none_value;
  std::span<const Value> arguments = {};
  std::uint32_t operand = 0;  // load_global, store_global, update_global: the GlobalId
  std::uint32_t update = 0;   // update_global: the Update, encoded
  Outcome outcome = {};
  FunctionId function = {};  // called, returned
};

class Observer {
 public:
  virtual ~Observer() = default;
  // `state` is the state right after the event, with the memory of the thread's process in place
  // (state/process_memory.h). Valid during the call only.
  virtual void on_event(const Machine& machine, const State& state, const Event& event) = 0;
};

State initial_state(const Machine& machine);

// All choices that are enabled, by thread, step before timeout, items of a choose in order.
// None: the process has ended, or nobody can ever move again.
void enabled(const Machine& machine, const State& state, std::vector<Choice>& choices);
// Those of one thread, appended, if no other is inside an atomic section.
void choices_of(const Machine& machine, const State& state, ThreadId thread,
                std::vector<Choice>& choices);
// Whether one choice is. O(threads).
bool is_enabled(const Machine& machine, const State& state, Choice choice);

// What the thread does next, and whether it can. Requires: the thread is alive, or is a
// MainThread that waits for the process to end.
const Pending& waiting_for_exit(const Machine& machine, const State& state, ThreadId main);
inline const Pending& pending(const Machine& machine, const State& state, ThreadId thread) {
  if (life(machine.program, state, thread) != Life::alive) {
    return waiting_for_exit(machine, state, thread);
  }
  return machine.locals().pending(local(machine.program, state, thread));
}
Readiness readiness(const Machine& machine, const State& state, ThreadId thread);
// Whether leaving this thread for another is no preemption: it cannot go on, has ended, or
// is about to let the GIL go by itself (sleep, io, yield).
bool yields(const Machine& machine, const State& state, ThreadId thread);

// What an operation did to an object: whether its words differ afterwards and, of a lock, whose it
// was and is.
enum class Touch : std::uint8_t {
  left,  // as it was
  changed,
  taken,  // a lock that was free belongs to the thread now
  given,  // a lock that belonged to somebody is free now
  held,   // a lock that belongs to the thread before and after
};
// One visible operation of a step, for whoever asks what steps have to do with each other.
struct Performed {
  Operation operation;
  Value receiver = none_value;
  std::uint32_t operand = 0;   // as in Pending
  bool asked_only = false;     // it was not done: the step ended before it, because it had to wait
  bool expired = false;        // its timeout fired
  Touch object = Touch::left;  // if the receiver is one
  Touch lock = Touch::left;    // if the receiver is a Condition: of its lock
};

struct StepInfo {
  Operation last;            // the last visible operation of the step
  std::uint32_t operations;  // visible operations in the step
  std::uint32_t run_ons;     // of these, Operation::run_on
  std::uint32_t bytecodes;   // executed, as far as known: 0 for memoised private runs
};
// Requires: is_enabled(machine, state, choice).
StepInfo step(const Machine& machine, State& state, Choice choice, Observer* observer = nullptr,
              double now = 0);
// The same, telling what it did, in order, at the end of `performed`.
StepInfo step(const Machine& machine, State& state, Choice choice,
              std::vector<Performed>& performed);

// The rest of a step that cpu_burst() has begun: possibly nothing.
StepInfo finish_step(const Machine& machine, State& state, ThreadId thread,
                     const CpuBurst::Work& begun, Observer* observer = nullptr, double now = 0);

// An expression over shared variables (an invariant, a final check) in this state, without
// changing it. Reads of all variables are one moment.
Result evaluate(const Machine& machine, const State& state, FunctionId function);

// Whether a thread that waits for ends (LetGoBy::end) waits for that of this one: that it has
// ended or, of the main thread of a process, that the process has.
bool waits_for_end_of(const Machine& machine, const State& state, ThreadId waiter, ThreadId other);

// Who a lock belongs to; nothing if it is free or has no owner by nature. Of a lock that every
// process has for itself: in the memory that is in place, or in that of the thread's process.
std::optional<ThreadId> owner(const Machine& machine, const State& state, ObjectId object);
std::optional<ThreadId> owner_seen_by(const Machine& machine, const State& state, ThreadId thread,
                                      ObjectId object);
// The uncaught exception with which a thread has ended; none_value if there is none.
Value uncaught(const Machine& machine, const State& state, ThreadId thread);

// Names of handles as this state has them.
class StateNames : public Names {
 public:
  StateNames(const Machine& machine, const State& state) : machine_(machine), state_(state) {}
  std::string object_name(ObjectId id) const override;
  std::string thread_name(ThreadId id) const override;
  std::string process_name(ThreadId main) const override;
  std::string function_name(FunctionId id) const override;

 private:
  const Machine& machine_;
  const State& state_;
};

// The state in words, for people: variables, objects, threads. For assertions and tests.
std::string dump(const Machine& machine, const State& state);

// The global invariants, kind by kind ("each waiter of a condition is blocked on it, once").
// Empty: all hold. Called after every step when LOCKSTEP_AUDIT is defined.
std::vector<std::string> audit(const Machine& machine, const State& state);

}  // namespace lockstep
