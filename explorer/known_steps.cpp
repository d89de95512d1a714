#include "explorer/known_steps.h"

#include <algorithm>

#include "engine/assert.h"

namespace lockstep {
namespace {

constexpr std::size_t slots_at_first = 64;
// Beyond it everything is forgotten: a program whose steps are all different gains nothing.
constexpr std::size_t steps_max = 1U << 16;
constexpr std::size_t places_max = 1U << 16;

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
  return hash ^ hash >> 32;
}

}  // namespace

void add_looked_at(const Program& program, Operation operation, ObjectId receiver,
                   std::vector<std::uint32_t>& words) {
  const auto add = [&](const ObjectInfo& object) {
    for (std::uint32_t i = 0; i < row(object.kind).words; ++i) words.push_back(object.offset + i);
  };
  const ObjectInfo& object = program.objects[receiver.index];
  add(object);
  if (object.lock) add(program.objects[object.lock->index]);
  // Who has waited for a Condition takes its lock again, and leaves the queue if nobody called.
  if (row(operation).verb != Verb::none) return;
  for (const ObjectInfo& condition : program.objects) {
    if (condition.lock == receiver) add(condition);
  }
}

KnownSteps::KnownSteps(const Machine& machine)
    : machine_(machine),
      resources_(machine.program),
      works_(!machine.program.has_processes),
      place_slots_(slots_at_first, 0),
      step_slots_(slots_at_first, 0),
      its_footprint_(resources_) {}

// The slot of the place, or the free one where it belongs.
std::uint32_t* KnownSteps::place_slot(ThreadId thread, LocalId local) {
  const std::size_t mask = place_slots_.size() - 1;
  std::size_t slot = mix(thread.index, local.index) & mask;
  for (;; slot = (slot + 1) & mask) {
    if (place_slots_[slot] == 0) break;
    const Place& place = places_[place_slots_[slot] - 1];
    if (place.local == local && place.thread == thread.index) break;
  }
  return &place_slots_[slot];
}

bool KnownSteps::fits(std::uint32_t step, const Place& place, const State& state) const {
  const Word* const found = found_.data() + steps_[step].found;
  const std::uint32_t* const words = looked_at_.data() + place.first;
  bool same = found[0] == place.number;
  for (std::uint32_t i = 0; same && i < place.count; ++i) {
    same = found[i + 1] == state.words[words[i]];
  }
  return same;
}

// As place_slot().
std::uint32_t* KnownSteps::step_slot(const Place& place, const State& state) {
  const std::uint32_t* const words = looked_at_.data() + place.first;
  std::uint64_t hash = place.number;
  for (std::uint32_t i = 0; i < place.count; ++i) hash = mix(hash, state.words[words[i]]);
  const std::size_t mask = step_slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (step_slots_[slot] != 0 && !fits(step_slots_[slot] - 1, place, state)) {
    slot = (slot + 1) & mask;
  }
  return &step_slots_[slot];
}

bool KnownSteps::is_last(const State& state, ThreadId thread) const {
  const Program& program = machine_.program;
  for (std::uint32_t i = static_cast<std::uint32_t>(thread_count(program, state)); i-- > 0;) {
    if (i != thread.index && life(program, state, {i}) == Life::alive) return false;
  }
  return true;
}

// Index in steps_ + 1; 0: not known.
std::uint32_t KnownSteps::find_step(const State& state, const Choice& choice) {
  if (!works_ || choice.kind != Choice::Kind::step) return 0;
  const std::uint32_t index =
      *place_slot(choice.thread, local(machine_.program, state, choice.thread));
  if (index == 0) return 0;
  Place& place = places_[index - 1];
  if (!place.is_known || (place.may_end && is_last(state, choice.thread))) return 0;
  if (place.latest == 0 || !fits(place.latest - 1, place, state)) {
    const std::uint32_t known = *step_slot(place, state);
    if (known == 0) return 0;
    place.latest = known;
  }
  return place.latest;
}

std::optional<KnownChanges> KnownSteps::find(const State& state, const Choice& choice) {
  const std::uint32_t index = find_step(state, choice);
  if (index == 0) return std::nullopt;
  ++hits_;
  const Step& its = steps_[index - 1];
  const KnownChanges known{index - 1 + forgotten_, {changes_.data() + its.first, its.count}};
#ifdef LOCKSTEP_AUDIT
  State taken = state, applied = state;
  step(machine_, taken, choice);
  for (const WordChange& change : known.changes) applied.words[change.word] = change.value;
  LOCKSTEP_ASSERT(taken == applied, "a step does what it did when it found the same");
#endif
  return known;
}

KnownSteps::Looked KnownSteps::looked_at(ThreadId thread, LocalId local) {
  const std::uint32_t index = *place_slot(thread, local);
  LOCKSTEP_ASSERT(index != 0, "a step of the thread from there is known");
  const Place& place = places_[index - 1];
  return {std::span(looked_at_).subspan(place.first, place.count), place.may_end};
}

const StepFootprint* KnownSteps::footprint_of(const State& state, const Choice& choice) {
  const std::uint32_t index = find_step(state, choice);
  if (index == 0) return nullptr;
  const StepFootprint& known = footprints_[steps_[index - 1].footprint];
#ifdef LOCKSTEP_AUDIT
  State taken = state;
  performed_.clear();
  step(machine_, taken, choice, performed_);
  its_footprint_.clear();
  its_footprint_.add(machine_.program, resources_, performed_);
  LOCKSTEP_ASSERT(its_footprint_ == known, "a step does what it did when it found the same");
#endif
  return &known;
}

void KnownSteps::take(const State& before, const Choice& choice, State& after) {
  if (!works_ || choice.kind != Choice::Kind::step) {
    step(machine_, after, choice);
    return;
  }
  const LocalId at = local(machine_.program, before, choice.thread);
  if (places_.size() >= places_max || steps_.size() >= steps_max) {
    forget();
    return take(before, choice, after);
  }
  std::uint32_t* const slot = place_slot(choice.thread, at);
  if (*slot != 0 && !places_[*slot - 1].is_known) {
    step(machine_, after, choice);
    return;
  }
  performed_.clear();
  step(machine_, after, choice, performed_);
  ++misses_;
  if (*slot == 0) {
    places_.push_back({choice.thread.index, at, numbers_++});
    *slot = static_cast<std::uint32_t>(places_.size());
    if (places_.size() * 2 > place_slots_.size()) {
      place_slots_.assign(place_slots_.size() * 2, 0);
      for (std::uint32_t i = 0; i < places_.size(); ++i) {
        *place_slot({places_[i].thread}, places_[i].local) = i + 1;
      }
    }
  }
  Place& place = places_[*place_slot(choice.thread, at) - 1];
  if (!find_what_is_looked_at(choice.thread) || before.words.size() != after.words.size()) {
    place.is_known = false;
    return;
  }
  place.may_end = place.may_end || ends_;
  if (place.may_end && is_last(before, choice.thread)) return;
  remember(place, before, after);
}

// Fills words_ and ends_. False: not all is known.
bool KnownSteps::find_what_is_looked_at(ThreadId thread) {
  const Program& program = machine_.program;
  const auto add = [&](std::size_t word, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) words_.push_back(static_cast<std::uint32_t>(word + i));
  };
  words_.clear();
  ends_ = false;
  // The private state is that of the place, and who asks for a name is not known.
  add(threads_offset(program) + thread.index * layout::words_per_thread + state_detail::status_word,
      1);
  for (const Performed& performed : performed_) {
    if (value_detail::tag_of(performed.receiver) == value_detail::tag_object) {
      const ObjectId object{value_detail::payload_of(performed.receiver)};
      if (!is_self_contained(program.objects[object.index].kind)) return false;
      add_looked_at(program, performed.operation, object, words_);
      continue;
    }
    switch (performed.operation) {
      case Operation::load_global:
      case Operation::store_global:
      case Operation::update_global:
        add(layout::globals + performed.operand, 1);
        continue;
      case Operation::thread_end:
        ends_ = true;
        continue;
      default:
        break;
    }
    bool is_of_others = false;
    const bool is_known =
        row(performed.operation).kind == ObjectKind::nothing &&
        touched_without_receiver(resources_, performed.operation,
                                 [&](std::uint32_t, Mode) { is_of_others = true; });
    if (!is_known || is_of_others) return false;
  }
  return true;
}

void KnownSteps::remember(Place& place, const State& before, const State& after) {
  const auto known = std::span(looked_at_).subspan(place.first, place.count);
  const auto is_new = [&](std::uint32_t word) {
    return std::ranges::find(known, word) == known.end();
  };
  if (std::ranges::any_of(words_, is_new)) {
    words_.insert(words_.end(), known.begin(), known.end());
    std::ranges::sort(words_);
    words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
    place.first = static_cast<std::uint32_t>(looked_at_.size());
    place.count = static_cast<std::uint32_t>(words_.size());
    place.number = numbers_++;
    place.latest = 0;
    looked_at_.insert(looked_at_.end(), words_.begin(), words_.end());
  }
  std::uint32_t* const slot = step_slot(place, before);
  if (*slot != 0) return;
  Step step{static_cast<std::uint32_t>(found_.size()), place.count,
            static_cast<std::uint32_t>(changes_.size()), 0, number_of_footprint()};
  found_.push_back(place.number);
  for (const std::uint32_t word : std::span(looked_at_).subspan(place.first, place.count)) {
    found_.push_back(before.words[word]);
  }
  for (std::size_t i = 0; i < before.words.size(); ++i) {
    if (after.words[i] == before.words[i]) continue;
    changes_.push_back({static_cast<std::uint32_t>(i), after.words[i]});
    ++step.count;
  }
  steps_.push_back(step);
  *slot = static_cast<std::uint32_t>(steps_.size());
  if (steps_.size() * 2 > step_slots_.size()) grow_step_slots();
}

// Of performed_.
std::uint32_t KnownSteps::number_of_footprint() {
  its_footprint_.clear();
  its_footprint_.add(machine_.program, resources_, performed_);
  const auto found = std::ranges::find(footprints_, its_footprint_);
  const auto number = static_cast<std::uint32_t>(found - footprints_.begin());
  if (found == footprints_.end()) footprints_.push_back(its_footprint_);
  return number;
}

void KnownSteps::grow_step_slots() {
  step_slots_.assign(step_slots_.size() * 2, 0);
  for (std::uint32_t i = 0; i < steps_.size(); ++i) {
    const auto found = std::span(found_).subspan(steps_[i].found);
    std::uint64_t hash = found[0];
    for (std::uint32_t word = 0; word < steps_[i].words; ++word) hash = mix(hash, found[word + 1]);
    std::size_t slot = hash & (step_slots_.size() - 1);
    while (step_slots_[slot] != 0) slot = (slot + 1) & (step_slots_.size() - 1);
    step_slots_[slot] = i + 1;
  }
}

void KnownSteps::forget() {
  works_ = hits_ > 2 * misses_;
  hits_ = misses_ = 0;
  forgotten_ += static_cast<std::uint32_t>(steps_.size());
  places_.clear();
  looked_at_.clear();
  found_.clear();
  changes_.clear();
  steps_.clear();
  footprints_.clear();
  place_slots_.assign(slots_at_first, 0);
  step_slots_.assign(slots_at_first, 0);
}

std::size_t KnownSteps::memory_bytes() const {
  return places_.capacity() * sizeof(Place) + steps_.capacity() * sizeof(Step) +
         changes_.capacity() * sizeof(WordChange) +
         footprints_.capacity() *
             (sizeof(StepFootprint) + 2 * resources_.words() * sizeof(std::uint64_t)) +
         (place_slots_.capacity() + looked_at_.capacity() + found_.capacity() +
          step_slots_.capacity() + words_.capacity()) *
             sizeof(std::uint32_t) +
         performed_.capacity() * sizeof(Performed);
}

}  // namespace lockstep
