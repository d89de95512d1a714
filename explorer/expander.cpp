#include "explorer/expander.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "engine/assert.h"
#include "explorer/shortest.h"

namespace lockstep {

void Expander::look_at(std::uint32_t id) {
  id_ = id;
  is_halved_ = half_steps_ && graph_.symmetry == nullptr && half_steps_->look_at(id);
  if (is_halved_) return;
  states_.read(id, state_.words);
  enabled(machine_, state_, choices_);
}

std::span<const Choice> Expander::chosen(std::uint64_t depth) {
  if (reduction_ == nullptr) return choices();
  return reduction_->choose(state_, choices_, depth, machine_.memoise ? &steps_ : nullptr);
}

void Expander::follow(std::span<const Choice> choices, Rest rest, bool only_looks) {
  words_.clear();
  endings_.clear();
  transitions_ = 0;
  if (is_halved_) return follow_halves(only_looks);
  successors_.clear();
  const bool is_symmetric = is_symmetric_behind(id_);
  const bool is_plain = reduction_ == nullptr && !is_symmetric;
  const bool sleeps =
      sleeps_ && id_ >= graph_.symmetric_from && SleepSets::are_for(machine_.program, state_);
  std::optional<ThreadId> latest;  // whose choices were followed
  for (const Choice& choice : choices) {
    if (sleeps && (rest.skipped & mask_of(choice.thread)) != 0) continue;
    if (sleeps && latest && *latest != choice.thread) rest.done |= may_sleep(choices, *latest);
    latest = choice.thread;
    if (is_symmetric && is_done_by_another_of(choices, choice.thread, rest.skipped)) continue;
    ++transitions_;
    const auto known = machine_.memoise ? steps_.find(state_, choice) : std::nullopt;
    if (known && is_plain) {  // and what it ends with has been noted
      const auto asked = only_looks ? states_.ask_known(id_, *known) : states_.ask(id_, *known);
      if (!asked) {
        next_ = state_;
        for (const WordChange& change : known->changes) next_.words[change.word] = change.value;
      }
      successors_.push_back(of_next(asked, 1, 0));
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
    ThreadMask asleep = sleeps ? who_sleeps_behind(choice.thread, rest.done) : 0;
    const std::uint32_t passed = pass_through(id_);
    transitions_ += passed;
    if (passed != 0) asleep = 0;
    if (is_symmetric) asleep = symmetry_->canonicalise(next_, asleep);
    threads_max_ = std::max(threads_max_, thread_count(machine_.program, next_));
    successors_.push_back(
        of_next(only_looks ? states_.ask_known(next_.words) : states_.ask(next_.words), 1 + passed,
                asleep));
  }
  for (Successor& successor : successors_) {
    if (successor.is_known) states_.look(successor.asked);
  }
}

// All choices of a state that is looked at by halves. (Without a reduction all are followed.)
void Expander::follow_halves(bool only_looks) {
  const std::vector<Choice>& choices = half_steps_->choices();
  transitions_ = choices.size();
  std::uint64_t were_known = 0;
  successors_.resize(choices.size());
  for (std::size_t i = 0; i < choices.size(); ++i) {
    Successor& successor = successors_[i];
    if (half_steps_->is_known(i)) {
      successor = {states_.ask(half_steps_->next(i)), 1, true, 0, 0, 0};
      ++were_known;
      continue;
    }
    const State& state = half_steps_->state();
    const auto known = steps_.find(state, choices[i]);
    if (known) {
      if (const auto next = half_steps_->next(i, *known)) {
        successor = {states_.ask(*next), 1, true, 0, 0, 0};
        continue;
      }
    }
    next_ = half_steps_->read();
    if (known) {
      for (const WordChange& change : known->changes) next_.words[change.word] = change.value;
    } else {
      steps_.take(state, choices[i], next_);
      note_ending(state, next_, choices[i]);
      threads_max_ = std::max(threads_max_, thread_count(machine_.program, next_));
    }
    successor =
        of_next(only_looks ? states_.ask_known(next_.words) : states_.ask(next_.words), 1, 0);
  }
  for (Successor& successor : successors_) {
    if (successor.is_known) states_.look(successor.asked);
  }
  steps_.were_known(were_known);
#ifdef LOCKSTEP_AUDIT
  audit_halves();
#endif
}

// Against the state as a whole.
void Expander::audit_halves() {
  State whole, next;
  states_.read(id_, whole.words);
  std::vector<Choice> choices;
  enabled(machine_, whole, choices);
  LOCKSTEP_ASSERT(choices == half_steps_->choices(), "halves say what can happen");
  LOCKSTEP_ASSERT(whole == half_steps_->state(), "halves are a state");
  LOCKSTEP_ASSERT(!is_harmless() || examiner_.examine(whole, choices) == 0,
                  "halves say that nothing is wrong");
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (!successors_[i].is_known) continue;
    next = whole;
    step(machine_, next, choices[i]);
    const std::optional<TreeTable::Asked> asked = states_.ask_known(next.words);
    LOCKSTEP_ASSERT(asked && asked->pair == successors_[i].asked.pair,
                    "a step leads where halves say");
  }
}

// Who waits for a time-out might be let go too, which is another step.
ThreadMask Expander::may_sleep(std::span<const Choice> choices, ThreadId thread) {
  const bool times_out = std::ranges::any_of(choices, [&](const Choice& choice) {
    return choice.thread == thread && choice.kind == Choice::Kind::timeout;
  });
  return times_out ? 0 : mask_of(thread);
}

// Of those whose steps in state_ are done elsewhere, behind the step of this thread to next_.
ThreadMask Expander::who_sleeps_behind(ThreadId thread, ThreadMask done) {
  done &= ~mask_of(thread);
  if (done == 0 || has_exited(next_)) return 0;
  // Inside an atomic section nobody else has a step.
  const bool is_alive = life(machine_.program, next_, thread) == Life::alive;
  if (is_alive && pending(machine_, next_, thread).atomic) return 0;
  const Footprint& conflicts = reduction_->footprint_of(state_, choices_, thread).conflicts;
  ThreadMask asleep = 0;
  for (; done != 0; done &= done - 1) {
    const auto other = static_cast<std::uint32_t>(std::countr_zero(done));
    const Footprint& touched = reduction_->footprint_of(state_, choices_, {other}).touched;
    if (!meet(conflicts, touched)) asleep |= mask_of({other});
  }
  return asleep;
}

// Whether what the thread can do is done by another one of these.
bool Expander::is_done_by_another_of(std::span<const Choice> choices, ThreadId thread,
                                     ThreadMask skipped) {
  const std::optional<std::uint32_t> other = symmetry_->alike_before(state_, thread.index);
  return other && (skipped & mask_of({*other})) == 0 &&
         std::ranges::any_of(choices,
                             [&](const Choice& choice) { return choice.thread.index == *other; });
}

// `asked`: nothing if the table does not know enough of next_.
Expander::Successor Expander::of_next(const std::optional<TreeTable::Asked>& asked,
                                      std::uint32_t steps, ThreadMask asleep) {
  if (asked) return {*asked, steps, true, 0, 0, asleep};
  const auto begin = static_cast<std::uint32_t>(words_.size());
  words_.insert(words_.end(), next_.words.begin(), next_.words.end());
  return {{}, steps, false, begin, static_cast<std::uint32_t>(next_.words.size()), asleep};
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
