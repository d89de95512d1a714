#include "explorer/witness.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "detector/deadlock.h"
#include "detector/endless.h"
#include "detector/lock_order.h"
#include "detector/misuse.h"
#include "engine/assert.h"
#include "engine/interpreter/private_run.h"
#include "engine/run/run.h"
#include "engine/run/trace.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

// Whether the statement raises what there is already: `raise`, `raise e`.
bool raises_again(const Program& program, SiteId statement) {
  for (std::uint32_t pc = 1; pc < program.code.size(); ++pc) {
    if (program.code[pc].site != statement || program.code[pc].opcode != Opcode::raise) continue;
    const Instruction& before = program.code[pc - 1];
    return before.opcode == Opcode::load_local || before.opcode == Opcode::load_global ||
           before.opcode == Opcode::load_handled;
  }
  return false;
}

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
    if (event.kind == Event::Kind::operation &&
        (event.operation == Operation::thread_create ||
         event.operation == Operation::process_create) &&
        event.outcome.kind == Outcome::Kind::value) {
      const std::span<const Value> arguments = machine.values().items(event.arguments[1]);
      begun_[*thread_of_handle(event.outcome.value)] = {
          machine.values().as_function(event.arguments[0]), {arguments.begin(), arguments.end()}};
    }
    if (event.outcome.kind != Outcome::Kind::raised) return;
    if (raised_.size() <= event.thread.index) raised_.resize(event.thread.index + 1);
    std::vector<Raised>& raised = raised_[event.thread.index];
    const bool is_known = std::ranges::any_of(
        raised, [&](const Raised& old) { return old.value == event.outcome.value; });
    if (is_known && event.kind == Event::Kind::raised &&
        raises_again(machine.program, event.site)) {
      return;
    }
    std::erase_if(raised, [&](const Raised& old) { return old.value == event.outcome.value; });
    raised.push_back({event.outcome.value, event.site, kind_of_exception(machine, state, event)});
  }

  // Where, and as what, the thread raised it last; as in a traceback, whose last line stays where a
  // handler raises it again.
  struct Raised {
    Value value;
    std::optional<SiteId> site;
    FindingKind kind;
  };
  Raised raised(const Machine& machine, ThreadId thread, Value exception) const {
    if (thread.index < raised_.size()) {
      for (const Raised& raised : raised_[thread.index]) {
        if (raised.value == exception) return raised;
      }
    }
    return {exception, raised_at_once(machine, thread, exception), FindingKind::uncaught_exception};
  }
  const std::vector<TraceRecorder::Holding>& holdings() const { return recorder_.holdings(); }

 private:
  struct Begun {
    FunctionId function;
    std::vector<Value> arguments;
  };

  // A thread is brought to its first visible operation when it is made, which nobody sees.
  std::optional<SiteId> raised_at_once(const Machine& machine, ThreadId thread,
                                       Value exception) const {
    Begun begun;
    if (thread.index < machine.program.threads.size()) {
      const ThreadInfo& info = machine.program.threads[thread.index];
      begun.function = info.body;
      for (const Constant& argument : info.arguments) {
        begun.arguments.push_back(machine.intern(argument));
      }
    } else {
      const auto found = begun_.find(thread);
      if (found == begun_.end()) return std::nullopt;
      begun = found->second;
    }
    class First : public PrivateObserver {
     public:
      explicit First(Value wanted) : exception(wanted) {}
      void called(FunctionId, SiteId) override {}
      void returned(FunctionId, Value, SiteId) override {}
      void raised(Value value, SiteId at) override {
        if (value == exception) site = at;
      }
      void marked(SiteId) override {}
      Value exception;
      std::optional<SiteId> site;
    } first(exception);
    enter(machine, begun.function, begun.arguments, &first);
    return first.site;
  }

  TraceRecorder recorder_{nullptr};
  std::vector<std::vector<Raised>> raised_;  // index = thread
  std::map<ThreadId, Begun> begun_;          // threads created on the way
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
  FindingKind kind;
  ThreadId thread;
  std::string line;  // "RuntimeError: release unlocked lock"
  std::optional<SiteId> site;
  std::string fingerprint;
};
Ended describe_end(const Machine& machine, const State& state, const Witness& witness,
                   ThreadId thread) {
  const Value exception = uncaught(machine, state, thread);
  const Witness::Raised raised = witness.raised(machine, thread, exception);
  Ended ended;
  ended.kind = raised.kind;
  ended.thread = thread;
  ended.line = exception_line(machine.values(), exception, StateNames(machine, state));
  ended.site = raised.site;
  std::string part = ended.line;
  if (ended.site) {
    part += '\n' + function_with(machine.program, *ended.site);
    part += '\n' + machine.program.sites[ended.site->index].text;
  }
  ended.fingerprint = fingerprint(ended.kind, {std::move(part)});
  return ended;
}

const Condition& condition_of(const Program& program, FindingKind kind, std::size_t index) {
  return kind == FindingKind::invariant ? program.invariants[index] : program.final_checks[index];
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

std::optional<Finding> broken_condition(const Machine& machine, const State& state,
                                        const Suspicion& suspicion) {
  const Condition& condition = condition_of(machine.program, suspicion.kind, suspicion.condition);
  Finding finding;
  finding.kind = suspicion.kind;
  finding.subject = condition.text;
  finding.message = condition.text;
  const Result result = evaluate(machine, state, condition.function);
  if (result.raised) {
    finding.message +=
        " raises " + exception_line(machine.values(), result.value, StateNames(machine, state));
  } else if (truth(machine.values(), result.value)) {
    return std::nullopt;
  } else {
    finding.message += " does not hold";
    if (suspicion.kind == FindingKind::final_check) finding.message += " at the end";
  }
  const std::string values = values_read(machine, state, condition);
  if (!values.empty()) finding.message += ": " + values;
  return finding;
}

std::optional<Finding> ended_thread(const Machine& machine, const State& state,
                                    const Witness& witness, const Suspicion& suspicion) {
  for (std::uint32_t i = 0; i < thread_count(machine.program, state); ++i) {
    const ThreadId thread{i};
    if (life(machine.program, state, thread) != Life::ended) continue;
    if (uncaught(machine, state, thread) == none_value) continue;
    const Ended ended = describe_end(machine, state, witness, thread);
    if (ended.fingerprint != suspicion.fingerprint) continue;
    Finding finding;
    finding.kind = ended.kind;
    finding.site = ended.site;
    finding.subject = ended.line;
    finding.thread = machine.values().as_text(thread_name_value(machine.program, state, thread));
    finding.message = finding.thread + " ends with " + ended.line;
    return finding;
  }
  return std::nullopt;
}

std::optional<Finding> against_order(const Machine& machine, const State& state,
                                     const Suspicion& suspicion) {
  const LockOrderWatch watch(machine);
  for (const OrderBreach& breach : watch.breaches(state)) {
    if (watch.fingerprint(breach) == suspicion.fingerprint) return watch.finding(state, breach);
  }
  return std::nullopt;
}

std::optional<Finding> deadlock(const Machine& machine, const State& state,
                                const FutureAccesses& future, const Witness& witness,
                                const Suspicion& suspicion) {
  for (Finding& finding : deadlocks(machine, state, future, witness.holdings())) {
    if (finding.fingerprint == suspicion.fingerprint) return std::move(finding);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Finding> confirm(const Machine& machine, const FutureAccesses& future,
                               const Suspicion& suspicion, const Way& way) {
  Witness witness;
  const State state = run_again(machine, way, witness);
  std::optional<Finding> finding;
  switch (suspicion.kind) {
    case FindingKind::uncaught_exception:
      finding = ended_thread(machine, state, witness, suspicion);
      break;
    case FindingKind::invariant:
    case FindingKind::final_check:
      finding = broken_condition(machine, state, suspicion);
      break;
    case FindingKind::never_woken:
      finding = never_woken(machine, state, future, suspicion.stuck, suspicion.movers);
      break;
    case FindingKind::livelock:
      finding = livelock(machine, state, suspicion.movers, suspicion.only_tests);
      break;
    case FindingKind::starvation:
      finding = starvation(machine, state, future, *suspicion.starved);
      break;
    case FindingKind::lock_order:
      finding = against_order(machine, state, suspicion);
      break;
    default:
      finding = deadlock(machine, state, future, witness, suspicion);
      break;
  }
  if (!finding) return std::nullopt;
  finding->fingerprint = suspicion.fingerprint;
  finding->choices = way.choices;
  finding->schedule = to_schedule(machine, way.choices);
  finding->preemptions = way.preemptions;
  finding->steps = way.choices.size();
  finding->shortest = way.shortest;
  return finding;
}

std::vector<std::string> exception_fingerprints(const Machine& machine, const Way& way,
                                                std::span<const ThreadId> threads) {
  Witness witness;
  const State state = run_again(machine, way, witness);
  std::vector<std::string> fingerprints;
  for (const ThreadId thread : threads) {
    fingerprints.push_back(describe_end(machine, state, witness, thread).fingerprint);
  }
  return fingerprints;
}

std::string condition_fingerprint(const Program& program, FindingKind kind, std::size_t condition) {
  return fingerprint(kind, {condition_of(program, kind, condition).text});
}

}  // namespace lockstep
