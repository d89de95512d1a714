#include "explorer/parents.h"

#include <algorithm>
#include <bit>

#include "engine/assert.h"

namespace lockstep {

void Parents::add(std::uint32_t parent) {
  if (parent < greatest_) {
    others_.emplace_back(size_, parent);
  } else {
    bit_count_ += parent - greatest_;
    greatest_ = parent;
  }
  if (size_ % states_per_mark == 0) marks_.push_back(bit_count_);
  bits_.resize(bit_count_ / 64 + 1, 0);
  bits_.back() |= std::uint64_t{1} << bit_count_ % 64;
  ++bit_count_;
  ++size_;
}

std::uint32_t Parents::of(std::uint32_t state) const {
  LOCKSTEP_ASSERT(state < size_, "the parent of a state that is asked for has been added");
  const auto other =
      std::ranges::lower_bound(others_, state, {}, &std::pair<std::uint32_t, std::uint32_t>::first);
  if (other != others_.end() && other->first == state) return other->second;
  // Zeros before the one of this state.
  const std::uint64_t begin = marks_[state / states_per_mark];
  std::uint32_t ones = state % states_per_mark + 1;
  std::uint64_t word = bits_[begin / 64] >> begin % 64 << begin % 64;
  std::size_t i = begin / 64;
  for (; ones > static_cast<std::uint32_t>(std::popcount(word)); word = bits_[++i]) {
    ones -= static_cast<std::uint32_t>(std::popcount(word));
  }
  while (--ones > 0) word &= word - 1;
  const std::uint64_t at = i * 64 + static_cast<std::uint64_t>(std::countr_zero(word));
  return static_cast<std::uint32_t>(at - state);
}

std::size_t Parents::memory_bytes() const {
  return (bits_.capacity() + marks_.capacity()) * sizeof(std::uint64_t) +
         others_.capacity() * sizeof(others_[0]);
}

}  // namespace lockstep
