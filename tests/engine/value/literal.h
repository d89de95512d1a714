// Values written as Python literals in ASCII, for tests: None, numbers, inf, nan, str, bytes,
// lists, tuples, dicts, range(0, 3), exception classes and ValueError('x').
#pragma once
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value/unicode.h"
#include "engine/value/value_table.h"

namespace lockstep {

// Throws std::runtime_error for what it cannot read: a broken test, not a case.
class LiteralReader {
 public:
  LiteralReader(ValueTable& values, std::string_view text) : values_(values), text_(text) {}

  Value read() {
    const Value value = read_value();
    if (at_ != text_.size()) fail();
    return value;
  }

 private:
  [[noreturn]] void fail() const {
    throw std::runtime_error("no literal at " + std::to_string(at_) + " of " + std::string(text_));
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void expect(std::string_view word) {
    if (!take(word)) fail();
  }

  Value read_value() {
    if (take("[")) return values_.list(read_items("]"));
    if (take("{")) return values_.dict(read_items("}"));
    if (take("(")) return values_.tuple(read_items(")"));
    if (take("b'") || take("b\"")) return values_.bytes(read_text(text_[at_ - 1], true));
    if (take("'") || take("\"")) return values_.string(read_text(text_[at_ - 1], false));
    if (take("range(")) return read_range();
    if (take("None")) return none_value;
    if (take("True")) return true_value;
    if (take("False")) return false_value;
    if (take("nan")) return values_.real(std::numeric_limits<double>::quiet_NaN());
    if (take("inf")) return values_.real(std::numeric_limits<double>::infinity());
    if (take("-inf")) return values_.real(-std::numeric_limits<double>::infinity());
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("mp.") || (!rest.empty() && rest[0] >= 'A' && rest[0] <= 'Z')) {
      return read_exception();
    }
    return read_number();
  }

  // Items between commas or, in a dict, colons; up to and with the closing bracket.
  std::vector<Value> read_items(std::string_view close) {
    std::vector<Value> items;
    while (!take(close)) {
      items.push_back(read_value());
      if (!take(", ") && !take(": ")) take(",");
    }
    return items;
  }

  Value read_range() {
    const std::vector<Value> bounds = read_items(")");
    return values_.range(values_.as_integer(bounds.at(0)), values_.as_integer(bounds.at(1)),
                         bounds.size() > 2 ? values_.as_integer(bounds[2]) : 1);
  }

  Value read_exception() {
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalpha(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '.')) {
      ++at_;
    }
    const auto kind = exception_named(text_.substr(begin, at_ - begin));
    if (!kind) fail();
    if (take("(")) return values_.exception(*kind, read_items(")"));
    return exception_class_value(*kind);
  }

  Value read_number() {
    const std::size_t end = std::min(text_.find_first_not_of("+-.0123456789e", at_), text_.size());
    const std::string_view number = text_.substr(at_, end - at_);
    at_ = end;
    const char* const last = number.data() + number.size();
    std::int64_t n = 0;
    if (std::from_chars(number.data(), last, n).ptr == last && !number.empty()) {
      return values_.integer(n);
    }
    double x = 0;
    if (number.empty() || std::from_chars(number.data(), last, x).ptr != last) fail();
    return values_.real(x);
  }

  std::string read_text(char quote, bool bytes) {
    std::string text;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (!take("\\")) {
        text += text_[at_++];
        continue;
      }
      const char escape = text_[at_++];
      switch (escape) {
        case 'n':
          text += '\n';
          break;
        case 'r':
          text += '\r';
          break;
        case 't':
          text += '\t';
          break;
        case 'x':
          append(text, read_hex(2), bytes);
          break;
        case 'u':
          append(text, read_hex(4), bytes);
          break;
        case 'U':
          append(text, read_hex(8), bytes);
          break;
        default:
          text += escape;
      }
    }
    expect(std::string_view(&quote, 1));
    return text;
  }

  static void append(std::string& text, std::uint32_t unit, bool bytes) {
    if (bytes) {
      text += static_cast<char>(unit);
    } else {
      append_code_point(text, unit);
    }
  }

  std::uint32_t read_hex(std::size_t digits) {
    const std::string_view hex = text_.substr(at_, digits);
    std::uint32_t n = 0;
    if (std::from_chars(hex.data(), hex.data() + hex.size(), n, 16).ptr != hex.data() + digits) {
      fail();
    }
    at_ += digits;
    return n;
  }

  ValueTable& values_;
  std::string_view text_;
  std::size_t at_ = 0;
};

inline Value literal(ValueTable& values, std::string_view text) {
  return LiteralReader(values, text).read();
}

}  // namespace lockstep
