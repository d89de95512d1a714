// Why a program ends in several ways: two accesses to one variable whose order decides.
//
// Some interleavings are taken that do not depend on what a search has seen; of each, two accesses
// by different threads are brought next to each other and taken in both orders. Where the program
// ends with other values, it is because of them: all else is the same up to there. A data race in
// the sense of Netzer, Miller, "What are race conditions?", LOPLAS 1(1), 1992, that can be seen.
//
// Steps change places whole. Where two of them meet at several variables or objects, a variable is
// only named if it ends with other values itself, or if who comes second would do something else
// had the other not been at it.
//
// Tested by tests/explorer/deciding_accesses_test.cpp.
#pragma once
#include <optional>

#include "engine/step/step.h"
#include "explorer/explore.h"

namespace lockstep {

// Nothing: none were found within a limit. Costs some 100,000 steps at most.
std::optional<DecidingAccesses> deciding_accesses(const Machine& machine);

}  // namespace lockstep
