#include <cmath>
#include <string>

#include "engine/value/arithmetic.h"
#include "engine/value/number_text.h"
#include "engine/value/text.h"

namespace lockstep {
namespace {

class JsonWriter {
 public:
  JsonWriter(const ValueTable& values, const Names& names) : values_(values), names_(names) {}

  std::string take() { return std::move(out_); }

  void value(Value value, int depth) {
    if (depth > nesting_max || out_.size() > text_bytes_max) return string("...");
    switch (values_.kind(value)) {
      case ValueKind::none:
        out_ += "null";
        break;
      case ValueKind::boolean:
        out_ += value == true_value ? "true" : "false";
        break;
      case ValueKind::integer:
        out_ += std::to_string(values_.as_integer(value));
        break;
      case ValueKind::real:
        real(values_.as_real(value));
        break;
      case ValueKind::list:
      case ValueKind::tuple:
        array(values_.items(value), depth);
        break;
      case ValueKind::dict:
        object(values_.items(value), depth);
        break;
      case ValueKind::string:
      case ValueKind::bytes:
      case ValueKind::range:
      case ValueKind::object:
      case ValueKind::thread:
      case ValueKind::process:
      case ValueKind::connection:
      case ValueKind::function:
      case ValueKind::exception_class:
      case ValueKind::exception:
      case ValueKind::future:
      case ValueKind::unset:
        string(str(values_, value, names_));
        break;
    }
  }

 private:
  void real(double x) {
    // The repr of a finite float is a JSON number as it is: it has digits around its point.
    if (std::isfinite(x)) {
      out_ += real_repr(x);
    } else {
      string(real_repr(x));
    }
  }

  void string(std::string_view text) {
    out_ += '"';
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out_ += '\\';
        out_ += c;
      } else if (c == '\n') {
        out_ += "\\n";
      } else if (c == '\t') {
        out_ += "\\t";
      } else if (c == '\r') {
        out_ += "\\r";
      } else if (byte < 0x20 || byte == 0x7f) {
        constexpr std::string_view digits = "0123456789abcdef";
        out_ += "\\u00";
        out_ += digits[byte >> 4];
        out_ += digits[byte & 0xf];
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }

  void array(std::span<const Value> items, int depth) {
    out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ", ";
      value(items[i], depth + 1);
    }
    out_ += ']';
  }

  void object(std::span<const Value> keys_and_values, int depth) {
    out_ += '{';
    for (std::size_t i = 0; i < keys_and_values.size(); i += 2) {
      if (i > 0) out_ += ", ";
      const Value key = keys_and_values[i];
      string(values_.kind(key) == ValueKind::string ? std::string(values_.as_text(key))
                                                    : repr(values_, key, names_));
      out_ += ": ";
      value(keys_and_values[i + 1], depth + 1);
    }
    out_ += '}';
  }

  const ValueTable& values_;
  const Names& names_;
  std::string out_;
};

}  // namespace

std::string to_json(const ValueTable& values, Value value, const Names& names) {
  JsonWriter writer(values, names);
  writer.value(value, 0);
  return writer.take();
}

}  // namespace lockstep
