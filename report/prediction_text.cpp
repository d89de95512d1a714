#include "report/prediction_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "report/finding_text.h"
#include "report/fix_text.h"
#include "report/lock_order.h"
#include "report/words.h"

namespace lockstep {
namespace {

// Of each sort; the JSON report has all.
constexpr std::size_t findings_in_full = 5;
constexpr std::size_t cycles_in_full = 20;
constexpr std::size_t edges_in_full = 40;

std::vector<std::string> printable_names(const std::vector<std::string>& names) {
  std::vector<std::string> safe;
  for (const std::string& name : names) safe.push_back(printable(name));
  return safe;
}

class Writer {
 public:
  Writer(const Prediction& prediction, const PredictionContext& context)
      : prediction_(prediction), context_(context) {}

  std::string write() {
    heading();
    findings();
    cycles(LockCycle::Verdict::possible, "possible, not proved");
    cycles(LockCycle::Verdict::excused, "circles of locks that cannot close");
    order();
    extent();
    return std::move(text_);
  }

 private:
  void line(std::string_view text, std::size_t indent, std::size_t hang) {
    text_ += hanging(text, context_.width, indent, hang);
  }
  void section(std::string_view title) {
    text_ += fmt::format("\n{}\n", context_.paint(Ink::strong, title));
  }

  void heading() {
    const std::string file =
        context_.subject.file == "-" ? "standard input" : printable(context_.subject.file);
    text_ += context_.paint(Ink::strong, file) + '\n';
    if (const std::string name = printable(context_.program.name); !name.empty()) line(name, 2, 4);
    const bool is_open = std::ranges::any_of(prediction_.cycles, [](const LockCycle& cycle) {
      return cycle.verdict == LockCycle::Verdict::possible;
    });
    const std::vector<std::string>& semaphores = prediction_.not_followed;
    const bool is_bad = !prediction_.findings.empty();
    const Ink ink = is_bad ? Ink::bad : is_open || !semaphores.empty() ? Ink::warn : Ink::good;
    const std::string_view sentence =
        is_bad    ? "DEADLOCK: the steps of one run can come to it"
        : is_open ? "NOTHING PROVED: some circle of locks might close in another run"
        : !semaphores.empty()
            ? "NOTHING PROVED: no circle of locks can close, but one of semaphores might"
            : "NOTHING PREDICTED: no circle of locks can close in a run that goes the ways of "
              "this one";
    text_ += fmt::format("{}\n", context_.paint(ink, sentence));
    if (semaphores.empty()) return;
    line(fmt::format("{}: {} other than one permit, and somebody waited with one held, or for one "
                     "with something held. Circles of such waits are not looked for; settle it: "
                     "lockstep explore {}",
                     listed(printable_names(semaphores)),
                     semaphores.size() == 1 ? "a semaphore of" : "semaphores of",
                     subject_arguments(context_.subject)),
         2, 2);
  }

  void findings() {
    const std::vector<Finding>& findings = prediction_.findings;
    for (std::size_t i = 0; i < findings.size() && i < findings_in_full; ++i) {
      text_ += '\n';
      text_ += finding_text(
          findings[i],
          {context_.program, context_.interleaving ? context_.interleaving(findings[i]) : "",
           replay_line(context_.subject, findings[i].schedule),
           fix_line(context_.subject, findings[i]), context_.paint, context_.width});
    }
    if (findings.size() <= findings_in_full) return;
    text_ += fmt::format("\n{} more:\n", findings.size() - findings_in_full);
    for (std::size_t i = findings_in_full; i < findings.size(); ++i) {
      line(finding_line(findings[i]), 2, 4);
    }
  }

  const std::string& name(std::size_t lock) const { return prediction_.order.locks[lock].name; }

  void cycles(LockCycle::Verdict verdict, std::string_view title) {
    std::size_t count = 0;
    for (const LockCycle& cycle : prediction_.cycles) {
      if (cycle.verdict != verdict) continue;
      if (count == 0) section(title);
      if (++count > cycles_in_full) continue;
      std::string circle;
      for (const LockOrder::Edge& edge : cycle.edges) {
        circle += printable(name(edge.from)) + " -> ";
      }
      line(circle + printable(name(cycle.edges.front().from)) + ": " + printable(cycle.why), 2, 6);
      for (const LockOrder::Edge& edge : cycle.edges) {
        line(lock_order_places(context_.program, prediction_.order, edge), 4, 8);
      }
    }
    if (count > cycles_in_full) line(fmt::format("and {} more", count - cycles_in_full), 2, 4);
    if (count > 0 && verdict == LockCycle::Verdict::possible) {
      text_ +=
          fmt::format("  settle it: lockstep explore {}\n", subject_arguments(context_.subject));
    }
  }

  void order() {
    const std::vector<LockOrder::Edge>& edges = prediction_.order.edges;
    if (edges.empty()) return;
    section("which lock was asked for with which held");
    for (std::size_t i = 0; i < edges.size() && i < edges_in_full; ++i) {
      const LockOrder::Edge& edge = edges[i];
      line(fmt::format("{} -> {}  {}  by {}", printable(name(edge.from)), printable(name(edge.to)),
                       lock_order_places(context_.program, prediction_.order, edge),
                       listed(printable_names(edge.threads))),
           2, 6);
    }
    if (edges.size() > edges_in_full) {
      line(fmt::format("and {} more: lockstep graph {} --lock-order", edges.size() - edges_in_full,
                       subject_arguments(context_.subject)),
           2, 4);
    }
  }

  void extent() {
    static constexpr std::string_view ends[] = {"finished", "came to where nobody can go on",
                                                "ended with its schedule", "did not fit",
                                                "was cut short"};
    std::string text = fmt::format("the run, {}, {} after {}", context_.run,
                                   ends[static_cast<std::size_t>(prediction_.end)],
                                   counted(prediction_.steps, "step"));
    if (!prediction_.left_out.empty()) {
      text += fmt::format("; too much to look at: {}", prediction_.left_out);
    }
    text_ += '\n' + hanging(text, context_.width, 0, 2);
  }

  const Prediction& prediction_;
  const PredictionContext& context_;
  std::string text_;
};

}  // namespace

std::string prediction_text(const Prediction& prediction, const PredictionContext& context) {
  return Writer(prediction, context).write();
}

}  // namespace lockstep
