// Which of the enabled choices of a state an exploration must follow to see every terminal state.
//
// Strong stubborn sets (Valmari, "Stubborn sets for reduced state space generation", 1989), whole
// threads at a time: with a thread that can go on, every thread that may ever get in the way of
// its next step; for a thread that waits, threads of which one has to act before it can go on (a
// necessary enabling set: Godefroid 1996; Laarman, Pater, van de Pol, Hansen, "Guard-based
// partial-order reduction", STTT 2016). Everybody else can wait without an outcome being lost.
//
// What may get in the way is what FutureFootprints says, less what lies behind a lock that is
// somebody's now, if all who could let it go are in the set themselves.
//
// Terminal states are kept without further ado. That nobody is put off for ever, which matters
// beside loops without end, is up to the search: see Search::follow_the_ignored.
//
// Tested by tests/explorer/reduction_test.cpp against explorations without it.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/step/step.h"
#include "explorer/future_footprints.h"
#include "explorer/known_steps.h"
#include "explorer/local_facts.h"

namespace lockstep {

class StubbornSets {
 public:
  StubbornSets(const Machine& machine, LocalFactsTable& facts);
  // For another thread of the search: what is known of futures is the other's, which must outlive
  // it and be frozen while it is asked.
  StubbornSets(StubbornSets& other, LocalFactsTable& facts);

  // Whether the program has nothing that these sets do not know: processes have memories of
  // their own, and an invariant that looks at objects may be broken in a state that is left out.
  static bool are_for(const Program& program);

  // The choices to follow, in the order of `enabled`, which is what enabled() says. Valid until
  // the next call. `depth`, any number of steps to the state: now and then it decides for a set
  // that is not the smallest, so that a search of states without end comes to every thread.
  // `known`: steps of the same machine that need not be taken to see what they touch; null: none.
  std::span<const Choice> choose(const State& state, std::span<const Choice> enabled,
                                 std::uint64_t depth, KnownSteps* known);

  // What the choices of a thread touch, all together, in the state of which choose() was asked
  // last. Valid until the next call of either.
  const StepFootprint& footprint_of(const State& state, std::span<const Choice> enabled,
                                    ThreadId thread);

  // A thread that goes round in a circle on its own: from now on sets are made around others, as
  // long as there are any.
  void put_off(ThreadId thread);
  const std::vector<bool>& put_off() const { return put_off_; }  // index = thread; others are not

  void freeze(bool frozen) { futures_.freeze(frozen); }

  std::size_t memory_bytes() const { return futures_.memory_bytes(); }

 private:
  struct Participant {
    enum class Is : std::uint8_t { absent, waiting, able, created } is = Is::absent;
    std::uint32_t first = 0, count = 0;  // its choices
    bool times_out = false;
    LocalId local;
    bool has_code = false;  // false: a MainThread that waits for others to end
    bool footprint_known = false;
    const Future* future = nullptr;  // null: not asked for yet
  };
  const Future& future_of(std::uint32_t thread);

  void look_at(const State& state, std::span<const Choice> enabled);
  bool find_smallest(const State& state, std::span<const Choice> enabled);
  bool find_in_turn(const State& state, std::span<const Choice> enabled, std::uint64_t turn);
  bool close(const State& state, std::span<const Choice> enabled, std::uint32_t first,
             std::uint32_t count_below);
  bool include(std::uint32_t thread);
  bool add_in_the_way(const State& state, std::span<const Choice> enabled, std::uint32_t thread);
  bool add_who_enables(const State& state, std::uint32_t thread);
  bool add_releasers(const State& state, std::uint32_t waiter, ObjectId lock, std::uint32_t wait);
  void find_footprint(const State& state, std::span<const Choice> enabled, std::uint32_t thread);
  bool is_in_the_way(const State& state, const Footprint& conflicts, std::uint32_t other);
  bool is_shut(const State& state, std::uint32_t thread, std::uint64_t locks);
  bool may_release_first(std::uint32_t thread, ObjectId lock);

  const Machine& machine_;
  LocalFactsTable& facts_;
  Resources resources_;
  std::unique_ptr<FutureFootprints> own_futures_;
  FutureFootprints& futures_;

  // Of the state at hand; index = thread.
  std::vector<Participant> threads_;
  std::vector<StepFootprint> footprints_;
  std::vector<char> in_set_, smallest_;
  std::vector<std::uint32_t> set_;  // in the order in which they came
  std::uint32_t choices_in_set_ = 0;
  std::uint32_t choices_max_ = 0;

  KnownSteps* known_ = nullptr;
  std::vector<bool> put_off_;  // index = thread; those beyond are not
  std::vector<Choice> chosen_;
  std::vector<Performed> performed_;
  State scratch_;
};

}  // namespace lockstep
