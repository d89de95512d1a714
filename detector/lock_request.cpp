#include "detector/lock_request.h"

#include "engine/operations/mp_lock.h"

namespace lockstep {
namespace {

bool is_of_multiprocessing(Operation operation) { return row(row(operation).kind).shared; }

// What an acquire() with these arguments does where the lock is taken.
Readiness readiness_of_acquire(const Call& call, Operation operation) {
  if (!is_of_multiprocessing(operation)) {
    const AcquireArguments arguments = acquire_arguments(call);
    return arguments.error ? Readiness::ready : arguments.if_taken;
  }
  return timeout_error(call, call.arguments[1]) ? Readiness::ready : readiness_if_taken(call);
}

}  // namespace

std::optional<LockRequest> lock_request(const Machine& machine, ThreadId thread,
                                        Operation operation, Value receiver,
                                        std::span<const Value> arguments) {
  const OperationRow& its = row(operation);
  if (!its.may_block || its.let_go_by != LetGoBy::release) return std::nullopt;
  if (machine.values().kind(receiver) != ValueKind::object) return std::nullopt;
  const ObjectId lock = machine.values().as_object(receiver);
  const ObjectKind kind = machine.program.objects[lock.index].kind;
  if (!row(kind).owned) return std::nullopt;
  LockRequest request{lock, Readiness::blocked, only_owner_releases(kind)};
  if (its.verb == Verb::acquire) {
    request.if_taken =
        readiness_of_acquire({machine, thread, receiver, arguments, none_value}, operation);
  }
  return request;
}

}  // namespace lockstep
