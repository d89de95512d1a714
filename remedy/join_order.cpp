// Remedy join-order: a thread is joined where nobody waits any more for what the one who joins it
// holds or is yet to do: at the end of the list of statements, behind the `with` around it, or,
// where threads join each other, not at all.
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"

namespace lockstep {
namespace {

bool has_key(const Edit& edit, std::string_view pointer, std::string_view key) {
  const JsonNode* node = resolve(edit.tree(), pointer);
  return node != nullptr && node->find(key) != nullptr;
}

// A loop that does nothing else than to join is moved as a whole.
std::string outermost(const Edit& edit, std::string pointer) {
  for (;;) {
    const std::string list(parent_of(pointer));
    if (list.empty()) return pointer;
    const std::string around(parent_of(list));
    const JsonNode* items = edit.at(list);
    if (items == nullptr || items->items.size() != 1 || !has_key(edit, around, "for")) {
      return pointer;
    }
    pointer = around;
  }
}

bool is_jump(const JsonNode& statement) {
  return statement.find("return") != nullptr || statement.find("raise") != nullptr ||
         statement.find("break") != nullptr || statement.find("continue") != nullptr;
}

}  // namespace

std::vector<Proposal> propose_join_order(const Scenario& scenario, const Program& program,
                                         const Exploration& exploration) {
  std::vector<Proposal> proposals;
  std::set<std::string> seen;
  for (const Finding& finding : exploration.findings) {
    for (const StuckThread& stuck : finding.threads) {
      if (!joins_in_the_cause(finding, stuck)) continue;
      const Site& site = program.sites[stuck.at.index];
      const Edit original(scenario.text);
      if (original.at(site.pointer) == nullptr || site.pointer.empty()) continue;
      const std::string from = outermost(original, site.pointer);
      if (!seen.insert(from).second) continue;
      const std::string list(parent_of(from));
      const std::size_t index = std::stoul(last_token(from));
      const JsonNode* items = original.at(list);
      if (items == nullptr || items->kind != JsonNode::Kind::array) continue;
      const std::string line = "line " + std::to_string(site.line) + " (" + site.text + ")";
      std::size_t end = items->items.size();
      if (is_jump(items->items.back())) --end;
      if (index + 1 < end) {
        Edit edit(scenario.text);
        if (move_statement(edit, from, list, end)) {
          proposals.push_back(
              proposal_of("join-order", "move " + line + " to the end of its list", edit));
        }
      }
      if (!list.empty() && has_key(original, parent_of(list), "with") && items->items.size() > 1) {
        Edit edit(scenario.text);
        const std::string with(parent_of(list));
        if (move_statement(edit, from, std::string(parent_of(with)),
                           std::stoul(last_token(with)) + 1)) {
          proposals.push_back(
              proposal_of("join-order", "move " + line + " behind the `with` around it", edit));
        }
      }
      if (finding.kind == FindingKind::join_cycle) {
        Edit edit(scenario.text);
        if (remove_statement(edit, from)) {
          proposals.push_back(proposal_of("join-order", "leave out " + line, edit));
        }
      }
    }
  }
  return proposals;
}

}  // namespace lockstep
