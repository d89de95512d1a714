// Steps that were taken before, remembered as what they found and what they changed.
//
// A step of a thread depends on its private state and on the words that its operations look at:
// with objects that are self-contained (footprint.h) those of the objects, else the variables that
// it names. So of a hundred million steps a few thousand are different, and the others need not be
// taken again: Harmony's memo of thread steps (van Renesse, 2020), with the words that count.
//
// Whatever footprint.h knows nothing of is not remembered. Under LOCKSTEP_AUDIT each step that is
// known is taken again, and compared. Tested by tests/explorer/known_steps_test.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/step/step.h"
#include "explorer/footprint.h"
#include "explorer/tree_table.h"

namespace lockstep {

// Adds the words of a State that the operation looks at with a receiver that is self-contained, to
// be done and to wait.
void add_looked_at(const Program& program, Operation operation, ObjectId receiver,
                   std::vector<std::uint32_t>& words);

class KnownSteps {
 public:
  explicit KnownSteps(const Machine& machine);

  // What the step changes; nothing if it is not known. Valid until take().
  // Requires: is_enabled(machine, state, choice).
  std::optional<KnownChanges> find(const State& state, const Choice& choice);
  // The words that the steps of a thread from a private state look at beside that, as far as they
  // are known, and whether one of them ends the thread: then it counts too whether no other is
  // alive. Valid until take(). Requires: find() has known a step from there.
  struct Looked {
    std::span<const std::uint32_t> words;
    bool may_end;
  };
  Looked looked_at(ThreadId thread, LocalId local);
  // So many steps were known to somebody who has remembered what find() said.
  void were_known(std::uint64_t steps) { hits_ += steps; }
  // What the step touches; null if it is not known. Valid until take().
  const StepFootprint* footprint_of(const State& state, const Choice& choice);
  // Takes the step in `after`, a copy of `before`, and remembers it.
  void take(const State& before, const Choice& choice, State& after);

  std::size_t memory_bytes() const;

 private:
  // Where a thread stands, and the words that its steps from there look at.
  struct Place {
    std::uint32_t thread;
    LocalId local;
    std::uint32_t number = 0;  // of its steps; another one when it turns out to look at more
    std::uint32_t first = 0, count = 0;  // in looked_at_
    std::uint32_t latest = 0;            // of its steps: index in steps_ + 1
    bool is_known = true;                // what its steps look at
    bool may_end = false;                // the thread may end, which is more if it is the last
  };
  std::uint32_t* place_slot(ThreadId thread, LocalId local);
  std::uint32_t find_step(const State& state, const Choice& choice);
  std::uint32_t number_of_footprint();
  bool fits(std::uint32_t step, const Place& place, const State& state) const;
  std::uint32_t* step_slot(const Place& place, const State& state);
  bool find_what_is_looked_at(ThreadId thread);
  bool is_last(const State& state, ThreadId thread) const;
  void remember(Place& place, const State& before, const State& after);
  void grow_step_slots();
  void forget();

  const Machine& machine_;
  Resources resources_;
  bool works_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> place_slots_;  // open addressing; index in places_ + 1, 0: free
  std::vector<std::uint32_t> looked_at_;    // words of a State
  std::uint32_t numbers_ = 0;

  // A step: its number, the values of the words that it looks at; the number of changes.
  std::vector<Word> found_;
  std::vector<WordChange> changes_;
  struct Step {
    std::uint32_t found, words;  // in found_: the number and so many words
    std::uint32_t first, count;  // in changes_
    std::uint32_t footprint;     // in footprints_
  };
  std::vector<Step> steps_;
  std::vector<StepFootprint> footprints_;  // each once: there are a few, whatever the steps
  std::vector<std::uint32_t> step_slots_;  // open addressing; index in steps_ + 1, 0: free
  std::uint32_t forgotten_ = 0;            // steps so far, so that numbers stay different
  std::uint64_t hits_ = 0, misses_ = 0;    // since something was forgotten

  // Of the step at hand.
  std::vector<Performed> performed_;
  std::vector<std::uint32_t> words_;
  StepFootprint its_footprint_;
  bool ends_ = false;
};

}  // namespace lockstep
