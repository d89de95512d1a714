// fix(): every proposal is applied, read again as any scenario is, explored completely, and judged
// by what that showed. Nothing that a remedy believed about its rewriting counts here.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "engine/run/run.h"
#include "language/schedule.h"
#include "remedy/judge.h"
#include "remedy/rows.h"

namespace lockstep {
namespace {

constexpr std::uint64_t timed_steps_max = 200'000;
constexpr std::uint64_t timed_steps_min = 10'000;

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

struct TimedRun {
  RunResult::End end;
  RemedyCost cost;  // if it has finished
};

TimedRun timed_run(const Program& program, const ExploreLimits& limits,
                   std::uint64_t steps_max = timed_steps_max) {
  const Machine machine(program);
  const std::unique_ptr<Policy> policy = policy_named("timed")->make(program, 0);
  HoldTimes times;
  RunOptions options;
  options.keep_choices = false;
  options.limits.steps_max = steps_max;
  options.limits.cut = limits.interrupted;
  const RunResult result = run(machine, *policy, &times, options);
  return {result.end, {result.now, 0, times.seconds()}};
}

std::uint64_t edits_of(const Proposal& proposal) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(proposal.patch, [](const PatchOperation& operation) {
        return operation.kind != PatchOperation::Kind::test;
      }));
}

// Whether faults of other kinds than those it mends remain.
bool leaves_some(const TriedRemedy& tried) {
  return tried.verdict == TriedRemedy::Verdict::verified && !tried.exploration.findings.empty();
}

// Tries proposals, one after the other, and remembers which were.
class Trials {
 public:
  Trials(const Scenario& scenario, const Program& program, const ExploreOptions& options,
         FixResult& result)
      : scenario_(scenario),
        program_(program),
        options_(options),
        result_(result),
        judge_(result.exploration, program, options_.limits) {
    // A remedy that makes a large program of a small one is not followed for long.
    const std::uint64_t states =
        std::max(patched_states_min, growth_max * result.exploration.stats.states);
    std::uint64_t& limit = options_.limits.states_max;
    limit = limit == 0 ? states : std::min(limit, states);
  }

  void alone() {
    for (const RemedyRow& row : remedy_rows()) {
      if (!applies(row)) continue;
      std::size_t tried = 0;
      std::set<std::string> ladders;
      for (Proposal& proposal : row.propose(scenario_, program_, result_.exploration)) {
        if (!proposal.why_not.empty()) {
          result_.inapplicable.push_back({proposal.remedy, proposal.why_not});
          continue;
        }
        if (proposal.ladder.empty() || ladders.insert(proposal.ladder).second) ++tried;
        if (tried > proposals_of_a_remedy_max) {
          ++result_.left_out;
          continue;
        }
        attempt(std::move(proposal), mended_by(row), result_.tried);
      }
    }
  }

  // Where none alone mends all: a second one for what the first leaves.
  void together() {
    std::vector<const TriedRemedy*> bases;
    for (const TriedRemedy& tried : result_.tried) {
      const bool is_base = tried.verdict == TriedRemedy::Verdict::refuted || leaves_some(tried);
      if (is_base && judge_.is_progress(tried.exploration)) bases.push_back(&tried);
    }
    std::ranges::stable_sort(
        bases, {}, [](const TriedRemedy* tried) { return tried->exploration.findings.size(); });
    std::vector<TriedRemedy> found;
    for (const TriedRemedy* base : bases) {
      combine(*base, found);
      if (!found.empty()) break;
    }
    std::ranges::move(found, std::back_inserter(result_.tried));
  }

 private:
  bool applies(const RemedyRow& row) const {
    return std::ranges::any_of(result_.exploration.findings,
                               [&](const Finding& finding) { return fits(row, finding); });
  }
  std::uint32_t mended_by(const RemedyRow& row) const {
    std::uint32_t bits = 0;
    for (const Finding& finding : result_.exploration.findings) {
      if (!is_deadlock(finding.kind) && fits(row, finding)) bits |= bit(finding.kind);
    }
    return bits;
  }
  bool is_over() const {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
    const ExploreLimits& limits = options_.limits;
    return explorations_ >= explorations_max || (limits.interrupted && limits.interrupted()) ||
           (limits.seconds_max > 0 &&
            passed.count() > static_cast<double>(growth_max) * limits.seconds_max);
  }

  void combine(const TriedRemedy& base, std::vector<TriedRemedy>& found) {
    const Loaded loaded = load(scenario_.file, base.proposal.patched_text, settings_of(scenario_));
    if (!loaded.program) return;
    const auto first = std::ranges::find(remedy_rows(), base.proposal.remedy, &RemedyRow::name);
    std::vector<TriedRemedy> tried;
    ladders_.clear();  // they are about places in another list
    for (const RemedyRow& row : remedy_rows()) {
      const bool is_needed = std::ranges::any_of(
          base.exploration.findings, [&](const Finding& finding) { return fits(row, finding); });
      if (!is_needed) continue;
      for (Proposal& second : row.propose(*loaded.scenario, *loaded.program, base.exploration)) {
        if (!second.why_not.empty()) continue;
        if (result_.combined >= combinations_max) {
          ++result_.left_out;
          continue;
        }
        Proposal both = base.proposal;
        both.remedy += " + " + second.remedy;
        both.title += "; " + second.title;
        both.patch.insert(both.patch.end(), second.patch.begin(), second.patch.end());
        both.patched_text = std::move(second.patched_text);
        both.ladder = std::move(second.ladder);
        both.only_ends = both.only_ends || second.only_ends;
        const std::size_t before = explorations_;
        attempt(std::move(both), mended_by(*first) | mended_by(row), tried);
        result_.combined += explorations_ - before;
      }
    }
    for (TriedRemedy& one : tried) {
      const bool is_less =
          !leaves_some(base) || one.exploration.findings.size() < base.exploration.findings.size();
      if (one.verdict == TriedRemedy::Verdict::verified && is_less) found.push_back(std::move(one));
    }
  }

  void attempt(Proposal proposal, std::uint32_t mended, std::vector<TriedRemedy>& into) {
    Ladder* ladder = proposal.ladder.empty() ? nullptr : &ladders_[proposal.ladder];
    if (ladder != nullptr && ladder->is_verified) return;
    if (!seen_.insert(proposal.patched_text).second) return;
    if (is_over()) {
      ++result_.left_out;
      return;
    }
    ++explorations_;
    TriedRemedy result = tried(std::move(proposal), mended);
    if (ladder != nullptr) {
      const bool is_verified = result.verdict == TriedRemedy::Verdict::verified;
      ladder->is_verified = is_verified;
      const std::string title = result.proposal.title;
      const std::string reason = result.reason;
      if (!ladder->first) {
        ladder->first = into.size();
        into.push_back(std::move(result));
      } else if (is_verified) {
        result.reason += (result.reason.empty() ? "" : "; ") + std::string("tried before: ") +
                         ladder->last_title + ", but " + ladder->last_reason;
        into[*ladder->first] = std::move(result);
      } else {
        into[*ladder->first].reason = ladder->first_reason + "; likewise up to: " + title;
      }
      if (ladder->last_title.empty()) ladder->first_reason = reason;
      ladder->last_title = title;
      ladder->last_reason = reason;
      return;
    }
    into.push_back(std::move(result));
  }

  TriedRemedy tried(Proposal proposal, std::uint32_t mended) {
    TriedRemedy result{TriedRemedy::Verdict::unknown, std::move(proposal), "", {}, {}};
    result.cost.edits = edits_of(result.proposal);
    const Loaded loaded =
        load(scenario_.file, result.proposal.patched_text, settings_of(scenario_));
    if (!loaded.program) {
      result.reason = "the patched scenario cannot be read: " + loaded.complaints.front().message;
      result.exploration.complete = false;
      result.exploration.verdict = Verdict::incomplete;
      return result;
    }
    result.exploration = explore(*loaded.program, options_);
    Judge::Judgement judgement =
        judge_.judge(result.exploration, *loaded.program, result.proposal, mended);
    result.verdict = judgement.verdict;
    result.reason = std::move(judgement.reason);
    if (judgement.finding != nullptr) show(result, judgement.finding->schedule, *loaded.program);
    if (judgement.outcome != nullptr) show_outcome(result, *judgement.outcome, *loaded.program);
    if (result.verdict != TriedRemedy::Verdict::verified) return result;
    if (!result.exploration.finished_possible()) {
      result.timed_run_ends = false;
      return result;
    }

    // One that goes on for much longer than any way to a new state goes round.
    const Exploration::Stats& stats = result.exploration.stats;
    const std::uint64_t steps_max =
        std::min(timed_steps_max, timed_steps_min + 100 * (stats.depth + stats.states));
    const TimedRun run = timed_run(*loaded.program, options_.limits, steps_max);
    result.timed_run_ends = run.end == RunResult::End::finished;
    if (result.timed_run_ends) {
      result.cost = run.cost;
      result.cost.edits = edits_of(result.proposal);
    } else if (run.end == RunResult::End::limit && !original_runs_on()) {
      // Threads that give way to each other in step do so for ever.
      result.verdict = TriedRemedy::Verdict::unknown;
      result.reason = fmt::format(
          "its timed run has not ended after {} steps, perhaps since threads give way to each "
          "other for ever",
          steps_max);
    }
    return result;
  }

  bool original_runs_on() const {
    return timed_run(program_, options_.limits).end == RunResult::End::limit;
  }

  static void show(TriedRemedy& result, const Schedule& schedule, const Program& program) {
    if (schedule.empty()) return;
    result.schedule_json = schedule_json(schedule, program, 2);
    result.schedule_text = schedule_text(schedule).value_or("");
  }

  void show_outcome(TriedRemedy& result, const ExploredOutcome& outcome,
                    const Program& program) const {
    if (!options_.counterexamples) return;
    ExploreOptions options = options_;
    options.symmetry = options.hash_compaction = options.counterexamples = false;
    options.outcome_to_show = outcome;
    show(result, explore(program, options).outcome_schedule, program);
  }

  struct Ladder {
    bool is_verified = false;
    std::optional<std::size_t> first;  // index of the first rung, or of the one that is verified
    std::string first_reason, last_title, last_reason;
  };

  const Scenario& scenario_;
  const Program& program_;
  ExploreOptions options_;
  FixResult& result_;
  Judge judge_;
  std::set<std::string> seen_;  // patched texts
  std::map<std::string, Ladder> ladders_;
  std::size_t explorations_ = 0;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

bool is_better(const TriedRemedy& a, const TriedRemedy& b) {
  const auto key = [](const TriedRemedy& tried) {
    const RemedyCost& cost = tried.cost;
    return std::make_tuple(tried.verdict, leaves_some(tried), !tried.timed_run_ends, cost.makespan,
                           cost.lock_hold, cost.edits, std::string_view(tried.proposal.remedy),
                           std::string_view(tried.proposal.title));
  };
  return key(a) < key(b);
}

}  // namespace

FixResult fix(const Scenario& scenario, const Program& program, const ExploreOptions& options) {
  FixResult result;
  result.exploration = explore(program, options);
  Trials trials(scenario, program, options, result);
  trials.alone();
  const bool is_mended = std::ranges::any_of(result.tried, [](const TriedRemedy& tried) {
    return tried.verdict == TriedRemedy::Verdict::verified && !leaves_some(tried);
  });
  if (!is_mended) trials.together();
  std::ranges::stable_sort(result.tried, is_better);
  if (!result.tried.empty() && result.exploration.finished_possible()) {
    const TimedRun run = timed_run(program, options.limits);
    if (run.end == RunResult::End::finished) result.original_cost = run.cost;
  }
  return result;
}

}  // namespace lockstep
