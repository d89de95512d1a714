// After Objects/stringlib/unicode_format.h of CPython 3.11.
#include "engine/value/str_format.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "engine/value/arithmetic.h"
#include "engine/value/containers.h"
#include "engine/value/number_text.h"
#include "engine/value/text_writer.h"
#include "engine/value/unicode.h"

namespace lockstep {
namespace {

constexpr int field_levels = 2;  // a spec may hold fields, and theirs may not

struct Field {
  std::string_view name;
  std::optional<std::uint32_t> conversion;  // the code point after !
  std::string_view spec;
  bool spec_has_fields = false;
};

class Formatter {
 public:
  Formatter(ValueTable& values, std::span<const Value> arguments, const Names& names)
      : values_(values), arguments_(arguments), names_(names) {}

  // Appends to `out`; false: raised() holds the exception.
  bool format(std::string& out, std::string_view text, int levels) {
    if (levels == 0) return value_error("Max string recursion exceeded");
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t brace = text.find_first_of("{}", at);
      out += text.substr(at, brace - at);
      if (brace == std::string_view::npos) return true;
      at = brace + 1;
      if (at < text.size() && text[at] == text[brace]) {
        out += text[brace];
        ++at;
        continue;
      }
      if (text[brace] == '}') return value_error("Single '}' encountered in format string");
      if (at == text.size()) return value_error("Single '{' encountered in format string");
      Field field;
      if (!parse(field, text, at) || !render(out, field, levels)) return false;
      if (out.size() > text_bytes_max) {
        raised_ = too_large(values_);
        return false;
      }
    }
    return true;
  }

  Result raised() const { return raised_; }

 private:
  bool value_error(std::string_view message) {
    raised_ = raise(values_, ExceptionKind::value_error, message);
    return false;
  }

  // Reads a field behind its brace; `at` ends behind the closing one.
  bool parse(Field& field, std::string_view text, std::size_t& at) {
    const std::size_t begin = at;
    char end = 0;
    while (at < text.size() && end == 0) {
      const char c = text[at++];
      if (c == '{') return value_error("unexpected '{' in field name");
      if (c == '[') {
        at = std::min(text.find(']', at), text.size());
      } else if (c == '}' || c == ':' || c == '!') {
        end = c;
      }
    }
    if (end == 0) return value_error("expected '}' before end of string");
    field.name = text.substr(begin, at - 1 - begin);
    if (end == '}') return true;
    if (end == '!') {
      if (at == text.size()) {
        return value_error("end of string while looking for conversion specifier");
      }
      field.conversion = code_point_at(text, at);
      at += sequence_bytes(text[at]);
      if (at < text.size()) {
        const char c = text[at++];
        if (c == '}') return true;
        if (c != ':') return value_error("expected ':' after conversion specifier");
      }
    }
    return parse_spec(field, text, at);
  }

  bool parse_spec(Field& field, std::string_view text, std::size_t& at) {
    const std::size_t begin = at;
    for (int open = 1; at < text.size(); ++at) {
      if (text[at] == '{') {
        field.spec_has_fields = true;
        ++open;
      } else if (text[at] == '}' && --open == 0) {
        field.spec = text.substr(begin, at - begin);
        ++at;
        return true;
      }
    }
    return value_error("unmatched '{' in format spec");
  }

  bool render(std::string& out, const Field& field, int levels) {
    std::optional<Value> value = argument(field.name);
    if (!value) return false;
    if (field.conversion) {
      value = converted(*value, *field.conversion);
      if (!value) return false;
    }
    std::string spec(field.spec);
    if (field.spec_has_fields) {
      spec.clear();
      if (!format(spec, field.spec, levels - 1)) return false;
    }
    const auto text = keep(lockstep::format(values_, *value, spec, names_));
    if (!text) return false;
    out += values_.as_text(*text);
    return true;
  }

  std::optional<Value> keep(const Result& result) {
    if (!result.raised) return result.value;
    raised_ = result;
    return std::nullopt;
  }

  std::optional<Value> converted(Value value, std::uint32_t conversion) {
    switch (conversion) {
      case 's':
        return keep(str_of(values_, value, names_));
      case 'r':
        return keep(repr_of(values_, value, names_));
      case 'a': {
        const auto text = keep(repr_of(values_, value, names_));
        if (!text) return std::nullopt;
        return values_.string(ascii_escaped(values_.as_text(*text)));
      }
      default:
        break;
    }
    if (conversion > 32 && conversion < 127) {
      value_error("Unknown conversion specifier " + utf8(conversion));
    } else {
      value_error("Unknown conversion specifier \\x" + in_base(conversion, 16));
    }
    return std::nullopt;
  }

  // A number, -1 for what is none; nothing if it is too large.
  std::optional<std::int64_t> index(std::string_view text) {
    if (text.empty()) return -1;
    std::int64_t sum = 0;
    while (!text.empty()) {
      const auto digit = decimal_digit(code_point_at(text, 0));
      if (!digit) return -1;
      if (sum > (std::numeric_limits<std::int64_t>::max() - *digit) / 10) {
        value_error("Too many decimal digits in format string");
        return std::nullopt;
      }
      sum = sum * 10 + *digit;
      text.remove_prefix(sequence_bytes(text[0]));
    }
    return sum;
  }

  std::optional<Value> argument(std::string_view name) {
    const std::size_t first_end = std::min(name.find_first_of(".["), name.size());
    const std::string_view first = name.substr(0, first_end);
    auto position = index(first);
    if (!position) return std::nullopt;
    if (first.empty() || *position >= 0) {
      const Numbering numbering = first.empty() ? Numbering::automatic : Numbering::manual;
      if (!check_numbering(numbering)) return std::nullopt;
      if (first.empty()) position = next_automatic_++;
    } else {
      const Value key = values_.string(first);
      raised_ = key_error(values_, key);
      return std::nullopt;
    }
    if (static_cast<std::uint64_t>(*position) >= arguments_.size()) {
      raised_ = raise(values_, ExceptionKind::index_error,
                      "Replacement index " + std::to_string(*position) +
                          " out of range for positional args tuple");
      return std::nullopt;
    }
    return element(arguments_[static_cast<std::size_t>(*position)], name.substr(first_end));
  }

  // Follows [index] and .attribute.
  std::optional<Value> element(Value value, std::string_view path) {
    while (!path.empty()) {
      if (path[0] != '[' && path[0] != '.') {
        value_error("Only '.' or '[' may follow ']' in format field specifier");
        return std::nullopt;
      }
      const bool attribute = path[0] == '.';
      path.remove_prefix(1);
      const std::size_t end =
          attribute ? std::min(path.find_first_of(".["), path.size()) : path.find(']');
      if (end == std::string_view::npos) {
        value_error("Missing ']' in format string");
        return std::nullopt;
      }
      const std::string_view name = path.substr(0, end);
      const auto position = attribute ? -1 : index(name);
      if (!position) return std::nullopt;
      if (name.empty()) {
        value_error("Empty attribute in format string");
        return std::nullopt;
      }
      path.remove_prefix(attribute ? end : end + 1);
      if (attribute) {
        raised_ = no_attribute(values_, value, name);
        return std::nullopt;
      }
      const Value key = *position < 0 ? values_.string(name) : values_.integer(*position);
      const auto item = keep(subscript(values_, value, key));
      if (!item) return std::nullopt;
      value = *item;
    }
    return value;
  }

  enum class Numbering : std::uint8_t { unknown, automatic, manual };

  bool check_numbering(Numbering now) {
    if (numbering_ == Numbering::unknown) numbering_ = now;
    if (numbering_ == now) return true;
    return value_error(now == Numbering::automatic
                           ? "cannot switch from manual field specification to automatic field "
                             "numbering"
                           : "cannot switch from automatic field numbering to manual field "
                             "specification");
  }

  ValueTable& values_;
  std::span<const Value> arguments_;
  const Names& names_;
  Numbering numbering_ = Numbering::unknown;
  std::int64_t next_automatic_ = 0;
  Result raised_;
};

}  // namespace

Result str_format(ValueTable& values, std::string_view format, std::span<const Value> arguments,
                  const Names& names) {
  Formatter formatter(values, arguments, names);
  std::string out;
  if (!formatter.format(out, format, field_levels)) return formatter.raised();
  return string_of(values, out);
}

}  // namespace lockstep
