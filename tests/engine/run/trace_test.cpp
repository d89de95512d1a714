// engine/run/trace.cpp: what a TraceRecorder keeps.
#include "engine/run/trace.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/running.h"

namespace lockstep {
namespace {

using Lines = std::vector<std::string>;

TEST_CASE("TraceRecorder: a prompt begins the line that is printed next, whoever prints it",
          "[engine][run]") {
  const auto program = program_of(R"s({
      'input': ['a', 'b', 'c'], 'functions': {'f': [{'print': '\"f\"'}]},
      'main': [{'print': '\"begin\"'}, {'input': 'x', 'prompt': '\"> \"'}, {'spawn': 'f'},
               {'sleep': 1}, {'input': 'y', 'prompt': 1}, {'input': 'z', 'prompt': '\"? \"'}]})s");
  CHECK(run_named(*program, "timed").output == Lines{"begin", "> f", "1? "});
}

}  // namespace
}  // namespace lockstep
