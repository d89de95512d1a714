// What a search has seen: every state, how it was first reached, and what is wrong in it.
#pragma once
#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "engine/step/step.h"
#include "explorer/parents.h"
#include "explorer/symmetry.h"
#include "explorer/tree_table.h"

namespace lockstep {

// A thread that ends with an exception in one step: the thread, its private state before that
// step and after it. Where it was raised first is not in the state that comes of it.
struct Ending {
  ThreadId thread;
  LocalId before, after;
  friend auto operator<=>(const Ending&, const Ending&) = default;
};

struct StateGraph {
  static constexpr std::uint32_t no_parent = 0xffffffffU;
  // So many states in a row may be left out in which only one thing can happen.
  static constexpr std::uint32_t passed_max = 100;

  // MainThread waits most of the time; the other threads, and the objects, are on either side.
  static constexpr TreeTable::Halving halving{layout::globals, layout::words_per_thread,
                                              layout::words_per_thread};

  // `spill`: as that of a PairTable.
  StateGraph(const Program& program, SpillFolder* spill)
      : states(threads_offset(program), spill, halving), parents(spill) {}

  TreeTable states;  // in the order of a breadth-first search
  Parents parents;   // state 0 is its own
  // State and the set of symptoms that it shows, if that is not the empty one; ascending.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> shown;
  // How many states show a set that are not in the table; nothing if all are. Every set that is
  // named is shown by a state of the table too.
  std::map<std::uint32_t, std::uint64_t> shown_beside;
  std::set<std::uint32_t> deadlocked;  // the sets that deadlocked states show
  struct Step {
    std::uint32_t from;
    Choice choice;
  };
  std::map<Ending, Step> endings;  // each with the first step that is one
  std::uint32_t examined = 0;      // states below it have been examined and followed
  // If there is a symmetry and the state is numbered so high, a step of it leads to the state that
  // stands for an orbit. Those below are the beginning of every interleaving, a step each.
  Symmetry* symmetry = nullptr;
  std::uint32_t symmetric_from = 0;
  std::size_t threads_max = 0;  // in any state

  // Of the state added last.
  void add_parent(std::uint32_t parent) { parents.add(parent == no_parent ? 0 : parent); }

  std::uint32_t set_of(std::uint32_t state) const {
    const auto found =
        std::ranges::lower_bound(shown, state, {}, &std::pair<std::uint32_t, std::uint32_t>::first);
    return found != shown.end() && found->first == state ? found->second : 0;
  }
  bool is_symmetric_behind(std::uint32_t state) const {
    return symmetry != nullptr && state >= symmetric_from;
  }
  // `next`: where a step of the state leads.
  void canonicalise_behind(std::uint32_t state, State& next) const {
    if (is_symmetric_behind(state)) symmetry->canonicalise(next);
  }

  std::size_t memory_bytes() const {
    constexpr std::size_t tree_node = 4 * sizeof(void*);
    return states.memory_bytes() + parents.memory_bytes() + shown.capacity() * sizeof(shown[0]) +
           deadlocked.size() * (tree_node + 8) + shown_beside.size() * (tree_node + 16) +
           endings.size() * (tree_node + sizeof(Ending) + sizeof(Step));
  }
};

}  // namespace lockstep
