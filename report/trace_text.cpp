#include "report/trace_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/words.h"

namespace lockstep {
namespace {

constexpr std::size_t step_width = 5;
constexpr std::size_t time_width = 9;
constexpr std::size_t line_width = 5;
constexpr std::size_t gap = 2;
constexpr std::size_t left_width = step_width + 1 + time_width + 1 + line_width + gap;
constexpr std::size_t column_width_min = 16;
constexpr std::size_t column_width_good = 20;  // beside a column of news
constexpr std::size_t column_width_max = 40;
constexpr std::size_t width_min = 80;
constexpr std::size_t news_width_min = 22;
constexpr std::size_t name_width_max = 16;
constexpr std::size_t value_width_max = 60;
constexpr std::size_t text_width_max = 600;  // of what one event says; a value may be a MiB
constexpr std::string_view blocked_word = ": blocked, ";
// Before news that stand below what a step did.
constexpr std::string_view news_mark = "> ";
constexpr std::string_view news_mark_again = "  ";

bool creates_threads(const Program& program) {
  return std::ranges::any_of(program.code, [](const Instruction& instruction) {
    return instruction.opcode == Opcode::perform &&
           (static_cast<Operation>(instruction.a) == Operation::thread_create ||
            static_cast<Operation>(instruction.a) == Operation::process_create ||
            static_cast<Operation>(instruction.a) == Operation::timer_create);
  });
}

// Whether the scenario has a `main`: the one that lockstep adds has no place in the file.
bool is_main_written(const Program& program) {
  const Function& main = program.functions[program.threads[main_thread_id.index].body.index];
  for (std::uint32_t pc = main.begin; pc < main.end; ++pc) {
    if (program.site_of(pc).line != 0) return true;
  }
  return false;
}

// Whether an operation only began what its successor then blocks at. One that may block itself
// has succeeded where it is told, though the next may ask for the same: a Lock taken twice.
bool comes_to_nothing(const TraceEvent& event, const TraceEvent& next) {
  return event.kind == Event::Kind::operation && !row(event.operation).may_block &&
         next.kind == Event::Kind::blocked &&
         next.text.starts_with(event.text + std::string(blocked_word));
}

// What is there for the machine, not for the reader.
bool is_shown(const TraceEvent& event, const Program& program) {
  switch (event.kind) {
    case Event::Kind::operation:
      return row(event.operation).switches != Switch::silent;
    case Event::Kind::returned:
      return false;
    case Event::Kind::mark:
      return !program.sites[event.site.index].note.empty();
    default:
      return true;
  }
}

}  // namespace

struct TraceText::Line {
  std::string place;  // line number; empty: none, or as above
  std::string text;   // at most column_width_ wide, unless it goes across
  Ink ink = Ink::plain;
  std::size_t column = across;
  bool first = false;  // of the step
  std::string step, time;
  std::string thread;  // where one column is for all
  static constexpr std::size_t across = static_cast<std::size_t>(-1);
};

TraceText::TraceText(const Program& program, std::function<void(std::string_view)> write,
                     Paint paint, std::size_t width)
    : program_(program), write_(std::move(write)), paint_(paint) {
  for (std::size_t i = is_main_written(program) ? 0 : 1; i < program.threads.size(); ++i) {
    columns_.push_back(printable(program.threads[i].name));
    threads_.push_back(i);
    name_width_ = std::max(name_width_, display_width(columns_.back()));
  }
  const bool creates = creates_threads(program);
  name_width_ =
      creates ? name_width_max
              : std::clamp(name_width_, std::string_view("MainThread").size(), name_width_max);
  const std::size_t room = std::max(width, width_min) - left_width;
  const std::size_t count = std::max<std::size_t>(columns_.size(), 1);
  if (creates || count * (column_width_min + gap) > room) {
    columns_.clear();
    threads_.clear();
    const std::size_t left = room - name_width_ - gap;
    column_width_ = std::min(left - news_width_min - gap, column_width_max);
    news_width_ = left - column_width_ - gap;
  } else if (count * (column_width_good + gap) + news_width_min <= room) {
    column_width_ = std::min((room - news_width_min) / count - gap, column_width_max);
    news_width_ = room - count * (column_width_ + gap);
  } else {
    column_width_ = std::min(room / count - gap, column_width_max);
    news_width_ = 0;
  }
}

void TraceText::write_heading() {
  std::string line = fmt::format("{:>{}} {:>{}} {:>{}}  ", "step", step_width, "seconds",
                                 time_width, "line", line_width);
  std::string painted = paint_(Ink::quiet, line);
  if (columns_.empty()) {
    painted +=
        paint_(Ink::strong, padded("thread", name_width_ + gap)) + padded("", column_width_ + gap);
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string name = padded(shortened(columns_[i], column_width_), column_width_ + gap);
    painted += paint_(thread_ink(i), name);
  }
  if (news_width_ > 0) painted += paint_(Ink::quiet, "then");
  while (painted.ends_with(' ')) painted.pop_back();
  write_(painted + "\n");
}

std::size_t TraceText::column_of(const TraceStep& step) const {
  const auto found = std::ranges::find(threads_, std::size_t{step.choice.thread.index});
  if (found == threads_.end()) return Line::across;
  return static_cast<std::size_t>(found - threads_.begin());
}

std::vector<TraceText::Line> TraceText::lines_of(const TraceStep& step) const {
  std::vector<Line> lines;
  const std::size_t column = column_of(step);
  const bool across = column == Line::across && !columns_.empty();
  const Ink own = thread_ink(columns_.empty() ? step.choice.thread.index : across ? 0 : column);
  // A step that goes across names its thread in front.
  const std::string who = across ? printable(step.thread) + ": " : std::string();
  const std::size_t width = across ? (column_width_ + gap) * columns_.size() - gap : column_width_;

  std::uint32_t last_place = 0;
  for (std::size_t i = 0; i < step.events.size(); ++i) {
    const TraceEvent& event = step.events[i];
    if (!is_shown(event, program_)) continue;
    std::string text = printable(event.text);
    Ink ink = across ? Ink::plain : own;
    if (event.kind == Event::Kind::blocked) {
      if (const std::size_t at = text.find(blocked_word); at != std::string::npos) {
        text.replace(at, blocked_word.size(), ": BLOCKED, ");
      }
      ink = Ink::bad;
    } else if (i + 1 < step.events.size() && comes_to_nothing(event, step.events[i + 1])) {
      continue;  // "wait ready", then "wait ready: BLOCKED"
    } else if (event.kind == Event::Kind::called || event.kind == Event::Kind::mark) {
      ink = Ink::quiet;
    } else if (event.kind == Event::Kind::raised ||
               (event.kind == Event::Kind::thread_ended && !event.value.empty())) {
      ink = Ink::bad;
    }
    if (event.kind == Event::Kind::mark) text.insert(0, "# ");
    std::string place;
    if (event.has_site) {
      const std::uint32_t at = program_.sites[event.site.index].line;
      if (at != 0 && at != last_place) place = std::to_string(at);
      last_place = at;
    }
    text = shortened(text, text_width_max);
    if (event.kind != Event::Kind::process_ended) text.insert(0, who);
    std::vector<std::string> pieces = wrapped(text, width);
    if (const std::size_t at = text.find("BLOCKED"); pieces.size() > 1 && at != std::string::npos) {
      pieces = wrapped(std::string_view(text).substr(0, at - 1), width);
      for (std::string& piece : wrapped(std::string_view(text).substr(at), width)) {
        pieces.push_back(std::move(piece));
      }
    }
    for (std::string& piece : pieces) {
      Line line;
      line.place = std::exchange(place, {});
      line.text = std::move(piece);
      line.ink = ink;
      line.column = column;
      lines.push_back(std::move(line));
    }
  }
  const auto add_quiet = [&](const std::string& text) {
    Line line;
    line.text = who + text;
    line.ink = Ink::quiet;
    line.column = column;
    lines.push_back(std::move(line));
  };
  if (!step.rests.empty()) add_quiet(printable(step.rests));
  if (lines.empty()) add_quiet("(goes on)");
  Line& first = lines.front();
  first.first = true;
  first.step = std::to_string(step.number);
  first.time = fmt::format("{:.6f}", step.time);
  first.thread = printable(step.thread);
  return lines;
}

// What changed, one piece of news an item, not wrapped.
std::vector<std::string> TraceText::news_of(const TraceStep& step) const {
  std::vector<std::string> news;
  std::string last_at;
  for (const TraceEvent& event : step.events) {
    const std::string& at = event.has_site ? program_.sites[event.site.index].at : last_at;
    if (!at.empty() && at != last_at) news.push_back("at " + printable(at));
    last_at = at;
  }
  for (const TraceStep::Change& change : step.changes) {
    const std::string name = printable(change.name);
    const std::string after = printable(change.after);
    std::string text = fmt::format("{}: {} -> {}", name, printable(change.before), after);
    const std::size_t width = news_width_ > 0 ? news_width_ : column_width_ - news_mark.size();
    if (display_width(text) > width) {
      text = fmt::format("{}: {}", name, shortened(after, value_width_max));
    }
    news.push_back(std::move(text));
  }
  for (const TraceStep::Waiting& waiting : step.now_waiting) {
    // Who holds it is said by the step itself.
    const std::string what = waiting.what.substr(0, waiting.what.find(", held by"));
    news.push_back(fmt::format("{} waits for {}", printable(waiting.thread), printable(what)));
  }
  if (!step.now_ready.empty()) news.push_back(printable(listed(step.now_ready)) + " can go on");
  return news;
}

void TraceText::write_line(const Line& line, std::string_view news) {
  std::string text = paint_(Ink::quiet, fmt::format("{:>{}} {:>{}} {:>{}}  ", line.step, step_width,
                                                    line.time, time_width, line.place, line_width));
  std::size_t to_fill = 0;  // spaces owed before what comes next
  const auto put = [&](std::string_view piece, Ink ink, std::size_t width) {
    if (!piece.empty()) {
      text.append(to_fill, ' ');
      to_fill = 0;
      text += paint_(ink, piece);
    }
    const std::size_t taken = display_width(piece);
    to_fill += width > taken ? width - taken : 0;
  };
  if (columns_.empty()) {
    put(shortened(line.thread, name_width_), line.first ? Ink::strong : Ink::plain,
        name_width_ + gap);
    put(line.text, line.ink, column_width_ + gap);
  } else if (line.column == Line::across) {
    put(line.text, line.ink, (column_width_ + gap) * columns_.size());
  } else {
    to_fill += line.column * (column_width_ + gap);
    put(line.text, line.ink, (columns_.size() - line.column) * (column_width_ + gap));
  }
  put(news, Ink::changed, 0);
  while (text.ends_with(' ')) text.pop_back();
  write_(text + "\n");
}

void TraceText::on_trace_step(const TraceStep& step) {
  if (!std::exchange(has_heading_, true)) write_heading();
  std::vector<Line> lines = lines_of(step);
  std::vector<std::string> beside;
  Line below;
  below.column = lines.front().column;
  below.ink = Ink::changed;
  for (const std::string& item : news_of(step)) {
    if (news_width_ > 0) {
      for (std::string& piece : wrapped(item, news_width_)) beside.push_back(std::move(piece));
      continue;
    }
    std::string_view mark = news_mark;
    for (const std::string& piece : wrapped(item, column_width_ - news_mark.size())) {
      below.text = std::string(mark) + piece;
      mark = news_mark_again;
      lines.push_back(below);
    }
  }
  below.text.clear();
  while (lines.size() < beside.size()) lines.push_back(below);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    write_line(lines[i], i < beside.size() ? beside[i] : std::string_view());
  }
}

}  // namespace lockstep
