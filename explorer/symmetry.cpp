#include "explorer/symmetry.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "explorer/counting.h"

namespace lockstep {
namespace {

// What the words of an object are, a letter each: the owner's number + 1, a queue or a set of
// threads, a value of the program, a number. Null: not known here.
const char* words_of(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::lock:
      return "o";
    case ObjectKind::rlock:
      return "on";
    case ObjectKind::semaphore:
    case ObjectKind::bounded_semaphore:
      return "nq";
    case ObjectKind::event:
      return "ns";
    case ObjectKind::condition:
      return "q";
    case ObjectKind::queue:
    case ObjectKind::lifo_queue:
    case ObjectKind::priority_queue:
      return "vnqqsn";
    case ObjectKind::simple_queue:
      return "v";
    case ObjectKind::barrier:
      return "nno";
    case ObjectKind::file:
      return "v";
    case ObjectKind::local:
      return "";
    default:
      return nullptr;
  }
}

// Numbers for the places of a queue; a set is one place.
constexpr std::uint64_t places_per_word = std::uint64_t{1} << 32;

}  // namespace

Symmetry::Symmetry(const Machine& machine) : machine_(machine) {
  works_ = !tells_threads_apart() && add_words_of_objects();
}

bool Symmetry::tells_threads_apart() const {
  if (machine_.program.has_processes) return true;
  return std::ranges::any_of(machine_.program.code, [](const Instruction& instruction) {
    if (instruction.opcode != Opcode::perform) return false;
    const auto operation = static_cast<Operation>(instruction.a);
    return operation == Operation::current_thread || operation == Operation::get_ident ||
           operation == Operation::enumerate_threads;
  });
}

bool Symmetry::add_words_of_objects() {
  for (const ObjectInfo& object : machine_.program.objects) {
    const char* its = words_of(object.kind);
    if (its == nullptr) return false;
    for (std::uint32_t word = object.offset; *its != 0; ++its, ++word) {
      switch (*its) {
        case 'o':
          namings_.push_back({Naming::As::owner, word});
          break;
        case 'q':
          namings_.push_back({Naming::As::queue, word});
          break;
        case 's':
          namings_.push_back({Naming::As::set, word});
          break;
        case 'v':
          other_values_.push_back(word);
          break;
        default:
          break;
      }
    }
  }
  return true;
}

void Symmetry::find_mentioned(Value value, std::vector<bool>& mentioned) const {
  switch (machine_.values().kind(value)) {
    case ValueKind::thread: {
      const std::uint32_t thread = machine_.values().as_thread(value).index;
      if (thread < mentioned.size()) mentioned[thread] = true;
      break;
    }
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict:
    case ValueKind::exception:
      for (const Value item : machine_.values().items(value)) find_mentioned(item, mentioned);
      break;
    default:
      break;
  }
}

// Index = thread: whether the code has its handle, or somebody could hand it on.
std::vector<bool> Symmetry::mentioned_in(const State& state) const {
  const Program& program = machine_.program;
  std::vector<bool> mentioned(thread_count(program, state), false);
  const auto add = [&](Value value) { find_mentioned(value, mentioned); };
  for (const Value constant : machine_.constants) add(constant);
  for (std::uint32_t i = 0; i < program.globals.size(); ++i) add(global(state, {i}));
  for (const std::uint32_t word : other_values_) add({state.words[word]});
  for (std::uint32_t i = 0; i < mentioned.size(); ++i) {
    const LocalState its = machine_.locals().get(local(program, state, {i}));
    for (const Frame& frame : its.frames) {
      std::ranges::for_each(frame.locals, add);
      std::ranges::for_each(frame.stack, add);
    }
    for (const Attribute& attribute : its.attributes) add(attribute.value);
    add(its.receiver);
    add(its.saved);
    add(its.uncaught);
  }
  for (const Naming& naming : namings_) {
    const Word word = state.words[naming.word];
    if (naming.as != Naming::As::owner) {
      add({word});
    } else if (word != 0) {
      mentioned[word - 1] = true;
    }
  }
  return mentioned;
}

Symmetry::Classes Symmetry::classes_in(const State& state, std::uint64_t more_than) const {
  if (!works_) return {};
  const Program& program = machine_.program;
  std::map<std::pair<Word, Word>, std::vector<std::uint32_t>> alike;
  for (std::uint32_t i = 1; i < thread_count(program, state); ++i) {
    if (life(program, state, {i}) != Life::alive) continue;
    const std::size_t at = threads_offset(program) + i * layout::words_per_thread;
    alike[{state.words[at], state.words[at + 1]}].push_back(i);
  }
  Classes classes;
  for (auto& [key, threads] : alike) {
    if (threads.size() > 1) classes.push_back(std::move(threads));
  }
  if (pairs(classes) <= more_than) return {};
  const std::vector<bool> mentioned = mentioned_in(state);
  for (std::vector<std::uint32_t>& threads : classes) {
    std::erase_if(threads, [&](std::uint32_t thread) { return mentioned[thread]; });
  }
  std::erase_if(classes, [](const auto& threads) { return threads.size() < 2; });
  if (pairs(classes) <= more_than) return {};
  std::ranges::sort(classes);
  return classes;
}

std::uint64_t Symmetry::pairs(const Classes& classes) {
  return std::accumulate(classes.begin(), classes.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const std::vector<std::uint32_t>& threads) {
                           return sum + threads.size() * (threads.size() - 1) / 2;
                         });
}

void Symmetry::set_classes(Classes classes) {
  classes_ = std::move(classes);
  before_.clear();
  for (const std::vector<std::uint32_t>& threads : classes_) {
    if (threads.back() >= before_.size()) before_.resize(threads.back() + 1, 0);
    for (std::size_t i = 1; i < threads.size(); ++i) before_[threads[i]] = threads[i - 1];
  }
}

// MainThread, number 0, is like nobody.
std::optional<std::uint32_t> Symmetry::alike_before(const State& state, std::uint32_t thread) {
  const std::uint32_t before = thread < before_.size() ? before_[thread] : 0;
  if (before == 0) return std::nullopt;
  const std::size_t first = threads_offset(machine_.program);
  const std::size_t one = first + before * layout::words_per_thread;
  const std::size_t other = first + thread * layout::words_per_thread;
  if (state.words[one] != state.words[other] || state.words[one + 1] != state.words[other + 1]) {
    return std::nullopt;
  }
  find_namings(state);
  if (named_by_[before] != named_by_[thread]) return std::nullopt;
  return before;
}

std::vector<std::uint32_t> Symmetry::class_of(std::uint32_t thread) const {
  for (const std::vector<std::uint32_t>& threads : classes_) {
    if (std::ranges::binary_search(threads, thread)) return threads;
  }
  return {thread};
}

// Where each thread is named, as numbers that do not depend on the threads' own.
void Symmetry::find_namings(const State& state) {
  const std::size_t threads = thread_count(machine_.program, state);
  if (named_by_.size() < threads) named_by_.resize(threads);
  for (std::vector<std::uint64_t>& places : named_by_) places.clear();
  std::uint64_t first = 0;
  for (const Naming& naming : namings_) {
    const Word word = state.words[naming.word];
    first += places_per_word;
    if (word == 0) continue;
    if (naming.as == Naming::As::owner) {
      named_by_[word - 1].push_back(first);
      continue;
    }
    std::uint64_t place = first;
    for (const Value handle : machine_.values().items({word})) {
      named_by_[thread_of_handle(handle)->index].push_back(place);
      if (naming.as == Naming::As::queue) ++place;
    }
  }
}

bool Symmetry::is_like(const Member& one, const Member& other) const {
  return one.local == other.local && one.status == other.status &&
         named_by_[one.thread] == named_by_[other.thread];
}

void Symmetry::sort(const State& state, const std::vector<std::uint32_t>& threads,
                    ThreadMask marked) {
  members_.clear();
  const std::size_t first = threads_offset(machine_.program);
  for (const std::uint32_t thread : threads) {
    const std::size_t at = first + thread * layout::words_per_thread;
    members_.push_back(
        {state.words[at], state.words[at + 1], thread, (marked & mask_of({thread})) != 0});
  }
  // Threads that are alike in all that counts stay as they are, so that nothing moves in vain.
  const auto is_before = [&](const Member& one, const Member& other) {
    if (one.local != other.local) return one.local < other.local;
    if (one.status != other.status) return one.status < other.status;
    if (named_by_[one.thread] != named_by_[other.thread]) {
      return named_by_[one.thread] < named_by_[other.thread];
    }
    if (one.marked != other.marked) return one.marked;
    return one.thread < other.thread;
  };
  std::ranges::sort(members_, is_before);
}

ThreadMask Symmetry::canonicalise(State& state, ThreadMask marked) {
  find_namings(state);
  from_.resize(thread_count(machine_.program, state));
  std::iota(from_.begin(), from_.end(), 0U);
  bool moves = false;
  for (const std::vector<std::uint32_t>& threads : classes_) {
    sort(state, threads, marked);
    for (std::size_t i = 0; i < threads.size(); ++i) {
      moves = moves || threads[i] != members_[i].thread;
      from_[threads[i]] = members_[i].thread;
    }
  }
  if (!moves) return marked;
  permute(state, from_);
  if (marked == 0) return 0;
  ThreadMask renamed = 0;
  for (std::uint32_t i = 0; i < from_.size(); ++i) {
    if ((marked & mask_of({from_[i]})) != 0) renamed |= mask_of({i});
  }
  return renamed;
}

void Symmetry::permute(State& state, std::span<const std::uint32_t> from) {
  const std::size_t first = threads_offset(machine_.program);
  rows_.assign(state.words.begin() + static_cast<std::ptrdiff_t>(first), state.words.end());
  std::vector<std::uint32_t> to(from.size());
  for (std::uint32_t thread = 0; thread < from.size(); ++thread) {
    to[from[thread]] = thread;
    const std::size_t at = thread * layout::words_per_thread;
    const std::size_t its = from[thread] * layout::words_per_thread;
    state.words[first + at] = rows_[its];
    state.words[first + at + 1] = rows_[its + 1];
  }
  for (const Naming& naming : namings_) {
    Word& word = state.words[naming.word];
    if (word == 0) continue;
    if (naming.as == Naming::As::owner) {
      word = to[word - 1] + 1;
      continue;
    }
    handles_.clear();
    for (const Value handle : machine_.values().items({word})) {
      handles_.push_back(thread_value({to[thread_of_handle(handle)->index]}));
    }
    if (naming.as == Naming::As::set) std::ranges::sort(handles_);
    word = machine_.values().tuple(handles_).bits;
  }
}

std::uint64_t Symmetry::orbit_size(const State& state) {
  find_namings(state);
  std::uint64_t size = 1;
  for (const std::vector<std::uint32_t>& threads : classes_) {
    sort(state, threads, 0);
    std::uint64_t left = members_.size();
    for (std::size_t begin = 0, end = 0; begin < members_.size(); begin = end) {
      while (end < members_.size() && is_like(members_[begin], members_[end])) ++end;
      size = saturated_product(size, ways_to_choose(end - begin, left));
      left -= end - begin;
    }
  }
  return size;
}

}  // namespace lockstep
