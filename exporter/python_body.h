// Bodies of statements as Python source.
#pragma once
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "language/scenario.h"

namespace lockstep {

// What the scenario shares, for all bodies.
struct PythonNames {
  std::set<std::string, std::less<>> taken;                 // by the scenario
  std::set<std::string, std::less<>> shared;                // variables
  std::map<std::string, std::string, std::less<>> threads;  // as Python names them

  // A name that the scenario has not got.
  std::string fresh(std::string name) const {
    while (taken.contains(name)) name.insert(0, 1, '_');
    return name;
  }
};

class PythonLines {
 public:
  void add(std::size_t depth, std::string_view text) {
    text_.append(depth * 4, ' ').append(text).append("\n");
  }
  void gap(std::size_t count = 1) { text_.append(count, '\n'); }
  bool mentions(std::string_view word) const { return text_.find(word) != std::string::npos; }
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
void write_python_body(PythonLines& lines, const PythonNames& names, const PythonBody& body,
                       const Block& block, std::size_t depth);

}  // namespace lockstep
