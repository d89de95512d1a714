// The words of a Pool of multiprocessing, for the files that have its operations (mp_pool*.cpp).
//
//   flags      below; from bit `stage_shift` on how far its termination has come
//   workers    a tuple of (main thread, tasks done), those that have ended until they are replaced
//   handlers   a tuple: the threads that look after workers, hand tasks out, and take results
//   requests   a tuple of (job, function, chunks to be handed out yet, number of the first), or
//              None, behind which nothing is handed out
//   tasks      a tuple of (job, number, function, items), or None, which ends a worker
//   results    a tuple of (job, number, value, raised), or None
//   jobs       a tuple: a PoolJob each
#pragma once
#include <initializer_list>
#include <optional>
#include <span>

#include "engine/operations/mp_pool.h"

namespace lockstep::mp_pool_words {

enum WordIndex : std::size_t {
  flags_word,
  workers_word,
  handlers_word,
  requests_word,
  tasks_word,
  results_word,
  jobs_word
};

constexpr Word created_flag = 1;     // somebody makes or has made it
constexpr Word closed_flag = 2;      // close() was called while it was running
constexpr Word terminated_flag = 4;  // terminate() was called
constexpr Word ended_flag = 8;       // the thread that takes results has met a None
constexpr Word taken_flag = 16;      // a worker has taken a task since the termination began
constexpr unsigned stage_shift = 5;

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

Word& word(State& state, const Call& call, WordIndex index);
Word word(const Machine& machine, const State& state, ObjectId pool, WordIndex index);
Word word(const State& state, const Call& call, WordIndex index);
const ObjectInfo& info(const Call& call);

inline Stage stage_of(Word flags) { return static_cast<Stage>(flags >> stage_shift); }
void set_stage(Word& flags, Stage stage);
bool is_running(Word flags);
// Whether workers get no task any more.
inline bool is_shut(Word flags) { return stage_of(flags) >= Stage::shut; }
inline bool has_told_collector(Word flags) {
  return is_shut(flags) && stage_of(flags) != Stage::failed;
}

std::span<const Value> tuple(const Machine& machine, Word word);
Value pop_oldest(const Machine& machine, Word& word);
Value tuple_of(const Machine& machine, std::initializer_list<Value> items);

ThreadId handler(const Machine& machine, const State& state, ObjectId pool, Handler which);
bool is_over(const Machine& machine, const State& state, ObjectId pool, Handler which);
ThreadId worker_of(const Machine& machine, Value entry);
bool has_ended(const Machine& machine, const State& state, Value entry);
bool has_any_ended(const Machine& machine, const State& state, ObjectId pool);
bool have_all_ended(const Machine& machine, const State& state, ObjectId pool);
void add_worker(State& state, const Call& call);
bool is_short_of_workers(const State& state, const Call& call);

// Whether its name stands for it: all its workers were forked, and its threads started.
bool is_made(const Machine& machine, const State& state, ObjectId pool);
// What keeps the Pool from being asked anything, and from being given anything to do.
std::optional<Outcome> not_created(const State& state, const Call& call);
std::optional<Outcome> unusable(const State& state, const Call& call);

// ---- jobs, by their numbers

PoolJob job_at(const Machine& machine, const State& state, ObjectId pool, Value number);
void set_job(State& state, const Call& call, Value number, const PoolJob& job);
Value fields_of(const Machine& machine, const PoolJob& job);
bool is_cache_empty(const Machine& machine, const State& state, ObjectId pool);

struct Came {
  std::int64_t number;  // of the task in its job
  Value value;
  bool raised;
};
// cache[job]._set(number, (success, value)) up to the callback, or all of it where there is none.
// Returns the value, the callback and the job, or None.
Outcome set_result(State& state, const Call& call, Value number, const Came& came);
// What comes behind the callback.
void settle(State& state, const Call& call, Value number);

}  // namespace lockstep::mp_pool_words
