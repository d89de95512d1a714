// language/schema.cpp. What the schema accepts is held to the loader by schema_test.py.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "language/json_tree.h"
#include "language/load.h"

namespace lockstep {
namespace {

TEST_CASE("schema/lockstep.schema.json is what lockstep schema prints", "[language][schema]") {
  std::ifstream in(std::string(LOCKSTEP_SOURCE_DIR) + "/schema/lockstep.schema.json",
                   std::ios::binary);
  const std::string file((std::istreambuf_iterator<char>(in)), {});
  // As a truth value: the difference of two texts of this size helps nobody.
  const bool same = file == scenario_schema();
  INFO("to make it anew: lockstep schema > schema/lockstep.schema.json");
  CHECK(same);
}

TEST_CASE("The schema is JSON that the loader's parser reads", "[language][schema]") {
  CHECK(read_json(scenario_schema()).root);
  CHECK(scenario_schema().ends_with("}\n"));
}

}  // namespace
}  // namespace lockstep
