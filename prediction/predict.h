// Deadlocks that one run came close to: circles of locks that its threads take, told apart into
// those that another order of its steps closes, which the machine has then taken; those that
// cannot close; and those of which the run does not say.
//
// What is predicted is a deadlock of the program, whatever the run was: each comes with an
// interleaving that leads there, a shorter one where a bounded search has found one.
// Such a search decides some of the circles, too, of which the run does not say. What is not
// predicted may be there all the same: an exploration says.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "detector/finding.h"
#include "engine/run/run.h"

namespace lockstep {

struct PredictionLimits {
  std::uint64_t steps_max = 1'000'000;             // of the run
  double seconds_max = 0;                          // of the run, real time; 0: none
  std::uint64_t memory_bytes_max = 2'000'000'000;  // of what the run is remembered by
  std::function<bool()> interrupted;               // asked now and then; true ends the run
};

// Locks in the order in which they were first asked for with others held.
struct LockOrder {
  struct Lock {
    std::string name, type;
  };
  struct Edge {  // somebody has asked for `to` and held `from`
    std::size_t from, to;
    SiteId held_at, asked_at;
    std::vector<std::string> threads;  // who did so
    std::uint64_t times;
    bool is_against;  // the order that the scenario declares
  };
  std::vector<Lock> locks;
  std::vector<Edge> edges;  // by locks, then places
};

struct LockCycle {
  enum class Verdict : std::uint8_t {
    deadlock,  // findings[finding] is it
    possible,  // neither proved nor excused
    excused,
  };
  enum class Excuse : std::uint8_t {
    none,
    same_thread,  // one thread would have to be in two places
    gate,         // who comes so far holds another lock that all of them take
    order,        // starts and ends of threads or tasks let one come only after another
  };
  // Each begins with the lock at which the one before ends, and the first with that of the last.
  // The threads are those of each edge, whether or not there is a circle of different ones.
  std::vector<LockOrder::Edge> edges;
  Verdict verdict = Verdict::possible;
  Excuse excuse = Excuse::none;
  std::string why;  // "T1 and T2 both hold gate"; empty for a deadlock
  std::optional<std::size_t> finding;
};

struct Prediction {
  RunResult::End end = RunResult::End::finished;  // of the run
  std::string reason;                             // refused, limit
  std::uint64_t steps = 0;
  LockOrder order;
  std::vector<LockCycle> cycles;  // deadlocks first, then possible ones, then excused ones
  std::vector<Finding> findings;  // deadlocks, each with its interleaving
  // Semaphores of more permits than one, in whose waits there may be circles that were not looked
  // for: somebody waited for a permit with something held, or held one and waited for a lock.
  std::vector<std::string> not_followed;
  std::string left_out;            // what was too much to be looked at, a clause; empty: nothing
  std::uint64_t memory_bytes = 0;  // that the run was remembered by
};

Prediction predict(const Program& program, Policy& policy, const PredictionLimits& limits = {});

// The lock-order graph of the run alone.
LockOrder lock_order_of(const Program& program, Policy& policy, const PredictionLimits& limits,
                        RunResult& result);

}  // namespace lockstep
