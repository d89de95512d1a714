// Breadth first. States are numbered as they are found, and they are followed in that order: the
// table of states is the queue. Everything that is asked of a state is asked when its turn comes,
// so that what a limit has cut off is neither counted nor judged.
#include "explorer/search.h"

#include <algorithm>

#include "explorer/shortest.h"

namespace lockstep {
namespace {

std::string limit_text(const char* what, std::uint64_t limit) {
  return std::string(what) + ": the limit of " + std::to_string(limit) + " was reached";
}

}  // namespace

void Search::run(const std::function<bool()>& go_on) {
  State state = initial_state(machine_);
  State next;
  std::vector<Choice> choices;
  add(state, StateGraph::no_parent);
  std::uint32_t level_end = 1;
  for (; graph.examined < graph.states.size(); ++graph.examined) {
    if (!go_on()) return;
    if (graph.examined == level_end) {
      ++stats.depth;
      level_end = graph.states.size();
    }
    graph.states.read(graph.examined, state.words);
    enabled(machine_, state, choices);
    examine(state, choices);
    if (!choices.empty() && limits_.steps_max != 0 && stats.depth >= limits_.steps_max) {
      cut_short = limit_text("steps", limits_.steps_max);
      return;
    }
    for (const Choice& choice : choices) {
      next = state;
      step(machine_, next, choice);
      ++stats.transitions;
      note_ending(state, next, choice);
      if (!add(next, graph.examined)) return;
    }
  }
}

// False: the limit of states is reached, and this would be one more.
bool Search::add(const State& state, std::uint32_t parent) {
  if (limits_.states_max != 0 && graph.states.size() >= limits_.states_max) {
    if (graph.states.find(state.words)) return true;
    cut_short = limit_text("states", limits_.states_max);
    return false;
  }
  if (graph.states.intern(state.words).added) {
    graph.parents.push_back(parent);
    graph.threads_max = std::max(graph.threads_max, thread_count(machine_.program, state));
  }
  return true;
}

void Search::examine(const State& state, const std::vector<Choice>& choices) {
  const std::uint32_t set = examiner_.examine(state, choices);
  if (set != 0) graph.shown.emplace_back(graph.examined, set);
  if (!choices.empty()) return;
  ++stats.terminal_states;
  outcomes_.add(state, examiner_.stuck());
  if (has_exited(state)) return;
  ++stats.deadlock_states;
  graph.deadlocked.insert(set);
}

void Search::note_ending(const State& before, const State& after, const Choice& choice) {
  const std::optional<Ending> ending =
      ending_of(machine_, examiner_.facts(), before, after, choice.thread);
  if (ending) graph.endings.try_emplace(*ending, StateGraph::Step{graph.examined, choice});
}

}  // namespace lockstep
