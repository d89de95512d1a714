// A listening socket. Five words, as ListenerWords says: what accept() and connect() share, and in
// the last all connections that were made with it.
//
// connect() is over as soon as the queue of those who wait to be accepted has room, before anybody
// accepts; the queue holds one more than the backlog, as in Linux. Who waits has no order.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "engine/operations/arguments.h"
#include "engine/operations/sockets.h"

namespace lockstep {
namespace {

constexpr std::int64_t backlog_default = 128;
constexpr std::int64_t backlog_max = 4096;

Word* words(State& state, const Call& call) {
  return object_words(call.machine.program, state, call.object());
}
const Word* words(const State& state, const Call& call) {
  return object_words(call.machine.program, state, call.object());
}

bool is(const Word* listener, ListenerWords::Flag flag) {
  return (listener[ListenerWords::flags] & flag) != 0;
}

std::span<const Value> queue(const Machine& machine, const Word* listener) {
  return machine.values().items({listener[ListenerWords::queue]});
}

bool is_open(const Word* listener) {
  return is(listener, ListenerWords::listening) && !is(listener, ListenerWords::released);
}

// Once it is closed and nobody waits inside of accept(). Who waits to be accepted is sent away.
void release_if_over(State& state, const Call& call) {
  Word* listener = words(state, call);
  if (!is(listener, ListenerWords::closed) || listener[ListenerWords::inside] > 0) return;
  Connections connections(call.machine, state, call.object());
  for (const Value number : queue(call.machine, listener)) {
    const Connection server{
        call.object(), static_cast<std::uint32_t>(call.machine.values().as_integer(number)), true};
    connections.reset_peer(server);
    connections.end(server).flags |= ConnectionEnd::reset;
    connections.release(server);
  }
  connections.store(state);
  listener[ListenerWords::flags] = ListenerWords::closed | ListenerWords::released;
  listener[ListenerWords::backlog] = 0;
  listener[ListenerWords::queue] = 0;
}

// Requires: somebody waits to be accepted.
Outcome take_first(State& state, const Call& call) {
  ValueTable& values = call.machine.values();
  Word* listener = words(state, call);
  const std::span<const Value> waiting = queue(call.machine, listener);
  const auto number = static_cast<std::uint32_t>(values.as_integer(waiting.front()));
  listener[ListenerWords::queue] = values.tuple(waiting.subspan(1)).bits;
  return Outcome::returned(connection_value({call.object(), number, true}));
}

void leave(State& state, const Call& call) {
  --words(state, call)[ListenerWords::inside];
  release_if_over(state, call);
}

}  // namespace

void initialise_listener(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_listener(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}

std::string describe_listener(const Machine& machine, const State& state, ObjectId object) {
  const Word* listener = object_words(machine.program, state, object);
  if (is(listener, ListenerWords::closed)) return "closed";
  if (!is(listener, ListenerWords::listening)) return "does not listen";
  const std::size_t waiting = queue(machine, listener).size();
  return waiting == 0 ? "listens" : "listens, " + std::to_string(waiting) + " to be accepted";
}

void leave_accept(State& state, const Call& call) { leave(state, call); }

Outcome apply_listener_listen(State& state, const Call& call) {
  std::int64_t backlog = backlog_default;
  if (call.arguments[0] != none_value) {
    const Result given = integer_argument(call, call.arguments[0]);
    if (given.raised) return Outcome::raise(given.value);
    backlog =
        std::clamp(call.machine.values().as_integer(given.value), std::int64_t{0}, backlog_max);
  }
  Word* listener = words(state, call);
  if (is(listener, ListenerWords::closed)) return bad_file_descriptor(call);
  listener[ListenerWords::flags] |= ListenerWords::listening;
  listener[ListenerWords::backlog] = static_cast<Word>(backlog);
  return Outcome::returned(none_value);
}

Outcome apply_listener_accept(State& state, const Call& call) {
  const Value timeout = call.arguments[0];
  if (const auto error = socket_timeout_error(call, timeout)) return *error;
  Word* listener = words(state, call);
  if (is(listener, ListenerWords::closed)) return bad_file_descriptor(call);
  if (!is(listener, ListenerWords::listening)) {
    return raise_os_error(call, ExceptionKind::os_error, 22, "Invalid argument");
  }
  if (listener[ListenerWords::queue] != 0) return take_first(state, call);
  if (waiting(call, timeout) == Readiness::ready) return would_block(call);
  ++listener[ListenerWords::inside];
  return Outcome::next(Operation::listener_accept_park, call.receiver, none_value);
}

Readiness ready_listener_accept_park(const State& state, const Call& call) {
  if (words(state, call)[ListenerWords::queue] != 0) return Readiness::ready;
  return waiting(call, call.arguments[0]);
}
Outcome apply_listener_accept_park(State& state, const Call& call) {
  // With a timeout CPython asks whether somebody is there and only then accepts.
  const bool is_gone =
      call.arguments[0] != none_value && is(words(state, call), ListenerWords::closed);
  const Outcome result = is_gone ? bad_file_descriptor(call) : take_first(state, call);
  leave(state, call);
  return result;
}
// At the deadline the kernel looks once more, and finds no such descriptor if it was closed.
Outcome expire_listener_accept_park(State& state, const Call& call) {
  const bool is_gone = is(words(state, call), ListenerWords::closed);
  leave(state, call);
  return is_gone ? bad_file_descriptor(call) : timed_out(call);
}

Readiness ready_listener_connect(const State& state, const Call& call) {
  const Word* listener = words(state, call);
  if (!is_open(listener)) return Readiness::ready;
  if (queue(call.machine, listener).size() <= listener[ListenerWords::backlog]) {
    return Readiness::ready;
  }
  return waiting(call, call.arguments[0]);
}
Outcome apply_listener_connect(State& state, const Call& call) {
  const Value timeout = call.arguments[0];
  if (const auto error = socket_timeout_error(call, timeout)) return *error;
  if (timeout != none_value && waiting(call, timeout) == Readiness::ready) {
    return raise_os_error(call, ExceptionKind::blocking_io_error, 115, "Operation now in progress");
  }
  if (!is_open(words(state, call))) {
    return raise_os_error(call, ExceptionKind::connection_refused_error, 111, "Connection refused");
  }
  Connections connections(call.machine, state, call.object());
  const std::optional<std::uint32_t> number = connections.add();
  if (!number) return raise_os_error(call, ExceptionKind::os_error, 24, "Too many open files");
  connections.store(state);
  ValueTable& values = call.machine.values();
  Word* listener = words(state, call);
  const std::span<const Value> before = queue(call.machine, listener);
  std::vector<Value> after(before.begin(), before.end());
  after.push_back(values.integer(*number));
  listener[ListenerWords::queue] = values.tuple(after).bits;
  return Outcome::returned(connection_value({call.object(), *number, false}));
}
Outcome expire_listener_connect(State&, const Call& call) { return timed_out(call); }

Outcome apply_listener_close(State& state, const Call& call) {
  Word* listener = words(state, call);
  if (is(listener, ListenerWords::closed)) return Outcome::returned(none_value);
  listener[ListenerWords::flags] |= ListenerWords::closed;
  release_if_over(state, call);
  return Outcome::returned(none_value);
}

}  // namespace lockstep
