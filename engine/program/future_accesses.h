// What a thread may still do from where it stands: an over-approximation by control flow.
//
// Computed once per Program: for every program counter the operations reachable from it inside
// its function and in what that calls or starts. A thread's future is the union over its frames.
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
  // ... may store one of the shared variables that the code [begin, end) loads.
  bool may_store_what_is_read(const LocalState& local, std::uint32_t begin,
                              std::uint32_t end) const;

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace lockstep
