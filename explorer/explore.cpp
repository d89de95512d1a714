// A breadth-first search over all states, then a search for the counterexamples that are
// easiest to read.
//
// States are numbered as they are found, and they are followed in that order: the table of
// states is the queue. Everything that is asked of a state is asked when its turn comes, so
// that what a limit has cut off is neither counted nor judged.
//
// Partial deadlocks need not show in a terminal state: others may run for ever, or the process
// may end beside threads that are stuck. So every state is asked who is stuck in it. Whoever is
// stuck stays stuck with the same core, which is why a core that shows in a terminal state is
// no partial deadlock, however early it was there.
#include "explorer/explore.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "engine/assert.h"
#include "engine/program/future_accesses.h"
#include "engine/step/step.h"
#include "explorer/budget.h"
#include "explorer/examine.h"
#include "explorer/outcomes.h"
#include "explorer/shortest.h"
#include "explorer/state_graph.h"
#include "explorer/witness.h"

namespace lockstep {
namespace {

// The second search visits a state once for each thread that may have moved last, at worst.
constexpr std::uint64_t nodes_at_least = 1'000'000;

std::string limit_text(const char* what, std::uint64_t limit) {
  return std::string(what) + ": the limit of " + std::to_string(limit) + " was reached";
}

class Exploring {
 public:
  Exploring(const Program& program, const ExploreOptions& options)
      : program_(program),
        options_(options),
        machine_(program),
        future_(program),
        examiner_(machine_, future_),
        outcomes_(machine_, examiner_.facts()),
        budget_(options) {
    machine_.memoise = options.memoise;
  }

  Exploration explore() {
    search();
    result_.incomplete_reason = cut_short_.empty() ? budget_.exceeded() : cut_short_;
    if (result_.incomplete_reason.empty() && program_.reads_clock) {
      result_.incomplete_reason = "the program reads the clock; an exploration knows no durations";
    }
    result_.complete = result_.incomplete_reason.empty();
    result_.outcomes = outcomes_.list();
    write_findings();
    result_.verdict = verdict();
    result_.stats.states = graph_.states.size();
    result_.stats.memory_bytes = std::max(result_.stats.memory_bytes, memory_bytes());
    result_.stats.seconds = budget_.seconds();
    return std::move(result_);
  }

 private:
  void search() {
    State state = initial_state(machine_);
    State next;
    std::vector<Choice> choices;
    add(state, StateGraph::no_parent);
    std::uint32_t level_end = 1;
    for (; graph_.examined < graph_.states.size(); ++graph_.examined) {
      if (!lasts("searching", graph_.states.size() - graph_.examined)) return;
      if (graph_.examined == level_end) {
        ++result_.stats.depth;
        level_end = graph_.states.size();
      }
      graph_.states.read(graph_.examined, state.words);
      enabled(machine_, state, choices);
      examine(state, choices);
      if (!choices.empty() && options_.limits.steps_max != 0 &&
          result_.stats.depth >= options_.limits.steps_max) {
        cut_short_ = limit_text("steps", options_.limits.steps_max);
        return;
      }
      for (const Choice& choice : choices) {
        next = state;
        step(machine_, next, choice);
        ++result_.stats.transitions;
        if (!add(next, graph_.examined)) return;
      }
    }
  }

  // False: the limit of states is reached, and this would be one more.
  bool add(const State& state, std::uint32_t parent) {
    const std::uint64_t states_max = options_.limits.states_max;
    if (states_max != 0 && graph_.states.size() >= states_max) {
      if (graph_.states.find(state.words)) return true;
      cut_short_ = limit_text("states", states_max);
      return false;
    }
    if (graph_.states.intern(state.words).added) {
      graph_.parents.push_back(parent);
      graph_.threads_max = std::max(graph_.threads_max, thread_count(program_, state));
    }
    return true;
  }

  void examine(const State& state, const std::vector<Choice>& choices) {
    const std::uint32_t set = examiner_.examine(state, choices);
    if (set != 0) graph_.shown.emplace_back(graph_.examined, set);
    if (!choices.empty()) return;
    ++result_.stats.terminal_states;
    outcomes_.add(state, examiner_.stuck());
    if (has_exited(state)) return;
    ++result_.stats.deadlock_states;
    deadlocked_.insert(set);
  }

  bool lasts(const char* phase, std::uint64_t frontier, std::uint64_t extra_bytes = 0) {
    return budget_.lasts(phase, [&](ExploreProgress& progress) {
      progress.states = graph_.states.size();
      progress.transitions = result_.stats.transitions;
      progress.frontier = frontier;
      progress.memory_bytes = memory_bytes() + extra_bytes;
      result_.stats.memory_bytes = std::max(result_.stats.memory_bytes, progress.memory_bytes);
    });
  }
  std::uint64_t memory_bytes() const {
    return graph_.memory_bytes() + machine_.values().memory_bytes() +
           machine_.locals().memory_bytes() + examiner_.memory_bytes() + outcomes_.memory_bytes();
  }

  // What is one finding: symptoms with one fingerprint.
  struct Group {
    std::uint32_t symptom;  // one of them
    std::string fingerprint;
    std::uint32_t state;       // the first that shows it
    std::uint64_t states = 0;  // that show it
    bool in_deadlock = false;  // one of them is a deadlock
  };

  void write_findings() {
    find_groups();
    std::vector<Way> ways(groups_.size());
    if (options_.counterexamples && !groups_.empty()) {
      const std::uint64_t nodes_max =
          std::max<std::uint64_t>(nodes_at_least, 2 * graph_.states.size());
      ways = shortest_ways({machine_, graph_, groups_of_set_, groups_.size(), nodes_max,
                            [&](std::uint64_t bytes) { return lasts("shortening", 0, bytes); }});
    }
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      const Group& group = groups_[i];
      if (!ways[i].found) ways[i] = first_way(machine_, graph_, group.state);
      const Symptom& symptom = examiner_.symptoms()[group.symptom];
      std::optional<Finding> finding =
          finding_on(machine_, future_, symptom, group.fingerprint, ways[i]);
      if (!finding) {
        // Two exceptions of one text, raised at different places, may share a state.
        finding = finding_on(machine_, future_, symptom, group.fingerprint,
                             first_way(machine_, graph_, group.state));
      }
      LOCKSTEP_ASSERT(finding.has_value(), "a state shows what was seen in it");
      finding->states = group.states;
      finding->partial = is_deadlock(finding->kind) && !group.in_deadlock;
      result_.findings.push_back(std::move(*finding));
    }
    std::ranges::sort(result_.findings, [](const Finding& a, const Finding& b) {
      return std::tuple(!is_deadlock(a.kind), a.kind, a.fingerprint) <
             std::tuple(!is_deadlock(b.kind), b.kind, b.fingerprint);
    });
  }

  void find_groups() {
    constexpr std::size_t no_group = static_cast<std::size_t>(-1);
    std::vector<std::size_t> group_of(examiner_.symptoms().size(), no_group);
    for (const auto& [state, set] : graph_.shown) {
      if (groups_of_set_.size() <= set) groups_of_set_.resize(set + 1);
      std::vector<std::uint32_t>& groups = groups_of_set_[set];
      if (groups.empty()) {
        for (const std::uint32_t symptom : examiner_.symptoms_of(set)) {
          if (group_of[symptom] == no_group) group_of[symptom] = group_for(symptom, state);
          groups.push_back(static_cast<std::uint32_t>(group_of[symptom]));
        }
        std::ranges::sort(groups);
        const auto repeated = std::ranges::unique(groups);
        groups.erase(repeated.begin(), repeated.end());
      }
      for (const std::uint32_t group : groups) ++groups_[group].states;
    }
    for (const std::uint32_t set : deadlocked_) {
      if (set >= groups_of_set_.size()) continue;
      for (const std::uint32_t group : groups_of_set_[set]) groups_[group].in_deadlock = true;
    }
    if (groups_of_set_.empty()) groups_of_set_.resize(1);
  }
  std::size_t group_for(std::uint32_t symptom, std::uint32_t state) {
    const Symptom& its = examiner_.symptoms()[symptom];
    const Way way =
        its.kind == FindingKind::uncaught_exception ? first_way(machine_, graph_, state) : Way{};
    std::string fingerprint = fingerprint_of(machine_, its, way);
    const auto same = std::ranges::find(groups_, fingerprint, &Group::fingerprint);
    if (same == groups_.end()) groups_.push_back({symptom, std::move(fingerprint), state});
    return static_cast<std::size_t>(same - groups_.begin());
  }

  Verdict verdict() const {
    const auto any = [&](auto fits) { return std::ranges::any_of(result_.findings, fits); };
    if (any([](const Finding& f) { return is_deadlock(f.kind) && !f.partial; })) {
      return Verdict::deadlock;
    }
    if (any([](const Finding& f) { return is_deadlock(f.kind); })) return Verdict::partial_deadlock;
    if (!result_.findings.empty()) return Verdict::error;
    return result_.complete ? Verdict::ok : Verdict::incomplete;
  }

  const Program& program_;
  const ExploreOptions& options_;
  Machine machine_;
  FutureAccesses future_;
  Examiner examiner_;
  Outcomes outcomes_;
  Budget budget_;
  std::string cut_short_;  // by a count; the second search still makes sense
  StateGraph graph_;
  std::set<std::uint32_t> deadlocked_;  // sets that deadlocked states show
  std::vector<Group> groups_;
  std::vector<std::vector<std::uint32_t>> groups_of_set_;  // index = set
  Exploration result_;
};

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::deadlock:
      return "deadlock";
    case Verdict::partial_deadlock:
      return "partial-deadlock";
    case Verdict::error:
      return "error";
    case Verdict::incomplete:
      break;
  }
  return "incomplete";
}

bool Exploration::finished_possible() const {
  return std::ranges::any_of(outcomes, [](const ExploredOutcome& outcome) {
    return outcome.status == ExploredOutcome::Status::finished;
  });
}

Exploration explore(const Program& program, const ExploreOptions& options) {
  return Exploring(program, options).explore();
}

}  // namespace lockstep
