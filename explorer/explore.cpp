// A search over all states, then one for the counterexamples that are easiest to read.
//
// Partial deadlocks need not show in a terminal state: others may run for ever, or the process
// may end beside threads that are stuck. So every state is asked who is stuck in it. Whoever is
// stuck stays stuck, which is why a cause that shows in a terminal state is no partial deadlock,
// however early it was there. The cause may change, though: who holds a lock and will never release
// it may come to wait for something itself, and that is then what there is to say. So a cause is
// reported if some settled state shows it.
#include "explorer/explore.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "detector/endless.h"
#include "engine/assert.h"
#include "engine/program/future_accesses.h"
#include "engine/step/step.h"
#include "explorer/bounded_search.h"
#include "explorer/budget.h"
#include "explorer/compact_search.h"
#include "explorer/estimate.h"
#include "explorer/examine.h"
#include "explorer/outcomes.h"
#include "explorer/prospects.h"
#include "explorer/search.h"
#include "explorer/shortest.h"
#include "explorer/simplify.h"
#include "explorer/swarm.h"
#include "explorer/witness.h"

namespace lockstep {
namespace {

// The second search visits a state once for each thread that may have moved last, at worst.
constexpr std::uint64_t nodes_at_least = 1'000'000;

// Private states times threads of which Prospects may keep a word.
constexpr std::size_t prospects_max = 4'000'000;

// Where nothing else is left.
constexpr std::uint64_t schedules_to_fall_back_on = 200;

// Before a search that may take hours.
constexpr std::uint64_t schedules_to_hunt = 20;
constexpr std::uint64_t states_to_hunt = 5000;
constexpr std::uint64_t preemptions_to_hunt = 1;

constexpr std::uint32_t dropped = 0xffffffffU;

constexpr const char* reads_clock =
    "the program reads the clock; an exploration knows no durations";

class Exploring {
 public:
  Exploring(const Program& program, const ExploreOptions& options)
      : program_(program),
        options_(options),
        limits_(options.limits),
        machine_(program),
        future_(program),
        examiner_(machine_, future_),
        sets_(machine_, examiner_.facts()),
        symmetry_(machine_),
        budget_(options, [this] { return states_in_all(); }) {
    machine_.memoise = options.memoise;
    machine_.forget_dead_locals = options.forget_dead_locals;
  }

  Exploration explore() {
    Exploration result;
    if (options_.schedules != 0) {
      swarm(result, options_.schedules);
    } else if (options_.preemptions_max) {
      follow_few_preemptions(result, options_.preemptions_max);
    } else if (!options_.first || !hunt(result)) {
      // What is found at random is known even if time is over before anything else is.
      Exploration at_random;
      if (options_.fall_back && limits_.seconds_max > 0) {
        swarm(at_random, schedules_to_hunt, limits_.seconds_max / 10);
      }
      search(result);
      if (!whole_ && result.findings.empty() && !at_random.findings.empty()) {
        result.findings = std::move(at_random.findings);
        result.outcomes = std::move(at_random.outcomes);
      }
      if (is_cut_) result.guarantee = at_random.guarantee;
      const bool is_too_large = is_cut_ && limits_.steps_max == 0;
      if (is_too_large && result.findings.empty() && options_.fall_back) fall_back(result);
    }
    result.verdict = verdict(result);
    result.stats.memory_bytes = std::max(memory_bytes_, memory_bytes());
    result.stats.seconds = budget_.seconds();
    return result;
  }

 private:
  void search(Exploration& result) {
    search(result, options_.symmetry);
    if (record_->loses_outcomes) search(result, false);
  }

  void search(Exploration& result, bool symmetry) {
    // The order that stands for others need not be the one that comes first by steps.
    const bool reduces =
        options_.reduce && limits_.steps_max == 0 && StubbornSets::are_for(program_);
    const std::string why = options_.hash_compaction ? search_compactly(reduces, symmetry)
                                                     : search_losslessly(reduces, symmetry);
    if (record_->loses_outcomes) return;
    const bool has_symmetry = record_->graph.symmetry != nullptr;
    reduced_ = search_ == nullptr || reduces || has_symmetry;
    note(result, why);
    result.stats.reduction = reduces && has_symmetry ? "stubborn sets, symmetry"
                             : reduces               ? "stubborn sets"
                             : has_symmetry          ? "symmetry"
                                                     : "none";
  }

  // Both say why not everything was seen.

  std::string search_losslessly(bool reduces, bool symmetry) {
    forget();
    auto search = std::make_unique<Search>(
        machine_, future_, examiner_, *outcomes_, limits_, reduces ? &sets_ : nullptr,
        symmetry ? &symmetry_ : nullptr, options_.workers == 0 ? processors() : options_.workers,
        std::max(1U, options_.share_from));
    search_ = search.get();
    record_ = std::move(search);
    kept_bytes_ = [this] { return search_->memory_bytes(); };
    search_->run([&] { return goes_on("searching") && !search_->loses_outcomes; });
    std::string why = reason();
    if (why.empty() && !search_->loses_outcomes) {
      endless_ = search_->endless([&](std::uint64_t bytes) { return lasts("searching", bytes); });
      if (!endless_) why = reason();
      if (endless_ && endless_->needs_names) search_->loses_outcomes = true;
    }
    is_cut_ = !why.empty();
    whole_ = !is_cut_;
    return why;
  }

  std::string search_compactly(bool reduces, bool symmetry) {
    auto& compact =
        begin<CompactSearch>(reduces ? &sets_ : nullptr, symmetry ? &symmetry_ : nullptr);
    compact.run([&] { return goes_on("searching") && !compact.loses_outcomes; });
    const std::string why = reason();
    is_cut_ = !why.empty();
    whole_ = false;
    // The ways on which it has come to something are long; their memory is there for shorter ones.
    compact.forget_states();
    if (is_cut_) budget_.renew();
    if (is_cut_) return why;
    return compact.reservation() + (program_.reads_clock ? std::string("; ") + reads_clock : "");
  }

  // Whether there is the finding that is asked for.
  bool is_found() const {
    return options_.first && (!record_->graph.shown.empty() || !record_->graph.endings.empty());
  }
  bool goes_on(const char* phase) { return lasts(phase, 0) && !is_found(); }

  // Why the search has ended.
  std::string reason() const {
    if (is_found()) return "only the first finding was asked for";
    return record_->cut_short.empty() ? budget_.exceeded() : record_->cut_short;
  }

  // The result of the search that has ended. `why`: it has not seen all; empty: it has.
  void note(Exploration& result, const std::string& why) {
    result.incomplete_reason = why;
    if (why.empty() && program_.reads_clock) result.incomplete_reason = reads_clock;
    result.complete = result.incomplete_reason.empty();
    result.stats = record_->stats;
    result.stats.states = record_->states();  // the shortest ways add some
    result.outcomes = outcomes_->list();
    result.findings = findings();
  }

  // What the search before has found is forgotten, and its memory is there for another.
  void forget() {
    endless_.reset();
    search_ = nullptr;
    kept_bytes_ = nullptr;
    record_.reset();
    groups_.clear();
    group_of_ending_.clear();
    group_of_symptom_.clear();
    targets_of_set_.clear();
    outcomes_.emplace(machine_, examiner_.facts());
    budget_.renew();
  }

  template <class Kind, class... More>
  Kind& begin(More... more) {
    forget();
    auto kind = std::make_unique<Kind>(machine_, examiner_, *outcomes_, limits_, more...);
    Kind& its = *kind;
    record_ = std::move(kind);
    kept_bytes_ = [&its] { return its.memory_bytes(); };
    reduced_ = true;  // there are states beside those of the record
    return its;
  }

  void follow_few_preemptions(Exploration& result, std::optional<std::uint64_t> preemptions_max) {
    auto& bounded = begin<BoundedSearch>();
    bounded.run(preemptions_max, [&] { return goes_on("few preemptions"); });
    // All of them: then there is more to say.
    if (bounded.has_seen_all()) return search(result);
    const std::optional<std::uint64_t> followed = bounded.followed();
    std::string why = reason();
    if (why.empty()) {
      why = "preemptions: the limit of " + std::to_string(*preemptions_max) + " was reached";
    }
    whole_ = false;
    note(result, why);
    if (!followed) return;
    const std::uint64_t most = *followed;
    result.guarantee =
        "all interleavings with" +
        (most == 0 ? std::string("out preemption")
                   : " at most " + std::to_string(most) + " preemption" + (most == 1 ? "" : "s")) +
        " were followed";
  }

  void swarm(Exploration& result, std::uint64_t schedules, double seconds_max = 0) {
    auto& swarm = begin<Swarm>();
    swarm.run(schedules, [&] {
      return goes_on("random interleavings") &&
             (seconds_max == 0 || budget_.seconds() < seconds_max);
    });
    whole_ = false;
    const std::string why = reason();
    note(result, why.empty() ? "random interleavings only" : why);
    result.guarantee = swarm.guarantee();
  }

  // Whether some milliseconds are enough.
  bool hunt(Exploration& result) {
    swarm(result, schedules_to_hunt);
    if (result.findings.empty() && budget_.exceeded().empty()) {
      std::uint64_t& states_max = limits_.states_max;
      states_max = states_max == 0 ? states_to_hunt : std::min(states_max, states_to_hunt);
      follow_few_preemptions(result, preemptions_to_hunt);
      limits_ = options_.limits;
    }
    return !result.findings.empty() || result.complete;
  }

  // What can be said of it for as much again as the search has cost.
  void fall_back(Exploration& result) {
    if (!budget_.renew()) return;
    const Exploration::Stats stats = result.stats;
    const std::string why = result.incomplete_reason;
    follow_few_preemptions(result, std::nullopt);
    if (result.complete) return;
    if (result.findings.empty() && budget_.renew()) {
      const std::string followed = result.guarantee;
      // Not one of them is followed to its end within a few states.
      if (limits_.states_max != 0)
        limits_.states_max = std::max(limits_.states_max, states_to_hunt);
      swarm(result, schedules_to_fall_back_on);
      limits_ = options_.limits;
      const bool both = !followed.empty() && !result.guarantee.empty();
      result.guarantee = followed + (both ? "; " : "") + result.guarantee;
    }
    result.stats = stats;
    result.incomplete_reason = why;
  }

  bool lasts(const char* phase, std::uint64_t extra_bytes) {
    return budget_.lasts(phase, [&](ExploreProgress& progress) {
      progress.states = record_->states();
      progress.transitions = record_->stats.transitions;
      progress.found = !record_->graph.shown.empty();
      progress.frontier = record_->frontier();
      progress.memory_bytes = memory_bytes() + extra_bytes;
      memory_bytes_ = std::max(memory_bytes_, progress.memory_bytes);
    });
  }
  double states_in_all() const {
    if (search_ == nullptr || whole_) return 0;
    return estimated_states(search_->widths()).value_or(0);
  }
  std::uint64_t memory_bytes() const {
    return (kept_bytes_ ? kept_bytes_() : 0) + machine_.values().memory_bytes() +
           machine_.locals().memory_bytes() + examiner_.memory_bytes() + outcomes_->memory_bytes();
  }

  // Symptoms that are one finding.
  struct Group {
    Suspicion suspicion;
    Way first;                 // as the search came to it
    std::uint64_t states = 0;  // that show it
    bool in_deadlock = false;  // one of them is a deadlock
    bool daemons_only = false;
  };

  std::vector<Finding> findings() {
    group_endings();
    group_symptoms();
    drop_unsettled();
    group_endless();
    std::vector<Way> ways(groups_.size());
    if (options_.counterexamples && !groups_.empty()) {
      const std::uint64_t nodes_max =
          std::max<std::uint64_t>(nodes_at_least, 2 * record_->graph.states.size());
      const std::optional<Prospects> prospects = prospects_of_groups();
      const auto targets = [&](std::uint32_t set) -> const std::vector<std::uint32_t>& {
        return targets_of(set);
      };
      const auto go_on = [&](std::uint64_t bytes) { return lasts("shortening", bytes); };
      ways = shortest_ways({.machine = machine_,
                            .graph = record_->graph,
                            .examiner = examiner_,
                            .reduced = reduced_,
                            .prospects = prospects ? &*prospects : nullptr,
                            .targets = targets,
                            .endings = group_of_ending_,
                            .target_count = groups_.size(),
                            .nodes_max = nodes_max,
                            .go_on = go_on});
    }
    std::vector<Finding> result;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      const Group& group = groups_[i];
      std::optional<Finding> finding;
      if (is_endless(group)) {
        finding = confirm(machine_, future_, group.suspicion, group.first);
        finding->preemptions = count_preemptions(machine_, finding->choices);
      }
      if (ways[i].found) finding = confirm(machine_, future_, group.suspicion, ways[i]);
      if (finding && !ways[i].shortest && !is_endless(group)) {
        finding = confirm(machine_, future_, group.suspicion, simplified(group, ways[i]));
      }
      // Not found in time; or an exception that was raised in an earlier step than the last,
      // which on this way was another place.
      if (!finding)
        finding = confirm(machine_, future_, group.suspicion, simplified(group, group.first));
      LOCKSTEP_ASSERT(finding.has_value(), "what was seen once can be seen again");
      finding->states = group.states;
      finding->partial = is_deadlock(finding->kind) && !group.in_deadlock;
      result.push_back(std::move(*finding));
    }
    std::ranges::sort(result, [](const Finding& a, const Finding& b) {
      return std::tuple(!is_deadlock(a.kind), a.kind, a.fingerprint) <
             std::tuple(!is_deadlock(b.kind), b.kind, b.fingerprint);
    });
    return result;
  }

  static bool is_endless(const Group& group) {
    return group.suspicion.kind == FindingKind::livelock ||
           group.suspicion.kind == FindingKind::never_woken;
  }

  // A deadlock that a state shows says why no end comes. Where no interleaving ends, that is what
  // the program is made for.
  void group_endless() {
    if (!endless_) return;
    const bool some_end =
        std::ranges::any_of(outcomes_->list(), [](const ExploredOutcome& outcome) {
          return outcome.status == ExploredOutcome::Status::finished;
        });
    for (const EndlessPart& part : endless_->parts) {
      if (part.is_known || part.movers.empty()) continue;
      State state;
      record_->graph.states.read(part.state, state.words);
      Suspicion suspicion{};
      if (!part.stuck.empty()) {
        suspicion.kind = FindingKind::never_woken;
        suspicion.fingerprint = never_woken_fingerprint(machine_, state, future_, part.stuck);
      } else if (some_end) {
        suspicion.kind = FindingKind::livelock;
        suspicion.fingerprint = livelock_fingerprint(program_, part.functions);
      } else {
        continue;
      }
      suspicion.stuck = part.stuck;
      suspicion.movers = part.movers;
      const std::uint32_t group = group_for(
          std::move(suspicion), [&] { return first_way(machine_, record_->graph, part.state); });
      ++groups_[group].states;
    }
  }

  Way simplified(const Group& group, const Way& of) {
    if (!options_.counterexamples || !budget_.has_time()) return of;
    return simplify(machine_, of, [&](const std::vector<Choice>& choices) {
      Way way;
      way.choices = choices;
      return confirm(machine_, future_, group.suspicion, way).has_value();
    });
  }

  std::uint32_t group_for(Suspicion suspicion, const std::function<Way()>& first) {
    const auto same = std::ranges::find_if(groups_, [&](const Group& group) {
      return group.suspicion.fingerprint == suspicion.fingerprint;
    });
    const auto index = static_cast<std::uint32_t>(same - groups_.begin());
    if (same == groups_.end()) groups_.push_back({std::move(suspicion), first()});
    return index;
  }

  // Exceptions are told apart by where they were raised, which only the way says. When time is
  // over, those count as one that were raised last at the same instruction.
  void group_endings() {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> group_of_last;
    for (const auto& [ending, step] : record_->graph.endings) {
      const LocalState after = machine_.locals().get(ending.after);
      const auto [last, is_new] =
          group_of_last.try_emplace({after.uncaught.bits, after.uncaught_pc}, 0);
      if (!is_new && !budget_.has_time()) {
        group_of_ending_[ending] = last->second;
        continue;
      }
      const Way way = first_way(machine_, record_->graph, step);
      std::string fingerprint =
          std::move(exception_fingerprints(machine_, way, {&way.choices.back().thread, 1}).front());
      last->second =
          group_for({FindingKind::uncaught_exception, std::move(fingerprint)}, [&] { return way; });
      group_of_ending_[ending] = last->second;
    }
    add_endings_of_others();
  }

  // What one thread of a class ends with the others do, too.
  void add_endings_of_others() {
    if (record_->graph.symmetry == nullptr) return;
    for (const auto& [ending, group] : std::map(group_of_ending_)) {
      for (const std::uint32_t thread : record_->graph.symmetry->class_of(ending.thread.index)) {
        group_of_ending_.try_emplace(Ending{{thread}, ending.before, ending.after}, group);
      }
    }
  }

  void group_symptoms() {
    const std::vector<Symptom>& symptoms = examiner_.symptoms();
    std::vector<std::vector<std::uint32_t>> groups_of(symptoms.size());
    for (const auto& [ending, group] : group_of_ending_) {
      for (std::size_t i = 0; i < symptoms.size(); ++i) {
        if (symptoms[i].kind == FindingKind::uncaught_exception &&
            symptoms[i].thread == ending.thread && symptoms[i].ended == ending.after) {
          groups_of[i].push_back(group);
        }
      }
    }
    std::vector<std::vector<std::uint32_t>> groups_of_set(1);
    for (const auto& [state, set] : record_->graph.shown) {
      if (groups_of_set.size() <= set) groups_of_set.resize(set + 1);
      std::vector<std::uint32_t>& groups = groups_of_set[set];
      if (groups.empty()) {
        for (const std::uint32_t index : examiner_.symptoms_of(set)) {
          const Symptom& symptom = symptoms[index];
          std::vector<std::uint32_t>& its = groups_of[index];
          if (symptom.kind != FindingKind::uncaught_exception) {
            if (its.empty()) {
              const std::uint32_t first = state;
              its.push_back(group_for({symptom.kind, fingerprint_of(symptom), symptom.condition},
                                      [&] { return first_way(machine_, record_->graph, first); }));
            }
            group_of_symptom_[index] = its.front();
            groups_[its.front()].daemons_only = symptom.daemons_only;
          }
          groups.insert(groups.end(), its.begin(), its.end());
        }
        std::ranges::sort(groups);
        groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
      }
      for (const std::uint32_t group : groups) ++groups_[group].states;
    }
    for (const auto& [set, states] : record_->graph.shown_beside) {
      for (const std::uint32_t group : groups_of_set[set]) groups_[group].states += states;
    }
    for (const std::uint32_t set : record_->graph.deadlocked) {
      if (set >= groups_of_set.size()) continue;
      for (const std::uint32_t group : groups_of_set[set]) {
        groups_[group].in_deadlock = !groups_[group].daemons_only;
      }
    }
  }
  void drop_unsettled() {
    const auto is_partial = [](const Group& group) {
      return is_deadlock(group.suspicion.kind) && !group.in_deadlock;
    };
    if (std::ranges::none_of(groups_, is_partial) || !whole_ || search_ == nullptr) return;
    const auto settled =
        search_->settled([&](std::uint64_t bytes) { return lasts("searching", bytes); });
    if (!settled) return;
    std::vector<bool> stays(groups_.size(), false);
    for (const auto& [state, set] : record_->graph.shown) {
      if (!(*settled)[state]) continue;
      for (const std::uint32_t group : targets_of(set)) stays[group] = true;
    }
    std::vector<std::uint32_t> number(groups_.size(), 0);
    std::vector<Group> kept;
    for (std::uint32_t i = 0; i < groups_.size(); ++i) {
      number[i] = static_cast<std::uint32_t>(kept.size());
      if (stays[i] || !is_partial(groups_[i]))
        kept.push_back(std::move(groups_[i]));
      else
        number[i] = dropped;
    }
    groups_ = std::move(kept);
    targets_of_set_.clear();
    std::erase_if(group_of_symptom_,
                  [&](const auto& entry) { return number[entry.second] == dropped; });
    for (auto& [symptom, group] : group_of_symptom_) group = number[group];
    for (auto& [ending, group] : group_of_ending_) group = number[group];
  }

  // Only where everything was seen, and remembered, is it known what cannot be.
  std::optional<Prospects> prospects_of_groups() {
    const StateGraph& graph = record_->graph;
    const std::size_t size = machine_.locals().size() * graph.threads_max;
    if (!options_.memoise || !Prospects::are_for(program_) || !whole_ || search_ == nullptr ||
        size > prospects_max) {
      return std::nullopt;
    }
    std::optional<Prospects> prospects;
    prospects.emplace(machine_, graph.symmetry);
    const auto bit = [](std::uint32_t group) {
      return group < Prospects::targets_max ? std::uint64_t{1} << group : 0;
    };
    std::uint64_t unknown = 0;
    for (std::uint32_t i = 0; i < groups_.size(); ++i) {
      const FindingKind kind = groups_[i].suspicion.kind;
      if (kind == FindingKind::invariant || kind == FindingKind::lock_order) unknown |= bit(i);
    }
    prospects->add_unknown(unknown);
    State state;
    for (const auto& [id, set] : graph.shown) {
      std::uint64_t targets = 0;
      for (const std::uint32_t group : targets_of(set)) targets |= bit(group);
      targets &= ~unknown;
      if (targets == 0) continue;
      graph.states.read(id, state.words);
      prospects->add(state, targets);
    }
    for (const auto& [ending, group] : group_of_ending_) {
      prospects->add(ending.thread, ending.before, bit(group));
    }
    prospects->close();
    return prospects;
  }

  // The groups that a state with this set of symptoms shows.
  const std::vector<std::uint32_t>& targets_of(std::uint32_t set) {
    const auto [place, added] = targets_of_set_.try_emplace(set);
    if (added && set != 0) {
      for (const std::uint32_t symptom : examiner_.symptoms_of(set)) {
        const auto group = group_of_symptom_.find(symptom);
        if (group != group_of_symptom_.end()) place->second.push_back(group->second);
      }
    }
    return place->second;
  }
  std::string fingerprint_of(const Symptom& symptom) const {
    return is_deadlock(symptom.kind) || symptom.kind == FindingKind::lock_order
               ? symptom.fingerprint
               : condition_fingerprint(program_, symptom.kind, symptom.condition);
  }

  static Verdict verdict(const Exploration& exploration) {
    const auto any = [&](auto fits) { return std::ranges::any_of(exploration.findings, fits); };
    if (any([](const Finding& f) { return is_deadlock(f.kind) && !f.partial; })) {
      return Verdict::deadlock;
    }
    if (any([](const Finding& f) { return is_deadlock(f.kind); })) return Verdict::partial_deadlock;
    if (any([](const Finding& f) { return f.kind == FindingKind::livelock; })) {
      return Verdict::livelock;
    }
    if (!exploration.findings.empty()) return Verdict::error;
    return exploration.complete ? Verdict::ok : Verdict::incomplete;
  }

  const Program& program_;
  const ExploreOptions& options_;
  ExploreLimits limits_;
  Machine machine_;
  FutureAccesses future_;
  Examiner examiner_;
  StubbornSets sets_;
  Symmetry symmetry_;
  std::optional<Outcomes> outcomes_;
  std::unique_ptr<SearchRecord> record_;     // of the search at hand
  Search* search_ = nullptr;                 // that, if it is one through everything
  std::function<std::size_t()> kept_bytes_;  // by it
  bool whole_ = false;                       // it has seen all states
  bool is_cut_ = false;                      // a limit has ended it
  bool reduced_ = false;                     // but for those that need not be seen
  Budget budget_;
  std::uint64_t memory_bytes_ = 0;  // the most that was in use
  std::vector<Group> groups_;
  std::optional<EndlessParts> endless_;  // of a search that has seen all
  std::map<Ending, std::uint32_t> group_of_ending_;
  std::map<std::uint32_t, std::uint32_t> group_of_symptom_;             // without exceptions
  std::map<std::uint32_t, std::vector<std::uint32_t>> targets_of_set_;  // without exceptions
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
    case Verdict::livelock:
      return "livelock";
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
