// A State: everything that can differ between two moments of a run, as 32-bit words.
//
//   words[0]                  1 once the main process has ended (while a step is under way,
//                             also whose memory is in place: process_memory.h)
//   words[1]                  names given to unnamed threads so far
//   words[2]                  lines of Program::input read so far
//   words[3]                  the functions registered with atexit, a Value
//   words[4 ..]               the shared variables, a Value each
//   then                      the objects' words, where ObjectInfo::offset says
//   then                      if Program::has_processes: the memories of the other processes, a
//                             Value (process_memory.h)
//   then, for each thread     LocalId, status, name (a Value)
//
// Nothing that can be derived is in it, and no order of insertion: two states that behave
// alike are the same bytes. Threads are only ever appended. Words that hold a Value or a
// LocalId mean something only together with the Machine that made them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/assert.h"
#include "engine/ids.h"
#include "engine/program/program.h"
#include "engine/value/value.h"

namespace lockstep {

struct State {
  std::vector<Word> words;
  friend bool operator==(const State&, const State&) = default;
};
static_assert(sizeof(Word) == 4, "a visited table packs states as 32-bit words");

enum class Life : std::uint8_t {
  created,  // start() has not been called
  alive,
  ended,
  killed,  // by a signal, or as a daemon thread when its process ended
};

namespace layout {
inline constexpr std::size_t exited = 0;
inline constexpr std::size_t names_given = 1;
inline constexpr std::size_t lines_read = 2;
inline constexpr std::size_t exit_callbacks = 3;
inline constexpr std::size_t globals = 4;
inline constexpr std::size_t words_per_thread = 3;
}  // namespace layout

// Where the objects' words end; the word with the memories of processes, if there are any.
std::size_t objects_end(const Program& program);
// Where the threads' words begin: the same in every State of a Program.
std::size_t threads_offset(const Program& program);
std::size_t thread_count(const Program& program, const State& state);

bool has_exited(const State& state);
Value global(const State& state, GlobalId id);
void set_global(State& state, GlobalId id, Value value);

LocalId local(const Program& program, const State& state, ThreadId thread);
void set_local(const Program& program, State& state, ThreadId thread, LocalId local);
Life life(const Program& program, const State& state, ThreadId thread);
void set_life(const Program& program, State& state, ThreadId thread, Life life);
bool is_daemon(const Program& program, const State& state, ThreadId thread);
void set_daemon(const Program& program, State& state, ThreadId thread, bool daemon);
// Of a Timer: that it is one; and that it was cancelled while it waits for its time, or before
// it was started. Afterwards nobody can tell any more, and it is forgotten.
bool is_timer(const Program& program, const State& state, ThreadId thread);
void set_timer(const Program& program, State& state, ThreadId thread);
bool is_cancelled(const Program& program, const State& state, ThreadId thread);
void set_cancelled(const Program& program, State& state, ThreadId thread, bool cancelled);
// Whether MainThread, its code over, has begun to call what is registered with atexit. The process
// then waits for no thread any more.
bool is_exiting(const Program& program, const State& state);
void set_exiting(const Program& program, State& state);
// The process in which a thread runs: that of the thread that created it, but that the main
// thread of a process runs in the new one.
ProcessId process_of(const Program& program, const State& state, ThreadId thread);
void set_process(const Program& program, State& state, ThreadId thread, ProcessId process);
// Whether it is MainThread, or the main thread of another process.
bool is_process_main(const Program& program, const State& state, ThreadId thread);
void set_process_main(const Program& program, State& state, ThreadId thread);
// Of the main thread of a process: that the process has ended, and nothing of it runs any more.
bool is_process_over(const Program& program, const State& state, ThreadId main);
void set_process_over(const Program& program, State& state, ThreadId main);
// Of the main thread of a process that a signal has ended: that it was SIGKILL, not SIGTERM.
bool is_by_sigkill(const Program& program, const State& state, ThreadId main);
void set_by_sigkill(const Program& program, State& state, ThreadId main);
// Of the main thread of a process: that its parent has closed the Process object.
bool is_process_closed(const Program& program, const State& state, ThreadId main);
void set_process_closed(const Program& program, State& state, ThreadId main);
// How far the end of a process whose queues have feeders has come, of its main thread: 1 once these
// were told that no item comes any more, 2 once it has ended its children and told those that were
// new, 3 once they have ended.
unsigned exit_stage(const Program& program, const State& state, ThreadId main);
void begin_next_exit_stage(const Program& program, State& state, ThreadId main);
// A thread that runs or waits, or whose code has ended but whose process waits for others.
bool takes_part(const Program& program, const State& state, ThreadId thread);

Value thread_name_value(const Program& program, const State& state, ThreadId thread);
void set_thread_name(const Program& program, State& state, ThreadId thread, Value name);

// The words of one object.
Word* object_words(const Program& program, State& state, ObjectId object);
const Word* object_words(const Program& program, const State& state, ObjectId object);

// Read and written at every step.

namespace state_detail {
enum ThreadWord : std::size_t { local_word, status_word, name_word };
static_assert(name_word + 1 == layout::words_per_thread);
inline constexpr Word life_mask = 3;
inline constexpr Word daemon_bit = 4;
inline constexpr Word timer_bit = 8;
inline constexpr Word cancelled_bit = 16;
inline constexpr Word exiting_bit = 32;
inline constexpr Word process_main_bit = 64;
inline constexpr Word process_over_bit = 128;
inline constexpr Word by_sigkill_bit = 256;
inline constexpr unsigned exit_stage_shift = 9;
inline constexpr Word exit_stage_max = 3;
inline constexpr Word process_closed_bit = 2048;
inline constexpr unsigned process_shift = 12;  // the bits above: the ProcessId

inline std::size_t at(const Program& program, const State& state, ThreadId thread,
                      ThreadWord word) {
  const std::size_t i = threads_offset(program) + thread.index * layout::words_per_thread + word;
  LOCKSTEP_ASSERT(i < state.words.size(), "the thread is one of the state's");
  return i;
}
inline bool has_bit(const Program& program, const State& state, ThreadId thread, Word bit) {
  return (state.words[at(program, state, thread, status_word)] & bit) != 0;
}
}  // namespace state_detail

inline std::size_t objects_end(const Program& program) { return program.objects_end; }
inline std::size_t threads_offset(const Program& program) {
  return objects_end(program) + (program.has_processes ? 1 : 0);
}
inline std::size_t thread_count(const Program& program, const State& state) {
  return (state.words.size() - threads_offset(program)) / layout::words_per_thread;
}
inline Word* object_words(const Program& program, State& state, ObjectId object) {
  return state.words.data() + program.objects[object.index].offset;
}
inline const Word* object_words(const Program& program, const State& state, ObjectId object) {
  return state.words.data() + program.objects[object.index].offset;
}
inline bool has_exited(const State& state) { return (state.words[layout::exited] & 1U) != 0; }
inline LocalId local(const Program& program, const State& state, ThreadId thread) {
  return {state.words[state_detail::at(program, state, thread, state_detail::local_word)]};
}
inline void set_local(const Program& program, State& state, ThreadId thread, LocalId local) {
  state.words[state_detail::at(program, state, thread, state_detail::local_word)] = local.index;
}
inline Life life(const Program& program, const State& state, ThreadId thread) {
  return static_cast<Life>(
      state.words[state_detail::at(program, state, thread, state_detail::status_word)] &
      state_detail::life_mask);
}
inline ProcessId process_of(const Program& program, const State& state, ThreadId thread) {
  if (!program.has_processes) return main_process_id;
  return {state.words[state_detail::at(program, state, thread, state_detail::status_word)] >>
          state_detail::process_shift};
}
inline bool is_process_main(const Program& program, const State& state, ThreadId thread) {
  return thread == main_thread_id ||
         state_detail::has_bit(program, state, thread, state_detail::process_main_bit);
}
inline bool is_process_over(const Program& program, const State& state, ThreadId main) {
  return has_exited(state) ||
         state_detail::has_bit(program, state, main, state_detail::process_over_bit);
}
inline bool takes_part(const Program& program, const State& state, ThreadId thread) {
  if (has_exited(state)) return false;
  const Life its = life(program, state, thread);
  if (its == Life::alive) return true;
  return its == Life::ended && is_process_main(program, state, thread) &&
         !is_process_over(program, state, thread);
}

}  // namespace lockstep
