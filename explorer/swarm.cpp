#include "explorer/swarm.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "engine/run/policies.h"

namespace lockstep {
namespace {

constexpr std::uint64_t steps_max = 10'000;  // of one interleaving

}  // namespace

// Writes down the states by which a run comes.
class Swarm::Walk : public RunObserver {
 public:
  Walk(Swarm& swarm, const std::function<bool()>& go_on) : swarm_(swarm), go_on_(go_on) {}

  bool ended() const { return ended_; }

  void on_begin(const Machine&, const State& initial, const VirtualClock&) override {
    come_to(initial, StateGraph::no_parent);
  }
  void on_step(const Machine&, const State& before, std::uint64_t, Choice choice, double) override {
    before_ = before;
    choice_ = choice;
  }
  void on_event(const Machine&, const State&, const Event&) override {}
  void on_step_end(const Machine&, const State& after, double) override {
    if (ended_) return;
    ++swarm_.stats.transitions;
    swarm_.note_ending(at_, before_, after, choice_);
    come_to(after, at_);
    swarm_.stats.depth = std::max(swarm_.stats.depth, ++steps_);
  }

 private:
  void come_to(const State& state, std::uint32_t parent) {
    StateGraph& graph = swarm_.graph;
    const TreeTable::Asked asked = graph.states.ask(state.words);
    ended_ = !go_on_() || !swarm_.has_room_for(asked);
    if (ended_) return;
    const TreeTable::Place place = graph.states.answer(asked);
    at_ = place.id;
    if (!place.added) return;
    graph.add_parent(parent);
    graph.threads_max = std::max(graph.threads_max, thread_count(swarm_.machine_.program, state));
    enabled(swarm_.machine_, state, choices_);
    swarm_.examine(at_, state, choices_);
    graph.examined = graph.states.size();
  }

  Swarm& swarm_;
  const std::function<bool()>& go_on_;
  std::uint32_t at_ = 0;
  std::uint64_t steps_ = 0;
  bool ended_ = false;
  State before_;
  Choice choice_;
  std::vector<Choice> choices_;
};

void Swarm::run(std::uint64_t schedules, const std::function<bool()>& go_on) {
  RunOptions options;
  options.keep_choices = false;
  options.limits.steps_max = limits_.steps_max == 0 ? steps_max : limits_.steps_max;
  steps_ = pct_steps(machine_, [&] { return !go_on(); });
  if (!go_on()) return;
  for (std::uint64_t seed = 1; seed <= schedules; ++seed) {
    const bool is_pct = seed % 2 == 0;
    const std::unique_ptr<Policy> policy =
        is_pct ? make_pct_of(steps_, seed) : policy_named("random")->make(machine_.program, seed);
    Walk walk(*this, go_on);
    options.limits.cut = [&] { return walk.ended(); };
    lockstep::run(machine_, *policy, &walk, options);
    if (walk.ended()) return;
    ++followed_;
    by_pct_ += is_pct ? 1 : 0;
  }
}

std::string Swarm::guarantee() const {
  if (followed_ == 0) return {};
  std::string text = std::to_string(followed_) + " random interleaving" +
                     (followed_ == 1 ? " was" : "s were") + " followed";
  if (by_pct_ == 0) return text;
  const auto steps = static_cast<double>(steps_);
  // Of faults that come later than an interleaving is followed nothing is known.
  const double steps_followed =
      limits_.steps_max == 0 ? steps : std::min(steps, static_cast<double>(limits_.steps_max));
  // A timeout has a priority of its own.
  const double actors = 2 * static_cast<double>(graph.threads_max);
  const double each = 1 / (actors * steps * steps);
  const double any = -std::expm1(static_cast<double>(by_pct_) * std::log1p(-each));
  char number[64];
  std::snprintf(number, sizeof number, "%.1g", any);
  return text + "; a fault that needs three orderings within the first " +
         std::to_string(static_cast<std::uint64_t>(steps_followed)) +
         " steps was hit with a probability of at least " + number;
}

}  // namespace lockstep
