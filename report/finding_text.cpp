#include "report/finding_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "report/advice.h"
#include "report/words.h"

namespace lockstep {
namespace {

std::vector<std::string> printable_names(const std::vector<std::string>& names) {
  std::vector<std::string> safe;
  safe.reserve(names.size());
  for (const std::string& name : names) safe.push_back(printable(name));
  return safe;
}

// How waiting for something of a type is said. {0} is its type, {1} its name, {2} the threads
// that could let the waiter go.
struct WaitWords {
  std::string_view type;
  std::string_view wait;     // the wait itself
  std::string_view by;       // ... if somebody could end it
  std::string_view by_self;  // ... if that is the waiter itself
  std::string_view nobody;   // ... if nobody is left who could
  std::string_view arrow;    // in a chain, from the thing to who could end the wait
};
constexpr WaitWords owned{"",
                          "waits for the {0} {1}",
                          ", held by {2}",
                          ", which it holds itself",
                          ", and nobody is left who could release it",
                          "held by"};
constexpr WaitWords counted_permits{
    "", "waits for a permit of the {0} {1}",          ", which only {2} could release",
    "", ", and nobody is left who could release one", "only from"};
constexpr WaitWords settable{
    "", "waits for the {0} {1} to be set",        ", which only {2} could do",
    "", ", and nobody is left who could do that", "only set by"};
constexpr WaitWords notifiable{
    "", "waits for a notify of the {0} {1}",       ", which only {2} could send",
    "", ", and nobody is left who could send one", "only notified by"};
constexpr WaitWords sleepers{"",
                             "waits for those notified on the {0} {1} to wake up",
                             ", which only {2} could do",
                             "",
                             ", and nobody is left who could do that",
                             "only woken by"};
constexpr WaitWords meeting{
    "", "waits at the {0} {1} for others to come", ", which only {2} could do",
    "", ", and nobody is left who could come",     "only met by"};
constexpr WaitWords ending{"Thread", "waits for the end of {1}", "", "", "", ""};
constexpr WaitWords anything{"",
                             "waits until {1}",
                             ", which only {2} could bring about",
                             "",
                             ", which nobody is left to bring about",
                             "only through"};

constexpr WaitWords item{"", "waits for an item of the {0} {1}",       ", which only {2} could put",
                         "", ", and nobody is left who could put one", "only put by"};
constexpr WaitWords room{"",
                         "waits for room in the {0} {1}",
                         ", which only a get by {2} could make",
                         "",
                         ", and nobody is left who could get an item",
                         "only emptied by"};
constexpr WaitWords tasks{
    "", "waits for the tasks of the {0} {1} to be done", ", which only {2} could say",
    "", ", and nobody is left who could call task_done", "only done by"};

constexpr WaitWords data{"",
                         "waits for data on {1}",
                         ", which only {2} could send",
                         "",
                         ", and nobody is left who could send any",
                         "only sent by"};
constexpr WaitWords room_to_send{
    "", "waits for room to send on {1}",          ", which only a recv by {2} could make",
    "", ", and nobody is left who could receive", "only emptied by"};
constexpr WaitWords client{
    "", "waits for a connection to the {0} {1}",   ", which only {2} could make",
    "", ", and nobody is left who could make one", "only connected to by"};
constexpr WaitWords acceptance{
    "", "waits for the {0} {1} to accept",      ", which only {2} could do",
    "", ", and nobody is left who could do it", "only accepted by"};

constexpr WaitWords result{"Future",
                           "waits for {1}",
                           ", which only {2} could bring to its end",
                           ", which it executes itself",
                           ", which no worker is free to execute",
                           "up to"};
constexpr WaitWords task{
    "", "waits for a task of the {0} {1}",           ", which only {2} could submit",
    "", ", and nobody is left who could submit one", "only from"};
constexpr WaitWords answer{
    "", "waits for a result or a task of the {0} {1}", ", which only {2} could bring",
    "", ", and nobody is left who could bring one",    "only from"};
constexpr WaitWords pool_result{"AsyncResult",
                                "waits for {1}",
                                ", which only {2} could bring",
                                "",
                                ", which nobody can bring any more",
                                "up to"};
constexpr WaitWords answer_of_pool{
    "", "waits for a result of the {0} {1}",        ", which only {2} could bring",
    "", ", and nobody is left who could bring one", "only from"};
constexpr WaitWords duty{
    "", "waits for something to do for the {0} {1}",   ", which only {2} could give it",
    "", ", and nobody is left who could give it some", "only from"};
constexpr WaitWords closing{"",
                            "waits for the {0} {1} to be shut down",
                            ", which {2} is about to do",
                            ", which it does itself",
                            "",
                            "up to"};

const WaitWords& words_of(const StuckThread& thread) {
  if (thread.waits_for_type == ending.type || thread.waits_for_type == "Process") return ending;
  if (thread.waits_for_type == result.type) return result;
  if (thread.waits_for_type == pool_result.type) return pool_result;
  if (thread.waits_for_type == "socket") {
    return thread.operation == row(Verb::recv).name ? data : room_to_send;
  }
  if (const auto kind = object_kind_named(thread.waits_for_type)) {
    switch (*kind) {
      case ObjectKind::lock:
      case ObjectKind::rlock:
      case ObjectKind::mp_lock:
      case ObjectKind::mp_rlock:
      case ObjectKind::mp_value:
        return owned;
      case ObjectKind::semaphore:
      case ObjectKind::bounded_semaphore:
      case ObjectKind::mp_semaphore:
      case ObjectKind::mp_bounded_semaphore:
        return counted_permits;
      case ObjectKind::event:
        return settable;
      case ObjectKind::mp_event:
        return thread.operation == row(Verb::wait).name ? settable : sleepers;
      case ObjectKind::mp_condition:
        return thread.operation.starts_with(row(Verb::wait).name) ? notifiable : sleepers;
      case ObjectKind::condition:
        return notifiable;
      case ObjectKind::queue:
      case ObjectKind::lifo_queue:
      case ObjectKind::priority_queue:
      case ObjectKind::simple_queue:
      case ObjectKind::mp_queue:
      case ObjectKind::mp_joinable_queue:
      case ObjectKind::mp_simple_queue:
        return thread.operation == row(Verb::put).name || thread.operation == row(Verb::feed).name
                   ? room
               : thread.operation == row(Verb::get).name ? item
                                                         : tasks;
      case ObjectKind::barrier:
        return meeting;
      case ObjectKind::listener:
        return thread.operation == row(Verb::accept).name ? client : acceptance;
      case ObjectKind::process_pool:
        return thread.operation == row(Verb::end_workers).name ? ending
               : thread.operation == row(Verb::watch).name     ? answer
                                                               : task;
      case ObjectKind::mp_pool:
        return thread.operation == row(Verb::take).name       ? task
               : thread.operation == row(Verb::maintain).name ? duty
               : thread.operation == row(Verb::dispatch).name ? task
                                                              : answer_of_pool;
      case ObjectKind::file:
      case ObjectKind::executor:
        return thread.operation == row(Verb::take).name ? task : closing;
      case ObjectKind::local:
      case ObjectKind::thread:
      case ObjectKind::process:
      case ObjectKind::connection:
      case ObjectKind::future:
      case ObjectKind::pool_result:
      case ObjectKind::nothing:
        break;
    }
  }
  return anything;
}

// A step of the chain of waits: through the cores, to one that has not been met yet while there is
// one.
struct Link {
  const StuckThread* from;
  const StuckThread* to;  // null: to nobody of the core
};
constexpr std::size_t links_max = 16;  // more are not told

std::vector<Link> links(const Finding& finding) {
  std::vector<Link> chain;
  if (finding.threads.empty()) return chain;
  std::map<std::string_view, const StuckThread*> cores;
  for (const StuckThread& thread : finding.threads) {
    if (thread.core) cores.try_emplace(thread.thread, &thread);
  }
  std::set<const StuckThread*> seen;
  for (const StuckThread* at = &finding.threads.front(); at != nullptr;) {
    seen.insert(at);
    const StuckThread* next = nullptr;
    for (const std::string& name : at->let_go_by) {
      const auto core = cores.find(name);
      if (core == cores.end()) continue;
      const bool met = seen.contains(core->second);
      if (next == nullptr || !met) next = core->second;
      if (!met) break;
    }
    chain.push_back({at, next});
    at = seen.contains(next) || chain.size() > links_max ? nullptr : next;
  }
  return chain;
}

// The steps at the end of the interleaving that lead back to where they begin.
std::string loop_text(const Finding& finding) {
  const std::uint64_t first = finding.steps + 1, last = finding.steps + finding.loop_steps;
  return first == last ? fmt::format("step {}", first) : fmt::format("steps {} to {}", first, last);
}

std::string badness(const Finding& finding) {
  std::vector<std::string> stuck;
  for (const StuckThread& thread : finding.threads) stuck.push_back(printable(thread.thread));
  const std::string_view hang = stuck.size() == 1 ? "hangs" : "hang";
  if (is_exception(finding.kind)) return "Some interleaving ends the thread so.";
  switch (finding.kind) {
    case FindingKind::invariant:
      return "Some interleaving reaches such a state.";
    case FindingKind::final_check:
      return "Some interleaving ends so.";
    case FindingKind::livelock:
      return "From here on no interleaving ends.";
    case FindingKind::starvation:
      return fmt::format(
          "From there on {} can be taken again and again. Each other thread takes steps in them or "
          "cannot go on either; so a scheduler that is fair to threads may do so, though {} could "
          "still come further.",
          loop_text(finding), printable(finding.thread));
    case FindingKind::lock_order:
      return "Some interleaving comes so far; together with others who keep to the order it may "
             "hang.";
    default:
      break;
  }
  if (!finding.partial && finding.others.empty()) {
    return "Nobody can ever go on: the program hangs.";
  }
  if (!finding.partial) {
    return fmt::format(
        "{} can never go on; {} still can, and some interleaving ends with nobody able to: the "
        "program hangs.",
        listed(stuck), listed(printable_names(finding.others)));
  }
  if (finding.others.empty()) {
    return fmt::format("{} {} for ever, though the process ends.", listed(stuck), hang);
  }
  return fmt::format("{} {} for ever; {} can still go on.", listed(stuck), hang,
                     listed(printable_names(finding.others)));
}

std::string statement(const Program& program, SiteId id) {
  const Site& site = program.sites[id.index];
  if (site.line == 0) return place_text(site);
  std::string text = fmt::format("{}  {}", place_text(site), printable(site.text));
  if (!site.label.empty()) text += fmt::format("  [{}]", printable(site.label));
  if (!site.note.empty()) text += fmt::format("  {}", printable(site.note));
  return text;
}

void append_thread(std::string& text, const StuckThread& thread, const FindingContext& context) {
  const std::string name = printable(thread.thread);
  std::string sentence =
      hanging(fmt::format("{} {}", name, wait_sentence(thread)), context.width, 4, 6);
  if (std::string_view(sentence).substr(4).starts_with(name)) {
    sentence.replace(4, name.size(), context.paint(Ink::strong, name));
  }
  text += sentence;
  text += hanging("at    " + statement(context.program, thread.at), context.width, 6, 12);
  for (const StuckThread::Hold& hold : thread.holds) {
    text += hanging(fmt::format("holds {}, taken {}at {}", printable(hold.object),
                                hold.step > 0 ? fmt::format("in step {} ", hold.step) : "",
                                statement(context.program, hold.at)),
                    context.width, 6, 12);
  }
}

// Of more than threads_max those on the way of the chain, then some of each place at which the
// others wait.
void append_threads(std::string& text, const Finding& finding, const FindingContext& context,
                    bool core) {
  constexpr std::size_t threads_max = 12;
  constexpr std::size_t of_one_place_max = 3;
  std::vector<const StuckThread*> all;
  for (const StuckThread& thread : finding.threads) {
    if (thread.core == core) all.push_back(&thread);
  }
  if (all.size() <= threads_max) {
    for (const StuckThread* const thread : all) append_thread(text, *thread, context);
    return;
  }
  std::map<SiteId, std::size_t> shown_at;
  std::set<const StuckThread*> shown;
  const auto show = [&](const StuckThread* thread) {
    ++shown_at[thread->at];
    shown.insert(thread);
  };
  if (core) {
    for (const Link& link : links(finding)) {
      if (shown.size() < threads_max) show(link.from);
    }
  }
  for (const StuckThread* const thread : all) {
    const bool has_room = shown.size() < threads_max && shown_at[thread->at] < of_one_place_max;
    if (has_room && !shown.contains(thread)) show(thread);
  }
  bool is_like_these = true;
  for (const StuckThread* const thread : all) {
    if (shown.contains(thread)) {
      append_thread(text, *thread, context);
    } else {
      is_like_these = is_like_these && shown_at[thread->at] > 0;
    }
  }
  text += fmt::format("    and {} others{}\n", grouped(all.size() - shown.size()),
                      is_like_these ? " like these" : "");
}

// Each line of it, indented.
void append_indented(std::string& text, std::string_view lines, std::string_view indent) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    if (!line.empty()) text += indent;
    text += line;
    text += '\n';
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

void append_explanation(std::string& text, const Explanation& explanation,
                        const FindingContext& context) {
  text += fmt::format("\n  {}: {} {}\n", context.paint(Ink::strong, "what made it so"),
                      row(explanation.cause).code, row(explanation.cause).name);
  text += hanging(printable(explanation.text), context.width, 4, 4);
  for (const Explanation::Moment& moment : explanation.moments) {
    std::string line = fmt::format("step {}  {}  {}", moment.step, printable(moment.thread),
                                   printable(moment.what));
    if (moment.at) line += "  at " + statement(context.program, *moment.at);
    text += hanging(line, context.width, 6, 12);
  }
  if (context.other_order.empty()) return;
  text += "    in the other order:\n";
  append_indented(text, context.other_order, "      ");
}

std::string way(const Finding& finding) {
  std::string text = fmt::format("{}, {}", counted(finding.steps, "step"),
                                 counted(finding.preemptions, "preemption"));
  text += finding.shortest ? "; no interleaving gets there with less" : "";
  if (finding.loop_steps > 0) {
    text += "; then, again and again, " + loop_text(finding);
  }
  return text;
}

}  // namespace

std::string wait_sentence(const StuckThread& thread) {
  const WaitWords& words = words_of(thread);
  const std::vector<std::string> by = printable_names(thread.let_go_by);
  const std::string type = thread.waits_for_type;
  const std::string name = printable(thread.waits_for);
  std::string text = fmt::format(fmt::runtime(words.wait), type, name);
  const bool self = by.size() == 1 && thread.let_go_by.front() == thread.thread;
  const std::string_view end = by.empty()                       ? words.nobody
                               : self && !words.by_self.empty() ? words.by_self
                                                                : words.by;
  text += fmt::format(fmt::runtime(end), type, name, self ? "it itself" : listed(by));
  return text;
}

std::string wait_chain(const Finding& finding) {
  if (finding.threads.empty()) return {};
  std::string text = printable(finding.threads.front().thread);
  const std::vector<Link> chain = links(finding);
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (i == links_max) return text + " ... and so on";
    const StuckThread& at = *chain[i].from;
    const StuckThread* const next = chain[i].to;
    const WaitWords& words = words_of(at);
    const std::string who = next != nullptr        ? printable(next->thread)
                            : at.let_go_by.empty() ? "nobody"
                                                   : printable(at.let_go_by.front());
    if (words.arrow.empty()) {
      text += fmt::format(" --joins--> {}", next != nullptr ? who : printable(at.waits_for));
    } else {
      text +=
          fmt::format(" --waits for--> {} --{}--> {}", printable(at.waits_for), words.arrow, who);
    }
  }
  return text;
}

std::string finding_line(const Finding& finding) {
  const FindingRow& kind = row(finding.kind);
  return fmt::format("{} {}: {}", kind.code, kind.name, printable(finding.message));
}

std::string finding_text(const Finding& finding, const FindingContext& context) {
  const Paint& paint = context.paint;
  const FindingRow& kind = row(finding.kind);
  const std::string heading =
      fmt::format("{}{}", is_deadlock(finding.kind) && finding.partial ? "PARTIAL " : "",
                  advice(finding.kind).heading);
  std::string text = fmt::format("{}  {} {}\n", paint(Ink::bad, heading), kind.code, kind.name);
  text += hanging(printable(finding.message), context.width, 2, 4);
  text += hanging(badness(finding), context.width, 2, 4);

  if (!finding.threads.empty()) {
    text += fmt::format("\n  {}\n", paint(Ink::strong, "who waits for whom"));
    append_threads(text, finding, context, true);
    std::size_t indent = 4;
    for (const std::string& line : wrapped(wait_chain(finding), context.width - 6)) {
      text += fmt::format("{:{}}{}\n", "", std::exchange(indent, 6), paint(Ink::bad, line));
    }
    const bool victims = std::any_of(finding.threads.begin(), finding.threads.end(),
                                     [](const StuckThread& thread) { return !thread.core; });
    if (victims) {
      text += fmt::format("\n  {}\n", paint(Ink::strong, "who waits behind them"));
      append_threads(text, finding, context, false);
    }
    if (!finding.ended.empty()) {
      text +=
          '\n' + hanging("ended: " + listed(printable_names(finding.ended)), context.width, 2, 4);
    }
  } else if (finding.site) {
    text += hanging("at " + statement(context.program, *finding.site), context.width, 2, 5);
  }

  if (finding.explanation) append_explanation(text, *finding.explanation, context);
  if (!context.interleaving.empty()) {
    text += fmt::format("\n  {}: {}\n", paint(Ink::strong, "how it comes to that"), way(finding));
    append_indented(text, context.interleaving, "    ");
  }
  if (!context.replay.empty()) {
    text += fmt::format("\n  {}\n", paint(Ink::strong, "see it again"));
    append_indented(text, context.replay, "    ");
  }
  text += fmt::format("\n  {}\n", paint(Ink::strong, "mend it"));
  append_indented(text, context.remedy, "    ");
  text += fmt::format("    lockstep explain {}\n", kind.code);
  return text;
}

}  // namespace lockstep
