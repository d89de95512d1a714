// Threads that need not be followed from a state: what they do there is done on another way to the
// same states, before a step with which it commutes.
//
// When the threads a and b are both followed from a state, in this order, and their steps commute,
// then all that can come of `b, a` comes of `a, b` too: a sleeps in the state behind b, until a
// step is taken that its own does not commute with (Godefroid, "Partial-order methods for the
// verification of concurrent systems", LNCS 1032, 1996, chapter 5). A state that is found again
// with fewer threads asleep has those followed that slept and do not any more. Every state that
// ends an interleaving is found all the same, on some order of each set of orders that differ in
// nothing but the order of steps that commute; so is every exception.
//
// Why: call a way from a state left to others if some thread that sleeps there could take its first
// step of that way at once without changing where it leads. Every way to an end that is not left to
// others is followed, by induction on its length: of the threads that are followed, in their order,
// the first that could begin it is taken, and whoever sleeps behind that step could have begun it
// too, before. Who is followed from a state again comes before all who were followed from it then;
// so these do not put it to sleep. Of threads that are alike (symmetry.h) one stands for those of
// them that are awake, because exchanging these changes nothing of the state nor of who sleeps.
//
// What leads from state to state is not known any more, so this is for programs in which no state
// can come again (never_comes_again), where that says nothing. With stubborn sets: Godefroid,
// section 6.1.
//
// Tested by tests/explorer/sleep_sets_test.cpp against explorations without it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/program/program.h"
#include "engine/state/state.h"
#include "explorer/thread_mask.h"

namespace lockstep {

// Whether nothing in the program's code goes back but to the next item of something that has been
// there from the beginning, so that no thread comes to the same private state twice before it ends,
// and there is nobody (a worker of a pool, a process) who follows other code. O(code).
bool never_comes_again(const Program& program);

// Of states by number. Those in which nobody sleeps take no memory.
class SleepSets {
 public:
  SleepSets() : slots_(slots_at_first) {}

  // Whether what sleeps in this state is all that matters: the end of a process ends daemons,
  // whatever their steps commute with. O(threads).
  static bool are_for(const Program& program, const State& state);

  // O(1) all three. Threads that ThreadMask does not know never sleep.
  ThreadMask of(std::uint32_t state) const;
  // Requires: nothing was noted of the state before.
  void note(std::uint32_t state, ThreadMask asleep);
  // Wakes all but these.
  void keep(std::uint32_t state, ThreadMask asleep);

  std::size_t memory_bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  static constexpr std::size_t slots_at_first = 64;
  struct Slot {
    std::uint32_t state = 0;          // number + 1; 0: free
    std::uint32_t low = 0, high = 0;  // of the mask
  };
  std::size_t slot_of(std::uint32_t state) const;
  void grow();

  std::vector<Slot> slots_;  // open addressing
  std::size_t used_ = 0;
};

}  // namespace lockstep
