#include "report/exploration_text.h"

#include <fmt/format.h>

#include <string_view>

#include "language/keys.h"
#include "report/finding_text.h"
#include "report/fix_text.h"
#include "report/outcomes_text.h"
#include "report/words.h"

namespace lockstep {
namespace {

// What decides how the program ends: two accesses, and how it ends with the one or the other first.
std::string deciding_text(const DecidingAccesses& deciding, const ExplorationContext& context) {
  const auto place = [&](const DecidingAccesses::Access& access) {
    return fmt::format("{} at {}", printable(access.thread),
                       place_text(context.program.sites[access.at.index]));
  };
  std::string text =
      fmt::format("  {}\n", context.paint(Ink::strong, "what decides which, for instance"));
  text += hanging(fmt::format("{} and {} access {}; in one interleaving with the two next to each "
                              "other, in either order:",
                              place(deciding.accesses[0]), place(deciding.accesses[1]),
                              printable(deciding.variable)),
                  context.width, 4, 4);
  for (std::size_t i = 0; i < deciding.orders.size(); ++i) {
    const DecidingAccesses::Order& order = deciding.orders[i];
    std::string ends;
    for (std::size_t k = 0; k < order.variables.size(); ++k) {
      if (order.variables[k] == deciding.orders[1 - i].variables[k]) continue;
      const auto& [name, value] = order.variables[k];
      ends += fmt::format("{}{} = {}", ends.empty() ? "" : ", ", printable(name), printable(value));
    }
    text += hanging(
        fmt::format("{}  {}, then {}  {}: it ends with {}", printable(deciding.accesses[i].thread),
                    printable(order.what[0]), printable(deciding.accesses[1 - i].thread),
                    printable(order.what[1]), ends),
        context.width, 6, 8);
    if (const auto line = run_line(context.subject, order.schedule)) {
      text += fmt::format("        {}\n", *line);
    }
  }
  return text;
}

// Whether it has no `main` of its own, and threads that would end with one.
bool joins_daemons(const Program& program) {
  return std::ranges::any_of(
      program.threads, [](const ThreadInfo& thread) { return thread.started && thread.daemon; });
}

// A report that nobody reads to its end helps nobody; the rest gets a line each.
constexpr std::size_t findings_in_full = 5;

std::string_view sentence(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "OK: no interleaving shows a fault";
    case Verdict::deadlock:
      return "DEADLOCK: some interleaving ends in one";
    case Verdict::partial_deadlock:
      return "PARTIAL DEADLOCK: some interleaving leaves threads hanging for ever";
    case Verdict::livelock:
      return "LIVELOCK: some interleaving comes to where no end can be reached any more";
    case Verdict::error:
      return "ERROR: some interleaving goes wrong";
    case Verdict::starvation:
      return "STARVATION: some interleaving lets a thread wait for ever, fair though the scheduler "
             "is";
    case Verdict::incomplete:
      return "INCOMPLETE: nothing found, but something may have been missed";
  }
  return "";
}

Ink ink_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return Ink::good;
    case Verdict::incomplete:
      return Ink::warn;
    default:
      return Ink::bad;
  }
}

std::string extent(const Exploration& exploration, std::string_view under = "") {
  const Exploration::Stats& stats = exploration.stats;
  std::string text = exploration.complete ? "all interleavings explored"
                                          : fmt::format("NOT all interleavings explored ({})",
                                                        printable(exploration.incomplete_reason));
  return text + std::string(under) +
         fmt::format(": {}, {}, {}, {}", counted(stats.states, "state"),
                     counted(stats.transitions, "transition"), seconds_text(stats.seconds),
                     bytes_text(stats.memory_bytes)) +
         (stats.spilled_bytes > 0 ? fmt::format(", {} spilled", bytes_text(stats.spilled_bytes))
                                  : "");
}

}  // namespace

std::string exploration_line(const Exploration& exploration) {
  std::string text(verdict_name(exploration.verdict));
  if (!exploration.findings.empty()) {
    text += fmt::format(", {}", counted(exploration.findings.size(), "finding"));
  }
  return text + "; " + extent(exploration);
}

std::string exploration_text(const Exploration& exploration, const ExplorationContext& context) {
  const Paint& paint = context.paint;
  const std::vector<Finding>& findings = exploration.findings;
  std::string text;
  const std::string file = context.subject.file == "-" ? "standard input" : context.subject.file;
  text += fmt::format("{}", paint(Ink::strong, printable(file)));
  if (const std::string name = printable(context.program.name); !name.empty()) {
    const bool beside = display_width(printable(file)) + 2 + display_width(name) <= context.width;
    text += beside ? "  " + name + '\n' : '\n' + hanging(name, context.width, 2, 4);
  } else {
    text += '\n';
  }
  const bool is_ok = exploration.verdict == Verdict::ok;
  const bool is_endless = is_ok && exploration.outcomes.empty();
  text += fmt::format(
      "{}\n", paint(is_endless ? Ink::warn : ink_of(exploration.verdict),
                    std::string(sentence(exploration.verdict)) +
                        (is_ok && exploration.nobody_starves ? " nor starves a thread" : "") +
                        (is_endless ? ", but none ever ends" : "")));
  if (is_endless && joins_daemons(context.program)) {
    text += hanging(
        "Without a `main`, MainThread waits for all threads, daemons too. To let the program end "
        "while they run, start the threads in a `main`, which waits for no daemon.",
        context.width, 2, 2);
  }

  for (std::size_t i = 0; i < findings.size() && i < findings_in_full; ++i) {
    const Finding& finding = findings[i];
    text += '\n';
    text += finding_text(
        finding,
        {context.program, context.interleaving ? context.interleaving(finding) : "",
         replay_line(context.subject, finding.schedule), fix_line(context.subject, finding), paint,
         context.width, other_order_line(context.subject, finding)});
  }
  if (findings.size() > findings_in_full) {
    text += fmt::format("\n{} more:\n", findings.size() - findings_in_full);
    for (std::size_t i = findings_in_full; i < findings.size(); ++i) {
      text += hanging(finding_line(findings[i]), context.width, 2, 4);
    }
  }

  if (const std::string outcomes = outcomes_text(exploration.outcomes, context.width, paint);
      !outcomes.empty()) {
    text += '\n' + outcomes;
  }
  if (exploration.deciding) text += deciding_text(*exploration.deciding, context);
  // What a program may do depends on where its interpreter switches threads.
  const auto gil = static_cast<std::size_t>(context.program.gil);
  const std::string under = fmt::format(" under gil \"{}\"", gil_names[gil]);
  text += '\n' + hanging(extent(exploration, under), context.width, 0, 2);
  if (!exploration.guarantee.empty()) text += hanging(exploration.guarantee, context.width, 0, 2);
  return text;
}

}  // namespace lockstep
