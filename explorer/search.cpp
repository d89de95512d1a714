// Breadth first. States are numbered as they are found, and they are followed in that order: the
// table of states is the queue. Everything that is asked of a state is asked when its turn comes,
// so that what a limit has cut off is neither counted nor judged.
#include "explorer/search.h"

#include <algorithm>
#include <optional>

#include "explorer/shortest.h"

namespace lockstep {
namespace {

// Steps at the beginning of a program, among which threads are looked for that are alike.
constexpr std::uint32_t beginning_max = 1000;

}  // namespace

// States that everybody comes by at the beginning lead to all others. Which threads can change
// places is asked of each of them: of the last thread of a class that is created, usually.
void Search::find_symmetry(const std::function<bool()>& go_on) {
  State state = initial_state(machine_);
  std::vector<Choice> choices;
  Symmetry::Classes best;
  for (std::uint32_t depth = 0; depth < beginning_max && go_on(); ++depth) {
    Symmetry::Classes classes = symmetry_->classes_in(state, Symmetry::pairs(best));
    if (!classes.empty()) {
      best = std::move(classes);
      graph.symmetric_from = depth;
    }
    enabled(machine_, state, choices);
    const std::span<const Choice> chosen =
        reduction_ != nullptr ? reduction_->choose(state, choices, depth) : choices;
    if (chosen.size() != 1) break;
    step(machine_, state, chosen.front());
  }
  if (best.empty()) return;
  symmetry_->set_classes(std::move(best));
  graph.symmetry = symmetry_;
}

void Search::run(const std::function<bool()>& go_on) {
  if (symmetry_ != nullptr) find_symmetry(go_on);
  const State initial = initial_state(machine_);
  graph.threads_max = thread_count(machine_.program, initial);
  add({graph.states.ask(initial.words), 0}, StateGraph::no_parent);
  while (follow_new(go_on) && reduction_ != nullptr && follow_the_ignored()) {
  }
}

// False: a limit was reached.
bool Search::follow_new(const std::function<bool()>& go_on) {
  State state;
  std::vector<Choice> choices;
  for (; graph.examined < graph.states.size(); ++graph.examined) {
    if (!go_on()) return false;
    graph.states.read(graph.examined, state.words);
    enabled(machine_, state, choices);
    examine(graph.examined, state, choices);
    const std::uint64_t depth = depth_of(graph.examined);
    stats.depth = std::max(stats.depth, depth);
    // Others may be less deep. (With a reduction nothing is known of depths, and there is no
    // limit.)
    if (!choices.empty() && is_too_deep(depth)) continue;
    if (reduction_ == nullptr) {
      if (!follow(state, graph.examined, choices)) return false;
      continue;
    }
    const std::span<const Choice> chosen = reduction_->choose(state, choices, depth);
    if (!follow(state, graph.examined, chosen)) return false;
    edges_.end.push_back(edges_.to.size());
  }
  return true;
}

bool Search::follow(const State& state, std::uint32_t id, std::span<const Choice> choices) {
  found_.clear();
  const bool is_plain = reduction_ == nullptr && !graph.is_symmetric_behind(id);
  for (const Choice& choice : choices) {
    const auto known = machine_.memoise ? steps_.find(state, choice) : std::nullopt;
    ++stats.transitions;
    if (known && is_plain) {  // and what it ends with has been noted
      found_.push_back({graph.states.ask(id, *known), 1});
      continue;
    }
    next_ = state;
    if (known) {
      for (const WordChange& change : known->changes) next_.words[change.word] = change.value;
    } else if (machine_.memoise) {
      steps_.take(state, choice, next_);
    } else {
      step(machine_, next_, choice);
    }
    note_ending(id, state, next_, choice);
    const std::uint32_t passed = pass_through(id);
    stats.transitions += passed;
    graph.canonicalise_behind(id, next_);
    graph.threads_max = std::max(graph.threads_max, thread_count(machine_.program, next_));
    found_.push_back({graph.states.ask(next_.words), 1 + passed});
  }
  for (Found& found : found_) graph.states.look(found.asked);
  return std::ranges::all_of(found_, [&](const Found& found) { return add(found, id); });
}

// With a reduction states are not kept in which one thing can happen and nothing is wrong: takes
// next_, to which a step of state `from` led, to the next that is. Says how many steps that took.
std::uint32_t Search::pass_through(std::uint32_t from) {
  if (reduction_ == nullptr || from < graph.symmetric_from) return 0;
  std::uint32_t steps = 0;
  for (; steps < StateGraph::passed_max; ++steps) {
    if (!only_one_can_move(next_)) break;
    enabled(machine_, next_, choices_);
    if (choices_.size() != 1 || examiner_.examine(next_, choices_) != 0) break;
    const Choice choice = choices_.front();
    after_ = next_;
    step(machine_, after_, choice);
    if (ending_of(machine_, examiner_.facts(), next_, after_, choice.thread)) break;
    std::swap(next_, after_);
  }
  return steps;
}

// A quick answer, wrong only if it says no: beside a thread in an atomic section nobody can.
bool Search::only_one_can_move(const State& state) const {
  const Program& program = machine_.program;
  std::uint32_t able = 0;
  // From the last thread on: MainThread most often waits for all others.
  for (auto i = static_cast<std::uint32_t>(thread_count(program, state)); i-- > 0 && able < 2;) {
    const bool moves = life(program, state, {i}) == Life::alive &&
                       readiness(machine_, state, {i}) != Readiness::blocked;
    able += moves ? 1 : 0;
  }
  return able < 2;
}

// False: the limit of states is reached, and this would be one more.
bool Search::add(const Found& found, std::uint32_t parent) {
  if (!has_room_for(found.asked)) return false;
  const TreeTable::Place place = graph.states.answer(found.asked);
  if (place.added) {
    graph.add_parent(parent);
    if (reduction_ != nullptr) {
      depths_.push_back(parent == StateGraph::no_parent ? 0 : depths_[parent] + found.steps);
    }
  }
  if (reduction_ != nullptr && parent != StateGraph::no_parent) {
    const bool is_later = parent < graph.examined;
    (is_later ? later_edges_[parent] : edges_.to).push_back(place.id);
    if (is_later) ++later_edge_count_;
  }
  return true;
}

// Without a reduction the states come level by level; with one they do at first.
std::uint64_t Search::depth_of(std::uint32_t id) {
  if (reduction_ != nullptr) return depths_[id];
  if (id == level_end_) {
    ++level_;
    level_end_ = graph.states.size();
  }
  return level_;
}

// Where nothing leads out of a part of the graph that has a cycle, a thread that could go on in
// all its states may never have been followed: the sets may leave it out for ever. Its steps are
// followed now. (The condition S of Valmari, "Stubborn sets for reduced state space generation",
// 1989: with it all that can happen to any thread happens somewhere in the reduced graph.)
bool Search::follow_the_ignored() {
  bool any = false;
  const Edges all = edges();
  for (const std::vector<std::uint32_t>& component : final_components(all)) {
    any = follow_the_ignored(component, all) || any;
    if (!cut_short.empty()) return false;
  }
  return any;
}

bool Search::follow_the_ignored(const std::vector<std::uint32_t>& component, const Edges& all) {
  State state;
  std::vector<Choice> choices;
  std::vector<bool> able(graph.threads_max, false), followed(graph.threads_max, false);
  for (const std::uint32_t id : component) {
    graph.states.read(id, state.words);
    enabled(machine_, state, choices);
    const std::span<const std::uint32_t> to = all.of(id);
    bool all_followed = true;
    for (const Choice& choice : choices) {
      able[choice.thread.index] = true;
      next_ = state;
      step(machine_, next_, choice);
      pass_through(id);
      graph.canonicalise_behind(id, next_);
      const std::optional<std::uint32_t> next = graph.states.find(next_.words);
      if (next && std::ranges::find(to, *next) != to.end()) {
        followed[choice.thread.index] = true;
      } else {
        all_followed = false;
      }
    }
    if (all_followed) return false;
  }
  // With a symmetry the number of a thread is another's in the next state.
  if (graph.symmetry == nullptr && able == followed) return false;
  for (std::uint32_t i = 0; i < followed.size(); ++i) {
    if (followed[i]) reduction_->put_off({i});
  }
  const std::uint32_t id = *std::ranges::min_element(component);
  graph.states.read(id, state.words);
  enabled(machine_, state, choices);
  follow(state, id, choices);
  return true;
}

// As far as they have been followed.
Edges Search::edges() const {
  if (later_edges_.empty()) return edges_;
  Edges all;
  for (std::uint32_t id = 0; id < edges_.end.size(); ++id) {
    const std::span<const std::uint32_t> first = edges_.of(id);
    all.to.insert(all.to.end(), first.begin(), first.end());
    if (const auto later = later_edges_.find(id); later != later_edges_.end()) {
      all.to.insert(all.to.end(), later->second.begin(), later->second.end());
    }
    all.end.push_back(all.to.size());
  }
  return all;
}

// Without a reduction they are not kept, because that would cost more than the states.
Edges Search::edges_again(const std::function<bool(std::uint64_t)>& go_on) {
  Edges all;
  State state;
  std::vector<Choice> choices;
  for (std::uint32_t id = 0; id < graph.examined; ++id) {
    if (!go_on(all.memory_bytes())) return {};
    graph.states.read(id, state.words);
    enabled(machine_, state, choices);
    for (const Choice& choice : choices) {
      next_ = state;
      step(machine_, next_, choice);
      graph.canonicalise_behind(id, next_);
      all.to.push_back(*graph.states.find(next_.words));
    }
    all.end.push_back(all.to.size());
  }
  return all;
}

std::optional<std::vector<bool>> Search::settled(const std::function<bool(std::uint64_t)>& go_on) {
  const Edges all = reduction_ != nullptr ? edges() : edges_again(go_on);
  if (all.end.size() < graph.states.size()) return std::nullopt;
  std::vector<bool> result(all.end.size(), false);
  for (const std::vector<std::uint32_t>& component : final_components(all)) {
    for (const std::uint32_t id : component) result[id] = true;
  }
  State state;
  for (const auto& [id, set] : graph.shown) {
    if (result[id]) continue;
    graph.states.read(id, state.words);
    result[id] = all.of(id).empty() || ends_others(state);
  }
  return result;
}

// Whether a step ends threads that do not take it: that of a process ends its daemons.
bool Search::ends_others(const State& state) {
  const Program& program = machine_.program;
  std::vector<Choice> choices;
  enabled(machine_, state, choices);
  return std::ranges::any_of(choices, [&](const Choice& choice) {
    next_ = state;
    step(machine_, next_, choice);
    for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
      if (i != choice.thread.index && takes_part(program, state, {i}) &&
          !takes_part(program, next_, {i})) {
        return true;
      }
    }
    return false;
  });
}

std::size_t Search::memory_bytes() const {
  constexpr std::size_t bytes_per_entry = sizeof(*later_edges_.begin()) + 4 * sizeof(void*);
  return graph.memory_bytes() + edges_.memory_bytes() + later_edges_.size() * bytes_per_entry +
         later_edge_count_ * 2 * sizeof(std::uint32_t) + steps_.memory_bytes() +
         depths_.capacity() * sizeof(depths_[0]) +
         (reduction_ == nullptr ? 0 : reduction_->memory_bytes());
}

}  // namespace lockstep
