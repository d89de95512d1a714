// A run as plain data, step by step, for the reports: nothing in it needs a Machine.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/run/run.h"

namespace lockstep {

struct TraceEvent {
  Event::Kind kind;
  SiteId site;
  std::string text;        // "acquire mutexA", "n = 99", "acquire mutexA: blocked, held by T1"
  Operation operation = Operation::run_on;
  std::string object;      // receiver or variable; empty: none
  std::string value;       // what it returned, loaded, stored or raised, as repr; empty: none
  std::string output;      // print: the line, without its newline
};

struct TraceStep {
  std::uint64_t number;    // from 1
  double time;             // virtual seconds at the end of the step
  std::string thread;
  Choice choice;
  std::vector<TraceEvent> events;
  // What changed, old and new, as text: variables, then lock owners and counters.
  struct Change {
    std::string name, before, after;
  };
  std::vector<Change> changes;
  std::vector<std::string> runnable;   // threads that could be picked before the step
};

class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void on_trace_step(const TraceStep& step) = 0;
};

// Turns what a run tells into TraceSteps and hands them on at once; keeps none. Also follows
// who holds what since where, objects without owner included, for reports.
class TraceRecorder : public RunObserver {
 public:
  explicit TraceRecorder(TraceSink* sink);  // null: only the holdings are followed

  struct Holding {
    ThreadId thread;
    ObjectId object;
    SiteId site;           // where it was acquired (outermost)
    std::uint64_t step;
    std::uint32_t count;   // acquisitions not yet released
  };
  const std::vector<Holding>& holdings() const { return holdings_; }  // by time of acquisition
  const std::vector<std::string>& output() const { return output_; }  // lines printed

  void on_event(const Machine&, const State&, const Event&) override;
  void on_step(const Machine&, const State&, std::uint64_t, Choice, double) override;
  void on_step_end(const Machine&, const State&, double) override;

 private:
  TraceSink* sink_;
  TraceStep step_;
  std::optional<State> before_;
  std::vector<Holding> holdings_;
  std::vector<std::string> output_;
};

}  // namespace lockstep
