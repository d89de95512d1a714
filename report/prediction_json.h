// What one run says about deadlocks, as the JSON object of docs/report-format.md.
#pragma once
#include <string>
#include <string_view>

#include "engine/program/program.h"
#include "prediction/predict.h"
#include "report/replay_line.h"

namespace lockstep {

// Indented, with a line break at the end. `policy`, `seed`: of the run.
std::string prediction_json(const Program& program, const Prediction& prediction,
                            const Subject& subject, std::string_view policy, std::uint64_t seed);

}  // namespace lockstep
