// Exceptions by which Python says that a primitive was used wrongly, told apart from all others.
//
// What counts is which operation raised which type of exception, never the text of its message:
// a program that raises the same itself has its own reasons.
//
// Tested by tests/detector/misuse_test.cpp.
#pragma once
#include "detector/finding.h"
#include "engine/step/step.h"

namespace lockstep {

// The kind of finding that it is if the exception which this event raised ends the thread:
// uncaught_exception, if it is none of these. `state`: as the Observer is told it.
// Requires: the outcome is Outcome::Kind::raised.
FindingKind kind_of_exception(const Machine& machine, const State& state, const Event& event);

}  // namespace lockstep
