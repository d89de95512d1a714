// One interleaving: a policy picks each choice, a virtual clock dates it, observers watch.
//
// The same Program, policy, seed and schedule give the same run, on any machine, whether or not
// private runs are memoised.
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/run/choices.h"
#include "engine/run/directive.h"
#include "engine/step/step.h"

namespace lockstep {

class EnabledChoices;  // step/enabled_choices.h
class VirtualClock;    // clock.h

// What a policy sees before each step.
struct Moment {
  const Machine& machine;
  const State& state;
  const EnabledChoices& enabled;  // at least one
  const VirtualClock& clock;
  std::optional<Choice> previous;  // the last choice taken
  // As enabled() has them. O(1), or O(choices) where many wait for one thing.
  std::span<const Choice> choices() const;
};

// Whether the moment has this choice. O(log choices).
bool offers(const Moment& moment, Choice choice);

// What a policy answers.
struct Pick {
  enum class Kind : std::uint8_t {
    choice,   // take `choice`, one of Moment::choices
    first,    // take the one that comes first by the clock
    stop,     // the schedule is at its end
    refused,  // the schedule does not fit; `reason`
  };
  Kind kind = Kind::choice;
  Choice choice;
  std::string reason;  // one sentence: "T2 cannot take a step: it waits for mutexA, held by T1"
};

class Policy {
 public:
  virtual ~Policy() = default;
  virtual Pick pick(const Moment& moment) = 0;
  // Asked after a pick of a step, when nobody watches each step. As long as the thread can take
  // steps, others can do no more and no less than before, and the clock is before `until_ns`, it
  // would pick `steps` more of the thread. By default it does not know.
  struct Stay {
    std::uint64_t steps = 0;
    std::int64_t until_ns = std::numeric_limits<std::int64_t>::max();  // of the virtual clock
  };
  virtual Stay stays(const Moment&) { return {}; }
  // That many of them have been taken.
  virtual void stayed(std::uint64_t /*steps*/) {}
  // A state that it will compare with a later one; null: none.
  virtual const State* kept_state() const { return nullptr; }
  // Asked when no choice is enabled: what a schedule still wants, as Pick::reason. Empty: nothing.
  virtual std::string left_over(const Machine&, const State&) { return {}; }
  // Told of everything that happens in a step it picked, in order (for `until`).
  virtual void on_event(const Machine&, const State&, const Event&) {}
};

// The table of policies: name, one line of help, maker. `seed` is ignored by those that draw
// nothing.
struct PolicyRow {
  std::string_view name;
  std::string_view help;
  std::unique_ptr<Policy> (*make)(const Program& program, std::uint64_t seed);
};
std::span<const PolicyRow> policy_rows();
const PolicyRow* policy_named(std::string_view name);  // null: none
// Carries out the directives; `rest` is asked for what `finish` names.
std::unique_ptr<Policy> scripted_policy(const Program& program, Schedule schedule,
                                        std::uint64_t seed);
// Exactly these choices, then stop. For counterexamples.
std::unique_ptr<Policy> exact_policy(std::vector<Choice> choices);

struct RunLimits {
  std::uint64_t steps_max = 10'000'000;
  std::function<bool()> cut;  // asked now and then; true ends the run
};

struct RunResult {
  enum class End : std::uint8_t {
    finished,  // the process ended
    stuck,     // no choice is enabled and the process has not ended
    stopped,   // the schedule ended while threads could go on
    refused,   // the schedule did not fit
    limit,     // steps_max or `cut`
  };
  End end = End::finished;
  State state;
  std::uint64_t steps = 0;
  double now = 0;  // virtual seconds
  std::uint64_t preemptions = 0;
  std::string reason;  // refused: why; limit: which
  Choices choices;     // all that were taken, if RunOptions::keep_choices
};

// Told between steps.
class RunObserver : public Observer {
 public:
  // Before the first step. The clock may be asked between the steps of the run and within them.
  virtual void on_begin(const Machine&, const State& /*initial*/, const VirtualClock&) {}
  // Before a step: its number from 1, what was chosen, the time at which it begins.
  virtual void on_step(const Machine&, const State& before, std::uint64_t number, Choice choice,
                       double now) = 0;
  virtual void on_step_end(const Machine&, const State& after, double now) = 0;
  // Else it may be told of several steps of one thread as of one, with the number of the last,
  // and not of what happens in them to shared variables and in private bytecode. Of what happens to
  // objects it is told, each time after another on_step, with that step's number and last state.
  virtual bool watches_each_step() const { return true; }
  // Else VirtualClock::enabled() may have crowds.
  virtual bool watches_each_thread() const { return watches_each_step(); }
};

struct RunOptions {
  RunLimits limits;
  bool keep_choices = true;
  // `when_doubled`: memory does not grow with the run, since the machine forgets values and private
  // states that are gone whenever its tables have doubled; `each_step`: the same, for tests.
  // Requires, but for `nothing`: the observer keeps none from step to step, and nobody else any of
  // the machine.
  enum class Forgets : std::uint8_t { nothing, when_doubled, each_step };
  Forgets forgets = Forgets::nothing;
};
RunResult run(const Machine& machine, Policy& policy, RunObserver* observer,
              const RunOptions& options = {});

// The choices as a schedule in the words of people: runs of one thread are joined ("T1*3").
Schedule to_schedule(const Machine& machine, std::span<const Choice> choices);

}  // namespace lockstep
