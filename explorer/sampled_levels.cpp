#include "explorer/sampled_levels.h"

#include <algorithm>
#include <random>
#include <vector>

#include "engine/step/step.h"
#include "explorer/examine.h"
#include "explorer/expander.h"
#include "explorer/state_graph.h"
#include "explorer/stubborn_sets.h"

namespace lockstep {
namespace {

constexpr std::size_t ways = 8;
constexpr std::size_t ways_max = 20;  // those that end in a deadlock, early, included
constexpr std::size_t ways_at_least = 4;
constexpr std::uint32_t states_max = 800;

}  // namespace

std::optional<std::uint32_t> sampled_levels(const Program& program, const FutureAccesses& future,
                                            const ExploreOptions& options) {
  Machine machine(program);
  machine.memoise = options.memoise;
  machine.forget_dead_locals = options.forget_dead_locals;
  Examiner examiner(machine, future);
  StubbornSets sets(machine, examiner.facts());
  const bool reduces = options.reduce && StubbornSets::are_for(program);
  StateGraph graph(program, nullptr);
  Expander expander(machine, graph, graph.states, examiner, reduces ? &sets : nullptr, nullptr,
                    false);
  const TreeTable::Asked initial = graph.states.ask(initial_state(machine).words);
  const std::uint32_t first = graph.states.answer(initial).id;

  std::minstd_rand random;  // always the same
  std::vector<std::uint32_t> levels;
  std::uint32_t states = 0;
  std::size_t taken = 0;
  while (levels.size() < ways) {
    std::uint32_t count = 1;
    for (std::uint32_t id = first;; ++count) {
      if (++states > states_max) break;
      expander.look_at(id);
      if (expander.choices().empty()) break;
      expander.follow(expander.chosen(count - 1), {});
      const std::vector<Expander::Successor>& successors = expander.successors();
      if (successors.empty()) break;
      id = graph.states.answer(successors[random() % successors.size()].asked).id;
    }
    if (states > states_max || ++taken > ways_max) break;
    if (has_exited(expander.state())) levels.push_back(count);
  }
  if (levels.size() < ways_at_least) return std::nullopt;
  std::ranges::sort(levels);
  return levels[levels.size() * 3 / 4];
}

}  // namespace lockstep
