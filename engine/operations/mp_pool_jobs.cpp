// What a Pool of multiprocessing was asked for, and what comes of it: ApplyResult._set and its
// likes of Lib/multiprocessing/pool.py, 3.11.
#include <algorithm>
#include <vector>

#include "engine/operations/arguments.h"
#include "engine/operations/mp_pool_words.h"
#include "engine/value/arithmetic.h"

namespace lockstep {

using namespace mp_pool_words;

namespace {

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

void set_job_at(const Machine& machine, State& state, ObjectId pool, std::uint32_t number,
                const PoolJob& job) {
  Word& jobs = object_words(machine.program, state, pool)[jobs_word];
  const std::span<const Value> before = tuple(machine, jobs);
  std::vector<Value> after(before.begin(), before.end());
  after[number] = fields_of(machine, job);
  jobs = machine.values().tuple(after).bits;
}
Outcome call_back(const Call& call, Value job, Value callback, Value value) {
  return Outcome::returned(tuple_of(call.machine, {value, callback, job}));
}

// ApplyResult._set and MapResult._set up to the callback, or all of it where there is none.
// Returns the value, the callback and the job, or None.
Outcome finish(State& state, const Call& call, Value number, PoolJob job, Value value) {
  const Value callback = job.failed ? job.error_callback : job.callback;
  job.value = value;
  const bool calls = callback != none_value;
  if (!calls) {
    job.ready = true;
    job.cached = false;
  }
  set_job(state, call, number, job);
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
  set_job(state, call, number, job);
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
  set_job(state, call, number, job);
}

}  // namespace

PoolJob pool_job(const Machine& machine, const State& state, Value result) {
  const ValueTable::Future its = machine.values().as_future(result);
  return job_of(machine, tuple(machine, word(machine, state, its.executor, jobs_word))[its.number]);
}
void set_pool_job(const Machine& machine, State& state, Value result, const PoolJob& job) {
  const ValueTable::Future its = machine.values().as_future(result);
  set_job_at(machine, state, its.executor, its.number, job);
}

namespace mp_pool_words {

PoolJob job_at(const Machine& machine, const State& state, ObjectId pool, Value number) {
  const Word jobs = word(machine, state, pool, jobs_word);
  return job_of(machine, tuple(machine, jobs)[static_cast<std::size_t>(small_integer(number))]);
}

void set_job(State& state, const Call& call, Value number, const PoolJob& job) {
  set_job_at(call.machine, state, call.object(), static_cast<std::uint32_t>(small_integer(number)),
             job);
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

Outcome set_result(State& state, const Call& call, Value number, const Came& came) {
  PoolJob job = job_at(call.machine, state, call.object(), number);
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

void settle(State& state, const Call& call, Value number) {
  PoolJob job = job_at(call.machine, state, call.object(), number);
  job.ready = true;
  job.cached = false;
  set_job(state, call, number, job);
}

}  // namespace mp_pool_words

}  // namespace lockstep
