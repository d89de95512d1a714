// A Program with the tables that give meaning to a State's words.
#pragma once
#include <array>
#include <memory>
#include <span>
#include <vector>

#include "engine/program/live_locals.h"
#include "engine/program/program.h"
#include "engine/state/local_table.h"
#include "engine/state/state.h"
#include "engine/value/value_table.h"

namespace lockstep {

// The tables only ever grow, and what they return depends on content alone; that is why a
// const Machine may still intern. Not for two threads at once, unless it is frozen. The Program
// must outlive it.
struct Machine {
  explicit Machine(const Program& program);

  const Program& program;
  std::vector<Value> constants;    // Program::constants
  bool memoise = true;             // off: every private run is interpreted anew
  bool forget_dead_locals = true;  // off: private states differ in what nobody reads any more
  ValueTable& values() const { return *values_; }
  LocalTable& locals() const { return *locals_; }
  Value intern(const Constant& constant) const;
  // Where a private run has come to rest; locals that are dead there are unset first.
  LocalId intern(LocalState&& state) const;
  // The same, and locals().get(), for one who takes step after step of a few threads: a private
  // state that was left lately is fetched as it is, not made from its words again. Not while it is
  // frozen.
  LocalId leave(LocalState&& state) const;
  LocalState fetch(LocalId id) const;
  // While it is frozen any number of threads may use it; who needs a value, a private state or a
  // run that is not there yet gets TableIsFrozen.
  void freeze(bool frozen) const;
  // Forgets all values and private states that are not in one of these states. Requires: nobody
  // else has kept any, nor views of them.
  void forget_all_but(std::span<const State* const> states) const;

 private:
  LiveLocals live_;
  std::unique_ptr<ValueTable> values_;
  std::unique_ptr<LocalTable> locals_;
  struct Left {
    bool is_there = false;
    LocalId id;
    LocalState state;
  };
  mutable std::array<Left, 8> left_;  // each at the place that its number says
};

}  // namespace lockstep
