// Remedy under-lock: what is told with a condition is changed, tested, notified and waited for with
// its lock held, so that no notify comes between the test and the wait.
//
//   c.notify()                       ->  with c: c.notify()           (wait likewise)
//   while not ready: with c: wait c  ->  with c: while not ready: wait c
//   with c: notify c;  ready = True  ->  with c: ready = True; notify c
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/rewrite.h"
#include "remedy/splice.h"

namespace lockstep {
namespace {

// Where notify or wait is called without the lock.
std::vector<Proposal> wrap_calls(const Scenario& scenario, const Program& program,
                                 const Exploration& exploration) {
  std::set<std::string> places;  // pointers
  for (const Finding& finding : exploration.findings) {
    if (!is_without_lock(finding) || !finding.site) continue;
    places.insert(program.sites[finding.site->index].pointer);
  }
  Edit edit(scenario.text);
  std::vector<std::string> where;
  for (const Body& body : bodies_of(scenario)) {
    std::vector<std::pair<std::string, std::string>> found;  // pointer, key
    for_each_statement(*body.block, [&](const Statement& statement) {
      if (!places.contains(statement.place.pointer)) return;
      const std::string key(row(statement.kind).key);
      if (find_operand(statement, key) != nullptr) found.emplace_back(statement.place.pointer, key);
    });
    for (auto it = found.rbegin(); it != found.rend(); ++it) {
      const std::string list(parent_of(it->first));
      const std::size_t index = std::stoul(last_token(it->first));
      const std::string lock = text_at(edit, it->first + "/" + it->second);
      if (!wrap(edit, list, index, index, "{\"with\": " + lock + ", \"do\": [", "]}")) return {};
    }
    if (!found.empty()) where.push_back(body.name);
  }
  if (where.empty()) return {};
  return {proposal_of("under-lock", "hold the condition's lock in " + in_words(where), edit)};
}

bool has_wait(const Block& block, const Scenario& scenario, const Body& body,
              const ScenarioObject& condition) {
  return std::ranges::any_of(block, [&](const Statement& statement) {
    return may_name(scenario, body, statement, "wait", condition);
  });
}

// while P: with c: S  ->  with c: while P: S
bool turn(Edit& edit, const Statement& test) {
  const std::string& pointer = test.place.pointer;
  const std::string inner = test.kind == StatementKind::while_ ? "do" : "then";
  const std::string with = pointer + "/" + inner + "/0";
  const JsonNode* list = edit.at(with + "/do");
  const JsonNode* outer = edit.at(pointer);
  if (list == nullptr || list->items.empty() || outer->members.size() != 2) return false;
  const std::string lock = text_at(edit, with + "/with");
  const std::string key = test.kind == StatementKind::while_ ? "while" : "if";
  const std::string condition = text_at(edit, pointer + "/" + key);
  // From the inside: the list of the inner with stays as it stands, at its depth.
  const std::string again =
      key == "if" && get_block(get_block(test, "then")[0], "do").size() == 1 ? "while" : key;
  return rename_keys(edit, with, {{"with", again}, {"do", again == "if" ? "then" : "do"}}) &&
         edit.replace(with + "/" + again, condition) &&
         rename_keys(edit, pointer, {{key, "with"}, {inner, "do"}}) &&
         edit.replace(pointer + "/with", lock);
}

// with c: notify c; set x  ->  with c: set x; notify c
bool move_in(Edit& edit, const Block& block, std::size_t index, const Statement& notify) {
  const std::string from = child(list_of(block), index);
  const JsonNode* list = edit.at(list_of(block));
  if (list == nullptr || edit.at(from) == nullptr) return false;
  const std::string value = item_text_and_above(edit.text(), *list, index);
  return edit.remove(from, true) && edit.add(notify.place.pointer, value);
}

}  // namespace

std::vector<Proposal> propose_under_lock(const Scenario& scenario, const Program& program,
                                         const Exploration& exploration) {
  std::vector<Proposal> proposals = wrap_calls(scenario, program, exploration);
  const auto conditions = waited_for(
      scenario, program, exploration, [](const Finding& finding, const StuckThread& stuck) {
        return stuck.core && is_deadlock(finding.kind) && waits_on_a_condition(stuck);
      });
  for (const ScenarioObject* condition : conditions) {
    for (const Body& body : bodies_of(scenario)) {
      for_each_statement(*body.block, [&](const Statement& statement) {
        using enum StatementKind;
        if (statement.kind != if_ && statement.kind != while_) return;
        if (blocks_of(statement).size() != 1) return;  // there is an else
        const Block& inside = *blocks_of(statement).front();
        if (inside.size() != 1 || inside[0].kind != with || !inside[0].label.empty()) return;
        const std::vector<Operand>& locks = *find_operands(inside[0], "with");
        if (locks.size() != 1 || object_named(scenario, body, locks[0]) != condition) return;
        const Block& work = get_block(inside[0], "do");
        if (!has_wait(work, scenario, body, *condition)) return;
        Edit edit(scenario.text);
        if (!turn(edit, statement)) return;
        proposals.push_back(proposal_of(
            "under-lock", "test with " + condition->name + " held in " + body.name, edit));
      });
      for_each_block(*body.block, [&](const Block& block) {
        const Statement* notify = nullptr;  // the last one before
        for (std::size_t i = 0; i < block.size(); ++i) {
          const Statement& statement = block[i];
          const auto is_notify = [&](const Statement& s) {
            return may_name(scenario, body, s, "notify", *condition) ||
                   may_name(scenario, body, s, "notify_all", *condition);
          };
          if (notify != nullptr && statement.kind == StatementKind::set &&
              !own_shared_use(scenario, body, statement).written.empty()) {
            Edit edit(scenario.text);
            if (move_in(edit, block, i, *notify)) {
              proposals.push_back(proposal_of(
                  "under-lock",
                  "change it before the notify, with " + condition->name + " held, in " + body.name,
                  edit));
            }
          }
          if (is_notify(statement)) {
            notify = &statement;
          } else if (statement.kind == StatementKind::with) {
            for (const Statement& inner : get_block(statement, "do")) {
              if (is_notify(inner)) notify = &inner;
            }
          }
        }
      });
    }
  }
  return proposals;
}

}  // namespace lockstep
