// What an exploration found, as the JSON object of docs/report-format.md.
#pragma once
#include <string>

#include "engine/program/program.h"
#include "explorer/explore.h"
#include "report/replay_line.h"

namespace lockstep {

inline constexpr int report_version = 1;  // "lockstep_report"

// Indented, with a line break at the end. Two explorations of one scenario differ in
// stats.seconds alone.
std::string exploration_json(const Program& program, const Exploration& exploration,
                             const Subject& subject);

// One element of its "findings", on one line without a line break.
std::string finding_json(const Program& program, const Finding& finding, const Subject& subject);
// A place, likewise.
std::string place_json(const Program& program, SiteId site);

}  // namespace lockstep
