#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "language/directives.h"
#include "language/load.h"
#include "language/names.h"
#include "language/read_body.h"
#include "language/read_parts.h"

namespace lockstep {
namespace {

constexpr int format_version = 1;

void read_tags(Reader& reader, const At& at, Scenario& scenario) {
  if (!reader.is_array(at, "an array of tags")) return;
  for (std::size_t i = 0; i < at.node.items.size() && !reader.is_full(); ++i) {
    if (const std::string* tag = reader.text(at.item(i), "a tag")) scenario.tags.push_back(*tag);
  }
}

void read_variables(Reader& reader, const At& at, const NamedConstants& params,
                    Scenario& scenario) {
  if (!reader.is_object(at, "an object: name and initial value of each variable")) return;
  for (const JsonNode::Member& member : at.node.members) {
    if (reader.is_full()) return;
    const At value = at.member(member);
    ScenarioVariable variable{member.key, reader.place(member.key_begin, value.pointer), {}};
    const bool is_whole = reader.is_whole_after([&] {
      std::string fault = identifier_fault(member.key);
      if (!fault.empty()) reader.complain_key(at, member, std::move(fault));
      variable.initial = read_initial(reader, value, params);
    });
    if (is_whole) {
      scenario.variables.push_back(std::move(variable));
    } else {
      reader.suspect(member.key);
    }
  }
}

void read_input(Reader& reader, const At& at, Scenario& scenario) {
  if (!reader.is_array(at, "an array of lines")) return;
  for (std::size_t i = 0; i < at.node.items.size() && !reader.is_full(); ++i) {
    const At item = at.item(i);
    if (item.node.kind != JsonNode::Kind::string ||
        item.node.text.find_first_of("\r\n") != std::string::npos) {
      reader.expected(item, "a line, which is a text without line breaks");
    } else {
      scenario.input.push_back(item.node.text);
    }
  }
}

// What the names stand for is looked up by the compiler.
void read_lock_order(Reader& reader, const At& at, std::vector<ScenarioLock>& order) {
  if (!reader.is_array(at, "an array of locks")) return;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < at.node.items.size() && !reader.is_full(); ++i) {
    const At item = at.item(i);
    const std::string* name = reader.text(item, "the name of a lock");
    if (name == nullptr) continue;
    const std::size_t bracket = std::min(name->find('['), name->size());
    const std::string_view index = std::string_view(*name).substr(bracket);
    const bool is_index = index.size() > 2 && index.ends_with(']') &&
                          index.find_first_not_of("0123456789", 1) == index.size() - 1;
    if (!identifier_fault(name->substr(0, bracket)).empty() || (!index.empty() && !is_index)) {
      reader.complain(item, fmt::format("expected an object such as \"name\" or \"name[0]\", "
                                        "found {}",
                                        in_quotes(*name)));
    } else if (!seen.insert(*name).second) {
      reader.complain(item, fmt::format("{} has its place in the order already", in_quotes(*name)));
    } else {
      order.push_back({*name, reader.place(item)});
    }
  }
}

void read_conditions(Reader& reader, const At& at, std::vector<ScenarioCondition>& conditions) {
  if (!reader.is_array(at, "an array of expressions")) return;
  for (std::size_t i = 0; i < at.node.items.size() && !reader.is_full(); ++i) {
    const At item = at.item(i);
    if (reader.text(item, "the text of an expression") == nullptr) continue;
    Operand expression = read_operand(reader, item);
    if (expression.expression) conditions.push_back({reader.place(item), std::move(expression)});
  }
}

// Objects, variables, functions and params share one space of names: the module's globals.
void check_distinct_names(Reader& reader, const JsonNode& document) {
  struct Declared {
    std::string_view section, what;
  };
  constexpr Declared sections[] = {{"params", "a parameter"},
                                   {"objects", "an object"},
                                   {"variables", "a variable"},
                                   {"functions", "a function"},
                                   {"classes", "a class"}};
  struct First {
    std::string_view what;
    std::size_t offset;
  };
  std::map<std::string_view, First> known;
  for (const JsonNode::Member& section : document.members) {  // in the order of the file
    const auto declared = std::find_if(std::begin(sections), std::end(sections),
                                       [&](const Declared& d) { return d.section == section.key; });
    if (declared == std::end(sections)) continue;
    const At at{section.value, child("", section.key)};
    for (const JsonNode::Member& member : section.value.members) {
      const auto [first, is_new] =
          known.try_emplace(member.key, First{declared->what, member.key_begin});
      if (is_new) continue;
      reader.suspect(member.key);
      reader.complain_key(
          at, member,
          fmt::format("{} is already the name of {} (line {})", in_quotes(member.key),
                      first->second.what, reader.place(first->second.offset, "").line));
    }
  }
}

// False: it is none, and there is no more to say of it.
bool read_document(Reader& reader, const At& document,
                   const std::map<std::string, std::string>& settings, Scenario& scenario) {
  if (!reader.is_object(document, "a scenario, which is an object")) return false;
  const JsonNode& node = document.node;
  if (node.find("lockstep_schedule") != nullptr && node.find("lockstep") == nullptr) {
    reader.complain(document,
                    "expected a scenario, found a saved schedule; `lockstep replay` carries it "
                    "out");
    return false;
  }
  reader.check_keys(document, "a scenario", scenario_keys);
  if (node.find("main") == nullptr && node.find("threads") == nullptr) {
    reader.complain(document, "a scenario needs the key \"main\" or \"threads\"");
  }

  // What the others refer to comes first, whatever the order of the file.
  const NamedConstants params = read_params(reader, node, settings, scenario);
  if (const JsonNode* objects = node.find("objects")) {
    read_objects(reader, {*objects, "/objects"}, params, scenario);
  }
  if (const JsonNode* variables = node.find("variables")) {
    read_variables(reader, {*variables, "/variables"}, params, scenario);
  }
  read_code(reader, document, params, scenario);
  check_distinct_names(reader, node);

  for (const JsonNode::Member& member : node.members) {
    const At value = document.member(member);
    const auto read_text = [&](std::string& into) {
      if (const std::string* text = reader.text(value, "a text")) into = *text;
    };
    if (member.key == "lockstep") reader.version(value, format_version);
    if (member.key == "name") read_text(scenario.name);
    if (member.key == "description") read_text(scenario.description);
    if (member.key == "source") read_text(scenario.source);
    if (member.key == "$schema") reader.text(value, "the address of the schema");
    if (member.key == "tags") read_tags(reader, value, scenario);
    if (member.key == "machine") read_machine(reader, value, scenario);
    if (member.key == "input") read_input(reader, value, scenario);
    if (member.key == "invariants") read_conditions(reader, value, scenario.invariants);
    if (member.key == "finally") read_conditions(reader, value, scenario.final_checks);
    if (member.key == "lock_order") read_lock_order(reader, value, scenario.lock_order);
    if (member.key == "expect") read_expectation(reader, value, node, scenario);
    if (member.key == "schedule") read_directives(reader, value, nullptr);
  }
  // As concurrent.futures counts them since 3.8.
  for (ScenarioObject& object : scenario.objects) {
    const bool is_pool =
        object.kind && (has_futures(*object.kind) || object.kind == ObjectKind::mp_pool);
    if (!is_pool || object.value > 0) continue;
    object.value = object.kind == ObjectKind::executor
                       ? std::min<std::int64_t>(32, std::int64_t{scenario.cores} + 4)
                       : std::int64_t{scenario.cores};
  }
  return true;
}

}  // namespace

ReadScenario read_scenario(std::string file, std::string text,
                           const std::map<std::string, std::string>& settings) {
  JsonTree tree = read_json(text);
  if (!tree.root) return {std::nullopt, std::move(tree.complaints), std::nullopt, {}};
  Scenario scenario;
  Reader reader(text);
  const bool has_remains =
      read_document(reader, {*tree.root, ""}, settings, scenario) && !reader.is_full();
  ReadScenario read;
  read.suspects = reader.suspects();
  read.complaints = reader.take();
  scenario.file = std::move(file);
  scenario.text = std::move(text);
  scenario.tree = std::move(*tree.root);
  if (read.complaints.empty()) {
    read.scenario = std::move(scenario);
  } else if (has_remains) {
    read.remains = std::move(scenario);
  }
  return read;
}

}  // namespace lockstep
