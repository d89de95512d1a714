// An end of a connection: send, recv, close. The words are those of its Listener (sockets.h).
//
// A send that finds no room for all of it puts what there is room for and waits; recv waits until
// there is something, or the peer has closed. What either of them does first is never undone, so
// both have a second operation in which they wait.
#include <algorithm>
#include <string>

#include "engine/operations/arguments.h"
#include "engine/operations/sockets.h"

namespace lockstep {
namespace {

Connection own(const Call& call) { return call.machine.values().as_connection(call.receiver); }

Connections connections(const State& state, const Call& call) {
  return {call.machine, state, own(call).listener};
}

std::size_t size(const Call& call, Value bytes) {
  return call.machine.values().as_text(bytes).size();
}

std::size_t buffer(const Call& call) {
  return static_cast<std::size_t>(call.machine.program.objects[own(call).listener.index].value);
}

// The call is over: whoever waited for that to close the end has closed it.
void leave(Connections& connections, const Call& call) {
  ConnectionEnd& end = connections.end(own(call));
  --end.inside;
  if (end.is(ConnectionEnd::closed) && end.inside == 0) connections.release(own(call));
}

// What the next call learns of a connection that was reset; nothing: it has been told.
std::optional<Outcome> take_error(ConnectionEnd& end, const Call& call) {
  if (end.is(ConnectionEnd::reset_error)) {
    end.flags &= ~static_cast<std::uint32_t>(ConnectionEnd::reset_error);
    return raise_os_error(call, ExceptionKind::connection_reset_error, 104,
                          "Connection reset by peer");
  }
  if (end.is(ConnectionEnd::pipe_error)) {
    end.flags &= ~static_cast<std::uint32_t>(ConnectionEnd::pipe_error);
    return raise_os_error(call, ExceptionKind::broken_pipe_error, 32, "Broken pipe");
  }
  return std::nullopt;
}

// Sends what there is room for of the bytes behind the first `sent`. Nothing: there was not room
// for all, and it is to wait.
std::optional<Outcome> push(Connections& connections, const Call& call, std::size_t& sent) {
  ValueTable& values = call.machine.values();
  const std::string_view data = values.as_text(call.arguments[0]);
  const auto count = [&](std::size_t n) {
    return Outcome::returned(values.integer(static_cast<std::int64_t>(n)));
  };
  ConnectionEnd& end = connections.end(own(call));
  ConnectionEnd& peer = connections.peer(own(call));
  if (end.is(ConnectionEnd::reset)) {
    if (sent > 0) return count(sent);
    const std::optional<Outcome> error = take_error(end, call);
    return error ? *error
                 : raise_os_error(call, ExceptionKind::broken_pipe_error, 32, "Broken pipe");
  }
  if (data.size() == sent) return count(sent);
  if (peer.is(ConnectionEnd::released)) {
    // It goes out, and what comes back resets the connection.
    end.flags |= ConnectionEnd::reset;
    end.flags |=
        end.is(ConnectionEnd::finished) ? ConnectionEnd::pipe_error : ConnectionEnd::reset_error;
    return count(data.size());
  }
  const std::size_t room = buffer(call) - std::min(buffer(call), size(call, peer.received));
  const std::size_t now = std::min(room, data.size() - sent);
  std::string received(values.as_text(peer.received));
  received += data.substr(sent, now);
  peer.received = values.bytes(received);
  sent += now;
  if (sent == data.size()) return count(sent);
  return std::nullopt;
}

bool has_something(const Call& call, const ConnectionEnd& end) {
  return size(call, end.received) > 0 || end.is(ConnectionEnd::finished) ||
         end.is(ConnectionEnd::reset);
}

// What recv(size) returns. Requires: has_something().
Outcome take(ConnectionEnd& end, const Call& call, std::size_t size_max) {
  ValueTable& values = call.machine.values();
  const std::string received(values.as_text(end.received));
  if (!received.empty()) {
    const std::size_t taken = std::min(received.size(), size_max);
    end.received = values.bytes(std::string_view(received).substr(taken));
    return Outcome::returned(values.bytes(std::string_view(received).substr(0, taken)));
  }
  if (!end.is(ConnectionEnd::finished)) {
    if (const std::optional<Outcome> error = take_error(end, call)) return *error;
  }
  return Outcome::returned(values.bytes(""));
}

}  // namespace

void leave_connection(State& state, const Call& call) {
  Connections all = connections(state, call);
  leave(all, call);
  all.store(state);
}

Outcome apply_connection_send(State& state, const Call& call) {
  ValueTable& values = call.machine.values();
  if (values.kind(call.arguments[0]) != ValueKind::bytes) {
    return raise(call, ExceptionKind::type_error,
                 "a bytes-like object is required, not '" +
                     std::string(type_name(values, call.arguments[0])) + "'");
  }
  Connections all = connections(state, call);
  if (all.end(own(call)).is(ConnectionEnd::closed)) return bad_file_descriptor(call);
  std::size_t sent = 0;
  const std::optional<Outcome> result = push(all, call, sent);
  if (!result) ++all.end(own(call)).inside;
  all.store(state);
  if (result) return *result;
  return Outcome::next(Operation::connection_send_park, call.receiver,
                       values.integer(static_cast<std::int64_t>(sent)));
}

Readiness ready_connection_send_park(const State& state, const Call& call) {
  Connections all = connections(state, call);
  const ConnectionEnd& peer = all.peer(own(call));
  const bool can = all.end(own(call)).is(ConnectionEnd::reset) ||
                   peer.is(ConnectionEnd::released) || size(call, peer.received) < buffer(call);
  return can ? Readiness::ready : Readiness::blocked;
}
Outcome apply_connection_send_park(State& state, const Call& call) {
  ValueTable& values = call.machine.values();
  Connections all = connections(state, call);
  auto sent = static_cast<std::size_t>(values.as_integer(call.saved));
  const std::optional<Outcome> result = push(all, call, sent);
  if (result) leave(all, call);
  all.store(state);
  if (result) return *result;
  return Outcome::next(Operation::connection_send_park, call.receiver,
                       values.integer(static_cast<std::int64_t>(sent)));
}
Outcome expire_connection_send_park(State&, const Call& call) { return timed_out(call); }

Outcome apply_connection_recv(State& state, const Call& call) {
  ValueTable& values = call.machine.values();
  const Value timeout = call.arguments[1];
  if (const auto error = socket_timeout_error(call, timeout)) return *error;
  Connections all = connections(state, call);
  ConnectionEnd& end = all.end(own(call));
  const bool is_closed = end.is(ConnectionEnd::closed);
  if (is_closed && timeout != none_value) return bad_file_descriptor(call);
  const Result given = integer_argument(call, call.arguments[0]);
  if (given.raised) return Outcome::raise(given.value);
  const std::int64_t size_max = values.as_integer(given.value);
  if (size_max < 0) {
    return raise(call, ExceptionKind::value_error, "negative buffersize in recv");
  }
  if (size_max == 0) return Outcome::returned(values.bytes(""));
  if (is_closed) return bad_file_descriptor(call);
  if (has_something(call, end)) {
    const Outcome result = take(end, call, static_cast<std::size_t>(size_max));
    all.store(state);
    return result;
  }
  if (waiting(call, timeout) == Readiness::ready) return would_block(call);
  ++end.inside;
  all.store(state);
  return Outcome::next(Operation::connection_recv_park, call.receiver, none_value);
}

Readiness ready_connection_recv_park(const State& state, const Call& call) {
  Connections all = connections(state, call);
  if (has_something(call, all.end(own(call)))) return Readiness::ready;
  return waiting(call, call.arguments[1]);
}
Outcome apply_connection_recv_park(State& state, const Call& call) {
  Connections all = connections(state, call);
  ConnectionEnd& end = all.end(own(call));
  // With a timeout CPython asks whether something is there and only then reads.
  const bool is_gone = call.arguments[1] != none_value && end.is(ConnectionEnd::closed);
  const auto size_max =
      static_cast<std::size_t>(call.machine.values().as_integer(call.arguments[0]));
  const Outcome result = is_gone ? bad_file_descriptor(call) : take(end, call, size_max);
  leave(all, call);
  all.store(state);
  return result;
}
// At the deadline the kernel looks once more, and finds no such descriptor if it was closed.
Outcome expire_connection_recv_park(State& state, const Call& call) {
  Connections all = connections(state, call);
  const bool is_gone = all.end(own(call)).is(ConnectionEnd::closed);
  leave(all, call);
  all.store(state);
  return is_gone ? bad_file_descriptor(call) : timed_out(call);
}

Outcome apply_connection_close(State& state, const Call& call) {
  Connections all = connections(state, call);
  ConnectionEnd& end = all.end(own(call));
  if (end.is(ConnectionEnd::closed)) return Outcome::returned(none_value);
  end.flags |= ConnectionEnd::closed;
  if (end.inside == 0) all.release(own(call));
  all.store(state);
  return Outcome::returned(none_value);
}

}  // namespace lockstep
