#include "explorer/search_record.h"

#include <optional>
#include <set>
#include <utility>

#include "explorer/counting.h"
#include "explorer/shortest.h"

namespace lockstep {
namespace {

// Steps at the beginning of a program, among which threads are looked for that are alike.
constexpr std::uint32_t beginning_max = 1000;

std::string limit_text(const char* what, std::uint64_t limit) {
  return std::string(what) + ": the limit of " + std::to_string(limit) + " was reached";
}

}  // namespace

// States that everybody comes by at the beginning lead to all others. Which threads can change
// places is asked of each of them: of the last thread of a class that is created, usually. Where
// one comes again the beginning is over, for those behind it are reached from others too.
void SearchRecord::find_symmetry(Symmetry& symmetry, StubbornSets* reduction,
                                 const std::function<bool()>& go_on) {
  State state = initial_state(machine_);
  std::vector<Choice> choices;
  Symmetry::Classes best;
  std::set<std::vector<Word>> seen;
  for (std::uint32_t depth = 0; depth < beginning_max && go_on(); ++depth) {
    if (!seen.insert(state.words).second) break;
    Symmetry::Classes classes = symmetry.classes_in(state, Symmetry::pairs(best));
    if (!classes.empty()) {
      best = std::move(classes);
      graph.symmetric_from = depth;
    }
    enabled(machine_, state, choices);
    const std::span<const Choice> chosen =
        reduction != nullptr ? reduction->choose(state, choices, depth, nullptr) : choices;
    if (chosen.size() != 1) break;
    step(machine_, state, chosen.front());
  }
  if (best.empty()) return;
  symmetry.set_classes(std::move(best));
  graph.symmetry = &symmetry;
}

bool SearchRecord::has_room_beside(std::uint64_t states) {
  if (limits_.states_max == 0 || states < limits_.states_max) return true;
  cut_short = limit_text("states", limits_.states_max);
  return false;
}

bool SearchRecord::has_room_for(const TreeTable::Asked& state) {
  if (limits_.states_max == 0 || graph.states.size() < limits_.states_max) return true;
  return graph.states.find(state) || has_room_beside(graph.states.size());
}

bool SearchRecord::is_too_deep(std::uint64_t steps) {
  if (limits_.steps_max == 0 || steps < limits_.steps_max) return false;
  cut_short = limit_text("steps", limits_.steps_max);
  leaves_out_deep = true;
  return true;
}

void SearchRecord::examine(std::uint32_t id, const State& state,
                           const std::vector<Choice>& choices) {
  const std::uint32_t set = examiner_.examine(state, choices);
  if (set != 0) graph.shown.emplace_back(id, set);
  if (choices.empty()) note_terminal(state, set, graph.is_symmetric_behind(id));
}

void SearchRecord::note_terminal(const State& state, std::uint32_t set, bool has_orbit) {
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
  const std::optional<Ending> ending = new_ending(before, after, choice);
  if (ending) graph.endings.emplace(*ending, StateGraph::Step{from, choice});
}

std::optional<Ending> SearchRecord::new_ending(const State& before, const State& after,
                                               const Choice& choice) {
  if (life(machine_.program, after, choice.thread) != Life::ended)
    return {};  // as after most steps
  const std::optional<Ending> ending =
      ending_of(machine_, examiner_.facts(), before, after, choice.thread);
  return ending && !graph.endings.contains(*ending) ? ending : std::nullopt;
}

}  // namespace lockstep
