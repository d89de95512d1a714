// Threads as people call them: names in schedules and messages, and what a thread waits for.
//
// Names need not be unique in Python, and may change. A schedule says `name` for the one
// living thread that is called so, and `name#index` (ThreadId) where that is not enough.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/state/thread_name.h"
#include "engine/step/step.h"

namespace lockstep {

// What a scenario calls an object: the RLock that a Condition brings along has its name.
const std::string& object_label(const Program& program, ObjectId object);
// "future 2 of pool".
std::string future_label(const Machine& machine, Value future);

// "server#1 (client end)".
std::string connection_label(const Program& program, Connection connection);

// Whether it stands before an operation: it is alive, or it is MainThread, whose code has
// ended and which now waits for the process to end.
bool is_resting(const Machine& machine, const State& state, ThreadId thread);

// The thread that a schedule means, or why there is none, as one sentence. A living thread is
// preferred; one that has ended or was not started is found where no living one has the name.
struct FoundThread {
  std::optional<ThreadId> thread;
  std::string reason;
};
FoundThread find_thread(const Machine& machine, const State& state, std::string_view written);

// Whether `name` alone could be read as name#index.
bool looks_indexed(std::string_view name);

// Why the thread cannot take this kind of choice, as a clause that follows its name:
// "has ended", "waits for mutexA, held by T1". Requires: it cannot.
std::string why_not(const Machine& machine, const State& state, ThreadId thread, Choice::Kind kind);
// What the thread waits for: "mutexA, held by T1", "T2 to end", "a notify of cond".
// Requires: it is blocked.
std::string waits_for(const Machine& machine, const State& state, ThreadId thread);

// "runnable here: T1, T3 and the timeout of T4", "nobody is runnable here".
std::string runnable_here(const Machine& machine, const State& state);

}  // namespace lockstep
