// fix(): every proposal is applied, read again as any scenario is, explored completely, and judged
// by what that showed. Nothing that a remedy believed about its rewriting counts here.
//
// What a patched scenario may not do: deadlock, show a fault that the original did not have, or
// end as the original never ends. It need not be able to end in all the ways of the original: a
// remedy takes interleavings away.
//
// Where neither program ends, there are no ends to compare, but parts of the graphs of states in
// which interleavings stay for ever (explorer/recurrences). In each such part of the patched
// scenario everybody must go on, and do all that is done again and again in one of the original's
// in which everybody goes on; and no variable may have values that it cannot have there. That a
// part does all of it is what makes it exact: a thread that tries again and again and never gets
// anywhere goes on too.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "engine/run/run.h"
#include "explorer/recurrences.h"
#include "language/schedule.h"
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

std::uint32_t bit(FindingKind kind) { return 1u << static_cast<unsigned>(kind); }

class Judge {
 public:
  Judge(const Exploration& original, const Program& program, const ExploreLimits& limits)
      : original_(original), program_(program), limits_(limits) {
    for (const Global& global : program.globals) variables_.insert(global.name);
    for (const ExploredOutcome& outcome : original.outcomes) {
      if (is_finished(outcome)) known_.insert(told(outcome));
      values_.insert(told(outcome).first);
    }
    for (const Finding& finding : original.findings) findings_.insert(identity(finding));
  }

  // Whether something that is wrong with the original is not wrong with this.
  bool is_progress(const Exploration& patched) const {
    std::set<Identity> left;
    for (const Finding& finding : patched.findings) left.insert(identity(finding));
    return patched.complete && !std::ranges::includes(left, findings_);
  }

  struct Judgement {
    TriedRemedy::Verdict verdict;
    std::string reason;
    const Finding* finding = nullptr;          // of the patched scenario, that refutes it
    const ExploredOutcome* outcome = nullptr;  // likewise
  };
  // `mended`: bits of the kinds, other than deadlocks, for which the remedy was proposed. Of these
  // none may be left; of deadlocks none may anyway.
  Judgement judge(const Exploration& patched, const Program& program, const Proposal& proposal,
                  std::uint32_t mended) {
    using enum TriedRemedy::Verdict;
    for (const Finding& finding : patched.findings) {
      if (!is_deadlock(finding.kind)) continue;
      const bool known = findings_.contains(identity(finding));
      return {refuted,
              (known ? "it still deadlocks: " : "it deadlocks in another way: ") + finding.message,
              &finding};
    }
    for (const Finding& finding : patched.findings) {
      if (findings_.contains(identity(finding))) {
        if ((mended & bit(finding.kind)) == 0) continue;
        return {refuted, "it does not mend this: " + finding.message, &finding};
      }
      if (original_.complete) {
        return {refuted, "it does something new: " + finding.message, &finding};
      }
      return {unknown, "the exploration of the original was cut short and did not show this: " +
                           finding.message};
    }
    if (!patched.complete) return {unknown, patched.incomplete_reason};
    if (!patched.finished_possible()) {
      if (original_.finished_possible()) return {refuted, "it can no longer finish"};
      if (!original_.complete) {
        return {unknown,
                "the exploration of the original was cut short, and may not have seen it "
                "finish: " +
                    original_.incomplete_reason};
      }
    }
    if (proposal.only_ends && original_.complete) {
      for (const ExploredOutcome& outcome : patched.outcomes) {
        if (!values_.contains(told(outcome).first)) {
          return {refuted, "it ends too early: " + in_words(outcome), nullptr, &outcome};
        }
      }
    }
    const std::string remains =
        patched.findings.empty() ? "" : "faults of the original other than those it mends remain";
    const auto verified_with = [&](std::string note) -> Judgement {
      if (!note.empty() && !remains.empty()) note += "; ";
      return {verified, note + remains};
    };
    if (!patched.finished_possible()) {
      Judgement judgement = judge_endless(program);
      return judgement.verdict == verified ? verified_with(judgement.reason) : judgement;
    }
    if (known_.empty() && original_.complete) {
      return verified_with(
          "the original never finishes, so that there are no outcomes to compare with");
    }
    // An end with an exception is a fault itself. Where the original has no other, there is nothing
    // that an end without one could be compared with.
    const bool ends_well =
        std::ranges::any_of(known_, [](const Outcome& end) { return end.second.empty(); });
    bool is_new = false;
    for (const ExploredOutcome& outcome : patched.outcomes) {
      if (!is_finished(outcome) || known_.contains(told(outcome))) continue;
      if (original_.complete && !ends_well && outcome.exceptions.empty()) {
        is_new = true;
        continue;
      }
      if (original_.complete) {
        return {refuted, "it ends as the original never does: " + in_words(outcome), nullptr,
                &outcome};
      }
      return {unknown, "the exploration of the original was cut short and did not end so: " +
                           in_words(outcome)};
    }
    return verified_with(is_new ? "the original never finishes without an exception, so that there "
                                  "are no outcomes to compare with"
                                : "");
  }

 private:
  using Values = std::vector<std::pair<std::string, std::string>>;
  using Outcome = std::pair<Values, Values>;  // variables, exceptions
  using Identity = std::tuple<FindingKind, std::string, std::string, std::string>;

  // A deadlock is known by its fingerprint. What else is wrong is known by what it says, since
  // the place where it is raised may have moved.
  static Identity identity(const Finding& finding) {
    if (is_deadlock(finding.kind)) return {finding.kind, finding.fingerprint, "", ""};
    return {finding.kind, "", finding.subject, finding.thread};
  }
  // Of a program that never ends, as little as the original, which was explored completely.
  Judgement judge_endless(const Program& program) {
    using enum TriedRemedy::Verdict;
    if (!recurrences_) recurrences_ = recurrences(program_, limits_);
    const std::string never = "neither it nor the original ever finishes";
    if (!recurrences_->incomplete_reason.empty()) {
      return {unknown, never + ", and what the original does for ever could not be seen: " +
                           recurrences_->incomplete_reason};
    }
    if (recurrences_->parts.empty()) {
      return {unknown, never +
                           ", and the original has nothing that all of its threads could do for "
                           "ever, with which to compare it"};
    }
    const Recurrences its = recurrences(program, limits_);
    if (!its.incomplete_reason.empty()) {
      return {unknown,
              never + ", and what it does for ever could not be seen: " + its.incomplete_reason};
    }
    if (its.somebody_stays_behind) {
      return {unknown, never + ", and a thread waits for ever beside others that go on"};
    }
    for (const std::vector<std::string>& values : its.values) {
      std::string shown;
      if (is_known(values, program, shown)) continue;
      return {unknown, never + ", and it comes to what the original never does: " + shown};
    }
    std::set<std::string> objects;
    for (const ObjectInfo& object : program.objects) objects.insert(object.name);
    for (const Recurrence& part : its.parts) {
      std::string lacking;
      if (is_done(part, objects, lacking)) continue;
      return {unknown, never +
                           ", and it may go on for ever without what the original does again "
                           "and again: " +
                           lacking};
    }
    return {verified, never +
                          "; where nobody is put off for ever every thread goes on and does again "
                          "and again all that it does there, and no variable has other values"};
  }

  // Whether the original comes to these values of the variables that it has.
  bool is_known(const std::vector<std::string>& values, const Program& program,
                std::string& shown) {
    std::vector<std::string> its;
    for (const Global& global : program_.globals) {
      const auto place = std::ranges::find(program.globals, global.name, &Global::name);
      if (place == program.globals.end()) return true;
      its.push_back(values[static_cast<std::size_t>(place - program.globals.begin())]);
      shown += (shown.empty() ? "" : ", ") + global.name + " = " + its.back();
    }
    return recurrences_->values.contains(its);
  }

  // Whether the part does all of what one of the original's does, and the same threads have ended.
  // What was done with an object that a remedy took away is not asked for.
  bool is_done(const Recurrence& part, const std::set<std::string>& objects,
               std::string& lacking) const {
    for (const Recurrence& its : recurrences_->parts) {
      if (its.ended != part.ended) continue;
      const auto missing = std::ranges::find_if(its.deeds, [&](const Deed& deed) {
        const bool is_gone = taken_away(deed.on, objects);
        return !is_gone && !part.deeds.contains(deed);
      });
      if (missing == its.deeds.end()) return true;
      lacking =
          missing->thread + ": " + missing->what + (missing->on.empty() ? "" : " " + missing->on);
    }
    if (lacking.empty()) lacking = "other threads have ended";
    return false;
  }
  bool taken_away(const std::string& name, const std::set<std::string>& objects) const {
    return !objects.contains(name) &&
           std::ranges::find(program_.objects, name, &ObjectInfo::name) != program_.objects.end();
  }

  // Without the variables that a remedy has added.
  Outcome told(const ExploredOutcome& outcome) const {
    Outcome result{{}, outcome.exceptions};
    for (const auto& variable : outcome.variables) {
      if (variables_.contains(variable.first)) result.first.push_back(variable);
    }
    return result;
  }

  const Exploration& original_;
  const Program& program_;
  const ExploreLimits& limits_;
  std::optional<Recurrences> recurrences_;  // of the original, once they are asked for
  std::set<std::string> variables_;
  std::set<Outcome> known_;
  std::set<Values> values_;  // also of ends that are deadlocks
  std::set<Identity> findings_;
};

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

  // Where none alone is verified: a second one for what the first leaves.
  void together() {
    std::vector<const TriedRemedy*> bases;
    for (const TriedRemedy& tried : result_.tried) {
      if (tried.verdict == TriedRemedy::Verdict::refuted && judge_.is_progress(tried.exploration)) {
        bases.push_back(&tried);
      }
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
      if (one.verdict == TriedRemedy::Verdict::verified) found.push_back(std::move(one));
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
    return std::make_tuple(tried.verdict, !tried.timed_run_ends, cost.makespan, cost.lock_hold,
                           cost.edits, std::string_view(tried.proposal.remedy),
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
    return tried.verdict == TriedRemedy::Verdict::verified;
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
