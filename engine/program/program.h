// A compiled scenario: the waist of the house. `language` writes it and knows no State; the
// engine, the explorer and the detector read it and know no JSON. Immutable once compiled.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ids.h"
#include "engine/objects/object.h"
#include "engine/value/value.h"

namespace lockstep {

enum class Opcode : std::uint8_t {
#define PRIVATE(opcode, stack, description) opcode,
#define VISIBLE(opcode, stack, description) opcode,
#include "engine/program/opcodes.def"
#undef PRIVATE
#undef VISIBLE
};

inline constexpr std::size_t opcode_count = static_cast<std::size_t>(Opcode::await_test) + 1;

// Operand b of update_local and update_global: what is done to the container, which lies
// under `depth` subscripts. On the stack: the subscripts, outermost first, then the
// arguments. Pushes what the call returns (pop) or nothing.
struct Update {
  enum class Kind : std::uint8_t {
    set_item,  // index, value; the index is the last subscript and is not counted in depth
    append,    // item
    pop_last,  // nothing; pushes the item
    pop_at,    // index; pushes the item
  };
  Kind kind;
  std::uint32_t depth;
  std::uint32_t encode() const { return static_cast<std::uint32_t>(kind) | depth << 8; }
  static Update decode(std::uint32_t b) { return {static_cast<Kind>(b & 0xffU), b >> 8}; }
  std::uint32_t arguments() const {
    return kind == Kind::set_item ? 2 : kind == Kind::pop_last ? 0 : 1;
  }
  bool pushes() const { return kind == Kind::pop_last || kind == Kind::pop_at; }
};

struct Instruction {
  Opcode opcode;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  SiteId site{};
};

// Where in the scenario an instruction comes from: one per statement.
struct Site {
  std::uint32_t line = 0;    // 1-based; 0: the statement was not written (an implicit main)
  std::uint32_t column = 0;  // 1-based, in code points
  std::string pointer;       // JSON Pointer of the statement
  std::string text;          // the statement in short: "acquire mutexA", "n = n - 1"
  std::string label;         // empty: none
  std::string note;          // empty: none
  std::string at;            // the real code that it models, "app.py:12"; empty: none
};

// While pc is in [begin, end) an exception truncates the frame's stack to `depth`, pushes
// the exception value and goes on at `handler`. The first row that fits wins.
struct ExceptionRange {
  std::uint32_t begin;
  std::uint32_t end;
  std::uint32_t handler;
  std::uint32_t depth;
};

struct Function {
  std::string name;
  std::uint32_t parameters = 0;     // the first locals
  std::vector<std::string> locals;  // names; hidden ones begin with a dot
  std::uint32_t begin = 0;          // code[begin, end)
  std::uint32_t end = 0;
  std::uint32_t stack_max = 0;
  std::vector<ExceptionRange> handlers;
  bool is_run = false;  // of a class: a thread that executes it is its first argument
};

// A value that is known before a Machine is there.
struct Constant {
  ValueKind kind = ValueKind::none;
  Value inline_value = none_value;  // kinds that are coded in the word, small integers too
  std::int64_t integer = 0;         // integer
  double real = 0;                  // real
  std::string text;                 // string, bytes
  std::vector<Constant> items;      // list, tuple; dict: keys and values alternate
  friend bool operator==(const Constant&, const Constant&) = default;
};

struct Global {
  std::string name;
  Constant initial;
  // Of an attribute: its name, and the class that has it, for messages. The variable is a dict
  // from the Thread objects that have the attribute to its value.
  std::string attribute = {};
  std::string owner = {};
};

// What a queue knows of the tasks that are not done: as much as anybody could notice. Nobody ever
// says that one is done, and nobody joins; somebody may join; how many there are matters.
enum class TaskCount : std::uint8_t { none, whether_some, exact };

struct ObjectInfo {
  std::string name;                  // "mutexA", "forks[2]", a hidden lock: "cond.lock"
  std::vector<std::string> aliases;  // other names of the same object (same_as)
  ObjectKind kind;
  std::int64_t value = 1;      // semaphores: the initial value; queues: maxsize; barrier: parties;
                               // executor: max_workers; Pool: processes
  std::int64_t tasks_max = 0;  // Pool: how many tasks a worker does; 0: any number
  std::int64_t buffer = 0;     // queues of multiprocessing: bytes that the pipe holds
  TaskCount tasks = TaskCount::exact;  // queues
  std::optional<ObjectId> lock;        // condition: the lock it works with
  std::optional<FunctionId> action;    // barrier: what the last to come does before it opens;
                                       // executor, Pool: what a worker does first
  std::vector<Constant> arguments;     // executor, Pool: of its action
  std::optional<double> timeout;       // barrier: virtual seconds, of a wait that names none
  std::string prefix;                  // executor: of its workers' names
  std::uint32_t offset = 0;            // of its words in State::words
  bool hidden = false;                 // made by lockstep: the RLock of a Condition
  std::uint32_t line = 0;              // where it is declared
};

inline bool is_semaphore(ObjectKind kind) {
  return kind == ObjectKind::semaphore || kind == ObjectKind::bounded_semaphore ||
         kind == ObjectKind::mp_semaphore || kind == ObjectKind::mp_bounded_semaphore;
}
// A lock without an owner, unless it is released once more than it was taken.
inline bool is_of_one_permit(const ObjectInfo& object) {
  return is_semaphore(object.kind) && object.value == 1;
}

// Threads that the scenario declares; index = ThreadId. Row 0 is MainThread.
struct ThreadInfo {
  std::string name;
  FunctionId body;
  std::vector<Constant> arguments;
  bool daemon = false;
  bool started = false;  // alive in the initial state
  std::uint32_t line = 0;
};

enum class GilModel : std::uint8_t {
  every_bytecode,   // "3.9"
  calls_and_loops,  // "3.12"
  free_threaded,    // "free-threaded"
  none,             // "none"
};
inline bool has_gil(GilModel model) {
  return model == GilModel::every_bytecode || model == GilModel::calls_and_loops;
}

// Virtual seconds. Where the defaults come from is said in docs/scenario-format.md.
struct Costs {
  double bytecode = 5e-8;
  double thread_start = 1e-4;
  double process_start = 8e-3;
};

struct Limits {                             // of one simulated program
  std::uint32_t frames_max = 1000;          // CPython's recursion limit
  std::uint32_t private_steps_max = 20000;  // bytecodes before a private run rests at run_on
};

// What a visible instruction may touch, as far as the compiler knows; for future_accesses.
struct Target {
  enum class Kind : std::uint8_t { unknown, objects, thread, none } kind = Kind::unknown;
  ObjectId first;  // objects: [first, first + count)
  std::uint32_t count = 0;
  ThreadId thread;  // thread: a declared one
};

struct Condition {  // an invariant or a final check: a function without parameters
  FunctionId function;
  std::string text;  // the expression
  std::uint32_t line = 0;
};

struct Program {
  std::string name;
  std::string file;  // as given on the command line; for reports
  GilModel gil = GilModel::calls_and_loops;
  std::uint32_t cores = 4;
  double switch_interval = 0.005;  // virtual seconds
  Costs costs;
  Limits limits;
  std::vector<Constant> constants;
  std::vector<Global> globals;
  std::vector<ObjectInfo> objects;
  std::uint32_t objects_end = 0;  // the word of a State behind those of the objects
  std::vector<ThreadInfo> threads;
  std::vector<Function> functions;
  std::vector<Instruction> code;
  std::vector<Target> targets;  // index = pc; meaningful for visible instructions
  std::vector<Site> sites;
  std::vector<Condition> invariants;
  std::vector<Condition> final_checks;
  std::vector<ObjectId> lock_order;        // in which locks are to be taken; each once
  std::vector<std::string> input;          // the lines that input() returns
  std::optional<FunctionId> timer_body;    // what a Timer executes: interval, function, arguments
  std::optional<FunctionId> signal_body;   // what a signal on its way executes: its number
  std::optional<FunctionId> feeder_body;   // what sends the items of a queue: the queue
  std::optional<FunctionId> worker_body;   // what a pool's worker executes: the executor
  std::optional<FunctionId> manager_body;  // ... the manager of a ProcessPoolExecutor: it
  std::optional<FunctionId> process_worker_body;  // ... each of its workers: it
  std::optional<FunctionId> maintainer_body;      // ... who looks after the workers of a Pool: it
  std::optional<FunctionId> dispatcher_body;      // ... who hands its tasks out: it
  std::optional<FunctionId> collector_body;       // ... who takes its results: it
  std::optional<FunctionId> pool_worker_body;     // ... each of its workers: it
  std::optional<FunctionId> exit_body;            // what MainThread executes once its code is over
  bool observes_liveness = false;         // some thread asks who is alive; a Pool has callbacks
  bool reads_clock = false;               // some thread calls time()
  bool has_processes = false;             // some thread creates a process
  bool exits_at_once = false;             // some thread calls os._exit()
  bool registers_exit_callbacks = false;  // some thread calls atexit.register()
  bool orders_futures = false;            // some thread takes them in the order of their ends

  const Site& site_of(std::uint32_t pc) const { return sites[code[pc].site.index]; }
  const Function& function_of(std::uint32_t pc) const;
  std::optional<ObjectId> object_named(std::string_view name) const;  // aliases too
  std::optional<GlobalId> global_named(std::string_view name) const;
  std::optional<ThreadId> thread_named(std::string_view name) const;  // declared ones
  std::optional<FunctionId> function_named(std::string_view name) const;
};

// The word of a State at which the shared variables begin, a word each; the objects' words
// follow them. state/state.h draws the whole.
inline constexpr std::uint32_t first_global_word = 4;

struct OpcodeRow {
  std::string_view name;
  bool visible;
  std::optional<int> stack;  // net effect; nothing: see stack_use()
  std::string_view description;
};
const OpcodeRow& row(Opcode opcode);

// How many values an instruction takes from the operand stack and how many it leaves there.
// The opcodes that go on at `a` or at the next instruction differ by `jumps`.
struct StackUse {
  std::uint32_t takes, leaves;
};
StackUse stack_use(const Instruction& instruction, bool jumps);

// How an opcode goes on, for whoever follows the paths of a function.
struct Flow {
  bool next;  // may go on at the next instruction
  bool jump;  // may go on at `a`
};
Flow flow(Opcode opcode);
// Whether an instruction can raise an exception of its own, for whatever operands.
// The local in which a function keeps what its handlers handle, as many deep as `depth`, while a
// `raise` without exception may ask for it.
std::string exception_slot(std::size_t depth);

bool may_raise(Opcode opcode);
// The range in which each instruction of the function is caught, null where in none; index =
// pc - begin. For whoever asks for many; requires well-formed ranges.
std::vector<const ExceptionRange*> handlers_of(const Function& function);

// Checks what every other part takes for granted: operands in range, jumps inside their
// function, stack depth equal along every path and at most stack_max, handlers well formed,
// object words laid out without overlap. Empty: fine. Else one sentence a fault.
std::vector<std::string> verify(const Program& program);

// One line an instruction, "  12  operate acquire 2    ; acquire mutexA". For tests.
std::string disassemble(const Program& program);

}  // namespace lockstep
