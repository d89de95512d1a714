#include "engine/value/unicode.h"

#include <cstring>

namespace lockstep {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

bool continues(std::string_view text, std::size_t i) {
  return i < text.size() && (byte_at(text, i) & 0xc0U) == 0x80U;
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
