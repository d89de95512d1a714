#include "remedy/lock_names.h"

#include <algorithm>
#include <set>

#include "language/statement_text.h"
#include "remedy/rows.h"

namespace lockstep {
namespace {

// The text in the brackets. Operands may begin and end inside brackets of their own, so the
// whole's end and the base's end are what can be relied on.
std::string text_of_index(const Operand& operand) {
  const Expression& whole = *operand.expression;
  const std::size_t begin = operand.source.find('[', whole.operands[0]->end);
  const std::size_t end = operand.source.rfind(']', whole.end);
  if (begin == std::string::npos || end == std::string::npos || end <= begin) return "";
  return operand.source.substr(begin + 1, end - begin - 1);
}

bool mentions(const Expression& expression, const std::set<std::string, std::less<>>& names) {
  bool found = false;
  for_each_subexpression(expression, [&](const Expression& part) {
    found = found || (part.kind == Expression::Kind::name && names.contains(part.text));
  });
  return found;
}

std::string count_text(const Scenario& scenario, const ScenarioObject& array) {
  const JsonNode* objects = scenario.tree.find("objects");
  const JsonNode* declared = objects == nullptr ? nullptr : objects->find(array.name);
  const JsonNode* count = declared == nullptr ? nullptr : declared->find("count");
  if (count == nullptr || count->kind != JsonNode::Kind::string) {
    return std::to_string(array.count.value_or(1));
  }
  const ParsedExpression parsed = parse_expression(count->text);
  const bool is_name = parsed.root && parsed.root->kind == Expression::Kind::name;
  return is_name ? count->text : "(" + count->text + ")";
}

}  // namespace

bool LockName::is_same(const LockName& other) const {
  if (lock != other.lock) return false;
  if (element && other.element) return *element == *other.element;
  return index == other.index;
}

LockNames::LockNames(const Scenario& scenario, const Program& program)
    : scenario_(scenario), program_(program) {
  for (const auto& [name, value] : scenario.parameters) parameters_[name] = value;

  // An array with a computed index somewhere counts as one lock.
  std::set<std::uint32_t> one;  // first objects
  for (const Body& body : bodies_of(scenario)) {
    const auto operand = [&](const Operand& lock) {
      const std::optional<Use> used = lock.expression ? use(*lock.expression, body) : std::nullopt;
      if (used && used->array != nullptr && !used->element) one.insert(used->first.index);
    };
    for_each_statement(*body.block, [&](const Statement& statement) {
      for (const Field& field : statement.fields) {
        if (const auto* single = std::get_if<Operand>(&field)) operand(*single);
        if (const auto* several = std::get_if<std::vector<Operand>>(&field)) {
          std::ranges::for_each(*several, operand);
        }
      }
    });
  }

  locks_.resize(program.objects.size());
  for (const ScenarioObject& object : scenario.objects) {
    if (!object.kind) continue;  // a second name
    const std::optional<ObjectId> first =
        program.object_named(object.count ? object.name + "[0]" : object.name);
    if (!first) continue;
    const bool as_one = one.contains(first->index);
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(object.count.value_or(1)); ++i) {
      const std::optional<ObjectId> lock = lock_of({first->index + i});
      // A Condition with a Lock of the scenario has no lock of its own.
      if (!lock || locks_[lock->index] || (!object.lock.empty())) continue;
      if (!as_one || i == 0) {
        names_.push_back(as_one ? object.name : program.objects[first->index + i].name);
        counts_.push_back(as_one ? count_text(scenario, object) : "");
      }
      locks_[lock->index] = names_.size() - 1;
    }
  }
}

std::optional<ObjectId> LockNames::lock_of(ObjectId object) const {
  const ObjectInfo& info = program_.objects[object.index];
  if (reentrant(info.kind) || is_of_one_permit(info)) return object;
  return info.lock;  // of a condition
}

const ScenarioObject* LockNames::declared(std::string_view name) const {
  const auto found = std::ranges::find(scenario_.objects, name, &ScenarioObject::name);
  if (found == scenario_.objects.end()) return nullptr;
  return found->kind ? &*found : declared(found->same_as);  // there are no circles
}

std::optional<LockNames::Use> LockNames::use(const Expression& expression, const Body& body) const {
  if (expression.kind == Expression::Kind::name) {
    if (body.locals.contains(expression.text)) return std::nullopt;
    const std::optional<ObjectId> object = program_.object_named(expression.text);
    if (!object) return std::nullopt;
    return Use{*object, nullptr, std::nullopt};
  }
  if (expression.kind != Expression::Kind::subscript) return std::nullopt;
  const Expression& base = *expression.operands[0];
  const Expression& index = *expression.operands[1];
  if (base.kind != Expression::Kind::name || body.locals.contains(base.text)) return std::nullopt;
  const ScenarioObject* array = declared(base.text);
  if (array == nullptr || !array->count) return std::nullopt;
  const std::optional<ObjectId> first = program_.object_named(array->name + "[0]");
  if (!first) return std::nullopt;
  Use use{*first, array, std::nullopt};
  if (mentions(index, body.locals)) return use;
  const std::optional<Constant> constant = fold(index, parameters_).constant;
  if (!constant || constant->kind != ValueKind::integer) return use;
  const std::int64_t element =
      constant->integer < 0 ? constant->integer + *array->count : constant->integer;
  if (element >= 0 && element < *array->count) use.element = element;
  return use;
}

std::optional<LockName> LockNames::find(const Operand& operand, const Body& body) const {
  if (!operand.expression) return std::nullopt;
  const std::optional<Use> used = use(*operand.expression, body);
  if (!used) return std::nullopt;
  const ObjectId object{used->first.index + static_cast<std::uint32_t>(used->element.value_or(0))};
  const std::optional<std::size_t> lock = find(object);
  if (!lock) return std::nullopt;
  LockName name{*lock, "", nullptr, std::nullopt};
  if (!is_array(*lock)) return name;
  if (used->array != nullptr) {
    name.index = text_of_index(operand);
    name.expression = operand.expression->operands[1].get();
    name.element = used->element;
  } else {  // a second name of one of them
    const ObjectInfo& info = program_.objects[object.index];
    name.index = info.name.substr(info.name.rfind('[') + 1);
    name.index.pop_back();
    name.element = std::stoll(name.index);
  }
  return name;
}

std::optional<std::size_t> LockNames::find(ObjectId object) const {
  const std::optional<ObjectId> lock = lock_of(object);
  if (!lock) return std::nullopt;
  return locks_[lock->index];
}

}  // namespace lockstep
