#include "report/exploration_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "language/schedule.h"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;

// A file's name need not be UTF-8; everything else is.
std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json site(const Program& program, SiteId id) {
  const Site& at = program.sites[id.index];
  Json json = {{"line", at.line}, {"column", at.column}, {"pointer", at.pointer}};
  json["statement"] = at.text;
  if (!at.label.empty()) json["label"] = at.label;
  if (!at.note.empty()) json["note"] = at.note;
  if (!at.at.empty()) json["code"] = at.at;
  return json;
}

Json stuck_thread(const Program& program, const StuckThread& thread) {
  Json json = {{"thread", thread.thread},        {"core", thread.core},
               {"daemon", thread.daemon},        {"operation", thread.operation},
               {"waits_for", thread.waits_for},  {"waits_for_type", thread.waits_for_type},
               {"at", site(program, thread.at)}, {"let_go_by", thread.let_go_by},
               {"holds", Json::array()},         {"why", thread.why}};
  for (const StuckThread::Hold& hold : thread.holds) {
    Json held = {{"object", hold.object}, {"at", site(program, hold.at)}};
    held["step"] = hold.step > 0 ? Json(hold.step) : Json(nullptr);
    json["holds"].push_back(std::move(held));
  }
  return json;
}

// A value that engine/value/text.h has written as JSON.
Json value(const std::string& text) {
  Json parsed = Json::parse(text, nullptr, false);
  return parsed.is_discarded() ? Json(text) : parsed;
}

Json explanation_object(const Program& program, const Explanation& explanation,
                        const Subject& subject) {
  Json json = {{"cause", row(explanation.cause).name},
               {"code", row(explanation.cause).code},
               {"text", explanation.text},
               {"moments", Json::array()}};
  for (const Explanation::Moment& moment : explanation.moments) {
    Json each = {{"step", moment.step}, {"thread", moment.thread}, {"what", moment.what}};
    if (moment.at) each["at"] = site(program, *moment.at);
    json["moments"].push_back(std::move(each));
  }
  if (!explanation.other_order.empty()) {
    json["other_order"] = {{"schedule", value(schedule_json(explanation.other_order, program, 0))}};
    if (auto line = run_line(subject, explanation.other_order)) {
      json["other_order"]["replay"] = *line;
    }
  }
  return json;
}

Json finding_object(const Program& program, const Finding& finding, const Subject& subject) {
  const FindingRow& kind = row(finding.kind);
  Json json = {{"code", kind.code},          {"kind", kind.name},
               {"title", kind.title},        {"partial", finding.partial},
               {"message", finding.message}, {"threads", Json::array()},
               {"others", finding.others},   {"ended", finding.ended}};
  for (const StuckThread& thread : finding.threads) {
    json["threads"].push_back(stuck_thread(program, thread));
  }
  if (!finding.thread.empty()) json["thread"] = finding.thread;
  if (!finding.subject.empty()) json["subject"] = finding.subject;
  if (finding.site) json["at"] = site(program, *finding.site);
  if (finding.explanation) {
    json["explanation"] = explanation_object(program, *finding.explanation, subject);
  }
  json["fingerprint"] = finding.fingerprint;
  json["schedule"] = value(schedule_json(finding.schedule, program, 0));
  json["replay"] = replay_line(subject, finding.schedule);
  json["preemptions"] = finding.preemptions;
  json["steps"] = finding.steps;
  if (finding.loop_steps > 0) json["loop_steps"] = finding.loop_steps;
  json["shortest"] = finding.shortest;
  json["states"] = finding.states;
  return json;
}

Json outcome(const ExploredOutcome& outcome) {
  Json json = {
      {"status", outcome.status == ExploredOutcome::Status::finished ? "finished" : "deadlock"},
      {"variables", Json::object()},
      {"exceptions", Json::object()}};
  for (const auto& [name, text] : outcome.variables) json["variables"][name] = value(text);
  for (const auto& [thread, line] : outcome.exceptions) json["exceptions"][thread] = line;
  if (outcome.status == ExploredOutcome::Status::deadlock) json["stuck"] = outcome.stuck;
  json["states"] = outcome.states;
  return json;
}

Json deciding_object(const Program& program, const DecidingAccesses& deciding,
                     const Subject& subject) {
  Json json = {
      {"variable", deciding.variable}, {"accesses", Json::array()}, {"orders", Json::array()}};
  for (const DecidingAccesses::Access& access : deciding.accesses) {
    json["accesses"].push_back({{"thread", access.thread}, {"at", site(program, access.at)}});
  }
  for (const DecidingAccesses::Order& order : deciding.orders) {
    Json each = {{"step", order.step}, {"what", order.what}, {"variables", Json::object()}};
    for (const auto& [name, text] : order.variables) each["variables"][name] = value(text);
    each["schedule"] = value(schedule_json(order.schedule, program, 0));
    if (auto line = run_line(subject, order.schedule)) each["replay"] = *line;
    json["orders"].push_back(std::move(each));
  }
  return json;
}

}  // namespace

std::string finding_json(const Program& program, const Finding& finding, const Subject& subject) {
  return dumped(finding_object(program, finding, subject), -1);
}

std::string place_json(const Program& program, SiteId id) { return dumped(site(program, id), -1); }

std::string exploration_json(const Program& program, const Exploration& exploration,
                             const Subject& subject) {
  Json json = {{"lockstep_report", report_version},
               {"scenario", {{"file", subject.file}, {"name", program.name}}},
               {"verdict", verdict_name(exploration.verdict)},
               {"complete", exploration.complete}};
  if (!subject.settings.empty()) json["scenario"]["settings"] = subject.settings;
  if (!exploration.complete) json["incomplete_reason"] = exploration.incomplete_reason;
  if (!exploration.guarantee.empty()) json["guarantee"] = exploration.guarantee;
  json["findings"] = Json::array();
  for (const Finding& finding : exploration.findings) {
    json["findings"].push_back(finding_object(program, finding, subject));
  }
  json["outcomes"] = Json::array();
  for (const ExploredOutcome& each : exploration.outcomes) {
    json["outcomes"].push_back(outcome(each));
  }
  if (exploration.deciding) {
    json["deciding"] = deciding_object(program, *exploration.deciding, subject);
  }
  const Exploration::Stats& stats = exploration.stats;
  json["stats"] = {{"states", stats.states},
                   {"transitions", stats.transitions},
                   {"terminal_states", stats.terminal_states},
                   {"deadlock_states", stats.deadlock_states},
                   {"depth", stats.depth},
                   {"seconds", stats.seconds},
                   {"memory_bytes", stats.memory_bytes},
                   {"reduction", stats.reduction}};
  if (stats.spilled_bytes > 0) json["stats"]["spilled_bytes"] = stats.spilled_bytes;
  return dumped(json, 2) + "\n";
}

}  // namespace lockstep
