// Timed: what CPython would do, by the virtual clock: the choice that comes first. Who has the
// GIL, or a core, and how ties are settled stands in cores.h.
//
// Thread.start() waits for the child's signal, so under a GIL the child goes first.
//
// A choose takes its first item.
#include <limits>

#include "engine/run/clock.h"
#include "engine/run/policies.h"

namespace lockstep {
namespace {

class Timed : public Policy {
 public:
  Pick pick(const Moment&) override { return {Pick::Kind::first, {}, {}}; }
  Stay stays(const Moment& moment) override {
    return {std::numeric_limits<std::uint64_t>::max(), moment.clock.stays_until()};
  }
};

}  // namespace

std::unique_ptr<Policy> make_timed(const Program&, std::uint64_t) {
  return std::make_unique<Timed>();
}

}  // namespace lockstep
