// Every program of programs.txt prints what CPython printed, and ends as it did. make_programs.py
// says what a line is, and how to try more of them than the committed ones.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/run/run.h"
#include "engine/run/trace.h"
#include "engine/value/text.h"
#include "language/load.h"

namespace lockstep {
namespace {

struct Ended {
  std::vector<std::string> output;
  std::string exception;
};

Ended execute(const Program& program) {
  const Machine machine(program);
  const auto policy = policy_named("round-robin")->make(program, 0);
  TraceRecorder recorder(nullptr);
  const RunResult result = run(machine, *policy, &recorder);
  Ended ended{recorder.output(), ""};
  const StateNames names(machine, result.state);
  if (result.end != RunResult::End::finished) {
    ended.exception = "(did not finish)";
  } else if (const Value raised = uncaught(machine, result.state, main_thread_id);
             raised != none_value) {
    ended.exception = exception_line(machine.values(), raised, names);
  }
  return ended;
}

TEST_CASE("compile: random programs print what CPython prints", "[language][programs][oracle]") {
  const char* other = std::getenv("LOCKSTEP_PROGRAMS");
  std::ifstream file(other != nullptr ? other : LOCKSTEP_SOURCE_DIR "/tests/language/programs.txt");
  REQUIRE(file.is_open());
  std::size_t programs = 0;
  for (std::string line; std::getline(file, line); ++programs) {
    const nlohmann::ordered_json row = nlohmann::ordered_json::parse(line);
    const std::string scenario = row[0].dump(1);
    INFO("line " << programs + 1 << "\n" << scenario);
    const Loaded loaded = load("random.json", scenario);
    INFO(render("random.json", scenario, loaded.complaints));
    REQUIRE(loaded.program);
    REQUIRE(verify(*loaded.program).empty());
    const Ended ended = execute(*loaded.program);
    CHECK(ended.output == row[1].get<std::vector<std::string>>());
    CHECK(ended.exception == (row[2].is_null() ? "" : row[2].get<std::string>()));
  }
  CHECK(programs >= 100);
}

}  // namespace
}  // namespace lockstep
