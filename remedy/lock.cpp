// Remedy lock: what reads a shared variable and then writes it, or looks and then acts, is done
// with a new lock held, in each body that does so.
//
//   temp = n; sleep; n = temp - 1  ->  with n_lock: temp = n; sleep; n = temp - 1
//
// Which variables: those of the condition that does not hold, or of the statement that raises; and
// as a second proposal all that the threads share. Of each list of statements the stretch from the
// first use to the last is guarded. A loop is guarded as a whole or turn by turn.
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/expression.h"
#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"

namespace lockstep {
namespace {

using Variables = std::set<std::string>;

bool meet(const Variables& a, const Variables& b) {
  return std::ranges::any_of(a, [&](const std::string& name) { return b.contains(name); });
}

class Guarding {
 public:
  Guarding(const Scenario& scenario, const Variables& variables, bool whole_loops)
      : scenario_(scenario), variables_(variables), whole_loops_(whole_loops) {}

  struct Stretch {
    std::string list;
    std::size_t first, last;
  };

  void add(const Body& body) {
    SharedUse all;
    for (const Statement& statement : *body.block) {
      SharedUse use = shared_use(scenario_, body, statement);
      all.read.merge(use.read);
      all.written.merge(use.written);
    }
    std::erase_if(all.read, [&](const std::string& name) { return !variables_.contains(name); });
    if (!meet(all.written, variables_) && all.read.size() < 2) return;
    if (!meet(all.read, variables_)) return;
    const std::size_t before = stretches_.size();
    block(body, *body.block);
    if (stretches_.size() > before) where_.push_back(body.name);
  }

  const std::vector<Stretch>& stretches() const { return stretches_; }
  const std::vector<std::string>& where() const { return where_; }
  bool calls() const { return calls_; }

 private:
  bool uses(const Body& body, const Statement& statement) const {
    const SharedUse use = shared_use(scenario_, body, statement);
    return meet(use.read, variables_) || meet(use.written, variables_);
  }
  bool uses_itself(const Body& body, const Statement& statement) const {
    const SharedUse use = own_shared_use(scenario_, body, statement);
    return meet(use.read, variables_) || meet(use.written, variables_);
  }

  void block(const Body& body, const Block& block) {
    std::vector<std::size_t> used;
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (uses(body, block[i])) used.push_back(i);
    }
    if (used.empty()) return;
    using enum StatementKind;
    const Statement& only = block[used.front()];
    const bool is_loop = only.kind == while_ || only.kind == for_;
    const bool goes_in = used.size() == 1 && !blocks_of(only).empty() &&
                         (is_loop ? !whole_loops_ : !uses_itself(body, only));
    if (goes_in) {
      for (const Block* inner : blocks_of(only)) this->block(body, *inner);
      return;
    }
    stretches_.push_back({list_of(block), used.front(), used.back()});
    for (std::size_t i = used.front(); i <= used.back(); ++i) {
      for_each_call(block[i]);
    }
  }

  void for_each_call(const Statement& statement) {
    calls_ = calls_ || statement.kind == StatementKind::call;
    for (const Block* inner : blocks_of(statement)) {
      for (const Statement& each : *inner) for_each_call(each);
    }
  }

  const Scenario& scenario_;
  const Variables& variables_;
  bool whole_loops_;
  std::vector<Stretch> stretches_;
  std::vector<std::string> where_;
  bool calls_ = false;
};

bool is_declared(const Scenario& scenario, const std::string& name) {
  return std::ranges::find(scenario.variables, name, &ScenarioVariable::name) !=
         scenario.variables.end();
}

// Those of which the findings speak.
Variables named_variables(const Scenario& scenario, const Program& program,
                          const Exploration& exploration) {
  Variables names;
  for (const Finding& finding : exploration.findings) {
    if (!is_for_a_lock(finding)) continue;
    if (finding.kind != FindingKind::uncaught_exception) {
      const ParsedExpression parsed = parse_expression(finding.subject);
      if (!parsed.root) continue;
      for_each_subexpression(*parsed.root, [&](const Expression& part) {
        if (part.kind == Expression::Kind::name && is_declared(scenario, part.text)) {
          names.insert(part.text);
        }
      });
    } else if (finding.site) {
      const std::string& pointer = program.sites[finding.site->index].pointer;
      for (const Body& body : bodies_of(scenario)) {
        for_each_statement(*body.block, [&](const Statement& statement) {
          if (statement.place.pointer != pointer) return;
          SharedUse use = own_shared_use(scenario, body, statement);
          names.merge(use.read);
          names.merge(use.written);
        });
      }
    }
  }
  return names;
}

}  // namespace

std::vector<Proposal> propose_lock(const Scenario& scenario, const Program& program,
                                   const Exploration& exploration) {
  std::vector<Variables> sets;
  Variables named = named_variables(scenario, program, exploration);
  if (!named.empty()) sets.push_back(std::move(named));
  Variables all;
  for (const ScenarioVariable& variable : scenario.variables) all.insert(variable.name);
  if (sets.empty() || sets.front() != all) sets.push_back(std::move(all));

  std::vector<Proposal> proposals;
  for (const Variables& variables : sets) {
    for (const bool whole_loops : {false, true}) {
      Guarding guarding(scenario, variables, whole_loops);
      for (const Body& body : bodies_of(scenario)) guarding.add(body);
      if (guarding.stretches().empty()) continue;
      Edit edit(scenario.text);
      const std::string name = fresh_name(
          scenario, variables.size() == 1 ? *variables.begin() + "_lock" : "shared_lock");
      bool made = true;
      for (auto it = guarding.stretches().rbegin(); it != guarding.stretches().rend(); ++it) {
        made = made && wrap(edit, it->list, it->first, it->last,
                            "{\"with\": \"" + name + "\", \"do\": [", "]}");
      }
      const char* type = guarding.calls() ? R"("RLock")" : R"("Lock")";
      if (!made || !declare(edit, "objects", name, type)) continue;
      std::vector<std::string> names(variables.begin(), variables.end());
      proposals.push_back(proposal_of(
          "lock",
          "a new lock, " + name + ", for " + in_words(names) + " in " + in_words(guarding.where()),
          edit));
    }
  }
  return proposals;
}

}  // namespace lockstep
