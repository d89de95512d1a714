#include "engine/operations/mp_pool_words.h"

#include <algorithm>
#include <string>

#include "engine/operations/arguments.h"
#include "engine/operations/executor.h"
#include "engine/state/process_memory.h"
#include "engine/value/arithmetic.h"

namespace lockstep::mp_pool_words {

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

void set_stage(Word& flags, Stage stage) {
  flags = (flags & ((1U << stage_shift) - 1)) | static_cast<Word>(stage) << stage_shift;
}
bool is_running(Word flags) {
  return (flags & created_flag) != 0 && (flags & (closed_flag | terminated_flag)) == 0;
}

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
void add_worker(State& state, const Call& call) {
  const Program& program = call.machine.program;
  const ThreadId worker = fork_worker(state, call, *program.pool_worker_body, "ForkPoolWorker-");
  set_daemon(program, state, worker, true);
  append(call.machine, word(state, call, workers_word),
         tuple_of(call.machine, {thread_value(worker), small_integer_value(0)}));
}

bool is_short_of_workers(const State& state, const Call& call) {
  const std::size_t workers = tuple(call.machine, word(state, call, workers_word)).size();
  return static_cast<std::int64_t>(workers) < info(call).value;
}

bool is_made(const Machine& machine, const State& state, ObjectId pool) {
  return tuple(machine, word(machine, state, pool, handlers_word)).size() > collector;
}

std::optional<Outcome> not_created(const State& state, const Call& call) {
  if (is_made(call.machine, state, call.object())) return std::nullopt;
  return raise(call, ExceptionKind::name_error, "name '" + info(call).name + "' is not defined");
}
std::optional<Outcome> unusable(const State& state, const Call& call) {
  if (std::optional<Outcome> error = not_created(state, call)) return error;
  if (is_running(word(state, call, flags_word))) return std::nullopt;
  return raise(call, ExceptionKind::value_error, "Pool not running");
}

}  // namespace lockstep::mp_pool_words
