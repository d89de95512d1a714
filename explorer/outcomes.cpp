#include "explorer/outcomes.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "engine/state/stored_machine.h"
#include "explorer/checkpoint_file.h"
#include "explorer/counting.h"
#include "explorer/examine.h"

namespace lockstep {
namespace {

// Of the orbit of a terminal state.
constexpr std::uint64_t images_max = 10'000;

}  // namespace

Outcomes::Shown Outcomes::shown(const State& terminal, std::span<const std::uint32_t> stuck,
                                std::uint32_t thread) {
  return {reported_exception(machine_, terminal, facts_, {thread}),
          std::ranges::find(stuck, thread) != stuck.end()};
}

void Outcomes::add(const State& terminal, std::span<const std::uint32_t> stuck,
                   std::uint64_t states) {
  const Program& program = machine_.program;
  row_.assign(terminal.words.begin() + layout::exited, terminal.words.begin() + 1);
  for (std::uint32_t i = 0; i < program.globals.size(); ++i) {
    row_.push_back(global(terminal, {i}).bits);
  }
  for (std::uint32_t i = 0; i < thread_count(program, terminal); ++i) {
    const Shown its = shown(terminal, stuck, i);
    row_.push_back(its.exception.bits);
    row_.push_back(thread_name_value(program, terminal, {i}).bits);
    row_.push_back(its.is_stuck ? 1 : 0);
  }
  const RowTable::Place place = rows_.intern(row_);
  if (place.added) {
    distinct_.push_back({terminal, {stuck.begin(), stuck.end()}, 0});
    state_bytes_ += terminal.words.size() * sizeof(Word) + stuck.size_bytes();
  }
  std::uint64_t& all = distinct_[place.id].states;
  all = saturated_sum(all, states);
}

// The threads of a class show the same things in every order, each equally often.
bool Outcomes::add_orbit(const State& terminal, std::span<const std::uint32_t> stuck,
                         Symmetry& symmetry) {
  const std::uint64_t states = symmetry.orbit_size(terminal);
  std::vector<std::uint32_t> from(thread_count(machine_.program, terminal));
  std::iota(from.begin(), from.end(), 0U);
  const auto by_what_is_shown = [&](std::uint32_t one, std::uint32_t other) {
    return shown(terminal, stuck, one) < shown(terminal, stuck, other);
  };
  std::vector<std::vector<std::uint32_t>> orders(symmetry.classes());
  std::uint64_t images = 1;
  for (std::vector<std::uint32_t>& order : orders) {
    std::ranges::sort(order, by_what_is_shown);
    std::uint64_t left = order.size();
    for (auto begin = order.begin(); begin != order.end();) {
      const auto end = std::upper_bound(begin, order.end(), *begin, by_what_is_shown);
      const auto alike = static_cast<std::uint64_t>(end - begin);
      images = saturated_product(images, ways_to_choose(alike, left));
      left -= alike;
      begin = end;
    }
  }
  if (images > images_max) return false;
  if (images == 1) {
    add(terminal, stuck, states);
    return true;
  }
  // As one counts: the first class that has another order takes it, those before it begin again.
  for (;;) {
    for (std::size_t i = 0; i < orders.size(); ++i) {
      for (std::size_t j = 0; j < orders[i].size(); ++j) {
        from[symmetry.classes()[i][j]] = orders[i][j];
      }
    }
    image_ = terminal;
    symmetry.permute(image_, from);
    image_stuck_.clear();
    for (std::uint32_t thread = 0; thread < from.size(); ++thread) {
      if (std::ranges::find(stuck, from[thread]) != stuck.end()) image_stuck_.push_back(thread);
    }
    add(image_, image_stuck_, states / images);
    const auto is_last = [&](std::vector<std::uint32_t>& order) {
      return !std::next_permutation(order.begin(), order.end(), by_what_is_shown);
    };
    if (std::ranges::all_of(orders, is_last)) return true;
  }
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
      merged.back().states = saturated_sum(merged.back().states, outcome.states);
    } else {
      merged.push_back(std::move(outcome));
    }
  }
  return merged;
}

const State* Outcomes::state_of(const ExploredOutcome& outcome) const {
  const auto found = std::ranges::find_if(
      distinct_, [&](const Distinct& distinct) { return look_alike(describe(distinct), outcome); });
  return found == distinct_.end() ? nullptr : &found->state;
}

bool Outcomes::looks_like(const State& finished, const ExploredOutcome& outcome) const {
  return has_exited(finished) && look_alike(describe({finished, {}, 1}), outcome);
}

void Outcomes::write(CheckpointWriter& to) const {
  to.number(distinct_.size());
  for (const Distinct& distinct : distinct_) {
    to.number(distinct.state.words.size());
    for (const Word word : distinct.state.words) to.number(word);
    to.number(distinct.stuck.size());
    for (const std::uint32_t thread : distinct.stuck) to.number(thread);
    to.number(distinct.states);
  }
}

void Outcomes::read(CheckpointReader& from) {
  State state;
  std::vector<std::uint32_t> stuck;
  const std::uint64_t count = from.count(1);
  for (std::uint64_t i = 0; i < count && from.fits(); ++i) {
    state.words.resize(from.count(1));
    for (Word& word : state.words) word = from.number32();
    stuck.resize(from.count(1));
    for (std::uint32_t& thread : stuck) thread = from.number32();
    const std::uint64_t states = from.number();
    if (!from.expect(is_state(machine_, state), "an outcome is no state of this program")) break;
    for (const std::uint32_t thread : stuck) {
      from.expect(thread < thread_count(machine_.program, state), "a thread is none");
    }
    if (!from.fits()) break;
    add(state, stuck, states);
    from.expect(distinct_.size() == i + 1, "an outcome is there twice");
  }
}

std::size_t Outcomes::memory_bytes() const {
  return rows_.memory_bytes() + distinct_.capacity() * sizeof(Distinct) + state_bytes_;
}

}  // namespace lockstep
