// How a Pool of multiprocessing stands, for those who explain a wait. Its operations are in
// mp_pool.cpp, those of its results in pool_result.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/objects/operations.h"
#include "engine/state/machine.h"
#include "engine/state/state.h"

namespace lockstep {

// What was asked of a Pool: one of it for each AsyncResult or iterator that it gave out.
struct PoolJob {
  enum class Kind : std::uint8_t { apply, map, imap, imap_unordered };
  Kind kind = Kind::apply;
  bool cached = true;   // the Pool has yet to do with it
  bool ready = false;   // apply, map: get() does not wait any more
  bool failed = false;  // apply, map: the value is an exception
  Value value;          // apply: the result; map: the list of the results; imap: a tuple of pairs
                        // (value, whether it was raised) that nobody has taken yet
  Value callback = none_value, error_callback = none_value;
  std::int64_t left = 0;   // map: chunks that are not done; imap: how many results there will be,
                           // -1 while nobody knows
  std::int64_t place = 0;  // map: items in a chunk; imap: how many results have come in order
  Value unsorted;          // imap: a tuple of (number, value, raised) that came before their turn
  Word waiters = 0;        // imap: a tuple of threads, oldest first
};
PoolJob pool_job(const Machine& machine, const State& state, Value result);
void set_pool_job(const Machine& machine, State& state, Value result, const PoolJob& job);

// The Pool that terminates the thread's process at its end, or when somebody asks for it; nothing:
// the process is no worker.
std::optional<ObjectId> pool_of_worker(const Machine& machine, const State& state, ThreadId thread);
// Whether a thread that waits in a join or the termination of the Pool waits for the end of
// `other`.
bool pool_waits_for(const Machine& machine, const State& state, const Pending& pending,
                    ThreadId waiter, ThreadId other);

// What MainThread has to terminate before its process ends; nothing: all is over. (util.Finalize.)
std::optional<ObjectId> pool_to_terminate(const Machine& machine, const State& state);

}  // namespace lockstep
