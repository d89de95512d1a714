#include "engine/state/process_memory.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "engine/assert.h"

namespace lockstep {
namespace {

enum RecordItem : std::size_t {
  parent_item,
  main_item,
  memory_item,
  started_item,
  name_item,
  daemon_item
};

std::span<const Value> records(const Machine& machine, const State& state) {
  if (!machine.program.has_processes) return {};
  return machine.values().items(Value{state.words[objects_end(machine.program)]});
}

std::span<const Value> record(const Machine& machine, const State& state, ProcessId process) {
  const std::span<const Value> all = records(machine, state);
  LOCKSTEP_ASSERT(process.index < all.size(), "the process is one of the state's");
  return machine.values().items(all[process.index]);
}

void set_record(const Machine& machine, State& state, ProcessId process,
                std::span<const Value> items) {
  const std::span<const Value> all = records(machine, state);
  std::vector<Value> changed(all.begin(), all.end());
  changed.resize(std::max<std::size_t>(changed.size(), process.index + std::size_t{1}));
  changed[process.index] = machine.values().tuple(items);
  state.words[objects_end(machine.program)] = machine.values().tuple(changed).bits;
}

// How many processes have been started so far.
std::int64_t started_count(const Machine& machine, const State& state) {
  return std::ranges::count_if(records(machine, state), [&](Value record) {
    return machine.values().items(record)[started_item] != none_value;
  });
}

void set_memory(const Machine& machine, State& state, ProcessId process, Value memory) {
  const std::span<const Value> before = record(machine, state, process);
  std::vector<Value> items(before.begin(), before.end());
  items[memory_item] = memory;
  set_record(machine, state, process, items);
}

// Where the private words end: objects made for several processes come last.
std::size_t private_end(const Program& program) {
  for (const ObjectInfo& object : program.objects) {
    if (row(object.kind).shared) return object.offset;
  }
  return objects_end(program);
}

std::vector<Word> memory_in_place(const Machine& machine, const State& state) {
  std::vector<Word> memory{state.words[layout::names_given]};
  for (std::size_t i = layout::globals; i < private_end(machine.program); ++i) {
    memory.push_back(state.words[i]);
  }
  return memory;
}

// Not every word is a Value, so they are kept as bytes.
Value packed(const Machine& machine, const std::vector<Word>& memory) {
  return machine.values().bytes(
      {reinterpret_cast<const char*>(memory.data()), memory.size() * sizeof(Word)});
}
std::vector<Word> unpacked(const Machine& machine, Value memory) {
  const std::string_view bytes = machine.values().as_text(memory);
  std::vector<Word> words(bytes.size() / sizeof(Word));
  std::memcpy(words.data(), bytes.data(), bytes.size());
  return words;
}

}  // namespace

ProcessId process_in_place(const State& state) { return {state.words[layout::exited] >> 1}; }

bool is_in_place(const Program& program, const State& state, ThreadId thread) {
  return !program.has_processes || process_of(program, state, thread) == process_in_place(state);
}

void put_in_place(const Machine& machine, State& state, ProcessId process) {
  const ProcessId before = process_in_place(state);
  if (before == process) return;
  const Value next = record(machine, state, process)[memory_item];
  LOCKSTEP_ASSERT(next != none_value, "a process that has been started has a memory");
  set_memory(machine, state, before, packed(machine, memory_in_place(machine, state)));
  if (is_process_over(machine.program, state, main_thread_of(machine, state, before))) {
    forget_memory(machine, state, before);
  }
  const std::vector<Word> words = unpacked(machine, next);
  state.words[layout::names_given] = words[0];
  std::copy(words.begin() + 1, words.end(), state.words.begin() + layout::globals);
  set_memory(machine, state, process, none_value);
  state.words[layout::exited] = (state.words[layout::exited] & 1U) | process.index << 1;
}

const State& seen_by(const Machine& machine, const State& state, ThreadId thread,
                     std::optional<State>& view) {
  if (is_in_place(machine.program, state, thread)) return state;
  const ProcessId process = process_of(machine.program, state, thread);
  if (record(machine, state, process)[memory_item] == none_value) return state;
  view = state;
  put_in_place(machine, *view, process);
  return *view;
}

ProcessId add_process(const Machine& machine, State& state, ProcessId parent, ThreadId main) {
  ValueTable& values = machine.values();
  if (records(machine, state).empty()) {
    const std::vector<Value> first{values.integer(0), thread_value(main_thread_id),
                                   none_value,        none_value,
                                   none_value,        none_value};
    set_record(machine, state, main_process_id, first);
  }
  const ProcessId process{static_cast<std::uint32_t>(records(machine, state).size())};
  const std::vector<Value> items{values.integer(parent.index),
                                 thread_value(main),
                                 none_value,
                                 none_value,
                                 none_value,
                                 none_value};
  set_record(machine, state, process, items);
  set_process(machine.program, state, main, process);
  set_process_main(machine.program, state, main);
  return process;
}

void copy_memory(const Machine& machine, State& state, ProcessId process, ThreadId forking) {
  const Program& program = machine.program;
  std::vector<Word> memory = memory_in_place(machine, state);
  const Word forked = main_thread_of(machine, state, process).index + 1;
  for (const ObjectInfo& object : program.objects) {
    if (!row(object.kind).owned || row(object.kind).shared) continue;
    Word& owner = memory[object.offset - layout::globals + 1];
    if (owner == forking.index + 1) owner = forked;
  }
  ForkedThread its{thread_name_value(program, state, forking), is_daemon(program, state, forking)};
  if (is_process_main(program, state, forking) && forking != main_thread_id) {
    its = forked_thread(machine, state, process_of(program, state, forking));
  }
  const std::span<const Value> before = record(machine, state, process);
  const std::vector<Value> items{before[parent_item],
                                 before[main_item],
                                 packed(machine, memory),
                                 machine.values().integer(started_count(machine, state)),
                                 its.name,
                                 boolean_value(its.is_daemon)};
  set_record(machine, state, process, items);
}

ForkedThread forked_thread(const Machine& machine, const State& state, ProcessId process) {
  const std::span<const Value> items = record(machine, state, process);
  return {items[name_item], items[daemon_item] == true_value};
}

bool has_started(const Machine& machine, const State& state, ProcessId process, ProcessId other) {
  if (other == main_process_id) return false;
  const Value started = record(machine, state, other)[started_item];
  if (started == none_value) return false;
  const ProcessId parent = parent_of(machine, state, other);
  for (; process != parent; process = parent_of(machine, state, process)) {
    if (process == main_process_id) return false;
    if (parent_of(machine, state, process) != parent) continue;
    const Value its = record(machine, state, process)[started_item];
    return small_integer(started) < small_integer(its);
  }
  return true;
}

void forget_memory(const Machine& machine, State& state, ProcessId process) {
  set_memory(machine, state, process, none_value);
}

bool is_daemon_thread(const Machine& machine, const State& state, ThreadId thread) {
  if (thread == main_thread_id || !is_process_main(machine.program, state, thread)) {
    return is_daemon(machine.program, state, thread);
  }
  const ProcessId process = process_of(machine.program, state, thread);
  return forked_thread(machine, state, process).is_daemon;
}

std::size_t process_count(const Machine& machine, const State& state) {
  return std::max<std::size_t>(records(machine, state).size(), 1);
}

ProcessId parent_of(const Machine& machine, const State& state, ProcessId process) {
  const Value parent = record(machine, state, process)[parent_item];
  return {static_cast<std::uint32_t>(small_integer(parent))};
}

ThreadId main_thread_of(const Machine& machine, const State& state, ProcessId process) {
  if (process == main_process_id) return main_thread_id;
  return machine.values().as_thread(record(machine, state, process)[main_item]);
}

std::vector<ThreadId> children_of(const Machine& machine, const State& state, ProcessId process) {
  std::vector<ThreadId> children;
  const auto count = static_cast<std::uint32_t>(process_count(machine, state));
  for (ProcessId child{1}; child.index < count; ++child.index) {
    if (parent_of(machine, state, child) != process) continue;
    children.push_back(main_thread_of(machine, state, child));
  }
  return children;
}

std::vector<ThreadId> live_children_of(const Machine& machine, const State& state,
                                       ProcessId process) {
  std::vector<ThreadId> children = children_of(machine, state, process);
  std::erase_if(children, [&](ThreadId main) { return !takes_part(machine.program, state, main); });
  return children;
}

void add_memory_words(const Machine& machine, const State& state,
                      std::vector<std::uint32_t>& words) {
  for (const Value its : records(machine, state)) {
    const Value memory = machine.values().items(its)[memory_item];
    if (memory == none_value) continue;
    const std::vector<Word> unpacked_words = unpacked(machine, memory);
    words.insert(words.end(), unpacked_words.begin(), unpacked_words.end());
  }
}

bool is_shared(const Program& program, ObjectId object) {
  return row(program.objects[object.index].kind).shared;
}

}  // namespace lockstep
