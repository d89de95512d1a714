// Who is blocked in a state, on what, and who could let it go. For the files of the detector.
#pragma once
#include <optional>
#include <vector>

#include "detector/wait_for_graph.h"
#include "engine/program/future_accesses.h"
#include "engine/step/step.h"

namespace lockstep {

struct BlockedThread {
  ThreadId thread;
  const Pending* pending;  // what it is blocked on; as long-lived as the Machine
  LetGoBy by;
  std::optional<ObjectId> object;  // what it waits on, if that is an object
  std::optional<ThreadId> owner;   // whom that belongs to, dead or alive
  bool copied = false;             // of an owner in another process: who held it at the fork
  std::vector<Value> futures;      // that it waits for and that are not done; object has the first
  Wait wait;                       // all who might let it go, as waits() says
  // Of stuck_threads() only: those of wait.releasers that would do it, were they let go, and
  // whether the thread itself would, once its wait were over.
  std::vector<ThreadId> surely = {};
  bool by_itself = false;
};

// Ascending by thread. A thread whose timeout may fire is not blocked.
std::vector<BlockedThread> waiting_threads(const Machine& machine, const State& state,
                                           const FutureAccesses& future);
// Of these the ones that stay, as far as code tells: not those that a signal may end, nor
// MainThread at its end if it may yet be given something to call.
std::vector<BlockedThread> blocked_threads(const Machine& machine, const State& state,
                                           const FutureAccesses& future);

// Whether MainThread, which waits for the end of children, may come to something before: `moves`
// says of a thread whether it is not stuck, and one of the main process may register with atexit
// what MainThread calls once its threads have ended.
template <class Moves>
bool may_be_given_callbacks(const Machine& machine, const State& state, Moves moves) {
  if (!machine.program.registers_exit_callbacks) return false;
  for (std::uint32_t i = 1; i < thread_count(machine.program, state); ++i) {
    if (life(machine.program, state, {i}) == Life::alive && moves(ThreadId{i}) &&
        process_of(machine.program, state, {i}) == main_process_id) {
      return true;
    }
  }
  return false;
}

// Of these the ones that are stuck for ever, with waits that say whom each waits for in earnest:
// a lock's owner if it is stuck as well, rather than everybody who might release it; for what has
// no owner those who come to do it with the values that they have (detector/ways_on.h), those
// included who wait for the same and hold some of it. Depends on the stuck threads alone.
std::vector<BlockedThread> stuck_threads(const Machine& machine, const State& state,
                                         std::vector<BlockedThread> blocked);

// Null: it is none of these, which are ascending. O(log n).
const BlockedThread* find_blocked(const std::vector<BlockedThread>& blocked, ThreadId thread);

// Whether it takes part: it has begun and not ended, or is the main thread of a process that
// waits for others to end.
bool is_unfinished(const Machine& machine, const State& state, ThreadId thread);

// The code of the expression that an await waits for: [begin, end).
struct AwaitedCode {
  std::uint32_t begin, end;
};
AwaitedCode awaited_code(const Program& program, std::uint32_t await_pc);

}  // namespace lockstep
