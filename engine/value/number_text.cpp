#include "engine/value/number_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "engine/value/unicode.h"

namespace lockstep {
namespace {

// Enough for the 309 digits before the point of the greatest float, sign and exponent.
constexpr std::size_t room_before_precision = 330;

std::string to_text(double x, std::chars_format format, int precision) {
  std::string text(room_before_precision + static_cast<std::size_t>(precision), '\0');
  const auto end = std::to_chars(text.data(), text.data() + text.size(), x, format, precision).ptr;
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

struct Digits {
  std::string digits;  // no trailing zeros, but one digit at least
  int point = 0;       // the value is 0.digits * 10 ** point
};

Digits split_scientific(std::string_view text) {
  const std::size_t e = text.find('e');
  Digits result;
  for (const char c : text.substr(0, e)) {
    if (c != '.') result.digits += c;
  }
  const std::size_t last = result.digits.find_last_not_of('0');
  result.digits.resize(last == std::string::npos ? 1 : last + 1);
  std::string_view exponent = text.substr(e + 1);
  if (exponent.front() == '+') exponent.remove_prefix(1);
  std::from_chars(exponent.data(), exponent.data() + exponent.size(), result.point);
  ++result.point;
  return result;
}

std::string exponent_text(int exponent) {
  std::string text = std::to_string(std::abs(exponent));
  if (text.size() < 2) text.insert(0, 1, '0');
  return (exponent < 0 ? "e-" : "e+") + text;
}

// Zeros stand for the digits before the first and behind the last.
std::string lay_out(const Digits& number, const RealLayout& layout) {
  const bool general = layout.form == RealForm::general;
  const int digits = static_cast<int>(number.digits.size());
  const int point_max = general ? layout.precision - (layout.add_dot_zero ? 1 : 0) : 16;
  const bool exponent = number.point <= -4 || number.point > point_max;
  const int point = exponent ? 1 : number.point;

  const int begin = point <= 0 ? point - 1 : 0;
  int end = general && layout.alternate ? layout.precision : digits;
  end = std::max(end, layout.add_dot_zero && !exponent ? point + 1 : point);

  std::string text;
  for (int i = begin; i < end; ++i) {
    if (i == point) text += '.';
    text += i >= 0 && i < digits ? number.digits[static_cast<std::size_t>(i)] : '0';
  }
  if (end == point && layout.alternate) text += '.';
  if (exponent) text += exponent_text(number.point - 1);
  return text;
}

std::string finite_text(double x, const RealLayout& layout) {
  switch (layout.form) {
    case RealForm::fixed: {
      std::string text = to_text(x, std::chars_format::fixed, layout.precision);
      if (layout.alternate && layout.precision == 0) text += '.';
      return text;
    }
    case RealForm::scientific: {
      std::string text = to_text(x, std::chars_format::scientific, layout.precision);
      if (layout.alternate && layout.precision == 0) text.insert(1, 1, '.');
      return text;
    }
    case RealForm::general: {
      RealLayout at_least_one = layout;
      at_least_one.precision = std::max(layout.precision, 1);
      return lay_out(
          split_scientific(to_text(x, std::chars_format::scientific, at_least_one.precision - 1)),
          at_least_one);
    }
    case RealForm::shortest: {
      char buffer[32];
      const auto end =
          std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::scientific).ptr;
      return lay_out(split_scientific({buffer, static_cast<std::size_t>(end - buffer)}), layout);
    }
  }
  return {};
}

bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }

// Decimal digits of other scripts become ASCII; nothing for any other character beyond ASCII.
std::optional<std::string> with_ascii_digits(std::string_view text) {
  std::string ascii;
  bool fits = true;
  for_each_code_point(text, [&](std::uint32_t c, std::string_view) {
    if (c < 0x80) {
      ascii += static_cast<char>(c);
    } else if (const auto digit = decimal_digit(c)) {
      ascii += static_cast<char>('0' + *digit);
    } else {
      fits = false;
    }
  });
  if (!fits) return std::nullopt;
  return ascii;
}

// Underscores may stand between two digits.
std::optional<std::string> without_underscores(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      plain += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_ascii_digit(text[i - 1]) ||
               !is_ascii_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return plain;
}

std::optional<double> parse_name(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (name == "inf" || name == "infinity") return std::numeric_limits<double>::infinity();
  if (name == "nan") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

// from_chars() does not say on which side of the range a number is.
double out_of_range(std::string_view number) {
  const std::size_t e = number.find_first_of("eE");
  const std::string_view mantissa = number.substr(0, e);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_of("123456789");
  const auto magnitude = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  std::int64_t exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view text = number.substr(e + 1);
    if (text.front() == '+') text.remove_prefix(1);
    const auto read = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (read.ec != std::errc()) return text.front() == '-' ? 0.0 : HUGE_VAL;
  }
  return magnitude + exponent > 0 ? HUGE_VAL : 0.0;
}

double read_number(std::string_view number) {
  double x = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), x);
  return read.ec == std::errc() ? x : out_of_range(number);
}

// digits [. digits] [e [sign] digits], with a digit somewhere before the e.
bool is_number(std::string_view text) {
  std::size_t i = 0;
  const auto skip_digits = [&] {
    const std::size_t begin = i;
    while (i < text.size() && is_ascii_digit(text[i])) ++i;
    return i - begin;
  };
  std::size_t digits = skip_digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    digits += skip_digits();
  }
  if (digits == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (skip_digits() == 0) return false;
  }
  return i == text.size();
}

// Value of a digit in bases up to 36; 36 for what is none.
int digit_value(char c) {
  if (is_ascii_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 36;
}

// 0 for a text without a prefix such as 0x.
int prefix_base(std::string_view text) {
  if (text.size() < 2 || text[0] != '0') return 0;
  switch (text[1]) {
    case 'x':
    case 'X':
      return 16;
    case 'o':
    case 'O':
      return 8;
    case 'b':
    case 'B':
      return 2;
    default:
      return 0;
  }
}

// Rounds a decimal number without a point at `places` digits from its end, ties to even;
// `rest` says that a fraction follows.
std::string rounded_digits(std::string digits, std::size_t places, bool rest) {
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  const std::string tail = digits.substr(digits.size() - places);
  std::string head = digits.substr(0, digits.size() - places);
  std::string half(places, '0');
  half[0] = '5';
  const bool odd = (head.back() - '0') % 2 == 1;
  if (tail > half || (tail == half && (rest || odd))) {
    std::size_t i = head.size();
    while (i > 0 && head[i - 1] == '9') head[--i] = '0';
    if (i > 0) {
      ++head[i - 1];
    } else {
      head.insert(0, 1, '1');
    }
  }
  return head + std::string(places, '0');
}

}  // namespace

std::string real_text(double x, const RealLayout& layout) {
  if (std::isnan(x)) return "nan";
  const std::string sign = std::signbit(x) ? "-" : "";
  if (std::isinf(x)) return sign + "inf";
  return sign + finite_text(std::fabs(x), layout);
}

std::string real_repr(double x) { return real_text(x, {.add_dot_zero = true}); }

std::string in_base(std::uint64_t n, unsigned base) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, n, static_cast<int>(base)).ptr;
  return {buffer, end};
}

std::uint64_t magnitude(std::int64_t n) {
  return n < 0 ? -static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
}

std::string ascii_upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

ParsedInteger parse_integer(std::string_view text, int base) {
  using Status = ParsedInteger::Status;
  constexpr ParsedInteger invalid{Status::invalid};
  const auto ascii = with_ascii_digits(strip_space(text));
  if (!ascii) return invalid;
  std::string_view rest = *ascii;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);

  const int prefixed = prefix_base(rest);
  bool zeros_only = false;
  if (prefixed != 0 && (base == 0 || base == prefixed)) {
    base = prefixed;
    rest.remove_prefix(2);
    if (rest.starts_with('_')) rest.remove_prefix(1);
  } else if (base == 0) {
    base = 10;
    zeros_only = rest.starts_with('0');  // 010 may be octal in other languages, so not here
  }

  // Negative all the way, since the least int has no magnitude.
  std::int64_t n = 0;
  bool fits = true;
  bool digit_before = false;
  for (const char c : rest) {
    if (c == '_') {
      if (!digit_before) return invalid;
      digit_before = false;
      continue;
    }
    const int digit = digit_value(c);
    if (digit >= base || (zeros_only && digit != 0)) return invalid;
    digit_before = true;
    fits = fits && !__builtin_mul_overflow(n, std::int64_t{base}, &n) &&
           !__builtin_sub_overflow(n, std::int64_t{digit}, &n);
  }
  if (!digit_before) return invalid;
  if (!fits || (!negative && n == std::numeric_limits<std::int64_t>::min())) {
    return {Status::out_of_range};
  }
  return {Status::valid, negative ? n : -n};
}

std::optional<double> parse_real(std::string_view text) {
  const auto ascii = with_ascii_digits(strip_space(text));
  if (!ascii) return std::nullopt;
  const auto plain = without_underscores(*ascii);
  if (!plain || plain->empty()) return std::nullopt;
  const bool signed_ = plain->front() == '-' || plain->front() == '+';
  const std::string magnitude = plain->substr(signed_ ? 1 : 0);
  std::optional<double> x = parse_name(magnitude);
  if (!x && is_number(magnitude)) x = read_number(magnitude);
  if (x && plain->front() == '-') return -*x;
  return x;
}

std::optional<double> real_rounded(double x, std::int64_t places) {
  // Beyond these CPython knows the result without looking (float___round___impl).
  constexpr std::int64_t places_max = 323;
  constexpr std::int64_t places_min = -308;
  if (places > places_max || x == 0) return x;
  if (places < places_min) return 0.0 * x;
  if (places >= 0) {
    const std::string text = to_text(x, std::chars_format::fixed, static_cast<int>(places));
    const double rounded = read_number(text);
    return rounded;
  }
  const double whole = std::trunc(std::fabs(x));
  const double rounded =
      read_number(rounded_digits(to_text(whole, std::chars_format::fixed, 0),
                                 static_cast<std::size_t>(-places), whole != std::fabs(x)));
  if (std::isinf(rounded)) return std::nullopt;
  return std::copysign(rounded, x);
}

}  // namespace lockstep
