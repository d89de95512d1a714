// The format specification mini-language:
//   [[fill]align][sign][z][#][0][width][grouping][.precision][type]
// What is refused, and in which words, is Python/formatter_unicode.c of CPython 3.11.
#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "engine/value/arithmetic.h"
#include "engine/value/containers.h"
#include "engine/value/number_text.h"
#include "engine/value/numbers.h"
#include "engine/value/text.h"
#include "engine/value/text_writer.h"
#include "engine/value/unicode.h"

namespace lockstep {
namespace {

struct FormatSpec {
  std::string fill = " ";  // one code point
  char align = '<';        // < > = ^
  char sign = 0;           // + - space; 0: none given
  char separator = 0;      // , or _; 0: no grouping
  bool no_negative_zero = false;
  bool alternate = false;
  std::int64_t width = -1;  // -1: none given
  std::int64_t precision = -1;
  std::uint32_t type = 0;  // a code point; 0: none given
};

// What the parser needs to know of the value's type.
struct Defaults {
  char align;
  std::uint32_t type;
};

// Either a spec or what is wrong with it (a ValueError).
struct ParsedSpec {
  FormatSpec spec;
  std::string error;
};

// A code point as CPython's messages show it.
std::string shown(std::uint32_t code_point) {
  if (code_point > 32 && code_point < 128) return std::string(1, static_cast<char>(code_point));
  return "\\x" + in_base(code_point, 16);
}

class SpecParser {
 public:
  SpecParser(std::string_view text, Defaults defaults, std::string_view type_name)
      : text_(text), rest_(text), defaults_(defaults), type_name_(type_name) {}

  ParsedSpec parse() {
    ParsedSpec result;
    FormatSpec& spec = result.spec;
    spec.align = defaults_.align;
    spec.type = defaults_.type;

    const bool fill_given = parse_align(spec);
    if (next_is('+') || next_is('-') || next_is(' ')) spec.sign = take();
    if (next_is('z')) {
      take();
      spec.no_negative_zero = true;
    }
    if (next_is('#')) {
      take();
      spec.alternate = true;
    }
    if (!fill_given && next_is('0')) {
      take();
      spec.fill = "0";
      if (!align_given_ && defaults_.align == '>') spec.align = '=';
    }
    if (!parse_number(spec.width)) return too_many_digits();
    if (!parse_separator(spec)) {
      result.error = "Cannot specify both ',' and '_'.";
      return result;
    }
    if (next_is('.')) {
      take();
      if (!parse_number(spec.precision)) return too_many_digits();
      if (spec.precision < 0) {
        result.error = "Format specifier missing precision";
        return result;
      }
    }
    if (!rest_.empty()) {
      if (rest_.size() > sequence_bytes(rest_[0])) {
        result.error = "Invalid format specifier '" + std::string(text_) +
                       "' for object of type '" + std::string(type_name_) + "'";
        return result;
      }
      spec.type = code_point_at(rest_, 0);
    }
    if (spec.separator != 0 && !takes_separator(spec)) {
      result.error =
          std::string("Cannot specify '") + spec.separator + "' with '" + shown(spec.type) + "'.";
    }
    return result;
  }

 private:
  bool next_is(char c) const { return !rest_.empty() && rest_[0] == c; }
  char take() {
    const char c = rest_[0];
    rest_.remove_prefix(1);
    return c;
  }
  static bool is_align(std::string_view text) {
    return !text.empty() && std::string_view("<>=^").find(text[0]) != std::string_view::npos;
  }

  // Whether a fill was given.
  bool parse_align(FormatSpec& spec) {
    const std::size_t fill_bytes = rest_.empty() ? 0 : sequence_bytes(rest_[0]);
    if (is_align(rest_.substr(fill_bytes))) {
      spec.fill = std::string(rest_.substr(0, fill_bytes));
      rest_.remove_prefix(fill_bytes);
      spec.align = take();
      align_given_ = true;
      return true;
    }
    if (is_align(rest_)) {
      spec.align = take();
      align_given_ = true;
    }
    return false;
  }

  // Leaves `number` as it is where no digit stands; false if it is too large.
  bool parse_number(std::int64_t& number) {
    std::int64_t sum = 0;
    bool any = false;
    while (!rest_.empty()) {
      const auto digit = decimal_digit(code_point_at(rest_, 0));
      if (!digit) break;
      if (sum > (std::numeric_limits<std::int64_t>::max() - *digit) / 10) return false;
      sum = sum * 10 + *digit;
      any = true;
      rest_.remove_prefix(sequence_bytes(rest_[0]));
    }
    if (any) number = sum;
    return true;
  }

  ParsedSpec too_many_digits() const { return {{}, "Too many decimal digits in format string"}; }

  // False if both separators are given.
  bool parse_separator(FormatSpec& spec) {
    if (next_is(',')) spec.separator = take();
    if (next_is('_')) {
      if (spec.separator != 0) return false;
      spec.separator = take();
    }
    return !(spec.separator == '_' && next_is(','));
  }

  static bool takes_separator(const FormatSpec& spec) {
    switch (spec.type) {
      case 0:
      case 'd':
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
      case '%':
        return true;
      case 'b':
      case 'o':
      case 'x':
      case 'X':
        return spec.separator == '_';
      default:
        return false;
    }
  }

  std::string_view text_;
  std::string_view rest_;
  Defaults defaults_;
  std::string_view type_name_;
  bool align_given_ = false;
};

std::string repeated_text(std::string_view text, std::int64_t times) {
  std::string result;
  for (std::int64_t i = 0; i < times; ++i) result += text;
  return result;
}

// Digits in groups, with zeros in front until all is `width_min` wide. Where a separator
// would come first, one more zero does.
std::string grouped(std::string_view digits, std::int64_t width_min, char separator,
                    std::size_t group) {
  const auto wide_enough = [width_min](std::size_t size) {
    return static_cast<std::int64_t>(size) >= width_min;
  };
  std::string reversed;
  std::size_t in_group = 0;
  for (std::size_t i = 0; i < digits.size() || !wide_enough(reversed.size()); ++i) {
    if (separator != 0 && in_group == group) {
      reversed += separator;
      in_group = 0;
    }
    reversed += i < digits.size() ? digits[digits.size() - 1 - i] : '0';
    ++in_group;
  }
  return {reversed.rbegin(), reversed.rend()};
}

struct NumberParts {
  bool negative = false;
  std::string prefix;  // 0x and the like
  std::string digits;  // what is grouped: before the point
  std::string rest;    // from the point on, or what is no number
};

std::string lay_out(const FormatSpec& spec, const NumberParts& parts) {
  const bool binary = spec.type == 'b' || spec.type == 'o' || spec.type == 'x' || spec.type == 'X';
  std::string sign;
  if (parts.negative) {
    sign = "-";
  } else if (spec.sign == '+' || spec.sign == ' ') {
    sign = spec.sign;
  }
  const auto fixed =
      static_cast<std::int64_t>(sign.size() + parts.prefix.size() + count_code_points(parts.rest));
  const bool zeros = spec.fill == "0" && spec.align == '=';
  const std::string digits =
      parts.digits.empty()
          ? ""
          : grouped(parts.digits, zeros ? spec.width - fixed : 0, spec.separator, binary ? 4 : 3);
  const std::string body = digits + parts.rest;
  const std::int64_t padding =
      std::max<std::int64_t>(spec.width - fixed - static_cast<std::int64_t>(digits.size()), 0);
  const std::string head = sign + parts.prefix;
  switch (spec.align) {
    case '<':
      return head + body + repeated_text(spec.fill, padding);
    case '=':
      return head + repeated_text(spec.fill, padding) + body;
    case '^':
      return repeated_text(spec.fill, padding / 2) + head + body +
             repeated_text(spec.fill, padding - padding / 2);
    default:
      return repeated_text(spec.fill, padding) + head + body;
  }
}

Result value_error(ValueTable& values, std::string_view message) {
  return raise(values, ExceptionKind::value_error, message);
}

Result unknown_code(ValueTable& values, const FormatSpec& spec, std::string_view type_name) {
  return value_error(values, "Unknown format code '" + shown(spec.type) + "' for object of type '" +
                                 std::string(type_name) + "'");
}

Result format_string(ValueTable& values, Value value, const FormatSpec& spec) {
  if (spec.type != 's') return unknown_code(values, spec, "str");
  if (spec.sign == ' ') {
    return value_error(values, "Space not allowed in string format specifier");
  }
  if (spec.sign != 0) return value_error(values, "Sign not allowed in string format specifier");
  if (spec.no_negative_zero) {
    return value_error(values, "Negative zero coercion (z) not allowed in string format specifier");
  }
  if (spec.alternate) {
    return value_error(values, "Alternate form (#) not allowed in string format specifier");
  }
  if (spec.align == '=') {
    return value_error(values, "'=' alignment not allowed in string format specifier");
  }
  std::string_view text = values.as_text(value);
  if (spec.precision >= 0) {
    text = text.substr(0, byte_offset(text, static_cast<std::size_t>(spec.precision)));
  }
  NumberParts parts;
  parts.rest = text;
  return string_of(values, lay_out(spec, parts));
}

Result format_character(ValueTable& values, std::int64_t n, const FormatSpec& spec) {
  if (spec.sign != 0) {
    return value_error(values, "Sign not allowed with integer format specifier 'c'");
  }
  if (spec.alternate) {
    return value_error(values, "Alternate form (#) not allowed with integer format specifier 'c'");
  }
  // A surrogate has no UTF-8.
  if (n < 0 || n >= code_point_end || is_surrogate(static_cast<std::uint32_t>(n))) {
    return raise(values, ExceptionKind::overflow_error, "%c arg not in range(0x110000)");
  }
  NumberParts parts;
  parts.rest = utf8(static_cast<std::uint32_t>(n));
  return string_of(values, lay_out(spec, parts));
}

Result format_integer(ValueTable& values, std::int64_t n, const FormatSpec& spec) {
  if (spec.precision >= 0) {
    return value_error(values, "Precision not allowed in integer format specifier");
  }
  if (spec.no_negative_zero) {
    return value_error(values,
                       "Negative zero coercion (z) not allowed in integer format specifier");
  }
  if (spec.type == 'c') return format_character(values, n, spec);

  unsigned base = 10;
  NumberParts parts;
  switch (spec.type) {
    case 'b':
      base = 2;
      break;
    case 'o':
      base = 8;
      break;
    case 'x':
    case 'X':
      base = 16;
      break;
    default:
      break;
  }
  if (spec.alternate && base != 10) parts.prefix = {'0', static_cast<char>(spec.type)};
  parts.negative = n < 0;
  parts.digits = in_base(magnitude(n), base);
  if (spec.type == 'X') parts.digits = ascii_upper(parts.digits);
  return string_of(values, lay_out(spec, parts));
}

bool is_real_code(std::uint32_t type) {
  switch (type) {
    case 0:
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'n':
    case '%':
      return true;
    default:
      return false;
  }
}

RealLayout real_layout(const FormatSpec& spec) {
  RealLayout layout;
  layout.alternate = spec.alternate;
  layout.precision = spec.precision < 0 ? 6 : static_cast<int>(spec.precision);
  switch (spec.type) {
    case 'e':
    case 'E':
      layout.form = RealForm::scientific;
      break;
    case 'f':
    case 'F':
    case '%':
      layout.form = RealForm::fixed;
      break;
    case 0:
      layout.form = spec.precision < 0 ? RealForm::shortest : RealForm::general;
      layout.add_dot_zero = true;
      break;
    default:
      layout.form = RealForm::general;
  }
  return layout;
}

bool shows_zero(std::string_view number) {
  for (const char c : number.substr(0, number.find('e'))) {
    if (c != '-' && c != '.' && c != '0') return false;
  }
  return true;
}

Result format_real(ValueTable& values, double x, const FormatSpec& spec) {
  if (spec.precision > std::numeric_limits<int>::max()) {
    return value_error(values, "precision too big");
  }
  if (spec.precision > static_cast<std::int64_t>(text_bytes_max)) return too_large(values);
  std::string text = real_text(spec.type == '%' ? x * 100 : x, real_layout(spec));
  if (spec.no_negative_zero && text.front() == '-' && shows_zero(text)) text.erase(0, 1);
  if (spec.type == 'E' || spec.type == 'F' || spec.type == 'G') text = ascii_upper(text);

  NumberParts parts;
  parts.negative = text.front() == '-';
  if (parts.negative) text.erase(0, 1);
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  parts.digits = text.substr(0, digits);
  parts.rest = text.substr(digits);
  if (spec.type == '%') parts.rest += '%';
  return string_of(values, lay_out(spec, parts));
}

Result format_number(ValueTable& values, const Number& number, const FormatSpec& spec,
                     std::string_view type_name) {
  if (number.is_real) {
    if (!is_real_code(spec.type)) return unknown_code(values, spec, type_name);
    return format_real(values, number.real, spec);
  }
  switch (spec.type) {
    case 'b':
    case 'c':
    case 'd':
    case 'n':
    case 'o':
    case 'x':
    case 'X':
      return format_integer(values, number.integer, spec);
    default:
      if (spec.type == 0 || !is_real_code(spec.type)) {
        return unknown_code(values, spec, type_name);
      }
      return format_real(values, static_cast<double>(number.integer), spec);
  }
}

}  // namespace

Result format(ValueTable& values, Value value, std::string_view spec_text, const Names& names) {
  if (spec_text.empty()) return str_of(values, value, names);
  const std::string_view type = type_name(values, value);
  const auto number = number_of(values, value);
  const bool is_string = values.kind(value) == ValueKind::string;
  if (!number && !is_string) {
    return raise(values, ExceptionKind::type_error,
                 "unsupported format string passed to " + std::string(type) + ".__format__");
  }
  Defaults defaults{'>', 'd'};
  if (is_string) defaults = {'<', 's'};
  if (number && number->is_real) defaults.type = 0;
  const ParsedSpec parsed = SpecParser(spec_text, defaults, type).parse();
  if (!parsed.error.empty()) return value_error(values, parsed.error);
  if (parsed.spec.width > static_cast<std::int64_t>(text_bytes_max)) return too_large(values);
  return is_string ? format_string(values, value, parsed.spec)
                   : format_number(values, *number, parsed.spec, type);
}

}  // namespace lockstep
