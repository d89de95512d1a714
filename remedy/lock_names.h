// Which lock an expression names, as far as the text says.
//
// A Condition stands for the lock that it works with. Of an array some of whose indexes are
// computed, all locks count as one; its uses are then told apart by the text of the index.
// Tested by tests/remedy/nests_test.cpp.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/constant_fold.h"
#include "language/scenario.h"
#include "remedy/bodies.h"

namespace lockstep {

struct LockName {
  std::size_t lock = 0;  // index in LockNames::names()
  std::string index;     // of an array that counts as one: the text in the brackets
  const Expression* expression = nullptr;  // the same, parsed
  std::optional<std::int64_t> element;     // the same, if it is known

  // Certainly the same object, as long as no variable of `index` changes.
  bool is_same(const LockName& other) const;
};

class LockNames {
 public:
  // The scenario and the program need not be of the same text, but must have the same objects.
  // Both outlive this.
  LockNames(const Scenario& scenario, const Program& program);

  const std::vector<std::string>& names() const { return names_; }  // in order of declaration
  // Nothing: not a Lock, an RLock, a Condition or a semaphore of one permit, or only a run can
  // tell.
  std::optional<LockName> find(const Operand& operand, const Body& body) const;
  std::optional<std::size_t> find(ObjectId object) const;
  bool is_array(std::size_t lock) const { return !counts_[lock].empty(); }
  // How many locks the array has, as an expression.
  const std::string& count(std::size_t lock) const { return counts_[lock]; }

 private:
  struct Use {
    ObjectId first;  // the object, or the array's first
    const ScenarioObject* array = nullptr;
    std::optional<std::int64_t> element;
  };
  // The object for which a name stands; null if it is none, or one of an array.
  const ScenarioObject* declared(std::string_view name) const;
  std::optional<Use> use(const Expression& expression, const Body& body) const;
  std::optional<ObjectId> lock_of(ObjectId object) const;

  const Scenario& scenario_;
  const Program& program_;
  NamedConstants parameters_;
  std::vector<std::string> names_;
  std::vector<std::string> counts_;                // index as in names_; "": no array
  std::vector<std::optional<std::size_t>> locks_;  // by ObjectId; nothing: no lock
};

}  // namespace lockstep
