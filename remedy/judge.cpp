#include "remedy/judge.h"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep {
namespace {

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

}  // namespace

Judge::Judge(const Exploration& original, const Program& program, const ExploreLimits& limits)
    : original_(original), program_(program), limits_(limits) {
  for (const Global& global : program.globals) variables_.insert(global.name);
  for (const ExploredOutcome& outcome : original.outcomes) {
    if (is_finished(outcome)) known_.insert(told(outcome));
    values_.insert(told(outcome).first);
  }
  for (const Finding& finding : original.findings) findings_.insert(identity(finding));
}

bool Judge::is_progress(const Exploration& patched) const {
  std::set<Identity> left;
  for (const Finding& finding : patched.findings) left.insert(identity(finding));
  return patched.complete && !std::ranges::includes(left, findings_);
}

Judge::Judgement Judge::judge(const Exploration& patched, const Program& program,
                              const Proposal& proposal, std::uint32_t mended) {
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
    Judgement judgement = judge_endless(program, !patched.outcomes.empty());
    return judgement.verdict == verified ? verified_with(judgement.reason) : judgement;
  }
  if (known_.empty() && original_.complete) {
    if (goes_on_for_ever()) {
      return {unknown, "it may end, and the original never does where it does not get stuck"};
    }
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

// A deadlock is known by its fingerprint. What else is wrong is known by what it says, since
// the place where it is raised may have moved.
Judge::Identity Judge::identity(const Finding& finding) {
  if (is_deadlock(finding.kind)) return {finding.kind, finding.fingerprint, "", ""};
  return {finding.kind, "", finding.subject, finding.thread};
}

// Whether it has a part in which everybody does.
bool Judge::goes_on_for_ever() {
  if (!recurrences_) recurrences_ = recurrences(program_, limits_);
  return !recurrences_->parts.empty();
}

// Of a program that never ends, as little as the original, which was explored completely.
Judge::Judgement Judge::judge_endless(const Program& program, bool may_stop) {
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
  if (may_stop) {
    return {unknown, never + ", and it may come to where nobody goes on"};
  }
  const Recurrences its = recurrences(program, limits_);
  if (!its.incomplete_reason.empty()) {
    return {unknown,
            never + ", and what it does for ever could not be seen: " + its.incomplete_reason};
  }
  if (its.somebody_stays_behind || its.parts.empty()) {
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
bool Judge::is_known(const std::vector<std::string>& values, const Program& program,
                     std::string& shown) const {
  std::vector<std::string> its;
  for (const Global& global : program_.globals) {
    const auto place = std::ranges::find(program.globals, global.name, &Global::name);
    if (place == program.globals.end()) {
      shown = global.name + " is gone";
      return false;
    }
    its.push_back(values[static_cast<std::size_t>(place - program.globals.begin())]);
    shown += (shown.empty() ? "" : ", ") + global.name + " = " + its.back();
  }
  return recurrences_->values.contains(its);
}

// Whether the part does all of what one of the original's does, and the same threads have ended.
// What was done with an object that a remedy took away is not asked for.
bool Judge::is_done(const Recurrence& part, const std::set<std::string>& objects,
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

bool Judge::taken_away(const std::string& name, const std::set<std::string>& objects) const {
  return !objects.contains(name) &&
         std::ranges::find(program_.objects, name, &ObjectInfo::name) != program_.objects.end();
}

// Without the variables that a remedy has added.
Judge::Outcome Judge::told(const ExploredOutcome& outcome) const {
  Outcome result{{}, outcome.exceptions};
  for (const auto& variable : outcome.variables) {
    if (variables_.contains(variable.first)) result.first.push_back(variable);
  }
  return result;
}

}  // namespace lockstep
