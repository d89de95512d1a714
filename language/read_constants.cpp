// What is known before a run: params and their settings, counts, initial values.
#include <fmt/format.h>

#include <utility>

#include "language/names.h"
#include "language/read_body.h"
#include "language/read_parts.h"

namespace lockstep {
namespace {

// Of an operand that must be a constant over `params`.
std::optional<Constant> read_constant(Reader& reader, const At& at, const NamedConstants& params) {
  const Operand operand = read_operand(reader, at);
  if (!operand.expression) return std::nullopt;
  Folded folded = fold(*operand.expression, params);
  if (!folded.constant && !folded.message.empty()) {
    if (at.node.kind == JsonNode::Kind::string) {
      reader.complain_inside(at, folded.offset, std::move(folded.message));
    } else {
      reader.complain(at, std::move(folded.message));
    }
  }
  return std::move(folded.constant);
}

// What --set gives: a Python literal, or JSON's words for three of them.
std::optional<Constant> setting(std::string_view text, std::string& fault) {
  if (text == "true" || text == "false") return boolean_constant(text == "true");
  if (text == "null") return none_constant();
  ParsedExpression parsed = parse_expression(text);
  if (!parsed.root) {
    fault = parsed.faults.front().message;
    return std::nullopt;
  }
  Folded folded = fold(*parsed.root, {});
  fault = std::move(folded.message);
  if (!folded.constant && parsed.root->kind == Expression::Kind::name) {
    fault += fmt::format("; as a text it is written '{}'", text);
  }
  return std::move(folded.constant);
}

}  // namespace

NamedConstants read_params(Reader& reader, const JsonNode& document,
                           const std::map<std::string, std::string>& settings, Scenario& scenario) {
  NamedConstants params;
  const JsonNode nothing;
  const JsonNode* node = document.find("params");
  const At at{node != nullptr ? *node : nothing, "/params"};
  if (node != nullptr && reader.is_object(at, "an object: name and value of each parameter")) {
    for (const JsonNode::Member& member : node->members) {
      if (reader.is_full()) break;
      std::string fault = identifier_fault(member.key);
      if (!fault.empty()) reader.complain_key(at, member, std::move(fault));
      // The default is read even if it is not used: a mistake in it is one.
      std::optional<Constant> value = read_constant(reader, at.member(member), params);
      const auto set = settings.find(member.key);
      if (set != settings.end()) {
        value = setting(set->second, fault);
        if (!value) {
          reader.complain_key(at, member,
                              fmt::format("{} is set to {}: {}", in_quotes(member.key),
                                          in_quotes(set->second), fault));
        }
      }
      if (value) {
        params[member.key] = *value;
        scenario.parameters.emplace_back(member.key, std::move(*value));
      } else {
        params[member.key].kind = ValueKind::unset;
        reader.suspect(member.key);
      }
    }
  }

  std::vector<std::string> names;
  for (const auto& [name, value] : params) names.push_back(name);
  for (const auto& [name, value] : settings) {
    if (params.contains(name)) continue;
    const Place place = node != nullptr ? reader.place(at) : reader.place(document.begin, "");
    reader.complain(place, fmt::format("the scenario has no parameter {} to set{}", in_quotes(name),
                                       did_you_mean(name, names)));
  }
  return params;
}

std::optional<std::int64_t> read_count(Reader& reader, const At& at, const NamedConstants& params,
                                       std::int64_t least, std::int64_t most) {
  if (at.node.kind != JsonNode::Kind::string) return reader.integer(at, least, most);
  const std::optional<Constant> value = read_constant(reader, at, params);
  if (!value) return std::nullopt;
  if (value->kind == ValueKind::integer && value->integer >= least && value->integer <= most) {
    return value->integer;
  }
  reader.complain(at, fmt::format("expected an integer from {} to {}, found {}, which is {}", least,
                                  most, in_quotes(at.node.text), literal(*value)));
  return std::nullopt;
}

Operand read_initial(Reader& reader, const At& at, const NamedConstants& params) {
  Operand operand = read_operand(reader, at);
  if (!operand.expression) return operand;
  Folded folded = fold(*operand.expression, params);
  if (folded.constant) {
    Expression& expression = *operand.expression;
    expression.kind = Expression::Kind::constant;
    expression.constant = std::move(*folded.constant);
    expression.operands.clear();
    expression.height = 1;
  } else if (folded.raised) {
    reader.complain_inside(at, folded.offset, std::move(folded.message));
  }
  return operand;
}

Constant plain_constant(const JsonNode& node) {
  switch (node.kind) {
    case JsonNode::Kind::null:
      return none_constant();
    case JsonNode::Kind::boolean:
      return boolean_constant(node.boolean);
    case JsonNode::Kind::integer:
      return integer_constant(node.integer);
    case JsonNode::Kind::real:
      return real_constant(node.real);
    case JsonNode::Kind::string:
      return string_constant(node.text);
    case JsonNode::Kind::array: {
      std::vector<Constant> items;
      for (const JsonNode& item : node.items) items.push_back(plain_constant(item));
      return list_constant(std::move(items));
    }
    case JsonNode::Kind::object: {
      std::vector<Constant> items;
      for (const JsonNode::Member& member : node.members) {
        items.push_back(string_constant(member.key));
        items.push_back(plain_constant(member.value));
      }
      return dict_constant(std::move(items));
    }
  }
  return none_constant();
}

}  // namespace lockstep
