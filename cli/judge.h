// A scenario's "expect", held against what happened.
//
// What "expect" does not speak of must not happen where it looks, in the run or in all
// interleavings: a deadlock, an uncaught exception or a broken invariant that nobody expects is
// unmet as well. What a cut-short exploration cannot decide is
// neither met nor unmet but undecided; it can confirm `possible`, and refute the others.
//
// Tested by tests/cli/judge_test.cpp.
#pragma once
#include <string>
#include <vector>

#include "cli/simulate.h"
#include "explorer/explore.h"
#include "language/expectation.h"
#include "remedy/remedy.h"
#include "report/check_report.h"
#include "report/replay_line.h"

namespace lockstep {

struct Judgement {
  std::vector<UnmetExpectation> unmet;
  std::vector<std::string> undecided;
};

Judgement judge_run(const Program& program, const RunExpectation& expected,
                    const Simulation& simulation, const Subject& subject);
Judgement judge_exploration(const Program& program, const ExploreExpectation& expected,
                            const Exploration& exploration, const Subject& subject);
Judgement judge_fix(const FixExpectation& expected, const FixResult& result,
                    const Subject& subject);

}  // namespace lockstep
