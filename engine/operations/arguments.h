// What the operations of several kinds have in common: arguments, and queues of threads.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/objects/operations.h"
#include "engine/state/machine.h"
#include "engine/state/state.h"
#include "engine/value/value_table.h"

namespace lockstep {

Outcome raise(const Call& call, ExceptionKind kind, std::string_view message);

// A number of seconds, as CPython's _PyTime_FromSecondsObject takes it.
struct Seconds {
  double value = 0;
  std::optional<Outcome> error;
};
Seconds seconds(const Call& call, Value value);

// What is wrong with an argument that is an int of C; `too_large`: how the function says that.
std::optional<Outcome> c_int_error(const Call& call, Value value, std::string_view too_large);

// acquire(blocking=True, timeout=-1) of Lock and RLock (Modules/_threadmodule.c 3.11,
// lock_acquire_parse_args). None stands for a timeout that was not given.
struct AcquireArguments {
  std::optional<Outcome> error;
  Readiness if_taken = Readiness::blocked;  // ready: give up at once
};
AcquireArguments acquire_arguments(const Call& call);

// None is none.
bool is_number(const Call& call, Value value);

// How a thread waits that may give a timeout of Python code (None: for ever): ready when the
// timeout is 0 or less.
Readiness waiting(const Call& call, Value timeout);
// What is wrong with such a timeout: that it is no number, with the text `before`, its type,
// `after`; or what seconds() says, which nobody asks of one that is 0 or less.
std::optional<Outcome> timeout_error(const Call& call, Value timeout, std::string_view before,
                                     std::string_view after);
// The same where it goes to Condition.wait, which compares it with 0; NaN is not greater.
std::optional<Outcome> compared_timeout_error(const Call& call, Value timeout);

// The n of release(n) and notify(n), 1 if not given: the least integer that is not below it.
struct Count {
  std::int64_t value = 1;
  std::optional<Outcome> error;               // it is no number: "'{comparison}' not supported ..."
  std::optional<double> real = std::nullopt;  // as a float, where it was given as one
};
Count count_argument(const Call& call, Value value, std::string_view comparison);

// To the tuple whose Value is in a word of an object.
void append(const Machine& machine, Word& tuple, Value item);

// Threads that wait, in a word of an object: the Value of a tuple of handles, oldest first.
bool is_waiting(const Machine& machine, Word waiters, ThreadId thread);
void add_waiter(const Machine& machine, Word& waiters, ThreadId thread);
// The same where all are woken at once: they have no order and are kept ascending.
void add_to_all(const Machine& machine, Word& waiters, ThreadId thread);
void remove_waiter(const Machine& machine, Word& waiters, ThreadId thread);
void remove_oldest(const Machine& machine, Word& waiters, std::int64_t count);

// What a queue of either sort says of its items: "empty", "1 item".
std::string describe_items(std::size_t count);
// Beyond items_max, or beyond what a word can count.
Outcome too_many_items(const Call& call);

// str(name), as Thread.__init__ and the name property do it.
std::string name_text(const Call& call, Value name);
// "Thread-7", the name of the next thread that is given none, with what follows the number.
Value next_thread_name(State& state, const Call& call, std::string_view suffix);
// A new thread, not started yet.
ThreadId add_thread(State& state, const Call& call, FunctionId body,
                    std::span<const Value> arguments, Value name, bool daemon);

// A new process, forked by the thread that calls, whose main thread executes `body` with the
// receiver, as a worker of a pool does; no daemon. Its number comes behind the prefix in its name.
// (In process.cpp.)
ThreadId fork_worker(State& state, const Call& call, FunctionId body, std::string_view prefix);
// The process of this main thread ends as by SIGTERM, at once. (In process.cpp.)
void end_worker(State& state, const Call& call, ThreadId main);
// The arguments and the function that each worker of the receiver, a pool, calls first, or None.
// (In executor.cpp.)
Outcome initializer_of(const Call& call);

// A lock that a Condition works with: Lock or RLock.
bool is_owned(const Machine& machine, const State& state, ObjectId lock, ThreadId by);
// Lets go of every level; what restore() needs to take it again.
std::uint32_t release_save(const Machine& machine, State& state, ObjectId lock);
// The end of Condition.wait, once the lock is taken again; `call.saved` is what
// condition_park handed on. (In condition.cpp.)
Outcome finish_wait(State& state, const Call& call);

}  // namespace lockstep
