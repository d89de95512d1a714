// What one run says about deadlocks, for people: those predicted, the circles that are none or of
// which it does not say, and the order in which locks were taken.
#pragma once
#include <cstddef>
#include <functional>
#include <string>

#include "engine/program/program.h"
#include "prediction/predict.h"
#include "report/paint.h"
#include "report/replay_line.h"

namespace lockstep {

struct PredictionContext {
  const Program& program;
  Subject subject;
  std::string run;  // what was run, "under the timed policy"
  std::size_t width = 100;
  Paint paint;
  // Draws the interleaving of a finding in columns.
  std::function<std::string(const Finding&)> interleaving;
};
std::string prediction_text(const Prediction& prediction, const PredictionContext& context);

}  // namespace lockstep
