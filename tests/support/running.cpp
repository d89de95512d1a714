#include "tests/support/running.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>

#include "engine/run/threads.h"
#include "language/load.h"
#include "language/schedule.h"
#include "report/trace_jsonl.h"
#include "report/trace_text.h"

namespace lockstep {
namespace {

class Both : public TraceSink {
 public:
  Both(const Program& program, Ran& ran)
      : ran_(ran),
        text_(
            program, [&ran](std::string_view line) { ran.text += line; }, Paint(false)),
        jsonl_(program, "0", [&ran](std::string_view line) { ran.jsonl += line; }) {}
  void on_trace_step(const TraceStep& step) override {
    ran_.steps.push_back(step);
    text_.on_trace_step(step);
    jsonl_.on_trace_step(step);
  }
  void on_end(const RunResult& result) { jsonl_.on_end(result); }

 private:
  Ran& ran_;
  TraceText text_;
  TraceJsonl jsonl_;
};

}  // namespace

std::unique_ptr<Program> program_of(std::string_view text) {
  std::string json(text);
  std::ranges::replace(json, '\'', '"');
  const std::size_t brace = json.find('{');
  REQUIRE(brace != std::string::npos);
  json.insert(brace + 1, R"("lockstep": 1, "name": "test", )");
  Loaded loaded = load("test.json", json);
  if (!loaded.complaints.empty()) FAIL(render("test.json", json, loaded.complaints));
  REQUIRE(loaded.program);
  return std::make_unique<Program>(std::move(*loaded.program));
}

std::string Ran::order() const {
  std::string names;
  for (const TraceStep& step : steps) names += (names.empty() ? "" : " ") + step.thread;
  return names;
}

std::vector<std::string> Ran::timed_output() const {
  std::vector<std::string> lines;
  for (const TraceStep& step : steps) {
    for (const TraceEvent& event : step.events) {
      if (event.kind != Event::Kind::operation || event.operation != Operation::print) continue;
      char time[32];
      std::snprintf(time, sizeof time, "%.3f ", step.time);
      lines.push_back(time + event.output);
    }
  }
  return lines;
}

Ran run_with(const Program& program, Policy& policy, const RunOptions& options) {
  Ran ran;
  const Machine machine(program);
  Both sink(program, ran);
  TraceRecorder recorder(&sink);
  ran.result = run(machine, policy, &recorder, options);
  sink.on_end(ran.result);
  ran.output = recorder.output();
  ran.dump = dump(machine, ran.result.state);
  return ran;
}

Ran run_named(const Program& program, std::string_view policy, std::uint64_t seed) {
  const PolicyRow* const found = policy_named(policy);
  REQUIRE(found != nullptr);
  return run_with(program, *found->make(program, seed));
}

Ran run_schedule(const Program& program, std::string_view schedule) {
  ReadSchedule read;
  std::string text(schedule);
  if (text.starts_with('[')) {
    if (text.find('"') == std::string::npos) std::ranges::replace(text, '\'', '"');
    const JsonTree tree = read_json(text);
    REQUIRE(tree.root);
    read = read_schedule(program, *tree.root, text, "");
  } else {
    read = read_schedule_text(program, text);
  }
  if (!read.complaints.empty()) FAIL(render("schedule", text, read.complaints));
  REQUIRE(read.schedule);
  return run_with(program, *scripted_policy(program, *read.schedule, 0));
}

}  // namespace lockstep
