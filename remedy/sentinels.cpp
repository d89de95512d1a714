// Remedy sentinels: each consumer gets its own sign to stop. The last constant that is put into the
// queue at the end of a list of statements is taken for that sign.
//
//   q.put(None)  ->  for _ in range(2): q.put(None)
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"

namespace lockstep {

std::vector<Proposal> propose_sentinels(const Scenario& scenario, const Program& program,
                                        const Exploration& exploration) {
  std::vector<Proposal> proposals;
  const auto queues = waited_for(
      scenario, program, exploration, [](const Finding& finding, const StuckThread& stuck) {
        return stuck.core && is_deadlock(finding.kind) && waits_on_a_queue(stuck, "get");
      });
  for (const ScenarioObject* queue : queues) {
    for (const Body& body : bodies_of(scenario)) {
      for_each_block(*body.block, [&](const Block& block) {
        const auto puts = [&](const Statement& statement) {
          return may_name(scenario, body, statement, "put", *queue);
        };
        const auto last = std::find_if(block.rbegin(), block.rend(), puts);
        if (last == block.rend() || !last->label.empty()) return;
        if (get_operand(*last, "item").expression->kind != Expression::Kind::constant) return;
        const std::size_t index = static_cast<std::size_t>(block.rend() - last) - 1;
        const std::string name = fresh_name(scenario, "_");
        for (std::size_t n = 2; n < 2 + rungs_max; ++n) {
          Edit edit(scenario.text);
          const std::string count = std::to_string(n);
          if (!wrap(edit, list_of(block), index, index,
                    "{\"for\": \"" + name + "\", \"in\": \"range(" + count + ")\", \"do\": [",
                    "]}")) {
            break;
          }
          proposals.push_back(proposal_of("sentinels",
                                          "put " + get_operand(*last, "item").source + " into " +
                                              queue->name + " " + count + " times in " + body.name,
                                          edit));
          proposals.back().ladder = "sentinels of " + last->place.pointer;
        }
      });
    }
  }
  return proposals;
}

}  // namespace lockstep
