// The order in which the threads of a run did their operations, for a real interpreter to repeat.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/run/run.h"

namespace lockstep {

struct Turn {
  enum class Kind : std::uint8_t {
    operation,
    timeout,  // of the operation at which the thread waits
    choose,   // takes item `value`
  };
  ThreadId thread;
  Kind kind = Kind::operation;
  std::uint32_t value = 0;
  friend bool operator==(const Turn&, const Turn&) = default;
};
struct Turns {
  std::vector<Turn> turns;
  bool end_process = false;  // with the last of them, whoever might still go on
  // Who then waits for ever, ascending, though others can go on. A TurnRecorder does not know.
  std::vector<ThreadId> stuck = {};
  friend bool operator==(const Turns&, const Turns&) = default;
};

// Collects them. What nobody else can notice (names, idents, what a thread asks about itself)
// takes no turn.
class TurnRecorder : public RunObserver {
 public:
  void on_step(const Machine&, const State&, std::uint64_t, Choice choice, double) override {
    choice_ = choice;
  }
  void on_step_end(const Machine&, const State&, double) override {}
  void on_event(const Machine& machine, const State& state, const Event& event) override;

  const Turns& turns() const { return turns_; }

 private:
  Choice choice_;
  Turns turns_;
};

// "0*3 1 2! 1=2": thread 0 takes three turns, 1 takes one, the timeout of 2 fires, the choose of 1
// takes its third item. Lines of at most `width` letters.
std::vector<std::string> turn_lines(const std::vector<Turn>& turns, std::size_t width);

}  // namespace lockstep
