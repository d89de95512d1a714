#include "engine/run/clock.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "engine/assert.h"
#include "engine/operations/barrier.h"
#include "engine/run/threads.h"
#include "engine/value/arithmetic.h"

namespace lockstep {
namespace {

constexpr double nanoseconds_per_second = 1e9;
constexpr std::uint32_t no_process = std::numeric_limits<std::uint32_t>::max();
constexpr double bytecodes_per_operation = 10;

// Which argument says how long, and what a negative one means there.
struct TimedOperation {
  Operation operation;
  std::size_t argument;
  enum class Negative : std::uint8_t { at_once, not_timed } negative;
};
constexpr std::array timed_operations{
    TimedOperation{Operation::sleep, 0, TimedOperation::Negative::not_timed},  // ValueError
    TimedOperation{Operation::io, 0, TimedOperation::Negative::not_timed},
    TimedOperation{Operation::compute, 0, TimedOperation::Negative::not_timed},
    TimedOperation{Operation::lock_acquire, 1,
                   TimedOperation::Negative::not_timed},  // -1: for ever
    TimedOperation{Operation::rlock_acquire, 1, TimedOperation::Negative::not_timed},
    TimedOperation{Operation::semaphore_park, 1, TimedOperation::Negative::at_once},
    TimedOperation{Operation::bounded_semaphore_park, 1, TimedOperation::Negative::at_once},
    TimedOperation{Operation::event_park, 0, TimedOperation::Negative::at_once},
    TimedOperation{Operation::condition_park, 0, TimedOperation::Negative::at_once},
    TimedOperation{Operation::mp_condition_park, 0, TimedOperation::Negative::at_once},
    TimedOperation{Operation::mp_queue_put, 2, TimedOperation::Negative::at_once},
    TimedOperation{Operation::mp_queue_get, 1, TimedOperation::Negative::at_once},
    TimedOperation{Operation::mp_queue_recv, 1, TimedOperation::Negative::at_once},
    TimedOperation{Operation::queue_put_park, 2, TimedOperation::Negative::at_once},
    TimedOperation{Operation::queue_get_park, 1, TimedOperation::Negative::at_once},
    TimedOperation{Operation::simple_queue_get, 1,
                   TimedOperation::Negative::not_timed},  // ValueError
    TimedOperation{Operation::thread_join, 0, TimedOperation::Negative::at_once},
    TimedOperation{Operation::process_join, 0, TimedOperation::Negative::at_once},
    TimedOperation{Operation::mp_lock_acquire, 1, TimedOperation::Negative::at_once},
    TimedOperation{Operation::mp_rlock_acquire, 1, TimedOperation::Negative::at_once},
    TimedOperation{Operation::mp_semaphore_acquire, 1, TimedOperation::Negative::at_once},
    TimedOperation{Operation::mp_event_park, 0, TimedOperation::Negative::at_once},
    TimedOperation{Operation::barrier_park, 0, TimedOperation::Negative::at_once},
    TimedOperation{Operation::listener_accept_park, 0, TimedOperation::Negative::at_once},
    TimedOperation{Operation::listener_connect, 0,
                   TimedOperation::Negative::not_timed},  // ValueError
    TimedOperation{Operation::connection_recv_park, 1, TimedOperation::Negative::at_once},
    TimedOperation{Operation::future_result, 0, TimedOperation::Negative::at_once},
    TimedOperation{Operation::future_exception, 0, TimedOperation::Negative::at_once},
    TimedOperation{Operation::futures_wait, 1, TimedOperation::Negative::at_once},
    TimedOperation{Operation::futures_next, 1, TimedOperation::Negative::at_once},
    TimedOperation{Operation::pool_result_get, 1, TimedOperation::Negative::at_once},
    TimedOperation{Operation::pool_result_wait, 0, TimedOperation::Negative::at_once},
    TimedOperation{Operation::pool_result_next_park, 0, TimedOperation::Negative::at_once},
    TimedOperation{Operation::timer_wait, 0, TimedOperation::Negative::at_once},
};

// Index = operation; asked at every step.
constexpr auto timed_rows = [] {
  std::array<const TimedOperation*, operation_count> rows{};
  for (const TimedOperation& one : timed_operations) {
    rows[static_cast<std::size_t>(one.operation)] = &one;
  }
  return rows;
}();

const TimedOperation* timed(Operation operation) {
  return timed_rows[static_cast<std::size_t>(operation)];
}

Nanoseconds times(std::uint64_t count, Nanoseconds each) {
  if (each == 0) return 0;
  return count < static_cast<std::uint64_t>(time_end / each)
             ? static_cast<Nanoseconds>(count) * each
             : time_end;
}

std::optional<double> seconds(const ValueTable& values, Value value) {
  switch (values.kind(value)) {
    case ValueKind::integer:
    case ValueKind::boolean:
      return static_cast<double>(values.as_integer(value));
    case ValueKind::real:
      return values.as_real(value);
    default:
      return std::nullopt;
  }
}

bool is_sleep(Operation operation) {
  return operation == Operation::sleep || operation == Operation::io;
}
bool passes_time(Operation operation) {
  return is_sleep(operation) || operation == Operation::compute;
}

std::optional<double> duration(const Machine& machine, Operation operation,
                               std::span<const Value> arguments) {
  const TimedOperation* const row = timed(operation);
  if (row == nullptr || row->argument >= arguments.size()) return std::nullopt;
  // acquire(blocking=False) never waits.
  if (row->argument == 1 && arguments[0] != none_value && !truth(machine.values(), arguments[0])) {
    return std::nullopt;
  }
  const std::optional<double> asked = seconds(machine.values(), arguments[row->argument]);
  if (!asked || std::isnan(*asked)) return std::nullopt;
  if (*asked < 0) {
    if (row->negative == TimedOperation::Negative::not_timed) return std::nullopt;
    return 0;
  }
  // Whose length CPython cannot count raises OverflowError.
  if (*asked > duration_max && passes_time(operation)) return std::nullopt;
  return std::min(*asked, duration_max);
}

// A duration counts in decimal, as it was written: 0.1 s are 100 000 000 ns although the
// double 0.1 is a little more. What is finer than a nanosecond is rounded up.
std::int64_t nanoseconds(double seconds) {
  const double exact = seconds * nanoseconds_per_second;
  if (exact >= static_cast<double>(time_end)) return time_end;
  const double nearest = std::nearbyint(exact);
  return static_cast<std::int64_t>(std::abs(exact - nearest) < 1e-3 ? nearest : std::ceil(exact));
}

}  // namespace

std::optional<double> duration(const Machine& machine, const Pending& pending) {
  if (pending.operation == Operation::compute) return std::nullopt;  // it works, it does not wait
  if (pending.operation == Operation::barrier_park) {
    const Value timeout = barrier_timeout(machine, machine.values().as_object(pending.receiver),
                                          pending.arguments[0]);
    return duration(machine, pending.operation, {&timeout, 1});
  }
  return duration(machine, pending.operation, pending.arguments);
}

namespace {

// Those that its threads can use at a time.
std::uint32_t cores_of(const Program& program) {
  return has_gil(program.gil) && !program.has_processes ? 1 : program.cores;
}

}  // namespace

VirtualClock::VirtualClock(const Program& program)
    : cores_(has_gil(program.gil), cores_of(program), nanoseconds(program.switch_interval)),
      operation_cost_(nanoseconds(bytecodes_per_operation * program.costs.bytecode)),
      run_on_cost_(nanoseconds(program.limits.private_steps_max * program.costs.bytecode)),
      thread_start_cost_(nanoseconds(program.costs.thread_start)),
      process_start_cost_(nanoseconds(program.costs.process_start)) {}

double VirtualClock::now() const { return static_cast<double>(end_) / nanoseconds_per_second; }

double VirtualClock::end() const {
  return static_cast<double>(std::max(last_end_, end_)) / nanoseconds_per_second;
}

double VirtualClock::slept() const { return static_cast<double>(slept_) / nanoseconds_per_second; }

void VirtualClock::begin(const Machine& machine, const State& initial,
                         const EnabledChoices& enabled) {
  enabled_ = &enabled;
  for (ThreadId thread{0}; thread.index < thread_count(machine.program, initial); ++thread.index) {
    note_deadline(machine, initial, thread, false);
  }
  note_choices(machine, initial, std::nullopt);
  threads_ = thread_count(machine.program, initial);
}

std::optional<Nanoseconds> VirtualClock::deadline(const Machine& machine, const State& state,
                                                  Choice choice) const {
  if (choice.thread.index >= deadlines_.size()) return std::nullopt;
  const Deadline& deadline = deadlines_[choice.thread.index];
  if (!deadline.known || !deadline.set) return std::nullopt;
  // A step does not wait for the deadline of a timeout: the thread was let go before it.
  if (choice.kind != Choice::Kind::timeout &&
      !is_sleep(pending(machine, state, choice.thread).operation)) {
    return std::nullopt;
  }
  return deadline.at;
}

Nanoseconds VirtualClock::earliest_ns(const Machine& machine, const State& state,
                                      Choice choice) const {
  return deadline(machine, state, choice).value_or(end_);
}
double VirtualClock::earliest(const Machine& machine, const State& state, Choice choice) const {
  return static_cast<double>(earliest_ns(machine, state, choice)) / nanoseconds_per_second;
}

void VirtualClock::begin_step(const Machine& machine, const State& before, Choice choice) {
  if (!has_settled_ || stepping_ != choice.thread) {
    // The cores do not know those who are kept from going on by an atomic section.
    if (!cores_.is_known(choice.thread)) cores_.ready(choice.thread, now_, 0, false);
    cores_.settle(now_, choice.thread);
    spans_ = cores_.spans();
    stepping_ = choice.thread;
  }
  has_settled_ = false;
  end_ = now_;
  before_ = &pending(machine, before, choice.thread);
  begun_ = false;
  extra_ = 0;
  slept_ = 0;
  forks_.clear();
}

void VirtualClock::note_start(const Machine& machine, const State& state, ThreadId parent,
                              ThreadId child) {
  if (is_process_main(machine.program, state, child)) {
    extra_ = later(extra_, process_start_cost_);
    forks_.push_back({child, extra_});
  } else {
    extra_ = later(extra_, thread_start_cost_);
    // Its start() waits for it, so that it comes first; a feeder waits for the lock of its queue.
    if (pending(machine, state, child).operation != Operation::mp_queue_feed) {
      cores_.starts(parent, child);
    }
  }
}

void VirtualClock::on_event(const Machine& machine, const State& state, const Event& event) {
  if (event.kind != Event::Kind::operation && event.kind != Event::Kind::timeout) return;
  const bool waited_for = !begun_;  // begin_step went to its deadline
  begun_ = true;
  if (event.kind == Event::Kind::timeout || event.outcome.kind == Outcome::Kind::raised) return;
  if (event.operation == Operation::thread_start || event.operation == Operation::process_start) {
    note_start(machine, state, event.thread, *thread_of_handle(event.receiver));
  }
  // What an operation makes and starts at once: workers, who serves them, feeders.
  for (; threads_ < thread_count(machine.program, state); ++threads_) {
    const ThreadId child{static_cast<std::uint32_t>(threads_)};
    const bool is_started = life(machine.program, state, child) == Life::alive &&
                            pending(machine, state, child).operation != Operation::signal_comes;
    if (is_started) note_start(machine, state, event.thread, child);
  }
  if (event.operation == Operation::run_on) extra_ = later(extra_, run_on_cost_);
  if (passes_time(event.operation) && !waited_for) {
    if (const auto d = duration(machine, event.operation, event.arguments)) {
      extra_ = later(extra_, nanoseconds(*d));
      if (is_sleep(event.operation)) slept_ = later(slept_, nanoseconds(*d));
    }
  }
}

void VirtualClock::end_step(const Machine& machine, const State& after, Choice choice,
                            const StepInfo& info) {
  end_ = later(later(now_, times(info.operations, operation_cost_)), extra_);
  last_end_ = std::max(last_end_, end_);
  if (is_serial()) now_ = end_;
  cores_.stepped(choice.thread, end_, yields(machine, after, choice.thread));
  for (const ThreadId thread : enabled_->concerned()) {
    note_deadline(machine, after, thread, thread == choice.thread);
  }
  for (const Fork& fork : forks_) {
    if (fork.main.index >= deadlines_.size()) deadlines_.resize(fork.main.index + 1);
    deadlines_[fork.main.index].forked_at = end_ - (extra_ - fork.extra);
    deadlines_[fork.main.index].begins = true;
  }
  for (const auto [crowd, is_open] : enabled_->turned()) {
    if (is_open) {
      cores_.open(crowd.index, end_);
    } else {
      cores_.close(crowd.index);
    }
  }
  note_choices(machine, after, choice.thread);
}

Choice VirtualClock::first() {
  const std::optional<ThreadId> thread = cores_.settle(now_, std::nullopt);
  LOCKSTEP_ASSERT(thread.has_value(), "a thread that has a choice is ready some time");
  spans_ = cores_.spans();
  stepping_ = *thread;
  has_settled_ = true;
  return deadlines_[thread->index].choice;
}

void VirtualClock::note_choice(const Machine& machine, const State& state, ThreadId thread,
                               bool stepped) {
  if (const std::optional<ObjectId> crowd = enabled_->crowd_of(thread)) {
    if (!cores_.is_in_crowd(thread)) cores_.join(thread, crowd->index);
    deadlines_[thread.index].choice = {thread};
    return;
  }
  const std::optional<Choice> choice = enabled_->first_of(thread);
  if (!choice) return cores_.not_ready(thread);
  if (machine.program.has_processes) {
    cores_.runs_in(thread, process_of(machine.program, state, thread));
    // The kernel asks for no GIL, but a process takes its time to end.
    if (pending(machine, state, thread).operation == Operation::signal_comes) {
      cores_.runs_in(thread, {no_process - thread.index});
      if (!cores_.is_known(thread)) cores_.begins_at(thread, later(end_, thread_start_cost_));
    }
  }
  Deadline& its = deadlines_[thread.index];
  const bool same = cores_.is_known(thread) && its.choice.kind == choice->kind && !stepped;
  its.choice = *choice;
  const std::optional<Nanoseconds> at = deadline(machine, state, *choice);
  // Who was ready already has been so since then, and keeps its place.
  if (same && !at) return;
  if (!stepped && cores_.is_in_line(thread) && at.value_or(end_) <= end_) return;
  // Who sleeps comes back like anybody else.
  Nanoseconds from = at.value_or(end_);
  if (its.begins) {
    its.begins = false;
    // If it could go on at once, it could before this step was over.
    const bool is_new = std::ranges::find(forks_, thread, &Fork::main) != forks_.end();
    if (is_new && !at) from = *its.forked_at;
    its.work =
        later(its.work, std::max<Nanoseconds>(later(*its.forked_at, thread_start_cost_) - from, 0));
  }
  cores_.ready(thread, from, its.work, stepped && from <= end_);
}

void VirtualClock::note_choices(const Machine& machine, const State& state,
                                std::optional<ThreadId> stepped) {
  if (knows_all_) {
    for (const ThreadId id : enabled_->concerned()) note_choice(machine, state, id, stepped == id);
  } else {
    for (ThreadId id{0}; id.index < deadlines_.size(); ++id.index) {
      note_choice(machine, state, id, stepped == id);
    }
  }
  // Inside an atomic section there are no choices but its own.
  knows_all_ = !enabled_->are_atomic();
}

BurstLimits VirtualClock::burst_limits(std::uint64_t steps_max, Nanoseconds until) const {
  const Nanoseconds left = std::max<Nanoseconds>(std::min(until, time_end) - now_, 0);
  return {steps_max, left, operation_cost_, run_on_cost_};
}

void VirtualClock::on_burst(const CpuBurst& burst) {
  now_ = later(later(now_, times(burst.done.operations, operation_cost_)),
               times(burst.done.run_ons, run_on_cost_));
  end_ = now_;
  begun_ = true;
  extra_ = times(burst.begun.run_ons, run_on_cost_);
}

void VirtualClock::note_deadline(const Machine& machine, const State& state, ThreadId thread,
                                 bool stepped) {
  if (thread.index >= deadlines_.size()) deadlines_.resize(thread.index + 1);
  Deadline& deadline = deadlines_[thread.index];
  if (!is_resting(machine, state, thread)) {
    deadline.known = false;
    return;
  }
  const LocalId at = local(machine.program, state, thread);
  if (deadline.known && deadline.local == at && !stepped) return;
  deadline.known = true;
  deadline.local = at;
  deadline.work = 0;

  const Pending& now = pending(machine, state, thread);
  // Who was woken for nothing and is parked again, as in Semaphore.acquire and Queue.get, has
  // one deadline for all of it.
  const bool same_call = stepped && before_ != nullptr && deadline.set &&
                         timed(before_->operation) && timed(now.operation) &&
                         before_->pc == now.pc && row(now.operation).verb == Verb::none &&
                         row(now.operation).may_block;
  if (same_call) return;
  if (now.operation == Operation::compute) {
    deadline.work = nanoseconds(duration(machine, now.operation, now.arguments).value_or(0));
  }
  const std::optional<double> d = duration(machine, now);
  deadline.set = d.has_value();
  if (!d) return;
  deadline.at = later(end_, nanoseconds(*d));
  if (row(now.operation).let_go_by == LetGoBy::notify) {
    // wait(timeout, resumed): a wait_for that waits once more keeps its deadline.
    const bool resumed = now.arguments.size() > 1 && now.arguments[1] == true_value;
    if (resumed) deadline.at = deadline.wait_for;
    deadline.wait_for = deadline.at;
  }
}

}  // namespace lockstep
