// Tests of explorer/state_stack.
#include "explorer/state_stack.h"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/support/dice.h"

namespace lockstep {
namespace {

struct Kept {
  State from, to;
  StateStack::Step step;
};

Choice any_choice(Dice& dice) {
  const auto thread = static_cast<std::uint32_t>(dice.below(dice.percent(5) ? 100'000 : 10));
  const std::vector<Choice::Kind> kinds{Choice::Kind::step, Choice::Kind::timeout,
                                        Choice::Kind::choose};
  Choice choice{{thread}, dice.one_of(kinds), 0};
  if (choice.kind == Choice::Kind::choose) choice.value = static_cast<std::uint32_t>(dice.below(9));
  return choice;
}

Word any_word(Dice& dice) {
  return static_cast<Word>(dice.percent(20) ? dice.next() : dice.below(300));
}

void check_back(const StateStack& stack, StateStack::Position at, State& state,
                const std::vector<Kept>& kept) {
  for (auto its = kept.rbegin(); its != kept.rend(); ++its) {
    REQUIRE(state == its->to);
    StateStack::Step step;
    at = stack.back(at, state, step);
    REQUIRE(state == its->from);
    REQUIRE(step.taken == its->step.taken);
    REQUIRE(step.steps == its->step.steps);
    REQUIRE(step.left == its->step.left);
  }
  REQUIRE(at == 0);
}

TEST_CASE("StateStack: gives back what was pushed, state by state", "[explorer][state_stack]") {
  Dice dice(3);
  StateStack stack;
  std::vector<Kept> kept;
  State state{{1, 2, 3, 4, 5, 6}};
  for (int i = 0; i < 30000; ++i) {
    if (!kept.empty() && dice.percent(i < 20000 ? 30 : 70)) {
      StateStack::Step step;
      stack.cut(stack.back(stack.top(), state, step));
      REQUIRE(state == kept.back().from);
      REQUIRE(step.left == kept.back().step.left);
      kept.pop_back();
      continue;
    }
    Kept next{
        state, state, {any_choice(dice), static_cast<std::uint32_t>(1 + dice.below(101)), {}}};
    for (std::size_t count = dice.below(4); count > 0; --count) {
      next.to.words[dice.below(next.to.words.size())] = any_word(dice);
    }
    if (dice.percent(1)) next.to.words.insert(next.to.words.end(), 3, any_word(dice));
    for (std::size_t count = dice.below(4); count > 0; --count) {
      next.step.left.push_back(any_choice(dice));
    }
    stack.push(next.from, next.to, next.step);
    state = next.to;
    kept.push_back(std::move(next));
    if (i % 5000 != 4999) continue;
    State here = state;
    check_back(stack, stack.top(), here, kept);
  }
  check_back(stack, stack.top(), state, kept);
}

TEST_CASE("StateStack: a step that changes two words takes a dozen bytes",
          "[explorer][state_stack]") {
  State from{std::vector<Word>(60, 7)};
  StateStack stack;
  constexpr std::uint32_t count = 1'000'000;
  const StateStack::Step step{{{3}, Choice::Kind::step, 0}, 1, {{{4}, Choice::Kind::step, 0}}};
  for (std::uint32_t i = 0; i < count; ++i) {
    State to = from;
    to.words[i % 20] = i % 1000;
    to.words[30 + i % 30] = i % 77;
    stack.push(from, to, step);
    std::swap(from, to);
  }
  CHECK(static_cast<double>(stack.memory_bytes()) / count < 13);
}

}  // namespace
}  // namespace lockstep
