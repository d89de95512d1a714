#include "explorer/components.h"

#include <algorithm>

namespace lockstep {
namespace {

constexpr std::uint32_t unseen = 0xffffffffU;

// With a stack of its own: graphs of states are deep.
class Tarjan {
 public:
  enum class Wanted : std::uint8_t { final, cyclic };
  Tarjan(const Edges& edges, Wanted wanted)
      : edges_(edges),
        wanted_(wanted),
        number_(edges.end.size(), unseen),
        low_(edges.end.size(), 0),
        is_open_(edges.end.size(), false),
        is_left_(edges.end.size(), false) {}

  std::vector<std::vector<std::uint32_t>> find() {
    if (number_.empty()) return {};
    enter(0);
    while (!visits_.empty()) {
      const std::uint32_t state = visits_.back().state;
      const std::span<const std::uint32_t> to = edges_.of(state);
      if (visits_.back().next < to.size()) {
        follow(state, to[visits_.back().next++]);
      } else {
        leave(state);
      }
    }
    std::ranges::sort(result_, {},
                      [](const auto& component) { return std::ranges::min(component); });
    return std::move(result_);
  }

 private:
  void enter(std::uint32_t state) {
    number_[state] = low_[state] = numbered_++;
    open_.push_back(state);
    is_open_[state] = true;
    visits_.push_back({state, 0});
  }

  void follow(std::uint32_t state, std::uint32_t to) {
    if (number_[to] == unseen) {
      enter(to);
    } else if (is_open_[to]) {
      low_[state] = std::min(low_[state], number_[to]);
    } else {
      is_left_[state] = true;
    }
  }

  void leave(std::uint32_t state) {
    visits_.pop_back();
    if (low_[state] == number_[state]) close(state);
    if (visits_.empty()) return;
    const std::uint32_t before = visits_.back().state;
    low_[before] = std::min(low_[before], low_[state]);
    if (!is_open_[state]) is_left_[before] = true;
  }

  void close(std::uint32_t root) {
    std::vector<std::uint32_t> component;
    bool is_left = false;
    do {
      component.push_back(open_.back());
      is_left = is_left || is_left_[open_.back()];
      is_open_[open_.back()] = false;
      open_.pop_back();
    } while (component.back() != root);
    const bool is_wanted =
        wanted_ == Wanted::final
            ? !is_left && !edges_.of(root).empty()
            : component.size() > 1 || std::ranges::count(edges_.of(root), root) > 0;
    if (is_wanted) result_.push_back(std::move(component));
  }

  struct Visit {
    std::uint32_t state;
    std::size_t next;  // of its edges
  };
  const Edges& edges_;
  Wanted wanted_;
  std::vector<std::uint32_t> number_, low_;  // index = state
  std::vector<bool> is_open_;
  std::vector<bool> is_left_;  // by an edge to a component that is closed
  std::vector<std::uint32_t> open_;
  std::vector<Visit> visits_;
  std::uint32_t numbered_ = 0;
  std::vector<std::vector<std::uint32_t>> result_;
};

}  // namespace

std::vector<std::vector<std::uint32_t>> final_components(const Edges& edges) {
  return Tarjan(edges, Tarjan::Wanted::final).find();
}

std::vector<std::vector<std::uint32_t>> cyclic_components(const Edges& edges) {
  return Tarjan(edges, Tarjan::Wanted::cyclic).find();
}

}  // namespace lockstep
