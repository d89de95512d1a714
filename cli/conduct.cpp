#include "cli/conduct.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "cli/command.h"
#include "cli/report_targets.h"
#include "cli/schedules.h"
#include "cli/signals.h"
#include "cli/simulate.h"
#include "language/schedule.h"
#include "report/exploration_json.h"
#include "report/finding_text.h"
#include "report/fix_text.h"
#include "report/times_text.h"
#include "report/trace_jsonl.h"
#include "report/trace_text.h"
#include "report/words.h"

namespace lockstep {
namespace {

std::vector<std::string> printable_names(const std::vector<std::string>& names) {
  std::vector<std::string> safe;
  for (const std::string& name : names) safe.push_back(printable(name));
  return safe;
}

std::string extent(const RunResult& result) {
  return fmt::format("{}, {}, {:.6g} s of virtual time", counted(result.steps, "step"),
                     counted(result.preemptions, "preemption"), result.now);
}

std::string end_line(const Simulation& simulation, std::size_t width, const Paint& paint) {
  const RunResult& result = simulation.result;
  const std::vector<std::string> runnable = printable_names(simulation.runnable);
  const std::string could_go_on =
      runnable.empty() ? "; nobody can go on" : fmt::format("; {} can go on", listed(runnable));
  const auto line = [&](Ink ink, const std::string& word, const std::string& who) {
    std::string text = hanging(fmt::format("{}: {}{}", word, extent(result), who), width, 0, 2);
    return text.replace(0, word.size(), paint(ink, word));
  };
  switch (result.end) {
    case RunResult::End::finished:
      // 0 goes without saying.
      return line(Ink::good, "finished",
                  simulation.exit_status.value_or(0) == 0
                      ? ""
                      : fmt::format(", exit status {}", *simulation.exit_status));
    case RunResult::End::stuck:
      return line(Ink::bad, "stuck", "; nobody can go on");
    case RunResult::End::stopped:
      return line(Ink::warn, "the schedule ends here", could_go_on);
    case RunResult::End::refused:
      return line(Ink::bad, "the schedule does not fit here", could_go_on);
    case RunResult::End::limit:
      return line(Ink::warn, "cut short", could_go_on);
  }
  return {};
}

std::string variables_text(const Simulation& simulation, std::size_t width) {
  constexpr std::size_t name_width_max = 24;
  std::size_t widest = 0;
  for (const auto& [name, value] : simulation.variables) {
    widest = std::max(widest, display_width(printable(name)));
  }
  widest = std::min(widest, name_width_max);
  std::string text;
  for (const auto& [name, value] : simulation.variables) {
    text += fmt::format("  {} = {}\n", padded(printable(name), widest),
                        shortened(printable(value), width - std::min(width, widest + 5)));
  }
  return text;
}

// As Python's threading.excepthook prints them, but for the frames, which the trace shows.
std::string exceptions_text(const Simulation& simulation) {
  std::string text;
  for (const auto& [thread, line] : simulation.exceptions) {
    if (is_silent(line)) continue;
    text += fmt::format("Exception in thread {}:\n{}\n", printable(thread), printable(line));
  }
  return text;
}

void print_end(Console& console, const Input& input, const Simulation& simulation,
               bool trace_is_shown, double seconds_max) {
  const Paint paint = console.paint();
  if (trace_is_shown && simulation.result.steps > 0) console.out("\n");
  console.out(end_line(simulation, console.width(), paint));
  console.out(variables_text(simulation, console.width()));
  console.out(exceptions_text(simulation));
  for (const Finding& finding : simulation.findings) {
    const std::string interleaving =
        trace_is_shown
            ? ""
            : interleaving_text(input.program, finding, console.width() - 4, paint, seconds_max);
    console.out("\n" +
                finding_text(finding, {input.program, interleaving,
                                       replay_line(input.subject, finding.schedule),
                                       fix_line(input.subject, finding), paint, console.width(),
                                       other_order_line(input.subject, finding)}));
  }
}

// One line of JSON.
std::string final_values(const Simulation& simulation) {
  using Json = nlohmann::ordered_json;
  Json json = {{"variables", Json::object()}, {"exceptions", Json::object()}};
  for (const auto& [name, value] : simulation.variables) {
    Json parsed = Json::parse(value, nullptr, false);
    json["variables"][name] = parsed.is_discarded() ? Json(value) : std::move(parsed);
  }
  for (const auto& [thread, line] : simulation.exceptions) json["exceptions"][thread] = line;
  json["exit_status"] = simulation.exit_status ? Json(*simulation.exit_status) : Json(nullptr);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Exit exit_of(const Simulation& simulation) {
  if (simulation.result.end == RunResult::End::refused) return Exit::does_not_fit;
  if (!simulation.findings.empty()) return Exit::finding;
  return simulation.result.end == RunResult::End::limit ? Exit::incomplete : Exit::ok;
}

}  // namespace

void add_trace(Options& options, std::optional<std::string>& trace) {
  options.word("--trace", {"text", "json", "none"}, trace,
               "how the steps are shown: as a table, as JSON Lines, or not; default: text");
}

Exit conduct(Console& console, const Command& command, const Input& input, Policy& policy,
             const ConductOptions& options) {
  if (options.save_schedule) {
    if (const auto why = cannot_write(*options.save_schedule)) {
      console.err(fmt::format("lockstep {}: cannot write {}: {}\n", command.name,
                              printable(*options.save_schedule), *why));
      return Exit::bad_input;
    }
  }
  const auto write = [&console](std::string_view text) { console.out(text); };
  std::unique_ptr<TraceText> text;
  std::unique_ptr<TraceJsonl> json;
  if (options.trace == "text") {
    text = std::make_unique<TraceText>(input.program, write, console.paint(), console.width());
  } else if (options.trace == "json") {
    json = std::make_unique<TraceJsonl>(input.program, digest(input.scenario.text), write);
  }
  TraceSink* sink = text ? static_cast<TraceSink*>(text.get()) : json.get();
  const bool shows_times = options.times && json == nullptr;
  std::optional<TimeKeeper::Spans> times;
  if (options.timeline) {
    times = TimeKeeper::Spans::kept;
  } else if (shows_times) {
    times = TimeKeeper::Spans::dropped;
  }
  const Simulation simulation = simulate(
      input.program, policy, sink,
      {options.steps_max, options.seconds_max, [&console] { return console.reader_is_gone(); }},
      times);

  if (json) {
    for (const Finding& finding : simulation.findings) {
      write(
          fmt::format("{{\"finding\":{}}}\n", finding_json(input.program, finding, input.subject)));
    }
    write(final_values(simulation));
    json->on_end(simulation.result);
  } else {
    print_end(console, input, simulation, text != nullptr, options.seconds_max);
    if (shows_times) {
      console.out("\n" + times_text(simulation.times, console.width(), console.paint()));
    }
    if (options.timeline) {
      console.out("\n" + timeline_text(simulation.times, console.width(), console.paint()));
    }
  }
  const RunResult& result = simulation.result;
  if (result.end == RunResult::End::refused) {
    console.err(fmt::format("lockstep {}: the schedule does not fit: {}\n", command.name,
                            printable(result.reason)));
  } else if (result.end == RunResult::End::limit && !is_interrupted()) {
    console.err(
        fmt::format("lockstep {}: cut short: {}\n", command.name, printable(result.reason)));
  }
  if (options.save_schedule) {
    const Machine machine(input.program);
    if (!save_schedule(console, command, input, to_schedule(machine, result.choices.all()),
                       *options.save_schedule)) {
      return Exit::bad_input;
    }
  }
  return exit_of(simulation);
}

}  // namespace lockstep
