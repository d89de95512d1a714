// What a program of its own carries along of what Python does not have as lockstep has it.
#pragma once
#include <span>
#include <string_view>
#include <vector>

namespace lockstep {

struct PythonHelper {
  std::string_view mention;               // the program needs it where this stands in it
  std::vector<std::string_view> imports;  // modules
  std::string_view source;
};

std::span<const PythonHelper> python_helpers();

}  // namespace lockstep
