// Tests of explorer/half_steps.
#include "explorer/half_steps.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "explorer/state_graph.h"
#include "language/load.h"
#include "tests/support/random_locking.h"
#include "tests/support/random_loops.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

const auto [first_seed, seeds] = seeds_or(150);

struct Counts {
  std::uint64_t states = 0, halved = 0, harmless = 0, steps = 0, known = 0;
};

// Goes through the states of a program, up to so many, and compares what their halves say with
// what enabled(), step() and a StuckWatch do.
Counts compare_states(const Program& program, std::uint32_t states_max) {
  const Machine machine(program);
  const FutureAccesses future(program);
  Examiner examiner(machine, future);
  KnownSteps steps(machine);
  StateGraph graph(program, nullptr);
  TreeTable& states = graph.states;
  HalfSteps half_steps(machine, states, examiner, steps);
  states.intern(initial_state(machine).words);
  Counts counts;
  State state;
  std::vector<Choice> choices;
  for (std::uint32_t id = 0; id < states.size() && id < states_max; ++id) {
    const bool is_halved = half_steps.look_at(id);
    states.read(id, state.words);
    enabled(machine, state, choices);
    INFO(dump(machine, state));
    ++counts.states;
    if (is_halved) {
      ++counts.halved;
      REQUIRE(half_steps.choices() == choices);
      REQUIRE(half_steps.state() == state);
      const bool is_harmless = half_steps.shows_nothing();
      if (is_harmless) REQUIRE_FALSE(choices.empty());
      if (is_harmless) REQUIRE(examiner.examine(state, choices) == 0);
      counts.harmless += is_harmless ? 1 : 0;
    }
    for (std::size_t i = 0; i < choices.size(); ++i) {
      ++counts.steps;
      State next = state;
      step(machine, next, choices[i]);
      std::optional<Pair> halves;
      if (is_halved && half_steps.is_known(i)) {
        halves = half_steps.next(i);
        ++counts.known;
      } else if (const auto known = steps.find(state, choices[i])) {
        if (is_halved) halves = half_steps.next(i, *known);
      } else {
        State taken = state;
        steps.take(state, choices[i], taken);
      }
      const TreeTable::Asked asked = states.ask(next.words);
      if (halves) REQUIRE(*halves == asked.pair);
      states.answer(asked);
    }
  }
  return counts;
}

TEST_CASE("HalfSteps: what halves say is what is so, in scenarios of all kinds",
          "[explorer][half_steps][oracle]") {
  Counts all;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = seed % 3 == 0   ? random_locking(seed)
                                 : seed % 3 == 1 ? random_loops(seed)
                                                 : random_scenario(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    if (!HalfSteps::are_for(*loaded.program)) continue;
    const Counts counts = compare_states(*loaded.program, 400);
    all.states += counts.states;
    all.halved += counts.halved;
    all.harmless += counts.harmless;
    all.steps += counts.steps;
    all.known += counts.known;
  }
  CHECK(all.halved * 2 > all.states);
  CHECK(all.harmless * 4 > all.states);
  CHECK(all.known * 10 > all.steps);
}

TEST_CASE("HalfSteps: most steps of philosophers are of one half", "[explorer][half_steps]") {
  const auto program = program_of(
      "{'objects': {'forks': {'type': 'Lock', 'count': 6}},"
      " 'functions': {'f': {'params': ['i', 'j'], 'body': [{'acquire': 'forks[i]'},"
      "   {'acquire': 'forks[j]'}, {'release': 'forks[j]'}, {'release': 'forks[i]'}]}},"
      " 'main': [{'for': 'i', 'in': 'range(6)', 'do': ["
      "   {'spawn': 'f', 'args': ['min(i, (i + 1) % 6)', 'max(i, (i + 1) % 6)']}]}]}");
  const Counts counts = compare_states(*program, 100000);
  CHECK(counts.states > 10000);
  CHECK(counts.harmless * 10 > counts.states * 9);
  CHECK(counts.known * 2 > counts.steps);
}

TEST_CASE("HalfSteps: beside a thread in an atomic section nobody moves",
          "[explorer][half_steps]") {
  const auto program = program_of(
      "{'variables': {'x': 0, 'y': 0}, 'machine': {'gil': 'none'}, 'threads': {"
      " 'a': [{'atomic': [{'set': 'x', 'to': 1}, {'choose': 'x', 'from': [2, 3]}]}],"
      " 'b': [{'set': 'y', 'to': 1}, {'set': 'y', 'to': 2}],"
      " 'c': [{'set': 'y', 'to': 3}, {'set': 'y', 'to': 4}]}}");
  const Counts counts = compare_states(*program, 100000);
  CHECK(counts.halved > 0);
  CHECK(counts.halved < counts.states);
}

TEST_CASE("HalfSteps: who waits for an end lets nobody go before that", "[explorer][half_steps]") {
  const auto program = program_of(
      "{'objects': {'a': {'type': 'Lock'}, 'b': {'type': 'Lock'}},"
      " 'functions': {'f': {'body': [{'acquire': 'a'}]}, 'g': {'body': [{'with': 'b', 'do': []}]}},"
      " 'main': [{'acquire': 'a'}, {'spawn': 'g'}, {'spawn': 'f', 'as': 't'}, {'join': 't'},"
      "          {'release': 'a'}]}");
  const Counts counts = compare_states(*program, 100000);
  CHECK(counts.halved > 0);
  CHECK(counts.harmless > 0);
  CHECK(counts.harmless < counts.halved);
}

}  // namespace
}  // namespace lockstep
