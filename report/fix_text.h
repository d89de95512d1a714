// The remedies that were tried, side by side: what explores without a finding, what does not
// and why, and what each costs.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "remedy/remedy.h"
#include "report/paint.h"
#include "report/replay_line.h"

namespace lockstep {

// The command that could mend a finding, to be copied; empty if no remedy is known for its kind.
std::string fix_line(const Subject& subject, const Finding& finding);

// What a reader of the table may do next.
struct FixHints {
  std::string arguments;          // of the commands that show and make the change
  bool remedy_is_chosen = false;  // by these arguments, so that no other is offered
};
// Without `hints` none are given: the change is made or shown already.
std::string fix_text(const FixResult& result, const std::optional<FixHints>& hints,
                     std::size_t width, const Paint& paint);
// The object of docs/report-format.md, "lockstep_fix".
std::string fix_json(const FixResult& result, const Program& program, const Subject& subject);

// "verified", "refuted", "unknown".
std::string_view verdict_name(TriedRemedy::Verdict verdict);

}  // namespace lockstep
