// Tests of remedy/try_remedies: fix() as a whole.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "remedy/rows.h"
#include "tests/support/random_protocols.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"
#include "tests/support/slow_explorer.h"

namespace lockstep {
namespace {

using Json = nlohmann::json;

std::string file_text(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(LOCKSTEP_SOURCE_DIR "/" + path, std::ios::binary).rdbuf();
  return content.str();
}

Loaded loaded_from(const std::string& text,
                   const std::map<std::string, std::string>& settings = {}) {
  Loaded loaded = load("s.json", text, settings);
  INFO(text << "\n" << render("s.json", text, loaded.complaints));
  REQUIRE(loaded.program);
  return loaded;
}

FixResult fixed(const std::string& text, const ExploreOptions& options = {}) {
  const Loaded loaded = loaded_from(text);
  return fix(*loaded.scenario, *loaded.program, options);
}

// "one-rlock verified", a line each.
std::string summary(const FixResult& result) {
  std::string out;
  for (const TriedRemedy& tried : result.tried) {
    const char* verdicts[] = {"verified", "refuted", "unknown"};
    out += tried.proposal.remedy + " " + verdicts[static_cast<int>(tried.verdict)];
    if (!tried.reason.empty()) out += ": " + tried.reason;
    out += "\n";
  }
  return out;
}

// The verdicts ------------------------------------------------------------------------------------

TEST_CASE("fix: the tutorial's program is mended by one RLock, by either order and by a gate",
          "[remedy][try_remedies]") {
  const FixResult result =
      fixed(file_text("scenarios/tutorial/09-deadlock/two-mutexes.lockstep.json"));
  INFO(summary(result));
  REQUIRE(result.tried.size() == 4);
  std::vector<std::string> titles;
  for (const TriedRemedy& tried : result.tried) {
    CHECK(tried.verdict == TriedRemedy::Verdict::verified);
    CHECK(tried.exploration.complete);
    CHECK(tried.exploration.findings.empty());
    CHECK(tried.cost.edits == (tried.proposal.remedy == "gate-lock" ? 5 : 2));
    titles.push_back(tried.proposal.remedy + ": " + tried.proposal.title);
  }
  // Two sleeps of two seconds, one after the other.
  CHECK(result.tried[0].cost.makespan == Approx(4).epsilon(1e-3));
  std::ranges::sort(titles);
  CHECK(titles ==
        std::vector<std::string>{"gate-lock: one more lock, gate, taken in func1 and func2 before "
                                 "mutexA and mutexB",
                                 "lock-order: take mutexA before mutexB in func2",
                                 "lock-order: take mutexB before mutexA in func1",
                                 "one-rlock: one RLock under the names mutexA and mutexB"});
  CHECK_FALSE(result.original_cost);  // its timed run deadlocks
  // Between the two locks it prints, which would be done twice.
  REQUIRE(result.inapplicable.size() == 1);
  CHECK(result.inapplicable[0].remedy == "try-acquire");
}

TEST_CASE("fix: the philosophers take the lower fork first", "[remedy][try_remedies]") {
  const std::string n = GENERATE("2", "3", "4");
  const std::string text = file_text("scenarios/classics/philosophers-naive.lockstep.json");
  const Loaded loaded = loaded_from(text, {{"N", n}});
  const FixResult result = fix(*loaded.scenario, *loaded.program, {});
  CHECK(summary(result) == "lock-order verified\ntry-acquire verified\ngate-lock verified\n");
  CHECK(result.original_cost);
  // It was the scenario with this N that was explored.
  CHECK(loaded_from(result.tried[0].proposal.patched_text, {{"N", n}}).program->objects.size() ==
        std::stoul(n));
  CHECK(result.tried[0].exploration.stats.states ==
        explore(*loaded_from(result.tried[0].proposal.patched_text, {{"N", n}}).program)
            .stats.states);
}

TEST_CASE("fix: nothing is tried where nothing is wrong", "[remedy][try_remedies]") {
  const FixResult result =
      fixed(file_text("scenarios/tutorial/09-deadlock/lock-order.lockstep.json"));
  CHECK(result.exploration.verdict == Verdict::ok);
  CHECK(result.tried.empty());
  CHECK_FALSE(result.original_cost);
}

// One thread may take the lock again; n tells whether it got so far.
std::string self_deadlock(const std::string& before, const std::string& inside,
                          const std::string& after = "") {
  return R"({
  "lockstep": 1,
  "objects": {"a": "Lock"},
  "variables": {"n": 0},
  "main": [
    )" + before +
         R"(,
    {"with": "a", "do": [
      {"if": "again", "then": [{"with": "a", "do": [)" +
         inside + R"(]}]}
    ]})" +
         after + R"(
  ]
})";
}

TEST_CASE("fix: an end that the original never comes to refutes", "[remedy][try_remedies]") {
  const FixResult result =
      fixed(self_deadlock(R"json({"choose": "again", "from": "[False, True]"})json",
                          R"json({"set": "n", "to": "n + 1"})json"));
  CHECK(summary(result) == "rlock refuted: it ends as the original never does: n = 1\n");
}

TEST_CASE("fix: ends that the original can come to are fine", "[remedy][try_remedies]") {
  const FixResult result = fixed(self_deadlock(
      R"json({"choose": "again", "from": "[False, True]"})json", R"json({"pass": true})json"));
  CHECK(summary(result) == "rlock verified\n");
}

TEST_CASE("fix: an exception that the original does not raise refutes", "[remedy][try_remedies]") {
  const FixResult result =
      fixed(self_deadlock(R"json({"choose": "again", "from": "[False, True]"})json",
                          R"json({"raise": "ValueError('x')"})json"));
  CHECK(summary(result) ==
        "rlock refuted: it does something new: MainThread ends with "
        "ValueError: x\n");
  REQUIRE(result.tried.size() == 1);
  CHECK(result.tried[0].exploration.findings.size() == 1);
  CHECK_FALSE(result.tried[0].exploration.findings[0].choices.empty());
}

TEST_CASE("fix: a program that runs for ever is not vouched for", "[remedy][try_remedies]") {
  // T1 holds a for ever then, and T2 waits for it for ever; T1 could let it go, for all its code
  // says, and never does.
  const FixResult result = fixed(R"json({
  "lockstep": 1,
  "objects": {"a": "Lock"},
  "threads": {
    "T1": [{"acquire": "a"}, {"acquire": "a"},
           {"while": "True", "do": [{"release": "a"}, {"acquire": "a"}]}],
    "T2": [{"sleep": 1}, {"acquire": "a"}, {"release": "a"}]
  }
})json");
  CHECK(
      summary(result) ==
      "release refuted: it still deadlocks: T1 waits for a, which it holds itself\n"
      "rlock refuted: it deadlocks in another way: T2 waits for a, a wait that T1 could end, which "
      "goes on for ever and never does that\n");
}

TEST_CASE("fix: what was wrong besides and stays is said", "[remedy][try_remedies]") {
  const FixResult result =
      fixed(self_deadlock(R"json({"choose": "again", "from": "[False, True]"})json",
                          R"json({"pass": true})json", R"json(,
    {"raise": "ValueError('x')"})json"));
  CHECK(summary(result) ==
        "rlock verified: faults of the original other than those it mends remain\n");
}

TEST_CASE("fix: one for each of two faults, before those that leave one",
          "[remedy][try_remedies]") {
  const FixResult result = fixed(R"json({
  "lockstep": 1, "machine": {"gil": "none"},
  "objects": {"A": "Lock", "B": "Lock"}, "variables": {"n": 0},
  "threads": {
    "T1": [{"acquire": "A"}, {"acquire": "B"}, {"release": "B"}, {"release": "A"}],
    "T2": [{"acquire": "B"}, {"acquire": "A"}, {"release": "A"}, {"release": "B"}],
    "T3": [{"set": "n", "to": "n + 1"}], "T4": [{"set": "n", "to": "n + 1"}]
  },
  "finally": ["n == 2"]})json");
  REQUIRE(result.tried.size() > 1);
  const TriedRemedy& best = result.tried.front();
  CHECK(best.proposal.remedy.ends_with(" + lock"));
  CHECK(best.verdict == TriedRemedy::Verdict::verified);
  CHECK(best.reason.empty());
  CHECK(best.exploration.findings.empty());
  CHECK_FALSE(result.tried[1].exploration.findings.empty());
}

TEST_CASE("fix: what a limit cut is unknown", "[remedy][try_remedies]") {
  const std::string text = file_text("scenarios/tutorial/09-deadlock/two-mutexes.lockstep.json");
  ExploreOptions options;
  options.reduce = options.symmetry = false;
  options.limits.states_max = 90;  // of 138; with one RLock there are 100
  const FixResult result = fixed(text, options);
  INFO(summary(result));
  REQUIRE(!result.exploration.findings.empty());
  REQUIRE(!result.tried.empty());
  for (const TriedRemedy& tried : result.tried) {
    CHECK(tried.verdict == TriedRemedy::Verdict::unknown);
    CHECK(tried.reason.find("limit of 90") != std::string::npos);
  }
}

TEST_CASE("fix: the cost is that of the timed run", "[remedy][try_remedies]") {
  // Each holds its two locks for a second, and nobody waits for the other: first is held for
  // 1 s by T1, second for 3 s by T2 (from 5 to 8), and the last thread ends at 8 s. Taken the
  // other way round they deadlock, but not in the timed run.
  const FixResult result = fixed(R"json({
  "lockstep": 1,
  "objects": {"a": "Lock", "b": "Lock"},
  "threads": {
    "T1": [{"acquire": "a"}, {"sleep": 1}, {"acquire": "b"}, {"release": "b"}, {"release": "a"}],
    "T2": [{"sleep": 5}, {"acquire": "b"}, {"sleep": 3}, {"acquire": "a"}, {"release": "a"},
           {"release": "b"}]
  }
})json");
  INFO(summary(result));
  REQUIRE(result.original_cost);
  CHECK(result.original_cost->makespan == Approx(8).epsilon(1e-3));
  CHECK(result.original_cost->lock_hold == Approx(1 + 3).epsilon(1e-3));
  REQUIRE(result.tried.size() == 6);
  std::map<std::string, double> held;
  for (const TriedRemedy& tried : result.tried) {
    CHECK(tried.verdict == TriedRemedy::Verdict::verified);
    CHECK(tried.cost.makespan == Approx(8).epsilon(1e-3));
    held[tried.proposal.title] = tried.cost.lock_hold;
  }
  CHECK(held["one RLock under the names a and b"] == Approx(4).epsilon(1e-3));
  CHECK(held["take b before a in T1"] == Approx(1 + 4).epsilon(1e-3));
  CHECK(held["take a before b in T2"] == Approx(1 + 6).epsilon(1e-3));
}

TEST_CASE("fix: verified first, and of those the fastest first", "[remedy][try_remedies]") {
  // With one RLock the two threads that sleep with one lock each do so one after the other.
  const FixResult result = fixed(R"json({
  "lockstep": 1,
  "objects": {"a": "Lock", "b": "Lock"},
  "threads": {
    "T1": [{"with": "a", "do": [{"sleep": 1}]}],
    "T2": [{"with": "b", "do": [{"sleep": 1}]}],
    "T3": [{"sleep": 3}, {"with": "a", "do": [{"sleep": 1}, {"with": "b", "do": [{"pass": true}]}]}],
    "T4": [{"sleep": 5}, {"with": "b", "do": [{"sleep": 1}, {"with": "a", "do": [{"pass": true}]}]}]
  }
})json");
  INFO(summary(result));
  REQUIRE(result.tried.size() == 6);
  for (std::size_t i = 0; i + 1 < result.tried.size(); ++i) {
    const RemedyCost& better = result.tried[i].cost;
    const RemedyCost& worse = result.tried[i + 1].cost;
    CHECK(std::tie(better.makespan, better.lock_hold) <= std::tie(worse.makespan, worse.lock_hold));
  }
  CHECK(result.original_cost);
}

// T1 and T2 share a lock that both keep where something fails, and a condition that is notified too
// early.
const char* two_faults = R"json({
  "lockstep": 1,
  "objects": {"m": "Lock", "c": "Condition"},
  "threads": {
    "T1": [{"acquire": "m"}, {"choose": "x", "from": [0, 1]}, {"if": "x", "then": [{"raise": "ValueError('x')"}]}, {"release": "m"}],
    "T2": [{"acquire": "m"}, {"pass": true}, {"release": "m"}],
    "W": [{"with": "c", "do": [{"wait": "c"}]}],
    "N": [{"with": "c", "do": [{"notify": "c"}]}]
  }
})json";

TEST_CASE("fix: where none alone does, two together are tried", "[remedy][try_remedies]") {
  const FixResult result = fixed(two_faults);
  INFO(summary(result));
  CHECK(result.combined > 0);
  CHECK(result.combined <= combinations_max);
  REQUIRE(!result.tried.empty());
  const TriedRemedy& best = result.tried[0];
  CHECK(best.verdict == TriedRemedy::Verdict::verified);
  CHECK(best.proposal.remedy == "with + predicate");
  CHECK(
      best.proposal.title ==
      "hold m by `with` in T1 and T2; remember in told that c was notified, and look there before "
      "waiting");
  const Loaded loaded = loaded_from(two_faults);
  CHECK(apply_patch(loaded.scenario->tree, two_faults, best.proposal.patch) ==
        best.proposal.patched_text);
  CHECK(explore(*loaded_from(best.proposal.patched_text).program).findings.size() == 1);  // x
}

TEST_CASE("fix: a size is searched anew for each remedy that it is combined with",
          "[remedy][try_remedies]") {
  // None of the joins that may go mends it, nor does any number of workers with it: the tasks
  // submit each other without end.
  ExploreOptions options;
  options.limits.states_max = 1000;
  const FixResult result = fixed(R"json({
  "lockstep": 1,
  "objects": {"pool": {"type": "ThreadPoolExecutor", "max_workers": 1}},
  "functions": {
    "f": {"params": ["n"], "body": [{"submit": "pool", "function": "f", "args": ["n"], "into": "x"}, {"result": "x"}, {"set": "y", "to": "x"}]}
  },
  "threads": {
    "T1": [{"join": "T2"}],
    "T2": [{"join": "T1"}],
    "T3": [{"submit": "pool", "function": "f", "args": [1]}]
  }
})json",
                                 options);
  INFO(summary(result));
  CHECK(result.combined > 0);
  CHECK(std::ranges::none_of(result.tried, [](const TriedRemedy& tried) {
    return tried.verdict == TriedRemedy::Verdict::verified;
  }));
}

TEST_CASE("fix: what refutes a remedy can be replayed", "[remedy][try_remedies]") {
  const FixResult result = fixed(two_faults);
  std::size_t replayed = 0;
  for (const TriedRemedy& tried : result.tried) {
    if (tried.verdict != TriedRemedy::Verdict::refuted) continue;
    INFO(tried.proposal.title << ": " << tried.reason << ": " << tried.schedule_text);
    const Loaded patched = loaded_from(tried.proposal.patched_text);
    const RunResult run =
        run_schedule(*patched.program, tried.schedule_text + ",finish:round-robin").result;
    CHECK(run.end == RunResult::End::stuck);
    ++replayed;
  }
  CHECK(replayed > 0);
}

TEST_CASE("fix: an end that is new is shown by an interleaving", "[remedy][try_remedies]") {
  const FixResult result =
      fixed(self_deadlock(R"json({"choose": "again", "from": "[False, True]"})json",
                          R"json({"set": "n", "to": "n + 1"})json"));
  REQUIRE(result.tried.size() == 1);
  CHECK(result.tried[0].schedule_text.find("MainThread=True") != std::string::npos);
}

TEST_CASE("fix: effort is bounded, and what was left out is counted", "[remedy][try_remedies]") {
  // Ten conditions, of each a notify that comes too early in one thread.
  std::string objects, waits, tells;
  for (int i = 0; i < 10; ++i) {
    const std::string c = "c" + std::to_string(i);
    objects += (i > 0 ? ", \"" : "\"") + c + "\": \"Condition\"";
    waits += (i > 0 ? ", " : "") + std::string("\"W") + std::to_string(i) + "\": [{\"with\": \"" +
             c + "\", \"do\": [{\"wait\": \"" + c + "\"}]}]";
    tells += (i > 0 ? ", " : "") + std::string("{\"with\": \"") + c +
             "\", \"do\": [{\"notify\": \"" + c + "\"}]}";
  }
  ExploreOptions options;
  options.limits.states_max = 300;
  const FixResult result = fixed("{\"lockstep\": 1, \"objects\": {" + objects +
                                     "}, \"threads\": {" + waits + ", \"T\": [" + tells + "]}}",
                                 options);
  INFO(summary(result));
  std::map<std::string, std::size_t> counts;
  for (const TriedRemedy& tried : result.tried) ++counts[tried.proposal.remedy];
  CHECK(counts["notify-all"] <= proposals_of_a_remedy_max);
  CHECK(counts["predicate"] == proposals_of_a_remedy_max);
  CHECK(result.left_out > 0);
}

TEST_CASE("fix: threads that give way to each other in step for ever are not vouched for",
          "[remedy][try_remedies]") {
  // The exploration sees that either may come first. By the clock neither ever does.
  const FixResult result = fixed(R"json({
  "lockstep": 1,
  "objects": {"m": "Lock"},
  "variables": {"a": false, "b": false},
  "functions": {
    "f": [{"global": "a"}, {"set": "a", "to": true}, {"sleep": 1}, {"while": "b", "do": [{"sleep": 0.5}, {"set": "a", "to": false}, {"sleep": 1}, {"set": "a", "to": true}, {"sleep": 1}]}, {"set": "a", "to": false}],
    "g": [{"global": "b"}, {"set": "b", "to": true}, {"sleep": 1}, {"while": "a", "do": [{"sleep": 0.5}, {"set": "b", "to": false}, {"sleep": 1}, {"set": "b", "to": true}, {"sleep": 1}]}, {"set": "b", "to": false}]
  },
  "threads": {
    "T0": [{"with": "m", "do": [{"with": "m", "do": [{"pass": true}]}]}, {"spawn": "f"}, {"spawn": "g"}]
  }
})json");
  CHECK_THAT(summary(result),
             Catch::StartsWith("rlock unknown: its timed run has not ended after"));
}

TEST_CASE("fix: of programs that never end, what they do for ever is compared",
          "[remedy][try_remedies]") {
  const FixResult result = fixed(R"json({
  "lockstep": 1,
  "objects": {"a": "Lock", "b": "Lock"},
  "variables": {"n": 0},
  "threads": {
    "T1": [{"while": "True", "do": [{"acquire": "a"}, {"acquire": "b"}, {"set": "n", "to": "1 - n"}, {"release": "b"}, {"release": "a"}]}],
    "T2": [{"while": "True", "do": [{"acquire": "b"}, {"acquire": "a"}, {"set": "n", "to": "1 - n"}, {"release": "a"}, {"release": "b"}]}]
  }
})json");
  INFO(summary(result));
  CHECK(result.tried.size() == 6);
  for (const TriedRemedy& tried : result.tried) {
    CHECK(tried.verdict == TriedRemedy::Verdict::verified);
    CHECK_FALSE(tried.timed_run_ends);
    CHECK_THAT(tried.reason, Catch::StartsWith("neither it nor the original ever finishes; where "
                                               "nobody is put off for ever every thread goes on"));
  }
}

TEST_CASE("fix: who only tries again and again for ever does not go on as it did",
          "[remedy][try_remedies]") {
  // T1 keeps a, if it comes first.
  const FixResult result = fixed(R"json({
  "lockstep": 1,
  "objects": {"a": "Lock", "b": "Lock"},
  "variables": {"n": 0},
  "threads": {
    "T1": [{"acquire": "a"}, {"acquire": "b"}, {"release": "b"}, {"while": "True", "do": [{"sleep": 1}]}],
    "T2": [{"acquire": "b"}, {"acquire": "a"}, {"release": "a"}, {"release": "b"}, {"while": "True", "do": [{"sleep": 1}, {"set": "n", "to": "1"}]}]
  }
})json");
  INFO(summary(result));
  bool is_among_them = false;
  for (const TriedRemedy& tried : result.tried) {
    if (tried.proposal.title != "only try for a in T2, and let b go where that fails") continue;
    is_among_them = true;
    CHECK(tried.verdict == TriedRemedy::Verdict::unknown);
    CHECK(tried.exploration.findings.empty());
    CHECK_THAT(tried.reason,
               Catch::EndsWith("without what the original does again and again: T2: write n"));
  }
  CHECK(is_among_them);
}

TEST_CASE(
    "fix: where the original ends with an exception only, an end without one is new and no fault",
    "[remedy][try_remedies]") {
  // F may join G before that is started, which raises; else they join each other.
  const FixResult result = fixed(R"json({
  "lockstep": 1,
  "variables": {"f_thread": null, "g_thread": null},
  "functions": {"f": [{"join": "g_thread"}], "g": [{"join": "f_thread"}]},
  "main": [
    {"global": ["f_thread", "g_thread"]},
    {"thread": "g_thread", "target": "g"},
    {"thread": "f_thread", "target": "f"},
    {"start": "f_thread"}, {"start": "g_thread"}
  ]
})json");
  INFO(summary(result));
  bool is_among_them = false;
  for (const TriedRemedy& tried : result.tried) {
    if (tried.proposal.remedy != "join-order" || tried.exploration.findings.size() > 0) continue;
    is_among_them = true;
    CHECK(tried.verdict == TriedRemedy::Verdict::verified);
    CHECK(tried.reason ==
          "the original never finishes without an exception, so that there are no "
          "outcomes to compare with");
  }
  CHECK(is_among_them);
}

// Against the definition --------------------------------------------------------------------------

// Threads that take locks inside of locks, in all shapes that the remedies rewrite and in some
// that they do not.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::string scenario() {
    std::string text = R"json({
  "lockstep": 1,
  "machine": {"gil": "none"},
  "objects": {"a": "Lock", "b": "RLock", "c": "Lock", "cond": "Condition", "go": "Event",
              "forks": {"type": "Lock", "count": 2}},
  "variables": {"n": 0, "m": 0},
  "functions": {
)json";
    for (const char* name : {"f", "g", "h"}) {
      callable_ = name == std::string("f") ? "" : name == std::string("g") ? "f" : "g";
      text += std::string("    \"") + name + "\": {\"params\": [\"i\"], \"body\": [\n" +
              R"json(      {"global": ["n", "m"]})json" + block(2, 3) + "\n    ]},\n";
    }
    text.pop_back();
    text.pop_back();
    const char* first = pick({"f", "g", "h"});
    const char* second = pick({"f", "g", "h"});
    return text + "\n  },\n  \"threads\": {\n" + "    \"T1\": {\"target\": \"" + first +
           "\", \"args\": [0]},\n    \"T2\": {\"target\": \"" + second +
           "\", \"args\": [1]}\n  }\n}\n";
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  const char* pick(std::initializer_list<const char*> of) {
    return *(of.begin() + below(of.size()));
  }
  std::string lock() {
    return pick({"a", "a", "b", "b", "c", "forks[i]", "forks[1 - i]", "forks[0]", "cond"});
  }

  // Begins with a comma.
  std::string block(int depth, std::size_t most) {
    std::string out;
    for (std::size_t n = 1 + below(most); n > 0; --n) out += ",\n      " + statement(depth);
    return out;
  }
  std::string list(int depth) {
    const std::string items = block(depth, 2);
    return "[" + items.substr(items.find('{')) + "]";
  }
  std::string statement(int depth) {
    if (depth == 0) {
      return pick({R"({"pass": true})", R"({"set": "n", "to": "n + 1"})",
                   R"({"set": "m", "to": 1})", R"({"yield": true})",
                   R"({"set": "i", "to": "1 - i"})", R"({"event_set": "go"})"});
    }
    const std::string one = lock();
    switch (below(9)) {
      case 0:
      case 1:
        return "{\"with\": \"" + one + "\", \"do\": " + list(depth - 1) + "}";
      case 2:
        return "{\"with\": [\"" + one + "\", \"" + lock() + "\"], \"do\": " + list(depth - 1) + "}";
      case 3:
      case 4:  // as C does it
        return "{\"acquire\": \"" + one + "\"},\n      " + statement(depth - 1) +
               ",\n      {\"release\": \"" + one + "\"}";
      case 5:
        return "{\"acquire\": \"" + one + "\"},  // " + one +
               "\n      {\"try\": " + list(depth - 1) + ", \"finally\": [{\"release\": \"" + one +
               "\"}]}";
      case 6:
        return "{\"if\": \"n == " + std::to_string(below(2)) + "\", \"then\": " + list(depth - 1) +
               "}";
      case 7:
        if (callable_.empty()) return statement(0);
        return "{\"call\": \"" + callable_ + "\", \"args\": [" + std::to_string(below(2)) + "]}";
      default:
        return statement(0);
    }
  }

  std::mt19937_64 random_;
  std::string callable_;
};

// Wherever nobody can move, the process has ended. (A thread that waits for ever beside others that
// run for ever is not looked for; threads that end leave it alone at last.)
bool is_free_of_deadlocks(const SlowExploration& slow) {
  for (std::size_t i = 0; i < slow.states.size(); ++i) {
    if (slow.is_terminal(i) && !has_exited(slow.states[i])) return false;
  }
  return true;
}

// In the variables that the original has.
std::set<std::string> ends_of(const SlowExploration& slow, const Program& original) {
  std::set<std::string> ends;
  for (SlowOutcome outcome : slow.outcomes) {
    std::erase_if(outcome.variables, [&](const auto& variable) {
      return std::ranges::find(original.globals, variable.first, &Global::name) ==
             original.globals.end();
    });
    if (outcome.finished) ends.insert(text(outcome));
  }
  return ends;
}

struct Counts {
  std::size_t verified = 0, refuted = 0, deadlocks = 0;
  std::map<std::string, std::size_t> names;  // of those that were verified
};

void check_all(const std::string& text, Counts& counts) {
  INFO(text);
  constexpr std::size_t states_max = 1500;
  const Loaded loaded = loaded_from(text);
  ExploreOptions options;
  options.limits.states_max = states_max;
  options.counterexamples = false;
  const FixResult result = fix(*loaded.scenario, *loaded.program, options);
  if (!result.exploration.complete || result.tried.empty()) return;
  ++counts.deadlocks;
  // It keeps states apart that differ in locals which nobody reads again.
  const SlowExploration original = explore_slowly(*loaded.program, 10 * states_max);
  REQUIRE(original.complete);
  for (const TriedRemedy& tried : result.tried) {
    INFO(tried.proposal.remedy << ": " << tried.proposal.title << ": " << tried.reason);
    INFO(tried.proposal.patched_text);
    REQUIRE(tried.reason.find("cannot be read") == std::string::npos);
    // The patch alone, without the layout that was seen on the way, says the same.
    const auto again = apply_patch(loaded.scenario->tree, text, tried.proposal.patch);
    REQUIRE(again);
    REQUIRE(*again == tried.proposal.patched_text);
    const Json document = Json::parse(text, nullptr, true, true);
    REQUIRE(document.patch(Json::parse(patch_json(tried.proposal.patch))) ==
            Json::parse(tried.proposal.patched_text, nullptr, true, true));
    if (tried.verdict == TriedRemedy::Verdict::unknown) continue;

    const Loaded patched = loaded_from(tried.proposal.patched_text);
    const SlowExploration slow = explore_slowly(*patched.program, 10 * states_max);
    if (tried.verdict == TriedRemedy::Verdict::verified) REQUIRE(slow.complete);
    if (!slow.complete) continue;
    const std::set<std::string> before = ends_of(original, *loaded.program);
    const std::set<std::string> after = ends_of(slow, *loaded.program);
    // Where each end of the original has the exception that is mended, there is none to compare.
    const bool all_fail = std::ranges::all_of(original.outcomes, [](const SlowOutcome& outcome) {
      return !outcome.finished || !outcome.exceptions.empty();
    });
    const bool no_new_end =
        before.empty() || std::ranges::includes(before, after) ||
        (all_fail && tried.reason.find("without an exception") != std::string::npos);
    if (tried.verdict == TriedRemedy::Verdict::verified) {
      ++counts.verified;
      ++counts.names[tried.proposal.remedy];
      REQUIRE(is_free_of_deadlocks(slow));
      REQUIRE(no_new_end);
    } else {
      ++counts.refuted;
      // An exception, an invariant, a final check, somebody stuck beside threads that run for
      // ever: the oracle does not look at these.
      const bool new_fault = std::ranges::any_of(tried.exploration.findings, [](const Finding& f) {
        return f.partial || !is_deadlock(f.kind);
      });
      const bool too_early = tried.reason.starts_with("it ends too early");
      const bool never_ends = after.empty() && !before.empty();
      REQUIRE((!is_free_of_deadlocks(slow) || !no_new_end || new_fault || too_early || never_ends));
    }
  }
}

TEST_CASE("fix: what it calls verified is so by the definition, on programs full of locks",
          "[remedy][try_remedies][oracle]") {
  Counts counts;
  for (std::uint64_t seed = 1; seed <= fewer_if_slow(240); ++seed) {
    CAPTURE(seed);
    check_all(Generator(seed).scenario(), counts);
  }
  CAPTURE(counts.deadlocks, counts.verified, counts.refuted);
  if (!has_all_seeds) return;
  CHECK(counts.deadlocks > 100);
  CHECK(counts.verified > 100);
  CHECK(counts.refuted > 10);
}

TEST_CASE("fix: what it calls verified is so by the definition, on programs of all kinds",
          "[remedy][try_remedies][oracle]") {
  Counts counts;
  for (std::uint64_t seed = 1; seed <= fewer_if_slow(240); ++seed) {
    CAPTURE(seed);
    check_all(random_scenario(seed), counts);
  }
  CAPTURE(counts.deadlocks, counts.verified, counts.refuted);
  CHECK(counts.verified > (has_all_seeds ? 10 : 0));
}

TEST_CASE("fix: what it calls verified is so by the definition, on protocols that are broken",
          "[remedy][try_remedies][oracle]") {
  Counts counts;
  for (std::uint64_t seed = 1; seed <= fewer_if_slow(250); ++seed) {
    CAPTURE(seed);
    check_all(random_protocol(seed), counts);
  }
  CAPTURE(counts.deadlocks, counts.verified, counts.refuted);
  if (!has_all_seeds) return;
  CHECK(counts.verified > 100);
  CHECK(counts.refuted > 100);
  // Each remedy that such a protocol may need has mended one.
  for (const char* name : {"with", "release", "while", "notify-all", "under-lock", "predicate",
                           "sentinels", "task-done", "larger-queue", "parties", "more-workers",
                           "call-directly", "join-order", "daemon", "lock"}) {
    INFO(name);
    CHECK(counts.names[name] > 0);
  }
}

}  // namespace
}  // namespace lockstep
