// cli/options: sizes as people write them. The rest is tested from outside: usage_test.py.
#include "cli/options.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace lockstep {
namespace {

TEST_CASE("Sizes have units that are powers of 1024", "[cli][options]") {
  CHECK(parse_size("0") == 0u);
  CHECK(parse_size("100000") == 100000u);
  CHECK(parse_size("1k") == 1024u);
  CHECK(parse_size("512M") == 512u << 20);
  CHECK(parse_size("2G") == std::uint64_t{2} << 30);
  CHECK(parse_size("1.5GiB") == std::uint64_t{3} << 29);
  CHECK(parse_size("7B") == 7u);
  for (const std::string text :
       {"", "M", "-1", "1X", "1GG", "1 G", "1e3", "0x10", "inf", "99999999999T"}) {
    INFO(text);
    CHECK(parse_size(text) == std::nullopt);
  }
}

}  // namespace
}  // namespace lockstep
