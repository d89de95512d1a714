// Replay equals run: what a run chose, written as a schedule, gives the same bytes again.
// engine/run/schedule_words.cpp with language/schedule.
#include <catch2/catch.hpp>

#include <algorithm>

#include "engine/run/splitmix64.h"
#include "language/schedule.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

// Scenarios of a few threads that do a bit of everything. Many end in a deadlock or in an
// exception, which is as good as any end here.
class RandomScenario {
 public:
  explicit RandomScenario(std::uint64_t seed) : numbers_(seed) {}

  std::string text() {
    static constexpr const char* gils[] = {"3.9", "3.12", "free-threaded", "none"};
    std::string out = std::string("{'machine': {'gil': '") + gils[numbers_.below(4)] + "'}, " +
                      "'objects': {'A': 'Lock', 'B': 'RLock', 'S': 'Semaphore', 'E': 'Event', "
                      "'C': 'Condition'}, 'variables': {'n': 0, 'xs': []}, 'functions': {";
    for (int f = 0; f < 3; ++f) {
      out += "'f" + std::to_string(f) + "': [{'global': ['n', 'xs']}, " + block(6, 2) + "], ";
    }
    out.resize(out.size() - 2);
    out += "}, 'main': [";
    const bool same_name = numbers_.below(2) == 0;
    for (int t = 0; t < 3; ++t) {
      out += "{'thread': 't" + std::to_string(t) + "', 'target': 'f" + std::to_string(t) + "'" +
             (same_name ? ", 'name': '\\'w\\''" : "") +
             (numbers_.below(4) == 0 ? ", 'daemon': true" : "") + "}, {'start': 't" +
             std::to_string(t) + "'}, ";
    }
    if (numbers_.below(2) == 0) out += "{'set': 't1.name', 'to': '\\'renamed, *!\\''}, ";
    out += "{'join': 't0', 'timeout': 3}, " + block(3, 1) + "]}";
    for (std::size_t at; (at = out.find("\\'")) != std::string::npos;) {
      out.replace(at, 2, "\\\"");
    }
    return out;
  }

 private:
  std::string block(std::uint64_t statements_max, int depth) {
    std::string out;
    for (std::uint64_t i = 0, n = 1 + numbers_.below(statements_max); i < n; ++i) {
      out += (i > 0 ? ", " : "") + statement(depth);
    }
    return out;
  }
  std::string statement(int depth) {
    switch (numbers_.below(depth > 0 ? 20 : 16)) {
      case 0:
        return "{'acquire': 'A', 'timeout': 1}";
      case 1:
        return "{'acquire': 'A'}";
      case 2:
        return "{'release': 'A'}";
      case 3:
        return "{'acquire': 'S', 'timeout': 0.5}";
      case 4:
        return "{'release': 'S'}";
      case 5:
        return "{'wait': 'E', 'timeout': 0.25}";
      case 6:
        return "{'event_set': 'E'}";
      case 7:
        return "{'event_clear': 'E'}";
      case 8:
        return "{'set': 'n', 'to': 'n + 1'}";
      case 9:
        return "{'append': 'xs', 'item': 'n'}";
      case 10:
        return "{'sleep': 0.1}";
      case 11:
        return "{'compute': 0.004}";
      case 12:
        return "{'choose': 'x', 'from': '[0, True, \\'a,b\\', (1, None), [2.5], -3]'}";
      case 13:
        return "{'print': 'n'}";
      case 14:
        return "{'acquire': 'B', 'blocking': false}";
      case 15:
        return "{'yield': true}";
      case 16:
        return "{'with': 'B', 'do': [" + block(3, depth - 1) + "]}";
      case 17:
        return "{'with': 'C', 'do': [{'wait': 'C', 'timeout': 0.3}]}";
      case 18:
        return "{'with': 'C', 'do': [{'notify_all': 'C'}]}";
      default:
        return "{'try': [" + block(3, depth - 1) + "], 'finally': [{'event_set': 'E'}]}";
    }
  }
  SplitMix64 numbers_;
};

TEST_CASE("replay: a run's choices as a schedule give the same trace, byte for byte",
          "[engine][run][schedule][replay]") {
  std::size_t short_forms = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const std::string scenario = RandomScenario(seed).text();
    CAPTURE(seed, scenario);
    const auto program = program_of(scenario);
    for (const std::string policy : {"random", "pct", "timed"}) {
      const Ran ran = run_named(*program, policy, seed);
      REQUIRE(ran.result.end != RunResult::End::limit);
      const Machine machine(*program);
      const Schedule schedule = to_schedule(machine, ran.result.choices.all());

      const auto check = [&](const Ran& again) {
        INFO(again.result.reason);
        CHECK(again.result.choices == ran.result.choices);
        CHECK(again.jsonl == ran.jsonl);
        CHECK(again.text == ran.text);
      };
      check(run_with(*program, *scripted_policy(*program, schedule, 0)));
      check(run_with(*program, *exact_policy(ran.result.choices.all())));
      const std::string json = schedule_json(schedule, *program, 0);
      INFO(json);
      check(run_schedule(*program, json));
      if (const auto short_form = schedule_text(schedule)) {
        INFO(*short_form);
        check(run_schedule(*program, *short_form));
        ++short_forms;
      }
    }
  }
  CHECK(short_forms > 0);
}

TEST_CASE("replay: a prefix of the choices is a schedule too", "[engine][run][schedule][replay]") {
  const auto program = program_of(RandomScenario(7).text());
  const Ran ran = run_named(*program, "random", 1);
  const Machine machine(*program);
  for (std::size_t steps = 0; steps <= ran.result.choices.size(); ++steps) {
    const std::vector<Choice> prefix = ran.result.choices.first(steps);
    const Ran again =
        run_with(*program, *scripted_policy(*program, to_schedule(machine, prefix), 0));
    CHECK(again.result.choices.all() == prefix);
  }
}

TEST_CASE("to_schedule: runs of a thread are joined, and names are unique",
          "[engine][run][schedule]") {
  const auto program = program_of(R"({
    'machine': {'gil': 'none'}, 'objects': {'e': 'Event'},
    'functions': {'f': [{'wait': 'e', 'timeout': 1}, {'choose': 'x', 'from': '[\"a\", 2]'}]},
    'main': [{'thread': 'a', 'target': 'f', 'name': '\"w\"'},
             {'thread': 'b', 'target': 'f', 'name': '\"w\"'},
             {'start': 'a'}, {'start': 'b'}]})");
  const ThreadId main{0}, a{1}, b{2};
  const Machine machine(*program);
  const std::vector<Choice> choices{
      {main}, {main}, {main}, {a}, {a, Choice::Kind::timeout}, {a, Choice::Kind::choose, 1},
      {a},    {main}, {b}};
  std::vector<std::string> written;
  for (const Directive& directive : to_schedule(machine, choices)) {
    written.push_back(directive.written);
  }
  CHECK(written == std::vector<std::string>{"MainThread*3", "w#1", "w#1!", "w#1=2", "w#1",
                                            "MainThread", "w#2"});
}

TEST_CASE("to_schedule: a declared thread that changes its name goes by its number",
          "[engine][run][schedule][replay]") {
  const auto program = program_of(R"({
    'threads': {'T1': [{'set': 'current_thread().name', 'to': '\"T2\"'}, {'sleep': 1}],
                'T2': [{'sleep': 1}]}})");
  const Ran ran = run_named(*program, "timed");
  const Machine machine(*program);
  const Schedule schedule = to_schedule(machine, ran.result.choices.all());
  CHECK(schedule.front().thread == "T1#1");
  const Ran again = run_schedule(*program, schedule_json(schedule, *program, 0));
  CHECK(again.jsonl == ran.jsonl);
}

}  // namespace
}  // namespace lockstep
