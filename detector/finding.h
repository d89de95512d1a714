// What can be wrong, as plain data that needs no Machine.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detector/cause.h"
#include "detector/code_row.h"
#include "engine/ids.h"
#include "engine/run/directive.h"
#include "engine/step/step.h"

namespace lockstep {

enum class FindingKind : std::uint8_t {
#define FINDING(kind, code, name, title) kind,
#include "detector/finding_kinds.def"
#undef FINDING
};
using FindingRow = CodeRow<FindingKind>;
const FindingRow& row(FindingKind kind);
std::span<const FindingRow> finding_rows();
const FindingRow* find_finding(std::string_view code_or_name);  // null: there is none
bool is_deadlock(FindingKind kind);                             // somebody waits for ever
bool is_exception(FindingKind kind);                            // one has ended a thread

// 16 hex digits that stand for a kind and parts of which the order does not matter.
std::string fingerprint(FindingKind kind, std::vector<std::string> parts);

// One blocked thread of a deadlock.
struct StuckThread {
  ThreadId id;
  std::string thread;
  bool core = true;  // part of the cause; false: waits behind it
  bool daemon = false;
  std::string operation;       // "acquire", "join", "wait", ... as the scenario writes it
  std::string waits_for;       // object or thread; for a join of all: the unfinished threads
  std::string waits_for_type;  // "Lock", "Thread", ...
  SiteId at;
  std::vector<std::string> let_go_by;  // threads that could let it go, were they not stuck or ended
  struct Hold {
    std::string object;
    SiteId at;
    std::uint64_t step = 0;  // of the finding's schedule; 0 if unknown
  };
  std::vector<Hold> holds;
  std::string why;  // one sentence: "T2 holds mutexA and waits for mutexB"
};

// What on the way to a finding made it so. Every sentence is about steps of the finding's own
// interleaving, and true of it.
struct Explanation {
  CauseKind cause;
  std::string text;  // one sentence or two
  struct Moment {
    std::uint64_t step;  // of the finding's schedule, from 1
    std::string thread;
    std::optional<SiteId> at;
    std::string what;  // as a trace has it: "read n: 0"
  };
  std::vector<Moment> moments;  // in their order
  // An interleaving in which some of these steps come in another order and the fault does not come
  // about. Empty: none was tried.
  Schedule other_order;
};

struct Finding {
  FindingKind kind;
  bool partial = false;  // other threads can still run, or the process ends all the same
  std::string message;   // one sentence, the whole finding in short
  std::vector<StuckThread> threads;  // core first, by thread
  std::vector<std::string> others;   // neither stuck nor ended: they can still move
  std::vector<std::string> ended;
  std::optional<SiteId> site;   // exception: where it was raised; conditions: none
  std::string subject;          // exception: its line; conditions: the expression
  std::string thread;           // exception: the thread
  std::string fingerprint;      // 16 hex digits; survives renumbering of lines
  std::vector<Choice> choices;  // the interleaving that leads to it
  Schedule schedule;            // the same in words
  std::uint64_t preemptions = 0;
  std::uint64_t steps = 0;
  // starvation: so many steps at the end of the interleaving lead back to the state in which they
  // began; the two numbers above speak of those before. 0: there is no such loop.
  std::uint64_t loop_steps = 0;
  bool shortest = true;      // fewest preemptions, then steps, is proved
  std::uint64_t states = 1;  // how many states of the exploration show it
  std::optional<Explanation> explanation = {};
};

}  // namespace lockstep
