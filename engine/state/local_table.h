// A thread's private state (frames, locals, operand stack, what it is about to do), stored
// once each and named by a LocalId; and the memo of private runs between two of them.
//
// With every private state a number, a State is a short row of words, which is SPIN's
// collapse compression (Holzmann 1997) by construction; and a thread is an automaton that is
// built lazily, as in Harmony's charm: (local state, what the visible operation gave) -> local
// state.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/objects/object.h"
#include "engine/program/program.h"
#include "engine/value/value_table.h"

namespace lockstep {

// Where an exception that is being handled was raised, for a finding.
struct Raised {
  Value exception;
  std::uint32_t pc;
  friend bool operator==(const Raised&, const Raised&) = default;
};

struct Frame {
  FunctionId function;
  std::uint32_t pc = 0;  // the instruction at which it stands (innermost: the pending one)
  std::vector<Value> locals;
  std::vector<Value> stack;
  std::vector<Raised> raised;  // of exceptions on the stack or in locals, outermost handler first
  friend bool operator==(const Frame&, const Frame&) = default;
};
// Forgets where exceptions were raised that are nowhere in the frame any more.
void forget_handled(Frame& frame);

// An attribute of a threading.local, which every thread has for itself.
struct Attribute {
  ObjectId object;
  Value name;  // a string
  Value value;
  friend bool operator==(const Attribute&, const Attribute&) = default;
};

struct LocalState {
  std::vector<Frame> frames;                // outermost first; empty once the thread has ended
  std::vector<Attribute> attributes;        // ascending by object and name; gone with the frames
  bool continues = false;                   // `operation` goes on where an earlier one handed over
  Operation operation = Operation::run_on;  // if continues
  Value receiver = none_value;              // if continues
  Value saved = none_value;                 // if continues
  std::uint32_t atomic_depth = 0;
  bool atomic_begun = false;      // a visible operation has been done inside the section
  bool may_switch = true;         // the scheduler may pick another thread before it
  Value uncaught = none_value;    // the exception that ended the thread's code, if any
  std::uint32_t uncaught_pc = 0;  // where it was last raised, if so; 0: before the first bytecode
  friend bool operator==(const LocalState&, const LocalState&) = default;
};

// What a resting thread does when it is picked.
struct Pending {
  Operation operation = Operation::thread_end;
  Switch switches = Switch::opcode;  // as switches_at() says
  Value receiver = none_value;
  std::vector<Value> arguments;
  Value saved = none_value;
  std::uint32_t operand = 0;  // load_global, store_global, update_global: the GlobalId
  std::uint32_t update = 0;   // update_global: the Update, encoded
  std::uint32_t pc = 0;
  SiteId site;
  bool has_site = false;  // false: the thread has ended or was not written
  bool may_switch = true;
  bool in_atomic = false;  // it is inside an atomic section, where it may not wait
  bool atomic = false;     // which has begun: nobody else may run
};

// The operation that `verb` is for a receiver, if it has one. A Condition hands the verbs that
// it lacks on to its lock: `receiver` is then the lock.
std::optional<Operation> resolve(const Program& program, const ValueTable& values, Verb verb,
                                 Value& receiver);

// What a thread that stands before this visible instruction is about to do. Requires: the
// frame's operands are on its stack, and resolve() succeeds for an Opcode::operate.
Operation operation_at(const Program& program, const ValueTable& values, const Frame& frame);
// Where the GIL may be dropped around it: as its row says, but that a Condition's __enter__ and
// __exit__ are written in Python, whatever its lock is written in.
Switch switches_at(const Program& program, const ValueTable& values, const Frame& frame);

class LocalTable {
 public:
  LocalTable();
  ~LocalTable();
  LocalTable(LocalTable&&) noexcept;
  LocalTable& operator=(LocalTable&&) noexcept;

  // Id 0 is the ended thread without an exception; it also stands for a killed one.
  LocalId intern(const Program& program, const ValueTable& values, const LocalState& state);
  LocalState get(LocalId id) const;  // O(size)
  // O(1); valid until the state is forgotten.
  const Pending& pending(LocalId id) const { return *pendings_[id.index]; }

  // The memo. `outcome` is what the pending operation of `from` gave.
  std::optional<LocalId> find_run(LocalId from, const Outcome& outcome) const;
  void remember_run(LocalId from, const Outcome& outcome, LocalId to);
  struct Pair {
    LocalId from, to;
  };
  std::vector<Pair> runs() const;  // that are remembered, in no order

  // For a copy of the table elsewhere, as words(): from, the outcome, to. In no order.
  using StoredRun = std::array<std::uint32_t, 5>;
  std::vector<StoredRun> stored_runs() const;
  // Stores a private state that was words() of this number there. False: the words are none of this
  // program, or belong elsewhere. `is_value`: whether a word is a Value there is.
  bool restore(const Program& program, const ValueTable& values, LocalId id,
               std::span<const std::uint32_t> words, const std::function<bool(Value)>& is_value);
  bool restore_run(const StoredRun& run, const std::function<bool(Value)>& is_value);

  // Forgets all private states but these, and all runs. What is kept keeps its id.
  void forget_all_but(std::span<const LocalId> kept);
  // The words of a private state, of which some are Values. Valid until it is forgotten.
  std::span<const std::uint32_t> words(LocalId id) const;

  // As ValueTable::freeze(); a run that it does not remember yet throws, too.
  void freeze(bool frozen);

  std::size_t size() const;
  std::size_t memory_bytes() const;

 private:
  struct Store;
  std::unique_ptr<Store> store_;
  std::vector<const Pending*> pendings_;  // index = local; asked for several times in every step
};

}  // namespace lockstep
