// The connections of a Listener: what its words hold, taken apart. For the operations in
// listener.cpp and connection.cpp, and for those who explain a wait.
//
// They are Linux's TCP over the loopback device, where whatever is sent has arrived. Who closes an
// end with everything read sends the peer a FIN: it reads b'' from then on, and may still send,
// once, after which the connection is reset. Who closes an end with something unread resets it.
// A close in the middle of another thread's call takes effect when that call is over.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/objects/operations.h"
#include "engine/state/machine.h"
#include "engine/state/state.h"
#include "engine/value/arithmetic.h"
#include "engine/value/value.h"

namespace lockstep {

struct ConnectionEnd {
  enum Flag : std::uint32_t {
    closed = 1,        // close() was called
    released = 2,      // and no call is in the middle of something: the peer knows
    finished = 4,      // the peer has closed: b'' once all is read
    reset = 8,         // nothing can be sent any more
    reset_error = 16,  // ... which the next call learns as ConnectionResetError,
    pipe_error = 32,   // ... or as BrokenPipeError
  };
  Value received;            // bytes that have come and are not read
  std::uint32_t flags = 0;   // of Flag
  std::uint32_t inside = 0;  // threads that wait in a call on it
  bool is(Flag flag) const { return (flags & flag) != 0; }
};

class Connections {
 public:
  Connections(const Machine& machine, const State& state, ObjectId listener);

  // Requires: the connection has been made and not both of its ends are released.
  ConnectionEnd& end(Connection connection);
  ConnectionEnd& peer(Connection connection);
  // The peer learns that the end is closed.
  void release(Connection connection);
  // ... and that nobody will read what it has sent.
  void reset_peer(Connection connection);
  // A new one, its two ends open; nothing: there are as many as lockstep holds.
  std::optional<std::uint32_t> add();
  void store(State& state) const;

 private:
  struct Pair {
    ConnectionEnd client, server;
    bool is_over() const {
      return client.is(ConnectionEnd::released) && server.is(ConnectionEnd::released);
    }
  };
  const Machine& machine_;
  ObjectId listener_;
  std::vector<Pair> pairs_;  // index = number
};

// Which of a Listener's words is what.
struct ListenerWords {
  enum Flag : Word { listening = 1, closed = 2, released = 4 };
  static constexpr std::size_t flags = 0;
  static constexpr std::size_t inside = 1;       // threads that wait in accept()
  static constexpr std::size_t backlog = 2;      // how many may wait to be accepted, but for one
  static constexpr std::size_t queue = 3;        // the numbers of those that do, oldest first
  static constexpr std::size_t connections = 4;  // a tuple: index = number
};

// The call that the thread of `call`, which is killed, waits in is over: on a Listener
// (listener.cpp), on a connection (connection.cpp).
void leave_accept(State& state, const Call& call);
void leave_connection(State& state, const Call& call);

// What settimeout() says to it; None: for ever.
std::optional<Outcome> socket_timeout_error(const Call& call, Value timeout);
// An argument that must be an integer: itself, or TypeError.
Result integer_argument(const Call& call, Value value);
Outcome raise_os_error(const Call& call, ExceptionKind kind, int number, std::string_view text);
Outcome bad_file_descriptor(const Call& call);
Outcome would_block(const Call& call);
Outcome timed_out(const Call& call);

}  // namespace lockstep
