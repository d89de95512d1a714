// The functions that a program with executors or pools has and no scenario writes. Those of
// executors are in pool_bodies.cpp, those of a Pool of multiprocessing in mp_pool_bodies.cpp.
#pragma once
#include "language/assembler.h"
#include "language/body_compiler.h"
#include "language/scenario.h"

namespace lockstep {

bool has_executors(const Program& program);

// Where they stand: behind the functions of the scenario, the callbacks first.
FunctionId callbacks_body(const Scenario& scenario);
void add_pool_bodies(Module& module);

// Of a Pool of multiprocessing.
bool has_pools(const Program& program);
void add_mp_pool_bodies(Module& module);

}  // namespace lockstep
