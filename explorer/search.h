// The search over all states. It judges nothing: what is wrong in a state is what an Examiner
// says, and is noted.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "explorer/components.h"
#include "explorer/endless.h"
#include "explorer/expander.h"
#include "explorer/search_record.h"
#include "explorer/sleep_sets.h"
#include "explorer/stubborn_sets.h"
#include "explorer/workers.h"

namespace lockstep {

class CheckpointReader;
class CheckpointWriter;

class Search : public SearchRecord {
 public:
  // `reduction`: which choices to follow; null: all. `symmetry`: for states that differ in
  // threads that have changed places; null: each for itself. `sleeps`: with a reduction, whether
  // threads sleep, if the program is one for that. `workers`: threads that share the states as soon
  // as `share_from` of them wait. `spill`: where its tables lie; null: in memory.
  Search(const Machine& machine, const FutureAccesses& future, Examiner& examiner,
         Outcomes& outcomes, const ExploreLimits& limits, StubbornSets* reduction,
         Symmetry* symmetry, bool sleeps, unsigned workers, std::uint32_t share_from,
         SpillFolder* spill = nullptr)
      : SearchRecord(machine, examiner, outcomes, limits, spill),
        future_(future),
        reduction_(reduction),
        symmetry_(symmetry),
        never_comes_again_(never_comes_again(machine.program)),
        sleeps_(sleeps && reduction != nullptr && never_comes_again_),
        worker_count_(workers),
        share_from_(share_from),
        expander_(machine, graph, graph.states, examiner, reduction, symmetry, sleeps_),
        spill_(spill),
        depths_(SpillAllocator<std::uint32_t>(spill)),
        edges_(spill) {}

  // Until everything is seen, a limit of states or steps is reached, or `go_on` says no; it is
  // asked before each state.
  void run(const std::function<bool()>& go_on);

  // After a search of everything: of each state that shows something whether it is settled, so
  // that what is wrong in it stays as it is: nothing can happen any more, or nothing but what
  // happens again and again, or a step ends threads. (Index = state; others may be false.)
  // `go_on` is told of the memory that it takes; nothing if that says no.
  std::optional<std::vector<bool>> settled(const std::function<bool(std::uint64_t)>& go_on);
  // After a search of everything: the parts that nothing leaves and that have no end. Nothing if
  // `go_on` says no.
  std::optional<EndlessParts> endless(const std::function<bool(std::uint64_t)>& go_on);
  // Their states, in the order of these parts. Requires: endless() has told them.
  const std::vector<std::vector<std::uint32_t>>& final_parts() const { return *final_parts_; }

  bool sleeps() const { return sleeps_; }

  // How many states were first found after 0, 1, 2 ... steps (of those that are kept), as far as
  // all of them have been.
  std::vector<std::uint32_t> widths() const;

  std::size_t memory_bytes() const;  // of all that is kept, the graph too

  // Where the search stands: what it has seen, up to the last state that it has followed to the
  // end. May be written whenever `go_on` is asked by run(), and after it, if there are states.
  void write(CheckpointWriter& to) const;
  // Before run(), of a machine that has all that it had there: run() goes on from there, as if it
  // had never ended.
  void read(CheckpointReader& from);

 private:
  bool follow_new(const std::function<bool()>& go_on);
  bool follow_next();
  bool follow_together(const std::function<bool()>& go_on);
  bool note(const Workers::Expanded& expanded);
  void expect(const Workers::Expanded& expanded) const;
  bool follow(std::span<const Choice> choices, std::uint32_t id, Expander::Rest rest);
  bool follow_the_awakened();
  bool has_level_to_end() const;
  bool keeps_edges() const { return reduction_ != nullptr && !never_comes_again_; }
  void note_endings(std::uint32_t id, std::span<const std::pair<Ending, Choice>> endings);
  bool follow_the_ignored();
  bool follow_the_ignored(const std::vector<std::uint32_t>& component, const Edges& all);
  Edges edges() const;
  Edges edges_again(const std::function<bool(std::uint64_t)>& go_on);
  bool stays(const State& state);
  std::uint64_t depth_of(std::uint32_t id);
  bool find_edges(const std::function<bool(std::uint64_t)>& go_on);
  bool find_final_parts(const std::function<bool(std::uint64_t)>& go_on);
  bool add(const TreeTable::Asked& asked, std::uint32_t steps, std::uint32_t parent,
           ThreadMask asleep);
  void find_again(std::uint32_t from, std::uint32_t to, ThreadMask asleep);
  void add_edge(std::uint32_t from, std::uint32_t to);
  void mark();
  void write_edges(CheckpointWriter& to) const;
  void read_edges(CheckpointReader& from);
  void write_sleepers(CheckpointWriter& to) const;
  void read_sleepers(CheckpointReader& from);

  const FutureAccesses& future_;
  StubbornSets* reduction_;
  Symmetry* symmetry_;
  bool never_comes_again_;  // no state of the program does
  bool sleeps_;
  unsigned worker_count_;
  std::uint32_t share_from_;
  std::unique_ptr<Workers> workers_;  // null: they were not needed yet
  std::size_t workers_bytes_ = 0;
  std::uint32_t alone_until_ = 0;  // the state up to which they would be of little use
  Expander expander_;
  SpillFolder* spill_;
  std::vector<std::uint32_t> level_ends_{1};  // the first state of each level but the first
  // Who sleeps in each state: of the level at hand as it was when it began, whatever the number of
  // workers. Who was woken up since in states that have been followed, or are about to be.
  SleepSets sleep_sets_;
  std::vector<std::pair<std::uint32_t, ThreadMask>> awakened_;  // state, who sleeps still
  std::size_t awakened_followed_ = 0;                           // of them, from the first
  // Under a reduction: how many steps lead to each state; where the steps of each state lead, in
  // the order of the states, and what was followed later; not where nothing can come again.
  LargeVector<std::uint32_t> depths_;
  Edges edges_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> later_edges_;
  std::size_t later_edge_count_ = 0;
  // What there was when the last state had been followed to its end, or the last round of
  // follow_the_ignored(): a limit may end the search in the middle of one.
  struct Mark {
    std::uint32_t states = 0;
    std::uint64_t transitions = 0;
    std::size_t awakened = 0;
  } mark_;
  // While such a round is under way: later_edges_ before it.
  std::optional<std::map<std::uint32_t, std::vector<std::uint32_t>>> before_round_;
  // Of the reduction, from a file; for after the beginning of the program, at which nobody was yet.
  std::vector<bool> put_off_read_;
  bool may_have_cycles_ = false;    // some step does not lead to a level further on
  std::optional<Edges> all_edges_;  // once they have been asked for
  // What final_components() says of all; with a reduction always up to date.
  std::optional<std::vector<std::vector<std::uint32_t>>> final_parts_;
};

}  // namespace lockstep
