// Remedy clear: an Event is not cleared where that may undo a set for which somebody yet waits: the
// clear goes behind the wait that follows it in its list, to the front of the list, or away.
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"
#include "remedy/splice.h"

namespace lockstep {
namespace {

// The first wait for the event behind the statement, in its list.
std::optional<std::size_t> next_wait(const Scenario& scenario, const Body& body, const Block& block,
                                     std::size_t index, const ScenarioObject& event) {
  for (std::size_t i = index + 1; i < block.size(); ++i) {
    if (may_name(scenario, body, block[i], "wait", event)) return i;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Proposal> propose_clear(const Scenario& scenario, const Program& program,
                                    const Exploration& exploration) {
  std::vector<Proposal> proposals;
  const auto events = waited_for(
      scenario, program, exploration, [](const Finding& finding, const StuckThread& stuck) {
        return stuck.core && is_deadlock(finding.kind) && waits_for_an_event(stuck);
      });
  for (const ScenarioObject* event : events) {
    for (const Body& body : bodies_of(scenario)) {
      for_each_block(*body.block, [&](const Block& block) {
        for (std::size_t i = 0; i < block.size(); ++i) {
          if (!may_name(scenario, body, block[i], "event_clear", *event)) continue;
          const std::string what =
              "line " + std::to_string(block[i].place.line) + " (clear " + event->name + ")";
          const std::string list = list_of(block);
          if (const auto wait = next_wait(scenario, body, block, i, *event)) {
            Edit edit(scenario.text);
            if (move_statement(edit, child(list, i), list, *wait + 1)) {
              proposals.push_back(proposal_of("clear", "move " + what + " behind the wait", edit));
            }
          }
          if (i > 0) {
            Edit edit(scenario.text);
            const std::string value = item_text_and_above(edit.text(), *edit.at(list), i);
            if (edit.remove(child(list, i), true) && edit.add(child(list, std::size_t{0}), value)) {
              proposals.push_back(
                  proposal_of("clear", "move " + what + " to the front of its list", edit));
            }
          }
          Edit edit(scenario.text);
          if (remove_statement(edit, child(list, i))) {
            proposals.push_back(proposal_of("clear", "leave out " + what, edit));
          }
        }
      });
    }
  }
  return proposals;
}

}  // namespace lockstep
