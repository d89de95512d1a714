#include "engine/operations/sockets.h"

#include <array>

#include "engine/assert.h"
#include "engine/operations/arguments.h"

namespace lockstep {
namespace {

ConnectionEnd end_of(const ValueTable& values, Value value) {
  const std::span<const Value> parts = values.items(value);
  return {parts[0], static_cast<std::uint32_t>(values.as_integer(parts[1])),
          static_cast<std::uint32_t>(values.as_integer(parts[2]))};
}

Value value_of(ValueTable& values, const ConnectionEnd& end) {
  const std::array parts{end.received, values.integer(end.flags), values.integer(end.inside)};
  return values.tuple(parts);
}

}  // namespace

Connections::Connections(const Machine& machine, const State& state, ObjectId listener)
    : machine_(machine), listener_(listener) {
  ValueTable& values = machine.values();
  const Word word = object_words(machine.program, state, listener)[ListenerWords::connections];
  const Value nothing = values.bytes("");
  for (const Value pair : values.items({word})) {
    if (pair == none_value) {
      constexpr std::uint32_t over = ConnectionEnd::closed | ConnectionEnd::released;
      pairs_.push_back({{nothing, over}, {nothing, over}});
    } else {
      const std::span<const Value> ends = values.items(pair);
      pairs_.push_back({end_of(values, ends[0]), end_of(values, ends[1])});
    }
  }
}

ConnectionEnd& Connections::end(Connection connection) {
  LOCKSTEP_ASSERT(connection.number < pairs_.size(), "the connection has been made");
  Pair& pair = pairs_[connection.number];
  return connection.is_server ? pair.server : pair.client;
}

ConnectionEnd& Connections::peer(Connection connection) {
  connection.is_server = !connection.is_server;
  return end(connection);
}

void Connections::reset_peer(Connection connection) {
  ConnectionEnd& other = peer(connection);
  if (other.is(ConnectionEnd::released) || other.is(ConnectionEnd::reset)) return;
  other.flags |= ConnectionEnd::reset | ConnectionEnd::reset_error;
}

void Connections::release(Connection connection) {
  ConnectionEnd& own = end(connection);
  ConnectionEnd& other = peer(connection);
  const Value nothing = machine_.values().bytes("");
  if (own.received != nothing) {
    reset_peer(connection);
  } else if (!own.is(ConnectionEnd::reset) && !other.is(ConnectionEnd::released)) {
    other.flags |= ConnectionEnd::finished;
  }
  own = {nothing, ConnectionEnd::closed | ConnectionEnd::released, 0};
}

std::optional<std::uint32_t> Connections::add() {
  if (pairs_.size() >= connections_max) return std::nullopt;
  const Value nothing = machine_.values().bytes("");
  pairs_.push_back({{nothing}, {nothing}});
  return static_cast<std::uint32_t>(pairs_.size() - 1);
}

void Connections::store(State& state) const {
  ValueTable& values = machine_.values();
  std::vector<Value> pairs;
  for (const Pair& pair : pairs_) {
    const std::array ends{value_of(values, pair.client), value_of(values, pair.server)};
    pairs.push_back(pair.is_over() ? none_value : values.tuple(ends));
  }
  object_words(machine_.program, state, listener_)[ListenerWords::connections] =
      values.tuple(pairs).bits;
}

Outcome raise_os_error(const Call& call, ExceptionKind kind, int number, std::string_view text) {
  ValueTable& values = call.machine.values();
  const std::array arguments{values.integer(number), values.string(text)};
  return Outcome::raise(values.exception(kind, arguments));
}
Outcome bad_file_descriptor(const Call& call) {
  return raise_os_error(call, ExceptionKind::os_error, 9, "Bad file descriptor");
}
Outcome would_block(const Call& call) {
  return raise_os_error(call, ExceptionKind::blocking_io_error, 11,
                        "Resource temporarily unavailable");
}
Outcome timed_out(const Call& call) {
  return raise(call, ExceptionKind::timeout_error, "timed out");
}

std::optional<Outcome> socket_timeout_error(const Call& call, Value timeout) {
  if (timeout == none_value) return std::nullopt;
  const Seconds given = seconds(call, timeout);
  if (given.error) return given.error;
  if (given.value < 0) return raise(call, ExceptionKind::value_error, "Timeout value out of range");
  return std::nullopt;
}

Result integer_argument(const Call& call, Value value) {
  ValueTable& values = call.machine.values();
  const ValueKind kind = values.kind(value);
  if (kind == ValueKind::integer || kind == ValueKind::boolean) return {value};
  return lockstep::raise(
      values, ExceptionKind::type_error,
      "'" + std::string(type_name(values, value)) + "' object cannot be interpreted as an integer");
}

}  // namespace lockstep
