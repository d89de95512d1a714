// PCT: the thread with the highest of random priorities runs, but for d - 1 points at which
// the priority of the thread that runs is lowered. It finds a bug of depth d, one that needs
// d orderings to be just so, with a probability of at least 1 / (n k^(d-1)) for n threads and
// k steps (Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with
// Probabilistic Guarantees of Finding Bugs", ASPLOS 2010).
//
// What the paper leaves open:
// - k is the length of a round-robin run of the program, at most steps_estimated_max.
// - A timeout counts as a thread of its own, with a priority of its own: else a thread that is
//   blocked with a timeout would always wait in vain under a high priority, and never under a low.
// - A thread that has taken more than k steps in a row, though others could have gone on, is
//   most likely in a busy wait. It gets the lowest priority of all.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "engine/run/policies.h"
#include "engine/run/splitmix64.h"

namespace lockstep {
namespace {

constexpr std::size_t depth = 3;
constexpr std::uint64_t steps_estimated_max = 10'000;

class Pct : public Policy {
 public:
  // `steps_estimated`: 0: not known yet.
  Pct(std::uint64_t seed, std::uint64_t steps_estimated) : numbers_(seed) {
    if (steps_estimated != 0) draw_change_points(steps_estimated);
  }

  Pick pick(const Moment& moment) override {
    if (steps_estimated_ == 0) draw_change_points(pct_steps(moment.machine, {}));
    lower_priorities(moment);
    const std::span<const Choice> choices = moment.choices();
    const Choice* best = nullptr;
    for (const Choice& choice : choices) {
      if (best == nullptr || priority(actor_of(choice)) > priority(actor_of(*best))) best = &choice;
    }
    const Actor actor = actor_of(*best);
    in_a_row_ = actor == running_ ? in_a_row_ + 1 : 1;
    running_ = actor;
    ++steps_;
    // The items of a choose have one actor and stand side by side.
    const auto same = [&](const Choice& c) { return actor_of(c) == actor; };
    const Choice* const end = &choices.back() + 1;
    const auto items = static_cast<std::uint64_t>(std::find_if_not(best, end, same) - best);
    return {Pick::Kind::choice, *(best + (items > 1 ? numbers_.below(items) : 0)), {}};
  }

 private:
  using Actor = std::pair<std::uint32_t, bool>;  // thread, whether it is its timeout
  using Priority = std::int64_t;

  static Actor actor_of(const Choice& choice) {
    return {choice.thread.index, choice.kind == Choice::Kind::timeout};
  }

  Priority priority(Actor actor) {
    std::optional<Priority>& its = priority_of(actor);
    // Above those that a change point gives, and in any order.
    if (!its) its = static_cast<Priority>(depth + (numbers_.next() >> 2U));
    return *its;
  }
  std::optional<Priority>& priority_of(Actor actor) {
    const std::size_t at = std::size_t{actor.first} * 2 + (actor.second ? 1 : 0);
    if (priorities_.size() <= at) priorities_.resize(at + 1);
    return priorities_[at];
  }

  void draw_change_points(std::uint64_t steps_estimated) {
    steps_estimated_ = steps_estimated;
    for (std::uint64_t& point : change_points_) point = 1 + numbers_.below(steps_estimated_);
  }

  void lower_priorities(const Moment& moment) {
    for (std::size_t i = 0; i < change_points_.size(); ++i) {
      if (change_points_[i] == steps_) priority_of(running_) = static_cast<Priority>(i) + 1;
    }
    const bool alone = std::ranges::all_of(
        moment.choices(), [&](const Choice& c) { return actor_of(c) == running_; });
    if (in_a_row_ > steps_estimated_ && !alone) priority_of(running_) = --lowest_;
  }

  SplitMix64 numbers_;
  std::vector<std::optional<Priority>> priorities_;       // two for each thread
  std::array<std::uint64_t, depth - 1> change_points_{};  // numbers of steps, from 1
  std::uint64_t steps_estimated_ = 0;                     // k; 0: not known yet
  std::uint64_t steps_ = 0;
  Actor running_;
  std::uint64_t in_a_row_ = 0;
  Priority lowest_ = 0;
};

}  // namespace

std::uint64_t pct_steps(const Machine& machine, std::function<bool()> cut) {
  RunOptions options;
  options.keep_choices = false;
  options.limits.steps_max = steps_estimated_max;
  options.limits.cut = std::move(cut);
  const std::unique_ptr<Policy> round_robin = make_round_robin(machine.program, 0);
  return std::max<std::uint64_t>(run(machine, *round_robin, nullptr, options).steps, 1);
}

std::unique_ptr<Policy> make_pct(const Program&, std::uint64_t seed) {
  return std::make_unique<Pct>(seed, 0);
}

std::unique_ptr<Policy> make_pct_of(std::uint64_t steps, std::uint64_t seed) {
  return std::make_unique<Pct>(seed, steps);
}

}  // namespace lockstep
