// Remedy release: a list of statements that acquires a lock or permit more often than its body
// releases it gets the release that is missing, behind the last that it has, or at its end.
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"

namespace lockstep {

std::vector<Proposal> propose_release(const Scenario& scenario, const Program& program,
                                      const Exploration& exploration) {
  std::vector<Proposal> proposals;
  const auto objects = waited_for(scenario, program, exploration,
                                  [](const Finding& finding, const StuckThread& stuck) {
                                    return stuck.core && is_for_unreleased(finding);
                                  });
  for (const ScenarioObject* object : objects) {
    for (const Body& body : bodies_of(scenario)) {
      std::map<std::string, std::size_t> released;  // in the whole body
      for_each_statement(*body.block, [&](const Statement& statement) {
        if (statement.kind == StatementKind::release) {
          ++released[get_operand(statement, "release").source];
        }
      });
      for_each_block(*body.block, [&](const Block& block) {
        std::map<std::string, std::size_t> acquired;
        std::map<std::string, std::size_t> behind;  // the last release, and one more
        for (std::size_t i = 0; i < block.size(); ++i) {
          if (may_name(scenario, body, block[i], "acquire", *object)) {
            ++acquired[get_operand(block[i], "acquire").source];
          } else if (block[i].kind == StatementKind::release) {
            behind[get_operand(block[i], "release").source] = i + 1;
          }
        }
        for (const auto& [operand, count] : acquired) {
          if (count <= released[operand]) continue;
          std::size_t end = block.size();
          if (jumps(block.back())) --end;  // a statement behind it would not be reached
          std::set<std::size_t> places = {end};
          if (behind.contains(operand)) places.insert(behind[operand]);
          for (const std::size_t place : places) {
            Edit edit(scenario.text);
            std::string statement = "{\"release\": " + json_string(operand) + "}";
            bool made = true;
            for (std::size_t n = released[operand]; n < count && made; ++n) {
              made = edit.add(child(list_of(block), place), statement);
            }
            if (!made) continue;
            const std::string how = place == end ? "at the end of " : "behind its last release in ";
            proposals.push_back(
                proposal_of("release", "release " + operand + " " + how + body.name, edit));
          }
        }
      });
    }
  }
  return proposals;
}

}  // namespace lockstep
