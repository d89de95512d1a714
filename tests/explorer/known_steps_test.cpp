// Tests of explorer/known_steps.
#include "explorer/known_steps.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "language/load.h"
#include "tests/support/random_locking.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

const auto [first_seed, seeds] = seeds_or(100);

struct Counts {
  std::uint64_t steps = 0, known = 0;
};

// Goes through the states of a program, up to so many, and takes every step twice: as it is, and
// as it is known, if it is.
Counts compare_steps(const Program& program, std::size_t states_max) {
  const Machine machine(program);
  KnownSteps known_steps(machine);
  Counts counts;
  std::vector<State> open{initial_state(machine)};
  std::set<std::vector<Word>> seen{open.front().words};
  std::vector<Choice> choices;
  while (!open.empty() && seen.size() < states_max) {
    const State state = std::move(open.back());
    open.pop_back();
    enabled(machine, state, choices);
    for (const Choice& choice : choices) {
      State taken = state;
      step(machine, taken, choice);
      State next = state;
      ++counts.steps;
      if (const auto known = known_steps.find(state, choice)) {
        ++counts.known;
        for (const WordChange& change : known->changes) next.words[change.word] = change.value;
      } else {
        known_steps.take(state, choice, next);
      }
      INFO(dump(machine, state) << "\n" << dump(machine, taken) << "\n" << dump(machine, next));
      REQUIRE(next == taken);
      if (seen.insert(taken.words).second) open.push_back(std::move(taken));
    }
  }
  return counts;
}

TEST_CASE("KnownSteps: what is known is what step() does, in scenarios of all kinds",
          "[explorer][known_steps][oracle]") {
  Counts all;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    CAPTURE(seed);
    const std::string scenario = seed % 2 == 0 ? random_scenario(seed) : random_locking(seed);
    INFO(scenario);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    const Counts counts = compare_steps(*loaded.program, 200);
    all.steps += counts.steps;
    all.known += counts.known;
  }
  CHECK(all.known * 4 > all.steps);
}

TEST_CASE("KnownSteps: a step looks at what it changes and what it waits for, and at nothing else",
          "[explorer][known_steps]") {
  // Four threads that each take a lock of their own.
  const auto program = program_of(
      "{'machine': {'gil': 'none'}, 'objects': {'locks': {'type': 'Lock', 'count': 4}},"
      " 'threads': {'a': [{'with': 'locks[0]', 'do': []}], 'b': [{'with': 'locks[1]', 'do': []}],"
      "             'c': [{'with': 'locks[2]', 'do': []}], 'd': [{'with': 'locks[3]', 'do': "
      "[]}]}}");
  const Counts counts = compare_steps(*program, 100000);
  // A thread is before the lock, inside, or at its end: with each of the 27 states of the others it
  // has two steps. When all have ended MainThread has one.
  constexpr std::uint64_t steps = 4 * 2 * 27 + 1;
  CHECK(counts.steps == steps);
  // Whatever the others do: the two steps of each and that of MainThread are taken once.
  CHECK(counts.known == steps - 4 * 2 - 1);
}

}  // namespace
}  // namespace lockstep
