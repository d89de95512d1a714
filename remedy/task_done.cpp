// Remedy task-done: every item that is taken out of a queue is said to be dealt with.
//
//   get q; S              ->  get q; S; task_done q
//   get q; S              ->  get q; task_done q; S
//   get q; S task_done T  ->  get q; try: S T  finally: task_done q
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"

namespace lockstep {
namespace {

// A list with a get, and the places of the task_done in the statements behind it.
struct Spot {
  const Block* block;
  std::size_t get;
  std::vector<std::string> done;
};

void find_done(const Scenario& scenario, const Body& body, const Statement& statement,
               const ScenarioObject& queue, std::vector<std::string>& done) {
  if (may_name(scenario, body, statement, "task_done", queue)) {
    done.push_back(statement.place.pointer);
  }
  for (const Block* block : blocks_of(statement)) {
    for (const Statement& inner : *block) find_done(scenario, body, inner, queue, done);
  }
}

std::string done_statement(const Edit& edit, const Spot& spot) {
  return "{\"task_done\": " + text_at(edit, child(list_of(*spot.block), spot.get) + "/get") + "}";
}

bool at_the_end(Edit& edit, const Spot& spot) {
  std::size_t end = spot.block->size();
  if (end - 1 > spot.get && jumps(spot.block->back())) --end;
  return edit.add(child(list_of(*spot.block), end), done_statement(edit, spot));
}

bool at_once(Edit& edit, const Spot& spot) {
  const std::string statement = done_statement(edit, spot);
  for (auto it = spot.done.rbegin(); it != spot.done.rend(); ++it) {
    if (!remove_statement(edit, *it)) return false;
  }
  return edit.add(child(list_of(*spot.block), spot.get + 1), statement);
}

bool finally(Edit& edit, const Spot& spot) {
  const std::string list = list_of(*spot.block);
  const std::size_t first = spot.get + 1;
  if (first >= spot.block->size()) return false;
  const std::string statement = done_statement(edit, spot);
  for (auto it = spot.done.rbegin(); it != spot.done.rend(); ++it) {
    if (!remove_statement(edit, *it)) return false;
  }
  const JsonNode* items = edit.at(list);
  const std::size_t last = items->items.size() - 1;
  if (last < first) return edit.add(child(list, first), statement);
  const JsonNode& next = items->items[first];
  if (last == first && next.find("try") != nullptr && next.find("finally") == nullptr) {
    return edit.add(child(list, first) + "/finally", "[" + statement + "]");
  }
  return wrap(edit, list, first, last, "{\"try\": [", "], \"finally\": [" + statement + "]}");
}

}  // namespace

std::vector<Proposal> propose_task_done(const Scenario& scenario, const Program& program,
                                        const Exploration& exploration) {
  std::vector<Proposal> proposals;
  const auto queues = waited_for(
      scenario, program, exploration, [](const Finding& finding, const StuckThread& stuck) {
        return is_deadlock(finding.kind) && waits_on_a_queue(stuck, "join");
      });
  for (const ScenarioObject* queue : queues) {
    for (const Body& body : bodies_of(scenario)) {
      std::vector<Spot> spots;
      bool says_so = false;  // somewhere in the body
      for_each_block(*body.block, [&](const Block& block) {
        for (std::size_t i = 0; i < block.size(); ++i) {
          says_so = says_so || may_name(scenario, body, block[i], "task_done", *queue);
          if (!may_name(scenario, body, block[i], "get", *queue)) continue;
          Spot spot{&block, i, {}};
          for (std::size_t j = i + 1; j < block.size(); ++j) {
            if (may_name(scenario, body, block[j], "get", *queue)) break;
            find_done(scenario, body, block[j], *queue, spot.done);
          }
          spots.push_back(std::move(spot));
        }
      });
      if (spots.empty()) continue;
      const auto propose = [&](bool (*change)(Edit&, const Spot&), const std::string& how) {
        Edit edit(scenario.text);
        for (auto spot = spots.rbegin(); spot != spots.rend(); ++spot) {
          if (!change(edit, *spot)) return;
        }
        proposals.push_back(
            proposal_of("task-done", "task_done of " + queue->name + " " + how + body.name, edit));
      };
      if (!says_so) propose(at_the_end, "once an item is dealt with in ");
      propose(finally, "in a `finally` in ");
      propose(at_once, "right behind each get in ");
    }
  }
  return proposals;
}

}  // namespace lockstep
