#include "prediction/lock_cycles.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "detector/lock_order_graph.h"
#include "prediction/must_order.h"
#include "prediction/replay.h"
#include "prediction/sync_preserving.h"

namespace lockstep {
namespace {

// What would take too long is left out, and that is said.
constexpr std::size_t cycles_max = 500;     // told apart by their places
constexpr std::size_t patterns_max = 400;   // of a cycle: who is where, holding what else
constexpr std::size_t looks_max = 100'000;  // on the way to these
constexpr std::size_t attempts_max = 4;     // of a pattern to be taken by the machine
constexpr std::uint64_t replayed_steps_min = 5'000'000;  // of all attempts
constexpr std::uint64_t replayed_runs_min = 4;

// How long others may go on before those who wait are taken to be let go, and the run itself.
constexpr std::uint64_t further_steps_min = 10'000;

constexpr const char* combinations = "combinations of threads in some circles";

// All requests for one lock at one place with another held that was taken at one place.
struct Variant {
  std::uint32_t from, to;
  SiteId held_at, asked_at;
  std::vector<std::uint32_t> dependencies;
};

std::vector<Variant> variants_of(const LockTrace& trace) {
  std::map<std::tuple<std::uint32_t, std::uint32_t, SiteId, SiteId>, std::vector<std::uint32_t>>
      found;
  for (std::uint32_t i = 0; i < trace.dependencies.size(); ++i) {
    const LockDependency& dependency = trace.dependencies[i];
    for (const HeldLock& held : dependency.held) {
      found[{held.lock.index, dependency.lock.index, held.site, dependency.site}].push_back(i);
    }
  }
  std::vector<Variant> variants;
  for (auto& [key, dependencies] : found) {
    const auto& [from, to, held_at, asked_at] = key;
    variants.push_back({from, to, held_at, asked_at, std::move(dependencies)});
  }
  return variants;
}

LockOrder::Edge edge_of(const RecordedRun& run, const Variant& variant) {
  LockOrder::Edge edge{variant.from, variant.to, variant.held_at, variant.asked_at, {}, 0, false};
  const auto& from = run.places[variant.from];
  const auto& to = run.places[variant.to];
  edge.is_against = from && to && *to < *from;
  std::set<ThreadId> threads;
  for (const std::uint32_t dependency : variant.dependencies) {
    threads.insert(run.trace.dependencies[dependency].thread);
    edge.times += run.trace.requests[dependency].size();
  }
  for (const ThreadId thread : threads) edge.threads.push_back(run.threads[thread.index]);
  return edge;
}

std::string both(const std::string& a, const std::string& b) { return a + " and " + b; }

class CycleJudge {
 public:
  CycleJudge(const Program& program, const FutureAccesses& future, const RecordedRun& run)
      : program_(program),
        future_(future),
        run_(run),
        trace_(run.trace),
        sync_preserving_(run.trace),
        steps_left_(std::max(replayed_steps_min, replayed_runs_min * run.result.steps)) {}

  JudgedCycles judge() {
    const std::vector<Variant> variants = variants_of(trace_);
    std::map<LockOrderEdge, std::vector<const Variant*>> of_edge;
    std::vector<LockOrderEdge> edges;
    for (const Variant& variant : variants) {
      edges.push_back({variant.from, variant.to});
      of_edge[edges.back()].push_back(&variant);
    }
    const Circuits found = circuits(run_.locks.size(), edges);
    if (!found.complete) leave_out("circles of more than three locks");
    for (const std::vector<std::uint32_t>& circuit : found.circuits) {
      std::vector<std::span<const Variant* const>> choices;
      for (std::size_t i = 0; i < circuit.size(); ++i) {
        choices.emplace_back(of_edge[{circuit[i], circuit[(i + 1) % circuit.size()]}]);
      }
      if (!judge_all(choices)) break;
    }
    std::ranges::stable_sort(result_.cycles, {}, &LockCycle::verdict);
    return std::move(result_);
  }

 private:
  using Pattern = std::vector<const Variant*>;

  void leave_out(const std::string& what) {
    if (result_.left_out.find(what) != std::string::npos) return;
    result_.left_out += (result_.left_out.empty() ? "" : "; ") + what;
  }

  // Every combination of places. False: there are too many.
  bool judge_all(const std::vector<std::span<const Variant* const>>& choices) {
    std::vector<std::size_t> at(choices.size());
    for (;;) {
      if (result_.cycles.size() == cycles_max) {
        leave_out("more than " + std::to_string(cycles_max) + " circles");
        return false;
      }
      Pattern cycle;
      for (std::size_t i = 0; i < at.size(); ++i) cycle.push_back(choices[i][at[i]]);
      judge_one(cycle);
      std::size_t digit = at.size();
      while (digit > 0 && ++at[digit - 1] == choices[digit - 1].size()) at[--digit] = 0;
      if (digit == 0) return true;
    }
  }

  void judge_one(const Pattern& cycle) {
    LockCycle& judged = result_.cycles.emplace_back();
    for (const Variant* variant : cycle) judged.edges.push_back(edge_of(run_, *variant));
    seen_ = {};
    dependencies_.clear();
    find_patterns(cycle);
    if (seen_.finding) {
      judged.verdict = LockCycle::Verdict::deadlock;
      judged.finding = seen_.finding;
    } else if (!seen_.open.empty()) {
      judged.verdict = LockCycle::Verdict::possible;
      judged.why = seen_.open;
    } else {
      judged.verdict = LockCycle::Verdict::excused;
      judged.excuse = !seen_.order.empty()  ? LockCycle::Excuse::order
                      : !seen_.gate.empty() ? LockCycle::Excuse::gate
                                            : LockCycle::Excuse::same_thread;
      judged.why = !seen_.order.empty()  ? seen_.order
                   : !seen_.gate.empty() ? seen_.gate
                                         : same_thread(judged);
    }
  }

  // Different threads that hold no lock in common, one at each place, until one pattern is proved.
  void find_patterns(const Pattern& cycle) {
    const std::size_t i = dependencies_.size();
    if (i == cycle.size()) return look_at_pattern();
    for (const std::uint32_t dependency : cycle[i]->dependencies) {
      if (seen_.finding || seen_.patterns == patterns_max) return;
      if (++seen_.looked_at > looks_max) return leave_out(combinations);
      if (!may_join(trace_.dependencies[dependency])) continue;
      dependencies_.push_back(dependency);
      find_patterns(cycle);
      dependencies_.pop_back();
    }
  }

  bool may_join(const LockDependency& dependency) {
    const auto is_same = [&](std::uint32_t other) {
      return trace_.dependencies[other].thread == dependency.thread;
    };
    if (std::ranges::any_of(dependencies_, is_same)) return false;
    for (const std::uint32_t other : dependencies_) {
      for (const HeldLock& held : dependency.held) {
        const auto& others = trace_.dependencies[other].held;
        if (std::ranges::find(others, held.lock, &HeldLock::lock) == others.end()) continue;
        seen_.gate = both(name(trace_.dependencies[other].thread), name(dependency.thread)) +
                     " both hold " + run_.locks[held.lock.index].name + " then";
        return false;
      }
    }
    return true;
  }

  void look_at_pattern() {
    ++seen_.patterns;
    if (seen_.patterns == patterns_max) leave_out(combinations);
    if (const auto order = must_order(trace_, dependencies_)) {
      seen_.order = name(trace_.dependencies[dependencies_[order->earlier]].thread) +
                    " is through before " +
                    name(trace_.dependencies[dependencies_[order->later]].thread) +
                    " comes so far, by starts and ends of threads or tasks";
      return;
    }
    if (seen_.open.empty()) {
      seen_.open = "the run keeps them apart, by data or by sections of another lock";
    }
    std::vector<std::size_t> from(dependencies_.size());
    for (std::size_t attempt = 0; attempt < attempts_max; ++attempt) {
      const auto instance = sync_preserving_.instance(dependencies_, from);
      if (!instance) return;
      if (steps_left_ == 0) {
        leave_out("replays");
        seen_.open = "it was not tried: others have taken all the time";
        return;
      }
      if (prove(*instance)) return;
      seen_.open = "the steps that should lead there go another way";
      from = instance->requests;
      ++from[attempt % from.size()];
    }
  }

  bool prove(const SyncPreserving::Instance& instance) {
    std::vector<ThreadId> threads;
    for (const std::uint32_t dependency : dependencies_)
      threads.push_back(trace_.dependencies[dependency].thread);
    std::vector<Choice> choices = choices_of(run_.result.choices, trace_, instance, threads);
    Replayed replayed = replay(program_, future_, std::move(choices), threads,
                               further_steps_min + run_.result.steps);
    steps_left_ -= std::min(steps_left_, replayed.steps);
    std::optional<Finding>& finding = replayed.deadlock;
    if (!finding) return false;
    const auto same =
        std::ranges::find(result_.findings, finding->fingerprint, &Finding::fingerprint);
    seen_.finding = static_cast<std::size_t>(same - result_.findings.begin());
    if (same == result_.findings.end()) result_.findings.push_back(std::move(*finding));
    return true;
  }

  static std::string same_thread(const LockCycle& cycle) {
    std::set<std::string> threads;
    for (const LockOrder::Edge& edge : cycle.edges) {
      threads.insert(edge.threads.begin(), edge.threads.end());
    }
    if (threads.size() == 1) return *threads.begin() + " alone comes there";
    return "it takes more threads than come there";
  }
  const std::string& name(ThreadId thread) const { return run_.threads[thread.index]; }

  const Program& program_;
  const FutureAccesses& future_;
  const RecordedRun& run_;
  const LockTrace& trace_;
  SyncPreserving sync_preserving_;
  std::uint64_t steps_left_;
  JudgedCycles result_;
  // Of the cycle at hand.
  struct Seen {
    std::optional<std::size_t> finding;
    std::string open, order, gate;  // why it is so; empty: it is not
    std::size_t patterns = 0, looked_at = 0;
  } seen_;
  std::vector<std::uint32_t> dependencies_;
};

}  // namespace

LockOrder lock_order(const RecordedRun& run) {
  LockOrder order;
  order.locks = run.locks;
  for (const Variant& variant : variants_of(run.trace))
    order.edges.push_back(edge_of(run, variant));
  return order;
}

JudgedCycles judge_cycles(const Program& program, const FutureAccesses& future,
                          const RecordedRun& run) {
  return CycleJudge(program, future, run).judge();
}

}  // namespace lockstep
