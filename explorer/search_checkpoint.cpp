// What a Search writes down of where it stands, and how it takes that up again.
//
// The tables are written as they lie, in the order of their numbers, and are made again in it. What
// an Examiner calls the sets of symptoms is its own: the first state that shows a set is examined
// again, and tells what this one calls it. Everything else that the search knows (which futures
// there are, what steps do) it can learn again, and learns nothing else then.
#include "engine/state/stored_machine.h"
#include "explorer/checkpoint_file.h"
#include "explorer/search.h"

namespace lockstep {
namespace {

constexpr std::string_view no_state = "it names a state that there is not";

void write_list(CheckpointWriter& to, const std::vector<std::uint32_t>& list) {
  to.number(list.size());
  for (const std::uint32_t each : list) to.number(each);
}

std::vector<std::uint32_t> read_list(CheckpointReader& from, std::uint32_t below) {
  std::vector<std::uint32_t> list(from.count(1));
  for (std::uint32_t& each : list) each = from.number32();
  for (const std::uint32_t each : list) from.expect(each < below, no_state);
  return from.fits() ? list : std::vector<std::uint32_t>();
}

}  // namespace

void Search::write(CheckpointWriter& to) const {
  const std::uint32_t states = mark_.states;
  graph.states.write(to, states);
  std::uint32_t last_parent = 0;  // they ascend, but for a few
  for (std::uint32_t id = 0; id < states; ++id) {
    const std::uint32_t parent = graph.parents.of(id);
    to.number(parent >= last_parent ? std::uint64_t{parent - last_parent} << 1
                                    : std::uint64_t{last_parent - parent} << 1 | 1);
    last_parent = parent;
  }
  to.number(graph.examined);
  to.number(graph.threads_max);
  to.number(leaves_out_deep ? 1 : 0);
  to.number(mark_.transitions);
  to.number(stats.terminal_states);
  to.number(stats.deadlock_states);
  to.number(stats.depth);

  // What was seen in a state that was not followed to its end is seen again.
  std::uint64_t shown = graph.shown.size();
  while (shown > 0 && graph.shown[shown - 1].first >= graph.examined) --shown;
  to.number(shown);
  for (std::uint64_t i = 0; i < shown; ++i) {
    to.number(graph.shown[i].first);
    to.number(graph.shown[i].second);
  }
  write_list(to, {graph.deadlocked.begin(), graph.deadlocked.end()});
  to.number(graph.endings.size());
  for (const auto& [ending, step] : graph.endings) {
    to.number(ending.thread.index);
    to.number(ending.before.index);
    to.number(ending.after.index);
    to.number(step.from);
    to.number(step.choice.thread.index);
    to.number(static_cast<std::uint64_t>(step.choice.kind));
    to.number(step.choice.value);
  }
  write_list(to, level_ends_);
  to.number(may_have_cycles_ ? 1 : 0);
  if (reduction_ != nullptr) {
    for (std::uint32_t id = 0; id < states; ++id) to.number(depths_[id]);
  }
  if (keeps_edges()) write_edges(to);
  if (sleeps_) write_sleepers(to);
  outcomes_.write(to);
}

// Who was woken by the steps of a state that was not followed to its end is woken again.
void Search::write_sleepers(CheckpointWriter& to) const {
  for (std::uint32_t id = 0; id < mark_.states; ++id) to.number(sleep_sets_.of(id));
  to.number(mark_.awakened - awakened_followed_);
  for (std::size_t i = awakened_followed_; i < mark_.awakened; ++i) {
    to.number(awakened_[i].first);
    to.number(awakened_[i].second);
  }
}

void Search::write_edges(CheckpointWriter& to) const {
  for (std::uint32_t id = 0; id < graph.examined; ++id) {
    const std::span<const std::uint32_t> its = edges_.of(id);
    to.number(its.size());
    for (const std::uint32_t next : its) to.number(next);
  }
  const auto& later = before_round_ ? *before_round_ : later_edges_;
  to.number(later.size());
  for (const auto& [id, its] : later) {
    to.number(id);
    write_list(to, its);
  }
  const std::vector<bool>& put_off = put_off_read_.empty() ? reduction_->put_off() : put_off_read_;
  to.number(put_off.size());
  for (const bool is : put_off) to.number(is ? 1 : 0);
}

void Search::read(CheckpointReader& from) {
  graph.states.read(from);
  const std::uint32_t states = graph.states.size();
  State state;
  for (std::uint32_t id = 0; id < states && from.fits(); ++id) {
    graph.states.read(id, state.words);
    from.expect(is_state(machine_, state), "a state is none of this program");
  }
  std::uint64_t parent = 0;
  for (std::uint32_t id = 0; id < states && from.fits(); ++id) {
    const std::uint64_t difference = from.number(std::uint64_t{1} << 33);
    parent = (difference & 1) == 0 ? parent + (difference >> 1) : parent - (difference >> 1);
    if (!from.expect(parent < std::max(id, 1U), no_state)) return;
    graph.parents.add(static_cast<std::uint32_t>(parent));
  }
  graph.examined = static_cast<std::uint32_t>(from.number(states));
  graph.threads_max = from.number32();
  if (from.number(1) == 1) is_too_deep(limits_.steps_max);
  stats.transitions = from.number();
  stats.terminal_states = from.number();
  stats.deadlock_states = from.number();
  stats.depth = from.number();

  std::map<std::uint32_t, std::uint32_t> set_here{{0, 0}};  // set there, as far as it is known
  std::vector<Choice> choices;
  const std::uint64_t shown = from.count(2);
  for (std::uint64_t i = 0; i < shown && from.fits(); ++i) {
    const std::uint32_t id = from.number32();
    const std::uint32_t set = from.number32();
    const bool ascends = graph.shown.empty() || graph.shown.back().first < id;
    if (!from.expect(id < graph.examined && ascends && set != 0, no_state)) return;
    const auto [here, is_new] = set_here.try_emplace(set, 0);
    if (is_new) {
      graph.states.read(id, state.words);
      enabled(machine_, state, choices);
      here->second = examiner_.examine(state, choices);
      if (!from.expect(here->second != 0, "nothing is wrong in a state of which it says so")) {
        return;
      }
    }
    graph.shown.emplace_back(id, here->second);
  }
  for (const std::uint32_t set : read_list(from, 0xffffffffU)) {
    const auto here = set_here.find(set);
    if (!from.expect(here != set_here.end(), "it names what no state shows")) return;
    graph.deadlocked.insert(here->second);
  }
  const std::uint64_t endings = from.count(7);
  for (std::uint64_t i = 0; i < endings && from.fits(); ++i) {
    const std::uint64_t locals_end = machine_.locals().size();
    Ending ending{};
    ending.thread = {from.number32()};
    ending.before = {static_cast<std::uint32_t>(from.number(locals_end - 1))};
    ending.after = {static_cast<std::uint32_t>(from.number(locals_end - 1))};
    StateGraph::Step step{};
    step.from = from.number32();
    step.choice.thread = {from.number32()};
    step.choice.kind =
        static_cast<Choice::Kind>(from.number(static_cast<std::uint64_t>(Choice::Kind::choose)));
    step.choice.value = from.number32();
    from.expect(step.from < states && ending.thread.index < graph.threads_max, no_state);
    graph.endings.emplace(ending, step);
  }
  level_ends_ = read_list(from, states + 1);
  from.expect(!level_ends_.empty(), "it has no levels");
  may_have_cycles_ = from.number(1) == 1;
  for (std::uint32_t id = 0; reduction_ != nullptr && id < states && from.fits(); ++id) {
    depths_.push_back(from.number32());
  }
  if (keeps_edges()) read_edges(from);
  if (sleeps_) read_sleepers(from);
  outcomes_.read(from);
  mark();
}

void Search::read_sleepers(CheckpointReader& from) {
  const std::uint32_t states = graph.states.size();
  for (std::uint32_t id = 0; id < states && from.fits(); ++id) {
    sleep_sets_.note(id, from.number());
  }
  const std::uint64_t awakened = from.count(2);
  for (std::uint64_t i = 0; i < awakened && from.fits(); ++i) {
    const std::uint32_t id = from.number32();
    from.expect(id < graph.examined, no_state);
    awakened_.emplace_back(id, from.number());
  }
}

void Search::read_edges(CheckpointReader& from) {
  const std::uint32_t states = graph.states.size();
  for (std::uint32_t id = 0; id < graph.examined && from.fits(); ++id) {
    for (std::uint64_t left = from.count(1); left > 0 && from.fits(); --left) {
      edges_.to.push_back(from.number32());
      from.expect(edges_.to.back() < states, no_state);
    }
    edges_.end.push_back(edges_.to.size());
  }
  const std::uint64_t later = from.count(2);
  for (std::uint64_t i = 0; i < later && from.fits(); ++i) {
    const std::uint32_t id = from.number32();
    from.expect(id < graph.examined, no_state);
    std::vector<std::uint32_t> its = read_list(from, states);
    later_edge_count_ += its.size();
    later_edges_.emplace(id, std::move(its));
  }
  const std::uint64_t threads = from.count(1);
  for (std::uint32_t i = 0; i < threads && from.fits(); ++i) {
    put_off_read_.push_back(from.number(1) == 1);
  }
}

}  // namespace lockstep
