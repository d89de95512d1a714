// Remedy get-lock: what reads an mp.Value and then writes it is done with the lock that it has.
//
//   v.value = v.value + 1  ->  with v: v.value = v.value + 1     (with v.get_lock(): in Python)
//
// Of each list of statements the stretch from the first use of the value to the last is guarded; a
// loop turn by turn. Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"

namespace lockstep {
namespace {

class Guarded {
 public:
  Guarded(Edit& edit, const Body& body, const std::string& value)
      : edit_(edit), body_(body), value_(value) {}

  // False: something cannot be wrapped.
  bool guard(const Block& block) {
    std::vector<std::size_t> used;
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (uses(block[i])) used.push_back(i);
    }
    if (used.empty()) return true;
    const Statement& only = block[used.front()];
    if (used.size() == 1 && !blocks_of(only).empty() && !uses_itself(only)) {
      const std::vector<const Block*> inner = blocks_of(only);
      return std::all_of(inner.rbegin(), inner.rend(),
                         [&](const Block* each) { return guard(*each); });
    }
    any_ = true;
    return wrap(edit_, list_of(block), used.front(), used.back(),
                "{\"with\": \"" + value_ + "\", \"do\": [", "]}");
  }
  bool any() const { return any_; }

 private:
  bool uses_itself(const Statement& statement) const {
    bool found = false;
    for_each_expression(statement, [&](const Expression& part) {
      found = found || (part.kind == Expression::Kind::name && part.text == value_);
    });
    // Who holds its lock already does as it should.
    return found && statement.kind != StatementKind::with && !body_.locals.contains(value_);
  }
  bool uses(const Statement& statement) const {
    if (uses_itself(statement)) return true;
    return std::ranges::any_of(blocks_of(statement), [&](const Block* block) {
      return std::ranges::any_of(*block, [&](const Statement& inner) { return uses(inner); });
    });
  }

  Edit& edit_;
  const Body& body_;
  const std::string& value_;
  bool any_ = false;
};

}  // namespace

std::vector<Proposal> propose_get_lock(const Scenario& scenario, const Program&,
                                       const Exploration&) {
  std::vector<Proposal> proposals;
  for (const ScenarioObject& object : scenario.objects) {
    if (object.kind != ObjectKind::mp_value || object.count) continue;
    Edit edit(scenario.text);
    std::vector<std::string> where;
    bool made = true;
    std::vector<Body> bodies = bodies_of(scenario);
    // From the end of the text to its beginning.
    std::ranges::sort(bodies, std::ranges::greater{}, [](const Body& body) {
      return body.block->empty()
                 ? std::pair(0U, 0U)
                 : std::pair(body.block->front().place.line, body.block->front().place.column);
    });
    for (const Body& body : bodies) {
      if (body.block->empty()) continue;
      Guarded guarded(edit, body, object.name);
      made = made && guarded.guard(*body.block);
      if (guarded.any()) where.insert(where.begin(), body.name);
    }
    if (!made || where.empty()) continue;
    proposals.push_back(proposal_of(
        "get-lock", "hold the lock of " + object.name + " in " + in_words(where), edit));
  }
  return proposals;
}

}  // namespace lockstep
