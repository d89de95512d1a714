// %[(key)][flags][width][.precision]type, after unicode_format of CPython 3.11's
// Objects/unicodeobject.c, and _PyBytes_FormatEx of Objects/bytesobject.c where the two differ.
#include "engine/value/percent_format.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "engine/value/arithmetic.h"
#include "engine/value/containers.h"
#include "engine/value/number_text.h"
#include "engine/value/numbers.h"
#include "engine/value/text_writer.h"
#include "engine/value/unicode.h"

namespace lockstep {
namespace {

// Widths and precisions end before: what they ask for would be beyond the limit of a text.
constexpr std::int64_t number_end = static_cast<std::int64_t>(text_bytes_max);

struct Conversion {
  bool left = false, sign = false, blank = false, alternate = false, zero = false;
  std::int64_t width = 0;
  std::optional<std::int64_t> precision;
  std::uint32_t type = 0;
};

class PercentFormatter {
 public:
  PercentFormatter(ValueTable& values, Value format, Value arguments, const Names& names)
      : values_(values),
        bytes_(values.kind(format) == ValueKind::bytes),
        format_(values.as_text(format)),
        names_(names),
        source_(arguments) {
    if (values.kind(arguments) == ValueKind::tuple) {
      const auto items = values.items(arguments);
      arguments_.assign(items.begin(), items.end());
    } else {
      arguments_ = {arguments};
    }
    // Whatever can be subscripted, but str and tuple, may be left unused; bytes only behind a str.
    switch (values.kind(arguments)) {
      case ValueKind::dict:
      case ValueKind::list:
      case ValueKind::range:
        is_mapping_ = true;
        break;
      case ValueKind::bytes:
        is_mapping_ = !bytes_;
        break;
      default:
        break;
    }
  }

  Result run() {
    while (at_ < format_.size() && !raised_) {
      const std::size_t percent = std::min(format_.find('%', at_), format_.size());
      out_ += format_.substr(at_, percent - at_);
      at_ = percent + 1;
      if (percent < format_.size()) one();
      if (out_.size() > text_bytes_max && !raised_) raised_ = too_large(values_);
    }
    if (!raised_ && next_ < arguments_.size() && !is_mapping_) {
      type_error(bytes_ ? "not all arguments converted during bytes formatting"
                        : "not all arguments converted during string formatting");
    }
    if (raised_) return *raised_;
    return bytes_ ? bytes_of(values_, out_) : string_of(values_, out_);
  }

 private:
  void type_error(std::string_view message) {
    raised_ = raise(values_, ExceptionKind::type_error, message);
  }
  void value_error(std::string_view message) {
    raised_ = raise(values_, ExceptionKind::value_error, message);
  }

  void one() {
    if (next_is('%')) {  // with anything between, a second one is an unsupported type
      out_ += '%';
      ++at_;
      return;
    }
    Conversion conversion;
    if (!parse(conversion)) return;
    const auto value = next_argument();
    if (value) convert(conversion, *value);
  }

  std::optional<Value> next_argument() {
    if (next_ < arguments_.size()) return arguments_[next_++];
    type_error("not enough arguments for format string");
    return std::nullopt;
  }

  // Reads behind the percent sign, to behind the type.
  bool parse(Conversion& conversion) {
    if (next_is('(') && !parse_key()) return false;
    for (bool more = true; more && at_ < format_.size();) {
      switch (format_[at_]) {
        case '-':
          conversion.left = true;
          break;
        case '+':
          conversion.sign = true;
          break;
        case ' ':
          conversion.blank = true;
          break;
        case '#':
          conversion.alternate = true;
          break;
        case '0':
          conversion.zero = true;
          break;
        default:
          more = false;
      }
      if (more) ++at_;
    }
    const auto width = parse_number("width too big");
    if (!width) return false;
    conversion.left = conversion.left || *width < 0;
    conversion.width = std::abs(*width);
    if (next_is('.')) {
      ++at_;
      const auto precision = parse_number("precision too big");
      if (!precision) return false;
      conversion.precision = std::max<std::int64_t>(*precision, 0);
    }
    if (next_is('h') || next_is('l') || next_is('L')) ++at_;  // C's length modifiers
    if (at_ >= format_.size()) {
      value_error("incomplete format");
      return false;
    }
    type_at_ = at_;
    conversion.type =
        bytes_ ? static_cast<unsigned char>(format_[at_]) : code_point_at(format_, at_);
    at_ += bytes_ ? 1 : sequence_bytes(format_[at_]);
    return true;
  }

  bool next_is(char c) const { return at_ < format_.size() && format_[at_] == c; }

  bool parse_key() {
    if (!is_mapping_) {
      type_error("format requires a mapping");
      return false;
    }
    const std::size_t begin = ++at_;
    for (int open = 1; at_ < format_.size(); ++at_) {
      if (format_[at_] == '(') ++open;
      if (format_[at_] == ')' && --open == 0) break;
    }
    if (at_ >= format_.size()) {
      value_error("incomplete format key");
      return false;
    }
    const std::string_view name = format_.substr(begin, at_ - begin);
    const Value key = bytes_ ? values_.bytes(name) : values_.string(name);
    ++at_;
    const Result item = subscript(values_, source_, key);
    if (item.raised) {
      raised_ = item;
      return false;
    }
    arguments_ = {item.value};
    next_ = 0;
    return true;
  }

  // Digits, or a star for the next argument; 0 where neither stands. Nothing: raised.
  std::optional<std::int64_t> parse_number(std::string_view too_big) {
    std::int64_t n = 0;
    if (next_is('*')) {
      ++at_;
      const auto value = next_argument();
      if (!value) return std::nullopt;
      const auto index = as_index(values_, *value);
      if (!index) {
        type_error("* wants int");
        return std::nullopt;
      }
      n = *index;
    } else {
      n = parse_digits();
    }
    if (n <= -number_end || n >= number_end) {
      value_error(too_big);
      return std::nullopt;
    }
    return n;
  }

  // At most number_end.
  std::int64_t parse_digits() {
    std::int64_t n = 0;
    for (; at_ < format_.size() && format_[at_] >= '0' && format_[at_] <= '9'; ++at_) {
      n = std::min<std::int64_t>(n * 10 + (format_[at_] - '0'), number_end);
    }
    return n;
  }

  void convert(const Conversion& conversion, Value value) {
    switch (conversion.type) {
      case 'b':
        if (!bytes_) return unsupported(conversion.type);
        [[fallthrough]];
      case 's':
      case 'r':
      case 'a':
        text(conversion, value);
        break;
      case 'c':
        character(conversion, value);
        break;
      case 'd':
      case 'i':
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        integer(conversion, value);
        break;
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        real(conversion, value);
        break;
      default:
        unsupported(conversion.type);
    }
  }

  void unsupported(std::uint32_t type) {
    if (bytes_ && type > 127) {  // a char there, which is negative
      raised_ = raise(values_, ExceptionKind::overflow_error,
                      "character argument not in range(0x110000)");
      return;
    }
    value_error("unsupported format character '" +
                std::string(1, type > 31 && type < 127 ? static_cast<char>(type) : '?') + "' (0x" +
                in_base(type, 16) + ") at index " +
                std::to_string(units(format_.substr(0, type_at_))));
  }

  std::size_t units(std::string_view text) const {
    return bytes_ ? text.size() : count_code_points(text);
  }

  void text(const Conversion& conversion, Value value) {
    if (bytes_ && (conversion.type == 's' || conversion.type == 'b')) {
      if (values_.kind(value) != ValueKind::bytes) {
        return type_error(
            "%b requires a bytes-like object, or an object that implements __bytes__, not '" +
            std::string(type_name(values_, value)) + "'");
      }
      return put_text(conversion, std::string(values_.as_text(value)));
    }
    const Result result =
        conversion.type == 's' ? str_of(values_, value, names_) : repr_of(values_, value, names_);
    if (result.raised) {
      raised_ = result;
      return;
    }
    std::string whole(values_.as_text(result.value));
    if (bytes_ || conversion.type == 'a') whole = ascii_escaped(whole);
    put_text(conversion, std::move(whole));
  }

  void put_text(const Conversion& conversion, std::string whole) {
    if (conversion.precision) {
      const auto most = static_cast<std::size_t>(*conversion.precision);
      whole.resize(bytes_ ? std::min(most, whole.size()) : byte_offset(whole, most));
    }
    put(conversion, "", "", whole, ' ');
  }

  void character(const Conversion& conversion, Value value) {
    if (bytes_) return byte(conversion, value);
    if (values_.kind(value) == ValueKind::string &&
        count_code_points(values_.as_text(value)) == 1) {
      put(conversion, "", "", std::string(values_.as_text(value)), ' ');
      return;
    }
    const auto n = as_index(values_, value);
    if (!n) return type_error("%c requires int or char");
    if (*n < 0 || *n >= code_point_end || is_surrogate(static_cast<std::uint32_t>(*n))) {
      raised_ = raise(values_, ExceptionKind::overflow_error, "%c arg not in range(0x110000)");
      return;
    }
    put(conversion, "", "", utf8(static_cast<std::uint32_t>(*n)), ' ');
  }

  void byte(const Conversion& conversion, Value value) {
    if (values_.kind(value) == ValueKind::bytes && values_.as_text(value).size() == 1) {
      return put(conversion, "", "", std::string(values_.as_text(value)), ' ');
    }
    const auto n = as_index(values_, value);
    if (!n) return type_error("%c requires an integer in range(256) or a single byte");
    if (*n < 0 || *n > 255) {
      raised_ = raise(values_, ExceptionKind::overflow_error, "%c arg not in range(256)");
      return;
    }
    put(conversion, "", "", std::string(1, static_cast<char>(*n)), ' ');
  }

  void integer(const Conversion& conversion, Value value) {
    const bool decimal = conversion.type == 'd' || conversion.type == 'i' || conversion.type == 'u';
    const auto number = number_of(values_, value);
    if (!number || (number->is_real && !decimal)) {
      return type_error("%" + (bytes_ && conversion.type == 'i' ? "d" : utf8(conversion.type)) +
                        " format: " + (decimal ? "a real number" : "an integer") +
                        " is required, not " + std::string(type_name(values_, value)));
    }
    std::int64_t n = number->integer;
    if (number->is_real) {
      const Result whole = truncated(values_, number->real);
      if (whole.raised) {
        raised_ = whole;
        return;
      }
      n = values_.as_integer(whole.value);
    }
    const unsigned base = decimal ? 10 : conversion.type == 'o' ? 8 : 16;
    std::string digits = in_base(magnitude(n), base);
    const auto digits_min = static_cast<std::size_t>(conversion.precision.value_or(0));
    if (digits.size() < digits_min) digits.insert(0, digits_min - digits.size(), '0');
    std::string prefix;
    if (conversion.alternate && !decimal) prefix = {'0', static_cast<char>(conversion.type)};
    if (conversion.type == 'X') digits = ascii_upper(digits);
    put(conversion, sign_for(conversion, n < 0), prefix, digits, conversion.zero ? '0' : ' ');
  }

  void real(const Conversion& conversion, Value value) {
    const auto number = number_of(values_, value);
    if (!number) {
      return type_error((bytes_ ? "float argument required, not " : "must be real number, not ") +
                        std::string(type_name(values_, value)));
    }
    RealLayout layout;
    layout.precision = static_cast<int>(conversion.precision.value_or(6));
    layout.alternate = conversion.alternate;
    switch (conversion.type) {
      case 'e':
      case 'E':
        layout.form = RealForm::scientific;
        break;
      case 'f':
      case 'F':
        layout.form = RealForm::fixed;
        break;
      default:
        layout.form = RealForm::general;
    }
    std::string text = real_text(number->as_real(), layout);
    if (conversion.type < 'a') text = ascii_upper(text);
    const bool negative = text.front() == '-';
    if (negative) text.erase(0, 1);
    put(conversion, sign_for(conversion, negative), "", text, conversion.zero ? '0' : ' ');
  }

  static std::string sign_for(const Conversion& conversion, bool negative) {
    if (negative) return "-";
    if (conversion.sign) return "+";
    return conversion.blank ? " " : "";
  }

  void put(const Conversion& conversion, const std::string& sign, const std::string& prefix,
           const std::string& body, char fill) {
    const auto size = static_cast<std::int64_t>(sign.size() + prefix.size() + units(body));
    const auto padding =
        static_cast<std::size_t>(std::max<std::int64_t>(conversion.width - size, 0));
    if (conversion.left) {
      out_ += sign + prefix + body + std::string(padding, ' ');
    } else if (fill == '0') {
      out_ += sign + prefix + std::string(padding, '0') + body;
    } else {
      out_ += std::string(padding, ' ') + sign + prefix + body;
    }
  }

  ValueTable& values_;
  bool bytes_;  // the format is bytes, and so is what comes of it
  std::string_view format_;
  const Names& names_;
  Value source_;                  // what stands behind the operator
  std::vector<Value> arguments_;  // of which next_ comes next
  std::size_t next_ = 0;
  bool is_mapping_ = false;
  std::size_t at_ = 0;  // in format_
  std::size_t type_at_ = 0;
  std::string out_;
  std::optional<Result> raised_;
};

}  // namespace

Result percent_format(ValueTable& values, Value format, Value arguments, const Names* names) {
  return PercentFormatter(values, format, arguments, names ? *names : numbers_as_names()).run();
}

}  // namespace lockstep
