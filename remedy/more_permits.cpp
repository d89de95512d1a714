// Remedy more-permits: the least number of permits with which nobody waits for one for ever while
// others wait for another. Of a semaphore of one permit, which is a lock, it would be no remedy.
// Tested by tests/remedy/remedies_test.cpp.
#include "remedy/rewrite.h"

namespace lockstep {

std::vector<Proposal> propose_more_permits(const Scenario& scenario, const Program& program,
                                           const Exploration& exploration) {
  std::vector<Proposal> proposals;
  const auto semaphores = waited_for(
      scenario, program, exploration, [](const Finding& finding, const StuckThread& stuck) {
        return stuck.core && finding.kind == FindingKind::circular_wait &&
               waits_for_a_permit(stuck);
      });
  for (const ScenarioObject* semaphore : semaphores) {
    if (semaphore->value < 2) continue;
    std::vector<std::int64_t> sizes;
    for (std::size_t n = 1; n <= rungs_max; ++n) {
      sizes.push_back(semaphore->value + static_cast<std::int64_t>(n));
    }
    for (Proposal& rung :
         ladder(scenario, *semaphore, "more-permits", "value", sizes, [&](std::int64_t n) {
           return std::to_string(n) + " permits of " + semaphore->name;
         })) {
      proposals.push_back(std::move(rung));
    }
  }
  return proposals;
}

}  // namespace lockstep
