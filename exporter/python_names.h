// What things are called in a Python program that is written for a scenario.
//
// The scenario's names stay what they are, since a program can print them. One that hides a
// module, a builtin or something else that the program uses beside it is left alone too: the
// program then says `queue_ = queue` before the scenario's `queue` is there, and uses that.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

class PythonNames {
 public:
  using Set = std::set<std::string, std::less<>>;

  Set taken;                                                // by the scenario, wherever
  Set module;                                               // of them those of the module itself
  Set shared;                                               // variables
  Set classes, attributes;                                  // and what objects of them have
  std::map<std::string, std::string, std::less<>> threads;  // as Python names them
  std::map<std::string, std::string, std::less<>> pools;    // and the functions that make a Pool
  Set shim;     // what the shim defines; empty: the program carries none
  Set defined;  // what else the program defines for itself: "File", "compute"

  // A name for something that is made for the scenario, and which that has not got.
  std::string fresh(std::string name) const;

  // How something that is not the scenario's is called where it is used: "queue.Queue" as it is, or
  // "queue_.Queue" if the scenario has a `queue`. `locals`: the names of the function that uses it.
  std::string own(std::string_view text, const Set& locals = {});
  // `$name` in a text is replaced by own(name).
  std::string filled(std::string_view text);

  bool uses(std::string_view name) const { return used_.contains(name); }
  // What comes before the scenario's own names: imports, then builtins under other names.
  std::string imports() const;
  std::string renamed_builtins() const;
  // What comes behind what the program defines for itself.
  std::string renamed_definitions() const;
  // What comes behind the shim. `from`: the name of the module that it is; empty: this one.
  std::string from_shim(std::string_view from) const;

  // Whether the module has a name that hides one of the shim's, or a builtin.
  bool hides_in_shim() const;

 private:
  enum class Kind : unsigned char { shim, defined, module, builtin };
  Kind kind_of(std::string_view name) const;
  bool is_free(std::string_view name) const;
  std::string other_name(std::string_view name) const;

  std::map<std::string, Set, std::less<>> used_;  // name -> how it is called, here and there
};

// The names that a Python source defines at its outermost level.
PythonNames::Set defined_names(std::string_view source);

}  // namespace lockstep
