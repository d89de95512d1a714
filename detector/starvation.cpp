#include "detector/starvation.h"

#include <algorithm>

#include "engine/operations/executor.h"
#include "engine/state/process_memory.h"

namespace lockstep {
namespace {

const BlockedThread* find(const std::vector<BlockedThread>& stuck, ThreadId thread) {
  const auto found = std::ranges::find(stuck, thread, &BlockedThread::thread);
  return found == stuck.end() ? nullptr : &*found;
}

bool is_signal(const Machine& machine, const BlockedThread& waiter) {
  if (!waiter.object) return false;
  switch (waiter.by) {
    case LetGoBy::set:
    case LetGoBy::notify:
    case LetGoBy::put:
    case LetGoBy::get:
    case LetGoBy::task_done:
    case LetGoBy::arrive:
      return true;
    case LetGoBy::release:
      return !row(machine.program.objects[waiter.object->index].kind).owned;
    default:
      return false;
  }
}

class Search {
 public:
  Search(const Machine& machine, const State& state, const FutureAccesses& future, ObjectId pool)
      : machine_(machine),
        state_(state),
        future_(future),
        pool_(pool),
        queued_(queued_futures(machine, state, pool)) {}

  std::optional<Starvation> of(const std::vector<BlockedThread>& stuck) {
    if (queued_.empty()) return std::nullopt;
    for (std::uint32_t i = 0; i < thread_count(machine_.program, state_); ++i) {
      const ThreadId thread{i};
      if (life(machine_.program, state_, thread) != Life::alive || !is_one(thread)) continue;
      const BlockedThread* const waiter = find(stuck, thread);
      if (waiter == nullptr || !waits_for_queued(*waiter)) return std::nullopt;
      found_.workers.push_back(thread);
    }
    if (found_.queued.empty()) return std::nullopt;
    found_.pool = pool_;
    return std::move(found_);
  }

 private:
  bool is_one(ThreadId thread) const { return is_worker(machine_, state_, pool_, thread); }

  bool waits_for_queued(const BlockedThread& waiter) {
    if (waiter.by == LetGoBy::finish) {
      return std::ranges::all_of(
          waiter.futures, [&](Value future) { return std::ranges::count(queued_, future) > 0; });
    }
    if (!is_signal(machine_, waiter) ||
        !std::ranges::all_of(waiter.surely, [&](ThreadId other) { return is_one(other); })) {
      return false;
    }
    bool any = false;
    for (const Value future : queued_) {
      const Value function = future_record(machine_, state_, future).function;
      if (machine_.values().kind(function) != ValueKind::function ||
          !future_.may_from(machine_.values().as_function(function), waiter.by,
                            object_value(*waiter.object))) {
        continue;
      }
      any = true;
      if (std::ranges::count(found_.queued, future) == 0) found_.queued.push_back(future);
    }
    return any;
  }

  const Machine& machine_;
  const State& state_;
  const FutureAccesses& future_;
  const ObjectId pool_;
  const std::vector<Value> queued_;
  Starvation found_;
};

}  // namespace

std::optional<Starvation> starvation(const Machine& machine, const State& state,
                                     const FutureAccesses& future,
                                     const std::vector<BlockedThread>& stuck,
                                     const std::vector<ThreadId>& core) {
  const Program& program = machine.program;
  for (std::uint32_t i = 0; i < program.objects.size(); ++i) {
    if (program.objects[i].kind != ObjectKind::executor) continue;
    for (const ThreadId thread : core) {
      std::optional<State> view;
      const State& seen = seen_by(machine, state, thread, view);
      if (!is_worker(machine, seen, {i}, thread)) continue;
      if (auto found = Search(machine, seen, future, {i}).of(stuck)) return found;
      break;
    }
  }
  return std::nullopt;
}

}  // namespace lockstep
