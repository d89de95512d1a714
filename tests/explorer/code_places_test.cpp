// In what of its code a thread is, in a program that is written down with the places.
#include "explorer/code_places.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "engine/step/step.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

// Of MainThread in all states on the way to its end: what it is about to do, and in what, from
// within.
std::vector<std::string> walk(const Program& program) {
  const Machine machine(program);
  CodePlaces places(program);
  std::vector<std::string> result;
  State state = initial_state(machine);
  std::vector<Choice> choices;
  for (int steps = 0; steps < 100; ++steps) {
    enabled(machine, state, choices);
    if (choices.empty()) break;
    const ThreadId main = main_thread_id;
    if (life(program, state, main) == Life::alive) {
      std::string line = program.sites[pending(machine, state, main).site.index].text + ":";
      for (const std::uint32_t place : places.of(machine.locals(), local(program, state, main))) {
        const CodePlace& at = places.all()[place];
        line += (at.is_operation ? " in " : " ") + program.sites[at.statement.index].text;
      }
      if (result.empty() || result.back() != line) result.push_back(line);
    }
    step(machine, state, choices.front());
  }
  return result;
}

TEST_CASE("CodePlaces: loops, calls and operations that have begun", "[explorer][code_places]") {
  const auto program = program_of(R"s({'machine': {'gil': 'none'}, 'objects': {'m': 'Lock',
      'c': 'Condition'}, 'variables': {'n': 0},
    'functions': {'f': [{'for': 'i', 'in': '[0]', 'do': [{'acquire': 'm'}, {'release': 'm'}]}]},
    'main': [{'global': 'n'},
      {'while': 'n < 2', 'do': [{'set': 'n', 'to': 'n + 1'},
        {'if': 'n < 2', 'then': [{'continue': true}]}, {'call': 'f'}]},
      {'with': 'c', 'do': [{'wait': 'c', 'timeout': 1}]}]})s");
  CHECK(walk(*program) == std::vector<std::string>{
                              "while n < 2: while n < 2",
                              "n = n + 1: while n < 2",
                              "if n < 2: while n < 2",
                              "while n < 2: while n < 2",
                              "n = n + 1: while n < 2",
                              "if n < 2: while n < 2",
                              "acquire m: for i in [0] while n < 2",
                              "release m: for i in [0] while n < 2",
                              "while n < 2: while n < 2",
                              "with c:",
                              "wait c timeout 1:",
                              "wait c timeout 1: in wait c timeout 1",
                              "with c:",
                          });
}

TEST_CASE("CodePlaces: the same loop in another call is another place", "[explorer][code_places]") {
  const auto program = program_of(R"s({'objects': {'m': 'Lock'},
    'functions': {'f': [{'while': 'True', 'do': [{'acquire': 'm'}, {'release': 'm'},
                                                 {'break': true}]}]},
    'main': [{'call': 'f'}, {'call': 'f'}]})s");
  const Machine machine(*program);
  CodePlaces places(*program);
  State state = initial_state(machine);
  std::vector<Choice> choices;
  std::set<std::uint32_t> seen;
  for (int steps = 0; steps < 100; ++steps) {
    enabled(machine, state, choices);
    if (choices.empty()) break;
    if (life(*program, state, main_thread_id) == Life::alive) {
      const LocalId its = local(*program, state, main_thread_id);
      const std::vector<std::uint32_t> once = places.of(machine.locals(), its);
      CHECK(once == places.of(machine.locals(), its));
      seen.insert(once.begin(), once.end());
    }
    step(machine, state, choices.front());
  }
  CHECK(seen.size() == 2);
}

}  // namespace
}  // namespace lockstep
