// How far each queue has to count the tasks that are not done.
//
// Tested by tests/language/task_counts_test.cpp.
#pragma once
#include "engine/program/program.h"

namespace lockstep {

// Sets ObjectInfo::tasks of the queues: so that a program that puts and gets for ever, and never
// says that a task is done, comes back to the same states. Requires: all code is there.
void decide_task_counts(Program& program);

}  // namespace lockstep
