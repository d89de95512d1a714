// How a queue counts the tasks that are not done. For the files of the queues.
#pragma once
#include <cstddef>
#include <string>

#include "engine/program/program.h"

namespace lockstep {

// One more, of an item that was put.
inline void count_task(const ObjectInfo& queue, Word& unfinished) {
  switch (queue.tasks) {
    case TaskCount::exact:
      ++unfinished;
      break;
    case TaskCount::whether_some:
      unfinished = 1;
      break;
    case TaskCount::none:
      break;
  }
}

// For people: ", 2 unfinished"; empty if that is `expected`.
inline std::string describe_tasks(const ObjectInfo& queue, Word unfinished, std::size_t expected) {
  if (queue.tasks == TaskCount::whether_some) return unfinished == 0 ? "" : ", no task done";
  if (queue.tasks == TaskCount::none || unfinished == expected) return "";
  return ", " + std::to_string(unfinished) + " unfinished";
}

}  // namespace lockstep
