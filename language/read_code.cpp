#include <fmt/format.h>

#include <set>
#include <utility>

#include "language/names.h"
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
      if (const std::string* name = reader.identifier(value)) thread.target = *name;
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
  if (const JsonNode* main = document.node.find("main")) {
    scenario.main = read_block(reader, {*main, "/main"});
  }
  if (const JsonNode* threads = document.node.find("threads")) {
    read_threads(reader, {*threads, "/threads"}, functions, params, scenario);
  }
}

}  // namespace lockstep
