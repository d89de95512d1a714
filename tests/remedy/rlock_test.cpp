// Tests of remedy/rlock.
#include <catch2/catch.hpp>

#include "remedy/rows.h"

namespace lockstep {
namespace {

std::string scenario_with(const std::string& objects, const std::string& lock) {
  return R"({
  "lockstep": 1,
  "objects": )" +
         objects + R"(,
  "variables": {"n": 0},
  "functions": {
    "outer": [{"with": )" +
         lock + R"(, "do": [{"call": "inner"}]}],
    "inner": [{"global": "n"}, {"with": )" +
         lock + R"(, "do": [{"set": "n", "to": "n + 1"}]}]
  },
  "main": [{"call": "outer"}]
})";
}

struct Row {
  const char* what;
  std::string lock, before, after, title;
};

TEST_CASE("rlock: a Lock that its owner takes again becomes an RLock", "[remedy][rlock]") {
  const Row row = GENERATE(values<Row>({
      {"by its type alone", R"("a")", R"({"a": "Lock", "b": "Lock"})",
       R"({"a": "RLock", "b": "Lock"})", "make a an RLock"},
      {"with parameters", R"("a")", R"({"a": {"type": "Lock"}})", R"({"a": {"type": "RLock"}})",
       "make a an RLock"},
      {"by a second name", R"("a")", R"({"a": {"same_as": "b"}, "b": "Lock"})",
       R"({"a": {"same_as": "b"}, "b": "RLock"})", "make b an RLock"},
      {"in an array", R"("a[n]")", R"({"a": {"type": "Lock", "count": 2}})",
       R"({"a": {"type": "RLock", "count": 2}})", "make a an RLock"},
      {"a condition's", R"("c")", R"({"a": "Lock", "c": {"type": "Condition", "lock": "a"}})",
       R"({"a": "RLock", "c": {"type": "Condition", "lock": "a"}})", "make a an RLock"},
  }));
  INFO(row.what);
  const std::string text = scenario_with(row.before, row.lock);
  const Loaded loaded = load("s.json", text);
  INFO(render("s.json", text, loaded.complaints));
  REQUIRE(loaded.program);
  const FixResult result = fix(*loaded.scenario, *loaded.program, {});
  REQUIRE(result.tried.size() == 1);
  const TriedRemedy& tried = result.tried[0];
  CHECK(tried.proposal.remedy == "rlock");
  CHECK(tried.proposal.title == row.title);
  CHECK(tried.proposal.patched_text == scenario_with(row.after, row.lock));
  CHECK(tried.verdict == TriedRemedy::Verdict::verified);
  CHECK(tried.reason ==
        "the original never finishes, so that there are no outcomes to compare with");
}

TEST_CASE("rlock: a semaphore is left alone", "[remedy][rlock]") {
  const Loaded loaded = load("s.json", scenario_with(R"({"a": "Semaphore"})", R"("a")"));
  REQUIRE(loaded.program);
  const FixResult result = fix(*loaded.scenario, *loaded.program, {});
  CHECK(result.exploration.verdict == Verdict::deadlock);
  CHECK(result.tried.empty());
}

}  // namespace
}  // namespace lockstep
