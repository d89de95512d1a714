// A backward data-flow analysis over all functions at once, a set of bits for each program
// counter: WaitNumbers says which bit means "may let go somebody who waits on this object" (a
// lock or semaphore by releasing it, an Event by set, a Queue by put, by get or by task_done,
// each of them also by shutdown, a Barrier by coming or going), and behind those one bit for each
// shared variable says "may store it". The last two say "may send a signal" and
// "may call os._exit".
//
// Calls are followed into the callee, and a callee does not know its callers: the rest of the
// caller is in the caller's own frame. So a set never speaks of what happens after a return.
#include "engine/program/future_accesses.h"

#include <array>
#include <optional>
#include <set>
#include <vector>

#include "engine/program/lets_go.h"
#include "engine/program/wait_numbers.h"

namespace lockstep {
namespace {

using Bits = std::vector<std::uint64_t>;

bool test(const Bits& bits, std::size_t i) { return (bits[i / 64] >> (i % 64) & 1) != 0; }
void set(Bits& bits, std::size_t i) { bits[i / 64] |= std::uint64_t{1} << (i % 64); }
void unite(Bits& bits, const Bits& more) {
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] |= more[i];
}

void collect_functions(const Constant& constant, std::set<FunctionId>& functions) {
  if (constant.kind == ValueKind::function) {
    functions.insert({value_detail::payload_of(constant.inline_value)});
  }
  for (const Constant& item : constant.items) collect_functions(item, functions);
}

}  // namespace

struct FutureAccesses::Tables {
  explicit Tables(const Program& the_program) : program(the_program), wait_numbers(the_program) {
    const Bits none = no_bits();
    all.assign(program.code.size(), none);
    first.assign(program.code.size(), none);
    killed.assign(program.code.size(), std::nullopt);
    own = parked = all;
    entered.resize(program.code.size());
    find_functions_by_value();
    find_jump_targets();
    for (const Function& function : program.functions) {
      for (std::uint32_t pc = function.begin; pc < function.end; ++pc) {
        collect_own(pc);
        killed[pc] = waited_for(pc);
      }
    }
    propagate();
  }

  // The bit that stands for what lets go those who wait like this; nothing: nobody can wait so.
  std::optional<std::uint32_t> bit(LetGoBy by, Value receiver) const {
    if (value_detail::tag_of(receiver) != value_detail::tag_object) return std::nullopt;
    ObjectId object{value_detail::payload_of(receiver)};
    if (by == LetGoBy::release && program.objects[object.index].lock) {
      object = *program.objects[object.index].lock;
    }
    return wait_numbers.of(object, by);
  }

  std::size_t variable_bit(GlobalId id) const { return wait_numbers.size() + id.index; }
  std::size_t signal_bit() const { return wait_numbers.size() + program.globals.size(); }
  std::size_t exit_bit() const { return signal_bit() + 1; }
  Bits no_bits() const { return Bits(exit_bit() / 64 + 1, 0); }

  // Functions that may be called or become a thread's body without being named there.
  void find_functions_by_value() {
    for (const Constant& constant : program.constants) {
      collect_functions(constant, by_value);
    }
    for (const Global& global : program.globals) collect_functions(global.initial, by_value);
    for (const ThreadInfo& thread : program.threads) {
      for (const Constant& argument : thread.arguments) collect_functions(argument, by_value);
    }
    for (const ObjectInfo& object : program.objects) {
      if (object.action) by_value.insert(*object.action);  // of a pool: its workers call it
      for (const Constant& argument : object.arguments) collect_functions(argument, by_value);
    }
    startable = by_value;
    for (const ThreadInfo& thread : program.threads) {
      if (!thread.started) startable.insert(thread.body);
    }
    if (program.timer_body) startable.insert(*program.timer_body);
  }

  void find_jump_targets() {
    jumped_to.assign(program.code.size(), false);
    for (const Instruction& instruction : program.code) {
      if (flow(instruction.opcode).jump) jumped_to[instruction.a] = true;
    }
    for (const Function& function : program.functions) {
      for (const ExceptionRange& range : function.handlers) jumped_to[range.handler] = true;
    }
  }

  // What the instruction does itself, and which functions it enters.
  void collect_own(std::uint32_t pc) {
    const Instruction& instruction = program.code[pc];
    switch (instruction.opcode) {
      case Opcode::store_global:
      case Opcode::update_global:
        set(own[pc], variable_bit({instruction.a}));
        return;
      case Opcode::call:
        entered[pc] = {FunctionId{instruction.a}};
        return;
      case Opcode::call_value:
      case Opcode::call_with:
        entered[pc].assign(by_value.begin(), by_value.end());
        return;
      case Opcode::perform:
        // MainThread will call what is registered.
        if (static_cast<Operation>(instruction.a) == Operation::atexit_register) {
          entered[pc].assign(by_value.begin(), by_value.end());
        }
        if (static_cast<Operation>(instruction.a) == Operation::os_exit) set(own[pc], exit_bit());
        if (static_cast<Operation>(instruction.a) == Operation::executors_exit) {
          set_of_executors(pc, LetGoBy::put);
        }
        return;
      case Opcode::operate:
        break;
      default:
        return;
    }
    const auto verb = static_cast<Verb>(instruction.a);
    if (verb == Verb::start) {
      const Target& target = program.targets[pc];
      if (target.kind == Target::Kind::thread) {
        entered[pc] = {program.threads[target.thread.index].body};
      } else {
        entered[pc].assign(startable.begin(), startable.end());
      }
      return;
    }
    if (verb == Verb::terminate || verb == Verb::kill) set(own[pc], signal_bit());
    if (verb == Verb::cancel) set_of_executors(pc, LetGoBy::finish);
    if (verb == Verb::put && program.feeder_body) entered[pc] = {*program.feeder_body};
    if (verb == Verb::submit) {
      for (const std::optional<FunctionId>& body :
           {program.worker_body, program.manager_body, program.process_worker_body}) {
        if (body) entered[pc].push_back(*body);
      }
    }
    if (verb == Verb::create_pool) {
      for (const std::optional<FunctionId>& body :
           {program.maintainer_body, program.dispatcher_body, program.collector_body,
            program.pool_worker_body}) {
        entered[pc].push_back(*body);
      }
    }
    for_each_receiver(program, pc, verb, [&](ObjectId object) {
      if (verb == Verb::wait && program.objects[object.index].lock) {
        set(own[pc], *wait_numbers.of(*program.objects[object.index].lock, LetGoBy::release));
        if (const auto wake = wait_numbers.of(object, LetGoBy::wake)) {
          set(own[pc], *wake);
          set(parked[pc], *wake);
        }
      }
      for (const LetsGo& row : lets_go) {
        if (row.verb != verb) continue;
        if (const auto bit = wait_numbers.of(object, row.by)) set(own[pc], *bit);
      }
    });
  }

  void set_of_executors(std::uint32_t pc, LetGoBy by) {
    for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
      if (has_futures(program.objects[i].kind)) set(own[pc], *wait_numbers.of({i}, by));
    }
  }

  // The Lock that a thread has once it is past this instruction, whatever it takes.
  std::optional<ObjectId> waited_for(std::uint32_t pc) const {
    const Instruction& instruction = program.code[pc];
    if (instruction.opcode != Opcode::operate) return std::nullopt;
    const auto verb = static_cast<Verb>(instruction.a);
    // A wait on a Condition comes back with the lock.
    const bool waits =
        verb == Verb::enter || verb == Verb::wait || (verb == Verb::acquire && is_patient(pc));
    if (!waits) return std::nullopt;
    const Target& target = program.targets[pc];
    if (target.kind != Target::Kind::objects || target.count != 1) return std::nullopt;
    std::optional<ObjectId> result;
    for_each_receiver(program, pc, verb, [&](ObjectId object) {
      const std::optional<ObjectId> lock = program.objects[object.index].lock;
      const ObjectId taken = lock ? *lock : object;
      if (program.objects[taken.index].kind == ObjectKind::lock) result = taken;
    });
    return result;
  }

  // Whether an acquire is compiled with the constants `blocking` and no timeout.
  bool is_patient(std::uint32_t pc) const {
    if (pc < 2 || jumped_to[pc] || jumped_to[pc - 1]) return false;
    const Instruction& blocking = program.code[pc - 2];
    const Instruction& timeout = program.code[pc - 1];
    if (blocking.opcode != Opcode::constant || timeout.opcode != Opcode::constant) return false;
    const Constant& wait = program.constants[blocking.a];
    const bool waits = wait.kind == ValueKind::boolean && wait.inline_value == true_value;
    return waits && program.constants[timeout.a].kind == ValueKind::none;
  }

  std::optional<std::uint32_t> handler_of(const Function& function, std::uint32_t pc) const {
    for (const ExceptionRange& range : function.handlers) {
      if (pc >= range.begin && pc < range.end) return range.handler;
    }
    return std::nullopt;
  }

  // `sets` of all that may come once the instruction at pc is done or has raised.
  Bits after(const std::vector<Bits>& sets, const Function& function, std::uint32_t pc,
             std::optional<ObjectId> except) const {
    Bits result(own[pc].size(), 0);
    const Flow ways = flow(program.code[pc].opcode);
    if (ways.next && pc + 1 < function.end) unite(result, sets[pc + 1]);
    if (ways.jump) unite(result, sets[program.code[pc].a]);
    if (except) {
      const std::uint32_t bit = *wait_numbers.of(*except, LetGoBy::release);
      result[bit / 64] &= ~(std::uint64_t{1} << (bit % 64));
    }
    if (const std::optional<std::uint32_t> handler = handler_of(function, pc)) {
      unite(result, sets[*handler]);
    }
    return result;
  }

  void propagate() {
    for (bool changed = true; changed;) {
      changed = false;
      for (auto function = program.functions.rbegin(); function != program.functions.rend();
           ++function) {
        for (std::uint32_t pc = function->end; pc-- > function->begin;) {
          changed = propagate(all, *function, pc, std::nullopt) || changed;
          changed = propagate(first, *function, pc, killed[pc]) || changed;
        }
      }
    }
  }
  bool propagate(std::vector<Bits>& sets, const Function& function, std::uint32_t pc,
                 std::optional<ObjectId> except) const {
    Bits bits = after(sets, function, pc, except);
    unite(bits, own[pc]);
    for (const FunctionId callee : entered[pc]) {
      const Function& body = program.functions[callee.index];
      if (body.begin < body.end) unite(bits, sets[body.begin]);
    }
    if (bits == sets[pc]) return false;
    sets[pc] = std::move(bits);
    return true;
  }

  bool waits_on_condition(std::uint32_t pc) const {
    const Instruction& instruction = program.code[pc];
    return instruction.opcode == Opcode::operate && static_cast<Verb>(instruction.a) == Verb::wait;
  }

  // Of a whole thread. An outer frame stands at its call, of which the inner frames are the
  // rest. A thread that is parked by a wait on a Condition, or takes its lock again, has
  // released the lock already; one that is parked by anything else has yet to do what the
  // instruction does to others.
  Bits future(const std::vector<Bits>& sets, const LocalState& local) const {
    const bool is_first = &sets == &first;
    Bits result = no_bits();
    // What comes after the code of MainThread is in no frame of it.
    if (program.exit_body && !local.frames.empty() &&
        local.frames.front().function == program.threads.front().body) {
      unite(result, sets[program.functions[program.exit_body->index].begin]);
    }
    for (std::size_t i = 0; i < local.frames.size(); ++i) {
      const Frame& frame = local.frames[i];
      const bool innermost = i + 1 == local.frames.size();
      const bool done = local.continues && waits_on_condition(frame.pc);
      if (innermost && !done) {
        unite(result, sets[frame.pc]);
      } else {
        unite(result, after(sets, program.functions[frame.function.index], frame.pc,
                            is_first ? killed[frame.pc] : std::nullopt));
        if (innermost) unite(result, parked[frame.pc]);
      }
    }
    return result;
  }

  const Program& program;
  WaitNumbers wait_numbers;
  std::vector<Bits> own;     // index = pc; what the instruction does itself
  std::vector<Bits> parked;  // index = pc; what of that a wait on a Condition has yet to do
  std::vector<Bits> all;     // index = pc; what may come from here on
  std::vector<Bits> first;   // as `all`, but not what comes after acquiring the Lock
  std::vector<std::optional<ObjectId>> killed;   // index = pc; that Lock
  std::vector<std::vector<FunctionId>> entered;  // index = pc; called or started
  std::vector<bool> jumped_to;                   // index = pc
  std::set<FunctionId> by_value;
  std::set<FunctionId> startable;
};

FutureAccesses::FutureAccesses(const Program& program)
    : tables_(std::make_unique<Tables>(program)) {}
FutureAccesses::~FutureAccesses() = default;
FutureAccesses::FutureAccesses(FutureAccesses&&) noexcept = default;

bool FutureAccesses::may(const LocalState& local, LetGoBy by, Value receiver) const {
  if (by == LetGoBy::end) return true;
  const std::optional<std::uint32_t> bit = tables_->bit(by, receiver);
  return bit && test(tables_->future(tables_->all, local), *bit);
}

bool FutureAccesses::may_first(const LocalState& local, LetGoBy by, Value receiver) const {
  if (by == LetGoBy::end) return true;
  const std::optional<std::uint32_t> bit = tables_->bit(by, receiver);
  return bit && test(tables_->future(tables_->first, local), *bit);
}

bool FutureAccesses::may_store_what_is_read(const LocalState& local, std::uint32_t begin,
                                            std::uint32_t end) const {
  if (local.frames.empty()) return false;
  const Bits future = tables_->future(tables_->all, local);
  for (std::uint32_t pc = begin; pc < end; ++pc) {
    const Instruction& instruction = tables_->program.code[pc];
    switch (instruction.opcode) {
      case Opcode::load_global:
        if (test(future, tables_->variable_bit({instruction.a}))) return true;
        break;
      case Opcode::call:
      case Opcode::call_value:
      case Opcode::operate:
      case Opcode::perform:
        return true;
      default:
        break;
    }
  }
  return false;
}

bool FutureAccesses::may_signal(const LocalState& local) const {
  return test(tables_->future(tables_->all, local), tables_->signal_bit());
}

bool FutureAccesses::may_exit(const LocalState& local) const {
  return test(tables_->future(tables_->all, local), tables_->exit_bit());
}

bool FutureAccesses::may_from(FunctionId body, LetGoBy by, Value receiver) const {
  if (by == LetGoBy::end) return true;
  const std::optional<std::uint32_t> bit = tables_->bit(by, receiver);
  return bit && test(tables_->all[tables_->program.functions[body.index].begin], *bit);
}

}  // namespace lockstep
