// Random: uniformly among the threads that can go on, then among that thread's choices, a
// timeout being one like any other.
#include <algorithm>
#include <vector>

#include "engine/run/policies.h"
#include "engine/run/splitmix64.h"

namespace lockstep {
namespace {

class Random : public Policy {
 public:
  explicit Random(std::uint64_t seed) : numbers_(seed) {}

  Pick pick(const Moment& moment) override {
    const std::span<const Choice> choices = moment.choices();
    // Where each thread's choices begin, and the end of the last.
    begins_.clear();
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (i == 0 || choices[i].thread != choices[i - 1].thread) begins_.push_back(i);
    }
    begins_.push_back(choices.size());
    const std::size_t drawn = numbers_.below(begins_.size() - 1);
    const std::size_t begin = begins_[drawn];
    const std::size_t item = numbers_.below(begins_[drawn + 1] - begin);
    return {Pick::Kind::choice, choices[begin + item], {}};
  }

 private:
  SplitMix64 numbers_;
  std::vector<std::size_t> begins_;
};

}  // namespace

std::unique_ptr<Policy> make_random(const Program&, std::uint64_t seed) {
  return std::make_unique<Random>(seed);
}

}  // namespace lockstep
