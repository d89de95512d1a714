// What the remedies share. Internal to remedy/.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "remedy/patch.h"
#include "remedy/remedy.h"

namespace lockstep {

// The remedies, one file each.
std::vector<Proposal> propose_one_rlock(const Scenario& scenario, const Program& program,
                                        const Exploration& exploration);
std::vector<Proposal> propose_lock_order(const Scenario& scenario, const Program& program,
                                         const Exploration& exploration);
std::vector<Proposal> propose_rlock(const Scenario& scenario, const Program& program,
                                    const Exploration& exploration);

// The lock that its owner may take again, for one that it may not: RLock for Lock, mp.RLock for
// mp.Lock, themselves for themselves. Nothing: the kind is no lock.
std::optional<ObjectKind> reentrant(ObjectKind kind);

// The locks of each circular wait in which everybody waits for a Lock or an RLock: ascending, no
// set twice.
std::vector<std::vector<ObjectId>> lock_cycles(const Program& program,
                                               const Exploration& exploration);
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

}  // namespace lockstep
