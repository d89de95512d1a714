// Remedy larger-queue: the least size of a queue with which nobody waits for room for ever; if none
// of the sizes that are tried suffices, any number of items.
// Tested by tests/remedy/remedies_test.cpp.
#include "remedy/rewrite.h"

namespace lockstep {

std::vector<Proposal> propose_larger_queue(const Scenario& scenario, const Program& program,
                                           const Exploration& exploration) {
  std::vector<Proposal> proposals;
  const auto queues = waited_for(
      scenario, program, exploration, [](const Finding& finding, const StuckThread& stuck) {
        return stuck.core && is_deadlock(finding.kind) && waits_on_a_queue(stuck, "put");
      });
  for (const ScenarioObject* queue : queues) {
    if (queue->value <= 0 || queue->kind == ObjectKind::mp_simple_queue) continue;
    std::vector<std::int64_t> sizes;
    for (std::size_t n = 1; n < rungs_max; ++n) {
      sizes.push_back(queue->value + static_cast<std::int64_t>(n));
    }
    sizes.push_back(0);
    for (Proposal& rung :
         ladder(scenario, *queue, "larger-queue", "maxsize", sizes, [&](std::int64_t n) {
           return "room for " + (n == 0 ? "any number of" : std::to_string(n)) + " items in " +
                  queue->name;
         })) {
      proposals.push_back(std::move(rung));
    }
  }
  return proposals;
}

}  // namespace lockstep
