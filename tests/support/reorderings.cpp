#include "tests/support/reorderings.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "tests/support/dice.h"

namespace lockstep {
namespace {

using Kind = PlainEvent::Kind;

// ---- making one

class Generator {
 public:
  Generator(std::uint64_t seed, std::size_t events_max) : dice_(seed), events_max_(events_max) {
    trace_.threads = static_cast<std::uint32_t>(2 + dice_.below(2));
    trace_.locks = static_cast<std::uint32_t>(2 + dice_.below(2));
    trace_.variables = static_cast<std::uint32_t>(dice_.below(3));
    held_.resize(trace_.threads);
    holder_.resize(trace_.locks);
    started_.assign(trace_.threads, true);
    ended_.assign(trace_.threads, false);
    if (dice_.percent(40)) started_.back() = false;
  }

  PlainTrace trace() {
    const std::size_t steps = (events_max_ > 1 ? 10 : 45) + dice_.below(15);
    for (std::size_t i = 0; i < steps; ++i) {
      const auto thread = static_cast<std::uint32_t>(dice_.below(trace_.threads));
      if (started_[thread] && !ended_[thread]) step(thread);
    }
    return std::move(trace_);
  }

 private:
  void step(std::uint32_t thread) {
    PlainTrace::Step step{thread, {}};
    asked_.clear();
    has_released_ = false;
    const std::size_t events = 1 + dice_.below(events_max_);
    for (std::size_t i = 0; i < events && !ended_[thread]; ++i) {
      if (const auto event = this->event(thread)) step.events.push_back(*event);
    }
    if (!step.events.empty()) trace_.steps.push_back(std::move(step));
  }

  std::optional<PlainEvent> event(std::uint32_t thread) {
    std::vector<std::uint32_t>& held = held_[thread];
    // Up to two locks, and down again.
    std::size_t what = dice_.below(100);
    if (what < 80) what = dice_.percent(held.size() < 2 ? 75 : 10) ? 0 : 50;
    if (what < 50) {
      const auto lock = static_cast<std::uint32_t>(dice_.below(trace_.locks));
      if (has_released_ || holder_[lock] || !asked_.insert(lock).second) return std::nullopt;
      holder_[lock] = thread;
      held.push_back(lock);
      return PlainEvent{Kind::acquire, lock};
    }
    if (what < 80 && !held.empty()) {
      const std::size_t i = dice_.percent(85) ? held.size() - 1 : dice_.below(held.size());
      const std::uint32_t lock = held[i];
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(i));
      holder_[lock].reset();
      has_released_ = true;
      return PlainEvent{Kind::release, lock};
    }
    if (what < 84) {
      for (std::uint32_t other = 0; other < trace_.threads; ++other) {
        if (!started_[other]) {
          started_[other] = true;
          return PlainEvent{Kind::start, other};
        }
        if (ended_[other]) return PlainEvent{Kind::see_end, other};
      }
    }
    if (what < 86 && held.empty()) {
      ended_[thread] = true;
      return PlainEvent{Kind::end, thread};
    }
    if (trace_.variables == 0) return std::nullopt;
    const auto variable = static_cast<std::uint32_t>(dice_.below(trace_.variables));
    return PlainEvent{dice_.percent(50) ? Kind::look : Kind::change, variable};
  }

  Dice dice_;
  std::size_t events_max_;
  PlainTrace trace_{};
  std::vector<std::vector<std::uint32_t>> held_;
  std::vector<std::optional<std::uint32_t>> holder_;
  std::vector<bool> started_, ended_;
  std::set<std::uint32_t> asked_;  // for these locks the step has asked
  bool has_released_ = false;      // it has
};

// ---- trying everything

constexpr std::uint32_t nobody = 0xffffffffU;

struct Moment {
  std::vector<std::uint32_t> taken;    // index = thread: steps
  std::vector<std::uint32_t> holder;   // index = lock: thread, or nobody
  std::vector<std::uint32_t> section;  // index = lock: the last one, by number in the trace, + 1
  std::vector<std::uint32_t> change;   // index = variable: the last one, likewise
  std::vector<bool> started, ended;    // index = thread
  friend auto operator<=>(const Moment&, const Moment&) = default;
};

class Reorderings {
 public:
  explicit Reorderings(const PlainTrace& trace) : trace_(trace), steps_of_(trace.threads) {
    std::vector<std::uint32_t> last(trace.variables, 0);
    std::uint32_t number = 0;
    for (const PlainTrace::Step& step : trace.steps) {
      Numbered numbered{step.thread, {}};
      for (const PlainEvent& event : step.events) {
        ++number;
        const bool is_look = event.kind == Kind::look;
        if (event.kind == Kind::change) last[event.of] = number;
        numbered.events.push_back({event, is_look ? last[event.of] : number});
      }
      steps_of_[step.thread].push_back(std::move(numbered));
    }
  }

  bool can_meet(const LockTrace& locks, std::span<const std::uint32_t> dependencies) {
    locks_ = &locks;
    dependencies_ = dependencies;
    seen_.clear();
    Moment first;
    first.taken.assign(trace_.threads, 0);
    first.holder.assign(trace_.locks, nobody);
    first.section.assign(trace_.locks, 0);
    first.change.assign(trace_.variables, 0);
    first.started.assign(trace_.threads, true);
    first.ended.assign(trace_.threads, false);
    for (const PlainTrace::Step& step : trace_.steps) {
      for (const PlainEvent& event : step.events) {
        if (event.kind == Kind::start) first.started[event.of] = false;
      }
    }
    return search(first);
  }

 private:
  struct Numbered {
    std::uint32_t thread;
    std::vector<std::pair<PlainEvent, std::uint32_t>> events;  // of a look: the change seen
  };

  bool search(const Moment& moment) {
    if (!seen_.insert(moment).second) return false;
    if (meets(moment)) return true;
    for (std::uint32_t thread = 0; thread < trace_.threads; ++thread) {
      if (moment.taken[thread] == steps_of_[thread].size() || !moment.started[thread]) continue;
      Moment next = moment;
      const Numbered& step = steps_of_[thread][next.taken[thread]++];
      const bool can = std::ranges::all_of(
          step.events, [&](const auto& event) { return take(next, thread, event); });
      if (can && search(next)) return true;
    }
    return false;
  }

  static bool take(Moment& moment, std::uint32_t thread,
                   const std::pair<PlainEvent, std::uint32_t>& numbered) {
    const auto& [event, number] = numbered;
    switch (event.kind) {
      case Kind::acquire:
        if (moment.holder[event.of] != nobody || moment.section[event.of] > number) return false;
        moment.holder[event.of] = thread;
        moment.section[event.of] = number;
        return true;
      case Kind::release:
        moment.holder[event.of] = nobody;
        return true;
      case Kind::look:
        return moment.change[event.of] == number;
      case Kind::change:
        moment.change[event.of] = number;
        return true;
      case Kind::start:
        moment.started[event.of] = true;
        return true;
      case Kind::end:
        moment.ended[event.of] = true;
        return true;
      case Kind::see_end:
        return moment.ended[event.of];
    }
    return false;
  }

  // Each thread right before the step of a request, and then in whatever order into it.
  bool meets(const Moment& moment) const {
    std::vector<const Request*> requests;
    return choose(moment, requests);
  }
  bool choose(const Moment& moment, std::vector<const Request*>& requests) const {
    if (requests.size() == dependencies_.size()) return brings_together(moment, requests);
    const std::uint32_t dependency = dependencies_[requests.size()];
    const std::uint32_t thread = locks_->dependencies[dependency].thread.index;
    if (!moment.started[thread]) return false;
    for (const Request& request : locks_->requests[dependency]) {
      if (request.step != moment.taken[thread] + 1) continue;
      requests.push_back(&request);
      if (choose(moment, requests)) return true;
      requests.pop_back();
    }
    return false;
  }
  bool brings_together(const Moment& moment, const std::vector<const Request*>& requests) const {
    std::vector<std::size_t> order(requests.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    do {
      Moment at = moment;
      bool can = true;
      for (const std::size_t i : order) {
        at.change = moment.change;
        can = can && enters(at, i, *requests[i]);
      }
      for (const std::uint32_t dependency : dependencies_) {
        const std::uint32_t holder = at.holder[locks_->dependencies[dependency].lock.index];
        can = can && holder != nobody && holder != locks_->dependencies[dependency].thread.index;
      }
      if (can) return true;
    } while (std::ranges::next_permutation(order).found);
    return false;
  }
  bool enters(Moment& at, std::size_t i, const Request& request) const {
    const LockDependency& dependency = locks_->dependencies[dependencies_[i]];
    if (!dependency.is_inside) return true;
    for (const auto& event : steps_of_[dependency.thread.index][request.step - 1].events) {
      if (event.first.kind == Kind::acquire && event.first.of == dependency.lock.index) {
        return at.holder[event.first.of] != nobody;
      }
      if (!take(at, dependency.thread.index, event)) return false;
    }
    return false;
  }

  const PlainTrace& trace_;
  std::vector<std::vector<Numbered>> steps_of_;
  const LockTrace* locks_ = nullptr;
  std::span<const std::uint32_t> dependencies_;
  std::set<Moment> seen_;
};

}  // namespace

PlainTrace random_trace(std::uint64_t seed, std::size_t events_max) {
  return Generator(seed, events_max).trace();
}

LockTrace lock_trace_of(const PlainTrace& trace) {
  LockTraceBuilder builder;
  using Known = LockTraceBuilder::Known;
  for (const PlainTrace::Step& step : trace.steps) {
    builder.begin_step({step.thread});
    for (const PlainEvent& event : step.events) {
      switch (event.kind) {
        case Kind::acquire:
          builder.request({event.of}, {});
          builder.acquire({event.of}, {});
          break;
        case Kind::release:
          builder.release({event.of});
          break;
        case Kind::look:
          builder.look({event.of});
          break;
        case Kind::change:
          builder.change({event.of});
          break;
        case Kind::start:
          builder.start({event.of});
          builder.do_something();
          break;
        case Kind::end:
          builder.end();
          break;
        case Kind::see_end:
          builder.see_end({event.of}, Known::waited_for);
          break;
      }
    }
    builder.end_step();
  }
  return std::move(builder).take();
}

std::string text(const PlainTrace& trace) {
  static const char* const names[] = {"acquire", "release", "look",   "change",
                                      "start",   "end",     "see_end"};
  std::string text;
  for (const PlainTrace::Step& step : trace.steps) {
    text += 'T' + std::to_string(step.thread) + ':';
    for (const PlainEvent& event : step.events) {
      text += ' ';
      text += names[static_cast<std::size_t>(event.kind)];
      text += ' ' + std::to_string(event.of);
    }
    text += '\n';
  }
  return text;
}

bool can_meet(const PlainTrace& trace, const LockTrace& locks,
              std::span<const std::uint32_t> dependencies) {
  return Reorderings(trace).can_meet(locks, dependencies);
}

std::vector<std::vector<std::uint32_t>> circles(const LockTrace& trace) {
  std::vector<std::vector<std::uint32_t>> found;
  std::vector<std::uint32_t> path;
  const auto holds = [&](const LockDependency& dependency, LockId lock) {
    return std::ranges::find(dependency.held, lock, &HeldLock::lock) != dependency.held.end();
  };
  const auto may_join = [&](const LockDependency& dependency) {
    return std::ranges::all_of(path, [&](std::uint32_t index) {
      const LockDependency& other = trace.dependencies[index];
      const bool apart = std::ranges::none_of(
          dependency.held, [&](const HeldLock& held) { return holds(other, held.lock); });
      return apart && other.thread != dependency.thread && other.lock != dependency.lock;
    });
  };
  const std::function<void()> extend = [&] {
    for (std::uint32_t i = 0; i < trace.dependencies.size(); ++i) {
      const LockDependency& dependency = trace.dependencies[i];
      if (!path.empty() &&
          (i < path.front() || !holds(dependency, trace.dependencies[path.back()].lock))) {
        continue;
      }
      if (!may_join(dependency)) continue;
      path.push_back(i);
      if (path.size() > 1 && holds(trace.dependencies[path.front()], dependency.lock))
        found.push_back(path);
      extend();
      path.pop_back();
    }
  };
  extend();
  return found;
}

}  // namespace lockstep
