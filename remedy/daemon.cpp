// Remedy daemon: a thread that serves a queue in a loop without end does not keep the process from
// ending. It is proposed for none that would ever end by itself: such a one is waited for.
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"

namespace lockstep {
namespace {

bool is_true(const Expression& expression) {
  const Constant& constant = expression.constant;
  return expression.kind == Expression::Kind::constant &&
         (constant.kind == ValueKind::boolean
              ? constant.inline_value == true_value
              : constant.kind == ValueKind::integer && constant.integer != 0);
}

bool leads_out(const Block& block, bool in_loop) {
  return std::ranges::any_of(block, [&](const Statement& statement) {
    using enum StatementKind;
    if (statement.kind == return_ || statement.kind == raise) return true;
    if (statement.kind == break_) return !in_loop;
    const bool is_loop = statement.kind == while_ || statement.kind == for_;
    return std::ranges::any_of(blocks_of(statement), [&](const Block* inner) {
      return leads_out(*inner, in_loop || is_loop);
    });
  });
}

// The loop without end in which the statement at the pointer is.
bool is_in_a_server(const Body& body, const std::string& pointer) {
  bool found = false;
  for_each_statement(*body.block, [&](const Statement& statement) {
    if (statement.kind != StatementKind::while_) return;
    if (!pointer.starts_with(statement.place.pointer + "/")) return;
    found = found || (is_true(*get_operand(statement, "while").expression) &&
                      !leads_out(get_block(statement, "do"), false));
  });
  return found;
}

bool make_daemon(Edit& edit, const std::string& pointer) {
  const std::string key = pointer + "/daemon";
  return edit.at(key) == nullptr ? edit.add(key, "true") : edit.replace(key, "true");
}

}  // namespace

std::vector<Proposal> propose_daemon(const Scenario& scenario, const Program& program,
                                     const Exploration& exploration) {
  const std::vector<Body> bodies = bodies_of(scenario);
  std::set<std::string> servers;  // functions
  for (const Finding& finding : exploration.findings) {
    if (!is_deadlock(finding.kind)) continue;
    for (const StuckThread& stuck : finding.threads) {
      if (!stuck.core || stuck.daemon || !waits_on_a_queue(stuck, "get")) continue;
      const std::string& pointer = program.sites[stuck.at.index].pointer;
      for (const Body& body : bodies) {
        if (body.is_function && is_in_a_server(body, pointer)) servers.insert(body.name);
      }
    }
  }
  Edit edit(scenario.text);
  for (const std::string& server : servers) {
    for (const ScenarioThread& thread : scenario.threads) {
      if (thread.has_target && thread.target == server && !thread.daemon &&
          !make_daemon(edit, child("/threads", thread.name))) {
        return {};
      }
    }
    for (const Body& body : bodies) {
      bool made = true;
      for_each_statement(*body.block, [&](const Statement& statement) {
        const bool starts = (statement.kind == StatementKind::spawn &&
                             get_function(statement, "spawn") == server) ||
                            (statement.kind == StatementKind::thread &&
                             get_function(statement, "target") == server);
        if (starts) made = made && make_daemon(edit, statement.place.pointer);
      });
      if (!made) return {};
    }
  }
  if (edit.patch().empty()) return {};
  const std::vector<std::string> names(servers.begin(), servers.end());
  std::vector<Proposal> proposals = {proposal_of(
      "daemon", "threads that execute " + in_words(names) + ", which never ends, become daemons",
      edit)};
  proposals.back().only_ends = true;
  return proposals;
}

}  // namespace lockstep
