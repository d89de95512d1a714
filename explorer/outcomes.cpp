#include "explorer/outcomes.h"

#include <algorithm>
#include <tuple>

#include "explorer/examine.h"

namespace lockstep {

void Outcomes::add(const State& terminal, std::span<const std::uint32_t> stuck) {
  const Program& program = machine_.program;
  row_.assign(terminal.words.begin() + layout::exited, terminal.words.begin() + 1);
  for (std::uint32_t i = 0; i < program.globals.size(); ++i) {
    row_.push_back(global(terminal, {i}).bits);
  }
  for (std::uint32_t i = 0; i < thread_count(program, terminal); ++i) {
    const bool is_stuck = std::ranges::find(stuck, i) != stuck.end();
    row_.push_back(reported_exception(machine_, terminal, facts_, {i}).bits);
    row_.push_back(thread_name_value(program, terminal, {i}).bits);
    row_.push_back(is_stuck ? 1 : 0);
  }
  const RowTable::Place place = rows_.intern(row_);
  if (place.added) {
    distinct_.push_back({terminal, {stuck.begin(), stuck.end()}, 0});
    state_bytes_ += terminal.words.size() * sizeof(Word) + stuck.size_bytes();
  }
  ++distinct_[place.id].states;
}

ExploredOutcome Outcomes::describe(const Distinct& distinct) const {
  const Program& program = machine_.program;
  const State& state = distinct.state;
  const StateNames names(machine_, state);
  const ValueTable& values = machine_.values();
  const auto name_of = [&](std::uint32_t thread) {
    return std::string(values.as_text(thread_name_value(program, state, {thread})));
  };
  ExploredOutcome outcome;
  outcome.status =
      has_exited(state) ? ExploredOutcome::Status::finished : ExploredOutcome::Status::deadlock;
  for (std::uint32_t i = 0; i < program.globals.size(); ++i) {
    outcome.variables.emplace_back(program.globals[i].name,
                                   to_json(values, global(state, {i}), names));
  }
  for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
    const Value exception = reported_exception(machine_, state, facts_, {i});
    if (exception == none_value) continue;
    outcome.exceptions.emplace_back(name_of(i), exception_line(values, exception, names));
  }
  for (const std::uint32_t thread : distinct.stuck) outcome.stuck.push_back(name_of(thread));
  outcome.states = distinct.states;
  return outcome;
}

// Two that differ in a thread's name may still look the same.
std::vector<ExploredOutcome> Outcomes::list() const {
  std::vector<ExploredOutcome> outcomes;
  outcomes.reserve(distinct_.size());
  for (const Distinct& distinct : distinct_) outcomes.push_back(describe(distinct));
  const auto shown = [](const ExploredOutcome& outcome) {
    return std::tie(outcome.status, outcome.variables, outcome.exceptions, outcome.stuck);
  };
  std::ranges::sort(outcomes, [&](const ExploredOutcome& a, const ExploredOutcome& b) {
    return shown(a) < shown(b);
  });
  std::vector<ExploredOutcome> merged;
  for (ExploredOutcome& outcome : outcomes) {
    if (!merged.empty() && shown(merged.back()) == shown(outcome)) {
      merged.back().states += outcome.states;
    } else {
      merged.push_back(std::move(outcome));
    }
  }
  return merged;
}

std::size_t Outcomes::memory_bytes() const {
  return rows_.memory_bytes() + distinct_.capacity() * sizeof(Distinct) + state_bytes_;
}

}  // namespace lockstep
