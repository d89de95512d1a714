#include "report/fix_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "report/exploration_json.h"
#include "report/finding_text.h"
#include "report/words.h"

namespace lockstep {
namespace {

// Virtual seconds, compared with those of the original if that can finish.
std::string compared(double seconds, const double* original) {
  std::string text = seconds_text(seconds);
  if (original == nullptr || *original <= 0) return text;
  const double change = 100 * (seconds / *original - 1);
  if (change > -0.5 && change < 0.5) return text + " (as before)";
  return fmt::format("{} ({:+.0f} %)", text, change);
}

Ink ink_of(TriedRemedy::Verdict verdict) {
  switch (verdict) {
    case TriedRemedy::Verdict::verified:
      return Ink::good;
    case TriedRemedy::Verdict::refuted:
      return Ink::bad;
    case TriedRemedy::Verdict::unknown:
      return Ink::warn;
  }
  return Ink::plain;
}

// A long one is left to the report for programs.
std::string schedule_in_short(const TriedRemedy& tried) {
  constexpr std::size_t letters_max = 200;
  const bool is_short = !tried.schedule_text.empty() && tried.schedule_text.size() <= letters_max;
  return is_short ? "'" + printable(tried.schedule_text) + "'" : "see --report json";
}

// What stands below the table: which remedies there would be, and what was left out.
std::string not_tried(const FixResult& result, std::size_t width) {
  std::string text;
  for (const FixResult::Inapplicable& each : result.inapplicable) {
    text += hanging(fmt::format("{} does not apply: {}", each.remedy, printable(each.reason)),
                    width, 0, 2);
  }
  if (result.combined > 0) {
    text += hanging(
        fmt::format("No remedy alone mended all, so {} of two together {} tried.",
                    counted(result.combined, "combination"), result.combined == 1 ? "was" : "were"),
        width, 0, 2);
  }
  if (result.left_out > 0) {
    text += hanging(fmt::format("{} {} not tried: at most {} of one remedy, {} combinations, "
                                "{} in all.",
                                counted(result.left_out, "change more", "changes more"),
                                result.left_out == 1 ? "was" : "were", proposals_of_a_remedy_max,
                                combinations_max, explorations_max),
                    width, 0, 2);
  }
  return text.empty() ? text : '\n' + text;
}

}  // namespace

std::string_view verdict_name(TriedRemedy::Verdict verdict) {
  switch (verdict) {
    case TriedRemedy::Verdict::verified:
      return "verified";
    case TriedRemedy::Verdict::refuted:
      return "refuted";
    case TriedRemedy::Verdict::unknown:
      return "unknown";
  }
  return "";
}

std::string fix_line(const Subject& subject, const Finding& finding) {
  if (!some_remedy_fits(finding)) return {};
  return fmt::format("lockstep fix {}", subject_arguments(subject));
}

std::string fix_text(const FixResult& result, const std::optional<FixHints>& hints,
                     std::size_t width, const Paint& paint) {
  if (result.exploration.findings.empty()) {
    return result.exploration.complete
               ? "Nothing to mend: no interleaving shows a fault.\n"
               : hanging(fmt::format("Nothing found to mend, but the search is incomplete: {}.",
                                     result.exploration.incomplete_reason),
                         width, 0, 0);
  }
  std::string text;
  for (const Finding& finding : result.exploration.findings) {
    text += hanging(finding_line(finding), width, 0, 2);
  }
  if (result.tried.empty()) {
    text += "\nNo remedy that lockstep knows applies here.\n";
    return text + not_tried(result, width);
  }

  const RemedyCost* original = result.original_cost ? &*result.original_cost : nullptr;
  constexpr std::size_t columns = 7;
  using Row = std::array<std::string, columns>;
  std::vector<Row> rows{{"", "remedy", "verdict", "states", "takes", "locks held", "edits"}};
  for (std::size_t i = 0; i < result.tried.size(); ++i) {
    const TriedRemedy& tried = result.tried[i];
    const RemedyCost& cost = tried.cost;
    const bool runs = tried.verdict == TriedRemedy::Verdict::verified && tried.timed_run_ends;
    rows.push_back(
        {std::to_string(i + 1), printable(tried.proposal.remedy),
         std::string(verdict_name(tried.verdict)), grouped(tried.exploration.stats.states),
         runs ? compared(cost.makespan, original != nullptr ? &original->makespan : nullptr) : "",
         runs ? compared(cost.lock_hold, original != nullptr ? &original->lock_hold : nullptr) : "",
         grouped(cost.edits)});
  }
  std::array<std::size_t, columns> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < columns; ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  text += '\n';
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < columns; ++i) {
      if (i > 0) line += "  ";
      const bool to_the_right = i == 3 || i == 6;
      std::string cell = rows[r][i];
      if (to_the_right) cell.insert(0, widths[i] - display_width(cell), ' ');
      cell = i + 1 < columns ? padded(cell, widths[i]) : cell;
      line += r > 0 && i == 2 ? paint(ink_of(result.tried[r - 1].verdict), cell) : cell;
    }
    text += r == 0 ? paint(Ink::quiet, line) : line;
    text += '\n';
    if (r == 0) continue;
    const TriedRemedy& tried = result.tried[r - 1];
    text += "   " + shortened(printable(tried.proposal.title), width - 3) + '\n';
    if (!tried.reason.empty()) text += hanging(printable(tried.reason), width, 3, 5);
    if (!tried.schedule_json.empty()) {
      text += hanging("schedule of the changed scenario: " + schedule_in_short(tried), width, 3, 5);
    }
  }
  text += not_tried(result, width);

  const auto is_verified = [&](std::size_t i) {
    return i < result.tried.size() && result.tried[i].verdict == TriedRemedy::Verdict::verified;
  };
  if (is_verified(0)) {
    const bool is_clean = result.tried.front().exploration.findings.empty();
    text += '\n' + hanging(std::string("verified: all interleavings of the changed scenario were "
                                       "explored, and none shows ") +
                               (is_clean ? "a fault" : "a fault that the original does not have"),
                           width, 0, 2);
    if (hints) {
      text +=
          fmt::format("  show it   lockstep fix {0} --diff\n  make it   lockstep fix {0} --write\n",
                      hints->arguments);
      if (is_verified(1) && !hints->remedy_is_chosen) text += "  --remedy 2 chooses the second\n";
    }
  } else {
    text += "\nNo remedy was verified, so none is recommended.\n";
  }
  return text;
}

std::string fix_json(const FixResult& result, const Program& program, const Subject& subject) {
  using Json = nlohmann::ordered_json;
  const auto cost = [](const RemedyCost& of) {
    return Json{{"makespan", of.makespan}, {"lock_hold", of.lock_hold}, {"edits", of.edits}};
  };
  Json json = {{"lockstep_fix", 1}};
  json["original"] = Json::parse(exploration_json(program, result.exploration, subject));
  json["original_cost"] = result.original_cost ? cost(*result.original_cost) : Json(nullptr);
  json["remedies"] = Json::array();
  for (const TriedRemedy& tried : result.tried) {
    const Exploration& explored = tried.exploration;
    Json remedy = {{"remedy", tried.proposal.remedy},
                   {"title", tried.proposal.title},
                   {"verdict", verdict_name(tried.verdict)}};
    if (!tried.reason.empty()) remedy["reason"] = tried.reason;
    if (!tried.schedule_json.empty()) {
      remedy["schedule"] = Json::parse(tried.schedule_json, nullptr, false);
    }
    remedy["exploration"] = {{"verdict", verdict_name(explored.verdict)},
                             {"complete", explored.complete},
                             {"states", explored.stats.states}};
    remedy["cost"] = cost(tried.cost);
    remedy["patch"] = Json::parse(patch_json(tried.proposal.patch), nullptr, false);
    json["remedies"].push_back(std::move(remedy));
  }
  json["inapplicable"] = Json::array();
  for (const FixResult::Inapplicable& each : result.inapplicable) {
    json["inapplicable"].push_back({{"remedy", each.remedy}, {"reason", each.reason}});
  }
  json["combinations"] = result.combined;
  json["left_out"] = result.left_out;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lockstep
