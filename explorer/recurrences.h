// What a program that never ends does again and again: the counterpart of Exploration::outcomes
// where there are no ends to compare.
//
// An interleaving in which no step that can be taken again and again is put off for ever stays, in
// the end, in one part of the graph of states that nothing leaves, and takes all of its steps again
// and again. A program that may also get stuck has no such part: there the parts are told from
// which an interleaving can only come to one in which somebody is stuck. The graph is that of all
// interleavings: no reduction, no symmetry.
//
// Tested by tests/explorer/recurrences_test.cpp.
#pragma once
#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/program/program.h"
#include "explorer/explore.h"

namespace lockstep {

// What some thread does that another could notice: "T1", "acquire", "m". Of several threads with
// one name each is called by its number, too: "x#2". A `with` acquires and releases; who waited in
// vain has not acquired.
struct Deed {
  std::string thread, what, on;
  friend auto operator<=>(const Deed&, const Deed&) = default;
};

struct Recurrence {
  std::set<Deed> deeds;                                    // by the steps of the part
  std::vector<std::pair<std::string, std::string>> ended;  // thread, "Type: text" or nothing
  bool is_final = false;                                   // nothing leaves the part
  friend bool operator==(const Recurrence&, const Recurrence&) = default;
};

struct Recurrences {
  // Empty: all was seen. Else nothing below is of use.
  std::string incomplete_reason;
  // Of the parts in which everybody goes on, but for daemons, who has ended, and who waits for the
  // end of a thread: those from which no other such part can be reached. No two are the same.
  std::vector<Recurrence> parts;
  bool somebody_stays_behind = false;  // in a part that nothing leaves not everybody goes on
  // The shared variables, as JSON in the order of Program::globals, in any state.
  std::set<std::vector<std::string>> values;
};

// Limits are those of states, of seconds and of who interrupts. O(states of the full graph).
Recurrences recurrences(const Program& program, const ExploreLimits& limits);

}  // namespace lockstep
