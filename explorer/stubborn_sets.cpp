#include "explorer/stubborn_sets.h"

#include <algorithm>
#include <bit>

namespace lockstep {
namespace {

constexpr std::uint64_t depth_between_turns = 100;

}  // namespace

StubbornSets::StubbornSets(const Machine& machine, LocalFactsTable& facts)
    : machine_(machine),
      facts_(facts),
      resources_(machine.program),
      own_futures_(std::make_unique<FutureFootprints>(machine, resources_)),
      futures_(*own_futures_) {}

StubbornSets::StubbornSets(StubbornSets& other, LocalFactsTable& facts)
    : machine_(other.machine_),
      facts_(facts),
      resources_(other.machine_.program),
      futures_(other.futures_),
      put_off_(other.put_off_) {}

bool StubbornSets::are_for(const Program& program) {
  return !program.has_processes &&
         std::ranges::all_of(program.invariants, [&](const Condition& invariant) {
           return is_of_variables(program, invariant);
         });
}

std::span<const Choice> StubbornSets::choose(const State& state, std::span<const Choice> enabled,
                                             std::uint64_t depth, KnownSteps* known) {
  threads_.clear();
  known_ = known;
  if (enabled.empty() || enabled.front().thread == enabled.back().thread ||
      state.words[layout::exit_callbacks] != 0) {
    return enabled;
  }
  look_at(state, enabled);
  const bool is_turn = depth % depth_between_turns == depth_between_turns - 1;
  const bool found = is_turn ? find_in_turn(state, enabled, depth / depth_between_turns)
                             : find_smallest(state, enabled);
  if (!found) return enabled;
  chosen_.clear();
  for (const Choice& choice : enabled) {
    if (in_set_[choice.thread.index]) chosen_.push_back(choice);
  }
  return chosen_;
}

// Leaves in in_set_ a set with as few choices as can be. False: it would have all.
bool StubbornSets::find_smallest(const State& state, std::span<const Choice> enabled) {
  bool found = false;
  auto least = static_cast<std::uint32_t>(enabled.size());
  // Of sets as small the one around the newest thread: who was created later tends to have more
  // behind it, and to take what comes later in an order of locks.
  const auto is_put_off = [&](std::uint32_t i) { return i < put_off_.size() && put_off_[i]; };
  const bool all_put_off = std::ranges::all_of(
      enabled, [&](const Choice& choice) { return is_put_off(choice.thread.index); });
  for (auto i = static_cast<std::uint32_t>(threads_.size()); i-- > 0 && least > 1;) {
    if (threads_[i].is != Participant::Is::able || threads_[i].count >= least) continue;
    if (is_put_off(i) && !all_put_off) continue;
    if (!close(state, enabled, i, least)) continue;
    least = choices_in_set_;
    smallest_ = in_set_;
    found = true;
  }
  if (found) std::swap(in_set_, smallest_);
  return found;
}

// The same with the set around one thread, each in its turn.
bool StubbornSets::find_in_turn(const State& state, std::span<const Choice> enabled,
                                std::uint64_t turn) {
  auto thread = static_cast<std::uint32_t>(turn % threads_.size());
  while (threads_[thread].is != Participant::Is::able) {
    thread = (thread + 1) % static_cast<std::uint32_t>(threads_.size());
  }
  return close(state, enabled, thread, static_cast<std::uint32_t>(enabled.size()));
}

void StubbornSets::put_off(ThreadId thread) {
  if (thread.index >= put_off_.size()) put_off_.resize(thread.index + 1, false);
  put_off_[thread.index] = true;
}

void StubbornSets::look_at(const State& state, std::span<const Choice> enabled) {
  const Program& program = machine_.program;
  threads_.assign(thread_count(program, state), {});
  while (footprints_.size() < threads_.size()) footprints_.emplace_back(resources_);
  for (std::uint32_t i = 0; i < threads_.size(); ++i) {
    Participant& thread = threads_[i];
    const Life its = life(program, state, {i});
    thread.has_code = its == Life::alive || its == Life::created;
    thread.local = local(program, state, {i});
    if (its == Life::created) {
      thread.is = Participant::Is::created;
    } else if (takes_part(program, state, {i})) {
      thread.is = Participant::Is::waiting;
    }
  }
  for (std::uint32_t i = 0; i < enabled.size(); ++i) {
    Participant& thread = threads_[enabled[i].thread.index];
    thread.is = Participant::Is::able;
    if (thread.count++ == 0) thread.first = i;
    thread.times_out = thread.times_out || enabled[i].kind == Choice::Kind::timeout;
  }
}

// Makes the smallest set that this module knows around the thread. False: it has no fewer choices
// than `count_below`.
bool StubbornSets::close(const State& state, std::span<const Choice> enabled, std::uint32_t first,
                         std::uint32_t count_below) {
  in_set_.assign(threads_.size(), 0);
  set_.clear();
  choices_in_set_ = 0;
  choices_max_ = count_below - 1;
  if (!include(first)) return false;
  for (std::size_t i = 0; i < set_.size(); ++i) {
    const std::uint32_t thread = set_[i];
    const bool able = threads_[thread].is == Participant::Is::able;
    if (able && !add_in_the_way(state, enabled, thread)) return false;
    if ((!able || threads_[thread].times_out) && !add_who_enables(state, thread)) return false;
  }
  return true;
}

const Future& StubbornSets::future_of(std::uint32_t thread) {
  Participant& its = threads_[thread];
  if (its.future == nullptr) its.future = &futures_.of(its.local);
  return *its.future;
}

bool StubbornSets::include(std::uint32_t thread) {
  if (in_set_[thread]) return true;
  in_set_[thread] = 1;
  set_.push_back(thread);
  choices_in_set_ += threads_[thread].count;
  return choices_in_set_ <= choices_max_;
}

bool StubbornSets::add_in_the_way(const State& state, std::span<const Choice> enabled,
                                  std::uint32_t thread) {
  find_footprint(state, enabled, thread);
  const Footprint& conflicts = footprints_[thread].conflicts;
  if (conflicts.anything) return false;
  // The end of the process ends a daemon in the middle of what it does.
  if (is_daemon(machine_.program, state, {thread}) && !include(main_thread_id.index)) return false;
  for (std::uint32_t i = 0; i < threads_.size(); ++i) {
    if (in_set_[i] || threads_[i].is == Participant::Is::absent || !threads_[i].has_code) continue;
    if (is_in_the_way(state, conflicts, i) && !include(i)) return false;
  }
  return true;
}

void StubbornSets::find_footprint(const State& state, std::span<const Choice> enabled,
                                  std::uint32_t thread) {
  Participant& its = threads_[thread];
  if (its.footprint_known) return;
  its.footprint_known = true;
  StepFootprint& footprint = footprints_[thread];
  footprint.clear();
  for (std::uint32_t i = its.first; i < its.first + its.count; ++i) {
    const StepFootprint* const known =
        known_ == nullptr ? nullptr : known_->footprint_of(state, enabled[i]);
    if (known != nullptr) {
      footprint.add(*known);
      continue;
    }
    scratch_ = state;
    performed_.clear();
    step(machine_, scratch_, enabled[i], performed_);
    footprint.add(machine_.program, resources_, performed_);
  }
}

const StepFootprint& StubbornSets::footprint_of(const State& state, std::span<const Choice> enabled,
                                                ThreadId thread) {
  if (threads_.empty()) look_at(state, enabled);
  find_footprint(state, enabled, thread.index);
  return footprints_[thread.index];
}

bool StubbornSets::is_in_the_way(const State& state, const Footprint& conflicts,
                                 std::uint32_t other) {
  const Future& future = future_of(other);
  if (future.footprint.anything) return true;
  for (std::size_t word = 0; word < conflicts.bits.size(); ++word) {
    std::uint64_t both = conflicts.bits[word] & future.footprint.bits[word];
    for (; both != 0; both &= both - 1) {
      const auto bit = static_cast<std::uint32_t>(word * 64) +
                       static_cast<std::uint32_t>(std::countr_zero(both));
      const std::uint64_t behind = future.locks_before(bit);
      if (behind == 0 || !is_shut(state, other, behind)) return true;
    }
  }
  return false;
}

// Whether the thread cannot get past one of these locks before somebody in the set acts.
bool StubbornSets::is_shut(const State& state, std::uint32_t thread, std::uint64_t locks) {
  const Program& program = machine_.program;
  for (; locks != 0; locks &= locks - 1) {
    const ObjectId lock = futures_.locks()[static_cast<std::size_t>(std::countr_zero(locks))];
    const std::optional<ThreadId> its = owner(machine_, state, lock);
    if (!its) continue;
    const bool is_rlock = only_owner_releases(program.objects[lock.index].kind);
    const auto is_put_off = [&](std::uint32_t i) {
      return in_set_[i] || threads_[i].is == Participant::Is::absent || !threads_[i].has_code;
    };
    if (is_rlock && its->index == thread) continue;
    if (!is_put_off(its->index)) continue;
    if (is_rlock) return true;
    bool all = true;
    for (std::uint32_t i = 0; i < threads_.size() && all; ++i) {
      all = is_put_off(i) || !may_release_first(i, lock);
    }
    if (all) return true;
  }
  return false;
}

// Whether the thread may release a lock that is somebody's without waiting for it before.
bool StubbornSets::may_release_first(std::uint32_t thread, ObjectId lock) {
  const Future& future = future_of(thread);
  if (future.footprint.anything) return true;
  const std::uint32_t give = footprint_bit(resources_.of(lock), Mode::give);
  return (future.footprint.bits[give / 64] >> (give % 64) & 1) != 0 &&
         (future.locks_before(give) & futures_.bit_of(lock)) == 0;
}

// Threads of which one has to act before this one can go on.
bool StubbornSets::add_who_enables(const State& state, std::uint32_t thread) {
  const Participant& its = threads_[thread];
  if (its.is == Participant::Is::created) {
    const std::uint32_t start = footprint_bit(resources_.starts(), Mode::write);
    for (std::uint32_t i = 0; i < threads_.size(); ++i) {
      if (in_set_[i] || threads_[i].is == Participant::Is::absent || !threads_[i].has_code)
        continue;
      const Footprint& footprint = future_of(i).footprint;
      const bool may_start = footprint.anything || (footprint.bits[start / 64] >> (start % 64) & 1);
      if (may_start && !include(i)) return false;
    }
    return true;
  }
  // Of those for whose end it waits any will do.
  const auto add_one_of = [&](auto is_waited_for) {
    std::optional<std::uint32_t> found;
    for (std::uint32_t i = 0; i < threads_.size(); ++i) {
      if (!is_waited_for(i)) continue;
      if (in_set_[i]) return true;
      if (!found) found = i;
    }
    return !found || include(*found);
  };
  const auto waits_for = [&](std::uint32_t other) {
    return waits_for_end_of(machine_, state, {thread}, {other});
  };
  if (!its.has_code) return add_one_of(waits_for);
  const LocalFacts waiter = facts_.of(its.local);
  switch (waiter.by) {
    case LetGoBy::end:
      return add_one_of(waits_for);
    case LetGoBy::store:
      for (std::uint32_t i = 0; i < threads_.size(); ++i) {
        if (i == thread || threads_[i].is == Participant::Is::absent || !threads_[i].has_code ||
            threads_[i].is == Participant::Is::created) {
          continue;
        }
        if (facts_.may_make_true(threads_[i].local, waiter.pc) && !include(i)) return false;
      }
      return true;
    case LetGoBy::release:
    case LetGoBy::set:
    case LetGoBy::notify:
    case LetGoBy::put:
    case LetGoBy::get:
    case LetGoBy::task_done:
    case LetGoBy::arrive:
      return waiter.on_object && add_releasers(state, thread, waiter.object, waiter.wait);
    case LetGoBy::connect:
    case LetGoBy::accept:
    case LetGoBy::send:
    case LetGoBy::recv:
    case LetGoBy::finish:
    case LetGoBy::close:
    case LetGoBy::answer:
    case LetGoBy::cancel:
    case LetGoBy::fill:
    case LetGoBy::turn:
    case LetGoBy::wake:
    case LetGoBy::nothing:
      break;
  }
  return false;
}

bool StubbornSets::add_releasers(const State& state, std::uint32_t waiter, ObjectId object,
                                 std::uint32_t wait) {
  const ObjectKind kind = machine_.program.objects[object.index].kind;
  if (row(kind).owned) {
    const std::optional<ThreadId> its = owner(machine_, state, object);
    if (its && threads_[its->index].is != Participant::Is::absent && !include(its->index)) {
      return false;
    }
    if (only_owner_releases(kind)) return true;
    for (std::uint32_t i = 0; i < threads_.size(); ++i) {
      if (i == waiter || threads_[i].is == Participant::Is::absent || !threads_[i].has_code)
        continue;
      if (may_release_first(i, object) && !include(i)) return false;
    }
    return true;
  }
  for (std::uint32_t i = 0; i < threads_.size(); ++i) {
    if (i == waiter || threads_[i].is == Participant::Is::absent || !threads_[i].has_code ||
        threads_[i].is == Participant::Is::created) {
      continue;
    }
    if (facts_.may_let_go(threads_[i].local, wait) && !include(i)) return false;
  }
  return true;
}

}  // namespace lockstep
