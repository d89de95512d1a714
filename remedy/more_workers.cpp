// Remedy more-workers: the least number of workers with which the tasks that wait for other tasks
// of their pool leave one free. Where there may be more of them than the pool ever has workers,
// no number suffices.
// Tested by tests/remedy/remedies_test.cpp.
#include "remedy/rewrite.h"

namespace lockstep {

std::vector<Proposal> propose_more_workers(const Scenario& scenario, const Program&,
                                           const Exploration& exploration) {
  std::vector<Proposal> proposals;
  for (const ScenarioObject& pool : scenario.objects) {
    if (!pool.kind) continue;
    const bool is_pool = *pool.kind == ObjectKind::executor ||
                         *pool.kind == ObjectKind::process_pool ||
                         *pool.kind == ObjectKind::mp_pool;
    if (!is_pool || !names_in_a_wait(exploration, pool.name)) continue;
    std::vector<std::int64_t> sizes;
    for (std::size_t n = 1; n <= rungs_max; ++n) {
      sizes.push_back(pool.value + static_cast<std::int64_t>(n));
    }
    const std::string parameter = *pool.kind == ObjectKind::mp_pool ? "processes" : "max_workers";
    for (Proposal& rung :
         ladder(scenario, pool, "more-workers", parameter, sizes,
                [&](std::int64_t n) { return std::to_string(n) + " workers for " + pool.name; })) {
      proposals.push_back(std::move(rung));
    }
  }
  return proposals;
}

}  // namespace lockstep
