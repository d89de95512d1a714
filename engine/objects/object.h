// The kinds of objects, what can be asked of them (verbs), and what that does (operations).
//
// Three tables make this header: objects.def, verbs.def, operations.def. The scheduler, the
// traces, the detector and the reductions read the tables; none has a switch over operations.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/assert.h"
#include "engine/ids.h"
#include "engine/value/value.h"

namespace lockstep {

struct Program;
struct Machine;
struct State;

enum class ObjectKind : std::uint8_t {
#define OBJECT(kind, type, python, python_class, words, owner, works_as) kind,
#define SHARED_OBJECT OBJECT
#include "engine/objects/objects.def"
#undef SHARED_OBJECT
#undef OBJECT
  thread,       // receivers that are no objects of the scenario: a thread handle,
  process,      // that of a process,
  connection,   // an end of a connection to a Listener,
  future,       // what a submit returns,
  pool_result,  // what a Pool of multiprocessing returns: an AsyncResult or an iterator,
  nothing,      // and no receiver at all
};

enum class Verb : std::uint8_t {
#define VERB(verb, arguments, where) verb,
#include "engine/objects/verbs.def"
#undef VERB
  none,
};

enum class Operation : std::uint8_t {
#define MAY_BLOCK(operation, kind, verb, switches, need, by) operation,
#define NEVER_BLOCKS(operation, kind, verb, switches) operation,
#include "engine/objects/operations.def"
#undef MAY_BLOCK
#undef NEVER_BLOCKS
};
inline constexpr std::size_t operation_count =
    static_cast<std::size_t>(Operation::process_exit) + 1;

enum class Switch : std::uint8_t { opcode, c_call, py_call, yields, silent };
// How many of the threads that could let a waiter go must act.
enum class Need : std::uint8_t { all, any };
// What lets a waiter go: one of these done to what it waits for.
enum class LetGoBy : std::uint8_t {
  nothing,
  release,
  set,
  notify,
  put,
  get,
  task_done,
  end,
  store,
  arrive,  // a Barrier: whoever comes, gives up, resets or aborts
  cancel,
  connect,  // a Listener, for who accepts
  accept,   // ... for who connects while its queue is full; also by its close
  send,     // a connection, for who receives; also by the peer's close
  recv,     // ... for who sends while the peer's buffer is full; also by the peer's close
  finish,   // a future: its task ends, or it is cancelled
  fill,     // a queue of multiprocessing, for its feeder: something is put, or it is closed
  turn,     // ... for who waits until another has read or written
  wake,     // a Condition or Event of multiprocessing, for who notifies: all notified wake up
  close,    // a ThreadPoolExecutor: who cancels what it has queued is through
  answer,   // a Pool of multiprocessing, for who waits for a result
};

enum class Readiness : std::uint8_t {
  ready,          // the thread can take this step now
  blocked,        // not before another thread acts
  until_timeout,  // as blocked, but its timeout may fire
};

// What an operation works on. `arguments` are as verbs.def counts them.
struct Call {
  const Machine& machine;
  ThreadId self;
  Value receiver;  // object or thread handle; none_value without receiver
  std::span<const Value> arguments;
  Value saved;                // what the operation before it handed on (Outcome::next)
  std::uint32_t operand = 0;  // load_global, store_global, update_global: the GlobalId
  std::uint32_t update = 0;   // update_global: the Update, encoded
  std::uint32_t chosen = 0;   // choose: index of the item
  double now = 0;             // virtual seconds, for time()
  ObjectId object() const {   // requires: the receiver is an object
    LOCKSTEP_ASSERT(value_detail::tag_of(receiver) == value_detail::tag_object,
                    "an operation on an object has an object as its receiver");
    return {value_detail::payload_of(receiver)};
  }
};

// What an operation did.
struct Outcome {
  enum class Kind : std::uint8_t {
    value,   // it returned `value`
    raised,  // it raised the exception `value`
    next,    // it goes on as operation `then` on `value`, with `saved`
  };
  Kind kind = Kind::value;
  Value value = none_value;
  Operation then = Operation::run_on;
  Value saved = none_value;

  static Outcome returned(Value value) {
    return {Kind::value, value, Operation::run_on, none_value};
  }
  static Outcome raise(Value exception) {
    return {Kind::raised, exception, Operation::run_on, none_value};
  }
  static Outcome next(Operation then, Value receiver, Value saved) {
    return {Kind::next, receiver, then, saved};
  }
};

struct ObjectRow {
  ObjectKind kind;
  std::string_view type;          // as scenarios name it
  std::string_view python;        // what makes one in Python: "threading.Lock"
  std::string_view python_class;  // as Python's messages call it: "_thread.lock"
  std::uint32_t words;
  bool owned;
  bool shared;          // one object for all processes; others are copied by a fork
  ObjectKind works_as;  // the kind whose operations it has
  void (*initialise)(const Machine&, State&, ObjectId);
  std::optional<ThreadId> (*owner)(const Machine&, const State&, ObjectId);  // null unless owned
  // How it stands, for people: "free", "T1", "2 free", "not set".
  std::string (*describe)(const Machine&, const State&, ObjectId);
};
struct VerbRow {
  Verb verb;
  std::string_view name;
  std::uint32_t arguments;
  enum class Where : std::uint8_t { statement, query, attribute, hidden } where;
};
struct OperationRow {
  Operation operation;
  std::string_view name;
  ObjectKind kind;
  Verb verb;  // none: not asked for by a verb
  Switch switches;
  bool may_block;
  Need need;                                      // may_block only
  LetGoBy let_go_by;                              // may_block only
  Readiness (*ready)(const State&, const Call&);  // null: always ready
  Outcome (*apply)(State&, const Call&);
  Outcome (*expire)(State&, const Call&);  // null unless may_block
};

const ObjectRow& row(ObjectKind kind);  // requires: a row of objects.def
const VerbRow& row(Verb verb);          // requires: not none
namespace object_detail {
extern const std::array<OperationRow, operation_count> operation_table;
}
inline const OperationRow& row(Operation operation) {
  return object_detail::operation_table[static_cast<std::size_t>(operation)];
}
std::span<const ObjectRow> object_rows();
std::span<const VerbRow> verb_rows();
std::span<const OperationRow> operation_rows();
std::optional<ObjectKind> object_kind_named(std::string_view type);
std::optional<Verb> verb_named(std::string_view name);

// What ends the waits on an object of the kind, each once: for a Queue put, get and task_done. Who
// waits on a connection is counted with its Listener.
std::span<const LetGoBy> waits_of(ObjectKind kind);

// Whether nobody but its owner can release an object of the kind: an RLock.
bool only_owner_releases(ObjectKind kind);
// A Condition: it has a lock, to which it hands on what it lacks.
bool has_lock(ObjectKind kind);
bool can_be_lock_of(ObjectKind condition, ObjectKind lock);
// A queue of multiprocessing whose items are sent by a thread that each process has for it.
bool has_feeder(ObjectKind kind);
// An executor of concurrent.futures.
bool has_futures(ObjectKind kind);
// A step of the main thread of a process once its code is over.
inline bool is_exit(Operation operation) {
  return operation == Operation::terminate_pools || operation == Operation::tell_feeders ||
         operation == Operation::stop_children || operation == Operation::join_feeders ||
         operation == Operation::process_exit;
}
// Whether a wait on a receiver of kind `waited_on` is counted with objects of `kind`.
bool counts_with(ObjectKind waited_on, ObjectKind kind);

// The operation that `verb` is for a receiver of `kind`, if it has one. A Condition hands
// acquire, release, enter and exit on to its lock: see resolve() in state/local_table.h.
std::optional<Operation> operation_of(Verb verb, ObjectKind kind);

}  // namespace lockstep
