// The instructions that loops are made of are executed here, on the bare memory of the innermost
// frame; everything else by the Interpreter, which must agree with it to the letter.
#include "engine/interpreter/cpu_burst.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "engine/interpreter/interpreter.h"

namespace lockstep {
namespace {

constexpr std::uint32_t frames_kept_max = 64;

// The memory of functions that are called and left within a burst: it is made with the first call,
// so it must not be much.
constexpr std::size_t room_values = 2048;
constexpr std::size_t room_calls = 256;

// And to forget values that are gone, once they have doubled.
constexpr std::uint64_t steps_between_looks = 16;
constexpr std::size_t bytes_more_max = 1'000'000;

constexpr std::size_t object_words_max = 8;

// Operations that look at the words of their object and change those alone, and that let nobody in
// while they are done.
bool may_be_in_burst(const OperationRow& operation) {
  if (operation.verb == Verb::none || operation.switches == Switch::yields) return false;
  switch (operation.kind) {
    case ObjectKind::lock:
    case ObjectKind::rlock:
    case ObjectKind::semaphore:
    case ObjectKind::bounded_semaphore:
    case ObjectKind::event:
    case ObjectKind::queue:
    case ObjectKind::simple_queue:
      return row(operation.kind).words <= object_words_max;
    default:
      return false;
  }
}

bool is_ready(const OperationRow& operation, const State& state, const Call& call) {
  return operation.ready == nullptr || operation.ready(state, call) == Readiness::ready;
}

// Whoever has asked for the burst wants to look at the clock now and then.
constexpr std::uint64_t run_ons_max = 200;

class Burst {
 public:
  Burst(const Machine& machine, State& state, ThreadId thread, const BurstLimits& limits)
      : machine_(machine),
        program_(machine.program),
        values_(machine.values()),
        state_(state),
        thread_(thread),
        limits_(limits),
        bytes_max_(2 * values_.memory_bytes() + bytes_more_max),
        all_switch_(machine.program.gil != GilModel::calls_and_loops),
        local_(machine.fetch(local(machine.program, state, thread))),
        interpreter_(machine, local_, nullptr) {}

  CpuBurst take() {
    if (local_.continues || local_.atomic_depth > 0 || local_.frames.empty()) return {};
    const Opcode first = program_.code[local_.frames.back().pc].opcode;
    if (row(first).visible && !is_variable(first) && first != Opcode::operate) return {};
    // Where it rests before private bytecode, it stands at run_on.
    left_ = row(first).visible ? program_.limits.private_steps_max : 0;
    execute();
    result_.begun = begun_;
    set_local(program_, state_, thread_, machine_.leave(std::move(local_)));
    return result_;
  }

 private:
  static bool is_variable(Opcode opcode) {
    return opcode == Opcode::load_global || opcode == Opcode::store_global ||
           opcode == Opcode::update_global;
  }

  // Asked after each complete step.
  bool has_grown() const {
    return result_.steps % steps_between_looks == 0 && values_.memory_bytes() > bytes_max_;
  }
  // Before a visible operation: whether the burst goes on with it, and in which step.
  bool begins_operation() {
    if (concerns_others_) return false;
    if (begun_.operations > 0 && (local_.may_switch || begun_.operations >= step_operations_max ||
                                  begun_.run_ons >= step_run_ons_max)) {
      ++result_.steps;
      result_.done.operations += begun_.operations;
      result_.done.run_ons += begun_.run_ons;
      spent_ns_ += begun_.operations * static_cast<std::uint64_t>(limits_.operation_ns) +
                   begun_.run_ons * static_cast<std::uint64_t>(limits_.run_on_ns);
      begun_ = {};
      if (result_.steps == limits_.steps_max || result_.done.run_ons >= run_ons_max ||
          spent_ns_ >= static_cast<std::uint64_t>(limits_.time_ns) || has_grown()) {
        return false;
      }
    }
    ++begun_.operations;
    return true;
  }

  // An operation on an object. `ends`: the burst rests before it, or before what it goes on with.
  enum class Operated : std::uint8_t { not_here, done, raised, ends };
  Operated operates(const Instruction& instruction) {
    if (limits_.objects == nullptr || local_.atomic_depth > 0) return Operated::not_here;
    Value receiver = *(top_ - instruction.b - 1);
    if (values_.kind(receiver) != ValueKind::object) return Operated::not_here;
    const ObjectId object = values_.as_object(receiver);
    // What a Condition hands on to its lock is Python code.
    if (program_.objects[object.index].lock) return Operated::not_here;
    const std::optional<Operation> operation =
        resolve(program_, values_, static_cast<Verb>(instruction.a), receiver);
    if (!operation || !may_be_in_burst(row(*operation))) return Operated::not_here;
    const OperationRow& its = row(*operation);
    const std::span<const Value> arguments(top_ - instruction.b, instruction.b);
    const Call call{machine_, thread_, receiver, arguments, none_value, 0, 0, 0, 0};
    if (!is_ready(its, state_, call)) return Operated::not_here;
    local_.may_switch = local_.may_switch || its.switches == Switch::py_call || all_switch_;
    if (!begins_operation()) return Operated::ends;

    const Word* const words = object_words(program_, state_, object);
    std::array<Word, object_words_max> before{};
    const std::size_t size = row(program_.objects[object.index].kind).words;
    std::copy_n(words, size, before.begin());
    const Outcome outcome = its.apply(state_, call);
    concerns_others_ =
        limits_.objects->concerns_others(object, std::span(before).first(size), state_);
    limits_.objects->on_operation(state_, result_.steps, *operation, instruction.site, call,
                                  outcome);
    if (its.switches != Switch::silent) local_.may_switch = its.switches != Switch::opcode;
    local_.may_switch = local_.may_switch || all_switch_;
    if (outcome.kind == Outcome::Kind::next) {
      local_.continues = true;
      local_.operation = outcome.then;
      local_.receiver = outcome.value;
      local_.saved = outcome.saved;
      local_.may_switch = true;
      return Operated::ends;
    }
    if (outcome.kind == Outcome::Kind::raised) {
      give_frame();
      interpreter_.unwind(outcome.value);
      return Operated::raised;
    }
    top_ -= instruction.b;
    top_[-1] = outcome.value;
    ++pc_;
    return Operated::done;
  }

  void execute();

  // The innermost frame's memory, while nobody else looks at the frame.
  void take_frame() {
    frame_ = &local_.frames.back();
    function_ = frame_->function;
    const std::size_t size = frame_->stack.size();
    const std::size_t most = program_.functions[function_.index].stack_max;
    if (most > size) frame_->stack.resize(most);
    top_ = frame_->stack.data() + size;
    locals_ = frame_->locals.data();
    pc_ = frame_->pc;
    const std::size_t frames = local_.frames.size();
    const std::size_t frames_max = program_.limits.frames_max;
    calls_max_ = std::min(room_calls, frames_max > frames ? frames_max - frames : 0);
  }
  // Those whom it has called become frames like others.
  void give_frame() {
    if (calls_ == 0) return write_back(top_, pc_);
    const Value* const stacks_end = top_;
    write_back(room_->calls[0].top, room_->calls[0].pc);
    for (std::size_t i = 0; i < calls_; ++i) {
      const bool is_last = i + 1 == calls_;
      const FunctionId function = is_last ? function_ : room_->calls[i + 1].function;
      const Value* const locals = is_last ? locals_ : room_->calls[i + 1].locals;
      const Value* const stack = locals + program_.functions[function.index].locals.size();
      Frame fresh;
      if (!frames_kept_.empty()) {
        fresh = std::move(frames_kept_.back());
        frames_kept_.pop_back();
      }
      fresh.function = function;
      fresh.pc = is_last ? pc_ : room_->calls[i + 1].pc;
      fresh.locals.assign(locals, stack);
      fresh.stack.assign(stack, is_last ? stacks_end : room_->calls[i + 1].top);
      fresh.raised.clear();
      local_.frames.push_back(std::move(fresh));
    }
    frame_ = &local_.frames.back();
    calls_ = 0;
  }
  void write_back(const Value* top, std::uint32_t pc) {
    frame_->stack.resize(static_cast<std::size_t>(top - frame_->stack.data()));
    frame_->pc = pc;
  }

  // The callee's locals and operands stand behind those of its caller in `room_`. Where there is no
  // more room the Interpreter makes a frame of it.
  bool calls(FunctionId id, std::uint32_t arguments) {
    const Function& callee = program_.functions[id.index];
    if (callee.parameters != arguments || calls_ >= calls_max_) return false;
    if (!room_) room_ = std::make_unique<Room>();
    Value* const begin = calls_ == 0 ? room_->values.data() : top_;
    const std::size_t locals = callee.locals.size();
    if (locals + callee.stack_max >
        static_cast<std::size_t>(room_->values.data() + room_values - begin)) {
      return false;
    }
    top_ -= arguments;
    // Where its caller stands in the room, so do its arguments, from the caller's new top on.
    Value* const its = calls_ == 0 ? begin : top_;
    if (calls_ == 0) std::copy(top_, top_ + arguments, its);
    for (std::size_t i = arguments; i < locals; ++i) its[i] = unset_value;
    room_->calls[calls_++] = {function_, pc_, locals_, top_};
    function_ = id;
    pc_ = callee.begin;
    locals_ = its;
    top_ = its + locals;
    local_.may_switch = true;
    return true;
  }
  void returns() {
    const Value value = top_[-1];
    if (calls_ > 0) {
      const Caller& caller = room_->calls[--calls_];
      function_ = caller.function;
      pc_ = caller.pc;
      locals_ = caller.locals;
      top_ = caller.top;
    } else {
      if (frames_kept_.size() < frames_kept_max) {
        frames_kept_.push_back(std::move(local_.frames.back()));
      }
      local_.frames.pop_back();
      take_frame();
    }
    *top_++ = value;
    ++pc_;
  }

  struct Caller {
    FunctionId function;
    std::uint32_t pc;  // its call
    Value* locals;
    Value* top;
  };
  struct Room {
    std::array<Value, room_values> values;
    std::array<Caller, room_calls> calls;
  };

  const Machine& machine_;
  const Program& program_;
  ValueTable& values_;
  State& state_;
  ThreadId thread_;
  const BurstLimits& limits_;
  std::size_t bytes_max_;
  bool all_switch_;  // the GIL model lets others in at every operation
  LocalState local_;
  Interpreter interpreter_;
  CpuBurst result_;
  CpuBurst::Work begun_;
  bool concerns_others_ = false;  // what was done last: the burst ends before what comes next
  std::uint64_t spent_ns_ = 0;    // one step more than limits_.time_ns may be too long for 63 bits
  std::uint32_t left_ = 0;        // bytecodes before the private run rests at run_on
  // What is executed: the innermost frame, or the last of those whom it has called.
  FunctionId function_;
  Value* top_ = nullptr;  // one behind the topmost of the stack
  Value* locals_ = nullptr;
  std::uint32_t pc_ = 0;
  Frame* frame_ = nullptr;      // the innermost frame
  std::unique_ptr<Room> room_;  // of those whom it has called
  std::size_t calls_ = 0;       // of these, how many are under way
  std::size_t calls_max_ = 0;
  std::vector<Frame> frames_kept_;  // for their memory
};

bool fits(std::int64_t n) { return n >= small_integer_min && n <= small_integer_max; }

// If both operands and the result are small integers. (Of such none overflows 64 bits.)
bool calculate(BinaryOperator op, Value left, Value right, Value& result) {
  if (!is_small_integer(left) || !is_small_integer(right)) return false;
  std::int64_t n = small_integer(left);
  switch (op) {
    case BinaryOperator::add:
      n += small_integer(right);
      break;
    case BinaryOperator::subtract:
      n -= small_integer(right);
      break;
    case BinaryOperator::multiply:
      n *= small_integer(right);
      break;
    default:
      return false;
  }
  if (!fits(n)) return false;
  result = small_integer_value(n);
  return true;
}

// If both operands are small integers.
bool compare_small(Comparison op, Value left, Value right, Value& result) {
  if (!is_small_integer(left) || !is_small_integer(right)) return false;
  const std::int64_t a = small_integer(left);
  const std::int64_t b = small_integer(right);
  switch (op) {
    case Comparison::equal:
      result = boolean_value(a == b);
      return true;
    case Comparison::not_equal:
      result = boolean_value(a != b);
      return true;
    case Comparison::less:
      result = boolean_value(a < b);
      return true;
    case Comparison::less_equal:
      result = boolean_value(a <= b);
      return true;
    case Comparison::greater:
      result = boolean_value(a > b);
      return true;
    case Comparison::greater_equal:
      result = boolean_value(a >= b);
      return true;
    default:
      return false;
  }
}

void Burst::execute() {
  const Instruction* const code = program_.code.data();
  const Value* const constants = machine_.constants.data();
  // The members of these names, while nobody else needs them: they would be stored and loaded
  // again with every instruction, since a Value might be one of them.
  std::uint32_t pc = 0;
  std::uint32_t left = left_;
  Value* top = nullptr;
  Value* locals = nullptr;
  const auto take = [&] {
    take_frame();
    pc = pc_;
    top = top_;
    locals = locals_;
  };
  const auto give = [&] {
    pc_ = pc;
    top_ = top;
    give_frame();
  };
  // Before an operation on a variable: whether the burst goes on with it.
  const auto begins = [&] {
    if (local_.atomic_depth > 0 || !begins_operation()) return false;
    left = program_.limits.private_steps_max;
    local_.may_switch = all_switch_;
    return true;
  };
  take();
  for (;;) {
    const Instruction& instruction = code[pc];
    const std::uint32_t a = instruction.a;
    switch (instruction.opcode) {
      case Opcode::load_global:
        if (!begins()) return give();
        *top++ = global(state_, {a});
        ++pc;
        continue;
      case Opcode::store_global:
        if (!begins()) return give();
        set_global(state_, {a}, *--top);
        ++pc;
        continue;
      case Opcode::update_global: {
        if (!begins()) return give();
        const Update update = Update::decode(instruction.b);
        local_.may_switch = all_switch_ || update.kind != Update::Kind::set_item;
        const std::uint32_t operands = update.depth + update.arguments();
        const Updated result =
            updated(values_, global(state_, {a}), update, {top - operands, operands});
        if (result.container.raised) {
          const Value owner = operands == 0 ? none_value : *(top - operands);
          const Value raised = raised_by_update(values_, program_, {a}, global(state_, {a}), owner,
                                                result.container.value);
          give();
          interpreter_.unwind(raised);
          if (local_.frames.empty()) return;
          take();
          continue;
        }
        set_global(state_, {a}, result.container.value);
        top -= operands;
        if (update.pushes()) *top++ = result.pushed;
        ++pc;
        continue;
      }
      case Opcode::operate:
        pc_ = pc;
        top_ = top;
        switch (operates(instruction)) {
          case Operated::not_here:
            break;
          case Operated::ends:
            return give();
          case Operated::raised:
            if (local_.frames.empty()) return;
            left = program_.limits.private_steps_max;
            take();
            continue;
          case Operated::done:
            left = program_.limits.private_steps_max;
            pc = pc_;
            top = top_;
            continue;
        }
        [[fallthrough]];
      case Opcode::perform:
      case Opcode::await: {
        // The receiver may lack the method; then the private run goes on with an exception.
        give();
        const std::uint32_t most = program_.limits.private_steps_max;
        left = most - std::min(interpreter_.run(most - left), most);
        if (local_.frames.empty()) return;
        const Opcode next = code[local_.frames.back().pc].opcode;
        if (row(next).visible && !is_variable(next)) return;
        take();
        continue;
      }
      default:
        break;
    }
    if (left == 0) {
      local_.may_switch = true;
      if (!begins_operation()) return give();
      left = program_.limits.private_steps_max;
      ++begun_.run_ons;
    }
    --left;
    switch (instruction.opcode) {
      case Opcode::constant: {
        // With what mostly follows, if the run does not end in between.
        const Instruction* const next = &instruction + 1;
        if (left >= 2 && next->opcode == Opcode::binary) {
          if (calculate(static_cast<BinaryOperator>(next->a), top[-1], constants[a], top[-1])) {
            --left;
            pc += 2;
            continue;
          }
        } else if (left >= 2 && next->opcode == Opcode::compare &&
                   next[1].opcode == Opcode::jump_if_false) {
          Value result;
          if (compare_small(static_cast<Comparison>(next->a), top[-1], constants[a], result)) {
            --top;
            left -= 2;
            pc = result == true_value ? pc + 3 : next[1].a;
            continue;
          }
        }
        *top++ = constants[a];
        ++pc;
        continue;
      }
      case Opcode::load_local: {
        const Value value = locals[a];
        if (value == unset_value) break;
        const Instruction* const next = &instruction + 1;
        if (left >= 3 && next->opcode == Opcode::constant) {
          Value result;
          if (next[1].opcode == Opcode::binary && next[2].opcode == Opcode::store_local) {
            if (calculate(static_cast<BinaryOperator>(next[1].a), value, constants[next->a],
                          result)) {
              locals[next[2].a] = result;
              left -= 3;
              pc += 4;
              continue;
            }
          } else if (next[1].opcode == Opcode::compare && next[2].opcode == Opcode::jump_if_false) {
            if (compare_small(static_cast<Comparison>(next[1].a), value, constants[next->a],
                              result)) {
              left -= 3;
              pc = result == true_value ? pc + 4 : next[2].a;
              continue;
            }
          }
        }
        *top++ = value;
        ++pc;
        continue;
      }
      case Opcode::store_local:
        locals[a] = *--top;
        ++pc;
        continue;
      case Opcode::binary:
        if (!calculate(static_cast<BinaryOperator>(a), top[-2], top[-1], top[-2])) break;
        --top;
        ++pc;
        continue;
      case Opcode::compare:
        if (!compare_small(static_cast<Comparison>(a), top[-2], top[-1], top[-2])) break;
        --top;
        ++pc;
        continue;
      case Opcode::pop:
        --top;
        ++pc;
        continue;
      case Opcode::jump:
        pc = a;
        continue;
      case Opcode::loop_back:
        local_.may_switch = true;
        pc = a;
        continue;
      case Opcode::jump_if_false:
        --top;
        pc = *top == false_value || (*top != true_value && !truth(values_, *top)) ? a : pc + 1;
        continue;
      case Opcode::jump_if_true:
        --top;
        pc = *top == true_value || (*top != false_value && truth(values_, *top)) ? a : pc + 1;
        continue;
      case Opcode::call:
        pc_ = pc;
        top_ = top;
        if (!calls({a}, instruction.b)) break;
        pc = pc_;
        top = top_;
        locals = locals_;
        continue;
      case Opcode::return_value:
        if (calls_ == 0 && local_.frames.size() == 1) break;
        top_ = top;
        returns();
        pc = pc_;
        top = top_;
        locals = locals_;
        continue;
      default:
        break;
    }
    give();
    interpreter_.execute(instruction, *frame_);
    if (local_.frames.empty()) return;
    take();
  }
}

}  // namespace

CpuBurst cpu_burst(const Machine& machine, State& state, ThreadId thread,
                   const BurstLimits& limits) {
  // Nothing of the private state is read where it would not go far.
  const Pending& first = machine.locals().pending(local(machine.program, state, thread));
  switch (first.operation) {
    case Operation::run_on:
    case Operation::load_global:
    case Operation::store_global:
    case Operation::update_global:
      return Burst(machine, state, thread, limits).take();
    default:
      break;
  }
  const OperationRow& its = row(first.operation);
  if (limits.objects == nullptr || first.in_atomic || !may_be_in_burst(its)) return {};
  const Call call{machine, thread, first.receiver, first.arguments, first.saved, 0, 0, 0, 0};
  if (!is_ready(its, state, call)) return {};
  return Burst(machine, state, thread, limits).take();
}

}  // namespace lockstep
