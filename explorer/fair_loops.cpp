#include "explorer/fair_loops.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "engine/assert.h"

namespace lockstep {
namespace {

using States = std::vector<std::uint32_t>;  // ascending

constexpr std::uint32_t none = 0xffffffffU;

// The place of a state among them; none: it is not one of them.
std::uint32_t place_of(const States& states, std::uint32_t state) {
  const auto found = std::ranges::lower_bound(states, state);
  return found != states.end() && *found == state
             ? static_cast<std::uint32_t>(found - states.begin())
             : none;
}

class FairLoops {
 public:
  FairLoops(const LabelledEdges& edges, const LoopRules& rules) : edges_(edges), rules_(rules) {}

  // Index = step of the state.
  std::vector<bool> steps_round(const States& among, std::uint32_t state) const {
    const std::span<const std::uint32_t> to = edges_.edges.of(state);
    const std::span<const LabelledEdges::Label> labels = edges_.labels_of(state);
    std::vector<bool> stays(to.size());
    for (std::size_t i = 0; i < to.size(); ++i) {
      stays[i] = is_there(labels[i]) && rules_.allowed(labels[i]) && place_of(among, to[i]) != none;
    }
    if (!rules_.fair_choices) return stays;
    // The steps of a thread stand side by side; one that has several chooses.
    for (std::size_t i = 0, end = 0; i < to.size(); i = end) {
      bool all_stay = true;
      for (end = i; end < to.size() && labels[end].thread == labels[i].thread; ++end) {
        all_stay = all_stay && stays[end];
      }
      if (!all_stay) std::fill(stays.begin() + i, stays.begin() + end, false);
    }
    return stays;
  }

  std::vector<States> cyclic_components_among(const States& states) const {
    // A root in front, from which all can be reached and which nothing leads back to.
    Edges among;
    for (std::uint32_t i = 0; i < states.size(); ++i) among.to.push_back(i + 1);
    among.end.push_back(among.to.size());
    for (const std::uint32_t state : states) {
      const std::span<const std::uint32_t> to = edges_.edges.of(state);
      const std::vector<bool> stays = steps_round(states, state);
      for (std::size_t i = 0; i < to.size(); ++i) {
        if (stays[i]) among.to.push_back(place_of(states, to[i]) + 1);
      }
      among.end.push_back(among.to.size());
    }
    std::vector<States> result = cyclic_components(among);
    for (States& component : result) {
      for (std::uint32_t& place : component) place = states[place - 1];
      std::ranges::sort(component);
    }
    return result;
  }

  // Who could go on in some state of the component and never does in it: whether by any step or,
  // if timeouts are fair, by one that fires.
  struct Unfair {
    std::set<std::uint32_t> threads, timeouts;
    bool has(LabelledEdges::Label label) const {
      return threads.contains(label.thread) || (label.fires && timeouts.contains(label.thread));
    }
  };
  Unfair put_off(const States& component) const {
    std::map<std::uint32_t, std::size_t> able;  // in how many states
    std::set<std::uint32_t> moves, acts;
    Unfair result;
    std::set<std::uint32_t> fire;
    for (const std::uint32_t state : component) {
      const std::span<const LabelledEdges::Label> labels = edges_.labels_of(state);
      const std::vector<bool> stays = steps_round(component, state);
      for (std::size_t i = 0; i < labels.size(); ++i) {
        if (!is_there(labels[i])) continue;
        const std::uint32_t thread = labels[i].thread;
        if (i == 0 || thread != labels[i - 1].thread) ++able[thread];
        if (!labels[i].polls) acts.insert(thread);
        if (stays[i]) moves.insert(thread);
        if (rules_.timeouts != LoopRules::Timeouts::fair || !labels[i].fires) continue;
        (stays[i] ? fire : result.timeouts).insert(thread);
      }
    }
    for (const std::uint32_t thread : fire) result.timeouts.erase(thread);
    for (const auto& [thread, states] : able) {
      // It rests at one place if it never moves.
      const bool may_look_in_vain = !acts.contains(thread) && states < component.size();
      if (!moves.contains(thread) && !may_look_in_vain) result.threads.insert(thread);
    }
    return result;
  }

  std::set<std::uint32_t> movers(const States& component) const {
    std::set<std::uint32_t> result;
    for (const std::uint32_t state : component) {
      const std::span<const LabelledEdges::Label> labels = edges_.labels_of(state);
      const std::vector<bool> stays = steps_round(component, state);
      for (std::size_t i = 0; i < labels.size(); ++i) {
        if (stays[i]) result.insert(labels[i].thread);
      }
    }
    return result;
  }

 private:
  bool is_there(LabelledEdges::Label label) const {
    return rules_.timeouts != LoopRules::Timeouts::none || !label.fires;
  }

  const LabelledEdges& edges_;
  const LoopRules& rules_;
};

}  // namespace

std::vector<States> fair_components(const LabelledEdges& edges, States states,
                                    const LoopRules& rules, const std::function<bool()>& go_on) {
  const FairLoops loops(edges, rules);
  std::vector<States> result, open;
  open.push_back(std::move(states));
  while (!open.empty()) {
    const States at = std::move(open.back());
    open.pop_back();
    for (States& component : loops.cyclic_components_among(at)) {
      if (!go_on()) return {};
      // What stayed among the states may leave the component.
      if (rules.fair_choices && component.size() < at.size()) {
        open.push_back(std::move(component));
        continue;
      }
      const FairLoops::Unfair unfair = loops.put_off(component);
      if (unfair.threads.empty() && unfair.timeouts.empty()) {
        result.push_back(std::move(component));
        continue;
      }
      std::erase_if(component, [&](std::uint32_t state) {
        return std::ranges::any_of(edges.labels_of(state),
                                   [&](LabelledEdges::Label label) { return unfair.has(label); });
      });
      if (!component.empty()) open.push_back(std::move(component));
    }
  }
  std::ranges::sort(result);
  return result;
}

std::vector<bool> steps_round(const LabelledEdges& edges, const States& component,
                              std::uint32_t state, const LoopRules& rules) {
  return FairLoops(edges, rules).steps_round(component, state);
}

std::vector<LoopStep> round_trip(const LabelledEdges& edges, const States& component,
                                 std::uint32_t from, const LoopRules& rules) {
  const FairLoops loops(edges, rules);
  std::set<std::uint32_t> left = loops.movers(component);  // who has to take a step yet
  std::vector<LoopStep> way;
  std::uint32_t at = from;
  // The nearest step of one of them, or the way back.
  while (!left.empty() || at != from) {
    std::map<std::uint32_t, LoopStep> before;  // how a state was come to
    std::deque<std::uint32_t> open{at};
    std::vector<LoopStep> piece;
    while (piece.empty()) {
      LOCKSTEP_ASSERT(!open.empty(), "a component leads from each state of it to each other");
      const std::uint32_t state = open.front();
      open.pop_front();
      const std::span<const std::uint32_t> to = edges.edges.of(state);
      const std::span<const LabelledEdges::Label> labels = edges.labels_of(state);
      const std::vector<bool> stays = loops.steps_round(component, state);
      for (std::size_t i = 0; i < to.size() && piece.empty(); ++i) {
        if (!stays[i]) continue;
        const bool is_wanted = left.empty() ? to[i] == from : left.contains(labels[i].thread);
        if (is_wanted) {
          piece.push_back({state, i});
          for (std::uint32_t back = state; back != at;) {
            piece.push_back(before.at(back));
            back = piece.back().from;
          }
        } else if (to[i] != at && before.try_emplace(to[i], LoopStep{state, i}).second) {
          open.push_back(to[i]);
        }
      }
    }
    std::ranges::reverse(piece);
    for (const LoopStep& step : piece) {
      left.erase(edges.labels_of(step.from)[step.step].thread);
      at = edges.edges.of(step.from)[step.step];
    }
    way.insert(way.end(), piece.begin(), piece.end());
  }
  return way;
}

}  // namespace lockstep
