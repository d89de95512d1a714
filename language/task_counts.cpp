#include "language/task_counts.h"

#include "engine/program/lets_go.h"

namespace lockstep {

void decide_task_counts(Program& program) {
  const auto mark = [&](std::uint32_t pc, Verb verb, TaskCount least) {
    for_each_receiver(program, pc, verb, [&](ObjectId id) {
      TaskCount& tasks = program.objects[id.index].tasks;
      if (tasks < least) tasks = least;
    });
  };
  for (ObjectInfo& object : program.objects) object.tasks = TaskCount::none;
  for (std::uint32_t pc = 0; pc < program.code.size(); ++pc) {
    if (program.code[pc].opcode != Opcode::operate) continue;
    const auto verb = static_cast<Verb>(program.code[pc].a);
    if (verb == Verb::join) mark(pc, verb, TaskCount::whether_some);
    if (verb == Verb::task_done || verb == Verb::shutdown) mark(pc, verb, TaskCount::exact);
  }
}

}  // namespace lockstep
