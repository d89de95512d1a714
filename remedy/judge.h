// What a patched scenario's exploration says of a remedy.
//
// What a patched scenario may not do: deadlock, show a fault that the original did not have, or
// end as the original never ends. It need not be able to end in all the ways of the original: a
// remedy takes interleavings away.
//
// Where neither program ends, there are no ends to compare, but parts of the graphs of states in
// which interleavings stay for ever (explorer/recurrences). In each such part of the patched
// scenario everybody must go on, and do all that is done again and again in one of the original's
// in which everybody goes on; and no variable may have values that it cannot have there. That a
// part does all of it is what makes it exact: a thread that tries again and again and never gets
// anywhere goes on too.
// Tested by tests/remedy/try_remedies_test.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "explorer/recurrences.h"
#include "remedy/remedy.h"

namespace lockstep {

inline std::uint32_t bit(FindingKind kind) { return 1u << static_cast<unsigned>(kind); }

class Judge {
 public:
  // All three must outlive it.
  Judge(const Exploration& original, const Program& program, const ExploreLimits& limits);

  // Whether something that is wrong with the original is not wrong with this.
  bool is_progress(const Exploration& patched) const;

  struct Judgement {
    TriedRemedy::Verdict verdict;
    std::string reason;
    const Finding* finding = nullptr;          // of the patched scenario, that refutes it
    const ExploredOutcome* outcome = nullptr;  // likewise
  };
  // `mended`: bits of the kinds, other than deadlocks, for which the remedy was proposed. Of these
  // none may be left; of deadlocks none may anyway.
  Judgement judge(const Exploration& patched, const Program& program, const Proposal& proposal,
                  std::uint32_t mended);

 private:
  using Values = std::vector<std::pair<std::string, std::string>>;
  using Outcome = std::pair<Values, Values>;  // variables, exceptions
  using Identity = std::tuple<FindingKind, std::string, std::string, std::string>;

  static Identity identity(const Finding& finding);
  Outcome told(const ExploredOutcome& outcome) const;
  bool goes_on_for_ever();
  Judgement judge_endless(const Program& program, bool may_stop);
  bool is_known(const std::vector<std::string>& values, const Program& program,
                std::string& shown) const;
  bool is_done(const Recurrence& part, const std::set<std::string>& objects,
               std::string& lacking) const;
  bool taken_away(const std::string& name, const std::set<std::string>& objects) const;

  const Exploration& original_;
  const Program& program_;
  const ExploreLimits& limits_;
  std::optional<Recurrences> recurrences_;  // of the original, once they are asked for
  std::set<std::string> variables_;
  std::set<Outcome> known_;
  std::set<Values> values_;  // also of ends that are deadlocks
  std::set<Identity> findings_;
};

}  // namespace lockstep
