// Remedy socket-order: of two who wait for each other on a connection, one sends before it
// receives, or receives before it sends: the statement at which it waits changes places with the
// next one of the other sort on the same end, if nothing between them jumps away. Tested by
// tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"
#include "remedy/splice.h"

namespace lockstep {
namespace {

struct Spot {
  const Block* block;
  std::size_t waits, next;  // next: what it does later and should do first
};

std::optional<Spot> spot_of(const Block& block, const std::string& pointer) {
  using enum StatementKind;
  const auto at = std::ranges::find_if(
      block, [&](const Statement& statement) { return statement.place.pointer == pointer; });
  if (at == block.end() || (at->kind != send && at->kind != recv)) return std::nullopt;
  const StatementKind other = at->kind == send ? recv : send;
  const std::string& end = get_operand(*at, at->kind == send ? "send" : "recv").source;
  for (auto next = at + 1; next != block.end() && !jumps(*next); ++next) {
    if (next->kind != other || get_operand(*next, other == send ? "send" : "recv").source != end) {
      continue;
    }
    return Spot{&block, static_cast<std::size_t>(at - block.begin()),
                static_cast<std::size_t>(next - block.begin())};
  }
  return std::nullopt;
}

}  // namespace

std::vector<Proposal> propose_socket_order(const Scenario& scenario, const Program& program,
                                           const Exploration& exploration) {
  std::vector<Proposal> proposals;
  std::set<std::string> seen;
  for (const Finding& finding : exploration.findings) {
    if (finding.kind != FindingKind::socket_cycle) continue;
    for (const StuckThread& stuck : finding.threads) {
      if (!stuck.core) continue;
      const std::string& pointer = program.sites[stuck.at.index].pointer;
      if (pointer.empty() || !seen.insert(pointer).second) continue;
      for (const Body& body : bodies_of(scenario)) {
        for_each_block(*body.block, [&](const Block& block) {
          const std::optional<Spot> spot = spot_of(block, pointer);
          if (!spot) return;
          const bool sends = block[spot->next].kind == StatementKind::send;
          const std::string list = list_of(block);
          Edit edit(scenario.text);
          const std::string value = item_text_and_above(edit.text(), *edit.at(list), spot->next);
          if (!edit.remove(child(list, spot->next), true) ||
              !edit.add(child(list, spot->waits), value)) {
            return;
          }
          proposals.push_back(proposal_of(
              "socket-order",
              std::string(sends ? "send before receiving" : "receive before sending") + " in " +
                  body.name + ", line " + std::to_string(block[spot->waits].place.line),
              edit));
        });
      }
    }
  }
  return proposals;
}

}  // namespace lockstep
