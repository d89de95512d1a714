// What is wrong in a state, as small numbers: asked of every state of an exploration.
//
// A symptom is one thing that is wrong: a cause of a deadlock, a thread that has ended with an
// exception, a condition of the scenario that does not hold. A state shows a set of them; sets
// are numbered, and set 0 is the empty one.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "detector/finding.h"
#include "detector/lock_order.h"
#include "explorer/local_facts.h"
#include "explorer/row_table.h"
#include "explorer/stuck_watch.h"

namespace lockstep {

struct Symptom {
  FindingKind kind;
  std::string fingerprint;    // deadlocks and lock_order only
  ThreadId thread;            // uncaught_exception only
  LocalId ended;              // uncaught_exception only: what the thread is then
  std::size_t condition = 0;  // invariant, final_check: index in the Program
  bool daemons_only = false;  // deadlocks only: as Cause says
};

class Examiner {
 public:
  Examiner(const Machine& machine, const FutureAccesses& future);

  // The set that the state shows. `enabled`: what enabled() says of it.
  std::uint32_t examine(const State& state, std::span<const Choice> enabled);
  // Whether a state shows nothing if nobody in it is stuck or has ended with an exception, unless
  // the program has ended.
  bool looks_at_threads_only() const { return invariants_.empty() && order_.is_idle(); }
  // The threads stuck for ever in the state last examined.
  std::span<const std::uint32_t> stuck() const { return watch_.stuck(); }

  const std::vector<Symptom>& symptoms() const { return symptoms_; }
  std::vector<std::uint32_t> symptoms_of(std::uint32_t set) const;  // ascending
  LocalFactsTable& facts() { return facts_; }
  std::size_t memory_bytes() const;

 private:
  struct Check {
    const Condition* condition;
    std::uint32_t symptom;
    bool of_variables;  // looks at nothing but shared variables
  };
  bool holds(const State& state, const Check& check) const;
  void add_exceptions(const State& state);
  void add_broken(const State& state, std::span<const Check> checks);
  void add_broken_invariants(const State& state);
  void add_against_order(const State& state);
  void add_stuck(const State& state, std::span<const Choice> enabled);

  const Machine& machine_;
  LocalFactsTable facts_;
  StuckWatch watch_;
  LockOrderWatch order_;
  std::vector<Symptom> symptoms_;
  std::vector<Check> invariants_, final_checks_;
  RowTable variables_;                   // values of all shared variables
  std::vector<std::uint32_t> broken_;    // index = row of variables_: a set
  std::vector<std::uint32_t> of_cause_;  // index in watch_.seen() -> symptom
  std::map<std::pair<ThreadId, LocalId>, std::uint32_t> of_exception_;
  std::map<std::string, std::uint32_t> of_breach_;  // by fingerprint
  RowTable sets_;                                   // row 0 is empty
  std::vector<std::uint32_t> shown_;                // by the state at hand
  std::vector<Word> row_;
};

// The exception with which the thread has ended, if it is worth a word: SystemExit ends a thread
// in silence, and one that has not come to its end may yet be killed before.
Value reported_exception(const Machine& machine, LocalFactsTable& facts, LocalId ended);
inline Value reported_exception(const Machine& machine, const State& state, LocalFactsTable& facts,
                                ThreadId thread) {
  if (life(machine.program, state, thread) != Life::ended) return none_value;
  const LocalId ended = local(machine.program, state, thread);
  if (ended.index == 0) return none_value;  // as most do
  return reported_exception(machine, facts, ended);
}

}  // namespace lockstep
