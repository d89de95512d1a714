// multiprocessing.Pool with the start method fork (Lib/multiprocessing/pool.py, 3.11). Seven words:
//
//   flags      below; from bit `stage_shift` on how far its termination has come
//   workers    a tuple of (main thread, tasks done), those that have ended until they are replaced
//   handlers   a tuple: the threads that look after workers, hand tasks out, and take results
//   requests   a tuple of (job, function, chunks to be handed out yet, number of the first), or
//              None, behind which nothing is handed out
//   tasks      a tuple of (job, number, function, items), or None, which ends a worker
//   results    a tuple of (job, number, value, raised), or None
//   jobs       a tuple: a PoolJob each
//
// A Pool is made by apply_mp_pool_create, which forks the workers and starts three daemon threads;
// their bodies are Program::maintainer_body, dispatcher_body and collector_body. A worker is a
// process whose main thread executes Program::pool_worker_body.
//
// The termination is that of util.Finalize, once for each Pool: asked for by terminate() or the end
// of a with, else MainThread does it at the end of the process (terminate_pools).
//
// What is left out: how much the pipes of tasks and results hold, and their locks. One of the locks
// can be noticed: a worker that waits for a task holds that of the tasks, for which terminate()
// waits; a task or a None lets the worker go, but where the thread that hands them out is dead
// terminate() hangs (can_go_on). A signal ends a worker at any moment; nobody can tell whether it
// came before what another did meanwhile, so that terminate() ends them on the spot.
#include "engine/operations/mp_pool.h"

#include <algorithm>
#include <string>

#include "engine/assert.h"
#include "engine/interpreter/interpreter.h"  // PrivateNames
#include "engine/operations/arguments.h"
#include "engine/operations/pickling.h"
#include "engine/state/process_memory.h"
#include "engine/value/arithmetic.h"
#include "engine/value/text.h"

namespace lockstep {
namespace {

enum WordIndex : std::size_t {
  flags_word,
  workers_word,
  handlers_word,
  requests_word,
  tasks_word,
  results_word,
  jobs_word
};

constexpr Word created_flag = 1;
constexpr Word closed_flag = 2;      // close() was called while it was running
constexpr Word terminated_flag = 4;  // terminate() was called
constexpr Word ended_flag = 8;       // the thread that takes results has met a None
constexpr unsigned stage_shift = 4;

// Of the termination: what has been done.
enum class Stage : Word {
  none,
  told,     // the threads that look after the workers and hand tasks out know
  shut,     // no worker gets a task any more; the thread that takes results knows
  stopped,  // no worker is replaced any more, and all have been sent a signal
  handed,   // the thread that hands tasks out has ended
  taken,    // the one that takes results has too
  over,     // all workers have
  failed,   // an AssertionError came instead, once no worker got a task any more
};
enum Handler : std::size_t { maintainer, dispatcher, collector };

Word& word(State& state, const Call& call, WordIndex index) {
  return object_words(call.machine.program, state, call.object())[index];
}
Word word(const Machine& machine, const State& state, ObjectId pool, WordIndex index) {
  return object_words(machine.program, state, pool)[index];
}
Word word(const State& state, const Call& call, WordIndex index) {
  return word(call.machine, state, call.object(), index);
}
const ObjectInfo& info(const Call& call) {
  return call.machine.program.objects[call.object().index];
}

Stage stage_of(Word flags) { return static_cast<Stage>(flags >> stage_shift); }
void set_stage(Word& flags, Stage stage) {
  flags = (flags & ((1U << stage_shift) - 1)) | static_cast<Word>(stage) << stage_shift;
}
bool is_running(Word flags) {
  return (flags & created_flag) != 0 && (flags & (closed_flag | terminated_flag)) == 0;
}
// Whether workers get no task any more.
bool is_shut(Word flags) { return stage_of(flags) >= Stage::shut; }
bool has_told_collector(Word flags) { return is_shut(flags) && stage_of(flags) != Stage::failed; }

std::span<const Value> tuple(const Machine& machine, Word word) {
  return machine.values().items(Value{word});
}
Value pop_oldest(const Machine& machine, Word& word) {
  const std::span<const Value> before = tuple(machine, word);
  word = machine.values().tuple(before.subspan(1)).bits;
  return before.front();
}
Value tuple_of(const Machine& machine, std::initializer_list<Value> items) {
  return machine.values().tuple({items.begin(), items.size()});
}

ThreadId handler(const Machine& machine, const State& state, ObjectId pool, Handler which) {
  return machine.values().as_thread(
      tuple(machine, word(machine, state, pool, handlers_word))[which]);
}
bool is_over(const Machine& machine, const State& state, ObjectId pool, Handler which) {
  const Life its = life(machine.program, state, handler(machine, state, pool, which));
  return its == Life::ended || its == Life::killed;
}
ThreadId worker_of(const Machine& machine, Value entry) {
  return machine.values().as_thread(machine.values().items(entry)[0]);
}
bool has_ended(const Machine& machine, const State& state, Value entry) {
  return is_process_over(machine.program, state, worker_of(machine, entry));
}
bool has_any_ended(const Machine& machine, const State& state, ObjectId pool) {
  return std::ranges::any_of(tuple(machine, word(machine, state, pool, workers_word)),
                             [&](Value entry) { return has_ended(machine, state, entry); });
}
bool have_all_ended(const Machine& machine, const State& state, ObjectId pool) {
  return std::ranges::all_of(tuple(machine, word(machine, state, pool, workers_word)),
                             [&](Value entry) { return has_ended(machine, state, entry); });
}

// ---- jobs

PoolJob job_of(const Machine& machine, Value fields) {
  const std::span<const Value> items = machine.values().items(fields);
  const std::int64_t flags = small_integer(items[1]);
  PoolJob job;
  job.kind = static_cast<PoolJob::Kind>(small_integer(items[0]));
  job.cached = (flags & 1) != 0;
  job.ready = (flags & 2) != 0;
  job.failed = (flags & 4) != 0;
  job.value = items[2];
  job.callback = items[3];
  job.error_callback = items[4];
  job.left = small_integer(items[5]);
  job.place = small_integer(items[6]);
  job.unsorted = items[7];
  job.waiters = items[8].bits;
  return job;
}
Value fields_of(const Machine& machine, const PoolJob& job) {
  const std::int64_t flags = (job.cached ? 1 : 0) | (job.ready ? 2 : 0) | (job.failed ? 4 : 0);
  return tuple_of(machine, {small_integer_value(static_cast<std::int64_t>(job.kind)),
                            small_integer_value(flags), job.value, job.callback, job.error_callback,
                            small_integer_value(job.left), small_integer_value(job.place),
                            job.unsorted, Value{job.waiters}});
}

bool is_cache_empty(const Machine& machine, const State& state, ObjectId pool) {
  return std::ranges::none_of(tuple(machine, word(machine, state, pool, jobs_word)),
                              [&](Value fields) { return job_of(machine, fields).cached; });
}

Value result_of(const Call& call, Value job) {
  return call.machine.values().future(call.object(),
                                      static_cast<std::uint32_t>(small_integer(job)));
}

struct Came {
  std::int64_t number;  // of the task in its job
  Value value;
  bool raised;
};

Outcome call_back(const Call& call, Value job, Value callback, Value value) {
  return Outcome::returned(tuple_of(call.machine, {value, callback, job}));
}

// ApplyResult._set and MapResult._set up to the callback, or all of it where there is none.
// Returns the value, the callback and the job, or None.
Outcome finish(State& state, const Call& call, Value number, PoolJob job, Value value) {
  const Value callback = job.failed ? job.error_callback : job.callback;
  const Value result = result_of(call, number);
  job.value = value;
  const bool calls = callback != none_value;
  if (!calls) {
    job.ready = true;
    job.cached = false;
  }
  set_pool_job(call.machine, state, result, job);
  return calls ? call_back(call, number, callback, value) : Outcome::returned(none_value);
}

Outcome set_map(State& state, const Call& call, Value number, PoolJob job, const Came& came) {
  ValueTable& values = call.machine.values();
  --job.left;
  Value value = job.value;
  if (!came.raised && !job.failed) {
    const std::span<const Value> before = values.items(value);
    std::vector<Value> after(before.begin(), before.end());
    const std::span<const Value> chunk = values.items(came.value);
    std::ranges::copy(chunk, after.begin() + came.number * job.place);
    value = values.list(after);
  } else if (came.raised && !job.failed) {
    job.failed = true;
    value = came.value;
  }
  if (job.left == 0) return finish(state, call, number, job, value);
  job.value = value;
  set_pool_job(call.machine, state, result_of(call, number), job);
  return Outcome::returned(none_value);
}

// IMapIterator._set, IMapUnorderedIterator._set.
void set_imap(State& state, const Call& call, Value number, PoolJob job, const Came& came) {
  ValueTable& values = call.machine.values();
  const std::span<const Value> ready = values.items(job.value);
  const std::span<const Value> unsorted = values.items(job.unsorted);
  std::vector<Value> items(ready.begin(), ready.end());
  std::vector<Value> others(unsorted.begin(), unsorted.end());
  const Value raised = boolean_value(came.raised);
  if (job.kind == PoolJob::Kind::imap_unordered || came.number == job.place) {
    items.push_back(tuple_of(call.machine, {came.value, raised}));
    ++job.place;
    while (job.kind == PoolJob::Kind::imap && !others.empty() &&
           small_integer(values.items(others.front())[0]) == job.place) {
      const std::span<const Value> next = values.items(others.front());
      items.push_back(tuple_of(call.machine, {next[1], next[2]}));
      others.erase(others.begin());
      ++job.place;
    }
    remove_oldest(call.machine, job.waiters, 1);
  } else {
    const auto after = std::ranges::find_if(
        others, [&](Value other) { return small_integer(values.items(other)[0]) > came.number; });
    others.insert(after, tuple_of(call.machine, {values.integer(came.number), came.value, raised}));
  }
  job.value = values.tuple(items);
  job.unsorted = values.tuple(others);
  if (job.place == job.left) job.cached = false;
  set_pool_job(call.machine, state, result_of(call, number), job);
}

// cache[job]._set(number, (success, value)). As finish().
Outcome set_result(State& state, const Call& call, Value number, const Came& came) {
  PoolJob job = pool_job(call.machine, state, result_of(call, number));
  if (!job.cached) return Outcome::returned(none_value);
  switch (job.kind) {
    case PoolJob::Kind::apply:
      job.failed = came.raised;
      return finish(state, call, number, job,
                    came.raised ? came.value : call.machine.values().items(came.value)[0]);
    case PoolJob::Kind::map:
      return set_map(state, call, number, job, came);
    case PoolJob::Kind::imap:
    case PoolJob::Kind::imap_unordered:
      break;
  }
  Came one = came;
  if (!came.raised) one.value = call.machine.values().items(came.value)[0];
  set_imap(state, call, number, job, one);
  return Outcome::returned(none_value);
}

// ---- workers

void add_worker(State& state, const Call& call) {
  const Program& program = call.machine.program;
  const ThreadId worker = fork_worker(state, call, *program.pool_worker_body, "ForkPoolWorker-");
  set_daemon(program, state, worker, true);
  append(call.machine, word(state, call, workers_word),
         tuple_of(call.machine, {thread_value(worker), small_integer_value(0)}));
}

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

// ---- the termination

// A worker that waits holds the lock of the tasks until it gets one.
bool holds_task_lock(const Machine& machine, const State& state, ThreadId worker) {
  return life(machine.program, state, worker) == Life::alive &&
         machine.locals().pending(local(machine.program, state, worker)).operation ==
             Operation::mp_pool_take;
}

bool can_go_on(const Machine& machine, const State& state, ObjectId pool, ThreadId self) {
  const auto is_done = [&](Handler which) {
    return is_over(machine, state, pool, which) || handler(machine, state, pool, which) == self;
  };
  switch (stage_of(word(machine, state, pool, flags_word))) {
    case Stage::told:
      if (word(machine, state, pool, tasks_word) != 0 ||
          !is_over(machine, state, pool, dispatcher)) {
        return true;
      }
      return std::ranges::none_of(
          tuple(machine, word(machine, state, pool, workers_word)),
          [&](Value entry) { return holds_task_lock(machine, state, worker_of(machine, entry)); });
    case Stage::shut:
      return is_done(maintainer);
    case Stage::stopped:
      return is_done(dispatcher);
    case Stage::handed:
      return is_done(collector);
    case Stage::taken:
      return have_all_ended(machine, state, pool);
    case Stage::none:
    case Stage::over:
    case Stage::failed:
      return true;
  }
  return true;
}

// Whether anything is left to do. One step of Pool._terminate_pool.
struct Step {
  bool goes_on = false;
  std::optional<Outcome> error = std::nullopt;
};
Step terminate_further(State& state, const Call& call) {
  const Machine& machine = call.machine;
  Word& flags = word(state, call, flags_word);
  switch (stage_of(flags)) {
    case Stage::none:
      set_stage(flags, Stage::told);
      return {true};
    case Stage::told:
      if (!is_over(machine, state, call.object(), dispatcher)) word(state, call, tasks_word) = 0;
      if (is_over(machine, state, call.object(), collector) &&
          !is_cache_empty(machine, state, call.object())) {
        set_stage(flags, Stage::failed);
        return {false, raise(call, ExceptionKind::assertion_error,
                             "Cannot have cache with result_hander not alive")};
      }
      append(machine, word(state, call, results_word), none_value);
      set_stage(flags, Stage::shut);
      return {true};
    case Stage::shut: {
      const Word workers = word(state, call, workers_word);
      set_stage(flags, Stage::stopped);
      for (const Value entry : tuple(machine, workers)) {
        if (!has_ended(machine, state, entry)) {
          end_worker(state, call, worker_of(machine, entry));
        }
      }
      return {true};
    }
    case Stage::stopped:
      set_stage(flags, Stage::handed);
      return {true};
    case Stage::handed:
      set_stage(flags, Stage::taken);
      return {true};
    case Stage::taken:
      set_stage(flags, Stage::over);
      return {false};
    case Stage::over:
    case Stage::failed:
      return {false};
  }
  return {false};
}

Outcome terminate(State& state, const Call& call) {
  Word& flags = word(state, call, flags_word);
  flags |= terminated_flag;
  if (stage_of(flags) != Stage::none) return Outcome::returned(none_value);
  set_stage(flags, Stage::told);
  return Outcome::next(Operation::mp_pool_finalize, call.receiver, none_value);
}

// ---- requests

Outcome not_created(const Call& call) {
  return raise(call, ExceptionKind::name_error, "name '" + info(call).name + "' is not defined");
}
// What keeps the Pool from being used.
std::optional<Outcome> unusable(const State& state, const Call& call) {
  const Word flags = word(state, call, flags_word);
  if ((flags & created_flag) == 0) return not_created(call);
  if (!is_running(flags)) return raise(call, ExceptionKind::value_error, "Pool not running");
  return std::nullopt;
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

// ---- for others

PoolJob pool_job(const Machine& machine, const State& state, Value result) {
  const ValueTable::Future its = machine.values().as_future(result);
  const Word jobs = word(machine, state, its.executor, jobs_word);
  return job_of(machine, tuple(machine, jobs)[its.number]);
}

void set_pool_job(const Machine& machine, State& state, Value result, const PoolJob& job) {
  const ValueTable::Future its = machine.values().as_future(result);
  Word& jobs = object_words(machine.program, state, its.executor)[jobs_word];
  const std::span<const Value> before = tuple(machine, jobs);
  std::vector<Value> after(before.begin(), before.end());
  after[its.number] = fields_of(machine, job);
  jobs = machine.values().tuple(after).bits;
}

std::string_view python_class(PoolJob::Kind kind) {
  switch (kind) {
    case PoolJob::Kind::apply:
      return "ApplyResult";
    case PoolJob::Kind::map:
      return "MapResult";
    case PoolJob::Kind::imap:
      return "IMapIterator";
    case PoolJob::Kind::imap_unordered:
      return "IMapUnorderedIterator";
  }
  return "";
}

std::optional<ObjectId> pool_of_worker(const Machine& machine, const State& state,
                                       ThreadId thread) {
  const Program& program = machine.program;
  const ProcessId process = process_of(program, state, thread);
  if (!program.pool_worker_body || process == main_process_id) return std::nullopt;
  const ThreadId main = main_thread_of(machine, state, process);
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    if (program.objects[i].kind != ObjectKind::mp_pool) continue;
    const std::span<const Value> workers = tuple(machine, word(machine, state, {i}, workers_word));
    const bool is_its = std::ranges::any_of(
        workers, [&](Value entry) { return worker_of(machine, entry) == main; });
    if (is_its) return ObjectId{i};
  }
  return std::nullopt;
}

bool pool_waits_for(const Machine& machine, const State& state, const Pending& pending,
                    ThreadId waiter, ThreadId other) {
  ObjectId pool{};
  if (pending.operation == Operation::terminate_pools) {
    const std::optional<ObjectId> its = pool_to_terminate(machine, state);
    if (!its) return false;
    pool = *its;
  } else {
    pool = machine.values().as_object(pending.receiver);
  }
  const auto is_worker = [&] { return pool_of_worker(machine, state, other) == pool; };
  const auto is_handler = [&](Handler which) {
    return other == handler(machine, state, pool, which) && other != waiter;
  };
  if (pending.operation == Operation::mp_pool_join_next) {
    const auto which = static_cast<std::size_t>(small_integer(pending.saved));
    return which > collector ? is_worker() : is_handler(static_cast<Handler>(which));
  }
  switch (stage_of(word(machine, state, pool, flags_word))) {
    case Stage::told:
      return is_worker() && holds_task_lock(machine, state, other);
    case Stage::shut:
      return is_handler(maintainer);
    case Stage::stopped:
      return is_handler(dispatcher);
    case Stage::handed:
      return is_handler(collector);
    case Stage::taken:
      return is_worker();
    case Stage::none:
    case Stage::over:
    case Stage::failed:
      return false;
  }
  return false;
}

// The last to be made comes first. One that another thread terminates is none of its business.
std::optional<ObjectId> pool_to_terminate(const Machine& machine, const State& state) {
  const Program& program = machine.program;
  std::optional<ObjectId> result;
  std::optional<ThreadId> latest;
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    if (program.objects[i].kind != ObjectKind::mp_pool) continue;
    const Word flags = word(machine, state, {i}, flags_word);
    if ((flags & created_flag) == 0 || (flags & terminated_flag) != 0) continue;
    const Stage stage = stage_of(flags);
    if (stage == Stage::over || stage == Stage::failed) continue;
    const bool is_idle = stage == Stage::none && is_over(machine, state, {i}, maintainer) &&
                         is_over(machine, state, {i}, dispatcher) &&
                         is_over(machine, state, {i}, collector) &&
                         have_all_ended(machine, state, {i});
    const ThreadId first = handler(machine, state, {i}, maintainer);
    if (is_idle || (latest && first < *latest)) continue;
    result = ObjectId{i};
    latest = first;
  }
  return result;
}

void initialise_mp_pool(const Machine&, State&, ObjectId) {}
std::optional<ThreadId> owner_mp_pool(const Machine&, const State&, ObjectId) {
  return std::nullopt;
}
std::string describe_mp_pool(const Machine& machine, const State& state, ObjectId id) {
  const Word flags = word(machine, state, id, flags_word);
  if ((flags & created_flag) == 0) return "not created";
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
  for (std::int64_t i = 0; i < info(call).value; ++i) add_worker(state, call);
  start_handler(state, call, *program.maintainer_body, "_handle_workers");
  start_handler(state, call, *program.dispatcher_body, "_handle_tasks");
  start_handler(state, call, *program.collector_body, "_handle_results");
  return Outcome::returned(none_value);
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
  return Outcome::returned(result_of(call, number));
}

Outcome apply_mp_pool_close(State& state, const Call& call) {
  Word& flags = word(state, call, flags_word);
  if ((flags & created_flag) == 0) return not_created(call);
  if (is_running(flags)) flags |= closed_flag;
  return Outcome::returned(none_value);
}
Outcome apply_mp_pool_enter(State& state, const Call& call) {
  if (std::optional<Outcome> error = unusable(state, call)) return *error;
  return Outcome::returned(none_value);
}
Outcome apply_mp_pool_exit(State& state, const Call& call) { return terminate(state, call); }
Outcome apply_mp_pool_terminate(State& state, const Call& call) {
  if ((word(state, call, flags_word) & created_flag) == 0) return not_created(call);
  return terminate(state, call);
}
Readiness ready_mp_pool_finalize(const State& state, const Call& call) {
  return can_go_on(call.machine, state, call.object(), call.self) ? Readiness::ready
                                                                  : Readiness::blocked;
}
Outcome apply_mp_pool_finalize(State& state, const Call& call) {
  const Step step = terminate_further(state, call);
  if (step.error) return *step.error;
  if (!step.goes_on) return Outcome::returned(none_value);
  return Outcome::next(Operation::mp_pool_finalize, call.receiver, none_value);
}
Outcome expire_mp_pool_finalize(State& state, const Call& call) {
  return apply_mp_pool_finalize(state, call);
}

Outcome apply_mp_pool_join(State& state, const Call& call) {
  const Word flags = word(state, call, flags_word);
  if ((flags & created_flag) == 0) return not_created(call);
  if (call.arguments[0] != none_value) {
    return raise(call, ExceptionKind::type_error,
                 "Pool.join() got an unexpected keyword argument 'timeout'");
  }
  if (is_running(flags)) return raise(call, ExceptionKind::value_error, "Pool is still running");
  return Outcome::next(Operation::mp_pool_join_next, call.receiver, small_integer_value(0));
}
// `call.saved`: which handler it joins, and behind them the workers.
Readiness ready_mp_pool_join_next(const State& state, const Call& call) {
  const auto which = static_cast<std::size_t>(small_integer(call.saved));
  const Machine& machine = call.machine;
  const bool is_ready =
      which > collector
          ? have_all_ended(machine, state, call.object())
          : is_over(machine, state, call.object(), static_cast<Handler>(which)) ||
                handler(machine, state, call.object(), static_cast<Handler>(which)) == call.self;
  return is_ready ? Readiness::ready : Readiness::blocked;
}
Outcome apply_mp_pool_join_next(State& state, const Call& call) {
  const auto which = static_cast<std::size_t>(small_integer(call.saved));
  if (which > collector) return Outcome::returned(none_value);
  if (handler(call.machine, state, call.object(), static_cast<Handler>(which)) == call.self) {
    return raise(call, ExceptionKind::runtime_error, "cannot join current thread");
  }
  return Outcome::next(Operation::mp_pool_join_next, call.receiver,
                       small_integer_value(static_cast<std::int64_t>(which) + 1));
}
Outcome expire_mp_pool_join_next(State& state, const Call& call) {
  return apply_mp_pool_join_next(state, call);
}

// ---- the handlers

// _handle_workers: what ends its loop.
namespace {
bool is_maintained(const State& state, const Call& call) {
  const Word flags = word(state, call, flags_word);
  if (stage_of(flags) != Stage::none) return false;
  return (flags & closed_flag) == 0 || !is_cache_empty(call.machine, state, call.object());
}
}  // namespace
Readiness ready_mp_pool_maintain(const State& state, const Call& call) {
  return !is_maintained(state, call) || has_any_ended(call.machine, state, call.object())
             ? Readiness::ready
             : Readiness::blocked;
}
// Returns True once it has nothing to look after any more.
Outcome apply_mp_pool_maintain(State& state, const Call& call) {
  if (!is_maintained(state, call)) {
    append(call.machine, word(state, call, requests_word), none_value);
    return Outcome::returned(true_value);
  }
  std::vector<Value> workers;
  for (const Value entry : tuple(call.machine, word(state, call, workers_word))) {
    if (!has_ended(call.machine, state, entry)) workers.push_back(entry);
  }
  word(state, call, workers_word) = call.machine.values().tuple(workers).bits;
  for (auto i = static_cast<std::int64_t>(workers.size()); i < info(call).value; ++i) {
    add_worker(state, call);
  }
  return Outcome::returned(none_value);
}
Outcome expire_mp_pool_maintain(State& state, const Call& call) {
  return apply_mp_pool_maintain(state, call);
}

// _handle_tasks.
Readiness ready_mp_pool_dispatch(const State& state, const Call& call) {
  return word(state, call, requests_word) != 0 ? Readiness::ready : Readiness::blocked;
}
// Returns True at its end; what is to be called because arguments cannot be pickled, as
// set_result(); or None. Tasks go out together, up to one that cannot: nobody can tell.
Outcome apply_mp_pool_dispatch(State& state, const Call& call) {
  const Machine& machine = call.machine;
  ValueTable& values = machine.values();
  Word& requests = word(state, call, requests_word);
  const Value request = tuple(machine, requests).front();
  const bool is_end = request == none_value;
  const std::span<const Value> parts = values.items(is_end ? values.tuple({}) : request);
  const std::span<const Value> chunks = values.items(is_end ? values.tuple({}) : parts[2]);
  const bool stops = stage_of(word(state, call, flags_word)) != Stage::none && !chunks.empty();
  if (is_end || stops) {
    append(machine, word(state, call, results_word), none_value);
    const std::size_t workers = tuple(machine, word(state, call, workers_word)).size();
    for (std::size_t i = 0; i < workers; ++i) {
      append(machine, word(state, call, tasks_word), none_value);
    }
    requests = 0;
    return Outcome::returned(true_value);
  }
  const Value job = parts[0];
  if (chunks.empty()) {  // set_length
    pop_oldest(machine, requests);
    const Value result = result_of(call, job);
    PoolJob its = pool_job(machine, state, result);
    if (its.kind == PoolJob::Kind::apply || its.kind == PoolJob::Kind::map) {
      return Outcome::returned(none_value);
    }
    its.left = small_integer(parts[3]);
    if (its.place == its.left) {
      remove_oldest(machine, its.waiters, 1);
      its.cached = false;
    }
    set_pool_job(machine, state, result, its);
    return Outcome::returned(none_value);
  }
  std::int64_t number = small_integer(parts[3]);
  std::size_t sent = 0;
  std::optional<Value> error;
  for (; sent < chunks.size(); ++sent, ++number) {
    error = pickling_error(machine, chunks[sent]);
    if (error) break;
    if (tuple(machine, word(state, call, tasks_word)).size() >= items_max) {
      return too_many_items(call);
    }
    append(machine, word(state, call, tasks_word),
           tuple_of(machine, {job, values.integer(number), parts[1], chunks[sent]}));
  }
  const bool sets = error && sent == 0;
  const std::size_t done = sent + (sets ? 1 : 0);
  const PoolJob its = pool_job(machine, state, result_of(call, job));
  const bool has_length =
      its.kind == PoolJob::Kind::imap || its.kind == PoolJob::Kind::imap_unordered;
  std::vector<Value> rest(tuple(machine, requests).begin(), tuple(machine, requests).end());
  rest.erase(rest.begin());
  if (done < chunks.size() || has_length) {
    rest.insert(rest.begin(), tuple_of(machine, {job, parts[1], values.tuple(chunks.subspan(done)),
                                                 values.integer(small_integer(parts[3]) +
                                                                static_cast<std::int64_t>(done))}));
  }
  requests = values.tuple(rest).bits;
  if (!sets) return Outcome::returned(none_value);
  return set_result(state, call, job, {number, *error, true});
}
Outcome expire_mp_pool_dispatch(State& state, const Call& call) {
  return apply_mp_pool_dispatch(state, call);
}

// _handle_results. Once it has met a None it goes on while there is something in the cache.
Readiness ready_mp_pool_collect(const State& state, const Call& call) {
  const Word flags = word(state, call, flags_word);
  if (word(state, call, results_word) != 0) return Readiness::ready;
  if ((flags & ended_flag) == 0) return Readiness::blocked;
  return has_told_collector(flags) || is_cache_empty(call.machine, state, call.object())
             ? Readiness::ready
             : Readiness::blocked;
}
// As dispatch.
Outcome apply_mp_pool_collect(State& state, const Call& call) {
  Word& flags = word(state, call, flags_word);
  Word& results = word(state, call, results_word);
  const auto is_last = [&] {
    return (flags & ended_flag) != 0 &&
           (has_told_collector(flags) || is_cache_empty(call.machine, state, call.object()));
  };
  if (results == 0 || is_last()) return Outcome::returned(true_value);
  const Value result = pop_oldest(call.machine, results);
  if ((flags & ended_flag) == 0 && has_told_collector(flags)) return Outcome::returned(true_value);
  if (result == none_value) {
    flags |= ended_flag;
    return Outcome::returned(is_last() ? true_value : none_value);
  }
  const std::span<const Value> parts = call.machine.values().items(result);
  return set_result(state, call, parts[0],
                    {small_integer(parts[1]), parts[2], parts[3] == true_value});
}
Outcome expire_mp_pool_collect(State& state, const Call& call) {
  return apply_mp_pool_collect(state, call);
}

// What comes behind the callback in ApplyResult._set.
Outcome apply_mp_pool_settle(State& state, const Call& call) {
  const Value result = result_of(call, call.arguments[0]);
  PoolJob job = pool_job(call.machine, state, result);
  job.ready = true;
  job.cached = false;
  set_pool_job(call.machine, state, result, job);
  return Outcome::returned(none_value);
}

// ---- the workers

Outcome apply_mp_pool_initializer(State&, const Call& call) { return initializer_of(call); }

Readiness ready_mp_pool_take(const State& state, const Call& call) {
  const bool has_one = word(state, call, tasks_word) != 0;
  return has_one && !is_shut(word(state, call, flags_word)) ? Readiness::ready : Readiness::blocked;
}
// Returns the items, the function, the number and the job; None: the worker ends.
Outcome apply_mp_pool_take(State& state, const Call& call) {
  const Value task = pop_oldest(call.machine, word(state, call, tasks_word));
  if (task == none_value) return Outcome::returned(none_value);
  const std::span<const Value> parts = call.machine.values().items(task);
  return Outcome::returned(tuple_of(call.machine, {parts[3], parts[2], parts[1], parts[0]}));
}
Outcome expire_mp_pool_take(State& state, const Call& call) {
  return apply_mp_pool_take(state, call);
}

// Returns whether the worker has done as many tasks as it may.
Outcome apply_mp_pool_give(State& state, const Call& call) {
  const Machine& machine = call.machine;
  ValueTable& values = machine.values();
  const auto job = static_cast<std::uint32_t>(small_integer(call.arguments[0]));
  Value value = call.arguments[2];
  Value raised = call.arguments[3];
  if (const std::optional<Value> error = pickling_error(machine, value)) {
    const PoolJob::Kind kind = pool_job(machine, state, values.future(call.object(), job)).kind;
    const PrivateNames names(machine.program);
    const bool is_one = raised == false_value && kind != PoolJob::Kind::map;
    const Value arguments[] = {
        values.string(repr(values, *error, names)),
        values.string(repr(values, is_one ? values.items(value)[0] : value, names))};
    value = values.exception(ExceptionKind::maybe_encoding_error, arguments);
    raised = true_value;
  }
  append(machine, word(state, call, results_word),
         tuple_of(machine, {call.arguments[0], call.arguments[1], value, raised}));
  const std::int64_t most = info(call).tasks_max;
  if (most == 0) return Outcome::returned(false_value);
  std::vector<Value> workers;
  std::int64_t done = 0;
  for (const Value entry : tuple(machine, word(state, call, workers_word))) {
    workers.push_back(entry);
    if (worker_of(machine, entry) != call.self) continue;
    done = small_integer(values.items(entry)[1]) + 1;
    workers.back() = tuple_of(machine, {thread_value(call.self), values.integer(done)});
  }
  word(state, call, workers_word) = values.tuple(workers).bits;
  return Outcome::returned(boolean_value(done >= most));
}

// ---- at the end of the process

Readiness ready_terminate_pools(const State& state, const Call& call) {
  const std::optional<ObjectId> pool = pool_to_terminate(call.machine, state);
  if (!pool) return Readiness::ready;
  if (stage_of(word(call.machine, state, *pool, flags_word)) == Stage::none) {
    return ready_stop_children(state, call);
  }
  return can_go_on(call.machine, state, *pool, call.self) ? Readiness::ready : Readiness::blocked;
}
// What it raises is printed, and the process ends all the same.
Outcome apply_terminate_pools(State& state, const Call& call) {
  const std::optional<ObjectId> pool = pool_to_terminate(call.machine, state);
  if (!pool) return Outcome::returned(none_value);
  Call its = call;
  its.receiver = object_value(*pool);
  terminate_further(state, its);
  return Outcome::returned(none_value);
}
Outcome expire_terminate_pools(State&, const Call&) { return Outcome::returned(none_value); }

}  // namespace lockstep
