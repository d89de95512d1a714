// What an event did, in a few words that a reader of the scenario knows.
#include <string>

#include "engine/interpreter/interpreter.h"  // PrivateNames
#include "engine/operations/barrier.h"
#include "engine/run/threads.h"
#include "engine/run/trace.h"
#include "engine/state/process_memory.h"

namespace lockstep {
namespace {

class EventText {
 public:
  EventText(const Machine& machine, const State& state, const Event& event)
      : machine_(machine),
        program_(machine.program),
        values_(machine.values()),
        state_(state),
        event_(event),
        names_(machine, state) {}

  std::string text() const {
    switch (event_.kind) {
      case Event::Kind::operation:
        return operation();
      case Event::Kind::timeout:
        return event_.operation == Operation::timer_wait ? "the time has come"
                                                         : asked() + ": timed out";
      case Event::Kind::blocked:
        return asked() + ": blocked, " + reason();
      case Event::Kind::called:
        return "call " + program_.functions[event_.function.index].name;
      case Event::Kind::returned:
        return "return from " + program_.functions[event_.function.index].name +
               (event_.outcome.value == none_value ? "" : ": " + of(event_.outcome.value));
      case Event::Kind::raised:
        return "raise " + exception_line(values_, event_.outcome.value, names_);
      case Event::Kind::mark: {
        const Site& site = program_.sites[event_.site.index];
        return site.note.empty() ? "label " + site.label : site.note;
      }
      case Event::Kind::thread_ended:
        return event_.outcome.value == none_value
                   ? "end"
                   : "end by " +
                         std::string(exception_name(values_.exception_kind(event_.outcome.value)));
      case Event::Kind::process_ended:
        return process_of(program_, state_, event_.thread) == main_process_id
                   ? "the process ends"
                   : process_name() + " ends";
    }
    return {};
  }

 private:
  std::string of(Value value) const { return repr(values_, value, names_); }
  std::string argument(std::size_t i) const {
    return i < event_.arguments.size() ? of(event_.arguments[i]) : std::string();
  }
  const std::string& function_name(Value function) const {
    return program_.functions[values_.as_function(function).index].name;
  }
  std::string process_name() const {
    const ProcessId process = process_of(program_, state_, event_.thread);
    return thread_name(machine_, state_, main_thread_of(machine_, state_, process));
  }
  // The argument, which should be a function.
  std::string called(std::size_t i) const {
    const Value value = event_.arguments[i];
    return values_.kind(value) == ValueKind::function ? function_name(value) : of(value);
  }
  const std::string& variable() const { return program_.globals[event_.operand].name; }

  std::string receiver() const {
    switch (values_.kind(event_.receiver)) {
      case ValueKind::object:
        return object_label(program_, values_.as_object(event_.receiver));
      case ValueKind::thread:
      case ValueKind::process:
        return thread_name(machine_, state_, *thread_of_handle(event_.receiver));
      case ValueKind::connection:
        return connection_label(program_, values_.as_connection(event_.receiver));
      case ValueKind::future:
        return future_label(machine_, event_.receiver);
      default:
        return {};
    }
  }

  // The word for the operation, and what it is done to: "acquire mutexA", "join T1".
  std::string asked() const {
    const OperationRow& operation = row(event_.operation);
    std::string word;
    const bool is_lock = !has_futures(operation.kind) && operation.kind != ObjectKind::mp_pool;
    if (event_.operation == Operation::mp_pool_finalize) {
      word = row(Verb::terminate).name;
    } else if (operation.verb == Verb::enter && is_lock) {
      word = "acquire";
    } else if (operation.verb == Verb::exit && is_lock) {
      word = "release";
    } else if (operation.verb != Verb::none) {
      word = row(operation.verb).name;
    } else if (!receiver().empty()) {  // where an earlier operation was handed on to wait
      word = parked_word(operation.let_go_by);
    } else if (operation.let_go_by == LetGoBy::finish) {
      word = "wait for futures";
    } else {
      word = operation.name;
    }
    for (char& letter : word) {
      if (letter == '_') letter = ' ';
    }
    return receiver().empty() ? word : word + ' ' + receiver();
  }

  static std::string_view parked_word(LetGoBy by) {
    switch (by) {
      case LetGoBy::release:
        return "acquire";
      case LetGoBy::put:
        return "get";
      case LetGoBy::end:
        return "join";
      case LetGoBy::get:
        return "put";
      case LetGoBy::task_done:
        return "join";
      case LetGoBy::connect:
        return "accept";
      case LetGoBy::send:
        return "recv";
      case LetGoBy::recv:
        return "send";
      case LetGoBy::answer:
        return "next";
      case LetGoBy::wake:
        return "notify";
      default:
        return "wait";
    }
  }

  // Of the instruction, whatever the operation.
  std::string word_of_verb() const {
    const Pending& pending = lockstep::pending(machine_, state_, event_.thread);
    std::string word(row(static_cast<Verb>(program_.code[pending.pc].a)).name);
    for (char& letter : word) {
      if (letter == '_') letter = ' ';
    }
    return word;
  }

  std::string reason() const {
    switch (row(event_.operation).let_go_by) {
      case LetGoBy::release: {
        const ObjectId object = values_.as_object(event_.receiver);
        if (!row(program_.objects[object.index].kind).owned) return "none is free";
        const std::optional<ThreadId> holder = owner(machine_, state_, object);
        if (!holder) return "it is taken";
        return "held by " +
               (*holder == event_.thread ? "itself" : thread_name(machine_, state_, *holder));
      }
      case LetGoBy::set:
        return "until it is set";
      case LetGoBy::notify:
        return "until it is notified";
      case LetGoBy::finish:
        return "until it is done";
      case LetGoBy::fill:
        return "nothing is put";
      case LetGoBy::turn:
        return "until it is its turn";
      case LetGoBy::wake:
        return "until those notified wake up";
      case LetGoBy::close:
        return "until it is shut down";
      case LetGoBy::answer:
        return "there is no result";
      case LetGoBy::put:
        return event_.operation == Operation::executor_take ||
                       event_.operation == Operation::process_pool_take ||
                       event_.operation == Operation::mp_pool_take ||
                       event_.operation == Operation::mp_pool_dispatch
                   ? "it has no task"
               : event_.operation == Operation::mp_pool_collect  ? "it has no result"
               : event_.operation == Operation::mp_pool_maintain ? "all its workers live"
                                                                 : "it is empty";
      case LetGoBy::get:
        return "it is full";
      case LetGoBy::task_done:
        return "until all tasks are done";
      case LetGoBy::end:
        return "until " + ended_by();
      case LetGoBy::store:
        return "until it is true";
      case LetGoBy::arrive:
        return "for " + awaited_at_barrier(machine_, state_, values_.as_object(event_.receiver));
      case LetGoBy::cancel:
        return "for " + argument(0) + " s or until it is cancelled";
      case LetGoBy::connect:
        return "until somebody connects";
      case LetGoBy::accept:
        return "its queue is full";
      case LetGoBy::send:
        return "nothing has come";
      case LetGoBy::recv:
        return "the peer's buffer is full";
      case LetGoBy::nothing:
        break;
    }
    return "for ever";
  }

  // "T1 ends", "T1 and T2 end".
  std::string ended_by() const {
    if (!receiver().empty()) return "it ends";
    const std::string who = waits_for(machine_, state_, event_.thread);
    const std::string_view to_end = " to end";
    const std::string names = who.substr(0, who.size() - to_end.size());
    return names + (names.find(" and ") == std::string::npos ? " ends" : " end");
  }

  std::string updated() const {
    const Update update = Update::decode(event_.update);
    std::string text = variable();
    for (std::uint32_t i = 0; i < update.depth; ++i) text += '[' + argument(i) + ']';
    switch (update.kind) {
      case Update::Kind::set_item:
        return text + '[' + argument(update.depth) + "] = " + argument(update.depth + 1);
      case Update::Kind::append:
        return text + ".append(" + argument(update.depth) + ')';
      case Update::Kind::pop_last:
        return text + ".pop()" + result();
      case Update::Kind::pop_at:
        return text + ".pop(" + argument(update.depth) + ')' + result();
    }
    return text;
  }

  // " -> False", or the exception; nothing for what goes without saying.
  std::string result() const {
    if (event_.outcome.kind == Outcome::Kind::next) return {};
    if (event_.outcome.kind == Outcome::Kind::raised) {
      return ": " + exception_line(values_, event_.outcome.value, names_);
    }
    const Value value = event_.outcome.value;
    const Verb verb = row(event_.operation).verb;
    const bool statement = verb != Verb::none && row(verb).where == VerbRow::Where::statement;
    if (value == none_value || (statement && value == true_value)) return {};
    return " -> " + of(value);
  }

  std::string operation() const {
    if (event_.outcome.kind == Outcome::Kind::raised) {
      const bool update = event_.operation == Operation::update_global;
      return update ? updated() : asked() + result();
    }
    switch (event_.operation) {
      case Operation::load_global:
        return "read " + variable() + ": " + of(event_.outcome.value);
      case Operation::store_global:
        return variable() + " = " + argument(0);
      case Operation::update_global:
        return updated();
      case Operation::print:
        return "print " + printed_line(machine_, event_);
      case Operation::sleep:
        return "slept " + argument(0) + " s";
      case Operation::io:
        return "waited " + argument(0) + " s for I/O";
      case Operation::compute:
        return "computed " + argument(0) + " s";
      case Operation::choose:
        return "choose " + of(event_.outcome.value);
      case Operation::barrier_wait:
        if (values_.kind(event_.outcome.value) != ValueKind::function) break;
        return asked() + ": the last, runs " + function_name(event_.outcome.value);
      case Operation::barrier_release:
        return "open " + receiver();
      case Operation::barrier_break:
        return "break " + receiver();
      case Operation::executor_submit:
        if (event_.outcome.kind != Outcome::Kind::value) break;
        return "submit " + called(0) + " to " + receiver() + " -> " +
               future_label(machine_, event_.outcome.value);
      case Operation::executor_take:
        return event_.outcome.value == none_value
                   ? receiver() + " has no more tasks"
                   : "take " + future_label(machine_, event_.outcome.value);
      case Operation::executor_drain:
        return event_.outcome.value == none_value
                   ? receiver() + " has no more tasks"
                   : "take out " + future_label(machine_, event_.outcome.value);
      case Operation::mp_pool_create:
        return "make " + receiver();
      case Operation::mp_pool_fork:
      case Operation::mp_pool_refill:
        return "fork a worker of " + receiver();
      case Operation::mp_pool_look_up:
        return "read " + receiver();
      case Operation::mp_pool_apply_async:
      case Operation::mp_pool_map_async:
      case Operation::mp_pool_starmap_async:
      case Operation::mp_pool_imap:
      case Operation::mp_pool_imap_unordered:
        return receiver() + " is running";
      case Operation::mp_pool_queue:
        return word_of_verb() + ' ' + called(0) + " by " + receiver() + " -> " +
               future_label(machine_, event_.outcome.value);
      case Operation::mp_pool_join:
      case Operation::mp_pool_join_next:
        return event_.outcome.kind == Outcome::Kind::next ? "go on to join " + receiver() : asked();
      case Operation::mp_pool_exit:
      case Operation::mp_pool_terminate:
        return "terminate " + receiver();
      case Operation::mp_pool_finalize:
        return event_.outcome.kind == Outcome::Kind::next ? "go on to terminate " + receiver()
                                                          : receiver() + " is terminated";
      case Operation::terminate_pools:
        return "go on to terminate the pools";
      case Operation::mp_pool_maintain:
        return event_.outcome.value == true_value ? "all is done for " + receiver()
                                                  : "take out ended workers of " + receiver();
      case Operation::mp_pool_dispatch:
        return event_.outcome.value == true_value ? "no more tasks of " + receiver()
                                                  : "hand out tasks of " + receiver();
      case Operation::mp_pool_collect:
        return event_.outcome.value == true_value ? "no more results of " + receiver()
                                                  : "see a result of " + receiver();
      case Operation::mp_pool_settle:
        return "settle result " + argument(0) + " of " + receiver();
      case Operation::mp_pool_take:
        return event_.outcome.value == none_value ? "no more tasks of " + receiver()
                                                  : "take a task of " + receiver();
      case Operation::mp_pool_give:
        return "give " + argument(2) + " to " + receiver();
      case Operation::pool_result_next_park:
        return asked() + ": woken";
      case Operation::pool_result_next:
        if (event_.outcome.kind == Outcome::Kind::next) return asked();
        [[fallthrough]];
      case Operation::pool_result_next_again:
        return "next " + receiver() + " -> " + of(event_.outcome.value);
      case Operation::pool_result_get:
        return asked() + " -> " + of(event_.outcome.value);
      case Operation::process_pool_fill:
        return "look for tasks of " + receiver();
      case Operation::process_pool_watch:
        return event_.outcome.value == none_value    ? "woken by " + receiver()
               : event_.outcome.value == false_value ? "a worker of " + receiver() + " has ended"
                                                     : "get a result of " + receiver();
      case Operation::process_pool_check:
        return event_.outcome.value == true_value ? "all is done for " + receiver()
                                                  : "go on with " + receiver();
      case Operation::os_exit:
        return "os._exit(" + argument(0) + ")";
      case Operation::process_pool_break_pool:
        return receiver() + " is broken: a worker has ended";
      case Operation::process_pool_stop_workers:
        return "terminate the workers of " + receiver();
      case Operation::process_pool_end:
        return "end the workers of " + receiver();
      case Operation::process_pool_join:
        return "the workers of " + receiver() + " have ended";
      case Operation::process_pool_take:
        return event_.outcome.value == none_value ? "no more calls of " + receiver()
                                                  : "take a call of " + receiver();
      case Operation::process_pool_give:
        return "give " + argument(1) + " to " + receiver();
      case Operation::process_pool_submit:
      case Operation::process_pool_shutdown:
      case Operation::executor_shutdown:
      case Operation::executor_close:
        return asked();
      case Operation::executor_abandon:
        return "let go of " + receiver();
      case Operation::executor_idle:
        return "free again for " + receiver();
      case Operation::executor_fail:
        return receiver() + " is broken: its initializer has failed";
      case Operation::executors_exit:
        return "shut the pools down";
      case Operation::future_begin:
        return event_.outcome.value == none_value ? "skip " + receiver() + ": cancelled"
                                                  : "begin " + receiver();
      case Operation::future_finish:
        return "finish " + receiver() + (event_.arguments[1] == true_value ? " with " : ": ") +
               argument(0);
      case Operation::future_cancel:
        return asked() + " -> " + of(values_.items(event_.outcome.value)[0]);
      case Operation::future_add_done_callback:
        return "add " + called(0) + " to " + receiver() +
               (event_.outcome.value == true_value ? ": done already" : "");
      case Operation::future_result:
      case Operation::future_exception:
        return asked() + " -> " + of(event_.outcome.value);
      case Operation::futures_next:
      case Operation::futures_wait: {
        const std::span<const Value> both = values_.items(event_.outcome.value);
        return "wait for futures -> " + std::to_string(values_.items(both[0]).size()) + " done, " +
               std::to_string(values_.items(both[1]).size()) + " not done";
      }
      case Operation::timer_wait:
        return event_.outcome.value == true_value ? "the time has come" : "cancelled";
      case Operation::process_exit:
        if (event_.outcome.value == true_value) return "shut the pools down";
        if (values_.kind(event_.outcome.value) != ValueKind::function) break;
        return "call " + function_name(event_.outcome.value) + ", registered with atexit";
      case Operation::atexit_register:
        return "register " + function_name(event_.arguments[0]) + " with atexit";
      case Operation::prompt:
        return "prompt " + printed_line(machine_, event_);
      case Operation::thread_create:
      case Operation::timer_create:
      case Operation::process_create:
        return "create " + thread_name(machine_, state_, *thread_of_handle(event_.outcome.value));
      case Operation::mp_value_set:
        return receiver() + ".value = " + argument(0);
      case Operation::stop_children:
        return "terminate daemonic processes";
      case Operation::mp_condition_woken:
        return asked() + ": awake";
      case Operation::mp_condition_collect:
        return "see one wake up on " + receiver();
      case Operation::mp_queue_put:
        if (event_.outcome.kind != Outcome::Kind::next) return asked() + result();
        return event_.outcome.then == Operation::mp_queue_append
                   ? asked() + ": there is room"
                   : "begin to put " + argument(0) + " into " + receiver();
      case Operation::mp_queue_get:
        return asked() + ": it is its turn";
      case Operation::mp_queue_recv:
        return event_.outcome.kind == Outcome::Kind::next
                   ? "take " + of(event_.outcome.saved) + " out of " + receiver()
                   : asked() + " -> " + of(event_.outcome.value);
      case Operation::mp_queue_append:
        return "put " + argument(0) + " into " + receiver();
      case Operation::mp_queue_got:
        return "get " + receiver() + " -> " + of(event_.outcome.value);
      case Operation::mp_queue_feed:
        if (event_.outcome.value == false_value) return "nothing left for " + receiver();
        [[fallthrough]];
      case Operation::mp_queue_send:
      case Operation::mp_queue_write:
      case Operation::mp_queue_write_rest:
        return event_.outcome.kind == Outcome::Kind::next ? "begin to write into " + receiver()
                                                          : "write into " + receiver();
      case Operation::tell_feeders:
        return "say that nothing more is put";
      case Operation::join_feeders:
        return "all is sent";
      case Operation::signal_comes:
        return "arrives";
      case Operation::thread_set_name:
      case Operation::process_set_name:
        return receiver() + ".name = " + argument(0);
      case Operation::thread_set_daemon:
      case Operation::process_set_daemon:
        return receiver() + ".daemon = " + argument(0);
      case Operation::condition_park:
      case Operation::mp_condition_park:
        return asked() + ": notified";
      case Operation::queue_put:
      case Operation::queue_put_park:
      case Operation::simple_queue_put:
        if (event_.outcome.kind == Outcome::Kind::next) return asked();
        return "put " + argument(0) + " into " + receiver();
      case Operation::queue_get:
      case Operation::queue_get_park:
      case Operation::simple_queue_get:
        if (event_.outcome.kind == Outcome::Kind::next) return asked();
        return asked() + " -> " + of(event_.outcome.value);
      case Operation::listener_accept:
      case Operation::listener_accept_park:
      case Operation::listener_connect:
        if (event_.outcome.kind == Outcome::Kind::next) return asked();
        return asked() + " -> " +
               connection_label(program_, values_.as_connection(event_.outcome.value));
      case Operation::connection_recv:
      case Operation::connection_recv_park:
        if (event_.outcome.kind == Outcome::Kind::next) return asked();
        return asked() + " -> " + of(event_.outcome.value);
      case Operation::connection_send:
      case Operation::connection_send_park:
        if (event_.outcome.kind == Outcome::Kind::next) return asked();
        return "send " + argument(0) + " on " + receiver() + " -> " + of(event_.outcome.value);
      case Operation::lock_restore:
      case Operation::rlock_restore:
      case Operation::mp_lock_restore:
      case Operation::mp_rlock_restore:
        return asked() + " again";
      default:
        break;
    }
    // What was handed on to wait comes back with the answer.
    const bool parked = row(event_.operation).verb == Verb::none && !receiver().empty();
    if (parked) return asked();
    const Verb verb = row(event_.operation).verb;
    if (verb == Verb::none) return asked() + result();
    switch (row(verb).where) {
      case VerbRow::Where::query:
        return receiver() + '.' + std::string(row(verb).name) + "()" + result();
      case VerbRow::Where::attribute:
        return receiver() + '.' + std::string(row(verb).name) + result();
      case VerbRow::Where::statement:
      case VerbRow::Where::hidden:
        break;
    }
    const bool counts = (verb == Verb::notify || verb == Verb::release) &&
                        !event_.arguments.empty() && event_.arguments[0] != none_value;
    return asked() + (counts ? ' ' + argument(0) : "") + result();
  }

  const Machine& machine_;
  const Program& program_;
  const ValueTable& values_;
  const State& state_;
  const Event& event_;
  StateNames names_;
};

}  // namespace

std::string event_text(const Machine& machine, const State& state, const Event& event) {
  return EventText(machine, state, event).text();
}

std::string printed_line(const Machine& machine, const Event& event) {
  std::string line;
  // What str() gives an expression, which knows of no State.
  const PrivateNames names(machine.program);
  for (std::size_t i = 0; i < event.arguments.size(); ++i) {
    if (i > 0) line += ' ';
    line += str(machine.values(), event.arguments[i], names);
  }
  return line;
}

}  // namespace lockstep
