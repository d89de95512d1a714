#include "explorer/examine.h"

#include <algorithm>

#include "engine/value/arithmetic.h"
#include "explorer/footprint.h"

namespace lockstep {

Value reported_exception(const Machine& machine, LocalFactsTable& facts, LocalId ended) {
  const Value exception = facts.of(ended).uncaught;
  if (exception == none_value ||
      is_subclass(machine.values().exception_kind(exception), ExceptionKind::system_exit)) {
    return none_value;
  }
  return exception;
}

Examiner::Examiner(const Machine& machine, const FutureAccesses& future)
    : machine_(machine), facts_(machine, future), watch_(machine, future, facts_), order_(machine) {
  sets_.intern({});
  const Program& program = machine.program;
  const auto add = [&](FindingKind kind, const std::vector<Condition>& conditions,
                       std::vector<Check>& checks) {
    for (std::size_t i = 0; i < conditions.size(); ++i) {
      checks.push_back({&conditions[i], static_cast<std::uint32_t>(symptoms_.size()),
                        is_of_variables(program, conditions[i])});
      symptoms_.push_back({kind, {}, {}, {}, i});
    }
  };
  add(FindingKind::invariant, program.invariants, invariants_);
  add(FindingKind::final_check, program.final_checks, final_checks_);
}

std::uint32_t Examiner::examine(const State& state, std::span<const Choice> enabled) {
  shown_.clear();
  add_exceptions(state);
  add_broken_invariants(state);
  add_stuck(state, enabled);
  if (!order_.is_idle()) add_against_order(state);
  if (has_exited(state)) add_broken(state, final_checks_);
  if (shown_.empty()) return 0;
  std::ranges::sort(shown_);
  return sets_.intern(shown_).id;
}

std::vector<std::uint32_t> Examiner::symptoms_of(std::uint32_t set) const {
  std::vector<std::uint32_t> symptoms;
  sets_.read(set, symptoms);
  return symptoms;
}

void Examiner::add_exceptions(const State& state) {
  const Program& program = machine_.program;
  const std::size_t threads = thread_count(program, state);
  for (std::uint32_t i = 0; i < threads; ++i) {
    if (reported_exception(machine_, state, facts_, {i}) == none_value) continue;
    const LocalId ended = local(program, state, {i});
    const auto [found, added] = of_exception_.try_emplace(
        {ThreadId{i}, ended}, static_cast<std::uint32_t>(symptoms_.size()));
    if (added) symptoms_.push_back({FindingKind::uncaught_exception, {}, {i}, ended, 0});
    shown_.push_back(found->second);
  }
}

bool Examiner::holds(const State& state, const Check& check) const {
  const Result result = evaluate(machine_, state, check.condition->function);
  return !result.raised && truth(machine_.values(), result.value);
}

void Examiner::add_broken(const State& state, std::span<const Check> checks) {
  for (const Check& check : checks) {
    if (!holds(state, check)) shown_.push_back(check.symptom);
  }
}

// Evaluated once for each combination of values, if they look at nothing else.
void Examiner::add_broken_invariants(const State& state) {
  if (invariants_.empty()) return;
  if (!std::ranges::all_of(invariants_, &Check::of_variables)) {
    add_broken(state, invariants_);
    return;
  }
  const auto first = state.words.begin() + layout::globals;
  row_.assign(first, first + static_cast<std::ptrdiff_t>(machine_.program.globals.size()));
  const std::optional<std::uint32_t> known = variables_.find(row_);
  if (!known) {
    const std::size_t before = shown_.size();
    add_broken(state, invariants_);
    variables_.intern(row_);  // only now: the machine may be frozen
    broken_.push_back(sets_.intern(std::span(shown_).subspan(before)).id);
    return;
  }
  if (broken_[*known] == 0) return;
  const std::vector<std::uint32_t> broken = symptoms_of(broken_[*known]);
  shown_.insert(shown_.end(), broken.begin(), broken.end());
}

void Examiner::add_stuck(const State& state, std::span<const Choice> enabled) {
  for (const std::uint32_t cause : watch_.look(state, enabled)) {
    while (of_cause_.size() < watch_.seen().size()) {
      const StuckWatch::Seen& seen = watch_.seen()[of_cause_.size()];
      of_cause_.push_back(static_cast<std::uint32_t>(symptoms_.size()));
      symptoms_.push_back({seen.kind, seen.fingerprint, {}, {}, 0, seen.daemons_only});
    }
    shown_.push_back(of_cause_[cause]);
  }
}

void Examiner::add_against_order(const State& state) {
  for (const OrderBreach& breach : order_.breaches(state)) {
    std::string fingerprint = order_.fingerprint(breach);
    const auto [found, added] =
        of_breach_.try_emplace(fingerprint, static_cast<std::uint32_t>(symptoms_.size()));
    if (added) symptoms_.push_back({FindingKind::lock_order, std::move(fingerprint), {}, {}, 0});
    shown_.push_back(found->second);
  }
}

std::size_t Examiner::memory_bytes() const {
  return facts_.memory_bytes() + watch_.memory_bytes() + variables_.memory_bytes() +
         sets_.memory_bytes() + broken_.capacity() * sizeof(std::uint32_t);
}

}  // namespace lockstep
