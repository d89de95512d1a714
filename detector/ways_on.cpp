// The ways are a graph. A vertex is a place where the thread may go on in two ways, or comes back
// to: its frames, with unknown values, and what it has taken since its wait. Between them lies a
// stretch of code that does certain things. `perhaps` is what any stretch does; `surely` the
// greatest solution of "what the stretch does, and what all that may follow have in common", so
// that a loop without an end promises what every turn of it does.
#include "detector/ways_on.h"

#include <algorithm>
#include <span>

#include "engine/interpreter/interpreter.h"
#include "engine/program/lets_go.h"

namespace lockstep {
namespace {

// Stands for any value; no program has so many Listeners.
constexpr Value unknown{0xffffffffU};
constexpr std::size_t vertices_max = 500;
constexpr std::size_t instructions_max = 10'000;
constexpr std::uint32_t taken_max = 4;  // of one object; a loop may take without end

bool is_known(std::span<const Value> values) {
  return std::ranges::find(values, unknown) == values.end();
}

// Whether a private instruction does not care what values it moves.
bool only_moves(Opcode opcode) {
  switch (opcode) {
    case Opcode::constant:
    case Opcode::load_local:
    case Opcode::store_local:
    case Opcode::clear_local:
    case Opcode::pop:
    case Opcode::duplicate:
    case Opcode::duplicate_two:
    case Opcode::swap:
    case Opcode::lift:
    case Opcode::jump:
    case Opcode::call:
    case Opcode::return_value:
    case Opcode::mark:
    case Opcode::atomic_enter:
    case Opcode::atomic_exit:
      return true;
    default:
      return false;
  }
}

}  // namespace

class WaysOn::Walk {
 public:
  Walk(const WaysOn& all, WayOn& result)
      : all_(all),
        machine_(all.machine_),
        program_(all.machine_.program),
        values_(all.machine_.values()),
        result_(result) {}

  void follow(LocalId at) {
    const LocalState local = machine_.locals().get(at);
    const Pending& pending = machine_.locals().pending(at);
    if (row(pending.operation).let_go_by == LetGoBy::put &&
        values_.kind(pending.receiver) == ValueKind::object) {
      const ObjectId queue = values_.as_object(pending.receiver);
      if (!has_feeder(program_.objects[queue.index].kind)) emptied_ = queue;
    }
    vertex({local, {}}, false);
    while (!to_visit_.empty()) {
      const std::size_t next = to_visit_.back();
      to_visit_.pop_back();
      run(next, places_[next]->first.place);
      if (vertices_.size() > vertices_max || instructions_ > instructions_max) {
        result_.complete = false;
        return;
      }
    }
    find_surely();
  }

 private:
  struct Place {
    LocalState local;
    std::map<ObjectId, std::uint32_t> taken;  // since the wait, and not given back
    std::uint32_t owed = 0;  // items taken from emptied_ since that were not called done
  };
  struct Key {
    Place place;
    bool begun;  // the wait has ended
    friend bool operator<(const Key& left, const Key& right) {
      return left.order() < right.order();
    }
    std::vector<std::uint32_t> order() const {
      std::vector<std::uint32_t> words{begun ? 1U : 0U};
      for (const Frame& frame : place.local.frames) {
        words.insert(words.end(), {frame.function.index, frame.pc,
                                   static_cast<std::uint32_t>(frame.stack.size())});
        for (const Value value : frame.locals) words.push_back(value.bits);
        for (const Value value : frame.stack) words.push_back(value.bits);
      }
      words.push_back(static_cast<std::uint32_t>(place.local.attributes.size()));
      for (const Attribute& attribute : place.local.attributes) {
        words.insert(words.end(),
                     {attribute.object.index, attribute.name.bits, attribute.value.bits});
      }
      for (const auto& [object, count] : place.taken) {
        if (count > 0) words.insert(words.end(), {object.index, count});
      }
      words.push_back(place.owed);
      return words;
    }
  };
  struct Vertex {
    std::set<std::uint32_t> does;
    std::vector<std::size_t> next;  // not those that a surprise leads to
  };

  std::size_t vertex(Place place, bool begun) {
    const auto [known, added] = numbers_.try_emplace({std::move(place), begun}, vertices_.size());
    if (added) {
      to_visit_.push_back(vertices_.size());
      places_.push_back(known);
      vertices_.emplace_back();
    }
    return known->second;
  }

  void find_surely() {
    std::vector<std::set<std::uint32_t>> sure(vertices_.size(), result_.perhaps);
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = vertices_.size(); i-- > 0;) {
        std::set<std::uint32_t> common = vertices_[i].does;
        if (!vertices_[i].next.empty()) {
          for (const std::uint32_t one : sure[vertices_[i].next.front()]) {
            if (std::ranges::all_of(vertices_[i].next,
                                    [&](std::size_t next) { return sure[next].contains(one); })) {
              common.insert(one);
            }
          }
        }
        if (common == sure[i]) continue;
        sure[i] = std::move(common);
        changed = true;
      }
    }
    result_.surely = std::move(sure.front());
  }

  void does(std::size_t at, std::uint32_t what) {
    vertices_[at].does.insert(what);
    result_.perhaps.insert(what);
  }

  // Along one stretch, until the ways part or one comes back.
  void run(std::size_t at, Place place) {
    LocalState& local = place.local;
    const auto follows = [&](Place to) {
      const std::size_t next = vertex(std::move(to), true);
      vertices_[at].next.push_back(next);
    };
    while (!local.frames.empty()) {
      if (++instructions_ > instructions_max) return;
      Frame& frame = local.frames.back();
      const Instruction& instruction = program_.code[frame.pc];
      if (row(instruction.opcode).visible) {
        if (!perform(at, place, instruction)) return;
        continue;
      }
      switch (instruction.opcode) {
        case Opcode::loop_back:
          frame.pc = instruction.a;
          return follows(std::move(place));
        case Opcode::await_test:
          frame.stack.pop_back();
          ++frame.pc;
          continue;
        case Opcode::jump_if_false:
        case Opcode::jump_if_true:
        case Opcode::jump_if_false_keep:
        case Opcode::jump_if_true_keep:
        case Opcode::next_item:
          if (operands_known(frame, instruction)) break;
          return part(at, std::move(place), instruction);
        default:
          break;
      }
      const bool is_moved = only_moves(instruction.opcode) || operands_known(frame, instruction);
      if (is_moved && instruction.opcode != Opcode::update_local) {
        Interpreter(machine_, local, nullptr).execute(instruction, frame);
      } else if (!guess(local, instruction)) {
        result_.complete = false;
        return;
      }
    }
  }

  static std::span<const Value> operands(const Frame& frame, const Instruction& instruction) {
    return std::span(frame.stack).last(stack_use(instruction, false).takes);
  }
  // What an instruction looks at without taking it counts too.
  static bool operands_known(const Frame& frame, const Instruction& instruction) {
    switch (instruction.opcode) {
      case Opcode::jump_if_false_keep:
      case Opcode::jump_if_true_keep:
      case Opcode::iterate:
      case Opcode::reraise:
        return frame.stack.back() != unknown;
      case Opcode::next_item:
        return is_known(std::span(frame.stack).last(2));
      case Opcode::match_exception:
        return is_known(std::span(frame.stack).last(2));
      default:
        return is_known(operands(frame, instruction));
    }
  }

  // A jump on an unknown value.
  void part(std::size_t at, Place place, const Instruction& instruction) {
    Place jumps = place;
    Frame& here = place.local.frames.back();
    Frame& there = jumps.local.frames.back();
    there.pc = instruction.a;
    ++here.pc;
    if (instruction.opcode == Opcode::next_item) {
      there.stack.resize(there.stack.size() - 2);
      here.stack.back() = unknown;
      here.stack.push_back(unknown);
    } else {
      here.stack.pop_back();
      const bool keeps = instruction.opcode == Opcode::jump_if_false_keep ||
                         instruction.opcode == Opcode::jump_if_true_keep;
      if (!keeps) there.stack.pop_back();
    }
    const std::size_t next = vertex(std::move(place), true);
    const std::size_t jumped = vertex(std::move(jumps), true);
    vertices_[at].next.push_back(next);
    vertices_[at].next.push_back(jumped);
  }

  // A private instruction on unknown values; false: where it leads is unknown too.
  bool guess(LocalState& local, const Instruction& instruction) {
    Frame& frame = local.frames.back();
    switch (instruction.opcode) {
      case Opcode::call_value:
      case Opcode::call_with:
      case Opcode::raise:
        return false;
      case Opcode::reraise:
        unwind(local);
        return true;
      case Opcode::match_exception:
        frame.stack.back() = unknown;
        ++frame.pc;
        return true;
      case Opcode::iterate:
        frame.stack.push_back(values_.integer(0));
        ++frame.pc;
        return true;
      case Opcode::update_local:
        frame.locals[instruction.a] = unknown;
        break;
      default:
        break;
    }
    const StackUse use = stack_use(instruction, false);
    frame.stack.resize(frame.stack.size() - use.takes);
    frame.stack.insert(frame.stack.end(), use.leaves, unknown);
    ++frame.pc;
    return true;
  }

  // To the handler of an exception of which nothing is known; no frames: nobody catches it.
  void unwind(LocalState& local) const {
    while (!local.frames.empty()) {
      Frame& frame = local.frames.back();
      for (const ExceptionRange& range : program_.functions[frame.function.index].handlers) {
        if (frame.pc < range.begin || frame.pc >= range.end) continue;
        frame.stack.resize(range.depth);
        forget_handled(frame);
        frame.stack.push_back(unknown);
        frame.pc = range.handler;
        return;
      }
      local.frames.pop_back();
    }
    local.attributes.clear();
  }

  // A visible instruction; false: the stretch ends here.
  bool perform(std::size_t at, Place& place, const Instruction& instruction) {
    LocalState& local = place.local;
    // What the operation at hand has done before it came to wait is done.
    const bool resumes = std::exchange(local.continues, false);
    Place raises = place;
    unwind(raises.local);
    // Nothing follows from it: a thread that ends lets nobody go but those who join it.
    if (!raises.local.frames.empty()) vertex(std::move(raises), true);

    Frame& frame = local.frames.back();
    Value gives = unknown;
    switch (instruction.opcode) {
      case Opcode::load_global:
        if (!all_.stored_[instruction.a]) {
          gives = machine_.intern(program_.globals[instruction.a].initial);
        }
        break;
      case Opcode::store_global:
      case Opcode::update_global:
        does(at, all_.number(GlobalId{instruction.a}));
        break;
      case Opcode::operate:
        if (!operate(at, place, frame.pc, resumes, gives)) return false;
        break;
      case Opcode::perform:
        switch (static_cast<Operation>(instruction.a)) {
          case Operation::executors_exit:
          case Operation::os_exit:
          case Operation::atexit_register:
            result_.complete = false;
            break;
          default:
            break;
        }
        break;
      default:
        break;
    }
    const StackUse use = stack_use(instruction, false);
    frame.stack.resize(frame.stack.size() - use.takes);
    if (use.leaves > 0) frame.stack.push_back(gives);
    ++frame.pc;
    return true;
  }

  // False: it raises an exception, of which nothing follows.
  bool operate(std::size_t at, Place& place, std::uint32_t pc, bool resumes, Value& gives) {
    const Frame& frame = place.local.frames.back();
    const Instruction& instruction = program_.code[pc];
    const auto verb = static_cast<Verb>(instruction.a);
    const std::span<const Value> arguments = std::span(frame.stack).last(instruction.b);
    const Value receiver = frame.stack[frame.stack.size() - instruction.b - 1];
    switch (verb) {
      case Verb::start:
      case Verb::submit:
      case Verb::create_pool:
      case Verb::cancel:
      case Verb::terminate:
      case Verb::kill:
        result_.complete = false;
        return true;
      default:
        break;
    }
    if (receiver == unknown) {
      // Which it is, is not known: it lets go each of them perhaps and none surely.
      if (!resumes) {
        for_each_receiver(program_, pc, verb, [&](ObjectId object) {
          for_each_deed(verb, object, [&](std::uint32_t what) { result_.perhaps.insert(what); });
        });
      }
      return true;
    }
    Value resolved = receiver;
    if (!resolve(program_, values_, verb, resolved)) return false;
    std::optional<ObjectId> object;
    if (values_.kind(resolved) == ValueKind::object) object = values_.as_object(resolved);
    if (values_.kind(resolved) == ValueKind::connection) {
      object = values_.as_connection(resolved).listener;
    }
    if (!object) return true;
    const bool for_ever = std::ranges::all_of(
        arguments, [](Value value) { return value == none_value || value == true_value; });
    if (for_ever && (verb == Verb::acquire || verb == Verb::wait)) gives = true_value;
    if (takes(verb, *object)) {
      add_one(place.taken[*object]);
      if (verb == Verb::get && object == emptied_) add_one(place.owed);
    } else if (verb == Verb::task_done && object == emptied_ && place.owed > 0) {
      --place.owed;
    } else if (gives_back(verb, *object) && place.taken[*object] >= given_by(verb, arguments)) {
      place.taken[*object] -= given_by(verb, arguments);
    } else if (!resumes) {
      for_each_deed(verb, *object, [&](std::uint32_t what) { does(at, what); });
      return true;
    }
    // Room is made by whoever takes an item.
    if (!resumes && verb == Verb::get) {
      for_each_deed(verb, *object, [&](std::uint32_t what) { does(at, what); });
    }
    return true;
  }

  static void add_one(std::uint32_t& count) { count = std::min(count + 1, taken_max); }

  // How many permits or items.
  std::uint32_t given_by(Verb verb, std::span<const Value> arguments) const {
    const bool has_number = verb == Verb::release && !arguments.empty() &&
                            arguments[0] != unknown &&
                            values_.kind(arguments[0]) == ValueKind::integer;
    if (!has_number) return 1;
    const std::int64_t number = values_.as_integer(arguments[0]);
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(number, 1, taken_max + 1));
  }

  bool is_lock_or_semaphore(ObjectId object) const {
    const std::span<const LetGoBy> waits = waits_of(program_.objects[object.index].kind);
    return waits.size() == 1 && waits.front() == LetGoBy::release;
  }
  bool takes(Verb verb, ObjectId object) const {
    if (verb == Verb::get) return true;
    return (verb == Verb::acquire || verb == Verb::enter) && is_lock_or_semaphore(object);
  }
  bool gives_back(Verb verb, ObjectId object) const {
    if (verb == Verb::put) return true;
    return (verb == Verb::release || verb == Verb::exit) && is_lock_or_semaphore(object);
  }

  // Calls `visit` with the numbers of the waits that doing it ends.
  template <class Visit>
  void for_each_deed(Verb verb, ObjectId object, Visit visit) const {
    const ObjectInfo& info = program_.objects[object.index];
    if (verb == Verb::wait && info.lock) {
      visit(*all_.number(*info.lock, LetGoBy::release));
      if (const auto wake = all_.number(object, LetGoBy::wake)) visit(*wake);
    }
    for (const LetsGo& row : lets_go) {
      // What is put into a queue with a feeder is put again by that.
      const bool is_fed = row.verb == Verb::feed && verb == Verb::put && has_feeder(info.kind);
      if (row.verb != verb && !is_fed) continue;
      if (const auto what = all_.number(object, row.by)) visit(*what);
    }
  }

  const WaysOn& all_;
  const Machine& machine_;
  const Program& program_;
  ValueTable& values_;
  WayOn& result_;
  std::optional<ObjectId> emptied_;  // the queue for an item of which it waits: there is none in it
  std::vector<Vertex> vertices_;
  std::map<Key, std::size_t> numbers_;
  std::vector<std::map<Key, std::size_t>::const_iterator> places_;  // index = vertex
  std::vector<std::size_t> to_visit_;
  std::size_t instructions_ = 0;
};

WaysOn::WaysOn(const Machine& machine)
    : machine_(machine),
      wait_numbers_(machine.program),
      stored_(machine.program.globals.size(), false) {
  for (const Instruction& instruction : machine.program.code) {
    if (instruction.opcode == Opcode::store_global || instruction.opcode == Opcode::update_global) {
      stored_[instruction.a] = true;
    }
  }
}

const WayOn& WaysOn::of(LocalId local) {
  const auto [known, added] = known_.try_emplace(local);
  if (added) Walk(*this, known->second).follow(local);
  return known->second;
}

std::optional<std::uint32_t> WaysOn::number(ObjectId object, LetGoBy by) const {
  return wait_numbers_.of(object, by);
}

}  // namespace lockstep
