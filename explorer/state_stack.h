// The way on which a depth-first search stands: whole states, kept as what each step has changed.
//
// A step changes a few words, so that it takes a dozen bytes where a state takes hundreds. Tested
// by tests/explorer/state_stack_test.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/step/step.h"

namespace lockstep {

class StateStack {
 public:
  // One step of the way, beside the state it was taken in.
  struct Step {
    Choice taken;
    std::uint32_t steps = 1;   // that it stands for: those behind it that were no choice, too
    std::vector<Choice> left;  // that wait to be taken in its place
  };
  // Requires: `to` has all words of `from`, of which each may differ, and perhaps more.
  void push(const State& from, const State& to, const Step& step);

  // Where the way ends, or might: `to` of a step is there.
  using Position = std::size_t;
  Position top() const { return size_; }
  // Makes `state`, which is the one at the position, the one before, and says which step led from
  // that to it and where that one is. Requires: at > 0.
  Position back(Position at, State& state, Step& step) const;
  // The way ends here now. Requires: back() has said it.
  void cut(Position at);

  std::size_t memory_bytes() const { return chunks_.size() * chunk_size; }

 private:
  static constexpr std::size_t chunk_size = std::size_t{1} << 16;

  void put_byte(unsigned char byte);
  void put(std::uint32_t number);
  void put(const Choice& choice);
  unsigned char byte_before(Position& at) const;
  std::uint32_t number_before(Position& at) const;
  Choice choice_before(Position& at) const;

  std::vector<std::unique_ptr<unsigned char[]>> chunks_;
  std::size_t size_ = 0;
};

}  // namespace lockstep
