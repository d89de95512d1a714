// Tests of remedy/one_rlock.
#include <catch2/catch.hpp>

#include "explorer/explore.h"
#include "language/load.h"
#include "remedy/rows.h"

namespace lockstep {
namespace {

// Three threads that take two locks each, in a circle, or two in opposite order.
std::string scenario_with(const std::string& objects, const std::string& main) {
  return R"({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": )" +
         objects + R"(,
  "functions": {
    "f": {"params": ["first", "second"], "body": [
      {"with": ["first", "second"], "do": [{"pass": true}]}
    ]}
  },
  "main": )" +
         main + R"(
})";
}

const std::string two =
    R"([{"spawn": "f", "args": ["a", "b"]}, {"spawn": "f", "args": ["b", "a"]}])";
const std::string three = R"([{"spawn": "f", "args": ["a", "b"]},
    {"spawn": "f", "args": ["b", "c"]}, {"spawn": "f", "args": ["c", "a"]}])";
const std::string two_pairs = R"([{"spawn": "f", "args": ["a", "b"]},
    {"spawn": "f", "args": ["b", "a"]}, {"spawn": "f", "args": ["c", "d"]},
    {"spawn": "f", "args": ["d", "c"]}])";

TEST_CASE("one-rlock: what is one lock keeps one place in a declared order",
          "[remedy][one_rlock]") {
  const std::string text = R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"a": "Lock", "x": "Lock", "b": "Lock"},
  "lock_order": ["a", "x", "b"],
  "threads": {
    "T1": [{"with": ["a", "b"], "do": [{"pass": true}]}],
    "T2": [{"with": ["b", "a"], "do": [{"pass": true}]}]
  }
})json";
  const Loaded loaded = load("s.json", text);
  REQUIRE(loaded.program);
  const std::vector<Proposal> proposals =
      propose_one_rlock(*loaded.scenario, *loaded.program, explore(*loaded.program));
  REQUIRE(proposals.size() == 1);
  CHECK_THAT(proposals[0].patched_text, Catch::Contains(R"("lock_order": ["a", "x"])"));
  CHECK(load("s.json", proposals[0].patched_text).program.has_value());
}

struct Row {
  const char* what;
  std::string main, before, after;  // after: empty, if nothing is proposed
  std::string title;
};

TEST_CASE("one-rlock: the locks of the circle become one", "[remedy][one_rlock]") {
  const Row row = GENERATE(values<Row>({
      {"two Locks", two, R"({"a": "Lock", "b": "Lock"})",
       R"({"a": "RLock", "b": {"same_as": "a"}})", "one RLock under the names a and b"},
      {"the order of declaration counts", two, R"({"b": "Lock", "s": "Semaphore", "a": "Lock"})",
       R"({"b": "RLock", "s": "Semaphore", "a": {"same_as": "b"}})",
       "one RLock under the names b and a"},
      {"two RLocks", two, R"({"a": "RLock", "b": "RLock"})",
       R"({"a": "RLock", "b": {"same_as": "a"}})", "one RLock under the names a and b"},
      {"written with a type", two, R"({"a": {"type": "Lock"}, "b": {"type": "Lock"}})",
       R"({"a": {"type": "RLock"}, "b": {"same_as": "a"}})", "one RLock under the names a and b"},
      {"with comments", two,
       "{\n    \"a\": \"Lock\",  // first\n    // second\n    \"b\": \"Lock\"\n  }",
       "{\n    \"a\": \"RLock\",  // first\n    // second\n    \"b\": {\"same_as\": \"a\"}\n  }",
       "one RLock under the names a and b"},
      {"three", three, R"({"a": "Lock", "b": "Lock", "c": "RLock"})",
       R"({"a": "RLock", "b": {"same_as": "a"}, "c": {"same_as": "a"}})",
       "one RLock under the names a, b and c"},
      {"second names follow", two, R"({"b": {"same_as": "x"}, "a": "Lock", "x": "Lock"})",
       R"({"b": {"same_as": "x"}, "a": "RLock", "x": {"same_as": "a"}})",
       "one RLock under the names a and x"},
      {"two circles", two_pairs, R"({"a": "Lock", "c": "Lock", "d": "Lock", "b": "Lock"})",
       R"({"a": "RLock", "c": "RLock", "d": {"same_as": "c"}, "b": {"same_as": "a"}})",
       "one RLock under the names a and b, another under the names c and d"},
      {"one of them is in an array", two,
       R"({"a": "Lock", "row": {"type": "Lock", "count": 2}, "b": {"same_as": "row[1]"}})", "", ""},
      {"a condition works with one of them", two,
       R"({"a": "Lock", "b": "Lock", "cond": {"type": "Condition", "lock": "b"}})", "", ""},
      {"one of them is a condition's own", two, R"({"a": "Lock", "b": "Condition"})", "", ""},
      {"one of them is a semaphore", two, R"({"a": "Lock", "b": "Semaphore"})", "", ""},
  }));
  INFO(row.what);
  const std::string text = scenario_with(row.before, row.main);
  const Loaded loaded = load("s.json", text);
  INFO(render("s.json", text, loaded.complaints));
  REQUIRE(loaded.program);
  const Exploration exploration = explore(*loaded.program);
  REQUIRE(exploration.verdict == Verdict::deadlock);
  const std::vector<Proposal> proposals =
      propose_one_rlock(*loaded.scenario, *loaded.program, exploration);
  if (row.after.empty()) {
    CHECK(proposals.empty());
    return;
  }
  REQUIRE(proposals.size() == 1);
  CHECK(proposals[0].title == row.title);
  CHECK(proposals[0].patched_text == scenario_with(row.after, row.main));
  CHECK(apply_patch(loaded.scenario->tree, text, proposals[0].patch) == proposals[0].patched_text);
  const FixResult result = fix(*loaded.scenario, *loaded.program, {});
  REQUIRE(!result.tried.empty());
  CHECK(result.tried[0].proposal.remedy == "one-rlock");
  CHECK(result.tried[0].verdict == TriedRemedy::Verdict::verified);
}

TEST_CASE("one-rlock: a Lock that another thread releases refutes it", "[remedy][one_rlock]") {
  const std::string text = R"({
  "lockstep": 1,
  "objects": {"a": "Lock", "b": "Lock"},
  "functions": {
    "let_go": [{"release": "b"}]
  },
  "threads": {
    "T1": [{"acquire": "a"}, {"sleep": 1}, {"acquire": "b"}, {"release": "b"}, {"release": "a"}],
    "T2": [{"acquire": "b"}, {"sleep": 1}, {"acquire": "a"}, {"release": "a"},
           {"spawn": "let_go", "as": "t"}, {"join": "t"}]
  }
})";
  const Loaded loaded = load("s.json", text);
  REQUIRE(loaded.program);
  const FixResult result = fix(*loaded.scenario, *loaded.program, {});
  const auto one = std::ranges::find_if(
      result.tried, [](const TriedRemedy& tried) { return tried.proposal.remedy == "one-rlock"; });
  REQUIRE(one != result.tried.end());
  INFO(one->reason);
  CHECK(one->verdict == TriedRemedy::Verdict::refuted);
  CHECK(one->exploration.findings.size() > 0);
}

}  // namespace
}  // namespace lockstep
