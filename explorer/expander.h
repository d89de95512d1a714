// What one state leads to: the step of a search that several threads can take at once.
//
// Nothing is written down here that all share: where the table of states, or the machine, would
// have to grow, whoever only looks leaves the state to the one who adds.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "explorer/examine.h"
#include "explorer/forced_steps.h"
#include "explorer/half_steps.h"
#include "explorer/known_steps.h"
#include "explorer/sleep_sets.h"
#include "explorer/state_graph.h"
#include "explorer/stubborn_sets.h"
#include "explorer/symmetry.h"

namespace lockstep {

class Expander {
 public:
  // `states`: those of the graph, or another way to them, which only looks. `reduction`: which
  // choices to follow; null: all. `symmetry`: how states are exchanged behind
  // StateGraph::symmetric_from; asked only if the graph has one. `sleeps`: whether threads sleep.
  Expander(const Machine& machine, const StateGraph& graph, TreeTable& states, Examiner& examiner,
           StubbornSets* reduction, Symmetry* symmetry, bool sleeps)
      : machine_(machine),
        graph_(graph),
        states_(states),
        examiner_(examiner),
        reduction_(reduction),
        symmetry_(symmetry),
        sleeps_(sleeps),
        steps_(machine),
        forced_steps_(machine, examiner) {
    if (reduction == nullptr && machine.memoise && HalfSteps::are_for(machine.program)) {
      half_steps_.emplace(machine, states, examiner, steps_);
    }
  }

  // Where a step leads, and those behind it that nobody had a choice about: `steps` in all.
  struct Successor {
    TreeTable::Asked asked;
    std::uint32_t steps;
    bool is_known;        // the table, or who only looks at it, knows what `asked` is made of
    std::uint32_t words;  // else: where in words() the state begins, and how long it is
    std::uint32_t count;
    ThreadMask asleep;  // in it
  };
  // Who of a state is not followed; and of these whose steps there are done on another way: not
  // those who were followed from the state when more slept in it.
  struct Rest {
    ThreadMask skipped = 0, done = 0;
  };

  // The state from now on.
  void look_at(std::uint32_t id);
  const State& state() { return is_halved_ ? half_steps_->state() : state_; }
  const std::vector<Choice>& choices() const {
    return is_halved_ ? half_steps_->choices() : choices_;
  }

  // Those to follow of them. Valid until the next call. `depth`: as StubbornSets::choose().
  std::span<const Choice> chosen(std::uint64_t depth);
  // Takes steps. What they find is in the following until the next call.
  void follow(std::span<const Choice> choices, Rest rest) { follow(choices, rest, false); }
  // The same for who only looks.
  void follow_looking(std::span<const Choice> choices, Rest rest) { follow(choices, rest, true); }
  std::vector<Successor>& successors() { return successors_; }
  const std::vector<Word>& words() const { return words_; }
  const std::vector<std::pair<Ending, Choice>>& endings() const { return endings_; }
  std::uint64_t transitions() const { return transitions_; }
  std::size_t threads_max() const { return threads_max_; }  // in any state so far

  // Whether it is seen at a glance that the state shows nothing and is not the last.
  bool is_harmless() const { return is_halved_ && half_steps_->shows_nothing(); }
  // Whether something is wrong in the state. As Examiner::examine().
  bool shows_something() { return !is_harmless() && examiner_.examine(state(), choices()) != 0; }

  // Where the step of a state leads to, as it would be stored.
  const State& step_from(const State& state, std::uint32_t id, const Choice& choice);

  std::size_t memory_bytes() const {
    return steps_.memory_bytes() + (half_steps_ ? half_steps_->memory_bytes() : 0);
  }

 private:
  void follow(std::span<const Choice> choices, Rest rest, bool only_looks);
  bool is_symmetric_behind(std::uint32_t id) const {
    return graph_.symmetry != nullptr && id >= graph_.symmetric_from;
  }
  bool is_done_by_another_of(std::span<const Choice> choices, ThreadId thread, ThreadMask skipped);
  static ThreadMask may_sleep(std::span<const Choice> choices, ThreadId thread);
  void follow_halves(bool only_looks);
  void audit_halves();
  void note_ending(const State& before, const State& after, const Choice& choice);
  std::uint32_t pass_through(std::uint32_t from);
  Successor of_next(const std::optional<TreeTable::Asked>& asked, std::uint32_t steps,
                    ThreadMask asleep);
  ThreadMask who_sleeps_behind(ThreadId thread, ThreadMask done);

  const Machine& machine_;
  const StateGraph& graph_;
  TreeTable& states_;
  Examiner& examiner_;
  StubbornSets* reduction_;
  Symmetry* symmetry_;
  bool sleeps_;
  KnownSteps steps_;
  ForcedSteps forced_steps_;
  std::optional<HalfSteps> half_steps_;  // with a reduction or without memory of steps: none
  bool is_halved_ = false;               // the state is looked at so

  std::uint32_t id_ = 0;
  State state_, next_;
  std::vector<Choice> choices_;
  std::vector<Successor> successors_;
  std::vector<Word> words_;
  std::vector<std::pair<Ending, Choice>> endings_;
  std::uint64_t transitions_ = 0;
  std::size_t threads_max_ = 0;
};

}  // namespace lockstep
