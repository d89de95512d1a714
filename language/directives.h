// A schedule's directives, read from JSON. Internal to language/: schedule.h is the door.
#pragma once
#include "engine/run/directive.h"
#include "language/reader.h"

namespace lockstep {

// `program` null: names are not looked up, so that a schedule's shape can be checked together
// with the rest of a scenario that does not compile; but for those of threads if `threads` says
// which there can be.
Schedule read_directives(Reader& reader, const At& at, const Program* program,
                         std::optional<std::vector<std::string>> threads = {});

// As the JSON of a schedule has it: "T1*3" with its quotes, {"run": "T1", "until": "blocked"}.
std::string directive_json(const Directive& directive, const Program& program);

// What the names in a schedule stand for.
class ScheduleNames {
 public:
  // null: every name is taken as it is, but for a thread's if `threads` has all there can be.
  explicit ScheduleNames(const Program* program,
                         std::optional<std::vector<std::string>> threads = {});

  const Program* program() const { return program_; }
  // "" if the program has, or may yet create, a thread of this name.
  std::string thread_fault(std::string_view name) const;
  // One of those that there can be; false if that is not known.
  bool is_thread(std::string_view name) const;
  // The constant that `text` gives as an expression, or the object, function, declared thread
  // or exception class of that name. Nothing: `fault` and `offset` say why; an empty fault means
  // that only a program could tell.
  std::optional<Constant> value(std::string_view text, std::string& fault,
                                std::size_t& offset) const;

 private:
  const Program* program_;
  std::optional<std::vector<std::string>> threads_;  // none: one that is created may have any name
};

// "" if there is such a policy.
std::string policy_fault(std::string_view name);

}  // namespace lockstep
