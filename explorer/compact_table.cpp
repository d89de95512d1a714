// Let a segment have L lines. Its hashes, less the bits that name the segment, are whole numbers q
// below 2^58. q belongs to line floor(q L / 2^58), and f = q L mod 2^58 is its place there. The
// places in one line lie L apart, so that floor(f / 2^k) with 2^k <= L still tells them apart; and
// q is the least number for which q L is no less than line 2^58 + floor(f / 2^k) 2^k.
#include "explorer/compact_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace lockstep {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr unsigned line_bits = 512;
constexpr std::uint64_t lines_at_first = 32;
constexpr unsigned width_max = 57;
constexpr unsigned shift_bits_least = 3;  // with two a segment would grow before it is full
constexpr unsigned shift_bits_max = 4;
constexpr std::uint64_t one_in_so_many_astray = 256;
constexpr std::size_t bytes_per_stray = 48;

constexpr std::uint64_t ones(unsigned count) { return (std::uint64_t{1} << count) - 1; }

// As if the machine were little-endian.
std::uint64_t load(const unsigned char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

void store(unsigned char* bytes, std::uint64_t word) {
  if (std::endian::native != std::endian::little) word = __builtin_bswap64(word);
  std::memcpy(bytes, &word, sizeof word);
}

// Slots are no wider than width_max, so that the eight bytes in which one begins hold it, or the
// last eight of the line do.
unsigned first_byte(unsigned bit) { return std::min(bit / 8, 56U); }

std::uint64_t read(const unsigned char* bytes, unsigned index, unsigned width) {
  const unsigned bit = index * width;
  const unsigned first = first_byte(bit);
  return load(bytes + first) >> (bit - 8 * first) & ones(width);
}

void write(unsigned char* bytes, unsigned index, unsigned width, std::uint64_t slot) {
  const unsigned bit = index * width;
  const unsigned first = first_byte(bit);
  const unsigned shift = bit - 8 * first;
  store(bytes + first, (load(bytes + first) & ~(ones(width) << shift)) | slot << shift);
}

}  // namespace

CompactTable::CompactTable(bool has_marks) : has_marks_(has_marks), segments_(segment_count) {
  // From 32 to 36, which is an eighth more.
  for (std::size_t i = 0; i < segment_count; ++i) {
    shape(segments_[i], lines_at_first + i * (lines_at_first / 8) / segment_count);
  }
}

// Empty, with so many lines.
void CompactTable::shape(Segment& segment, std::uint64_t line_count) const {
  segment.line_count = line_count;
  segment.size = 0;
  segment.strays.clear();
  segment.dropped = static_cast<unsigned>(std::bit_width(line_count)) - 1;
  const unsigned needed = rest_bits - segment.dropped + (has_marks_ ? 1 : 0);
  segment.slots = line_bits / (needed + shift_bits_least);
  segment.shift_bits =
      std::min(std::min(line_bits / segment.slots, width_max) - needed, shift_bits_max);
  segment.width = needed + segment.shift_bits;
  segment.quotient = (std::uint64_t{1} << rest_bits) / line_count;
  segment.remainder = (std::uint64_t{1} << rest_bits) % line_count;
  segment.lines = large_array<Line>(line_count);
  std::memset(static_cast<void*>(segment.lines.get()), 0, line_count * sizeof(Line));
}

CompactTable::Place CompactTable::place_of(const Segment& segment, std::uint64_t rest) {
  const Wide product = Wide{rest} * segment.line_count;
  const auto in_line = static_cast<std::uint64_t>(product) & ones(rest_bits);
  return {static_cast<std::uint64_t>(product >> rest_bits),
          (in_line >> segment.dropped) << segment.shift_bits | 1};
}

std::uint64_t CompactTable::rest_of(const Segment& segment, std::uint64_t line,
                                    std::uint64_t slot) const {
  const std::uint64_t lines = segment.line_count;
  const std::uint64_t moved = (slot & ones(segment.shift_bits)) - 1;
  const std::uint64_t home = line >= moved ? line - moved : line + lines - moved;
  const std::uint64_t in_line = (slot & ~mark_of(segment)) >> segment.shift_bits << segment.dropped;
  // (home 2^58 + in_line) / lines, rounded up, without a product that is too long.
  return home * segment.quotient + (home * segment.remainder + in_line + lines - 1) / lines;
}

std::uint64_t CompactTable::mark_of(const Segment& segment) const {
  return has_marks_ ? std::uint64_t{1} << (segment.width - 1) : 0;
}

// The slot of the hash, or the free one where it belongs.
CompactTable::Slot CompactTable::slot_of(const Segment& segment, std::uint64_t rest) const {
  Place place = place_of(segment, rest);
  const std::uint64_t mark = mark_of(segment);
  const std::uint64_t furthest = ones(segment.shift_bits);
  for (std::uint64_t moved = 1; moved <= furthest; ++moved, ++place.key) {
    Line& line = segment.lines[place.line];
    for (unsigned i = 0; i < segment.slots; ++i) {
      const std::uint64_t slot = read(line.bytes, i, segment.width);
      if ((slot & ~mark) == place.key) return {&line, i, place.key, false};
      if (slot == 0) return {&line, i, place.key, true};
    }
    if (++place.line == segment.line_count) place.line = 0;
  }
  return {nullptr, 0, 0, !segment.strays.contains(rest)};
}

CompactTable::Found CompactTable::find(std::uint64_t hash) const {
  const Segment& segment = segments_[hash >> rest_bits];
  const std::uint64_t rest = hash & ones(rest_bits);
  const Slot at = slot_of(segment, rest);
  if (at.is_free) return Found::nothing;
  const bool marked = at.line == nullptr
                          ? segment.strays.at(rest)
                          : (read(at.line->bytes, at.index, segment.width) & mark_of(segment)) != 0;
  return marked ? Found::marked : Found::unmarked;
}

bool CompactTable::add(std::uint64_t hash) {
  Segment& segment = segments_[hash >> rest_bits];
  const std::uint64_t rest = hash & ones(rest_bits);
  const Slot at = slot_of(segment, rest);
  if (!at.is_free) return false;
  if (at.line == nullptr) {
    segment.strays.emplace(rest, has_marks_);
  } else {
    write(at.line->bytes, at.index, segment.width, at.key | mark_of(segment));
    ++segment.size;
  }
  ++size_;
  const bool is_full = segment.size * 12 > segment.line_count * segment.slots * 11;
  if (is_full || segment.strays.size() > 1 + segment.size / one_in_so_many_astray) grow(segment);
  return true;
}

void CompactTable::unmark(std::uint64_t hash) {
  Segment& segment = segments_[hash >> rest_bits];
  const std::uint64_t rest = hash & ones(rest_bits);
  const Slot at = slot_of(segment, rest);
  if (at.line == nullptr) {
    segment.strays.at(rest) = false;
    return;
  }
  write(at.line->bytes, at.index, segment.width,
        read(at.line->bytes, at.index, segment.width) & ~mark_of(segment));
}

void CompactTable::expect(std::uint64_t hash) const {
  const Segment& segment = segments_[hash >> rest_bits];
  __builtin_prefetch(&segment.lines[place_of(segment, hash & ones(rest_bits)).line]);
}

// Hashes ascend from line to line in both, so that this reads and writes memory in its order.
void CompactTable::grow(Segment& segment) {
  Segment larger;
  shape(larger, segment.line_count + segment.line_count / 8);
  std::vector<unsigned char> used(larger.line_count, 0);  // slots of each line
  const std::uint64_t furthest = ones(larger.shift_bits);
  const auto move = [&](std::uint64_t rest, bool marked) {
    Place place = place_of(larger, rest);
    for (std::uint64_t moved = 1; moved <= furthest; ++moved, ++place.key) {
      if (used[place.line] < larger.slots) {
        write(larger.lines[place.line].bytes, used[place.line]++, larger.width,
              place.key | (marked ? mark_of(larger) : 0));
        ++larger.size;
        return;
      }
      if (++place.line == larger.line_count) place.line = 0;
    }
    larger.strays.emplace(rest, marked);
  };
  const std::uint64_t mark = mark_of(segment);
  for (std::uint64_t line = 0; line < segment.line_count; ++line) {
    for (unsigned i = 0; i < segment.slots; ++i) {
      const std::uint64_t slot = read(segment.lines[line].bytes, i, segment.width);
      if (slot == 0) break;
      move(rest_of(segment, line, slot), (slot & mark) != 0);
    }
  }
  for (const auto& [rest, marked] : segment.strays) move(rest, marked);
  segment = std::move(larger);
}

std::size_t CompactTable::memory_bytes() const {
  std::size_t bytes = segments_.capacity() * sizeof(Segment);
  for (const Segment& segment : segments_) {
    bytes += segment.line_count * sizeof(Line) + segment.strays.size() * bytes_per_stray;
  }
  return bytes;
}

}  // namespace lockstep
