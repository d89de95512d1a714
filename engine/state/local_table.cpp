#include "engine/state/local_table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <deque>

#include "engine/assert.h"

namespace lockstep {

std::optional<Operation> resolve(const Program& program, const ValueTable& values, Verb verb,
                                 Value& receiver) {
  if (values.kind(receiver) == ValueKind::thread) return operation_of(verb, ObjectKind::thread);
  if (values.kind(receiver) == ValueKind::process) return operation_of(verb, ObjectKind::process);
  if (values.kind(receiver) == ValueKind::connection) {
    return operation_of(verb, ObjectKind::connection);
  }
  if (values.kind(receiver) == ValueKind::future) {
    const ObjectKind pool = program.objects[values.as_future(receiver).executor.index].kind;
    return operation_of(verb,
                        pool == ObjectKind::mp_pool ? ObjectKind::pool_result : ObjectKind::future);
  }
  if (values.kind(receiver) != ValueKind::object) return std::nullopt;
  const ObjectInfo& object = program.objects[values.as_object(receiver).index];
  const std::optional<Operation> own = operation_of(verb, object.kind);
  if (own || !object.lock) return own;
  receiver = object_value(*object.lock);
  return operation_of(verb, program.objects[object.lock->index].kind);
}

namespace {

// What an instruction is about to do, and to what.
struct Asked {
  Operation operation;
  Switch switches;
  Value receiver = none_value;  // of Opcode::operate
};

Asked plainly(Operation operation) { return {operation, row(operation).switches}; }

Asked asked_at(const Program& program, const ValueTable& values, const Frame& frame) {
  const Instruction& instruction = program.code[frame.pc];
  switch (instruction.opcode) {
    case Opcode::load_global:
      return plainly(Operation::load_global);
    case Opcode::store_global:
      return plainly(Operation::store_global);
    case Opcode::update_global:
      return plainly(Operation::update_global);
    case Opcode::await:
      return plainly(Operation::await);
    case Opcode::perform:
      return plainly(static_cast<Operation>(instruction.a));
    case Opcode::operate: {
      const auto verb = static_cast<Verb>(instruction.a);
      const Value receiver = frame.stack[frame.stack.size() - instruction.b - 1];
      Value resolved = receiver;
      const std::optional<Operation> operation = resolve(program, values, verb, resolved);
      LOCKSTEP_ASSERT(operation.has_value(), "a thread rests only where the receiver has the verb");
      Asked asked = plainly(*operation);
      asked.receiver = resolved;
      const bool is_with = verb == Verb::enter || verb == Verb::exit;
      if (is_with && values.kind(receiver) == ValueKind::object &&
          has_lock(program.objects[values.as_object(receiver).index].kind)) {
        asked.switches = Switch::py_call;
      }
      return asked;
    }
    default:
      return plainly(Operation::run_on);  // the private run was long enough
  }
}

}  // namespace

Operation operation_at(const Program& program, const ValueTable& values, const Frame& frame) {
  return asked_at(program, values, frame).operation;
}

Switch switches_at(const Program& program, const ValueTable& values, const Frame& frame) {
  return asked_at(program, values, frame).switches;
}

// Equal exceptions of several handlers are as many on the stack.
void forget_handled(Frame& frame) {
  for (std::size_t i = frame.raised.size(); i-- > 0;) {
    const Value exception = frame.raised[i].exception;
    const auto before = frame.raised.begin() + static_cast<std::ptrdiff_t>(i);
    const auto others = std::count_if(frame.raised.begin(), before, [&](const Raised& one) {
      return one.exception == exception;
    });
    const auto kept =
        std::ranges::count(frame.stack, exception) + std::ranges::count(frame.locals, exception);
    if (kept <= others) frame.raised.erase(before);
  }
}

namespace {

constexpr std::uint32_t empty_slot = 0xffffffffU;

// The flags of a LocalState in one word.
constexpr std::uint32_t continues_bit = 1;
constexpr std::uint32_t may_switch_bit = 2;
constexpr std::uint32_t atomic_begun_bit = 4;

void encode(const LocalState& state, std::vector<std::uint32_t>& words) {
  std::size_t size = 9 + state.attributes.size() * 3;
  for (const Frame& frame : state.frames) {
    size += 5 + frame.locals.size() + frame.stack.size() + frame.raised.size() * 2;
  }
  words.clear();
  words.reserve(size);
  words.push_back((state.continues ? continues_bit : 0) | (state.may_switch ? may_switch_bit : 0) |
                  (state.atomic_begun ? atomic_begun_bit : 0));
  words.push_back(state.continues ? static_cast<std::uint32_t>(state.operation) : 0);
  words.push_back(state.continues ? state.receiver.bits : 0);
  words.push_back(state.continues ? state.saved.bits : 0);
  words.push_back(state.atomic_depth);
  words.push_back(state.uncaught.bits);
  words.push_back(state.uncaught_pc);
  words.push_back(static_cast<std::uint32_t>(state.attributes.size()));
  for (const Attribute& attribute : state.attributes) {
    words.push_back(attribute.object.index);
    words.push_back(attribute.name.bits);
    words.push_back(attribute.value.bits);
  }
  words.push_back(static_cast<std::uint32_t>(state.frames.size()));
  for (const Frame& frame : state.frames) {
    words.push_back(frame.function.index);
    words.push_back(frame.pc);
    words.push_back(static_cast<std::uint32_t>(frame.locals.size()));
    words.push_back(static_cast<std::uint32_t>(frame.stack.size()));
    words.push_back(static_cast<std::uint32_t>(frame.raised.size()));
    for (Value value : frame.locals) words.push_back(value.bits);
    for (Value value : frame.stack) words.push_back(value.bits);
    for (const Raised& raised : frame.raised) {
      words.push_back(raised.exception.bits);
      words.push_back(raised.pc);
    }
  }
}
std::vector<std::uint32_t> encode(const LocalState& state) {
  std::vector<std::uint32_t> words;
  encode(state, words);
  return words;
}

LocalState decode(std::span<const std::uint32_t> words) {
  LocalState state;
  state.continues = (words[0] & continues_bit) != 0;
  state.may_switch = (words[0] & may_switch_bit) != 0;
  state.atomic_begun = (words[0] & atomic_begun_bit) != 0;
  if (state.continues) {
    state.operation = static_cast<Operation>(words[1]);
    state.receiver = {words[2]};
    state.saved = {words[3]};
  }
  state.atomic_depth = words[4];
  state.uncaught = {words[5]};
  state.uncaught_pc = words[6];
  std::size_t i = 8;
  state.attributes.resize(words[7]);
  for (Attribute& attribute : state.attributes) {
    attribute = {{words[i]}, {words[i + 1]}, {words[i + 2]}};
    i += 3;
  }
  state.frames.resize(words[i++]);
  for (Frame& frame : state.frames) {
    frame.function = {words[i]};
    frame.pc = words[i + 1];
    const std::size_t locals = words[i + 2];
    const std::size_t stack = words[i + 3];
    frame.raised.resize(words[i + 4]);
    i += 5;
    frame.locals.resize(locals);
    for (Value& value : frame.locals) value = {words[i++]};
    frame.stack.resize(stack);
    for (Value& value : frame.stack) value = {words[i++]};
    for (Raised& raised : frame.raised) {
      raised = {{words[i]}, words[i + 1]};
      i += 2;
    }
  }
  return state;
}

// Whether decode() and pending_of() may read the words, and nothing in them names what there is
// not.
bool is_local_state(const Program& program, const ValueTable& values,
                    std::span<const std::uint32_t> words,
                    const std::function<bool(Value)>& is_value) {
  constexpr std::size_t head = 9;
  if (words.size() < head || words[1] >= operation_count || !is_value({words[2]}) ||
      !is_value({words[3]}) || !is_value({words[5]}) || words[6] > program.code.size()) {
    return false;
  }
  std::size_t at = 8;
  const auto has = [&](std::uint64_t count) { return count <= words.size() - at; };
  if (!has(std::uint64_t{words[7]} * 3 + 1)) return false;
  for (std::uint32_t i = 0; i < words[7]; ++i, at += 3) {
    if (words[at] >= program.objects.size() || !is_value({words[at + 1]}) ||
        !is_value({words[at + 2]})) {
      return false;
    }
  }
  const std::uint32_t frames = words[at++];
  for (std::uint32_t i = 0; i < frames; ++i) {
    if (!has(5)) return false;
    const std::uint32_t function = words[at], pc = words[at + 1];
    const std::uint64_t locals = words[at + 2], stack = words[at + 3], raised = words[at + 4];
    at += 5;
    if (function >= program.functions.size() || pc >= program.code.size() ||
        locals != program.functions[function].locals.size() || !has(locals + stack + raised * 2)) {
      return false;
    }
    for (std::uint64_t j = 0; j < locals + stack; ++j) {
      if (!is_value({words[at + j]})) return false;
    }
    at += locals + stack;
    for (std::uint64_t j = 0; j < raised; ++j, at += 2) {
      if (!is_value({words[at]}) || words[at + 1] >= program.code.size()) return false;
    }
    const Instruction& instruction = program.code[pc];
    if (i + 1 < frames) continue;
    if (stack_use(instruction, false).takes > stack) return false;
    if (instruction.opcode != Opcode::operate) continue;
    if (stack < instruction.b + 1) return false;
    Value receiver{words[at - raised * 2 - instruction.b - 1]};
    if (!resolve(program, values, static_cast<Verb>(instruction.a), receiver)) return false;
  }
  return at == words.size();
}

// `pending`: what it was is forgotten, but for its memory.
void note_pending(const Program& program, const ValueTable& values, const LocalState& state,
                  Pending& pending) {
  std::vector<Value> arguments = std::move(pending.arguments);
  arguments.clear();
  pending = {};
  pending.arguments = std::move(arguments);
  pending.may_switch = state.may_switch;
  pending.in_atomic = state.atomic_depth > 0;
  pending.atomic = pending.in_atomic && state.atomic_begun;
  if (state.frames.empty()) return;  // thread_end
  const Frame& frame = state.frames.back();
  const Instruction& instruction = program.code[frame.pc];
  pending.pc = frame.pc;
  pending.site = instruction.site;
  pending.has_site = true;
  const Asked asked = asked_at(program, values, frame);
  pending.operation = asked.operation;
  pending.switches = asked.switches;
  if (pending.operation == Operation::run_on) return;

  pending.receiver = asked.receiver;
  std::size_t count = stack_use(instruction, false).takes;
  if (instruction.opcode == Opcode::operate) --count;
  pending.arguments.assign(frame.stack.end() - static_cast<std::ptrdiff_t>(count),
                           frame.stack.end());
  if (instruction.opcode == Opcode::load_global || instruction.opcode == Opcode::store_global ||
      instruction.opcode == Opcode::update_global) {
    pending.operand = instruction.a;
    pending.update = instruction.b;
  }
  if (state.continues) {
    pending.operation = state.operation;
    pending.switches = row(state.operation).switches;
    pending.receiver = state.receiver;
    pending.saved = state.saved;
  }
}

std::uint64_t hash_words(std::span<const std::uint32_t> words) {
  return XXH3_64bits(words.data(), words.size_bytes());
}

struct Run {
  std::uint32_t from, kind, value, saved;
  std::uint32_t to;
};

}  // namespace

struct LocalTable::Store {
  struct Entry {
    std::vector<std::uint32_t> words;
    Pending pending;

    // Memory of the usual size is kept for the next one.
    void forget() {
      constexpr std::size_t usual_max = 128;
      if (words.capacity() > usual_max || pending.arguments.capacity() > usual_max) {
        *this = {};
      } else {
        words.clear();
      }
    }
  };
  std::deque<Entry> entries;             // a deque: pending() stays valid
  std::vector<std::uint32_t> forgotten;  // indexes of entries that are free; their words are empty
  std::vector<std::uint32_t> encoded;    // for its memory, while it is not frozen
  std::vector<std::uint32_t> slots;      // open addressing; index of an entry
  std::vector<Run> runs;                 // open addressing; from == empty_slot: free
  std::size_t run_count = 0;
  std::size_t bytes = 0;
  bool frozen = false;

  static std::size_t bytes_of(const Entry& entry) {
    return entry.words.size() * sizeof(std::uint32_t) + sizeof(Entry) +
           entry.pending.arguments.size() * sizeof(Value);
  }

  void grow_slots() { fill_slots(slots.empty() ? 64 : slots.size() * 2); }
  void fill_slots(std::size_t size) {
    std::vector<std::uint32_t> bigger(size, empty_slot);
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      if (entries[i].words.empty()) continue;
      std::size_t slot = hash_words(entries[i].words) & (bigger.size() - 1);
      while (bigger[slot] != empty_slot) slot = (slot + 1) & (bigger.size() - 1);
      bigger[slot] = i;
    }
    slots = std::move(bigger);
  }

  static std::size_t run_hash(std::uint32_t from, std::uint32_t kind, std::uint32_t value,
                              std::uint32_t saved) {
    std::uint64_t x = (std::uint64_t{from} << 32 | value) * 0x9e3779b97f4a7c15ULL;
    x ^= (std::uint64_t{saved} << 32 | kind) * 0xc2b2ae3d27d4eb4fULL;
    x ^= x >> 29;
    x *= 0xbf58476d1ce4e5b9ULL;
    return static_cast<std::size_t>(x ^ (x >> 32));
  }
  Run& run_slot(std::uint32_t from, std::uint32_t kind, std::uint32_t value, std::uint32_t saved) {
    std::size_t slot = run_hash(from, kind, value, saved) & (runs.size() - 1);
    while (runs[slot].from != empty_slot) {
      const Run& run = runs[slot];
      if (run.from == from && run.kind == kind && run.value == value && run.saved == saved) break;
      slot = (slot + 1) & (runs.size() - 1);
    }
    return runs[slot];
  }
  void grow_runs() {
    std::vector<Run> old = std::move(runs);
    runs.assign(old.empty() ? 64 : old.size() * 2, Run{empty_slot, 0, 0, 0, 0});
    for (const Run& run : old) {
      if (run.from != empty_slot) run_slot(run.from, run.kind, run.value, run.saved) = run;
    }
  }
};

namespace {
std::uint32_t kind_word(const Outcome& outcome) {
  return static_cast<std::uint32_t>(outcome.kind) |
         (outcome.kind == Outcome::Kind::next ? static_cast<std::uint32_t>(outcome.then) << 8 : 0);
}
std::uint32_t saved_word(const Outcome& outcome) {
  return outcome.kind == Outcome::Kind::next ? outcome.saved.bits : 0;
}
}  // namespace

LocalTable::LocalTable() : store_(std::make_unique<Store>()) {
  store_->grow_slots();
  store_->grow_runs();
  // Id 0 needs no Program: it has no frame.
  const LocalState ended;
  store_->entries.push_back({encode(ended), Pending{}});
  pendings_.push_back(&store_->entries.back().pending);
  store_->slots[hash_words(store_->entries[0].words) & (store_->slots.size() - 1)] = 0;
}
LocalTable::~LocalTable() = default;
LocalTable::LocalTable(LocalTable&&) noexcept = default;
LocalTable& LocalTable::operator=(LocalTable&&) noexcept = default;

LocalId LocalTable::intern(const Program& program, const ValueTable& values,
                           const LocalState& state) {
  Store& store = *store_;
  std::vector<std::uint32_t> own;
  std::vector<std::uint32_t>& words = store.frozen ? own : store.encoded;
  encode(state, words);
  std::size_t slot = hash_words(words) & (store.slots.size() - 1);
  while (store.slots[slot] != empty_slot) {
    if (store.entries[store.slots[slot]].words == words) return {store.slots[slot]};
    slot = (slot + 1) & (store.slots.size() - 1);
  }
  if (store.frozen) throw TableIsFrozen();
  LOCKSTEP_ASSERT(store.entries.size() < empty_slot, "private states are counted in 32 bits");
  const bool is_new = store.forgotten.empty();
  const auto id =
      is_new ? static_cast<std::uint32_t>(store.entries.size()) : store.forgotten.back();
  if (is_new) {
    store.entries.emplace_back();
    pendings_.push_back(&store.entries.back().pending);
  } else {
    store.forgotten.pop_back();
  }
  Store::Entry& entry = store.entries[id];
  entry.words.assign(words.begin(), words.end());
  note_pending(program, values, state, entry.pending);
  store.bytes += Store::bytes_of(entry);
  store.slots[slot] = id;
  if ((store.entries.size() - store.forgotten.size()) * 2 > store.slots.size()) store.grow_slots();
  return {id};
}

LocalState LocalTable::get(LocalId id) const { return decode(store_->entries[id.index].words); }

std::optional<LocalId> LocalTable::find_run(LocalId from, const Outcome& outcome) const {
  const Run& run =
      store_->run_slot(from.index, kind_word(outcome), outcome.value.bits, saved_word(outcome));
  if (run.from == empty_slot) return std::nullopt;
  return LocalId{run.to};
}

void LocalTable::remember_run(LocalId from, const Outcome& outcome, LocalId to) {
  Run& run =
      store_->run_slot(from.index, kind_word(outcome), outcome.value.bits, saved_word(outcome));
  if (run.from != empty_slot) return;
  if (store_->frozen) throw TableIsFrozen();
  run = {from.index, kind_word(outcome), outcome.value.bits, saved_word(outcome), to.index};
  if (++store_->run_count * 2 > store_->runs.size()) store_->grow_runs();
}

std::vector<LocalTable::Pair> LocalTable::runs() const {
  std::vector<Pair> result;
  result.reserve(store_->run_count);
  for (const Run& run : store_->runs) {
    if (run.from != empty_slot) result.push_back({{run.from}, {run.to}});
  }
  return result;
}

std::vector<LocalTable::StoredRun> LocalTable::stored_runs() const {
  std::vector<StoredRun> result;
  result.reserve(store_->run_count);
  for (const Run& run : store_->runs) {
    if (run.from != empty_slot)
      result.push_back({run.from, run.kind, run.value, run.saved, run.to});
  }
  return result;
}

bool LocalTable::restore(const Program& program, const ValueTable& values, LocalId id,
                         std::span<const std::uint32_t> words,
                         const std::function<bool(Value)>& is_value) {
  if (id.index > store_->entries.size() || !is_local_state(program, values, words, is_value)) {
    return false;
  }
  const LocalState state = decode(words);
  return std::ranges::equal(encode(state), words) && intern(program, values, state) == id;
}

bool LocalTable::restore_run(const StoredRun& run, const std::function<bool(Value)>& is_value) {
  const auto [from, kind, value, saved, to] = run;
  if (from >= store_->entries.size() || to >= store_->entries.size() || !is_value({value}) ||
      !is_value({saved}) || (kind & 0xffU) > static_cast<std::uint32_t>(Outcome::Kind::next) ||
      kind >> 8 >= operation_count) {
    return false;
  }
  Run& slot = store_->run_slot(from, kind, value, saved);
  if (slot.from != empty_slot) return slot.to == to;
  slot = {from, kind, value, saved, to};
  if (++store_->run_count * 2 > store_->runs.size()) store_->grow_runs();
  return true;
}

void LocalTable::forget_all_but(std::span<const LocalId> kept) {
  Store& store = *store_;
  std::vector<bool> stays(store.entries.size());
  stays[0] = true;
  for (const LocalId id : kept) stays[id.index] = true;
  store.forgotten.clear();
  for (std::uint32_t i = static_cast<std::uint32_t>(store.entries.size()); i-- > 0;) {
    if (stays[i]) continue;
    Store::Entry& entry = store.entries[i];
    if (!entry.words.empty()) store.bytes -= Store::bytes_of(entry);
    entry.forget();
    store.forgotten.push_back(i);
  }
  store.fill_slots(store.slots.size());
  if (store.run_count == 0) return;
  store.runs.clear();
  store.run_count = 0;
  store.grow_runs();
}

std::span<const std::uint32_t> LocalTable::words(LocalId id) const {
  return store_->entries[id.index].words;
}

void LocalTable::freeze(bool frozen) { store_->frozen = frozen; }

std::size_t LocalTable::size() const { return store_->entries.size() - store_->forgotten.size(); }

std::size_t LocalTable::memory_bytes() const {
  return store_->bytes + store_->slots.capacity() * sizeof(std::uint32_t) +
         store_->runs.capacity() * sizeof(Run);
}

}  // namespace lockstep
