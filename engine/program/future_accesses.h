// What a thread may still do from where it stands: an over-approximation by control flow.
//
// Computed once per Program: for every program counter the operations reachable from it inside
// its function and in what that calls or starts. A thread's future is the union over its frames.
// Values are not followed: both ways of an `if` count, and an unknown receiver is every object
// that has the verb.
//
// A wait on a Condition releases its lock. A thread that is created and not started does
// nothing by itself: what it may do counts for whoever may start it.
//
// Tested by tests/engine/program/future_accesses_test.cpp.
#pragma once
#include <memory>

#include "engine/program/program.h"
#include "engine/state/local_table.h"

namespace lockstep {

class FutureAccesses {
 public:
  explicit FutureAccesses(const Program& program);
  ~FutureAccesses();
  FutureAccesses(FutureAccesses&&) noexcept;

  // Whether a thread in this private state may, itself or through threads that it starts, do
  // something of the sort `by` to `receiver`. For LetGoBy::end the answer is true.
  bool may(const LocalState& local, LetGoBy by, Value receiver) const;
  // The same, given that `receiver` cannot be acquired now: what comes after an acquire of a
  // Lock that waits for as long as it takes does not count, since somebody else must have
  // released it by then.
  bool may_first(const LocalState& local, LetGoBy by, Value receiver) const;
  // ... may store one of the shared variables that the code [begin, end) loads. True for any
  // thread that has not ended if that code looks at more than variables.
  bool may_store_what_is_read(const LocalState& local, std::uint32_t begin,
                              std::uint32_t end) const;
  // ... may send a signal to a process.
  bool may_signal(const LocalState& local) const;
  // ... may end its process by os._exit().
  bool may_exit(const LocalState& local) const;
  // may() of a thread that is about to begin with this function.
  bool may_from(FunctionId body, LetGoBy by, Value receiver) const;

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace lockstep
