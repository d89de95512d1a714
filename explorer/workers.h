// Several threads that find out at the same time what states lead to.
//
// States are expanded a batch at a time. Meanwhile the tables are frozen: a state that needs what
// they do not have yet is left out, and the search expands it itself, as it does everything that
// has an order: it numbers the states found, and notes what is wrong, state by state. So numbers,
// and all that comes of them, are the same for any number of threads, and no table has a lock.
//
// That nearly all of a state's parts have been seen before, so that few states are left out, is
// what makes tree compression small, too (see tree_table.h).
//
// Tested by tests/explorer/workers_test.cpp against searches by one thread.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "explorer/expander.h"
#include "explorer/team.h"

namespace lockstep {

class Workers {
 public:
  // `reduction`: of the search, null if it has none. `sleeps`: as Expander. The graph's symmetry
  // must be known.
  Workers(const Machine& machine, const FutureAccesses& future, const StateGraph& graph,
          StubbornSets* reduction, bool sleeps, unsigned count);
  ~Workers();

  // Expands the states [begin, end). `depths`: index = state; empty without a reduction.
  // `sleep_sets`: who sleeps in them. Asks `go_on` at every state of the calling thread; if that
  // says no, nothing of it is of use, and the answer is false.
  bool expand(std::uint32_t begin, std::uint32_t end, std::span<const std::uint32_t> depths,
              const SleepSets& sleep_sets, const std::function<bool()>& go_on);

  struct Successor {
    Expander::Successor its;
    std::uint32_t found;  // its number + 1; 0: it was not there
  };
  // Of a state of the batch. Valid until the next one.
  struct Expanded {
    bool is_done;   // false: it was left out, and nothing else is said
    bool to_judge;  // something is wrong in it, or it is the last
    bool has_choices;
    std::uint64_t transitions;
    std::span<const Successor> successors;
    const Word* words;  // to which Expander::Successor::words points
    std::span<const std::pair<Ending, Choice>> endings;
  };
  Expanded of(std::uint32_t id) const;

  void put_off(ThreadId thread);     // as StubbornSets::put_off()
  std::size_t threads_max() const;   // in any state
  std::size_t memory_bytes() const;  // while no batch is under way

 private:
  struct Member;
  void expand(Member& member, std::uint32_t id, std::uint32_t depth, ThreadMask asleep);

  const Machine& machine_;
  StubbornSets* reduction_;
  std::vector<std::unique_ptr<Member>> members_;
  Team team_;

  // Of the batch.
  struct Share {
    std::uint32_t member, first;  // whose records hold the states, and from where
  };
  std::uint32_t begin_ = 0;
  std::vector<Share> shares_;
  std::atomic<std::uint32_t> next_share_{0};
  std::atomic<bool> stops_{false};
};

}  // namespace lockstep
