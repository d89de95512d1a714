#include "remedy/rows.h"

#include <algorithm>
#include <array>
#include <set>

#include "language/constant.h"
#include "language/pointer.h"
#include "remedy/rewrite.h"

namespace lockstep {
namespace {

constexpr std::uint32_t kinds(std::initializer_list<FindingKind> of) {
  std::uint32_t bits = 0;
  for (const FindingKind kind : of) bits |= 1u << static_cast<unsigned>(kind);
  return bits;
}
// A deadlock in which it matters what somebody waits for, and not which kind it is called.
constexpr std::uint32_t waits =
    kinds({FindingKind::lost_wakeup, FindingKind::circular_wait, FindingKind::orphaned_lock,
           FindingKind::semaphore_leak, FindingKind::self_wait, FindingKind::missing_party,
           FindingKind::queue_never_done, FindingKind::never_woken});
constexpr std::uint32_t faults =
    kinds({FindingKind::uncaught_exception, FindingKind::invariant, FindingKind::final_check});

bool always(const Finding&) { return true; }

template <class Test>
bool some_thread(const Finding& finding, const Test& test) {
  return std::ranges::any_of(finding.threads, test);
}
template <class Test>
bool some_core(const Finding& finding, const Test& test) {
  return some_thread(finding, [&](const StuckThread& stuck) { return stuck.core && test(stuck); });
}

bool is_type(const StuckThread& stuck, std::string_view type) {
  return stuck.waits_for_type == type || stuck.waits_for_type == "mp." + std::string(type);
}
bool waits_for_notify(const Finding& finding) { return some_core(finding, waits_on_a_condition); }
bool waits_for_notify_of_threads(const Finding& finding) {
  return some_core(finding, [](const StuckThread& s) { return s.waits_for_type == "Condition"; });
}
bool is_for_while(const Finding& finding) {
  return is_deadlock(finding.kind) ? waits_for_notify(finding) : is_for_a_lock(finding);
}
bool is_for_under_lock(const Finding& finding) {
  return is_deadlock(finding.kind) ? waits_for_notify(finding) : is_without_lock(finding);
}
bool waits_for_item(const Finding& finding) {
  return some_core(finding, [](const StuckThread& s) { return waits_on_a_queue(s, "get"); });
}
bool waits_for_room(const Finding& finding) {
  return some_core(finding, [](const StuckThread& s) { return waits_on_a_queue(s, "put"); });
}
bool waits_for_permit(const Finding& finding) { return some_core(finding, waits_for_a_permit); }
bool waits_for_tasks(const Finding& finding) {
  return some_thread(finding, [](const StuckThread& s) { return waits_on_a_queue(s, "join"); });
}
bool waits_at_barrier(const Finding& finding) {
  return some_core(finding, [](const StuckThread& s) { return s.waits_for_type == "Barrier"; });
}
bool waits_for_set(const Finding& finding) { return some_core(finding, waits_for_an_event); }
bool waits_for_end(const Finding& finding) {
  return some_core(finding, [&](const StuckThread& s) { return joins_in_the_cause(finding, s); });
}

// In the order in which they are tried.
constexpr std::array rows{
    RemedyRow{"one-rlock", "the locks of a circular wait become one RLock with several names",
              propose_one_rlock, kinds({FindingKind::circular_wait}), is_circle_of_locks},
    RemedyRow{"lock-order", "locks are taken in one order everywhere", propose_lock_order,
              kinds({FindingKind::circular_wait}), is_circle_of_locks},
    RemedyRow{"gate-lock", "one more lock in front of those of a circular wait", propose_gate_lock,
              kinds({FindingKind::circular_wait}), is_circle_of_locks},
    RemedyRow{"try-acquire", "the second lock is tried for, the first let go where that fails",
              propose_try_acquire, kinds({FindingKind::circular_wait}), is_circle_of_locks},
    RemedyRow{"rlock", "a Lock that its owner takes again becomes an RLock", propose_rlock,
              kinds({FindingKind::self_deadlock}), always},
    RemedyRow{"with", "`with` instead of acquire and release", propose_with,
              waits | kinds({FindingKind::self_deadlock}), is_for_unreleased},
    RemedyRow{"release", "the release that is missing", propose_release,
              waits | kinds({FindingKind::self_deadlock}), is_for_unreleased},
    RemedyRow{"while", "`while` or wait_for instead of `if` around a wait", propose_while,
              faults | waits, is_for_while},
    RemedyRow{"notify-all", "notify_all instead of notify", propose_notify_all, waits,
              waits_for_notify},
    RemedyRow{"under-lock", "test, change and notify with the condition's lock held",
              propose_under_lock, waits | kinds({FindingKind::condition_unlocked}),
              is_for_under_lock},
    RemedyRow{"predicate", "a notify is remembered, and looked for before a wait",
              propose_predicate, waits, waits_for_notify_of_threads},
    RemedyRow{"sentinels", "a sign to stop for each consumer of a queue", propose_sentinels, waits,
              waits_for_item},
    RemedyRow{"task-done", "task_done for each item of a queue", propose_task_done, waits,
              waits_for_tasks},
    RemedyRow{"larger-queue", "the least size of a queue that suffices", propose_larger_queue,
              waits, waits_for_room},
    RemedyRow{"more-permits", "the least number of a semaphore's permits that suffices",
              propose_more_permits, kinds({FindingKind::circular_wait}), waits_for_permit},
    RemedyRow{"parties", "a barrier for as many as come", propose_parties, waits, waits_at_barrier},
    RemedyRow{"more-workers", "the least number of a pool's workers that suffices",
              propose_more_workers, kinds({FindingKind::pool_starvation}), always},
    RemedyRow{"call-directly", "a task calls the function of which it would await the result",
              propose_call_directly,
              kinds({FindingKind::pool_starvation, FindingKind::future_cycle}), always},
    RemedyRow{"join-order", "a join later, or none", propose_join_order,
              waits | kinds({FindingKind::join_cycle}), waits_for_end},
    RemedyRow{"daemon", "a thread that serves without end becomes a daemon", propose_daemon, waits,
              waits_for_item},
    RemedyRow{"lock", "a new lock from the look or the read to the write", propose_lock, faults,
              is_for_a_lock},
    RemedyRow{"clear", "an Event is cleared elsewhere, or not at all", propose_clear, waits,
              waits_for_set},
    RemedyRow{"socket-order", "one side of a socket receives first, or sends first",
              propose_socket_order, kinds({FindingKind::socket_cycle}), always},
    RemedyRow{"get-lock", "the lock of an mp.Value is held from the read to the write",
              propose_get_lock, faults, is_for_a_lock},
};

// All wait for locks, and for which.
std::optional<std::vector<ObjectId>> locks_of(const Program& program, const Finding& finding) {
  std::vector<ObjectId> locks;
  for (const StuckThread& stuck : finding.threads) {
    if (!stuck.core) continue;
    const std::optional<ObjectId> object = program.object_named(stuck.waits_for);
    if (!object) return std::nullopt;
    const ObjectInfo& info = program.objects[object->index];
    if (!row(info.kind).owned && !is_of_one_permit(info)) return std::nullopt;
    locks.push_back(*object);
  }
  std::ranges::sort(locks);
  locks.erase(std::unique(locks.begin(), locks.end()), locks.end());
  return locks;
}

}  // namespace

std::span<const RemedyRow> remedy_rows() { return rows; }

bool is_for(const RemedyRow& remedy, FindingKind kind) {
  return (remedy.kinds >> static_cast<unsigned>(kind) & 1u) != 0;
}
bool fits(const RemedyRow& remedy, const Finding& finding) {
  return is_for(remedy, finding.kind) && remedy.fits(finding);
}

bool is_circle_of_locks(const Finding& finding) {
  return finding.kind == FindingKind::circular_wait &&
         std::ranges::all_of(finding.threads, [](const StuckThread& stuck) {
           const std::optional<ObjectKind> kind = object_kind_named(stuck.waits_for_type);
           return !stuck.core || (kind && (reentrant(*kind) || is_semaphore(*kind)));
         });
}

bool is_for_unreleased(const Finding& finding) {
  return !is_circle_of_locks(finding) && some_core(finding, [](const StuckThread& stuck) {
    const std::optional<ObjectKind> kind = object_kind_named(stuck.waits_for_type);
    return (kind && reentrant(*kind)) || waits_for_a_permit(stuck);
  });
}

bool waits_for_a_permit(const StuckThread& stuck) {
  return is_type(stuck, "Semaphore") || is_type(stuck, "BoundedSemaphore");
}

bool is_without_lock(const Finding& finding) {
  return finding.kind == FindingKind::condition_unlocked;
}

bool is_for_a_lock(const Finding& finding) {
  if (finding.kind == FindingKind::invariant || finding.kind == FindingKind::final_check) {
    return true;
  }
  // What a program raises on purpose is none of it.
  return finding.kind == FindingKind::uncaught_exception &&
         std::ranges::any_of(std::array{"IndexError", "KeyError", "AssertionError", "TypeError",
                                        "ZeroDivisionError", "AttributeError"},
                             [&](const char* type) { return finding.subject.starts_with(type); });
}

bool waits_on_a_condition(const StuckThread& stuck) { return is_type(stuck, "Condition"); }

bool waits_for_an_event(const StuckThread& stuck) { return is_type(stuck, "Event"); }

bool waits_on_a_queue(const StuckThread& stuck, std::string_view operation) {
  const std::optional<ObjectKind> kind = object_kind_named(stuck.waits_for_type);
  return kind && is_queue(*kind) && stuck.operation == operation;
}

bool joins_in_the_cause(const Finding& finding, const StuckThread& stuck) {
  return is_deadlock(finding.kind) && stuck.core && stuck.operation == "join" &&
         (stuck.waits_for_type == "Thread" || stuck.waits_for_type == "Process");
}

bool names_in_a_wait(const Exploration& exploration, const std::string& pool) {
  return std::ranges::any_of(exploration.findings, [&](const Finding& finding) {
    if (finding.kind == FindingKind::pool_starvation && finding.subject == pool) return true;
    return some_core(finding, [&](const StuckThread& stuck) {
      return (stuck.waits_for + " ").find(" of " + pool + " ") != std::string::npos;
    });
  });
}

std::optional<ObjectKind> reentrant(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::lock:
    case ObjectKind::rlock:
      return ObjectKind::rlock;
    case ObjectKind::mp_lock:
    case ObjectKind::mp_rlock:
      return ObjectKind::mp_rlock;
    default:
      return std::nullopt;
  }
}

bool some_remedy_fits(const Finding& finding) {
  return std::ranges::any_of(rows, [&](const RemedyRow& row) { return fits(row, finding); });
}

std::vector<std::vector<ObjectId>> lock_cycles(const Program& program,
                                               const Exploration& exploration) {
  std::vector<std::vector<ObjectId>> cycles;
  for (const Finding& finding : exploration.findings) {
    if (finding.kind != FindingKind::circular_wait) continue;
    std::optional<std::vector<ObjectId>> locks = locks_of(program, finding);
    if (locks && !locks->empty()) cycles.push_back(*std::move(locks));
  }
  std::ranges::sort(cycles);
  cycles.erase(std::unique(cycles.begin(), cycles.end()), cycles.end());
  return cycles;
}

std::vector<ObjectId> locks_on_cycles(const Program& program, const Exploration& exploration) {
  std::set<ObjectId> locks;
  for (const std::vector<ObjectId>& cycle : lock_cycles(program, exploration)) {
    locks.insert(cycle.begin(), cycle.end());
  }
  return {locks.begin(), locks.end()};
}

const ScenarioObject* declaration_of(const Scenario& scenario, const Program& program,
                                     ObjectId object) {
  const ObjectInfo& info = program.objects[object.index];
  if (info.hidden) return nullptr;
  const std::string name = info.name.substr(0, info.name.find('['));
  const auto found = std::ranges::find(scenario.objects, name, &ScenarioObject::name);
  return found == scenario.objects.end() ? nullptr : &*found;
}

std::string object_pointer(const ScenarioObject& object) { return child("/objects", object.name); }

bool make_rlock(Edit& edit, const ScenarioObject& object) {
  const std::optional<ObjectKind> kind = object.kind ? reentrant(*object.kind) : std::nullopt;
  if (!kind) return false;
  if (kind == object.kind) return true;
  std::string pointer = object_pointer(object);
  const JsonNode* declared = edit.at(pointer);
  if (declared == nullptr) return false;
  if (declared->kind == JsonNode::Kind::object) pointer = child(pointer, "type");
  return edit.replace(pointer, '"' + std::string(row(*kind).type) + '"');
}

std::map<std::string, std::string> settings_of(const Scenario& scenario) {
  std::map<std::string, std::string> settings;
  for (const auto& [name, value] : scenario.parameters) settings[name] = literal(value);
  return settings;
}

std::string in_words(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " and " : ", ";
    out += names[i];
  }
  return out;
}

Proposal proposal_of(std::string remedy, std::string title, const Edit& edit) {
  return {std::move(remedy), std::move(title), edit.patch(), edit.text()};
}

Proposal refusal_of(std::string remedy, std::string why_not) {
  Proposal proposal;
  proposal.remedy = std::move(remedy);
  proposal.why_not = std::move(why_not);
  return proposal;
}

}  // namespace lockstep
