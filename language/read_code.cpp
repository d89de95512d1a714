#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "engine/objects/object.h"
#include "language/names.h"
#include "language/pointer.h"
#include "language/read_body.h"
#include "language/read_parts.h"

namespace lockstep {
namespace {

constexpr std::string_view main_name = "MainThread";

ScenarioFunction read_function(Reader& reader, const At& at) {
  ScenarioFunction function;
  if (at.node.kind == JsonNode::Kind::array) {
    function.body = read_block(reader, at);
    return function;
  }
  if (!reader.is_object(at, "an array of statements, or an object with \"params\" and \"body\"")) {
    return function;
  }
  reader.check_keys(at, "a function", function_keys);
  for (const JsonNode::Member& member : at.node.members) {
    const At value = at.member(member);
    if (member.key == "body") function.body = read_block(reader, value);
    if (member.key != "params" || !reader.is_array(value, "an array of names")) continue;
    std::set<std::string> known;
    for (std::size_t i = 0; i < value.node.items.size() && !reader.is_full(); ++i) {
      const At item = value.item(i);
      const std::string* name = reader.identifier(item);
      if (name == nullptr) continue;
      if (!known.insert(*name).second) {
        reader.complain(item, fmt::format("{} stands here twice", in_quotes(*name)));
      }
      function.parameters.push_back(*name);
    }
  }
  return function;
}

void read_functions(Reader& reader, const At& at, Scenario& scenario) {
  if (!reader.is_object(at, "an object: name and body of each function")) return;
  for (const JsonNode::Member& member : at.node.members) {
    if (reader.is_full()) return;
    const At value = at.member(member);
    ScenarioFunction function;
    const bool is_whole = reader.is_whole_after([&] {
      std::string fault = identifier_fault(member.key);
      if (!fault.empty()) reader.complain_key(at, member, std::move(fault));
      function = read_function(reader, value);
    });
    function.name = member.key;
    function.place = reader.place(member.key_begin, value.pointer);
    if (is_whole) {
      scenario.functions.push_back(std::move(function));
    } else {
      reader.suspect(member.key);
    }
  }
}

// What a Thread has of its own in Python, and is not called by the verbs below.
constexpr std::string_view names_of_thread[] = {"start", "join",   "is_alive", "name",
                                                "ident", "daemon", "native_id"};

// Why a class cannot have it; empty: it can.
std::string member_fault(std::string_view name, bool is_method) {
  if (std::string fault = identifier_fault(name); !fault.empty()) return fault;
  if (name.starts_with('_') && !(is_method && name == "__init__")) {
    return fmt::format("{} begins with an underscore, as names that Thread needs itself do",
                       in_quotes(name));
  }
  const std::optional<Verb> verb = verb_named(name);
  const bool is_attribute = verb && row(*verb).where == VerbRow::Where::attribute;
  if (std::ranges::find(names_of_thread, name) != std::end(names_of_thread) || is_attribute) {
    return fmt::format("objects have {} already: it cannot be another", in_quotes(name));
  }
  return {};
}

void read_methods(Reader& reader, const At& at, const ScenarioClass& its, Scenario& scenario) {
  if (!reader.is_object(at, "an object: name and body of each method")) return;
  for (const JsonNode::Member& member : at.node.members) {
    if (reader.is_full()) return;
    const At value = at.member(member);
    std::string fault = member_fault(member.key, true);
    if (std::ranges::find(its.attributes, member.key) != its.attributes.end()) {
      fault = fmt::format("{} is an attribute already", in_quotes(member.key));
    }
    if (!fault.empty()) reader.complain_key(at, member, std::move(fault));
    ScenarioFunction method = read_function(reader, value);
    method.name = its.name + "." + member.key;
    method.owner = its.name;
    method.place = reader.place(member.key_begin, value.pointer);
    if (std::ranges::find(method.parameters, "self") != method.parameters.end()) {
      reader.complain_key(at, member, "\"self\" is a parameter of every method, and not written");
    }
    if (member.key == "run" && !method.parameters.empty()) {
      reader.complain_key(at, member, "run has no parameters: what it needs is in attributes");
    }
    std::erase(method.parameters, "self");
    method.parameters.insert(method.parameters.begin(), "self");
    scenario.functions.push_back(std::move(method));
  }
}

void read_classes(Reader& reader, const At& at, Scenario& scenario) {
  if (!reader.is_object(at, "an object: name and methods of each class")) return;
  for (const JsonNode::Member& member : at.node.members) {
    if (reader.is_full()) return;
    const At value = at.member(member);
    ScenarioClass its;
    its.name = member.key;
    its.place = reader.place(member.key_begin, value.pointer);
    const bool is_whole = reader.is_whole_after([&] {
      std::string fault = identifier_fault(member.key);
      if (!fault.empty()) reader.complain_key(at, member, std::move(fault));
      if (!reader.is_object(value, "an object with \"attributes\" and \"methods\"")) return;
      reader.check_keys(value, "a class", class_keys);
      if (const JsonNode* attributes = value.node.find("attributes")) {
        const At names{*attributes, child(value.pointer, "attributes")};
        if (!reader.is_array(names, "an array of names")) return;
        for (std::size_t i = 0; i < attributes->items.size() && !reader.is_full(); ++i) {
          const At item = names.item(i);
          const std::string* name = reader.text(item, "a name");
          if (name == nullptr) continue;
          fault = member_fault(*name, false);
          if (std::ranges::find(its.attributes, *name) != its.attributes.end()) {
            fault = fmt::format("{} stands here twice", in_quotes(*name));
          }
          if (!fault.empty()) reader.complain(item, std::move(fault));
          its.attributes.push_back(*name);
        }
      }
      if (const JsonNode* methods = value.node.find("methods")) {
        read_methods(reader, {*methods, child(value.pointer, "methods")}, its, scenario);
      }
    });
    if (is_whole) {
      scenario.classes.push_back(std::move(its));
    } else {
      reader.suspect(member.key);
    }
  }
}

void check_target(Reader& reader, const At& at, const ScenarioThread& thread,
                  const std::set<std::string>& functions) {
  if (thread.target.empty() || functions.contains(thread.target)) return;
  const At value{*at.node.find("target"), child(at.pointer, "target")};
  reader.complain(value,
                  fmt::format("there is no function {}{}", in_quotes(thread.target),
                              did_you_mean(thread.target, {functions.begin(), functions.end()})));
}

ScenarioThread read_thread(Reader& reader, const At& at, const NamedConstants& params,
                           const std::set<std::string>& functions) {
  ScenarioThread thread;
  if (at.node.kind == JsonNode::Kind::array) {
    thread.body = read_block(reader, at);
    return thread;
  }
  if (!reader.is_object(at, "an array of statements, or an object with a \"target\"")) {
    return thread;
  }
  if (const JsonNode* its = at.node.find("class")) {
    reader.complain({*its, child(at.pointer, "class")},
                    "a thread of \"threads\" has no class; \"main\" makes an object of one and "
                    "starts it by {\"spawn\": \"Worker\", \"args\": []}");
    return thread;
  }
  reader.check_keys(at, "a thread", thread_keys);
  thread.has_target = at.node.find("target") != nullptr;
  const bool has_body = at.node.find("body") != nullptr;
  if (thread.has_target == has_body) {
    reader.complain(at, has_body ? "a thread has either \"target\" or \"body\""
                                 : "a thread needs the key \"target\" or \"body\"");
  }
  for (const JsonNode::Member& member : at.node.members) {
    const At value = at.member(member);
    if (member.key == "body") {
      thread.body = read_block(reader, value);
    } else if (member.key == "target") {
      if (const std::string* name = reader.function_name(value)) thread.target = *name;
    } else if (member.key == "daemon") {
      thread.daemon = reader.boolean(value).value_or(false);
    } else if (member.key == "args" && !thread.has_target) {
      reader.complain_key(at, member, "a thread without \"target\" has no \"args\"");
    } else if (member.key == "args" && reader.is_array(value, "an array of arguments")) {
      for (std::size_t i = 0; i < value.node.items.size() && !reader.is_full(); ++i) {
        thread.arguments.push_back(read_initial(reader, value.item(i), params));
      }
    }
  }
  check_target(reader, at, thread, functions);
  return thread;
}

void read_threads(Reader& reader, const At& at, const JsonNode* declared_functions,
                  const NamedConstants& params, Scenario& scenario) {
  if (!reader.is_object(at, "an object: name and body of each thread")) return;
  if (at.node.members.empty()) reader.complain(at, "expected at least one thread");
  std::set<std::string> functions;
  if (declared_functions != nullptr) {
    for (const JsonNode::Member& member : declared_functions->members) functions.insert(member.key);
  }
  for (const JsonNode::Member& member : at.node.members) {
    if (reader.is_full()) return;
    const At value = at.member(member);
    ScenarioThread thread;
    const bool is_whole = reader.is_whole_after([&] {
      std::string fault = thread_name_fault(member.key);
      if (member.key == main_name) {
        fault = "MainThread is the thread that executes \"main\"; it is not declared";
      }
      if (!fault.empty()) reader.complain_key(at, member, std::move(fault));
      thread = read_thread(reader, value, params, functions);
    });
    thread.name = member.key;
    thread.place = reader.place(member.key_begin, value.pointer);
    if (is_whole) {
      scenario.threads.push_back(std::move(thread));
    } else {
      reader.suspect(member.key);
    }
  }
}

}  // namespace

void read_code(Reader& reader, const At& document, const NamedConstants& params,
               Scenario& scenario) {
  const JsonNode* functions = document.node.find("functions");
  if (functions != nullptr) read_functions(reader, {*functions, "/functions"}, scenario);
  if (const JsonNode* classes = document.node.find("classes")) {
    read_classes(reader, {*classes, "/classes"}, scenario);
  }
  if (const JsonNode* main = document.node.find("main")) {
    scenario.main = read_block(reader, {*main, "/main"});
  }
  if (const JsonNode* threads = document.node.find("threads")) {
    read_threads(reader, {*threads, "/threads"}, functions, params, scenario);
  }
}

}  // namespace lockstep
