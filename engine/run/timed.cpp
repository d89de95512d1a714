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
#include <set>
#include <utility>
#include <vector>

#include "engine/run/clock.h"
#include "engine/run/policies.h"

namespace lockstep {
namespace {

class Timed : public Policy {
 public:
  explicit Timed(const Program& program)
      : gil_(program.gil == GilModel::every_bytecode || program.gil == GilModel::calls_and_loops) {}

  Pick pick(const Moment& moment) override {
    if (!holder_ && moment.previous) {  // takes over where a schedule ends
      holder_ = moment.previous->thread;
      slice_begin_ = moment.clock.now_ns();
    }
    note_ready(moment);
    const std::optional<ThreadId> child = std::exchange(started_, std::nullopt);
    if (line_.empty()) {
      const auto [at, thread] = *waiting_.begin();
      holder_ = thread;
      slice_begin_ = at;
      return {Pick::Kind::choice, threads_[thread.index].choice, {}};
    }
    ThreadId next = line_.begin()->second;
    if (child && is_ready(*child)) {
      next = *child;
    } else if (holder_ && keeps_gil(moment)) {
      next = *holder_;
    }
    if (holder_ != next) slice_begin_ = moment.clock.now_ns();
    holder_ = next;
    return {Pick::Kind::choice, threads_[next.index].choice, {}};
  }

  Stay stays(const Moment& moment) override {
    if (!gil_ || !is_ready(*holder_)) return {};
    Stay stay{std::numeric_limits<std::uint64_t>::max()};
    if (const auto asked = asked_for_gil(moment)) {
      stay.until_ns = *asked;
    } else if (!waiting_.empty()) {
      stay.until_ns = waiting_.begin()->first;
    }
    return stay;
  }

  void on_event(const Machine& machine, const State&, const Event& event) override {
    if (event.kind == Event::Kind::operation && event.operation == Operation::thread_start &&
        event.outcome.kind == Outcome::Kind::value) {
      started_ = machine.values().as_thread(event.receiver);
    }
  }

 private:
  struct Thread {
    std::uint64_t place = 0;  // in line_; 0: it is not there
    Nanoseconds since = 0;    // in line_ or, if later than now, in waiting_
    bool waits = false;       // for a moment that is known: it is in waiting_
    Choice choice;            // its first
  };

  bool is_ready(ThreadId thread) const {
    return thread.index < threads_.size() && threads_[thread.index].place != 0;
  }

  void forget(ThreadId id) {
    Thread& thread = threads_[id.index];
    if (thread.place != 0) line_.erase({thread.place, id});
    if (thread.waits) waiting_.erase({thread.since, id});
    thread.place = 0;
    thread.waits = false;
  }

  // Brings line_ up to date: who can take a choice now, in the order in which they came.
  // Those who stood in line and still can go on keep their places; who has just taken a step
  // comes back at the end.
  void note_ready(const Moment& moment) {
    const Nanoseconds now = moment.clock.now_ns();
    const auto stepped = [&](ThreadId thread) {
      return moment.previous && moment.previous->thread == thread;
    };
    std::vector<ThreadId> fresh;
    const auto look = [&](ThreadId id, const Choice* choice) {
      if (threads_.size() <= id.index) threads_.resize(id.index + 1);
      Thread& thread = threads_[id.index];
      if (choice == nullptr) return forget(id);
      const Nanoseconds at = moment.clock.earliest_ns(moment.machine, moment.state, *choice);
      if (thread.place != 0 && at <= now && !stepped(id)) {
        thread.choice = *choice;
        return;
      }
      forget(id);
      thread.choice = *choice;
      thread.since = at;
      if (at <= now) {
        fresh.push_back(id);
      } else {
        thread.waits = true;
        waiting_.insert({at, id});
      }
    };
    auto choice = moment.choices.begin();
    const auto look_at = [&](ThreadId id) {
      choice = std::lower_bound(choice, moment.choices.end(), id,
                                [](const Choice& c, ThreadId t) { return c.thread < t; });
      const bool has_one = choice != moment.choices.end() && choice->thread == id;
      look(id, has_one ? &*choice : nullptr);
    };
    if (knows_all_) {
      for (const ThreadId id : moment.concerned) look_at(id);
    } else {
      const std::size_t threads = thread_count(moment.machine.program, moment.state);
      for (ThreadId id{0}; id.index < threads; ++id.index) look_at(id);
    }
    // Inside an atomic section there are no choices but its own.
    knows_all_ = !pending(moment.machine, moment.state, moment.choices.front().thread).atomic;
    while (!waiting_.empty() && waiting_.begin()->first <= now) {
      const ThreadId id = waiting_.begin()->second;
      waiting_.erase(waiting_.begin());
      threads_[id.index].waits = false;
      fresh.push_back(id);
    }
    std::ranges::sort(fresh, [&](ThreadId a, ThreadId b) {
      const Nanoseconds since_a = threads_[a.index].since;
      const Nanoseconds since_b = threads_[b.index].since;
      if (since_a != since_b) return since_a < since_b;
      return stepped(a) != stepped(b) ? stepped(b) : a < b;
    });
    for (const ThreadId id : fresh) {
      threads_[id.index].place = ++places_;
      line_.insert({places_, id});
    }
  }

  // When the holder is asked for the GIL, if somebody is in line for it.
  std::optional<Nanoseconds> asked_for_gil(const Moment& moment) const {
    auto waiter = line_.begin();
    if (waiter != line_.end() && waiter->second == *holder_) ++waiter;
    if (waiter == line_.end()) return std::nullopt;
    return std::max(threads_[waiter->second.index].since, slice_begin_) +
           moment.clock.switch_interval_ns();
  }

  bool keeps_gil(const Moment& moment) const {
    if (!gil_ || !is_ready(*holder_) || yields(moment.machine, moment.state, *holder_)) {
      return false;
    }
    const auto asked = asked_for_gil(moment);
    return !asked || moment.clock.now_ns() < *asked;
  }

  bool gil_;
  bool knows_all_ = false;  // line_ and waiting_ are up to date but for what the last step changed
  std::vector<Thread> threads_;                         // index = ThreadId
  std::set<std::pair<std::uint64_t, ThreadId>> line_;   // who has been ready longest first
  std::set<std::pair<Nanoseconds, ThreadId>> waiting_;  // who will be ready first
  std::uint64_t places_ = 0;                            // in line that were given so far
  std::optional<ThreadId> holder_;                      // of the GIL: who took the last step
  Nanoseconds slice_begin_ = 0;                         // when it got it
  std::optional<ThreadId> started_;                     // in the last step
};

}  // namespace

std::unique_ptr<Policy> make_timed(const Program& program, std::uint64_t) {
  return std::make_unique<Timed>(program);
}

}  // namespace lockstep
