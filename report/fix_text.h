// The remedies that were tried, side by side: what explores without a finding, what does not
// and why, and what each costs.
#pragma once
#include <cstddef>
#include <string>

#include "remedy/remedy.h"
#include "report/paint.h"
#include "report/replay_line.h"

namespace lockstep {

std::string fix_text(const FixResult& result, const Subject& subject, std::size_t width,
                     const Paint& paint);
// The object of docs/report-format.md, "lockstep_fix".
std::string fix_json(const FixResult& result, const Program& program, const Subject& subject);

// "verified", "refuted", "unknown".
std::string_view verdict_name(TriedRemedy::Verdict verdict);

}  // namespace lockstep
