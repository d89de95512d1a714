// engine/run/cores.cpp and what leads to it: a crowd that is told of at once takes the very steps
// that its threads take if each is told of by itself.
#include <catch2/catch.hpp>

#include "engine/run/clock.h"
#include "engine/run/run.h"
#include "language/load.h"
#include "tests/support/contended_scenario.h"
#include "tests/support/running.h"

namespace lockstep {
namespace {

class Watching : public RunObserver {
 public:
  explicit Watching(bool each_thread) : each_thread_(each_thread) {}
  void on_begin(const Machine&, const State&, const VirtualClock& clock) override {
    clock_ = &clock;
  }
  void on_event(const Machine&, const State&, const Event&) override {}
  void on_step(const Machine&, const State&, std::uint64_t, Choice, double) override {}
  void on_step_end(const Machine&, const State&, double now) override {
    turned += clock_->enabled().turned().size();
    looked_at = clock_->enabled().looked_at();
    ends.push_back(now);
  }
  bool watches_each_thread() const override { return each_thread_; }
  std::size_t turned = 0;
  std::uint64_t looked_at = 0;
  std::vector<double> ends;

 private:
  bool each_thread_;
  const VirtualClock* clock_ = nullptr;
};

TEST_CASE("run: with crowds as without", "[engine][run][oracle]") {
  const std::string policy = GENERATE("timed", "round-robin", "random", "pct");
  CAPTURE(policy);
  std::size_t turned = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const std::string scenario = contended_scenario(seed);
    CAPTURE(seed, scenario);
    const Loaded loaded = load("contended.json", scenario);
    REQUIRE(loaded.program);
    const auto run_once = [&](Watching& watching) {
      const Machine machine(*loaded.program);
      RunOptions options;
      options.limits.steps_max = 2000;
      return run(machine, *policy_named(policy)->make(*loaded.program, seed), &watching, options);
    };
    Watching with(false), without(true);
    const RunResult a = run_once(with);
    const RunResult b = run_once(without);
    REQUIRE(a.end == b.end);
    REQUIRE(a.choices == b.choices);
    REQUIRE(a.now == b.now);
    REQUIRE(with.ends == without.ends);
    REQUIRE(without.turned == 0);
    turned += with.turned;
  }
  CHECK(turned > 1000);
}

TEST_CASE("run: those who take one lock in turn are looked at some times each", "[engine][run]") {
  const std::string objects = GENERATE("'Lock'", "'RLock'", "'Condition'");
  const auto program = program_of(
      "{'objects': {'m': " + objects +
      "}, 'functions': {'f': [{'with': 'm', 'do': [{'compute': 0.001}]}]}, "
      "'main': [{'with': 'm', 'do': [{'for': 'i', 'in': 'range(200)', 'do': [{'spawn': 'f'}]}]}]}");
  const Machine machine(*program);
  Watching watching(false);
  const RunResult result =
      run(machine, *policy_named("timed")->make(*program, 0), &watching, RunOptions());
  REQUIRE(result.end == RunResult::End::finished);
  // A step: its thread, whom it starts or takes the lock from, and MainThread, which waits for
  // ends; and once all, when the process ends.
  CHECK(watching.looked_at < 3 * result.steps + 2 * 201);
}

}  // namespace
}  // namespace lockstep
