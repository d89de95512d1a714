// Two accesses that decide how a program ends: both orders are taken again, with nothing of what
// found them.
#include "explorer/deciding_accesses.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "language/load.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

const auto [first_seed, seeds] = seeds_or(fewer_if_slow(600));

using Variables = std::vector<std::pair<std::string, std::string>>;

void check_order(const Program& program, const DecidingAccesses& deciding, std::size_t first) {
  const DecidingAccesses::Order& order = deciding.orders[first];
  const std::unique_ptr<Policy> policy = scripted_policy(program, order.schedule, 0);
  const Ran ran = run_with(program, *policy);
  REQUIRE(ran.result.end == RunResult::End::finished);
  REQUIRE(order.what.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const DecidingAccesses::Access& access = deciding.accesses[i == 0 ? first : 1 - first];
    CAPTURE(access.thread, order.what[i], order.step);
    REQUIRE(order.step + i <= ran.steps.size());
    const TraceStep& step = ran.steps[order.step - 1 + i];
    CHECK(step.thread == access.thread);
    CHECK(order.what[i].find(deciding.variable) != std::string::npos);
    CHECK(std::ranges::any_of(step.events, [&](const TraceEvent& event) {
      return event.text == order.what[i] && event.site == access.at;
    }));
  }
  const Machine machine(program);
  const std::unique_ptr<Policy> again = scripted_policy(program, order.schedule, 0);
  const RunResult result = run(machine, *again, nullptr);
  Variables variables;
  for (std::uint32_t i = 0; i < program.globals.size(); ++i) {
    variables.emplace_back(
        program.globals[i].name,
        to_json(machine.values(), global(result.state, {i}), StateNames(machine, result.state)));
  }
  CHECK(variables == order.variables);
}

void check_deciding(const Program& program, const DecidingAccesses& deciding) {
  REQUIRE(deciding.accesses.size() == 2);
  REQUIRE(deciding.orders.size() == 2);
  CHECK(deciding.accesses[0].thread != deciding.accesses[1].thread);
  CHECK(deciding.orders[0].variables != deciding.orders[1].variables);
  CHECK(deciding.orders[0].step == deciding.orders[1].step);
  for (const std::size_t first : {0U, 1U}) check_order(program, deciding, first);
}

TEST_CASE("deciding accesses: the read and the write of a counter that loses one",
          "[explorer][deciding]") {
  const auto program = program_of(R"s({'machine': {'gil': 'free-threaded'}, 'variables': {'n': 0},
    'functions': {'add': [{'global': 'n'}, {'set': 'n', 'to': 'n + 1'}]},
    'threads': {'T1': {'target': 'add'}, 'T2': {'target': 'add'}}})s");
  for (const bool reduce : {true, false}) {
    ExploreOptions options;
    options.reduce = options.symmetry = options.sleep_sets = reduce;
    const Exploration exploration = explore(*program, options);
    CHECK(exploration.verdict == Verdict::ok);
    REQUIRE(exploration.deciding.has_value());
    const DecidingAccesses& deciding = *exploration.deciding;
    check_deciding(*program, deciding);
    CHECK(deciding.variable == "n");
    CHECK(deciding.orders[0].what == std::vector<std::string>{"read n: 0", "n = 1"});
    CHECK(deciding.orders[0].variables == Variables{{"n", "1"}});
    CHECK(deciding.orders[1].what == std::vector<std::string>{"n = 1", "read n: 1"});
    CHECK(deciding.orders[1].variables == Variables{{"n", "2"}});
  }
}

TEST_CASE("deciding accesses: of a step with several, one that decides", "[explorer][deciding]") {
  const auto [what, body,
              variable] = GENERATE(values<std::tuple<std::string, std::string, std::string>>({
      {"a counter that ends the same beside who was first",
       R"s({'set': 'n', 'to': 'n + 1'}, {'if': 'w == 0', 'then': [{'set': 'w', 'to': 'i'}]})s",
       "w"},
      {"the counter decides who writes",
       R"s({'set': 'n', 'to': 'n + 1'}, {'set': 'm', 'to': 'm + 1'},
           {'if': 'm == 1', 'then': [{'set': 'w', 'to': 'i'}]})s",
       "m"},
      {"the last one to write", R"s({'set': 'n', 'to': 'n + 1'}, {'set': 'w', 'to': 'i'})s", "w"},
  }));
  INFO(what);
  const auto program =
      program_of(R"s({'machine': {'gil': 'none'}, 'variables': {'n': 0, 'm': 0, 'w': 0},
    'functions': {'f': {'params': ['i'], 'body': [{'global': ['n', 'm', 'w']},
      {'atomic': [)s" +
                 body + R"s(]}]}},
    'threads': {'A': {'target': 'f', 'args': [1]}, 'B': {'target': 'f', 'args': [2]}}})s");
  const Exploration exploration = explore(*program);
  CHECK(exploration.verdict == Verdict::ok);
  REQUIRE(exploration.deciding.has_value());
  check_deciding(*program, *exploration.deciding);
  CHECK(exploration.deciding->variable == variable);
}

TEST_CASE("deciding accesses: where there is nothing to tell", "[explorer][deciding]") {
  const auto [what, scenario] = GENERATE(values<std::pair<std::string, std::string>>({
      {"a check says which end is right",
       R"s({'machine': {'gil': 'none'}, 'variables': {'n': 0}, 'finally': ['n > 0'],
         'functions': {'add': [{'global': 'n'}, {'set': 'n', 'to': 'n + 1'}]},
         'threads': {'T1': {'target': 'add'}, 'T2': {'target': 'add'}}})s"},
      {"there is one end",
       R"s({'machine': {'gil': 'none'}, 'variables': {'n': 0}, 'objects': {'m': 'Lock'},
         'functions': {'add': [{'global': 'n'}, {'with': 'm', 'do': [{'set': 'n', 'to': 'n + 1'}]}]},
         'threads': {'T1': {'target': 'add'}, 'T2': {'target': 'add'}}})s"},
      {"the order of the locks decides, not that of two accesses",
       R"s({'machine': {'gil': 'none'}, 'variables': {'n': 0}, 'objects': {'m': 'Lock'},
         'functions': {'f': {'params': ['x'], 'body': [{'global': 'n'},
           {'with': 'm', 'do': [{'set': 'n', 'to': 'x'}]}]}},
         'threads': {'T1': {'target': 'f', 'args': [1]}, 'T2': {'target': 'f', 'args': [2]}}})s"},
      {"the order of two puts decides, and the counter beside them does not",
       R"s({'machine': {'gil': 'none'}, 'variables': {'n': 0, 'w': 0}, 'objects': {'q': 'SimpleQueue'},
         'functions': {'f': {'params': ['i'], 'body': [{'global': 'n'},
           {'atomic': [{'set': 'n', 'to': 'n + 1'}, {'put': 'q', 'item': 'i'}]}]}},
         'threads': {'A': {'target': 'f', 'args': [1]}, 'B': {'target': 'f', 'args': [2]},
           'C': [{'global': 'w'}, {'get': 'q', 'into': 'w'}]}})s"},
      {"there is a finding, which says more",
       R"s({'machine': {'gil': 'none'}, 'variables': {'n': 0},
         'threads': {'T1': [{'global': 'n'}, {'set': 'n', 'to': 'n + 1'}],
                     'T2': [{'global': 'n'}, {'set': 'n', 'to': 'n + 1'}, {'assert': 'n == 2'}]}})s"},
  }));
  INFO(what);
  CHECK_FALSE(explore(*program_of(scenario)).deciding.has_value());
}

TEST_CASE("deciding accesses: what is said of random scenarios is so",
          "[explorer][deciding][slow]") {
  std::uint64_t found = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = random_scenario(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    const Machine machine(*loaded.program);
    const std::optional<DecidingAccesses> deciding = deciding_accesses(machine);
    if (!deciding) continue;
    ++found;
    check_deciding(*loaded.program, *deciding);
  }
  if (seeds >= 600) CHECK(found > seeds / 50);
}

}  // namespace
}  // namespace lockstep
