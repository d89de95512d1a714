// The search over all states. It judges nothing: what is wrong in a state is what an Examiner
// says, and is noted.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "explorer/components.h"
#include "explorer/known_steps.h"
#include "explorer/search_record.h"
#include "explorer/stubborn_sets.h"

namespace lockstep {

class Search : public SearchRecord {
 public:
  // `reduction`: which choices to follow; null: all. `symmetry`: for states that differ in
  // threads that have changed places; null: each for itself.
  Search(const Machine& machine, Examiner& examiner, Outcomes& outcomes,
         const ExploreLimits& limits, StubbornSets* reduction, Symmetry* symmetry)
      : SearchRecord(machine, examiner, outcomes, limits),
        reduction_(reduction),
        symmetry_(symmetry),
        steps_(machine) {}

  // Until everything is seen, a limit of states or steps is reached, or `go_on` says no; it is
  // asked before each state.
  void run(const std::function<bool()>& go_on);

  // After a search of everything: of each state that shows something whether it is settled, so
  // that what is wrong in it stays as it is: nothing can happen any more, or nothing but what
  // happens again and again, or a step ends threads. (Index = state; others may be false.)
  // `go_on` is told of the memory that it takes; nothing if that says no.
  std::optional<std::vector<bool>> settled(const std::function<bool(std::uint64_t)>& go_on);

  std::size_t memory_bytes() const;  // of all that is kept, the graph too

 private:
  void find_symmetry(const std::function<bool()>& go_on);
  bool follow_new(const std::function<bool()>& go_on);
  bool follow(const State& state, std::uint32_t id, std::span<const Choice> choices);
  bool follow_the_ignored();
  bool follow_the_ignored(const std::vector<std::uint32_t>& component, const Edges& all);
  Edges edges() const;
  Edges edges_again(const std::function<bool(std::uint64_t)>& go_on);
  bool ends_others(const State& state);
  std::uint64_t depth_of(std::uint32_t id);
  // Where a step leads, and those behind it that nobody had a choice about: `steps` in all.
  struct Found {
    TreeTable::Asked asked;
    std::uint32_t steps;
  };
  std::uint32_t pass_through(std::uint32_t from);
  bool only_one_can_move(const State& state) const;
  bool add(const Found& found, std::uint32_t parent);

  StubbornSets* reduction_;
  Symmetry* symmetry_;
  KnownSteps steps_;
  State next_, after_;
  std::vector<Found> found_;     // by the steps of the state at hand
  std::vector<Choice> choices_;  // of pass_through()
  std::uint64_t level_ = 0;      // of the state at hand, without a reduction
  std::uint32_t level_end_ = 1;  // the first state of the next level
  // Under a reduction: how many steps lead to each state; where the steps of each state lead, in
  // the order of the states, and what was followed later.
  std::vector<std::uint32_t> depths_;
  Edges edges_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> later_edges_;
  std::size_t later_edge_count_ = 0;
};

}  // namespace lockstep
