// Partial deadlocks need not show in a terminal state: others may run for ever, or the process
// may end beside threads that are stuck. So every state is asked who is stuck in it. Whoever is
// stuck stays stuck, which is why a cause that shows in a terminal state is no partial deadlock,
// however early it was there. The cause may change, though: who holds a lock and will never release
// it may come to wait for something itself, and that is then what there is to say. So a cause is
// reported if some settled state shows it.
#include "explorer/collect_findings.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "detector/endless.h"
#include "engine/assert.h"
#include "explorer/endless_ways.h"
#include "explorer/explain.h"
#include "explorer/prospects.h"
#include "explorer/shortest.h"
#include "explorer/simplify.h"
#include "explorer/witness.h"

namespace lockstep {
namespace {

// The second search visits a state once for each thread that may have moved last, at worst.
constexpr std::uint64_t nodes_at_least = 1'000'000;

// So many states, and twice as many as the search has seen, may be looked at without a reduction.
constexpr std::uint64_t full_states_at_least = 200'000;

// Private states times threads of which Prospects may keep a word.
constexpr std::size_t prospects_max = 4'000'000;

constexpr std::uint32_t dropped = 0xffffffffU;

class Collector {
 public:
  explicit Collector(const Seen& seen) : seen_(seen) {}

  Collected collect() {
    group_endings();
    group_symptoms();
    drop_unsettled();
    group_endless();
    // What only all states together show has no state to look for.
    const auto first_endless = std::ranges::find_if(groups_, is_endless);
    const auto targets_to_find = static_cast<std::size_t>(first_endless - groups_.begin());
    std::vector<Way> ways;
    const std::uint64_t nodes_max =
        std::max<std::uint64_t>(nodes_at_least, 2 * seen_.record.graph.states.size());
    if (seen_.options.counterexamples && targets_to_find > 0) {
      const std::optional<Prospects> prospects = prospects_of_groups();
      const auto targets = [&](std::uint32_t,
                               std::uint32_t set) -> const std::vector<std::uint32_t>& {
        return targets_of(set);
      };
      const auto go_on = [&](std::uint64_t bytes) { return seen_.lasts("shortening", bytes); };
      ways = shortest_ways({.machine = seen_.machine,
                            .graph = seen_.record.graph,
                            .examiner = seen_.examiner,
                            .reduced = seen_.reduced,
                            .prospects = prospects ? &*prospects : nullptr,
                            .targets = targets,
                            .endings = group_of_ending_,
                            .target_count = targets_to_find,
                            .nodes_max = nodes_max,
                            .go_on = go_on});
    }
    ways.resize(groups_.size());
    if (seen_.options.counterexamples && targets_to_find < groups_.size()) {
      find_endless_ways(targets_to_find, nodes_max, ways);
    }
    std::vector<Finding> result;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      const Group& group = groups_[i];
      std::optional<Finding> finding;
      if (is_endless(group) && !ways[i].found) {
        finding = confirm(seen_.machine, seen_.future, group.suspicion, group.first);
        finding->preemptions = count_preemptions(seen_.machine, finding->choices);
      }
      if (ways[i].found) finding = confirm(seen_.machine, seen_.future, group.suspicion, ways[i]);
      if (finding && !ways[i].shortest && !is_endless(group)) {
        finding = confirm(seen_.machine, seen_.future, group.suspicion, simplified(group, ways[i]));
      }
      // Not found in time; or an exception that was raised in an earlier step than the last,
      // which on this way was another place.
      if (!finding)
        finding =
            confirm(seen_.machine, seen_.future, group.suspicion, simplified(group, group.first));
      LOCKSTEP_ASSERT(finding.has_value(), "what was seen once can be seen again");
      if (seen_.options.counterexamples && seen_.budget.has_time()) {
        finding->explanation = explain(seen_.machine, *finding);
      }
      finding->states = group.states;
      finding->partial = is_deadlock(finding->kind) && !group.in_deadlock;
      result.push_back(std::move(*finding));
    }
    std::ranges::sort(result, [](const Finding& a, const Finding& b) {
      return std::tuple(!is_deadlock(a.kind), a.kind, a.fingerprint) <
             std::tuple(!is_deadlock(b.kind), b.kind, b.fingerprint);
    });
    return {std::move(result), in_time_};
  }

 private:
  // Symptoms that are one finding.
  struct Group {
    Suspicion suspicion;
    Way first;                 // as the search came to it
    std::uint64_t states = 0;  // that show it
    bool in_deadlock = false;  // one of them is a deadlock
    bool daemons_only = false;
  };

  static bool is_endless(const Group& group) {
    return group.suspicion.kind == FindingKind::livelock ||
           group.suspicion.kind == FindingKind::never_woken;
  }

  // What a part shows, `state` being of it. A deadlock that a state shows says why no end comes.
  // Where no interleaving ends, that is what the program is made for, unless nothing happens.
  std::optional<Suspicion> suspicion_of(const EndlessPart& part, const State& state) const {
    if (part.is_known || part.movers.empty()) return std::nullopt;
    Suspicion suspicion{};
    if (!part.stuck.empty()) {
      suspicion.kind = FindingKind::never_woken;
      suspicion.fingerprint =
          never_woken_fingerprint(seen_.machine, state, seen_.future, part.stuck);
    } else if (seen_.some_end || part.only_tests) {
      suspicion.kind = FindingKind::livelock;
      suspicion.fingerprint = livelock_fingerprint(seen_.machine.program, part.functions);
      suspicion.only_tests = !seen_.some_end;
    } else {
      return std::nullopt;
    }
    suspicion.stuck = part.stuck;
    suspicion.movers = part.movers;
    return suspicion;
  }

  void group_endless() {
    if (seen_.endless == nullptr) return;
    State state;
    for (const EndlessPart& part : seen_.endless->parts) {
      seen_.record.graph.states.read(part.state, state.words);
      std::optional<Suspicion> suspicion = suspicion_of(part, state);
      if (!suspicion) continue;
      const std::uint32_t group = group_for(std::move(*suspicion), [&] {
        return first_way(seen_.machine, seen_.record.graph, part.state);
      });
      ++groups_[group].states;
    }
  }

  // Of the groups from `first` on. What is wrong is then told of the part to which the way leads.
  void find_endless_ways(std::size_t first, std::uint64_t nodes_max, std::vector<Way>& ways) {
    const auto target_of = [&](const EndlessPart& part,
                               const State& state) -> std::optional<std::uint32_t> {
      const std::optional<Suspicion> suspicion = suspicion_of(part, state);
      for (std::size_t i = first; suspicion && i < groups_.size(); ++i) {
        if (groups_[i].suspicion.fingerprint == suspicion->fingerprint) {
          return static_cast<std::uint32_t>(i - first);
        }
      }
      return std::nullopt;
    };
    const auto go_on = [&](std::uint64_t bytes) { return seen_.lasts("shortening", bytes); };
    const auto found = endless_ways(
        {.machine = seen_.machine,
         .future = seen_.future,
         .examiner = seen_.examiner,
         .workers = 1,
         .target_count = groups_.size() - first,
         .target_of = target_of,
         .states_max = std::max(full_states_at_least, 2 * std::uint64_t{seen_.record.states()}),
         .nodes_max = nodes_max,
         .go_on = go_on});
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!found[i]) continue;
      ways[first + i] = found[i]->way;
      groups_[first + i].suspicion.stuck = found[i]->part.stuck;
      groups_[first + i].suspicion.movers = found[i]->part.movers;
    }
  }

  Way simplified(const Group& group, const Way& of) {
    if (!seen_.options.counterexamples || !seen_.budget.has_time()) return of;
    return simplify(seen_.machine, of, [&](const std::vector<Choice>& choices) {
      Way way;
      way.choices = choices;
      return confirm(seen_.machine, seen_.future, group.suspicion, way).has_value();
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
    for (const auto& [ending, step] : seen_.record.graph.endings) {
      const LocalState after = seen_.machine.locals().get(ending.after);
      const auto [last, is_new] =
          group_of_last.try_emplace({after.uncaught.bits, after.uncaught_pc}, 0);
      if (!is_new && !seen_.budget.has_time()) {
        in_time_ = false;
        group_of_ending_[ending] = last->second;
        continue;
      }
      const Way way = first_way(seen_.machine, seen_.record.graph, step);
      std::string fingerprint = std::move(
          exception_fingerprints(seen_.machine, way, {&way.choices.back().thread, 1}).front());
      last->second =
          group_for({FindingKind::uncaught_exception, std::move(fingerprint)}, [&] { return way; });
      group_of_ending_[ending] = last->second;
    }
    add_endings_of_others();
  }

  // What one thread of a class ends with the others do, too.
  void add_endings_of_others() {
    if (seen_.record.graph.symmetry == nullptr) return;
    for (const auto& [ending, group] : std::map(group_of_ending_)) {
      for (const std::uint32_t thread :
           seen_.record.graph.symmetry->class_of(ending.thread.index)) {
        group_of_ending_.try_emplace(Ending{{thread}, ending.before, ending.after}, group);
      }
    }
  }

  void group_symptoms() {
    const std::vector<Symptom>& symptoms = seen_.examiner.symptoms();
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
    for (const auto& [state, set] : seen_.record.graph.shown) {
      if (groups_of_set.size() <= set) groups_of_set.resize(set + 1);
      std::vector<std::uint32_t>& groups = groups_of_set[set];
      if (groups.empty()) {
        for (const std::uint32_t index : seen_.examiner.symptoms_of(set)) {
          const Symptom& symptom = symptoms[index];
          std::vector<std::uint32_t>& its = groups_of[index];
          if (symptom.kind != FindingKind::uncaught_exception) {
            if (its.empty()) {
              const std::uint32_t first = state;
              its.push_back(
                  group_for({symptom.kind, fingerprint_of(symptom), symptom.condition},
                            [&] { return first_way(seen_.machine, seen_.record.graph, first); }));
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
    for (const auto& [set, states] : seen_.record.graph.shown_beside) {
      for (const std::uint32_t group : groups_of_set[set]) groups_[group].states += states;
    }
    for (const std::uint32_t set : seen_.record.graph.deadlocked) {
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
    if (std::ranges::none_of(groups_, is_partial) || seen_.everything == nullptr) return;
    const auto settled = seen_.everything->settled(
        [&](std::uint64_t bytes) { return seen_.lasts("searching", bytes); });
    if (!settled) return;
    std::vector<bool> stays(groups_.size(), false);
    for (const auto& [state, set] : seen_.record.graph.shown) {
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
    const StateGraph& graph = seen_.record.graph;
    const std::size_t size = seen_.machine.locals().size() * graph.threads_max;
    if (!seen_.options.memoise || !Prospects::are_for(seen_.machine.program) ||
        seen_.everything == nullptr || size > prospects_max) {
      return std::nullopt;
    }
    std::optional<Prospects> prospects;
    prospects.emplace(seen_.machine, graph.symmetry);
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
      for (const std::uint32_t symptom : seen_.examiner.symptoms_of(set)) {
        const auto group = group_of_symptom_.find(symptom);
        if (group != group_of_symptom_.end()) place->second.push_back(group->second);
      }
    }
    return place->second;
  }
  std::string fingerprint_of(const Symptom& symptom) const {
    return is_deadlock(symptom.kind) || symptom.kind == FindingKind::lock_order
               ? symptom.fingerprint
               : condition_fingerprint(seen_.machine.program, symptom.kind, symptom.condition);
  }

  const Seen& seen_;
  std::vector<Group> groups_;
  bool in_time_ = true;
  std::map<Ending, std::uint32_t> group_of_ending_;
  std::map<std::uint32_t, std::uint32_t> group_of_symptom_;             // without exceptions
  std::map<std::uint32_t, std::vector<std::uint32_t>> targets_of_set_;  // without exceptions
};

}  // namespace

Collected collect_findings(const Seen& seen) { return Collector(seen).collect(); }

}  // namespace lockstep
