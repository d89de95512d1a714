// A run for programs: JSON Lines, one object a step. docs/trace-format.md says what each key
// means; whoever changes one changes that page and, if a reader could break, trace_version.
//
// Nothing in it depends on who picked the choices: a replay gives the same bytes as the run.
//
// Tested by tests/report/trace_jsonl_test.cpp.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "engine/program/program.h"
#include "engine/run/run.h"
#include "engine/run/trace.h"

namespace lockstep {

inline constexpr int trace_version = 1;

class TraceJsonl : public TraceSink {
 public:
  // `write` is called with whole lines, the heading at once. `digest` is of the scenario's
  // text. The program must outlive it.
  TraceJsonl(const Program& program, std::string_view digest,
             std::function<void(std::string_view)> write);
  void on_trace_step(const TraceStep& step) override;
  // The last line.
  void on_end(const RunResult& result);

 private:
  const Program& program_;
  std::function<void(std::string_view)> write_;
};

}  // namespace lockstep
