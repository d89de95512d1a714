// The functions that a program with executors has and no scenario writes.
#pragma once
#include "language/assembler.h"
#include "language/body_compiler.h"
#include "language/scenario.h"

namespace lockstep {

bool has_executors(const Program& program);

// Where they stand: behind the functions of the scenario, the callbacks first.
FunctionId callbacks_body(const Scenario& scenario);
void add_pool_bodies(Module& module);

}  // namespace lockstep
