#include "detector/words.h"

#include <algorithm>
#include <string_view>

#include "engine/assert.h"
#include "engine/operations/barrier.h"
#include "engine/operations/executor.h"
#include "engine/run/threads.h"
#include "engine/state/process_memory.h"

namespace lockstep {
namespace {

constexpr std::size_t names_max = 16;  // in one sentence

// Of more than names_max the first, "and 44 more".
template <class Name>
std::string listed(std::size_t count, Name name) {
  std::string text;
  const std::size_t shown = count > names_max ? names_max : count;
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == count ? " and " : ", ";
    text += name(i);
  }
  if (shown < count) text += " and " + std::to_string(count - shown) + " more";
  return text;
}

// What somebody who serves a Pool waits for, before the Pool's name.
std::string_view awaited_of_pool(Operation operation) {
  switch (operation) {
    case Operation::mp_pool_collect:
      return "a result of ";
    case Operation::mp_pool_maintain:
      return "something to do for ";
    default:
      return "a task of ";
  }
}

}  // namespace

const ObjectInfo& DeadlockWords::object(const BlockedThread& waiter) const {
  LOCKSTEP_ASSERT(waiter.object.has_value(),
                  "a thread that waits for a release waits on an object");
  return machine_.program.objects[waiter.object->index];
}

std::string DeadlockWords::connection(const BlockedThread& waiter) const {
  return connection_label(machine_.program,
                          machine_.values().as_connection(waiter.pending->receiver));
}

std::string DeadlockWords::thread(ThreadId thread) const {
  return std::string(
      machine_.values().as_text(thread_name_value(machine_.program, state_, thread)));
}

std::string DeadlockWords::threads(const std::vector<ThreadId>& threads) const {
  return listed(threads.size(), [&](std::size_t i) { return thread(threads[i]); });
}

// The threads that a join or the end of the process waits for and that have not ended.
std::vector<ThreadId> DeadlockWords::joined(const BlockedThread& waiter) const {
  std::vector<ThreadId> result;
  for (std::uint32_t i = 0; i < thread_count(machine_.program, state_); ++i) {
    if (waits_for_end_of(machine_, state_, waiter.thread, {i})) result.push_back({i});
  }
  return result;
}

// The expression of an await, as the scenario has it.
std::string DeadlockWords::awaited(const BlockedThread& waiter) const {
  const std::string& text = machine_.program.sites[waiter.pending->site.index].text;
  constexpr std::string_view statement = "await ";
  return text.starts_with(statement) ? text.substr(statement.size()) : text;
}

const State& DeadlockWords::seen(const BlockedThread& waiter) const {
  return seen_by(machine_, state_, waiter.thread, view_);
}

// "future 1 of pool (fetch)"
std::string DeadlockWords::future(const BlockedThread& waiter, Value future) const {
  const Value function = future_record(machine_, seen(waiter), future).function;
  std::string text = future_label(machine_, future);
  if (machine_.values().kind(function) == ValueKind::function) {
    text +=
        " (" + machine_.program.functions[machine_.values().as_function(function).index].name + ')';
  }
  return text;
}

std::string DeadlockWords::futures(const BlockedThread& waiter) const {
  std::string text = listed(waiter.futures.size(),
                            [&](std::size_t i) { return future(waiter, waiter.futures[i]); });
  const bool is_choice = waiter.futures.size() > 1 && waits_for_one(machine_, *waiter.pending);
  return is_choice ? "one of " + text : text;
}

std::string DeadlockWords::operation(const BlockedThread& waiter) const {
  const Pending& pending = *waiter.pending;
  if (is_exit(pending.operation)) return "exit";
  const Instruction& instruction = machine_.program.code[pending.pc];
  switch (instruction.opcode) {
    case Opcode::operate: {
      const auto verb = static_cast<Verb>(instruction.a);
      if (verb == Verb::enter || verb == Verb::exit) return "with";
      const std::string& text = machine_.program.sites[pending.site.index].text;
      if (verb == Verb::wait && text.starts_with("wait_for")) return "wait_for";
      return std::string(row(verb).name);
    }
    case Opcode::await:
      return "await";
    default:
      return "join";
  }
}

std::string DeadlockWords::waits_for(const BlockedThread& waiter) const {
  if (waiter.by == LetGoBy::answer) return future_label(machine_, waiter.pending->receiver);
  if (waiter.by == LetGoBy::send || waiter.by == LetGoBy::recv) return connection(waiter);
  if (!waiter.futures.empty()) return futures(waiter);
  if (waiter.object) return object(waiter).name;
  if (waiter.by == LetGoBy::store) return awaited(waiter);
  const std::vector<ThreadId> others = joined(waiter);
  if (others.size() > names_max) return threads(others);
  std::string text;
  for (const ThreadId other : others) text += (text.empty() ? "" : ", ") + thread(other);
  return text;
}

std::string DeadlockWords::waits_for_type(const BlockedThread& waiter) const {
  if (waiter.by == LetGoBy::send || waiter.by == LetGoBy::recv) return "socket";
  if (!waiter.futures.empty()) return "Future";
  if (waiter.by == LetGoBy::answer) return "AsyncResult";
  if (waiter.object) return std::string(row(object(waiter).kind).type);
  if (waiter.by == LetGoBy::store) return "expression";
  return waiter.pending->operation == Operation::process_join ? "Process" : "Thread";
}

std::vector<std::string> DeadlockWords::let_go_by(const BlockedThread& waiter) const {
  std::vector<ThreadId> threads = waiter.wait.releasers;
  if (waiter.owner) threads = {*waiter.owner};
  if (waiter.by == LetGoBy::end) threads = joined(waiter);
  if (threads.empty() && waiter.by_itself) threads = {waiter.thread};
  std::vector<std::string> names;
  for (const ThreadId id : threads) names.push_back(thread(id));
  return names;
}

// After the subject: "waits for mutexA".
std::string DeadlockWords::wait_phrase(const BlockedThread& waiter, bool plural) const {
  const std::string wait = plural ? "wait " : "waits ";
  switch (waiter.by) {
    case LetGoBy::set:
      return wait + "for " + object(waiter).name;
    case LetGoBy::notify:
      return wait + "on " + object(waiter).name;
    case LetGoBy::fill:
      return wait + "for something to send from " + object(waiter).name;
    case LetGoBy::turn:
      return wait + "for its turn at " + object(waiter).name;
    case LetGoBy::wake:
      return wait + "for those notified on " + object(waiter).name + " to wake up";
    case LetGoBy::finish:
      return wait + "for " + futures(waiter);
    case LetGoBy::close:
      return wait + "for " + object(waiter).name + " to be shut down";
    case LetGoBy::answer:
      return wait + "for " + future_label(machine_, waiter.pending->receiver);
    case LetGoBy::put:
      if (object(waiter).kind == ObjectKind::mp_pool) {
        return wait + "for " + std::string(awaited_of_pool(waiter.pending->operation)) +
               object(waiter).name;
      }
      if (waiter.pending->operation == Operation::process_pool_watch) {
        return wait + "for a result or a task of " + object(waiter).name;
      }
      if (has_futures(object(waiter).kind)) {
        return wait + "for a task of " + object(waiter).name;
      }
      return wait + "for an item of " + object(waiter).name;
    case LetGoBy::get:
      return wait + "for room in " + object(waiter).name;
    case LetGoBy::task_done:
      return wait + "for the tasks of " + object(waiter).name + " to be done";
    case LetGoBy::store:
      return wait + "until " + awaited(waiter) + " is true";
    case LetGoBy::end:
      return wait + "for the end of " + threads(joined(waiter));
    case LetGoBy::arrive:
      return wait + "at " + object(waiter).name + " for " +
             awaited_at_barrier(machine_, state_, *waiter.object);
    case LetGoBy::connect:
      return wait + "for a connection to " + object(waiter).name;
    case LetGoBy::accept:
      return wait + "for " + object(waiter).name + " to accept";
    case LetGoBy::send:
      return wait + "for data on " + connection(waiter);
    case LetGoBy::recv:
      return wait + "for room to send on " + connection(waiter);
    case LetGoBy::cancel:
    case LetGoBy::release:
    case LetGoBy::nothing:
      break;
  }
  if (row(object(waiter).kind).owned) return wait + "for " + object(waiter).name;
  return wait + "for a permit of " + object(waiter).name;
}

// Between the wait and who could end it: ", held by ".
std::string DeadlockWords::by_phrase(const BlockedThread& waiter) const {
  switch (waiter.by) {
    case LetGoBy::finish:
      return is_queued(machine_, seen(waiter), waiter.futures.front()) ? ", queued behind "
                                                                       : ", executed by ";
    case LetGoBy::close:
    case LetGoBy::answer:
      return ", which is up to ";
    case LetGoBy::set:
      return ", to be set by ";
    case LetGoBy::notify:
      return ", to be notified by ";
    case LetGoBy::put:
      return object(waiter).kind == ObjectKind::mp_pool ? ", which is up to " : ", to be put by ";
    case LetGoBy::get:
      return ", to be made by ";
    case LetGoBy::fill:
    case LetGoBy::turn:
    case LetGoBy::wake:
    case LetGoBy::task_done:
    case LetGoBy::store:
      return ", which is up to ";
    case LetGoBy::arrive:
      return in_action(machine_, state_, *waiter.object) ? ", which is up to " : ", expected from ";
    case LetGoBy::connect:
    case LetGoBy::recv:
      return ", to be made by ";
    case LetGoBy::accept:
      return ", which is up to ";
    case LetGoBy::send:
      return ", to be sent by ";
    case LetGoBy::end:
    case LetGoBy::cancel:
    case LetGoBy::nothing:
      return "";
    case LetGoBy::release:
      break;
  }
  return row(object(waiter).kind).owned ? ", held by " : ", to be released by ";
}

// When nobody could.
std::string DeadlockWords::nobody_phrase(const BlockedThread& waiter) const {
  switch (waiter.by) {
    case LetGoBy::finish:
      return is_queued(machine_, seen(waiter), waiter.futures.front())
                 ? ", which is queued, and no worker is free to execute it"
                 : ", which was cancelled, and no worker is left to note it";
    case LetGoBy::close:
    case LetGoBy::answer:
      return ", and no thread is left that could";
    case LetGoBy::set:
      return ", and no thread is left that could set it";
    case LetGoBy::notify:
      return ", and no thread is left that could notify";
    case LetGoBy::turn:
      return ", which was another's when it was killed";
    case LetGoBy::fill:
    case LetGoBy::wake:
      return ", and no thread is left that could";
    case LetGoBy::put:
      if (object(waiter).kind == ObjectKind::mp_pool) return ", and no thread is left that could";
      return has_futures(object(waiter).kind) ? ", and no thread is left that could submit one"
                                              : ", and no thread is left that could put one";
    case LetGoBy::get:
      return ", and no thread is left that could get an item";
    case LetGoBy::task_done:
      return ", and no thread is left that could call task_done";
    case LetGoBy::store:
      return ", and no thread is left that could make it so";
    case LetGoBy::arrive:
      if (const auto runner = in_action(machine_, state_, *waiter.object)) {
        return *runner == waiter.thread ? ", which it executes itself"
                                        : ", which " + thread(*runner) + " executes";
      }
      return ", and no thread is left that could come";
    case LetGoBy::connect:
      return ", and no thread is left that could connect";
    case LetGoBy::accept:
      return ", and no thread is left that could do it";
    case LetGoBy::send:
      return ", and no thread is left that could send any";
    case LetGoBy::recv:
      return ", and no thread is left that could receive";
    case LetGoBy::end:
    case LetGoBy::cancel:
    case LetGoBy::nothing:
      return "";
    case LetGoBy::release:
      break;
  }
  if (!row(object(waiter).kind).owned) return ", and no thread is left that could release one";
  if (!waiter.owner) return ", and no thread is left that could release it";
  if (waiter.copied) return ", a copy of what " + thread(*waiter.owner) + " held at the fork";
  if (life(machine_.program, state_, *waiter.owner) == Life::alive) {
    return ", held by " + thread(*waiter.owner) + ", which will never release it";
  }
  return ", which " + thread(*waiter.owner) + " held when it ended";
}

std::string DeadlockWords::by_whom(const BlockedThread& waiter,
                                   const std::vector<ThreadId>& others) const {
  const bool sure = std::ranges::all_of(
      others, [&](ThreadId other) { return std::ranges::count(waiter.surely, other) > 0; });
  const bool of_another = waiter.owner && others != std::vector<ThreadId>{*waiter.owner};
  if (sure) return (of_another ? ", to be released by " : by_phrase(waiter)) + threads(others);
  return ", a wait that " + threads(others) + " could end";
}

std::string DeadlockWords::nobody_but_itself(const BlockedThread& waiter, bool plural) const {
  const std::string text = nobody_phrase(waiter);
  const bool in_action_itself =
      waiter.by == LetGoBy::arrive && in_action(machine_, state_, *waiter.object);
  if (!waiter.by_itself || in_action_itself) return text;
  return text + (plural ? " but themselves" : " but itself");
}

// When only the waiter could.
bool DeadlockWords::waits_for_itself(const BlockedThread& waiter) {
  return waiter.wait.releasers == std::vector<ThreadId>{waiter.thread};
}
std::string DeadlockWords::itself_phrase(const BlockedThread& waiter) {
  return waiter.by == LetGoBy::close ? ", which it does itself" : ", which it executes itself";
}

std::string DeadlockWords::why(const BlockedThread& waiter,
                               const std::vector<std::string>& held) const {
  std::string text = thread(waiter.thread) + ' ';
  if (!held.empty()) {
    text += "holds " + listed(held.size(), [&](std::size_t i) { return held[i]; }) + " and ";
  }
  text += wait_phrase(waiter, false);
  if (waiter.owner == waiter.thread) return text + ", which it holds itself";
  if (waiter.by == LetGoBy::end) return text;
  if (waiter.wait.releasers.empty()) return text + nobody_but_itself(waiter, false);
  if (waits_for_itself(waiter)) return text + itself_phrase(waiter);
  return text + by_whom(waiter, waiter.wait.releasers);
}

std::vector<std::string> DeadlockWords::queued(const BlockedThread& waiter,
                                               const std::vector<Value>& futures) const {
  std::vector<std::string> labels;
  for (const Value its : futures) labels.push_back(future(waiter, its));
  return labels;
}

std::string DeadlockWords::waits_for_queued(const BlockedThread& waiter,
                                            const std::vector<Value>& futures) const {
  const std::vector<std::string> labels = queued(waiter, futures);
  return wait_phrase(waiter, false) + ", a wait that " +
         listed(labels.size(), [&](std::size_t i) { return labels[i]; }) + " could end, " +
         (labels.size() > 1 ? "which are queued" : "which is queued");
}

std::string DeadlockWords::message(const Cause& cause,
                                   const std::vector<BlockedThread>& stuck) const {
  const auto waiter_of = [&](ThreadId id) -> const BlockedThread& {
    const BlockedThread* const found = find_blocked(stuck, id);
    LOCKSTEP_ASSERT(found != nullptr, "a cause is about stuck threads");
    return *found;
  };
  if (!cause.queued.empty()) {
    const auto waits = std::ranges::find_if(
        cause.core, [&](ThreadId id) { return waiter_of(id).by != LetGoBy::finish; });
    const BlockedThread& worker = waiter_of(*waits);
    return thread(worker.thread) + ' ' + waits_for_queued(worker, cause.queued) +
           ", and no worker is free to execute " + (cause.queued.size() > 1 ? "them" : "it");
  }
  const BlockedThread& first = waiter_of(cause.chain.front());
  if (first.owner == first.thread) {
    return thread(first.thread) + ' ' + wait_phrase(first, false) + ", which it holds itself";
  }
  if (cause.chain.size() == 1 && waits_for_itself(first)) {
    return thread(first.thread) + ' ' + wait_phrase(first, false) + itself_phrase(first);
  }
  if (first.wait.releasers.empty()) {
    const bool plural = cause.core.size() > 1;
    const std::string why = wait_phrase(first, plural) + nobody_but_itself(first, plural);
    // Workers without work are no trouble but for who waits until they are done.
    const auto joins = std::ranges::find_if(cause.behind, [&](ThreadId id) {
      const BlockedThread& waiter = waiter_of(id);
      return waiter.by == LetGoBy::task_done && waiter.object == first.object;
    });
    if (joins == cause.behind.end()) return threads(cause.core) + ' ' + why;
    const BlockedThread& joiner = waiter_of(*joins);
    return thread(*joins) + ' ' + wait_phrase(joiner, false) + by_whom(joiner, cause.core) +
           ", which " + why;
  }
  std::string text = thread(first.thread);
  for (std::size_t i = 0; i < cause.chain.size(); ++i) {
    const BlockedThread& waiter = waiter_of(cause.chain[i]);
    const ThreadId next = cause.chain[(i + 1) % cause.chain.size()];
    text += i > 0 ? ", which " : " ";
    if (waiter.by == LetGoBy::end) {
      text += "waits for the end of " + thread(next);
    } else {
      text += wait_phrase(waiter, false) + by_whom(waiter, {next});
    }
  }
  return text;
}

}  // namespace lockstep
