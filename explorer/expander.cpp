#include "explorer/expander.h"

#include <algorithm>
#include <optional>

#include "explorer/shortest.h"

namespace lockstep {

void Expander::look_at(std::uint32_t id) {
  id_ = id;
  states_.read(id, state_.words);
  enabled(machine_, state_, choices_);
}

std::span<const Choice> Expander::chosen(std::uint64_t depth) {
  if (reduction_ == nullptr) return choices_;
  return reduction_->choose(state_, choices_, depth, machine_.memoise ? &steps_ : nullptr);
}

void Expander::follow(std::span<const Choice> choices, bool only_looks) {
  successors_.clear();
  words_.clear();
  endings_.clear();
  transitions_ = 0;
  const bool is_symmetric = is_symmetric_behind(id_);
  const bool is_plain = reduction_ == nullptr && !is_symmetric;
  for (const Choice& choice : choices) {
    if (is_symmetric && is_done_by_another_of(choices, choice.thread)) continue;
    ++transitions_;
    const auto known = machine_.memoise ? steps_.find(state_, choice) : std::nullopt;
    if (known && is_plain) {  // and what it ends with has been noted
      const auto asked = only_looks ? states_.ask_known(id_, *known) : states_.ask(id_, *known);
      if (!asked) {
        next_ = state_;
        for (const WordChange& change : known->changes) next_.words[change.word] = change.value;
      }
      add(asked, 1);
      continue;
    }
    next_ = state_;
    if (known) {
      for (const WordChange& change : known->changes) next_.words[change.word] = change.value;
    } else if (machine_.memoise) {
      steps_.take(state_, choice, next_);
    } else {
      step(machine_, next_, choice);
    }
    note_ending(state_, next_, choice);
    const std::uint32_t passed = pass_through(id_);
    transitions_ += passed;
    if (is_symmetric) symmetry_->canonicalise(next_);
    threads_max_ = std::max(threads_max_, thread_count(machine_.program, next_));
    add(only_looks ? states_.ask_known(next_.words) : states_.ask(next_.words), 1 + passed);
  }
  for (Successor& successor : successors_) {
    if (successor.is_known) states_.look(successor.asked);
  }
}

// Whether what the thread can do is done by another one of these.
bool Expander::is_done_by_another_of(std::span<const Choice> choices, ThreadId thread) {
  const std::optional<std::uint32_t> other = symmetry_->alike_before(state_, thread.index);
  return other && std::ranges::any_of(
                      choices, [&](const Choice& choice) { return choice.thread.index == *other; });
}

// `asked`: nothing if the table does not know enough of next_.
void Expander::add(const std::optional<TreeTable::Asked>& asked, std::uint32_t steps) {
  if (asked) {
    successors_.push_back({*asked, steps, true, 0, 0});
    return;
  }
  successors_.push_back({{},
                         steps,
                         false,
                         static_cast<std::uint32_t>(words_.size()),
                         static_cast<std::uint32_t>(next_.words.size())});
  words_.insert(words_.end(), next_.words.begin(), next_.words.end());
}

void Expander::note_ending(const State& before, const State& after, const Choice& choice) {
  if (life(machine_.program, after, choice.thread) != Life::ended) return;  // as after most steps
  const std::optional<Ending> ending =
      ending_of(machine_, examiner_.facts(), before, after, choice.thread);
  if (ending) endings_.emplace_back(*ending, choice);
}

const State& Expander::step_from(const State& state, std::uint32_t id, const Choice& choice) {
  next_ = state;
  step(machine_, next_, choice);
  pass_through(id);
  if (is_symmetric_behind(id)) symmetry_->canonicalise(next_);
  return next_;
}

// With a reduction: takes next_, to which a step of state `from` led, to the next that is kept.
// Says how many steps that took.
std::uint32_t Expander::pass_through(std::uint32_t from) {
  return reduction_ == nullptr || from < graph_.symmetric_from ? 0 : forced_steps_.take(next_);
}

}  // namespace lockstep
