// The scenarios of the pages of `lockstep explain`: scenarios/explain, carried in the program.
#pragma once
#include <string_view>

namespace lockstep {

// The texts of two scenarios: one shows the finding or the cause of this name, the other does not.
struct Example {
  std::string_view name, bad, good;
};
const Example* example(std::string_view name);  // null: there is none

}  // namespace lockstep
