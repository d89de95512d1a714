#include "explorer/collect_starvation.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "engine/assert.h"
#include "explorer/shortest.h"
#include "explorer/starved_threads.h"
#include "explorer/witness.h"

namespace lockstep {
namespace {

// Beyond so many nodes, and twice as many as there are states, the way to a loop is no longer
// proved to be the shortest.
constexpr std::uint64_t nodes_at_least = 1'000'000;

// The loops that are one finding, in their order.
struct Group {
  std::vector<const StarvedThread*> loops;
  std::vector<std::uint32_t> states, entries;  // ascending
};

void sort_once_each(std::vector<std::uint32_t>& states) {
  std::ranges::sort(states);
  states.erase(std::unique(states.begin(), states.end()), states.end());
}

Finding finding_of(const Seen& seen, const LabelledEdges& edges, const std::string& fingerprint,
                   const Group& group, Way way) {
  const Machine& machine = seen.machine;
  State state = initial_state(machine);
  for (const Choice& choice : way.choices) step(machine, state, choice);
  const std::optional<std::uint32_t> id = seen.record.graph.states.find(state.words);
  LOCKSTEP_ASSERT(id.has_value(), "without a reduction all states are in the table");
  const auto loop = std::ranges::find_if(group.loops, [&](const StarvedThread* each) {
    return std::ranges::binary_search(each->entries, *id);
  });
  LOCKSTEP_ASSERT(loop != group.loops.end(), "the way leads to one of the loops");
  const std::vector<Choice> round = choices_round(machine, seen.record.graph, edges, **loop, *id);
  const std::uint64_t steps = way.choices.size();
  way.choices.insert(way.choices.end(), round.begin(), round.end());
  Suspicion suspicion{FindingKind::starvation, fingerprint};
  suspicion.starved = (*loop)->starved;
  std::optional<Finding> finding = confirm(machine, seen.future, suspicion, way);
  LOCKSTEP_ASSERT(finding.has_value(), "what was seen once can be seen again");
  finding->steps = steps;
  finding->loop_steps = round.size();
  finding->states = group.states.size();
  return std::move(*finding);
}

}  // namespace

std::optional<std::vector<Finding>> collect_starvation(const Seen& seen) {
  StateGraph& graph = seen.record.graph;
  bool goes_on = true;
  const StarvedThreads starved = starved_threads(
      seen.machine, seen.future, graph,
      [&](std::uint64_t bytes) { return goes_on = goes_on && seen.lasts("searching", bytes); });
  if (!goes_on) return std::nullopt;
  if (starved.threads.empty()) return std::vector<Finding>();

  std::map<std::string, Group> groups;
  for (const StarvedThread& each : starved.threads) {
    Group& group = groups[each.fingerprint];
    group.loops.push_back(&each);
    group.states.insert(group.states.end(), each.states.begin(), each.states.end());
    group.entries.insert(group.entries.end(), each.entries.begin(), each.entries.end());
  }
  std::vector<std::vector<std::uint32_t>> targets_of(graph.states.size());
  std::uint32_t number = 0;
  for (auto& [fingerprint, group] : groups) {
    sort_once_each(group.states);
    sort_once_each(group.entries);
    for (const std::uint32_t id : group.entries) targets_of[id].push_back(number);
    ++number;
  }
  std::vector<Way> ways(groups.size());
  if (seen.options.counterexamples) {
    const std::map<Ending, std::uint32_t> no_endings;
    ways = shortest_ways(
        {.machine = seen.machine,
         .graph = graph,
         .examiner = seen.examiner,
         .reduced = false,
         .prospects = nullptr,
         .targets = [&](std::uint32_t id, std::uint32_t) -> const std::vector<std::uint32_t>& {
           return targets_of[id];
         },
         .endings = no_endings,
         .target_count = groups.size(),
         .nodes_max = std::max<std::uint64_t>(nodes_at_least, 2 * graph.states.size()),
         .go_on = [&](std::uint64_t bytes) { return seen.lasts("shortening", bytes); }});
  }
  std::vector<Finding> result;
  for (const auto& [fingerprint, group] : groups) {
    Way& way = ways[result.size()];
    if (!way.found) way = first_way(seen.machine, graph, group.entries.front());
    result.push_back(finding_of(seen, starved.edges, fingerprint, group, std::move(way)));
  }
  return result;
}

}  // namespace lockstep
