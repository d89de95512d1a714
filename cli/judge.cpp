#include "cli/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "engine/state/machine.h"
#include "engine/value/text.h"
#include "report/finding_text.h"
#include "report/fix_text.h"
#include "report/words.h"

namespace lockstep {
namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;  // name, value as JSON

// Constants hold no handle whose name a state would have to know, but for objects.
class ConstantNames : public Names {
 public:
  explicit ConstantNames(const Program& program) : program_(program) {}
  std::string object_name(ObjectId id) const override {
    const ObjectInfo& object = program_.objects[id.index];
    return fmt::format("<{} {}>", row(object.kind).type, object.name);
  }
  std::string thread_name(ThreadId id) const override {
    return fmt::format("<Thread {}>", program_.threads[id.index].name);
  }
  std::string function_name(FunctionId id) const override {
    return program_.functions[id.index].name;
  }

 private:
  const Program& program_;
};

// As the explorer writes the values of variables, so that texts can be compared.
Texts as_texts(const Machine& machine, const NamedValues& values) {
  const ConstantNames names(machine.program);
  Texts texts;
  for (const auto& [name, constant] : values) {
    texts.emplace_back(name, to_json(machine.values(), machine.intern(constant), names));
  }
  return texts;
}

const std::string* find(const Texts& texts, std::string_view name) {
  for (const auto& [each, text] : texts) {
    if (each == name) return &text;
  }
  return nullptr;
}

bool agrees(const Texts& pattern, const Texts& found) {
  return std::all_of(pattern.begin(), pattern.end(), [&](const auto& expected) {
    const std::string* text = find(found, expected.first);
    return text != nullptr && *text == expected.second;
  });
}

std::string shown(const Texts& texts) {
  if (texts.empty()) return "nothing";
  std::string text;
  for (const auto& [name, value] : texts) {
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name, value);
  }
  return text;
}

// Only the variables that some expected outcome names: the others do not matter.
Texts projected(const Texts& found, const std::vector<Texts>& patterns) {
  Texts kept;
  for (const auto& entry : found) {
    const bool used = std::any_of(patterns.begin(), patterns.end(), [&](const Texts& pattern) {
      return find(pattern, entry.first) != nullptr;
    });
    if (used) kept.push_back(entry);
  }
  return kept;
}

std::string_view word(Possibility possibility) {
  switch (possibility) {
    case Possibility::impossible:
      return "impossible";
    case Possibility::possible:
      return "possible";
    case Possibility::certain:
      return "certain";
  }
  return "";
}

const Finding* first(const std::vector<Finding>& findings, bool (*wanted)(const Finding&)) {
  const auto found = std::find_if(findings.begin(), findings.end(), wanted);
  return found == findings.end() ? nullptr : &*found;
}
bool is_whole_deadlock(const Finding& finding) {
  return is_deadlock(finding.kind) && !finding.partial;
}
bool is_partial_deadlock(const Finding& finding) {
  return is_deadlock(finding.kind) && finding.partial;
}
bool is_livelock(const Finding& finding) { return finding.kind == FindingKind::livelock; }
bool is_starvation(const Finding& finding) { return finding.kind == FindingKind::starvation; }
bool ends_a_thread(const Finding& finding) { return is_exception(finding.kind); }
bool is_condition(const Finding& finding) {
  return finding.kind == FindingKind::invariant || finding.kind == FindingKind::final_check;
}

bool is_against_order(const Finding& finding) { return finding.kind == FindingKind::lock_order; }

bool ends_with_exception(const ExploredOutcome& outcome) {
  return std::any_of(outcome.exceptions.begin(), outcome.exceptions.end(),
                     [](const auto& exception) { return !is_silent(exception.second); });
}

// One of deadlock, partial_deadlock and exceptions. `seen`: a finding of the sort. `escape`: an
// outcome without it, so that it is not certain.
struct Evidence {
  std::string what;
  const Finding* seen;
  const ExploredOutcome* escape;
  const Finding* instead = nullptr;  // of another sort, that may have been meant
};

class ExplorationJudge {
 public:
  ExplorationJudge(const Exploration& exploration, const Subject& subject)
      : exploration_(exploration), subject_(subject) {}

  void hold(Possibility expected, const Evidence& evidence) {
    const std::string wanted(word(expected));
    if (expected == Possibility::impossible && evidence.seen != nullptr) {
      unmet(evidence.what, wanted, "possible: " + finding_line(*evidence.seen), evidence.seen);
    } else if (expected == Possibility::certain && evidence.escape != nullptr) {
      unmet(evidence.what, wanted, "an interleaving without: " + outcome(*evidence.escape),
            nullptr);
    } else if (expected != Possibility::impossible && evidence.seen == nullptr) {
      if (exploration_.complete) {
        const std::string found = "impossible: no interleaving shows it";
        unmet(evidence.what, wanted,
              evidence.instead == nullptr
                  ? found
                  : found + "; what is possible is partial: " + finding_line(*evidence.instead),
              evidence.instead);
      } else {
        undecided(evidence.what, wanted);
      }
    } else if (expected != Possibility::possible && !exploration_.complete) {
      undecided(evidence.what, wanted);
    }
  }

  void hold_order(OrderExpectation expected, const Finding* broken) {
    const std::string what = "explore/lock_order";
    if (expected == OrderExpectation::kept && broken != nullptr) {
      unmet(what, "kept", "broken: " + finding_line(*broken), broken);
    } else if (expected == OrderExpectation::broken && broken == nullptr && exploration_.complete) {
      unmet(what, "broken", "kept: no interleaving breaks it", nullptr);
    } else if (broken == nullptr && !exploration_.complete) {
      undecided(what, expected == OrderExpectation::kept ? "kept" : "broken");
    }
  }

  void hold_findings(const std::vector<ExpectedFinding>& expected) {
    for (const ExpectedFinding& one : expected) hold(one);
    for (const Finding& finding : exploration_.findings) {
      const bool is_named =
          std::any_of(expected.begin(), expected.end(), [&](const ExpectedFinding& one) {
            const FindingRow* kind = find_finding(one.kind);
            return kind != nullptr && kind->kind == finding.kind;
          });
      if (!is_named) unexpected(finding);
    }
    // Others may be among what was not seen.
    if (!exploration_.complete) undecided("explore/findings", "none but those listed");
  }

  void hold_causes(const std::vector<std::string>& expected) {
    std::set<CauseKind> wanted;
    for (const std::string& name : expected) {
      if (const CauseRow* cause = find_cause(name)) wanted.insert(cause->kind);
    }
    const std::string what = "explore/causes";
    std::set<CauseKind> told;
    for (const Finding& finding : exploration_.findings) {
      if (!finding.explanation || !told.insert(finding.explanation->cause).second) continue;
      if (wanted.contains(finding.explanation->cause)) continue;
      unmet(what, "none but those listed",
            fmt::format("{}, of {}", row(finding.explanation->cause).name, finding_line(finding)),
            &finding);
    }
    for (const CauseKind cause : wanted) {
      if (told.contains(cause)) continue;
      const std::string_view name = row(cause).name;
      if (!exploration_.complete) {
        undecided(what, name);
      } else {
        unmet(what, std::string(name), "no finding is so explained", nullptr);
      }
    }
  }

  void unexpected(const Finding& finding) {
    unmet(fmt::format("explore/{}", row(finding.kind).name), "nothing of the kind",
          finding_line(finding), &finding);
  }

  void hold_outcomes(const std::vector<Texts>& patterns) {
    std::vector<bool> met(patterns.size(), false);
    for (const ExploredOutcome& outcome : exploration_.outcomes) {
      if (outcome.status != ExploredOutcome::Status::finished) continue;
      bool known = false;
      for (std::size_t i = 0; i < patterns.size(); ++i) {
        if (!agrees(patterns[i], outcome.variables)) continue;
        known = true;
        met[i] = true;
      }
      if (known) continue;
      const std::string found = shown(projected(outcome.variables, patterns));
      const bool said = std::any_of(
          judgement_.unmet.begin(), judgement_.unmet.end(), [&](const UnmetExpectation& unmet) {
            return unmet.what == "explore/outcomes" && unmet.found == found;
          });
      if (!said) unmet("explore/outcomes", "none but those listed", found, nullptr);
    }
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (met[i]) continue;
      if (exploration_.complete) {
        unmet("explore/outcomes", shown(patterns[i]), "no interleaving ends so", nullptr);
      } else {
        undecided("explore/outcomes", shown(patterns[i]));
      }
    }
    // Others may be among what was not seen.
    if (!exploration_.complete && std::find(met.begin(), met.end(), false) == met.end()) {
      undecided("explore/outcomes", "none but those listed");
    }
  }

  Judgement judgement() && { return std::move(judgement_); }

 private:
  // The fewest preemptions that lead to a finding of the kind.
  void hold(const ExpectedFinding& expected) {
    const Finding* least = nullptr;
    const FindingRow* kind = find_finding(expected.kind);
    for (const Finding& finding : exploration_.findings) {
      if (kind == nullptr || finding.kind != kind->kind) continue;
      if (least == nullptr || finding.preemptions < least->preemptions) least = &finding;
    }
    const std::string what = "explore/findings/" + expected.kind;
    const std::string wanted =
        expected.preemptions ? counted(*expected.preemptions, "preemption") : "found";
    if (least == nullptr) {
      if (!exploration_.complete) return undecided(what, wanted);
      return unmet(what, wanted, "no interleaving shows it", nullptr);
    }
    if (!expected.preemptions) return;
    const std::string found = counted(least->preemptions, "preemption");
    const bool decided = exploration_.complete && least->shortest;
    if (least->preemptions < *expected.preemptions ||
        (least->preemptions > *expected.preemptions && decided)) {
      return unmet(what, wanted, found, least);
    }
    if (!decided) undecided(what, wanted);
  }

  void unmet(std::string what, std::string expected, std::string found, const Finding* finding) {
    std::string replay = finding != nullptr && !finding->choices.empty()
                             ? replay_line(subject_, finding->schedule)
                             : "lockstep explore " + subject_arguments(subject_);
    judgement_.unmet.push_back(
        {std::move(what), std::move(expected), std::move(found), std::move(replay)});
  }
  void undecided(std::string_view what, std::string_view expected) {
    judgement_.undecided.push_back(fmt::format("{}: {}", what, expected));
  }
  static std::string outcome(const ExploredOutcome& outcome) {
    if (outcome.status == ExploredOutcome::Status::finished) {
      return "it finishes with " + shown(outcome.variables);
    }
    return fmt::format("{} hang", listed(outcome.stuck));
  }

  const Exploration& exploration_;
  const Subject& subject_;
  Judgement judgement_;
};

std::string run_command_line(const RunExpectation& expected, const Subject& subject) {
  std::string line = "lockstep run " + subject_arguments(subject);
  if (!expected.policy.empty()) line += " --policy " + expected.policy;
  if (expected.seed != 0) line += fmt::format(" --seed {}", expected.seed);
  return line;
}

std::string run_outcome(const Simulation& simulation) {
  const auto deadlock =
      std::find_if(simulation.findings.begin(), simulation.findings.end(), is_whole_deadlock);
  switch (simulation.result.end) {
    case RunResult::End::finished:
      return "finished";
    case RunResult::End::stuck:
      return "deadlock";
    case RunResult::End::stopped:
    case RunResult::End::limit:
      return deadlock != simulation.findings.end() ? "deadlock" : "cut-short";
    case RunResult::End::refused:
      return "the schedule does not fit";
  }
  return "";
}

// The bare type of "RuntimeError: text".
std::string type_of(const std::string& exception_line) {
  return exception_line.substr(0, exception_line.find(':'));
}

}  // namespace

Judgement judge_run(const Program& program, const RunExpectation& expected,
                    const Simulation& simulation, const Subject& subject) {
  Judgement judgement;
  const std::string replay = run_command_line(expected, subject);
  const auto unmet = [&](std::string what, std::string wanted, std::string found) {
    judgement.unmet.push_back({std::move(what), std::move(wanted), std::move(found), replay});
  };

  const std::string outcome = run_outcome(simulation);
  std::string details = outcome;
  if (simulation.result.end == RunResult::End::refused) {
    details += ": " + simulation.result.reason;
  }
  const Finding* deadlock =
      first(simulation.findings, [](const Finding& finding) { return is_deadlock(finding.kind); });
  if (deadlock != nullptr) details += "; " + finding_line(*deadlock);
  if (expected.outcome) {
    if (outcome != *expected.outcome) unmet("run/outcome", *expected.outcome, details);
  } else if (simulation.result.end == RunResult::End::refused) {
    unmet("run/schedule", "a schedule that fits", details);
  } else if (deadlock != nullptr) {
    unmet("run/outcome", "no deadlock", details);
  }

  if (expected.output && *expected.output != simulation.output) {
    const std::vector<std::string>& wanted = *expected.output;
    const std::vector<std::string>& found = simulation.output;
    std::size_t line = 0;
    while (line < wanted.size() && line < found.size() && wanted[line] == found[line]) ++line;
    const auto shown_line = [&](const std::vector<std::string>& lines) {
      return line < lines.size() ? fmt::format("line {}: {}", line + 1, lines[line])
                                 : fmt::format("{} and no more", counted(line, "line"));
    };
    unmet("run/output", shown_line(wanted), shown_line(found));
  }

  const Machine machine(program);
  for (const auto& [name, wanted] : as_texts(machine, expected.final)) {
    const std::string* found = find(simulation.variables, name);
    if (found != nullptr && *found == wanted) continue;
    unmet("run/final/" + name, wanted, found != nullptr ? *found : "no such variable");
  }

  Texts wanted;
  if (expected.exceptions) wanted = *expected.exceptions;
  for (const auto& [thread, type] : wanted) {
    const std::string* line = find(simulation.exceptions, thread);
    if (line != nullptr && type_of(*line) == type) continue;
    unmet("run/exceptions/" + thread, type, line != nullptr ? *line : "none");
  }
  for (const auto& [thread, line] : simulation.exceptions) {
    if (find(wanted, thread) != nullptr || is_silent(line)) continue;
    unmet("run/exceptions/" + thread, "none", line);
  }
  const Finding* against_order = first(simulation.findings, is_against_order);
  const OrderExpectation order = expected.lock_order.value_or(OrderExpectation::kept);
  if (order == OrderExpectation::kept && against_order != nullptr) {
    unmet("run/lock_order", "kept", "broken: " + finding_line(*against_order));
  } else if (order == OrderExpectation::broken && against_order == nullptr) {
    unmet("run/lock_order", "broken", "kept");
  }
  if (expected.exit_status && expected.exit_status != simulation.exit_status) {
    unmet("run/exit_status", std::to_string(*expected.exit_status),
          simulation.exit_status ? std::to_string(*simulation.exit_status)
                                 : "the main process has not ended");
  }
  const bool may_break = expected.conditions == OrderExpectation::broken;
  for (const Finding& finding : simulation.findings) {
    if (!is_condition(finding) || may_break) continue;
    unmet(fmt::format("run/{}", row(finding.kind).name), "to hold", finding_line(finding));
  }
  if (may_break && first(simulation.findings, is_condition) == nullptr) {
    unmet("run/conditions", "broken", "kept");
  }
  return judgement;
}

Judgement judge_exploration(const Program& program, const ExploreExpectation& expected,
                            const Exploration& exploration, const Subject& subject) {
  ExplorationJudge judge(exploration, subject);
  const std::vector<Finding>& findings = exploration.findings;

  const ExploredOutcome *finished = nullptr, *without_exception = nullptr;
  for (const ExploredOutcome& outcome : exploration.outcomes) {
    const bool ends = outcome.status == ExploredOutcome::Status::finished;
    if (ends && finished == nullptr) finished = &outcome;
    if (!ends_with_exception(outcome) && without_exception == nullptr) {
      without_exception = &outcome;
    }
  }
  const Finding* whole = first(findings, is_whole_deadlock);
  const Finding* partial = first(findings, is_partial_deadlock);
  const Finding* livelock = first(findings, is_livelock);
  const Finding* starvation = first(findings, is_starvation);
  const Finding* exception = first(findings, ends_a_thread);

  if (expected.deadlock)
    judge.hold(*expected.deadlock, {"explore/deadlock", whole, finished, partial});
  if (expected.partial_deadlock) {
    judge.hold(*expected.partial_deadlock, {"explore/partial_deadlock", partial, finished});
  }
  if (expected.livelock) judge.hold(*expected.livelock, {"explore/livelock", livelock, finished});
  if (expected.starvation) {
    judge.hold(*expected.starvation, {"explore/starvation", starvation, finished});
  }
  if (expected.causes) judge.hold_causes(*expected.causes);
  if (expected.exceptions) {
    judge.hold(*expected.exceptions, {"explore/exceptions", exception, without_exception});
  }
  if (expected.outcomes) {
    const Machine machine(program);
    std::vector<Texts> patterns;
    for (const NamedValues& each : *expected.outcomes) {
      patterns.push_back(as_texts(machine, each));
    }
    judge.hold_outcomes(patterns);
  }

  const Finding* against_order = first(findings, is_against_order);
  if (expected.lock_order) judge.hold_order(*expected.lock_order, against_order);
  if (against_order != nullptr && !expected.lock_order && !expected.findings) {
    judge.unexpected(*against_order);
  }

  const bool expects_deadlock =
      (expected.deadlock && *expected.deadlock != Possibility::impossible) ||
      expected.partial_deadlock.has_value();
  if (expected.findings) {
    judge.hold_findings(*expected.findings);
    return std::move(judge).judgement();
  }
  if (whole != nullptr && !expected.deadlock) judge.unexpected(*whole);
  if (partial != nullptr && !expects_deadlock) judge.unexpected(*partial);
  if (livelock != nullptr && !expected.livelock) judge.unexpected(*livelock);
  if (starvation != nullptr && !expected.starvation) judge.unexpected(*starvation);
  if (exception != nullptr && !expected.exceptions) judge.unexpected(*exception);
  for (const Finding& finding : findings) {
    if (is_condition(finding)) judge.unexpected(finding);
  }
  return std::move(judge).judgement();
}

Judgement judge_fix(const FixExpectation& expected, const FixResult& result,
                    const Subject& subject) {
  Judgement judgement;
  if (!expected.remedy) return judgement;
  const std::string what = "fix/remedy";
  const std::string replay = "lockstep fix " + subject_arguments(subject);
  // The best of that name: one that may yet be verified counts for more than one that is refuted.
  const TriedRemedy *verified = nullptr, *unknown = nullptr, *refuted = nullptr;
  for (const TriedRemedy& tried : result.tried) {
    if (tried.proposal.remedy != *expected.remedy) continue;
    const TriedRemedy*& best = tried.verdict == TriedRemedy::Verdict::verified  ? verified
                               : tried.verdict == TriedRemedy::Verdict::unknown ? unknown
                                                                                : refuted;
    if (best == nullptr) best = &tried;
  }
  if (verified != nullptr) return judgement;
  const std::string wanted = *expected.remedy + " verified";
  if (unknown != nullptr) {
    judgement.undecided.push_back(fmt::format("{}: {} ({})", what, wanted, unknown->reason));
  } else if (!result.exploration.complete) {
    // A remedy is proposed for what was found; more might have been.
    judgement.undecided.push_back(fmt::format("{}: {}", what, wanted));
  } else if (refuted != nullptr) {
    judgement.unmet.push_back({what, wanted, "refuted: " + refuted->reason, replay});
  } else {
    judgement.unmet.push_back({what, wanted, "it does not apply", replay});
  }
  return judgement;
}

}  // namespace lockstep
