// What a program of its own carries along of what Python does not have as lockstep has it.
#pragma once
#include <span>
#include <string_view>

namespace lockstep {

struct PythonHelper {
  std::string_view name;    // the program needs it where it uses this
  std::string_view source;  // `$name` stands for a name that the scenario may hide
};

std::span<const PythonHelper> python_helpers();

}  // namespace lockstep
