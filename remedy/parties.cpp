// Remedy parties: a barrier is for as many as come to it. The nearest number first; one for a
// single thread would be none. Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "remedy/rewrite.h"

namespace lockstep {

std::vector<Proposal> propose_parties(const Scenario& scenario, const Program& program,
                                      const Exploration& exploration) {
  std::vector<Proposal> proposals;
  const auto barriers = waited_for(
      scenario, program, exploration, [](const Finding& finding, const StuckThread& stuck) {
        return stuck.core && is_deadlock(finding.kind) && stuck.waits_for_type == "Barrier";
      });
  for (const ScenarioObject* barrier : barriers) {
    std::vector<std::int64_t> sizes;
    for (std::int64_t by = 1; sizes.size() < rungs_max; ++by) {
      if (barrier->value - by >= 2) sizes.push_back(barrier->value - by);
      sizes.push_back(barrier->value + by);
    }
    for (Proposal& rung :
         ladder(scenario, *barrier, "parties", "parties", sizes, [&](std::int64_t n) {
           return "a barrier " + barrier->name + " for " + std::to_string(n);
         })) {
      proposals.push_back(std::move(rung));
    }
  }
  return proposals;
}

}  // namespace lockstep
