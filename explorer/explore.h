// All interleavings of a Program: every terminal state, every finding with its shortest
// counterexample, and an honest word on what was left out.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "detector/finding.h"
#include "engine/program/program.h"

namespace lockstep {

struct ExploreLimits {
  std::uint64_t states_max = 0;        // 0: none
  std::uint64_t memory_bytes_max = 0;  // of everything the exploration keeps but for what is
                                       // spilled; 0: none
  double seconds_max = 0;              // real time; 0: none
  std::uint64_t steps_max = 0;         // depth of an interleaving; 0: none. No reduction then, and
                                       // not for preemptions_max or hash_compaction
  std::function<bool()> interrupted;   // asked now and then; true ends the search
};

struct ExploreProgress {
  std::uint64_t states, transitions, frontier, memory_bytes;
  double seconds;
  const char* phase;     // "searching", "shortening"
  bool found;            // something is wrong in a state
  double states_in_all;  // as many as it will be, perhaps; 0: nobody knows
  double in_all_factor;  // by which that is rarely wrong; 0: by little
};

// One distinct terminal state as a user sees it: several states may show the same.
struct ExploredOutcome {
  enum class Status : std::uint8_t { finished, deadlock } status;
  std::vector<std::pair<std::string, std::string>> variables;   // name, value as JSON
  std::vector<std::pair<std::string, std::string>> exceptions;  // thread, "Type: text"
  std::vector<std::string> stuck;                               // threads, if a deadlock
  std::uint64_t states = 1;
  friend bool operator==(const ExploredOutcome&, const ExploredOutcome&) = default;
};
// But for how many states they are.
bool look_alike(const ExploredOutcome& one, const ExploredOutcome& other);

// Two accesses to a variable by different threads, next to each other in an interleaving, of which
// the order decides how the program ends: both orders were taken, and all else is the same up to
// there.
struct DecidingAccesses {
  std::string variable;
  struct Access {
    std::string thread;
    SiteId at;
  };
  struct Order {
    std::uint64_t step;             // of the schedule: the first of the two accesses, from 1
    std::vector<std::string> what;  // the two as a trace has them, in this order
    std::vector<std::pair<std::string, std::string>> variables;  // at the end, as in an outcome
    Schedule schedule;
  };
  std::vector<Access> accesses;  // two
  std::vector<Order> orders;     // two: the first access first, and the other one first
};

// Where a search writes down where it stands, and goes on from if the file is there.
struct CheckpointOptions {
  std::string file;
  double seconds_between = 60;  // at least; and whenever the search ends before it has seen all
  // What, and whose, the search is: names and values for people, the same whenever it goes on.
  std::vector<std::pair<std::string, std::string>> of;
};

struct ExploreOptions {
  ExploreLimits limits;
  bool reduce = true;      // stubborn sets
  bool symmetry = true;    // of threads that are alike
  bool sleep_sets = true;  // with stubborn sets only
  bool memoise = true;     // private runs
  unsigned workers = 0;    // threads that search; 0: as many as there are processors
  // They are of use as soon as so many states wait to be followed.
  std::uint32_t share_from = 2048;
  // Only interleavings with at most so many preemptions; nothing: all.
  std::optional<std::uint64_t> preemptions_max;
  // Where a limit of states or memory ends the search and nothing was found, within the same
  // limit again: interleavings with few preemptions, then random ones.
  bool fall_back = false;
  // Keep a hash of each state instead of the state (CompactSearch): never complete. One thread.
  bool hash_compaction = false;
  std::uint64_t schedules = 0;  // only so many random interleavings; 0: all
  // Only for a search over all states: none of the four options above.
  std::optional<CheckpointOptions> checkpoint;
  // A folder on a disk for the tables of a search that keeps all states (spill_folder.h). Empty:
  // they lie in memory.
  std::string spill_folder;
  // Look for threads that a fair scheduler may let wait for ever (StarvedThreads), too. All
  // interleavings are followed then, as if the three switches above were off. Only for a search
  // over all states: without preemptions_max, schedules and hash_compaction.
  bool starvation = false;
  bool first = false;  // end with the first finding: at random, then few preemptions, then all
  bool forget_dead_locals = true;  // as Machine says
  bool counterexamples = true;     // shorten and attach schedules
  // One that finishes, for Exploration::outcome_schedule. Requires: no symmetry and no
  // hash_compaction.
  std::optional<ExploredOutcome> outcome_to_show = {};
  std::function<void(const ExploreProgress&)> progress;  // called a few times a second
};

enum class Verdict : std::uint8_t {
  ok,  // complete, nothing found
  deadlock,
  partial_deadlock,
  livelock,    // but for that, or with an error beside it, all is well
  error,       // uncaught exception, invariant, final check
  starvation,  // but for that, all is well
  incomplete,  // nothing found, but something may have been missed
};
std::string_view verdict_name(Verdict verdict);  // "ok", "deadlock", "partial-deadlock", ...

struct Exploration {
  Verdict verdict = Verdict::ok;
  bool complete = true;
  std::string incomplete_reason;          // "states: the limit of 1000 was reached"
  std::string guarantee;                  // incomplete: what is certain all the same; or empty
  std::vector<Finding> findings;          // ordered: deadlocks first, then by kind, fingerprint
  std::vector<ExploredOutcome> outcomes;  // ordered by status, variables, exceptions
  // Of a program that ends in several ways and has no finding that says why. Nothing: none were
  // found, within a limit.
  std::optional<DecidingAccesses> deciding = {};
  Schedule outcome_schedule;  // ends as outcome_to_show; not proved the shortest. Empty: none was
                              // seen
  struct Stats {
    std::uint64_t states = 0, transitions = 0, terminal_states = 0, deadlock_states = 0;
    std::uint64_t depth = 0;  // steps of the longest of the shortest ways to a state; with
                              // hash_compaction, of the longest way that was followed
    std::uint64_t memory_bytes = 0;
    std::uint64_t spilled_bytes = 0;  // at most; not among memory_bytes
    double seconds = 0;
    std::string reduction = "none";
  } stats;
  // What became of ExploreOptions::checkpoint.
  struct Checkpoint {
    std::string refused;      // why the file that is there is not gone on from: all else is empty
    std::string failed;       // why the last one could not be written
    bool is_written = false;  // the file has the search as it was when a limit ended it
    bool is_over = false;     // the file is of no more use: everything has been seen
    std::uint64_t states_before = 0;  // that the search had seen where it went on
  } checkpoint;
  bool nobody_starves = false;     // ExploreOptions::starvation was asked for and found nothing
  bool finished_possible() const;  // some interleaving finishes
};

// Deterministic but for `seconds` and where a time or memory limit cuts.
Exploration explore(const Program& program, const ExploreOptions& options = {});

}  // namespace lockstep
