#include "report/trace_jsonl.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "report/words.h"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& json) {
  // Bytes that are no UTF-8 can come in with a scenario's bytes values; they are replaced.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string_view kind_name(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::operation:
      return "operation";
    case Event::Kind::timeout:
      return "timeout";
    case Event::Kind::blocked:
      return "blocked";
    case Event::Kind::called:
      return "called";
    case Event::Kind::returned:
      return "returned";
    case Event::Kind::raised:
      return "raised";
    case Event::Kind::mark:
      return "mark";
    case Event::Kind::thread_ended:
      return "thread-ended";
    case Event::Kind::process_ended:
      return "process-ended";
  }
  return {};
}

std::string_view choice_name(Choice::Kind kind) {
  switch (kind) {
    case Choice::Kind::step:
      return "step";
    case Choice::Kind::timeout:
      return "timeout";
    case Choice::Kind::choose:
      return "choose";
  }
  return {};
}

void add_text(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}

Json event_json(const TraceEvent& event, const Program& program) {
  Json json;
  json["kind"] = kind_name(event.kind);
  if (event.kind == Event::Kind::operation || event.kind == Event::Kind::timeout ||
      event.kind == Event::Kind::blocked) {
    json["operation"] = row(event.operation).name;
    if (event.operation == Operation::print) json["output"] = event.output;
    if (event.operation == Operation::prompt) json["prompt"] = event.output;
  }
  json["text"] = event.text;
  add_text(json, "object", event.object);
  add_text(json, "value", event.value);
  if (!event.has_site) return json;
  const Site& site = program.sites[event.site.index];
  if (site.line != 0) {
    json["line"] = site.line;
    json["column"] = site.column;
    json["pointer"] = site.pointer;
  }
  add_text(json, "label", site.label);
  add_text(json, "note", site.note);
  add_text(json, "at", site.at);
  return json;
}

}  // namespace

TraceJsonl::TraceJsonl(const Program& program, std::string_view digest,
                       std::function<void(std::string_view)> write)
    : program_(program), write_(std::move(write)) {
  Json json;
  json["lockstep_trace"] = trace_version;
  json["scenario"] = program.name;
  json["digest"] = digest;
  write_(line_of(json));
}

void TraceJsonl::on_trace_step(const TraceStep& step) {
  Json json;
  json["step"] = step.number;
  json["time"] = step.time;
  json["thread"] = step.thread;
  json["thread_id"] = step.choice.thread.index;
  json["choice"] = choice_name(step.choice.kind);
  if (step.choice.kind == Choice::Kind::choose) json["item"] = step.choice.value;
  json["runnable"] = step.runnable;
  Json events = Json::array();
  for (const TraceEvent& event : step.events) events.push_back(event_json(event, program_));
  json["events"] = std::move(events);
  add_text(json, "rests", step.rests);
  if (!step.changes.empty()) {
    Json changes = Json::array();
    for (const TraceStep::Change& change : step.changes) {
      changes.push_back(
          {{"name", change.name}, {"before", change.before}, {"after", change.after}});
    }
    json["changes"] = std::move(changes);
  }
  if (!step.now_waiting.empty()) {
    Json waiting = Json::array();
    for (const TraceStep::Waiting& one : step.now_waiting) {
      waiting.push_back({{"thread", one.thread}, {"for", one.what}});
    }
    json["now_waiting"] = std::move(waiting);
  }
  if (!step.now_ready.empty()) json["now_ready"] = step.now_ready;
  write_(line_of(json));
}

void TraceJsonl::on_end(const RunResult& result) {
  Json json;
  json["end"] = end_name(result.end);
  json["steps"] = result.steps;
  json["time"] = result.now;
  json["preemptions"] = result.preemptions;
  add_text(json, "reason", result.reason);
  write_(line_of(json));
}

}  // namespace lockstep
