#include "tests/support/slow_explorer.h"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

#include "engine/value/exceptions.h"

namespace lockstep {
namespace {

std::string name_of(const Machine& machine, const State& state, ThreadId thread) {
  return std::string(machine.values().as_text(thread_name_value(machine.program, state, thread)));
}

// Whatever a thread might be asked to do, tried one by one.
std::vector<Choice> possible_choices(const Machine& machine, const State& state) {
  std::vector<Choice> choices;
  for (std::uint32_t i = 0; i < thread_count(machine.program, state); ++i) {
    for (const Choice::Kind kind : {Choice::Kind::step, Choice::Kind::timeout}) {
      const Choice choice{{i}, kind, 0};
      if (is_enabled(machine, state, choice)) choices.push_back(choice);
    }
    for (std::uint32_t item = 0;; ++item) {
      const Choice choice{{i}, Choice::Kind::choose, item};
      if (!is_enabled(machine, state, choice)) break;
      choices.push_back(choice);
    }
  }
  return choices;
}

}  // namespace

SlowOutcome outcome_of(const Machine& machine, const State& terminal) {
  const StateNames names(machine, terminal);
  SlowOutcome outcome;
  outcome.finished = has_exited(terminal);
  for (std::uint32_t i = 0; i < machine.program.globals.size(); ++i) {
    outcome.variables.emplace_back(machine.program.globals[i].name,
                                   to_json(machine.values(), global(terminal, {i}), names));
  }
  for (std::uint32_t i = 0; i < thread_count(machine.program, terminal); ++i) {
    const Value exception = uncaught(machine, terminal, {i});
    const std::string line =
        exception == none_value ? "" : exception_line(machine.values(), exception, names);
    const Life its = life(machine.program, terminal, {i});
    if (its == Life::ended && !line.empty() && !line.starts_with("SystemExit")) {
      outcome.exceptions.emplace_back(name_of(machine, terminal, {i}), line);
    }
    // The main thread of a process waits for the others until that has ended.
    if (takes_part(machine.program, terminal, {i}))
      outcome.stuck.push_back(name_of(machine, terminal, {i}));
  }
  return outcome;
}

std::string text(const SlowOutcome& outcome) {
  std::ostringstream text;
  text << (outcome.finished ? "finished" : "deadlock");
  for (const auto& [name, value] : outcome.variables) text << ' ' << name << '=' << value;
  for (const auto& [name, line] : outcome.exceptions) text << " | " << name << ": " << line;
  for (const std::string& name : outcome.stuck) text << " @" << name;
  return text.str();
}

SlowExploration explore_slowly(const Program& program, std::size_t states_max) {
  SlowExploration result;
  result.machine = std::make_unique<Machine>(program);
  result.machine->memoise = false;
  result.machine->forget_dead_locals = false;
  const Machine& machine = *result.machine;
  std::map<std::vector<Word>, std::size_t> seen;
  std::vector<std::size_t> stack;
  const auto visit = [&](const State& state) {
    const auto [found, added] = seen.try_emplace(state.words, result.states.size());
    if (added) {
      result.states.push_back(state);
      result.transitions.emplace_back();
      stack.push_back(found->second);
    }
    return found->second;
  };
  visit(initial_state(machine));
  while (!stack.empty()) {
    if (result.states.size() > states_max) {
      result.complete = false;
      return result;
    }
    const std::size_t from = stack.back();
    stack.pop_back();
    const State state = result.states[from];
    for (const Choice& choice : possible_choices(machine, state)) {
      State next = state;
      step(machine, next, choice);
      const std::size_t to = visit(next);
      result.transitions[from].push_back({choice, to});
      ++result.transition_count;
    }
    if (!result.is_terminal(from)) continue;
    ++result.terminal_count;
    if (!has_exited(state)) ++result.deadlock_count;
    result.outcomes.insert(outcome_of(machine, state));
  }
  return result;
}

std::vector<std::vector<bool>> SlowExploration::ever_moves() const {
  std::size_t threads = 0;
  for (const State& state : states) {
    threads = std::max(threads, thread_count(machine->program, state));
  }
  std::vector<std::vector<bool>> moves(threads, std::vector<bool>(states.size(), false));
  std::vector<std::vector<std::size_t>> before(states.size());
  for (std::size_t from = 0; from < states.size(); ++from) {
    for (const Transition& transition : transitions[from]) {
      before[transition.to].push_back(from);
      moves[transition.choice.thread.index][from] = true;
    }
  }
  for (std::vector<bool>& its : moves) {
    std::vector<std::size_t> todo;
    for (std::size_t state = 0; state < states.size(); ++state) {
      if (its[state]) todo.push_back(state);
    }
    while (!todo.empty()) {
      const std::size_t state = todo.back();
      todo.pop_back();
      for (const std::size_t from : before[state]) {
        if (its[from]) continue;
        its[from] = true;
        todo.push_back(from);
      }
    }
  }
  return moves;
}

std::vector<bool> SlowExploration::settled() const {
  // What reaches a state that does not reach it is not settled; nor is what reaches that.
  const std::size_t count = states.size();
  std::vector<std::vector<bool>> reaches(count, std::vector<bool>(count, false));
  for (std::size_t from = 0; from < count; ++from) {
    std::vector<std::size_t> todo{from};
    while (!todo.empty()) {
      const std::size_t state = todo.back();
      todo.pop_back();
      for (const Transition& transition : transitions[state]) {
        if (reaches[from][transition.to]) continue;
        reaches[from][transition.to] = true;
        todo.push_back(transition.to);
      }
    }
  }
  const Program& program = machine->program;
  std::vector<bool> result(count, true);
  for (std::size_t from = 0; from < count; ++from) {
    for (std::size_t to = 0; to < count; ++to) {
      if (reaches[from][to] && !reaches[to][from]) result[from] = false;
    }
    for (const Transition& transition : transitions[from]) {
      for (std::uint32_t i = 0; i < thread_count(program, states[from]); ++i) {
        if (i != transition.choice.thread.index && takes_part(program, states[from], {i}) &&
            !takes_part(program, states[transition.to], {i})) {
          result[from] = true;
        }
      }
    }
  }
  return result;
}

std::pair<std::uint64_t, std::uint64_t> SlowExploration::least_cost(
    const std::set<std::size_t>& wanted) const {
  using Cost = std::pair<std::uint64_t, std::uint64_t>;
  using Node = std::pair<std::size_t, std::int64_t>;  // state, thread that moved last or -1
  std::map<Node, Cost> costs{{{0, -1}, {0, 0}}};
  for (bool changed = true; changed;) {
    changed = false;
    const std::map<Node, Cost> known = costs;
    for (const auto& [node, cost] : known) {
      const auto& [from, last] = node;
      const bool free =
          last < 0 || yields(*machine, states[from], {static_cast<std::uint32_t>(last)});
      for (const Transition& transition : transitions[from]) {
        const auto thread = static_cast<std::int64_t>(transition.choice.thread.index);
        const Cost next{cost.first + (free || thread == last ? 0U : 1U), cost.second + 1};
        const auto [found, added] = costs.try_emplace({transition.to, thread}, next);
        if (!added && found->second <= next) continue;
        found->second = next;
        changed = true;
      }
    }
  }
  std::optional<Cost> least;
  for (const auto& [node, cost] : costs) {
    if (wanted.count(node.first) && (!least || cost < *least)) least = cost;
  }
  return least.value_or(Cost{~0ULL, ~0ULL});
}

}  // namespace lockstep
