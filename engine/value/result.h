// What computing a value gives: the value, or the exception that Python would raise.
#pragma once
#include <string_view>

#include "engine/value/value_table.h"

namespace lockstep {

struct Result {
  Value value;  // the exception value if `raised`
  bool raised = false;
};

inline Result raise(ValueTable& values, ExceptionKind kind, std::string_view message) {
  return {values.exception(kind, message), true};
}

}  // namespace lockstep
