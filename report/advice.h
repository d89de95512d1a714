// What each kind of finding means and what to do about it, in words: for reports and for
// `lockstep explain`.
#pragma once
#include <string_view>

#include "detector/finding.h"

namespace lockstep {

struct Advice {
  FindingKind kind;
  std::string_view heading;  // on top of a report: "DEADLOCK"
  std::string_view meaning;
  std::string_view mend;
};
const Advice& advice(FindingKind kind);

}  // namespace lockstep
