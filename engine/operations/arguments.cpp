#include "engine/operations/arguments.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/assert.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {
// CPython counts time in 64-bit nanoseconds.
constexpr double seconds_max = 9223372036.854775807;
}  // namespace

Outcome raise(const Call& call, ExceptionKind kind, std::string_view message) {
  return Outcome::raise(call.machine.values().exception(kind, message));
}

Seconds seconds(const Call& call, Value value) {
  const ValueTable& values = call.machine.values();
  switch (values.kind(value)) {
    case ValueKind::boolean:
      return {value == true_value ? 1.0 : 0.0, std::nullopt};
    case ValueKind::integer: {
      const auto given = static_cast<double>(values.as_integer(value));
      if (std::abs(given) > seconds_max) {
        return {0, raise(call, ExceptionKind::overflow_error,
                         "timestamp too large to convert to C _PyTime_t")};
      }
      return {given, std::nullopt};
    }
    case ValueKind::real:
      if (std::isnan(values.as_real(value))) {
        return {0, raise(call, ExceptionKind::value_error, "Invalid value NaN (not a number)")};
      }
      if (std::abs(values.as_real(value)) > seconds_max) {
        return {0, raise(call, ExceptionKind::overflow_error,
                         "timestamp out of range for platform time_t")};
      }
      return {values.as_real(value), std::nullopt};
    default:
      return {0, raise(call, ExceptionKind::type_error,
                       "'" + std::string(type_name(values, value)) +
                           "' object cannot be interpreted as an integer")};
  }
}

std::optional<Outcome> c_int_error(const Call& call, Value value, std::string_view too_large) {
  const ValueTable& values = call.machine.values();
  const ValueKind kind = values.kind(value);
  if (kind != ValueKind::integer && kind != ValueKind::boolean) {
    return raise(call, ExceptionKind::type_error,
                 "'" + std::string(type_name(values, value)) +
                     "' object cannot be interpreted as an integer");
  }
  const std::int64_t n = values.as_integer(value);
  if (n > std::numeric_limits<std::int32_t>::max()) {
    return raise(call, ExceptionKind::overflow_error, too_large);
  }
  if (n < std::numeric_limits<std::int32_t>::min()) {
    const bool is_named = too_large.starts_with("signed");  // by PyArg_Parse
    return raise(call, ExceptionKind::overflow_error,
                 is_named ? "signed integer is less than minimum" : too_large);
  }
  return std::nullopt;
}

AcquireArguments acquire_arguments(const Call& call) {
  const Value blocking = call.arguments[0];
  const Value timeout = call.arguments[1];
  if (auto error = c_int_error(call, blocking, "signed integer is greater than maximum")) {
    return {std::move(error)};
  }
  const bool blocks = truth(call.machine.values(), blocking);
  if (timeout == none_value) {
    return {std::nullopt, blocks ? Readiness::blocked : Readiness::ready};
  }
  const Seconds given = seconds(call, timeout);
  if (given.error) return {given.error};
  const bool unlimited = given.value == -1;
  if (!blocks && !unlimited) {
    return {
        raise(call, ExceptionKind::value_error, "can't specify a timeout for a non-blocking call")};
  }
  if (given.value < 0 && !unlimited) {
    return {raise(call, ExceptionKind::value_error, "timeout value must be positive")};
  }
  if (!blocks || given.value == 0) return {std::nullopt, Readiness::ready};
  return {std::nullopt, unlimited ? Readiness::blocked : Readiness::until_timeout};
}

bool is_number(const Call& call, Value value) {
  const ValueKind kind = call.machine.values().kind(value);
  return kind == ValueKind::boolean || kind == ValueKind::integer || kind == ValueKind::real;
}

Readiness waiting(const Call& call, Value timeout) {
  if (timeout == none_value) return Readiness::blocked;
  const Seconds given = seconds(call, timeout);
  return !given.error && given.value > 0 ? Readiness::until_timeout : Readiness::ready;
}

std::optional<Outcome> timeout_error(const Call& call, Value timeout, std::string_view before,
                                     std::string_view after) {
  const ValueTable& values = call.machine.values();
  if (timeout == none_value) return std::nullopt;
  if (!is_number(call, timeout)) {
    return raise(
        call, ExceptionKind::type_error,
        std::string(before) + std::string(type_name(values, timeout)) + std::string(after));
  }
  if (values.kind(timeout) == ValueKind::real ? values.as_real(timeout) <= 0
                                              : values.as_integer(timeout) <= 0) {
    return std::nullopt;
  }
  return seconds(call, timeout).error;
}

std::optional<Outcome> compared_timeout_error(const Call& call, Value timeout) {
  const ValueTable& values = call.machine.values();
  if (values.kind(timeout) == ValueKind::real && std::isnan(values.as_real(timeout))) {
    return std::nullopt;
  }
  return timeout_error(call, timeout, "'>' not supported between instances of '", "' and 'int'");
}

Count count_argument(const Call& call, Value value, std::string_view comparison) {
  const ValueTable& values = call.machine.values();
  if (value == none_value) return {};
  switch (values.kind(value)) {
    case ValueKind::boolean:
    case ValueKind::integer:
      return {values.as_integer(value), std::nullopt};
    case ValueKind::real: {
      // NaN is neither greater than 0 nor less than 1.
      constexpr double beyond = 9e18;
      const double n = values.as_real(value);
      const double whole = std::clamp(std::ceil(n), -beyond, beyond);
      return {std::isnan(n) ? 0 : static_cast<std::int64_t>(whole), std::nullopt, n};
    }
    default:
      return {1, raise(call, ExceptionKind::type_error,
                       "'" + std::string(comparison) + "' not supported between instances of '" +
                           std::string(type_name(values, value)) + "' and 'int'")};
  }
}

namespace {
std::span<const Value> threads_in(const Machine& machine, Word waiters) {
  return machine.values().items(Value{waiters});
}
}  // namespace

bool is_waiting(const Machine& machine, Word waiters, ThreadId thread) {
  const std::span<const Value> threads = threads_in(machine, waiters);
  return std::ranges::find(threads, thread_value(thread)) != threads.end();
}

void append(const Machine& machine, Word& tuple, Value item) {
  const std::span<const Value> before = machine.values().items(Value{tuple});
  std::vector<Value> after(before.begin(), before.end());
  after.push_back(item);
  tuple = machine.values().tuple(after).bits;
}

void add_waiter(const Machine& machine, Word& waiters, ThreadId thread) {
  append(machine, waiters, thread_value(thread));
}

void add_to_all(const Machine& machine, Word& waiters, ThreadId thread) {
  const std::span<const Value> before = threads_in(machine, waiters);
  std::vector<Value> after(before.begin(), before.end());
  after.insert(std::ranges::lower_bound(after, thread_value(thread)), thread_value(thread));
  waiters = machine.values().tuple(after).bits;
}

void remove_waiter(const Machine& machine, Word& waiters, ThreadId thread) {
  const std::span<const Value> before = threads_in(machine, waiters);
  std::vector<Value> after(before.begin(), before.end());
  std::erase(after, thread_value(thread));
  waiters = machine.values().tuple(after).bits;
}

void remove_oldest(const Machine& machine, Word& waiters, std::int64_t count) {
  const std::span<const Value> before = threads_in(machine, waiters);
  if (count <= 0) return;
  if (static_cast<std::uint64_t>(count) >= before.size()) {
    waiters = 0;
    return;
  }
  waiters = machine.values().tuple(before.subspan(static_cast<std::size_t>(count))).bits;
}

std::string describe_items(std::size_t count) {
  if (count == 0) return "empty";
  return std::to_string(count) + (count == 1 ? " item" : " items");
}

Outcome too_many_items(const Call& call) {
  return raise(call, ExceptionKind::memory_error, "a queue has more items than lockstep holds");
}

bool is_owned(const Machine& machine, const State& state, ObjectId lock, ThreadId by) {
  const Word* words = object_words(machine.program, state, lock);
  // A plain Lock has no owner for CPython: Condition._is_owned only asks whether it is taken.
  if (machine.program.objects[lock.index].kind == ObjectKind::lock) return words[0] != 0;
  return words[0] == by.index + 1;
}

std::uint32_t release_save(const Machine& machine, State& state, ObjectId lock) {
  Word* words = object_words(machine.program, state, lock);
  words[0] = 0;
  if (machine.program.objects[lock.index].kind == ObjectKind::lock) return 1;
  const std::uint32_t depth = words[1];
  words[1] = 0;
  return depth;
}

}  // namespace lockstep
