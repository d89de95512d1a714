#include "engine/state/state.h"

#include "engine/assert.h"

namespace lockstep {
namespace {

enum ThreadWord : std::size_t { local_word, status_word, name_word };
static_assert(name_word + 1 == layout::words_per_thread);
constexpr Word life_mask = 3;
constexpr Word daemon_bit = 4;
constexpr Word timer_bit = 8;
constexpr Word cancelled_bit = 16;
constexpr Word exiting_bit = 32;
constexpr Word process_main_bit = 64;
constexpr Word process_over_bit = 128;
constexpr Word by_sigkill_bit = 256;
constexpr unsigned exit_stage_shift = 9;
constexpr Word exit_stage_max = 3;
constexpr unsigned process_shift = 11;  // the bits above: the ProcessId

std::size_t at(const Program& program, const State& state, ThreadId thread, ThreadWord word) {
  const std::size_t i = threads_offset(program) + thread.index * layout::words_per_thread + word;
  LOCKSTEP_ASSERT(i < state.words.size(), "the thread is one of the state's");
  return i;
}

bool has_bit(const Program& program, const State& state, ThreadId thread, Word bit) {
  return (state.words[at(program, state, thread, status_word)] & bit) != 0;
}
void set_bit(const Program& program, State& state, ThreadId thread, Word bit, bool on) {
  Word& word = state.words[at(program, state, thread, status_word)];
  word = on ? word | bit : word & ~bit;
}

}  // namespace

std::size_t objects_end(const Program& program) {
  if (program.objects.empty()) return layout::globals + program.globals.size();
  const ObjectInfo& last = program.objects.back();
  return last.offset + row(last.kind).words;
}

std::size_t threads_offset(const Program& program) {
  return objects_end(program) + (program.has_processes ? 1 : 0);
}

std::size_t thread_count(const Program& program, const State& state) {
  return (state.words.size() - threads_offset(program)) / layout::words_per_thread;
}

bool has_exited(const State& state) { return (state.words[layout::exited] & 1U) != 0; }

Value global(const State& state, GlobalId id) { return {state.words[layout::globals + id.index]}; }
void set_global(State& state, GlobalId id, Value value) {
  state.words[layout::globals + id.index] = value.bits;
}

LocalId local(const Program& program, const State& state, ThreadId thread) {
  return {state.words[at(program, state, thread, local_word)]};
}
void set_local(const Program& program, State& state, ThreadId thread, LocalId local) {
  state.words[at(program, state, thread, local_word)] = local.index;
}

Life life(const Program& program, const State& state, ThreadId thread) {
  return static_cast<Life>(state.words[at(program, state, thread, status_word)] & life_mask);
}
void set_life(const Program& program, State& state, ThreadId thread, Life life) {
  Word& word = state.words[at(program, state, thread, status_word)];
  word = (word & ~life_mask) | static_cast<Word>(life);
}

bool is_daemon(const Program& program, const State& state, ThreadId thread) {
  return has_bit(program, state, thread, daemon_bit);
}
void set_daemon(const Program& program, State& state, ThreadId thread, bool daemon) {
  set_bit(program, state, thread, daemon_bit, daemon);
}

bool is_timer(const Program& program, const State& state, ThreadId thread) {
  return has_bit(program, state, thread, timer_bit);
}
void set_timer(const Program& program, State& state, ThreadId thread) {
  set_bit(program, state, thread, timer_bit, true);
}
bool is_cancelled(const Program& program, const State& state, ThreadId thread) {
  return has_bit(program, state, thread, cancelled_bit);
}
void set_cancelled(const Program& program, State& state, ThreadId thread, bool cancelled) {
  set_bit(program, state, thread, cancelled_bit, cancelled);
}

bool is_exiting(const Program& program, const State& state) {
  return has_bit(program, state, main_thread_id, exiting_bit);
}
void set_exiting(const Program& program, State& state) {
  set_bit(program, state, main_thread_id, exiting_bit, true);
}
ProcessId process_of(const Program& program, const State& state, ThreadId thread) {
  if (!program.has_processes) return main_process_id;
  return {state.words[at(program, state, thread, status_word)] >> process_shift};
}
void set_process(const Program& program, State& state, ThreadId thread, ProcessId process) {
  Word& word = state.words[at(program, state, thread, status_word)];
  word = (word & ((Word{1} << process_shift) - 1)) | process.index << process_shift;
}
bool is_process_main(const Program& program, const State& state, ThreadId thread) {
  return thread == main_thread_id || has_bit(program, state, thread, process_main_bit);
}
void set_process_main(const Program& program, State& state, ThreadId thread) {
  set_bit(program, state, thread, process_main_bit, true);
}
bool is_process_over(const Program& program, const State& state, ThreadId main) {
  return has_exited(state) || has_bit(program, state, main, process_over_bit);
}
void set_process_over(const Program& program, State& state, ThreadId main) {
  if (main == main_thread_id) {
    state.words[layout::exited] |= 1U;
  } else {
    set_bit(program, state, main, process_over_bit, true);
  }
}
bool is_by_sigkill(const Program& program, const State& state, ThreadId main) {
  return has_bit(program, state, main, by_sigkill_bit);
}
void set_by_sigkill(const Program& program, State& state, ThreadId main) {
  set_bit(program, state, main, by_sigkill_bit, true);
}
unsigned exit_stage(const Program& program, const State& state, ThreadId main) {
  const Word status = state.words[at(program, state, main, status_word)];
  return status >> exit_stage_shift & exit_stage_max;
}
void begin_next_exit_stage(const Program& program, State& state, ThreadId main) {
  LOCKSTEP_ASSERT(exit_stage(program, state, main) < exit_stage_max, "there is a next stage");
  state.words[at(program, state, main, status_word)] += Word{1} << exit_stage_shift;
}
bool takes_part(const Program& program, const State& state, ThreadId thread) {
  if (has_exited(state)) return false;
  const Life its = life(program, state, thread);
  if (its == Life::alive) return true;
  return its == Life::ended && is_process_main(program, state, thread) &&
         !is_process_over(program, state, thread);
}

Value thread_name_value(const Program& program, const State& state, ThreadId thread) {
  return {state.words[at(program, state, thread, name_word)]};
}
void set_thread_name(const Program& program, State& state, ThreadId thread, Value name) {
  state.words[at(program, state, thread, name_word)] = name.bits;
}

Word* object_words(const Program& program, State& state, ObjectId object) {
  return state.words.data() + program.objects[object.index].offset;
}
const Word* object_words(const Program& program, const State& state, ObjectId object) {
  return state.words.data() + program.objects[object.index].offset;
}

}  // namespace lockstep
