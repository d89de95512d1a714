#include "explorer/starved_threads.h"

#include <algorithm>
#include <set>
#include <utility>

#include "detector/endless.h"

namespace lockstep {
namespace {

// Of a wait that is over or goes on, and changes nothing that anybody but waiters could notice.
bool is_of_a_wait(Operation operation) {
  switch (operation) {
    case Operation::condition_wait:
    case Operation::condition_park:
    case Operation::lock_restore:
    case Operation::rlock_restore:
    case Operation::event_wait:
    case Operation::event_park:
      return true;
    default:
      return false;
  }
}

bool is_pause(Operation operation) {
  return operation == Operation::sleep || operation == Operation::yield ||
         operation == Operation::run_on || row(operation).switches == Switch::silent;
}

// What changes nothing, not even for whoever looks from outside, but files and connections.
bool is_look(const Performed& one) {
  if (one.operation == Operation::load_global || one.operation == Operation::await) return true;
  const bool leaves_lock = one.lock == Touch::left || one.lock == Touch::held;
  return one.receiver != none_value && one.object == Touch::left && leaves_lock &&
         row(one.operation).switches != Switch::yields;
}

// Whether the thread has come to a further phase of the operation, one that waits.
bool goes_on_to_wait(const Machine& machine, const State& after, ThreadId thread,
                     const Performed& one) {
  const Pending& next = pending(machine, after, thread);
  const OperationRow& its = row(next.operation);
  return its.may_block && its.verb == Verb::none && its.kind != ObjectKind::nothing &&
         next.receiver == one.receiver && row(one.operation).kind == its.kind;
}

// That of variables, of what else all share, and of the other threads.
bool is_same_beside(const Machine& machine, const State& before, const State& after,
                    ThreadId thread) {
  const Program& program = machine.program;
  if (before.words.size() != after.words.size()) return false;
  State rest = after;
  set_local(program, rest, thread, local(program, before, thread));
  const auto first = static_cast<std::ptrdiff_t>(layout::globals + program.globals.size());
  const auto last = static_cast<std::ptrdiff_t>(threads_offset(program));
  return std::equal(before.words.begin(), before.words.begin() + first, rest.words.begin()) &&
         std::equal(before.words.begin() + last, before.words.end(), rest.words.begin() + last);
}

class Starved {
 public:
  Starved(const Machine& machine, const FutureAccesses& future, StateGraph& graph,
          const std::function<bool(std::uint64_t)>& go_on)
      : machine_(machine), future_(future), graph_(graph), go_on_(go_on) {}

  StarvedThreads find() {
    StarvedThreads result;
    if (!find_edges() || cyclic_components(edges_.edges).empty()) return result;
    find_steps_back();
    for (std::uint32_t i = 0; i < threads_max_; ++i) look_at({i}, result.threads);
    if (!goes_on()) return {};
    result.edges = std::move(edges_);
    return result;
  }

 private:
  using Label = LabelledEdges::Label;
  using States = std::vector<std::uint32_t>;

  bool goes_on() { return lasts_ = lasts_ && go_on_(edges_.memory_bytes() + back_.memory_bytes()); }

  bool find_edges() {
    State next;
    std::vector<Choice> choices;
    std::vector<Performed> performed;
    for (std::uint32_t id = 0; id < graph_.states.size(); ++id) {
      if (!goes_on()) return false;
      graph_.states.read(id, state_.words);
      threads_max_ = std::max(threads_max_, thread_count(machine_.program, state_));
      enabled(machine_, state_, choices);
      for (const Choice& choice : choices) {
        next = state_;
        performed.clear();
        step(machine_, next, choice, performed);
        edges_.edges.to.push_back(*graph_.states.find(next.words));
        const bool waits = is_waiting_step(machine_, state_, next, choice, performed);
        edges_.labels.push_back({choice.thread.index & 0x7fffffffU, waits ? 1U : 0U});
      }
      edges_.edges.end.push_back(edges_.edges.to.size());
    }
    return true;
  }

  // From which states a step leads to each.
  void find_steps_back() {
    const LargeVector<std::uint32_t>& to = edges_.edges.to;
    std::vector<std::size_t> place(graph_.states.size() + 1, 0);
    for (const std::uint32_t state : to) ++place[state + 1];
    for (std::size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
    back_.to.resize(to.size());
    for (std::uint32_t id = 0; id < graph_.states.size(); ++id) {
      for (const std::uint32_t state : edges_.edges.of(id)) back_.to[place[state]++] = id;
    }
    place.pop_back();  // now the ends
    back_.end.assign(place.begin(), place.end());
  }

  // Index = state: whether one of these can be reached.
  std::vector<bool> leads_to(States open) const {
    std::vector<bool> result(graph_.states.size(), false);
    for (const std::uint32_t id : open) result[id] = true;
    while (!open.empty()) {
      const std::uint32_t at = open.back();
      open.pop_back();
      for (const std::uint32_t before : back_.of(at)) {
        if (!result[before]) open.push_back(before);
        result[before] = true;
      }
    }
    return result;
  }

  void look_at(ThreadId thread, std::vector<StarvedThread>& found) {
    const auto is_its = [&](Label label) { return label.thread == thread.index; };
    const auto is_its_deed = [&](Label label) { return is_its(label) && label.only_waits == 0; };
    States alive, blocked, moves, acts;
    for (std::uint32_t id = 0; id < graph_.states.size(); ++id) {
      graph_.states.read(id, state_.words);
      const auto labels = edges_.labels_of(id);
      const bool can_move = std::ranges::any_of(labels, is_its);
      if (can_move) moves.push_back(id);
      if (std::ranges::any_of(labels, is_its_deed)) acts.push_back(id);
      if (!may_be_starved(thread)) continue;
      alive.push_back(id);
      if (!can_move) blocked.push_back(id);
    }
    if (moves.empty() || alive.empty() || !goes_on()) return;
    const auto go_on = [this] { return goes_on(); };

    const auto not_its = [&](Label label) { return !is_its(label); };
    const std::vector<bool> can_be_let_go = leads_to(moves);
    std::set<std::uint32_t> told;
    for (States& loop : fair_components(edges_, std::move(blocked), not_its, go_on)) {
      graph_.states.read(loop.front(), state_.words);
      if (!can_be_let_go[loop.front()] || is_waiting_for_an_end(thread)) continue;
      told.insert(loop.begin(), loop.end());
      found.push_back(starved(thread, true, std::move(loop), not_its));
    }

    const auto no_deed = [&](Label label) { return !is_its_deed(label); };
    const std::vector<bool> can_come_further = leads_to(acts);
    for (States& loop : fair_components(edges_, std::move(alive), no_deed, go_on)) {
      const bool moves_in_it = std::ranges::any_of(loop, [&](std::uint32_t id) {
        return std::ranges::any_of(edges_.labels_of(id), is_its);
      });
      if (!moves_in_it || !can_come_further[loop.front()]) continue;
      // Where it may as well be blocked all the time that says more.
      if (std::ranges::any_of(loop, [&](std::uint32_t id) { return told.contains(id); })) continue;
      found.push_back(starved(thread, false, std::move(loop), no_deed));
    }
  }

  // In the state at hand. It is nobody's business but its own if a daemon waits.
  bool may_be_starved(ThreadId thread) const {
    const Program& program = machine_.program;
    return thread.index < thread_count(program, state_) &&
           life(program, state_, thread) == Life::alive && !is_daemon(program, state_, thread) &&
           pending(machine_, state_, thread).has_site;
  }
  bool is_waiting_for_an_end(ThreadId thread) const {
    return row(pending(machine_, state_, thread).operation).let_go_by == LetGoBy::end;
  }

  StarvedThread starved(ThreadId thread, bool is_blocked, States loop,
                        const std::function<bool(Label)>& allowed) {
    StarvedThread result{thread, is_blocked, {}, std::move(loop), {}};
    std::set<ThreadId> movers;
    std::set<std::string> places;
    std::vector<Word> words;
    for (const std::uint32_t id : result.states) {
      const auto to = edges_.edges.of(id);
      const auto labels = edges_.labels_of(id);
      for (std::size_t i = 0; i < to.size(); ++i) {
        const bool stays = allowed(labels[i]) && std::ranges::binary_search(result.states, to[i]);
        if (stays && labels[i].thread != thread.index) movers.insert({labels[i].thread});
      }
      graph_.states.read(id, state_.words);
      places.insert(machine_.program.sites[pending(machine_, state_, thread).site.index].text);
    }
    result.movers.assign(movers.begin(), movers.end());
    graph_.states.read(result.states.front(), state_.words);
    result.fingerprint = starvation_fingerprint(machine_, state_, future_, thread, is_blocked,
                                                {places.begin(), places.end()});
    return result;
  }

  const Machine& machine_;
  const FutureAccesses& future_;
  StateGraph& graph_;  // whose table is not added to
  const std::function<bool(std::uint64_t)>& go_on_;
  bool lasts_ = true;
  LabelledEdges edges_;
  Edges back_;  // to the states before
  std::size_t threads_max_ = 0;
  State state_;
};

}  // namespace

bool is_waiting_step(const Machine& machine, const State& before, const State& after,
                     const Choice& choice, std::span<const Performed> performed) {
  const ThreadId thread = choice.thread;
  if (choice.kind == Choice::Kind::choose || life(machine.program, after, thread) != Life::alive ||
      !is_same_beside(machine, before, after, thread)) {
    return false;
  }
  std::set<Value> its_locks;  // taken in this step
  const auto is_its = [&](Value lock) {
    return its_locks.contains(lock) ||
           owner(machine, before, machine.values().as_object(lock)) == thread;
  };
  for (const Performed& one : performed) {
    if (one.asked_only) continue;
    // Who comes to a barrier, or gives up at it, lets others go on.
    if (row(one.operation).let_go_by == LetGoBy::arrive && !is_look(one)) return false;
    if (one.expired || is_pause(one.operation) || is_of_a_wait(one.operation) || is_look(one)) {
      continue;
    }
    if (&one == &performed.back() && goes_on_to_wait(machine, after, thread, one)) continue;
    const bool gives = one.object == Touch::given || one.object == Touch::held;
    if (one.object == Touch::taken) {
      its_locks.insert(one.receiver);
    } else if (!gives || !is_its(one.receiver)) {
      return false;
    }
  }
  return true;
}

StarvedThreads starved_threads(const Machine& machine, const FutureAccesses& future,
                               StateGraph& graph, const std::function<bool(std::uint64_t)>& go_on) {
  return Starved(machine, future, graph, go_on).find();
}

std::vector<Choice> choices_round(const Machine& machine, const StateGraph& graph,
                                  const LabelledEdges& edges, const StarvedThread& starved,
                                  std::uint32_t from) {
  const auto allowed = [&](LabelledEdges::Label label) {
    return label.thread != starved.thread.index || (!starved.is_blocked && label.only_waits == 1);
  };
  std::vector<Choice> result, choices;
  State state;
  for (const LoopStep& step : round_trip(edges, starved.states, from, allowed)) {
    graph.states.read(step.from, state.words);
    enabled(machine, state, choices);
    result.push_back(choices[step.step]);
  }
  return result;
}

}  // namespace lockstep
