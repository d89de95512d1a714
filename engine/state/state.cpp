#include "engine/state/state.h"

#include "engine/assert.h"

namespace lockstep {
namespace {

void set_bit(const Program& program, State& state, ThreadId thread, Word bit, bool on) {
  Word& word = state.words[state_detail::at(program, state, thread, state_detail::status_word)];
  word = on ? word | bit : word & ~bit;
}

}  // namespace

Value global(const State& state, GlobalId id) { return {state.words[layout::globals + id.index]}; }
void set_global(State& state, GlobalId id, Value value) {
  state.words[layout::globals + id.index] = value.bits;
}

void set_life(const Program& program, State& state, ThreadId thread, Life life) {
  Word& word = state.words[state_detail::at(program, state, thread, state_detail::status_word)];
  word = (word & ~state_detail::life_mask) | static_cast<Word>(life);
}

bool is_daemon(const Program& program, const State& state, ThreadId thread) {
  return state_detail::has_bit(program, state, thread, state_detail::daemon_bit);
}
void set_daemon(const Program& program, State& state, ThreadId thread, bool daemon) {
  set_bit(program, state, thread, state_detail::daemon_bit, daemon);
}

bool is_timer(const Program& program, const State& state, ThreadId thread) {
  return state_detail::has_bit(program, state, thread, state_detail::timer_bit);
}
void set_timer(const Program& program, State& state, ThreadId thread) {
  set_bit(program, state, thread, state_detail::timer_bit, true);
}
bool is_cancelled(const Program& program, const State& state, ThreadId thread) {
  return state_detail::has_bit(program, state, thread, state_detail::cancelled_bit);
}
void set_cancelled(const Program& program, State& state, ThreadId thread, bool cancelled) {
  set_bit(program, state, thread, state_detail::cancelled_bit, cancelled);
}

bool is_exiting(const Program& program, const State& state) {
  return state_detail::has_bit(program, state, main_thread_id, state_detail::exiting_bit);
}
void set_exiting(const Program& program, State& state) {
  set_bit(program, state, main_thread_id, state_detail::exiting_bit, true);
}
void set_process(const Program& program, State& state, ThreadId thread, ProcessId process) {
  Word& word = state.words[state_detail::at(program, state, thread, state_detail::status_word)];
  word = (word & ((Word{1} << state_detail::process_shift) - 1)) |
         process.index << state_detail::process_shift;
}
void set_process_main(const Program& program, State& state, ThreadId thread) {
  set_bit(program, state, thread, state_detail::process_main_bit, true);
}
void set_process_over(const Program& program, State& state, ThreadId main) {
  if (main == main_thread_id) {
    state.words[layout::exited] |= 1U;
  } else {
    set_bit(program, state, main, state_detail::process_over_bit, true);
  }
}
bool is_by_sigkill(const Program& program, const State& state, ThreadId main) {
  return state_detail::has_bit(program, state, main, state_detail::by_sigkill_bit);
}
void set_by_sigkill(const Program& program, State& state, ThreadId main) {
  set_bit(program, state, main, state_detail::by_sigkill_bit, true);
}
bool is_process_closed(const Program& program, const State& state, ThreadId main) {
  return state_detail::has_bit(program, state, main, state_detail::process_closed_bit);
}
void set_process_closed(const Program& program, State& state, ThreadId main) {
  set_bit(program, state, main, state_detail::process_closed_bit, true);
}
unsigned exit_stage(const Program& program, const State& state, ThreadId main) {
  const Word status =
      state.words[state_detail::at(program, state, main, state_detail::status_word)];
  return status >> state_detail::exit_stage_shift & state_detail::exit_stage_max;
}
void begin_next_exit_stage(const Program& program, State& state, ThreadId main) {
  LOCKSTEP_ASSERT(exit_stage(program, state, main) < state_detail::exit_stage_max,
                  "there is a next stage");
  state.words[state_detail::at(program, state, main, state_detail::status_word)] +=
      Word{1} << state_detail::exit_stage_shift;
}

Value thread_name_value(const Program& program, const State& state, ThreadId thread) {
  return {state.words[state_detail::at(program, state, thread, state_detail::name_word)]};
}
void set_thread_name(const Program& program, State& state, ThreadId thread, Value name) {
  state.words[state_detail::at(program, state, thread, state_detail::name_word)] = name.bits;
}

}  // namespace lockstep
