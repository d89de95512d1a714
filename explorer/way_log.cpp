#include "explorer/way_log.h"

#include <algorithm>

#include "engine/assert.h"
#include "engine/run/trace.h"
#include "engine/state/process_memory.h"

namespace lockstep {
namespace {

class Log : public RunObserver {
 public:
  // Null: nobody watches, and texts are wanted.
  Log(WayLog& log, RunObserver* watch) : log_(log), watch_(watch) {}

  void on_begin(const Machine& machine, const State& initial, const VirtualClock& clock) override {
    before_ = initial;
    if (watch_ != nullptr) watch_->on_begin(machine, initial, clock);
  }
  void on_step(const Machine& machine, const State& before, std::uint64_t number, Choice choice,
               double now) override {
    step_ = number;
    if (watch_ != nullptr) watch_->on_step(machine, before, number, choice, now);
  }
  void on_step_end(const Machine& machine, const State& after, double now) override {
    if (watch_ != nullptr) watch_->on_step_end(machine, after, now);
  }
  void on_event(const Machine& machine, const State& state, const Event& event) override {
    if (watch_ != nullptr) watch_->on_event(machine, state, event);
    if (event.kind != Event::Kind::operation && event.kind != Event::Kind::timeout &&
        event.kind != Event::Kind::raised) {
      return;
    }
    LoggedEvent logged{.step = step_,
                       .timed_out = event.kind == Event::Kind::timeout,
                       .is_private = event.kind == Event::Kind::raised,
                       .thread = event.thread,
                       .operation = event.operation,
                       .site = {},
                       .receiver = event.receiver,
                       .arguments = {event.arguments.begin(), event.arguments.end()},
                       .operand = event.operand,
                       .update = event.update,
                       .outcome = event.outcome,
                       .of = {},
                       .changed = {},
                       .stored = none_value,
                       .text = watch_ == nullptr ? event_text(machine, state, event) : ""};
    if (event.kind == Event::Kind::raised || !is_exit(event.operation)) logged.site = event.site;
    const bool stores =
        event.operation == Operation::store_global || event.operation == Operation::update_global;
    if (stores || event.operation == Operation::load_global) {
      if (!machine.program.has_processes) logged.of = Location{false, event.operand};
      if (logged.of && stores && event.outcome.kind != Outcome::Kind::raised) {
        logged.changed.push_back(*logged.of);
        logged.stored = global(state, {event.operand});
      }
    } else if (machine.values().kind(event.receiver) == ValueKind::object) {
      const ObjectId object = machine.values().as_object(event.receiver);
      if (is_location(machine.program, object)) logged.of = Location{true, object.index};
    }
    add_changed_objects(machine.program, state, logged);
    // A number that is written is written, even if it was the same before.
    if (event.operation == Operation::mp_value_set && event.outcome.kind == Outcome::Kind::value &&
        logged.of && std::ranges::count(logged.changed, *logged.of) == 0) {
      logged.changed.push_back(*logged.of);
    }
    log_.events.push_back(std::move(logged));
  }

 private:
  static bool is_location(const Program& program, ObjectId object) {
    return !program.has_processes || is_shared(program, object);
  }
  void add_changed_objects(const Program& program, const State& state, LoggedEvent& logged) {
    for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
      if (!is_location(program, {i})) continue;
      const std::size_t words = row(program.objects[i].kind).words;
      Word* const old = object_words(program, before_, {i});
      const Word* const now = object_words(program, state, {i});
      if (std::equal(now, now + words, old)) continue;
      std::copy(now, now + words, old);
      logged.changed.push_back({true, i});
    }
  }

  WayLog& log_;
  RunObserver* watch_;
  std::uint64_t step_ = 0;
  State before_;  // of it only the objects are kept up to date
};

WayLog log_under(const Machine& machine, Policy& policy, std::uint64_t steps_max,
                 RunObserver* watch) {
  WayLog log;
  Log observer(log, watch);
  RunOptions options;
  options.limits.steps_max = steps_max;
  log.result = run(machine, policy, &observer, options);
  const State& end = log.result.state;
  for (std::uint32_t i = 0; i < thread_count(machine.program, end); ++i) {
    log.names.emplace_back(
        machine.values().as_text(thread_name_value(machine.program, end, ThreadId{i})));
  }
  return log;
}

}  // namespace

WayLog log_run(const Machine& machine, Policy& policy, std::uint64_t steps_max,
               RunObserver& watch) {
  return log_under(machine, policy, steps_max, &watch);
}

WayLog log_way(const Machine& machine, const std::vector<Choice>& choices) {
  const std::unique_ptr<Policy> policy = exact_policy(choices);
  return log_under(machine, *policy, choices.size(), nullptr);
}

}  // namespace lockstep
