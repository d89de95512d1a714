// Programs made at random, run here and, forced to the same order of operations, on CPython: they
// must print the same, end with the same variables and exceptions, and hang in the same places.
//
// LOCKSTEP_SEEDS says how many (`./dev conformance` says many more), LOCKSTEP_FIRST_SEED from
// which.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "engine/run/run.h"
#include "engine/run/threads.h"
#include "engine/run/trace.h"
#include "engine/value/text.h"
#include "exporter/python_program.h"
#include "exporter/turns.h"
#include "language/load.h"
#include "tests/support/random_pools.h"
#include "tests/support/random_scenario.h"
#include "tests/support/seeds.h"

namespace lockstep {
namespace {

using Json = nlohmann::json;

// The suffix of "Thread-1 (f)" came with 3.10; the model "3.9" has none, whatever CPython runs
// this.
Json without_suffixes(const Json& json) {
  static const std::regex suffix(R"((Thread-\d+) \(\w+\))");
  return Json::parse(std::regex_replace(json.dump(), suffix, "$1"));
}

class Both : public RunObserver {
 public:
  void on_step(const Machine& m, const State& s, std::uint64_t n, Choice c, double t) override {
    recorder.on_step(m, s, n, c, t);
    turns.on_step(m, s, n, c, t);
  }
  void on_step_end(const Machine& m, const State& s, double t) override {
    recorder.on_step_end(m, s, t);
  }
  void on_event(const Machine& m, const State& s, const Event& e) override {
    recorder.on_event(m, s, e);
    turns.on_event(m, s, e);
  }
  TraceRecorder recorder{nullptr};
  TurnRecorder turns;
};

// CPython knows the owner of an RLock by its ident, and gives the ident of a thread that has ended
// to a later one: that one then owns the lock. Here nobody does (docs/scenario-format.md).
bool has_orphaned_rlock(const Machine& machine, const State& state) {
  for (std::uint32_t i = 0; i < machine.program.objects.size(); ++i) {
    if (machine.program.objects[i].kind != ObjectKind::rlock) continue;
    const std::optional<ThreadId> its = owner(machine, state, {i});
    if (its && life(machine.program, state, *its) != Life::alive) return true;
  }
  return false;
}

// For whom MainThread waits at its end, as the exported program lists them.
std::string awaited_at_the_end(const Machine& machine, const State& state, Operation operation) {
  std::string awaited;
  for (std::uint32_t i = 1; i < thread_count(machine.program, state); ++i) {
    if (life(machine.program, state, {i}) != Life::alive) continue;
    if (operation == Operation::process_exit && is_daemon(machine.program, state, {i})) continue;
    awaited +=
        (awaited.empty() ? "" : ", ") +
        std::string(machine.values().as_text(thread_name_value(machine.program, state, {i})));
  }
  return awaited;
}

// What the program on CPython is to say of itself. Null: there is nothing to compare.
Json expected_of(const Machine& machine, const RunResult& result, const Both& both) {
  const Program& program = machine.program;
  const State& state = result.state;
  if (result.end != RunResult::End::finished && result.end != RunResult::End::stuck) return nullptr;
  if (has_orphaned_rlock(machine, state)) return nullptr;
  if (program.reads_clock) return nullptr;  // there it is the real one
  const StateNames names(machine, state);
  Json expected;
  expected["end"] = result.end == RunResult::End::finished ? "finished" : "deadlock";
  expected["turns"] = both.turns.turns().turns.size();
  expected["output"] = both.recorder.output();
  expected["final"] = Json::object();
  expected["exceptions"] = Json::object();
  expected["waiting"] = Json::object();
  for (std::uint32_t i = 0; i < program.globals.size(); ++i) {
    expected["final"][program.globals[i].name] = repr(machine.values(), global(state, {i}), names);
  }
  for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
    const ThreadId thread{i};
    const std::string name(machine.values().as_text(thread_name_value(program, state, thread)));
    const Value exception = uncaught(machine, state, thread);
    if (life(program, state, thread) == Life::ended && exception != none_value) {
      const std::string line = exception_line(machine.values(), exception, names);
      if (!line.starts_with("SystemExit")) expected["exceptions"][name] = line;
    }
    const bool is_at_end = thread == main_thread_id && !has_exited(state) &&
                           pending(machine, state, thread).operation == Operation::process_exit;
    if (has_exited(state) || (life(program, state, thread) != Life::alive && !is_at_end)) continue;
    const Pending& next = pending(machine, state, thread);
    if (next.operation == Operation::await) return nullptr;  // CPython would spin for ever
    if (next.operation == Operation::join_all || next.operation == Operation::process_exit) {
      expected["waiting"][name] = awaited_at_the_end(machine, state, next.operation);
    } else if (next.operation == Operation::futures_wait ||
               next.operation == Operation::futures_next) {
      expected["waiting"][name] = "";
    } else if (machine.values().kind(next.receiver) == ValueKind::future) {
      expected["waiting"][name] = future_label(machine, next.receiver);
    } else if (machine.values().kind(next.receiver) == ValueKind::object) {
      expected["waiting"][name] =
          program.objects[machine.values().as_object(next.receiver).index].name;
    } else if (machine.values().kind(next.receiver) == ValueKind::connection) {
      const ObjectId listener = machine.values().as_connection(next.receiver).listener;
      expected["waiting"][name] = program.objects[listener.index].name;
    } else if (machine.values().kind(next.receiver) == ValueKind::thread) {
      expected["waiting"][name] = std::string(machine.values().as_text(
          thread_name_value(program, state, machine.values().as_thread(next.receiver))));
    }
  }
  return expected;
}

// Runs of programs here, to be repeated there.
class Comparison {
 public:
  // One random run of the program.
  void add(const std::string& name, const Loaded& loaded, std::uint64_t seed) {
    const Program& program = *loaded.program;
    const Machine machine(program);
    Both both;
    RunOptions options;
    options.limits.steps_max = 2000;
    const auto policy = policy_named("random")->make(program, seed);
    const RunResult result = run(machine, *policy, &both, options);
    Json its = expected_of(machine, result, both);
    if (its.is_null()) return;
    runs_.push_back({name, python_program(*loaded.scenario, program, &both.turns.turns()),
                     without_suffixes(its)});
  }

  std::size_t size() const { return runs_.size(); }

  // Returns how many ended in a deadlock.
  std::size_t check() const {
    const auto folder = std::filesystem::temp_directory_path() /
                        ("lockstep-conformance-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const auto programs = folder / "programs.jsonl";
    const auto results = folder / "results.jsonl";
    {
      std::ofstream out(programs);
      for (std::size_t i = 0; i < runs_.size(); ++i) {
        out << Json{{"id", i}, {"source", runs_[i].source}}.dump() << '\n';
      }
    }
    const std::string command = "LOCKSTEP_REPORT=1 LOCKSTEP_QUIET=0.5 /usr/bin/env python3 " +
                                std::string(LOCKSTEP_SOURCE_DIR) +
                                "/tests/conformance/run_programs.py < " + programs.string() +
                                " > " + results.string();
    REQUIRE(std::system(command.c_str()) == 0);
    std::ifstream in(results);
    std::size_t compared = 0, deadlocks = 0;
    for (std::string line; std::getline(in, line); ++compared) {
      const Json got = without_suffixes(Json::parse(line));
      const Run& run = runs_.at(got["id"].get<std::size_t>());
      const Json& wanted = run.expected;
      INFO(run.name);
      INFO(run.source.substr(run.source.find("\nrepeat([")));
      INFO(got["error"].get<std::string>());
      const Json& report = got["report"];
      REQUIRE_FALSE(report.is_null());
      CHECK(report["end"] == wanted["end"]);
      CHECK(report["turns"] == wanted["turns"]);
      CHECK(got["output"] == wanted["output"]);
      for (const auto& [variable, value] : wanted["final"].items()) {
        CAPTURE(variable);
        // A handle is written otherwise there.
        const bool is_handle =
            value.get<std::string>().starts_with('<') || value.get<std::string>().starts_with("[<");
        if (variable.starts_with("self.")) continue;  // attributes are no variables there
        if (!is_handle) CHECK(report["final"][variable] == value);
      }
      CHECK(report["exceptions"] == wanted["exceptions"]);
      if (wanted["end"] != "deadlock") continue;
      ++deadlocks;
      CHECK(report["waiting"] == wanted["waiting"]);
    }
    CHECK(compared == runs_.size());
    std::filesystem::remove_all(folder);
    return deadlocks;
  }

 private:
  struct Run {
    std::string name, source;
    Json expected;
  };
  std::vector<Run> runs_;
};

TEST_CASE("CPython, forced to the same order, does what lockstep does: random programs",
          "[conformance][slow]") {
  const auto [first, seeds] = seeds_or(fewer_if_slow(400));
  Comparison comparison;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const std::string scenario = random_scenario(seed);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    const bool names_differ = loaded.program->gil == GilModel::every_bytecode;
    if (names_differ && scenario.find("current_thread().name") != std::string::npos) continue;
    comparison.add("seed " + std::to_string(seed) + ": " + scenario, loaded, seed);
  }
  CHECK(comparison.size() > seeds / 2);
  CHECK(comparison.check() > comparison.size() / 20);
}

TEST_CASE("CPython, forced to the same order, does what lockstep does: random pools",
          "[conformance][slow][futures]") {
  const auto [first, twice] = seeds_or(fewer_if_slow(400));
  const std::uint64_t seeds = twice / 2;
  Comparison comparison;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const std::string scenario = random_pools(seed);
    const Loaded loaded = load("random", scenario);
    REQUIRE(loaded.program.has_value());
    comparison.add("seed " + std::to_string(seed) + ": " + scenario, loaded, seed);
  }
  CHECK(comparison.size() > seeds / 2);
  CHECK(comparison.check() > comparison.size() / 20);
}

TEST_CASE("CPython, forced to the same order, does what lockstep does: the scenarios",
          "[conformance][slow]") {
  Comparison comparison;
  const std::filesystem::path root = std::filesystem::path(LOCKSTEP_SOURCE_DIR) / "scenarios";
  std::size_t scenarios = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string path = entry.path().string();
    if (path.find(".lockstep.json") == std::string::npos) continue;
    ++scenarios;
    std::ifstream in(path);
    const Loaded loaded = load(path, {std::istreambuf_iterator<char>(in), {}});
    REQUIRE(loaded.program.has_value());
    // Only the threads of one process can be made to take turns.
    if (loaded.program->has_processes) continue;
    comparison.add(path, loaded, scenarios);
  }
  CHECK(comparison.size() > scenarios / 2);
  CHECK(comparison.check() > 10);
}

}  // namespace
}  // namespace lockstep
