// multiprocessing.Pool with the start method fork (Lib/multiprocessing/pool.py, 3.11): what a
// program asks of it. Its words are said in mp_pool_words.h.
//
// A Pool is made by apply_mp_pool_create, which forks the workers and starts three daemon threads;
// their bodies are Program::maintainer_body, dispatcher_body and collector_body. A worker is a
// process whose main thread executes Program::pool_worker_body. How it ends is in mp_pool_end.cpp.
//
// What is left out: how much the pipes of tasks and results hold, and their locks, but for what can
// be noticed of one of them at the end.
#include "engine/operations/mp_pool.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/operations/arguments.h"
#include "engine/operations/mp_pool_words.h"
#include "engine/state/process_memory.h"
#include "engine/value/arithmetic.h"
#include "engine/value/builtins.h"
#include "engine/value/text.h"

namespace lockstep {

using namespace mp_pool_words;

namespace {

ThreadId start_handler(State& state, const Call& call, FunctionId body, std::string_view target) {
  const Program& program = call.machine.program;
  const bool has_suffix = program.gil != GilModel::every_bytecode;
  const std::string suffix = " (" + std::string(target) + ")";
  const Value name = next_thread_name(state, call, has_suffix ? suffix : "");
  const ThreadId thread = add_thread(state, call, body, {&call.receiver, 1}, name, true);
  set_life(program, state, thread, Life::alive);
  append(call.machine, word(state, call, handlers_word), thread_value(thread));
  return thread;
}

// A job with its tasks: on the way from the check that the Pool runs to its place in line. `chunks`
// has a tuple of arguments for each call.
struct Request {
  PoolJob job;
  Value function;
  std::vector<Value> chunks;
};
Outcome queue(const Call& call, const Request& request) {
  return Outcome::next(
      Operation::mp_pool_queue, call.receiver,
      tuple_of(call.machine, {fields_of(call.machine, request.job), request.function,
                              call.machine.values().tuple(request.chunks)}));
}

Outcome not_iterable(const Call& call, Value value) {
  return raise(
      call, ExceptionKind::type_error,
      "'" + std::string(type_name(call.machine.values(), value)) + "' object is not iterable");
}

// Pool._map_async. `packs`: each item is the one argument of its call; else it is all of them.
Outcome map_async(const State& state, const Call& call, bool packs) {
  ValueTable& values = call.machine.values();
  if (std::optional<Outcome> error = unusable(state, call)) return *error;
  const Value iterable = call.arguments[1];
  if (!is_iterable(values, iterable)) return not_iterable(call, iterable);
  std::vector<Value> items;
  for (std::uint32_t i = 0; const std::optional<Value> item = item_at(values, iterable, i); ++i) {
    items.push_back(packs ? tuple_of(call.machine, {*item}) : *item);
  }
  const auto length = static_cast<std::int64_t>(items.size());
  if (items.size() > items_max) return too_many_items(call);
  const Value chunksize = call.arguments[2];
  std::int64_t size = 0;
  if (chunksize == none_value) {
    const std::int64_t parts =
        static_cast<std::int64_t>(tuple(call.machine, word(state, call, workers_word)).size()) * 4;
    if (parts == 0) {  // the only worker is being replaced
      return raise(call, ExceptionKind::zero_division_error, "integer division or modulo by zero");
    }
    size = length / parts + (length % parts != 0 ? 1 : 0);
  } else if (values.kind(chunksize) == ValueKind::integer ||
             values.kind(chunksize) == ValueKind::boolean) {
    size = std::min<std::int64_t>(values.as_integer(chunksize), items_max);
  } else {
    return raise(call, ExceptionKind::type_error,
                 "'<=' not supported between instances of '" +
                     std::string(type_name(values, chunksize)) + "' and 'int'");
  }
  if (length == 0 || size < 0) size = 0;

  Request request;
  request.function = call.arguments[0];
  request.job.kind = PoolJob::Kind::map;
  request.job.callback = call.arguments[3];
  request.job.error_callback = call.arguments[4];
  request.job.value = values.list(std::vector<Value>(items.size(), none_value));
  request.job.unsorted = values.tuple({});
  request.job.place = size;
  request.job.ready = size == 0;
  request.job.cached = size != 0;
  for (std::int64_t i = 0; size > 0 && i < length; i += size) {
    const auto count = static_cast<std::size_t>(std::min(size, length - i));
    request.chunks.push_back(
        values.tuple(std::span(items).subspan(static_cast<std::size_t>(i), count)));
  }
  request.job.left = static_cast<std::int64_t>(request.chunks.size());
  return queue(call, request);
}

// Whatever is wrong with the iterable is found by the thread that hands the tasks out, which has a
// worker raise it.
Outcome imap(const State& state, const Call& call, PoolJob::Kind kind) {
  ValueTable& values = call.machine.values();
  if (std::optional<Outcome> error = unusable(state, call)) return *error;
  Request request;
  request.function = call.arguments[0];
  request.job.kind = kind;
  request.job.value = request.job.unsorted = values.tuple({});
  request.job.left = -1;
  const Value iterable = call.arguments[1];
  if (!is_iterable(values, iterable)) {
    request.chunks.push_back(tuple_of(call.machine, {iterable}));
    return queue(call, request);
  }
  for (std::uint32_t i = 0; const std::optional<Value> item = item_at(values, iterable, i); ++i) {
    if (i >= items_max) return too_many_items(call);
    request.chunks.push_back(tuple_of(call.machine, {tuple_of(call.machine, {*item})}));
  }
  return queue(call, request);
}

}  // namespace

void initialise_mp_pool(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_mp_pool(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}
std::string describe_mp_pool(const Machine& machine, const State& state, ObjectId id) {
  const Word flags = word(machine, state, id, flags_word);
  if (!is_made(machine, state, id)) return "not created";
  const auto count = [&](WordIndex index) {
    return tuple(machine, word(machine, state, id, index)).size();
  };
  std::string text =
      std::to_string(count(workers_word)) + (count(workers_word) == 1 ? " worker" : " workers");
  if (count(requests_word) > 0) text += ", " + std::to_string(count(requests_word)) + " queued";
  if (count(tasks_word) > 0) text += ", " + std::to_string(count(tasks_word)) + " to be taken";
  if (count(results_word) > 0) text += ", " + std::to_string(count(results_word)) + " to be seen";
  if (stage_of(flags) != Stage::none) return text + ", terminated";
  return (flags & closed_flag) != 0 ? text + ", closed" : text;
}

// ---- what a program asks for

Outcome apply_mp_pool_create(State& state, const Call& call) {
  const Program& program = call.machine.program;
  const ProcessId self = process_of(program, state, call.self);
  if (self != main_process_id) {
    if (is_daemon(program, state, main_thread_of(call.machine, state, self))) {
      return raise(call, ExceptionKind::assertion_error,
                   "daemonic processes are not allowed to have children");
    }
    return raise(call, ExceptionKind::runtime_error, "a Pool can be made in the main process only");
  }
  if ((word(state, call, flags_word) & created_flag) != 0) {
    return raise(call, ExceptionKind::runtime_error,
                 "the Pool " + info(call).name + " can be made only once");
  }
  word(state, call, flags_word) |= created_flag;
  return Outcome::next(Operation::mp_pool_fork, call.receiver, none_value);
}
// One worker after the other, and the threads that serve them; the name stands for nothing before.
Outcome apply_mp_pool_fork(State& state, const Call& call) {
  const Program& program = call.machine.program;
  add_worker(state, call);
  if (is_short_of_workers(state, call)) {
    return Outcome::next(Operation::mp_pool_fork, call.receiver, none_value);
  }
  start_handler(state, call, *program.maintainer_body, "_handle_workers");
  start_handler(state, call, *program.dispatcher_body, "_handle_tasks");
  start_handler(state, call, *program.collector_body, "_handle_results");
  return Outcome::returned(none_value);
}

// The name, where it is not asked for a method.
Outcome apply_mp_pool_look_up(State& state, const Call& call) {
  if (std::optional<Outcome> error = not_created(state, call)) return *error;
  return Outcome::returned(call.receiver);
}

Outcome apply_mp_pool_apply_async(State& state, const Call& call) {
  ValueTable& values = call.machine.values();
  if (std::optional<Outcome> error = unusable(state, call)) return *error;
  Request request;
  request.function = call.arguments[0];
  request.job.value = none_value;
  request.job.unsorted = values.tuple({});
  request.job.callback = call.arguments[2];
  request.job.error_callback = call.arguments[3];
  request.chunks = {tuple_of(call.machine, {call.arguments[1]})};
  return queue(call, request);
}
Outcome apply_mp_pool_map_async(State& state, const Call& call) {
  return map_async(state, call, true);
}
Outcome apply_mp_pool_starmap_async(State& state, const Call& call) {
  return map_async(state, call, false);
}
Outcome apply_mp_pool_imap(State& state, const Call& call) {
  return imap(state, call, PoolJob::Kind::imap);
}
Outcome apply_mp_pool_imap_unordered(State& state, const Call& call) {
  return imap(state, call, PoolJob::Kind::imap_unordered);
}
// Somebody may have closed the Pool since it was asked whether it runs.
Outcome apply_mp_pool_queue(State& state, const Call& call) {
  const std::span<const Value> saved = call.machine.values().items(call.saved);
  Word& jobs = word(state, call, jobs_word);
  const std::size_t count = tuple(call.machine, jobs).size();
  if (count >= items_max) return too_many_items(call);
  const Value number = call.machine.values().integer(static_cast<std::int64_t>(count));
  append(call.machine, jobs, saved[0]);
  append(call.machine, word(state, call, requests_word),
         tuple_of(call.machine, {number, saved[1], saved[2], small_integer_value(0)}));
  using Class = ValueTable::FutureClass;
  constexpr std::array classes{Class::apply_result, Class::map_result, Class::imap_iterator,
                               Class::imap_unordered_iterator};  // as PoolJob::Kind
  const std::int64_t kind = small_integer(call.machine.values().items(saved[0])[0]);
  return Outcome::returned(call.machine.values().future(
      call.object(), static_cast<std::uint32_t>(count), classes[static_cast<std::size_t>(kind)]));
}

Outcome apply_mp_pool_enter(State& state, const Call& call) {
  if (std::optional<Outcome> error = unusable(state, call)) return *error;
  return Outcome::returned(none_value);
}

}  // namespace lockstep
