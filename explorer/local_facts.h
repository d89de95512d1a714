// What an exploration asks about a private state again and again, worked out once.
#pragma once
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/program/future_accesses.h"
#include "engine/program/wait_numbers.h"
#include "engine/step/step.h"

namespace lockstep {

struct LocalFacts {
  bool known = false;
  bool atomic = false;
  bool signals = false;           // it may send a signal to a process
  bool exits = false;             // it may end its own by os._exit()
  LetGoBy by = LetGoBy::nothing;  // what ends the wait if it is blocked
  Operation operation = Operation::run_on;
  bool on_object = false;
  bool on_lock = false;    // that has an owner
  bool on_rlock = false;   // that only its owner can release
  bool on_shared = false;  // that all processes see
  ObjectId object;         // if on_object
  std::uint32_t wait = 0;  // the WaitNumber, if it can be blocked on the object
  std::uint32_t word = 0;  // where the object's words begin in a State
  ThreadId joined;         // thread_join, process_join: whom
  std::uint32_t pc = 0;
  const Pending* pending = nullptr;  // null once it has ended
  Value uncaught = none_value;       // ended with this
};

class LocalFactsTable {
 public:
  LocalFactsTable(const Machine& machine, const FutureAccesses& future)
      : machine_(machine),
        future_(future),
        waits_(machine.program),
        words_per_local_((waits_.size() + 63) / 64) {}

  const LocalFacts& of(LocalId local) {
    if (local.index >= facts_.size() || !facts_[local.index].known) learn(local);
    return facts_[local.index];
  }
  // FutureAccesses::may_first of what ends a wait that has this number.
  bool may_let_go(LocalId local, std::uint32_t wait) {
    of(local);
    return (may_[local.index * words_per_local_ + wait / 64] >> (wait % 64) & 1) != 0;
  }
  // A bit for each WaitNumber, as may_let_go() says. Requires: has_few_waits().
  std::uint64_t all_let_go(LocalId local) {
    of(local);
    return may_[local.index];
  }
  bool has_few_waits() const { return words_per_local_ == 1; }
  // FutureAccesses::may_first of cancelling a future of the executor.
  bool may_cancel(LocalId local, ObjectId executor) {
    return may_let_go(local, *waits_.of(executor, LetGoBy::finish));
  }
  bool may_make_true(LocalId local, std::uint32_t await_pc);
  std::optional<std::uint32_t> wait_number(ObjectId object, LetGoBy by) const {
    return waits_.of(object, by);
  }

  std::size_t memory_bytes() const;

 private:
  void learn(LocalId local);

  const Machine& machine_;
  const FutureAccesses& future_;
  WaitNumbers waits_;
  std::size_t words_per_local_;
  std::vector<LocalFacts> facts_;                          // index = local
  std::vector<std::uint64_t> may_;                         // a bit for each WaitNumber
  std::unordered_map<std::uint64_t, bool> may_make_true_;  // await << 32 | local
};

}  // namespace lockstep
