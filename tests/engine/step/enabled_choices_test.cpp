// engine/step/enabled_choices.cpp: step by step the same as looked up anew.
#include "engine/step/enabled_choices.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "engine/run/splitmix64.h"
#include "language/load.h"
#include "tests/support/contended_scenario.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

std::unique_ptr<Program> random_program(const std::string& scenario) {
  Loaded loaded = load("random.json", scenario);
  REQUIRE(loaded.program);
  return std::make_unique<Program>(std::move(*loaded.program));
}

class Telling : public Observer {
 public:
  explicit Telling(EnabledChoices& enabled) : enabled_(enabled) {}
  void on_event(const Machine&, const State&, const Event& event) override {
    enabled_.on_event(event);
  }

 private:
  EnabledChoices& enabled_;
};

TEST_CASE("EnabledChoices: as enabled() has them, along random ways", "[engine][step][oracle]") {
  using Crowds = EnabledChoices::Crowds;
  const auto crowds = GENERATE(Crowds::none, Crowds::kept);
  const bool contended = GENERATE(false, true);
  CAPTURE(crowds == Crowds::kept, contended);
  std::size_t steps = 0, turned = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    CAPTURE(seed);
    const auto program =
        random_program(contended ? contended_scenario(seed) : random_scenario(seed));
    if (crowds == Crowds::kept && !EnabledChoices::may_have_crowds(*program)) continue;
    const Machine machine(*program);
    SplitMix64 numbers(seed);
    State state = initial_state(machine);
    EnabledChoices enabled_choices(machine, crowds);
    enabled_choices.begin(state);
    Telling telling(enabled_choices);
    for (int i = 0; i < 200; ++i) {
      std::vector<Choice> expected;
      enabled(machine, state, expected);
      INFO(dump(machine, state));
      REQUIRE(std::ranges::equal(enabled_choices.choices(), expected));
      CHECK(enabled_choices.empty() == expected.empty());
      for (ThreadId t{0}; t.index < thread_count(*program, state); ++t.index) {
        const auto its = std::ranges::find(expected, t, &Choice::thread);
        CHECK(enabled_choices.has({t}) == (std::ranges::count(expected, Choice{t}) == 1));
        CHECK(enabled_choices.first_of(t) ==
              (its == expected.end() ? std::nullopt : std::optional(*its)));
      }
      turned += enabled_choices.turned().size();
      if (expected.empty()) break;
      const Choice choice = expected[numbers.below(expected.size())];
      const State before = state;
      enabled_choices.before_step(state);
      step(machine, state, choice, &telling);
      enabled_choices.after_step(state, choice.thread);
      ++steps;
      // Whose private state has changed is among those whom the step concerned.
      const std::size_t threads = thread_count(*program, before);
      for (ThreadId t{0}; t.index < threads; ++t.index) {
        if (local(*program, before, t) == local(*program, state, t) &&
            life(*program, before, t) == life(*program, state, t)) {
          continue;
        }
        CHECK(std::ranges::binary_search(enabled_choices.concerned(), t));
      }
    }
  }
  CHECK(steps > 1000);
  CHECK((turned > 100) == (crowds == Crowds::kept));
}

// Threads that come to wait for one thing and are let go, one by one or all at once: each is looked
// at some times, and not once for each other one.
TEST_CASE("EnabledChoices: of many who are parked those are looked at that a step lets go",
          "[engine][step]") {
  const std::string scenario = GENERATE(
      R"json({"lockstep":1,"objects":{"e":"Event"},"functions":{"f":[{"wait":"e"}]},"main":[
          {"for":"i","in":"range(200)","do":[{"spawn":"f"}]},{"event_set":"e"}]
})json",
      R"json({"lockstep":1,"objects":{"q":"Queue"},"functions":{"f":[{"get":"q"}]},"main":[
          {"for":"i","in":"range(200)","do":[{"spawn":"f"}]
},
          {"for":"i","in":"range(200)","do":[{"put":"q","item":"i"}]}]
})json",
      R"json({"lockstep":1,"objects":{"s":{"type":"Semaphore","value":0}},
          "functions":{"f":[{"acquire":"s"}]},"main":[
          {"for":"i","in":"range(200)","do":[{"spawn":"f"}]
},
          {"for":"i","in":"range(200)","do":[{"release":"s"}]}]
})json",
      R"json({"lockstep":1,"objects":{"b":{"type":"Barrier","parties":200}},
          "functions":{"f":[{"barrier_wait":"b"}]},"main":[
          {"for":"i","in":"range(200)","do":[{"spawn":"f"}]
}]
})json");
  CAPTURE(scenario);
  const Loaded loaded = load("many.json", scenario);
  REQUIRE(loaded.program);
  const Machine machine(*loaded.program);
  State state = initial_state(machine);
  EnabledChoices enabled_choices(machine);
  enabled_choices.begin(state);
  Telling telling(enabled_choices);
  std::size_t steps = 0;
  while (!enabled_choices.choices().empty()) {
    // The last one: who was started goes on before the next one is.
    const Choice choice = enabled_choices.choices().back();
    enabled_choices.before_step(state);
    step(machine, state, choice, &telling);
    enabled_choices.after_step(state, choice.thread);
    ++steps;
  }
  REQUIRE(has_exited(state));
  // A step: its thread, and whom it speaks of or lets go, or MainThread, which waits for ends. The
  // end of the process, and the opening of the Barrier, are everybody's concern.
  CHECK(enabled_choices.looked_at() < 3 * steps + 2 * 201);
}

}  // namespace
}  // namespace lockstep
