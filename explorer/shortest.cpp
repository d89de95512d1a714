// Dijkstra's algorithm over nodes (state, thread that moved last), with costs (preemptions,
// steps) compared in this order. Costs are small whole numbers, so the queue is a row of buckets
// by steps for this number of preemptions and one for the next.
//
// A node need not be followed if the same state was reached before with so much less that one
// more preemption is paid for: whatever this node can do next, that one can do for no more.
//
// A node is a number, that of its state in the table of the search before. What a reduction has
// left out joins that table; if the search was cut short, a step out of it ends the proof that
// what is found later is the shortest.
#include "explorer/shortest.h"

#include <algorithm>
#include <utility>

#include "engine/assert.h"
#include "explorer/examine.h"

namespace lockstep {
namespace {

constexpr std::uint32_t nothing = 0xffffffffU;

// The choices that lead from state to state; `threads[i]` takes the step to states[i + 1].
std::vector<Choice> choices_between(const Machine& machine, const TreeTable& table,
                                    const std::vector<std::uint32_t>& states,
                                    const std::vector<std::uint32_t>& threads) {
  std::vector<Choice> result;
  std::vector<Choice> choices;
  State from, to, next;
  table.read(states.front(), from.words);
  for (std::size_t i = 0; i + 1 < states.size(); ++i) {
    table.read(states[i + 1], to.words);
    enabled(machine, from, choices);
    const auto fits = [&](const Choice& choice) {
      if (choice.thread.index != threads[i]) return false;
      next = from;
      step(machine, next, choice);
      return next == to;
    };
    const auto found = std::ranges::find_if(choices, fits);
    LOCKSTEP_ASSERT(found != choices.end(), "a step that was taken once can be taken again");
    result.push_back(*found);
    std::swap(from, to);
  }
  return result;
}

// Takes from the state at hand, of which state `from` of the graph is the canonical one, a step to
// one for which `to` stands, and the steps behind it that nobody had a choice about.
void take_step(const Machine& machine, const StateGraph& graph, State& here, std::uint32_t from,
               const State& to, std::vector<Choice>& way) {
  std::vector<Choice> choices, forced;
  enabled(machine, here, choices);
  State next, canonical;
  const std::size_t length = way.size();
  for (const Choice& choice : choices) {
    next = here;
    forced.assign(1, choice);
    way.resize(length);
    while (forced.size() == 1 && way.size() - length <= StateGraph::passed_max) {
      step(machine, next, forced.front());
      way.push_back(forced.front());
      canonical = next;
      graph.canonicalise_behind(from, canonical);
      if (canonical == to) {
        here = std::move(next);
        return;
      }
      enabled(machine, next, forced);
    }
  }
  LOCKSTEP_ASSERT(false, "a step that was taken once can be taken again");
}

class Shortest {
 public:
  explicit Shortest(const ShortestQuestion& question)
      : question_(question),
        machine_(question.machine),
        graph_(question.graph),
        searched_(graph_.states.size()),
        threads_(graph_.threads_max),
        settled_(graph_.states.size() * threads_, false),
        least_(graph_.states.size(), {nothing, nothing}),
        ways_(question.target_count) {}

  std::vector<Way> find() {
    std::vector<Bucket> now(1), later;
    now[0].push_back({0, nothing, nothing, nothing});
    for (preemptions_ = 0; !now.empty(); ++preemptions_) {
      for (steps_ = 0; steps_ < now.size(); ++steps_) {
        // Followed entries may add to the next bucket, which moves the buckets about.
        Bucket bucket = std::move(now[steps_]);
        for (const Entry& entry : bucket) {
          if (!settle(entry)) continue;
          if (found_ == ways_.size()) return std::move(ways_);
          if (nodes_.size() > question_.nodes_max || !question_.go_on(memory_bytes())) {
            return std::move(ways_);
          }
          follow(now, later);
        }
        pending_bytes_ -= bucket.size() * sizeof(Entry);
      }
      now = std::exchange(later, {});
    }
    return std::move(ways_);
  }

 private:
  struct Entry {
    std::uint32_t state;
    std::uint32_t thread;  // that moved last; nothing: nobody has
    std::uint32_t parent;  // a node
    std::uint32_t ending;  // the target that its last step shows; nothing: none
  };
  using Bucket = std::vector<Entry>;

  // Takes the entry as the newest node, unless there is a better one.
  bool settle(const Entry& entry) {
    if (entry.ending != nothing && !ways_[entry.ending].found) reach(ways_[entry.ending], entry);
    if (entry.thread != nothing) {
      const std::size_t place = std::size_t{entry.state} * threads_ + entry.thread;
      if (settled_[place]) return false;
      settled_[place] = true;
    }
    auto& [preemptions, steps] = least_[entry.state];
    if (preemptions == nothing) {
      preemptions = static_cast<std::uint32_t>(preemptions_);
      steps = static_cast<std::uint32_t>(steps_);
    } else if (preemptions + 1 < preemptions_ ||
               (preemptions + 1 == preemptions_ && steps <= steps_)) {
      return false;
    }
    nodes_.push_back(entry);
    const std::uint32_t set =
        entry.state < searched_ ? graph_.set_of(entry.state) : sets_[entry.state - searched_];
    for (const std::uint32_t target : question_.targets(entry.state, set)) {
      if (!ways_[target].found) reach(ways_[target], entry);
    }
    return true;
  }

  void reach(Way& way, Entry at) {
    std::vector<std::uint32_t> states, threads;
    for (;; at = nodes_[at.parent]) {
      states.push_back(at.state);
      if (at.parent == nothing) break;
      threads.push_back(at.thread);
    }
    std::ranges::reverse(states);
    std::ranges::reverse(threads);
    way.found = true;
    way.choices = choices_between(machine_, graph_.states, states, threads);
    way.preemptions = preemptions_;
    way.shortest = !left_graph_;
    ++found_;
  }

  void follow(std::vector<Bucket>& now, std::vector<Bucket>& later) {
    const auto node = static_cast<std::uint32_t>(nodes_.size() - 1);
    const std::uint32_t state = nodes_.back().state;
    const std::uint32_t last = nodes_.back().thread;
    if (state >= graph_.examined && !(question_.reduced && graph_.examined == searched_)) {
      left_graph_ = true;
      return;
    }
    graph_.states.read(state, here_.words);
    if (is_hopeless(here_)) return;
    enabled(machine_, here_, choices_);
    const bool free = last == nothing || yields(machine_, here_, {last});
    for (const Choice& choice : choices_) {
      next_ = here_;
      step(machine_, next_, choice);
      const std::optional<std::uint32_t> to = number_of_next();
      if (!to) {
        left_graph_ = true;
        continue;
      }
      const std::uint32_t thread = choice.thread.index;
      const std::uint32_t ending = ending_target(choice.thread);
      if (settled_[std::size_t{*to} * threads_ + thread] && ending == nothing) continue;
      std::vector<Bucket>& buckets = free || thread == last ? now : later;
      if (buckets.size() <= steps_ + 1) buckets.resize(steps_ + 2);
      buckets[steps_ + 1].push_back({*to, thread, node, ending});
      pending_bytes_ += sizeof(Entry);
    }
  }

  // Whether no target that is looked for can be reached from the state.
  bool is_hopeless(const State& state) const {
    if (question_.prospects == nullptr) return false;
    std::uint64_t wanted = 0;
    for (std::size_t i = 0; i < ways_.size(); ++i) {
      if (ways_[i].found) continue;
      if (i >= Prospects::targets_max) return false;
      wanted |= std::uint64_t{1} << i;
    }
    return (question_.prospects->of(state) & wanted) == 0;
  }

  std::optional<std::uint32_t> number_of_next() {
    const bool whole = graph_.examined == searched_;
    if (!question_.reduced || !whole) return graph_.states.find(next_.words);
    const TreeTable::Place place = graph_.states.intern(next_.words);
    if (place.added) {
      std::vector<Choice> choices;
      enabled(machine_, next_, choices);
      sets_.push_back(question_.examiner.examine(next_, choices));
      threads_of(next_);
      settled_.resize(settled_.size() + threads_, false);
      least_.push_back({nothing, nothing});
    }
    return place.id;
  }
  // Room for more threads than any state of the search has.
  void threads_of(const State& state) {
    const std::size_t threads = thread_count(machine_.program, state);
    if (threads <= threads_) return;
    std::vector<bool> wider(least_.size() * threads, false);
    for (std::size_t i = 0; i < least_.size(); ++i) {
      for (std::size_t thread = 0; thread < threads_; ++thread) {
        wider[i * threads + thread] = settled_[i * threads_ + thread];
      }
    }
    settled_ = std::move(wider);
    threads_ = threads;
  }

  // Of the step of `thread` from here_ to next_, unless it was reached before.
  std::uint32_t ending_target(ThreadId thread) const {
    if (question_.endings.empty()) return nothing;
    const std::optional<Ending> ending =
        ending_of(machine_, question_.examiner.facts(), here_, next_, thread);
    if (!ending) return nothing;
    const auto found = question_.endings.find(*ending);
    if (found == question_.endings.end() || ways_[found->second].found) return nothing;
    return found->second;
  }

  std::uint64_t memory_bytes() const {
    return settled_.size() / 8 + least_.size() * sizeof(least_[0]) +
           nodes_.capacity() * sizeof(Entry) + 2 * pending_bytes_;
  }

  const ShortestQuestion& question_;
  const Machine& machine_;
  StateGraph& graph_;
  std::uint32_t searched_;           // the states of the search; behind them those that joined
  std::vector<std::uint32_t> sets_;  // of these: the symptoms
  std::size_t threads_;
  std::vector<bool> settled_;                                   // index = state * threads_ + thread
  std::vector<std::pair<std::uint32_t, std::uint32_t>> least_;  // index = state; cost
  std::vector<Entry> nodes_;
  std::vector<Way> ways_;  // index = target
  std::size_t found_ = 0;
  std::uint64_t preemptions_ = 0;  // of the nodes settled now
  std::uint64_t steps_ = 0;
  bool left_graph_ = false;
  std::uint64_t pending_bytes_ = 0;
  State here_, next_;
  std::vector<Choice> choices_;
};

}  // namespace

std::optional<Ending> ending_of(const Machine& machine, LocalFactsTable& facts, const State& before,
                                const State& after, ThreadId thread) {
  if (life(machine.program, before, thread) != Life::alive) return std::nullopt;
  if (reported_exception(machine, after, facts, thread) == none_value) return std::nullopt;
  return Ending{thread, local(machine.program, before, thread),
                local(machine.program, after, thread)};
}

std::vector<Way> shortest_ways(const ShortestQuestion& question) {
  return Shortest(question).find();
}

namespace {
// Ends with the state itself, not the canonical one.
std::vector<Choice> choices_to(const Machine& machine, const StateGraph& graph, std::uint32_t state,
                               State& here) {
  std::vector<std::uint32_t> states;
  for (; state != 0; state = graph.parents.of(state)) states.push_back(state);
  states.push_back(0);
  std::ranges::reverse(states);
  std::vector<Choice> choices;
  here = initial_state(machine);
  State to;
  for (std::size_t i = 0; i + 1 < states.size(); ++i) {
    graph.states.read(states[i + 1], to.words);
    take_step(machine, graph, here, states[i], to, choices);
  }
  return choices;
}
}  // namespace

Way first_way(const Machine& machine, const StateGraph& graph, std::uint32_t state) {
  State here;
  Way way;
  way.found = true;
  way.choices = choices_to(machine, graph, state, here);
  way.preemptions = count_preemptions(machine, way.choices);
  return way;
}

Way first_way(const Machine& machine, const StateGraph& graph, const StateGraph::Step& last) {
  const Program& program = machine.program;
  State here, from, next;
  Way way;
  way.found = true;
  way.choices = choices_to(machine, graph, last.from, here);
  graph.states.read(last.from, from.words);
  // Whoever is here what that thread is there does what it does.
  const LocalId before = local(program, from, last.choice.thread);
  State to = from;
  step(machine, to, last.choice);
  graph.canonicalise_behind(last.from, to);
  std::vector<Choice> choices;
  enabled(machine, here, choices);
  const auto fits = [&](const Choice& choice) {
    if (local(program, here, choice.thread) != before) return false;
    next = here;
    step(machine, next, choice);
    graph.canonicalise_behind(last.from, next);
    return next == to;
  };
  const auto found = std::ranges::find_if(choices, fits);
  LOCKSTEP_ASSERT(found != choices.end(), "a step that was taken once can be taken again");
  way.choices.push_back(*found);
  way.preemptions = count_preemptions(machine, way.choices);
  return way;
}

std::uint64_t count_preemptions(const Machine& machine, const std::vector<Choice>& choices) {
  std::uint64_t preemptions = 0;
  State state = initial_state(machine);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0 && choices[i].thread != choices[i - 1].thread &&
        !yields(machine, state, choices[i - 1].thread)) {
      ++preemptions;
    }
    step(machine, state, choices[i]);
  }
  return preemptions;
}

}  // namespace lockstep
