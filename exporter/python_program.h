// A scenario as a Python 3 program that does the same on a real interpreter.
#pragma once
#include <string>

#include "engine/program/program.h"
#include "exporter/turns.h"
#include "language/scenario.h"

namespace lockstep {

// Readable, and complete: its imports, objects, functions, threads. Ends with a newline.
//
// With `turns`, the program carries shim.py with it, which makes its threads take turns as they
// did in that run: every shared variable is then read and written as shared.NAME, and a list or
// dict that is changed in place is reached through change("NAME"), since each of these is an
// operation that takes a turn.
//
// Requires: the program is what compile() made of the scenario.
std::string python_program(const Scenario& scenario, const Program& program,
                           const Turns* turns = nullptr);

}  // namespace lockstep
