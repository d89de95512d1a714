// Whether somebody is stuck for ever in a state, asked of every state of an exploration.
//
// The answer is that of causes() in detector/deadlock.h, which it only asks when there is one
// that it has not seen: a loop over the threads that runs a hundred million times must not
// build graphs.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "detector/deadlock.h"
#include "explorer/local_facts.h"
#include "explorer/row_table.h"

namespace lockstep {

class StuckWatch {
 public:
  StuckWatch(const Machine& machine, const FutureAccesses& future, LocalFactsTable& facts)
      : machine_(machine), future_(future), facts_(facts) {
    for (std::uint32_t i = 0; i < machine.program.objects.size(); ++i) {
      if (machine.program.objects[i].kind == ObjectKind::executor) executors_.push_back({i});
    }
  }

  struct Seen {
    FindingKind kind;
    std::string fingerprint;
    bool daemons_only;
  };
  // All that has been seen, in the order in which it was.
  const std::vector<Seen>& seen() const { return seen_; }

  // The causes in this state, as indexes of seen(), ascending. `enabled`: what enabled() says
  // of the state. Valid until the next call.
  std::span<const std::uint32_t> look(const State& state, std::span<const Choice> enabled);
  // The threads that were stuck in the state last looked at, ascending.
  std::span<const std::uint32_t> stuck() const { return stuck_; }

  std::size_t memory_bytes() const;

 private:
  bool let_go(const State& state);
  bool can_be_let_go(const State& state, std::uint32_t thread);
  ThreadId main_of(const State& state, ThreadId thread) const;
  bool may_be_ended(const State& state, ThreadId thread);
  bool someone_may_let_go(const State& state, ThreadId thread, const LocalFacts& waiter);
  bool someone_may_finish(const State& state, ThreadId waiter, const Pending& pending);
  void find_stuck(const State& state, std::span<const Choice> enabled);
  void describe_stuck(const State& state);
  void describe_queues(const State& state, ThreadId thread);

  const Machine& machine_;
  const FutureAccesses& future_;
  LocalFactsTable& facts_;
  std::vector<ObjectId> executors_;
  std::vector<Seen> seen_;
  RowTable situations_;                             // who is stuck where, and behind whom
  std::vector<std::vector<std::uint32_t>> causes_;  // index = situation
  std::size_t cause_bytes_ = 0;

  // Of the state at hand; index = thread.
  std::size_t threads_ = 0;
  std::vector<std::uint8_t> moves_, was_blocked_;
  std::vector<std::uint8_t> ends_;  // index = thread; a signal ends it where it is stuck
  std::vector<LocalId> callbacks_;  // what MainThread will begin at the end
  std::vector<std::uint32_t> stuck_;
  std::vector<Word> situation_;
};

}  // namespace lockstep
