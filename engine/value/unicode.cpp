#include "engine/value/unicode.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace lockstep {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

bool continues(std::string_view text, std::size_t i) {
  return i < text.size() && (byte_at(text, i) & 0xc0U) == 0x80U;
}

struct Interval {
  std::uint32_t first, last;
};

template <std::size_t n>
bool is_in(const std::array<Interval, n>& ascending, std::uint32_t code_point) {
  const auto after = std::ranges::upper_bound(ascending, code_point, {}, &Interval::first);
  return after != ascending.begin() && code_point <= std::prev(after)->last;
}

// Unicode's categories Cc, Cf, Zl, Zp, Zs (but the space), Cs and Co, and noncharacters.
constexpr std::array<Interval, 24> unprintable{{
    {0x00, 0x1f},       {0x7f, 0xa0},       {0xad, 0xad},       {0x600, 0x605},
    {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x890, 0x891},
    {0x8e2, 0x8e2},     {0x1680, 0x1680},   {0x180e, 0x180e},   {0x2000, 0x200f},
    {0x2028, 0x202f},   {0x205f, 0x206f},   {0x3000, 0x3000},   {0xd800, 0xf8ff},
    {0xfdd0, 0xfdef},   {0xfeff, 0xfeff},   {0xfff0, 0xfffb},   {0xfffe, 0xffff},
    {0x110bd, 0x110bd}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
}};

constexpr std::array<Interval, 10> spaces{{{0x09, 0x0d},
                                           {0x1c, 0x20},
                                           {0x85, 0x85},
                                           {0xa0, 0xa0},
                                           {0x1680, 0x1680},
                                           {0x2000, 0x200a},
                                           {0x2028, 0x2029},
                                           {0x202f, 0x202f},
                                           {0x205f, 0x205f},
                                           {0x3000, 0x3000}}};

// Where the decimal digits of the scripts of the basic plane begin.
constexpr std::array<std::uint32_t, 37> digit_zeros{
    0x30,   0x660,  0x6f0,  0x7c0,  0x966,  0x9e6,  0xa66,  0xae6,  0xb66,  0xbe6,
    0xc66,  0xce6,  0xd66,  0xde6,  0xe50,  0xed0,  0xf20,  0x1040, 0x1090, 0x17e0,
    0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10};

// Digits that are not decimal: superscripts, subscripts, circled and the like.
constexpr std::array<Interval, 17> other_digits{{{0xb2, 0xb3},
                                                 {0xb9, 0xb9},
                                                 {0x1369, 0x1371},
                                                 {0x19da, 0x19da},
                                                 {0x2070, 0x2070},
                                                 {0x2074, 0x2079},
                                                 {0x2080, 0x2089},
                                                 {0x2460, 0x2468},
                                                 {0x2474, 0x247c},
                                                 {0x2488, 0x2490},
                                                 {0x24ea, 0x24ea},
                                                 {0x24f5, 0x24fd},
                                                 {0x24ff, 0x24ff},
                                                 {0x2776, 0x277e},
                                                 {0x2780, 0x2788},
                                                 {0x278a, 0x2792},
                                                 {0x1f100, 0x1f10a}}};

// Small letters `first`, `first` + stride ... `last`; the capital stands `below` before each.
struct CaseRow {
  std::uint32_t first, last, stride;
  std::int32_t below;
};
constexpr std::array<CaseRow, 22> cases{{
    {0x61, 0x7a, 1, 32},   {0xe0, 0xf6, 1, 32},   {0xf8, 0xfe, 1, 32},   {0xff, 0xff, 1, -121},
    {0x101, 0x12f, 2, 1},  {0x133, 0x137, 2, 1},  {0x13a, 0x148, 2, 1},  {0x14b, 0x177, 2, 1},
    {0x17a, 0x17e, 2, 1},  {0x3ac, 0x3ac, 1, 38}, {0x3ad, 0x3af, 1, 37}, {0x3b1, 0x3c1, 1, 32},
    {0x3c3, 0x3cb, 1, 32}, {0x3cc, 0x3cc, 1, 64}, {0x3cd, 0x3ce, 1, 63}, {0x3d9, 0x3ef, 2, 1},
    {0x430, 0x44f, 1, 32}, {0x450, 0x45f, 1, 80}, {0x461, 0x481, 2, 1},  {0x48b, 0x4bf, 2, 1},
    {0x4c2, 0x4ce, 2, 1},  {0x4d1, 0x52f, 2, 1},
}};

constexpr std::uint32_t sharp_s = 0xdf;

// Small letters whose capital has another small letter.
constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 4> one_way_capitals{
    {{0xb5, 0x39c}, {0x131, 0x49}, {0x17f, 0x53}, {0x3c2, 0x3a3}}};

std::uint32_t upper(std::uint32_t c) {
  for (const CaseRow& row : cases) {
    if (c >= row.first && c <= row.last && (c - row.first) % row.stride == 0) {
      return static_cast<std::uint32_t>(static_cast<std::int32_t>(c) - row.below);
    }
  }
  for (const auto& [small, capital] : one_way_capitals) {
    if (c == small) return capital;
  }
  return c;
}

std::uint32_t lower(std::uint32_t c) {
  for (const CaseRow& row : cases) {
    const auto small = static_cast<std::uint32_t>(static_cast<std::int32_t>(c) + row.below);
    if (small >= row.first && small <= row.last && (small - row.first) % row.stride == 0) {
      return small;
    }
  }
  return c;
}

}  // namespace

bool is_all_ascii(std::string_view bytes) {
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, bytes.data() + i, 8);
    if ((eight & 0x8080808080808080U) != 0) return false;
  }
  for (; i < bytes.size(); ++i) {
    if (byte_at(bytes, i) >= 0x80) return false;
  }
  return true;
}

// The reasons and the extents are those of CPython's utf8_decode in
// Objects/stringlib/codecs.h: an error covers the bytes up to the one that does not fit.
std::optional<Utf8Error> utf8_error(std::string_view bytes) {
  constexpr std::string_view cut_off = "unexpected end of data";
  constexpr std::string_view bad_start = "invalid start byte";
  constexpr std::string_view bad_continuation = "invalid continuation byte";
  for (std::size_t at = 0; at < bytes.size();) {
    const unsigned lead = byte_at(bytes, at);
    if (lead < 0x80) {
      ++at;
      continue;
    }
    if (lead < 0xc2 || lead > 0xf4) return Utf8Error{at, at + 1, bad_start};
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    // The second byte of some leads is bounded: no overlong forms, no surrogates, no
    // code points from 0x110000 on.
    const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (std::size_t i = 1; i < length; ++i) {
      if (at + i == bytes.size()) return Utf8Error{at, at + i, cut_off};
      const unsigned byte = byte_at(bytes, at + i);
      const bool fits = i == 1 ? byte >= low && byte <= high : continues(bytes, at + i);
      if (!fits) return Utf8Error{at, at + i, bad_continuation};
    }
    at += length;
  }
  return std::nullopt;
}

bool is_valid_utf8(std::string_view bytes) { return !utf8_error(bytes).has_value(); }

std::size_t count_code_points(std::string_view text) {
  std::size_t continuations = 0;
  for (const char c : text) continuations += (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
  return text.size() - continuations;
}

std::size_t sequence_bytes(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

std::size_t byte_offset(std::string_view text, std::size_t i) {
  std::size_t at = 0;
  for (; i > 0 && at < text.size(); --i) at += sequence_bytes(text[at]);
  return at;
}

std::uint32_t code_point_at(std::string_view text, std::size_t offset) {
  const unsigned lead = byte_at(text, offset);
  const auto next = [&](std::size_t i) { return byte_at(text, offset + i) & 0x3fU; };
  if (lead < 0x80) return lead;
  if (lead < 0xe0) return ((lead & 0x1fU) << 6) | next(1);
  if (lead < 0xf0) return ((lead & 0x0fU) << 12) | (next(1) << 6) | next(2);
  return ((lead & 0x07U) << 18) | (next(1) << 12) | (next(2) << 6) | next(3);
}

void append_code_point(std::string& text, std::uint32_t c) {
  const auto byte = [&text](std::uint32_t bits) { text += static_cast<char>(bits); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xc0 | (c >> 6));
    byte(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    byte(0xe0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3f));
    byte(0x80 | (c & 0x3f));
  } else {
    byte(0xf0 | (c >> 18));
    byte(0x80 | ((c >> 12) & 0x3f));
    byte(0x80 | ((c >> 6) & 0x3f));
    byte(0x80 | (c & 0x3f));
  }
}

std::string utf8(std::uint32_t code_point) {
  std::string text;
  append_code_point(text, code_point);
  return text;
}

bool is_surrogate(std::uint32_t code_point) { return code_point >= 0xd800 && code_point <= 0xdfff; }

bool is_printable(std::uint32_t code_point) {
  if (code_point >= 0x10000 && (code_point & 0xfffe) == 0xfffe) return false;
  return !is_in(unprintable, code_point);
}

bool is_space(std::uint32_t code_point) { return is_in(spaces, code_point); }

std::optional<int> decimal_digit(std::uint32_t code_point) {
  const auto after = std::ranges::upper_bound(digit_zeros, code_point);
  if (after == digit_zeros.begin() || code_point - *std::prev(after) > 9) return std::nullopt;
  return static_cast<int>(code_point - *std::prev(after));
}

bool is_digit(std::uint32_t code_point) {
  return decimal_digit(code_point).has_value() || is_in(other_digits, code_point);
}

void append_upper(std::string& text, std::uint32_t code_point) {
  if (code_point == sharp_s) {
    text += "SS";
  } else {
    append_code_point(text, upper(code_point));
  }
}

void append_title(std::string& text, std::uint32_t code_point) {
  if (code_point == sharp_s) {
    text += "Ss";
  } else {
    append_code_point(text, upper(code_point));
  }
}

void append_lower(std::string& text, std::uint32_t code_point) {
  append_code_point(text, lower(code_point));
}

bool is_cased(std::uint32_t c) { return upper(c) != c || lower(c) != c || c == sharp_s; }

std::string_view strip_space(std::string_view text) {
  while (!text.empty() && is_space(code_point_at(text, 0))) {
    text.remove_prefix(sequence_bytes(text[0]));
  }
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while ((byte_at(text, last) & 0xc0U) == 0x80U) --last;
    if (!is_space(code_point_at(text, last))) break;
    text = text.substr(0, last);
  }
  return text;
}

}  // namespace lockstep
