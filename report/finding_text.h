// A finding for people. It answers five questions, in this order: is it bad; who waits for
// whom, and where; how did we get there; how do I see it again; how do I mend it.
#pragma once
#include <cstddef>
#include <string>

#include "detector/finding.h"
#include "engine/program/program.h"
#include "report/paint.h"

namespace lockstep {

struct FindingContext {
  const Program& program;    // for places
  std::string interleaving;  // in columns, drawn by trace_text from a replay; empty: left out
  std::string replay;        // lines to copy; empty: left out
  std::string remedy;        // likewise
  Paint paint;
  std::size_t width = 100;       // of what is not there to be copied; the interleaving has its own
  std::string other_order = {};  // a line to copy: of its explanation; empty: left out
};
std::string finding_text(const Finding& finding, const FindingContext& context);

// "LS001 circular-wait: T1 and T2 wait for each other", without a line break.
std::string finding_line(const Finding& finding);

// Who waits for whom among the cores: "T1 --waits for--> mutexB --held by--> T2 --...--> T1".
// Ends where it closes, or with "nobody". Empty if nobody waits.
std::string wait_chain(const Finding& finding);

// What one thread waits for: "waits for the Lock mutexB, held by T2".
std::string wait_sentence(const StuckThread& thread);

}  // namespace lockstep
