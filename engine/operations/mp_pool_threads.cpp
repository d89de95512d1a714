// The three threads that serve a Pool of multiprocessing and its workers: _handle_workers,
// _handle_tasks, _handle_results and worker of Lib/multiprocessing/pool.py, 3.11. Their bodies are
// those of Program that call these operations.
#include <string>
#include <vector>

#include "engine/interpreter/interpreter.h"  // PrivateNames
#include "engine/operations/arguments.h"
#include "engine/operations/executor.h"
#include "engine/operations/mp_pool_words.h"
#include "engine/operations/pickling.h"
#include "engine/value/arithmetic.h"
#include "engine/value/text.h"

namespace lockstep {

using namespace mp_pool_words;

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
  return Outcome::next(Operation::mp_pool_refill, call.receiver, none_value);
}
Outcome apply_mp_pool_refill(State& state, const Call& call) {
  add_worker(state, call);
  if (is_short_of_workers(state, call)) {
    return Outcome::next(Operation::mp_pool_refill, call.receiver, none_value);
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
    PoolJob its = job_at(machine, state, call.object(), job);
    if (its.kind == PoolJob::Kind::apply || its.kind == PoolJob::Kind::map) {
      return Outcome::returned(none_value);
    }
    its.left = small_integer(parts[3]);
    if (its.place == its.left) {
      remove_oldest(machine, its.waiters, 1);
      its.cached = false;
    }
    set_job(state, call, job, its);
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
  const PoolJob its = job_at(machine, state, call.object(), job);
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
  settle(state, call, call.arguments[0]);
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
  Word& flags = word(state, call, flags_word);
  if (stage_of(flags) == Stage::told) flags |= taken_flag;
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
  Value value = call.arguments[2];
  Value raised = call.arguments[3];
  if (const std::optional<Value> error = pickling_error(machine, value)) {
    const PoolJob::Kind kind = job_at(machine, state, call.object(), call.arguments[0]).kind;
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

}  // namespace lockstep
