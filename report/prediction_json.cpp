#include "report/prediction_json.h"

#include <nlohmann/json.hpp>

#include "report/exploration_json.h"
#include "report/words.h"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;

std::string_view name_of(LockCycle::Verdict verdict) {
  switch (verdict) {
    case LockCycle::Verdict::deadlock:
      return "deadlock";
    case LockCycle::Verdict::possible:
      return "possible";
    case LockCycle::Verdict::excused:
      break;
  }
  return "excused";
}

std::string_view name_of(LockCycle::Excuse excuse) {
  switch (excuse) {
    case LockCycle::Excuse::same_thread:
      return "same-thread";
    case LockCycle::Excuse::gate:
      return "gate";
    case LockCycle::Excuse::order:
      return "order";
    case LockCycle::Excuse::none:
      break;
  }
  return "";
}

Json edge(const Program& program, const LockOrder& order, const LockOrder::Edge& its) {
  return {{"held", order.locks[its.from].name},
          {"held_at", Json::parse(place_json(program, its.held_at))},
          {"asked", order.locks[its.to].name},
          {"asked_at", Json::parse(place_json(program, its.asked_at))},
          {"threads", its.threads},
          {"times", its.times},
          {"against_order", its.is_against}};
}

Json edges(const Program& program, const LockOrder& order,
           const std::vector<LockOrder::Edge>& all) {
  Json json = Json::array();
  for (const LockOrder::Edge& each : all) json.push_back(edge(program, order, each));
  return json;
}

}  // namespace

std::string prediction_json(const Program& program, const Prediction& prediction,
                            const Subject& subject, std::string_view policy, std::uint64_t seed) {
  Json json = {{"lockstep_prediction", 1},
               {"scenario", {{"file", subject.file}, {"name", program.name}}}};
  if (!subject.settings.empty()) json["scenario"]["settings"] = subject.settings;
  json["run"] = {{"policy", policy},
                 {"seed", seed},
                 {"end", end_name(prediction.end)},
                 {"steps", prediction.steps}};
  if (!prediction.reason.empty()) json["run"]["reason"] = prediction.reason;
  json["findings"] = Json::array();
  for (const Finding& finding : prediction.findings) {
    json["findings"].push_back(Json::parse(finding_json(program, finding, subject)));
  }
  json["cycles"] = Json::array();
  for (const LockCycle& cycle : prediction.cycles) {
    Json each = {{"verdict", name_of(cycle.verdict)}};
    if (cycle.excuse != LockCycle::Excuse::none) each["excuse"] = name_of(cycle.excuse);
    if (!cycle.why.empty()) each["why"] = cycle.why;
    if (cycle.finding) each["fingerprint"] = prediction.findings[*cycle.finding].fingerprint;
    each["edges"] = edges(program, prediction.order, cycle.edges);
    json["cycles"].push_back(std::move(each));
  }
  json["lock_order"] = edges(program, prediction.order, prediction.order.edges);
  if (!prediction.not_followed.empty()) json["not_followed"] = prediction.not_followed;
  if (!prediction.left_out.empty()) json["left_out"] = prediction.left_out;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lockstep
