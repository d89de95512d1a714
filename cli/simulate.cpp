#include "cli/simulate.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <utility>

#include "cli/signals.h"
#include "detector/lock_order.h"
#include "engine/operations/process.h"
#include "engine/state/thread_name.h"
#include "engine/value/text.h"
#include "explorer/explain.h"
#include "explorer/witness.h"
#include "report/trace_text.h"
#include "report/words.h"

namespace lockstep {
namespace {

// What a shell sees of a process that KeyboardInterrupt ends: CPython has it die of SIGINT.
constexpr std::int64_t status_of_sigint = 130;

// What a person reads of an interleaving; its end is what matters.
constexpr std::size_t lines_max = 300;

// Hands on to the recorder what it needs, and looks after each step at what the scenario
// declares to hold always.
class Watch : public RunObserver {
 public:
  Watch(const Machine& machine, TraceSink* sink, std::optional<TimeKeeper::Spans> times)
      : program_(machine.program), recorder_(sink), order_(machine) {
    if (times) times_.emplace(*times);
  }

  struct Violation {
    const Condition* condition;
    std::uint64_t step;
  };

  void on_begin(const Machine& machine, const State& initial, const VirtualClock& clock) override {
    recorder_.on_begin(machine, initial, clock);
    if (times_) times_->on_begin(machine, initial, clock);
  }
  void on_event(const Machine& machine, const State& state, const Event& event) override {
    recorder_.on_event(machine, state, event);
    note_exit(machine, state, event);
  }
  void on_step(const Machine& machine, const State& before, std::uint64_t number, Choice choice,
               double now) override {
    step_ = number;
    recorder_.on_step(machine, before, number, choice, now);
    if (times_) times_->on_step(machine, before, number, choice, now);
  }
  void on_step_end(const Machine& machine, const State& after, double now) override {
    recorder_.on_step_end(machine, after, now);
    if (times_) times_->on_step_end(machine, after, now);
    check(machine, after, program_.invariants);
    check_order(after);
  }

  bool watches_each_step() const override {
    return recorder_.watches_each_step() || !program_.invariants.empty() || !order_.is_idle();
  }

  bool watches_each_thread() const override {
    return recorder_.watches_each_thread() || (times_ && times_->watches_each_thread());
  }

  // Remembers the first moment at which each of them does not hold.
  void check(const Machine& machine, const State& state, const std::vector<Condition>& conditions) {
    for (const Condition& condition : conditions) {
      const bool known = std::any_of(
          violations_.begin(), violations_.end(),
          [&](const Violation& violation) { return violation.condition == &condition; });
      if (known) continue;
      const Result result = evaluate(machine, state, condition.function);
      if (!result.raised && truth(machine.values(), result.value)) continue;
      violations_.push_back({&condition, step_});
    }
  }

  void check_order(const State& state) {
    for (const OrderBreach& breach : order_.breaches(state)) {
      breaches_.try_emplace(order_.fingerprint(breach), step_);
    }
  }

  const TraceRecorder& recorder() const { return recorder_; }
  const std::optional<TimeKeeper>& times() const { return times_; }
  const std::vector<Violation>& violations() const { return violations_; }
  // Fingerprints, and the first step after which each is there.
  const std::map<std::string, std::uint64_t>& breaches() const { return breaches_; }
  std::optional<std::int64_t> exit_status() const { return exit_status_; }

 private:
  // What the code of MainThread ends with counts, and not what a function that is registered with
  // atexit raises; os._exit() overrules both.
  void note_exit(const Machine& machine, const State& state, const Event& event) {
    const bool ends = event.kind == Event::Kind::thread_ended && event.thread == main_thread_id;
    if (ends && !exit_status_) {
      const Value uncaught = event.outcome.value;
      const bool is_interrupted =
          uncaught != none_value &&
          is_subclass(machine.values().exception_kind(uncaught), ExceptionKind::keyboard_interrupt);
      exit_status_ = is_interrupted ? status_of_sigint : exit_code(machine.values(), uncaught);
    }
    const bool exits = event.kind == Event::Kind::operation &&
                       event.operation == Operation::os_exit &&
                       event.outcome.kind != Outcome::Kind::raised;
    if (exits && process_of(machine.program, state, event.thread) == main_process_id) {
      exit_status_ = machine.values().as_integer(event.arguments[0]) & exit_status_max;
    }
  }

  const Program& program_;
  TraceRecorder recorder_;
  std::optional<TimeKeeper> times_;
  std::uint64_t step_ = 0;
  std::optional<std::int64_t> exit_status_;  // with which the main process ends
  std::vector<Violation> violations_;
  LockOrderWatch order_;
  std::map<std::string, std::uint64_t> breaches_;
};

// The way to a finding: the first `steps` choices of the run.
Way way_of(const Machine& machine, const RunResult& result, std::uint64_t steps) {
  Way way;
  way.found = true;
  way.choices = result.choices.first(steps);
  way.preemptions =
      steps == result.steps ? result.preemptions : count_preemptions(machine, way.choices);
  return way;
}

}  // namespace

bool is_silent(const std::string& exception_line) {
  const std::string_view name = exception_name(ExceptionKind::system_exit);
  return exception_line.starts_with(name) &&
         (exception_line.size() == name.size() || exception_line[name.size()] == ':');
}

std::string interleaving_text(const Program& program, const Finding& finding, std::size_t width,
                              const Paint& paint, double seconds_max) {
  if (finding.choices.empty()) return {};
  std::string heading;
  std::deque<std::string> lines;
  std::size_t left_out = 0;
  const auto keep = [&](std::string_view line) {
    if (heading.empty()) {
      heading = line;
      return;
    }
    lines.emplace_back(line);
    if (lines.size() <= lines_max) return;
    lines.pop_front();
    ++left_out;
  };
  TraceText text(program, keep, paint, width);
  TraceRecorder recorder(&text);
  const Machine machine(program);
  const auto policy = exact_policy(finding.choices);
  RunOptions options;
  options.keep_choices = false;
  options.forgets = RunOptions::Forgets::when_doubled;
  options.limits.steps_max = finding.choices.size();
  const auto start = std::chrono::steady_clock::now();
  options.limits.cut = [&] {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    return is_interrupted() || (seconds_max > 0 && took.count() > seconds_max);
  };
  if (run(machine, *policy, &recorder, options).end == RunResult::End::limit) {
    return "not shown: the time is up\n";
  }
  std::string columns = heading;
  if (left_out > 0) {
    columns += fmt::format("{} before these are left out; the line below shows them\n",
                           counted(left_out, "line"));
  }
  for (const std::string& line : lines) columns += line;
  return columns;
}

std::function<std::string(const Finding&)> interleavings(const Program& program, std::size_t width,
                                                         const Paint& paint) {
  constexpr std::size_t indent = 4;
  return [&program, &paint, width](const Finding& finding) {
    return interleaving_text(program, finding, width - indent, paint);
  };
}

Simulation simulate(const Program& program, Policy& policy, TraceSink* sink,
                    const SimulationLimits& limits, std::optional<TimeKeeper::Spans> times) {
  const Machine machine(program);
  Watch watch(machine, sink, times);
  RunOptions options;
  const auto start = std::chrono::steady_clock::now();
  bool is_late = false;
  options.forgets = RunOptions::Forgets::when_doubled;
  options.limits.steps_max = limits.steps_max;
  options.limits.cut = [&] {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    is_late = limits.seconds_max > 0 && took.count() > limits.seconds_max;
    return is_late || is_interrupted() || (limits.cut && limits.cut());
  };

  watch.check(machine, initial_state(machine), program.invariants);
  watch.check_order(initial_state(machine));
  Simulation simulation;
  simulation.result = run(machine, policy, &watch, options);
  if (is_late) {
    simulation.result.reason =
        fmt::format("time: the limit of {:g} s was reached", limits.seconds_max);
  }
  const RunResult& result = simulation.result;
  const State& state = result.state;
  simulation.output = watch.recorder().output();
  if (result.end == RunResult::End::finished) simulation.exit_status = watch.exit_status();
  if (watch.times()) {
    simulation.times = watch.times()->times(machine, state);
    if (!simulation.times.processes.empty()) {
      simulation.times.processes.front().exit_code = simulation.exit_status;
    }
  }

  const StateNames names(machine, state);
  for (std::size_t i = 0; i < program.globals.size(); ++i) {
    const Value value = global(state, GlobalId{static_cast<std::uint32_t>(i)});
    simulation.variables.emplace_back(program.globals[i].name,
                                      to_json(machine.values(), value, names));
  }

  std::vector<Choice> choices;
  enabled(machine, state, choices);
  for (const Choice& choice : choices) {
    const std::string name = thread_name(machine, state, choice.thread);
    if (simulation.runnable.empty() || simulation.runnable.back() != name) {
      simulation.runnable.push_back(name);
    }
  }

  // Told as an exploration tells them, so that a finding is the same wherever it was met.
  const FutureAccesses future(program);
  simulation.picture = picture(machine, state, future, watch.recorder().holdings());
  simulation.findings = deadlocks(machine, state, future, watch.recorder().holdings());
  // Of most runs nobody wants to know the way: it takes as long as the run.
  std::optional<Way> known_way;
  const auto whole = [&]() -> const Way& {
    if (!known_way) known_way = way_of(machine, result, result.steps);
    return *known_way;
  };
  for (Finding& finding : simulation.findings) {
    finding.choices = whole().choices;
    finding.schedule = to_schedule(machine, whole().choices);
    finding.steps = whole().choices.size();
    finding.preemptions = whole().preemptions;
    finding.shortest = false;
    finding.explanation = explain(machine, finding);
  }
  const auto add = [&](FindingKind kind, std::string fingerprint, std::size_t condition,
                       const Way& way) {
    const bool known =
        std::any_of(simulation.findings.begin(), simulation.findings.end(),
                    [&](const Finding& finding) { return finding.fingerprint == fingerprint; });
    if (known) return;
    const Suspicion suspicion{kind, std::move(fingerprint), condition};
    if (auto finding = confirm(machine, future, suspicion, way)) {
      finding->explanation = explain(machine, *finding);
      simulation.findings.push_back(std::move(*finding));
    }
  };

  std::vector<ThreadId> raisers;
  for (std::size_t i = 0; i < thread_count(program, state); ++i) {
    const ThreadId thread{static_cast<std::uint32_t>(i)};
    const Value exception = uncaught(machine, state, thread);
    if (exception == none_value) continue;
    simulation.exceptions.emplace_back(thread_name(machine, state, thread),
                                       exception_line(machine.values(), exception, names));
    if (!is_silent(simulation.exceptions.back().second)) raisers.push_back(thread);
  }
  if (!raisers.empty()) {
    for (std::string& fingerprint : exception_fingerprints(machine, whole(), raisers)) {
      add(FindingKind::uncaught_exception, std::move(fingerprint), 0, whole());
    }
  }

  const std::size_t invariants = watch.violations().size();
  if (result.end == RunResult::End::finished) watch.check(machine, state, program.final_checks);
  for (std::size_t i = 0; i < watch.violations().size(); ++i) {
    const Watch::Violation& violation = watch.violations()[i];
    const bool always = i < invariants;
    const FindingKind kind = always ? FindingKind::invariant : FindingKind::final_check;
    const auto& conditions = always ? program.invariants : program.final_checks;
    const auto condition = static_cast<std::size_t>(violation.condition - conditions.data());
    add(kind, condition_fingerprint(program, kind, condition), condition,
        way_of(machine, result, violation.step));
  }
  for (const auto& [fingerprint, step] : watch.breaches()) {
    add(FindingKind::lock_order, fingerprint, 0, way_of(machine, result, step));
  }
  return simulation;
}

}  // namespace lockstep
