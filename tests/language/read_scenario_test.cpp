// language/read_scenario.cpp and the readers of its parts: what good files become. What bad ones
// get stands in bad/.
#include <catch2/catch.hpp>
#include <string>

#include "language/constant_fold.h"
#include "language/load.h"

namespace lockstep {
namespace {

// ' for ", so that JSON can stand in C++.
std::string json(std::string text) {
  for (char& c : text) {
    if (c == '\'') c = '"';
  }
  return text;
}

Scenario read(const std::string& members, const std::map<std::string, std::string>& settings = {}) {
  ReadScenario result =
      read_scenario("test.json", json("{'lockstep': 1, " + members + "}"), settings);
  for (const Complaint& complaint : result.complaints) {
    UNSCOPED_INFO(complaint.place.pointer << ": " << complaint.message);
  }
  REQUIRE(result.scenario);
  CHECK(result.complaints.empty());
  CHECK_FALSE(result.remains);
  return std::move(*result.scenario);
}

std::string complaints(const std::string& members,
                       const std::map<std::string, std::string>& settings = {}) {
  std::string out;
  for (const Complaint& complaint :
       read_scenario("-", json("{'lockstep': 1, " + members + "}"), settings).complaints) {
    out += complaint.place.pointer + ": " + complaint.message + "\n";
  }
  return out;
}

Statement only(Scenario scenario) {
  REQUIRE(scenario.main);
  REQUIRE(scenario.main->size() == 1);
  return std::move(scenario.main->front());
}

TEST_CASE("Scenario: without anything else the documented defaults hold", "[language][scenario]") {
  const Scenario scenario = read("'main': []");
  CHECK(scenario.file == "test.json");
  CHECK(scenario.gil == GilModel::calls_and_loops);
  CHECK(scenario.cores == 4);
  CHECK(scenario.switch_interval == 0.005);
  CHECK(scenario.costs.bytecode == 5e-8);
  CHECK(scenario.costs.thread_start == 1e-4);
  CHECK(scenario.main->empty());
  CHECK(scenario.objects.empty());
  CHECK_FALSE(scenario.expect.run);
}

TEST_CASE("Scenario: texts, tags and the machine", "[language][scenario]") {
  const Scenario scenario = read(
      "'name': 'abba', 'description': 'two locks', 'source': 'app.py', 'tags': ['a', 'b'],"
      "'machine': {'gil': 'free-threaded', 'cores': 8, 'switch_interval': 1,"
      "            'costs': {'bytecode': 0, 'thread_start': 0.5}, 'x-why': 1}, 'main': []");
  CHECK(scenario.name == "abba");
  CHECK(scenario.description == "two locks");
  CHECK(scenario.source == "app.py");
  CHECK(scenario.tags == std::vector<std::string>{"a", "b"});
  CHECK(scenario.gil == GilModel::free_threaded);
  CHECK(scenario.cores == 8);
  CHECK(scenario.switch_interval == 1);
  CHECK(scenario.costs.bytecode == 0);
  CHECK(scenario.costs.thread_start == 0.5);
}

TEST_CASE("Scenario: gil names are in the order of the models", "[language][scenario]") {
  CHECK(read("'machine': {'gil': '3.9'}, 'main': []").gil == GilModel::every_bytecode);
  CHECK(read("'machine': {'gil': '3.12'}, 'main': []").gil == GilModel::calls_and_loops);
  CHECK(read("'machine': {'gil': 'free-threaded'}, 'main': []").gil == GilModel::free_threaded);
  CHECK(read("'machine': {'gil': 'none'}, 'main': []").gil == GilModel::none);
}

TEST_CASE("Scenario: keys that begin with x- are left alone everywhere", "[language][scenario]") {
  read(
      "'x-a': [1], 'machine': {'x-a': 1}, 'objects': {'l': {'type': 'Lock', 'x-a': 1},"
      "'m': {'same_as': 'l', 'x-a': 1}}, 'functions': {'f': {'body': [], 'x-a': 1}},"
      "'threads': {'T1': {'target': 'f', 'x-a': 1}}, 'main': [{'pass': true, 'x-a': {}},"
      "{'try': [], 'except': {'do': [], 'x-a': 1}}],"
      "'schedule': [{'run': 'T1', 'x-a': 1, 'until': {'blocked': true, 'x-a': 1}}],"
      "'expect': {'x-a': 1, 'run': {'x-a': 1}, 'explore': {'x-a': 1}, 'fix': {'x-a': 1}}");
}

TEST_CASE("Params: later ones may use earlier ones, and settings change them all",
          "[language][scenario][params]") {
  const std::string members = "'params': {'N': 3, 'M': 'N * 2'}, 'main': []";
  const auto values = [&](const std::map<std::string, std::string>& settings) {
    std::string out;
    for (const auto& [name, value] : read(members, settings).parameters) {
      out += name + "=" + literal(value) + " ";
    }
    return out;
  };
  CHECK(values({}) == "N=3 M=6 ");
  CHECK(values({{"N", "5"}}) == "N=5 M=10 ");
  CHECK(values({{"M", "7"}}) == "N=3 M=7 ");
}

TEST_CASE("Params: a setting is a Python literal or one of JSON's three words",
          "[language][scenario][params]") {
  struct Row {
    const char *text, *value;
  };
  const Row row = GENERATE(values<Row>({
      {"5", "5"},
      {"-0.5", "-0.5"},
      {"'a b'", "'a b'"},
      {"\"a\"", "'a'"},
      {"true", "True"},
      {"False", "False"},
      {"null", "None"},
      {"[1, 2]", "[1, 2]"},
      {"2 ** 3", "8"},
  }));
  CAPTURE(row.text);
  const Scenario scenario = read("'params': {'p': 0}, 'main': []", {{"p", row.text}});
  REQUIRE(scenario.parameters.size() == 1);
  CHECK(literal(scenario.parameters[0].second) == row.value);
}

TEST_CASE("Params: a bad setting is complained of at the parameter",
          "[language][scenario][params]") {
  const std::string members = "'params': {'count': 3}, 'main': []";
  CHECK(complaints(members, {{"cuont", "5"}}) ==
        "/params: the scenario has no parameter \"cuont\" to set; did you mean \"count\"?\n");
  CHECK(complaints("'main': []", {{"n", "5"}}) == ": the scenario has no parameter \"n\" to set\n");
  CHECK(complaints(members, {{"count", "five"}}) ==
        "/params/count: \"count\" is set to \"five\": \"five\" is no constant; as a text it is "
        "written 'five'\n");
  CHECK(complaints(members, {{"count", ""}}) ==
        "/params/count: \"count\" is set to \"\": expected an expression, found the end\n");
  CHECK(complaints(members, {{"count", "1 // 0"}}) ==
        "/params/count: \"count\" is set to \"1 // 0\": ZeroDivisionError: integer division or "
        "modulo by zero\n");
}

TEST_CASE("Objects: types, arrays, values, second names and locks",
          "[language][scenario][objects]") {
  const Scenario scenario = read(
      "'params': {'N': 3}, 'objects': {"
      "'a': 'Lock', 'b': {'type': 'RLock'}, 'forks': {'type': 'Lock', 'count': 'N + 2'},"
      "'s': {'type': 'Semaphore', 'value': 'N'}, 't': {'type': 'BoundedSemaphore'},"
      "'e': 'Event', 'c': 'Condition', 'd': {'type': 'Condition', 'lock': 'forks[4]'},"
      "'two': {'type': 'Lock', 'count': 2.0}, 'u': 'Semaphore', 'q': 'Queue',"
      "'l': {'type': 'LifoQueue', 'maxsize': 'N - 1'}, 'p': {'type': 'PriorityQueue',"
      "'maxsize': -1}, 'o': {'type': 'Queue'}}, 'main': []");
  REQUIRE(scenario.objects.size() == 14);
  const auto& objects = scenario.objects;
  CHECK(objects[0].name == "a");
  CHECK(objects[0].kind == ObjectKind::lock);
  CHECK_FALSE(objects[0].count);
  CHECK(objects[1].kind == ObjectKind::rlock);
  CHECK(objects[2].count == 5);
  CHECK(objects[3].value == 3);
  CHECK(objects[4].value == 1);
  CHECK(objects[6].lock == "");
  CHECK(objects[7].lock == "forks[4]");
  CHECK(objects[8].count == 2);
  CHECK(objects[9].value == 1);
  CHECK(objects[10].value == 0);
  CHECK(objects[11].value == 2);
  CHECK(objects[12].value == -1);
  CHECK(objects[13].value == 0);
  CHECK(objects[0].place.pointer == "/objects/a");
}

TEST_CASE("Objects: a second name of a second name names the object itself",
          "[language][scenario][objects]") {
  const Scenario scenario = read(
      "'objects': {'c': {'same_as': 'b'}, 'b': {'same_as': 'a'}, 'a': 'Lock',"
      "'forks': {'type': 'Lock', 'count': 3}, 'knives': {'same_as': 'forks'},"
      "'mine': {'same_as': 'knives[2]'}, 'own': {'same_as': 'mine'}}, 'main': []");
  const auto same_as = [&](std::string_view name) {
    for (const ScenarioObject& object : scenario.objects) {
      if (object.name == name) return object.same_as;
    }
    return std::string("?");
  };
  CHECK(same_as("c") == "a");
  CHECK(same_as("b") == "a");
  CHECK(same_as("a") == "");
  CHECK(same_as("knives") == "forks");
  CHECK(same_as("mine") == "forks[2]");
  CHECK(same_as("own") == "forks[2]");
}

TEST_CASE("Objects: a hundred thousand second names in a row are resolved at once",
          "[language][scenario][objects]") {
  std::string objects = "'n0': 'Lock'";
  for (int i = 1; i < 50000; ++i) {
    objects += ", 'n" + std::to_string(i) + "': {'same_as': 'n" + std::to_string(i - 1) + "'}";
  }
  const Scenario scenario = read("'objects': {" + objects + "}, 'main': []");
  CHECK(scenario.objects.back().same_as == "n0");
}

TEST_CASE("Variables: initial values over params are constants already", "[language][scenario]") {
  const Scenario scenario = read(
      "'params': {'N': 3}, 'objects': {'a': 'Lock'},"
      "'variables': {'n': 'N + 1', 'xs': [1, 'N', {'k': null}], 'lock': 'a'}, 'main': []");
  REQUIRE(scenario.variables.size() == 3);
  const Expression& n = *scenario.variables[0].initial.expression;
  CHECK(n.kind == Expression::Kind::constant);
  CHECK(literal(n.constant) == "4");
  CHECK(literal(scenario.variables[1].initial.expression->constant) == "[1, 3, {'k': None}]");
  // An object is the compiler's business.
  CHECK(scenario.variables[2].initial.expression->kind == Expression::Kind::name);
}

TEST_CASE("Operands: JSON values stand for themselves, strings are expressions",
          "[language][scenario][operand]") {
  struct Row {
    const char *value, *source, *constant;
  };
  const Row row = GENERATE(values<Row>({
      {"3", "3", "3"},
      {"-2.50", "-2.50", "-2.5"},
      {"1E3", "1E3", "1000.0"},
      {"true", "True", "True"},
      {"null", "None", "None"},
      {"'1 + 2'", "1 + 2", "3"},
      {"[1, '2 + 3', [null]]", "[1, 2 + 3, [None]]", "[1, 5, [None]]"},
      {"{'a': '1', 'b': {}}", "{'a': 1, 'b': {}}", "{'a': 1, 'b': {}}"},
      {"[]", "[]", "[]"},
  }));
  CAPTURE(row.value);
  const Statement statement =
      only(read("'main': [{'set': 'x', 'to': " + std::string(row.value) + "}]"));
  const auto& operand = std::get<Operand>(statement.fields[1]);
  CHECK(operand.source == row.source);
  CHECK(operand.place.pointer == "/main/0/to");
  const Folded folded = fold(*operand.expression, {});
  REQUIRE(folded.constant);
  CHECK(literal(*folded.constant) == row.constant);
}

TEST_CASE("Operands: offsets are those in the operand's text", "[language][scenario][operand]") {
  const Statement statement = only(read("'main': [{'print': [['a', {'k': 'bc + d'}]]}]"));
  const auto& operands = std::get<std::vector<Operand>>(statement.fields[0]);
  REQUIRE(operands.size() == 1);
  const std::string& source = operands[0].source;
  CHECK(source == "[a, {'k': bc + d}]");
  const Expression& list = *operands[0].expression;
  const auto text = [&](const Expression& e) { return source.substr(e.begin, e.end - e.begin); };
  CHECK(text(list) == source);
  CHECK(text(*list.operands[0]) == "a");
  const Expression& dict = *list.operands[1];
  CHECK(text(dict) == "{'k': bc + d}");
  CHECK(text(*dict.operands[0]) == "'k'");
  CHECK(text(*dict.operands[1]) == "bc + d");
  CHECK(text(*dict.operands[1]->operands[1]) == "d");
}

TEST_CASE("Statements: fields stand where their row says, absent ones are empty",
          "[language][scenario][statements]") {
  const Statement statement =
      only(read("'main': [{'into': 'got', 'acquire': 'a', 'label': 'here', 'at': 'app.py:3',"
                "'note': 'why'}]"));
  CHECK(statement.kind == StatementKind::acquire);
  CHECK(statement.label == "here");
  CHECK(statement.note == "why");
  CHECK(statement.at == "app.py:3");
  CHECK(std::get<Operand>(statement.fields[0]).source == "a");
  CHECK(std::holds_alternative<std::monostate>(statement.fields[1]));
  CHECK(std::holds_alternative<std::monostate>(statement.fields[2]));
  CHECK(std::get<Operand>(statement.fields[3]).source == "got");
}

TEST_CASE("Statements: shapes of fields", "[language][scenario][statements]") {
  SECTION("print takes one value or several") {
    CHECK(std::get<std::vector<Operand>>(only(read("'main': [{'print': 'a'}]")).fields[0]).size() ==
          1);
    CHECK(std::get<std::vector<Operand>>(only(read("'main': [{'print': ['a', 1]}]")).fields[0])
              .size() == 2);
  }
  SECTION("for takes one name or several") {
    using Names = std::vector<std::string>;
    CHECK(std::get<Names>(only(read("'main': [{'for': 'i', 'in': 'x', 'do': []}]")).fields[0]) ==
          Names{"i"});
    CHECK(std::get<Names>(
              only(read("'main': [{'for': ['i', 'j'], 'in': 'x', 'do': []}]")).fields[0]) ==
          Names{"i", "j"});
  }
  SECTION("raise null raises again, and raise 'None' raises None") {
    CHECK(
        std::holds_alternative<std::monostate>(only(read("'main': [{'raise': null}]")).fields[0]));
    CHECK(std::holds_alternative<Operand>(only(read("'main': [{'raise': 'None'}]")).fields[0]));
  }
  SECTION("a marker is true or null") {
    CHECK(std::get<bool>(only(read("'main': [{'pass': true}]")).fields[0]));
    CHECK(std::get<bool>(only(read("'main': [{'pass': null}]")).fields[0]));
  }
  SECTION("handlers") {
    const Statement one =
        only(read("'main': [{'try': [], 'except': {'type': 'KeyError', 'as': 'e', 'do': []}}]"));
    const auto& handlers = std::get<std::vector<ExceptHandler>>(one.fields[1]);
    REQUIRE(handlers.size() == 1);
    CHECK(handlers[0].types == std::vector<ExceptionKind>{ExceptionKind::key_error});
    CHECK(handlers[0].name == "e");
    const Statement two =
        only(read("'main': [{'try': [], 'except': [{'type': ['KeyError', 'IndexError'], 'do': []},"
                  "{'do': [{'pass': true}]}]}]"));
    const auto& several = std::get<std::vector<ExceptHandler>>(two.fields[1]);
    REQUIRE(several.size() == 2);
    CHECK(several[0].types.size() == 2);
    CHECK(several[1].types.empty());
    CHECK(several[1].body.size() == 1);
  }
  SECTION("a target is a name, an item or an attribute") {
    for (const char* target : {"x", "xs[0]", "d[k][i + 1]", "t.daemon", "(x)"}) {
      CAPTURE(target);
      const Statement statement =
          only(read("'main': [{'set': '" + std::string(target) + "', 'to': 1}]"));
      CHECK(std::get<Operand>(statement.fields[0]).source == target);
    }
  }
}

TEST_CASE("Threads: a body, a function, or a body with daemon, in the order of the file",
          "[language][scenario][threads]") {
  const Scenario scenario = read(
      "'params': {'N': 3}, 'functions': {'f': {'params': ['a'], 'body': []}},"
      "'threads': {'T2': [{'pass': true}], 'T1': {'target': 'f', 'args': ['N'], 'daemon': true},"
      "'T3': {'body': [], 'daemon': true}}");
  REQUIRE(scenario.threads.size() == 3);
  CHECK(scenario.threads[0].name == "T2");
  CHECK(scenario.threads[0].body.size() == 1);
  CHECK_FALSE(scenario.threads[0].has_target);
  CHECK_FALSE(scenario.threads[0].daemon);
  CHECK(scenario.threads[1].has_target);
  CHECK(scenario.threads[1].target == "f");
  CHECK(literal(scenario.threads[1].arguments[0].expression->constant) == "3");
  CHECK(scenario.threads[1].daemon);
  CHECK(scenario.threads[2].daemon);
  CHECK_FALSE(scenario.threads[2].has_target);
}

TEST_CASE("Expectations: values are plain, not expressions", "[language][scenario][expect]") {
  const Scenario scenario = read(
      "'variables': {'n': 0, 'who': null}, 'threads': {'T1': []}, 'expect': {"
      "'run': {'policy': 'pct', 'seed': 7, 'outcome': 'finished', 'output': ['a', ''],"
      "        'final': {'who': 'egon + 1', 'n': [1, 2]}, 'exceptions': {'T1': 'KeyError'}},"
      "'explore': {'deadlock': 'impossible', 'partial_deadlock': 'possible',"
      "            'exceptions': 'certain', 'outcomes': [{'n': 1}, {'n': 2}],"
      "            'findings': {'LS001': 2, 'invariant': null}},"
      "'fix': {'remedy': 'lock-order'}}");
  REQUIRE(scenario.expect.run);
  const RunExpectation& run = *scenario.expect.run;
  CHECK(run.policy == "pct");
  CHECK(run.seed == 7);
  CHECK(run.outcome == "finished");
  CHECK(run.output == std::vector<std::string>{"a", ""});
  REQUIRE(run.final.size() == 2);
  CHECK(literal(run.final[0].second) == "'egon + 1'");
  CHECK(literal(run.final[1].second) == "[1, 2]");
  REQUIRE(run.exceptions);
  CHECK(run.exceptions->front() == std::pair<std::string, std::string>("T1", "KeyError"));
  REQUIRE(scenario.expect.explore);
  CHECK(scenario.expect.explore->deadlock == Possibility::impossible);
  CHECK(scenario.expect.explore->partial_deadlock == Possibility::possible);
  CHECK(scenario.expect.explore->exceptions == Possibility::certain);
  CHECK(scenario.expect.explore->outcomes->size() == 2);
  REQUIRE(scenario.expect.explore->findings);
  REQUIRE(scenario.expect.explore->findings->size() == 2);
  CHECK(scenario.expect.explore->findings->at(0).kind == "LS001");
  CHECK(scenario.expect.explore->findings->at(0).preemptions == 2);
  CHECK(scenario.expect.explore->findings->at(1).kind == "invariant");
  CHECK_FALSE(scenario.expect.explore->findings->at(1).preemptions);
  CHECK(scenario.expect.fix->remedy == "lock-order");
}

TEST_CASE("Expectations: a program that creates threads may name any",
          "[language][scenario][expect]") {
  const std::string expect = "'expect': {'run': {'exceptions': {'Thread-1 (f)': 'KeyError'}}}";
  const std::string functions = "'functions': {'f': []}, ";
  read(functions + "'main': [{'spawn': 'f'}], " + expect);
  read(functions +
       "'main': [{'try': [], 'except': {'do': [{'if': 'x', 'then': [{'thread': 't', 'target': "
       "'f'}]}]}}], " +
       expect);
  CHECK(complaints(functions + "'main': [{'call': 'f'}], " + expect) ==
        "/expect/run/exceptions/Thread-1 (f): there is no thread \"Thread-1 (f)\"\n");
}

TEST_CASE("Reading: what is dropped casts doubt on its names, and on no others",
          "[language][scenario]") {
  const ReadScenario result = read_scenario(
      "-", json("{'lockstep': 1, 'objects': {'a': 'Lok', 'b': 'Lock'}, 'main': ["
                "{'set': 'x', 'to': '1 +'}, {'print': 'b', 'nite': 'y'}, {'print': 'z'}]}"));
  REQUIRE(result.remains);
  CHECK_FALSE(result.scenario);
  CHECK(result.complaints.size() == 3);
  CHECK(result.remains->objects.size() == 1);
  CHECK(result.remains->main->size() == 2);  // a key too many does no harm
  for (const char* name : {"a", "x", "y"}) CHECK(result.suspects.contains(name));
  for (const char* name : {"b", "z"}) CHECK_FALSE(result.suspects.contains(name));
}

}  // namespace
}  // namespace lockstep
