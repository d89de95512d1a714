// What the rewritings of statements share: whom a statement is about, and changes of lists.
//
// Pointers are those of the document as it stands, so whoever changes several places of one text
// goes from the end to the beginning: the last statement first, the innermost first.
// Tested by tests/remedy/remedies_test.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remedy/bodies.h"
#include "remedy/rows.h"

namespace lockstep {

// Finding things ----------------------------------------------------------------------------------

// Every list of statements at any depth, a list before those in it, in the order of the text.
void for_each_block(const Block& block, const std::function<void(const Block&)>& visit);
std::string list_of(const Block& block);  // its pointer. Requires: it is not empty
// The blocks of one statement.
std::vector<const Block*> blocks_of(const Statement& statement);

// The object, or the array of them, that an operand names; null if only a run can tell.
const ScenarioObject* object_named(const Scenario& scenario, const Body& body,
                                   const Operand& operand);
// Whether the statement's operand `key` names the object, or may: a parameter or local.
bool may_name(const Scenario& scenario, const Body& body, const Statement& statement,
              std::string_view key, const ScenarioObject& object);

// The declarations of what threads of deadlocks wait for, in order of declaration.
std::vector<const ScenarioObject*> waited_for(
    const Scenario& scenario, const Program& program, const Exploration& exploration,
    const std::function<bool(const Finding&, const StuckThread&)>& counts);
// Whether it leads elsewhere than to the next statement; what an expression or a call raises left
// out.
bool jumps(const Statement& statement, bool in_loop = false);
bool is_queue(ObjectKind kind);
bool is_condition(ObjectKind kind);
// The declared shared variables that a statement reads or assigns to, those in its blocks too.
struct SharedUse {
  std::set<std::string> read, written;
};
SharedUse shared_use(const Scenario& scenario, const Body& body, const Statement& statement);
// Of the statement alone, without its blocks.
SharedUse own_shared_use(const Scenario& scenario, const Body& body, const Statement& statement);

// Changing things ---------------------------------------------------------------------------------

// On one line: the value at a pointer. Requires: it is there.
std::string text_at(const Edit& edit, const std::string& pointer);
// Around the statements from first to last: `open`, they, `close` are one statement. What stands
// on the line of the statement `before` the first, which is about to go, goes behind `open`.
bool wrap(Edit& edit, const std::string& list, std::size_t first, std::size_t last,
          const std::string& open, const std::string& close, bool opener_goes = false,
          bool closer_goes = false);
// The statement goes before the one that has this index in the list, with the comments above it.
// Requires: it stands in the same list before that, or in an inner list.
bool move_statement(Edit& edit, const std::string& from, const std::string& list,
                    std::size_t index);
// A list must not become empty.
bool remove_statement(Edit& edit, const std::string& pointer);
// The same statement with other keys, and without those whose new name is empty.
bool rename_keys(Edit& edit, const std::string& pointer,
                 const std::vector<std::pair<std::string, std::string>>& names);
// A name that nothing in the scenario has: `base`, or with a number.
std::string fresh_name(const Scenario& scenario, const std::string& base);
// A member of the object at the top level, which is made if it is missing.
bool declare(Edit& edit, const std::string& section, const std::string& name,
             const std::string& value);
// Lets the function, if the body is one, assign to a shared variable.
bool declare_global(Edit& edit, const Body& body, const std::string& variable);

// One proposal for each size upwards, up to the first that is verified. `parameter` is the one of
// the object's declaration that says it.
std::vector<Proposal> ladder(const Scenario& scenario, const ScenarioObject& object,
                             const std::string& remedy, const std::string& parameter,
                             const std::vector<std::int64_t>& sizes,
                             const std::function<std::string(std::int64_t)>& title);

}  // namespace lockstep
