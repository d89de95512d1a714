#include "detector/misuse.h"

#include <algorithm>
#include <array>

namespace lockstep {
namespace {

struct Misuse {
  FindingKind kind;
  Operation operation;
  ExceptionKind raised;
  // Whether it is this and not another fault that raises the same; null: it always is.
  bool (*is_it)(const Machine& machine, const State& state, const Event& event) = nullptr;
};

// release(0) raises a ValueError, too.
bool gives_back(const Machine& machine, const State&, const Event& event) {
  if (event.arguments.empty() || event.arguments[0] == none_value) return true;
  const Value count = event.arguments[0];
  const ValueTable& values = machine.values();
  switch (values.kind(count)) {
    case ValueKind::boolean:
      return count == true_value;
    case ValueKind::integer:
      return values.as_integer(count) > 0;
    default:
      return false;
  }
}

// What multiprocessing's Condition asserts of itself is no fault of the caller.
bool is_not_mine(const Machine& machine, const State& state, const Event& event) {
  const ObjectId condition = machine.values().as_object(event.receiver);
  const ObjectId lock = *machine.program.objects[condition.index].lock;
  return owner(machine, state, lock) != event.thread;
}

using enum FindingKind;
using enum ExceptionKind;
constexpr std::array rows{
    Misuse{unowned_release, Operation::lock_release, runtime_error},
    Misuse{unowned_release, Operation::lock_exit, runtime_error},
    Misuse{unowned_release, Operation::rlock_release, runtime_error},
    Misuse{unowned_release, Operation::rlock_exit, runtime_error},
    Misuse{unowned_release, Operation::mp_lock_release, value_error},
    Misuse{unowned_release, Operation::mp_lock_exit, value_error},
    Misuse{unowned_release, Operation::mp_rlock_release, assertion_error},
    Misuse{unowned_release, Operation::mp_rlock_exit, assertion_error},
    Misuse{over_release, Operation::bounded_semaphore_release, value_error, gives_back},
    Misuse{over_release, Operation::bounded_semaphore_exit, value_error},
    Misuse{over_release, Operation::mp_semaphore_release, value_error},
    Misuse{over_release, Operation::mp_semaphore_exit, value_error},
    Misuse{FindingKind::broken_barrier, Operation::barrier_wait, broken_barrier_error},
    Misuse{FindingKind::broken_barrier, Operation::barrier_park, broken_barrier_error},
    Misuse{condition_unlocked, Operation::condition_wait, runtime_error},
    Misuse{condition_unlocked, Operation::condition_notify, runtime_error},
    Misuse{condition_unlocked, Operation::condition_notify_all, runtime_error},
    Misuse{condition_unlocked, Operation::mp_condition_wait, assertion_error, is_not_mine},
    Misuse{condition_unlocked, Operation::mp_condition_notify, assertion_error, is_not_mine},
    Misuse{condition_unlocked, Operation::mp_condition_notify_all, assertion_error, is_not_mine},
    Misuse{task_done_too_often, Operation::queue_task_done, value_error},
    Misuse{task_done_too_often, Operation::mp_queue_task_done, value_error},
};

}  // namespace

FindingKind kind_of_exception(const Machine& machine, const State& state, const Event& event) {
  if (event.kind != Event::Kind::operation && event.kind != Event::Kind::timeout) {
    return uncaught_exception;
  }
  const ExceptionKind raised = machine.values().exception_kind(event.outcome.value);
  const auto found = std::ranges::find_if(rows, [&](const Misuse& row) {
    return row.operation == event.operation && row.raised == raised &&
           (row.is_it == nullptr || row.is_it(machine, state, event));
  });
  return found == rows.end() ? uncaught_exception : found->kind;
}

}  // namespace lockstep
