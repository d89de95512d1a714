#include "explorer/starved_threads.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "explorer/code_places.h"

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

// Whether who waits does so in a loop, of which it may find each time that it looks that it has
// come too late: an `await` stands for one, Barrier._enter has one (Lib/threading.py, 3.11), and so
// has SimpleQueue.get (Modules/_queuemodule.c, 3.11), which leaves an item to who comes later. In
// other loops who looks takes a step of its own.
bool looks_again(Operation operation) {
  return operation == Operation::await || operation == Operation::barrier_wait ||
         operation == Operation::simple_queue_get;
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

// That of variables, of what else all share, and of the other threads. What a process has to itself
// is only compared for the main one.
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

using Label = LabelledEdges::Label;
using States = std::vector<std::uint32_t>;  // ascending

bool is_its(Label label, ThreadId thread) { return label.thread == thread.index; }

// What leads round where a thread is starved.
LoopRules rules(const Starved& starved) {
  const ThreadId thread = starved.thread;
  switch (starved.kind) {
    case Starved::Kind::blocked:
      return {.allowed = [thread](Label label) { return !is_its(label, thread); }};
    case Starved::Kind::waiting:
      return {
          .allowed = [thread](Label label) { return !is_its(label, thread) || label.only_waits; }};
    default:
      return {.allowed = [](Label) { return true; },
              .fair_choices = true,
              .timeouts = LoopRules::Timeouts::fair};
  }
}

bool have_one_of(const States& states, const std::set<std::uint32_t>& those) {
  return std::ranges::any_of(states, [&](std::uint32_t id) { return those.contains(id); });
}

class StarvedSearch {
 public:
  StarvedSearch(const Machine& machine, const FutureAccesses& future, StateGraph& graph,
                const std::function<bool(std::uint64_t)>& go_on)
      : machine_(machine),
        program_(machine.program),
        future_(future),
        graph_(graph),
        go_on_(go_on),
        places_(machine.program) {}

  StarvedThreads find() {
    StarvedThreads result;
    if (!find_edges() || cyclic_components(edges_.edges).empty()) return result;
    find_steps_back();
    for (std::uint32_t i = 0; i < threads_max_ && goes_on(); ++i) look_at({i}, result.threads);
    if (!goes_on()) return {};
    for (StarvedThread& each : result.threads) {
      for (const StarvedThread& other : result.threads) {
        const bool is_mover = std::ranges::binary_search(each.starved.movers, other.starved.thread);
        if (is_mover && each.states == other.states) {
          each.starved.alike.push_back(other.starved.thread);
        }
      }
    }
    result.edges = std::move(edges_);
    return result;
  }

 private:
  bool goes_on() { return lasts_ = lasts_ && go_on_(edges_.memory_bytes() + back_.memory_bytes()); }

  bool find_edges() {
    State next;
    std::vector<Choice> choices;
    std::vector<Performed> performed;
    for (std::uint32_t id = 0; id < graph_.states.size(); ++id) {
      if (!goes_on()) return false;
      graph_.states.read(id, state_.words);
      threads_max_ = std::max(threads_max_, thread_count(program_, state_));
      enabled(machine_, state_, choices);
      for (const Choice& choice : choices) {
        next = state_;
        performed.clear();
        step(machine_, next, choice, performed);
        edges_.edges.to.push_back(*graph_.states.find(next.words));
        const bool waits = is_waiting_step(machine_, state_, next, choice, performed);
        const Operation operation = pending(machine_, state_, choice.thread).operation;
        edges_.labels.push_back({choice.thread.index & Label::thread_mask, waits,
                                 looks_again(operation), choice.kind == Choice::Kind::choose,
                                 choice.kind == Choice::Kind::timeout});
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

  std::vector<States> fair_loops(States among, const LoopRules& rules) {
    return fair_components(edges_, std::move(among), rules, [this] { return goes_on(); });
  }

  template <class Is>
  bool has_step(std::uint32_t id, ThreadId thread, const Is& is) const {
    return std::ranges::any_of(edges_.labels_of(id),
                               [&](Label label) { return is_its(label, thread) && is(label); });
  }
  bool can_move(std::uint32_t id, ThreadId thread) const {
    return has_step(id, thread, [](Label) { return true; });
  }

  void look_at(ThreadId thread, std::vector<StarvedThread>& found) {
    States alive, blocked, moves, acts;
    for (std::uint32_t id = 0; id < graph_.states.size(); ++id) {
      graph_.states.read(id, state_.words);
      if (can_move(id, thread)) moves.push_back(id);
      if (has_step(id, thread, [](Label label) { return !label.only_waits; })) {
        acts.push_back(id);
      }
      if (!may_be_starved(thread)) continue;
      alive.push_back(id);
      if (!has_step(id, thread, [](Label label) { return !label.polls; })) {
        blocked.push_back(id);
      }
    }
    if (moves.empty() || alive.empty() || !goes_on()) return;

    std::set<std::uint32_t> told;  // states
    const auto tell = [&](Starved starved, States loop, std::optional<std::uint32_t> place) {
      told.insert(loop.begin(), loop.end());
      found.push_back(described(std::move(starved), std::move(loop), place));
    };
    const Starved blocked_there{thread, Starved::Kind::blocked};
    const std::vector<bool> can_be_let_go = leads_to(moves);
    for (States& loop : fair_loops(std::move(blocked), rules(blocked_there))) {
      const auto shows =
          std::ranges::find_if_not(loop, [&](std::uint32_t id) { return can_move(id, thread); });
      graph_.states.read(*shows, state_.words);
      if (!can_be_let_go[loop.front()] || is_waiting_for_one_told_of(thread)) continue;
      tell(blocked_there, std::move(loop), std::nullopt);
    }

    const Starved waiting{thread, Starved::Kind::waiting};
    const std::vector<bool> can_come_further = leads_to(acts);
    for (States& loop : fair_loops(alive, rules(waiting))) {
      // Where it may as well be blocked all the time that says more.
      if (have_one_of(loop, told) || !can_come_further[loop.front()]) continue;
      if (moves_in(loop, thread, rules(waiting))) tell(waiting, std::move(loop), std::nullopt);
    }

    look_inside(thread, alive, told, tell);
  }

  // Where the thread stays in one place of its code, the inner ones first.
  template <class Tell>
  void look_inside(ThreadId thread, const States& alive, const std::set<std::uint32_t>& told,
                   const Tell& tell) {
    const auto place_of = [&](std::uint32_t id) -> const std::vector<std::uint32_t>& {
      graph_.states.read(id, state_.words);
      return places_.of(machine_.locals(), local(program_, state_, thread));
    };
    std::map<std::pair<std::size_t, std::uint32_t>, States> inside;  // depth, place
    for (const std::uint32_t id : alive) {
      const std::vector<std::uint32_t>& places = place_of(id);
      for (std::size_t i = 0; i < places.size(); ++i) {
        inside[{places.size() - i, places[i]}].push_back(id);
      }
    }
    const Starved staying{thread, Starved::Kind::staying};
    for (auto each = inside.rbegin(); each != inside.rend() && goes_on(); ++each) {
      const std::uint32_t place = each->first.second;
      const std::vector<States> loops = fair_loops(each->second, rules(staying));
      if (loops.empty()) continue;
      States outside;
      for (std::uint32_t id = 0; id < graph_.states.size(); ++id) {
        graph_.states.read(id, state_.words);
        if (thread.index >= thread_count(program_, state_)) continue;
        const Life its = life(program_, state_, thread);
        const bool is_outside =
            its == Life::ended ||
            (its == Life::alive && std::ranges::count(place_of(id), place) == 0);
        if (is_outside) outside.push_back(id);
      }
      const std::vector<bool> can_leave = leads_to(std::move(outside));
      for (const States& loop : loops) {
        if (have_one_of(loop, told) || !can_leave[loop.front()]) continue;
        if (moves_in(loop, thread, rules(staying))) tell(staying, loop, place);
      }
    }
  }

  bool moves_in(const States& loop, ThreadId thread, const LoopRules& how) const {
    return std::ranges::any_of(loop, [&](std::uint32_t id) {
      if (!can_move(id, thread)) return false;
      const std::vector<bool> stays = steps_round(edges_, loop, id, how);
      const auto labels = edges_.labels_of(id);
      for (std::size_t i = 0; i < labels.size(); ++i) {
        if (stays[i] && is_its(labels[i], thread)) return true;
      }
      return false;
    });
  }

  // In the state at hand. It is nobody's business but its own if a daemon waits.
  bool may_be_starved(ThreadId thread) const {
    return thread.index < thread_count(program_, state_) &&
           life(program_, state_, thread) == Life::alive && !is_daemon(program_, state_, thread) &&
           pending(machine_, state_, thread).has_site;
  }
  bool is_waiting_for_one_told_of(ThreadId thread) const {
    if (row(pending(machine_, state_, thread).operation).let_go_by != LetGoBy::end) return false;
    for (std::uint32_t i = 0; i < thread_count(program_, state_); ++i) {
      const ThreadId other{i};
      if (life(program_, state_, other) == Life::alive && !is_daemon(program_, state_, other) &&
          waits_for_end_of(machine_, state_, thread, other)) {
        return true;
      }
    }
    return false;
  }

  StarvedThread described(Starved starved, States loop, std::optional<std::uint32_t> place) {
    const ThreadId thread = starved.thread;
    const LoopRules how = rules(starved);
    if (starved.kind != Starved::Kind::staying) {
      const auto goes_round = [&](const LoopRules& rules) {
        return std::ranges::any_of(fair_loops(loop, rules), [&](const States& still) {
          return starved.kind == Starved::Kind::blocked || moves_in(still, thread, rules);
        });
      };
      LoopRules fair = how, untimed = how;
      fair.fair_choices = true;
      untimed.timeouts = LoopRules::Timeouts::none;
      starved.by_choices = !goes_round(fair);
      starved.by_timeouts = !goes_round(untimed);
    }
    if (place) {
      starved.stays_in = places_.all()[*place].statement;
      starved.in_operation = places_.all()[*place].is_operation;
    }
    StarvedThread result{std::move(starved), std::move(loop), {}, {}};
    std::set<ThreadId> movers;
    std::set<std::string> rests;
    for (const std::uint32_t id : result.states) {
      const auto labels = edges_.labels_of(id);
      const std::vector<bool> stays = steps_round(edges_, result.states, id, how);
      for (std::size_t i = 0; i < labels.size(); ++i) {
        if (stays[i] && !is_its(labels[i], thread)) movers.insert({labels[i].thread});
      }
      const bool shows = result.starved.kind != Starved::Kind::blocked || !can_move(id, thread);
      if (shows) result.entries.push_back(id);
      graph_.states.read(id, state_.words);
      rests.insert(program_.sites[pending(machine_, state_, thread).site.index].text);
    }
    result.starved.movers.assign(movers.begin(), movers.end());
    graph_.states.read(result.entries.front(), state_.words);
    result.fingerprint = starvation_fingerprint(machine_, state_, future_, result.starved,
                                                {rests.begin(), rests.end()});
    return result;
  }

  const Machine& machine_;
  const Program& program_;
  const FutureAccesses& future_;
  StateGraph& graph_;  // whose table is not added to
  const std::function<bool(std::uint64_t)>& go_on_;
  bool lasts_ = true;
  LabelledEdges edges_;
  Edges back_;  // to the states before
  CodePlaces places_;
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
           owner_seen_by(machine, before, thread, machine.values().as_object(lock)) == thread;
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
  return StarvedSearch(machine, future, graph, go_on).find();
}

std::vector<Choice> choices_round(const Machine& machine, const StateGraph& graph,
                                  const LabelledEdges& edges, const StarvedThread& starved,
                                  std::uint32_t from) {
  std::vector<Choice> result, choices;
  State state;
  for (const LoopStep& step : round_trip(edges, starved.states, from, rules(starved.starved))) {
    graph.states.read(step.from, state.words);
    enabled(machine, state, choices);
    result.push_back(choices[step.step]);
  }
  return result;
}

}  // namespace lockstep
