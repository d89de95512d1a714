#include "language/constant.h"

#include <utility>

#include "engine/assert.h"
#include "engine/value/text.h"

namespace lockstep {
namespace {

Constant in_word(ValueKind kind, Value word) {
  Constant constant;
  constant.kind = kind;
  constant.inline_value = word;
  return constant;
}

Constant with_items(ValueKind kind, std::vector<Constant> items) {
  Constant constant;
  constant.kind = kind;
  constant.items = std::move(items);
  return constant;
}

Constant with_text(ValueKind kind, std::string text) {
  Constant constant;
  constant.kind = kind;
  constant.text = std::move(text);
  return constant;
}

// For constants without handles.
class NoNames final : public Names {
 public:
  std::string object_name(ObjectId) const override { return "object"; }
  std::string thread_name(ThreadId) const override { return "thread"; }
  std::string function_name(FunctionId) const override { return "function"; }
};

std::string joined(const std::vector<Constant>& items, const Program* program) {
  std::string out;
  for (const Constant& item : items) {
    if (!out.empty()) out += ", ";
    out += literal(item, program);
  }
  return out;
}

std::string real_literal(double x) {
  // Python has no literals for these.
  if (x != x) return "float('nan')";
  if (x - x != 0) return x > 0 ? "float('inf')" : "float('-inf')";
  ValueTable values;
  return repr(values, values.real(x), NoNames());
}

}  // namespace

Constant none_constant() { return {}; }
Constant function_constant(FunctionId function) {
  return in_word(ValueKind::function, function_value(function));
}
Constant exception_class_constant(ExceptionKind kind) {
  return in_word(ValueKind::exception_class, exception_class_value(kind));
}
Constant boolean_constant(bool b) { return in_word(ValueKind::boolean, boolean_value(b)); }
Constant integer_constant(std::int64_t n) {
  const bool small = n >= small_integer_min && n <= small_integer_max;
  Constant constant = in_word(ValueKind::integer, small ? small_integer_value(n) : none_value);
  constant.integer = n;
  return constant;
}
Constant real_constant(double x) {
  Constant constant;
  constant.kind = ValueKind::real;
  constant.real = x;
  return constant;
}
Constant string_constant(std::string text) { return with_text(ValueKind::string, std::move(text)); }
Constant bytes_constant(std::string content) {
  return with_text(ValueKind::bytes, std::move(content));
}
Constant list_constant(std::vector<Constant> items) {
  return with_items(ValueKind::list, std::move(items));
}
Constant tuple_constant(std::vector<Constant> items) {
  return with_items(ValueKind::tuple, std::move(items));
}
Constant dict_constant(std::vector<Constant> keys_and_values) {
  return with_items(ValueKind::dict, std::move(keys_and_values));
}

std::optional<Constant> constant_of(const ValueTable& values, Value value) {
  const ValueKind kind = values.kind(value);
  switch (kind) {
    case ValueKind::integer:
      return integer_constant(values.as_integer(value));
    case ValueKind::real:
      return real_constant(values.as_real(value));
    case ValueKind::string:
    case ValueKind::bytes:
      return with_text(kind, std::string(values.as_text(value)));
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict: {
      std::vector<Constant> items;
      for (const Value item : values.items(value)) {
        std::optional<Constant> constant = constant_of(values, item);
        if (!constant) return std::nullopt;
        items.push_back(std::move(*constant));
      }
      return with_items(kind, std::move(items));
    }
    case ValueKind::none:
    case ValueKind::boolean:
    case ValueKind::object:
    case ValueKind::thread:
    case ValueKind::process:
    case ValueKind::connection:
    case ValueKind::function:
    case ValueKind::exception_class:
    case ValueKind::unset:
      return in_word(kind, value);
    case ValueKind::range:
    case ValueKind::exception:
    case ValueKind::future:
      return std::nullopt;
  }
  return std::nullopt;
}

Value value_of(ValueTable& values, const Constant& constant) {
  switch (constant.kind) {
    case ValueKind::integer:
      return values.integer(constant.integer);
    case ValueKind::real:
      return values.real(constant.real);
    case ValueKind::string:
      return values.string(constant.text);
    case ValueKind::bytes:
      return values.bytes(constant.text);
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict: {
      std::vector<Value> items;
      for (const Constant& item : constant.items) items.push_back(value_of(values, item));
      if (constant.kind == ValueKind::list) return values.list(items);
      if (constant.kind == ValueKind::tuple) return values.tuple(items);
      return values.dict(items);
    }
    default:
      return constant.inline_value;
  }
}

std::string literal(const Constant& constant, const Program* program) {
  switch (constant.kind) {
    case ValueKind::none:
      return "None";
    case ValueKind::boolean:
      return constant.inline_value == true_value ? "True" : "False";
    case ValueKind::integer:
      return std::to_string(constant.integer);
    case ValueKind::real:
      return real_literal(constant.real);
    case ValueKind::string:
    case ValueKind::bytes: {
      ValueTable values;
      return repr(values, value_of(values, constant), NoNames());
    }
    case ValueKind::list:
      return "[" + joined(constant.items, program) + "]";
    case ValueKind::tuple:
      return "(" + joined(constant.items, program) + (constant.items.size() == 1 ? ",)" : ")");
    case ValueKind::dict: {
      std::string out;
      for (std::size_t i = 0; i + 1 < constant.items.size(); i += 2) {
        if (i > 0) out += ", ";
        out += literal(constant.items[i], program) + ": " + literal(constant.items[i + 1], program);
      }
      return "{" + out + "}";
    }
    case ValueKind::object:
    case ValueKind::thread:
    case ValueKind::process:
    case ValueKind::function: {
      LOCKSTEP_ASSERT(program != nullptr, "handles are named by a program");
      const std::uint32_t index = value_detail::payload_of(constant.inline_value);
      if (constant.kind == ValueKind::object) return program->objects[index].name;
      if (constant.kind == ValueKind::function) return program->functions[index].name;
      if (constant.kind == ValueKind::process) {
        const ThreadId main = *thread_of_handle(constant.inline_value);
        return "<process " + std::to_string(main.index) + ">";
      }
      // Threads that are created while a program runs have no name in it.
      if (index < program->threads.size()) return program->threads[index].name;
      return "<thread " + std::to_string(index) + ">";
    }
    case ValueKind::connection:
      return "<connection>";
    case ValueKind::exception_class: {
      const std::uint32_t kind = value_detail::payload_of(constant.inline_value);
      return std::string(exception_name(static_cast<ExceptionKind>(kind)));
    }
    case ValueKind::range:
    case ValueKind::exception:
    case ValueKind::future:
    case ValueKind::unset:
      break;
  }
  LOCKSTEP_ASSERT(false, "a constant of this kind cannot be written down");
  return "";
}

}  // namespace lockstep
