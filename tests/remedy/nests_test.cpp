// Tests of remedy/nests, and of remedy/bodies and remedy/lock_names, on which it stands.
#include "remedy/nests.h"

#include <catch2/catch.hpp>

#include "language/load.h"

namespace lockstep {
namespace {

// The nests of f, a line each: "a > b", with what makes it hard to rewrite, and what stands in
// between.
std::string nests_of(const std::string& body, const std::string& parameters = "") {
  const std::string text = R"({
    "lockstep": 1,
    "params": {"N": 3},
    "objects": {
      "a": "Lock", "b": "RLock", "c": "Lock", "s": "Semaphore", "two": {"type": "Semaphore", "value": 2},
      "own": "Condition", "other": {"type": "Condition", "lock": "b"},
      "alias": {"same_as": "a"},
      "row": {"type": "Lock", "count": 2},
      "forks": {"type": "Lock", "count": "N"},
      "sixth": {"same_as": "forks[2]"}
    },
    "variables": {"n": 0},
    "functions": {
      "take_a": [{"with": "a", "do": [{"pass": true}]}],
      "take_more": [{"call": "take_a"}, {"acquire": "c"}, {"release": "c"}],
      "round": [{"call": "round"}],
      "unused": {"params": ["i"], "body": [{"acquire": "forks[i]"}, {"release": "forks[i]"}]},
      "f": {"params": [)" + parameters +
                           R"(], "body": )" + body + R"(}
    },
    "main": [{"pass": true}]
  })";
  const Loaded loaded = load("f.json", text);
  INFO(render("f.json", text, loaded.complaints));
  REQUIRE(loaded.program);
  const std::vector<Body> bodies = bodies_of(*loaded.scenario);
  const LockNames names(*loaded.scenario, *loaded.program);
  const Nests nests(bodies, names);
  std::string out;
  const auto name = [&](const LockName& lock) {
    return names.names()[lock.lock] + (names.is_array(lock.lock) ? "[" + lock.index + "]" : "");
  };
  for (const Nest& nest : nests.all()) {
    if (bodies[nest.body].name != "f") continue;
    out += name(nest.held.lock) + " > " + name(nest.taken.lock);
    if (nest.taken.how == Taking::How::tried) out += " tried";
    if (nest.taken.how == Taking::How::wait) out += " after a wait";
    if (nest.taken.how == Taking::How::call) out += " in a call";
    if (!is_straight(nest)) out += " not straight";
    if (is_straight(nest)) {
      for (const Statement* statement : between(nest)) {
        out += " | " + std::string(row(statement->kind).key);
      }
    }
    out += "\n";
  }
  return out;
}

struct Row {
  const char* what;
  std::string body, nests;
};

TEST_CASE("nests: what is taken while what is held", "[remedy][nests]") {
  const Row row = GENERATE(values<Row>({
      {"nothing held", R"json([{"acquire": "a"}, {"release": "a"}, {"acquire": "b"}])json", ""},
      {"one held", R"json([{"acquire": "a"}, {"sleep": 1}, {"acquire": "b"}])json",
       "a > b | sleep\n"},
      {"two held", R"json([{"acquire": "c"}, {"acquire": "a"}, {"acquire": "b"}])json",
       "c > a\nc > b | acquire\na > b\n"},
      {"a second name", R"json([{"acquire": "alias"}, {"acquire": "b"}])json", "a > b\n"},
      {"taken again", R"json([{"acquire": "b"}, {"acquire": "a"}, {"acquire": "b"}])json",
       "b > a\n"},
      {"a semaphore of one permit", R"json([{"acquire": "s"}, {"acquire": "a"}])json", "s > a\n"},
      {"not a lock", R"json([{"acquire": "two"}, {"acquire": "a"}])json", ""},
      {"a timeout", R"json([{"acquire": "a"}, {"acquire": "b", "timeout": 1}])json", ""},
      {"held after a timeout", R"json([{"acquire": "a", "timeout": 1}, {"acquire": "b"}])json",
       "a > b\n"},
      {"its result is used", R"json([{"acquire": "a"}, {"acquire": "b", "into": "x"}])json",
       "a > b tried\n"},
      {"with", R"json([{"with": "a", "do": [{"pass": true}, {"with": "b", "do": []}]},
                   {"with": "c", "do": []}])json",
       "a > b | pass\n"},
      {"with a list", R"json([{"with": ["a", "b", "c"], "do": []}])json", "a > b\na > c\nb > c\n"},
      {"in a try", R"json([{"acquire": "a"}, {"try": [{"pass": true}, {"acquire": "b"}],
                       "finally": [{"release": "b"}]}])json",
       "a > b | pass\n"},
      {"in a finally", R"json([{"acquire": "a"}, {"try": [{"release": "a"}],
                           "finally": [{"acquire": "b"}]}])json",
       "a > b not straight\n"},
      {"in a handler", R"json([{"acquire": "a"}, {"try": [{"pass": true}],
                           "except": {"do": [{"acquire": "b"}]}}])json",
       "a > b not straight\n"},
      {"released in a finally", R"json([{"acquire": "a"}, {"try": [{"pass": true}],
                                    "finally": [{"release": "a"}]}, {"acquire": "b"}])json",
       ""},
      {"in a branch", R"json([{"acquire": "a"}, {"if": "n", "then": [{"acquire": "b"}]}])json",
       "a > b not straight\n"},
      {"after a branch",
       R"json([{"if": "n", "then": [{"acquire": "a"}], "else": [{"acquire": "c"}]},
                             {"acquire": "b"}])json",
       "a > b not straight\nc > b not straight\n"},
      {"after a branch that leaves",
       R"json([{"if": "n", "then": [{"acquire": "a"}, {"return": null}]},
                                         {"acquire": "b"}])json",
       ""},
      {"taken in both branches, released once",
       R"json([{"if": "n", "then": [{"acquire": "a"}], "else": [{"acquire": "a"}]},
           {"release": "a"}, {"acquire": "b"}])json",
       ""},
      {"in a loop",
       R"json([{"acquire": "a"}, {"for": "i", "in": "range(2)", "do": [{"acquire": "b"}]}])json",
       "a > b not straight\n"},
      {"from one round to the next",
       R"json([{"for": "i", "in": "range(2)", "do": [{"acquire": "a"}, {"release": "b"}, {"acquire": "b"},
           {"release": "a"}]}])json",
       "b > a not straight\na > b | release\n"},
      {"held when a loop is left",
       R"json([{"while": "True", "do": [{"acquire": "a"}, {"break": true}]},
                                       {"acquire": "b"}])json",
       "a > b not straight\n"},
      {"in a call", R"json([{"with": "b", "do": [{"call": "take_a"}]}])json", "b > a in a call\n"},
      {"in a call of a call", R"json([{"with": "b", "do": [{"call": "take_more"}]}])json",
       "b > a in a call\nb > c in a call\n"},
      {"in a call that never ends", R"json([{"with": "b", "do": [{"call": "round"}]}])json", ""},
      {"a condition's own lock", R"json([{"with": "own", "do": [{"acquire": "a"}]}])json",
       "own > a\n"},
      {"a condition's lock", R"json([{"acquire": "a"}, {"with": "other", "do": []}])json",
       "a > b\n"},
      {"a wait takes its lock again", R"json([{"with": "a", "do": [{"with": "own", "do": [
           {"wait": "own"}]}]}])json",
       "a > own\na > own after a wait\n"},
      {"a wait keeps what was taken inside", R"json([{"with": "own", "do": [{"with": "a", "do": [
           {"wait_for": "own", "until": "n"}]}]}])json",
       "own > a\na > own after a wait\n"},
      {"an array by numbers", R"json([{"acquire": "row[0]"}, {"acquire": "row[-1]"}])json",
       "row[0] > row[1]\n"},
      {"an array by params", R"json([{"acquire": "forks[N - 1]"}, {"acquire": "forks[0]"}])json",
       "forks[N - 1] > forks[0]\n"},
      {"an array by variables",
       R"json([{"acquire": "forks[n]"}, {"acquire": "forks[(n + 1) % N]"}])json",
       "forks[n] > forks[(n + 1) % N]\n"},
      {"the same index", R"json([{"acquire": "forks[n]"}, {"acquire": "forks[n]"}])json", ""},
      {"the same element", R"json([{"acquire": "forks[2]"}, {"acquire": "forks[N - 1]"}])json", ""},
      {"a second name of an element", R"json([{"acquire": "sixth"}, {"acquire": "forks[0]"},
                                          {"acquire": "forks[2]"}])json",
       "forks[2] > forks[0]\n"},
      {"released by another index", R"json([{"acquire": "forks[n]"}, {"set": "j", "to": "n"},
                                        {"release": "forks[j]"}, {"acquire": "a"}])json",
       ""},
      {"a lock in a variable is not seen", R"json([{"set": "x", "to": "a"}, {"acquire": "x"},
                                               {"acquire": "b"}])json",
       ""},
      {"a local hides a lock",
       R"json([{"set": "a", "to": "c"}, {"acquire": "a"}, {"acquire": "b"}])json", ""},
  }));
  INFO(row.what);
  CHECK(nests_of(row.body) == row.nests);
}

TEST_CASE("nests: a parameter hides a lock", "[remedy][nests]") {
  CHECK(nests_of(R"json([{"acquire": "a"}, {"acquire": "b"}])json", R"("a")") == "");
}

}  // namespace
}  // namespace lockstep
