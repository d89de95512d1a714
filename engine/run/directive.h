// A schedule: an explicit interleaving, as a list of directives. Read and written by
// language/schedule; carried out by run/scripted.
//
// A thread is called by its name where exactly one living thread has it, else `name#3` with
// the thread's number (MainThread is 0, then in order of creation). A directive speaks of the
// thread that has the name when the directive's turn comes.
//
// A directive that does not fit is refused, never bent: a step of a thread that is blocked,
// that has ended, or that stands at a choose (say which value); an `until` that can no longer
// come true because the thread is blocked, has ended, or runs in a circle.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/ids.h"
#include "engine/program/program.h"

namespace lockstep {

// All that are set must hold at once, after a step of the thread or before the first. `label`:
// the thread is about to execute, or has in this step come past, the statement with the label.
// `read`, `wrote`: the step did so (a list or dict that is changed in place is both).
// `blocked`: it cannot take a step until somebody else acts, or its timeout fires. `holds`: owns
// the lock or, for objects without owner, has acquired it and not released it. `waits`: is blocked
// on the object. `in`: is inside the function.
struct Until {
  bool blocked = false;
  bool finished = false;
  std::optional<std::string> label;
  std::optional<ObjectId> holds, waits;
  std::optional<GlobalId> read, wrote;
  std::optional<FunctionId> in;
};

struct Directive {
  enum class Kind : std::uint8_t {
    steps,    // `thread` takes `steps` steps
    until,    // `thread` runs until `until` holds; at least one step unless it holds already
    timeout,  // the timeout of the wait of `thread` fires
    choose,   // the pending choose of `thread` takes the first item that equals `value`
    finish,   // the rest runs under `policy`
  };
  Kind kind = Kind::steps;
  std::string thread;  // as written, since threads are created while a program runs
  std::uint32_t steps = 1;
  Until until;
  Constant value;
  std::string policy;   // "round-robin", ...
  std::string written;  // the directive as written, for messages: T1*3, {"run": "T1", ...}
};

using Schedule = std::vector<Directive>;

}  // namespace lockstep
