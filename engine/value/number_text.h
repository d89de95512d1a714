// Numbers as text and back, as CPython does it. Internal to engine/value.
//
// The digits of floats come from std::to_chars and std::from_chars, which are exact and know no
// locale; where they go is CPython's format_float_short (Python/pystrtod.c). Tested against Python
// by tests/engine/value/cases_test.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lockstep {

enum class RealForm : std::uint8_t {
  scientific,  // e: one digit, the point, `precision` digits, exponent
  fixed,       // f: `precision` digits behind the point
  general,     // g: `precision` significant digits, either form, no trailing zeros
  shortest,    // repr: the fewest digits that read back as the same float
};
struct RealLayout {
  RealForm form = RealForm::shortest;
  int precision = 0;          // 0 or more; not used by shortest
  bool add_dot_zero = false;  // "1" is written "1.0"
  bool alternate = false;     // '#': the point always, and general keeps trailing zeros
};
// Lower case: "1e+16", "inf", "nan"; a minus where the sign bit is set, but for NaN.
std::string real_text(double x, const RealLayout& layout);
std::string real_repr(double x);

// Without a sign, in lower case. Requires: 2 <= base <= 16.
std::string in_base(std::uint64_t n, unsigned base);
std::uint64_t magnitude(std::int64_t n);
std::string ascii_upper(std::string text);

// What int() takes of a str in a base (0: the prefix says it), white space around included.
struct ParsedInteger {
  enum class Status : std::uint8_t { valid, invalid, out_of_range } status;
  std::int64_t n = 0;
};
ParsedInteger parse_integer(std::string_view text, int base);

// What float() takes of a str, white space around included.
std::optional<double> parse_real(std::string_view text);

// round(x, places) of a finite x; nothing if the result leaves the range of float.
std::optional<double> real_rounded(double x, std::int64_t places);

}  // namespace lockstep
