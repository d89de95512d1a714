// LiveLocals: at each print, whose number is its site's line, the locals that nobody reads again.
#include "engine/program/live_locals.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "language/load.h"

namespace lockstep {
namespace {

// "2: b c, 3: a", by line of the statement, of the operations and calls of f(a).
std::string dead_by_line(std::string_view body) {
  const std::string text = R"({"lockstep": 1, "name": "test", "variables": {"n": 0}, "functions":
{"f": {"params": ["a"], "body": [
)" + std::string(body) + R"(
]}, "g": []}, "threads": {"T1": {"target": "f", "args": [1]}}})";
  const Loaded loaded = load("test.json", text);
  if (!loaded.program) FAIL(render("test.json", text, loaded.complaints));
  const Program& program = *loaded.program;
  const LiveLocals live(program);
  const Function& f = program.functions[0];
  std::map<std::uint32_t, std::string> lines;
  for (std::uint32_t pc = f.begin; pc < f.end; ++pc) {
    const Opcode opcode = program.code[pc].opcode;
    if (opcode != Opcode::perform && opcode != Opcode::call) continue;
    std::string& names = lines[program.site_of(pc).line - 2];
    names.clear();
    for (const std::uint32_t local : live.dead(pc)) names += " " + f.locals[local];
  }
  std::string out;
  for (const auto& [line, names] : lines) {
    out += (out.empty() ? "" : ", ") + std::to_string(line) + ":" + names;
  }
  return out;
}

TEST_CASE("live locals: what is not read again is dead", "[engine][program]") {
  struct Row {
    std::string_view what, body, dead;
  };
  const Row row = GENERATE(values<Row>({
      {"after its last use, operands being on the stack", R"({"print": "a"}, {"set": "b", "to": 1},
{"print": "b"})",
       "1: a b, 2: a b"},
      {"until it is written again", R"({"print": 1}, {"set": "a", "to": 2},
{"print": "a"})",
       "1: a, 2: a"},
      {"unless it may be read on some way",
       R"({"print": 1}, {"if": "n", "then": [{"set": "a", "to": 2}]},
{"print": "a"})",
       "1:, 2: a"},
      {"not in a loop that reads it in the next round", R"({"while": "n", "do": [
{"print": "a"}, {"set": "b", "to": 1},
{"print": "b"}]},
{"print": 1})",
       "2: b, 3: b, 4: a b"},
      {"not where an exception leads to where it is read", R"({"set": "b", "to": 1}, {"try": [
{"call": "g"}, {"set": "b", "to": 2},
{"print": 1}], "except": {"do": [
{"print": "b"}]}})",
       "2: a, 3: a, 4: a b"},
      {"the name of an exception after its handler", R"({"try": [
{"call": "g"}], "except": {"as": "e", "do": [
{"print": 1}, {"print": "e"},
{"print": 1}]}})",
       "2: a e, 3: a e, 4: a e"},
      {"a list that is changed later is read then", R"({"set": "b", "to": []},
{"print": 1}, {"append": "b", "item": 1},
{"print": 1})",
       "2: a, 3: a b"},
  }));
  INFO(row.what);
  CHECK(dead_by_line(row.body) == row.dead);
}

TEST_CASE("live locals: of a function that is too large all are live", "[engine][program]") {
  std::string body;
  for (int i = 0; i < 4000; ++i) {
    body += "{\"set\": \"x" + std::to_string(i) + "\", \"to\": \"n\"},\n";
  }
  const std::string dead = dead_by_line(body + R"({"print": 1})");
  CHECK(dead == "4001:");
}

}  // namespace
}  // namespace lockstep
