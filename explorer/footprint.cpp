#include "explorer/footprint.h"

namespace lockstep {
namespace {

// Of a step that touches the resource in this mode.
void add_conflicts_with(const Resources& resources, std::uint32_t resource, Mode mode,
                        Footprint& conflicts) {
  const auto add = [&](Mode its) { conflicts.add(footprint_bit(resource, its)); };
  switch (mode) {
    case Mode::take:
    case Mode::write:
      add(Mode::take);
      add(Mode::give);
      add(Mode::look);
      add(Mode::write);
      return;
    case Mode::give:
      if (!resources.only_taker_gives(resource)) add(Mode::give);
      add(Mode::look);
      add(Mode::write);
      return;
    case Mode::look:
      add(Mode::take);
      add(Mode::give);
      add(Mode::write);
      return;
  }
}

// Of a step that leaves a lock as it is, and found it in the hands of its own thread: who wants to
// take it waits before and after.
void add_conflicts_with_held(const Resources& resources, std::uint32_t resource,
                             Footprint& conflicts) {
  if (!resources.only_taker_gives(resource)) {
    conflicts.add(footprint_bit(resource, Mode::give));
    conflicts.add(footprint_bit(resource, Mode::write));
  }
}

}  // namespace

Resources::Resources(const Program& program)
    : globals_(static_cast<std::uint32_t>(program.globals.size())),
      common_(globals_ + static_cast<std::uint32_t>(program.objects.size())),
      own_(size(), false),
      watched_(program.globals.size(), false) {
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    own_[of(ObjectId{i})] = only_owner_releases(program.objects[i].kind);
  }
  own_[ends()] = true;
  for (const Condition& invariant : program.invariants) {
    const Function& function = program.functions[invariant.function.index];
    for (std::uint32_t pc = function.begin; pc < function.end; ++pc) {
      if (program.code[pc].opcode == Opcode::load_global) watched_[program.code[pc].a] = true;
    }
  }
}

bool meet(const Footprint& one, const Footprint& other) {
  if (one.anything || other.anything) return true;
  for (std::size_t i = 0; i < one.bits.size(); ++i) {
    if ((one.bits[i] & other.bits[i]) != 0) return true;
  }
  return false;
}

bool touched_by_thread_verb(const Resources& resources, Verb verb,
                            const std::function<void(std::uint32_t, Mode)>& add) {
  switch (verb) {
    case Verb::start:
      add(resources.starts(), Mode::write);
      add(resources.names(), Mode::look);
      return true;
    case Verb::join:
      add(resources.starts(), Mode::look);
      return true;
    case Verb::is_alive:
    case Verb::ident:
      add(resources.starts(), Mode::look);
      add(resources.ends(), Mode::look);
      return true;
    case Verb::name:
    case Verb::daemon:
      add(resources.names(), Mode::look);
      return true;
    case Verb::set_name:
      add(resources.names(), Mode::write);
      return true;
    case Verb::set_daemon:
      add(resources.names(), Mode::write);
      add(resources.starts(), Mode::look);
      return true;
    case Verb::cancel:
      add(resources.timers(), Mode::write);
      add(resources.starts(), Mode::look);
      add(resources.ends(), Mode::look);
      return true;
    default:
      return false;
  }
}

bool touched_without_receiver(const Resources& resources, Operation operation,
                              const std::function<void(std::uint32_t, Mode)>& add) {
  switch (operation) {
    case Operation::current_thread:
    case Operation::get_ident:
    case Operation::main_thread:
    case Operation::time:
    case Operation::print:
    case Operation::prompt:
    case Operation::sleep:
    case Operation::io:
    case Operation::compute:
    case Operation::yield:
    case Operation::choose:
    case Operation::run_on:
      return true;
    case Operation::thread_create:
    case Operation::timer_create:
      add(resources.created(), Mode::write);
      add(resources.names(), Mode::look);
      return true;
    case Operation::join_all:
      add(resources.starts(), Mode::look);
      add(resources.created(), Mode::look);
      return true;
    case Operation::active_count:
    case Operation::enumerate_threads:
      add(resources.starts(), Mode::look);
      add(resources.ends(), Mode::look);
      add(resources.created(), Mode::look);
      return true;
    case Operation::input:
      add(resources.input(), Mode::write);
      return true;
    case Operation::timer_wait:
      add(resources.timers(), Mode::write);
      return true;
    case Operation::thread_end:
      add(resources.ends(), Mode::give);
      return true;
    default:
      return false;
  }
}

bool is_self_contained(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::lock:
    case ObjectKind::rlock:
    case ObjectKind::semaphore:
    case ObjectKind::bounded_semaphore:
    case ObjectKind::event:
    case ObjectKind::condition:
    case ObjectKind::queue:
    case ObjectKind::lifo_queue:
    case ObjectKind::priority_queue:
    case ObjectKind::simple_queue:
    case ObjectKind::barrier:
    case ObjectKind::file:
    case ObjectKind::local:
      return true;
    default:
      return false;
  }
}

bool is_of_variables(const Program& program, const Condition& condition) {
  const Function& function = program.functions[condition.function.index];
  for (std::uint32_t pc = function.begin; pc < function.end; ++pc) {
    switch (program.code[pc].opcode) {
      case Opcode::operate:
      case Opcode::perform:
      case Opcode::call:
      case Opcode::call_value:
      case Opcode::call_with:
        return false;
      default:
        break;
    }
  }
  return true;
}

bool only_looks(Verb verb) {
  switch (verb) {
    case Verb::locked:
    case Verb::is_set:
    case Verb::qsize:
    case Verb::empty:
    case Verb::full:
    case Verb::n_waiting:
    case Verb::parties:
    case Verb::broken:
      return true;
    default:
      return false;
  }
}

namespace {

// Tells `add(resource, mode)` what a step touches, and `add_held(resource)` of the lock that it
// found in the hands of its own thread. False: it touches more than is known here.
template <class Add, class AddHeld>
bool find_touched(const Program& program, const Resources& resources, const Performed& performed,
                  Add add, AddHeld add_held) {
  const auto add_touch = [&](ObjectId object, Touch touch) {
    const std::uint32_t resource = resources.of(object);
    switch (touch) {
      case Touch::left:
        return add(resource, Mode::look);
      case Touch::changed:
        return add(resource, Mode::write);
      case Touch::taken:
        return add(resource, Mode::take);
      case Touch::given:
        return add(resource, Mode::give);
      case Touch::held:
        return add_held(resource);
    }
  };
  const OperationRow& operation = row(performed.operation);
  if (value_detail::tag_of(performed.receiver) == value_detail::tag_object) {
    const ObjectId object{value_detail::payload_of(performed.receiver)};
    const ObjectInfo& info = program.objects[object.index];
    if (!is_self_contained(info.kind)) return false;
    if (info.kind != ObjectKind::local) add_touch(object, performed.object);
    if (info.lock) add_touch(*info.lock, performed.lock);
    return true;
  }
  switch (performed.operation) {
    case Operation::load_global:
      add(resources.of(GlobalId{performed.operand}), Mode::look);
      return true;
    case Operation::store_global:
    case Operation::update_global:
      if (resources.is_watched({performed.operand})) add(resources.watched(), Mode::write);
      add(resources.of(GlobalId{performed.operand}), Mode::write);
      return true;
    case Operation::await:
      return !performed.asked_only;
    default:
      break;
  }
  const bool is_thread = operation.kind == ObjectKind::thread;
  const bool known = is_thread ? touched_by_thread_verb(resources, operation.verb, add)
                               : operation.kind == ObjectKind::nothing &&
                                     touched_without_receiver(resources, performed.operation, add);
  const bool had_to_wait = performed.asked_only || performed.expired;
  if (had_to_wait && operation.let_go_by == LetGoBy::end) add(resources.ends(), Mode::look);
  return known;
}

}  // namespace

void add_conflicts(const Program& program, const Resources& resources, const Performed& performed,
                   Footprint& conflicts) {
  const bool known = find_touched(
      program, resources, performed,
      [&](std::uint32_t resource, Mode mode) {
        add_conflicts_with(resources, resource, mode, conflicts);
      },
      [&](std::uint32_t resource) { add_conflicts_with_held(resources, resource, conflicts); });
  conflicts.anything = conflicts.anything || !known;
}

void add_touched(const Program& program, const Resources& resources, const Performed& performed,
                 Footprint& touched) {
  const bool known = find_touched(
      program, resources, performed,
      [&](std::uint32_t resource, Mode mode) { touched.add(footprint_bit(resource, mode)); },
      [&](std::uint32_t resource) { touched.add(footprint_bit(resource, Mode::look)); });
  touched.anything = touched.anything || !known;
}

}  // namespace lockstep
