#include "engine/run/run.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/assert.h"
#include "engine/run/clock.h"
#include "engine/run/policies.h"
#include "engine/step/enabled_choices.h"

namespace lockstep {
namespace {

constexpr std::array rows{
    PolicyRow{"timed", "what CPython would do, by the virtual clock", make_timed},
    PolicyRow{"round-robin", "one step each, in turn", make_round_robin},
    PolicyRow{"random", "any step of any thread, drawn with --seed", make_random},
    PolicyRow{"pct", "random priorities that change twice, drawn with --seed", make_pct},
};
constexpr std::uint64_t steps_between_asking = 16;    // RunLimits::cut
constexpr std::uint64_t burst_steps_max = 1'000'000;  // some hundredths of a second

// Hands every event to all who want it, the clock first.
class Fan : public Observer {
 public:
  Fan(VirtualClock& clock, Policy& policy, EnabledChoices& enabled, RunObserver* observer)
      : clock_(clock), policy_(policy), enabled_(enabled), observer_(observer) {}
  void on_event(const Machine& machine, const State& state, const Event& event) override {
    clock_.on_event(machine, state, event);
    policy_.on_event(machine, state, event);
    enabled_.on_event(event);
    if (observer_ != nullptr) observer_->on_event(machine, state, event);
  }

 private:
  VirtualClock& clock_;
  Policy& policy_;
  EnabledChoices& enabled_;
  RunObserver* observer_;
};

// In a burst: what concerns others, by the choices, and who is told of what is done to objects.
class BurstEvents : public BurstObjects {
 public:
  BurstEvents(const Machine& machine, Fan& fan, const EnabledChoices& enabled,
              RunObserver* observer)
      : machine_(machine), fan_(fan), enabled_(enabled), observer_(observer) {}

  // `number`: of its first step, of which the observer was told.
  void begin(Choice choice, std::uint64_t number, double now) {
    choice_ = choice;
    number_ = told_ = number;
    now_ = now;
  }
  bool concerns_others(ObjectId object, std::span<const Word> before,
                       const State& after) const override {
    return enabled_.concerns_others(choice_.thread, object, before, after);
  }
  void on_operation(const State& state, std::uint64_t steps, Operation operation, SiteId site,
                    const Call& call, const Outcome& outcome) override {
    if (observer_ != nullptr && std::exchange(told_, number_ + steps) != number_ + steps) {
      observer_->on_step(machine_, state, told_, choice_, now_);
    }
    Event event{Event::Kind::operation, choice_.thread, site};
    event.operation = operation;
    event.receiver = call.receiver;
    event.arguments = call.arguments;
    event.outcome = outcome;
    fan_.on_event(machine_, state, event);
  }

 private:
  const Machine& machine_;
  Fan& fan_;
  const EnabledChoices& enabled_;
  RunObserver* observer_;
  Choice choice_;
  std::uint64_t number_ = 0, told_ = 0;
  double now_ = 0;
};

// Makes a machine forget.
class Forgetter {
 public:
  Forgetter(const Machine& machine, RunOptions::Forgets when) : machine_(machine), when_(when) {
    set_limits();
  }
  // `kept`: beside `state`; may be null.
  void look(const State& state, const State* kept) {
    if (when_ == RunOptions::Forgets::nothing) return;
    if (when_ == RunOptions::Forgets::when_doubled && machine_.locals().size() < locals_max_ &&
        machine_.values().memory_bytes() < bytes_max_) {
      return;
    }
    const std::array states{&state, kept};
    machine_.forget_all_but(std::span(states).first(kept == nullptr ? 1 : 2));
    set_limits();
  }

 private:
  void set_limits() {
    locals_max_ = 2 * machine_.locals().size() + 2'000;
    bytes_max_ = 2 * machine_.values().memory_bytes() + 1'000'000;
  }
  const Machine& machine_;
  RunOptions::Forgets when_;
  std::size_t locals_max_ = 0, bytes_max_ = 0;
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

bool has_await(const Program& program) {
  return std::ranges::find(program.code, Opcode::await, &Instruction::opcode) != program.code.end();
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

std::span<const Choice> Moment::choices() const { return enabled.choices(); }

bool offers(const Moment& moment, Choice choice) { return moment.enabled.has(choice); }

RunResult run(const Machine& machine, Policy& policy, RunObserver* observer,
              const RunOptions& options) {
  RunResult result;
  result.state = initial_state(machine);
  State& state = result.state;
  const CrashContext context([&] {
    return (options.keep_choices ? choices_text(result.choices.all()) + '\n' : std::string()) +
           dump(machine, state);
  });
  VirtualClock clock(machine.program);
  const bool has_crowds = clock.is_serial() && EnabledChoices::may_have_crowds(machine.program) &&
                          (observer == nullptr || !observer->watches_each_thread());
  EnabledChoices enabled(machine,
                         has_crowds ? EnabledChoices::Crowds::kept : EnabledChoices::Crowds::none);
  enabled.begin(state);
  clock.begin(machine, state, enabled);
  if (observer != nullptr) observer->on_begin(machine, state, clock);
  Fan fan(clock, policy, enabled, observer);
  // A burst knows one memory.
  const bool may_burst = !has_await(machine.program) && !machine.program.has_processes &&
                         (observer == nullptr || !observer->watches_each_step());
  BurstEvents burst_events(machine, fan, enabled, observer);
  Forgetter forgetter(machine, options.forgets);
  std::optional<Choice> previous;
  std::uint64_t asked = 0;  // for RunLimits::cut, at this number of steps

  const auto ended = [&](RunResult::End end, std::string reason = {}) -> RunResult {
    result.end = end;
    result.reason = std::move(reason);
    result.now = clock.end();
    return std::move(result);
  };
  for (;;) {
    if (enabled.empty()) {
      if (std::string reason = policy.left_over(machine, state); !reason.empty()) {
        return ended(RunResult::End::refused, std::move(reason));
      }
      return ended(has_exited(state) ? RunResult::End::finished : RunResult::End::stuck);
    }
    const Moment moment{machine, state, enabled, clock, previous};
    Pick pick = policy.pick(moment);
    if (pick.kind == Pick::Kind::stop) return ended(RunResult::End::stopped);
    if (pick.kind == Pick::Kind::refused)
      return ended(RunResult::End::refused, std::move(pick.reason));
    // Asked after the policy, so that a schedule that ends at the limit is no cut.
    if (result.steps >= options.limits.steps_max) {
      return ended(
          RunResult::End::limit,
          "steps: the limit of " + std::to_string(options.limits.steps_max) + " was reached");
    }
    if (result.steps >= asked && options.limits.cut) {
      if (options.limits.cut()) return ended(RunResult::End::limit, "the run was cut short");
      asked = result.steps + steps_between_asking;
    }
    const Choice choice = pick.kind == Pick::Kind::first ? clock.first() : pick.choice;
    LOCKSTEP_ASSERT(offers(moment, choice), "a policy picks one of the enabled choices");

    clock.begin_step(machine, state, choice);
    if (is_preemption(machine, state, previous, choice)) ++result.preemptions;
    enabled.before_step(state);
    if (observer != nullptr) {
      observer->on_step(machine, state, result.steps + 1, choice, clock.now());
    }
    CpuBurst burst;
    // Where steps overlap, others may begin theirs in the middle of a burst.
    if (may_burst && clock.is_serial() && choice.kind == Choice::Kind::step) {
      const Policy::Stay stay = policy.stays(moment);
      const std::uint64_t steps =
          std::min({stay.steps, options.limits.steps_max - result.steps - 1, burst_steps_max});
      if (steps > 0 && stay.until_ns > clock.now_ns()) {
        BurstLimits limits = clock.burst_limits(steps + 1, stay.until_ns);
        burst_events.begin(choice, result.steps + 1, clock.now());
        limits.objects = &burst_events;
        burst = cpu_burst(machine, state, choice.thread, limits);
      }
    }
    const bool goes_on = burst.begun.operations > 0;
    const bool bursts = goes_on || burst.steps > 0;
    StepInfo info{};
    std::uint64_t taken = 1;
    if (bursts) {
      taken = burst.steps + (goes_on ? 1 : 0);
      clock.on_burst(burst);
      policy.stayed(taken - 1);
      if (goes_on && burst.steps > 0 && observer != nullptr) {
        observer->on_step_end(machine, state, clock.now());
        observer->on_step(machine, state, result.steps + taken, choice, clock.now());
      }
      if (goes_on) {
        info = finish_step(machine, state, choice.thread, burst.begun, &fan, clock.now());
      }
    } else {
      info = step(machine, state, choice, &fan, clock.now());
    }
    result.steps += taken;
    if (options.keep_choices) result.choices.add(choice, taken);
    enabled.after_step(state, choice.thread);
    clock.end_step(machine, state, choice, info);
    if (observer != nullptr) observer->on_step_end(machine, state, clock.now());
    previous = choice;
    forgetter.look(state, policy.kept_state());
  }
}

}  // namespace lockstep
