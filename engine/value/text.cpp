// After unicode_repr, PyBytes_Repr, BaseException_str and their like in CPython 3.11's
// Objects/.
#include "engine/value/text.h"

#include <algorithm>
#include <initializer_list>

#include "engine/value/arithmetic.h"
#include "engine/value/containers.h"
#include "engine/value/number_text.h"
#include "engine/value/os_error.h"
#include "engine/value/text_writer.h"
#include "engine/value/unicode.h"

namespace lockstep {
namespace {

void append_hex(std::string& out, std::uint32_t n, int digits) {
  for (int i = digits - 1; i >= 0; --i) out += "0123456789abcdef"[(n >> (4 * i)) & 0xf];
}

// \xhh, \uhhhh or \Uhhhhhhhh
void append_escape(std::string& out, std::uint32_t code_point) {
  if (code_point < 0x100) {
    out += "\\x";
    append_hex(out, code_point, 2);
  } else if (code_point < 0x10000) {
    out += "\\u";
    append_hex(out, code_point, 4);
  } else {
    out += "\\U";
    append_hex(out, code_point, 8);
  }
}

char quote_for(std::string_view text) {
  const bool only_single =
      text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  return only_single ? '"' : '\'';
}

// What str and bytes escape alike; false for any other character.
bool append_common_escape(std::string& out, std::uint32_t c, char quote) {
  if (c == '\t') {
    out += "\\t";
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\\' || c == static_cast<unsigned char>(quote)) {
    out += '\\';
    out += static_cast<char>(c);
  } else {
    return false;
  }
  return true;
}

void append_string_repr(std::string& out, std::string_view text) {
  const char quote = quote_for(text);
  out += quote;
  for_each_code_point(text, [&](std::uint32_t c, std::string_view bytes) {
    if (append_common_escape(out, c, quote)) return;
    if (is_printable(c)) {
      out += bytes;
    } else {
      append_escape(out, c);
    }
  });
  out += quote;
}

void append_bytes_repr(std::string& out, std::string_view bytes) {
  const char quote = quote_for(bytes);
  out += 'b';
  out += quote;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (append_common_escape(out, byte, quote)) continue;
    if (byte < 0x20 || byte >= 0x7f) {
      append_escape(out, byte);
    } else {
      out += c;
    }
  }
  out += quote;
}

bool has_kinds(const ValueTable& values, std::span<const Value> items,
               std::initializer_list<ValueKind> kinds) {
  return std::equal(items.begin(), items.end(), kinds.begin(), kinds.end(),
                    [&](Value item, ValueKind kind) { return values.kind(item) == kind; });
}

class Writer {
 public:
  Writer(std::string& out, const ValueTable& values, const Names& names)
      : out_(out), values_(values), names_(names) {}

  TextEnd end() const { return end_; }

  void str(Value value) {
    switch (values_.kind(value)) {
      case ValueKind::string:
        out_ += values_.as_text(value);
        break;
      case ValueKind::exception:
        exception_str(value);
        break;
      default:
        repr(value);
    }
    check_length();
  }

  void repr(Value value) {
    if (end_ != TextEnd::complete) return;
    switch (values_.kind(value)) {
      case ValueKind::none:
        out_ += "None";
        break;
      case ValueKind::boolean:
        out_ += value == true_value ? "True" : "False";
        break;
      case ValueKind::integer:
        out_ += std::to_string(values_.as_integer(value));
        break;
      case ValueKind::real:
        out_ += real_repr(values_.as_real(value));
        break;
      case ValueKind::string:
        append_string_repr(out_, values_.as_text(value));
        break;
      case ValueKind::bytes:
        append_bytes_repr(out_, values_.as_text(value));
        break;
      case ValueKind::list:
        sequence('[', values_.items(value), ']');
        break;
      case ValueKind::tuple:
        tuple(values_.items(value));
        break;
      case ValueKind::dict:
        dict(values_.items(value));
        break;
      case ValueKind::range:
        range(values_.as_range(value));
        break;
      case ValueKind::object:
        out_ += names_.object_name(values_.as_object(value));
        break;
      case ValueKind::thread:
        out_ += names_.thread_name(values_.as_thread(value));
        break;
      case ValueKind::process:
        out_ += names_.process_name(values_.as_process(value));
        break;
      case ValueKind::connection: {
        const Connection connection = values_.as_connection(value);
        out_ += connection.is_server ? "<server end of connection " : "<client end of connection ";
        out_ += std::to_string(connection.number + 1) + " to ";
        out_ += names_.object_name(connection.listener) + ">";
        break;
      }
      case ValueKind::function:
        out_ += names_.function_name(values_.as_function(value));
        break;
      case ValueKind::future: {
        const ValueTable::Future future = values_.as_future(value);
        out_ += '<' + std::string(type_name(values_, value)) + ' ' + std::to_string(future.number) +
                " of " + names_.object_name(future.executor) + '>';
        break;
      }
      case ValueKind::exception_class:
        out_ += "<class '";
        out_ += exception_full_name(values_.exception_kind(value));
        out_ += "'>";
        break;
      case ValueKind::exception:
        if (values_.exception_kind(value) == ExceptionKind::maybe_encoding_error) {
          out_ += "<MaybeEncodingError: ";
          exception_str(value);
          out_ += '>';
          break;
        }
        out_ += exception_name(values_.exception_kind(value));
        sequence('(', arguments_of(value), ')');
        break;
      case ValueKind::unset:
        out_ += "<unset>";
        break;  // only dumps show it
    }
    check_length();
  }

 private:
  void check_length() {
    if (end_ == TextEnd::complete && out_.size() > text_bytes_max) end_ = TextEnd::too_long;
  }

  // Counts the nesting of what is written while it lives.
  class Level {
   public:
    explicit Level(Writer& writer) : writer_(writer) {
      if (++writer_.depth_ > nesting_max) writer_.end_ = TextEnd::too_deep;
    }
    ~Level() { --writer_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Writer& writer_;
  };

  void items(std::span<const Value> all) {
    const Level level(*this);
    for (std::size_t i = 0; i < all.size() && end_ == TextEnd::complete; ++i) {
      if (i > 0) out_ += ", ";
      repr(all[i]);
    }
  }

  void sequence(char open, std::span<const Value> all, char close) {
    out_ += open;
    items(all);
    out_ += close;
  }

  void tuple(std::span<const Value> all) {
    out_ += '(';
    items(all);
    out_ += all.size() == 1 ? ",)" : ")";
  }

  void dict(std::span<const Value> all) {
    const Level level(*this);
    out_ += '{';
    for (std::size_t i = 0; i < all.size() && end_ == TextEnd::complete; i += 2) {
      if (i > 0) out_ += ", ";
      repr(all[i]);
      out_ += ": ";
      repr(all[i + 1]);
    }
    out_ += '}';
  }

  void range(const ValueTable::Range& range) {
    out_ += "range(" + std::to_string(range.start) + ", " + std::to_string(range.stop);
    if (range.step != 1) out_ += ", " + std::to_string(range.step);
    out_ += ')';
  }

  std::span<const Value> arguments_of(Value exception) const {
    const auto parts = os_error_parts(values_, exception);
    return parts ? parts->arguments : values_.items(exception);
  }

  void exception_str(Value exception) {
    const Level level(*this);
    if (end_ != TextEnd::complete) return;
    const ExceptionKind kind = values_.exception_kind(exception);
    const auto arguments = values_.items(exception);
    if (codec_error_str(kind, arguments)) return;
    if (kind == ExceptionKind::maybe_encoding_error && arguments.size() == 2) {
      out_ += "Error sending result: '";
      str(arguments[1]);
      out_ += "'. Reason: '";
      str(arguments[0]);
      out_ += '\'';
      return;
    }
    if (const auto parts = os_error_parts(values_, exception)) return os_error_str(*parts);
    if (arguments.size() > 1) return tuple(arguments);
    if (arguments.empty()) return;
    // str(KeyError(x)) is repr(x), so that KeyError('') shows something.
    if (is_subclass(kind, ExceptionKind::key_error)) return repr(arguments[0]);
    str(arguments[0]);
  }

  void os_error_str(const OsErrorParts& parts) {
    out_ += "[Errno ";
    str(parts.number);
    out_ += "] ";
    str(parts.text);
    if (parts.file == none_value) return;
    out_ += ": ";
    repr(parts.file);
    if (parts.other_file == none_value) return;
    out_ += " -> ";
    repr(parts.other_file);
  }

  // UnicodeDecodeError_str and UnicodeEncodeError_str: encoding, object, start, end, reason.
  bool codec_error_str(ExceptionKind kind, std::span<const Value> arguments) {
    const bool decode = kind == ExceptionKind::unicode_decode_error;
    if (!decode && kind != ExceptionKind::unicode_encode_error) return false;
    if (!has_kinds(values_, arguments,
                   {ValueKind::string, decode ? ValueKind::bytes : ValueKind::string,
                    ValueKind::integer, ValueKind::integer, ValueKind::string})) {
      return false;
    }
    const std::int64_t start = values_.as_integer(arguments[2]);
    const std::int64_t end = values_.as_integer(arguments[3]);
    const auto count = static_cast<std::int64_t>(length(values_, arguments[1]).value_or(0));
    out_ += '\'';
    out_ += values_.as_text(arguments[0]);
    out_ += decode ? "' codec can't decode byte" : "' codec can't encode character";
    if (start >= 0 && start < count && end == start + 1) {
      out_ += ' ';
      unit(arguments[1], static_cast<std::size_t>(start), decode);
      out_ += " in position " + std::to_string(start);
    } else {
      out_ += "s in position " + std::to_string(start) + '-' + std::to_string(end - 1);
    }
    out_ += ": ";
    out_ += values_.as_text(arguments[4]);
    return true;
  }

  // The byte as 0xhh, or the code point as an escape in quotes.
  void unit(Value object, std::size_t i, bool is_byte) {
    const std::string_view text = values_.as_text(object);
    if (is_byte) {
      out_ += "0x";
      append_hex(out_, static_cast<unsigned char>(text[i]), 2);
    } else {
      out_ += '\'';
      append_escape(out_, code_point_at(text, byte_offset(text, i)));
      out_ += '\'';
    }
  }

  std::string& out_;
  const ValueTable& values_;
  const Names& names_;
  TextEnd end_ = TextEnd::complete;
  int depth_ = 0;
};

class Numbers : public Names {
 public:
  std::string object_name(ObjectId id) const override { return named("object", id.index); }
  std::string thread_name(ThreadId id) const override { return named("Thread", id.index); }
  std::string function_name(FunctionId id) const override { return named("function", id.index); }

 private:
  static std::string named(std::string_view kind, std::uint32_t index) {
    return "<" + std::string(kind) + " " + std::to_string(index) + ">";
  }
};

}  // namespace

TextEnd write_str(std::string& out, const ValueTable& values, Value value, const Names& names) {
  Writer writer(out, values, names);
  writer.str(value);
  return writer.end();
}

TextEnd write_repr(std::string& out, const ValueTable& values, Value value, const Names& names) {
  Writer writer(out, values, names);
  writer.repr(value);
  return writer.end();
}

Result cut_off(ValueTable& values, TextEnd end) {
  LOCKSTEP_ASSERT(end != TextEnd::complete, "what is complete was not cut off");
  if (end == TextEnd::too_long) return too_large(values);
  return raise(values, ExceptionKind::recursion_error,
               "maximum recursion depth exceeded while getting the repr of an object");
}

Result str_of(ValueTable& values, Value value, const Names& names) {
  if (values.kind(value) == ValueKind::string) return {value};
  std::string text;
  const TextEnd end = write_str(text, values, value, names);
  return end == TextEnd::complete ? Result{values.string(text)} : cut_off(values, end);
}

Result repr_of(ValueTable& values, Value value, const Names& names) {
  std::string text;
  const TextEnd end = write_repr(text, values, value, names);
  return end == TextEnd::complete ? Result{values.string(text)} : cut_off(values, end);
}

std::string string_repr(std::string_view text) {
  std::string out;
  append_string_repr(out, text);
  return out;
}

std::string ascii_escaped(std::string_view text) {
  std::string out;
  for_each_code_point(text, [&](std::uint32_t c, std::string_view) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      append_escape(out, c);
    }
  });
  return out;
}

const Names& numbers_as_names() {
  static const Numbers numbers;
  return numbers;
}

std::string str(const ValueTable& values, Value value, const Names& names) {
  std::string text;
  if (write_str(text, values, value, names) != TextEnd::complete) text += "...";
  return text;
}

std::string repr(const ValueTable& values, Value value, const Names& names) {
  std::string text;
  if (write_repr(text, values, value, names) != TextEnd::complete) text += "...";
  return text;
}

std::string exception_line(const ValueTable& values, Value exception, const Names& names) {
  LOCKSTEP_ASSERT(values.kind(exception) == ValueKind::exception,
                  "exception_line takes an exception");
  std::string line(exception_full_name(values.exception_kind(exception)));
  const std::string text = str(values, exception, names);
  return text.empty() ? line : line + ": " + text;
}

}  // namespace lockstep
