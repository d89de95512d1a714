// Open addressing with linear probing. A slot has half of the hash beside the row's number, so
// that rows are compared only when they are almost certainly equal. Bytes live in chunks that
// never move: growing a table of gigabytes must not copy it.
#include "explorer/row_table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "engine/assert.h"

namespace lockstep {
namespace {

constexpr std::size_t chunk_size = std::size_t{1} << 18;
constexpr std::size_t slots_at_first = 256;
constexpr std::size_t bytes_per_word_max = 5;

std::uint8_t* put(std::uint8_t* at, std::uint32_t word) {
  while (word >= 128) {
    *at++ = static_cast<std::uint8_t>(word | 128);
    word >>= 7;
  }
  *at++ = static_cast<std::uint8_t>(word);
  return at;
}

// The same as four times put(); most words are small.
std::uint8_t* put_four(std::uint8_t* at, std::span<const Word, 4> words) {
  if ((words[0] | words[1] | words[2] | words[3]) < 128) {
    for (std::size_t i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(words[i]);
    return at + 4;
  }
  for (const Word word : words) at = put(at, word);
  return at;
}

const std::uint8_t* get(const std::uint8_t* at, std::uint32_t& word) {
  word = *at & 127U;
  for (unsigned shift = 7; *at++ >= 128; shift += 7) {
    word |= static_cast<std::uint32_t>(*at & 127U) << shift;
  }
  return at;
}

}  // namespace

RowTable::RowTable() : slots_(slots_at_first, 0) {}

// The number of words comes first, so that read() need not look for the end.
RowTable::Bytes RowTable::pack(std::span<const Word> row, Scratch& scratch) {
  const std::size_t needed = (row.size() + 1) * bytes_per_word_max;
  if (scratch.size() < needed) scratch.resize(needed);
  std::uint8_t* at = put(scratch.data(), static_cast<std::uint32_t>(row.size()));
  std::size_t i = 0;
  for (; i + 4 <= row.size(); i += 4) at = put_four(at, row.subspan(i).first<4>());
  for (; i < row.size(); ++i) at = put(at, row[i]);
  return {scratch.data(), at};
}

RowTable::Bytes RowTable::packed(std::uint32_t id) const {
  const std::uint64_t position = positions_[id];
  const Chunk& chunk = chunks_[position >> 32];
  const std::size_t begin = position & 0xffffffffU;
  const bool last = id + 1 == positions_.size() || positions_[id + 1] >> 32 != position >> 32;
  const std::size_t end = last ? chunk.used : positions_[id + 1] & 0xffffffffU;
  return {chunk.bytes.get() + begin, end - begin};
}

std::size_t RowTable::slot_of(std::uint64_t hash, Bytes row) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (slots_[slot] >> 32 != hash >> 32) continue;
    const Bytes there = packed(static_cast<std::uint32_t>(slots_[slot]) - 1);
    if (there.size() == row.size() && std::memcmp(there.data(), row.data(), row.size()) == 0) {
      break;
    }
  }
  return slot;
}

RowTable::Place RowTable::intern(std::span<const Word> row) {
  const Bytes packed = pack(row, packed_);
  const std::uint64_t hash = XXH3_64bits(packed.data(), packed.size());
  const std::size_t slot = slot_of(hash, packed);
  if (slots_[slot] != 0) return {static_cast<std::uint32_t>(slots_[slot]) - 1, false};
  LOCKSTEP_ASSERT(positions_.size() < 0xfffffffeU, "rows are counted in 32 bits");
  const auto id = static_cast<std::uint32_t>(positions_.size());
  slots_[slot] = (hash >> 32) << 32 | (id + 1);
  append(packed);
  if (positions_.size() * 10 > slots_.size() * 7) grow();
  return {id, true};
}

std::optional<std::uint32_t> RowTable::find(std::span<const Word> row, Scratch& scratch) const {
  const Bytes packed = pack(row, scratch);
  const std::size_t slot = slot_of(XXH3_64bits(packed.data(), packed.size()), packed);
  if (slots_[slot] == 0) return std::nullopt;
  return static_cast<std::uint32_t>(slots_[slot]) - 1;
}

void RowTable::append(Bytes row) {
  if (chunks_.empty() || chunks_.back().used + row.size() > chunks_.back().size) {
    // The first chunks are small: most tables are.
    const std::size_t wanted = chunk_size >> (chunks_.size() < 8 ? 8 - chunks_.size() : 0);
    const std::size_t size = std::max(wanted, row.size());
    chunks_.push_back({std::make_unique_for_overwrite<std::uint8_t[]>(size), size, 0});
    chunk_bytes_ += size;
  }
  Chunk& chunk = chunks_.back();
  std::memcpy(chunk.bytes.get() + chunk.used, row.data(), row.size());
  positions_.push_back(std::uint64_t{chunks_.size() - 1} << 32 | chunk.used);
  chunk.used += row.size();
}

// The low half of a hash is not kept: it comes from the row again, in the order of memory.
void RowTable::grow() {
  std::vector<std::uint64_t>(slots_.size() * 2, 0).swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t id = 0; id < size(); ++id) {
    const Bytes row = packed(id);
    const std::uint64_t hash = XXH3_64bits(row.data(), row.size());
    std::size_t slot = hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = (hash >> 32) << 32 | (id + 1);
  }
}

void RowTable::read(std::uint32_t id, std::vector<Word>& row) const {
  LOCKSTEP_ASSERT(id < size(), "a row that is read has been stored");
  std::uint32_t words = 0;
  const std::uint8_t* at = get(packed(id).data(), words);
  row.resize(words);
  for (Word& word : row) at = get(at, word);
}

std::size_t RowTable::memory_bytes() const {
  return chunk_bytes_ + chunks_.capacity() * sizeof(Chunk) +
         (positions_.capacity() + slots_.capacity()) * sizeof(std::uint64_t) + packed_.capacity();
}

}  // namespace lockstep
