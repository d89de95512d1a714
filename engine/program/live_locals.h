// Which locals a thread may still read from where it stands, by control flow. The values of the
// others are nobody's business: private states that differ in them alone behave alike.
//
// The analysis of live variables (Aho, Sethi, Ullman, "Compilers", 1986, section 10.6), with the
// ways into exception handlers as further edges.
// Tested by tests/engine/program/live_locals_test.cpp.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/program/program.h"

namespace lockstep {

class LiveLocals {
 public:
  // Requires: verify(program) finds no fault. Of a function with so many locals and instructions
  // that their product passes `work_max` all locals count as live.
  explicit LiveLocals(const Program& program);

  // The locals, ascending, that a frame does not read any more before it writes them, if it
  // stands before the instruction at pc or in a call that this instruction makes.
  std::span<const std::uint32_t> dead(std::uint32_t pc) const;

  static constexpr std::uint64_t work_max = 1U << 24;

 private:
  struct Part {
    std::uint32_t begin, end;  // of pool_
  };
  std::vector<std::uint32_t> pool_;
  std::vector<Part> dead_;  // index = pc
};

}  // namespace lockstep
