#include "exporter/turns.h"

#include <catch2/catch.hpp>

namespace lockstep {
namespace {

TEST_CASE("Turns: equal ones in a row are counted, lines are as long as they may be",
          "[exporter]") {
  using enum Turn::Kind;
  const std::vector<Turn> turns{
      {{0}}, {{0}}, {{1}}, {{2}, timeout}, {{2}, timeout}, {{1}, choose, 2}, {{11}}};
  CHECK(turn_lines(turns, 100) == std::vector<std::string>{"0*2 1 2! 2! 1=2 11"});
  CHECK(turn_lines(turns, 8) == std::vector<std::string>{"0*2 1 2!", "2! 1=2", "11"});
  CHECK(turn_lines({}, 8) == std::vector<std::string>{""});
}

}  // namespace
}  // namespace lockstep
