// The JSON Schema: as strict as the readers as far as a schema can say it, and never stricter.
// tests/language/schema_test.py holds both to each other. What it cannot say: whether a name is
// known, whether an expression parses, what a count comes to.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <span>
#include <string>

#include "engine/run/run.h"
#include "engine/value/exceptions.h"
#include "language/keys.h"
#include "language/load.h"
#include "language/names.h"
#include "language/statements.h"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view visible_pattern = "[^ \\t\\r\\n]";
constexpr std::string_view control_pattern = "[\\u0000-\\u001f\\u007f-\\u009f]";

Json ref(std::string_view definition) {
  return {{"$ref", "#/definitions/" + std::string(definition)}};
}
Json any_of(Json alternatives) { return {{"anyOf", std::move(alternatives)}}; }
Json array_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

Json with(Json schema, std::string_view key, Json value) {
  schema[std::string(key)] = std::move(value);
  return schema;
}
Json described(Json schema, std::string_view help) {
  return with(std::move(schema), "description", std::string(help));
}

template <class Names>
Json enumeration(const Names& names) {
  Json values = Json::array();
  for (const auto& name : names) values.push_back(std::string(name));
  return {{"enum", std::move(values)}};
}

std::vector<std::string_view> policy_names() {
  std::vector<std::string_view> names;
  for (const PolicyRow& row : policy_rows()) names.push_back(row.name);
  return names;
}

Json text() { return {{"type", "string"}, {"pattern", visible_pattern}}; }
Json expression_text() { return with(text(), "maxLength", expression_letters_max); }
Json integer(std::int64_t least, std::int64_t most) {
  return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
}
Json count(std::int64_t least, std::int64_t most) {
  return any_of({integer(least, most), ref("expression")});
}

// `index`: a pattern that may follow the name.
std::string identifier_pattern(std::string_view index = "") {
  std::string words;
  for (const std::string_view word : keywords()) {
    words += words.empty() ? "" : "|";
    words += word;
  }
  // Letters beyond ASCII: the reader knows which are letters, this only that there are some.
  const std::string end = std::string(index) + "$";
  return "^(?!(" + words + ")" + end + ")[A-Za-z_\\u0080-\\uffff][0-9A-Za-z_\\u0080-\\uffff]{0," +
         std::to_string(name_letters_max - 1) + "}" + end;
}

// An object with these keys and no other but extensions. `value` gives the schema of a key.
template <class Value>
Json object_of(std::span<const KeyRow> rows, Value value) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const KeyRow& row : rows) {
    properties[std::string(row.key)] = described(value(row.key), row.help);
    if (row.required) required.push_back(std::string(row.key));
  }
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  schema["patternProperties"] = {{"^x-", Json::object()}};
  schema["additionalProperties"] = false;
  return schema;
}

// An object from names to values.
Json map_of(Json names, Json values) {
  return {{"type", "object"},
          {"propertyNames", std::move(names)},
          {"additionalProperties", std::move(values)}};
}

Json requires_one_of(std::initializer_list<std::string_view> keys) {
  Json alternatives = Json::array();
  for (const std::string_view key : keys) {
    alternatives.push_back({{"required", {std::string(key)}}});
  }
  return alternatives;
}

// Statements ------------------------------------------------------------------------------------

Json field(FieldKind kind) {
  switch (kind) {
    case FieldKind::expression:
    case FieldKind::raised:
      return ref("operand");
    case FieldKind::expressions:
      return {{"allOf", {ref("operand")}}, {"not", {{"const", Json::array()}}}};
    case FieldKind::arguments:
      return array_of(ref("operand"));
    case FieldKind::target:
      return ref("target");
    case FieldKind::block:
      return ref("block");
    case FieldKind::names:
      return any_of(
          {ref("name"), with(with(array_of(ref("name")), "minItems", 1), "uniqueItems", true)});
    case FieldKind::handlers:
      return any_of({ref("handler"), with(array_of(ref("handler")), "minItems", 1)});
    case FieldKind::function:
      return any_of({ref("name"), {{"type", "string"}, {"pattern", "^self\\.[A-Za-z_]\\w*$"}}});
    case FieldKind::marker:
      return {{"enum", {true, nullptr}}};
  }
  return Json::object();
}

Json statement(const StatementRow& row) {
  std::vector<KeyRow> keys;
  for (const FieldRow& f : row.fields) keys.push_back({f.key, f.required, f.help});
  for (const KeyRow& key : statement_keys) keys.push_back(key);
  Json schema = object_of(keys, [&](std::string_view key) {
    for (const FieldRow& f : row.fields) {
      if (f.key == key) return field(f.kind);
    }
    return text();
  });
  if (row.kind == StatementKind::try_) {
    schema["anyOf"] = requires_one_of({"except", "finally"});
    schema["dependencies"] = {{"else", {"except"}}};
  }
  Json out = {{"description", std::string(row.help)},
              {"examples", {Json::parse(row.example, nullptr, false)}}};
  out.update(schema);
  return out;
}

Json handler() {
  return object_of(handler_keys, [](std::string_view key) {
    if (key == "as") return ref("name");
    if (key == "do") return ref("block");
    return any_of({ref("exception"), with(array_of(ref("exception")), "minItems", 1)});
  });
}

// Objects, functions, threads -------------------------------------------------------------------

Json object_name() {
  return {{"type", "string"}, {"pattern", identifier_pattern("(\\[[0-9]+\\])?")}};
}

Json typed_object(const ObjectRow& row) {
  std::vector<KeyRow> keys(std::begin(object_keys), std::end(object_keys));
  for (const ObjectParameter& parameter : object_parameters) {
    if (parameter.kind == row.kind) keys.push_back(parameter.row);
  }
  return object_of(keys, [&](std::string_view key) -> Json {
    if (key == "type") return {{"const", std::string(row.type)}};
    if (key == "count") return count(1, objects_max);
    for (const ObjectParameter& parameter : object_parameters) {
      if (parameter.kind != row.kind || parameter.row.key != key) continue;
      switch (parameter.shape) {
        case ObjectParameter::Shape::lock:
          return object_name();
        case ObjectParameter::Shape::function:
          return ref("name");
        case ObjectParameter::Shape::arguments:
          return array_of(ref("operand"));
        case ObjectParameter::Shape::text:
          return text();
        case ObjectParameter::Shape::seconds:
          return {{"type", "number"}, {"minimum", 0}};
        case ObjectParameter::Shape::buffer:
        case ObjectParameter::Shape::tasks:
        case ObjectParameter::Shape::count:
          return count(parameter.least, object_value_max);
      }
    }
    return Json::object();
  });
}

Json object() {
  std::vector<std::string_view> types;
  Json alternatives = Json::array();
  alternatives.push_back(nullptr);
  for (const ObjectRow& row : object_rows()) {
    const bool needs_more =
        std::ranges::any_of(object_parameters, [&](const ObjectParameter& parameter) {
          return parameter.kind == row.kind && parameter.row.required;
        });
    if (!needs_more) types.push_back(row.type);
    alternatives.push_back(typed_object(row));
  }
  alternatives[0] = enumeration(types);
  alternatives.push_back(object_of(alias_keys, [](std::string_view) { return object_name(); }));
  return any_of(std::move(alternatives));
}

Json function() {
  const Json names = with(array_of(ref("name")), "uniqueItems", true);
  return any_of({ref("block"), object_of(function_keys, [&](std::string_view key) {
                   return key == "params" ? names : ref("block");
                 })});
}

Json thread() {
  Json schema = object_of(thread_keys, [](std::string_view key) -> Json {
    if (key == "target") return ref("name");
    if (key == "args") return array_of(ref("operand"));
    if (key == "body") return ref("block");
    return {{"type", "boolean"}};
  });
  schema["oneOf"] = requires_one_of({"target", "body"});
  schema["dependencies"] = {{"args", {"target"}}};
  return any_of({ref("block"), std::move(schema)});
}

Json thread_name() {
  return {{"type", "string"},
          {"minLength", 1},
          {"maxLength", name_letters_max},
          {"not", {{"pattern", control_pattern}}}};
}

Json machine() {
  Json costs = object_of(costs_keys, [](std::string_view key) -> Json {
    const double most = key == "bytecode" ? bytecode_cost_max : machine_seconds_max;
    return {{"type", "number"}, {"minimum", 0}, {"maximum", most}};
  });
  return object_of(machine_keys, [&](std::string_view key) -> Json {
    if (key == "gil") return enumeration(gil_names);
    if (key == "cores") return integer(1, cores_max);
    if (key == "costs") return costs;
    return {{"type", "number"}, {"exclusiveMinimum", 0}, {"maximum", machine_seconds_max}};
  });
}

// Schedules -------------------------------------------------------------------------------------

Json until() {
  Json conditions = object_of(until_keys, [](std::string_view key) -> Json {
    if (key == "blocked" || key == "finished") return {{"const", true}};
    return text();
  });
  Json alternatives = Json::array();
  for (const KeyRow& row : until_keys)
    alternatives.push_back({{"required", {std::string(row.key)}}});
  conditions["anyOf"] = std::move(alternatives);
  return any_of({{{"enum", {"blocked", "finished"}}}, std::move(conditions)});
}

Json directive() {
  const auto value = [](std::string_view key) -> Json {
    if (key == "steps") return integer(1, steps_max);
    if (key == "until") return until();
    if (key == "value") return ref("operand");
    if (key == "finish") return enumeration(policy_names());
    return ref("thread_name");
  };
  Json run = object_of(run_directive_keys, value);
  run["not"] = {{"required", {"steps", "until"}}};
  const std::size_t steps_letters = std::to_string(steps_max).size() + 1;
  Json name_and_steps = thread_name();
  name_and_steps["maxLength"] = name_letters_max + steps_letters;
  return any_of({described(name_and_steps, "T1: the thread takes a step; T1*3: three of them"),
                 std::move(run), object_of(timeout_directive_keys, value),
                 object_of(choose_directive_keys, value), object_of(finish_directive_keys, value)});
}

// Expectations ----------------------------------------------------------------------------------

Json expect() {
  Json values = {{"type", "object"}};
  const Json run = object_of(expect_run_keys, [&](std::string_view key) -> Json {
    if (key == "policy") return enumeration(policy_names());
    if (key == "seed") return integer(0, std::numeric_limits<std::int64_t>::max());
    if (key == "outcome") return enumeration(outcome_names);
    if (key == "output") return array_of({{"type", "string"}});
    if (key == "exit_status") return integer(0, exit_status_max);
    if (key == "final") return values;
    if (key == "lock_order" || key == "conditions") return enumeration(order_names);
    return {{"type", "object"}, {"additionalProperties", ref("exception")}};
  });
  const Json explore = object_of(expect_explore_keys, [&](std::string_view key) -> Json {
    if (key == "lock_order") return enumeration(order_names);
    if (key == "findings") {
      const Json preemptions = any_of({integer(0, preemptions_max), {{"type", "null"}}});
      return {{"type", "object"}, {"additionalProperties", preemptions}};
    }
    if (key == "causes") return array_of(text());
    return key == "outcomes" ? array_of(values) : enumeration(possibility_names);
  });
  const Json fix = object_of(expect_fix_keys, [](std::string_view) { return text(); });
  return object_of(expect_keys, [&](std::string_view key) {
    return key == "run" ? run : key == "explore" ? explore : fix;
  });
}

// The whole -------------------------------------------------------------------------------------

Json top_level(std::string_view key) {
  if (key == "lockstep") return {{"const", 1}};
  if (key == "tags") return array_of(text());
  if (key == "machine") return machine();
  if (key == "params" || key == "variables") return map_of(ref("name"), ref("operand"));
  if (key == "objects") return map_of(ref("name"), ref("object"));
  if (key == "functions") return map_of(ref("name"), ref("function"));
  if (key == "classes") {
    return map_of(ref("name"), object_of(class_keys, [](std::string_view its) {
                    if (its == "methods") return map_of(ref("name"), ref("function"));
                    return with(array_of(ref("name")), "uniqueItems", true);
                  }));
  }
  if (key == "main") return ref("block");
  if (key == "threads") {
    Json names = {{"allOf", {ref("thread_name")}}, {"not", {{"const", "MainThread"}}}};
    return with(map_of(std::move(names), ref("thread")), "minProperties", 1);
  }
  if (key == "input") return array_of({{"type", "string"}, {"pattern", "^[^\\r\\n]*$"}});
  if (key == "schedule") return array_of(ref("directive"));
  if (key == "invariants" || key == "finally") return array_of(ref("expression"));
  if (key == "lock_order") return with(array_of(object_name()), "uniqueItems", true);
  if (key == "expect") return expect();
  return text();
}

Json definitions() {
  Json out = Json::object();
  out["expression"] = described(expression_text(), "an expression in Python's syntax");
  const Json literals = {{"type", {"number", "boolean", "null"}}};
  out["operand"] = described(
      any_of({ref("expression"),
              literals,
              array_of(ref("operand")),
              {{"type", "object"}, {"additionalProperties", ref("operand")}}}),
      "a string is an expression in Python's syntax (a text has its quotes inside); numbers, true, "
      "false and null stand for themselves, arrays and objects for lists and dicts of operands");
  out["target"] = described(expression_text(), "a variable, an item or an attribute to assign to");
  out["name"] = {
      {"type", "string"}, {"pattern", identifier_pattern()}, {"maxLength", name_letters_max}};
  out["thread_name"] = thread_name();
  out["exception"] = enumeration(exception_names());
  out["block"] = array_of(ref("statement"));
  Json statements = Json::array();
  for (const StatementRow& row : statement_rows()) statements.push_back(statement(row));
  out["statement"] = any_of(std::move(statements));
  out["handler"] = handler();
  out["object"] = object();
  out["function"] = function();
  out["thread"] = thread();
  out["directive"] = directive();
  return out;
}

}  // namespace

std::string scenario_schema() {
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", "lockstep scenario"},
                 {"description", "A small program with threads, for lockstep to run and explore."}};
  schema.update(object_of(scenario_keys, top_level));
  schema["anyOf"] = requires_one_of({"main", "threads"});
  schema["definitions"] = definitions();
  return schema.dump(2) + "\n";
}

}  // namespace lockstep
