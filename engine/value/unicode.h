// UTF-8 by code point, and what Python's str asks about code points, by Unicode 14, which is that
// of CPython 3.11 (letters.cpp, casing.cpp).
//
// Tested by tests/engine/value/unicode_test.cpp and, against Python and for all code points, by
// tests/engine/value/letters_test.py.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace lockstep {

inline constexpr std::uint32_t code_point_end = 0x110000;

bool is_all_ascii(std::string_view bytes);
// No surrogates, nothing overlong, nothing cut off.
bool is_valid_utf8(std::string_view bytes);

// Where the first invalid sequence of `bytes` stands, and the reason in the words of
// CPython's decoder; nothing if there is none.
struct Utf8Error {
  std::size_t start, end;  // bytes
  std::string_view reason;
};
std::optional<Utf8Error> utf8_error(std::string_view bytes);

// The functions below require valid UTF-8.

std::size_t count_code_points(std::string_view text);
// Bytes of the sequence that begins with `lead`.
std::size_t sequence_bytes(char lead);
// Where the i-th code point begins, in bytes; text.size() for i beyond the last. O(i).
std::size_t byte_offset(std::string_view text, std::size_t i);
// The code point at a byte offset. Requires: one begins there.
std::uint32_t code_point_at(std::string_view text, std::size_t offset);
// Requires: a code point that is no surrogate.
void append_code_point(std::string& text, std::uint32_t code_point);
std::string utf8(std::uint32_t code_point);

// Calls f(code_point, its bytes) for each code point.
template <class F>
void for_each_code_point(std::string_view text, F f) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = sequence_bytes(text[at]);
    f(code_point_at(text, at), text.substr(at, bytes));
    at += bytes;
  }
}

bool is_surrogate(std::uint32_t code_point);
bool is_printable(std::uint32_t code_point);  // repr() leaves it as it is
bool is_space(std::uint32_t code_point);
std::optional<int> decimal_digit(std::uint32_t code_point);  // its value
bool is_digit(std::uint32_t code_point);  // decimal, or a superscript, a circled one and the like
bool is_alpha(std::uint32_t code_point);
bool is_alphanumeric(std::uint32_t code_point);
// Of one case, whether it has another or not; is_title: such as U+01C5, a capital and a small
// letter.
bool is_upper(std::uint32_t code_point);
bool is_lower(std::uint32_t code_point);
bool is_title(std::uint32_t code_point);
bool is_cased(std::uint32_t code_point);           // a word goes on behind it
bool is_case_ignorable(std::uint32_t code_point);  // where a word ends is decided without it

// The other case, of one or several code points, appended. A final sigma is not told apart.
void append_upper(std::string& text, std::uint32_t code_point);
void append_title(std::string& text, std::uint32_t code_point);  // as the first letter of a word
void append_lower(std::string& text, std::uint32_t code_point);
// Whether the capital sigma that begins at this byte offset is the last letter of a word
// (handle_capital_sigma of Objects/unicodeobject.c, 3.11).
bool is_final_sigma(std::string_view text, std::size_t offset);

std::string_view strip_space(std::string_view text);

}  // namespace lockstep
