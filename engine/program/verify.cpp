// The stack depth is followed along every path from the function's first instruction and from
// there into exception handlers, as JVM class-file verifiers do; the depth of atomic sections
// likewise, so that no path leaves one behind.
#include <deque>

#include "engine/program/operands.h"
#include "engine/program/program.h"
#include "engine/value/arithmetic.h"
#include "engine/value/builtins.h"

namespace lockstep {
namespace {

using Faults = std::vector<std::string>;

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// How many values an operand of the kind can take; nothing: not limited by a table.
std::optional<std::size_t> operand_limit(OperandKind kind, const Program& program,
                                         const Function& function) {
  switch (kind) {
    case OperandKind::none:
      return 1;
    case OperandKind::count:
      return std::nullopt;
    case OperandKind::constant:
      return program.constants.size();
    case OperandKind::local:
      return function.locals.size();
    case OperandKind::global:
      return program.globals.size();
    case OperandKind::unary_operator:
      return static_cast<std::size_t>(UnaryOperator::logical_not) + 1;
    case OperandKind::binary_operator:
      return static_cast<std::size_t>(BinaryOperator::shift_right) + 1;
    case OperandKind::comparison:
      return static_cast<std::size_t>(Comparison::is_not) + 1;
    case OperandKind::conversion:
      return 3;
    case OperandKind::builtin:
      return builtin_rows().size();
    case OperandKind::method:
      return method_names().size();
    case OperandKind::verb:
      return verb_rows().size();
    case OperandKind::operation:
      return operation_rows().size();
    case OperandKind::exception:
      return exception_kinds;
    case OperandKind::function:
      return program.functions.size();
    case OperandKind::address:
      return function.end;
    case OperandKind::update:
      return std::nullopt;
  }
  return 0;
}

class FunctionVerifier {
 public:
  FunctionVerifier(const Program& program, const Function& function, Faults& faults)
      : program_(program), function_(function), faults_(faults) {}

  void verify() {
    const std::size_t before = faults_.size();
    check_shape();
    for (std::uint32_t pc = function_.begin; pc < function_.end; ++pc) check_operands(pc);
    if (faults_.size() == before) follow_paths();  // which takes well-formed operands for granted
  }

 private:
  struct Depth {
    std::uint32_t stack = 0;
    std::uint32_t atomic = 0;
    friend bool operator==(const Depth&, const Depth&) = default;
  };

  void fault(std::uint32_t pc, const std::string& text) {
    faults_.push_back("function " + quoted(function_.name) + ", instruction " + std::to_string(pc) +
                      ": " + text);
  }
  void fault(const std::string& text) {
    faults_.push_back("function " + quoted(function_.name) + ": " + text);
  }

  void check_shape() {
    if (function_.begin == function_.end) fault("has no code");
    if (function_.parameters > function_.locals.size()) {
      fault("has more parameters than locals");
    }
    for (const ExceptionRange& range : function_.handlers) {
      if (range.begin >= range.end || range.begin < function_.begin || range.end > function_.end ||
          !is_inside(range.handler)) {
        fault("exception range [" + std::to_string(range.begin) + ", " + std::to_string(range.end) +
              ") -> " + std::to_string(range.handler) + " is not inside [" +
              std::to_string(function_.begin) + ", " + std::to_string(function_.end) + ")");
      }
    }
  }

  bool is_inside(std::uint32_t pc) const { return pc >= function_.begin && pc < function_.end; }

  void check_operand(std::uint32_t pc, char which, OperandKind kind, std::uint32_t operand) {
    const std::optional<std::size_t> limit = operand_limit(kind, program_, function_);
    if ((limit && operand >= *limit) ||
        (kind == OperandKind::address && operand < function_.begin)) {
      fault(pc, "operand " + std::string(1, which) + " is " + std::to_string(operand) +
                    ", which is out of range");
    }
  }

  void check_operands(std::uint32_t pc) {
    const Instruction& instruction = program_.code[pc];
    if (static_cast<std::size_t>(instruction.opcode) >= opcode_count) {
      fault(pc, "is no opcode");
      return;
    }
    const std::size_t before = faults_.size();
    const OperandKinds kinds = operand_kinds(instruction.opcode);
    check_operand(pc, 'a', kinds.a, instruction.a);
    check_operand(pc, 'b', kinds.b, instruction.b);
    if (instruction.site.index >= program_.sites.size()) fault(pc, "has no site");
    if (faults_.size() > before) return;

    switch (instruction.opcode) {
      case Opcode::update_local:
      case Opcode::update_global:
        if ((instruction.b & 0xffU) > static_cast<std::uint32_t>(Update::Kind::pop_at)) {
          fault(pc, "operand b is no Update");
        }
        break;
      case Opcode::operate: {
        const VerbRow& verb = row(static_cast<Verb>(instruction.a));
        if (instruction.b != verb.arguments) {
          fault(pc, std::string(verb.name) + " takes " + std::to_string(verb.arguments) +
                        " arguments, not " + std::to_string(instruction.b));
        }
        break;
      }
      case Opcode::perform: {
        const OperationRow& operation = row(static_cast<Operation>(instruction.a));
        if (operation.kind != ObjectKind::nothing) {
          fault(pc, std::string(operation.name) + " needs a receiver");
        }
        break;
      }
      case Opcode::call:
        if (instruction.b != program_.functions[instruction.a].parameters) {
          fault(pc, quoted(program_.functions[instruction.a].name) + " takes " +
                        std::to_string(program_.functions[instruction.a].parameters) +
                        " arguments, not " + std::to_string(instruction.b));
        }
        break;
      case Opcode::load_attribute:
      case Opcode::store_attribute:
      case Opcode::attribute_of:
      case Opcode::has_attributes:
      case Opcode::data_attribute:
        if (program_.constants[instruction.a].kind != ValueKind::string) {
          fault(pc, "the name of an attribute is no text");
        }
        break;
      case Opcode::loop_back:
        if (instruction.a > pc) fault(pc, "loop_back goes forward");
        break;
      case Opcode::await_test:
        if (instruction.a >= pc || program_.code[instruction.a].opcode != Opcode::await) {
          fault(pc, "await_test does not go back to an await");
        }
        break;
      default:
        break;
    }
  }

  void reach(std::uint32_t from, std::uint32_t pc, Depth depth) {
    if (!is_inside(pc)) {
      fault(from, "falls off the end of the function");
      return;
    }
    std::optional<Depth>& known = depths_[pc - function_.begin];
    if (!known) {
      known = depth;
      work_.push_back(pc);
    } else if (known->stack != depth.stack) {
      fault(from, "reaches " + std::to_string(pc) + " with " + std::to_string(depth.stack) +
                      " values on the stack, another path with " + std::to_string(known->stack));
    } else if (known->atomic != depth.atomic) {
      fault(from, "reaches " + std::to_string(pc) + " inside " + std::to_string(depth.atomic) +
                      " atomic sections, another path inside " + std::to_string(known->atomic));
    }
  }

  void follow(std::uint32_t pc, std::uint32_t to, Depth depth, bool jumps) {
    const Instruction& instruction = program_.code[pc];
    const StackUse use = stack_use(instruction, jumps);
    depth.stack = depth.stack - use.takes + use.leaves;
    if (depth.stack > function_.stack_max) {
      fault(pc, "needs " + std::to_string(depth.stack) + " values on the stack, stack_max is " +
                    std::to_string(function_.stack_max));
      return;
    }
    if (instruction.opcode == Opcode::atomic_enter || instruction.opcode == Opcode::await) {
      ++depth.atomic;
    }
    if (instruction.opcode == Opcode::atomic_exit || instruction.opcode == Opcode::await_test) {
      if (depth.atomic == 0) {
        fault(pc, "leaves an atomic section that it is not in");
        return;
      }
      --depth.atomic;
    }
    reach(pc, to, depth);
  }

  // An exception at pc goes to the first range that fits.
  void follow_exception(std::uint32_t pc, Depth depth) {
    const ExceptionRange* range = handlers_[pc - function_.begin];
    if (range == nullptr) return;
    if (range->depth > depth.stack) {
      fault(pc, "has " + std::to_string(depth.stack) + " values on the stack, its handler at " +
                    std::to_string(range->handler) + " keeps " + std::to_string(range->depth));
      return;
    }
    depth.stack = range->depth + 1;
    if (depth.stack > function_.stack_max) {
      fault(pc, "its handler needs " + std::to_string(depth.stack) +
                    " values on the stack, stack_max is " + std::to_string(function_.stack_max));
      return;
    }
    reach(pc, range->handler, depth);
  }

  void follow_paths() {
    depths_.assign(function_.end - function_.begin, std::nullopt);
    handlers_ = handlers_of(function_);
    reach(function_.begin, function_.begin, Depth{});
    while (!work_.empty()) {
      const std::uint32_t pc = work_.front();
      work_.pop_front();
      const Depth depth = *depths_[pc - function_.begin];
      const Instruction& instruction = program_.code[pc];
      const Flow ways = flow(instruction.opcode);
      const StackUse use = stack_use(instruction, ways.jump && !ways.next);
      if (use.takes > depth.stack) {
        fault(pc, std::string(row(instruction.opcode).name) + " takes " +
                      std::to_string(use.takes) + " values, the stack has " +
                      std::to_string(depth.stack));
        continue;
      }
      if (instruction.opcode == Opcode::return_value) {
        if (depth.stack != 1) {
          fault(pc, "returns with " + std::to_string(depth.stack) + " values on the stack");
        }
        if (depth.atomic != 0) fault(pc, "returns inside an atomic section");
      }
      if (ways.next) follow(pc, pc + 1, depth, false);
      if (ways.jump) follow(pc, instruction.a, depth, true);
      if (may_raise(instruction.opcode)) follow_exception(pc, depth);
    }
  }

  const Program& program_;
  const Function& function_;
  Faults& faults_;
  std::vector<std::optional<Depth>> depths_;     // index = pc - begin; nothing: not reached
  std::vector<const ExceptionRange*> handlers_;  // as handlers_of() says
  std::deque<std::uint32_t> work_;
};

void verify_functions(const Program& program, Faults& faults) {
  std::uint32_t end = 0;
  for (const Function& function : program.functions) {
    if (function.begin != end || function.end < function.begin ||
        function.end > program.code.size()) {
      faults.push_back("function " + quoted(function.name) +
                       " does not begin where the one before it ends");
      return;
    }
    end = function.end;
  }
  if (end != program.code.size()) faults.push_back("there is code behind the last function");
  if (program.targets.size() != program.code.size()) {
    faults.push_back("there is not one target for each instruction");
    return;
  }
  for (const Function& function : program.functions) {
    FunctionVerifier(program, function, faults).verify();
  }
  for (std::size_t pc = 0; pc < program.targets.size(); ++pc) {
    const Target& target = program.targets[pc];
    if ((target.kind == Target::Kind::objects &&
         target.first.index + target.count > program.objects.size()) ||
        (target.kind == Target::Kind::thread && target.thread.index >= program.threads.size())) {
      faults.push_back("the target of instruction " + std::to_string(pc) + " does not exist");
    }
  }
}

void verify_objects(const Program& program, Faults& faults) {
  std::size_t end = first_global_word + program.globals.size();
  for (const ObjectInfo& object : program.objects) {
    if (object.kind >= ObjectKind::thread) {
      faults.push_back("object " + quoted(object.name) + " has no kind of objects.def");
      continue;
    }
    if (object.offset < end) {
      faults.push_back("object " + quoted(object.name) + " begins at word " +
                       std::to_string(object.offset) + ", before word " + std::to_string(end));
    }
    end = object.offset + row(object.kind).words;
    const bool may_act = object.kind == ObjectKind::barrier || has_futures(object.kind) ||
                         object.kind == ObjectKind::mp_pool;
    if (object.action &&
        (!may_act || object.action->index >= program.functions.size() ||
         program.functions[object.action->index].parameters != object.arguments.size())) {
      faults.push_back("object " + quoted(object.name) +
                       " has an action that is none: a function that takes its arguments, of a "
                       "Barrier or a pool");
    }
    if (has_lock(object.kind) != object.lock.has_value()) {
      faults.push_back("object " + quoted(object.name) +
                       (object.lock ? " is no Condition but has a lock" : " has no lock"));
    } else if (object.lock) {
      const bool fits = object.lock->index < program.objects.size() &&
                        can_be_lock_of(object.kind, program.objects[object.lock->index].kind);
      if (!fits) {
        faults.push_back("the lock of object " + quoted(object.name) +
                         " is neither Lock nor RLock");
      }
    }
  }
  if (program.objects_end != end) {
    faults.push_back("the objects end at word " + std::to_string(end) + ", not at word " +
                     std::to_string(program.objects_end));
  }
}

void verify_threads(const Program& program, Faults& faults) {
  if (program.timer_body && (program.timer_body->index >= program.functions.size() ||
                             program.functions[program.timer_body->index].parameters != 3)) {
    faults.push_back("the body of timers is no function of three parameters");
  }
  const auto check_body = [&](std::optional<FunctionId> body, std::uint32_t parameters,
                              const std::string& whose) {
    if (body && (body->index >= program.functions.size() ||
                 program.functions[body->index].parameters != parameters)) {
      faults.push_back("the body of " + whose + " is no function of " + std::to_string(parameters) +
                       " parameters");
    }
  };
  check_body(program.signal_body, 1, "signals");
  check_body(program.feeder_body, 1, "feeders");
  check_body(program.worker_body, 1, "workers");
  check_body(program.manager_body, 1, "managers");
  check_body(program.process_worker_body, 1, "worker processes");
  check_body(program.exit_body, 0, "the exit");
  check_body(program.maintainer_body, 1, "who looks after workers");
  check_body(program.dispatcher_body, 1, "who hands tasks out");
  check_body(program.collector_body, 1, "who takes results");
  check_body(program.pool_worker_body, 1, "workers of a Pool");
  for (const ObjectInfo& object : program.objects) {
    if (object.kind == ObjectKind::mp_pool &&
        !(program.maintainer_body && program.dispatcher_body && program.collector_body &&
          program.pool_worker_body)) {
      faults.push_back("object " + quoted(object.name) + " has no bodies for its threads");
    }
    if (!has_futures(object.kind)) continue;
    const bool has_bodies = object.kind == ObjectKind::executor
                                ? program.worker_body.has_value()
                                : program.manager_body && program.process_worker_body;
    if (!has_bodies || !program.exit_body) {
      faults.push_back("object " + quoted(object.name) + " has no body for its workers");
    }
    if (object.value < 1) faults.push_back("object " + quoted(object.name) + " has no workers");
  }
  if (program.threads.empty()) faults.push_back("there is no MainThread");
  for (const ThreadInfo& thread : program.threads) {
    if (thread.body.index >= program.functions.size()) {
      faults.push_back("thread " + quoted(thread.name) + " has no body");
    } else if (thread.arguments.size() != program.functions[thread.body.index].parameters) {
      faults.push_back("thread " + quoted(thread.name) + " does not have the " +
                       std::to_string(program.functions[thread.body.index].parameters) +
                       " arguments that its body takes");
    }
  }
}

void verify_conditions(const Program& program, Faults& faults) {
  for (const auto* conditions : {&program.invariants, &program.final_checks}) {
    for (const Condition& condition : *conditions) {
      if (condition.function.index >= program.functions.size() ||
          program.functions[condition.function.index].parameters != 0) {
        faults.push_back("the condition " + quoted(condition.text) +
                         " is no function without parameters");
      }
    }
  }
}

}  // namespace

std::vector<std::string> verify(const Program& program) {
  Faults faults;
  verify_functions(program, faults);
  verify_objects(program, faults);
  verify_threads(program, faults);
  verify_conditions(program, faults);
  return faults;
}

}  // namespace lockstep
