#include "explorer/search_record.h"

#include <optional>

#include "explorer/counting.h"
#include "explorer/shortest.h"

namespace lockstep {
namespace {

std::string limit_text(const char* what, std::uint64_t limit) {
  return std::string(what) + ": the limit of " + std::to_string(limit) + " was reached";
}

}  // namespace

bool SearchRecord::has_room_for(const TreeTable::Asked& state) {
  if (limits_.states_max == 0 || graph.states.size() < limits_.states_max) return true;
  if (graph.states.find(state)) return true;
  cut_short = limit_text("states", limits_.states_max);
  return false;
}

bool SearchRecord::is_too_deep(std::uint64_t steps) {
  if (limits_.steps_max == 0 || steps < limits_.steps_max) return false;
  cut_short = limit_text("steps", limits_.steps_max);
  return true;
}

void SearchRecord::examine(std::uint32_t id, const State& state,
                           const std::vector<Choice>& choices) {
  const std::uint32_t set = examiner_.examine(state, choices);
  if (set != 0) graph.shown.emplace_back(id, set);
  if (!choices.empty()) return;
  const bool has_orbit = graph.is_symmetric_behind(id);
  const std::uint64_t terminal_states = has_orbit ? graph.symmetry->orbit_size(state) : 1;
  if (has_orbit) {
    loses_outcomes |= !outcomes_.add_orbit(state, examiner_.stuck(), *graph.symmetry);
  } else {
    outcomes_.add(state, examiner_.stuck(), 1);
  }
  stats.terminal_states = saturated_sum(stats.terminal_states, terminal_states);
  if (has_exited(state)) return;
  stats.deadlock_states = saturated_sum(stats.deadlock_states, terminal_states);
  graph.deadlocked.insert(set);
}

void SearchRecord::note_ending(std::uint32_t from, const State& before, const State& after,
                               const Choice& choice) {
  if (life(machine_.program, after, choice.thread) != Life::ended) return;  // as after most steps
  const std::optional<Ending> ending =
      ending_of(machine_, examiner_.facts(), before, after, choice.thread);
  if (ending) graph.endings.try_emplace(*ending, StateGraph::Step{from, choice});
}

}  // namespace lockstep
