// An interleaving with some of its steps in another order, as far as that can be.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "engine/run/run.h"

namespace lockstep {

// Choices that have to fit, else the run is refused; then others, each where it fits; then all
// threads in turn.
class Reordered : public Policy {
 public:
  Reordered(std::vector<Choice> exact, std::vector<Choice> rest);
  Pick pick(const Moment& moment) override;
  std::string left_over(const Machine& machine, const State& state) override;

 private:
  std::vector<Choice> exact_, rest_;
  std::size_t next_ = 0;
};

// Whether the program came to its end, and no thread ended with an exception but SystemExit.
bool ends_well(const Machine& machine, const RunResult& result);

}  // namespace lockstep
