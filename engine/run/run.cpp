#include "engine/run/run.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/assert.h"
#include "engine/run/clock.h"
#include "engine/run/policies.h"

namespace lockstep {
namespace {

constexpr std::array rows{
    PolicyRow{"timed", "what CPython would do, by the virtual clock", make_timed},
    PolicyRow{"round-robin", "one step each, in turn", make_round_robin},
    PolicyRow{"random", "any step of any thread, drawn with --seed", make_random},
    PolicyRow{"pct", "random priorities that change twice, drawn with --seed", make_pct},
};
constexpr std::uint64_t steps_between_asking = 256;  // RunLimits::cut

// Hands every event to all who want it, the clock first.
class Fan : public Observer {
 public:
  Fan(VirtualClock& clock, Policy& policy, RunObserver* observer)
      : clock_(clock), policy_(policy), observer_(observer) {}
  void on_event(const Machine& machine, const State& state, const Event& event) override {
    clock_.on_event(machine, event);
    policy_.on_event(machine, state, event);
    if (observer_ != nullptr) observer_->on_event(machine, state, event);
  }

 private:
  VirtualClock& clock_;
  Policy& policy_;
  RunObserver* observer_;
};

// By number, since this is written when nothing can be relied on any more.
std::string choices_text(const std::vector<Choice>& choices) {
  std::string text = "the choices so far, by thread number:";
  for (const Choice& choice : choices) {
    text += ' ' + std::to_string(choice.thread.index);
    if (choice.kind == Choice::Kind::timeout) text += '!';
    if (choice.kind == Choice::Kind::choose) text += '=' + std::to_string(choice.value);
  }
  return text;
}

bool is_preemption(const Machine& machine, const State& state,
                   const std::optional<Choice>& previous, Choice choice) {
  return previous && previous->thread != choice.thread && !yields(machine, state, previous->thread);
}

}  // namespace

std::span<const PolicyRow> policy_rows() { return rows; }

const PolicyRow* policy_named(std::string_view name) {
  const auto found = std::ranges::find(rows, name, &PolicyRow::name);
  return found == rows.end() ? nullptr : &*found;
}

RunResult run(const Machine& machine, Policy& policy, RunObserver* observer,
              const RunOptions& options) {
  RunResult result;
  result.state = initial_state(machine);
  State& state = result.state;
  const CrashContext context([&] {
    return (options.keep_choices ? choices_text(result.choices) + '\n' : std::string()) +
           dump(machine, state);
  });
  VirtualClock clock(machine.program);
  clock.begin(machine, state);
  if (observer != nullptr) observer->on_begin(machine, state, clock);
  Fan fan(clock, policy, observer);
  std::optional<Choice> previous;
  std::optional<StepInfo> previous_info;
  std::vector<Choice> choices;

  const auto ended = [&](RunResult::End end, std::string reason = {}) -> RunResult {
    result.end = end;
    result.reason = std::move(reason);
    result.now = clock.now();
    return std::move(result);
  };
  for (;;) {
    choices.clear();
    enabled(machine, state, choices);
    if (choices.empty()) {
      if (std::string reason = policy.left_over(machine, state); !reason.empty()) {
        return ended(RunResult::End::refused, std::move(reason));
      }
      return ended(has_exited(state) ? RunResult::End::finished : RunResult::End::stuck);
    }
    Pick pick = policy.pick({machine, state, choices, clock, previous, previous_info});
    if (pick.kind == Pick::Kind::stop) return ended(RunResult::End::stopped);
    if (pick.kind == Pick::Kind::refused)
      return ended(RunResult::End::refused, std::move(pick.reason));
    // Asked after the policy, so that a schedule that ends at the limit is no cut.
    if (result.steps >= options.limits.steps_max) {
      return ended(
          RunResult::End::limit,
          "steps: the limit of " + std::to_string(options.limits.steps_max) + " was reached");
    }
    if (result.steps % steps_between_asking == 0 && options.limits.cut && options.limits.cut()) {
      return ended(RunResult::End::limit, "the run was cut short");
    }
    const Choice choice = pick.choice;
    LOCKSTEP_ASSERT(std::ranges::find(choices, choice) != choices.end(),
                    "a policy picks one of the enabled choices");

    clock.begin_step(machine, state, choice);
    ++result.steps;
    if (is_preemption(machine, state, previous, choice)) ++result.preemptions;
    if (options.keep_choices) result.choices.push_back(choice);
    if (observer != nullptr) observer->on_step(machine, state, result.steps, choice, clock.now());
    const StepInfo info = step(machine, state, choice, &fan, clock.now());
    clock.end_step(machine, state, choice, info);
    if (observer != nullptr) observer->on_step_end(machine, state, clock.now());
    previous = choice;
    previous_info = info;
  }
}

}  // namespace lockstep
