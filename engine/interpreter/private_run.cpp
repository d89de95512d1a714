#include "engine/interpreter/private_run.h"

#include <utility>

#include "engine/interpreter/interpreter.h"

namespace lockstep {
PrivateRun enter(const Machine& machine, FunctionId function, std::span<const Value> arguments,
                 PrivateObserver* observer) {
  PrivateRun run;
  Interpreter interpreter(machine, run.state, observer);
  interpreter.push_frame(function, arguments);
  run.bytecodes = interpreter.run();
  run.returned = interpreter.returned;
  return run;
}

PrivateRun resume(const Machine& machine, LocalState state, const Pending& pending,
                  const Outcome& outcome, PrivateObserver* observer) {
  PrivateRun run;
  run.state = std::move(state);
  LocalState& local = run.state;
  const Switch switches = pending.switches;
  const bool call_of_container = pending.operation == Operation::update_global &&
                                 Update::decode(pending.update).kind != Update::Kind::set_item;
  if (switches != Switch::silent) {
    local.may_switch = switches != Switch::opcode || call_of_container;
  }
  // Others may come in before the first operation of an atomic section, and not after it.
  local.atomic_begun = local.atomic_depth > 0;
  if (outcome.kind == Outcome::Kind::next) {
    local.continues = true;
    local.operation = outcome.then;
    local.receiver = outcome.value;
    local.saved = outcome.saved;
    local.may_switch = true;
    return run;
  }
  local.continues = false;
  local.receiver = local.saved = none_value;
  local.operation = Operation::run_on;
  Interpreter interpreter(machine, local, observer);
  if (pending.operation != Operation::run_on) {
    Frame& frame = local.frames.back();
    const StackUse use = stack_use(machine.program.code[frame.pc], false);
    if (outcome.kind == Outcome::Kind::raised) {
      interpreter.unwind(outcome.value);
    } else {
      frame.stack.resize(frame.stack.size() - use.takes);
      if (use.leaves > 0) frame.stack.push_back(outcome.value);
      ++frame.pc;
    }
    if (pending.operation == Operation::await) {
      if (outcome.kind == Outcome::Kind::value) {
        ++local.atomic_depth;
        local.atomic_begun = true;
      }
    }
  } else {
    local.may_switch = true;
  }
  run.bytecodes = interpreter.run();
  run.returned = interpreter.returned;
  return run;
}

bool ends_with_later(const ValueTable& values, Value earlier, Value later) {
  const auto is_fault = [&](Value exception) {
    return exception != none_value &&
           !is_subclass(values.exception_kind(exception), ExceptionKind::system_exit);
  };
  return earlier == none_value || (!is_fault(earlier) && is_fault(later));
}

Updated updated(ValueTable& values, Value container, Update update,
                std::span<const Value> operands) {
  if (update.depth > 0) {
    const Value index = operands[0];
    const Result inner = subscript(values, container, index);
    if (inner.raised) return {inner};
    Updated below =
        updated(values, inner.value, {update.kind, update.depth - 1}, operands.subspan(1));
    if (below.container.raised) return below;
    return {with_item(values, container, index, below.container.value), below.pushed};
  }
  switch (update.kind) {
    case Update::Kind::set_item:
      return {with_item(values, container, operands[0], operands[1])};
    case Update::Kind::append:
      return {appended(values, container, operands[0])};
    case Update::Kind::pop_last:
    case Update::Kind::pop_at: {
      const Popped result =
          popped(values, container,
                 update.kind == Update::Kind::pop_at ? std::optional(operands[0]) : std::nullopt);
      return {result.container, result.item};
    }
  }
  return {};
}

}  // namespace lockstep
