// The queues of multiprocessing (Lib/multiprocessing/queues.py, 3.11): Queue, JoinableQueue and
// SimpleQueue. Seven words:
//
//   pipe         a tuple of (item, bytes, who has yet to write the rest of it, or None)
//   reader       whose turn it is to read, as index + 1
//   writer       whose turn it is to write, as index + 1
//   taken        permits that puts have taken and gets have not given back
//   ends         a tuple, index = ProcessId: what each process has of the queue (End), or None
//   unfinished   tasks of a JoinableQueue that are not done
//   joiners      who waits for them, ascending
//
// A put takes a permit and leaves the item in the process, whose feeder, a thread with the body
// Program::feeder_body, writes it into the pipe. A fork copies nothing of that. A get waits for its
// turn, then for an item, which it waits for with the turn in its hands.
//
// A message that is longer than the room in the pipe is there for readers from its first byte on,
// and its writer waits until there is room for the rest. Taking it out makes that room. If its
// writer has been killed the rest never comes.
//
// What is one step here and several there: the feeder takes an item, waits for its turn and
// writes it, where it does not have to wait; nobody sees what a feeder has in its hands. A get
// with a timeout gives the permit back before it ends its turn; one without does so afterwards.
#include "engine/operations/mp_queue.h"

#include <algorithm>
#include <string>

#include "engine/operations/executor.h"
#include "engine/operations/mp_lock.h"
#include "engine/operations/pickling.h"
#include "engine/operations/tasks.h"
#include "engine/state/process_memory.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

enum WordIndex : std::size_t {
  pipe_word,
  reader_word,
  writer_word,
  taken_word,
  ends_word,
  unfinished_word,
  joiners_word
};

Word& word(State& state, const Call& call, WordIndex index) {
  return object_words(call.machine.program, state, call.object())[index];
}
Word word(const State& state, const Call& call, WordIndex index) {
  return object_words(call.machine.program, state, call.object())[index];
}
const ObjectInfo& info(const Call& call) {
  return call.machine.program.objects[call.object().index];
}

// What a process has of a queue.
struct End {
  static constexpr std::int64_t closed = 1;     // by close()
  static constexpr std::int64_t told = 2;       // nothing follows what is in the buffer
  static constexpr std::int64_t cancelled = 4;  // by cancel_join_thread()
  static constexpr std::int64_t joined = 8;     // somebody has called join_thread()
  static constexpr std::int64_t awaited = 32;   // by the end of the process
  static constexpr std::int64_t over = 16;  // the feeder has closed the process' ends of the pipe
  std::int64_t flags = 0;
  std::vector<Value> buffer;  // that the feeder has yet to take
  Value feeder = none_value;  // its thread, once there was a put
  bool is(std::int64_t flag) const { return (flags & flag) != 0; }
};

End end_of(const Machine& machine, const State& state, ObjectId queue, ProcessId process) {
  const ValueTable& values = machine.values();
  const Value ends{object_words(machine.program, state, queue)[ends_word]};
  const std::span<const Value> all = values.items(ends);
  End end;
  if (process.index >= all.size() || all[process.index] == none_value) return end;
  const std::span<const Value> fields = values.items(all[process.index]);
  const std::span<const Value> buffer = values.items(fields[1]);
  end.flags = small_integer(fields[0]);
  end.buffer.assign(buffer.begin(), buffer.end());
  end.feeder = fields[2];
  return end;
}
void set_field(const Machine& machine, State& state, ObjectId queue, ProcessId process,
               Value field) {
  Word& ends = object_words(machine.program, state, queue)[ends_word];
  const std::span<const Value> before = machine.values().items(Value{ends});
  std::vector<Value> after(before.begin(), before.end());
  after.resize(std::max<std::size_t>(after.size(), process.index + std::size_t{1}), none_value);
  after[process.index] = field;
  while (!after.empty() && after.back() == none_value) after.pop_back();
  ends = machine.values().tuple(after).bits;
}
void set_end(const Machine& machine, State& state, ObjectId queue, ProcessId process,
             const End& end) {
  const Value fields[] = {machine.values().integer(end.flags), machine.values().tuple(end.buffer),
                          end.feeder};
  set_field(machine, state, queue, process, machine.values().tuple(fields));
}

ProcessId own_process(const State& state, const Call& call) {
  return process_of(call.machine.program, state, call.self);
}
End own_end(const State& state, const Call& call) {
  return end_of(call.machine, state, call.object(), own_process(state, call));
}
void set_own_end(State& state, const Call& call, const End& end) {
  set_end(call.machine, state, call.object(), own_process(state, call), end);
}

// ---- the pipe

struct Message {
  Value item;
  std::int64_t bytes;
  Value writer;  // None: it is complete
};
Message message(const Machine& machine, Value entry) {
  const std::span<const Value> fields = machine.values().items(entry);
  return {fields[0], small_integer(fields[1]), fields[2]};
}
std::span<const Value> pipe(const State& state, const Call& call) {
  return call.machine.values().items(Value{word(state, call, pipe_word)});
}
std::int64_t bytes_in_pipe(const State& state, const Call& call) {
  std::int64_t sum = 0;
  for (const Value entry : pipe(state, call)) sum += message(call.machine, entry).bytes;
  return sum;
}
void append_to_pipe(State& state, const Call& call, const Message& last) {
  ValueTable& values = call.machine.values();
  const std::span<const Value> before = pipe(state, call);
  std::vector<Value> after(before.begin(), before.end());
  const Value fields[] = {last.item, values.integer(last.bytes), last.writer};
  after.push_back(values.tuple(fields));
  word(state, call, pipe_word) = values.tuple(after).bits;
}

// The message that its reader can have: all of it is there, or will be.
bool can_read(const State& state, const Call& call) {
  const std::span<const Value> messages = pipe(state, call);
  if (messages.empty()) return false;
  const Value writer = message(call.machine, messages.front()).writer;
  return writer == none_value ||
         life(call.machine.program, state, call.machine.values().as_thread(writer)) == Life::alive;
}

Outcome written(State& state, const Call& call) {
  word(state, call, writer_word) = 0;
  return Outcome::returned(true_value);
}
// Requires: it is the thread's turn. `call.saved` is the item.
Outcome write(State& state, const Call& call, Value item) {
  constexpr std::int64_t header = 4;
  const std::int64_t room = info(call).buffer - bytes_in_pipe(state, call);
  if (room <= 0) return Outcome::next(Operation::mp_queue_write, call.receiver, item);
  if (pipe(state, call).size() >= items_max) return too_many_items(call);
  const std::int64_t bytes =
      std::min<std::int64_t>(header + pickled_size(call.machine, item), small_integer_max);
  const bool fits = bytes <= room;
  append_to_pipe(state, call, {item, bytes, fits ? none_value : thread_value(call.self)});
  if (fits) return written(state, call);
  return Outcome::next(Operation::mp_queue_write_rest, call.receiver, none_value);
}
Outcome send(State& state, const Call& call, Value item) {
  if (word(state, call, writer_word) != 0) {
    return Outcome::next(Operation::mp_queue_send, call.receiver, item);
  }
  word(state, call, writer_word) = call.self.index + 1;
  return write(state, call, item);
}

// ---- arguments

Outcome raise_class(const Call& call, ExceptionKind kind) {
  return Outcome::raise(call.machine.values().exception(kind));
}
bool is_simple(const Call& call) { return info(call).kind == ObjectKind::mp_simple_queue; }

bool is_joinable(const Call& call) { return info(call).kind == ObjectKind::mp_joinable_queue; }

std::optional<Outcome> unexpected_argument(const Call& call, std::string_view method,
                                           std::size_t first,
                                           std::span<const std::string_view> names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Value given = call.arguments[first + i];
    if (given == (names[i] == "block" ? true_value : none_value)) continue;  // not given, perhaps
    return raise(call, ExceptionKind::type_error,
                 std::string(row(info(call).kind).python_class) + "." + std::string(method) +
                     "() got an unexpected keyword argument '" + std::string(names[i]) + "'");
  }
  return std::nullopt;
}
constexpr std::string_view block_and_timeout[] = {"block", "timeout"};

std::optional<Outcome> closed_error(const State& state, const Call& call) {
  if (!own_end(state, call).is(End::closed)) return std::nullopt;
  const std::string name =
      "<" + std::string(row(info(call).kind).type) + " " + info(call).name + ">";
  return raise(call, ExceptionKind::value_error, "Queue " + name + " is closed");
}

std::optional<Outcome> handle_error(const State& state, const Call& call) {
  if (!own_end(state, call).is(End::over)) return std::nullopt;
  return raise(call, ExceptionKind::os_error, "handle is closed");
}

// As a SemLock is acquired with block and timeout.
Call semaphore_call(const Call& call, std::size_t first) {
  Call its = call;
  its.arguments = call.arguments.subspan(first, 2);
  return its;
}
// get() with them is one without a timeout, to which what `block` is does not matter.
bool is_plain_get(const Call& call) {
  return truth(call.machine.values(), call.arguments[0]) && call.arguments[1] == none_value;
}

// ---- put

bool has_permit(const State& state, const Call& call) {
  const std::int64_t maxsize = info(call).value;
  return maxsize <= 0 || word(state, call, taken_word) < static_cast<Word>(maxsize);
}

void start_feeder(State& state, const Call& call, End& end) {
  const Program& program = call.machine.program;
  const Value name = call.machine.values().string("QueueFeederThread");
  const ThreadId feeder =
      add_thread(state, call, *program.feeder_body, {&call.receiver, 1}, name, true);
  set_life(program, state, feeder, Life::alive);
  end.feeder = thread_value(feeder);
}

Outcome finish_get(State& state, const Call& call, Value item) {
  --word(state, call, taken_word);
  return Outcome::returned(item);
}

}  // namespace

std::optional<ThreadId> turn_holder(const Machine& machine, const State& state,
                                    const Pending& pending) {
  const Word* words =
      object_words(machine.program, state, machine.values().as_object(pending.receiver));
  const bool reads = pending.operation == Operation::mp_queue_get;
  const Word holder = words[reads ? reader_word : writer_word];
  if (holder == 0) return std::nullopt;
  return ThreadId{holder - 1};
}

bool will_drop(const Machine& machine, const State& state, ObjectId queue, ThreadId thread) {
  const auto cannot_be_sent = [&](Value item) { return pickling_error(machine, item).has_value(); };
  const Program& program = machine.program;
  if (!has_feeder(program.objects[queue.index].kind)) return false;
  const Pending& next = machine.locals().pending(local(program, state, thread));
  if (next.operation == Operation::mp_queue_append && next.receiver == object_value(queue)) {
    return cannot_be_sent(next.saved);
  }
  const End end = end_of(machine, state, queue, process_of(program, state, thread));
  return end.feeder == thread_value(thread) && std::ranges::any_of(end.buffer, cannot_be_sent);
}

std::vector<ThreadId> joined_feeders(const Machine& machine, const State& state,
                                     ProcessId process) {
  std::vector<ThreadId> feeders;
  for (std::uint32_t i = 0; i < machine.program.objects.size(); ++i) {
    if (!has_feeder(machine.program.objects[i].kind)) continue;
    const End end = end_of(machine, state, {i}, process);
    if (!end.is(End::awaited) || end.is(End::cancelled) || end.is(End::joined)) continue;
    const ThreadId feeder = machine.values().as_thread(end.feeder);
    if (life(machine.program, state, feeder) == Life::alive) feeders.push_back(feeder);
  }
  return feeders;
}

void tell_feeders(const Machine& machine, State& state, ProcessId process, bool awaits) {
  for (std::uint32_t i = 0; i < machine.program.objects.size(); ++i) {
    if (!has_feeder(machine.program.objects[i].kind)) continue;
    End end = end_of(machine, state, {i}, process);
    if (end.feeder == none_value) continue;
    end.flags |= End::told;
    if (awaits) end.flags |= End::awaited;
    set_end(machine, state, {i}, process, end);
  }
}

void inherit_pipes(const Machine& machine, State& state, ProcessId parent, ProcessId child) {
  for (std::uint32_t i = 0; i < machine.program.objects.size(); ++i) {
    if (row(machine.program.objects[i].kind).works_as != ObjectKind::mp_queue) continue;
    End end;
    end.flags = end_of(machine, state, {i}, parent).flags & End::over;
    if (end.flags != 0) set_end(machine, state, {i}, child, end);
  }
}

void forget_feeders(const Machine& machine, State& state, ProcessId process) {
  for (std::uint32_t i = 0; i < machine.program.objects.size(); ++i) {
    if (row(machine.program.objects[i].kind).works_as != ObjectKind::mp_queue) continue;
    set_field(machine, state, {i}, process, none_value);
  }
}

void initialise_mp_queue(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_mp_queue(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}
std::string describe_mp_queue(const Machine& machine, const State& state, ObjectId queue) {
  const Word* words = object_words(machine.program, state, queue);
  std::string text = describe_items(machine.values().items(Value{words[pipe_word]}).size());
  std::size_t waiting = 0;
  const std::size_t processes = machine.values().items(Value{words[ends_word]}).size();
  for (std::uint32_t i = 0; i < processes; ++i) {
    waiting += end_of(machine, state, queue, {i}).buffer.size();
  }
  if (waiting > 0) text += ", " + std::to_string(waiting) + " to be sent";
  text += describe_tasks(machine.program.objects[queue.index], words[unfinished_word], 0);
  return text;
}

Readiness ready_mp_queue_put(const State& state, const Call& call) {
  if (is_simple(call) || own_end(state, call).is(End::closed)) return Readiness::ready;
  return has_permit(state, call) ? Readiness::ready : readiness_if_taken(semaphore_call(call, 1));
}
Outcome apply_mp_queue_put(State& state, const Call& call) {
  const Value item = call.arguments[0];
  if (is_simple(call)) {
    if (const auto error = unexpected_argument(call, "put", 1, block_and_timeout)) return *error;
    if (const auto error = pickling_error(call.machine, item)) return Outcome::raise(*error);
    if (const auto error = handle_error(state, call)) return *error;
    return send(state, call, item);
  }
  if (const auto error = closed_error(state, call)) return *error;
  if (const auto error = acquire_error(semaphore_call(call, 1))) return *error;
  if (!has_permit(state, call)) return raise_class(call, ExceptionKind::queue_full);
  ++word(state, call, taken_word);
  return Outcome::next(Operation::mp_queue_append, call.receiver, item);
}
Outcome expire_mp_queue_put(State&, const Call& call) {
  return raise_class(call, ExceptionKind::queue_full);
}

// Somebody may have closed the queue since the permit was taken: what comes behind the end is
// never sent.
Outcome apply_mp_queue_append(State& state, const Call& call) {
  End end = own_end(state, call);
  if (end.feeder == none_value) start_feeder(state, call, end);
  if (end.buffer.size() >= items_max) return too_many_items(call);
  if (!end.is(End::told)) end.buffer.push_back(call.saved);
  set_own_end(state, call, end);
  if (is_joinable(call)) count_task(info(call), word(state, call, unfinished_word));
  return Outcome::returned(none_value);
}

Readiness ready_mp_queue_feed(const State& state, const Call& call) {
  const End end = own_end(state, call);
  return end.is(End::told) || !end.buffer.empty() ? Readiness::ready : Readiness::blocked;
}
// Returns whether it goes on.
Outcome apply_mp_queue_feed(State& state, const Call& call) {
  End end = own_end(state, call);
  if (end.buffer.empty()) {
    end.flags |= End::over;
    set_own_end(state, call, end);
    return Outcome::returned(false_value);
  }
  const Value item = end.buffer.front();
  end.buffer.erase(end.buffer.begin());
  set_own_end(state, call, end);
  if (!end.is(End::over) && !pickling_error(call.machine, item)) return send(state, call, item);
  // The traceback goes to standard error. While the process ends there is none, and no more items.
  const ThreadId main = main_thread_of(call.machine, state, own_process(state, call));
  if (exit_stage(call.machine.program, state, main) > 0) return Outcome::returned(false_value);
  --word(state, call, taken_word);
  return Outcome::returned(true_value);
}
Outcome expire_mp_queue_feed(State& state, const Call& call) {
  return apply_mp_queue_feed(state, call);
}

Readiness ready_mp_queue_send(const State& state, const Call& call) {
  return word(state, call, writer_word) == 0 ? Readiness::ready : Readiness::blocked;
}
Outcome apply_mp_queue_send(State& state, const Call& call) {
  return send(state, call, call.saved);
}
Outcome expire_mp_queue_send(State& state, const Call& call) {
  return apply_mp_queue_send(state, call);
}

Readiness ready_mp_queue_write(const State& state, const Call& call) {
  return bytes_in_pipe(state, call) < info(call).buffer ? Readiness::ready : Readiness::blocked;
}
Outcome apply_mp_queue_write(State& state, const Call& call) {
  return write(state, call, call.saved);
}
Outcome expire_mp_queue_write(State& state, const Call& call) {
  return apply_mp_queue_write(state, call);
}

// It is the last of the pipe, if it is there at all.
Readiness ready_mp_queue_write_rest(const State& state, const Call& call) {
  return bytes_in_pipe(state, call) <= info(call).buffer ? Readiness::ready : Readiness::blocked;
}
Outcome apply_mp_queue_write_rest(State& state, const Call& call) {
  const std::span<const Value> before = pipe(state, call);
  if (before.empty()) return written(state, call);
  Message last = message(call.machine, before.back());
  if (last.writer != thread_value(call.self)) return written(state, call);
  word(state, call, pipe_word) = call.machine.values().tuple(before.first(before.size() - 1)).bits;
  last.writer = none_value;
  append_to_pipe(state, call, last);
  return written(state, call);
}
Outcome expire_mp_queue_write_rest(State& state, const Call& call) {
  return apply_mp_queue_write_rest(state, call);
}

// None: without block and timeout.
Readiness ready_mp_queue_get(const State& state, const Call& call) {
  if (word(state, call, reader_word) == 0 || own_end(state, call).is(End::closed)) {
    return Readiness::ready;
  }
  if (is_simple(call) && unexpected_argument(call, "get", 0, block_and_timeout)) {
    return Readiness::ready;
  }
  return is_plain_get(call) ? Readiness::blocked : readiness_if_taken(call);
}
Outcome apply_mp_queue_get(State& state, const Call& call) {
  if (is_simple(call)) {
    if (const auto error = unexpected_argument(call, "get", 0, block_and_timeout)) return *error;
  }
  if (const auto error = closed_error(state, call)) return *error;
  if (!is_plain_get(call)) {
    ValueTable& values = call.machine.values();
    if (truth(values, call.arguments[0])) {
      const Result deadline =
          binary(values, BinaryOperator::add, values.real(0), call.arguments[1]);
      if (deadline.raised) return Outcome::raise(deadline.value);
    }
    if (const auto error = acquire_error(call)) return *error;
  }
  if (word(state, call, reader_word) != 0) return raise_class(call, ExceptionKind::queue_empty);
  word(state, call, reader_word) = call.self.index + 1;
  return Outcome::next(Operation::mp_queue_recv, call.receiver, none_value);
}
Outcome expire_mp_queue_get(State&, const Call& call) {
  return raise_class(call, ExceptionKind::queue_empty);
}

Readiness ready_mp_queue_recv(const State& state, const Call& call) {
  if (can_read(state, call) || own_end(state, call).is(End::over)) return Readiness::ready;
  // The beginning of a message whose writer was killed ends the wait for one with a timeout.
  return pipe(state, call).empty() ? readiness_if_empty(call) : Readiness::blocked;
}
Outcome apply_mp_queue_recv(State& state, const Call& call) {
  word(state, call, reader_word) = 0;
  if (const auto error = handle_error(state, call)) return *error;
  const std::span<const Value> messages = pipe(state, call);
  if (messages.empty()) return raise_class(call, ExceptionKind::queue_empty);
  const Value item = message(call.machine, messages.front()).item;
  word(state, call, pipe_word) = call.machine.values().tuple(messages.subspan(1)).bits;
  if (is_simple(call)) return Outcome::returned(item);
  if (is_plain_get(call)) return Outcome::next(Operation::mp_queue_got, call.receiver, item);
  return finish_get(state, call, item);
}
Outcome expire_mp_queue_recv(State& state, const Call& call) {
  word(state, call, reader_word) = 0;
  return raise_class(call, ExceptionKind::queue_empty);
}
Outcome apply_mp_queue_got(State& state, const Call& call) {
  return finish_get(state, call, call.saved);
}

Outcome apply_mp_queue_close(State& state, const Call& call) {
  End end = own_end(state, call);
  end.flags |= is_simple(call) ? End::over : End::closed;
  if (end.feeder != none_value) end.flags |= End::told;
  set_own_end(state, call, end);
  return Outcome::returned(none_value);
}
// The first to call it waits; for whoever comes later it has been called already.
Outcome apply_mp_queue_join_thread(State& state, const Call& call) {
  End end = own_end(state, call);
  if (!end.is(End::closed)) {
    return raise(call, ExceptionKind::assertion_error,
                 "Queue <" + std::string(row(info(call).kind).type) + " " + info(call).name +
                     "> not closed");
  }
  if (end.feeder == none_value || end.is(End::cancelled) || end.is(End::joined)) {
    return Outcome::returned(none_value);
  }
  end.flags |= End::joined;
  set_own_end(state, call, end);
  return join_workers(call.machine, state, {&end.feeder, 1});
}
Outcome apply_mp_queue_cancel_join_thread(State& state, const Call& call) {
  End end = own_end(state, call);
  end.flags |= End::cancelled;
  set_own_end(state, call, end);
  return Outcome::returned(none_value);
}

Outcome apply_mp_queue_task_done(State& state, const Call& call) {
  Word& unfinished = word(state, call, unfinished_word);
  if (unfinished == 0) {
    return raise(call, ExceptionKind::value_error, "task_done() called too many times");
  }
  if (--unfinished == 0) word(state, call, joiners_word) = 0;
  return Outcome::returned(none_value);
}

// Whoever is woken looks no second time.
Outcome apply_mp_queue_join(State& state, const Call& call) {
  constexpr std::string_view timeout[] = {"timeout"};
  if (const auto error = unexpected_argument(call, "join", 0, timeout)) return *error;
  if (word(state, call, unfinished_word) == 0) return Outcome::returned(none_value);
  add_to_all(call.machine, word(state, call, joiners_word), call.self);
  return Outcome::next(Operation::mp_queue_join_park, call.receiver, none_value);
}
Readiness ready_mp_queue_join_park(const State& state, const Call& call) {
  return is_waiting(call.machine, word(state, call, joiners_word), call.self) ? Readiness::blocked
                                                                              : Readiness::ready;
}
Outcome apply_mp_queue_join_park(State&, const Call&) { return Outcome::returned(none_value); }
Outcome expire_mp_queue_join_park(State&, const Call&) { return Outcome::returned(none_value); }

Outcome apply_mp_queue_qsize(State& state, const Call& call) {
  return Outcome::returned(call.machine.values().integer(word(state, call, taken_word)));
}
Outcome apply_mp_queue_empty(State& state, const Call& call) {
  if (const auto error = handle_error(state, call)) return *error;
  return Outcome::returned(boolean_value(pipe(state, call).empty()));
}
Outcome apply_mp_queue_full(State& state, const Call& call) {
  return Outcome::returned(boolean_value(!has_permit(state, call)));
}

}  // namespace lockstep
