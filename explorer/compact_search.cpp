// A state is entered when it is found; then it is known where all steps of it lead that are to be
// followed, and those that lead to new states wait. What a step leads to is looked up for all of
// them at once, so that memory is waited for together. By the time a step is taken that has waited,
// its state may have been found elsewhere.
#include "explorer/compact_search.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace lockstep {
namespace {

// Two digits, and never less: "2.8e-08".
std::string rounded_up(double probability) {
  if (probability <= 0) return "0";
  const double unit = std::pow(10, std::floor(std::log10(probability)) - 1);
  char text[32];
  std::snprintf(text, sizeof text, "%.2g", std::ceil(probability / unit) * unit);
  return text;
}

}  // namespace

CompactSearch::CompactSearch(const Machine& machine, Examiner& examiner, Outcomes& outcomes,
                             const ExploreLimits& limits, StubbornSets* reduction,
                             Symmetry* symmetry, Hashing hashing)
    : SearchRecord(machine, examiner, outcomes, limits),
      reduction_(reduction),
      symmetry_(symmetry),
      hashing_(hashing),
      table_(reduction != nullptr),
      known_steps_(machine),
      forced_steps_(machine, examiner) {}

void CompactSearch::run(const std::function<bool()>& go_on) {
  if (symmetry_ != nullptr) find_symmetry(*symmetry_, reduction_, go_on);
  here_ = initial_state(machine_);
  graph.threads_max = thread_count(machine_.program, here_);
  table_.add(hash_of(here_));
  for (enter();;) {
    while (left_.empty()) {
      if (depth_ == 0) return;
      go_up();
    }
    if (!go_on() || !go_down()) return;
  }
}

// False: the limit of states is reached, and this would be one more.
bool CompactSearch::go_down() {
  step_.taken = left_.back();
  left_.pop_back();
  --waiting_;
  step_.steps = std::exchange(next_is_known_, false) ? next_steps_ : take(step_.taken);
  const std::uint64_t hash = hash_of(next_);
  // The beginning of every interleaving is no matter of hashes: the symmetry rests on it.
  const bool is_beginning = depth_ < graph.symmetric_from;
  if (!is_beginning && table_.find(hash) != CompactTable::Found::nothing) return true;
  if (!has_room_beside(states_)) return false;
  table_.add(hash);
  std::swap(step_.left, left_);
  stack_.push(here_, next_, step_);
  std::swap(here_, next_);
  ++depth_;
  steps_ += step_.steps;
  enter();
  return true;
}

void CompactSearch::go_up() {
  if (reduction_ != nullptr) table_.unmark(hash_of(here_));
  stack_.cut(stack_.back(stack_.top(), here_, step_));
  std::swap(step_.left, left_);
  next_is_known_ = false;
  --depth_;
  steps_ -= step_.steps;
  recorded_.resize(std::min<std::size_t>(recorded_.size(), depth_ + 1));
}

// here_ is new.
void CompactSearch::enter() {
  ++states_;
  stats.depth = std::max(stats.depth, steps_);
  enabled(machine_, here_, choices_);
  const std::uint32_t set = examiner_.examine(here_, choices_);
  if (choices_.empty()) note_terminal(here_, set, graph.is_symmetric_behind(depth_));
  if (set != 0) {
    ++graph.shown_beside[set];
    if (known_sets_.size() <= set) known_sets_.resize(set + 1, false);
    if (!known_sets_[set]) number_of_here();
  }
  left_.clear();
  next_is_known_ = false;
  if (choices_.empty()) return;
  const std::span<const Choice> chosen =
      reduction_ != nullptr
          ? reduction_->choose(here_, choices_, depth_, machine_.memoise ? &known_steps_ : nullptr)
          : choices_;
  if (!follow(chosen) && chosen.size() < choices_.size()) {
    rest_.clear();
    std::ranges::copy_if(choices_, std::back_inserter(rest_), [&](const Choice& choice) {
      return std::ranges::find(chosen, choice) == chosen.end();
    });
    follow(rest_);
  }
  waiting_ += left_.size();
}

// Whether a step leads off the way, to a state that is left before this one.
bool CompactSearch::follow(std::span<const Choice> choices) {
  successors_.clear();
  words_.clear();
  for (const Choice& choice : choices) {
    const std::uint32_t steps = take(choice);
    stats.transitions += steps;
    graph.threads_max = std::max(graph.threads_max, thread_count(machine_.program, next_));
    const std::uint64_t hash = hash_of(next_);
    table_.expect(hash);
    successors_.push_back({choice, steps, hash, words_.size(), next_.words.size()});
    words_.insert(words_.end(), next_.words.begin(), next_.words.end());
  }
  const bool is_beginning = depth_ < graph.symmetric_from;
  bool leads_off = is_beginning;
  const Successor* next = nullptr;
  for (auto successor = successors_.rbegin(); successor != successors_.rend(); ++successor) {
    const CompactTable::Found found = table_.find(successor->hash);
    leads_off |= found != CompactTable::Found::marked;
    if (found != CompactTable::Found::nothing && !is_beginning) continue;
    left_.push_back(successor->choice);
    next = &*successor;
  }
  if (next != nullptr) {
    const auto begin = words_.begin() + static_cast<std::ptrdiff_t>(next->words);
    next_.words.assign(begin, begin + static_cast<std::ptrdiff_t>(next->count));
    next_steps_ = next->steps;
    next_is_known_ = true;
  }
  return leads_off;
}

// Makes next_ the state to which the choice leads. Says how many steps that takes.
std::uint32_t CompactSearch::take(const Choice& choice) {
  next_ = here_;
  const auto known = machine_.memoise ? known_steps_.find(here_, choice) : std::nullopt;
  if (known) {  // and what it ends with has been noted
    for (const WordChange& change : known->changes) next_.words[change.word] = change.value;
  } else {
    if (machine_.memoise) {
      known_steps_.take(here_, choice, next_);
    } else {
      step(machine_, next_, choice);
    }
    const std::optional<Ending> ending = new_ending(here_, next_, choice);
    if (ending) graph.endings.emplace(*ending, StateGraph::Step{number_of_here(), choice});
  }
  return 1 + pass_on(next_, depth_);
}

// From the state to which a step has led out of one at this depth, to the one that is kept for it.
// Says how many steps that takes.
std::uint32_t CompactSearch::pass_on(State& state, std::size_t depth) {
  std::uint32_t steps = 0;
  if (reduction_ != nullptr && depth >= graph.symmetric_from) steps = forced_steps_.take(state);
  graph.canonicalise_behind(static_cast<std::uint32_t>(depth), state);
  return steps;
}

// Of here_ in the graph, which gets the whole way.
std::uint32_t CompactSearch::number_of_here() {
  State state = here_;
  std::vector<Choice> taken;
  StateStack::Position at = stack_.top();
  for (std::size_t depth = depth_; depth > 0 && depth >= recorded_.size(); --depth) {
    at = stack_.back(at, state, replayed_);
    taken.push_back(replayed_.taken);
  }
  if (recorded_.empty()) record(state, StateGraph::no_parent);
  for (auto choice = taken.rbegin(); choice != taken.rend(); ++choice) {
    step(machine_, state, *choice);
    pass_on(state, recorded_.size() - 1);
    record(state, recorded_.back());
  }
  return recorded_.back();
}

void CompactSearch::record(const State& state, std::uint32_t parent) {
  const TreeTable::Place place = graph.states.intern(state.words);
  recorded_.push_back(place.id);
  if (!place.added) return;
  graph.add_parent(parent);
  graph.examined = graph.states.size();
  enabled(machine_, state, replayed_choices_);
  const std::uint32_t set = examiner_.examine(state, replayed_choices_);
  if (set == 0) return;
  graph.shown.emplace_back(place.id, set);
  --graph.shown_beside[set];
  known_sets_[set] = true;
}

std::uint64_t CompactSearch::hash_of(const State& state) const {
  const std::uint64_t hash =
      XXH3_64bits_withSeed(state.words.data(), state.words.size() * sizeof(Word), hashing_.seed);
  return hash >> (64 - hashing_.bits) << (64 - hashing_.bits);
}

double CompactSearch::miss_probability() const {
  const auto states = static_cast<double>(states_);
  return std::min(1.0, std::ldexp(states * (states + 1), -static_cast<int>(hashing_.bits) - 1));
}

std::string CompactSearch::reservation() const {
  return "hash compaction: states are known by " + std::to_string(hashing_.bits) +
         " bits of a hash, and one was missed with a probability of at most " +
         rounded_up(miss_probability());
}

void CompactSearch::forget_states() {
  table_ = CompactTable(false);
  stack_ = {};
}

std::size_t CompactSearch::memory_bytes() const {
  return graph.memory_bytes() + table_.memory_bytes() + stack_.memory_bytes() +
         known_steps_.memory_bytes() + recorded_.capacity() * sizeof(recorded_[0]) +
         (reduction_ == nullptr ? 0 : reduction_->memory_bytes());
}

}  // namespace lockstep
