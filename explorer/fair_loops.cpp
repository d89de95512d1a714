#include "explorer/fair_loops.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "engine/assert.h"

namespace lockstep {
namespace {

using Allowed = std::function<bool(LabelledEdges::Label)>;
using States = std::vector<std::uint32_t>;  // ascending

constexpr std::uint32_t none = 0xffffffffU;

// The place of a state among them; none: it is not one of them.
std::uint32_t place_of(const States& states, std::uint32_t state) {
  const auto found = std::ranges::lower_bound(states, state);
  return found != states.end() && *found == state
             ? static_cast<std::uint32_t>(found - states.begin())
             : none;
}

std::vector<States> cyclic_components_among(const LabelledEdges& edges, const States& states,
                                            const Allowed& allowed) {
  // A root in front, from which all can be reached and which nothing leads back to.
  Edges among;
  for (std::uint32_t i = 0; i < states.size(); ++i) among.to.push_back(i + 1);
  among.end.push_back(among.to.size());
  for (const std::uint32_t state : states) {
    const std::span<const std::uint32_t> to = edges.edges.of(state);
    const std::span<const LabelledEdges::Label> labels = edges.labels_of(state);
    for (std::size_t i = 0; i < to.size(); ++i) {
      if (!allowed(labels[i])) continue;
      const std::uint32_t place = place_of(states, to[i]);
      if (place != none) among.to.push_back(place + 1);
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

// Who could go on in some state of the component and never does in it.
std::set<std::uint32_t> put_off(const LabelledEdges& edges, const States& component,
                                const Allowed& allowed) {
  std::set<std::uint32_t> able, moves;
  for (const std::uint32_t state : component) {
    const std::span<const std::uint32_t> to = edges.edges.of(state);
    const std::span<const LabelledEdges::Label> labels = edges.labels_of(state);
    for (std::size_t i = 0; i < to.size(); ++i) {
      if (moves.contains(labels[i].thread)) continue;
      able.insert(labels[i].thread);
      if (allowed(labels[i]) && place_of(component, to[i]) != none) moves.insert(labels[i].thread);
    }
  }
  for (const std::uint32_t thread : moves) able.erase(thread);
  return able;
}

}  // namespace

std::vector<States> fair_components(const LabelledEdges& edges, States states,
                                    const Allowed& allowed, const std::function<bool()>& go_on) {
  std::vector<States> result, open;
  open.push_back(std::move(states));
  while (!open.empty()) {
    const States at = std::move(open.back());
    open.pop_back();
    for (States& component : cyclic_components_among(edges, at, allowed)) {
      if (!go_on()) return {};
      const std::set<std::uint32_t> unfair_to = put_off(edges, component, allowed);
      if (unfair_to.empty()) {
        result.push_back(std::move(component));
        continue;
      }
      std::erase_if(component, [&](std::uint32_t state) {
        return std::ranges::any_of(edges.labels_of(state), [&](LabelledEdges::Label label) {
          return unfair_to.contains(label.thread);
        });
      });
      if (!component.empty()) open.push_back(std::move(component));
    }
  }
  std::ranges::sort(result);
  return result;
}

std::vector<LoopStep> round_trip(const LabelledEdges& edges, const States& component,
                                 std::uint32_t from, const Allowed& allowed) {
  std::set<std::uint32_t> left;  // who has to take a step yet
  for (const std::uint32_t state : component) {
    for (const LabelledEdges::Label label : edges.labels_of(state)) left.insert(label.thread);
  }
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
      for (std::size_t i = 0; i < to.size() && piece.empty(); ++i) {
        if (!allowed(labels[i]) || place_of(component, to[i]) == none) continue;
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
