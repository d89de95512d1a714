// The index is a row of buckets of 16 slots, a cache line each; a pair whose bucket is full goes to
// the next one that has room. So nine slots of ten can be used, and a look-up reads one line, then
// the pair itself, rarely more: what a slot does not need for the number of a pair has bits of its
// hash, so that pairs are compared only when they are almost certainly equal.
//
// The pairs lie in chunks, and the index is made anew from them when it is full, by less than half
// at a time once it is large. So neither is ever in memory twice, and little of them is unused.
#include "explorer/pair_table.h"

#include <algorithm>
#include <bit>

#include "engine/assert.h"
#include "explorer/sixteen_words.h"

namespace lockstep {
namespace {

constexpr std::uint32_t room_at_first = 64;
constexpr std::size_t buckets_at_first = 4;
constexpr std::size_t buckets_that_double = 1U << 14;  // 1 MiB
constexpr std::uint32_t pairs_ahead = 16;

// The multiplications carry every bit into the upper half; its buckets and the lower half's
// fingerprints have nothing to do with each other.
std::uint64_t hash_of(Pair pair) {
  std::uint64_t x = std::uint64_t{pair.first} << 32 | pair.second;
  x *= 0x9e3779b97f4a7c15ULL;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93ULL;
  return x;
}

void prefetch(const void* address) { __builtin_prefetch(address); }

}  // namespace

PairTable::PairTable(SpillFolder* spill) : spill_(spill) { make_buckets(buckets_at_first); }

// False: there is no room on the disk, and those that there are can take some more. That does for
// the few states that come before the search ends for want of room.
bool PairTable::make_buckets(std::size_t count) {
  LargeArray<Bucket> bigger = spilled_array<Bucket>(count, spill_);
  if (bigger == nullptr && spill_ != nullptr && !spill_->has_room()) {
    const std::size_t slots = bucket_count_ * slots_per_bucket;
    const std::size_t fuller = std::min<std::size_t>(slots - slots / 32, id_mask_ - 1);
    if (bucket_count_ > 0 && fuller > size_max_) {
      size_max_ = fuller;
      return false;
    }
  }
  buckets_.reset();
  buckets_ = bigger != nullptr ? std::move(bigger) : large_array<Bucket>(count);
  std::fill_n(buckets_.get(), count, Bucket{});
  bucket_count_ = count;
  size_max_ = count * slots_per_bucket / 10 * 9;
  id_mask_ = static_cast<std::uint32_t>(std::bit_ceil(size_max_ + 1) - 1);
  return true;
}

std::optional<std::uint32_t> PairTable::find(Pair pair, std::uint64_t hash) const {
  const auto low = static_cast<std::uint32_t>(hash);
  for (std::size_t bucket = bucket_of(hash);;) {
    const auto& slots = buckets_[bucket].slots;
    for (std::uint32_t fits = fitting_of_sixteen(slots.data(), low, ~id_mask_); fits != 0;
         fits &= fits - 1) {
      const std::uint32_t number =
          slots[static_cast<std::size_t>(std::countr_zero(fits))] & id_mask_;
      if (number != 0 && (*this)[number - 1] == pair) return number - 1;
    }
    if (slots.back() == 0) return std::nullopt;
    if (++bucket == bucket_count_) bucket = 0;
  }
}

std::optional<std::uint32_t> PairTable::find(Pair pair) const { return find(pair, hash_of(pair)); }

PairTable::Asked PairTable::ask(Pair pair) const {
  const std::uint64_t hash = hash_of(pair);
  prefetch(&buckets_[bucket_of(hash)]);
  return {pair, hash};
}

void PairTable::look(Asked& asked) const {
  const auto& slots = buckets_[bucket_of(asked.hash)].slots;
  const std::uint32_t fits =
      fitting_of_sixteen(slots.data(), static_cast<std::uint32_t>(asked.hash), ~id_mask_);
  if (fits == 0) return;
  asked.candidate = slots[static_cast<std::size_t>(std::countr_zero(fits))] & id_mask_;
  if (asked.candidate == 0) return;
  const std::uint32_t id = asked.candidate - 1;
  prefetch(&chunks_[id / chunk_size][id % chunk_size]);
}

std::optional<std::uint32_t> PairTable::find_asked(const Asked& asked) const {
  if (asked.candidate != 0 && (*this)[asked.candidate - 1] == asked.pair) {
    return asked.candidate - 1;
  }
  return find(asked.pair, asked.hash);
}

PairTable::Place PairTable::answer(const Asked& asked) {
  if (const auto id = find_asked(asked)) return {*id, false};
  return add(asked.pair, asked.hash);
}

PairTable::Place PairTable::intern(Pair pair) {
  const std::uint64_t hash = hash_of(pair);
  if (const auto id = find(pair, hash)) return {*id, false};
  return add(pair, hash);
}

PairTable::Place PairTable::add(Pair pair, std::uint64_t hash) {
  LOCKSTEP_ASSERT(size_ < 0xfffffffeU, "pairs are counted in 32 bits");
  const std::uint32_t id = size_;
  append(pair);
  if (size_ <= size_max_ || !grow()) add_slot(hash, id);
  return {id, true};
}

void PairTable::add_slot(std::uint64_t hash, std::uint32_t id) {
  std::size_t bucket = bucket_of(hash);
  while (buckets_[bucket].slots.back() != 0) {
    if (++bucket == bucket_count_) bucket = 0;
  }
  auto& slots = buckets_[bucket].slots;
  const std::uint32_t free = fitting_of_sixteen(slots.data(), 0, 0xffffffffU);
  slots[static_cast<std::size_t>(std::countr_zero(free))] =
      (static_cast<std::uint32_t>(hash) & ~id_mask_) | (id + 1);
}

void PairTable::append(Pair pair) {
  if (size_ == room_) {
    if (room_ < chunk_size) {
      const std::uint32_t room = std::max(room_at_first, room_ * 2);
      auto bigger = large_array<Pair>(room, spill_);
      if (room_ > 0) std::copy_n(chunks_[0].get(), room_, bigger.get());
      chunks_.resize(1);
      chunks_[0] = std::move(bigger);
      room_ = room;
    } else {
      chunks_.push_back(large_array<Pair>(chunk_size, spill_));
      room_ += chunk_size;
    }
  }
  chunks_[size_ / chunk_size][size_ % chunk_size] = pair;
  ++size_;
}

// As make_buckets(); else all pairs are in the new ones.
bool PairTable::grow() {
  const std::size_t now = bucket_count_;
  if (!make_buckets(now < buckets_that_double ? now * 2 : now + now / 10 * 4)) return false;
  // Every slot is somewhere else, so the memory of several is asked for ahead.
  for (std::uint32_t id = 0; id < size_; ++id) {
    if (id + pairs_ahead < size_) ask((*this)[id + pairs_ahead]);
    add_slot(hash_of((*this)[id]), id);
  }
  return true;
}

std::size_t PairTable::memory_bytes() const {
  return std::size_t{room_} * sizeof(Pair) + chunks_.capacity() * sizeof(chunks_[0]) +
         bucket_count_ * sizeof(Bucket);
}

}  // namespace lockstep
