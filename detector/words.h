// The detector's sentences. For the files of the detector.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "detector/blocked.h"
#include "detector/deadlock.h"

namespace lockstep {

class DeadlockWords {
 public:
  DeadlockWords(const Machine& machine, const State& state) : machine_(machine), state_(state) {}

  std::string thread(ThreadId thread) const;
  std::string connection(const BlockedThread& waiter) const;  // on which it waits
  // What a thread is called among people of one process: "T1", "T1 and T2", "T1, T2 and T3".
  std::string threads(const std::vector<ThreadId>& threads) const;

  std::string operation(const BlockedThread& waiter) const;       // "acquire"
  std::string waits_for(const BlockedThread& waiter) const;       // "mutexA"
  std::string waits_for_type(const BlockedThread& waiter) const;  // "Lock"
  // The threads that could let it go, by name: a lock's owner, the threads joined, else the
  // stuck ones that would.
  std::vector<std::string> let_go_by(const BlockedThread& waiter) const;
  // "T2 holds mutexA and waits for mutexB, held by T1".
  std::string why(const BlockedThread& waiter, const std::vector<std::string>& held) const;
  // Of a worker that waits for what queued tasks of its pool could do: "future 1 of pool (b)".
  std::vector<std::string> queued(const BlockedThread& waiter,
                                  const std::vector<Value>& futures) const;
  // "waits for e, a wait that future 1 of pool (b) could end, which is queued".
  std::string waits_for_queued(const BlockedThread& waiter,
                               const std::vector<Value>& futures) const;
  // "T1 waits for mutexA, held by T2, which waits for mutexB, held by T1".
  std::string message(const Cause& cause, const std::vector<BlockedThread>& stuck) const;

 private:
  std::string wait_phrase(const BlockedThread& waiter, bool plural) const;
  std::string by_phrase(const BlockedThread& waiter) const;
  // Between the wait and these, who could end it; "could" unless all surely would.
  std::string by_whom(const BlockedThread& waiter, const std::vector<ThreadId>& threads) const;
  std::string nobody_phrase(const BlockedThread& waiter) const;
  std::string nobody_but_itself(const BlockedThread& waiter, bool plural) const;
  std::vector<ThreadId> joined(const BlockedThread& waiter) const;
  std::string awaited(const BlockedThread& waiter) const;
  std::string future(const BlockedThread& waiter, Value future) const;
  std::string futures(const BlockedThread& waiter) const;
  static bool waits_for_itself(const BlockedThread& waiter);
  static std::string itself_phrase(const BlockedThread& waiter);
  const ObjectInfo& object(const BlockedThread& waiter) const;
  // The state as its process sees it.
  const State& seen(const BlockedThread& waiter) const;

  const Machine& machine_;
  const State& state_;
  mutable std::optional<State> view_;
};

}  // namespace lockstep
