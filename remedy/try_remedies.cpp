// fix(): every proposal is applied, read again as any scenario is, explored completely, and judged
// by what that showed. Nothing that a remedy believed about its rewriting counts here.
//
// What a patched scenario may not do: deadlock, show a fault that the original did not have, or
// end as the original never ends. It need not be able to end in all the ways of the original: a
// remedy takes interleavings away.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <tuple>

#include "engine/run/run.h"
#include "remedy/rows.h"

namespace lockstep {
namespace {

constexpr std::uint64_t timed_steps_max = 200'000;

// Sums up for how long each lock is held.
class HoldTimes : public RunObserver {
 public:
  void on_event(const Machine&, const State&, const Event&) override {}
  void on_step(const Machine&, const State&, std::uint64_t, Choice, double) override {}
  void on_step_end(const Machine& machine, const State& after, double now) override {
    seconds_ += static_cast<double>(held_) * (now - since_);
    since_ = now;
    held_ = 0;
    for (std::uint32_t i = 0; i < machine.program.objects.size(); ++i) {
      if (owner(machine, after, {i})) ++held_;
    }
  }
  double seconds() const { return seconds_; }

 private:
  std::uint64_t held_ = 0;  // locks, after the last step
  double since_ = 0;
  double seconds_ = 0;
};

// Of the timed run; nothing if that does not finish.
std::optional<RemedyCost> cost_of(const Program& program, const ExploreLimits& limits) {
  const Machine machine(program);
  const std::unique_ptr<Policy> policy = policy_named("timed")->make(program, 0);
  HoldTimes times;
  RunOptions options;
  options.keep_choices = false;
  options.limits.steps_max = timed_steps_max;
  options.limits.cut = limits.interrupted;
  const RunResult result = run(machine, *policy, &times, options);
  if (result.end != RunResult::End::finished) return std::nullopt;
  return RemedyCost{result.now, 0, times.seconds()};
}

std::uint64_t edits_of(const Proposal& proposal) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(proposal.patch, [](const PatchOperation& operation) {
        return operation.kind != PatchOperation::Kind::test;
      }));
}

bool is_finished(const ExploredOutcome& outcome) {
  return outcome.status == ExploredOutcome::Status::finished;
}

// "n = 1, T1 ends with ValueError: x"; "it finishes" where there is nothing more to say
std::string in_words(const ExploredOutcome& outcome) {
  std::string out;
  for (const auto& [name, value] : outcome.variables) {
    out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", name, value);
  }
  for (const auto& [thread, exception] : outcome.exceptions) {
    out += fmt::format("{}{} ends with {}", out.empty() ? "" : ", ", thread, exception);
  }
  return out.empty() ? "it finishes" : out;
}

class Judge {
 public:
  explicit Judge(const Exploration& original) : original_(original) {
    for (const ExploredOutcome& outcome : original.outcomes) {
      if (is_finished(outcome)) known_.insert({outcome.variables, outcome.exceptions});
    }
    for (const Finding& finding : original.findings) findings_.insert(identity(finding));
  }

  // Sets verdict and reason from the exploration.
  void judge(TriedRemedy& tried) const {
    const Exploration& patched = tried.exploration;
    using enum TriedRemedy::Verdict;
    const auto say = [&](TriedRemedy::Verdict verdict, std::string reason) {
      tried.verdict = verdict;
      tried.reason = std::move(reason);
    };
    for (const Finding& finding : patched.findings) {
      if (is_deadlock(finding.kind)) {
        const bool known = findings_.contains(identity(finding));
        return say(refuted, (known ? "it still deadlocks: " : "it deadlocks in another way: ") +
                                finding.message);
      }
    }
    for (const Finding& finding : patched.findings) {
      if (findings_.contains(identity(finding))) continue;
      if (original_.complete) return say(refuted, "it does something new: " + finding.message);
      return say(unknown, "the exploration of the original was cut short and did not show this: " +
                              finding.message);
    }
    if (!patched.complete) return say(unknown, patched.incomplete_reason);
    if (!patched.finished_possible()) {
      if (original_.finished_possible()) return say(refuted, "it can no longer finish");
      // A thread whose owner runs for ever without letting the lock go counts as waiting its turn.
      return say(unknown,
                 "it never finishes, so that a thread that waits for ever beside others "
                 "may have gone unnoticed");
    }
    if (known_.empty() && original_.complete) {
      return say(verified,
                 "the original never finishes, so that there are no outcomes to compare with");
    }
    for (const ExploredOutcome& outcome : patched.outcomes) {
      if (!is_finished(outcome) || known_.contains({outcome.variables, outcome.exceptions})) {
        continue;
      }
      if (original_.complete) {
        return say(refuted, "it ends as the original never does: " + in_words(outcome));
      }
      return say(unknown, "the exploration of the original was cut short and did not end so: " +
                              in_words(outcome));
    }
    say(verified,
        patched.findings.empty() ? "" : "faults of the original other than deadlocks remain");
  }

 private:
  using Outcome = std::pair<std::vector<std::pair<std::string, std::string>>,
                            std::vector<std::pair<std::string, std::string>>>;
  using Identity = std::tuple<FindingKind, std::string, std::string, std::string>;

  // A deadlock is known by its fingerprint. What else is wrong is known by what it says, since
  // the place where it is raised may have moved.
  static Identity identity(const Finding& finding) {
    if (is_deadlock(finding.kind)) return {finding.kind, finding.fingerprint, "", ""};
    return {finding.kind, "", finding.subject, finding.thread};
  }

  const Exploration& original_;
  std::set<Outcome> known_;
  std::set<Identity> findings_;
};

TriedRemedy tried(Proposal proposal, const Scenario& scenario, const Judge& judge,
                  const ExploreOptions& options) {
  TriedRemedy result{TriedRemedy::Verdict::unknown, std::move(proposal), "", {}, {}};
  const Loaded loaded = load(scenario.file, result.proposal.patched_text, settings_of(scenario));
  if (!loaded.program) {
    result.reason = "the patched scenario cannot be read: " + loaded.complaints.front().message;
    result.exploration.complete = false;
    result.exploration.verdict = Verdict::incomplete;
    return result;
  }
  result.exploration = explore(*loaded.program, options);
  judge.judge(result);
  if (result.verdict == TriedRemedy::Verdict::verified) {
    result.cost = cost_of(*loaded.program, options.limits).value_or(RemedyCost{});
  }
  result.cost.edits = edits_of(result.proposal);
  return result;
}

bool is_better(const TriedRemedy& a, const TriedRemedy& b) {
  const auto key = [](const TriedRemedy& tried) {
    const RemedyCost& cost = tried.cost;
    return std::make_tuple(tried.verdict, cost.makespan, cost.lock_hold, cost.edits,
                           std::string_view(tried.proposal.remedy),
                           std::string_view(tried.proposal.title));
  };
  return key(a) < key(b);
}

}  // namespace

FixResult fix(const Scenario& scenario, const Program& program, const ExploreOptions& options) {
  FixResult result;
  result.exploration = explore(program, options);
  const Judge judge(result.exploration);
  std::set<std::string> seen;  // patched texts
  for (const RemedyRow& row : remedy_rows()) {
    for (Proposal& proposal : row.propose(scenario, program, result.exploration)) {
      if (!seen.insert(proposal.patched_text).second) continue;
      result.tried.push_back(tried(std::move(proposal), scenario, judge, options));
    }
  }
  std::ranges::stable_sort(result.tried, is_better);
  if (!result.tried.empty() && result.exploration.finished_possible()) {
    result.original_cost = cost_of(program, options.limits);
  }
  return result;
}

}  // namespace lockstep
