// Timed: what CPython would do, by the virtual clock, with every tie settled by a rule.
//
// With a GIL, the thread that holds it goes on until it blocks, sleeps, ends or yields, or
// until another thread has been ready for the switch interval: ceval_gil's waiter asks for the
// GIL when it has waited so long, and the holder obeys at its next switch place, which is where
// a step ends. Then the thread that has been ready longest gets it (CPython: whichever the
// operating system wakes). Threads that become ready at the same moment stand in line in the
// order of their deadlines, those of one deadline in the order of their creation.
//
// Thread.start() waits for the child's signal, so the child goes first.
//
// Without a GIL the thread that has been ready longest takes the next step, and time passes
// for one thread after the other: threads that run at the same time on several cores are not
// modelled yet.
//
// A choose takes its first item.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "engine/run/clock.h"
#include "engine/run/policies.h"

namespace lockstep {
namespace {

class Timed : public Policy {
 public:
  explicit Timed(const Program& program)
      : switch_interval_(program.switch_interval),
        gil_(program.gil == GilModel::every_bytecode || program.gil == GilModel::calls_and_loops) {}

  Pick pick(const Moment& moment) override {
    if (!holder_ && moment.previous) {  // takes over where a schedule ends
      holder_ = moment.previous->thread;
      slice_begin_ = moment.clock.now();
    }
    note_ready(moment);
    const std::optional<ThreadId> child = std::exchange(started_, std::nullopt);
    if (ready_.empty()) {
      const Choice next = *std::ranges::min_element(
          moment.choices, {}, [&](const Choice& c) { return earliest(moment, c); });
      holder_ = next.thread;
      slice_begin_ = earliest(moment, next);
      return {Pick::Kind::choice, next, {}};
    }
    const auto is = [](ThreadId thread) {
      return [thread](const Ready& ready) { return ready.thread == thread; };
    };
    auto next = ready_.begin();
    if (child && std::ranges::any_of(ready_, is(*child))) {
      next = std::ranges::find_if(ready_, is(*child));
    } else if (holder_ && keeps_gil(moment)) {
      next = std::ranges::find_if(ready_, is(*holder_));
    }
    if (holder_ != next->thread) slice_begin_ = moment.clock.now();
    holder_ = next->thread;
    return {Pick::Kind::choice, next->choice, {}};
  }

  void on_event(const Machine& machine, const State&, const Event& event) override {
    if (event.kind == Event::Kind::operation && event.operation == Operation::thread_start &&
        event.outcome.kind == Outcome::Kind::value) {
      started_ = machine.values().as_thread(event.receiver);
    }
  }

 private:
  struct Ready {
    ThreadId thread;
    double since;   // virtual seconds
    Choice choice;  // its first
  };

  static double earliest(const Moment& moment, const Choice& choice) {
    return moment.clock.earliest(moment.machine, moment.state, choice);
  }

  // Brings ready_ up to date: who can take a choice now, in the order in which they came.
  void note_ready(const Moment& moment) {
    const double now = moment.clock.now();
    std::vector<Ready> found;  // by thread, the first choice of each
    for (const Choice& choice : moment.choices) {
      if (!found.empty() && found.back().thread == choice.thread) continue;
      if (const double at = earliest(moment, choice); at <= now) {
        found.push_back({choice.thread, at, choice});
      }
    }
    // Those who stood in line and still can go on keep their places; who has just taken a
    // step comes back at the end.
    std::vector<Ready> line;
    const auto in = [](std::vector<Ready>& list, ThreadId thread) {
      return std::ranges::find(list, thread, &Ready::thread);
    };
    const auto stepped = [&](ThreadId thread) {
      return moment.previous && moment.previous->thread == thread;
    };
    for (const Ready& before : ready_) {
      if (stepped(before.thread)) continue;
      if (const auto now_ready = in(found, before.thread); now_ready != found.end()) {
        line.push_back({before.thread, before.since, now_ready->choice});
        found.erase(now_ready);
      }
    }
    std::ranges::stable_sort(found, [&](const Ready& a, const Ready& b) {
      return a.since != b.since ? a.since < b.since : stepped(b.thread) && !stepped(a.thread);
    });
    line.insert(line.end(), found.begin(), found.end());
    ready_ = std::move(line);
  }

  bool keeps_gil(const Moment& moment) const {
    if (!gil_ || yields(moment.machine, moment.state, *holder_)) return false;
    const auto waiter =
        std::ranges::find_if(ready_, [&](const Ready& ready) { return ready.thread != *holder_; });
    if (std::ranges::find(ready_, *holder_, &Ready::thread) == ready_.end()) return false;
    return waiter == ready_.end() ||
           moment.clock.now() - std::max(waiter->since, slice_begin_) < switch_interval_;
  }

  double switch_interval_;  // virtual seconds
  bool gil_;
  std::vector<Ready> ready_;         // who has been ready longest first
  std::optional<ThreadId> holder_;   // of the GIL: who took the last step
  double slice_begin_ = 0;           // when it got it
  std::optional<ThreadId> started_;  // in the last step
};

}  // namespace

std::unique_ptr<Policy> make_timed(const Program& program, std::uint64_t) {
  return std::make_unique<Timed>(program);
}

}  // namespace lockstep
