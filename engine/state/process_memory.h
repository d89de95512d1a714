// The memory that each process has to itself: shared variables, and the objects that are not
// made for several processes (multiprocessing). A fork copies it.
//
// A State has the memory of one process in place, where every operation finds it: between steps
// that of the main process. The others' lie in one word as a tuple of records, so that a State
// without processes pays nothing:
//
//   record of a process       parent (ProcessId), handle of its main thread, memory, how many were
//                             started before it (None before its start), the name of its main
//                             thread and whether that is a daemon for Python
//   memory                    None while it is in place or before the start; else, as bytes, the
//                             words names_given, then those of variables and private objects
//
// Before the first process is created there are no records.
// Tested by tests/engine/state/process_memory_test.cpp.
#pragma once
#include <optional>
#include <vector>

#include "engine/state/machine.h"
#include "engine/state/state.h"

namespace lockstep {

// Whose memory is in place.
ProcessId process_in_place(const State& state);
// Requires: the process has been started.
void put_in_place(const Machine& machine, State& state, ProcessId process);
// Whether the thread's own process has its memory in place.
bool is_in_place(const Program& program, const State& state, ThreadId thread);

// The state as the thread sees it: `state` itself if its process' memory is in place, else a
// copy that `view` keeps. Of a process that is not started or over: `state`.
const State& seen_by(const Machine& machine, const State& state, ThreadId thread,
                     std::optional<State>& view);

// A new process whose main thread this is; not started.
ProcessId add_process(const Machine& machine, State& state, ProcessId parent, ThreadId main);
// What a fork does: the process gets a copy of the memory in place. What `forking` owns, the
// main thread of the new process owns there. It counts as started from here on.
void copy_memory(const Machine& machine, State& state, ProcessId process, ThreadId forking);

// Whether the copy of a Process object that `process` has is one that was started: it is the parent
// of the other, or was forked after that was started.
bool has_started(const Machine& machine, const State& state, ProcessId process, ProcessId other);

// For Python the main thread of a child is the thread that forked it. Requires: the process has
// been started, and is not the main one.
struct ForkedThread {
  Value name;
  bool is_daemon;
};
ForkedThread forked_thread(const Machine& machine, const State& state, ProcessId process);
// Whether it is a daemon for Python, which a thread that it creates is then too.
bool is_daemon_thread(const Machine& machine, const State& state, ThreadId thread);

// Of a process that is over nobody can tell what it had in memory.
void forget_memory(const Machine& machine, State& state, ProcessId process);

std::size_t process_count(const Machine& machine, const State& state);
ProcessId parent_of(const Machine& machine, const State& state, ProcessId process);
ThreadId main_thread_of(const Machine& machine, const State& state, ProcessId process);
// Main threads of the processes that this one has created, by order of creation.
std::vector<ThreadId> children_of(const Machine& machine, const State& state, ProcessId process);
// Main threads of those that have been started and are not over.
std::vector<ThreadId> live_children_of(const Machine& machine, const State& state,
                                       ProcessId process);

// Appends the words of all memories that are not in place.
void add_memory_words(const Machine& machine, const State& state,
                      std::vector<std::uint32_t>& words);

// Whether all processes see the same object, or shared nothing of it.
bool is_shared(const Program& program, ObjectId object);

}  // namespace lockstep
