// A node is a state and the thread that moved last, which could go on at no cost. If that thread
// lets the GIL go by itself, anybody can, and the state stands for all its nodes: `nobody`.
//
// A node need not be followed if its state was found with fewer preemptions: whatever this node
// can do, that one can do for one preemption more, which is no more than this one has used.
#include "explorer/bounded_search.h"

#include <algorithm>
#include <utility>

namespace lockstep {
namespace {

constexpr std::uint32_t nobody = 0;  // the thread with number i is i + 1
constexpr std::uint32_t not_yet = 0xffffffffU;

}  // namespace

void BoundedSearch::run(std::optional<std::uint64_t> preemptions_max,
                        const std::function<bool()>& go_on) {
  preemptions_max_ = preemptions_max;
  const State initial = initial_state(machine_);
  const std::optional<std::uint32_t> first = number_of(initial, StateGraph::no_parent);
  if (!first) return;
  now_.push_back({*first, nobody, 0});
  for (;; ++preemptions_) {
    // What is followed adds to the end.
    for (std::size_t i = 0; i < now_.size(); ++i) {
      const Node node = now_[i];
      if (!is_worth_following(node)) continue;
      if (!go_on() || !follow(node)) return;
    }
    followed_ = preemptions_;
    now_ = std::exchange(later_, {});
    has_seen_all_ = now_.empty() && !leaves_out_;
    if (now_.empty()) return;
  }
}

bool BoundedSearch::is_worth_following(const Node& node) {
  std::uint32_t& first = first_[node.state];
  if (first < preemptions_) return false;
  first = preemptions_;
  const std::size_t place = std::size_t{node.state} * threads_;
  if (seen_[place + nobody] || seen_[place + node.last]) return false;
  seen_[place + node.last] = true;
  return true;
}

// False: a limit was reached.
bool BoundedSearch::follow(const Node& node) {
  graph.states.read(node.state, here_.words);
  enabled(machine_, here_, choices_);
  for (const Choice& choice : choices_) {
    const std::uint32_t mover = choice.thread.index + 1;
    const bool is_free = node.last == nobody || node.last == mover;
    if (!is_free && preemptions_ == preemptions_max_) {
      leaves_out_ = true;
      continue;
    }
    next_ = here_;
    step(machine_, next_, choice);
    ++stats.transitions;
    note_ending(node.state, here_, next_, choice);
    const std::optional<std::uint32_t> next = number_of(next_, node.state);
    if (!next) return false;
    const std::uint32_t last = yields(machine_, next_, choice.thread) ? nobody : mover;
    (is_free ? now_ : later_).push_back({*next, last, node.steps + 1});
    stats.depth = std::max<std::uint64_t>(stats.depth, node.steps + 1);
  }
  return true;
}

// Nothing: the limit of states is reached.
std::optional<std::uint32_t> BoundedSearch::number_of(const State& state, std::uint32_t parent) {
  const TreeTable::Asked asked = graph.states.ask(state.words);
  if (!has_room_for(asked)) return std::nullopt;
  const TreeTable::Place place = graph.states.answer(asked);
  if (!place.added) return place.id;
  graph.add_parent(parent);
  const std::size_t threads = thread_count(machine_.program, state);
  graph.threads_max = std::max(graph.threads_max, threads);
  if (threads + 1 > threads_) {
    std::vector<bool> wider(first_.size() * (threads + 1), false);
    for (std::size_t i = 0; i < first_.size(); ++i) {
      for (std::size_t thread = 0; thread < threads_; ++thread) {
        wider[i * (threads + 1) + thread] = seen_[i * threads_ + thread];
      }
    }
    seen_ = std::move(wider);
    threads_ = threads + 1;
  }
  first_.push_back(not_yet);
  seen_.resize(first_.size() * threads_, false);
  enabled(machine_, state, next_choices_);
  examine(place.id, state, next_choices_);
  graph.examined = graph.states.size();
  return place.id;
}

std::size_t BoundedSearch::memory_bytes() const {
  return graph.memory_bytes() + first_.capacity() * sizeof(first_[0]) + seen_.capacity() / 8 +
         (now_.capacity() + later_.capacity()) * sizeof(Node);
}

}  // namespace lockstep
