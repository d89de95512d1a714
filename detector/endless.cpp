#include "detector/endless.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "detector/blocked.h"
#include "detector/words.h"
#include "engine/assert.h"

namespace lockstep {
namespace {

bool contains(std::span<const ThreadId> threads, ThreadId thread) {
  return std::ranges::find(threads, thread) != threads.end();
}

std::vector<BlockedThread> blocked_of(const Machine& machine, const State& state,
                                      const FutureAccesses& future,
                                      std::span<const ThreadId> threads) {
  // A signal that could end one of them is among what never happens.
  std::vector<BlockedThread> blocked = waiting_threads(machine, state, future);
  std::erase_if(blocked,
                [&](const BlockedThread& waiter) { return !contains(threads, waiter.thread); });
  LOCKSTEP_ASSERT(blocked.size() == threads.size(), "who never goes on again is blocked");
  return blocked;
}

// These, and who waits for the end of one of them.
std::vector<ThreadId> with_who_joins(const Machine& machine, const State& state,
                                     const FutureAccesses& future,
                                     std::span<const ThreadId> stuck) {
  std::vector<ThreadId> result(stuck.begin(), stuck.end());
  const std::vector<BlockedThread> blocked = blocked_threads(machine, state, future);
  for (bool more = true; more;) {
    more = false;
    for (const BlockedThread& waiter : blocked) {
      if (waiter.by != LetGoBy::end || contains(result, waiter.thread)) continue;
      const bool joins = std::ranges::any_of(
          waiter.wait.releasers, [&](ThreadId joined) { return contains(result, joined); });
      if (!joins) continue;
      result.push_back(waiter.thread);
      more = true;
    }
  }
  std::ranges::sort(result);
  return result;
}

// The names of threads that have ended, and of all that are not told of.
void add_others(const Machine& machine, const State& state, std::span<const ThreadId> told,
                Finding& finding) {
  const DeadlockWords words(machine, state);
  for (std::uint32_t i = 0; i < thread_count(machine.program, state); ++i) {
    if (contains(told, {i})) continue;
    if (life(machine.program, state, {i}) == Life::alive) {
      finding.others.push_back(words.thread({i}));
    } else if (life(machine.program, state, {i}) == Life::ended) {
      finding.ended.push_back(words.thread({i}));
    }
  }
}

StuckThread describe(const Machine& machine, const State& state, const BlockedThread& waiter) {
  const DeadlockWords words(machine, state);
  StuckThread thread;
  thread.id = waiter.thread;
  thread.thread = words.thread(waiter.thread);
  thread.daemon = is_daemon(machine.program, state, waiter.thread);
  thread.operation = words.operation(waiter);
  thread.waits_for = words.waits_for(waiter);
  thread.waits_for_type = words.waits_for_type(waiter);
  if (waiter.pending->has_site) thread.at = waiter.pending->site;
  for (const ThreadId releaser : waiter.wait.releasers) {
    thread.let_go_by.push_back(words.thread(releaser));
  }
  thread.why = words.why(waiter, {});
  return thread;
}

}  // namespace

Finding never_woken(const Machine& machine, const State& state, const FutureAccesses& future,
                    std::span<const ThreadId> stuck, std::span<const ThreadId> movers) {
  Finding finding;
  finding.kind = FindingKind::never_woken;
  finding.partial = true;
  finding.fingerprint = never_woken_fingerprint(machine, state, future, stuck);
  std::string behind;
  const std::vector<ThreadId> told = with_who_joins(machine, state, future, stuck);
  for (BlockedThread& waiter : blocked_of(machine, state, future, told)) {
    const bool joins = !contains(stuck, waiter.thread);
    std::erase_if(waiter.wait.releasers, [&](ThreadId releaser) {
      return !contains(joins ? std::span<const ThreadId>(told) : movers, releaser);
    });
    StuckThread thread = describe(machine, state, waiter);
    thread.core = !joins && !waiter.wait.releasers.empty();
    if (thread.core) {
      finding.message += (finding.message.empty() ? "" : "; ") + thread.why;
    } else if (!joins) {
      behind = thread.why;
    }
    finding.threads.push_back(std::move(thread));
  }
  // None of them could be let go by code, only ended by a signal.
  if (std::ranges::none_of(finding.threads, &StuckThread::core)) {
    for (StuckThread& thread : finding.threads) thread.core = true;
  }
  std::stable_partition(finding.threads.begin(), finding.threads.end(),
                        [](const StuckThread& thread) { return thread.core; });
  if (finding.message.empty()) finding.message = behind;
  const bool is_one = std::ranges::count(finding.threads, true, &StuckThread::core) == 1 &&
                      finding.threads.front().let_go_by.size() == 1;
  finding.message += is_one ? ", which goes on for ever and never does that"
                            : "; that goes on for ever and never happens";
  add_others(machine, state, told, finding);
  return finding;
}

std::string never_woken_fingerprint(const Machine& machine, const State& state,
                                    const FutureAccesses& future, std::span<const ThreadId> stuck) {
  const DeadlockWords words(machine, state);
  std::vector<std::string> parts;
  for (const BlockedThread& waiter : blocked_of(machine, state, future, stuck)) {
    parts.push_back(words.waits_for(waiter) + '\n' + words.operation(waiter));
  }
  return fingerprint(FindingKind::never_woken, std::move(parts));
}

Finding livelock(const Machine& machine, const State& state, std::span<const ThreadId> movers,
                 bool only_tests) {
  const DeadlockWords words(machine, state);
  Finding finding;
  finding.kind = FindingKind::livelock;
  finding.message = words.threads({movers.begin(), movers.end()}) +
                    (movers.size() == 1 ? " goes" : " go") +
                    " on for ever, and no end can be reached any more";
  if (only_tests) {
    finding.message = words.threads({movers.begin(), movers.end()}) +
                      (movers.size() == 1 ? " tests" : " test") +
                      " for ever what nobody is left to change";
  }
  for (const ThreadId thread : movers) {
    if (finding.site || life(machine.program, state, thread) != Life::alive) continue;
    const Pending& pending = machine.locals().pending(local(machine.program, state, thread));
    if (!pending.has_site) continue;
    finding.site = pending.site;
    finding.thread = words.thread(thread);
  }
  add_others(machine, state, {}, finding);
  return finding;
}

std::string livelock_fingerprint(const Program& program, std::span<const FunctionId> functions) {
  std::vector<std::string> parts;
  for (const FunctionId function : functions)
    parts.push_back(program.functions[function.index].name);
  return fingerprint(FindingKind::livelock, std::move(parts));
}

Finding starvation(const Machine& machine, const State& state, const FutureAccesses& future,
                   const Starved& starved) {
  const DeadlockWords words(machine, state);
  const ThreadId thread = starved.thread;
  const bool is_blocked = starved.kind == Starved::Kind::blocked;
  Finding finding;
  finding.kind = FindingKind::starvation;
  finding.thread = words.thread(thread);
  const Pending& pending = machine.locals().pending(local(machine.program, state, thread));
  if (pending.has_site) finding.site = pending.site;
  if (starved.stays_in) finding.site = starved.stays_in;
  const std::vector<ThreadId> told =
      is_blocked ? with_who_joins(machine, state, future, {&thread, 1}) : std::vector<ThreadId>();
  for (BlockedThread& waiter : blocked_of(machine, state, future, told)) {
    // Of those who could let it go, the ones who take steps, if any of them does.
    std::vector<ThreadId> going;
    std::ranges::copy_if(waiter.wait.releasers, std::back_inserter(going),
                         [&](ThreadId releaser) { return contains(starved.movers, releaser); });
    if (waiter.thread == thread && !going.empty()) waiter.wait.releasers = std::move(going);
    StuckThread its = describe(machine, state, waiter);
    its.core = waiter.thread == thread;
    if (its.core) finding.message = its.why;
    finding.threads.push_back(std::move(its));
  }
  std::stable_partition(finding.threads.begin(), finding.threads.end(),
                        [](const StuckThread& each) { return each.core; });
  if (starved.kind == Starved::Kind::waiting) {
    finding.message = finding.thread + " waits and tests again and again";
  } else if (starved.kind == Starved::Kind::staying) {
    finding.message =
        finding.thread + (starved.in_operation ? " goes on inside of `" : " stays in its loop `") +
        machine.program.sites[starved.stays_in->index].text +
        (starved.in_operation ? "`, which it could get to the end of" : "`, which it could leave");
  }
  std::vector<ThreadId> others;
  std::ranges::set_difference(starved.movers, starved.alike, std::back_inserter(others));
  const auto tell = [&](const std::vector<ThreadId>& threads, std::string_view what) {
    if (threads.empty()) return;
    finding.message += "; " + words.threads(threads) + (threads.size() == 1 ? " goes" : " go");
    finding.message += what;
  };
  tell(starved.alike, " round with it");
  tell(others, " on");
  finding.message += ", and a fair scheduler may let that last for ever";
  if (starved.by_choices || starved.by_timeouts) {
    finding.message += ", as long as ";
    if (starved.by_choices) finding.message += "`choose` goes on to give what it gives there";
    if (starved.by_choices && starved.by_timeouts) finding.message += ", and ";
    if (starved.by_timeouts) finding.message += "timeouts go on to be over as they are there";
  }
  add_others(machine, state, told, finding);
  return finding;
}

std::string starvation_fingerprint(const Machine& machine, const State& state,
                                   const FutureAccesses& future, const Starved& starved,
                                   std::vector<std::string> places) {
  const DeadlockWords words(machine, state);
  const ThreadId thread = starved.thread;
  std::vector<std::string> parts = std::move(places);
  if (starved.kind == Starved::Kind::blocked) {
    for (const BlockedThread& waiter : blocked_of(machine, state, future, {&thread, 1})) {
      parts.push_back(words.waits_for(waiter) + '\n' + words.operation(waiter));
    }
  }
  if (starved.stays_in) {
    parts.push_back("in " + machine.program.sites[starved.stays_in->index].text);
  }
  const LocalState its = machine.locals().get(local(machine.program, state, thread));
  parts.push_back("by " + machine.program.functions[its.frames.front().function.index].name);
  return fingerprint(FindingKind::starvation, std::move(parts));
}

}  // namespace lockstep
