#include "engine/operations/pickling.h"

#include <string>

#include "engine/objects/object.h"
#include "engine/value/exceptions.h"

namespace lockstep {
namespace {

std::string cannot_pickle(std::string_view type) {
  return "cannot pickle '" + std::string(type) + "' object";
}

// The first thing inside an object of the kind that cannot be pickled.
Value object_error(const Machine& machine, ObjectId id) {
  const ObjectInfo& object = machine.program.objects[id.index];
  if (row(object.kind).python.starts_with("multiprocessing.")) {
    const bool has_condition = object.kind == ObjectKind::mp_event;
    const std::string_view name = has_condition ? "Condition" : row(object.kind).python_class;
    return machine.values().exception(
        ExceptionKind::runtime_error,
        std::string(name) + " objects should only be shared between processes through inheritance");
  }
  std::string_view inside = "_thread.lock";
  switch (object.kind) {
    case ObjectKind::rlock:
      inside = "_thread.RLock";
      break;
    case ObjectKind::condition:
      if (machine.program.objects[object.lock->index].kind == ObjectKind::rlock) {
        inside = "_thread.RLock";
      }
      break;
    case ObjectKind::simple_queue:
    case ObjectKind::executor:
      inside = "_queue.SimpleQueue";
      break;
    case ObjectKind::local:
      inside = "_thread._local";
      break;
    default:
      break;
  }
  return machine.values().exception(ExceptionKind::type_error, cannot_pickle(inside));
}

constexpr std::int64_t memoize = 1;
constexpr std::int64_t reference = 25;  // a function or class: its module and name, about

std::int64_t integer_size(std::int64_t n) {
  if (n >= 0 && n <= 0xff) return 2;
  if (n >= 0 && n <= 0xffff) return 3;
  if (n >= -0x80000000LL && n <= 0x7fffffffLL) return 5;
  std::int64_t bytes = 0;  // two's complement
  for (; n != 0 && n != -1; n >>= 8) ++bytes;
  return 2 + bytes + 1;
}

std::int64_t text_size(std::size_t bytes) {
  return (bytes <= 0xff ? 2 : 5) + static_cast<std::int64_t>(bytes) + memoize;
}

std::int64_t content_size(const Machine& machine, Value value) {
  const ValueTable& values = machine.values();
  const auto all = [&] {
    std::int64_t sum = 0;
    for (const Value item : values.items(value)) sum += content_size(machine, item);
    return sum;
  };
  switch (values.kind(value)) {
    case ValueKind::integer:
      return integer_size(values.as_integer(value));
    case ValueKind::real:
      return 9;
    case ValueKind::string:
    case ValueKind::bytes:
      return text_size(values.as_text(value).size());
    case ValueKind::tuple: {
      const std::size_t count = values.items(value).size();
      if (count == 0) return 1;
      return all() + (count <= 3 ? 1 : 2) + memoize;
    }
    case ValueKind::list: {
      const std::size_t count = values.items(value).size();
      return 1 + memoize + all() + (count == 0 ? 0 : count == 1 ? 1 : 2);
    }
    case ValueKind::dict: {
      const std::size_t count = values.items(value).size() / 2;
      return 1 + memoize + all() + (count == 0 ? 0 : count == 1 ? 1 : 2);
    }
    case ValueKind::range:
    case ValueKind::function:
    case ValueKind::exception_class:
      return reference;
    case ValueKind::exception:
      return reference + all() + 3;
    default:
      return 1;
  }
}

}  // namespace

std::optional<Value> pickling_error(const Machine& machine, Value value) {
  ValueTable& values = machine.values();
  switch (values.kind(value)) {
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict:
    case ValueKind::exception:
      for (const Value item : values.items(value)) {
        if (const std::optional<Value> error = pickling_error(machine, item)) return error;
      }
      return std::nullopt;
    case ValueKind::object:
      return object_error(machine, values.as_object(value));
    case ValueKind::thread:
      return values.exception(ExceptionKind::type_error, cannot_pickle("_thread.lock"));
    case ValueKind::future:
      return values.exception(ExceptionKind::type_error, cannot_pickle("_thread.RLock"));
    case ValueKind::process:
      return values.exception(
          ExceptionKind::type_error,
          "Pickling an AuthenticationString object is disallowed for security reasons");
    case ValueKind::connection:
      return values.exception(ExceptionKind::type_error, cannot_pickle("socket"));
    default:
      return std::nullopt;
  }
}

std::int64_t pickled_size(const Machine& machine, Value value) {
  constexpr std::int64_t protocol = 2;
  constexpr std::int64_t frame = 9;
  const std::int64_t payload = content_size(machine, value) + 1;
  return protocol + payload + (payload >= 4 ? frame : 0);
}

}  // namespace lockstep
