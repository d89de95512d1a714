// Breadth first. States are numbered as they are found, and they are followed in that order: the
// table of states is the queue. Everything that is asked of a state is asked when its turn comes,
// so that what a limit has cut off is neither counted nor judged.
#include "explorer/search.h"

#include <algorithm>
#include <optional>

#include "explorer/shortest.h"

namespace lockstep {
namespace {

// States that workers are given at a time, how many of them are followed without workers where
// these are of little use, and of how many the memory is asked for ahead.
constexpr std::uint32_t batch_max = 8192;
constexpr std::uint32_t alone_for = 4 * batch_max;
constexpr std::uint32_t states_ahead = 4;

}  // namespace

void Search::run(const std::function<bool()>& go_on) {
  if (symmetry_ != nullptr) find_symmetry(*symmetry_, reduction_, go_on);
  for (std::uint32_t i = 0; i < put_off_read_.size(); ++i) {
    if (put_off_read_[i]) reduction_->put_off({i});
  }
  put_off_read_.clear();
  if (graph.states.size() == 0) {
    const State initial = initial_state(machine_);
    graph.threads_max = thread_count(machine_.program, initial);
    add(graph.states.ask(initial.words), 0, StateGraph::no_parent, 0);
    mark();
  }
  while (follow_new(go_on) && reduction_ != nullptr && follow_the_ignored()) {
  }
  workers_.reset();
  workers_bytes_ = 0;
}

// False: a limit was reached.
bool Search::follow_new(const std::function<bool()>& go_on) {
  while (graph.examined < graph.states.size() || has_level_to_end()) {
    if (has_level_to_end()) {
      if (!go_on() || !follow_the_awakened()) return false;
      continue;
    }
    const std::uint32_t waiting = graph.states.size() - graph.examined;
    if (worker_count_ > 1 && waiting >= share_from_ && graph.examined >= alone_until_) {
      if (!follow_together(go_on)) return false;
    } else if (!go_on() || !follow_next()) {
      return false;
    }
  }
  return true;
}

bool Search::follow_next() {
  const std::uint32_t id = graph.examined;
  expander_.look_at(id);
  if (!expander_.is_harmless()) examine(id, expander_.state(), expander_.choices());
  const std::uint64_t depth = depth_of(id);
  stats.depth = std::max(stats.depth, depth);
  // Others may be less deep. (With a reduction nothing is known of depths, and there is no limit.)
  if (expander_.choices().empty() || !is_too_deep(depth)) {
    const ThreadMask asleep = sleep_sets_.of(id);
    if (!follow(expander_.chosen(depth), id, {asleep, asleep})) return false;
    if (keeps_edges()) edges_.end.push_back(edges_.to.size());
  }
  ++graph.examined;
  mark();
  return true;
}

bool Search::has_level_to_end() const {
  return awakened_followed_ < awakened_.size() && graph.examined == level_ends_.back();
}

// Who has woken up in a state of this level, or of one before.
bool Search::follow_the_awakened() {
  const auto [id, still_asleep] = awakened_[awakened_followed_];
  const ThreadMask slept = sleep_sets_.of(id);
  if (const ThreadMask awake = slept & ~still_asleep; awake != 0) {
    expander_.look_at(id);
    if (!follow(expander_.chosen(depth_of(id)), id, {~awake, slept & still_asleep})) return false;
    sleep_sets_.keep(id, still_asleep);
  }
  if (++awakened_followed_ == awakened_.size()) {
    awakened_.clear();
    awakened_followed_ = 0;
  }
  mark();
  return true;
}

void Search::mark() { mark_ = {graph.states.size(), stats.transitions, awakened_.size()}; }

bool Search::follow_together(const std::function<bool()>& go_on) {
  if (workers_ == nullptr) {
    workers_ =
        std::make_unique<Workers>(machine_, future_, graph, reduction_, sleeps_, worker_count_);
  }
  const std::uint32_t begin = graph.examined;
  std::uint32_t end = begin + std::min(graph.states.size() - begin, batch_max);
  // Who sleeps in the next level is not known yet.
  if (sleeps_ && begin < level_ends_.back()) end = std::min(end, level_ends_.back());
  if (!workers_->expand(begin, end, depths_, sleep_sets_, go_on)) return false;
  workers_bytes_ = workers_->memory_bytes();
  graph.threads_max = std::max(graph.threads_max, workers_->threads_max());
  std::uint32_t left_out = 0;
  for (std::uint32_t id = begin; id < end; ++id) {
    if (!go_on()) return false;
    if (id + states_ahead < end) expect(workers_->of(id + states_ahead));
    const Workers::Expanded expanded = workers_->of(id);
    if (!expanded.is_done) ++left_out;
    if (!(expanded.is_done ? note(expanded) : follow_next())) return false;
  }
  // Where most states are made of what was never seen before there is little to share.
  if (left_out * 2 > end - begin) alone_until_ = end + alone_for;
  return true;
}

// Of the next state, what follow_next() would have found.
bool Search::note(const Workers::Expanded& expanded) {
  const std::uint32_t id = graph.examined;
  if (expanded.to_judge) {
    expander_.look_at(id);
    examine(id, expander_.state(), expander_.choices());
  }
  const std::uint64_t depth = depth_of(id);
  stats.depth = std::max(stats.depth, depth);
  if (!expanded.has_choices || !is_too_deep(depth)) {
    stats.transitions += expanded.transitions;
    note_endings(id, expanded.endings);
    for (const Workers::Successor& successor : expanded.successors) {
      const Expander::Successor& its = successor.its;
      if (successor.found != 0) {
        find_again(id, successor.found - 1, its.asleep);
        continue;
      }
      const TreeTable::Asked asked =
          its.is_known ? its.asked : graph.states.ask({expanded.words + its.words, its.count});
      if (!add(asked, its.steps, id, its.asleep)) return false;
    }
    if (keeps_edges()) edges_.end.push_back(edges_.to.size());
  }
  ++graph.examined;
  mark();
  return true;
}

void Search::expect(const Workers::Expanded& expanded) const {
  for (const Workers::Successor& successor : expanded.successors) {
    if (successor.found == 0 && successor.its.is_known) graph.states.expect(successor.its.asked);
  }
}

// Of the state that the expander looks at.
bool Search::follow(std::span<const Choice> choices, std::uint32_t id, Expander::Rest rest) {
  expander_.follow(choices, rest);
  stats.transitions += expander_.transitions();
  note_endings(id, expander_.endings());
  graph.threads_max = std::max(graph.threads_max, expander_.threads_max());
  return std::ranges::all_of(expander_.successors(), [&](const Expander::Successor& successor) {
    return add(successor.asked, successor.steps, id, successor.asleep);
  });
}

void Search::note_endings(std::uint32_t id, std::span<const std::pair<Ending, Choice>> endings) {
  for (const auto& [ending, choice] : endings) {
    graph.endings.try_emplace(ending, StateGraph::Step{id, choice});
  }
}

// False: the limit of states is reached, and this would be one more.
bool Search::add(const TreeTable::Asked& asked, std::uint32_t steps, std::uint32_t parent,
                 ThreadMask asleep) {
  if (!has_room_for(asked)) return false;
  const TreeTable::Place place = graph.states.answer(asked);
  if (place.added) {
    graph.add_parent(parent);
    if (reduction_ != nullptr) {
      depths_.push_back(parent == StateGraph::no_parent ? 0 : depths_[parent] + steps);
    }
    sleep_sets_.note(place.id, asleep);
    if (parent != StateGraph::no_parent) add_edge(parent, place.id);
  } else {
    find_again(parent, place.id, asleep);
  }
  return true;
}

// The other state, in which there was one more way for these to be asleep.
void Search::find_again(std::uint32_t from, std::uint32_t to, ThreadMask asleep) {
  add_edge(from, to);
  if (!sleeps_) return;
  if (to >= level_ends_.back()) {
    sleep_sets_.keep(to, asleep);
  } else if ((sleep_sets_.of(to) & ~asleep) != 0) {
    awakened_.emplace_back(to, asleep);
  }
}

void Search::add_edge(std::uint32_t from, std::uint32_t to) {
  if (never_comes_again_) return;
  may_have_cycles_ = may_have_cycles_ || to < level_ends_.back();
  if (!keeps_edges()) return;
  if (from >= graph.examined) {
    edges_.to.push_back(to);
  } else {
    later_edges_[from].push_back(to);
    ++later_edge_count_;
  }
}

// Without a reduction the states come level by level; with one they do at first.
std::uint64_t Search::depth_of(std::uint32_t id) {
  if (id == level_ends_.back()) level_ends_.push_back(graph.states.size());
  return reduction_ != nullptr ? depths_[id] : level_ends_.size() - 1;
}

std::vector<std::uint32_t> Search::widths() const {
  std::vector<std::uint32_t> widths;
  std::uint32_t begin = 0;
  for (const std::uint32_t end : level_ends_) {
    widths.push_back(end - begin);
    begin = end;
  }
  return widths;
}

// Where nothing leads out of a part of the graph that has a cycle, a thread that could go on in
// all its states may never have been followed: the sets may leave it out for ever. Its steps are
// followed now. (The condition S of Valmari, "Stubborn sets for reduced state space generation",
// 1989: with it all that can happen to any thread happens somewhere in the reduced graph.)
bool Search::follow_the_ignored() {
  if (!may_have_cycles_) return false;
  bool any = false;
  const Edges all = edges();
  before_round_ = later_edges_;
  final_parts_ = final_components(all);
  for (const std::vector<std::uint32_t>& component : *final_parts_) {
    any = follow_the_ignored(component, all) || any;
    if (!cut_short.empty()) return false;
  }
  before_round_.reset();
  mark();
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
      const std::optional<std::uint32_t> next =
          graph.states.find(expander_.step_from(state, id, choice).words);
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
    if (!followed[i]) continue;
    reduction_->put_off({i});
    if (workers_ != nullptr) workers_->put_off({i});
  }
  const std::uint32_t id = *std::ranges::min_element(component);
  expander_.look_at(id);
  follow(expander_.choices(), id, {});
  return true;
}

// As far as they have been followed.
Edges Search::edges() const {
  if (later_edges_.empty()) return edges_;
  Edges all(spill_);
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
  Edges all(spill_);
  State state;
  std::vector<Choice> choices;
  for (std::uint32_t id = 0; id < graph.examined; ++id) {
    if (!go_on(all.memory_bytes())) return {};
    graph.states.read(id, state.words);
    enabled(machine_, state, choices);
    for (const Choice& choice : choices) {
      all.to.push_back(*graph.states.find(expander_.step_from(state, id, choice).words));
    }
    all.end.push_back(all.to.size());
  }
  return all;
}

// Fills all_edges_. False: `go_on` said no.
bool Search::find_edges(const std::function<bool(std::uint64_t)>& go_on) {
  if (!all_edges_) all_edges_ = reduction_ != nullptr ? edges() : edges_again(go_on);
  return all_edges_->end.size() == graph.states.size();
}

bool Search::find_final_parts(const std::function<bool(std::uint64_t)>& go_on) {
  if (!final_parts_ && !may_have_cycles_) final_parts_.emplace();
  if (final_parts_) return true;
  if (!find_edges(go_on)) return false;
  final_parts_ = final_components(*all_edges_);
  return true;
}

std::optional<EndlessParts> Search::endless(const std::function<bool(std::uint64_t)>& go_on) {
  if (!find_final_parts(go_on)) return std::nullopt;
  bool goes_on = true;
  EndlessParts result = endless_parts(machine_, graph, examiner_, *final_parts_,
                                      [&] { return goes_on = goes_on && go_on(0); });
  if (!goes_on) return std::nullopt;
  return result;
}

std::optional<std::vector<bool>> Search::settled(const std::function<bool(std::uint64_t)>& go_on) {
  if (!find_final_parts(go_on)) return std::nullopt;
  std::vector<bool> result(graph.examined, false);
  for (const std::vector<std::uint32_t>& component : *final_parts_) {
    for (const std::uint32_t id : component) result[id] = true;
  }
  State state;
  for (const auto& [id, set] : graph.shown) {
    if (result[id]) continue;
    graph.states.read(id, state.words);
    result[id] = stays(state);
  }
  return result;
}

// Whether nothing can happen, or a step ends threads that do not take it: that of a process ends
// its daemons.
bool Search::stays(const State& state) {
  const Program& program = machine_.program;
  std::vector<Choice> choices;
  enabled(machine_, state, choices);
  if (choices.empty()) return true;
  State next;
  return std::ranges::any_of(choices, [&](const Choice& choice) {
    next = state;
    step(machine_, next, choice);
    for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
      if (i != choice.thread.index && takes_part(program, state, {i}) &&
          !takes_part(program, next, {i})) {
        return true;
      }
    }
    return false;
  });
}

std::size_t Search::memory_bytes() const {
  constexpr std::size_t bytes_per_entry = sizeof(*later_edges_.begin()) + 4 * sizeof(void*);
  return graph.memory_bytes() + edges_.memory_bytes() + later_edges_.size() * bytes_per_entry +
         later_edge_count_ * 2 * sizeof(std::uint32_t) + expander_.memory_bytes() + workers_bytes_ +
         depths_.capacity() * sizeof(depths_[0]) + sleep_sets_.memory_bytes() +
         awakened_.capacity() * sizeof(awakened_[0]) +
         (all_edges_ ? all_edges_->memory_bytes() : 0) +
         (reduction_ == nullptr ? 0 : reduction_->memory_bytes());
}

}  // namespace lockstep
