// Round robin: after each step the next thread in circular order of thread id that can go on.
//
// No timeout fires while any thread can take a step; then the one with the earliest deadline
// does, the thread that was created first among equals. A choose takes its first item.
#include <algorithm>

#include "engine/run/clock.h"
#include "engine/run/policies.h"

namespace lockstep {
namespace {

class RoundRobin : public Policy {
 public:
  Pick pick(const Moment& moment) override {
    const std::span<const Choice> choices = moment.choices();
    const auto can_go_on = [](const Choice& c) { return c.kind != Choice::Kind::timeout; };
    // The choices stand in the order of the threads.
    const auto after =
        std::ranges::upper_bound(choices, moment.previous ? moment.previous->thread.index : 0, {},
                                 [](const Choice& c) { return c.thread.index; });
    const auto first = moment.previous ? after : choices.begin();
    auto found = std::find_if(first, choices.end(), can_go_on);
    if (found == choices.end()) {
      found = std::find_if(choices.begin(), first, can_go_on);
      if (found == first) {
        found = std::ranges::min_element(choices, {}, [&](const Choice& c) {
          return moment.clock.earliest(moment.machine, moment.state, c);
        });
      }
    }
    return {Pick::Kind::choice, *found, {}};
  }
};

}  // namespace

std::unique_ptr<Policy> make_round_robin(const Program&, std::uint64_t) {
  return std::make_unique<RoundRobin>();
}

}  // namespace lockstep
