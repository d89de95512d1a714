#include "cli/simulate.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

#include "cli/signals.h"
#include "engine/state/thread_name.h"
#include "engine/value/text.h"
#include "report/trace_text.h"

namespace lockstep {
namespace {

// Hands on to the recorder what it needs, and looks after each step at what the scenario
// declares to hold always. Remembers where each thread raised last.
class Watch : public RunObserver {
 public:
  Watch(const Program& program, TraceSink* sink) : program_(program), recorder_(sink) {}

  struct Violation {
    const Condition* condition;
    std::uint64_t step;
    std::string raised;  // the exception that it raised instead of being true or false
  };

  void on_event(const Machine& machine, const State& state, const Event& event) override {
    if (event.kind == Event::Kind::raised) {
      if (raised_.size() <= event.thread.index) raised_.resize(event.thread.index + 1);
      raised_[event.thread.index] = event.site;
    }
    recorder_.on_event(machine, state, event);
  }
  void on_step(const Machine& machine, const State& before, std::uint64_t number, Choice choice,
               double now) override {
    step_ = number;
    recorder_.on_step(machine, before, number, choice, now);
  }
  void on_step_end(const Machine& machine, const State& after, double now) override {
    recorder_.on_step_end(machine, after, now);
    check(machine, after, program_.invariants);
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
      std::string raised;
      if (result.raised) {
        raised = exception_line(machine.values(), result.value, StateNames(machine, state));
      }
      violations_.push_back({&condition, step_, std::move(raised)});
    }
  }

  const TraceRecorder& recorder() const { return recorder_; }
  const std::vector<Violation>& violations() const { return violations_; }
  std::optional<SiteId> raised_at(ThreadId thread) const {
    return thread.index < raised_.size() ? raised_[thread.index] : std::nullopt;
  }

 private:
  const Program& program_;
  TraceRecorder recorder_;
  std::uint64_t step_ = 0;
  std::vector<std::optional<SiteId>> raised_;  // index = thread
  std::vector<Violation> violations_;
};

Finding uncaught_finding(const Program& program, const std::string& thread, const std::string& line,
                         std::optional<SiteId> site) {
  Finding finding{};
  finding.kind = FindingKind::uncaught_exception;
  finding.thread = thread;
  finding.subject = line;
  finding.site = site;
  finding.message = fmt::format("{} ends with {}", thread, line);
  const std::string where = site ? program.sites[site->index].text : "";
  finding.fingerprint = fingerprint(finding.kind, {thread, line, where});
  return finding;
}

Finding condition_finding(FindingKind kind, const Watch::Violation& violation) {
  Finding finding{};
  finding.kind = kind;
  finding.subject = violation.condition->text;
  finding.message =
      fmt::format("{} {}", violation.condition->text,
                  violation.raised.empty() ? "does not hold" : "raised " + violation.raised);
  finding.fingerprint = fingerprint(kind, {violation.condition->text});
  return finding;
}

// The first `steps` choices lead there.
void add_way(const Machine& machine, Finding& finding, const RunResult& result,
             std::uint64_t steps) {
  const std::size_t count = std::min<std::size_t>(steps, result.choices.size());
  finding.choices.assign(result.choices.begin(),
                         result.choices.begin() + static_cast<std::ptrdiff_t>(count));
  finding.schedule = to_schedule(machine, finding.choices);
  finding.steps = count;
  finding.preemptions = result.preemptions;
  finding.shortest = false;
}

}  // namespace

bool is_silent(const std::string& exception_line) {
  const std::string_view name = exception_name(ExceptionKind::system_exit);
  return exception_line.starts_with(name) &&
         (exception_line.size() == name.size() || exception_line[name.size()] == ':');
}

std::string interleaving_text(const Program& program, const Finding& finding, std::size_t width,
                              const Paint& paint) {
  if (finding.choices.empty()) return {};
  std::string columns;
  TraceText text(
      program, [&columns](std::string_view lines) { columns += lines; }, paint, width);
  TraceRecorder recorder(&text);
  const Machine machine(program);
  const auto policy = exact_policy(finding.choices);
  run(machine, *policy, &recorder);
  return columns;
}

Simulation simulate(const Program& program, Policy& policy, TraceSink* sink,
                    std::uint64_t steps_max, const std::function<bool()>& cut) {
  const Machine machine(program);
  Watch watch(program, sink);
  RunOptions options;
  options.limits.steps_max = steps_max;
  options.limits.cut = [&cut] { return is_interrupted() || (cut && cut()); };

  watch.check(machine, initial_state(machine), program.invariants);
  Simulation simulation;
  simulation.result = run(machine, policy, &watch, options);
  const RunResult& result = simulation.result;
  const State& state = result.state;
  simulation.output = watch.recorder().output();

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

  const FutureAccesses future(program);
  simulation.findings = deadlocks(machine, state, future, watch.recorder().holdings());
  simulation.picture = picture(machine, state, future, watch.recorder().holdings());
  for (Finding& finding : simulation.findings) {
    add_way(machine, finding, result, result.steps);
  }

  for (std::size_t i = 0; i < thread_count(program, state); ++i) {
    const ThreadId thread{static_cast<std::uint32_t>(i)};
    const Value exception = uncaught(machine, state, thread);
    if (exception == none_value) continue;
    const std::string line = exception_line(machine.values(), exception, names);
    simulation.exceptions.emplace_back(thread_name(machine, state, thread), line);
    if (is_silent(line)) continue;
    Finding finding = uncaught_finding(program, thread_name(machine, state, thread), line,
                                       watch.raised_at(thread));
    add_way(machine, finding, result, result.steps);
    simulation.findings.push_back(std::move(finding));
  }

  std::size_t invariants = watch.violations().size();
  if (result.end == RunResult::End::finished) watch.check(machine, state, program.final_checks);
  for (const Watch::Violation& violation : watch.violations()) {
    const bool always = invariants > 0;
    if (always) --invariants;
    Finding finding =
        condition_finding(always ? FindingKind::invariant : FindingKind::final_check, violation);
    add_way(machine, finding, result, violation.step);
    simulation.findings.push_back(std::move(finding));
  }
  return simulation;
}

}  // namespace lockstep
