#include "remedy/rewrite.h"

#include <algorithm>

#include "language/pointer.h"
#include "language/statement_text.h"
#include "remedy/splice.h"

namespace lockstep {

// Finding things ----------------------------------------------------------------------------------

std::vector<const Block*> blocks_of(const Statement& statement) {
  std::vector<const Block*> blocks;
  for (const Field& field : statement.fields) {
    if (const auto* block = std::get_if<Block>(&field)) blocks.push_back(block);
    if (const auto* handlers = std::get_if<std::vector<ExceptHandler>>(&field)) {
      for (const ExceptHandler& handler : *handlers) blocks.push_back(&handler.body);
    }
  }
  return blocks;
}

void for_each_block(const Block& block, const std::function<void(const Block&)>& visit) {
  if (block.empty()) return;
  visit(block);
  for (const Statement& statement : block) {
    for (const Block* inner : blocks_of(statement)) for_each_block(*inner, visit);
  }
}

std::string list_of(const Block& block) {
  return std::string(parent_of(block.front().place.pointer));
}

const ScenarioObject* object_named(const Scenario& scenario, const Body& body,
                                   const Operand& operand) {
  const Expression* expression = operand.expression.get();
  if (expression != nullptr && expression->kind == Expression::Kind::subscript) {
    expression = expression->operands[0].get();
  }
  if (expression == nullptr || expression->kind != Expression::Kind::name) return nullptr;
  std::string name = expression->text;
  if (body.locals.contains(name)) return nullptr;
  for (;;) {  // there are no circles
    const auto found = std::ranges::find(scenario.objects, name, &ScenarioObject::name);
    if (found == scenario.objects.end()) return nullptr;
    if (found->kind) return &*found;
    name = found->same_as.substr(0, found->same_as.find('['));
  }
}

bool may_name(const Scenario& scenario, const Body& body, const Statement& statement,
              std::string_view key, const ScenarioObject& object) {
  if (row(statement.kind).key != key) return false;
  const Operand* operand = find_operand(statement, key);
  if (operand == nullptr || !operand->expression) return false;
  if (const ScenarioObject* named = object_named(scenario, body, *operand)) {
    return named == &object;
  }
  return operand->expression->kind == Expression::Kind::name &&
         body.locals.contains(operand->expression->text);
}

std::vector<const ScenarioObject*> waited_for(
    const Scenario& scenario, const Program& program, const Exploration& exploration,
    const std::function<bool(const Finding&, const StuckThread&)>& counts) {
  std::vector<const ScenarioObject*> objects;
  for (const Finding& finding : exploration.findings) {
    for (const StuckThread& stuck : finding.threads) {
      if (!counts(finding, stuck)) continue;
      const std::optional<ObjectId> object = program.object_named(stuck.waits_for);
      if (!object) continue;
      if (const ScenarioObject* declared = declaration_of(scenario, program, *object)) {
        objects.push_back(declared);
      }
    }
  }
  std::ranges::sort(objects);  // they are in one vector, in the order of the text
  objects.erase(std::unique(objects.begin(), objects.end()), objects.end());
  return objects;
}

bool jumps(const Statement& statement, bool in_loop) {
  using enum StatementKind;
  if (statement.kind == return_ || statement.kind == raise) return true;
  if (statement.kind == break_ || statement.kind == continue_) return !in_loop;
  const bool is_loop = statement.kind == while_ || statement.kind == for_;
  return std::ranges::any_of(blocks_of(statement), [&](const Block* block) {
    return std::ranges::any_of(
        *block, [&](const Statement& inner) { return jumps(inner, in_loop || is_loop); });
  });
}

bool is_queue(ObjectKind kind) {
  using enum ObjectKind;
  return kind == queue || kind == lifo_queue || kind == priority_queue || kind == simple_queue ||
         kind == mp_queue || kind == mp_joinable_queue || kind == mp_simple_queue;
}

bool is_condition(ObjectKind kind) {
  return kind == ObjectKind::condition || kind == ObjectKind::mp_condition;
}

SharedUse own_shared_use(const Scenario& scenario, const Body& body, const Statement& statement) {
  SharedUse use;
  const auto is_shared = [&](const std::string& name) {
    return !body.locals.contains(name) &&
           std::ranges::find(scenario.variables, name, &ScenarioVariable::name) !=
               scenario.variables.end();
  };
  const std::span<const FieldRow> rows = row(statement.kind).fields;
  for (std::size_t i = 0; i < statement.fields.size(); ++i) {
    const auto* one = std::get_if<Operand>(&statement.fields[i]);
    if (one == nullptr || !one->expression || rows[i].kind != FieldKind::target) continue;
    const Expression* base = one->expression.get();
    const bool whole = base->kind == Expression::Kind::name;
    while (base->kind == Expression::Kind::subscript || base->kind == Expression::Kind::attribute) {
      base = base->operands[0].get();
    }
    if (base->kind != Expression::Kind::name || !is_shared(base->text)) continue;
    use.written.insert(base->text);
    const bool in_place =
        statement.kind == StatementKind::append || statement.kind == StatementKind::pop || !whole;
    if (in_place) use.read.insert(base->text);
  }
  for (const std::string& name : assigned_names(statement)) {
    if (is_shared(name)) use.written.insert(name);
  }
  for (std::size_t i = 0; i < statement.fields.size(); ++i) {
    const auto operand = [&](const Operand& value) {
      if (!value.expression) return;
      if (rows[i].kind == FieldKind::target && value.expression->kind == Expression::Kind::name) {
        return;
      }
      for_each_subexpression(*value.expression, [&](const Expression& part) {
        if (part.kind == Expression::Kind::name && is_shared(part.text)) use.read.insert(part.text);
      });
    };
    if (const auto* one = std::get_if<Operand>(&statement.fields[i])) operand(*one);
    if (const auto* several = std::get_if<std::vector<Operand>>(&statement.fields[i])) {
      std::ranges::for_each(*several, operand);
    }
  }
  return use;
}

SharedUse shared_use(const Scenario& scenario, const Body& body, const Statement& statement) {
  SharedUse use = own_shared_use(scenario, body, statement);
  for (const Block* block : blocks_of(statement)) {
    for (const Statement& inner : *block) {
      SharedUse more = shared_use(scenario, body, inner);
      use.read.merge(more.read);
      use.written.merge(more.written);
    }
  }
  return use;
}

// Changing things ---------------------------------------------------------------------------------

std::string text_at(const Edit& edit, const std::string& pointer) {
  return one_line(edit.text(), *edit.at(pointer));
}

bool wrap(Edit& edit, const std::string& list, std::size_t first, std::size_t last,
          const std::string& open, const std::string& close, bool opener_goes, bool closer_goes) {
  const JsonNode* array = edit.at(list);
  if (array == nullptr || array->kind != JsonNode::Kind::array) return false;
  const std::size_t begin = opener_goes ? first - 1 : first;
  const std::size_t end = closer_goes ? last + 1 : last;
  if (end >= array->items.size()) return false;
  std::string above, head = open;
  if (opener_goes) {
    // Its lines begin where those of `open` do.
    for (const char c : comments_above(edit.text(), *array, begin)) {
      if ((c != ' ' && c != '\t') || (!above.empty() && above.back() != '\n')) above += c;
    }
    head += comment_behind(edit.text(), *array, begin);
  }
  const std::string value =
      above + items_between(edit.text(), *array, first, last, head, close) +
      (closer_goes ? comment_behind(edit.text(), *array, end) : std::string());
  if (!edit.add(child(list, begin), value)) return false;
  for (std::size_t i = end + 1; i > begin; --i) {
    if (!edit.remove(child(list, i), true)) return false;
  }
  return true;
}

bool move_statement(Edit& edit, const std::string& from, const std::string& list,
                    std::size_t index) {
  const JsonNode* items = edit.at(parent_of(from));
  const std::string value = item_text_and_above(edit.text(), *items, std::stoul(last_token(from)));
  return edit.add(child(list, index), value) && edit.remove(from, true);
}

bool remove_statement(Edit& edit, const std::string& pointer) {
  const JsonNode* list = edit.at(parent_of(pointer));
  if (list == nullptr) return false;
  return list->items.size() == 1 ? edit.replace(pointer, R"({"pass": true})")
                                 : edit.remove(pointer);
}

bool rename_keys(Edit& edit, const std::string& pointer,
                 const std::vector<std::pair<std::string, std::string>>& names) {
  const JsonNode* node = edit.at(pointer);
  if (node == nullptr || node->kind != JsonNode::Kind::object) return false;
  std::string_view text = edit.text();
  std::string value = "{";
  std::size_t at = node->begin + 1;
  bool first = true;
  for (const JsonNode::Member& member : node->members) {
    const auto renamed =
        std::ranges::find(names, member.key, &std::pair<std::string, std::string>::first);
    if (renamed != names.end() && renamed->second.empty()) {
      at = member.value.end;
      continue;
    }
    // What stands before the key, a comma and perhaps a line break, is kept.
    std::string_view before = text.substr(at, member.key_begin - at);
    if (first && before.starts_with(',')) before = {};
    value += before;
    first = false;
    value += renamed == names.end()
                 ? std::string(text.substr(member.key_begin, member.key_end - member.key_begin))
                 : json_string(renamed->second);
    value += text.substr(member.key_end, member.value.end - member.key_end);
    at = member.value.end;
  }
  value += text.substr(at, node->end - at);
  return edit.replace(pointer, value);
}

std::string fresh_name(const Scenario& scenario, const std::string& base) {
  std::set<std::string, std::less<>> taken;
  for (const ScenarioObject& object : scenario.objects) taken.insert(object.name);
  for (const ScenarioVariable& variable : scenario.variables) taken.insert(variable.name);
  for (const ScenarioFunction& function : scenario.functions) taken.insert(function.name);
  for (const ScenarioThread& thread : scenario.threads) taken.insert(thread.name);
  for (const auto& [name, value] : scenario.parameters) taken.insert(name);
  for (const Body& body : bodies_of(scenario)) {
    taken.insert(body.locals.begin(), body.locals.end());
  }
  if (!taken.contains(base)) return base;
  for (int i = 2;; ++i) {
    std::string name = base + std::to_string(i);
    if (!taken.contains(name)) return name;
  }
}

bool declare(Edit& edit, const std::string& section, const std::string& name,
             const std::string& value) {
  const std::string pointer = "/" + section;
  if (edit.at(pointer) == nullptr) {
    return edit.add(pointer, "{" + json_string(name) + ": " + value + "}");
  }
  return edit.add(child(pointer, name), value);
}

bool declare_global(Edit& edit, const Body& body, const std::string& variable) {
  if (!body.is_function || body.block->empty()) return true;
  return edit.add(child(list_of(*body.block), std::size_t{0}),
                  "{\"global\": " + json_string(variable) + "}");
}

std::vector<Proposal> ladder(const Scenario& scenario, const ScenarioObject& object,
                             const std::string& remedy, const std::string& parameter,
                             const std::vector<std::int64_t>& sizes,
                             const std::function<std::string(std::int64_t)>& title) {
  std::vector<Proposal> proposals;
  for (const std::int64_t size : sizes) {
    Edit edit(scenario.text);
    const std::string pointer = object_pointer(object);
    const JsonNode* declared = edit.at(pointer);
    if (declared == nullptr) return {};
    const std::string value = std::to_string(size);
    bool made = false;
    if (declared->kind == JsonNode::Kind::object) {
      made = declared->find(parameter) == nullptr ? edit.add(child(pointer, parameter), value)
                                                  : edit.replace(child(pointer, parameter), value);
    } else {
      made = edit.replace(pointer, "{\"type\": " + one_line(edit.text(), *declared) + ", " +
                                       json_string(parameter) + ": " + value + "}");
    }
    if (!made) return {};
    proposals.push_back(proposal_of(remedy, title(size), edit));
    proposals.back().ladder = parameter + " of " + object.name;
  }
  return proposals;
}

}  // namespace lockstep
