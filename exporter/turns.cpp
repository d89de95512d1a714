#include "exporter/turns.h"

namespace lockstep {
namespace {

bool takes_turn(const Event& event) {
  switch (event.kind) {
    case Event::Kind::timeout:
      return true;
    case Event::Kind::thread_ended:
      return event.thread != main_thread_id;
    case Event::Kind::operation:
      break;
    default:
      return false;
  }
  switch (event.operation) {
    // The program's own business: it starts and joins the declared threads before and after.
    case Operation::join_all:
    case Operation::run_on:
    // Part of Barrier.wait() there: nobody can come or go before it.
    case Operation::barrier_release:
    case Operation::barrier_break:
    // What comes after it waits for it there.
    case Operation::executor_close:
    case Operation::executor_abandon:
    // Of the thread object itself, which Python's threading module asks too.
    case Operation::thread_name:
    case Operation::thread_ident:
    case Operation::thread_daemon:
    case Operation::thread_set_name:
    case Operation::thread_set_daemon:
      return false;
    case Operation::process_exit:
      return true;
    default:
      return row(event.operation).switches != Switch::silent;
  }
}

}  // namespace

void TurnRecorder::on_event(const Machine&, const State&, const Event& event) {
  if (event.kind == Event::Kind::process_ended) turns_.end_process = true;
  if (!takes_turn(event)) return;
  Turn turn{event.thread, Turn::Kind::operation, 0};
  if (event.kind == Event::Kind::timeout) turn.kind = Turn::Kind::timeout;
  if (event.kind == Event::Kind::operation && event.operation == Operation::choose) {
    turn = {event.thread, Turn::Kind::choose, choice_.value};
  }
  turns_.turns.push_back(turn);
}

std::vector<std::string> turn_lines(const std::vector<Turn>& turns, std::size_t width) {
  std::vector<std::string> lines(1);
  for (std::size_t i = 0; i < turns.size();) {
    std::size_t end = i + 1;
    if (turns[i].kind == Turn::Kind::operation) {
      while (end < turns.size() && turns[end] == turns[i]) ++end;
    }
    std::string text = std::to_string(turns[i].thread.index);
    if (turns[i].kind == Turn::Kind::timeout) text += "!";
    if (turns[i].kind == Turn::Kind::choose) text += "=" + std::to_string(turns[i].value);
    if (end - i > 1) text += "*" + std::to_string(end - i);
    if (!lines.back().empty() && lines.back().size() + 1 + text.size() > width)
      lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += text;
    i = end;
  }
  return lines;
}

}  // namespace lockstep
