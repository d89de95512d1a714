#include "explorer/endless_ways.h"

#include "explorer/outcomes.h"
#include "explorer/search.h"

namespace lockstep {
namespace {

constexpr std::uint32_t none = 0xffffffffU;
constexpr std::uint32_t share_from = 2048;  // as ExploreOptions has it

}  // namespace

std::vector<std::optional<EndlessWay>> endless_ways(const EndlessQuestion& question) {
  std::vector<std::optional<EndlessWay>> result(question.target_count);
  const Machine& machine = question.machine;
  ExploreLimits limits;
  limits.states_max = question.states_max;
  Outcomes outcomes(machine, question.examiner.facts());
  Search search(machine, question.future, question.examiner, outcomes, limits, nullptr, nullptr,
                false, question.workers, share_from);
  const auto go_on = [&](std::uint64_t bytes) {
    return question.go_on(search.memory_bytes() + bytes);
  };
  bool goes_on = true;
  search.run([&] { return goes_on = goes_on && go_on(0); });
  if (!goes_on || !search.cut_short.empty()) return result;
  const std::optional<EndlessParts> endless = search.endless(go_on);
  if (!endless) return result;

  std::vector<std::uint32_t> part_of(search.graph.states.size(), none);  // index = state
  std::vector<std::vector<std::uint32_t>> targets_of(endless->parts.size() + 1);
  State state;
  for (std::uint32_t i = 0; i < endless->parts.size(); ++i) {
    search.graph.states.read(endless->parts[i].state, state.words);
    if (const auto target = question.target_of(endless->parts[i], state)) {
      targets_of[i].push_back(*target);
    }
    for (const std::uint32_t id : search.final_parts()[i]) part_of[id] = i;
  }
  const auto targets = [&](std::uint32_t id, std::uint32_t) -> const std::vector<std::uint32_t>& {
    return part_of[id] == none ? targets_of.back() : targets_of[part_of[id]];
  };
  const std::map<Ending, std::uint32_t> no_endings;
  const std::vector<Way> ways = shortest_ways({.machine = machine,
                                               .graph = search.graph,
                                               .examiner = question.examiner,
                                               .reduced = false,
                                               .prospects = nullptr,
                                               .targets = targets,
                                               .endings = no_endings,
                                               .target_count = question.target_count,
                                               .nodes_max = question.nodes_max,
                                               .go_on = go_on});
  for (std::size_t i = 0; i < ways.size(); ++i) {
    if (!ways[i].found) continue;
    state = initial_state(machine);
    for (const Choice& choice : ways[i].choices) step(machine, state, choice);
    const std::uint32_t id = *search.graph.states.find(state.words);
    result[i] = EndlessWay{ways[i], endless->parts[part_of[id]]};
  }
  return result;
}

}  // namespace lockstep
