// Remedy try-acquire: the second lock of a nest is only tried for a while; where that fails, the
// first is let go, and after a pause both are taken anew.
//
//   with b: S; with a: T     ->  while True:
//                                    with b: S; got = a.acquire(timeout=0.1)
//                                            if got:
//                                                try: T  finally: a.release()
//                                                break
//                                    sleep(0.01)
//   acquire b; S; acquire a  ->  while True:
//                                    acquire b; S; got = a.acquire(timeout=0.1)
//                                    if got: break
//                                    release b; sleep(0.01)
//
// S is executed again for each attempt, so it may be nothing that others notice. Nothing bounds
// how often a thread tries: two that do so in step may go on for ever. The timed run shows whether
// they do.
// Tested by tests/remedy/remedies_test.cpp.
#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/nests.h"
#include "remedy/rewrite.h"
#include "remedy/splice.h"

namespace lockstep {
namespace {

constexpr const char* how_long = "0.1";
constexpr const char* pause = R"({"sleep": 0.01})";

bool can_be_repeated(const Statement& statement) {
  using enum StatementKind;
  switch (statement.kind) {
    case sleep:
    case io:
    case compute:
    case yield:
    case pass:
      return true;
    default:
      return false;
  }
}

bool all_can_be_repeated(const Block& block, std::size_t first, std::size_t last) {
  return std::all_of(block.begin() + static_cast<std::ptrdiff_t>(first),
                     block.begin() + static_cast<std::ptrdiff_t>(last), can_be_repeated);
}

// A break or continue there would be one of the new loop.
bool leaves_a_loop(const Block& block) {
  return std::ranges::any_of(block, [](const Statement& statement) {
    using enum StatementKind;
    if (statement.kind == break_ || statement.kind == continue_) return true;
    if (statement.kind == while_ || statement.kind == for_) return false;
    return std::ranges::any_of(blocks_of(statement),
                               [](const Block* inner) { return leaves_a_loop(*inner); });
  });
}

std::string try_statement(const std::string& lock, const std::string& got) {
  return "{\"acquire\": " + lock + ", \"timeout\": " + how_long + ", \"into\": " + got + "}";
}

// The statement and the pause behind it go into an endless loop.
bool repeat(Edit& edit, const std::string& list, std::size_t first, std::size_t last) {
  return edit.add(child(list, last + 1), pause) &&
         wrap(edit, list, first, last + 1, R"({"while": "True", "do": [)", "]}");
}

// The one lock of a `with`, as JSON; empty if there are several.
std::string only_lock(const Edit& edit, const std::string& pointer) {
  const JsonNode* with = edit.at(pointer + "/with");
  if (with == nullptr) return "";
  if (with->kind != JsonNode::Kind::array) return text_at(edit, pointer + "/with");
  return with->items.size() == 1 ? text_at(edit, pointer + "/with/0") : "";
}

// T -> try: T finally: a.release(); break
bool work_and_leave(Edit& edit, const std::string& list, const std::string& lock) {
  const JsonNode* items = edit.at(list);
  if (items == nullptr || items->items.empty()) return false;
  return wrap(edit, list, 0, items->items.size() - 1, R"({"try": [)",
              "], \"finally\": [{\"release\": " + lock + "}]}") &&
         edit.add(child(list, std::size_t{1}), R"({"break": true})");
}

// with b: S; with a: T
bool try_with(Edit& edit, const Nest& nest, const std::string& got) {
  const Statement& outer = *nest.held.statement;
  const Statement& inner = *nest.taken.statement;
  const std::string& pointer = outer.place.pointer;
  const Block& between = get_block(outer, "do");
  if (!outer.label.empty() || !inner.label.empty()) return false;
  if (leaves_a_loop(get_block(inner, "do"))) return false;
  const std::string inside = pointer + "/do";
  if (&outer == &inner) {  // with b, a: T
    const JsonNode* locks = edit.at(pointer + "/with");
    if (locks == nullptr || locks->items.size() != 2) return false;
    const std::string held = text_at(edit, pointer + "/with/0");
    const std::string taken = text_at(edit, pointer + "/with/1");
    if (!work_and_leave(edit, inside, taken) || !edit.replace(pointer + "/with", held) ||
        !wrap(edit, inside, 0, 1, "{\"if\": " + got + ", \"then\": [", "]}") ||
        !edit.add(child(inside, std::size_t{0}), try_statement(taken, got))) {
      return false;
    }
  } else {
    const std::string& at = inner.place.pointer;
    const std::string taken = only_lock(edit, at);
    if (only_lock(edit, pointer).empty() || taken.empty() || &between.back() != &inner ||
        !all_can_be_repeated(between, 0, between.size() - 1)) {
      return false;
    }
    if (!work_and_leave(edit, at + "/do", taken) ||
        !rename_keys(edit, at, {{"with", "if"}, {"do", "then"}}) ||
        !edit.replace(at + "/if", got) || !edit.add(at, try_statement(taken, got))) {
      return false;
    }
  }
  const std::string list(parent_of(pointer));
  const std::size_t index = std::stoul(last_token(pointer));
  return repeat(edit, list, index, index);
}

// acquire b; S; acquire a
bool try_plain(Edit& edit, const Nest& nest, const std::string& got) {
  const PathStep& held = nest.held.path.back();
  const PathStep& taken = nest.taken.path.back();
  if (held.block != taken.block || taken.index <= held.index) return false;
  const Block& block = *held.block;
  if (!all_can_be_repeated(block, held.index + 1, taken.index)) return false;
  const std::string list = list_of(block);
  const std::string first = text_at(edit, child(list, held.index) + "/acquire");
  const std::string second = child(list, taken.index);
  return edit.add(second + "/timeout", how_long) && edit.add(second + "/into", got) &&
         edit.add(child(list, taken.index + 1),
                  "{\"if\": " + got + ", \"then\": [{\"break\": true}]}") &&
         edit.add(child(list, taken.index + 2), "{\"release\": " + first + "}") &&
         repeat(edit, list, held.index, taken.index + 2);
}

}  // namespace

std::vector<Proposal> propose_try_acquire(const Scenario& scenario, const Program& program,
                                          const Exploration& exploration) {
  const std::vector<Body> bodies = bodies_of(scenario);
  const LockNames names(scenario, program);
  const Nests nests(bodies, names);
  std::set<std::size_t> locks;
  for (const ObjectId object : locks_on_cycles(program, exploration)) {
    if (const std::optional<std::size_t> lock = names.find(object)) locks.insert(*lock);
  }
  std::vector<Proposal> proposals;
  std::string why_not;
  const std::string got = json_string(fresh_name(scenario, "got"));
  for (const Nest& nest : nests.all()) {
    if (!locks.contains(nest.held.lock.lock) || !locks.contains(nest.taken.lock.lock)) continue;
    Edit edit(scenario.text);
    using How = Taking::How;
    const bool is_with = nest.held.how == How::with && nest.taken.how == How::with;
    const bool is_plain = nest.held.how == How::plain && nest.taken.how == How::plain;
    if (!(is_with && try_with(edit, nest, got)) && !(is_plain && try_plain(edit, nest, got))) {
      why_not = "in " + bodies[nest.body].name + ", line " +
                std::to_string(nest.taken.statement->place.line) +
                ", the way from the first lock to the second cannot be gone again: it is in no one "
                "list, or does what others notice";
      continue;
    }
    const std::string& held = names.names()[nest.held.lock.lock];
    const std::string& taken = names.names()[nest.taken.lock.lock];
    proposals.push_back(proposal_of("try-acquire",
                                    "only try for " + taken + " in " + bodies[nest.body].name +
                                        ", and let " + held + " go where that fails",
                                    edit));
  }
  if (proposals.empty() && !why_not.empty()) {
    return {refusal_of("try-acquire", why_not)};
  }
  return proposals;
}

}  // namespace lockstep
