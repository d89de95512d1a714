// Remedy predicate: a notify that nobody waits for yet is remembered in a variable, and who comes
// to wait looks there first.
//
//   c.wait()    ->  while not told: c.wait()          or  while told == 0: c.wait()
//                                                          told -= 1
//   c.notify()  ->  told = True; c.notify()           or  told += 1; c.notify()
//
// The first lets all through that ever come, the second as many as were notified.
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"
#include "remedy/splice.h"

namespace lockstep {
namespace {

struct Spot {
  const Statement* statement;
  std::size_t body;
};

// It is in no loop or branch of its own that tests something.
bool is_bare(const JsonNode& tree, const std::string& pointer) {
  const std::string_view list = parent_of(pointer);
  const JsonNode* around = list.empty() ? nullptr : resolve(tree, parent_of(list));
  return around == nullptr || (around->find("while") == nullptr && around->find("if") == nullptr);
}

}  // namespace

std::vector<Proposal> propose_predicate(const Scenario& scenario, const Program& program,
                                        const Exploration& exploration) {
  std::vector<Proposal> proposals;
  const std::vector<Body> bodies = bodies_of(scenario);
  const auto conditions = waited_for(
      scenario, program, exploration, [](const Finding& finding, const StuckThread& stuck) {
        return stuck.core && is_deadlock(finding.kind) && stuck.waits_for_type == "Condition";
      });
  for (const ScenarioObject* condition : conditions) {
    std::vector<Spot> waits, notifies;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      for_each_statement(*bodies[i].block, [&](const Statement& statement) {
        if (may_name(scenario, bodies[i], statement, "wait", *condition) &&
            is_bare(scenario.tree, statement.place.pointer)) {
          waits.push_back({&statement, i});
        } else if (may_name(scenario, bodies[i], statement, "notify", *condition) ||
                   may_name(scenario, bodies[i], statement, "notify_all", *condition)) {
          notifies.push_back({&statement, i});
        }
      });
    }
    if (waits.empty() || notifies.empty()) continue;

    for (const bool counts : {false, true}) {
      Edit edit(scenario.text);
      const std::string told = fresh_name(scenario, "told");
      std::vector<Spot> places = waits;
      places.insert(places.end(), notifies.begin(), notifies.end());
      std::ranges::sort(places, {}, [](const Spot& place) {
        return std::pair(place.statement->place.line, place.statement->place.column);
      });
      std::set<std::size_t> assign;  // bodies
      bool made = true;
      for (auto place = places.rbegin(); place != places.rend() && made; ++place) {
        const Statement& statement = *place->statement;
        const std::string& pointer = statement.place.pointer;
        const std::string list(parent_of(pointer));
        const std::size_t index = std::stoul(last_token(pointer));
        if (statement.kind == StatementKind::wait) {
          const std::string test = counts ? told + " == 0" : "not " + told;
          if (counts) {
            made = edit.add(child(list, index + 1),
                            "{\"set\": \"" + told + "\", \"to\": \"" + told + " - 1\"}");
            assign.insert(place->body);
          }
          made = made &&
                 wrap(edit, list, index, index, "{\"while\": \"" + test + "\", \"do\": [", "]}");
        } else {
          std::string value = "true";
          if (counts) {
            const Operand* n =
                statement.kind == StatementKind::notify ? find_operand(statement, "n") : nullptr;
            value = json_string(told + " + " + (n == nullptr ? "1" : "(" + n->source + ")"));
          }
          made = edit.add(pointer, "{\"set\": \"" + told + "\", \"to\": " + value + "}");
          assign.insert(place->body);
        }
      }
      for (const std::size_t body : assign) made = made && declare_global(edit, bodies[body], told);
      made = made && declare(edit, "variables", told, counts ? "0" : "false");
      if (!made) continue;
      proposals.push_back(proposal_of("predicate",
                                      counts ? "count what is notified on " + condition->name +
                                                   " in " + told + ", and wait until it is there"
                                             : "remember in " + told + " that " + condition->name +
                                                   " was notified, and look there before waiting",
                                      edit));
    }
  }
  return proposals;
}

}  // namespace lockstep
