// A Python value, as a 32-bit word.
//
// None, bool, small int, handles of objects, threads and functions, and exception
// classes are coded in the word itself; every other value lives once in a ValueTable
// and the word is its index there. Values are immutable: a list that changes is
// another value. Hash-consing after Harmony's value store (van Renesse, 2020).
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>

#include "engine/ids.h"

namespace lockstep {

enum class ValueKind : std::uint8_t {
  none,
  boolean,
  integer,
  real,
  string,  // UTF-8, valid
  bytes,
  list,
  tuple,
  dict,    // keys and values alternate, in insertion order
  range,   // start, stop, step
  object,  // a synchronisation object: Lock, Event, ...
  thread,
  process,     // named by its main thread
  connection,  // one end of a simulated connection
  function,
  exception_class,
  exception,  // a class and its arguments
  future,     // the executor that runs its task, and its number there
  unset,      // no Python value: a local that has not been assigned yet
};

enum class ExceptionKind : std::uint8_t;  // exceptions.h

struct Value {
  std::uint32_t bits = 0;
  // Identity: equal words are the same value. Python's == is equal() in arithmetic.h.
  friend constexpr bool operator==(Value, Value) = default;
  friend constexpr std::strong_ordering operator<=>(Value left, Value right) {
    return left.bits <=> right.bits;
  }
};

namespace value_detail {
enum Tag : std::uint32_t {
  tag_indexed = 0,  // index into a ValueTable
  tag_integer = 1,
  tag_object = 2,
  tag_thread = 3,
  tag_function = 4,
  tag_constant = 5,  // None, False, True, unset; behind them the processes
  tag_exception_class = 6,
  tag_connection = 7,
};
inline constexpr std::uint32_t tag_bits = 3;
inline constexpr std::uint32_t first_process = 4;  // payload of tag_constant
constexpr Value make(Tag tag, std::uint32_t payload) {
  return {(payload << tag_bits) | static_cast<std::uint32_t>(tag)};
}
constexpr Tag tag_of(Value value) { return static_cast<Tag>(value.bits & 7U); }
constexpr std::uint32_t payload_of(Value value) { return value.bits >> tag_bits; }
}  // namespace value_detail

inline constexpr Value none_value = value_detail::make(value_detail::tag_constant, 0);
inline constexpr Value false_value = value_detail::make(value_detail::tag_constant, 1);
inline constexpr Value true_value = value_detail::make(value_detail::tag_constant, 2);
inline constexpr Value unset_value = value_detail::make(value_detail::tag_constant, 3);

constexpr Value boolean_value(bool b) { return b ? true_value : false_value; }
constexpr Value object_value(ObjectId id) {
  return value_detail::make(value_detail::tag_object, id.index);
}
constexpr Value thread_value(ThreadId id) {
  return value_detail::make(value_detail::tag_thread, id.index);
}
constexpr Value process_value(ThreadId main) {
  return value_detail::make(value_detail::tag_constant, value_detail::first_process + main.index);
}
// The thread of a thread's handle, the main thread of a process's; nothing of other values.
constexpr std::optional<ThreadId> thread_of_handle(Value value) {
  using namespace value_detail;
  const std::uint32_t payload = payload_of(value);
  if (tag_of(value) == tag_thread) return ThreadId{payload};
  if (tag_of(value) != tag_constant || payload < first_process) return std::nullopt;
  return ThreadId{payload - first_process};
}
// An end of the connection with this number, among those that were made to a Listener.
struct Connection {
  ObjectId listener;
  std::uint32_t number = 0;
  bool is_server = false;  // the end that accept() gives
  friend bool operator==(const Connection&, const Connection&) = default;
};
inline constexpr std::uint32_t connection_number_bits = 16;
inline constexpr std::uint32_t connections_max = 1U << connection_number_bits;  // of a Listener
inline constexpr std::uint32_t listeners_end = 1U << (28 - connection_number_bits);
// Requires: number < connections_max, listener.index < listeners_end.
constexpr Value connection_value(Connection connection) {
  return value_detail::make(
      value_detail::tag_connection,
      (connection.listener.index << connection_number_bits | connection.number) << 1 |
          (connection.is_server ? 1U : 0U));
}
constexpr Value function_value(FunctionId id) {
  return value_detail::make(value_detail::tag_function, id.index);
}
constexpr Value exception_class_value(ExceptionKind kind) {
  return value_detail::make(value_detail::tag_exception_class, static_cast<std::uint32_t>(kind));
}

// Integers of 29 bits with sign are coded in the word, so that counters never touch the table.
inline constexpr std::int64_t small_integer_min = -(std::int64_t{1} << 28);
inline constexpr std::int64_t small_integer_max = (std::int64_t{1} << 28) - 1;
constexpr Value small_integer_value(std::int64_t n) {
  return value_detail::make(value_detail::tag_integer, static_cast<std::uint32_t>(n) & 0x1fffffffU);
}
constexpr bool is_small_integer(Value value) {
  return value_detail::tag_of(value) == value_detail::tag_integer;
}
// Requires: is_small_integer(value).
constexpr std::int64_t small_integer(Value value) {
  return static_cast<std::int32_t>(value.bits) >> value_detail::tag_bits;
}

}  // namespace lockstep

template <>
struct std::hash<lockstep::Value> {
  std::size_t operator()(lockstep::Value value) const noexcept { return value.bits; }
};
