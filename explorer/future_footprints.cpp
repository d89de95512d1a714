#include "explorer/future_footprints.h"

#include <algorithm>

#include "engine/interpreter/interpreter.h"

namespace lockstep {
namespace {

// Stands for any value; no program has so many Listeners.
constexpr Value unknown{0xffffffffU};
constexpr std::uint64_t all_locks = ~std::uint64_t{0};
// Of one analysis; beyond it a thread may do anything.
constexpr std::uint64_t visits_max = 200'000;
constexpr std::uint32_t depth_max = 200;  // of calls
constexpr std::uint32_t not_numbered = 0xffffffffU;

bool is_known(std::span<const Value> values) {
  return std::ranges::find(values, unknown) == values.end();
}

}  // namespace

std::uint64_t Future::locks_before(std::uint32_t bit) const {
  const auto found = std::ranges::lower_bound(behind, bit, {}, &Behind::bit);
  return found != behind.end() && found->bit == bit ? found->locks : 0;
}

// What a call of a function with these arguments does.
struct FutureFootprints::Summary {
  explicit Summary(const Resources& resources) : footprint(resources) {}
  Footprint footprint;
  std::map<std::uint32_t, std::uint64_t> locks_before;  // of every bit of the footprint
  bool returns = false;
  std::uint64_t taken = all_locks;  // on every way to a return
  bool fused = false;               // the caller may go on without a switch
  bool finished = false;
};

// Follows the ways through one frame after the other.
class FutureFootprints::Analysis {
 public:
  explicit Analysis(FutureFootprints& all)
      : all_(all),
        machine_(all.machine_),
        program_(all.machine_.program),
        values_(all.machine_.values()),
        resources_(all.resources_) {}

  // Of a whole thread.
  void follow(const LocalState& local, const Pending& pending, Summary& result) {
    add(result, resources_.ends(), Mode::give, 0);
    std::uint64_t taken = 0;
    bool fused = !local.may_switch;
    std::uint32_t atomic = local.atomic_depth;
    for (std::size_t i = local.frames.size(); i-- > 0;) {
      const Frame& frame = local.frames[i];
      const Function& function = program_.functions[frame.function.index];
      const bool innermost = i + 1 == local.frames.size();
      Point point{frame.locals, frame.stack, taken, fused, atomic};
      Summary part(resources_);
      Walk walk{frame.function, function, part, {}, {}};
      if (innermost && !local.continues) {
        meet(walk, frame.pc, point);
      } else {
        if (innermost) rest_of(walk, pending, point);
        // How a frame that has been called comes back.
        raise(walk, frame.pc, {frame.locals, frame.stack, 0, true, atomic});
        const StackUse use = stack_use(program_.code[frame.pc], false);
        if (innermost) point.stack.resize(point.stack.size() - use.takes);
        if (!innermost || use.leaves > 0) point.stack.push_back(unknown);
        if (innermost || may_come_back_) meet(walk, frame.pc + 1, std::move(point));
      }
      run(walk);
      include(result, part, 0);
      taken = part.returns ? part.taken : 0;
      fused = true;
      may_come_back_ = part.returns;
      if (i == 0) break;
    }
    if (program_.exit_body && !local.frames.empty() &&
        local.frames.front().function == program_.threads.front().body) {
      include(result, summary(*program_.exit_body, {}), 0);
    }
    if (gave_up_) result.footprint.anything = true;
  }

 private:
  // What is known before an instruction.
  struct Point {
    std::vector<Value> locals, stack;
    std::uint64_t taken;   // locks, on every way from the beginning of the analysis
    bool fused;            // some way comes here without a place to switch before
    std::uint32_t atomic;  // the greatest depth
  };
  struct Walk {
    FunctionId id;
    const Function& function;
    Summary& summary;
    std::map<std::uint32_t, Point> points;  // by pc
    std::set<std::uint32_t> to_visit;
  };

  void add(Summary& summary, std::uint32_t resource, Mode mode, std::uint64_t taken) {
    const std::uint32_t bit = footprint_bit(resource, mode);
    summary.footprint.add(bit);
    const auto [place, added] = summary.locks_before.try_emplace(bit, taken);
    if (!added) place->second &= taken;
  }
  void include(Summary& summary, const Summary& part, std::uint64_t taken) {
    summary.footprint.anything |= part.footprint.anything;
    for (const auto& [bit, locks] : part.locks_before) {
      summary.footprint.add(bit);
      const auto [place, added] = summary.locks_before.try_emplace(bit, locks | taken);
      if (!added) place->second &= locks | taken;
    }
  }

  // Brings `point` together with what is known at pc.
  void meet(Walk& walk, std::uint32_t pc, Point point) {
    const auto place = walk.points.find(pc);
    if (place == walk.points.end()) {
      walk.points.emplace(pc, std::move(point));
      walk.to_visit.insert(pc);
      return;
    }
    Point& known = place->second;
    bool changed = false;
    const auto join = [&](std::vector<Value>& ours, const std::vector<Value>& others) {
      for (std::size_t i = 0; i < ours.size(); ++i) {
        if (ours[i] == others[i] || ours[i] == unknown) continue;
        ours[i] = unknown;
        changed = true;
      }
    };
    join(known.locals, point.locals);
    join(known.stack, point.stack);
    const std::uint64_t taken = known.taken & point.taken;
    const std::uint32_t atomic = std::max(known.atomic, point.atomic);
    changed =
        changed || taken != known.taken || (point.fused && !known.fused) || atomic != known.atomic;
    known.taken = taken;
    known.fused = known.fused || point.fused;
    known.atomic = atomic;
    if (changed) walk.to_visit.insert(pc);
  }

  // To the handler of an exception at pc, if there is one.
  void raise(Walk& walk, std::uint32_t pc, Point point) {
    for (const ExceptionRange& range : walk.function.handlers) {
      if (pc < range.begin || pc >= range.end) continue;
      point.stack.resize(std::min<std::size_t>(point.stack.size(), range.depth));
      point.stack.resize(range.depth, unknown);
      point.stack.push_back(unknown);
      meet(walk, range.handler, std::move(point));
      return;
    }
  }

  void run(Walk& walk) {
    while (!walk.to_visit.empty()) {
      if (++visits_ > visits_max) gave_up_ = true;
      if (gave_up_) return;
      const std::uint32_t pc = *walk.to_visit.begin();
      walk.to_visit.erase(walk.to_visit.begin());
      visit(walk, pc, walk.points.at(pc));
    }
  }

  const Summary& summary(FunctionId function, std::vector<Value> arguments) {
    const Function& callee = program_.functions[function.index];
    std::vector<std::uint32_t> key;
    for (const Value value : arguments) key.push_back(value.bits);
    std::unique_ptr<Summary>& result = all_.summaries_[{function.index, key}];
    if (result && result->finished) return *result;
    if (result || depth_ >= depth_max) {  // it calls itself, with these arguments or always others
      gave_up_ = true;
      if (!result) result = std::make_unique<Summary>(resources_);
      return *result;
    }
    ++depth_;
    result = std::make_unique<Summary>(resources_);
    Summary& made = *result;
    if (arguments.size() == callee.parameters && callee.begin < callee.end) {
      Point point{std::move(arguments), {}, 0, false, 0};
      point.locals.resize(callee.locals.size(), unset_value);
      Walk walk{function, callee, made, {}, {}};
      meet(walk, callee.begin, std::move(point));
      run(walk);
    }
    --depth_;
    if (gave_up_) made.footprint.anything = true;
    made.finished = true;
    return made;
  }

  // The rest of an operation that has handed over to another.
  void rest_of(Walk& walk, const Pending& pending, Point& point) {
    if (value_detail::tag_of(pending.receiver) == value_detail::tag_object) {
      const ObjectId object{value_detail::payload_of(pending.receiver)};
      const ObjectInfo& info = program_.objects[object.index];
      if (!is_self_contained(info.kind)) {
        walk.summary.footprint.anything = true;
        return;
      }
      const bool takes = pending.operation == Operation::lock_restore ||
                         pending.operation == Operation::rlock_restore;
      add(walk.summary, resources_.of(object), takes ? Mode::take : Mode::write, point.taken);
      std::optional<ObjectId> lock = info.lock;
      if (lock) add(walk.summary, resources_.of(*lock), Mode::take, point.taken);
      if (takes) lock = object;
      if (lock && point.atomic == 0) point.taken |= all_.bit_of(*lock);
      return;
    }
    walk.summary.footprint.anything |= !touched_without_receiver(
        resources_, pending.operation,
        [&](std::uint32_t resource, Mode mode) { add(walk.summary, resource, mode, point.taken); });
  }

  bool is_patient(std::span<const Value> arguments) const {
    return arguments[0] == true_value && arguments[1] == none_value;
  }

  // Adds what the verb does to the object, and to `taken` the lock that the thread then has.
  void touch(Walk& walk, const Point& point, Verb verb, ObjectId object,
             std::span<const Value> arguments, std::uint64_t& taken) {
    const ObjectInfo& info = program_.objects[object.index];
    Summary& summary = walk.summary;
    if (!is_self_contained(info.kind)) {
      summary.footprint.anything = true;
      return;
    }
    const std::uint32_t resource = resources_.of(object);
    const auto touches = [&](std::uint32_t which, Mode mode) {
      add(summary, which, mode, point.taken);
    };
    switch (info.kind) {
      case ObjectKind::lock:
      case ObjectKind::rlock:
        if (verb == Verb::release || verb == Verb::exit) return touches(resource, Mode::give);
        if (verb == Verb::enter || (verb == Verb::acquire && is_patient(arguments))) {
          if (point.atomic > 0) return touches(resource, Mode::write);
          touches(resource, Mode::take);
          // A step that would go on into the acquire depends on whether it can.
          if (point.fused) touches(resource, Mode::look);
          taken |= all_.bit_of(object);
          return;
        }
        return touches(resource, only_looks(verb) ? Mode::look : Mode::write);
      case ObjectKind::condition: {
        touches(resource, Mode::write);
        const std::uint32_t lock = resources_.of(*info.lock);
        if (verb != Verb::wait) return touches(lock, Mode::look);
        touches(lock, Mode::give);
        touches(lock, Mode::take);
        if (point.atomic == 0) taken |= all_.bit_of(*info.lock);
        return;
      }
      case ObjectKind::local:
        return;
      default:
        return touches(resource, only_looks(verb) ? Mode::look : Mode::write);
    }
  }

  void touch_thread(Walk& walk, const Point& point, Verb verb, std::span<const Value> arguments) {
    const auto touches = [&](std::uint32_t resource, Mode mode) {
      add(walk.summary, resource, mode, point.taken);
    };
    if (!touched_by_thread_verb(resources_, verb, touches)) {
      walk.summary.footprint.anything = true;
      return;
    }
    if (verb == Verb::join && (point.fused || point.atomic > 0 || arguments[0] != none_value)) {
      touches(resources_.ends(), Mode::look);
    }
  }

  void operate(Walk& walk, std::uint32_t pc, Point& point) {
    const Instruction& instruction = program_.code[pc];
    const auto verb = static_cast<Verb>(instruction.a);
    const std::span<const Value> operands(point.stack);
    const std::span<const Value> arguments = operands.last(instruction.b);
    const Value receiver = operands[operands.size() - instruction.b - 1];
    std::uint64_t taken = 0;
    if (receiver != unknown) {
      Value resolved = receiver;
      if (!resolve(program_, values_, verb, resolved)) return;  // raises
      switch (values_.kind(resolved)) {
        case ValueKind::object:
          touch(walk, point, verb, values_.as_object(resolved), arguments, taken);
          break;
        case ValueKind::thread:
          touch_thread(walk, point, verb, arguments);
          break;
        default:
          walk.summary.footprint.anything = true;
      }
      point.taken |= taken;
      return;
    }
    const Target& target = program_.targets[pc];
    std::uint32_t begin = 0;
    auto end = static_cast<std::uint32_t>(program_.objects.size());
    if (target.kind == Target::Kind::objects) {
      begin = target.first.index;
      end = begin + target.count;
    } else if (operation_of(verb, ObjectKind::thread)) {
      touch_thread(walk, point, verb, arguments);
    }
    for (std::uint32_t i = begin; i < end; ++i) {
      const std::optional<ObjectId> lock = program_.objects[i].lock;
      if (operation_of(verb, program_.objects[i].kind)) {
        touch(walk, point, verb, {i}, arguments, taken);
      } else if (lock && operation_of(verb, program_.objects[lock->index].kind)) {
        touch(walk, point, verb, *lock, arguments, taken);
      } else if (target.kind != Target::Kind::objects &&
                 !is_self_contained(program_.objects[i].kind)) {
        walk.summary.footprint.anything = true;  // a future or a connection of it, perhaps
      }
    }
    if (target.kind == Target::Kind::objects && target.count == 1) point.taken |= taken;
  }

  void perform(Walk& walk, std::uint32_t pc, const Point& point) {
    const Instruction& instruction = program_.code[pc];
    const auto operation = static_cast<Operation>(instruction.a);
    const bool known = touched_without_receiver(
        resources_, operation,
        [&](std::uint32_t resource, Mode mode) { add(walk.summary, resource, mode, point.taken); });
    if (!known) walk.summary.footprint.anything = true;
    if (operation == Operation::join_all && (point.fused || point.atomic > 0)) {
      add(walk.summary, resources_.ends(), Mode::look, point.taken);
    }
    if (operation != Operation::thread_create && operation != Operation::timer_create) return;
    const std::span<const Value> operands = std::span(point.stack).last(instruction.b);
    if (operation == Operation::timer_create) {
      return begin(walk, point, *program_.timer_body, {operands.begin(), operands.end()});
    }
    if (operands[0] == unknown) {
      walk.summary.footprint.anything = true;
      return;
    }
    if (values_.kind(operands[0]) != ValueKind::function) return;  // raises
    const FunctionId body = values_.as_function(operands[0]);
    std::vector<Value> arguments(program_.functions[body.index].parameters, unknown);
    // The first argument of a run is the thread that there will be.
    if (operands[1] != unknown && !program_.functions[body.index].is_run) {
      const std::span<const Value> items = values_.items(operands[1]);
      arguments.assign(items.begin(), items.end());
    }
    begin(walk, point, body, std::move(arguments));
  }

  // A thread that the one at hand creates: what it does comes after what that has done.
  void begin(Walk& walk, const Point& point, FunctionId body, std::vector<Value> arguments) {
    add(walk.summary, resources_.ends(), Mode::give, point.taken);
    include(walk.summary, summary(body, std::move(arguments)), point.taken);
  }

  // A private instruction that makes one value of its operands.
  std::optional<Value> compute(std::uint32_t pc, std::span<const Value> operands) {
    if (!is_known(operands)) return std::nullopt;
    LocalState scratch;
    Frame frame;
    frame.pc = pc;
    frame.stack.assign(operands.begin(), operands.end());
    // A function whose handlers are elsewhere: what raises leaves the frame.
    const FunctionId own = function_at(pc);
    frame.function = {own.index == 0 ? 1U : 0U};
    if (frame.function.index >= program_.functions.size()) return std::nullopt;
    scratch.frames.push_back(std::move(frame));
    Interpreter interpreter(machine_, scratch, nullptr);
    interpreter.execute(program_.code[pc], scratch.frames.back());
    if (scratch.frames.size() != 1 || scratch.frames[0].pc != pc + 1 ||
        scratch.frames[0].stack.size() != 1) {
      return std::nullopt;
    }
    return scratch.frames[0].stack[0];
  }
  FunctionId function_at(std::uint32_t pc) const {
    for (std::uint32_t i = 0; i < program_.functions.size(); ++i) {
      if (pc >= program_.functions[i].begin && pc < program_.functions[i].end) return {i};
    }
    return {0};
  }

  bool fuses_after(std::uint32_t pc, const Point& point) const {
    if (program_.gil != GilModel::calls_and_loops) return false;
    const Instruction& instruction = program_.code[pc];
    switch (instruction.opcode) {
      case Opcode::update_global:
        return Update::decode(instruction.b).kind == Update::Kind::set_item;
      case Opcode::load_global:
      case Opcode::store_global:
        return true;
      case Opcode::perform: {
        const Switch switches = row(static_cast<Operation>(instruction.a)).switches;
        return switches == Switch::opcode || (switches == Switch::silent && point.fused);
      }
      case Opcode::operate:
        return static_cast<Verb>(instruction.a) == Verb::enter;
      default:
        return true;
    }
  }
  // Whether a switch is possible before the instruction, whatever came before it.
  bool begins_with_switch(std::uint32_t pc, const Point& point) const {
    const Instruction& instruction = program_.code[pc];
    const auto switches = [](Operation operation) {
      const Switch its = row(operation).switches;
      return its == Switch::py_call || its == Switch::yields;
    };
    if (instruction.opcode == Opcode::perform)
      return switches(static_cast<Operation>(instruction.a));
    if (instruction.opcode != Opcode::operate) return false;
    const Value receiver = point.stack[point.stack.size() - instruction.b - 1];
    if (receiver == unknown) return false;
    Value resolved = receiver;
    const std::optional<Operation> operation =
        resolve(program_, values_, static_cast<Verb>(instruction.a), resolved);
    return operation && switches(*operation);
  }

  void visit(Walk& walk, std::uint32_t pc, Point point) {
    const Instruction& instruction = program_.code[pc];
    const std::uint32_t a = instruction.a;
    std::vector<Value>& stack = point.stack;
    const auto next = [&](Point to) { meet(walk, pc + 1, std::move(to)); };
    const auto drop = [&](std::size_t count) { stack.resize(stack.size() - count); };
    if (program_.gil != GilModel::calls_and_loops) point.fused = false;
    if (begins_with_switch(pc, point)) point.fused = false;
    if (row(instruction.opcode).visible || may_raise(instruction.opcode)) raise(walk, pc, point);

    switch (instruction.opcode) {
      case Opcode::constant:
        stack.push_back(machine_.constants[a]);
        return next(std::move(point));
      case Opcode::load_local:
        if (point.locals[a] == unset_value) return;  // raises
        stack.push_back(point.locals[a]);
        return next(std::move(point));
      case Opcode::store_local:
        point.locals[a] = stack.back();
        drop(1);
        return next(std::move(point));
      case Opcode::clear_local:
        point.locals[a] = unset_value;
        return next(std::move(point));
      case Opcode::update_local: {
        const Update update = Update::decode(instruction.b);
        drop(update.depth + update.arguments());
        point.locals[a] = unknown;
        if (update.pushes()) stack.push_back(unknown);
        if (update.kind != Update::Kind::set_item) point.fused = false;
        return next(std::move(point));
      }
      case Opcode::pop:
        drop(1);
        return next(std::move(point));
      case Opcode::load_handled:
        stack.push_back(unknown);
        return next(std::move(point));
      case Opcode::duplicate:
        stack.push_back(Value(stack.back()));
        return next(std::move(point));
      case Opcode::duplicate_two: {
        const Value second = stack[stack.size() - 2];
        const Value top = stack.back();
        stack.push_back(second);
        stack.push_back(top);
        return next(std::move(point));
      }
      case Opcode::swap:
        std::swap(stack[stack.size() - 2], stack.back());
        return next(std::move(point));
      case Opcode::lift: {
        const auto at = stack.end() - 1 - static_cast<std::ptrdiff_t>(a);
        const Value lifted = *at;
        stack.erase(at);
        stack.push_back(lifted);
        return next(std::move(point));
      }
      case Opcode::jump:
        return meet(walk, a, std::move(point));
      case Opcode::loop_back:
        point.fused = false;
        return meet(walk, a, std::move(point));
      case Opcode::jump_if_false:
      case Opcode::jump_if_true: {
        const Value condition = stack.back();
        drop(1);
        const bool wanted = instruction.opcode == Opcode::jump_if_true;
        const bool known = condition != unknown;
        if (!known || truth(values_, condition) == wanted) meet(walk, a, point);
        if (!known || truth(values_, condition) != wanted) next(std::move(point));
        return;
      }
      case Opcode::jump_if_false_keep:
      case Opcode::jump_if_true_keep: {
        const Value condition = stack.back();
        const bool wanted = instruction.opcode == Opcode::jump_if_true_keep;
        const bool known = condition != unknown;
        if (!known || truth(values_, condition) == wanted) meet(walk, a, point);
        drop(1);
        if (!known || truth(values_, condition) != wanted) next(std::move(point));
        return;
      }
      case Opcode::iterate:
        if (stack.back() != unknown && !is_iterable(values_, stack.back())) return;  // raises
        stack.push_back(values_.integer(0));
        return next(std::move(point));
      case Opcode::next_item: {
        const Value iterable = stack[stack.size() - 2];
        const Value index = stack.back();
        Point at_end = point;
        at_end.stack.resize(at_end.stack.size() - 2);
        if (iterable == unknown || index == unknown) {
          meet(walk, a, std::move(at_end));
          stack.back() = unknown;
          stack.push_back(unknown);
          return next(std::move(point));
        }
        const std::int64_t i = values_.as_integer(index);
        const auto item = item_at(values_, iterable, static_cast<std::uint64_t>(i));
        if (!item) return meet(walk, a, std::move(at_end));
        stack.back() = values_.integer(i + 1);
        stack.push_back(*item);
        return next(std::move(point));
      }
      case Opcode::unpack: {
        const Value packed = stack.back();
        drop(1);
        std::vector<Value> items(a, unknown);
        if (packed != unknown && is_iterable(values_, packed)) {
          std::size_t count = 0;
          while (count <= a && item_at(values_, packed, count)) ++count;
          if (count != a) return;  // raises
          for (std::uint32_t i = 0; i < a; ++i) items[i] = *item_at(values_, packed, i);
        }
        stack.insert(stack.end(), items.rbegin(), items.rend());
        return next(std::move(point));
      }
      case Opcode::call: {
        std::vector<Value> arguments(stack.end() - static_cast<std::ptrdiff_t>(instruction.b),
                                     stack.end());
        drop(instruction.b);
        return call(walk, pc, std::move(point), {a}, std::move(arguments));
      }
      case Opcode::call_value: {
        std::vector<Value> arguments(stack.end() - static_cast<std::ptrdiff_t>(instruction.b),
                                     stack.end());
        drop(instruction.b);
        const Value callee = stack.back();
        drop(1);
        return call_of_value(walk, pc, std::move(point), callee, std::move(arguments));
      }
      case Opcode::call_with: {
        const Value packed = stack.back();
        drop(1);
        const Value callee = stack.back();
        drop(1);
        if (packed == unknown) {
          walk.summary.footprint.anything = true;
          return;
        }
        const std::span<const Value> items = values_.items(packed);
        return call_of_value(walk, pc, std::move(point), callee, {items.begin(), items.end()});
      }
      case Opcode::return_value: {
        Summary& summary = walk.summary;
        summary.returns = true;
        summary.taken &= point.taken;
        summary.fused = summary.fused || point.fused;
        return;
      }
      case Opcode::raise:
      case Opcode::reraise:
        return;
      case Opcode::match_exception:
        drop(1);
        stack.push_back(unknown);
        return next(std::move(point));
      case Opcode::atomic_enter:
        ++point.atomic;
        return next(std::move(point));
      case Opcode::atomic_exit:
        if (point.atomic > 0) --point.atomic;
        return next(std::move(point));
      case Opcode::await:
        ++point.atomic;
        point.fused = true;
        return next(std::move(point));
      case Opcode::await_test: {
        drop(1);
        if (point.atomic > 0) --point.atomic;
        next(point);
        point.fused = false;
        return meet(walk, a, std::move(point));
      }
      case Opcode::mark:
        return next(std::move(point));
      case Opcode::load_global:
        stack.push_back(loaded(walk, point, {a}));
        point.fused = fuses_after(pc, point);
        return next(std::move(point));
      case Opcode::store_global:
      case Opcode::update_global:
        add(walk.summary, resources_.of(GlobalId{a}), Mode::write, point.taken);
        if (resources_.is_watched({a})) {
          add(walk.summary, resources_.watched(), Mode::write, point.taken);
        }
        break;
      case Opcode::operate:
        operate(walk, pc, point);
        break;
      case Opcode::perform:
        perform(walk, pc, point);
        break;
      case Opcode::build_exception:
      case Opcode::call_builtin:
      case Opcode::call_method:
        point.fused = false;
        [[fallthrough]];
      default: {
        const StackUse use = stack_use(instruction, false);
        std::vector<Value> operands(stack.end() - static_cast<std::ptrdiff_t>(use.takes),
                                    stack.end());
        drop(use.takes);
        std::optional<Value> made;
        const bool of_thread = instruction.opcode == Opcode::load_attribute ||
                               instruction.opcode == Opcode::store_attribute;
        if (use.leaves == 1 && !of_thread) made = compute(pc, operands);
        for (std::uint32_t i = 0; i < use.leaves; ++i) stack.push_back(made ? *made : unknown);
        return next(std::move(point));
      }
    }
    point.fused = fuses_after(pc, point);
    const StackUse use = stack_use(instruction, false);
    drop(use.takes);
    for (std::uint32_t i = 0; i < use.leaves; ++i) stack.push_back(unknown);
    next(std::move(point));
  }

  // A shared variable that nobody stores is a constant.
  Value loaded(Walk& walk, const Point& point, GlobalId global) {
    if (!all_.stored_[global.index]) {
      return machine_.intern(program_.globals[global.index].initial);
    }
    add(walk.summary, resources_.of(global), Mode::look, point.taken);
    return unknown;
  }

  void call_of_value(Walk& walk, std::uint32_t pc, Point point, Value callee,
                     std::vector<Value> arguments) {
    if (callee == unknown) {
      walk.summary.footprint.anything = true;
      return;
    }
    if (values_.kind(callee) != ValueKind::function) return;  // raises
    call(walk, pc, std::move(point), values_.as_function(callee), std::move(arguments));
  }
  void call(Walk& walk, std::uint32_t pc, Point point, FunctionId function,
            std::vector<Value> arguments) {
    raise(walk, pc, point);
    const Summary& callee = summary(function, std::move(arguments));
    include(walk.summary, callee, point.taken);
    if (!callee.returns) return;
    point.taken |= callee.taken;
    point.fused = callee.fused;
    point.stack.push_back(unknown);
    meet(walk, pc + 1, std::move(point));
  }

  FutureFootprints& all_;
  const Machine& machine_;
  const Program& program_;
  ValueTable& values_;
  const Resources& resources_;
  std::uint64_t visits_ = 0;
  std::uint32_t depth_ = 0;
  bool gave_up_ = false;
  bool may_come_back_ = true;
};

FutureFootprints::FutureFootprints(const Machine& machine, const Resources& resources)
    : machine_(machine),
      resources_(resources),
      lock_number_(machine.program.objects.size(), not_numbered),
      stored_(machine.program.globals.size(), false) {
  const Program& program = machine.program;
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    const ObjectKind kind = program.objects[i].kind;
    if ((kind != ObjectKind::lock && kind != ObjectKind::rlock) || locks_.size() == 64) continue;
    lock_number_[i] = static_cast<std::uint32_t>(locks_.size());
    locks_.push_back({i});
  }
  for (const Instruction& instruction : program.code) {
    if (instruction.opcode == Opcode::store_global || instruction.opcode == Opcode::update_global) {
      stored_[instruction.a] = true;
    }
  }
}
FutureFootprints::~FutureFootprints() = default;

std::uint64_t FutureFootprints::bit_of(ObjectId lock) const {
  const std::uint32_t number = lock_number_[lock.index];
  return number == not_numbered ? 0 : std::uint64_t{1} << number;
}

const Future& FutureFootprints::of(LocalId local) {
  if (frozen_ && (local.index >= of_.size() || of_[local.index] == 0)) throw TableIsFrozen();
  if (local.index >= of_.size()) of_.resize(std::max(machine_.locals().size(), of_.size() * 2), 0);
  if (of_[local.index] == 0) {
    Summary result(resources_);
    Analysis(*this).follow(machine_.locals().get(local), machine_.locals().pending(local), result);
    std::vector<std::uint64_t> content = result.footprint.bits;
    content.push_back(result.footprint.anything ? 1 : 0);
    std::vector<Future::Behind> behind;
    for (const auto& [bit, locks] : result.locks_before) {
      if (locks == 0) continue;
      behind.push_back({bit, locks});
      content.push_back(bit);
      content.push_back(locks);
    }
    const auto [known, added] =
        known_.try_emplace(std::move(content), static_cast<std::uint32_t>(futures_.size()));
    if (added) {
      bytes_ += 2 * known->first.size() * sizeof(std::uint64_t) + sizeof(Future) + 64;
      futures_.push_back({std::move(result.footprint), std::move(behind)});
    }
    of_[local.index] = known->second + 1;
  }
  return futures_[of_[local.index] - 1];
}

std::size_t FutureFootprints::memory_bytes() const {
  return bytes_ + of_.capacity() * sizeof(of_[0]);
}

}  // namespace lockstep
