// Everything is read from its end: what is written last comes first.
#include "explorer/state_stack.h"

#include <algorithm>

#include "engine/assert.h"

namespace lockstep {
namespace {

constexpr unsigned more = 128;  // bits of the number follow
constexpr std::uint32_t kinds = 4;
static_assert(static_cast<std::uint32_t>(Choice::Kind::choose) < kinds);

}  // namespace

void StateStack::push(const State& from, const State& to, const Step& step) {
  LOCKSTEP_ASSERT(to.words.size() >= from.words.size(), "a step takes no thread away");
  for (const Choice& choice : step.left) put(choice);
  put(static_cast<std::uint32_t>(step.left.size()));
  put(step.steps);
  put(step.taken);
  std::uint32_t count = 0, last = 0;
  for (std::uint32_t i = 0; i < from.words.size(); ++i) {
    const Word change = from.words[i] ^ to.words[i];
    if (change == 0) continue;
    put(change);
    put(i - last);
    last = i;
    ++count;
  }
  put(last);
  put(count);
  put(static_cast<std::uint32_t>(to.words.size() - from.words.size()));
}

StateStack::Position StateStack::back(Position at, State& state, Step& step) const {
  state.words.resize(state.words.size() - number_before(at));
  const std::uint32_t count = number_before(at);
  std::uint32_t word = number_before(at);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t to_next = number_before(at);
    state.words[word] ^= number_before(at);
    word -= to_next;
  }
  step.taken = choice_before(at);
  step.steps = number_before(at);
  step.left.resize(number_before(at));
  for (auto choice = step.left.rbegin(); choice != step.left.rend(); ++choice) {
    *choice = choice_before(at);
  }
  return at;
}

void StateStack::cut(Position at) {
  size_ = at;
  // One more, or each step over an edge would ask for memory.
  chunks_.resize(std::min(chunks_.size(), size_ / chunk_size + 2));
}

void StateStack::put_byte(unsigned char byte) {
  const std::size_t chunk = size_ / chunk_size;
  if (chunk == chunks_.size()) chunks_.emplace_back(new unsigned char[chunk_size]);
  chunks_[chunk][size_ % chunk_size] = byte;
  ++size_;
}

// Seven bits in a byte, the lowest last.
void StateStack::put(std::uint32_t number) {
  unsigned shift = 0;
  while (shift < 28 && number >> shift >= more) shift += 7;
  for (bool is_highest = true;; shift -= 7, is_highest = false) {
    const bool has_more = !is_highest;
    put_byte(static_cast<unsigned char>((number >> shift) % more + (has_more ? more : 0)));
    if (shift == 0) return;
  }
}

void StateStack::put(const Choice& choice) {
  if (choice.kind == Choice::Kind::choose) put(choice.value);
  put(choice.thread.index * kinds + static_cast<std::uint32_t>(choice.kind));
}

unsigned char StateStack::byte_before(Position& at) const {
  --at;
  return chunks_[at / chunk_size][at % chunk_size];
}

std::uint32_t StateStack::number_before(Position& at) const {
  std::uint32_t number = 0;
  for (unsigned shift = 0;; shift += 7) {
    const unsigned byte = byte_before(at);
    number |= byte % more << shift;
    if (byte < more) return number;
  }
}

Choice StateStack::choice_before(Position& at) const {
  const std::uint32_t number = number_before(at);
  Choice choice{{number / kinds}, static_cast<Choice::Kind>(number % kinds), 0};
  if (choice.kind == Choice::Kind::choose) choice.value = number_before(at);
  return choice;
}

}  // namespace lockstep
