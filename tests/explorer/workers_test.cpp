// Several threads search as one does: the same states, numbers, findings and counterexamples.
#include "explorer/workers.h"

#include <catch2/catch.hpp>
#include <string>

#include "explorer/explore.h"
#include "language/load.h"
#include "tests/support/random_locking.h"
#include "tests/support/random_pools.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/same_exploration.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

#ifndef WORKERS_SEEDS
#define WORKERS_SEEDS 300
#endif
const auto [first_seed, seeds] = seeds_or(WORKERS_SEEDS);

void check_any_number(const Program& program, ExploreOptions options) {
  options.workers = 1;
  const Exploration alone = explore(program, options);
  for (const unsigned workers : {2U, 3U}) {
    CAPTURE(workers);
    options.workers = workers;
    options.share_from = 2;
    check_same_exploration(explore(program, options), alone);
  }
}

TEST_CASE("workers: any number of them finds what one does", "[explorer][workers][slow]") {
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = seed % 4 == 0   ? random_locking(seed)
                                 : seed % 4 == 1 ? random_pools(seed)
                                                 : random_scenario(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    ExploreOptions options;
    options.limits.states_max = 400 + seed % 3 * 1000;
    options.reduce = seed / 4 % 2 == 0;
    options.symmetry = seed / 8 % 2 == 0;
    options.memoise = seed % 16 != 15;
    if (seed % 16 == 14) options.limits.steps_max = 6;
    check_any_number(*loaded.program, options);
  }
}

}  // namespace
}  // namespace lockstep
