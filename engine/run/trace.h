// A run as plain data, step by step, for the reports: nothing in it needs a Machine.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/run/holdings.h"
#include "engine/run/run.h"

namespace lockstep {

struct TraceEvent {
  Event::Kind kind;
  SiteId site;
  bool has_site = false;  // false: an end of a thread or of the process
  std::string text;       // "acquire mutexA", "n = 99", "acquire mutexA: blocked, held by T1"
  Operation operation = Operation::run_on;
  std::string object;  // receiver, variable or function; empty: none
  std::string value;   // what it returned, loaded, stored or raised, as repr; empty: none
  std::string output;  // print: the line, without its newline
};

struct TraceStep {
  std::uint64_t number;  // from 1
  double time;           // virtual seconds at the end of the step
  std::string thread;
  Choice choice;
  std::vector<TraceEvent> events;
  // What changed, old and new, as text: variables, then objects as ObjectRow::describe has it.
  struct Change {
    std::string name, before, after;
  };
  std::vector<Change> changes;
  std::vector<std::string> runnable;  // threads that could be picked before the step
  // Other threads that could go on before the step and cannot now, and what they wait for
  // ("mutexA, held by T1"); and the other way round.
  struct Waiting {
    std::string thread, what;
  };
  std::vector<Waiting> now_waiting;
  std::vector<std::string> now_ready;
  // What the thread does after the step, if that only takes time: "sleeps 2 s". It is an event
  // of the step that begins when it is over. Empty otherwise.
  std::string rests;
};

class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void on_trace_step(const TraceStep& step) = 0;
  // Else TraceStep::runnable is empty: who could be picked may be many, before each step.
  virtual bool wants_runnable() const { return true; }
};

// What an event did, in a few words: TraceEvent::text.
std::string event_text(const Machine& machine, const State& state, const Event& event);
// What a print wrote, without its newline, or a prompt. Requires: the event is of one of them.
std::string printed_line(const Machine& machine, const Event& event);

// Turns what a run tells into TraceSteps and hands them on at once; keeps none. Also follows
// who holds what since where, objects without owner included, for reports.
class TraceRecorder : public RunObserver {
 public:
  explicit TraceRecorder(TraceSink* sink);  // null: only the holdings and the output are followed

  using Holding = lockstep::Holding;
  const std::vector<Holding>& holdings() const {
    return holdings_.all();
  }  // by time of acquisition
  // The lines written. A prompt has no newline: what is printed next, by whomever, follows it.
  const std::vector<std::string>& output() const { return output_; }

  void on_begin(const Machine&, const State& initial, const VirtualClock&) override;
  void on_event(const Machine&, const State&, const Event&) override;
  void on_step(const Machine&, const State&, std::uint64_t, Choice, double) override;
  void on_step_end(const Machine&, const State&, double) override;
  bool watches_each_step() const override { return sink_ != nullptr; }

 private:
  TraceSink* sink_;
  TraceStep step_;
  std::uint64_t number_ = 0;
  // Only with a sink:
  const VirtualClock* clock_ = nullptr;  // of the run that goes on
  State before_;
  State seen_before_;             // by the thread whose step it is
  std::vector<Readiness> ready_;  // index = thread; `blocked` of who stands before nothing
  std::vector<bool> has_begun_;   // index = thread
  Holdings holdings_;
  std::vector<std::string> output_;
  bool in_line_ = false;  // the last line has no newline yet
};

}  // namespace lockstep
