// All interleavings with few preemptions, then those with one more, and so on: what there is to
// say of a program that is too large to be explored.
//
// Iterative context bounding: Musuvathi, Qadeer, "Iterative Context Bounding for Systematic
// Testing of Multithreaded Programs", PLDI 2007. Most faults need two preemptions or fewer.
//
// Tested by tests/explorer/bounded_search_test.cpp against trying out all interleavings.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "explorer/search_record.h"

namespace lockstep {

class BoundedSearch : public SearchRecord {
 public:
  using SearchRecord::SearchRecord;

  // `preemptions_max`: where to end; nothing: where everything is seen. Ends before if the limit of
  // states is reached, or `go_on` says no, which is asked before each node is followed.
  void run(std::optional<std::uint64_t> preemptions_max, const std::function<bool()>& go_on);

  // Every interleaving with at most so many was followed; nothing: not even those with none.
  std::optional<std::uint64_t> followed() const { return followed_; }
  bool has_seen_all() const { return has_seen_all_; }
  std::size_t memory_bytes() const;

 private:
  struct Node {
    std::uint32_t state;
    std::uint32_t last;   // the thread that moved last; nobody: whoever goes on is no preemption
    std::uint32_t steps;  // on the way by which it was found
  };
  bool follow(const Node& node);
  std::optional<std::uint32_t> number_of(const State& state, std::uint32_t parent);
  bool is_worth_following(const Node& node);

  std::optional<std::uint64_t> followed_;
  bool has_seen_all_ = false;
  std::optional<std::uint64_t> preemptions_max_;
  bool leaves_out_ = false;           // a step that would be one preemption more than that
  std::uint32_t preemptions_ = 0;     // of the nodes followed now
  std::vector<std::uint32_t> first_;  // index = state; the fewest preemptions
  std::vector<bool> seen_;            // index = state * threads_ + thread that moved last
  std::size_t threads_ = 1;
  std::vector<Node> now_, later_;  // with this many preemptions, with one more
  State here_, next_;
  std::vector<Choice> choices_, next_choices_;
};

}  // namespace lockstep
