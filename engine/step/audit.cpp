// The global invariants of a State, kind by kind.
#include <algorithm>
#include <string>

#include "engine/operations/executor.h"
#include "engine/operations/sockets.h"
#include "engine/state/process_memory.h"
#include "engine/step/step.h"

namespace lockstep {
namespace {

class Audit {
 public:
  Audit(const Machine& machine, const State& state)
      : machine_(machine), program_(machine.program), state_(state) {}

  std::vector<std::string> faults() {
    const std::size_t base = threads_offset(program_);
    if (state_.words.size() < base ||
        (state_.words.size() - base) % layout::words_per_thread != 0) {
      return {"the state is not as long as its layout says"};
    }
    if (machine_.values().kind({state_.words[layout::exit_callbacks]}) != ValueKind::tuple) {
      fault("the functions registered with atexit are a tuple");
    }
    if (process_in_place(state_) != main_process_id)
      fault("between steps the main process has its memory in place");
    for (std::uint32_t i = 0; i < program_.objects.size(); ++i) check_object({i});
    for (std::uint32_t i = 0; i < thread_count(program_, state_); ++i) check_thread({i});
    return std::move(faults_);
  }

 private:
  void fault(std::string text) { faults_.push_back(std::move(text)); }

  void check_object(ObjectId id) {
    const ObjectInfo& object = program_.objects[id.index];
    const Word* words = object_words(program_, state_, id);
    switch (object.kind) {
      case ObjectKind::lock:
      case ObjectKind::mp_lock:
        check_owner(object, words[0]);
        break;
      case ObjectKind::rlock:
      case ObjectKind::mp_rlock:
      case ObjectKind::mp_value:
        check_owner(object, words[0]);
        if ((words[0] == 0) != (words[1] == 0)) {
          fault(object.name + ": an RLock is free exactly while its count is 0");
        }
        break;
      case ObjectKind::bounded_semaphore:
        if (words[0] > static_cast<std::uint64_t>(object.value)) {
          fault(object.name + ": a BoundedSemaphore never exceeds its initial value");
        }
        check_waiters(id, words[1], Operation::bounded_semaphore_park);
        break;
      case ObjectKind::semaphore:
        check_waiters(id, words[1], Operation::semaphore_park);
        break;
      case ObjectKind::event:
        if (words[0] > 1) fault(object.name + ": an Event's flag is 0 or 1");
        check_waiters(id, words[1], Operation::event_park);
        break;
      case ObjectKind::mp_event:
        if (words[0] > 1) fault(object.name + ": an Event's flag is 0 or 1");
        check_waiters(id, words[1], Operation::mp_event_park);
        break;
      case ObjectKind::mp_queue:
      case ObjectKind::mp_joinable_queue:
      case ObjectKind::mp_simple_queue:
        check_waiters(id, words[6], Operation::mp_queue_join_park);
        break;
      case ObjectKind::mp_condition:
        break;
      case ObjectKind::mp_bounded_semaphore:
        if (words[0] > static_cast<std::uint64_t>(object.value)) {
          fault(object.name + ": a BoundedSemaphore never exceeds its initial value");
        }
        break;
      case ObjectKind::mp_semaphore:
        break;
      case ObjectKind::condition:
        check_waiters(id, words[0], Operation::condition_park);
        break;
      case ObjectKind::queue:
      case ObjectKind::lifo_queue:
      case ObjectKind::priority_queue:
        check_queue(id, words);
        break;
      case ObjectKind::simple_queue:
        check_items(id, words[0]);
        break;
      case ObjectKind::barrier:
        check_barrier(id, words);
        break;
      case ObjectKind::file:
        if (machine_.values().kind(Value{words[0]}) != ValueKind::string) {
          fault(object.name + ": what is in a File is a string");
        }
        break;
      case ObjectKind::listener:
        check_listener(id, words);
        break;
      case ObjectKind::executor:
        check_executor(id);
        break;
      case ObjectKind::process_pool:
      case ObjectKind::mp_pool:
      case ObjectKind::local:
      case ObjectKind::thread:
      case ObjectKind::process:
      case ObjectKind::connection:
      case ObjectKind::future:
      case ObjectKind::pool_result:
      case ObjectKind::nothing:
        break;
    }
  }

  void check_owner(const ObjectInfo& lock, Word word) {
    if (word > thread_count(program_, state_)) fault(lock.name + ": its owner is no thread");
  }

  void check_queue(ObjectId id, const Word* words) {
    const ObjectInfo& object = program_.objects[id.index];
    if (!check_items(id, words[0])) return;
    const auto size = static_cast<std::int64_t>(machine_.values().items(Value{words[0]}).size());
    if (object.value > 0 && size > object.value) {
      fault(object.name + ": a queue never holds more than its maxsize");
    }
    check_waiters(id, words[2], Operation::queue_get_park);
    check_waiters(id, words[3], Operation::queue_put_park);
    check_waiters(id, words[4], Operation::queue_join_park);
    if (words[1] == 0 && words[4] != 0) fault(object.name + ": nobody joins what is done");
    if (words[5] > 1) fault(object.name + ": a queue is shut down or it is not");
    // A heap that cannot compare its items may have stopped the shutdown half-way.
    const bool is_heap = object.kind == ObjectKind::priority_queue;
    if (words[5] != 0 && (words[2] != 0 || words[3] != 0) && !is_heap) {
      fault(object.name + ": nobody waits to get from or put into a queue that is shut down");
    }
  }

  // Each call that waits inside of one is counted where it waits.
  void check_listener(ObjectId id, const Word* words) {
    const std::string& name = program_.objects[id.index].name;
    if (has_exited(state_)) return;
    Connections connections(machine_, state_, id);
    Word accepting = 0;
    std::vector<std::pair<Connection, std::uint32_t>> inside;
    for (std::uint32_t i = 0; i < thread_count(program_, state_); ++i) {
      if (life(program_, state_, {i}) != Life::alive) continue;
      const Pending& next = pending(machine_, state_, {i});
      if (next.operation == Operation::listener_accept_park && next.receiver == object_value(id)) {
        ++accepting;
      }
      if (next.operation != Operation::connection_send_park &&
          next.operation != Operation::connection_recv_park) {
        continue;
      }
      const Connection connection = machine_.values().as_connection(next.receiver);
      if (connection.listener != id) continue;
      const auto known =
          std::ranges::find(inside, connection, [](const auto& one) { return one.first; });
      if (known == inside.end()) {
        inside.emplace_back(connection, 1);
      } else {
        ++known->second;
      }
    }
    if (accepting != words[ListenerWords::inside]) {
      fault(name + ": it does not count who waits in accept");
    }
    for (const auto& [connection, count] : inside) {
      const ConnectionEnd& end = connections.end(connection);
      if (end.inside != count) fault(name + ": an end does not count who waits on it");
      if (end.is(ConnectionEnd::released)) fault(name + ": somebody waits on a released end");
    }
    const Value queue{words[ListenerWords::queue]};
    if (machine_.values().kind(queue) != ValueKind::tuple) {
      return fault(name + ": those who wait to be accepted are a tuple");
    }
    if (machine_.values().items(queue).size() > words[ListenerWords::backlog] + std::size_t{1}) {
      fault(name + ": its queue holds one more than the backlog");
    }
  }

  bool check_items(ObjectId id, Word word) {
    if (machine_.values().kind(Value{word}) == ValueKind::tuple) return true;
    fault(program_.objects[id.index].name + ": the items of a queue are a tuple");
    return false;
  }

  // Inside are those who are parked and the one who executes the action, which it does while the
  // barrier fills.
  void check_barrier(ObjectId id, const Word* words) {
    const std::string& name = program_.objects[id.index].name;
    Word inside = words[2] == 0 ? 0 : 1;
    for (std::uint32_t i = 0; i < thread_count(program_, state_); ++i) {
      if (process_of(program_, state_, {i}) != main_process_id) continue;  // inside of a copy
      if (life(program_, state_, {i}) != Life::alive) continue;
      const Pending& next = pending(machine_, state_, {i});
      if (next.operation == Operation::barrier_park && next.receiver == object_value(id)) ++inside;
    }
    if (!has_exited(state_) && inside != words[1]) {
      fault(name + ": it counts " + std::to_string(words[1]) + " threads, " +
            std::to_string(inside) + " are inside");
    }
    if (words[0] > 3) fault(name + ": a Barrier fills, drains, is being reset or is broken");
    if (words[2] != 0 && words[0] != 0) fault(name + ": the action is executed while it fills");
    if ((words[0] == 1 || words[0] == 2) && words[1] == 0) {
      fault(name + ": a Barrier that nobody is inside of has drained");
    }
    check_owner(program_.objects[id.index], words[2]);
  }

  // What is queued is pending or cancelled, and of each future one thread at most executes the
  // task; workers are threads and at most max_workers.
  void check_executor(ObjectId id) {
    const ObjectInfo& object = program_.objects[id.index];
    const ValueTable& values = machine_.values();
    const Word* words = object_words(program_, state_, id);
    const auto futures = static_cast<std::uint32_t>(values.items(Value{words[2]}).size());
    for (Value number : values.items(Value{words[1]})) {
      const auto queued = static_cast<std::uint32_t>(small_integer(number));
      const FutureRecord::Stage stage = record(id, queued).stage;
      if (queued >= futures ||
          (stage != FutureRecord::Stage::pending && stage != FutureRecord::Stage::cancelled)) {
        fault(object.name + ": a future in its queue has been begun");
      }
    }
    const std::size_t workers = values.items(Value{words[4]}).size();
    if (workers > static_cast<std::size_t>(object.value)) {
      fault(object.name + ": it has more workers than max_workers");
    }
    if (words[3] > 0 && (words[3] > workers || workers == static_cast<std::size_t>(object.value))) {
      fault(object.name + ": its tokens are of idle workers, where a submit may ask for one");
    }
    for (std::uint32_t i = 0; i < futures; ++i) {
      const FutureRecord its = record(id, i);
      if (its.is_done() && !values.items(its.callbacks).empty()) {
        fault(object.name + ": a future that is done has no callbacks left");
      }
      if (its.stage == FutureRecord::Stage::running &&
          !is_worker(machine_, state_, id, values.as_thread(its.content))) {
        fault(object.name + ": a task is executed by a worker");
      }
    }
    check_owner(object, words[5]);
  }
  FutureRecord record(ObjectId executor, std::uint32_t number) {
    return future_record(machine_, state_, machine_.values().future(executor, number));
  }

  // Each waiter stands there once and is parked on the object. A waiter of a Condition whose
  // timeout has fired stays in the queue while it takes the lock again.
  void check_waiters(ObjectId id, Word word, Operation park) {
    const std::string& name = program_.objects[id.index].name;
    if (machine_.values().kind(Value{word}) != ValueKind::tuple) {
      return fault(name + ": the waiting threads are a tuple");
    }
    const std::span<const Value> waiters = machine_.values().items(Value{word});
    for (Value waiter : waiters) {
      if (std::ranges::count(waiters, waiter) != 1) fault(name + ": a thread waits twice");
      const ThreadId thread = machine_.values().as_thread(waiter);
      // os._exit() ends MainThread where it waits.
      if (life(program_, state_, thread) == Life::killed || has_exited(state_)) continue;
      const Pending& next = pending(machine_, state_, thread);
      const bool parked = next.operation == park && next.receiver == object_value(id);
      const bool restores =
          park == Operation::condition_park &&
          (next.operation == Operation::lock_restore || next.operation == Operation::rlock_restore);
      if (!parked && !restores) fault(name + ": a thread in its queue does not wait for it");
    }
  }

  void check_thread(ThreadId id) {
    if (machine_.locals().words(local(program_, state_, id)).empty()) {
      return fault("a thread's private state is in the table");
    }
    const LocalState its = machine_.locals().get(local(program_, state_, id));
    const Life now = life(program_, state_, id);
    if (is_cancelled(program_, state_, id) &&
        (!is_timer(program_, state_, id) ||
         machine_.locals().pending(local(program_, state_, id)).operation !=
             Operation::timer_wait)) {
      fault("only a timer that waits for its time is cancelled");
    }
    if (its.frames.empty() && !its.attributes.empty()) fault("an ended thread has no attributes");
    if (now == Life::ended && !its.frames.empty()) fault("an ended thread has no frame");
    const ThreadId main = main_thread_of(machine_, state_, process_of(program_, state_, id));
    // Children of a process that was killed go on, though a run ends with the main process.
    const bool is_orphan =
        main != main_thread_id &&
        !state_detail::has_bit(program_, state_, main, state_detail::process_over_bit);
    if (is_process_over(program_, state_, main) && !is_orphan && now == Life::alive) {
      fault("no thread outlives its process");
    }
    for (const Frame& frame : its.frames) {
      const Function& function = program_.functions[frame.function.index];
      if (frame.pc < function.begin || frame.pc >= function.end) {
        fault(function.name + ": the program counter has left the function");
      }
      if (frame.stack.size() > function.stack_max) {
        fault(function.name + ": the operand stack is deeper than the compiler said");
      }
    }
  }

  const Machine& machine_;
  const Program& program_;
  const State& state_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> audit(const Machine& machine, const State& state) {
  return Audit(machine, state).faults();
}

}  // namespace lockstep
