#include "prediction/recorded_run.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "detector/deadlock.h"
#include "detector/words.h"
#include "engine/run/threads.h"
#include "engine/state/process_memory.h"
#include "prediction/record_locks.h"

namespace lockstep {
namespace {

// To look at the clock, and how large all is, takes longer than some steps.
constexpr std::uint64_t questions_at_once = 32;

LockOrder::Lock name_of(const Machine& machine, const State& state,
                        const LockRecorder::TracedLock& lock) {
  const ObjectInfo& object = machine.program.objects[lock.object.index];
  std::string name = object_label(machine.program, lock.object);
  if (lock.process != main_process_id) {
    name += " in ";
    name += thread_name(machine, state, main_thread_of(machine, state, lock.process));
  }
  return {std::move(name), std::string(row(object.kind).type)};
}

}  // namespace

RecordedRun record(const Program& program, const FutureAccesses& future, Policy& policy,
                   const PredictionLimits& limits) {
  const Machine machine(program);
  LockRecorder recorder;
  const auto start = std::chrono::steady_clock::now();
  std::string why;
  std::uint64_t asked = 0;
  RunOptions options;
  options.forgets = RunOptions::Forgets::when_doubled;
  options.limits.steps_max = limits.steps_max;
  options.limits.cut = [&] {
    if (asked++ % questions_at_once != 0) return false;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (limits.seconds_max > 0 && took.count() > limits.seconds_max) {
      why = "time: the limit was reached";
    } else if (recorder.is_full() || recorder.memory_bytes() > limits.memory_bytes_max) {
      why = "memory: there is no room to remember more of the run";
    } else if (limits.interrupted && limits.interrupted()) {
      why = "the run was cut short";
    }
    return !why.empty();
  };
  RecordedRun recorded;
  recorded.result = run(machine, policy, &recorder, options);
  if (!why.empty()) recorded.result.reason = why;
  const State& state = recorded.result.state;
  recorder.on_end(machine, state);
  for (const LockRecorder::TracedLock& lock : recorder.locks()) {
    recorded.locks.push_back(name_of(machine, state, lock));
    const auto place = std::ranges::find(program.lock_order, lock.object);
    recorded.places.emplace_back();
    if (place != program.lock_order.end()) {
      recorded.places.back() = static_cast<std::uint32_t>(place - program.lock_order.begin());
    }
  }
  for (const ObjectId semaphore : recorder.not_followed()) {
    recorded.not_followed.push_back(program.objects[semaphore.index].name);
  }
  const DeadlockWords words(machine, state);
  for (std::uint32_t i = 0; i < thread_count(program, state); ++i) {
    recorded.threads.push_back(words.thread({i}));
  }
  for (const Cause& cause : causes(machine, state, future)) {
    recorded.deadlocks.push_back({cause.kind, cause.fingerprint});
  }
  recorded.trace = std::move(recorder).take();
  return recorded;
}

}  // namespace lockstep
