// language/load.cpp, and what hostile files do to the loader: nothing.
#include "language/load.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace lockstep {
namespace {

std::string complaints(const Loaded& loaded) {
  std::string out;
  for (const Complaint& complaint : loaded.complaints) {
    out += complaint.place.pointer + ": " + complaint.message + "\n";
  }
  return out;
}

TEST_CASE("Load: every scenario of the library is accepted", "[language][load]") {
  const std::filesystem::path library = std::filesystem::path(LOCKSTEP_SOURCE_DIR) / "scenarios";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(library)) {
    if (!entry.path().string().ends_with(".lockstep.json")) continue;
    INFO(entry.path().string());
    std::ifstream in(entry.path(), std::ios::binary);
    const Loaded loaded = load("-", std::string(std::istreambuf_iterator<char>(in), {}));
    INFO(complaints(loaded));
    CHECK(loaded.program);
    CHECK(loaded.scenario);
    if (loaded.program) CHECK(verify(*loaded.program).empty());
    ++files;
  }
  CHECK(files > 0);
}

TEST_CASE("Load: a scenario that can be read is there although it does not compile",
          "[language][load]") {
  const Loaded loaded = load("-", R"({"lockstep": 1, "main": [{"print": "nobody"}]})");
  CHECK(loaded.scenario);
  CHECK_FALSE(loaded.program);
  CHECK(complaints(loaded) == "/main/0/print: unknown name \"nobody\"\n");
}

TEST_CASE("Load: a schedule that names what is not there is no scenario's", "[language][load]") {
  const Loaded loaded =
      load("-", R"({"lockstep": 1, "threads": {"T1": []}, "schedule": ["T1", "T2"]})");
  CHECK(loaded.scenario);
  CHECK_FALSE(loaded.program);
  CHECK(complaints(loaded) == "/schedule/1: there is no thread \"T2\"; did you mean \"T1\"?\n");
}

TEST_CASE("Load: mistakes of all kinds are said at once, and none that follows from another",
          "[language][load]") {
  // n is known to the file, though not to the program; m is not.
  CHECK(complaints(load("-", R"({"lockstep": 1, "variables": {"n": "1 +"},
    "main": [{"print": "n"}, {"print": "m"}]})")) ==
        "/variables/n: expected an expression, found the end\n"
        "/main/1/print: unknown name \"m\"\n");
  // x is assigned by a statement that is wrong in something else.
  CHECK(complaints(load("-", R"({"lockstep": 1,
    "main": [{"set": "x"}, {"print": "x"}, {"print": "y"}]})")) ==
        "/main/0: the statement \"set\" needs the key \"to\"\n"
        "/main/2/print: unknown name \"y\"\n");
}

TEST_CASE("Load: settings reach the program", "[language][load]") {
  const std::string text = R"({"lockstep": 1, "params": {"N": 2},
    "objects": {"forks": {"type": "Lock", "count": "N"}}, "main": []})";
  CHECK(load("-", text).program->objects.size() == 2);
  CHECK(load("-", text, {{"N", "5"}}).program->objects.size() == 5);
  CHECK(complaints(load("-", text, {{"N", "0"}})) ==
        "/objects/forks/count: expected an integer from 1 to 100000, found \"N\", which is 0\n");
}

TEST_CASE("Load: a hostile file gets complaints, few enough to read, in reasonable time",
          "[language][load]") {
  const auto many = [](const std::string& item, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += (i > 0 ? "," : "") + item;
    return out;
  };
  const auto numbered = [](const std::string& before, const std::string& after, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) {
      out += (i > 0 ? "," : "") + before + std::to_string(i) + after;
    }
    return out;
  };
  const std::string head = R"({"lockstep": 1, )";
  const int n = 20000;
  struct Row {
    const char* what;
    std::string text;
  };
  const std::vector<Row> rows{
      {"unknown keys", head + numbered("\"k", "\": 0", n) + "}"},
      {"unknown statements", head + "\"main\": [" + many("{\"frob\": 1}", n) + "]}"},
      {"unknown names", head + "\"main\": [" + many("{\"print\": \"nobody\"}", n) + "]}"},
      {"unknown names among many", head + "\"variables\": {" + numbered("\"v", "\": 0", n) +
                                       "}, \"main\": [" + numbered("{\"print\": \"w", "\"}", n) +
                                       "]}"},
      {"unknown keys of a statement",
       head + "\"main\": [{\"pass\": true, " + numbered("\"k", "\": 0", n) + "}]}"},
      {"expressions that do not end",
       head + "\"main\": [" + many("{\"print\": \"((((((((\"}", n) + "]}"},
      {"nested expressions", head + "\"main\": [{\"print\": \"" + std::string(9000, '(') + "\"}]}"},
      {"a long operator chain",
       head + "\"main\": [{\"print\": \"" + std::string(9999, '-') + "x\"}]}"},
      {"objects of unknown types",
       head + "\"objects\": {" + numbered("\"o", "\": \"Lok\"", n) + "}, \"main\": []}"},
      {"arrays of objects", head + "\"objects\": {" +
                                numbered("\"o", "\": {\"type\": \"Lock\", \"count\": 100000}", 50) +
                                "}, \"main\": []}"},
      {"second names of nothing", head + "\"objects\": {" +
                                      numbered("\"o", "\": {\"same_as\": \"o\"}", n) +
                                      "}, \"main\": []}"},
      {"a long key", head + "\"" + std::string(1000000, 'k') + "\": {}}"},
      {"long keys with much below", head + "\"objects\": {\"" + std::string(100000, 'k') + "\": {" +
                                        numbered("\"k", "\": 0", n) + "}}, \"main\": []}"},
      {"escapes that say nothing", head + "\"name\": \"\\u0000\\u001b[31m\", \"mian\": []}"},
      {"outcomes of unknown variables",
       head + "\"main\": [], \"expect\": {\"explore\": {\"outcomes\": [" + many("{\"n\": 1}", n) +
           "]}}}"},
      {"directives for nobody",
       head + "\"threads\": {\"T1\": []}, \"schedule\": [" + numbered("\"T", "\"", n) + "]}"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Loaded loaded = load("-", row.text);
    const std::string rendered = render("-", row.text, loaded.complaints);
    CHECK_FALSE(loaded.program);
    CHECK_FALSE(loaded.complaints.empty());
    CHECK(rendered.size() < 100000);
  }
}

TEST_CASE("Load: what is large and right is accepted", "[language][load]") {
  std::string statements = R"({"pass": true})";
  for (int i = 0; i < 20000; ++i) statements += R"(,{"print": ["n", 1, "'text'"]})";
  const Loaded loaded =
      load("-", R"({"lockstep": 1, "variables": {"n": 0}, "main": [)" + statements + "]}");
  INFO(complaints(loaded));
  CHECK(loaded.program);
}

}  // namespace
}  // namespace lockstep
