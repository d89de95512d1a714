#include "prediction/few_preemptions.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "explorer/explore.h"
#include "prediction/replay.h"

namespace lockstep {
namespace {

constexpr std::uint64_t states_max = 20'000;
constexpr std::uint64_t preemptions_max = 2;
constexpr std::uint64_t further_steps_max = 10'000;

bool is_open(const LockCycle& cycle) { return cycle.verdict == LockCycle::Verdict::possible; }

// Whether the deadlock is the circle: for each edge a thread that holds the one lock and asks for
// the other at its place, and no more threads.
bool closes(const Finding& finding, const LockCycle& cycle, const LockOrder& order) {
  if (finding.kind != FindingKind::circular_wait) return false;
  std::set<std::tuple<std::string, std::string, SiteId>> asked, wanted;
  for (const LockOrder::Edge& edge : cycle.edges) {
    wanted.emplace(order.locks[edge.from].name, order.locks[edge.to].name, edge.asked_at);
  }
  std::size_t threads = 0;
  for (const StuckThread& stuck : finding.threads) {
    if (!stuck.core) continue;
    ++threads;
    for (const StuckThread::Hold& hold : stuck.holds) {
      asked.emplace(hold.object, stuck.waits_for, stuck.at);
    }
  }
  return threads == cycle.edges.size() && std::ranges::includes(asked, wanted);
}

auto cost(const Finding& finding) { return std::pair(finding.steps, finding.preemptions); }

}  // namespace

void look_nearby(const Program& program, const PredictionLimits& limits, Prediction& prediction) {
  if (prediction.findings.empty() && std::ranges::none_of(prediction.cycles, is_open)) return;
  ExploreOptions options;
  options.limits.states_max = states_max;
  options.limits.memory_bytes_max = limits.memory_bytes_max;
  options.limits.interrupted = limits.interrupted;
  options.workers = 1;
  options.preemptions_max = preemptions_max;
  for (Finding& found : explore(program, options).findings) {
    if (!is_deadlock(found.kind)) continue;
    const auto same =
        std::ranges::find(prediction.findings, found.fingerprint, &Finding::fingerprint);
    const auto index = static_cast<std::size_t>(same - prediction.findings.begin());
    const auto closed = [&](const LockCycle& cycle) {
      return is_open(cycle) && closes(found, cycle, prediction.order);
    };
    const bool is_one = std::ranges::any_of(prediction.cycles, closed);
    if (same != prediction.findings.end()) {
      if (cost(found) < cost(*same)) {
        found.partial = same->partial;
        *same = found;
      }
    } else if (is_one) {
      found.partial = !can_end_stuck(program, found.choices, further_steps_max);
      prediction.findings.push_back(found);
    }
    for (LockCycle& cycle : prediction.cycles) {
      if (!closed(cycle)) continue;
      cycle.verdict = LockCycle::Verdict::deadlock;
      cycle.why.clear();
      cycle.finding = index;
    }
  }
  std::ranges::stable_sort(prediction.cycles, {}, &LockCycle::verdict);
}

}  // namespace lockstep
