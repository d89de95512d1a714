// What each cause means and what to do about it, in words: for `lockstep explain`.
#pragma once
#include <string_view>

#include "detector/cause.h"

namespace lockstep {

struct CauseAdvice {
  CauseKind kind;
  std::string_view meaning;
  std::string_view mend;
};
const CauseAdvice& advice(CauseKind kind);

}  // namespace lockstep
