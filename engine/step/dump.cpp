// A State in words. Reads the tables; changes nothing.
#include <string>

#include "engine/step/step.h"

namespace lockstep {
namespace {

const char* life_word(Life life) {
  switch (life) {
    case Life::created:
      return "not started";
    case Life::alive:
      return "alive";
    case Life::ended:
      return "ended";
    case Life::killed:
      return "killed";
  }
  return "";
}

}  // namespace

std::string dump(const Machine& machine, const State& state) {
  const Program& program = machine.program;
  const StateNames names(machine, state);
  std::string text;
  if (has_exited(state)) text += "the process has ended\n";
  if (const Word lines = state.words[layout::lines_read]; lines > 0) {
    text += std::to_string(lines) + " of the lines of input are read\n";
  }
  if (is_exiting(program, state)) text += "the process ends\n";
  if (const Value callbacks{state.words[layout::exit_callbacks]}; callbacks.bits != 0) {
    text += "to be called at the end: " + repr(machine.values(), callbacks, names) + "\n";
  }
  for (std::uint32_t i = 0; i < program.globals.size(); ++i) {
    text +=
        program.globals[i].name + " = " + repr(machine.values(), global(state, {i}), names) + "\n";
  }
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    text += program.objects[i].name + ":";
    if (const std::optional<ThreadId> holder = owner(machine, state, {i})) {
      text += " held by " + names.thread_name(*holder);
    }
    const Word* words = object_words(program, state, {i});
    for (std::uint32_t word = 0; word < row(program.objects[i].kind).words; ++word) {
      text += " " + std::to_string(words[word]);
    }
    text += "\n";
  }
  for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
    const ThreadId thread{i};
    text += names.thread_name(thread) + ": " + life_word(life(program, state, thread));
    if (is_daemon(program, state, thread)) text += ", daemon";
    if (is_cancelled(program, state, thread)) text += ", cancelled";
    if (life(program, state, thread) == Life::alive) {
      const Pending& next = pending(machine, state, thread);
      text += ", before " + std::string(row(next.operation).name);
      if (next.has_site) {
        text += " at line " + std::to_string(program.sites[next.site.index].line) + " (" +
                program.sites[next.site.index].text + ")";
      }
    }
    text += "\n";
  }
  return text;
}

}  // namespace lockstep
