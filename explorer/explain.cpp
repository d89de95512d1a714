#include "explorer/explain.h"

#include <algorithm>
#include <utility>

#include "explorer/other_order.h"
#include "explorer/wakeups.h"
#include "explorer/way_log.h"

namespace lockstep {
namespace {

constexpr std::size_t way_max = 100'000;  // steps of an interleaving that is looked at

bool is_release(const LoggedEvent& event) {
  const Verb verb = row(event.operation).verb;
  return verb == Verb::release || verb == Verb::exit;
}

// The last operation of the thread that raised something there; null: there is none.
const LoggedEvent* raiser(const Finding& finding, const WayLog& log) {
  for (auto event = log.events.rbegin(); event != log.events.rend(); ++event) {
    if (event->outcome.kind == Outcome::Kind::raised && event->of && event->site == finding.site &&
        log.names[event->thread.index] == finding.thread) {
      return &*event;
    }
  }
  return nullptr;
}

std::string in_step(const LoggedEvent& event) { return "in step " + std::to_string(event.step); }

// Who let go of the lock or the permit before, or has it. Of a Condition, of its lock.
std::optional<Explanation> released_before(const Machine& machine, const Finding& finding,
                                           const WayLog& log) {
  const LoggedEvent* const fault = raiser(finding, log);
  if (fault == nullptr || !fault->of->is_object) return std::nullopt;
  const ObjectInfo& named = machine.program.objects[fault->of->index];
  const bool is_of_condition = finding.kind == FindingKind::condition_unlocked;
  if (is_of_condition && !named.lock) return std::nullopt;
  const ObjectInfo& info = is_of_condition ? machine.program.objects[named.lock->index] : named;
  const Location location{true, is_of_condition ? named.lock->index : fault->of->index};
  const std::string& lock = info.hidden ? named.name : info.name;
  const LoggedEvent *last = nullptr, *before = nullptr;
  for (const LoggedEvent& event : log.events) {
    if (&event == fault) break;
    if (std::ranges::count(event.changed, location) == 0) continue;
    before = std::exchange(last, &event);
  }
  Explanation explanation{};
  if (last == nullptr) {
    explanation.cause = CauseKind::never_taken;
    explanation.text = "Nobody has taken " + lock + " before.";
    return explanation;
  }
  const std::string& who = log.names[last->thread.index];
  explanation.moments = {log.moment(*last), log.moment(*fault)};
  if (!is_release(*last)) {
    if (last->thread == fault->thread || row(last->operation).let_go_by == LetGoBy::nothing) {
      return std::nullopt;  // a wait of a Condition
    }
    explanation.cause = CauseKind::held_by_another;
    explanation.text = who + " has taken " + lock + ' ' + in_step(*last) + '.';
    return explanation;
  }
  if (last->thread == fault->thread) {
    explanation.cause = CauseKind::released_already;
    explanation.text = who + " has released " + lock + " already, " + in_step(*last) + '.';
    return explanation;
  }
  // Of a lock that is taken several times, this may have been one release of many.
  if (info.kind == ObjectKind::rlock || info.kind == ObjectKind::mp_rlock) return std::nullopt;
  // Who never had the lock has nobody to blame.
  const bool had_it = before != nullptr && before->thread == fault->thread && !is_release(*before);
  if (!had_it) return std::nullopt;
  explanation.cause = CauseKind::released_by_another;
  explanation.text = who + " has released " + lock + ' ' + in_step(*last) + ", which " +
                     log.names[fault->thread.index] + " had taken " + in_step(*before) + '.';
  explanation.moments.insert(explanation.moments.begin(), log.moment(*before));
  return explanation;
}

// Who broke the barrier. What its operations say of themselves is followed, as
// engine/operations/barrier.cpp has it.
std::optional<Explanation> broken_by(const Machine& machine, const Finding& finding,
                                     const WayLog& log) {
  const LoggedEvent* const fault = raiser(finding, log);
  if (fault == nullptr) return std::nullopt;
  const std::string& barrier = machine.program.objects[fault->of->index].name;
  const LoggedEvent* breaker = nullptr;
  std::uint64_t inside = 0;
  for (const LoggedEvent& event : log.events) {
    if (event.of != fault->of) continue;
    const bool raised = event.outcome.kind == Outcome::Kind::raised;
    switch (event.operation) {
      case Operation::barrier_abort:
        breaker = &event;
        break;
      case Operation::barrier_break:
        breaker = &event;
        --inside;
        break;
      case Operation::barrier_release:
        --inside;
        break;
      case Operation::barrier_reset:
        breaker = inside > 0 && !event.changed.empty() ? &event : inside > 0 ? breaker : nullptr;
        break;
      case Operation::barrier_park:
        if (raised && breaker == nullptr) breaker = &event;
        --inside;
        break;
      case Operation::barrier_wait:
        if (raised) break;
        breaker = nullptr;  // it is filled anew
        // The last to come does not stay, unless it executes the action.
        if (event.outcome.kind == Outcome::Kind::next ||
            machine.values().kind(event.outcome.value) == ValueKind::function) {
          ++inside;
        }
        break;
      default:
        break;
    }
    if (&event == fault) break;
  }
  if (breaker == nullptr) return std::nullopt;
  const std::string& who = log.names[breaker->thread.index];
  Explanation explanation{};
  switch (breaker->operation) {
    case Operation::barrier_abort:
      explanation.cause = CauseKind::aborted;
      explanation.text = who + " has aborted " + barrier;
      break;
    case Operation::barrier_break:
      explanation.cause = CauseKind::action_failed;
      explanation.text = "The action of " + barrier + ", executed by " + who + ", has raised";
      break;
    case Operation::barrier_reset:
      explanation.cause = CauseKind::reset;
      explanation.text = who + " has reset " + barrier + " while threads waited at it";
      break;
    default:
      explanation.cause = CauseKind::timed_out;
      explanation.text = "The timeout of " + who + " at " + barrier + " has run out";
      break;
  }
  explanation.text += ", " + in_step(*breaker) + '.';
  explanation.moments.push_back(log.moment(*breaker));
  if (breaker != fault) explanation.moments.push_back(log.moment(*fault));
  return explanation;
}

// Who took the lock that nobody releases any more, and whether it lives.
std::optional<Explanation> taken_for_ever(const Machine& machine, const Finding& finding,
                                          const WayLog& log) {
  for (const StuckThread& stuck : finding.threads) {
    if (!stuck.core || stuck.let_go_by.size() != 1) continue;
    const std::optional<ObjectId> lock = machine.program.object_named(stuck.waits_for);
    if (!lock) continue;
    const LoggedEvent* taken = nullptr;
    for (const LoggedEvent& event : log.events) {
      if (std::ranges::count(event.changed, Location{true, lock->index}) > 0) taken = &event;
    }
    const std::string& owner = stuck.let_go_by.front();
    if (taken == nullptr || is_release(*taken) || log.names[taken->thread.index] != owner ||
        taken->of != Location{true, lock->index}) {
      continue;
    }
    Explanation explanation{};
    const bool has_ended = std::ranges::count(finding.ended, owner) > 0 ||
                           life(machine.program, log.result.state, taken->thread) == Life::killed;
    // MainThread has not ended while it waits for the others, although its code has.
    if (!has_ended && owner == log.names[main_thread_id.index]) return std::nullopt;
    explanation.cause = has_ended ? CauseKind::owner_ended : CauseKind::owner_goes_on;
    explanation.text = owner + " has taken " + stuck.waits_for + ' ' + in_step(*taken) +
                       (has_ended ? " and ended without releasing it."
                                  : " and has not ended, but nothing that it can still do "
                                    "releases it.");
    explanation.moments.push_back(log.moment(*taken));
    return explanation;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Explanation> explain(const Machine& machine, const Finding& finding) {
  if (finding.choices.size() > way_max) return std::nullopt;
  std::optional<Explanation> (*of_kind)(const Machine&, const Finding&, const WayLog&) = nullptr;
  switch (finding.kind) {
    case FindingKind::unowned_release:
      of_kind = released_before;
      break;
    case FindingKind::broken_barrier:
      of_kind = broken_by;
      break;
    case FindingKind::orphaned_lock:
      of_kind = taken_for_ever;
      break;
    case FindingKind::lost_wakeup:
      of_kind = lost_wakeup;
      break;
    case FindingKind::uncaught_exception:
    case FindingKind::over_release:
    case FindingKind::condition_unlocked:
    case FindingKind::task_done_too_often:
    case FindingKind::invariant:
    case FindingKind::final_check:
      of_kind = unchecked_wakeup;
      break;
    default:
      return std::nullopt;
  }
  const WayLog log = log_way(machine, finding.choices);
  if (auto explanation = of_kind(machine, finding, log)) return explanation;
  if (is_deadlock(finding.kind)) return std::nullopt;
  if (auto explanation = other_order(machine, finding, log)) return explanation;
  const bool is_of_lock =
      finding.kind == FindingKind::over_release || finding.kind == FindingKind::condition_unlocked;
  return is_of_lock ? released_before(machine, finding, log) : std::nullopt;
}

}  // namespace lockstep
