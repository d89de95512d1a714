// prediction/sync_preserving against the definition, on thousands of small traces.
#include "prediction/sync_preserving.h"

#include <catch2/catch.hpp>

#include "prediction/must_order.h"
#include "tests/support/reorderings.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

#ifndef ORACLE_SEEDS
#define ORACLE_SEEDS 6000
#endif
const auto [first_seed, seeds] = seeds_or(ORACLE_SEEDS);

std::optional<SyncPreserving::Instance> instance_of(const LockTrace& locks,
                                                    std::span<const std::uint32_t> dependencies) {
  return SyncPreserving(locks).instance(dependencies,
                                        std::vector<std::size_t>(dependencies.size()));
}

TEST_CASE("sync-preserving: the closure finds what the definition does, no more and no less",
          "[prediction][oracle]") {
  std::uint64_t circles_seen = 0, reached = 0, ordered = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const PlainTrace trace = random_trace(seed, 1);
    const LockTrace locks = lock_trace_of(trace);
    for (const std::vector<std::uint32_t>& circle : circles(locks)) {
      INFO(text(trace));
      CAPTURE(circle);
      const bool can = can_meet(trace, locks, circle);
      REQUIRE(instance_of(locks, circle).has_value() == can);
      ++circles_seen;
      reached += can ? 1 : 0;
      if (!must_order(locks, circle)) continue;
      REQUIRE_FALSE(can);
      ++ordered;
    }
  }
  CAPTURE(circles_seen, reached, ordered);
  CHECK(circles_seen > seeds / 8);
  CHECK(reached > circles_seen / 5);
  CHECK(reached < circles_seen);
  CHECK(ordered > seeds / 200);
}

// Who looks at something in its last step may find it changed since; the machine sees to that.
TEST_CASE("sync-preserving: where steps are of several events, nothing is missed",
          "[prediction][oracle]") {
  std::uint64_t reached = 0, inside = 0, found = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const PlainTrace trace = random_trace(seed, 4);
    const LockTrace locks = lock_trace_of(trace);
    for (const std::vector<std::uint32_t>& circle : circles(locks)) {
      INFO(text(trace));
      CAPTURE(circle);
      const auto instance = instance_of(locks, circle);
      found += instance ? 1 : 0;
      if (!can_meet(trace, locks, circle)) continue;
      REQUIRE(instance.has_value());
      ++reached;
      inside += instance->then.empty() ? 0 : 1;
    }
  }
  CAPTURE(reached, inside, found);
  CHECK(reached > seeds / 50);
  CHECK(inside > reached / 10);
  CHECK(found - reached < found / 5);
}

}  // namespace
}  // namespace lockstep
