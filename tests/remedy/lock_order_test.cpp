// Tests of remedy/lock_order: what is rewritten how, and what is not.
#include <catch2/catch.hpp>

#include "remedy/rows.h"

namespace lockstep {
namespace {

struct Tried {
  std::vector<TriedRemedy> orders;  // those of the remedy lock-order
  std::string why;                  // for INFO
};

Tried try_orders(const std::string& text) {
  Loaded loaded = load("s.json", text);
  INFO(text << "\n" << render("s.json", text, loaded.complaints));
  REQUIRE(loaded.program);
  FixResult result = fix(*loaded.scenario, *loaded.program, {});
  Tried tried;
  for (const Finding& finding : result.exploration.findings) tried.why += finding.message + "\n";
  for (TriedRemedy& one : result.tried) {
    tried.why += one.proposal.remedy + ": " + one.proposal.title + ": " + one.reason + "\n";
    if (one.proposal.remedy == "lock-order") tried.orders.push_back(std::move(one));
  }
  return tried;
}

// f1 takes a, then b in a call: there it cannot be turned round, so that a has to come first.
// What stands between begin and end is what a row is about.
std::string scenario_with(const std::string& f2) {
  return R"({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"a": "Lock", "b": "Lock", "c": "Lock"},
  "variables": {"n": 0, "m": 0},
  "functions": {
    "take_b": [{"global": "n"}, {"with": "b", "do": [{"set": "n", "to": "n + 1"}]}],
    "take_a": [{"with": "a", "do": [{"pass": true}]}],
    "f1": [{"with": "a", "do": [{"call": "take_b"}]}],
    "f2": )" +
         f2 + R"(
  },
  "threads": {"T1": [{"call": "f1"}], "T2": [{"call": "f2"}]}
})";
}

struct Row {
  const char* what;
  std::string before, after;  // after: empty, if nothing is proposed
};

TEST_CASE("lock-order: what goes against the order is rewritten", "[remedy][lock_order]") {
  const Row row = GENERATE(values<Row>({
      {"in one list",
       R"json([
      {"acquire": "b"},
      {"set": "m", "to": 1},
      {"acquire": "a"},  // for m
      {"release": "b"},
      {"release": "a"}
    ])json",
       R"json([
      {"acquire": "a"},  // for m
      {"acquire": "b"},
      {"set": "m", "to": 1},
      {"release": "b"},
      {"release": "a"}
    ])json"},
      {"on one line",
       R"json([{"acquire": "b"}, {"acquire": "a"}, {"release": "a"}, {"release": "b"}])json",
       R"json([{"acquire": "a"}, {"acquire": "b"}, {"release": "a"}, {"release": "b"}])json"},
      {"its label goes along",
       R"json([{"acquire": "b"}, {"label": "x", "acquire": "a"}, {"release": "a"}, {"release": "b"}])json",
       R"json([{"label": "x", "acquire": "a"}, {"acquire": "b"}, {"release": "a"}, {"release": "b"}])json"},
      {"past a third lock",
       R"json([{"acquire": "b"}, {"acquire": "c"}, {"acquire": "a"}, {"release": "a"}, {"release": "c"}, {"release": "b"}])json",
       R"json([{"acquire": "a"}, {"acquire": "b"}, {"acquire": "c"}, {"release": "a"}, {"release": "c"}, {"release": "b"}])json"},
      {"out of a try",
       R"json([
      {"acquire": "b"},
      {"try": [
        {"set": "m", "to": 2},
        {"acquire": "a"},
        {"set": "m", "to": 3},
        {"release": "a"}
      ], "finally": [{"release": "b"}]}
    ])json",
       R"json([
      {"acquire": "a"},
      {"acquire": "b"},
      {"try": [
        {"set": "m", "to": 2},
        {"set": "m", "to": 3},
        {"release": "a"}
      ], "finally": [{"release": "b"}]}
    ])json"},
      {"out of a with",
       R"json([
      {"with": "b", "do": [
        {"acquire": "a"},
        {"release": "a"}
      ]}
    ])json",
       R"json([
      {"acquire": "a"},
      {"with": "b", "do": [
        {"release": "a"}
      ]}
    ])json"},
      {"in each round of a loop",
       R"json([{"for": "i", "in": "range(2)", "do": [{"acquire": "b"}, {"acquire": "a"}, {"release": "a"}, {"release": "b"}]}])json",
       R"json([{"for": "i", "in": "range(2)", "do": [{"acquire": "a"}, {"acquire": "b"}, {"release": "a"}, {"release": "b"}]}])json"},
      {"twice",
       R"json([{"acquire": "b"}, {"acquire": "a"}, {"release": "a"}, {"release": "b"},
      {"with": "b", "do": [{"with": "a", "do": [{"pass": true}]}]}])json",
       R"json([{"acquire": "a"}, {"acquire": "b"}, {"release": "a"}, {"release": "b"},
      {"with": ["a", "b"], "do": [{"pass": true}]}])json"},
      {"a list of locks", R"json([{"with": ["b", "c", "a"], "do": [{"set": "m", "to": 1}]}])json",
       R"json([{"with": ["a", "b", "c"], "do": [{"set": "m", "to": 1}]}])json"},
      {"a with in a with",
       R"json([
      // Both are needed.
      {"with": "b", "do": [
        {"set": "m", "to": 1},
        {"with": "a", "do": [  // from here on
          // First this,
          {"set": "m", "to": 2},  // two
          // then that.
          {"set": "m", "to": 3}  // three
        ]},
        {"set": "m", "to": 4}
      ]}
    ])json",
       R"json([
      // Both are needed.
      {"with": ["a", "b"], "do": [
        {"set": "m", "to": 1},
        // First this,
        {"set": "m", "to": 2},  // two
        // then that.
        {"set": "m", "to": 3},  // three
        {"set": "m", "to": 4}
      ]}
    ])json"},
      {"one lock of several",
       R"json([{"with": ["c", "b"], "do": [{"with": ["a"], "do": [{"pass": true}]}]}])json",
       R"json([{"with": ["c", "a", "b"], "do": [{"pass": true}]}])json"},
      {"one lock of several inside",
       R"json([{"with": "b", "do": [{"with": ["c", "a"], "do": [{"pass": true}]}]}])json",
       R"json([{"with": ["a", "b"], "do": [{"with": "c", "do": [{"pass": true}]}]}])json"},
      {"a label inside",
       R"json([{"with": "b", "do": [{"with": "a", "do": [{"pass": true}], "label": "x"}]}])json",
       R"json([{"with": ["a", "b"], "do": [{"pass": true, "label": "x"}]}])json"},

      // What is not rewritten.
      {"it may not be reached",
       R"json([{"acquire": "b"}, {"if": "m", "then": [{"release": "b"}, {"return": null}]}, {"acquire": "a"}, {"release": "a"}, {"release": "b"}])json",
       ""},
      {"in a branch",
       R"json([{"acquire": "b"}, {"if": "m == 0", "then": [{"acquire": "a"}, {"release": "a"}]}, {"release": "b"}])json",
       ""},
      {"in a loop",
       R"json([{"acquire": "b"}, {"for": "i", "in": "range(2)", "do": [{"acquire": "a"}, {"release": "a"}]}, {"release": "b"}])json",
       ""},
      {"in a call", R"json([{"acquire": "b"}, {"call": "take_a"}, {"release": "b"}])json", ""},
      {"a call in between takes it",
       R"json([{"acquire": "b"}, {"call": "take_a"}, {"acquire": "a"}, {"release": "a"}, {"release": "b"}])json",
       ""},
      {"it is taken twice",
       R"json([{"acquire": "b"}, {"acquire": "a"}, {"release": "a"}, {"acquire": "a"}, {"release": "a"}, {"release": "b"}])json",
       ""},
      {"its result is used",
       R"json([{"acquire": "b"}, {"acquire": "a", "into": "x"}, {"release": "a"}, {"release": "b"}])json",
       ""},
      {"with below acquire",
       R"json([{"acquire": "b"}, {"with": "a", "do": [{"pass": true}]}, {"release": "b"}])json",
       ""},
      {"two labels for one statement",
       R"json([{"with": "b", "do": [{"with": "a", "do": [{"pass": true, "label": "y"}], "label": "x"}]}])json",
       ""},
      {"a lock in a variable",
       R"json([{"set": "x", "to": "a"}, {"acquire": "b"}, {"acquire": "x"}, {"release": "x"}, {"release": "b"}])json",
       ""},
  }));
  INFO(row.what);
  const Tried tried = try_orders(scenario_with(row.before));
  INFO(tried.why);
  CHECK(tried.why.find("waits for") != std::string::npos);  // it does deadlock
  if (row.after.empty()) {
    CHECK(tried.orders.empty());
  } else {
    REQUIRE(tried.orders.size() == 1);
    const TriedRemedy& order = tried.orders.front();
    CHECK(order.proposal.patched_text == scenario_with(row.after));
    CHECK(order.proposal.title == "take a before b in f2");
    CHECK(order.reason.empty());
    CHECK(order.verdict == TriedRemedy::Verdict::verified);
  }
}

// Two threads that execute f with different arguments.
std::string scenario_with_forks(const std::string& body, const std::string& count = "2") {
  return R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "params": {"N": 2},
  "objects": {"forks": {"type": "Lock", "count": )json" +
         count + R"json(}},
  "variables": {"n": 0, "m": 0},
  "functions": {
    "f": {"params": ["i"], "body": )json" +
         body + R"json(}
  },
  "main": [{"for": "i", "in": "range(2)", "do": [{"spawn": "f", "args": ["i"]}]}]
})json";
}

TEST_CASE("lock-order: of an array the lower index comes first", "[remedy][lock_order]") {
  const Row row = GENERATE(values<Row>({
      {"acquire",
       R"json([{"acquire": "forks[i]"}, {"yield": true}, {"acquire": "forks[(i + 1) % 2]"}, {"release": "forks[(i + 1) % 2]"}, {"release": "forks[i]"}])json",
       R"json([{"acquire": "forks[min(i, (i + 1) % 2)]"}, {"yield": true}, {"acquire": "forks[max(i, (i + 1) % 2)]"}, {"release": "forks[(i + 1) % 2]"}, {"release": "forks[i]"}])json"},
      {"with",
       R"json([{"with": "forks[i]", "do": [{"with": "forks[1 - i]", "do": [{"pass": true}]}]}])json",
       R"json([{"with": "forks[min(i, (1 - i) % 2)]", "do": [{"with": "forks[max(i, (1 - i) % 2)]", "do": [{"pass": true}]}]}])json"},
      {"a list",
       R"json([{"with": ["forks[i]", "forks[i - 1]"], "do": [{"set": "m", "to": "i"}]}])json",
       R"json([{"with": ["forks[min(i, (i - 1) % 2)]", "forks[max(i, (i - 1) % 2)]"], "do": [{"set": "m", "to": "i"}]}])json"},
      {"what stands in between uses a shared variable",
       R"json([{"acquire": "forks[i]"}, {"set": "x", "to": "n"}, {"acquire": "forks[1 - i]"}, {"release": "forks[1 - i]"}, {"release": "forks[i]"}])json",
       R"json([{"acquire": "forks[min(i, (1 - i) % 2)]"}, {"acquire": "forks[max(i, (1 - i) % 2)]"}, {"set": "x", "to": "n"}, {"release": "forks[1 - i]"}, {"release": "forks[i]"}])json"},
      {"what stands in between uses a shared variable, with",
       R"json([{"with": "forks[i]", "do": [{"set": "x", "to": "n"}, {"with": "forks[1 - i]", "do": [{"pass": true}]}]}])json",
       R"json([{"with": ["forks[min(i, (1 - i) % 2)]", "forks[max(i, (1 - i) % 2)]"], "do": [{"set": "x", "to": "n"}, {"pass": true}]}])json"},

      {"the index changes in between",
       R"json([{"acquire": "forks[i]"}, {"set": "j", "to": "1 - i"}, {"acquire": "forks[j]"}, {"release": "forks[i]"}, {"release": "forks[j]"}])json",
       ""},
      {"the index is shared",
       R"json([{"if": "i == 0", "then": [{"with": ["forks[n]", "forks[n + 1 - 2]"], "do": [{"pass": true}]}],
               "else": [{"with": ["forks[n - 1]", "forks[n]"], "do": [{"pass": true}]}]}])json",
       ""},
      {"a local is called min",
       R"json([{"set": "min", "to": 0}, {"with": ["forks[i]", "forks[1 - i]"], "do": [{"pass": true}]}])json",
       ""},
      {"one by acquire, one by with",
       R"json([{"acquire": "forks[i]"}, {"with": "forks[1 - i]", "do": [{"pass": true}]}, {"release": "forks[i]"}])json",
       ""},
  }));
  const std::string count = GENERATE("2", "\"N\"", "\"N + 0\"");
  INFO(row.what);
  const Tried tried = try_orders(scenario_with_forks(row.before, count));
  INFO(tried.why);
  CHECK(tried.why.find("waits for") != std::string::npos);
  if (row.after.empty()) {
    CHECK(tried.orders.empty());
    return;
  }
  std::string after = row.after;
  if (count != "2") {  // the modulus is what the array's declaration says
    const std::string modulus = count == "\"N\"" ? ") % N" : ") % (N + 0)";
    for (const std::string from : {"(1 - i) % 2", "(i - 1) % 2"}) {
      for (std::size_t at = 0; (at = after.find(from, at)) != std::string::npos; ++at) {
        after.replace(at + 6, 5, modulus);
      }
    }
  }
  REQUIRE(tried.orders.size() == 1);
  CHECK(tried.orders[0].proposal.patched_text == scenario_with_forks(after, count));
  CHECK(tried.orders[0].proposal.title == "take the lower index of forks first in f");
  CHECK(tried.orders[0].verdict == TriedRemedy::Verdict::verified);
}

TEST_CASE("lock-order: three of an array are not sorted by min and max", "[remedy][lock_order]") {
  const Tried tried = try_orders(scenario_with_forks(
      R"json([{"with": ["forks[i]", "forks[(i + 1) % 3]", "forks[(i + 2) % 3]"], "do": [{"pass": true}]}])json",
      "3"));
  INFO(tried.why);
  CHECK(tried.why.find("waits for") != std::string::npos);
  CHECK(tried.orders.empty());
}

TEST_CASE("lock-order: ascending indexes are left alone", "[remedy][lock_order]") {
  const std::string body = R"json([
      {"if": "i == 0", "then": [{"with": ["forks[i]", "forks[i + 1]"], "do": [{"pass": true}]}],
       "else": [{"with": ["forks[i]", "forks[0]"], "do": [{"pass": true}]}]}
    ])json";
  const Tried tried = try_orders(scenario_with_forks(body));
  INFO(tried.why);
  REQUIRE(tried.orders.size() == 1);
  CHECK(tried.orders[0].proposal.patch.size() == 2);
  CHECK(tried.orders[0].proposal.patch[1].path == "/functions/f/body/0/else/0/with");
  CHECK(tried.orders[0].proposal.patch[1].value ==
        R"json(["forks[min(i, 0)]", "forks[max(i, 0)]"])json");
  CHECK(tried.orders[0].verdict == TriedRemedy::Verdict::verified);
}

std::string cycle_of_three(const std::string& f3) {
  return R"({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"a": "Lock", "b": "Lock", "c": "Lock"},
  "functions": {
    "f1": [{"with": ["a", "b"], "do": [{"pass": true}]}],
    "f2": [{"with": ["b", "c"], "do": [{"pass": true}]}],
    "f3": )" +
         f3 + R"(
  },
  "threads": {"T1": [{"call": "f1"}], "T2": [{"call": "f2"}], "T3": [{"call": "f3"}]}
})";
}

TEST_CASE("lock-order: every order with the fewest rewritings is proposed",
          "[remedy][lock_order]") {
  // Of a cycle of three any one edge can be turned.
  const Tried tried =
      try_orders(cycle_of_three(R"json([{"with": ["c", "a"], "do": [{"pass": true}]}])json"));
  INFO(tried.why);
  REQUIRE(tried.orders.size() == 3);
  std::vector<std::string> titles;
  for (const TriedRemedy& order : tried.orders) {
    titles.push_back(order.proposal.title);
    CHECK(order.verdict == TriedRemedy::Verdict::verified);
    CHECK(order.cost.edits == 1);
  }
  std::ranges::sort(titles);
  CHECK(titles == std::vector<std::string>{"take a before c in f3", "take b before a in f1",
                                           "take c before b in f2"});
}

TEST_CASE("lock-order: the edge that costs least is turned", "[remedy][lock_order]") {
  // c > a stands in f3 twice, the other two edges once each.
  const Tried tried =
      try_orders(cycle_of_three(R"json([{"with": ["c", "a"], "do": [{"pass": true}]},
      {"with": ["c", "a"], "do": [{"pass": true}]}])json"));
  INFO(tried.why);
  REQUIRE(tried.orders.size() == 2);
  for (const TriedRemedy& order : tried.orders) CHECK(order.cost.edits == 1);
}

TEST_CASE("lock-order: what is moved makes no cycle with a third lock", "[remedy][lock_order]") {
  // a moves in front of b in f2, and with it in front of c, which f3 takes before a.
  const std::string text = R"({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"a": "Lock", "b": "Lock", "c": "Lock"},
  "functions": {
    "f1": [{"with": "a", "do": [{"call": "take_b"}]}],
    "take_b": [{"with": "b", "do": [{"pass": true}]}],
    "f2": [{"acquire": "b"}, {"acquire": "c"}, {"acquire": "a"}, {"release": "a"}, {"release": "c"}, {"release": "b"}],
    "f3": [{"with": "c", "do": [{"with": "a", "do": [{"pass": true}]}]}]
  },
  "threads": {"T1": [{"call": "f1"}], "T2": [{"call": "f2"}], "T3": [{"call": "f3"}]}
})";
  const Tried tried = try_orders(text);
  INFO(tried.why);
  REQUIRE(!tried.orders.empty());
  for (const TriedRemedy& order : tried.orders) {
    INFO(order.proposal.title);
    CHECK(order.verdict == TriedRemedy::Verdict::verified);
  }
}

TEST_CASE("lock-order: a thread that waits for a signal with the lock held refutes it",
          "[remedy][lock_order]") {
  // With a taken first, T2 waits for go with a held; and T1 sets go only once it has a.
  const std::string text = R"({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"a": "Lock", "b": "Lock", "go": "Event"},
  "functions": {
    "take_b": [{"with": "b", "do": [{"pass": true}]}],
    "f1": [{"with": "a", "do": [{"event_set": "go"}, {"call": "take_b"}]}],
    "f2": [{"acquire": "b"}, {"wait": "go"}, {"acquire": "a"}, {"release": "a"}, {"release": "b"}]
  },
  "threads": {"T1": [{"call": "f1"}], "T2": [{"call": "f2"}]}
})";
  const Tried tried = try_orders(text);
  INFO(tried.why);
  REQUIRE(tried.orders.size() == 1);
  CHECK(tried.orders[0].proposal.title == "take a before b in f2");
  CHECK(tried.orders[0].verdict == TriedRemedy::Verdict::refuted);
  CHECK(tried.orders[0].reason ==
        "it deadlocks in another way: T1 waits for a, held by T2, which waits for go, to be set by "
        "T1");
  CHECK(!tried.orders[0].exploration.findings.empty());
}

}  // namespace
}  // namespace lockstep
