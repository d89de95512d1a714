#include "report/times_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "report/words.h"

namespace lockstep {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t name_width_max = 16;
constexpr std::size_t indent = 2;
constexpr std::size_t blocked_width_min = 24;
constexpr std::size_t causes_max = 6;    // of one thread; the rest is summed
constexpr std::ptrdiff_t joins_max = 2;  // of one thread; more are summed
constexpr std::size_t slices_min = 10;

// Who joins many threads is told with one word.
std::vector<ThreadTimes::Blocked> with_joins_summed(std::span<const ThreadTimes::Blocked> all) {
  const auto joins = std::ranges::count_if(all, &ThreadTimes::Blocked::is_join);
  std::vector<ThreadTimes::Blocked> causes;
  if (joins <= joins_max) return {all.begin(), all.end()};
  ThreadTimes::Blocked sum{fmt::format("{} threads (join)", joins), 0, true};
  for (const ThreadTimes::Blocked& blocked : all) {
    if (blocked.is_join) {
      sum.time_ns += blocked.time_ns;
    } else {
      causes.push_back(blocked);
    }
  }
  causes.push_back(std::move(sum));
  std::ranges::stable_sort(causes, std::greater<>(), &ThreadTimes::Blocked::time_ns);
  return causes;
}

// "9.0 s on mutexA, 1.0 s on T1 (join)", broken where a cause ends if it can be.
std::vector<std::string> blocked_lines(const ThreadTimes& thread, std::size_t width) {
  const std::vector<ThreadTimes::Blocked> causes = with_joins_summed(thread.blocked);
  if (causes.empty()) return {"-"};
  std::vector<std::string> items;
  std::int64_t rest_ns = thread.blocked_ns;
  const std::size_t shown = causes.size() > causes_max ? causes_max - 1 : causes.size();
  for (const ThreadTimes::Blocked& blocked : std::span(causes).first(shown)) {
    items.push_back(
        fmt::format("{} on {}", nanoseconds_text(blocked.time_ns), printable(blocked.on)));
    rest_ns -= blocked.time_ns;
  }
  if (shown < causes.size()) {
    items.push_back(
        fmt::format("{} on {} others", nanoseconds_text(rest_ns), causes.size() - shown));
  }
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string item = items[i] + (i + 1 < items.size() ? "," : "");
    if (!lines.empty() && display_width(lines.back()) + 1 + display_width(item) <= width) {
      lines.back() += ' ' + item;
      continue;
    }
    for (std::string& piece : wrapped(item, width)) lines.push_back(std::move(piece));
  }
  return lines;
}

ThreadTimes sum_of(std::span<const ThreadTimes> threads) {
  ThreadTimes sum;
  sum.name = fmt::format("and {} more", grouped(threads.size()));
  for (const ThreadTimes& thread : threads) {
    sum.runs_ns += thread.runs_ns;
    sum.gil_ns += thread.gil_ns;
    sum.core_ns += thread.core_ns;
    sum.sleeps_ns += thread.sleeps_ns;
    sum.blocked_ns += thread.blocked_ns;
    for (const ThreadTimes::Blocked& blocked : thread.blocked) {
      const auto same = std::ranges::find(sum.blocked, blocked.on, &ThreadTimes::Blocked::on);
      if (same == sum.blocked.end()) {
        sum.blocked.push_back(blocked);
      } else {
        same->time_ns += blocked.time_ns;
      }
    }
  }
  std::ranges::stable_sort(sum.blocked, std::greater<>(), &ThreadTimes::Blocked::time_ns);
  return sum;
}

char letter(Activity activity) {
  switch (activity) {
    case Activity::runs:
      return '#';
    case Activity::waits_for_gil:
      return '.';
    case Activity::waits_for_core:
      return ':';
    case Activity::blocked:
      return '-';
    case Activity::sleeps:
      return 'z';
  }
  return '?';
}

Ink ink_of(char letter) {
  switch (letter) {
    case '#':
      return Ink::good;
    case '-':
      return Ink::bad;
    case '.':
    case ':':
      return Ink::warn;
    default:
      return Ink::quiet;
  }
}

// Where slice `i` of `count` begins. Without overflow for any total and a screen's width.
std::int64_t slice_begin(std::int64_t total_ns, std::size_t i, std::size_t count) {
  const auto at = static_cast<std::int64_t>(i), all = static_cast<std::int64_t>(count);
  return total_ns / all * at + total_ns % all * at / all;
}

std::string slices(const ThreadTimes& thread, std::int64_t total_ns, std::size_t count) {
  constexpr std::array activities{Activity::runs, Activity::blocked, Activity::waits_for_gil,
                                  Activity::waits_for_core,
                                  Activity::sleeps};  // of equal shares the first is shown
  std::string line;
  auto span = thread.spans.begin();
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t begin = slice_begin(total_ns, i, count);
    const std::int64_t end = slice_begin(total_ns, i + 1, count);
    std::array<std::int64_t, activities.size()> share{};
    while (span != thread.spans.end() && span->end_ns <= begin) ++span;
    for (auto at = span; at != thread.spans.end() && at->begin_ns < end; ++at) {
      share[static_cast<std::size_t>(at->activity)] +=
          std::min(at->end_ns, end) - std::max(at->begin_ns, begin);
    }
    std::int64_t most = end - begin;  // not there
    for (const std::int64_t part : share) most -= part;
    char shown = ' ';
    for (const Activity activity : activities) {
      const std::int64_t part = share[static_cast<std::size_t>(activity)];
      if (part > most || (part == most && shown == ' ' && part > 0)) {
        most = part;
        shown = letter(activity);
      }
    }
    line += shown;
  }
  return line;
}

std::string painted(std::string_view line, const Paint& paint) {
  std::string text;
  for (std::size_t begin = 0; begin < line.size();) {
    const std::size_t end = std::min(line.find_first_not_of(line[begin], begin), line.size());
    const std::string_view run = line.substr(begin, end - begin);
    text += line[begin] == ' ' ? std::string(run) : paint(ink_of(line[begin]), run);
    begin = end;
  }
  return text;
}

std::size_t name_width(std::span<const ThreadTimes> threads) {
  std::size_t width = std::string_view("thread").size();
  for (const ThreadTimes& thread : threads) {
    width = std::max(width, display_width(printable(thread.name)));
  }
  return std::min(width, name_width_max);
}

constexpr std::string_view gil_words = "waits for the GIL";
constexpr std::string_view core_words = "waits for a core";

// A column of durations; those of nobody are left out.
template <class Row>
struct Column {
  std::string_view heading;
  std::int64_t Row::*time_ns;
  bool is_shown = true;
  std::size_t width = 0;
};
// Their width together, with what is between them and what follows.
template <class Row>
std::size_t fit(std::span<Column<Row>> columns, std::span<const Row> rows) {
  std::size_t taken = 0;
  for (Column<Row>& column : columns) {
    if (!column.is_shown) continue;
    column.width = column.heading.size();
    for (const Row& row : rows) {
      column.width = std::max(column.width, nanoseconds_text(row.*column.time_ns).size());
    }
    taken += column.width + gap;
  }
  return taken;
}
template <class Row>
std::string headings(std::span<const Column<Row>> columns) {
  std::string text;
  for (const Column<Row>& column : columns) {
    if (column.is_shown) text += fmt::format("{:>{}}{:{}}", column.heading, column.width, "", gap);
  }
  return text;
}
template <class Row>
std::string cells(std::span<const Column<Row>> columns, const Row& row) {
  std::string text;
  for (const Column<Row>& column : columns) {
    if (!column.is_shown) continue;
    text +=
        fmt::format("{:>{}}{:{}}", nanoseconds_text(row.*column.time_ns), column.width, "", gap);
  }
  return text;
}

std::string total_text(std::int64_t total_ns) {
  return total_ns == 0 ? "0 s" : nanoseconds_text(total_ns);
}

// A row for each process: what its threads did together, how long it was there, how it ended.
struct ProcessRow : ProcessTimes {
  std::int64_t time_ns;
};
std::string processes_text(const RunTimes& times, const Paint& paint, std::size_t rows_max) {
  if (times.processes.empty()) return {};
  std::vector<ProcessRow> rows;
  std::size_t names = std::string_view("process").size();
  for (const ProcessTimes& process :
       std::span(times.processes).first(std::min(rows_max, times.processes.size()))) {
    rows.push_back({process, process.end_ns - process.begin_ns});
    names = std::max(names, display_width(printable(process.name)));
  }
  names = std::min(names, name_width_max);
  using Times = Column<ProcessRow>;
  std::array columns{
      Times{"cpu", &ProcessRow::runs_ns}, Times{gil_words, &ProcessRow::gil_ns, times.has_gil},
      Times{core_words, &ProcessRow::core_ns}, Times{"from start to end", &ProcessRow::time_ns}};
  fit(std::span<Times>(columns), std::span<const ProcessRow>(rows));
  const std::string heading =
      padded("process", names + gap) + headings(std::span<const Times>(columns)) + "exit status";
  std::string text = fmt::format("{:{}}{}\n", "", indent, paint(Ink::quiet, heading));
  for (const ProcessRow& row : rows) {
    text += fmt::format("{:{}}{}{}{}\n", "", indent,
                        padded(shortened_within(printable(row.name), names), names + gap),
                        cells(std::span<const Times>(columns), row),
                        row.exit_code ? std::to_string(*row.exit_code) : "-");
  }
  const std::size_t left = times.processes.size() - rows.size();
  if (left > 0) text += fmt::format("{:{}}and {} more\n", "", indent, grouped(left));
  return text;
}

}  // namespace

std::string nanoseconds_text(std::int64_t time_ns) {
  if (time_ns == 0) return "-";
  if (time_ns < 1'000) return fmt::format("{} ns", time_ns);
  const double us = static_cast<double>(time_ns) / 1e3;
  if (us < 9.95) return fmt::format("{:.1f} µs", us);
  if (us < 999.5) return fmt::format("{:.0f} µs", us);
  if (us < 9'950) return fmt::format("{:.1f} ms", us / 1e3);
  if (us < 999'500) return fmt::format("{:.0f} ms", us / 1e3);
  if (us < 59.95e6) return fmt::format("{:.1f} s", us / 1e6);
  return seconds_text(us / 1e6);
}

std::string times_text(const RunTimes& times, std::size_t width, const Paint& paint,
                       std::size_t rows_max) {
  const std::span all(times.threads);
  const auto first = all.first(std::min(rows_max, all.size()));
  std::vector<ThreadTimes> rows(first.begin(), first.end());
  if (first.size() < all.size()) rows.push_back(sum_of(all.subspan(first.size())));

  using Times = Column<ThreadTimes>;
  std::array columns{Times{"cpu", &ThreadTimes::runs_ns},
                     Times{gil_words, &ThreadTimes::gil_ns, times.has_gil},
                     Times{core_words, &ThreadTimes::core_ns, times.shares_cores},
                     Times{"sleeps", &ThreadTimes::sleeps_ns}};
  const std::size_t names = name_width(rows);
  const std::size_t taken =
      indent + names + gap + fit(std::span<Times>(columns), std::span<const ThreadTimes>(rows));
  const std::size_t blocked_width =
      width > taken + blocked_width_min ? width - taken : blocked_width_min;

  const std::string heading =
      padded("thread", names + gap) + headings(std::span<const Times>(columns));
  std::string text = fmt::format("{:{}}{}\n", "", indent, paint(Ink::quiet, heading + "blocked"));
  for (const ThreadTimes& row : rows) {
    const std::string line = padded(shortened_within(printable(row.name), names), names + gap) +
                             cells(std::span<const Times>(columns), row);
    text += fmt::format("{:{}}{}", "", indent, line);
    bool is_first = true;
    for (const std::string& piece : blocked_lines(row, blocked_width)) {
      text += fmt::format("{:{}}{}\n", "", is_first ? 0 : taken, piece);
      is_first = false;
    }
  }
  text += processes_text(times, paint, rows_max);
  return text + fmt::format("  total {} of virtual time\n", total_text(times.total_ns));
}

std::string timeline_text(const RunTimes& times, std::size_t width, const Paint& paint) {
  if (times.total_ns == 0) return "  no virtual time has passed\n";
  const std::size_t names = name_width(times.threads);
  const std::size_t left = indent + names + gap;
  std::size_t count = width > left + slices_min ? width - left : slices_min;
  if (times.total_ns < static_cast<std::int64_t>(count)) {
    count = static_cast<std::size_t>(times.total_ns);
  }

  const std::string last = total_text(times.total_ns);
  std::string axis = padded("", left) + "0 s";
  const std::size_t end = left + count;
  axis += padded("", end > axis.size() + last.size() ? end - axis.size() - last.size() : 1) + last;
  std::string text = paint(Ink::quiet, axis) + "\n";
  for (const ThreadTimes& thread : times.threads) {
    std::string line = slices(thread, times.total_ns, count);
    line.erase(line.find_last_not_of(' ') + 1);
    std::string name = padded(shortened_within(printable(thread.name), names), names + gap);
    if (line.empty()) name.erase(name.find_last_not_of(' ') + 1);
    text += fmt::format("{:{}}{}{}\n", "", indent, name, painted(line, paint));
  }
  return text + fmt::format(
                    "  {}\n",
                    paint(Ink::quiet,
                          fmt::format("# runs  {}{}- blocked  z sleeps; a column is {}",
                                      times.has_gil ? fmt::format(". {}  ", gil_words) : "",
                                      times.shares_cores ? fmt::format(": {}  ", core_words) : "",
                                      nanoseconds_text(std::max<std::int64_t>(
                                          times.total_ns / static_cast<std::int64_t>(count), 1)))));
}

}  // namespace lockstep
