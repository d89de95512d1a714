// What the remedies share. Internal to remedy/.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remedy/patch.h"
#include "remedy/remedy.h"

namespace lockstep {

// The remedies, one file each.
using Propose = std::vector<Proposal>(const Scenario& scenario, const Program& program,
                                      const Exploration& exploration);
Propose propose_one_rlock, propose_lock_order, propose_gate_lock, propose_try_acquire,
    propose_rlock, propose_with, propose_release, propose_while, propose_notify_all,
    propose_under_lock, propose_predicate, propose_sentinels, propose_task_done,
    propose_larger_queue, propose_more_permits, propose_parties, propose_more_workers,
    propose_call_directly, propose_join_order, propose_daemon, propose_lock, propose_clear,
    propose_socket_order, propose_get_lock;

// What a finding, or a thread that is stuck in it, is about.
bool is_circle_of_locks(const Finding& finding);
bool waits_for_a_permit(const StuckThread& stuck);
// A lock or permit may have been kept: somebody waits for it, and not all wait for locks in a
// circle.
bool is_for_unreleased(const Finding& finding);
bool is_without_lock(const Finding& finding);  // wait or notify on a condition
bool is_for_a_lock(const Finding& finding);    // two threads may have been in each other's way
bool waits_on_a_condition(const StuckThread& stuck);
bool waits_for_an_event(const StuckThread& stuck);
bool waits_on_a_queue(const StuckThread& stuck, std::string_view operation);
// It is about to join a thread or process, as the scenario says, and part of the cause.
bool joins_in_the_cause(const Finding& finding, const StuckThread& stuck);
// A future for which somebody waits is one of this pool, or its workers wait for queued tasks.
bool names_in_a_wait(const Exploration& exploration, const std::string& pool);

// The lock that its owner may take again, for one that it may not: RLock for Lock, mp.RLock for
// mp.Lock, themselves for themselves. Nothing: the kind is no lock.
std::optional<ObjectKind> reentrant(ObjectKind kind);

// The locks of each circular wait in which everybody waits for one, be it a semaphore of one
// permit: ascending, no set twice.
std::vector<std::vector<ObjectId>> lock_cycles(const Program& program,
                                               const Exploration& exploration);
// All of them, ascending.
std::vector<ObjectId> locks_on_cycles(const Program& program, const Exploration& exploration);
// Where an object, or the array of which it is one, is declared; null if lockstep made it.
const ScenarioObject* declaration_of(const Scenario& scenario, const Program& program,
                                     ObjectId object);
std::string object_pointer(const ScenarioObject& object);
// Makes a Lock an RLock; nothing to do if it is one. False if it cannot be done.
bool make_rlock(Edit& edit, const ScenarioObject& object);

// The values of the scenario's params as load() takes them, for reading it again.
std::map<std::string, std::string> settings_of(const Scenario& scenario);

// "a", "a and b", "a, b and c"
std::string in_words(const std::vector<std::string>& names);

Proposal proposal_of(std::string remedy, std::string title, const Edit& edit);
// The remedy is one for what was found, but not for this text.
Proposal refusal_of(std::string remedy, std::string why_not);

}  // namespace lockstep
