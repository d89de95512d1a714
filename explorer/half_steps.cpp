// What a step looks at, and a wait, is what KnownSteps knows: the objects must be self-contained
// (footprint.h). Where all of it is in the half in which the thread is, what the step finds there
// decides about it, and so does the number of the half. That holds for ever: a step that was taken
// once is taken in the same way wherever it finds the same in the words that it looked at.
//
// Nothing is wrong in nearly all states, and that is seen without the words of the state too: who
// waits is let go by somebody who moves, or by one who is let go himself (Holt's reduction, as in
// stuck_watch.cpp, with sets of waits as bits). The answer is then that of the Examiner. Who waits
// in another way, or for what only its owner can give back, is left to that.
#include "explorer/half_steps.h"

#include <algorithm>
#include <bit>

#include "engine/assert.h"
#include "explorer/footprint.h"

namespace lockstep {
namespace {

constexpr std::size_t halves_at_first = 1U << 6;
constexpr std::size_t halves_max = 1U << 13;

std::size_t place(std::uint32_t number, std::size_t size) {
  return number * 0x9e3779b97f4a7c15ULL >> 32 & (size - 1);
}

// Whether whoever can end such a wait, as its number says, does so.
bool anybody_may_end(const LocalFacts& waiter) {
  switch (waiter.by) {
    case LetGoBy::release:
    case LetGoBy::set:
    case LetGoBy::notify:
    case LetGoBy::wake:
    case LetGoBy::put:
    case LetGoBy::get:
    case LetGoBy::task_done:
    case LetGoBy::arrive:
      return waiter.on_object && !waiter.on_rlock;
    default:
      return false;
  }
}

bool waits_for_ends(const LocalFacts& waiter) {
  return waiter.operation == Operation::join_all || waiter.operation == Operation::thread_join;
}

}  // namespace

HalfSteps::HalfSteps(const Machine& machine, TreeTable& states, Examiner& examiner,
                     KnownSteps& steps)
    : machine_(machine),
      states_(states),
      examiner_(examiner),
      steps_(steps),
      halves_{Halves(halves_at_first), Halves(halves_at_first)},
      waitings_(1) {
  waitings_[0].for_ends = true;
}

bool HalfSteps::are_for(const Program& program) {
  return !program.has_processes && !program.feeder_body;
}

bool HalfSteps::look_at(std::uint32_t id) {
  id_ = id;
  root_ = states_.halves(id);
  has_state_ = is_read_ = false;
  shape_ = &shape_of(states_.length(root_));
  if (!shape_->is_usable) return false;
  at_ = {&half(0, root_.first), &half(1, root_.second)};
  const auto& [left, right] = at_;
  if (!left->is_plain || !right->is_plain) return false;
  choices_.clear();
  moves_.clear();
  wait_.clear();
  lets_go_ = 0;
  const bool is_alone = left->alive + right->alive < 2;
  const bool none_awaited = left->awaited + right->awaited == 0;
  look_at(*left, 0, is_alone, none_awaited);
  look_at(*right, 1, is_alone, none_awaited);
  shows_nothing_ = examiner_.looks_at_threads_only() && !left->has_exception &&
                   !right->has_exception && !choices_.empty() && all_may_go_on();
  return true;
}

void HalfSteps::look_at(Half& half, unsigned which, bool is_alone, bool none_awaited) {
  std::uint32_t thread = shape_->threads[which];
  for (Its& its : half.its) {
    const ThreadId self{thread++};
    switch (its.does) {
      case Does::nothing:
        continue;
      case Does::moves:
        choices_.push_back({self});
        moves_.push_back({&its, static_cast<std::uint8_t>(which), !is_alone || !its.may_end});
        lets_go_ |= waitings_[its.waiting].lets_go;
        continue;
      case Does::waits_for_exit:
        if (none_awaited) break;
        [[fallthrough]];
      case Does::waits:
        wait_.push_back(waitings_[its.waiting]);
        continue;
      case Does::depends:
        break;
    }
    look_whole(its, which, self);
  }
}

void HalfSteps::look_whole(Its& its, unsigned which, ThreadId thread) {
  const std::size_t before = choices_.size();
  choices_of(machine_, state(), thread, choices_);
  if (choices_.size() == before) {
    wait_.push_back(waitings_[its.waiting]);
    if (its.does == Does::depends && waits_in(which, thread)) its.does = Does::waits;
    return;
  }
  for (std::size_t i = before; i < choices_.size(); ++i) {
    moves_.push_back({&its, static_cast<std::uint8_t>(which), false});
  }
  lets_go_ |= waitings_[its.waiting].lets_go;
}

// Whether everybody who waits will be let go, as far as is known here.
bool HalfSteps::all_may_go_on() {
  std::size_t waiting = wait_.size();
  for (bool any = true; any && waiting > 0;) {
    any = false;
    for (std::size_t i = waiting; i-- > 0;) {
      const Waiting& its = wait_[i];
      const bool goes = (its.waits_for & lets_go_) != 0 || (its.for_ends && waiting == 1);
      if (!goes) continue;
      lets_go_ |= its.lets_go;
      wait_[i] = wait_[--waiting];
      any = true;
    }
  }
  return waiting == 0;
}

bool HalfSteps::is_in(unsigned which, std::span<const std::uint32_t> words) const {
  return std::ranges::all_of(words,
                             [&](std::uint32_t word) { return shape_->half_of[word] == which; });
}

// Whether all that the wait looks at is in the half.
bool HalfSteps::waits_in(unsigned which, ThreadId thread) {
  const Program& program = machine_.program;
  if (life(program, state_, thread) != Life::alive) return false;
  const LocalFacts facts = examiner_.facts().of(local(program, state_, thread));
  const Value receiver = facts.pending->receiver;
  if (machine_.values().kind(receiver) != ValueKind::object) return false;
  const ObjectId object = machine_.values().as_object(receiver);
  if (!is_self_contained(program.objects[object.index].kind)) return false;
  words_.clear();
  add_looked_at(program, facts.operation, object, words_);
  return is_in(which, words_);
}

std::optional<Pair> HalfSteps::next(std::size_t choice, const KnownChanges& known) {
  std::array<bool, 2> is_other{};
  for (const WordChange& change : known.changes) is_other[shape_->half_of[change.word]] = true;
  Pair next = root_;
  if (is_other[0]) {
    const std::optional<std::uint32_t> left = changed(0, known);
    if (!left) return std::nullopt;
    next.first = *left;
  }
  if (is_other[1]) {
    const std::optional<std::uint32_t> right = changed(1, known);
    if (!right) return std::nullopt;
    next.second = *right;
  }
  Move& move = moves_[choice];
  if (move.its->does == Does::depends && !is_other[1U - move.half]) {
    settle(move, choices_[choice].thread, next);
  }
  return next;
}

// Requires: no word of the other half changes.
void HalfSteps::settle(Move& move, ThreadId thread, Pair next) {
  const auto looked = steps_.looked_at(thread, local(machine_.program, state_, thread));
  if (!is_in(move.half, looked.words)) return;
  move.its->does = Does::moves;
  move.its->may_end = looked.may_end;
  move.its->next = move.half == 0 ? next.first : next.second;
}

// What a half of the state becomes.
std::optional<std::uint32_t> HalfSteps::changed(unsigned which, const KnownChanges& known) {
  auto& changed = at_[which]->changed;
  Changed& at = changed[known.number % changed.size()];
  if (at.changes == known.number) return at.next;
  read();
  const std::optional<Pair> halves = states_.halves(id_, known);
  if (!halves) return std::nullopt;
  at = {known.number, which == 0 ? halves->first : halves->second};
  return at.next;
}

const State& HalfSteps::state() {
  if (has_state_) return state_;
  has_state_ = true;
  state_.words.resize(shape_->words);
  for (unsigned which = 0; which < 2; ++which) {
    const Word* from = at_[which]->words.data();
    for (const auto& [begin, end] : shape_->ranges[which]) {
      std::copy(from, from + (end - begin), state_.words.begin() + begin);
      from += end - begin;
    }
  }
  return state_;
}

const State& HalfSteps::read() {
  if (!is_read_) states_.read(id_, state_.words);
  has_state_ = is_read_ = true;
  return state_;
}

const HalfSteps::Shape& HalfSteps::shape_of(std::uint32_t words) {
  if (shape_ != nullptr && shape_->words == words) return *shape_;
  const auto known =
      std::ranges::find_if(shapes_, [&](const auto& shape) { return shape->words == words; });
  if (known != shapes_.end()) return **known;
  read();
  const std::size_t offset = threads_offset(machine_.program);
  auto shape = std::make_unique<Shape>();
  shape->words = words;
  for (std::uint32_t word = 0; word < words; ++word) {
    const unsigned half = states_.half_of(word);
    auto& ranges = shape->ranges[half];
    if (ranges.empty() || ranges.back().end != word) ranges.push_back({word, word});
    ++ranges.back().end;
    shape->half_of.push_back(static_cast<std::uint8_t>(half));
  }
  const auto threads = static_cast<std::uint32_t>(thread_count(machine_.program, state_));
  const auto half_of = [&](std::uint32_t thread, std::size_t word) {
    return shape->half_of[offset + thread * layout::words_per_thread + word];
  };
  shape->threads = {0, 0, threads};
  shape->is_usable = true;
  for (std::uint32_t thread = 0; thread < threads; ++thread) {
    const unsigned half = half_of(thread, 0);
    if (half == 0) shape->threads[1] = thread + 1;
    shape->is_usable &= half_of(thread, layout::words_per_thread - 1) == half;
  }
  shapes_.push_back(std::move(shape));
  return *shapes_.back();
}

// Of the state at hand. Valid until the next state.
HalfSteps::Half& HalfSteps::half(unsigned which, std::uint32_t number) {
  Halves& halves = halves_[which];
  Half& known = halves[place(number, halves.size())];
  if (known.number == number && known.shape == shape_) return known;
  if (++missed_[which] > halves.size() && halves.size() < halves_max) {
    missed_[which] = 0;
    const std::size_t size = halves.size() * 2;
    for (const Half& half : halves) halves_bytes_ -= bytes_beside(half);
    halves.clear();
    halves.resize(size);
  }
  Half& half = halves[place(number, halves.size())];
  half.number = none;
  half.shape = shape_;
  fill(half, which);
  half.number = number;
  return half;
}

std::size_t HalfSteps::bytes_beside(const Half& half) {
  return half.its.capacity() * sizeof(Its) + half.words.capacity() * sizeof(Word);
}

void HalfSteps::fill(Half& half, unsigned which) {
  const std::uint32_t first = shape_->threads[which];
  read();
  halves_bytes_ -= bytes_beside(half);
  half.words.clear();
  for (const auto& [begin, end] : shape_->ranges[which]) {
    half.words.insert(half.words.end(), state_.words.begin() + begin, state_.words.begin() + end);
  }
  half.its.assign(shape_->threads[which + 1] - first, {});
  halves_bytes_ += bytes_beside(half);
  half.changed.fill({});
  half.alive = half.awaited = 0;
  half.has_exception = false;
  half.is_plain = shape_->half_of[layout::exited] != which || !has_exited(state_);
  for (std::uint32_t i = 0; i < half.its.size(); ++i) fill(half, half.its[i], {first + i});
}

void HalfSteps::fill(Half& half, Its& its, ThreadId thread) {
  const Program& program = machine_.program;
  const LocalId at = local(program, state_, thread);
  switch (life(program, state_, thread)) {
    case Life::created:
    case Life::killed:
      return;
    case Life::ended:
      half.has_exception |= at.index != 0;
      if (thread != main_thread_id) return;
      its.does = is_exiting(program, state_) ? Does::depends : Does::waits_for_exit;
      return;
    case Life::alive:
      break;
  }
  ++half.alive;
  if (!is_daemon(program, state_, thread)) ++half.awaited;
  its.does = Does::depends;
  its.waiting = waiting(at);
  if (examiner_.facts().of(at).atomic) half.is_plain = false;
}

std::uint32_t HalfSteps::waiting(LocalId local) {
  const std::uint32_t index = local.index + 1;
  if (index >= waitings_.size()) {
    waitings_.resize(std::max<std::size_t>(index + 1, waitings_.size() * 2));
  }
  Waiting& its = waitings_[index];
  if (its.is_known) return index;
  LocalFactsTable& table = examiner_.facts();
  const LocalFacts facts = table.of(local);
  its.for_ends = waits_for_ends(facts);
  if (table.has_few_waits()) {
    its.lets_go = table.all_let_go(local);
    if (anybody_may_end(facts)) its.waits_for = std::uint64_t{1} << facts.wait;
  }
  its.is_known = true;
  return index;
}

std::size_t HalfSteps::memory_bytes() const {
  std::size_t sum = halves_bytes_ + waitings_.capacity() * sizeof(Waiting);
  for (const Halves& halves : halves_) sum += halves.capacity() * sizeof(Half);
  for (const auto& shape : shapes_) sum += sizeof(Shape) + shape->half_of.capacity();
  return sum;
}

}  // namespace lockstep
