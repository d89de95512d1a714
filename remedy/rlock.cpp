// Remedy rlock: a Lock that its owner takes again becomes an RLock, which lets its owner in.
#include <algorithm>

#include "remedy/rows.h"

namespace lockstep {

std::vector<Proposal> propose_rlock(const Scenario& scenario, const Program& program,
                                    const Exploration& exploration) {
  Edit edit(scenario.text);
  std::vector<std::string> names;
  for (const Finding& finding : exploration.findings) {
    if (finding.kind != FindingKind::self_deadlock) continue;
    for (const StuckThread& stuck : finding.threads) {
      if (!stuck.core) continue;
      const std::optional<ObjectId> lock = program.object_named(stuck.waits_for);
      const ScenarioObject* declared = lock ? declaration_of(scenario, program, *lock) : nullptr;
      if (declared == nullptr || !declared->kind) continue;
      if (reentrant(*declared->kind).value_or(*declared->kind) == *declared->kind) continue;
      if (std::ranges::find(names, declared->name) != names.end()) continue;
      if (make_rlock(edit, *declared)) names.push_back(declared->name);
    }
  }
  if (names.empty()) return {};
  std::ranges::sort(names);
  return {proposal_of(
      "rlock", "make " + in_words(names) + (names.size() > 1 ? " RLocks" : " an RLock"), edit)};
}

}  // namespace lockstep
