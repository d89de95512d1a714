// lockstep fix: which change of the scenario removes what is wrong with it, and at what price.
#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/report_targets.h"
#include "language/complaint.h"
#include "remedy/remedy.h"
#include "report/fix_text.h"
#include "report/unified_diff.h"
#include "report/words.h"

namespace lockstep {
namespace {

struct FixOptions {
  std::optional<std::string> remedy, output;
  bool write = false, diff = false, patch = false;
  std::vector<std::string> reports;
};

// A line number of the table, from 1; 0: the text is no number.
std::size_t number_of(const std::string& text) {
  std::size_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || number > 1000) return 0;
    number = 10 * number + static_cast<std::size_t>(c - '0');
  }
  return number;
}

// By name the best of that name, by number that one.
bool is_named(const FixResult& result, std::size_t index, const std::string& name) {
  return result.tried[index].proposal.remedy == name || index + 1 == number_of(name);
}

// The one that was asked for, else the best. Null: there is none that was verified.
const TriedRemedy* choose(const FixResult& result, const std::optional<std::string>& name) {
  for (std::size_t i = 0; i < result.tried.size(); ++i) {
    if (result.tried[i].verdict != TriedRemedy::Verdict::verified) continue;
    if (!name || is_named(result, i, *name)) return &result.tried[i];
  }
  return nullptr;
}

// Why there is nothing to write.
std::string why_none(const FixResult& result, const std::optional<std::string>& name) {
  if (result.exploration.findings.empty()) return "there is nothing to mend";
  if (!name) return "no remedy was verified";
  for (std::size_t i = 0; i < result.tried.size(); ++i) {
    if (!is_named(result, i, *name)) continue;
    return fmt::format("{} was not verified: {}", *name, printable(result.tried[i].reason));
  }
  return fmt::format("{} does not apply", *name);
}

std::optional<std::string> wrong_usage(const FixOptions& options, const std::string& path) {
  if (options.remedy && number_of(*options.remedy) == 0) {
    std::vector<std::string> names;
    for (const RemedyRow& row : remedy_rows()) names.emplace_back(row.name);
    if (std::find(names.begin(), names.end(), *options.remedy) == names.end()) {
      return fmt::format("--remedy: expected {} or a number, found \"{}\"{}",
                         fmt::join(names, ", "), printable(*options.remedy),
                         did_you_mean(*options.remedy, names));
    }
  }
  if (options.diff && options.patch) return "--diff and --patch exclude each other";
  if (options.write && options.output) return "--write and --output exclude each other";
  if (options.write && path == "-") return "--write cannot change standard input; use --output";
  if (options.write) {
    if (const auto why = cannot_write(path)) {
      return fmt::format("cannot write {}: {}", printable(path), *why);
    }
  }
  if (options.output) {
    if (const auto why = cannot_write(*options.output)) {
      return fmt::format("cannot write {}: {}", printable(*options.output), *why);
    }
  }
  return std::nullopt;
}

// A number beyond the table, where there is one.
std::optional<std::string> out_of_range(const FixResult& result,
                                        const std::optional<std::string>& remedy) {
  const std::size_t number = remedy ? number_of(*remedy) : 0;
  if (result.tried.empty() || number <= result.tried.size()) return std::nullopt;
  const std::string range =
      result.tried.size() == 1 ? "1" : fmt::format("1 to {}", result.tried.size());
  return fmt::format("--remedy: expected {}, found {}", range, number);
}

Exit exit_of(const FixResult& result, const LimitOptions& limits) {
  if (result.exploration.findings.empty()) {
    return result.exploration.complete || limits.allow_incomplete ? Exit::ok : Exit::incomplete;
  }
  return choose(result, std::nullopt) != nullptr ? Exit::ok : Exit::finding;
}

Exit act(const Command& command, const std::vector<std::string>& arguments, Console& console) {
  std::string remedy_help = "this one of the table, by number, or the best of a name:";
  for (const RemedyRow& row : remedy_rows()) {
    remedy_help += fmt::format(" {} ({}),", row.name, row.help);
  }
  remedy_help.pop_back();

  ScenarioOptions scenario;
  FixOptions asked;
  LimitOptions limits;
  Options options(command, console);
  add_scenario(options, scenario);
  options.text("--remedy", "NAME", asked.remedy, remedy_help);
  options.flag("--write", asked.write, "change the scenario file");
  options.text("--output", "FILE", asked.output, "write the changed scenario there");
  options.flag("--diff", asked.diff, "print the change as a unified diff, and nothing else");
  options.flag("--patch", asked.patch, "print it as a JSON Patch (RFC 6902), and nothing else");
  options.texts("--report", "FORMAT[=FILE]", asked.reports, "text or json; may be repeated");
  add_limits(options, limits);
  if (const auto exit = options.parse(arguments)) return *exit;

  const auto settings = settings_of(command, scenario, console);
  if (!settings) return Exit::bad_input;
  if (const auto wrong = wrong_usage(asked, scenario.path)) {
    console.err(fmt::format("lockstep {}: {}\n", command.name, *wrong));
    return Exit::bad_input;
  }
  auto targets = report_targets(console, command, asked.reports, {"text", "json"});
  if (!targets) return Exit::bad_input;
  // Standard output is the change's alone if it is printed there.
  if (asked.diff || asked.patch || asked.output == "-") {
    std::erase_if(*targets, [](const ReportTarget& target) { return target.path == "-"; });
  }

  const std::optional<Input> input = read_input(console, Subject{scenario.path, *settings});
  if (!input) return Exit::bad_input;
  const FixResult result = fix(input->scenario, input->program, explore_options(limits, console));
  console.progress({});

  const bool wants_change = asked.write || asked.output || asked.diff || asked.patch;
  std::optional<FixHints> hints;
  if (!wants_change) {
    hints = FixHints{subject_arguments(input->subject), asked.remedy.has_value()};
    if (asked.remedy) hints->arguments += " --remedy " + *asked.remedy;
  }
  // The table says which numbers there are; what to do next is not for one that is none.
  const std::optional<std::string> wrong = out_of_range(result, asked.remedy);
  if (wrong) hints.reset();
  const bool written = write_reports(
      console, command, *targets, [&] { return fix_json(result, input->program, input->subject); },
      [&](std::size_t width, const Paint& paint) { return fix_text(result, hints, width, paint); });
  if (!written) return Exit::bad_input;
  if (wrong) {
    console.err(fmt::format("lockstep {}: {}\n", command.name, *wrong));
    return Exit::bad_input;
  }

  if (!wants_change && !asked.remedy) return exit_of(result, limits);
  const TriedRemedy* chosen = choose(result, asked.remedy);
  if (chosen == nullptr) {
    console.err(fmt::format("lockstep {}: {}\n", command.name, why_none(result, asked.remedy)));
    return result.exploration.findings.empty() ? exit_of(result, limits) : Exit::finding;
  }
  const std::string& before = input->scenario.text;
  const std::string& after = chosen->proposal.patched_text;
  if (asked.diff) {
    console.out(unified_diff(before, after, "a/" + scenario.path, "b/" + scenario.path));
  }
  if (asked.patch) console.out(patch_json(chosen->proposal.patch));
  if (asked.write || asked.output) {
    const std::string path = asked.write ? scenario.path : *asked.output;
    if (!write_report(console, command, {"", path}, after)) return Exit::bad_input;
    console.err(fmt::format("lockstep {}: {} written with {}\n", command.name, shown_path(path),
                            chosen->proposal.remedy));
  }
  return Exit::ok;
}

}  // namespace

const Command fix_command{
    "fix", "SCENARIO [options]",
    "Tries remedies for what exploring finds: each is applied to the scenario, and all "
    "interleavings of the result are explored. Exits 0 if one was verified, or nothing is wrong.",
    "lockstep fix scenarios/tutorial/09-deadlock/two-mutexes.lockstep.json --diff", act};

}  // namespace lockstep
