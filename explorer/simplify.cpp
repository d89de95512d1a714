#include "explorer/simplify.h"

#include <algorithm>
#include <set>
#include <utility>

namespace lockstep {
namespace {

constexpr std::uint64_t steps_max = 200'000;

class Simplifier {
 public:
  Simplifier(const Machine& machine, Way way,
             const std::function<bool(const std::vector<Choice>&)>& still_shows)
      : machine_(machine), still_shows_(still_shows), way_(std::move(way)) {}

  Way simplify() {
    while (drop_steps() || join_blocks()) {
    }
    return std::move(way_);
  }

 private:
  // Takes the candidate for the way if it can be taken, shows the same and costs less.
  bool accept(std::vector<Choice> candidate) {
    State state = initial_state(machine_);
    std::uint64_t preemptions = 0;
    for (std::size_t i = 0; i < candidate.size(); ++i) {
      if (++steps_ > steps_max || !is_enabled(machine_, state, candidate[i])) return false;
      if (i > 0 && candidate[i].thread != candidate[i - 1].thread &&
          !yields(machine_, state, candidate[i - 1].thread)) {
        ++preemptions;
      }
      step(machine_, state, candidate[i]);
    }
    if (std::pair(preemptions, candidate.size()) >=
        std::pair(way_.preemptions, way_.choices.size())) {
      return false;
    }
    if (!still_shows_(candidate)) return false;
    way_.choices = std::move(candidate);
    way_.preemptions = preemptions;
    return true;
  }

  // The last steps of a thread, as many of them as can be done without.
  bool drop_steps() {
    std::set<ThreadId> threads;
    for (const Choice& choice : way_.choices) threads.insert(choice.thread);
    bool any = false;
    for (auto thread = threads.rbegin(); thread != threads.rend(); ++thread) {
      auto count =
          static_cast<std::size_t>(std::ranges::count(way_.choices, *thread, &Choice::thread));
      while (count > 0 && steps_ <= steps_max) {
        if (accept(without_last(*thread, count))) {
          any = true;
          count =
              static_cast<std::size_t>(std::ranges::count(way_.choices, *thread, &Choice::thread));
        } else {
          count /= 2;
        }
      }
    }
    return any;
  }
  std::vector<Choice> without_last(ThreadId thread, std::size_t count) const {
    std::vector<Choice> rest;
    for (auto choice = way_.choices.rbegin(); choice != way_.choices.rend(); ++choice) {
      if (choice->thread == thread && count > 0) {
        --count;
      } else {
        rest.push_back(*choice);
      }
    }
    std::ranges::reverse(rest);
    return rest;
  }

  // Moves the next steps of a thread to those before them, past the steps of others in between.
  bool join_blocks() {
    const std::vector<Choice> choices = way_.choices;
    for (std::size_t i = 0; i + 1 < choices.size() && steps_ <= steps_max; ++i) {
      const ThreadId thread = choices[i].thread;
      if (choices[i + 1].thread == thread) continue;
      const auto from =
          std::find_if(choices.begin() + static_cast<std::ptrdiff_t>(i) + 1, choices.end(),
                       [&](const Choice& its) { return its.thread == thread; });
      if (from == choices.end()) continue;
      const auto to = std::find_if(from, choices.end(),
                                   [&](const Choice& its) { return its.thread != thread; });
      std::vector<Choice> candidate(choices.begin(),
                                    choices.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      candidate.insert(candidate.end(), from, to);
      candidate.insert(candidate.end(), choices.begin() + static_cast<std::ptrdiff_t>(i) + 1, from);
      candidate.insert(candidate.end(), to, choices.end());
      if (accept(std::move(candidate))) return true;
    }
    return false;
  }

  const Machine& machine_;
  const std::function<bool(const std::vector<Choice>&)>& still_shows_;
  Way way_;
  std::uint64_t steps_ = 0;
};

}  // namespace

Way simplify(const Machine& machine, Way way,
             const std::function<bool(const std::vector<Choice>&)>& still_shows) {
  return Simplifier(machine, std::move(way), still_shows).simplify();
}

}  // namespace lockstep
