#include "report/check_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "report/words.h"

namespace lockstep {
namespace {

std::string_view mark(CheckedScenario::Status status) {
  switch (status) {
    case CheckedScenario::Status::ok:
      return "ok  ";
    case CheckedScenario::Status::failed:
      return "FAIL";
    case CheckedScenario::Status::incomplete:
      return "????";
    case CheckedScenario::Status::broken:
      return "BAD ";
  }
  return "";
}

Ink ink_of(CheckedScenario::Status status) {
  switch (status) {
    case CheckedScenario::Status::ok:
      return Ink::good;
    case CheckedScenario::Status::incomplete:
      return Ink::warn;
    case CheckedScenario::Status::failed:
    case CheckedScenario::Status::broken:
      return Ink::bad;
  }
  return Ink::plain;
}

std::string effort(const CheckedScenario& scenario) {
  if (scenario.checks.empty()) return {};
  std::string text = fmt::format("{}", fmt::join(scenario.checks, ", "));
  if (scenario.explored) {
    text += fmt::format(" ({}{})", counted(scenario.explored->states, "state"),
                        scenario.explored->complete ? "" : ", incomplete");
  }
  return text;
}

void append_indented(std::string& text, std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    text += fmt::format("  {}\n", lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

}  // namespace

CheckTotals totals(std::span<const CheckedScenario> scenarios) {
  CheckTotals sum;
  for (const CheckedScenario& scenario : scenarios) {
    switch (scenario.status) {
      case CheckedScenario::Status::ok:
        ++sum.ok;
        break;
      case CheckedScenario::Status::failed:
        ++sum.failed;
        break;
      case CheckedScenario::Status::incomplete:
        ++sum.incomplete;
        break;
      case CheckedScenario::Status::broken:
        ++sum.broken;
        break;
    }
  }
  return sum;
}

std::string_view status_name(CheckedScenario::Status status) {
  switch (status) {
    case CheckedScenario::Status::ok:
      return "ok";
    case CheckedScenario::Status::failed:
      return "failed";
    case CheckedScenario::Status::incomplete:
      return "incomplete";
    case CheckedScenario::Status::broken:
      return "broken";
  }
  return "";
}

std::string check_text(std::span<const CheckedScenario> scenarios, double seconds,
                       const Paint& paint, std::size_t width) {
  std::size_t name_width = 0;
  for (const CheckedScenario& scenario : scenarios) {
    name_width = std::max(name_width, display_width(printable(scenario.file)));
  }
  std::string text;
  for (const CheckedScenario& scenario : scenarios) {
    const std::string name = padded(printable(scenario.file), name_width);
    std::string line = fmt::format(
        "{} {}  {}", paint(ink_of(scenario.status), mark(scenario.status)), name, effort(scenario));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
    append_indented(text, scenario.complaints);
    for (const UnmetExpectation& unmet : scenario.unmet) {
      constexpr std::size_t hang = 14;
      text += fmt::format("  {}\n", printable(unmet.what));
      text += hanging("expected  " + printable(unmet.expected), width, 4, hang);
      std::string_view heading = "    found     ";
      for (const std::string& piece : wrapped(printable(unmet.found), width - hang)) {
        text += fmt::format("{:{}}{}\n", std::exchange(heading, ""), hang, paint(Ink::bad, piece));
      }
      if (!unmet.replay.empty()) text += fmt::format("    see it    {}\n", unmet.replay);
    }
    for (const std::string& open : scenario.undecided) {
      text += hanging("undecided: " + printable(open), width, 2, 4);
    }
    if (!scenario.undecided.empty() && scenario.explored && !scenario.explored->complete) {
      text += fmt::format("  incomplete: {}\n", printable(scenario.explored->incomplete_reason));
    }
  }

  const CheckTotals sum = totals(scenarios);
  std::vector<std::string> parts;
  if (sum.failed > 0) parts.push_back(fmt::format("{} failed", sum.failed));
  if (sum.broken > 0) parts.push_back(fmt::format("{} broken", sum.broken));
  if (sum.incomplete > 0) parts.push_back(fmt::format("{} incomplete", sum.incomplete));
  if (sum.ok > 0 || parts.empty()) parts.push_back(fmt::format("{} ok", sum.ok));
  const Ink ink = sum.failed + sum.broken > 0 ? Ink::bad
                  : sum.incomplete > 0        ? Ink::warn
                                              : Ink::good;
  text += fmt::format("\n{}: {}", counted(scenarios.size(), "scenario"),
                      paint(ink, fmt::format("{}", fmt::join(parts, ", "))));
  if (seconds >= 0) text += fmt::format(" in {}", seconds_text(seconds));
  return text + '\n';
}

std::string check_json(std::span<const CheckedScenario> scenarios) {
  using Json = nlohmann::ordered_json;
  const CheckTotals sum = totals(scenarios);
  Json json = {{"lockstep_check", 1},
               {"totals",
                {{"scenarios", scenarios.size()},
                 {"ok", sum.ok},
                 {"failed", sum.failed},
                 {"incomplete", sum.incomplete},
                 {"broken", sum.broken}}},
               {"scenarios", Json::array()}};
  for (const CheckedScenario& scenario : scenarios) {
    Json each = {{"file", scenario.file},
                 {"name", scenario.name},
                 {"status", status_name(scenario.status)},
                 {"checks", scenario.checks},
                 {"unmet", Json::array()},
                 {"undecided", scenario.undecided}};
    for (const UnmetExpectation& unmet : scenario.unmet) {
      each["unmet"].push_back({{"what", unmet.what},
                               {"expected", unmet.expected},
                               {"found", unmet.found},
                               {"replay", unmet.replay}});
    }
    if (!scenario.complaints.empty()) each["complaints"] = scenario.complaints;
    if (scenario.explored) {
      each["explored"] = {{"verdict", scenario.explored->verdict},
                          {"complete", scenario.explored->complete},
                          {"states", scenario.explored->states}};
      if (!scenario.explored->complete) {
        each["explored"]["incomplete_reason"] = scenario.explored->incomplete_reason;
      }
    }
    json["scenarios"].push_back(std::move(each));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lockstep
