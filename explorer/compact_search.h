// The search over all states where they are too many to be remembered: of each only a hash is kept
// (hash compaction), some seven bytes instead of fourteen, or of sixty with a reduction.
//
// Two states with one hash are taken for one, so that what the later one leads to may be missed:
// the result is no proof. What is found is there, since a depth-first search has the whole states
// of its way at hand. Let the hash be a function at random. Before state k + 1 is found, k hashes
// of b bits are known, and it has one of them with a probability of k / 2^b at most. The first that
// is missed is so before there are more than n: p = (1 + 2 + ... + n) / 2^b = n (n + 1) / 2^(b + 1)
// for a search that has seen n states. What was missed may be why n is small, but then it was
// missed early: that anything is missed and p or less is said is no more probable than p.
//
// After Wolper, Leroy, "Reliable hashing without collision detection", CAV 1993, and Stern, Dill,
// "Improved probabilistic verification by hash compaction", CHARME 1995.
//
// With a reduction nobody is put off for ever: a state of which every step that is followed leads
// back to the way on which it was found is followed in full. (Where nothing leads out of a part of
// the graph, the state of it that is left first is one; Search::follow_the_ignored has what that is
// good for. Holzmann, Peled, "An improvement in formal verification", FORTE 1994.)
//
// Tested by tests/explorer/compact_search_test.cpp against the search that keeps all states.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "explorer/compact_table.h"
#include "explorer/forced_steps.h"
#include "explorer/known_steps.h"
#include "explorer/search_record.h"
#include "explorer/state_stack.h"

namespace lockstep {

class CompactSearch : public SearchRecord {
 public:
  struct Hashing {
    unsigned bits;  // 1 to 64
    std::uint64_t seed;
  };
  // `reduction` and `symmetry` as Search has them. The graph gets the ways to what is found, and
  // no other states. ExploreLimits::steps_max is not looked at: a state may be found on a way
  // that is too long before it is on a shorter one.
  CompactSearch(const Machine& machine, Examiner& examiner, Outcomes& outcomes,
                const ExploreLimits& limits, StubbornSets* reduction, Symmetry* symmetry,
                Hashing hashing = {64, 0});

  // Until everything is seen, the limit of states is reached, or `go_on` says no, which is asked
  // before each state.
  void run(const std::function<bool()>& go_on);
  // Requires: the search is over. What was found stays.
  void forget_states();

  double miss_probability() const;  // at most
  // "hash compaction: ... a probability of at most 3e-08": why a search of everything is no proof.
  std::string reservation() const;

  std::uint64_t states() const override { return states_; }
  std::uint64_t frontier() const override { return waiting_; }
  std::size_t memory_bytes() const;

 private:
  struct Successor {
    Choice choice;
    std::uint32_t steps;
    std::uint64_t hash;
    std::size_t words, count;  // in words_
  };

  bool go_down();
  void go_up();
  void enter();
  bool follow(std::span<const Choice> choices);
  std::uint32_t take(const Choice& choice);
  std::uint32_t pass_on(State& state, std::size_t depth);
  std::uint32_t number_of_here();
  void record(const State& state, std::uint32_t parent);
  std::uint64_t hash_of(const State& state) const;

  StubbornSets* reduction_;
  Symmetry* symmetry_;
  Hashing hashing_;
  CompactTable table_;
  StateStack stack_;
  KnownSteps known_steps_;
  ForcedSteps forced_steps_;
  std::uint64_t states_ = 0, waiting_ = 0;
  std::vector<bool> known_sets_;         // index = set of symptoms; a state in the graph shows it
  std::vector<std::uint32_t> recorded_;  // index = depth; the numbers of states of the way, as far
                                         // as the graph has them

  // The state at the end of the way, its depth, how many steps lead there, what is to do in it.
  State here_;
  std::uint32_t depth_ = 0;
  std::uint64_t steps_ = 0;
  std::vector<Choice> left_;    // the next one last
  bool next_is_known_ = false;  // next_ is where that one leads, in so many steps
  State next_;
  std::uint32_t next_steps_ = 0;

  StateStack::Step step_, replayed_;
  std::vector<Choice> choices_, rest_, replayed_choices_;
  std::vector<Successor> successors_;
  std::vector<Word> words_;
};

}  // namespace lockstep
