// The assertion for what a caller must have done. Always on.
//
// A failed one is a fault of lockstep, never of a scenario: it prints the condition,
// its meaning and what the innermost CrashContext says (the schedule so far, so that
// the report is its own reproduction), then ends the process with status 70.
#pragma once
#include <functional>
#include <string>

namespace lockstep {

[[noreturn]] void assertion_failed(const char* condition, const char* meaning, const char* file,
                                   int line);

// While alive, `describe` is what a failed assertion on this thread prints last.
// Contexts nest; the innermost speaks. `describe` may not fail an assertion itself.
class CrashContext {
 public:
  explicit CrashContext(std::function<std::string()> describe);
  ~CrashContext();
  CrashContext(const CrashContext&) = delete;
  CrashContext& operator=(const CrashContext&) = delete;

 private:
  std::function<std::string()> describe_;
  CrashContext* outer_;
  friend void assertion_failed(const char*, const char*, const char*, int);
};

}  // namespace lockstep

#define LOCKSTEP_ASSERT(condition, meaning) \
  (static_cast<bool>(condition)             \
       ? static_cast<void>(0)               \
       : ::lockstep::assertion_failed(#condition, meaning, __FILE__, __LINE__))
