#include "engine/run/times.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "engine/assert.h"
#include "engine/operations/executor.h"
#include "engine/operations/process.h"
#include "engine/run/clock.h"
#include "engine/run/threads.h"
#include "engine/state/process_memory.h"

namespace lockstep {
namespace {

constexpr double nanoseconds_per_second = 1e9;

// The clock counts whole nanoseconds and tells them as seconds. Beyond some weeks a double
// no longer tells them apart, but the sums still add up: they are differences of what it tells.
std::int64_t nanoseconds(double seconds) { return std::llround(seconds * nanoseconds_per_second); }

bool is_sleep(Operation operation) {
  return operation == Operation::sleep || operation == Operation::io;
}

// What the thread asked of the object or thread that it is blocked on, where that goes without
// saying only for a lock.
std::string_view asked(LetGoBy by) {
  switch (by) {
    case LetGoBy::finish:
      return " (result)";
    case LetGoBy::wake:
      return " (notify)";
    case LetGoBy::close:
      return " (shutdown)";
    case LetGoBy::put:
    case LetGoBy::turn:
    case LetGoBy::answer:
      return " (get)";
    case LetGoBy::get:
      return " (put)";
    case LetGoBy::fill:
      return " (feed)";
    case LetGoBy::task_done:
    case LetGoBy::end:
      return " (join)";
    case LetGoBy::set:
    case LetGoBy::notify:
    case LetGoBy::arrive:
      return " (wait)";
    case LetGoBy::connect:
      return " (accept)";
    case LetGoBy::accept:
      return " (connect)";
    case LetGoBy::send:
      return " (recv)";
    case LetGoBy::recv:
      return " (send)";
    case LetGoBy::nothing:
    case LetGoBy::release:
    case LetGoBy::store:
    case LetGoBy::cancel:
      break;
  }
  return {};
}

// Threads that it has had beside it, and processes that it has forked.
std::string awaited_at_exit(const Machine& machine, const State& state, ThreadId thread) {
  const Program& program = machine.program;
  const ProcessId own = process_of(program, state, thread);
  bool threads = false, children = false;
  for (ThreadId other{0}; other.index < thread_count(program, state); ++other.index) {
    if (other == thread) continue;
    const ProcessId its = process_of(program, state, other);
    threads = threads || its == own;
    children =
        children || (its != own && its != main_process_id && parent_of(machine, state, its) == own);
  }
  if (!children) return "the other threads";
  return threads ? "the other threads and child processes" : "child processes";
}

// What it is blocked on. Futures are many, and forgotten when nobody has them any more: told is
// whose they are.
Value cause_of(const Machine& machine, const State& state, ThreadId thread, const Pending& next) {
  const auto pool = [&](Value future) {
    return object_value(machine.values().as_future(future).executor);
  };
  if (machine.values().kind(next.receiver) == ValueKind::future) return pool(next.receiver);
  if (next.receiver != none_value || row(next.operation).let_go_by != LetGoBy::finish) {
    return next.receiver;
  }
  std::optional<State> view;
  const State& seen = seen_by(machine, state, thread, view);
  const std::optional<Value> future = first_unfinished_future(machine, seen, next);
  return future ? pool(*future) : none_value;
}

std::string name_of(const Machine& machine, const State& state, Operation operation, Value receiver,
                    ThreadId thread) {
  const LetGoBy by = row(operation).let_go_by;
  const std::string what(asked(by));
  switch (machine.values().kind(receiver)) {
    case ValueKind::object:
      return object_label(machine.program, machine.values().as_object(receiver)) + what;
    case ValueKind::thread:
    case ValueKind::process:
      return thread_name(machine, state, *thread_of_handle(receiver)) + what;
    case ValueKind::connection:
      return connection_label(machine.program, machine.values().as_connection(receiver)) + what;
    default:
      break;
  }
  if (is_exit(operation)) {
    return awaited_at_exit(machine, state, thread) + " (exit)";
  }
  if (by == LetGoBy::end) return "the other threads" + what;
  if (by == LetGoBy::store) return "a condition (await)";
  return by == LetGoBy::cancel ? "its timer" : "nothing";
}

}  // namespace

void TimeKeeper::on_begin(const Machine& machine, const State& initial, const VirtualClock& clock) {
  clock_ = &clock;
  has_gil_ = has_gil(machine.program.gil);
  keeps_all_ = keeps_all_ || machine.program.has_processes;
  accounts_.clear();
  crowds_.assign(machine.program.objects.size(), {});
  begin_ns_ = last_ns_ = total_ns_ = nanoseconds(clock.now());
  note_standings(machine, initial);
}

void TimeKeeper::on_step(const Machine&, const State&, std::uint64_t, Choice choice, double now) {
  const std::int64_t now_ns = nanoseconds(now);
  std::vector<Cores::Span> spans = clock_->spans();
  std::ranges::stable_sort(spans, {}, &Cores::Span::thread);
  for (auto from = spans.begin(); from != spans.end();) {
    const ThreadId thread = from->thread;
    const auto to = std::find_if(from, spans.end(),
                                 [&](const Cores::Span& span) { return span.thread != thread; });
    stand(accounts_[thread.index], now_ns, {from, to}, waits());
    from = to;
  }
  if (keeps_all_) {
    for (Account& account : accounts_) stand(account, now_ns, {}, waits());
  }
  stand(accounts_[choice.thread.index], now_ns, {}, waits());
  accounts_[choice.thread.index].crowd.reset();  // until it is said to be one again
  begin_ns_ = now_ns;
  running_ = choice.thread;
}

void TimeKeeper::on_step_end(const Machine& machine, const State& after, double now) {
  const std::int64_t now_ns = nanoseconds(now);
  Account& running = accounts_[running_.index];
  const std::int64_t slept_ns = std::min(nanoseconds(clock_->slept()), now_ns - begin_ns_);
  add(running, Activity::runs, running.sums.end_ns, now_ns - slept_ns);
  add(running, Activity::sleeps, now_ns - slept_ns, now_ns);
  // Where steps overlap, the others have not come so far: the next one may begin before.
  const std::int64_t others_ns = clock_->is_serial() ? now_ns : begin_ns_;
  if (keeps_all_) {
    const ProcessId runs = process_of(machine.program, after, running_);
    for (std::uint32_t i = 0; i < accounts_.size() && clock_->is_serial(); ++i) {
      if (ThreadId{i} == running_) continue;
      const bool is_other = process_of(machine.program, after, {i}) != runs;
      stand(accounts_[i], others_ns, {}, is_other ? Activity::waits_for_core : waits());
    }
  } else {
    for (const auto [crowd, is_open] : clock_->enabled().turned()) {
      turn(crowds_[crowd.index], now_ns, is_open);
    }
    for (const ThreadId thread : clock_->enabled().concerned()) {
      if (thread == running_ || thread.index >= accounts_.size()) continue;
      stand(accounts_[thread.index], others_ns, {}, waits());
    }
  }
  last_ns_ = now_ns;
  total_ns_ = std::max(total_ns_, now_ns);
  note_standings(machine, after);
}

void TimeKeeper::note_standings(const Machine& machine, const State& state) {
  const std::size_t threads = thread_count(machine.program, state);
  const std::size_t known = accounts_.size();
  accounts_.resize(std::max(known, threads));
  if (keeps_all_ || known == 0) {
    for (ThreadId t{0}; t.index < threads; ++t.index) note_standing(machine, state, t);
  } else {
    for (const ThreadId thread : clock_->enabled().concerned()) {
      note_standing(machine, state, thread);
    }
  }
}

void TimeKeeper::note_standing(const Machine& machine, const State& state, ThreadId thread) {
  Account& account = accounts_[thread.index];
  const std::optional<ObjectId> crowd = clock_->enabled().crowd_of(thread);
  if (crowd && account.crowd == crowd && thread != running_) return;
  account.crowd = crowd;
  if (crowd) join(account, *crowd, last_ns_);
  Standing now = standing(machine, state, thread);
  if (!clock_->is_serial() && account.was_there && thread != running_ && now.is_there &&
      account.standing.activity == Activity::blocked && !account.standing.is_ready &&
      now.is_ready) {
    // It can go on when the step is over; one that is taken later may be over before.
    if (std::exchange(account.standing.is_let_go, true)) return;
    account.standing.until_ns = std::min(account.standing.until_ns, last_ns_);
    return;
  }
  // Who ends with the process was there up to the last end of a step, overlapping ones too.
  if (account.standing.is_there && !now.is_there && thread != running_) {
    stand(account, total_ns_, {}, waits());
  }
  account.standing = now;
  if (!account.standing.is_there || account.was_there) return;
  account.was_there = true;
  account.sums.begin_ns = account.sums.end_ns = clock_->forked_at(thread).value_or(last_ns_);
}

TimeKeeper::Standing TimeKeeper::standing(const Machine& machine, const State& state,
                                          ThreadId thread) const {
  Standing now;
  now.is_there = is_resting(machine, state, thread);
  if (!now.is_there) return now;
  const Pending& next = pending(machine, state, thread);
  if (next.operation == Operation::signal_comes) return {};
  const auto deadline_ns = [&](Choice::Kind kind) {
    return nanoseconds(clock_->earliest(machine, state, {thread, kind}));
  };
  if (is_sleep(next.operation)) {
    now.is_ready = false;
    now.activity = Activity::sleeps;
    now.until_ns = deadline_ns(Choice::Kind::step);
    return now;
  }
  const Readiness ready = readiness(machine, state, thread);
  if (ready == Readiness::ready) return now;
  now.is_ready = false;
  now.activity = Activity::blocked;
  now.cause = {next.operation, cause_of(machine, state, thread, next)};
  if (ready == Readiness::until_timeout) now.until_ns = deadline_ns(Choice::Kind::timeout);
  return now;
}

TimeKeeper::Crowd TimeKeeper::Crowd::at(std::int64_t now_ns) const {
  Crowd then = *this;
  (is_open ? then.open_ns : then.closed_ns) += now_ns - since_ns;
  then.since_ns = now_ns;
  return then;
}

void TimeKeeper::turn(Crowd& crowd, std::int64_t now_ns, bool is_open) const {
  crowd = crowd.at(now_ns);
  crowd.is_open = is_open;
}

// Whoever comes has to wait: if the crowd was open last, nobody is left of it.
void TimeKeeper::join(Account& account, ObjectId crowd, std::int64_t now_ns) {
  turn(crowds_[crowd.index], now_ns, false);
  account.seen = crowds_[crowd.index];
}

Activity TimeKeeper::waits() const {
  return has_gil_ ? Activity::waits_for_gil : Activity::waits_for_core;
}

void TimeKeeper::stand(Account& account, std::int64_t to_ns, std::span<const Cores::Span> spans,
                       Activity waits) const {
  const Standing& standing = account.standing;
  if (account.crowd) {
    const Crowd now = crowds_[account.crowd->index].at(to_ns);
    const Crowd before = std::exchange(account.seen, now);
    add(account, Activity::blocked, account.sums.end_ns,
        account.sums.end_ns + now.closed_ns - before.closed_ns);
    add(account, waits, account.sums.end_ns, account.sums.end_ns + now.open_ns - before.open_ns);
    return;
  }
  const std::int64_t from_ns = account.sums.end_ns;
  if (!standing.is_there || to_ns <= from_ns) return;
  if (!standing.is_ready) {
    add(account, standing.activity, from_ns, std::clamp(standing.until_ns, from_ns, to_ns));
  }
  for (const Cores::Span& span : spans) {
    // Of several steps that were taken as one the first was told of the same spans.
    if (span.end <= account.sums.end_ns) continue;
    add(account, waits, account.sums.end_ns, span.begin);
    add(account, span.computes ? Activity::runs : Activity::waits_for_core, span.begin, span.end);
  }
  add(account, waits, account.sums.end_ns, to_ns);
}

void TimeKeeper::add(Account& account, Activity activity, std::int64_t begin_ns,
                     std::int64_t end_ns) const {
  ThreadTimes& sums = account.sums;
  LOCKSTEP_ASSERT(begin_ns == sums.end_ns, "a thread's times have no gaps");
  sums.end_ns = end_ns;
  const std::int64_t time_ns = end_ns - begin_ns;
  if (time_ns == 0) return;
  switch (activity) {
    case Activity::runs:
      sums.runs_ns += time_ns;
      break;
    case Activity::waits_for_gil:
      sums.gil_ns += time_ns;
      break;
    case Activity::waits_for_core:
      sums.core_ns += time_ns;
      break;
    case Activity::sleeps:
      sums.sleeps_ns += time_ns;
      break;
    case Activity::blocked: {
      sums.blocked_ns += time_ns;
      // A lock is one object however it is asked for: acquire, `with`, or after a wait.
      const Cause& cause = account.standing.cause;
      const auto same = std::ranges::find_if(account.blocked, [&](const Blocked& blocked) {
        return blocked.cause.receiver == cause.receiver &&
               row(blocked.cause.operation).let_go_by == row(cause.operation).let_go_by &&
               (cause.receiver != none_value || blocked.cause.operation == cause.operation);
      });
      if (same == account.blocked.end()) {
        account.blocked.push_back({cause, time_ns});
      } else {
        same->time_ns += time_ns;
      }
      break;
    }
  }
  if (!keeps_spans_) return;
  if (!sums.spans.empty() && sums.spans.back().activity == activity) {
    sums.spans.back().end_ns = end_ns;
  } else {
    sums.spans.push_back({activity, begin_ns, end_ns});
  }
}

RunTimes TimeKeeper::times(const Machine& machine, const State& state) const {
  RunTimes times;
  times.has_gil = has_gil_;
  times.shares_cores = !has_gil_ || machine.program.has_processes;
  times.total_ns = total_ns_;
  for (std::uint32_t i = 0; i < accounts_.size(); ++i) {
    Account account = accounts_[i];
    if (!account.was_there) continue;
    stand(account, total_ns_, {}, waits());
    ThreadTimes& thread = times.threads.emplace_back(account.sums);
    thread.name = thread_name(machine, state, {i});
    // What goes by the same words, such as the two waits of an mp.Queue's get, is one.
    std::map<std::pair<Value, std::string>, std::size_t> places;
    for (const auto& [cause, time_ns] : account.blocked) {
      const bool is_join = thread_of_handle(cause.receiver).has_value();
      std::string name = name_of(machine, state, cause.operation, cause.receiver, {i});
      const auto [place, is_new] =
          places.try_emplace({cause.receiver, name}, thread.blocked.size());
      if (is_new) thread.blocked.push_back({std::move(name), 0, is_join});
      thread.blocked[place->second].time_ns += time_ns;
    }
    std::ranges::stable_sort(thread.blocked, std::greater<>(), &ThreadTimes::Blocked::time_ns);
  }
  if (process_count(machine, state) > 1) note_processes(machine, state, times);
  return times;
}

void TimeKeeper::note_processes(const Machine& machine, const State& state, RunTimes& times) const {
  std::vector<std::optional<std::size_t>> places(process_count(machine, state));
  auto thread = times.threads.begin();
  for (std::uint32_t i = 0; i < accounts_.size(); ++i) {
    if (!accounts_[i].was_there) continue;
    const ThreadTimes& its = *thread++;
    const ProcessId id = process_of(machine.program, state, {i});
    std::optional<std::size_t>& place = places[id.index];
    if (!place) {
      place = times.processes.size();
      const bool is_main = id == main_process_id;
      ProcessTimes& process = times.processes.emplace_back();
      process.name = is_main ? "MainProcess" : its.name;
      process.begin_ns = its.begin_ns;
      process.end_ns = its.end_ns;
      process.exit_code = exit_code_of(machine, state, main_thread_of(machine, state, id));
    }
    ProcessTimes& process = times.processes[*place];
    process.runs_ns += its.runs_ns;
    process.gil_ns += its.gil_ns;
    process.core_ns += its.core_ns;
  }
}

}  // namespace lockstep
