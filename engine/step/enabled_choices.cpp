#include "engine/step/enabled_choices.h"

#include <algorithm>
#include <bit>

#include "engine/assert.h"

namespace lockstep {
namespace {

bool by_thread(const Choice& a, const Choice& b) { return a.thread < b.thread; }

// A bit for each word that is another one; those beyond a mask count as its last.
std::uint32_t changed_words(const Word* before, const Word* after, std::uint32_t words) {
  std::uint32_t changed = 0;
  for (std::uint32_t i = 0; i < words; ++i) {
    if (before[i] != after[i]) changed |= word_bit(i);
  }
  return changed;
}

// Whether those who look so, and wait, are let go all together.
bool makes_crowd(LooksAt looks_at) {
  return looks_at.how == LooksAt::How::zero || looks_at.how == LooksAt::How::not_zero;
}

}  // namespace

EnabledChoices::EnabledChoices(const Machine& machine, Crowds crowds)
    : machine_(machine),
      keeps_crowds_(crowds == Crowds::kept),
      crowds_(keeps_crowds_ ? machine.program.objects.size() : 0),
      at_object_(machine.program.objects.size()),
      conditions_(machine.program.objects.size()) {
  for (std::uint32_t i = 0; i < machine.program.objects.size(); ++i) {
    if (const auto lock = machine.program.objects[i].lock) conditions_[lock->index].push_back({i});
  }
}

void EnabledChoices::begin(const State& initial) {
  choices_.clear();
  for (ThreadId t{0}; t.index < thread_count(machine_.program, initial); ++t.index) concern(t);
  look_again(initial, main_thread_id);
}

bool EnabledChoices::may_have_crowds(const Program& program) {
  return !program.has_processes && std::ranges::none_of(program.code, [](const Instruction& one) {
    return one.opcode == Opcode::atomic_enter || one.opcode == Opcode::await;
  });
}

std::span<const Choice> EnabledChoices::choices() const {
  if (open_.empty()) return {first_, count_};
  if (!has_all_) {
    all_.assign(first_, first_ + count_);
    for (const std::uint32_t object : open_) {
      const auto middle = std::ssize(all_);
      for (const ThreadId thread : crowds_[object].threads) all_.push_back({thread});
      std::inplace_merge(all_.begin(), all_.begin() + middle, all_.end());
    }
    has_all_ = true;
  }
  return all_;
}

bool EnabledChoices::empty() const { return count_ == 0 && open_.empty(); }

bool EnabledChoices::has(Choice choice) const {
  if (const auto crowd = crowd_of(choice.thread)) {
    return crowds_[crowd->index].is_open && choice == Choice{choice.thread};
  }
  const auto [begin, end] = std::equal_range(first_, first_ + count_, choice, by_thread);
  return std::find(begin, end, choice) != end;
}

std::optional<Choice> EnabledChoices::first_of(ThreadId thread) const {
  if (const auto crowd = crowd_of(thread)) {
    return crowds_[crowd->index].is_open ? std::optional(Choice{thread}) : std::nullopt;
  }
  const auto found = std::lower_bound(first_, first_ + count_, Choice{thread}, by_thread);
  if (found == first_ + count_ || found->thread != thread) return std::nullopt;
  return *found;
}

std::optional<ObjectId> EnabledChoices::crowd_of(ThreadId thread) const {
  if (thread.index >= places_.size() || !places_[thread.index].in_crowd) return std::nullopt;
  return ObjectId{places_[thread.index].on};
}

void EnabledChoices::before_step(const State& before) {
  const auto shared = static_cast<std::ptrdiff_t>(threads_offset(machine_.program));
  before_.assign(before.words.begin(), before.words.begin() + shared);
  for (const ThreadId thread : concerned_) is_concerned_[thread.index] = false;
  concerned_.clear();
  turned_.clear();
  has_all_ = false;
  ended_ = false;
}

void EnabledChoices::on_event(const Event& event) {
  if (event.kind == Event::Kind::thread_ended) {
    ended_ = true;
    concern(event.thread);
  }
  if (event.kind != Event::Kind::operation && event.kind != Event::Kind::timeout) return;
  if (is_exit(event.operation) || event.operation == Operation::mp_queue_join_thread ||
      event.operation == Operation::mp_queue_cancel_join_thread) {
    ended_ = true;
  }
  if (machine_.values().kind(event.receiver) != ValueKind::thread) return;
  // It was started, or otherwise changed.
  ended_ = true;
  concern(machine_.values().as_thread(event.receiver));
}

void EnabledChoices::after_step(const State& after, ThreadId stepped) {
  const Program& program = machine_.program;
  const std::size_t threads = thread_count(program, after);
  // What a process has to itself is not in the words that are compared here.
  if (has_exited(after) || program.has_processes) {
    for (ThreadId t{0}; t.index < threads; ++t.index) concern(t);
    return look_again(after, stepped);
  }
  for (ThreadId t{static_cast<std::uint32_t>(places_.size())}; t.index < threads; ++t.index) {
    concern(t);
  }
  concern(stepped);
  const std::size_t named = concerned_.size();
  for (std::size_t i = 0; i < named; ++i) {
    if (concerned_[i].index < at_thread_.size()) concern_all(at_thread_[concerned_[i].index]);
  }
  if (ended_) concern_all(at_end_);
  concern_all(at_any_);
  if (!std::equal(before_.begin(), before_.end(), after.words.begin())) {
    for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
      const std::uint32_t begin = program.objects[i].offset;
      const std::uint32_t words = row(program.objects[i].kind).words;
      const std::uint32_t changed =
          changed_words(before_.data() + begin, after.words.data() + begin, words);
      if (changed == 0) continue;
      concern_those_at(i, changed, after);
      for (const ObjectId condition : conditions_[i]) concern_those_at(condition.index, 0, after);
    }
  }
  look_again(after, stepped);
}

bool EnabledChoices::concerns_others(ThreadId thread, ObjectId object, std::span<const Word> before,
                                     const State& after) const {
  const std::uint32_t changed =
      changed_words(before.data(), object_words(machine_.program, after, object),
                    static_cast<std::uint32_t>(before.size()));
  if (changed == 0) return false;
  const auto has_others = [&](const List& threads) {
    return threads.size() > 1 || (threads.size() == 1 && threads.front() != thread);
  };
  const bool has_crowd = keeps_crowds_ && has_others(crowds_[object.index].threads);
  for (const Group& group : at_object_[object.index]) {
    if (group.looks_at != LooksAt{} && (group.looks_at.words & changed) == 0) continue;
    if (has_others(group.threads) || (has_crowd && makes_crowd(group.looks_at))) return true;
  }
  return std::ranges::any_of(conditions_[object.index], [&](ObjectId condition) {
    return std::ranges::any_of(at_object_[condition.index], [&](const Group& group) {
      return group.looks_at == LooksAt{} && has_others(group.threads);
    });
  });
}

EnabledChoices::List* EnabledChoices::list_of(const Place& place) {
  switch (place.stand) {
    case Stand::free:
      return nullptr;
    case Stand::object:
      return &at_object_[place.on][place.group].threads;
    case Stand::thread:
      if (at_thread_.size() <= place.on) at_thread_.resize(place.on + 1);
      return &at_thread_[place.on];
    case Stand::end:
      return &at_end_;
    case Stand::any:
      return &at_any_;
  }
  return nullptr;
}

bool EnabledChoices::stand(const State& state, ThreadId thread, bool waits, bool stepped) {
  Place next;
  if (takes_part(machine_.program, state, thread)) {
    const Pending& now = pending(machine_, state, thread);
    const OperationRow& operation = row(now.operation);
    const ValueKind receiver = machine_.values().kind(now.receiver);
    if (operation.ready == nullptr) {
      next.stand = Stand::free;
    } else if (receiver == ValueKind::object) {
      const std::uint32_t object = machine_.values().as_object(now.receiver).index;
      const LooksAt looks = looks_at(now.operation);
      next = {Stand::object, object, 0, group_of(object, looks)};
      const bool is_one = thread.index < places_.size() && places_[thread.index].in_crowd &&
                          places_[thread.index].on == object && !stepped;
      next.in_crowd = keeps_crowds_ && makes_crowd(looks) && (waits || is_one);
    } else if (receiver == ValueKind::thread) {
      next = {Stand::thread, machine_.values().as_thread(now.receiver).index};
    } else {
      next.stand = operation.let_go_by == LetGoBy::end      ? Stand::end
                   : operation.let_go_by == LetGoBy::cancel ? Stand::free  // it is spoken of
                                                            : Stand::any;
    }
  }
  if (places_.size() <= thread.index) places_.resize(thread.index + 1);
  Place& place = places_[thread.index];
  if (place.stand == next.stand && place.on == next.on && place.group == next.group &&
      place.in_crowd == next.in_crowd) {
    return place.in_crowd;
  }
  leave(thread);
  if (next.in_crowd) {
    List& crowd = crowds_[next.on].threads;
    crowd.insert(std::ranges::lower_bound(crowd, thread), thread);
  } else if (List* const list = list_of(next)) {
    next.at = list->size();
    list->push_back(thread);
  }
  place = next;
  return place.in_crowd;
}

void EnabledChoices::leave(ThreadId thread) {
  const Place& place = places_[thread.index];
  if (place.in_crowd) {
    List& crowd = crowds_[place.on].threads;
    crowd.erase(std::ranges::lower_bound(crowd, thread));
    if (crowd.empty() && crowds_[place.on].is_open) close(place.on);
  } else if (List* const list = list_of(place)) {
    const ThreadId last = list->back();
    (*list)[place.at] = last;
    places_[last.index].at = place.at;
    list->pop_back();
  }
}

void EnabledChoices::turn(std::uint32_t object, bool is_open) {
  Crowd& crowd = crowds_[object];
  if (crowd.is_open == is_open || crowd.threads.empty()) return;
  turned_.push_back({{object}, is_open});
  if (!is_open) return close(object);
  crowd.is_open = true;
  open_.insert(std::ranges::lower_bound(open_, object), object);
}

void EnabledChoices::close(std::uint32_t object) {
  crowds_[object].is_open = false;
  open_.erase(std::ranges::lower_bound(open_, object));
}

void EnabledChoices::concern(ThreadId thread) {
  if (is_concerned_.size() <= thread.index) is_concerned_.resize(thread.index + 1);
  if (is_concerned_[thread.index]) return;
  is_concerned_[thread.index] = true;
  concerned_.push_back(thread);
}
void EnabledChoices::concern_all(const List& threads) {
  for (const ThreadId thread : threads) concern(thread);
}

std::size_t EnabledChoices::group_of(std::uint32_t object, LooksAt looks_at) {
  std::vector<Group>& groups = at_object_[object];
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].looks_at == looks_at) return i;
  }
  groups.push_back({looks_at, {}});
  return groups.size() - 1;
}

// `changed`: which of its words; none: those of the lock of a Condition, which who is parked there
// does not look at.
void EnabledChoices::concern_those_at(std::uint32_t object, std::uint32_t changed,
                                      const State& after) {
  const std::uint32_t begin = machine_.program.objects[object].offset;
  for (const Group& group : at_object_[object]) {
    if (group.looks_at == LooksAt{}) {
      concern_all(group.threads);
    } else if ((group.looks_at.words & changed) != 0) {
      const std::size_t word =
          begin + static_cast<std::size_t>(std::countr_zero(group.looks_at.words));
      if (group.looks_at.how == LooksAt::How::queue) {
        if (!group.threads.empty()) concern_moved(before_[word], after.words[word]);
      } else {
        concern_all(group.threads);
        if (keeps_crowds_ && makes_crowd(group.looks_at)) {
          const bool is_zero = after.words[word] == 0;
          turn(object, is_zero == (group.looks_at.how == LooksAt::How::zero));
        }
      }
    }
  }
}

// Between the same first ones and the same last ones of two queues of threads.
void EnabledChoices::concern_moved(Word before, Word after) {
  std::span<const Value> was = machine_.values().items(Value{before});
  std::span<const Value> is = machine_.values().items(Value{after});
  const std::size_t shorter = std::min(was.size(), is.size());
  const auto first = static_cast<std::size_t>(
      std::mismatch(was.begin(), was.begin() + static_cast<std::ptrdiff_t>(shorter), is.begin())
          .first -
      was.begin());
  was = was.subspan(first);
  is = is.subspan(first);
  while (!was.empty() && !is.empty() && was.back() == is.back()) {
    was = was.first(was.size() - 1);
    is = is.first(is.size() - 1);
  }
  for (const Value thread : was) concern(machine_.values().as_thread(thread));
  for (const Value thread : is) concern(machine_.values().as_thread(thread));
}

void EnabledChoices::look_again(const State& state, ThreadId stepped) {
  looked_at_ += concerned_.size();
  std::ranges::sort(concerned_);
  if (concerned_.size() == 1) {
    // Most steps. What others may do stays where it is.
    const auto [begin, end] =
        std::equal_range(choices_.begin(), choices_.end(), Choice{concerned_.front()}, by_thread);
    fresh_.clear();
    choices_of(machine_, state, concerned_.front(), fresh_);
    if (stand(state, concerned_.front(), fresh_.empty(), concerned_.front() == stepped)) {
      fresh_.clear();
    }
    const auto kept = std::min<std::ptrdiff_t>(end - begin, std::ssize(fresh_));
    std::copy_n(fresh_.begin(), kept, begin);
    if (kept < end - begin) {
      choices_.erase(begin + kept, end);
    } else {
      choices_.insert(end, fresh_.begin() + kept, fresh_.end());
    }
  } else {
    fresh_.clear();
    auto old = choices_.begin();
    for (const ThreadId thread : concerned_) {
      const auto until = std::lower_bound(old, choices_.end(), Choice{thread}, by_thread);
      fresh_.insert(fresh_.end(), old, until);
      const std::size_t had = fresh_.size();
      choices_of(machine_, state, thread, fresh_);
      if (stand(state, thread, fresh_.size() == had, thread == stepped)) fresh_.resize(had);
      old = std::upper_bound(until, choices_.end(), Choice{thread}, by_thread);
    }
    fresh_.insert(fresh_.end(), old, choices_.end());
    choices_.swap(fresh_);
  }
  first_ = choices_.data();
  count_ = choices_.size();
  are_atomic_ = false;
  // Only who has just taken a step can be inside an atomic section that has begun.
  const Life its = life(machine_.program, state, stepped);
  if (its == Life::alive && !has_exited(state) && pending(machine_, state, stepped).atomic) {
    const auto [begin, end] =
        std::equal_range(choices_.begin(), choices_.end(), Choice{stepped}, by_thread);
    if (begin != end) {
      are_atomic_ = true;
      first_ = &*begin;
      count_ = static_cast<std::size_t>(end - begin);
    }
  }
#ifdef LOCKSTEP_AUDIT
  std::vector<Choice> all;
  enabled(machine_, state, all);
  LOCKSTEP_ASSERT(std::ranges::equal(all, choices()), "a step concerns nobody else");
#endif
}

}  // namespace lockstep
