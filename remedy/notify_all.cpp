// Remedy notify-all: a notify that may wake the wrong waiter, or too few, wakes all of them.
// Those who wait for something else have to test again; where they do not, it is refuted.
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/statement_text.h"
#include "remedy/rewrite.h"

namespace lockstep {
namespace {

struct Spot {
  const Statement* statement;
  std::string body;
};

std::optional<Proposal> rewritten(const Scenario& scenario, const std::vector<Spot>& places,
                                  const std::string& name) {
  Edit edit(scenario.text);
  std::vector<std::string> where;
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    if (!rename_keys(edit, place->statement->place.pointer,
                     {{"notify", "notify_all"}, {"n", ""}})) {
      return std::nullopt;
    }
  }
  for (const Spot& place : places) {
    if (std::ranges::find(where, place.body) == where.end()) where.push_back(place.body);
  }
  return proposal_of("notify-all", "notify all who wait on " + name + ", in " + in_words(where),
                     edit);
}

}  // namespace

std::vector<Proposal> propose_notify_all(const Scenario& scenario, const Program& program,
                                         const Exploration& exploration) {
  std::vector<Proposal> proposals;
  const auto conditions = waited_for(
      scenario, program, exploration, [](const Finding& finding, const StuckThread& stuck) {
        return stuck.core && is_deadlock(finding.kind) && waits_on_a_condition(stuck);
      });
  for (const ScenarioObject* condition : conditions) {
    std::vector<Spot> places;
    for (const Body& body : bodies_of(scenario)) {
      for_each_statement(*body.block, [&](const Statement& statement) {
        if (statement.kind == StatementKind::notify &&
            may_name(scenario, body, statement, "notify", *condition)) {
          places.push_back({&statement, body.name});
        }
      });
    }
    if (places.empty()) continue;
    if (auto all = rewritten(scenario, places, condition->name)) {
      proposals.push_back(*std::move(all));
    }
    for (const Spot& place : places) {
      if (places.size() == 1) break;
      if (auto one = rewritten(scenario, {place}, condition->name)) {
        proposals.push_back(*std::move(one));
      }
    }
  }
  return proposals;
}

}  // namespace lockstep
