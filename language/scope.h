// What names mean: in the whole scenario, and in one body of statements.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/program/program.h"
#include "language/complaints.h"
#include "language/constant_fold.h"
#include "language/scenario.h"

namespace lockstep {

struct Meaning {
  enum class Kind : std::uint8_t {
    unknown,
    local,
    variable,  // a shared one
    object,    // also a second name of one
    array,     // [index, index + count) of Program::objects
    thread,    // a declared one
    function,
    parameter,  // of the scenario: a constant
    builtin,    // a pure function
    operation,  // a function that asks the machine: current_thread()
    exception,  // a class
  };
  Kind kind = Kind::unknown;
  std::uint32_t index = 0;  // in the table that the kind names
  std::uint32_t count = 0;  // array
};

// The names that every body sees.
class ModuleNames {
 public:
  // Returns what the name means already; nothing, and it is added, if that is new. Names of
  // threads yield to all others: they are only what the thread is called.
  std::optional<Meaning> add(const std::string& name, Meaning meaning);
  Meaning find(std::string_view name) const;
  // Those of the scenario first, candidates_max at most, then what Python has.
  std::vector<std::string> candidates() const;
  std::vector<std::string> of_kind(Meaning::Kind kind) const;  // ascending

 private:
  std::map<std::string, Meaning, std::less<>> meanings_;
};

enum class BodyKind : std::uint8_t {
  function,
  module,     // main and the bodies of threads: what they assign to and `variables` has is shared
  condition,  // an invariant or final check: an expression without locals
};

// The names of one body, by Python's rule: what is assigned anywhere in a function is local to
// it unless declared global.
class Scope {
 public:
  Scope(const ModuleNames& module, BodyKind kind, const std::vector<std::string>& parameters);

  // Finds the locals of the body and complains of wrong declarations.
  // In a method nothing may be assigned to self.
  void declare(const Block& body, Complaints& complaints, const Program& program, bool is_method);

  BodyKind kind() const { return kind_; }
  const ModuleNames& module() const { return module_; }
  Meaning find(std::string_view name) const;
  std::vector<std::string> candidates() const;  // locals first

  // Parameters first, then by first assignment, hidden ones as they come.
  const std::vector<std::string>& locals() const { return locals_; }
  // A local that no scenario can name: `name` begins with a dot. Added if it is not there.
  std::uint32_t hidden(const std::string& name) { return add(name); }

 private:
  std::uint32_t add(const std::string& name);

  const ModuleNames& module_;
  BodyKind kind_;
  std::vector<std::string> locals_;
  std::map<std::string, std::uint32_t, std::less<>> slots_;  // index in locals_
};

// "the Lock "mutexA"", "the function "f1"": for messages.
std::string described(const Meaning& meaning, std::string_view name, const Program& program);

}  // namespace lockstep
