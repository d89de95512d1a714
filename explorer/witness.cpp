#include "explorer/witness.h"

#include <algorithm>
#include <set>

#include "detector/deadlock.h"
#include "engine/assert.h"
#include "engine/run/run.h"
#include "engine/run/trace.h"

namespace lockstep {
namespace {

// Remembers where each thread raised what it ended with.
class Witness : public RunObserver {
 public:
  void on_step(const Machine& machine, const State& state, std::uint64_t number, Choice choice,
               double now) override {
    recorder_.on_step(machine, state, number, choice, now);
  }
  void on_step_end(const Machine& machine, const State& state, double now) override {
    recorder_.on_step_end(machine, state, now);
  }
  void on_event(const Machine& machine, const State& state, const Event& event) override {
    recorder_.on_event(machine, state, event);
    if (event.outcome.kind != Outcome::Kind::raised) return;
    if (raised_.size() <= event.thread.index) raised_.resize(event.thread.index + 1);
    std::vector<Raised>& raised = raised_[event.thread.index];
    std::erase_if(raised, [&](const Raised& old) { return old.value == event.outcome.value; });
    raised.push_back({event.outcome.value, event.site});
  }

  std::optional<SiteId> site_of(ThreadId thread, Value exception) const {
    if (raised_.size() <= thread.index) return std::nullopt;
    for (const Raised& raised : raised_[thread.index]) {
      if (raised.value == exception) return raised.site;
    }
    return std::nullopt;
  }
  const std::vector<TraceRecorder::Holding>& holdings() const { return recorder_.holdings(); }

 private:
  struct Raised {
    Value value;
    SiteId site;
  };
  TraceRecorder recorder_{nullptr};
  std::vector<std::vector<Raised>> raised_;  // index = thread
};

State run_again(const Machine& machine, const Way& way, Witness& witness) {
  const std::unique_ptr<Policy> policy = exact_policy(way.choices);
  RunOptions options;
  options.limits.steps_max = way.choices.size();
  options.keep_choices = false;
  RunResult result = run(machine, *policy, &witness, options);
  LOCKSTEP_ASSERT(result.steps == way.choices.size() && result.end != RunResult::End::refused,
                  "what an exploration found can be run again");
  return std::move(result.state);
}

const std::string& function_with(const Program& program, SiteId site) {
  for (std::uint32_t pc = 0; pc < program.code.size(); ++pc) {
    if (program.code[pc].site == site) return program.function_of(pc).name;
  }
  LOCKSTEP_ASSERT(false, "a site has code");
  return program.name;
}

struct Ended {
  ThreadId thread;
  std::string line;  // "RuntimeError: release unlocked lock"
  std::optional<SiteId> site;
  std::string fingerprint;
};
Ended describe_end(const Machine& machine, const State& state, const Witness& witness,
                   ThreadId thread) {
  const Value exception = uncaught(machine, state, thread);
  Ended ended;
  ended.thread = thread;
  ended.line = exception_line(machine.values(), exception, StateNames(machine, state));
  ended.site = witness.site_of(thread, exception);
  std::string part = ended.line;
  if (ended.site) {
    part += '\n' + function_with(machine.program, *ended.site);
    part += '\n' + machine.program.sites[ended.site->index].text;
  }
  ended.fingerprint = fingerprint(FindingKind::uncaught_exception, {std::move(part)});
  return ended;
}

const Condition& condition_of(const Program& program, const Symptom& symptom) {
  return symptom.kind == FindingKind::invariant ? program.invariants[symptom.condition]
                                                : program.final_checks[symptom.condition];
}

// "n = 3 and done = False": what the condition looked at.
std::string values_read(const Machine& machine, const State& state, const Condition& condition) {
  const Program& program = machine.program;
  const Function& function = program.functions[condition.function.index];
  std::set<GlobalId> read;
  for (std::uint32_t pc = function.begin; pc < function.end; ++pc) {
    if (program.code[pc].opcode == Opcode::load_global) read.insert({program.code[pc].a});
  }
  std::string text;
  std::size_t left = read.size();
  for (const GlobalId id : read) {
    if (!text.empty()) text += left == 1 ? " and " : ", ";
    --left;
    text += program.globals[id.index].name + " = " +
            repr(machine.values(), global(state, id), StateNames(machine, state));
  }
  return text;
}

Finding broken_condition(const Machine& machine, const State& state, const Symptom& symptom) {
  const Condition& condition = condition_of(machine.program, symptom);
  Finding finding;
  finding.kind = symptom.kind;
  finding.subject = condition.text;
  finding.message = condition.text;
  const Result result = evaluate(machine, state, condition.function);
  if (result.raised) {
    finding.message +=
        " raises " + exception_line(machine.values(), result.value, StateNames(machine, state));
  } else {
    finding.message += " does not hold";
    if (symptom.kind == FindingKind::final_check) finding.message += " at the end";
  }
  const std::string values = values_read(machine, state, condition);
  if (!values.empty()) finding.message += ": " + values;
  return finding;
}

}  // namespace

std::string fingerprint_of(const Machine& machine, const Symptom& symptom, const Way& way) {
  if (is_deadlock(symptom.kind)) return symptom.fingerprint;
  if (symptom.kind != FindingKind::uncaught_exception) {
    return fingerprint(symptom.kind, {condition_of(machine.program, symptom).text});
  }
  Witness witness;
  const State state = run_again(machine, way, witness);
  return describe_end(machine, state, witness, symptom.thread).fingerprint;
}

std::optional<Finding> finding_on(const Machine& machine, const FutureAccesses& future,
                                  const Symptom& symptom, const std::string& fingerprint,
                                  const Way& way) {
  Witness witness;
  const State state = run_again(machine, way, witness);
  std::optional<Finding> finding;
  if (is_deadlock(symptom.kind)) {
    for (Finding& one : deadlocks(machine, state, future, witness.holdings())) {
      if (one.fingerprint == fingerprint) finding = std::move(one);
    }
  } else if (symptom.kind == FindingKind::uncaught_exception) {
    for (std::uint32_t i = 0; i < thread_count(machine.program, state) && !finding; ++i) {
      if (!is_reported(machine, uncaught(machine, state, {i}))) continue;
      const Ended ended = describe_end(machine, state, witness, {i});
      if (ended.fingerprint != fingerprint) continue;
      finding.emplace();
      finding->kind = symptom.kind;
      finding->site = ended.site;
      finding->subject = ended.line;
      finding->thread =
          machine.values().as_text(thread_name_value(machine.program, state, ended.thread));
      finding->message = finding->thread + " ends with " + ended.line;
    }
  } else {
    finding = broken_condition(machine, state, symptom);
  }
  if (!finding) return std::nullopt;
  finding->fingerprint = fingerprint;
  finding->choices = way.choices;
  finding->schedule = to_schedule(machine, way.choices);
  finding->preemptions = way.preemptions;
  finding->steps = way.choices.size();
  finding->shortest = way.shortest;
  return finding;
}

}  // namespace lockstep
