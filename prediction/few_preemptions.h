// All interleavings with few preemptions, for what one run leaves open: whether a circle that is
// possible closes in one of them, and whether a predicted deadlock has a shorter way.
//
// Most deadlocks need no more: Musuvathi, Qadeer, "Iterative Context Bounding for Systematic
// Testing of Multithreaded Programs", PLDI 2007. Tested by tests/prediction/predict_test.cpp.
#pragma once
#include "prediction/predict.h"

namespace lockstep {

// Replaces ways by shorter ones, and makes deadlocks of circles that are among what is found. Takes
// a bounded number of states; nothing is said of what it does not find.
void look_nearby(const Program& program, const PredictionLimits& limits, Prediction& prediction);

}  // namespace lockstep
