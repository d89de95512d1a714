#include "engine/state/stored_machine.h"

namespace lockstep {

bool is_value(const Machine& machine, Value value) {
  using namespace value_detail;
  const std::uint32_t payload = payload_of(value);
  switch (tag_of(value)) {
    case tag_indexed:
      return payload < machine.values().size();
    case tag_object:
      return payload < machine.program.objects.size();
    case tag_function:
      return payload < machine.program.functions.size();
    case tag_exception_class:
      return payload < exception_kinds;
    case tag_connection:
      return payload >> (connection_number_bits + 1) < machine.program.objects.size();
    case tag_integer:
    case tag_thread:
    case tag_constant:
      break;
  }
  return true;
}

bool is_state(const Machine& machine, const State& state) {
  const Program& program = machine.program;
  const std::size_t first = threads_offset(program);
  if (state.words.size() < first || (state.words.size() - first) % layout::words_per_thread != 0 ||
      !is_value(machine, {state.words[layout::exit_callbacks]})) {
    return false;
  }
  for (std::size_t i = 0; i < program.globals.size(); ++i) {
    if (!is_value(machine, {state.words[layout::globals + i]})) return false;
  }
  for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
    if (local(program, state, {i}).index >= machine.locals().size() ||
        !is_value(machine, thread_name_value(program, state, {i}))) {
      return false;
    }
  }
  return true;
}

}  // namespace lockstep
