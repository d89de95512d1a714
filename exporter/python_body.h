// Bodies of statements as Python source.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/python_names.h"
#include "language/scenario.h"

namespace lockstep {

class PythonLines {
 public:
  void add(std::size_t depth, std::string_view text) {
    text_.append(depth * 4, ' ').append(text).append("\n");
  }
  void gap(std::size_t count = 1) { text_.append(count, '\n'); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// How the body of a function is written; main and the bodies of threads are functions there too.
struct PythonBody {
  const std::vector<std::string>& locals;
  bool is_module = false;  // it assigns to shared variables without declaring them global
  bool forced = false;     // the program takes turns, as shim.py has it
};
void write_python_body(PythonLines& lines, PythonNames& names, const PythonBody& body,
                       const Block& block, std::size_t depth);

}  // namespace lockstep
