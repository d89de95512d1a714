// From which private states a thread can still come to what a target shows it in.
//
// What a search has remembered of private runs is an automaton for all threads: every private
// state and where its steps lead. A state of which one thread is past the point where a target
// has it leads to that target no more, whatever the others do.
//
// Tested by tests/explorer/oracle_test.cpp: what is left out is never on a shortest way.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/state/machine.h"
#include "explorer/symmetry.h"

namespace lockstep {

class Prospects {
 public:
  static constexpr std::size_t targets_max = 64;

  // Of a program with atexit this is not known: what MainThread begins then is no run.
  static bool are_for(const Program& program);
  // Requires: every private run that the program can take is in the memo of the machine.
  // `symmetry`: threads that may be in each other's places in what is added; null: none.
  Prospects(const Machine& machine, const Symmetry* symmetry);

  // What `targets` (a bit each) show: this state, as far as the threads' private states go.
  void add(const State& state, std::uint64_t targets);
  // Steps of this thread from this private state are such targets, whatever the others do.
  void add(ThreadId thread, LocalId before, std::uint64_t targets);
  // Of these nothing is known: a broken invariant does not stay broken.
  void add_unknown(std::uint64_t targets) { unknown_ |= targets; }
  // After the last add().
  void close();

  // The targets to which a state may yet lead.
  std::uint64_t of(const State& state) const;
  std::size_t memory_bytes() const { return masks_.capacity() * sizeof(masks_[0]); }

 private:
  void add_to_class(std::uint32_t thread, LocalId local, std::uint64_t targets, bool is_any);
  std::uint64_t& mask(std::size_t thread, LocalId local);

  const Machine& machine_;
  const Symmetry* symmetry_;
  std::size_t locals_;
  std::size_t threads_ = 0;
  std::vector<std::uint64_t> masks_;  // index = thread * locals_ + local
  std::vector<std::uint64_t> any_;    // index = thread: targets that ask nothing of it
  std::uint64_t all_ = 0;
  std::uint64_t steps_ = 0;  // targets that are steps
  std::uint64_t unknown_ = 0;
};

}  // namespace lockstep
