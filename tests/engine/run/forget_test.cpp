// RunOptions::forgets: what a run forgets, nobody misses.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "engine/run/times.h"
#include "language/load.h"
#include "tests/support/random_pools.h"
#include "tests/support/random_scenario.h"
#include "tests/support/running.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

using Forgets = RunOptions::Forgets;

RunOptions options_of(Forgets forgets) {
  RunOptions options;
  options.forgets = forgets;
  options.limits.steps_max = 300;
  return options;
}

// Where the time of each thread went, all of it.
std::string accounts(const Program& program, std::string_view policy, Forgets forgets) {
  const Machine machine(program);
  TimeKeeper keeper(TimeKeeper::Spans::dropped);
  const auto its = policy_named(policy)->make(program, 1);
  const RunResult result = run(machine, *its, &keeper, options_of(forgets));
  std::string text;
  for (const ThreadTimes& thread : keeper.times(machine, result.state).threads) {
    text += thread.name + ": " + std::to_string(thread.runs_ns);
    for (const ThreadTimes::Blocked& blocked : thread.blocked) {
      text += ", " + std::to_string(blocked.time_ns) + " on " + blocked.on;
    }
    text += '\n';
  }
  return text;
}

void check_forgetting(const Program& program, std::string_view policy) {
  const auto ran = [&](Forgets forgets) {
    const auto its = policy_named(policy)->make(program, 1);
    return run_with(program, *its, options_of(forgets));
  };
  const Ran plain = ran(Forgets::nothing);
  const Ran forgetful = ran(Forgets::each_step);
  CHECK(plain.text == forgetful.text);
  CHECK(plain.jsonl == forgetful.jsonl);
  CHECK(plain.output == forgetful.output);
  CHECK(accounts(program, policy, Forgets::nothing) ==
        accounts(program, policy, Forgets::each_step));
}

TEST_CASE("run: who forgets after each step goes on as who forgets nothing", "[engine][run]") {
  const auto make = GENERATE(random_scenario, random_scenario_with_processes, random_pools,
                             random_process_pools, random_forked_pools, random_mp_pools);
  const Seeds seeds = seeds_or(fewer_if_slow(60));
  for (std::uint64_t seed = seeds.first; seed < seeds.first + seeds.count; ++seed) {
    const std::string text = make(seed);
    CAPTURE(seed, text);
    const Loaded loaded = load("random.json", text);
    REQUIRE(loaded.program);
    check_forgetting(*loaded.program, seed % 2 == 0 ? "timed" : "random");
  }
}

TEST_CASE("run: a run of processes forgets, too", "[engine][run]") {
  const auto program = program_of(R"({
    'objects': {'q': 'mp.Queue'},
    'functions': {'work': [{'for': 'i', 'in': 'range(3000)', 'do': [
      {'put': 'q', 'item': 'f\"item {i}, long enough to be of some weight: {i * i}\"'}]}]},
    'main': [{'process': 'p', 'target': 'work'}, {'start': 'p'},
             {'for': 'i', 'in': 'range(3000)', 'do': [{'get': 'q', 'into': 'x'}]},
             {'join': 'p'}]})");
  const auto memory = [&](Forgets forgets) {
    RunOptions options;
    options.forgets = forgets;
    const Machine machine(*program);
    const auto timed = policy_named("timed")->make(*program, 0);
    CHECK(run(machine, *timed, nullptr, options).end == RunResult::End::finished);
    return machine.values().memory_bytes();
  };
  CHECK(memory(Forgets::when_doubled) * 5 < memory(Forgets::nothing));
}

}  // namespace
}  // namespace lockstep
