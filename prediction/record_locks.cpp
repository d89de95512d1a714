#include "prediction/record_locks.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>

#include "detector/lock_request.h"
#include "engine/state/process_memory.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

constexpr std::uint32_t steps_max = 4'000'000'000;  // of a thread; a clock has 32 bits for them
constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t first_word = layout::names_given;  // what is before it says who is there

// Neither starts nor ends a thread.
bool is_plain(Operation operation) {
  switch (operation) {
    case Operation::load_global:
    case Operation::store_global:
    case Operation::update_global:
    case Operation::run_on:
      return true;
    default:
      return row(operation).kind < ObjectKind::thread && row(row(operation).kind).owned;
  }
}

// Whether the operation waits for a permit as long as that takes; nothing: it asks for none.
std::optional<bool> is_patient_request(const ValueTable& values, Operation operation,
                                       std::span<const Value> arguments) {
  const Verb verb = row(operation).verb;
  if (!is_semaphore(row(operation).kind)) return std::nullopt;
  if (verb == Verb::enter) return true;
  if (verb != Verb::acquire) return std::nullopt;
  return truth(values, arguments[0]) && arguments[1] == none_value;
}

// Stands for the submit of a task, or for its end.
enum class TaskPoint : std::uint8_t { submitted, finished };
std::uint64_t token(const ValueTable& values, Value future, TaskPoint point) {
  const ValueTable::Future its = values.as_future(future);
  return (std::uint64_t{its.executor.index} << 32U | its.number) << 1U |
         (point == TaskPoint::finished ? 1U : 0U);
}

}  // namespace

LockId LockRecorder::lock_of(const Program& program, ObjectId object, ProcessId process) {
  if (is_shared(program, object)) process = main_process_id;
  const std::size_t index = process.index * program.objects.size() + object.index;
  if (lock_numbers_.size() <= index) lock_numbers_.resize(index + 1);
  if (lock_numbers_[index] == 0) {
    locks_.push_back({object, process});
    lock_numbers_[index] = static_cast<std::uint32_t>(locks_.size());
  }
  return {lock_numbers_[index] - 1};
}

// All words of an object are one.
LockRecorder::Variable LockRecorder::variable_of(const Program& program, std::size_t word,
                                                 ProcessId process) const {
  const std::uint32_t object = object_of_word_[word];
  if (object != none) word = program.objects[object].offset;
  const bool shared = object != none && is_shared(program, {object});
  return {static_cast<std::uint32_t>((shared ? 0 : process.index) * objects_end(program) + word)};
}

void LockRecorder::on_begin(const Machine& machine, const State& initial, const VirtualClock&) {
  const Program& program = machine.program;
  object_of_word_.assign(objects_end(program), none);
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    const ObjectInfo& object = program.objects[i];
    std::fill_n(object_of_word_.begin() + object.offset, row(object.kind).words, i);
  }
  seen_.assign(initial.words.begin(),
               initial.words.begin() + static_cast<std::ptrdiff_t>(objects_end(program)));
  for (std::uint32_t i = 0; i < thread_count(program, initial); ++i) {
    lives_.push_back(life(program, initial, {i}));
  }
}

void LockRecorder::on_step(const Machine& machine, const State& before, std::uint64_t,
                           Choice choice, double) {
  builder_.begin_step(choice.thread);
  is_full_ = is_full_ || builder_.steps(choice.thread) > steps_max;
  may_concern_threads_ = false;
  if (!machine.program.has_processes) return;
  std::optional<State> view;
  const State& seen = seen_by(machine, before, choice.thread, view);
  std::copy_n(seen.words.begin(), seen_.size(), seen_.begin());
}

void LockRecorder::on_event(const Machine& machine, const State& state, const Event& event) {
  if (event.kind == Event::Kind::thread_ended) {
    builder_.end();
    may_concern_threads_ = true;
    return;
  }
  if (event.kind != Event::Kind::operation && event.kind != Event::Kind::timeout) return;
  const Program& program = machine.program;
  const ProcessId process = process_of(program, state, event.thread);
  may_concern_threads_ = may_concern_threads_ || !is_plain(event.operation);

  const std::optional<LockId> lock = note_request(machine, event, process);
  if (event.operation == Operation::load_global || event.operation == Operation::update_global) {
    builder_.look(variable_of(program, layout::globals + event.operand, process));
  }
  const ValueTable& values = machine.values();
  std::optional<ObjectId> object;
  if (values.kind(event.receiver) == ValueKind::object) {
    object = values.as_object(event.receiver);
  } else if (values.kind(event.receiver) == ValueKind::future) {
    object = values.as_future(event.receiver).executor;
    note_future(machine, event);
  } else if (values.kind(event.receiver) == ValueKind::connection) {
    object = values.as_connection(event.receiver).listener;
  }
  const auto look = [&] {
    const ObjectInfo& its = program.objects[object->index];
    if (row(its.kind).words > 0) builder_.look(variable_of(program, its.offset, process));
  };
  const bool has_lock = object && is_lock(program, *object);
  if (object && !has_lock) look();
  const bool was_free = lock && !builder_.holder(*lock);
  note_changes(machine, state, event, process);
  note_permits(machine, event);
  // Who takes a lock does not mind who had it before; who is refused, or only asks, does.
  const bool takes = was_free && builder_.holder(*lock).has_value();
  if (has_lock && !takes) look();
  note_threads(machine, event);
  builder_.do_something();
}

bool LockRecorder::is_lock(const Program& program, ObjectId object) const {
  const ObjectInfo& its = program.objects[object.index];
  return row(its.kind).owned || (is_of_one_permit(its) && !several_.contains(object));
}

// What the operation asks for, or comes back to ask for.
std::optional<LockId> LockRecorder::note_request(const Machine& machine, const Event& event,
                                                 ProcessId process) {
  const Program& program = machine.program;
  const auto ask = [&](LockId lock) {
    if (builder_.holder(lock) != event.thread) builder_.request(lock, event.site);
    for (const auto& [semaphore, count] : permits_[event.thread]) not_followed_.insert(semaphore);
    return lock;
  };
  if (const auto request =
          lock_request(machine, event.thread, event.operation, event.receiver, event.arguments)) {
    const LockId lock = lock_of(program, request->lock, process);
    return request->if_taken == Readiness::blocked ? ask(lock) : lock;
  }
  if (!is_semaphore(row(event.operation).kind)) return std::nullopt;
  const ObjectId semaphore = machine.values().as_object(event.receiver);
  const bool is_patient =
      is_patient_request(machine.values(), event.operation, event.arguments).value_or(false);
  if (is_lock(program, semaphore)) {
    const LockId lock = lock_of(program, semaphore, process);
    if (!is_patient) return lock;
    // Who waits is in the queue of the semaphore: the step that asks has to be taken.
    if (!row(event.operation).may_block) builder_.do_something();
    return ask(lock);
  }
  const auto& permits = permits_[event.thread];
  if (is_patient && (builder_.holds_any(event.thread) || !permits.empty())) {
    not_followed_.insert(semaphore);
    for (const auto& [other, count] : permits) not_followed_.insert(other);
  }
  return std::nullopt;
}

// Of semaphores that are no locks.
void LockRecorder::note_permits(const Machine& machine, const Event& event) {
  if (!is_semaphore(row(event.operation).kind)) return;
  const ObjectId semaphore = machine.values().as_object(event.receiver);
  if (is_lock(machine.program, semaphore)) return;
  const Verb verb = row(event.operation).verb;
  std::map<ObjectId, std::uint32_t>& permits = permits_[event.thread];
  if (verb == Verb::release || verb == Verb::exit) {
    const auto its = permits.find(semaphore);
    if (its != permits.end() && --its->second == 0) permits.erase(its);
  } else if (event.outcome.kind == Outcome::Kind::value && event.outcome.value == true_value) {
    ++permits[semaphore];
  }
}

void LockRecorder::note_changes(const Machine& machine, const State& state, const Event& event,
                                ProcessId process) {
  const Program& program = machine.program;
  const auto end = seen_.end();
  auto old_word = seen_.begin() + first_word;
  auto new_word = state.words.begin() + first_word;
  std::uint32_t last_lock = none;
  for (;;) {
    std::tie(old_word, new_word) = std::mismatch(old_word, end, new_word);
    if (old_word == end) return;
    const auto word = static_cast<std::size_t>(old_word - seen_.begin());
    const std::uint32_t object = object_of_word_[word];
    *old_word = *new_word;
    builder_.change(variable_of(program, word, process));
    if (object == none || object == last_lock || !is_lock(program, {object})) continue;
    last_lock = object;
    const LockId lock = lock_of(program, {object}, process);
    const std::optional<ThreadId> owned = builder_.holder(lock);
    std::optional<ThreadId> owns = owner(machine, state, {object});
    if (is_semaphore(program.objects[object].kind)) {
      const Word permits = *object_words(program, state, {object});
      owns = permits > 0 ? std::nullopt : owned ? owned : std::optional(event.thread);
      if (permits > 1) {
        several_.insert({object});
        not_followed_.insert({object});
      }
    }
    if (owned && owned != owns) builder_.release(lock);
    if (owns == event.thread && owned != owns) builder_.acquire(lock, event.site);
  }
}

// Whether it might have gone on without what it waits for.
bool LockRecorder::has_timeout(const Event& event) {
  return std::ranges::any_of(event.arguments,
                             [](Value argument) { return argument != none_value; });
}

void LockRecorder::note_future(const Machine& machine, const Event& event) {
  const auto of = [&](TaskPoint point) { return token(machine.values(), event.receiver, point); };
  switch (event.operation) {
    case Operation::future_begin:
      return builder_.receive(of(TaskPoint::submitted));
    case Operation::future_finish:
      return builder_.publish(of(TaskPoint::finished));
    case Operation::future_result:
    case Operation::future_exception:
      return builder_.receive(of(TaskPoint::finished), !has_timeout(event));
    default:
      return;
  }
}

void LockRecorder::note_threads(const Machine& machine, const Event& event) {
  if (is_plain(event.operation)) return;
  using Known = LockTraceBuilder::Known;
  const OperationRow& operation = row(event.operation);
  const std::optional<ThreadId> thread = thread_of_handle(event.receiver);
  if (operation.verb == Verb::submit && event.outcome.kind == Outcome::Kind::value &&
      machine.values().kind(event.outcome.value) == ValueKind::future) {
    builder_.publish(token(machine.values(), event.outcome.value, TaskPoint::submitted));
  }
  const bool waits = operation.may_block && operation.let_go_by == LetGoBy::end;
  if (thread) {
    const bool until_then = waits && !has_timeout(event);
    builder_.see_end(*thread, until_then ? Known::waited_for : Known::looked_at);
  } else if (waits) {
    for (std::uint32_t i = 0; i < lives_.size(); ++i) builder_.see_end({i}, Known::waited_for);
  }
}

void LockRecorder::on_step_end(const Machine& machine, const State& after, double) {
  if (may_concern_threads_) look_at_threads(machine.program, after);
  builder_.end_step();
}

void LockRecorder::look_at_threads(const Program& program, const State& after) {
  const std::size_t threads = thread_count(program, after);
  for (auto i = static_cast<std::uint32_t>(lives_.size()); i < threads; ++i) {
    builder_.create({i});
    lives_.push_back(Life::created);
  }
  for (std::uint32_t i = 0; i < threads; ++i) {
    const Life now = life(program, after, {i});
    if (lives_[i] == Life::created && now != Life::created) builder_.start({i});
    lives_[i] = now;
  }
}

void LockRecorder::on_end(const Machine& machine, const State& last) {
  const Program& program = machine.program;
  for (std::uint32_t i = 0; i < thread_count(program, last); ++i) {
    const ThreadId thread{i};
    if (has_exited(last) || life(program, last, thread) != Life::alive) continue;
    const Pending& next = pending(machine, last, thread);
    const auto request =
        lock_request(machine, thread, next.operation, next.receiver, next.arguments);
    std::optional<ObjectId> asked;
    if (request && request->if_taken == Readiness::blocked) asked = request->lock;
    const bool is_patient =
        row(next.operation).may_block &&
        is_patient_request(machine.values(), next.operation, next.arguments).value_or(false);
    if (is_patient && is_lock(program, machine.values().as_object(next.receiver))) {
      asked = machine.values().as_object(next.receiver);
    }
    if (!asked) continue;
    const LockId lock = lock_of(program, *asked, process_of(program, last, thread));
    if (builder_.holder(lock) != thread) builder_.waits_at_the_end(thread, lock, next.site);
  }
}

}  // namespace lockstep
