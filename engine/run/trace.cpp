#include "engine/run/trace.h"

#include <algorithm>

#include "engine/run/clock.h"
#include "engine/run/threads.h"
#include "engine/state/process_memory.h"

namespace lockstep {
namespace {

bool is_live(Event::Kind kind) {
  return kind != Event::Kind::thread_ended && kind != Event::Kind::process_ended;
}

bool writes(Operation operation) {
  return operation == Operation::print || operation == Operation::prompt;
}

// `blocked` of one that stands before nothing.
Readiness readiness_of(const Machine& machine, const State& state, ThreadId thread) {
  return is_resting(machine, state, thread) ? readiness(machine, state, thread)
                                            : Readiness::blocked;
}

TraceEvent trace_event(const Machine& machine, const State& state, const Event& event) {
  const ValueTable& values = machine.values();
  const Program& program = machine.program;
  const StateNames names(machine, state);
  TraceEvent told{event.kind,      event.site, false, event_text(machine, state, event),
                  event.operation, {},         {},    {}};
  told.has_site = is_live(event.kind) && !is_exit(event.operation);

  if (event.kind == Event::Kind::called || event.kind == Event::Kind::returned) {
    told.object = program.functions[event.function.index].name;
  } else if (values.kind(event.receiver) == ValueKind::object) {
    told.object = program.objects[values.as_object(event.receiver).index].name;
  } else if (const auto thread = thread_of_handle(event.receiver)) {
    told.object = thread_name(machine, state, *thread);
  } else if (values.kind(event.receiver) == ValueKind::connection) {
    told.object = connection_label(program, values.as_connection(event.receiver));
  } else if (values.kind(event.receiver) == ValueKind::future) {
    told.object = program.objects[values.as_future(event.receiver).executor.index].name;
  }
  Value value = event.outcome.kind == Outcome::Kind::next ? none_value : event.outcome.value;
  if (event.kind == Event::Kind::operation) {
    const bool store = event.operation == Operation::store_global;
    if (store || event.operation == Operation::load_global ||
        event.operation == Operation::update_global) {
      told.object = program.globals[event.operand].name;
    }
    if (store) value = event.arguments[0];
    if (writes(event.operation)) told.output = printed_line(machine, event);
  }
  const bool shows_none =
      event.operation == Operation::store_global || event.operation == Operation::load_global;
  if (value != none_value || (shows_none && event.kind == Event::Kind::operation)) {
    told.value = repr(values, value, names);
  }
  return told;
}

std::string resting_text(const Machine& machine, const State& state, ThreadId thread) {
  if (!is_resting(machine, state, thread)) return {};
  const Pending& next = pending(machine, state, thread);
  if (next.operation != Operation::sleep && next.operation != Operation::io) return {};
  const std::string how_long =
      repr(machine.values(), next.arguments[0], StateNames(machine, state));
  return next.operation == Operation::sleep ? "sleeps " + how_long + " s"
                                            : "waits " + how_long + " s for I/O";
}

}  // namespace

TraceRecorder::TraceRecorder(TraceSink* sink) : sink_(sink) {}

void TraceRecorder::on_begin(const Machine& machine, const State& initial,
                             const VirtualClock& clock) {
  if (sink_ == nullptr) return;
  clock_ = &clock;
  ready_.clear();
  for (ThreadId t{0}; t.index < thread_count(machine.program, initial); ++t.index) {
    ready_.push_back(readiness_of(machine, initial, t));
  }
}

void TraceRecorder::on_step(const Machine& machine, const State& before, std::uint64_t number,
                            Choice choice, double) {
  number_ = number;
  if (sink_ == nullptr) return;
  std::optional<State> seen;
  before_ = before;
  seen_before_ = seen_by(machine, before, choice.thread, seen);
  step_ = TraceStep{number, 0, thread_name(machine, before, choice.thread), choice, {}, {}, {}, {},
                    {},     {}};
  // What a thread comes past before its first step, nobody is told. It stands there still.
  has_begun_.resize(std::max(has_begun_.size(), std::size_t{choice.thread.index} + 1));
  if (!has_begun_[choice.thread.index]) {
    has_begun_[choice.thread.index] = true;
    const Pending& first = pending(machine, before, choice.thread);
    const Site& site = machine.program.sites[first.site.index];
    if (first.has_site && !(site.label.empty() && site.note.empty())) {
      const Event mark{Event::Kind::mark, choice.thread, first.site};
      step_.events.push_back(trace_event(machine, before, mark));
    }
  }
  if (!sink_->wants_runnable()) return;
  std::vector<Choice> choices;
  enabled(machine, before, choices);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0 && choices[i].thread == choices[i - 1].thread) continue;
    step_.runnable.push_back(thread_name(machine, before, choices[i].thread));
  }
}

void TraceRecorder::on_event(const Machine& machine, const State& state, const Event& event) {
  holdings_.on_event(machine, state, event, number_);
  if (event.kind == Event::Kind::operation && writes(event.operation) &&
      event.outcome.kind == Outcome::Kind::value) {
    if (!in_line_) output_.emplace_back();
    output_.back() += printed_line(machine, event);
    in_line_ = event.operation == Operation::prompt;
  }
  if (sink_ != nullptr) step_.events.push_back(trace_event(machine, state, event));
}

void TraceRecorder::on_step_end(const Machine& machine, const State& after, double now) {
  if (sink_ == nullptr) return;
  const Program& program = machine.program;
  step_.time = now;
  std::optional<State> view;
  const State& seen = seen_by(machine, after, step_.choice.thread, view);
  // Of a process that is over nothing is left in memory that could have changed.
  const ProcessId process = process_of(program, after, step_.choice.thread);
  const bool is_gone = is_process_over(program, after, main_thread_of(machine, after, process)) &&
                       process != main_process_id;
  for (std::uint32_t i = 0; i < program.globals.size() && !is_gone; ++i) {
    const Value old_value = global(seen_before_, {i});
    const Value new_value = global(seen, {i});
    if (old_value == new_value) continue;
    step_.changes.push_back({program.globals[i].name,
                             repr(machine.values(), old_value, StateNames(machine, seen_before_)),
                             repr(machine.values(), new_value, StateNames(machine, after))});
  }
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    const ObjectRow& object = row(program.objects[i].kind);
    if (is_gone && !object.shared) continue;
    std::string old_text = object.describe(machine, seen_before_, {i});
    std::string new_text = object.describe(machine, seen, {i});
    if (old_text == new_text) continue;
    step_.changes.push_back({program.objects[i].name, std::move(old_text), std::move(new_text)});
  }
  // Threads that were not there before, or are not any more, have no news of this kind.
  const std::size_t known = ready_.size();
  ready_.resize(thread_count(program, after), Readiness::blocked);
  for (const ThreadId t : clock_->enabled().concerned()) {
    const bool was_ready = ready_[t.index] == Readiness::ready;
    ready_[t.index] = readiness_of(machine, after, t);
    const bool is_ready = ready_[t.index] == Readiness::ready;
    if (t == step_.choice.thread || t.index >= known) continue;
    if (!is_resting(machine, before_, t) || !is_resting(machine, after, t)) continue;
    if (was_ready && !is_ready) {
      step_.now_waiting.push_back({thread_name(machine, after, t), waits_for(machine, after, t)});
    } else if (!was_ready && is_ready) {
      step_.now_ready.push_back(thread_name(machine, after, t));
    }
  }
  step_.rests = resting_text(machine, after, step_.choice.thread);
  sink_->on_trace_step(step_);
}

}  // namespace lockstep
